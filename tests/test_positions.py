"""The quick reader of documents gives the same values and positions as the thorough one."""

import datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from dativo_generator.base import positions
from dativo_generator.base.plain import Plain
from dativo_generator.base.positions import Located, LocatedError
from support import ROOT

GOLDEN = ROOT / "tests" / "golden"

# What documents are made of: collections, plain words of each kind, tags, aliases, and what is wrong.
PARTS = [
    *("a: ", "b: ", "- ", "\n", "\n  ", "{", "}", "[", "]", ", ", "? ", "#", "'", '"', "|\n", "---\n", "\t", "\r\n"),
    *(
        "x",
        "yes",
        "~",
        "null",
        "1",
        "0x1F",
        "1.5",
        ".inf",
        "1:30",
        "2024-01-01",
        "2024-13-45",
        "=",
        "<<: ",
        "1: ",
        "1_0",
    ),
    *("!!str ", "!!int ", "!!bool ", "!!set ", "!x ", "&a ", "&b ", "*a", "*b", "&a {x: 1}", "\u2028", "\x85"),
]
# Of a text its value, and whether there are nulls in it.
TEXTS = {
    "a: &a {b: 1}\nc: *a\n": ({"a": {"b": 1}, "c": {"b": 1}}, False),
    "[yes, 1, 0x10, 1.5, '', x, 2024-01-01]": ([True, 1, 16, 1.5, "", "x", datetime.date(2024, 1, 1)], False),
    "a: [{b: }, c]": ({"a": [{"b": None}, "c"]}, True),
    "[~, 1]": ([None, 1], True),
    "x": ("x", False),
}
CLOSELY = ["1: a", "a: 1\na: 2", "<<: {a: 1}", "? [a]\n: b", "!!set {a, b}", "=", "a: 2024-13-45", "&a [*a]"]


def seen(text: str, largest: int = 200) -> tuple[Any, ...]:
    """Return what a text holds, written out with its types, or what is wrong with it and where."""
    try:
        return (repr(Located(text, largest).value),)
    except LocatedError as error:
        return str(error), error.line, error.column


@given(st.lists(st.sampled_from(PARTS), max_size=30).map("".join))
@example("a: &a {b: 1}\nc: *a\n")
@example("a: &a [*a]")
@example("a: &a [1, 2, 3]\nb: [" + "*a, " * 100 + "]")
def test_a_glance_tells_what_a_close_look_does(text: str) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(positions, "_plain", lambda *_: None)
        closely = seen(text)
    assert seen(text) == closely


@pytest.mark.parametrize(("text", "told"), TEXTS.items())
def test_most_is_told_at_a_glance(text: str, told: tuple[Any, bool]) -> None:
    plain = positions._plain(text, 200)
    assert isinstance(plain, Plain)
    assert (plain.value, plain.has_nulls) == told


@pytest.mark.parametrize("text", CLOSELY)
def test_what_is_unusual_takes_a_closer_look(text: str) -> None:
    assert positions._plain(text, 200) is None


def test_what_an_alias_names_is_there_once() -> None:
    value = Located("schema: &a [{name: x}]\nasset: {schema: *a}\n").value
    assert value["schema"] is value["asset"]["schema"]


@pytest.mark.parametrize("path", sorted(GOLDEN.glob("*/*/*/**/*.yaml")), ids=lambda path: path.stem)
def test_jobs_and_assets_are_told_at_a_glance(path: Path) -> None:
    assert positions._plain(path.read_text(encoding="utf-8"), positions.LARGEST)
