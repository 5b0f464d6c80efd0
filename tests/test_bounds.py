"""The quick check of a YAML text's bounds gives the same answer as reading it."""

import pytest
import yaml
from hypothesis import example, given
from hypothesis import strategies as st

from dativo_generator.base import documents
from dativo_generator.base.documents import bounded, surely_bounded, surely_bounded_unless_circular
from support import EXAMPLES, PACK

DEEP = 12
PARTS = [
    "- ",
    "? ",
    ": ",
    "a: ",
    "a",
    "1",
    "[",
    "]",
    "{",
    "}",
    ", ",
    "\n",
    "\n ",
    "\n  ",
    "\n    ",
    "'",
    '"',
    "#",
    "&b ",
    "*b",
    "!t ",
]
LIMITS = ("nested", "too many", "too long", "alias refers")


def limit(text: str, largest: int = documents.LARGEST) -> str:
    """Return what going through a text would refuse; '' where it passes, or is no YAML."""
    try:
        for _ in bounded(yaml.parse(text, Loader=yaml.CSafeLoader), largest):
            pass
    except yaml.YAMLError as error:
        return next((word for word in LIMITS if word in str(error)), "")
    return ""


@pytest.fixture(autouse=True)
def _shallow(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(documents, "DEEPEST", DEEP)


@given(st.lists(st.sampled_from(PARTS), max_size=40).map("".join))
@example("- " * 14)
@example("? " * 14)
@example("[" * 14)
@example("[a: " * 7)
@example("".join(f"\n{' ' * depth}- " for depth in range(14)))
@example("".join(f"\n{' ' * depth}a:\n{' ' * depth}- " for depth in range(0, 14, 2)))
@example("# x\u2028" + "\u2028".join(f"{' ' * depth}a:" for depth in range(14)))
@example("# x\r" + "\r".join(f"{' ' * depth}a:" for depth in range(14)))
def test_what_passes_at_a_glance_is_within_the_bounds(text: str) -> None:
    assert not (surely_bounded(text) and limit(text))
    assert not surely_bounded_unless_circular(text) or limit(text) in ("", "alias refers")


@pytest.mark.parametrize("digits", [199, 200, 201, 300])
@pytest.mark.parametrize("text", ["a: {}", "a: -{}", "a: .{}", "{}: a", "- {}"])
def test_so_are_its_numbers(text: str, digits: int) -> None:
    number = text.format("1" * digits)
    assert not (surely_bounded(number) and limit(number))
    assert surely_bounded("a: 1")


def test_so_is_how_much_it_holds() -> None:
    text = "- a\n" * 10
    assert surely_bounded(text, 40) and not limit(text, 40)
    assert not surely_bounded(text, 39)


def test_so_is_what_its_aliases_stand_for() -> None:
    text = "- &a [1, 2, 3]\n" + "- *a\n" * 9
    assert surely_bounded_unless_circular(text, 600) and not surely_bounded(text, 600)
    assert [limit(text, largest) for largest in (40, 41)] == ["too many", ""]
    assert not surely_bounded_unless_circular(text, 599)
    assert not surely_bounded_unless_circular(text + "- &b x\n", 6000)


@pytest.mark.parametrize(
    "path", [*EXAMPLES, *sorted((PACK.root / "connectors").glob("*.yaml"))], ids=lambda path: path.stem
)
def test_ordinary_files_pass_at_a_glance(path, monkeypatch: pytest.MonkeyPatch) -> None:  # type: ignore[no-untyped-def]
    monkeypatch.undo()
    assert surely_bounded(path.read_text("utf-8"))
