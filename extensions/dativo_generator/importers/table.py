"""What every reader returns: tables with columns, in terms that are independent of the source."""

import importlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from types import ModuleType

from ..base.errors import DativoError
from ..base.naming import few, has_controls, nearest
from ..registry.values import Seen
from .types import FIELD_TYPES, Kind

# More than any asset needs: columns of a table, and characters of a column's name.
COLUMNS, _LONGEST = 10_000, 500
# Why a table may be left out.
NO_COLUMNS = "it lists no columns"


class ImportFailed(DativoError):
    """A source cannot be read: ``source: what to do; what is wrong``, one line.

    `notes` are further remarks on the source, a line each.
    """

    def __init__(self, message: str, notes: Iterable[str] = ()) -> None:
        """Store what is wrong, and further remarks."""
        super().__init__(message)
        self.notes = tuple(notes)


@dataclass(frozen=True, slots=True)
class Column:
    """One column.

    `native` is the type in the source's own terms, `label` the classification that the source states, `seen` how the
    column's values did in tests, if there were any, and `required` is None if the source does not say whether the
    column may be null.
    """

    name: str
    kind: Kind
    native: str = ""
    required: bool | None = False
    description: str = ""
    label: str | None = None
    seen: Seen | None = None

    @property
    def type(self) -> str:
        """The type that an asset gives the column."""
        return FIELD_TYPES[self.kind].type


@dataclass(frozen=True, slots=True)
class Table:
    """A table, file, stream, or object. `cursor` is the column to follow if the source itself states it.

    `options` describe the format of a file, by engine option: `delimiter`, `encoding`, `quote_char`. `schema` is '' for
    none, and None if the source does not separate it from the name. `selection` is the answer with which a job reads
    it, ``tables`` or ``files``, '' if the source does not say; `path` is that of a file. `about_source` are notes on
    the whole source, the same for each of its tables.
    """

    name: str
    columns: tuple[Column, ...]
    description: str = ""
    cursor: str = ""
    notes: tuple[str, ...] = ()
    options: Mapping[str, str] = field(default_factory=dict)
    schema: str | None = None
    selection: str = ""
    path: str = ""
    about_source: tuple[str, ...] = ()

    @property
    def plain_name(self) -> str:
        """The name without its schema; if that is unknown, the part after the last dot."""
        return self.name.rpartition(".")[2] if self.schema is None else self.name.removeprefix(f"{self.schema}.")


def library(module: str, for_what: str) -> ModuleType:
    """Import a library of the extra `import`; raises `ImportFailed`, which says how to install it."""
    try:
        return importlib.import_module(module)
    except ImportError:
        name = module.partition(".")[0]
        raise ImportFailed(
            f"{for_what} needs '{name}', which is not installed; pip install '.[import]' from a checkout of the pack, "
            "into the environment that runs this"
        ) from None


def checked(tables: Iterable[Table], source: str, wanted: str = "") -> tuple[Table, ...]:
    """Return the tables whose columns can be fields, with a note on the others.

    Raises `ImportFailed` if none is left, or if the `wanted` one is not.
    """
    tables = tuple(tables)
    if not tables:
        raise ImportFailed(f"{source}: holds no table with columns")
    problems = {table.name[:_LONGEST]: problem for table in tables if (problem := _problem(table))}
    return without([table for table in tables if not _problem(table)] if problems else tables, problems, source, wanted)


def without(tables: Sequence[Table], left_out: Mapping[str, str], source: str, wanted: str = "") -> tuple[Table, ...]:
    """Return tables with a note on those that are `left_out`, which maps their names to the reasons.

    Raises `ImportFailed` if there is no other table, or if the `wanted` one is left out.
    """
    asked = [name for name in left_out if wanted and wanted in (name, name.rpartition(".")[2])]
    if left_out and (not tables or (asked and not any(wanted in (one.name, one.plain_name) for one in tables))):
        name = (asked or list(left_out))[0]
        raise ImportFailed(f"{source}: {name}: {left_out[name]}")
    alike: dict[str, list[str]] = {}
    for name, reason in left_out.items():
        alike.setdefault(reason, []).append(name)
    notes = tuple(f"left out: {few(names)}: {reason}" for reason, names in alike.items())
    return tuple(replace(table, about_source=(*table.about_source, *notes)) if notes else table for table in tables)


def _problem(table: Table) -> str:
    """Return why the columns of a table cannot be fields, '' if they can."""
    if len(table.columns) > COLUMNS:
        return f"split it; it has more than {COLUMNS} columns"
    first: dict[str, int] = {}
    for index, column in enumerate(table.columns, 1):
        name = column.name
        if not name.strip():
            return f"name column {index}; it has no name"
        if has_controls(name):
            return f"rename column {index}; its name has a line break or a control character"
        if len(name) > _LONGEST:
            return f"rename column {index}; its name has {len(name)} characters"
        if name in first:
            return f"rename one; '{name}' names columns {first[name]} and {index}"
        first[name] = index
    return ""


def table_of(tables: Sequence[Table], name: str, object_name: str, only: bool, source: str) -> Table:
    """Find the table that a job reads by `name`, for an object; raises `ImportFailed`, which names the nearest one.

    If the source states schemas, the same name in another schema is another table. A script may omit the schema that a
    database has. The `only` table of a scaffold may have another name if it is also the only one of the source.
    """
    if exact := next((table for table in tables if table.name == name), None):
        return exact
    if "." in name and any(table.schema or "." in table.name for table in tables):
        raise _not_there(tables, name, source)
    return alike(tables, name, object_name, only, source)


def alike(tables: Sequence[Table], name: str, object_name: str, only: bool, source: str) -> Table:
    """Find the table with the closest name, whatever its schema; raises `ImportFailed`."""
    if only and len(tables) == 1:
        return tables[0]
    for candidate in (name, name.partition(".")[2], name.rpartition(".")[2], object_name):
        with suppress(ImportFailed):
            return named(tables, candidate, source)
    return named(tables, name, source)


def named(tables: Iterable[Table], name: str, source: str) -> Table:
    """Find a table by its name, with or without its schema; raises `ImportFailed`, which names the nearest one."""
    tables = list(tables)
    tests: tuple[Callable[[Table], bool], ...] = (
        lambda table: table.name == name,
        lambda table: table.plain_name == name.rpartition(".")[2] and ("." not in name or "." not in table.name),
        lambda table: table.name.lower() == name.lower(),
        lambda table: table.plain_name.lower() == name.lower(),
    )
    for test in tests:
        matches = [table for table in tables if test(table)]
        if len(matches) == 1:
            return matches[0]
        if matches:
            raise ImportFailed(
                f"{source}: name the schema, too; '{name}' may be {few(table.name for table in matches)}"
            )
    raise _not_there(tables, name, source)


def _not_there(tables: Sequence[Table], name: str, source: str) -> ImportFailed:
    known = [table.name for table in tables] + [table.plain_name for table in tables]
    near = nearest(name, known) or nearest(name.rpartition(".")[2], known)
    way = f"did you mean '{near}'?" if near else f"name one of {few(sorted(table.name for table in tables))};"
    return ImportFailed(f"{source}: {way} there is no table '{name}'")
