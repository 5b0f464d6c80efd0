"""Names that become paths are safe on every system, and the closest right word is suggested for a wrong one."""

import re

import pytest

from dativo_generator.base import naming

SLUGS = ["a", "0", "a_b-c", "orders2", "x" * 80, "com", "com10", "lpt0", "console"]
NO_SLUGS = ["", ".", "..", "A", "a.b", "a/b", "a b", "-a", "a-", "_a", "a_", "é", "a\n", "x" * 81]
DEVICES = ["con", "prn", "aux", "nul", "com1", "com9", "lpt1", "lpt9"]


@pytest.mark.parametrize("text", SLUGS)
def test_a_slug_may_be_part_of_a_path(text: str) -> None:
    assert naming.slug_problem(text) == ""


@pytest.mark.parametrize("text", NO_SLUGS)
def test_what_is_no_slug_gets_the_rule(text: str) -> None:
    assert naming.slug_problem(text) == naming.SLUG_RULE
    assert re.match("use 1 to 80 lower-case letters, digits", naming.SLUG_RULE)


@pytest.mark.parametrize("text", DEVICES)
def test_a_device_of_windows_is_no_name(text: str) -> None:
    assert naming.slug_problem(text) == "use a name that Windows does not reserve"


@pytest.mark.parametrize(
    ("text", "slug"),
    [
        ("Order Details", "order_details"),
        ("public.orders", "public_orders"),
        ("__a--b__", "a_b"),
        ("2024 / x", "2024_x"),
        (" \t", ""),
        ("x" * 81, "x" * 80),
        ("x" * 79 + " y", "x" * 79),
        ("xx x", "xx_x"),
    ],
)
def test_any_text_has_a_closest_slug(text: str, slug: str) -> None:
    assert naming.slug_of(text) == slug


@pytest.mark.parametrize("text", ["a", "Z", "9", "a b", "Order.Lines_2024-x Z", "x" * 80])
def test_an_object_may_be_called_as_its_source_calls_it(text: str) -> None:
    assert naming.object_problem(text) == ""


@pytest.mark.parametrize("text", ["", " a", "a ", ".a", "a.", "_a", "-a", "a/b", "é", "a\n", "x" * 81])
def test_what_is_no_name_of_an_object_gets_the_rule(text: str) -> None:
    rule = "use 1 to 80 letters, digits, spaces, '.', '-' and '_', with a letter or digit at both ends"
    assert naming.object_problem(text) == rule


@pytest.mark.parametrize(
    ("name", "file"), [("a-b_c", "a-b_c"), ("Order Lines", "order_lines"), ("dbo.Order", "dbo_order")]
)
def test_a_slug_stands_for_a_name_in_the_name_of_a_file(name: str, file: str) -> None:
    assert naming.file_name_of(name) == file


@pytest.mark.parametrize("text", ["a\nb", "a\tb", "a\x00", "\x7f", "\x85", "\ud800"])
def test_controls_are_found(text: str) -> None:
    assert naming.has_controls(text)


@pytest.mark.parametrize("text", ["", "a b", "é", "🎉", "\u200b", "a\u2028b"])
def test_other_characters_are_no_controls(text: str) -> None:
    assert not naming.has_controls(text)


def test_variables_are_listed_with_their_defaults() -> None:
    text = "a${A}b${_B2:-x y}${C:-}${d:-e}${E:-${F}}${G-x}$H"
    assert naming.env_variables(text) == [("A", ""), ("_B2", "x y"), ("F", "")]


@pytest.mark.parametrize(
    "text", ["", "a", "${A}", "${A:-}", "a${A:-x}", "${A:-x}b", "${A:-x}\n", "${A:-x\ty}", "${a:-x}"]
)
def test_what_is_no_variable_with_a_default_has_none(text: str) -> None:
    assert naming.env_default(text) == ""


def test_a_variable_can_have_a_default() -> None:
    assert naming.env_default("${_A9:-x: /y}") == "x: /y"


def test_variables_of_the_environment_are_listed() -> None:
    assert naming.env_names("a${A}b${_B2}${a}$C${D:-e}${}${1}") == ["A", "_B2"]


@pytest.mark.parametrize(("text", "whole"), [("${A}", True), ("${A_1}", True), ("${a}", False), ("x${A}", False)])
def test_a_reference_is_the_whole_text(text: str, whole: bool) -> None:
    assert naming.is_env_reference(text) == whole
    assert not naming.is_env_reference(f"{text}\n")


@pytest.mark.parametrize(
    ("word", "said"),
    [
        ("order", "orders"),
        ("ORDERS", "orders"),
        ("hr", "HR"),  # nothing alike but for its letters
        ("custom", "customers"),
        ("zebra", ""),
    ],
)
def test_the_nearest_word_is_meant(word: str, said: str) -> None:
    assert naming.nearest(word, iter(["HR", "orders", "customers"])) == said


def test_of_two_that_are_near_the_nearest_is_meant() -> None:
    assert naming.nearest("order", ["border1", "orders", "orderings"]) == "orders"


def test_words_are_listed() -> None:
    assert naming.listed(iter("abc")) == "a, b, c"


@pytest.mark.parametrize(
    ("words", "said"), [("", ""), ("abc", "a, b, c"), ("abcd", "a, b, c and 1 more"), ("abcde", "a, b, c and 2 more")]
)
def test_of_many_words_the_first_are_listed(words: str, said: str) -> None:
    assert naming.few(iter(words), 3) == said


@pytest.mark.parametrize("count", [10, 11])
def test_ten_words_are_few(count: int) -> None:
    assert ("more" in naming.few("x" * count)) == (count > 10)


@pytest.mark.parametrize(
    ("numbers", "said"),
    [
        ([], ""),
        ([2], "2"),
        ([2, 3], "2-3"),
        ([2, 3, 4, 7, 9, 10], "2-4, 7, 9-10"),
        ([1, 3, 4, 6, 8, 9], "1, 3-4, 6 and 2 more"),
    ],
)
def test_numbers_in_a_row_are_a_span(numbers: list[int], said: str) -> None:
    assert naming.spans(numbers, 3) == said


@pytest.mark.parametrize("count", [6, 7])
def test_six_spans_are_few(count: int) -> None:
    assert naming.spans(range(0, 2 * count, 2)).endswith("more") == (count > 6)


@pytest.mark.parametrize(
    ("pattern", "right", "wrong"),
    [
        (naming.IDENTIFIER, ["a", "s3", "a-b_c"], ["", "A", "1a", "_a", "a.b", "aB"]),
        (naming.OBJECT, ["a", "A", "0", "Order.Item_2-x", "aZ"], ["", ".a", "_a", "a b", "a/b"]),
        (naming.LABEL, ["P", "PII", "A_1"], ["", "pii", "1A", "_A", "A-B", "Aa"]),
    ],
)
def test_names_of_the_registry(pattern: str, right: list[str], wrong: list[str]) -> None:
    assert all(re.fullmatch(pattern, name) for name in right)
    assert not any(re.fullmatch(pattern, name) for name in wrong)
