"""Examine the cells of a column in chunks of rows: their kind, whether any is empty, and some of the texts.

The kind is one to which the runner can convert the values. The runner treats an empty cell, NULL, null and None as
null.
"""

import json
import re
from collections.abc import Callable, Collection, Iterable, Sequence
from datetime import date

from .types import Kind

# How many characters of a cell are examined.
CHARACTERS = 200
# Cells that the runner reads as null.
_NOTHING = frozenset({"", "NULL", "null", "None"})
_DAY = r"\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])"
_CLOCK = r"([01]\d|2[0-3]):[0-5]\d:[0-5]\d"
_ZONE = r"(Z|[+-]\d{2}:?\d{2})"
# Texts that the runner converts to each kind. A leading zero or plus rules out a number: it is a postal code, a phone.
_PATTERNS: dict[Kind, str] = {
    Kind.BOOLEAN: r"(?i:true|false|yes|no|on|off)",
    Kind.INTEGER: r"-?(0|[1-9]\d{0,18})",
    Kind.DOUBLE: r"-?(0|[1-9]\d{0,14})|-?(0|[1-9]\d*)\.\d+([eE][+-]?\d+)?|-?[1-9]\d*[eE][+-]\d+|-?\.\d+",
    Kind.DATE: _DAY,
    Kind.TIMESTAMP: rf"{_DAY}([T ]{_CLOCK}|T{_CLOCK}\.\d{{1,6}})",
    Kind.INSTANT: rf"{_DAY}[T ]([01]\d|2[0-3]):[0-5]\d(:[0-5]\d(\.\d+)?)? ?{_ZONE}?",
}
_MOMENTS = (Kind.DATE, Kind.TIMESTAMP, Kind.INSTANT)
# An instant with a zone and no fraction; if all rows are so, the runner accepts them as timestamps.
_ZONED = re.compile(rf"{_DAY}T{_CLOCK}{_ZONE}", re.ASCII).fullmatch
_INTEGER = range(-(2**63), 2**63)


def _is_day(text: str) -> bool:
    try:
        date.fromisoformat(text[:10])
    except ValueError:
        return False
    return True


def _tests() -> dict[Kind, Callable[[str], object]]:
    plain = {kind: re.compile(pattern, re.ASCII).fullmatch for kind, pattern in _PATTERNS.items()}
    whole, days = plain[Kind.INTEGER], {kind: plain[kind] for kind in (Kind.DATE, Kind.TIMESTAMP)}
    tests: dict[Kind, Callable[[str], object]] = dict(plain)
    tests[Kind.INTEGER] = lambda text: whole(text) and (len(text) < 19 or int(text) in _INTEGER)
    for kind, test in days.items():
        tests[kind] = lambda text, test=test: test(text) and _is_day(text)
    return tests


_TESTS = _tests()


class Texts:
    """The texts of one column so far: their common kinds, how many there are, and the first of them."""

    def __init__(self, keep: int, kinds: Iterable[Kind] = (), nothing: Collection[str] = ()) -> None:
        """Test for `kinds`, keep the first `keep` texts, and treat those in `nothing` as null."""
        self.kept: list[str] = []
        self.there = 0
        self._keep, self._kinds, self._nothing, self._zoned = keep, tuple(kinds), nothing, True

    def add(self, cells: Sequence[str | None]) -> None:
        """Examine more cells."""
        if self._nothing:
            self._add([cell for cell in cells if cell is not None and cell not in self._nothing])
        elif self._kinds or len(self.kept) < self._keep:
            self._add([cell for cell in cells if cell is not None])
        else:
            self.there += len(cells) - cells.count(None)

    def _add(self, texts: Sequence[str]) -> None:
        self.there += len(texts)
        if len(self.kept) < self._keep:
            self.kept += [text[:CHARACTERS] for text in texts[: self._keep - len(self.kept)]]
        if self._kinds:
            distinct = set(texts)
            self._zoned = self._zoned and Kind.INSTANT in self._kinds and all(map(_ZONED, distinct))
            self._kinds = tuple(kind for kind in self._kinds if all(map(_TESTS[kind], distinct)))

    @property
    def kind(self) -> Kind:
        """The narrowest kind that fits every text."""
        if not self.there or not self._kinds:
            return Kind.TEXT
        return Kind.TIMESTAMP if self._kinds[0] is Kind.INSTANT and self._zoned else self._kinds[0]


def texts_of_csv(keep: int) -> Texts:
    """Return a collector that reads CSV cells as the runner does, and keeps the first `keep`."""
    return Texts(keep, _PATTERNS, _NOTHING)


class Values(Texts):
    """The values of one column so far, each written in JSON, possibly truncated."""

    def __init__(self, keep: int) -> None:
        """Keep the first `keep` values, as texts."""
        super().__init__(keep, _MOMENTS)
        self.types: set[str] = set()
        self._huge = False

    def add(self, cells: Sequence[str | None]) -> None:
        """Examine more values."""
        there = [cell for cell in cells if cell is not None and cell != "null"]
        firsts = {cell[:1] for cell in there}
        self.types.update(_JSON_TYPES[first] for first in firsts if first in _JSON_TYPES)
        if not _JSON_TYPES.keys() >= firsts:
            self._see_numbers([cell for cell in there if cell[:1] not in _JSON_TYPES])
        if self._kinds or len(self.kept) < self._keep:
            self._add([_unquoted(cell) if cell[:1] == '"' else cell[:CHARACTERS] for cell in there])
        else:
            self.there += len(there)

    def _see_numbers(self, numbers: Sequence[str]) -> None:
        whole = [number for number in numbers if number.lstrip("-").isdecimal()]
        self.types.update(["integer"] * bool(whole) + ["number"] * (len(whole) < len(numbers)))
        self._huge = self._huge or any(len(one) > 18 and int(one) not in _INTEGER for one in whole)

    @property
    def kind(self) -> Kind:
        """The kind that fits all values."""
        if self.types and self.types <= {"object", "array"}:
            return Kind.NESTED
        if self.types == {"string"}:
            return super().kind
        if self.types == {"boolean"}:
            return Kind.BOOLEAN
        if self.types == {"integer"}:
            return Kind.HUGE if self._huge else Kind.INTEGER
        return Kind.DOUBLE if self.types and self.types <= {"integer", "number"} and not self._huge else Kind.TEXT


_JSON_TYPES = {'"': "string", "{": "object", "[": "array", "t": "boolean", "f": "boolean"}


def _unquoted(value: str) -> str:
    """Return the text of a JSON string, or the rest of a truncated one."""
    if "\\" not in value:
        return value.strip('"')[:CHARACTERS]
    try:
        return json.loads(value)[:CHARACTERS]
    except ValueError:
        return value[1 : CHARACTERS + 1]
