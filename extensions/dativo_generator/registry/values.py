"""Kinds of values, and how much it proves when values pass their tests: `registry/values.yaml`."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from ..base.documents import Document, Section, shown
from ..base.naming import LABEL
from ..base.phrases import Groups, take_groups
from .shares import share

FILE = "registry/values.yaml"
_WORD = r"@?[a-z0-9]+"
_TESTS = ("check", "stdnum", "patterns")
_FIGURES = ("prior", "chance", "alike", "why")
_WORDS = ("for", "against", "tables", "not_tables", "rules")


class Seen(NamedTuple):
    """How a column's values did in tests, without the values: how many `distinct` ones were tested, how many passed.

    `passed` pairs each kind that any values passed with their number. Values `in_a_row`, numbers a few apart, are not
    independent draws.
    """

    distinct: int
    passed: tuple[tuple[str, int], ...] = ()
    in_a_row: bool = False


class ValueKind(NamedTuple):
    """One kind; `test` is the name of a test and its arguments: the name of a function or module, or patterns."""

    name: str
    label: str
    test: tuple[str, tuple[str, ...]]
    form: str
    characters: tuple[int, int]
    numbers: bool
    prior: float
    chance: float
    alike: float
    why: str
    speaks_for: frozenset[str]
    speaks_against: frozenset[str]
    tables: frozenset[str]
    not_tables: frozenset[str]
    rules: frozenset[str]


class Weights(NamedTuple):
    """The weights of evidence; the file explains each.

    `purity` lists shares of passing values in a column of a kind. `named` and `against` multiply odds, `contradicted`
    divides them.
    """

    purity: tuple[float, ...]
    named: float
    against: float
    contradicted: float
    min_confidence: float


class ValueKinds(NamedTuple):
    """All kinds in order, with the weights, and the labels, strictest first."""

    kinds: tuple[ValueKind, ...]
    weights: Weights
    labels: tuple[str, ...]


def load_value_kinds(root: Path) -> ValueKinds:
    """Read the kinds of the pack at `root`; raises `PackError`."""
    top = Document(root, FILE).section(("purity", "name", "labels", "min_confidence", "groups", "kinds"))
    groups = take_groups(top)
    name = top.section("name", ("for", "against", "contradicted"))
    purity = top.take("purity")
    if not isinstance(purity, list) or not all(isinstance(one, float) and 0 < one < 1 for one in purity) or not purity:
        raise top.error("purity", f"must be a list of numbers between 0 and 1, not {shown(purity)}")
    weights = Weights(
        tuple(purity),
        _factor(name, "for"),
        _factor(name, "against"),
        _factor(name, "contradicted"),
        share(top, "min_confidence"),
    )
    known = ("name", "label", *_TESTS, "form", "characters", "numbers", *_FIGURES, *_WORDS)
    labels = top.texts("labels", like=LABEL)
    return ValueKinds(tuple(_kind(entry, groups, labels) for entry in top.sections("kinds", known)), weights, labels)


def _factor(section: Section, key: str) -> float:
    value = section.take(key)
    if not isinstance(value, int | float) or isinstance(value, bool) or value <= 0:
        raise section.error(key, f"must be a number above 0, not {shown(value)}")
    return float(value)


def _kind(entry: Section, groups: Groups, labels: tuple[str, ...]) -> ValueKind:
    return ValueKind(
        entry.text("name"),
        entry.text("label", among=labels),
        _test(entry),
        _pattern(entry, "form", entry.text("form", default="")),
        _characters(entry),
        entry.flag("numbers", False),
        share(entry, "prior"),
        share(entry, "chance"),
        share(entry, "alike"),
        entry.text("why"),
        _words(entry, "for", groups),
        _words(entry, "against", groups),
        _words(entry, "tables", groups),
        _words(entry, "not_tables", groups),
        frozenset(entry.texts("rules", default=())),
    )


def _test(entry: Section) -> tuple[str, tuple[str, ...]]:
    tests = [name for name in _TESTS if name in entry.value]
    if len(tests) != 1:
        raise entry.error("name", "give one of check, stdnum and patterns")
    (name,) = tests
    if name == "patterns":
        return name, tuple(_pattern(entry, name, pattern) for pattern in entry.texts(name))
    return name, (entry.text(name, like=r"[a-z_]+(\.[a-z]+)?"),)


def _pattern(entry: Section, key: str, pattern: str) -> str:
    try:
        re.compile(pattern)
    except re.error as error:
        raise entry.error(key, f"fix the regular expression {shown(pattern)}: {error}") from None
    return pattern


def _characters(entry: Section) -> tuple[int, int]:
    """Take the fewest and the most letters and digits of a value; by default 1 and 1000."""
    value = entry.take("characters", [1, 1000])
    if not (isinstance(value, list) and len(value) == 2 and all(type(one) is int for one in value)):
        raise entry.error("characters", f"must be two whole numbers, not {shown(value)}")
    least, most = value
    return least, most


def _words(entry: Section, key: str, groups: Mapping[str, tuple[str, ...]]) -> frozenset[str]:
    found: list[str] = []
    for word in entry.texts(key, default=(), like=_WORD):
        if word.startswith("@") and word[1:] not in groups:
            raise entry.error(key, f"there is no group '{word[1:]}'")
        found += groups[word[1:]] if word.startswith("@") else [word]
    return frozenset(found)
