"""The answers of one scaffold to all questions of the pack."""

import pickle
from collections.abc import Mapping
from typing import Any

from ..registry.pack import Pack
from .model import Answers
from .questions import QUESTIONS


class Scaffold(Answers):
    """The answers of one scaffold, by the names of the questions."""

    questions = QUESTIONS


def recorded_scaffold(pack: Pack, answers: Mapping[str, Any]) -> Scaffold:
    """Return the scaffold of recorded answers; each pack keeps the last: the caller that checks it plans it next.

    Answers are compared as pickles: these tell 1 from True, and hold what aliases stand for only once.
    """
    content = pickle.dumps({name: value for name, value in answers.items() if name[:1] != "_"})
    last = pack.found.get(recorded_scaffold)
    if not last or last[0] != content:
        last = pack.found[recorded_scaffold] = content, Scaffold(pack, answers)
    return last[1]
