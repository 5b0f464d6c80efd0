"""Emitted values are parsed back unchanged, whatever they contain."""

import math
import unicodedata
from typing import Any

import pytest
import yaml
from hypothesis import example, given
from hypothesis import strategies as st

from dativo_generator.base import emit
from dativo_generator.base.documents import parse_bounded
from dativo_generator.base.emit import answers, block, inline
from support import EXAMPLES

TEXT = st.text()
SCALARS = st.one_of(TEXT, st.integers(), st.booleans(), st.floats(allow_nan=False, allow_infinity=False))
DATA = st.recursive(
    st.one_of(SCALARS, st.lists(SCALARS, max_size=4)),
    lambda inner: (
        st.dictionaries(TEXT, inner, max_size=4) | st.lists(st.dictionaries(TEXT, inner, min_size=1), max_size=3)
    ),
    max_leaves=10,
)


def test_ordinary_values_read_like_hand_written_ones() -> None:
    job = {"name": "public.orders", "path": "/app/x.yaml", "tags": ["a", "b"], "rows": [{"id": 1}], "version": "1.0"}
    assert block(job, 2) == (
        '  name: public.orders\n  path: /app/x.yaml\n  tags: [a, b]\n  rows:\n    - id: 1\n  version: "1.0"'
    )


def test_text_of_several_lines_is_kept_as_lines() -> None:
    assert block({"fields": "id: string\nemail: string PII"}) == "fields: |-\n  id: string\n  email: string PII"


# What some reader of YAML takes for no text, in any case of its letters.
WORDS = ["y", "n", "yes", "no", "on", "off", "true", "false", "null", "none", "inf", "nan"]
PLAIN = ["a", "Az09", "_x", "/app/x.yaml", "a b c", "a.b@c-d+e", "Z_z", "yes please", "nothing"]
QUOTED = [
    "",
    " a",
    "a ",
    "a  b",
    "-a",
    "0",
    "1.0",
    "a:b",
    "a#b",
    "@a",
    "+a",
    "é",
    "a, b",
    "[a]",
    "~",
    "*",
    "\t",
    "\x85",
]


@pytest.mark.parametrize("text", [form(word) for word in WORDS for form in (str.lower, str.upper, str.title)])
def test_a_word_that_could_be_something_else_is_quoted(text: str) -> None:
    assert inline(text) == f'"{text}"'
    assert block({"a": text}) == f'a: "{text}"'


@pytest.mark.parametrize("text", PLAIN)
def test_ordinary_text_has_no_quotes(text: str) -> None:
    assert inline(text) == text
    assert inline([text]) == f"[{text}]"


@pytest.mark.parametrize("text", QUOTED)
def test_other_text_has(text: str) -> None:
    assert inline(text)[0] == inline(text)[-1] == '"'
    assert yaml.safe_load(inline(text)) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (1, "1"),
        (True, "true"),
        (None, "null"),
        ([1, "a", None], "[1, a, null]"),
        ((1, "a"), "[1, a]"),
        ([], "[]"),
        ("a\nb", r'"a\nb"'),
        ("é\n", r'"é\n"'),
        ("x " * 200 + "\n", '"' + "x " * 200 + r'\n"'),
        (["x y"] * 50, f"[{', '.join(['x y'] * 50)}]"),
        (["é"], '["é"]'),
        ("...", '"..."'),
    ],
)
def test_a_value_follows_its_key_on_the_line(value: object, text: str) -> None:
    assert inline(value) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ({"b": 1, "a": 2}, "b: 1\na: 2"),
        ({"a": [{"b": 1}, {"c": []}]}, "a:\n  - b: 1\n  - c: []"),
        ({"a": [["b"], []]}, "a:\n  - [b]\n  - []"),
        ({"a": (("b",), {"c": 1})}, "a:\n  - [b]\n  - c: 1"),
        ({"a": "x\n\ny\n"}, "a: |\n  x\n\n  y"),
        ({"a": " x\n"}, "a: |2\n   x"),
        ({"a": {"b": "x" * 100 + " y" * 50}}, f"a:\n  b: {'x' * 100 + ' y' * 50}"),
        ({"a": "X"}, "a: X"),
        ({"é": "é"}, '"é": "é"'),
        ({"a": "é\n🎉\n"}, "a: |\n  é\n  🎉"),
        ({"a": "é\n\u200b\n"}, r'a: "é\n\u200B\n"'),
    ],
)
def test_lines_of_a_block(value: object, text: str) -> None:
    assert block(value) == text
    assert block(value, 2) == "\n".join(f"  {line}" if line else "" for line in text.split("\n"))


def test_what_is_there_twice_is_written_twice() -> None:
    value = ["x"]
    assert block({"a": value, "b": value}) == "a: [x]\nb: [x]"


TEXTS = ["注文の番号", "Straße", "Ελληνικά", "русский", "עברית", "العربية", "हिन्दी", "한국어", "🎉", "€ “x”"]
UNSEEN = [
    "\x1b",
    "\x85",
    "\xa0",
    "\xad",
    "\u200b",
    "\u200d",
    "\u2028",
    "\u202e",
    "\u2066",
    "\u3000",
    "\ue000",
    "\ufdd0",
]
UNSEEN += ["\ufe0f", "\ufeff", "\ufff9", "\uffff", "\U0001fffe", "\U000e0041", "\U0010fffd"]


@pytest.mark.parametrize("text", TEXTS)
def test_text_stays_readable(text: str) -> None:
    assert inline(text) == f'"{text}"'
    assert block({text: f"{text}\n{text}"}) == f'"{text}": |-\n  {text}\n  {text}'


