"""What the destination holds already. A render never depends on it: it can only refuse, or leave a shared file alone.

Every scaffold has an answers file at the root of its destination; the comment above each asset and job names its
scaffold. A fixture cannot have a comment, so its asset names it. Vendored files and CI are shared, and so is the
test of fixtures: a shared file follows the newest version among the scaffolds that own it.
"""

import fnmatch
import os
import re
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import yaml

from ..answers import answers_format
from ..answers.readers import flag
from ..base import reading
from ..base.documents import parse_bounded
from ..base.errors import AnswerError
from ..base.outline import outlined
from ..base.paths import ANSWERS_FILES, CI_FILES, FIXTURES, FIXTURES_TEST
from ..base.versions import version_of
from .fixtures import WRITERS

# Written into every answers file. Copier passes it on only after it has loaded the file, which tells an update from a
# new scaffold that would reuse an existing name.
FORMAT = {answers_format.NAME: answers_format.CURRENT}

# Copier's own keys in an answers file; a data file that is a copy of one has them, too.
COPIERS_OWN = ("_commit", "_src_path")

# Answers that decide which files a scaffold shares, which it alone can own, and where its jobs run.
_OUTLINE = (
    "_commit",
    "tenant_id",
    "execution_mode",
    "source_connector",
    "target_connector",
    "ci",
    "fixtures",
    "vendor",
    "paths",
)

_HEADER = re.compile(r"# Written by the scaffold ([a-z0-9_-]+) of ([a-z0-9_-]+)\. ")
# How many bytes of a file to search for the comment above it; a license is shorter.
_COMMENT = 8192
_FIXTURE = re.compile(r"# Its fixture: (\S+)")


def header_of(root: Path, path: str) -> tuple[str, str] | None:
    """Return the (scaffold, tenant) that the comment above a file names; None if it names none or is unreadable."""
    return header_in(_beginning(root, path))


def header_in(text: str) -> tuple[str, str] | None:
    """Return the (scaffold, tenant) that the comment at the start of a text names; None if it names none."""
    match = next((match for line in _comment(text) if (match := _HEADER.match(line))), None)
    return (match[1], match[2]) if match else None


def header_line(text: str) -> int:
    """Return the index of the line where the comment at the start of a text names a scaffold; -1 for none."""
    header = header_in(text)
    return next((index for index, line in enumerate(text.splitlines()) if header and _HEADER.match(line)), -1)


def fixture_of(root: Path, asset: str) -> str:
    """Return the path of the fixture that an asset's header names, or '' if it names none.

    Only a path where fixtures of that asset belong counts: a comment must not give a scaffold any other file.
    """
    named = next((match[1] for line in _comment(_beginning(root, asset)) if (match := _FIXTURE.match(line))), "")
    # An asset that somebody moved may have fewer folders above it.
    source, stem = asset.split("/")[-3:][0], asset.rpartition("/")[2].rpartition(".")[0]
    return named if named in (f"{FIXTURES}/{source}/{stem}.{form}" for form in WRITERS) else ""


def _beginning(root: Path, path: str) -> str:
    """Return as much of a file's start as a comment may fill; '' if the file is unreadable."""
    try:
        return (reading.beginning(root, path, _COMMENT) or b"").decode("utf-8", "replace")
    except reading.ReadingError:
        return ""


def _comment(text: str) -> Iterator[str]:
    """Yield the lines of the comment above a text, which may include a license, a directive or a `---`."""
    for line in text[:_COMMENT].removeprefix("\ufeff").splitlines():
        if line.strip() and not line.startswith(("#", "---", "%")):
            return
        yield line


class Stored(NamedTuple):
    """An answers file on disk: its folder, its name, when it was changed, and its size in bytes."""

    root: str
    name: str
    changed: int
    size: int

    @property
    def outline(self) -> Mapping[str, Any]:
        """The answers that decide which files the scaffold can own; {} if the file is invalid."""
        return _outline(self)

    @property
    def answers(self) -> Mapping[str, Any]:
        """The recorded answers; {} if the file is invalid. Use another reader to learn what is wrong with it."""
        return _answers(self)


class Destination(NamedTuple):
    """The folder that a scaffold is written to, and the scaffold's answers file."""

    root: Path
    answers_file: str

    @property
    def recorded(self) -> Mapping[str, Any]:
        """The scaffold's answers as recorded in the file; {} if there is none."""
        return _stored(str(self.root), self.answers_file).answers

    @property
    def outline(self) -> Mapping[str, Any]:
        """The scaffold's answers that decide where its jobs run, and what it may own."""
        return _stored(str(self.root), self.answers_file).outline

    @property
    def others(self) -> Iterator[Stored]:
        """The answers files of the other scaffolds, sorted by name."""
        if not self.root.is_dir():
            return
        with os.scandir(self.root) as entries:
            names = fnmatch.filter((entry.name for entry in entries), ANSWERS_FILES)
        for name in sorted(names):
            if name != self.answers_file:
                yield _stored(str(self.root), name)

    def newest(self, path: str) -> tuple[Any, ...] | None:
        """Return the version of the newest other scaffold that shares a file or folder, or None if there is none."""
        outlines = (other.outline for other in self.others)
        return max((version_of(one.get("_commit")) for one in outlines if shares(one, path)), default=None)

    def header(self, path: str) -> tuple[str, str] | None:
        """Return the (scaffold, tenant) in the header of a file, or of a fixture's asset; None if there is none."""
        for file in self._speaking_for(path):
            if header := header_of(self.root, file):
                return header
        return None

    def _speaking_for(self, path: str) -> list[str]:
        """List the files whose headers name the owner of `path`: for a fixture the assets that name it, else itself."""
        if not path.startswith(f"{FIXTURES}/"):
            return [path]
        source, name = path.split("/")[-2:]
        found = sorted(self.root.glob(f"assets/{source}/*/{Path(name).stem}.yaml"))
        assets = [asset.relative_to(self.root).as_posix() for asset in found]
        return [asset for asset in assets if fixture_of(self.root, asset) == path]


def shares(answers: Mapping[str, Any], path: str) -> bool:
    """Return whether the scaffold of these recorded answers writes a shared file or folder."""
    if path in CI_FILES.values():
        return CI_FILES.get(str(answers.get("ci"))) == path
    if path == FIXTURES_TEST:
        return _yes(answers.get("fixtures"))
    if not answers or answers.get("vendor") is False:
        return False
    folder, name = path.split("/")
    recipes = [f"{answers.get(role)}.yaml" for role in ("source_connector", "target_connector")]
    return folder != "connectors" or name in recipes


def _yes(raw: Any) -> bool:
    """Return whether a recorded answer means yes, however it is spelled."""
    try:
        return flag(raw)
    except AnswerError:
        return False


def _stored(root: str, name: str) -> Stored:
    try:
        stat = os.lstat(f"{root}/{name}")
    except OSError:  # it is missing, or was just deleted
        return Stored(root, name, 0, 0)
    return Stored(root, name, stat.st_mtime_ns, stat.st_size)


@cache  # every shared file asks for the outlines of all other scaffolds
def _outline(file: Stored) -> Mapping[str, Any]:
    try:
        found = outlined(reading.text(Path(file.root), file.name) or "", _OUTLINE)
    except reading.ReadingError:
        return {}
    return found or _answers(file)


@cache
def _answers(file: Stored) -> Mapping[str, Any]:
    try:
        answers = parse_bounded(reading.text(Path(file.root), file.name) or "")
    except (reading.ReadingError, yaml.YAMLError):
        return {}
    return answers if isinstance(answers, dict) else {}
