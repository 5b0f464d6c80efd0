"""The results of a check: findings, with a position in a file, and problems, which have keys but no position yet."""

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
    """One thing that is wrong; `line` and `column` are 1-based."""

    file: str
    line: int
    column: int
    severity: str
    rule: str
    message: str


@dataclass(frozen=True)
class Problem:
    """What a rule says about the value at `keys`, or about its key if `of_key`."""

    keys: Keys
    rule: str
    message: str
    of_key: bool = False


Problems = Iterator[Problem]


@dataclass
class File:
    """A file that could be read; `fits` says whether its shape is valid, as the rules need it to be.

    `header` is the (scaffold, tenant) that the comment above it names, if any.
    """

    path: str
    located: Located
    rules: Rules
    header: tuple[str, str] | None = None
    fits: bool = False

    @property
    def raw(self) -> Any:
        """The parsed content."""
        return self.located.value

    @cached_property
    def value(self) -> Any:
        """The content without nulls: where the runner accepts nulls, it treats them like missing keys."""
        return without_nulls(self.raw) if self.located.has_nulls else self.raw

    @property
    def nulls(self) -> list[Keys]:
        """The keys of nulls."""
        return list(_nulls(self.raw)) if self.located.has_nulls else []

    def finding(self, problem: Problem) -> Finding:
        """Return a problem as a finding, with its position."""
        where = place(problem.keys)
        message = f"{where}: {problem.message}" if where else problem.message
        line, column = self.located.place(problem.keys, problem.of_key)
        return Finding(self.path, line, column, self.rules[problem.rule].severity, problem.rule, printable(message))


def _nulls(value: Any, keys: Keys = ()) -> Iterator[Keys]:
    if value is None:
        yield keys
    elif isinstance(value, Mapping | list):
        for key, item in value.items() if isinstance(value, Mapping) else enumerate(value):
            yield from _nulls(item, (*keys, key))


def without_nulls(value: Any) -> Any:
    """Return a value without the keys whose value is null; lists keep their nulls, so that indices stay the same."""
    if isinstance(value, Mapping):
        return {key: without_nulls(item) for key, item in value.items() if item is not None}
    if isinstance(value, list):
        return [without_nulls(item) for item in value]
    return value
