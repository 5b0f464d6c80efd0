"""Join what a source holds with what a scaffold reads, and with the rules: imported tables become fields.

Only while questions are asked and for the command; a render never comes here.
"""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from ..base.emit import inline
from ..base.errors import AnswerError
from ..base.naming import listed
from ..registry.classification import Judgement
from ..registry.fields import Field
from ..registry.importer import Judge, Wanted
from .address import is_url
from .cursor import cursor_of
from .kinds.files import format_of
from .local import is_there, place_of
from .read import read
from .source import Options
from .table import Column, ImportFailed, Table, named

STATED = "stated by the source"


class Imported(NamedTuple):
    """A table, the column to follow ('' for none), and how each column was judged, in the order of the columns."""

    table: Table
    cursor: str
    judgements: tuple[Judgement, ...]

    @property
    def notes(self) -> tuple[str, ...]:
        """What a reader should know of the import."""
        return (*self.table.about_source, *self.table.notes)

    @property
    def options(self) -> Mapping[str, str]:
        """How a file is written: `delimiter`, `encoding`, `quote_char`; {} for what is no file of text."""
        return self.table.options

    def fields(self, cursor_is_known: bool = False) -> tuple[Field, ...]:
        """Return the columns as fields; the cursor is marked, unless everybody knows it as the recipe's."""
        return tuple(
            Field(
                column.name,
                column.type,
                bool(column.required),
                judgement.label or None,
                " ".join(column.description.split()),
                cursor=column.name == self.cursor and not cursor_is_known,
            )
            for column, judgement in zip(self.table.columns, self.judgements, strict=True)
        )


def judged(table: Table, judge: Judge, object_name: str = "", preferred_cursor: str = "") -> Imported:
    """Judge the columns of a table, in the context of `object_name` where it is given, else of the table's own name."""
    context = object_name or table.plain_name
    judgements = tuple(_judgement(column, judge, context) for column in table.columns)
    return Imported(table, cursor_of(table, preferred_cursor), judgements)


def _judgement(column: Column, judge: Judge, context: str) -> Judgement:
    """Take the label that the source states, else what the values say, else what the rules say of name and type."""
    if column.label is not None:
        rules = judge(column.name, column.type, context)
        said = f"{rules.label} by '{rules.rule}'" if rules.label else "nothing"
        return Judgement(column.label, STATED, f"the rules say {said}")
    if column.seen is not None:
        return Judgement(column.seen.label, column.seen.rule, column.seen.evidence)
    return judge(column.name, column.type, context)


class TableImporter:
    """Imports the tables that a scaffold reads; each source is read once for all questions."""

    def __init__(self) -> None:
        """Remember what is read."""
        self._tables = cache(self._read)

    def imported(
        self,
        judge: Judge,
        sources: Sequence[str],
        selection: str,
        items: Sequence[Wanted],
        preferred_cursor: str,
        encoding: str = "",
    ) -> Mapping[str, Imported]:
        """Import the table of each item from the sources, files in an `encoding`; raises `AnswerError`."""
        tables = {}
        for item in items:
            try:
                table = self._table_of(sources, selection, item, encoding, only=len(items) == 1)
            except ImportFailed as error:
                raise AnswerError(str(error)) from None
            tables[item.object] = judged(table, judge, item.object, item.cursor_field or preferred_cursor)
        return tables

    def own_source(self, items: Sequence[Wanted]) -> str:
        """Return the answer that imports files from themselves, '' where one is not there or nobody can read it."""
        paths = [item.entry["path"] for item in items]
        if not paths or not all(format_of(Path(path)) and is_there(place_of(path)) for path in paths):
            return ""
        if len(paths) > 1:
            return f"[{listed(map(inline, paths))}]"
        return f"./{paths[0]}" if paths[0].startswith("[") else paths[0]  # which begins a list

    def _table_of(self, sources: Sequence[str], selection: str, item: Wanted, encoding: str, only: bool) -> Table:
        """Find the table of an item: by the path of a file, by the name, and where there is only one, that one."""
        entry: Any = item.entry if isinstance(item.entry, dict) else {}
        if selection == "files" and entry["path"] in sources:
            return self._tables(entry["path"], "", encoding)[0]
        name = entry.get("name", item.object)
        if len(sources) == 1 and is_url(sources[0]):
            return self._tables(sources[0], name, encoding)[0]
        tables = [table for source in sources for table in self._tables(source, "", encoding)]
        if only and len(tables) == 1:
            return tables[0]
        # A script or a catalog may call the schema otherwise than the database that it was made from.
        for candidate in (name, name.partition(".")[2], name.rpartition(".")[2], item.object):
            with suppress(ImportFailed):
                return named(tables, candidate, listed(sources))
        return named(tables, name, listed(sources))

    def _read(self, source: str, table: str, encoding: str) -> tuple[Table, ...]:
        return read(source, Options(table=table, encoding=encoding))
