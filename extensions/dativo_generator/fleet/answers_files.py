"""Answers files as a stranger may have written them: read without running, following or expanding anything."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from ..base.documents import parse_yaml, shallow, shown, yaml_problem
from ..base.errors import AnswerError
from ..base.paths import ANSWERS_FILES
from ..plan.destination import COPIERS_OWN, FORMAT, version_of

# An answers file with a thousand columns has some 40 kB.
_LARGEST = 1 << 20


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
        """The answers alone."""
        return {key: value for key, value in self.values.items() if key not in COPIERS_OWN and key not in FORMAT}

    @property
    def version(self) -> tuple[Any, ...]:
        """A key that orders answers files by version."""
        return version_of(self.commit)


def find(destination: Path) -> list[AnswersFile]:
    """Read every answers file of a destination, in the order of their names."""
    return [read(destination, path.name) for path in sorted(destination.glob(ANSWERS_FILES))]


def read(destination: Path, name: str) -> AnswersFile:
    """Read one answers file; what is wrong with it is said in the result."""
    text = b""
    try:
        path = destination / name
        if path.is_symlink() or not path.is_file():
            raise AnswerError("is not a regular file")
        if path.stat().st_size > _LARGEST:
            raise AnswerError(f"has more than {_LARGEST} bytes")
        text = path.read_bytes()
        return AnswersFile(name, text, _parse(text))
    except (AnswerError, OSError, UnicodeDecodeError) as error:
        return AnswersFile(name, text, problem=f"{name}: {error}")


def _parse(text: bytes) -> dict[str, Any]:
    try:
        source = text.decode("utf-8")
        _refuse_features(shallow(yaml.parse(source, Loader=yaml.CSafeLoader)))
        values = parse_yaml(source)
    except (yaml.YAMLError, ValueError) as error:
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
