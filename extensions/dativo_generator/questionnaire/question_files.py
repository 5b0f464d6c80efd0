"""Check that the question files and the table of questions match: one has each question's text, the other its code."""

import re
from collections.abc import Iterator

from ..answers.questions import QUESTIONS, SECTION_OF
from ..base.documents import Document
from ..base.errors import PackError
from ..base.naming import offer
from ..registry.lifecycle import FILE as LIFECYCLE
from ..registry.pack import Pack, once

_TABLE = "extensions/dativo_generator/answers/questions"
_SETTINGS = "copier.yml"
# An entry of the settings; a computed one is not a question.
_ENTRY = re.compile(r"^([a-z]\w*):(.*(?:\n(?:[ #].*)?)*)$", re.MULTILINE)
_COMPUTED = re.compile(r"^ +(?:when|ask): false$", re.MULTILINE)
_NAME = re.compile(r"^([a-z_]+):", re.MULTILINE)


@once
def check(pack: Pack) -> None:
    """Refuse a question that only one of the two has, and a rename without a target; raises `PackError`."""
    asked = dict(_questions(pack))
    for name, (file, line) in asked.items():
        if name not in QUESTIONS:
            module = f"{_TABLE}/{file.rpartition('/')[2].removesuffix('.yml')}.py"
            do = f"add an entry to {module}" if file != _SETTINGS else "move it to a file of questions/, with an entry"
            raise PackError(f"{name}: {do}; nothing says how to read its answer", file, line, 1)
    for old in pack.lifecycle.questions:
        new = pack.lifecycle.question(old)
        if old in QUESTIONS or new not in QUESTIONS:
            wrong = "remove the question's entry, or this rename; the question is still there"
            if new not in QUESTIONS:
                wrong = offer(new, QUESTIONS, f"there is no question '{new}'")
            raise Document(pack.root, LIFECYCLE).error(("questions", old), wrong)
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
    for file in pack.files(".", _SETTINGS):  # there is none where only the package is installed
        text = pack.text(file)
        for match in _ENTRY.finditer(text):
            if not _COMPUTED.search(match[2]):
                yield match[1], (file, text.count("\n", 0, match.start()) + 1)
