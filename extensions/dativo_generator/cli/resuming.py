"""Offer a user to continue an unfinished questionnaire, after changing some of the answers or not."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from ..answers.questions import QUESTIONS
from ..base.emit import inline
from ..questionnaire.prompts import SEVERAL, SINGLE, adapt
from ..questionnaire.unfinished import kept_for

_CONTINUE, _CHANGE, _START_OVER = "continue", "change", "start over"
_OFFERS = {
    _CONTINUE: "continue    answer the remaining questions",
    _CHANGE: "change      change some of the answers first",
    _START_OVER: "start over  forget the answers",
}
# The most characters of an answer in the list of those to change.
_SHORT = 60
# The answer that decides which answers about what to read make sense.
_SOURCE = "source_connector"


class Resumed(NamedTuple):
    """The kept answers that stay, and the questions to ask although they have an answer."""

    answers: Mapping[str, Any]
    ask: tuple[str, ...] = ()


def resumed(destination: Path, read: Any) -> Resumed | None:
    """Return what a user decides about the answers kept for a destination; None if there are none.

    `read` reads a file of answers. Raises `KeyboardInterrupt` if the user leaves; the answers are then kept.
    """
    file = kept_for(destination)
    if not file.is_file() or not (kept := read(file)):
        return None
    adapt()
    decision = _asked(SINGLE, f"You left answers for {destination.name}. What now?", _OFFERS, default=_CONTINUE)
    if decision == _START_OVER:
        file.unlink()
        return None
    if decision == _CONTINUE:
        return Resumed(kept)
    asked = {name: value for name, value in kept.items() if name in QUESTIONS}
    longest = max(map(len, asked), default=0)
    lines = {name: f"{name:<{longest}}  {_short(value)}" for name, value in asked.items()}
    changed = _asked(SEVERAL, "Which answers do you want to change?", lines)
    return Resumed(_without_dependent(kept, changed), tuple(changed))


def _short(value: Any) -> str:
    text = " ".join(inline(value).split())
    return text if len(text) <= _SHORT else f"{text[: _SHORT - 3]}..."


def _without_dependent(kept: Mapping[str, Any], changed: list[str]) -> dict[str, Any]:
    """Return the kept answers without those that a changed source makes meaningless; they are asked again."""
    if _SOURCE not in changed:
        return dict(kept)
    after = list(QUESTIONS).index(_SOURCE)
    own = [name for number, name in enumerate(QUESTIONS) if number > after and QUESTIONS[name].of != "tenant"]
    return {name: value for name, value in kept.items() if name not in own}


def _asked(kind: str, message: str, offers: Mapping[str, str], **options: Any) -> Any:
    from questionary import Choice
    from questionary.prompts import AVAILABLE_PROMPTS

    choices = [Choice(title, value) for value, title in offers.items()]
    return AVAILABLE_PROMPTS[kind](message=f"{message}\n  ", choices=choices, qmark="?", **options).unsafe_ask()
