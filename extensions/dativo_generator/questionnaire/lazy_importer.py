"""The importer for Copier, loaded when the first source is named: most renders need none."""

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any

from ..registry.fields import Field
from ..registry.importer import ImportedTable, Importer, Judge, Wanted


class LazyImporter:
    """Imports like `importers.imported`, which it loads on first use."""

    @cached_property
    def _importer(self) -> Importer:
        from ..importers.imported import TableImporter

        return TableImporter()

    def imported(
        self,
        judge: Judge,
        sources: Sequence[str],
        selection: str,
        items: Sequence[Wanted],
        preferred_cursor: str,
        encoding: str = "",
        is_recorded: bool = False,
    ) -> Mapping[str, ImportedTable]:
        """Import the table of each item, by its object; raises `AnswerError`."""
        return self._importer.imported(judge, sources, selection, items, preferred_cursor, encoding, is_recorded)

    def own_source(self, items: Sequence[Wanted]) -> str:
        """Return the answer that imports files from themselves, or '' if that is impossible."""
        return self._importer.own_source(items)

    def tables(self, sources: Sequence[str], patterns: Sequence[Any], encoding: str = "") -> Sequence[tuple[str, str]]:
        """List the tables of the sources by name and plain name; raises `AnswerError`."""
        return self._importer.tables(sources, patterns, encoding)

    def merged(self, fields: Sequence[Field], imported: ImportedTable, min_confidence: float) -> tuple[Field, ...]:
        """Return the current fields of a table, with the labels and descriptions that `fields` already have."""
        return self._importer.merged(fields, imported, min_confidence)