@pytest.mark.parametrize("text", UNSEEN, ids=ascii)
def test_what_nobody_sees_is_escaped(text: str) -> None:
    assert inline(f"é{text}é").isprintable() and inline(f"é{text}é") == f'"é{inline(text)[1:-1]}é"'
    assert inline(text).isascii() and inline(text)[1] == "\\"
    assert yaml.safe_load(inline(text)) == text


def test_whatever_does_not_print_is_escaped() -> None:
    everything = "".join(c for c in map(chr, range(0x110000)) if unicodedata.category(c) != "Cn")
    written = emit._ESCAPED.sub("", everything)
    assert written.isprintable()
    marks = "".join(c for c in everything.replace(" ", "") if c.isprintable() and emit._ESCAPED.match(c))
    assert {unicodedata.category(c) for c in marks} == {"Mn", "Lo", "Po"} and len(marks) < 300


@given(st.one_of(SCALARS, st.lists(SCALARS)))
@example("no")
@example("1.0")
@example("1e3")
@example("0o7")
@example("12:30:45")
@example("2024-01-01")
@example("a: b # c")
@example("\n")
@example("- a\n- b\n")
@example("\u2028\x85\ud7ff🎉")
@example(" lead")
@example("trail ")
@example("!tag")
@example("*alias")
@example("{{ jinja }}")
@example(["a, b", "]"])
def test_inline(value: object) -> None:
    text = f"key: {inline(value)}\n"
    assert yaml.safe_load(text) == {"key": value}
    assert len(text.splitlines()) == 1


@given(st.dictionaries(TEXT, DATA, min_size=1), st.integers(min_value=1, max_value=8))
@example({"last": "a\n\n"}, 2)
@example({"last": "\n"}, 2)
@example({"last": "\n\n"}, 2)
@example({"last": "a\n"}, 2)
def test_block(value: dict, indent: int) -> None:
    assert yaml.safe_load(f"key:\n{block(value, indent)}\n") == {"key": value}


# --- written here, as the dumper writes -------------------------------------------------------------------------------

# Texts in which what decides about quotes, lines and escapes is frequent.
ODD = st.text(
    st.sampled_from([*"ab:#-.[]{},'\"\\ \n\t\r\x85\xa0\u200b\u2028\u202e\ufeffé注🎉\U0010fffd\x00~!|>%@`01&*?"]),
    max_size=8,
)
ANY = st.one_of(ODD, TEXT, st.integers(), st.booleans(), st.none(), st.floats(), st.sampled_from(WORDS))
KEYS = st.one_of(ODD, st.integers(), st.booleans(), st.none(), st.text("k", min_size=90, max_size=140))
TREES = st.recursive(
    ANY,
    lambda inner: (
        st.dictionaries(KEYS, inner, max_size=4) | st.lists(inner, max_size=4) | st.lists(inner, max_size=4).map(tuple)
    ),
    max_leaves=12,
)


def dumped(value: Any) -> str:
    """Return what the dumper writes."""
    return yaml.dump(value, Dumper=emit._Dumper, sort_keys=False, width=math.inf, allow_unicode=True)


@given(st.dictionaries(TEXT, DATA | st.lists(TEXT, min_size=20), min_size=1))
def test_answers(value: dict) -> None:
    assert yaml.safe_load(answers(value)) == value


@pytest.mark.parametrize(("width", "lines"), [(120, 1), (121, 2)])
def test_a_list_of_answers_stands_on_its_line_where_it_fits(width: int, lines: int) -> None:
    text = answers({"tables": ["a" * (width - len("tables: []"))], "x": "b" * 200})
    assert len(text.splitlines()) == lines + 1


@given(TREES)
@example({"": 1})
@example({"a\nb": 1})
@example({"a\x85": 1})
@example({"k" * 100: 1, "k" * 101: 2, "k" * 140: 3})
@example({"a": {"b": {}, "c": [], "d": (), "e": [[]], "f": [{}], "g": [[[1]], {"a": {"b": [{"c": 1}]}}]}})
@example({"a": ["x\ny", {"b": 1}, "x\ny\n"], "b": " x\ny", "c": "\nx", "d": "x \ny", "e": "x\ny ", "f": "x\n\ny\n"})
@example({"a": [1.5, -0.25, 1e300, 1e-7, math.inf, -math.inf], None: True, False: None, 1.5: 2})
@example({"a": '\x7f\xff\u0100\uffff\U00010000\0\a\b\t\r\x1b"\\'})
def test_blocks_are_what_the_dumper_writes(value: Any) -> None:
    assert block(value) == dumped(value).removesuffix("\n")


@given(TREES)
@example("...")
@example([1, "a"])
@example([[1]])
def test_so_is_what_stands_on_a_line(value: Any) -> None:
    if not (isinstance(value, str) and "\n" in value):
        assert inline(value) == dumped(value).removesuffix("...\n").strip()


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_answers_are_not_left_to_the_dumper(path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    answers = parse_bounded(path.read_text("utf-8"))
    written = dumped(answers).removesuffix("\n")
    monkeypatch.delattr(emit, "_dumped")
    assert block(answers) == written


@pytest.mark.parametrize(
    "value", [object(), {"a": object()}, [{"a": {1, 2}}], {("a",): 1}, type("Text", (str,), {})("a")]
)
def test_another_value_is(value: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(emit, "_dumped", lambda value: "dumped\n")
    assert block(value) == inline(value) == "dumped"
