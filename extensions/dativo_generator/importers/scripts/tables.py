"""The tables that a script has made so far, by name, and the columns of each."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from ...base.naming import offer
from .definitions import Definition, NotUnderstood

Name = tuple[str, ...]


class Elsewhere(NotUnderstood):
    """A statement concerns a table that the script has not made."""


@dataclass(slots=True)
class ScriptColumn:
    """A column. `kept` is the value of `required` before a change of type that does not mention null.

    `charset` is the character set of its texts, '' if not stated.
    """

    name: str
    type: str = ""
    required: bool | None = None
    description: str = ""
    kept: bool | None = None
    charset: str = ""

    @classmethod
    def of(cls, definition: Definition) -> "ScriptColumn":
        """Return the column of a definition."""
        comment = (definition.comment or "").strip()
        return cls(definition.name, definition.type, definition.required, comment, charset=definition.charset)

    def copy(self) -> "ScriptColumn":
        """Return an independent copy."""
        return replace(self)


@dataclass(slots=True)
class ScriptTable:
    """A table: its name including the schema, its columns in order, where it was made, and what inherits from it.

    `charset` is the character set of columns that state none, `space` the database or schema that the script was in.
    It may have `more` columns, from a query that does not state them; `doubts` are the definitions with words that were
    left out.
    """

    parts: Name
    line: int
    columns: list[ScriptColumn] = field(default_factory=list)
    description: str = ""
    children: list["ScriptTable"] = field(default_factory=list)
    charset: str = ""
    space: str = ""
    more: bool = False
    doubts: list[Definition] = field(default_factory=list)

    @property
    def name(self) -> str:
        """The name, including the schema if stated."""
        return ".".join(self.parts)

    def fill(self) -> None:
        """Give the table's character set to the columns that have none."""
        for column in self.columns if self.charset else ():
            column.charset = column.charset or self.charset

    def heirs(self) -> list["ScriptTable"]:
        """Return the tables that inherit from this one, directly or not, each once."""
        found: dict[int, ScriptTable] = {}
        waiting = list(self.children)
        while waiting:
            one = waiting.pop(0)
            if one is not self and id(one) not in found:
                found[id(one)] = one
                waiting += one.children
        return list(found.values())

    def index(self, name: str) -> int:
        """Return the index of a column, ignoring case; raises `NotUnderstood` if there is none."""
        wanted = name.lower()
        places = [index for index, column in enumerate(self.columns) if column.name.lower() == wanted]
        exact = [index for index in places if self.columns[index].name == name]
        if not places:
            raise NotUnderstood(offer(name, (column.name for column in self.columns), f"there is no column '{name}'"))
        return (exact or places)[0]

    def has(self, name: str) -> bool:
        """Return whether there is a column of this name."""
        return any(column.name.lower() == name.lower() for column in self.columns)

    def holds(self, parts: Sequence[str]) -> bool:
        """Return whether a name is that of a part of a column, such as a field of a struct."""
        return len(parts) > 1 and self.has(parts[0]) and parts[0].lower() != self.parts[-1].lower()

    def column(self, name: str) -> ScriptColumn:
        """Return a column; raises `NotUnderstood` if there is none."""
        return self.columns[self.index(name)]

    def require(self, names: Sequence[str]) -> None:
        """Mark the columns of a key as required."""
        wanted = {name.lower() for name in names}
        for column in self.columns:
            if column.name.lower() in wanted:
                column.required = column.kept = True


class Tables:
    """Tables by name, ignoring case; a script may name the schema once and omit it later.

    `space` is the database or schema that the script is in, '' while it has named none.
    """

    def __init__(self) -> None:
        """Start without tables; `indexes` holds the columns of unique indexes by name."""
        self.indexes: dict[str, list[str]] = {}
        self.space = ""
        self._tables: dict[str, ScriptTable] = {}
        self._by_plain_name: dict[str, list[str]] = {}

    def __iter__(self) -> Iterator[ScriptTable]:
        """Yield the tables in the order in which they were made."""
        return iter(self._tables.values())

    def __len__(self) -> int:
        return len(self._tables)

    def find(self, name: Name) -> ScriptTable | None:
        """Return a table by its name, with or without the schema; None if there is none, or more than one."""
        name = name[-2:]
        if self.space and (here := self._tables.get(_key((self.space, *name)))):
            return here
        if exact := self._tables.get(_key(name)):
            return exact
        alike = self._by_plain_name.get(name[-1].lower(), [])
        if len(name) > 1:  # one of another schema, unless it has none
            alike = [key for key in alike if len(self._tables[key].parts) == 1]
        return self._tables[alike[0]] if alike else None

    def get(self, name: Name) -> ScriptTable:
        """Return a table by its name; raises `NotUnderstood` if there is none."""
        if table := self.find(name):
            return table
        raise Elsewhere(f"'{'.'.join(name[-2:])}' is not a table of this script")

    def is_elsewhere(self, table: ScriptTable) -> bool:
        """Return whether a table was made while the script was in another database or schema."""
        return bool(table.space and self.space) and table.space.lower() != self.space.lower()

    def part(self, one: ScriptTable, other: ScriptTable) -> None:
        """Put their database or schema into the name of a table that is there, and of another one of its name."""
        if one.parts[0] != one.space:
            self._rekey(one, (one.space, *one.parts))
        other.parts = (other.space, *other.parts)

    def put(self, table: ScriptTable) -> None:
        """Add a table, or replace the one with the same name."""
        key = _key(table.parts)
        if key not in self._tables:
            self._by_plain_name.setdefault(table.parts[-1].lower(), []).append(key)
        self._tables[key] = table

    def drop(self, table: ScriptTable) -> None:
        """Remove a table."""
        key = _key(table.parts)
        del self._tables[key]
        self._by_plain_name[table.parts[-1].lower()].remove(key)

    def rename(self, table: ScriptTable, name: Name) -> None:
        """Rename a table; it keeps its schema unless the new name has one."""
        self._rekey(table, name[-2:] if len(name) > 1 else (*table.parts[:-1], name[-1]))

    def _rekey(self, table: ScriptTable, parts: Name) -> None:
        place = list(self._tables)
        old = _key(table.parts)
        self.drop(table)
        table.parts = parts
        self.put(table)
        if place[-1] != old:  # it keeps its position
            new = _key(table.parts)
            order = [new if key == old else key for key in place if key == old or key != new]
            self._tables = {key: self._tables[key] for key in order}


def _key(name: Name) -> str:
    return ".".join(name).lower()
