"""What a check says: findings at a place of a file, and problems, which know the keys and not yet the place."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from ..base.asset_layout import Keys, place
from ..base.errors import printable
from ..base.positions import Located
from .rules import Rules


@dataclass(frozen=True, order=True, slots=True)
class Finding:
    """One problem that `validate` found; `line` and `column` count from 1."""

    file: str
    line: int
    column: int
    severity: str
    rule: str
    message: str


@dataclass(frozen=True)
class Problem:
    """What a rule says of the value at `keys`, or of its key where `of_key`."""

    keys: Keys
    rule: str
    message: str
    of_key: bool = False


Problems = Iterator[Problem]


@dataclass
class File:
    """A file that could be read; `fits` tells whether its shape is right, so that rules can look at it.

    `header` are the scaffold and the tenant that the comment above it names, where it names any.
    """

    path: str
    located: Located
    rules: Rules
    header: tuple[str, str] | None = None
    fits: bool = False

    @property
    def raw(self) -> Any:
        """What the file holds."""
        return self.located.value

    @cached_property
    def value(self) -> Any:
        """What the file holds without nulls, which the runner takes, where it takes them, as if they were not there."""
        return without_nulls(self.raw) if self.located.has_nulls else self.raw

    @property
    def nulls(self) -> list[Keys]:
        """The keys of its nulls."""
        return list(_nulls(self.raw)) if self.located.has_nulls else []

    def finding(self, problem: Problem) -> Finding:
        """Say a problem at its place."""
        where = place(problem.keys)
        said = f"{where}: {problem.message}" if where else problem.message
        line, column = self.located.place(problem.keys, problem.of_key)
        return Finding(self.path, line, column, self.rules[problem.rule].severity, problem.rule, printable(said))


def _nulls(value: Any, keys: Keys = ()) -> Iterator[Keys]:
    if value is None:
        yield keys
    elif isinstance(value, Mapping | list):
        for key, item in value.items() if isinstance(value, Mapping) else enumerate(value):
            yield from _nulls(item, (*keys, key))


def without_nulls(value: Any) -> Any:
    """Return a value whose mappings have no key with a null; lists keep theirs, so that places stay the same."""
    if isinstance(value, Mapping):
        return {key: without_nulls(item) for key, item in value.items() if item is not None}
    if isinstance(value, list):
        return [without_nulls(item) for item in value]
    return value
