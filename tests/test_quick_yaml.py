"""The quick YAML reader gives PyYAML's values, or leaves a text to PyYAML."""

from typing import Any

import pytest
import yaml
from hypothesis import example, given
from hypothesis import strategies as st

from dativo_generator.base.quick_yaml import Unusual, read

LOADERS = [yaml.SafeLoader, yaml.CSafeLoader]
# What YAML is made of, so that a text of some of these is often YAML, and nearly as often wrong.
PARTS = ["a", "b", "é", "1", "0x1f", "1.5", "yes", "~", "<<", "=", " ", "  ", "\n", "\n  ", ": ", "- ", "? ", ", "]
PARTS += [
    "[",
    "]",
    "{",
    "}",
    "'",
    '"',
    "|\n ",
    ">\n ",
    "# x\n",
    "&a ",
    "*a",
    "!!str ",
    "! ",
    "---\n",
    "...\n",
    "%",
    "\t",
]

ORDINARY: list[tuple[str, Any]] = [
    ("a", "a"),
    ("''", ""),
    ("a: b\nc: [d, 1, {e: f}]", {"a": "b", "c": ["d", 1, {"e": "f"}]}),
    ("- 1\n- 0x1f\n- 1.5\n- 1e3\n- yes\n- ~\n-\n- null", [1, 31, 1.5, "1e3", True, None, None, None]),
    ("- 1:30\n- -1\n- 1_000\n- .inf\n- OFF", [90, -1, 1000, float("inf"), False]),
    ("- '1'\n- \"yes\"\n- |\n  1\n- >-\n  a\n  b", ["1", "yes", "1\n", "a b"]),
    ("'1': a\n\"no\": b", {"1": "a", "no": "b"}),
    ("{}", {}),
    ("[]", []),
    ("--- a\n...\n", "a"),
    ("a:\n  b:\n  - c: 1\n    d: 2\n  - e", {"a": {"b": [{"c": 1, "d": 2}, "e"]}}),
]
UNUSUAL = [
    "",
    "# nothing",
    "a: &x 1",
    "a: &x [1]\nb: *x",
    "*x",
    "a: !!str 1",
    "!!map {}",
    "! a",
    "1: a",
    "yes: a",
    "? [a]\n: b",
    "a: 1\na: 2",
    "'a': 1\na: 2",
    "<<: {a: 1}",
    "2024-01-01",
    "=",
    "a\n---\nb",
    "%YAML 1.1\n---\na",
    "%TAG ! x\n---\na",
    "0b_",
]


@pytest.mark.parametrize("loader", LOADERS)
@pytest.mark.parametrize(("text", "value"), ORDINARY)
def test_ordinary_text(text: str, value: Any, loader: Any) -> None:
    found = read(text, loader)
    assert (found, repr(found)) == (value, repr(value)) and found == yaml.load(text, loader)


@pytest.mark.parametrize("loader", LOADERS)
@pytest.mark.parametrize("text", UNUSUAL)
def test_the_rest_is_left(text: str, loader: Any) -> None:
    with pytest.raises(Unusual):
        read(text, loader)


@given(st.lists(st.sampled_from(PARTS), max_size=12).map("".join))
@example("{a: b}: c")
@example("a: [")
def test_what_is_read_is_what_pyyaml_reads(text: str) -> None:
    for loader in LOADERS:
        try:
            found = read(text, loader)
        except Unusual:
            continue
        except yaml.YAMLError as error:
            with pytest.raises(type(error)) as other:
                yaml.load(text, loader)
            assert str(other.value) == str(error)
        else:
            assert repr(found) == repr(yaml.load(text, loader))
