"""Invent rows for an asset, from the types of its columns and the words in their names: `registry/fixtures.yaml`.

::

    fields ──> rows

There is no randomness and no clock: the same fields give the same text.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import NamedTuple

from ..base.documents import Document, Section, shown
from ..base.phrases import singular, take_groups, take_phrases, words
from .fields import Field, alike

FILE = "registry/fixtures.yaml"
ROWS = 5
# Names may have any length; values made from their words may not.
_LONGEST = 40
_PHRASE = r"(<[a-z]+> )?[a-z0-9]+( [a-z0-9]+)*"
# The types with values of their own; any other uses those of its equivalent.
_PYTHON: dict[str, type] = {
    "string": str,
    "integer": int,
    "double": float,
    "boolean": bool,
    "date": date,
    "timestamp": datetime,
}

Value = str | int | float | bool | date | datetime | None
Row = dict[str, Value]
# The values of a column, one per row, or the pattern of a text.
_Values = tuple[Value, ...] | str


class Phrase(NamedTuple):
    """Words that show what a column holds: how many, whether the name must end in them, and the values by type."""

    count: int
    last: bool
    values: Mapping[str, _Values]


class Samples(NamedTuple):
    """The values for columns: by phrases, of at most `longest` words; and `otherwise`, where no phrase matches."""

    phrases: Mapping[str, Sequence[Phrase]]
    longest: int
    otherwise: Mapping[str, _Values]

    def rows(self, fields: Sequence[Field], table: str, filled: Collection[str] = ()) -> list[Row]:
        """Make rows that satisfy a schema.

        An optional column is null in one of them, never the first, unless it is named in `filled`.
        """
        columns = {field.name: self._values(field, table) for field in fields}
        optional = [field.name for field in fields if not field.required and field.name not in filled]
        for index, name in enumerate(optional):
            columns[name][1 + index % (ROWS - 1)] = None
        return [{name: values[row] for name, values in columns.items()} for row in range(ROWS)]

    def _values(self, field: Field, table: str) -> list[Value]:
        type_ = "integer" if field.type == "bigint" else alike(field.type)
        context, own = [singular(word) for word in words(table)[-1:]], words(field.name)
        values, word, thing = self._found([*context, *own], len(context), type_)
        if isinstance(values, str):
            text = values.replace("{word}", word).replace("{thing}", thing)
            return [text.replace("{number}", str(1001 + row)) for row in range(ROWS)]
        if values is None:
            text = " ".join(own)[:_LONGEST].strip() or "value"
            return [f"{text} {row + 1}" for row in range(ROWS)]
        return list(values)

    def _found(self, name: Sequence[str], context: int, type_: str) -> tuple[_Values | None, str, str]:
        """Return the values for the words of a name, the words that matched, and the word before them.

        The last match decides, and of those the longest: a name ends in what it is about. The first `context` words are
        the table's, which do not match alone.
        """
        for end in range(len(name), context, -1):
            for start in range(max(end - self.longest, 0), end):
                for phrase in self.phrases.get("".join(name[start:end]), ()):
                    in_place = end == len(name) or not phrase.last
                    if in_place and phrase.count >= end - start and type_ in phrase.values:
                        return phrase.values[type_], "_".join(name[start:end]), name[max(start - 1, 0)]
        return self.otherwise.get(type_), "", ""


def load_samples(root: Path) -> Samples:
    """Read the values of the pack at `root`; raises `PackError`."""
    top = Document(root, FILE).section(("groups", "otherwise", "rules"))
    groups = take_groups(top)
    phrases: dict[str, list[Phrase]] = {}
    for entry in top.sections("rules", ("words", "last", *_PYTHON)):
        values = {type_: _taken(entry, type_) for type_ in _PYTHON if type_ in entry.value}
        for phrase in take_phrases(entry, "words", groups, _PHRASE):
            # Split like the name of a column, where digits are separate words.
            split = words(phrase)
            phrases.setdefault("".join(split), []).append(Phrase(len(split), entry.flag("last", False), values))
    otherwise = top.section("otherwise", [type_ for type_ in _PYTHON if type_ != "string"])
    longest = max(phrase.count for found in phrases.values() for phrase in found)
    return Samples(phrases, longest, {type_: _taken(otherwise, type_) for type_ in _PYTHON if type_ != "string"})


def _taken(entry: Section, type_: str) -> _Values:
    """Take the values of a type: one per row, or a pattern for text."""
    values = entry.take(type_)
    if isinstance(values, str) and type_ == "string":
        return values
    if not isinstance(values, list) or len(values) != ROWS:
        raise entry.error(type_, f"must be a list of {ROWS} values, not {shown(values)}")
    for value in values:
        if type(value) is not _PYTHON[type_]:
            raise entry.error(type_, f"{shown(value)} is not of type {type_}")
    return tuple(values)
