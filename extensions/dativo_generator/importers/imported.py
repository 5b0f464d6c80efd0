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
from ..base.patterns import is_pattern
from ..registry.classification import Judgement
from ..registry.fields import Field, stored
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
        return self.table.notes

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


def merged_fields(before: Sequence[Field], imported: Imported) -> tuple[Field, ...]:
    """Return the found fields in the order of those of `before`, with their labels and descriptions.

    A type stays as it is written where the source's is stored as the same. What is required stays so, unless the source
    says that it may be null, and what is not stays so, too. What is new comes last.
    """
    there = {field.name: field for field in imported.fields()}
    may_be_null = {column.name for column in imported.table.columns if column.required is False}

    def merged(old: Field, field: Field) -> Field:
        return field._replace(
            type=old.type if stored(old.type) == stored(field.type) else field.type,
            required=old.required and old.name not in may_be_null,
            classification=old.classification,
            description=old.description or field.description,
        )

    kept = [merged(old, there.pop(old.name)) for old in before if old.name in there]
    return (*kept, *there.values())


class TableImporter:
    """Imports the tables that a scaffold reads; each source is read once for all questions."""

    def __init__(self) -> None:
        """Remember what is read."""
        self._tables = cache(self._read)
        # Tables that a pattern has found, by source and name.
        self._met: dict[tuple[str, str], Table] = {}

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

    def tables(self, sources: Sequence[str], patterns: Sequence[Any], encoding: str = "") -> list[tuple[str, str]]:
        """List the tables of the sources by name and plain name; of a database those that patterns may mean.

        Raises `AnswerError`.
        """
        like = tuple(pattern for pattern in patterns if is_pattern(pattern))
        found = []
        for source in sources:
            try:
                tables = self._tables(source, "", encoding, like if is_url(source) else ())
            except ImportFailed as error:
                raise AnswerError(str(error)) from None
            found += [(table.name, table.plain_name) for table in tables]
            self._met |= {(source, table.name): table for table in tables}
        return found

    def merged(self, fields: Sequence[Field], imported: Imported) -> tuple[Field, ...]:
        """Return the fields that a table has now, with the labels and descriptions that somebody gave them."""
        cursors = {field.name: field.cursor for field in fields}
        now = merged_fields(fields, imported)
        return tuple(field._replace(cursor=cursors.get(field.name, field.cursor)) for field in now)

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
            return self._met.get((sources[0], name)) or self._tables(sources[0], name, encoding)[0]
        tables = [table for source in sources for table in self._tables(source, "", encoding)]
        if only and len(tables) == 1:
            return tables[0]
        # A script or a catalog may call the schema otherwise than the database that it was made from.
        for candidate in (name, name.partition(".")[2], name.rpartition(".")[2], item.object):
            with suppress(ImportFailed):
                return named(tables, candidate, listed(sources))
        return named(tables, name, listed(sources))

    def _read(self, source: str, table: str, encoding: str, like: tuple[str, ...] = ()) -> tuple[Table, ...]:
        return read(source, Options(table=table, encoding=encoding, like=like))
