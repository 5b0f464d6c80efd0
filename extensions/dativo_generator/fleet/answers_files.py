"""Read answers files that a stranger may have written: nothing in them is run, followed or expanded."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import yaml

from ..answers import fields_file
from ..base import reading
from ..base.documents import not_yaml, parse_bounded, refuse_features, refuse_keys, shown
from ..base.errors import AnswerError, DativoError, printable
from ..base.paths import ANSWERS_FILES
from ..base.positions import pointed
from ..base.versions import version_of
from ..plan.destination import COPIERS_OWN


@dataclass(frozen=True)
class AnswersFile:
    """One answers file of the destination; `problem` says why it cannot be used, or is '' if it can.

    Its `values` include the fields from a separate file: `fields_file` is its name, '' if there is none, and
    `fields_text` its content. `edited` lists the objects whose fields in that file differ from what was recorded; ''
    stands for a single object.
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
        """The location of the pack, as Copier records it."""
        return self.values["_src_path"]

    @property
    def answers(self) -> dict[str, Any]:
        """The answers, and the format number that says what the others mean."""
        return {key: value for key, value in self.values.items() if key not in COPIERS_OWN}

    @property
    def version(self) -> tuple[Any, ...]:
        """A sort key by version."""
        return version_of(self.commit)


def find(destination: Path) -> list[AnswersFile]:
    """Read every answers file of a destination, sorted by name."""
    return list(each(destination))


def each(destination: Path) -> Iterator[AnswersFile]:
    """Read every answers file of a destination, sorted by name, one after another."""
    for path in sorted(destination.glob(ANSWERS_FILES)):
        yield read(destination, path.name)


def read(destination: Path, name: str) -> AnswersFile:
    """Read one answers file, and its fields; errors are in the result."""
    try:
        return filled(parsed(name, reading.read(destination, name) or b""), partial(reading.read, destination))
    except reading.ReadingError as error:
        return AnswersFile(name, problem=str(error))


def filled(file: AnswersFile, read: Callable[[str], bytes | None]) -> AnswersFile:
    """Add the fields from a separate file to an answers file; `read` returns its content by name."""
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
    """Parse the content of an answers file alone; errors are in the result."""
    try:
        text = content.decode("utf-8")
        return AnswersFile(name, content, _checked(parse_bounded(text, look=refuse_features)))
    except UnicodeDecodeError as error:
        problem = str(reading.ReadingError(name, reading.NOT_UTF8, *reading.place_in(content, error.start)))
    except yaml.YAMLError as error:
        problem = not_yaml(name, error, text)
    except AnswerError as error:
        problem = f"{name}: {error}"
    return AnswersFile(name, content, problem=printable(problem))


def _checked(values: Any) -> dict[str, Any]:
    if not isinstance(values, dict):
        raise AnswerError(f"must be a mapping, not {shown(values)}")
    refuse_keys(values)
    for key in COPIERS_OWN:
        if not isinstance(values.get(key), str):
            raise AnswerError(f"{key}: is missing; a scaffold made with Copier from a tagged template has it")
    return values


def refused(file: AnswersFile, error: DativoError, answers: Mapping[str, Any] | None = None) -> str:
    """Return why an answers file is refused, with the place of the answer that is wrong.

    `answers` are those that were tried, if they are not the file's own: a new one has no place there.
    """
    message = str(error).removeprefix(f"{file.name}: ")
    if not (file.problem or message.startswith(file.name)):
        name = message.partition(": ")[0]
        if answers is None or (name in answers and answers[name] == file.values.get(name)):
            message = pointed(file.name, file.text.decode("utf-8"), message)
    return message if message.startswith(file.name) else f"{file.name}: {message}"
