"""Turn the tables of a source into fields: find those that a scaffold reads, and label their columns by the rules.

Only the questionnaire and the command use this, never a render.
"""

from collections.abc import Mapping, Sequence
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
from .table import Column, ImportFailed, Table, alike, table_of
from .values import value_kinds

STATED = "stated by the source"


class Imported(NamedTuple):
    """A table, the column to follow ('' for none), and the judgement of each column, in the order of the columns.

    `named` are the labels that the names alone give: a later reader of the fields would give them, too.
    """

    table: Table
    cursor: str
    judgements: tuple[Judgement, ...]
    named: tuple[str, ...]

    @property
    def notes(self) -> tuple[str, ...]:
        """What a reader should know about the import."""
        return (*self.table.about_source, *self.table.notes)

    @property
    def options(self) -> Mapping[str, str]:
        """The format of a text file: `delimiter`, `encoding`, `quote_char`; {} for anything else."""
        return self.table.options

    def fields(self, cursor_is_known: bool = False, min_confidence: float | None = None) -> tuple[Field, ...]:
        """Return the columns as fields, with labels of at least `min_confidence`, by default that of the pack.

        A column that gets no label, but would get one by its name, gets an explicit "none". The cursor is marked,
        unless it is already known from the recipe.
        """
        bar = value_kinds().weights.min_confidence if min_confidence is None else min_confidence
        return tuple(
            Field(
                column.name,
                column.type,
                bool(column.required),
                judgement.at_least(bar) or ("" if named else None),
                " ".join(column.description.split()),
                cursor=column.name == self.cursor and not cursor_is_known,
            )
            for column, judgement, named in zip(self.table.columns, self.judgements, self.named, strict=True)
        )

    def unlabelled(self, min_confidence: float) -> tuple[str, ...]:
        """List the columns that get a label with the pack's default confidence, but not with `min_confidence`."""
        usual = value_kinds().weights.min_confidence
        return tuple(
            column.name
            for column, judgement in zip(self.table.columns, self.judgements, strict=True)
            if judgement.at_least(usual) and not judgement.at_least(min_confidence)
        )


def judged(table: Table, judge: Judge, object_name: str = "", preferred_cursor: str = "") -> Imported:
    """Judge the columns of a table called `object_name`, by default its own name."""
    context = object_name or table.plain_name
    beside = tuple(column.name for column in table.columns)
    judgements = tuple(_judgement(column, judge, context, beside) for column in table.columns)
    named = tuple(judge(column.name, column.type, context).label for column in table.columns)
    return Imported(table, cursor_of(table, preferred_cursor), judgements, named)


def _judgement(column: Column, judge: Judge, context: str, beside: tuple[str, ...]) -> Judgement:
    """Return the label that the source states, else the judgement by name, type, values and neighbouring names."""
    judgement = judge(column.name, column.type, context, column.seen, beside)
    if column.label is None:
        return judgement
    verdict = f"{judgement.label} by '{judgement.rule}'" if judgement.label else "nothing"
    return Judgement(column.label, STATED, f"the rules say {verdict}", 1.0 if column.label else 0.0)


def merged_fields(before: Sequence[Field], imported: Imported, min_confidence: float) -> tuple[Field, ...]:
    """Return the imported fields in the order of `before`, with its labels and descriptions.

    A type keeps its spelling if the runner stores the source's type alike. A required field stays required unless the
    source allows null, and an optional one stays optional. New fields come last, labelled if the rules are sure enough.
    """
    there = {field.name: field for field in imported.fields(min_confidence=min_confidence)}
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
        """Start with empty caches."""
        self._tables = cache(self._read)
        # What `tables` has listed, by source and name.
        self._met: dict[tuple[str, str], Table] = {}

    def imported(
        self,
        judge: Judge,
        sources: Sequence[str],
        selection: str,
        items: Sequence[Wanted],
        preferred_cursor: str,
        encoding: str = "",
        is_recorded: bool = False,
    ) -> Mapping[str, Imported]:
        """Import the table of each item from the sources, reading files in `encoding`; raises `AnswerError`.

        A script or catalog may name schemas differently from its database. A new scaffold accepts that if the source
        has none of its tables by name. For a scaffold that `is_recorded`, such a table would be a different one.
        """
        names = [_name_of(item) for item in items]
        tables = {}
        for item in items:
            try:
                table = self._table_of(sources, selection, item, encoding, names, is_recorded)
            except ImportFailed as error:
                raise AnswerError(str(error)) from None
            tables[item.object] = judged(table, judge, item.object, item.cursor_field or preferred_cursor)
        return tables

    def tables(self, sources: Sequence[str], patterns: Sequence[Any], encoding: str = "") -> list[tuple[str, str]]:
        """List the tables of the sources as pairs of full and plain name; of a database, those `patterns` may match.

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

    def merged(self, fields: Sequence[Field], imported: Imported, min_confidence: float) -> tuple[Field, ...]:
        """Return the imported fields of a table, with the labels and descriptions that were edited by hand."""
        cursors = {field.name: field.cursor for field in fields}
        now = merged_fields(fields, imported, min_confidence)
        return tuple(field._replace(cursor=cursors.get(field.name, field.cursor)) for field in now)

    def own_source(self, items: Sequence[Wanted]) -> str:
        """Return the answer that imports files from themselves, '' when a file is missing or unreadable."""
        paths = [item.entry["path"] for item in items]
        if not paths or not all(format_of(Path(path)) and is_there(place_of(path)) for path in paths):
            return ""
        if len(paths) > 1:
            return f"[{listed(map(inline, paths))}]"
        return f"./{paths[0]}" if paths[0].startswith("[") else paths[0]  # which would begin a list

    def _table_of(
        self,
        sources: Sequence[str],
        selection: str,
        item: Wanted,
        encoding: str,
        names: Sequence[str],
        is_recorded: bool = False,
    ) -> Table:
        """Find the table of an item: by the path of its file, by its name, or because it is the only one.

        `names` are those of all items.
        """
        if selection == "files" and item.entry["path"] in sources:
            return self._tables(item.entry["path"], "", encoding)[0]
        name, only = _name_of(item), len(names) == 1
        if len(sources) == 1 and is_url(sources[0]):
            return self._met.get((sources[0], name)) or self._tables(sources[0], name, encoding)[0]
        tables = [table for source in sources for table in self._tables(source, "", encoding, (), only)]
        are_known = is_recorded or any(table.name in names for table in tables)
        return (table_of if are_known else alike)(tables, name, item.object, only, listed(sources))

    def _read(
        self, source: str, table: str, encoding: str, like: tuple[str, ...] = (), together: bool = True
    ) -> tuple[Table, ...]:
        return read(source, Options(table=table, encoding=encoding, like=like, together=together))


def _name_of(item: Wanted) -> str:
    """Return the name by which a job reads an item."""
    return item.entry.get("name", item.object) if isinstance(item.entry, dict) else item.object
