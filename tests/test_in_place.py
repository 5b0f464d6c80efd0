"""Values are changed inside a text, and the rest of the text stays."""

from collections.abc import Callable
from difflib import unified_diff
from pathlib import Path
from typing import Any

import pytest
import yaml

from dativo_generator.base.in_place import alike, with_values
from support import EXAMPLES, Rendered

TEXT = """\
# A job.
tenant: 'acme'   # who
source:
    tables:
    -   object: a
        name: "p.a"  # first
    - {object: b, name: p.b}
    connection:
        host: h # where
        port: 5

    flow: {a: 1, b: [x, y]}
# end
schema: &s
  - name: a
    type: string
  - name: b
    type: string   # of b
text: |
  one
  two
other: *s
words: [a, b]
block:
  - a
  - b
empty:
last: 1
"""


def put(*keys: Any, value: Any) -> Callable[[Any], None]:
    def change(document: Any) -> None:
        for key in keys[:-1]:
            document = document[key]
        document[keys[-1]] = value

    return change


def drop(*keys: Any) -> Callable[[Any], None]:
    def change(document: Any) -> None:
        for key in keys[:-1]:
            document = document[key]
        del document[keys[-1]]

    return change


def both(fields: list[dict[str, Any]]) -> Callable[[Any], None]:
    return lambda document: document.update(schema=fields, other=fields)


A, B = {"name": "a", "type": "string"}, {"name": "b", "type": "string"}
# A change, and the lines that go and come for it.
CHANGES: dict[str, tuple[Callable[[Any], None], list[str]]] = {
    "a value": (put("tenant", value="x: y"), ["- tenant: 'acme'   # who", '+ tenant: "x: y"   # who']),
    "a value inside": (
        put("source", "connection", "port", value="${PORT}"),
        ["-         port: 5", '+         port: "${PORT}"'],
    ),
    "a key goes": (drop("source", "connection", "host"), ["-         host: h # where"]),
    "a key comes": (put("source", "connection", "user", value="u"), ["+         user: u"]),
    "a mapping comes": (put("source", "new", value={"a": {"b": 1}}), ["+     new:", "+       a:", "+         b: 1"]),
    "a mapping goes": (
        drop("source", "connection"),
        ["-     connection:", "-         host: h # where", "-         port: 5"],
    ),
    "a list on a line": (put("words", value=["a", "c"]), ["- words: [a, b]", "+ words: [a, c]"]),
    "a list of lines": (put("block", value=["a"]), ["- block:", "-   - a", "-   - b", "+ block: [a]"]),
    "a text of lines": (put("text", value="three"), ["- text: |", "-   one", "-   two", "+ text: three"]),
    "a value in flow style": (
        put("source", "flow", "a", value=2),
        ["-     flow: {a: 1, b: [x, y]}", "+     flow: {a: 2, b: [x, y]}"],
    ),
    "a key in flow style": (
        put("source", "tables", 1, "cursor", value="c"),
        ["-     - {object: b, name: p.b}", "+     - {object: b, name: p.b, cursor: c}"],
    ),
    "an item changes": (
        put("source", "tables", 0, "name", value="q.a"),
        ['-         name: "p.a"  # first', "+         name: q.a  # first"],
    ),
    "an item comes, here and in the alias": (
        both([A, B, {"name": "c", "type": "date"}]),
        ["+   - name: c", "+     type: date"],
    ),
    "an item comes first": (both([{"name": "c"}, A, B]), ["+   - name: c"]),
    "an item goes": (both([B]), ["-   - name: a", "-     type: string"]),
    "a column": (both([A, B | {"type": "date"}]), ["-     type: string   # of b", "+     type: date   # of b"]),
    "the last line": (put("last", value=2), ["- last: 1", "+ last: 2"]),
    "nothing": (lambda document: None, []),
}


@pytest.mark.parametrize("name", CHANGES)
def test_only_the_lines_of_a_change_are_others(name: str) -> None:
    change, lines = CHANGES[name]
    wanted = yaml.safe_load(TEXT)
    change(wanted)
    result = with_values(TEXT, wanted)
    assert yaml.safe_load(result) == wanted
    found = [*unified_diff(TEXT.splitlines(), result.splitlines(), n=0, lineterm="")][2:]
    assert [f"{line[0]} {line[1:]}" for line in found if line[0] in "+-"] == lines


# What cannot be done in place.
LEFT: dict[str, tuple[str, Any]] = {
    "no YAML": ("a: [", {"a": 1}),
    "no mapping": ("- 1\n", {"a": 1}),
    "flow style": ("{a: 1}\n", {"a": 2}),
    "an alias that is to be another value": ("a: &x [1]\nb: *x\n", {"a": [1], "b": [2]}),
    "nothing stays": ("a: 1\n", {"b": 1}),
    "a line's end of another system": ("a: 1\r\nb: 2\r\n", {"a": 2, "b": 2}),
    "a merge": ("x: &x {a: 1}\ny:\n  <<: *x\n", {"x": {"a": 1}, "y": {"a": 2}}),
}


@pytest.mark.parametrize("name", LEFT)
def test_what_cannot_be_done_in_place_is_left(name: str) -> None:
    assert with_values(*LEFT[name]) is None


def test_a_text_without_an_end_gets_one() -> None:
    assert with_values("a: 1", {"a": 1, "b": 2}) == "a: 1\nb: 2\n"


@pytest.mark.parametrize(
    ("items", "name"),
    [
        ([{"name": "a"}, {"name": "b"}], "name"),
        ([], "name"),
        ([{"name": "a", "object": "x"}, {"name": "a", "object": "y"}], "object"),
        ([{"name": "a"}, {"name": "a"}], ""),
        ([{"name": ["a"]}], ""),
        (["a"], ""),
        ("a", ""),
    ],
)
def test_items_are_told_apart_by_a_name(items: Any, name: str) -> None:
    assert alike(items) == name


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_each_value_of_an_example_can_be_changed(path: Path, example: Callable[[Path], Rendered]) -> None:
    """Other lines are as they were, whatever is changed; what an alias repeats is changed with it."""
    for name, content in example(path).files.items():
        if name.startswith(("jobs/", "assets/")):
            text, document = content.decode(), yaml.safe_load(content)
            for key in document:
                if key not in ("schema", "asset"):
                    wanted = document | {key: "changed"}
                    assert yaml.safe_load(with_values(text, wanted)) == wanted


def test_items_are_told_apart_by_what_most_of_them_share() -> None:
    assert alike([{"name": "a", "object": "x"}], [{"name": "b", "object": "x"}]) == "object"
    assert alike([{"name": "a", "object": "x"}], [{"name": "a", "object": "y"}]) == "name"
