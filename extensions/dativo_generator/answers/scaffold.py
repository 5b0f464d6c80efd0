"""The answers of one scaffold to all questions of the pack."""

import pickle
from collections.abc import Mapping
from typing import Any
from weakref import WeakKeyDictionary

from ..registry.pack import Pack
from .model import Answers
from .questions import QUESTIONS


class Scaffold(Answers):
    """The answers of one scaffold, by the names of the questions."""

    questions = QUESTIONS


# The last recorded answers per pack, pickled: that distinguishes 1 from True, and writes what aliases stand for only
# once.
_last: WeakKeyDictionary[Pack, tuple[bytes, Scaffold]] = WeakKeyDictionary()


def recorded_scaffold(pack: Pack, answers: Mapping[str, Any]) -> Scaffold:
    """Return the scaffold of recorded answers, cached: whoever checks them plans them next."""
    content = pickle.dumps({name: value for name, value in answers.items() if name[:1] != "_"})
    if _last.get(pack, (b"",))[0] != content:
        _last[pack] = (content, Scaffold(pack, answers))
    return _last[pack][1]
