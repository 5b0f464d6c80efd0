"""What every reader returns: tables with columns, in terms that no single source owns."""

import importlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from types import ModuleType

from ..base.errors import DativoError
from ..base.naming import few, has_controls, nearest
from ..registry.values import Seen
from .types import FIELD_TYPES, Kind

# More than anybody writes down as an asset: columns of a table, and characters of a column's name.
COLUMNS, _LONGEST = 10_000, 500


class ImportFailed(DativoError):
    """A source cannot be read: ``source: what, and what to do``, one line.

    `notes` are what else is to be said of the source, a line each.
    """

    def __init__(self, message: str, notes: Iterable[str] = ()) -> None:
        """Say what is wrong, and what else is."""
        super().__init__(message)
        self.notes = tuple(notes)


@dataclass(frozen=True, slots=True)
class Column:
    """One column.

    `native` is the type in the source's own words, `label` a classification that the source states, `seen` what its
    values are where they are at hand, and `required` None where the source does not say whether a value may be missing.
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
    """A table, file, stream, or object. `cursor` is the column to follow where the source itself says it.

    `options` say how a file is written, by the names that engine options have: `delimiter`, `encoding`, `quote_char`.
    `schema` is '' for none, and None where the source does not tell it from the name. `selection` is what the answer is
    called with which a job reads it, ``tables`` or ``files``, '' where the source does not say; `path` is that of a
    file. `about_source` are notes on all that the source holds, the same for each of its tables.
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
        """The name without the schema that it stands in; where that is not known, what is behind the last dot."""
        return self.name.rpartition(".")[2] if self.schema is None else self.name.removeprefix(f"{self.schema}.")


def library(module: str, for_what: str) -> ModuleType:
    """Import a library of the extra; raises `ImportFailed` with how to install it."""
    try:
        return importlib.import_module(module)
    except ImportError:
        name = module.partition(".")[0]
        raise ImportFailed(
            f"{for_what} needs '{name}', which is not installed; pip install '.[import]' from a checkout of the pack, "
            "into what runs this"
        ) from None


def checked(tables: Iterable[Table], source: str) -> tuple[Table, ...]:
    """Return the tables; raises `ImportFailed` where there is none, or a column has no name or one given twice."""
    tables = tuple(tables)
    if not tables:
        raise ImportFailed(f"{source}: holds no table with columns")
    for table in tables:
        if len(table.columns) > COLUMNS:
            raise ImportFailed(f"{source}: {table.name[:_LONGEST]}: has more than {COLUMNS:,} columns; split it")
        first: dict[str, int] = {}
        for index, column in enumerate(table.columns, 1):
            name = column.name
            if not name.strip():
                raise ImportFailed(f"{source}: {table.name}: column {index} has no name; give it one")
            if has_controls(name):
                raise ImportFailed(f"{source}: {table.name}: column {index} has a line break or a control in its name")
            if len(name) > _LONGEST:
                raise ImportFailed(f"{source}: {table.name}: column {index} has a name of {len(name):,} characters")
            if name in first:
                raise ImportFailed(f"{source}: {table.name}: '{name}' names columns {first[name]} and {index}")
            first[name] = index
    return tables


def named(tables: Iterable[Table], name: str, source: str) -> Table:
    """Find a table by its name, with or without its schema; raises `ImportFailed` with the nearest one."""
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
                f"{source}: '{name}' may be {few(table.name for table in matches)}; name the schema, too"
            )
    known = [table.name for table in tables] + [table.plain_name for table in tables]
    hint = (
        nearest(name, known)
        or nearest(name.rpartition(".")[2], known)
        or f" (there: {few(sorted(table.name for table in tables))})"
    )
    raise ImportFailed(f"{source}: there is no table '{name}'{hint}")
