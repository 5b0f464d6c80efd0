"""What the questions of several sections share."""

from collections.abc import Callable, Sequence
from typing import Any

from ...base.errors import AnswerError
from ...base.secrets import WAY_OUT, secret_in
from .. import choices, readers
from ..model import Answers, Question
from ..selection import Item


def alone(read: readers.Reader) -> Callable[[Answers, Any], Any]:
    """Adapt a reader that needs only the answer itself."""
    return lambda answers, raw: read(raw)


def always(value: Any) -> Callable[[Answers], Any]:
    """Return a default that does not depend on other answers."""
    return lambda answers: value


def choice(values: Sequence[str], default: str, of: str = "tenant") -> Question:
    """Build a question with the same choices for every scaffold."""
    return choice_of(always(values), always(default))._replace(fixed_choices=tuple(values), of=of)


def choice_of(values: Callable[[Answers], Sequence[str]], default: Callable[[Answers], Any]) -> Question:
    """Build a question whose choices depend on other answers."""
    return Question(
        read=lambda answers, raw: readers.one_of(raw, values(answers)),
        default=default,
        choices=lambda answers: choices.plain(values(answers)),
    )


def each(answers: Answers, placeholder: str, name: Callable[[Item], str]) -> str:
    """Return the name of the item if there is only one, else the placeholder for the name of each."""
    return name(answers.items[0]) if len(answers.items) == 1 else placeholder


def in_cloud(answers: Answers) -> bool:
    """Return whether the jobs run in cloud mode."""
    return answers["execution_mode"] == "cloud"


def or_nothing(read: readers.Reader) -> Callable[[Answers, Any], str]:
    """Let a reader of text accept an empty answer, too."""
    return lambda answers, raw: readers.text(raw) and read(raw)


def passed_on(name: str) -> Callable[[Answers, Any], dict[Any, Any]]:
    """Return the reader of the question `name` for keys that no question asks for; the plan says which are valid."""

    def read(answers: Answers, raw: Any) -> dict[Any, Any]:
        value = readers.mapping(raw)
        if secret_in(value, name):
            raise AnswerError(f"{WAY_OUT}; it is a literal secret")
        return value

    return read


def reused(answers: Answers) -> str:
    """Return why a question about the asset makes no sense, or '' if this scaffold writes the asset."""
    return "the existing asset decides it" if answers.reuses_assets else ""


def url(with_default: bool = False) -> Callable[[Answers, Any], str]:
    """Return a reader of a URL or an empty answer; with `with_default`, a variable may have a default."""
    matching = readers.matching(
        r"https?://[^\s/]+\S*", "write a URL that begins with http:// or https://", with_default
    )
    return lambda answers, raw: matching(raw) if readers.text(raw) else ""
