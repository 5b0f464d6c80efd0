"""A wrong answer gives one line, with its name, its value and the way out; nothing is written."""

from pathlib import Path
from typing import Any

import pytest
import yaml
from copier import run_copy
from copier.errors import UserMessageError

from dativo_generator.answers.questions import QUESTIONS
from dativo_generator.base.errors import AnswerError
from dativo_generator.questionnaire.unattended import completed
from support import PACK, ROOT

DATA = yaml.safe_load((ROOT / "tests" / "data" / "bad_answers.yml").read_text(encoding="utf-8"))


@pytest.mark.parametrize(("base", "changes", "message"), DATA["cases"], ids=[case[2][:60] for case in DATA["cases"]])
def test_refused(base: str, changes: dict[str, Any], message: str, template: Path, tmp_path: Path) -> None:
    answers = {name: value for name, value in (DATA["base"][base] | changes).items() if value is not None}
    with pytest.raises(UserMessageError) as error:
        # Not the checked helper: a misspelt name is what some cases are about.
        run_copy(str(template), tmp_path / "out", data=answers, defaults=True, unsafe=True, quiet=True)
    assert str(error.value).startswith(message)
    assert len(str(error.value).splitlines()) == 1
    assert not (tmp_path / "out").exists()


def _nested(depth: int) -> Any:
    return [_nested(depth - 1)] if depth else "x"


_ITSELF: list[Any] = []
_ITSELF.append(_ITSELF)
_BOMB: list[Any] = ["x"]
for _ in range(30):
    _BOMB = [_BOMB] * 9
# What a file hands on, be it written so or made of aliases, and what is said of it.
_UNBOUNDED = {
    "in itself": (_ITSELF, "is nested too deeply"),
    "deep": (_nested(200), "is nested too deeply"),
    "aliases": (_BOMB, "holds too many values"),
    "no number": ([float("nan")], "put it in quotes; a number in it is too large"),
    "infinite": ([float("-inf")], "put it in quotes; a number in it is too large"),
    "digits": ([16**5000], "put it in quotes; a number in it is too large"),
    "half of a character": (["a\ud800"], r"'a\\ud800' has half of a surrogate pair"),
    "bytes": ([b"x" * 1000], "put it in quotes; \"b'x{50,}\\.\\.\\. is read as a bytes"),
    "deep text": ("[" * 200, "not valid YAML: is nested too deeply"),
    "a date's tag": ("[!!timestamp x]", "not valid YAML"),
    "a long number": ("[" + "9" * 5000 + "]", "not valid YAML: a number is too long"),
    "a sexagesimal float": ("[" + "1:" * 200 + "1.5]", "not valid YAML: a number is too long"),
}


@pytest.mark.parametrize(("value", "message"), _UNBOUNDED.values(), ids=_UNBOUNDED)
def test_an_answer_is_bounded(value: Any, message: str) -> None:
    with pytest.raises(AnswerError, match=rf"tags: {message}") as error:
        completed(PACK, {**DATA["base"]["stripe"], "tags": value}, "")
    assert len(str(error.value)) < 200


@pytest.mark.parametrize("name", QUESTIONS)
def test_a_number_that_cannot_be_written_out_is_refused(name: str) -> None:
    with pytest.raises(AnswerError) as error:
        completed(PACK, {**DATA["base"]["postgres"], name: 16**5000}, "")
    assert len(str(error.value)) < 300


def test_a_number_of_many_digits_is_refused_as_any_other() -> None:
    with pytest.raises(AnswerError, match=r"retention_days: write a whole number of 0 or more, not '9+.*"):
        completed(PACK, {**DATA["base"]["stripe"], "retention_days": "9" * 10_000}, "")


@pytest.mark.parametrize("base", DATA["base"])
def test_the_base_is_good(base: str, template: Path, tmp_path: Path) -> None:
    run_copy(str(template), tmp_path / "out", data=DATA["base"][base], defaults=True, unsafe=True, quiet=True)
    assert (tmp_path / "out" / "jobs").is_dir()
