"""Columns of public schemas with the label that each should have: `data/labelled/`, one file a schema.

A column is ``name: type [key] [required] [LABEL]``. Half of the schemas were looked at when the rules were written, the
other half only measures them; `data/labelled/README.md` says how they were chosen. `data/labelled/lookalikes.csv` lists
columns that no rule should label.
"""

import csv
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import yaml

from dativo_generator.importers.kinds.json_schema import JSON_KINDS
from dativo_generator.importers.sql_types import kind_of
from dativo_generator.importers.types import FIELD_TYPES

FOLDER = Path(__file__).resolve().parent / "data" / "labelled"
LABELS = ("PII", "SENSITIVE")


@dataclass(frozen=True)
class Column:
    """A column, the type that an asset gives it, and the label that it should have, '' for none.

    `half` is 'tune' or 'test', '' for one of no schema. `series` is 2 for a schema that was labelled when the rules
    had been tuned on those of series 1, 3 for one when the totals of both had been looked at often, 4 for one before
    the rules were worked on again, 5 for one before they were once more. `language` is that of the names, in English.
    `beside` are all names of its table.
    """

    schema: str
    half: str
    series: int
    language: str
    table: str
    name: str
    type: str
    label: str
    beside: tuple[str, ...] = ()


def columns() -> Iterator[Column]:
    """Yield every labelled column."""
    for path in sorted(FOLDER.glob("*.yml")):
        document = yaml.safe_load(path.read_text(encoding="utf-8"))
        for table, entries in document["tables"].items():
            for name, entry in entries.items():
                native, *words = entry.split()
                label = next((word for word in words if word in LABELS), "")
                series, language = document.get("series", 1), document.get("language", "English")
                yield Column(
                    path.stem, document["half"], series, language, table, name, _type(native), label, tuple(entries)
                )


def lookalikes() -> list[Column]:
    """Return ordinary columns of our own invention that look personal and are not."""
    with (FOLDER / "lookalikes.csv").open(encoding="utf-8", newline="") as file:
        return [
            Column("lookalikes", "", 2, "English", row["table"], row["column"], _type(row["type"]), "")
            for row in csv.DictReader(file)
        ]


def _type(native: str) -> str:
    return FIELD_TYPES[JSON_KINDS.get((native, "")) or kind_of(native)].type


# What the figures are given for, by what is said of it.
_GROUPS: dict[str, Callable[[Column], bool]] = {
    "all": lambda column: True,
    "series 2": lambda column: column.series == 2,
    "series 3": lambda column: column.series == 3,
    "series 4": lambda column: column.series == 4,
    "series 5": lambda column: column.series == 5,
    "series 6": lambda column: column.series == 6,
    "other languages": lambda column: column.language != "English",
}


def groups() -> Iterator[tuple[str, list[Column]]]:
    """Yield the columns that are measured together with what is said of them: each group, half by half."""
    known = list(columns())
    for group, belongs in _GROUPS.items():
        for half, said in (("tune", "looked at"), ("test", "not looked at")):
            found = [column for column in known if column.half == half and belongs(column)]
            if found:
                yield f"{group}, {said}", found


@dataclass(frozen=True)
class Score:
    """How right the labels of a rule are."""

    precision: float
    recall: float

    @property
    def f1(self) -> float:
        """The harmonic mean of precision and recall."""
        total = self.precision + self.recall
        return 2 * self.precision * self.recall / total if total else 0.0


def score(pairs: list[tuple[str, str]]) -> Score:
    """Score pairs of (right, given) labels; a column that was given the wrong one of two labels counts against both."""
    right = sum(bool(expected) and expected == given for expected, given in pairs)
    claimed = sum(bool(given) for _, given in pairs)
    there = sum(bool(expected) for expected, _ in pairs)
    return Score(right / claimed if claimed else 0.0, right / there if there else 0.0)
