"""Columns of public schemas with the label that each should have: `data/labelled/`, one file a schema.

A column is ``name: type [key] [required] [LABEL]``. Half of the schemas were looked at when the rules were written, the
other half only measures them.
"""

from collections.abc import Iterator
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
    """A column, the type that an asset gives it, and the label that it should have, '' for none."""

    schema: str
    half: str
    table: str
    name: str
    type: str
    label: str


def columns() -> Iterator[Column]:
    """Yield every labelled column."""
    for path in sorted(FOLDER.glob("*.yml")):
        document = yaml.safe_load(path.read_text(encoding="utf-8"))
        for table, entries in document["tables"].items():
            for name, entry in entries.items():
                native, *words = entry.split()
                label = next((word for word in words if word in LABELS), "")
                kind = JSON_KINDS.get((native, "")) or kind_of(native)
                yield Column(path.stem, document["half"], table, name, FIELD_TYPES[kind].type, label)


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
