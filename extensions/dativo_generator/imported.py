"""Join what a source holds with what a scaffold reads, and with the rules: imported tables become fields.

Only while questions are asked and for the command; a render never comes here.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from .classification import Judgement
from .errors import AnswerError
from .fields import Field
from .importers.cursor import cursor_of
from .importers.files import format_of
from .importers.read import Options, is_url, read
from .importers.table import Column, ImportFailed, Table, named
from .naming import listed

if TYPE_CHECKING:
    from .pack import Pack
    from .selection import Item

STATED = "stated by the source"


class Imported(NamedTuple):
    """A table, the column to follow ('' for none), and how each column was judged, in the order of the columns."""

    table: Table
    cursor: str
    judgements: tuple[Judgement, ...]

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


def judged(table: Table, pack: Pack, object_name: str = "", preferred_cursor: str = "") -> Imported:
    """Judge the columns of a table, in the context of `object_name` where it is given, else of the table's own name."""
    context = object_name or table.plain_name
    judgements = tuple(_judgement(column, pack, context) for column in table.columns)
    return Imported(table, cursor_of(table, preferred_cursor), judgements)


def _judgement(column: Column, pack: Pack, context: str) -> Judgement:
    """Take the label that the source states, else what the values say, else what the rules say of name and type."""
    if column.label is not None:
        rules = pack.judge(column.name, column.type, context)
        said = f"{rules.label} by '{rules.rule}'" if rules.label else "nothing"
        return Judgement(column.label, STATED, f"the rules say {said}")
    if column.seen is not None:
        return Judgement(column.seen.label, column.seen.rule, column.seen.evidence)
    return pack.judge(column.name, column.type, context)


def own_source(items: Sequence[Item]) -> str:
    """Return the answer that imports files from themselves, '' where one of them is not there or nobody can read it."""
    paths = [item.entry["path"] for item in items]
    if not paths or not all(format_of(Path(path)) and Path(path).expanduser().exists() for path in paths):
        return ""
    return paths[0] if len(paths) == 1 else f"[{listed(paths)}]"


def imported(
    pack: Pack, sources: Sequence[str], selection: str, items: Iterable[Item], preferred_cursor: str
) -> Mapping[str, Imported]:
    """Import the table of each item from the sources; raises `AnswerError`."""
    items = list(items)
    found = {}
    for item in items:
        try:
            table = _table_of(pack, sources, selection, item, only=len(items) == 1)
        except ImportFailed as error:
            raise AnswerError(str(error)) from None
        found[item.object] = judged(table, pack, item.object, item.cursor_field or preferred_cursor)
    return found


def _table_of(pack: Pack, sources: Sequence[str], selection: str, item: Item, only: bool) -> Table:
    """Find the table of an item: by the path of a file, by the name, and where there is only one, that one."""
    entry: Any = item.entry if isinstance(item.entry, dict) else {}
    if selection == "files" and entry["path"] in sources:
        return pack.tables(entry["path"], "")[0]
    name = entry.get("name", item.object)
    if len(sources) == 1 and is_url(sources[0]):
        return pack.tables(sources[0], name)[0]
    tables = [table for source in sources for table in pack.tables(source, "")]
    if only and len(tables) == 1:
        return tables[0]
    # A script or a catalog may call the schema otherwise than the database that it was made from.
    for candidate in (name, name.rpartition(".")[2], item.object):
        with suppress(ImportFailed):
            return named(tables, candidate, listed(sources))
    return named(tables, name, listed(sources))


def tables_of(source: str, table: str = "") -> tuple[Table, ...]:
    """Read the tables of a source, or one of them; raises `ImportFailed`."""
    return read(source, Options(table=table))
