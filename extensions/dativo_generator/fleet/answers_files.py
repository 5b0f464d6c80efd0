"""Answers files as a stranger may have written them: read without running, following or expanding anything."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import yaml

from ..answers import fields_file
from ..base import reading
from ..base.documents import not_yaml, parse_bounded, refuse_features, shown
from ..base.errors import AnswerError, DativoError, printable
from ..base.paths import ANSWERS_FILES
from ..base.versions import version_of
from ..plan.destination import COPIERS_OWN


@dataclass(frozen=True)
class AnswersFile:
    """One answers file of the destination; `problem` says why it cannot be used, '' when it can.

    Its `values` have the fields that stand in a file of their own, which is `fields_file`, '' without one, with its
    `fields_text`. `edited` are the objects of which that file says something else than was recorded; '' stands for the
    only one.
    """

    name: str
    text: bytes = b""
    values: Any = None
    problem: str = ""
    fields_file: str = ""
    fields_text: bytes = b""
    edited: tuple[str, ...] = ()

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
    """Read one answers file, and its fields; what is wrong with it is said in the result."""
    try:
        return filled(parsed(name, reading.read(destination, name) or b""), partial(reading.read, destination))
    except reading.ReadingError as error:
        return AnswersFile(name, problem=str(error))


def filled(file: AnswersFile, read: Callable[[str], bytes | None]) -> AnswersFile:
    """Put the fields into an answers file that stand in another, which is `read` by its name."""
    try:
        reference = None if file.problem else fields_file.reference(file.values)
        if reference is None:
            return file
        content = read(reference.file)
        fields = fields_file.parsed(reference.file, content)
    except DativoError as error:
        return replace(file, problem=printable(f"{file.name}: {error}"))
    values = {**file.values, fields_file.NAME: fields}
    edited = tuple(reference.differing(fields))
    return replace(file, values=values, fields_file=reference.file, fields_text=content or b"", edited=edited)


def parsed(name: str, content: bytes) -> AnswersFile:
    """Parse the content of an answers file alone; what is wrong with it is said in the result."""
    try:
        text = content.decode("utf-8")
        return AnswersFile(name, content, _checked(parse_bounded(text, look=refuse_features)))
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
