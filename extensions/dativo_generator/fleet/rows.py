"""Rows of a manifest, and messages about many of them: a problem or warning that several rows share is one line.

::

    jobs.csv: 29 rows (2-30), column C: objects: use one of orders, customers; 'refunds' is not an object of shop
    row 4: fields: import the columns, or name them; these are a guess: orders
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from ..base.naming import few, spans

# If this many problems have the same solution, it is stated once, above them.
_SEVERAL = 3
# How many objects or columns a line names before it counts the others.
_FEW = 3
# What separates the two parts of a message: how to solve the problem, and what is wrong in this row.
_CASE = re.compile(r"; |, (?=not ['\[{\d])")


class Place(NamedTuple):
    """The place of an answer: ``jobs.csv: row 3, column B``, ``jobs.yml:8:5: item 3``; `number` is 0 outside rows."""

    file: str
    line: str = ""
    unit: str = "row"
    number: int = 0
    where: str = ""

    def __str__(self) -> str:
        """Return it as text."""
        start = f"{self.file}:{self.line}" if self.line else self.file
        return f"{start}: {self.row}{self.where}" if self.number else f"{start}{self.where}"

    @property
    def row(self) -> str:
        """The name of the row in its file."""
        return f"{self.unit} {self.number}"


class Problem(NamedTuple):
    """What is wrong, and where; the message starts with the name of the question, if it is about one."""

    place: Place
    message: str

    def __str__(self) -> str:
        """Return the problem as one line."""
        return f"{self.place}: {self.message}"


@dataclass(frozen=True)
class Row:
    """One scaffold: its answers, including shared ones, and a function for the place of each; '' is the row itself."""

    number: int
    answers: Mapping[str, Any]
    place: Callable[[str], Place]

    def problem(self, message: str) -> Problem:
        """Return a problem of the row; `message` starts with the name of the question, if it is about one."""
        return Problem(self.place(message.partition(":")[0]), message)


class Told(NamedTuple):
    """A note or a warning about rows: its text, the numbers of the rows, and the objects or columns concerned."""

    kind: str
    unit: str
    rows: tuple[int, ...]
    of: tuple[str, ...] = ()

    def __str__(self) -> str:
        """Return it as one line."""
        about = f": {few(self.of, _FEW)}" if self.of else ""
        return f"{_counted(self.unit, self.rows)}: {self.kind}{about}"


def grouped(messages: Iterable[tuple[Row, str, Sequence[str]]]) -> list[Told]:
    """Merge messages about rows by kind, in the order of their first occurrence."""
    joined: dict[str, Told] = {}
    for row, kind, of in messages:
        before = joined.get(kind, Told(kind, row.place("").unit, ()))
        joined[kind] = before._replace(rows=(*before.rows, row.number), of=tuple(dict.fromkeys((*before.of, *of))))
    return list(joined.values())


def lines(problems: Iterable[Problem]) -> Iterator[str]:
    """Yield problems as lines: one for a problem that several rows share; a shared solution goes above its problems."""
    same: dict[tuple[Any, ...], list[Place]] = {}
    for place, message in problems:
        same.setdefault((place.file, place.unit, place.where, message), []).append(place)
    ways: dict[tuple[str, ...], list[tuple[str, list[Place]]]] = {}
    for (file, unit, _, message), places in same.items():
        way = _CASE.split(message, maxsplit=1)[0]
        ways.setdefault((file, unit, way), []).append((message, places))
    for (file, unit, way), found in ways.items():
        if len(found) < _SEVERAL:
            yield from (f"{_joined(places)}: {message}" for message, places in found)
            continue
        rows = sorted({place.number for _, places in found for place in places})
        yield f"{file}: {_counted(unit, rows)}: {way}"
        for message, places in found:
            yield f"  {_joined(places).removeprefix(f'{file}: ')}: {_CASE.sub('', message.removeprefix(way), count=1)}"


def _joined(places: Sequence[Place]) -> str:
    first = places[0]
    if len(places) == 1:
        return str(first)
    line = f":{first.line}" if first.line and all(place.line == first.line for place in places) else ""
    return f"{first.file}{line}: {_counted(first.unit, [place.number for place in places])}{first.where}"


def _counted(unit: str, numbers: Sequence[int]) -> str:
    return f"{unit} {numbers[0]}" if len(numbers) == 1 else f"{len(numbers)} {unit}s ({spans(numbers)})"
