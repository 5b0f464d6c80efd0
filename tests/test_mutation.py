"""Mutants change what runs, each one thing; and words for people alone are none."""

import pytest

from mutation import mutants_of

# What is changed, and into what.
CHANGED = {
    "if a and b:\n    c()\n": {"a and b -> not (a and b)", "a and b -> a or b"},
    "a = 1\n": {"a = 1 -> a = None", "1 -> 2"},
    'a = "x"\n': {'a = "x" -> a = None', '"x" -> "XXxXX"', '"x" -> "X"'},
    "a < b\n": {"a < b -> a <= b"},
    "@b(1)\ndef a(b: int = 1) -> int:\n    return not b\n": {"not b -> b"},
    "def a():\n    return a(b, c)\n": {f"a(b, c) -> a({to})" for to in ("None, c", "b, None", "c", "b, ")},
}
WORDS = [
    '"""Doc."""\n',
    'def a():\n    """Doc."""\n',
    'raise ValueError("x")\n',
    'raise ValueError(f"x {y}")\n',
    'say("x")\n',
    "import a\n",
]


@pytest.mark.parametrize(("text", "changes"), CHANGED.items())
def test_one_thing_is_changed(text: str, changes: set[str]) -> None:
    found = mutants_of(text)
    assert {mutant.change for mutant in found} == changes
    assert len({mutant.text for mutant in found}) == len(found) and text not in {mutant.text for mutant in found}


@pytest.mark.parametrize("text", WORDS)
def test_words_alone_are_not(text: str) -> None:
    assert mutants_of(text) == []


def test_several_words_are_words_wherever_they_stand() -> None:
    assert {mutant.change for mutant in mutants_of('a("b c", x)\n')} == {
        f'a("b c", x) -> a({to})' for to in ("None, x", '"b c", None', "x", '"b c", ')
    }


def test_an_encoding_has_no_case() -> None:
    assert {mutant.change for mutant in mutants_of('"utf-8"[0]\n')} == {'"utf-8" -> "XXutf-8XX"', "0 -> 1"}


def test_a_mutant_is_known_by_where_it_is_and_which_it_is() -> None:
    names = [mutant.name for mutant in mutants_of("class A:\n    def b(self):\n        return 1, 1\nc = 1\n")]
    assert names == ["A.b: 1 -> 2", "A.b: 1 -> 2 (2)", "the module: c = 1 -> c = None", "the module: 1 -> 2"]


def test_the_rest_of_a_module_stays() -> None:
    text = "# above\n\na = 1\n# between\nb = c\n# below\n"
    assert text.replace("1", "2") in {mutant.text for mutant in mutants_of(text)}
