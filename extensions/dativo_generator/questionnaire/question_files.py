"""Check that the question files and the table of questions match: one has each question's text, the other its code."""

import re
from collections.abc import Iterator

from ..answers.questions import QUESTIONS, SECTION_OF
from ..base.errors import PackError
from ..registry.lifecycle import FILE as LIFECYCLE
from ..registry.pack import Pack, once

_TABLE = "extensions/dativo_generator/answers/questions"
_NAME = re.compile(r"^([a-z_]+):", re.MULTILINE)


@once
def check(pack: Pack) -> None:
    """Refuse a question that only one of the two has, and a rename without a target; raises `PackError`."""
    asked = dict(_questions(pack))
    for name, (file, line) in asked.items():
        if name not in QUESTIONS:
            module = f"{_TABLE}/{file.rpartition('/')[2].removesuffix('.yml')}.py"
            raise PackError(f"{name}: add an entry to {module}; nothing says how to read its answer", file, line)
    for old in pack.lifecycle.questions:
        new = pack.lifecycle.question(old)
        if old in QUESTIONS or new not in QUESTIONS:
            wrong = f"there is no question '{new}'" if new not in QUESTIONS else "the question is still there"
            raise PackError(f"questions.{old}: {wrong}", LIFECYCLE)
    for name in QUESTIONS:
        if asked and name not in asked:
            raise PackError(
                f"{name}: add it to questions/{SECTION_OF[name]}.yml; nothing asks it",
                f"{_TABLE}/{SECTION_OF[name]}.py",
            )


def _questions(pack: Pack) -> Iterator[tuple[str, tuple[str, int]]]:
    """Yield each question of the files, with its file and line."""
    for file in pack.files("questions", "*.yml"):
        text = pack.text(file)
        for match in _NAME.finditer(text):
            yield match[1], (file, text.count("\n", 0, match.start()) + 1)
