"""The quick outline of a YAML mapping is what parsing gives, or None."""

from typing import Any

import pytest
import yaml
from hypothesis import example, given
from hypothesis import strategies as st

from dativo_generator.base.documents import parse_bounded
from dativo_generator.base.emit import block
from dativo_generator.base.outline import outlined
from support import EXAMPLES

KEYS = ("_commit", "tenant_id", "ci", "vendor")
WORDS = ["acme", "v1.0.0-3-gabc1234", "1.2.3rc1", "1.2", "12", "yes", "No", "NULL", "true", "False", "y", "a b", ""]


def parsed(text: str) -> Any:
    """Return those of the keys that parsing finds; None where the text is no mapping."""
    try:
        value = parse_bounded(text)
    except yaml.YAMLError:
        return None
    return {key: value[key] for key in KEYS if key in value} if isinstance(value, dict) else None


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_what_a_program_wrote_is_not_parsed(path: Any) -> None:
    text = (
        "# Answers\n" + block({"_commit": "v1.0.0", **parse_bounded(path.read_text("utf-8")), "vendor": False}) + "\n"
    )
    assert outlined(text, KEYS) == parsed(text)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", {}),
        ("x: 1\n", {}),
        ("tenant_id: acme\n", {"tenant_id": "acme"}),
        ("tenant_id: acme\nvendor: true\nci: none\n", {"tenant_id": "acme", "vendor": True, "ci": "none"}),
        ("_commit: 1.2.3\n", {"_commit": "1.2.3"}),
        ("x:\n  tenant_id: other\ny:\n- tenant_id: another\n# tenant_id: none\n", {}),
        ("tenant_id: acme\n\n# more\nx: 1\n", {"tenant_id": "acme"}),
    ],
)
def test_words_and_flags_are_told(text: str, found: dict[str, Any]) -> None:
    assert outlined(text, KEYS) == found


@pytest.mark.parametrize(
    "text",
    [
        "tenant_id: acme",  # it may go on
        'tenant_id: "acme"\n',
        "tenant_id: acme # ours\n",
        "tenant_id: 12\n",
        "tenant_id: 1.2\n",
        "tenant_id: yes\n",
        "tenant_id: Null\n",
        "tenant_id: True\n",
        "tenant_id: &a acme\n",
        "tenant_id:\n",
        "tenant_id:\n  acme\n",
        "tenant_id:\n- acme\n",
        "tenant_id: acme\n  corporation\n",
        "tenant_id: acme\ntenant_id: globex\n",
        "{tenant_id: acme}\n",
        '"tenant_id": acme\n',
        "? tenant_id\n: acme\n",
        "--- x\ntenant_id: acme\n",
        "%YAML 1.1\n",
        "x: 1\r\ntenant_id: acme\r\n",
        "# a\u2028tenant_id: acme\n",
        "# a\u2029tenant_id: acme\n",
        "# a\x85tenant_id: acme\n",
        "# a\rtenant_id: acme\n",
        "\ufefftenant_id: acme\n",
    ],
)
def test_where_anything_is_unusual_it_is_to_be_parsed(text: str) -> None:
    assert outlined(text, KEYS) is None


def test_a_key_is_no_pattern() -> None:
    assert outlined("axb: word\n", ["a.b"]) == {}


LINES = st.sampled_from(
    [f"{key}: {word}" for key in ("tenant_id", "ci", "x") for word in WORDS]
    + [
        "",
        "# a",
        "- a",
        "  b: 1",
        "  more",
        "x:",
        "---",
        "...",
        "{a: 1}",
        "'",
        '"',
        "x: |",
        "x: '",
        "<<<<<<< HEAD",
        "ci:",
    ]
)


@given(st.lists(LINES, max_size=6))
@example(["x: '", "tenant_id: acme", "'"])
@example(["x: |", "tenant_id: acme"])
def test_it_never_says_otherwise_than_parsing(lines: list[str]) -> None:
    text = "\n".join(lines) + "\n"
    value = outlined(text, KEYS)
    assert value is None or parsed(text) in (None, value)
