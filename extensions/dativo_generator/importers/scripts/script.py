"""What following a script to its end has found: its tables, and the statements that were not understood."""

from dataclasses import dataclass, field

from .definitions import Definition
from .statements import Statement
from .tables import ScriptColumn, Tables

# How many characters of a statement are shown.
_SHOWN = 60


@dataclass(frozen=True, slots=True)
class Problem:
    """A statement that was not followed: its line, its text, the reason, and the table that it concerns ('' for none).

    `defines` is whether it makes a table, `elsewhere` whether it changes one that the script has not made, `undoes`
    whether it undoes what other statements define, in dialects that can, `adds` whether a dialect may add columns;
    `partly` is whether its table was made nevertheless.
    """

    line: int
    text: str
    why: str
    table: str = ""
    defines: bool = False
    elsewhere: bool = False
    undoes: bool = False
    adds: bool = False
    partly: bool = False


@dataclass(slots=True)
class Script:
    """The result of a script.

    `types` are its named types, `objects` those with columns; `views`, `dropped` and `temporary` hold lines by name;
    `said` holds the words and quotes in its definitions, `routines` the lines of routines that mention making tables,
    `variables` what PL/SQL blocks declare; `declares` is whether such a block has not begun yet. `begun` holds the
    tables that an open transaction has defined, with their lines, and its savepoints, with 0; it is None outside a
    transaction, and if conditions decide how it ends.
    """

    tables: Tables = field(default_factory=Tables)
    problems: list[Problem] = field(default_factory=list)
    views: dict[str, int] = field(default_factory=dict)
    types: dict[str, Definition] = field(default_factory=dict)
    objects: dict[str, list[ScriptColumn]] = field(default_factory=dict)
    dropped: dict[str, int] = field(default_factory=dict)
    temporary: dict[str, int] = field(default_factory=dict)
    said: set[str] = field(default_factory=set)
    routines: list[int] = field(default_factory=list)
    variables: set[str] = field(default_factory=set)
    declares: bool = False
    begun: list[tuple[str, int]] | None = None

    @property
    def misunderstood(self) -> list[Problem]:
        """The problems, except those that only concern tables from elsewhere."""
        return [problem for problem in self.problems if not problem.elsewhere]

    @property
    def columns(self) -> int:
        """How many columns the tables have, except those with doubts: another reading may have none."""
        return sum(len(table.columns) for table in self.tables if not table.doubts)


def beginning(text: str, start: int, end: int) -> str:
    """Return the first words of a statement, on one line."""
    words = " ".join(text[start : min(end, start + 4 * _SHOWN)].split())
    return words if len(words) <= _SHOWN else f"{words[:_SHOWN].rpartition(' ')[0] or words[:_SHOWN]} ..."


def beginning_of(statement: Statement) -> str:
    """Return the first words of a statement."""
    return beginning(statement.script, statement.start, statement.end)
