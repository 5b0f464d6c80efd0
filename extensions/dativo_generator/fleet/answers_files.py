"""Answers files as a stranger may have written them: read without running, following or expanding anything."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from ..base import reading
from ..base.documents import parse_bounded, shown, yaml_problem
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
        return AnswersFile(name, content, _parse(content))
    except (AnswerError, UnicodeDecodeError) as error:
        return AnswersFile(name, content, problem=printable(f"{name}: {error}"))


def _parse(content: bytes) -> dict[str, Any]:
    text = content.decode("utf-8")
    try:
        values = parse_bounded(text, look=_refuse_features)
    except yaml.YAMLError as error:
        raise AnswerError(f"not valid YAML: {yaml_problem(error)}") from None
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
        line = event.start_mark.line + 1
        documents += isinstance(event, yaml.DocumentStartEvent)
        if documents > 1:
            raise AnswerError(f"line {line}: a second document")
        if getattr(event, "tag", None):
            raise AnswerError(f"line {line}: the tag {event.tag} is not taken; answers are plain values")
        if getattr(event, "anchor", None):
            raise AnswerError(f"line {line}: anchors and aliases are not taken; answers are plain values")
