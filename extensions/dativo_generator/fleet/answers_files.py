"""Answers files as a stranger may have written them: read without running, following or expanding anything."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from ..base import reading
from ..base.documents import not_yaml, parse_bounded, shown
from ..base.errors import AnswerError, printable
from ..base.paths import ANSWERS_FILES
from ..base.versions import version_of
from ..plan.destination import COPIERS_OWN


@dataclass(frozen=True)
class AnswersFile:
    """One answers file of the destination; `problem` says why it cannot be used, '' when it can."""

    name: str
    text: bytes = b""
    values: Any = None
    problem: str = ""

    @property
    def commit(self) -> str:
        """The version of the pack that wrote it, as Copier records it."""
        return self.values["_commit"]

    @property
    def source(self) -> str:
        """Where the pack was, as Copier records it."""
        return self.values["_src_path"]

    @property
    def answers(self) -> dict[str, Any]:
        """The answers, and the number that says what the others mean."""
        return {key: value for key, value in self.values.items() if key not in COPIERS_OWN}

    @property
    def version(self) -> tuple[Any, ...]:
        """A key that orders answers files by version."""
        return version_of(self.commit)


def find(destination: Path) -> list[AnswersFile]:
    """Read every answers file of a destination, in the order of their names."""
    return [read(destination, path.name) for path in sorted(destination.glob(ANSWERS_FILES))]


def read(destination: Path, name: str) -> AnswersFile:
    """Read one answers file; what is wrong with it is said in the result."""
    try:
        return parsed(name, reading.read(destination, name) or b"")
    except reading.ReadingError as error:
        return AnswersFile(name, problem=str(error))


def parsed(name: str, content: bytes) -> AnswersFile:
    """Parse the content of an answers file; what is wrong with it is said in the result."""
    try:
        text = content.decode("utf-8")
        return AnswersFile(name, content, _checked(parse_bounded(text, look=_refuse_features)))
    except UnicodeDecodeError:
        problem = f"{name}: is not UTF-8"
    except yaml.YAMLError as error:
        problem = not_yaml(name, error, text)
    except AnswerError as error:
        problem = f"{name}: {error}"
    return AnswersFile(name, content, problem=printable(problem))


def _checked(values: Any) -> dict[str, Any]:
    if not isinstance(values, dict):
        raise AnswerError(f"must be a mapping, not {shown(values)}")
    for key in values:
        if not isinstance(key, str):
            raise AnswerError(f"the key {shown(key)} is not text; put it in quotes")
    for key in COPIERS_OWN:
        if not isinstance(values.get(key), str):
            raise AnswerError(f"{key}: is missing; a scaffold made with Copier from a tagged template has it")
    return values


def _refuse_features(events: Iterator[Any]) -> None:
    """Refuse what Copier never writes and a reader of data never needs: tags, anchors, a second document."""
    documents = 0
    for event in events:
        documents += isinstance(event, yaml.DocumentStartEvent)
        why = ""
        if documents > 1:
            why = "a second document"
        elif getattr(event, "tag", None):
            why = f"the tag {event.tag} is not taken; answers are plain values"
        elif getattr(event, "anchor", None):
            why = "anchors and aliases are not taken; answers are plain values"
        if why:
            raise yaml.MarkedYAMLError(problem=why, problem_mark=event.start_mark)
