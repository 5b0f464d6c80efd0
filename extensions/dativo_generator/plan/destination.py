"""What the destination holds already. It is read only to refuse, or to leave a shared file alone; never to render.

Every scaffold of a destination has an answers file at its root; the comment above every asset and job names its
scaffold. A fixture can carry none, so its asset names it. What vendoring and CI bring is shared, and so is the
test of fixtures: it follows the newest version among the scaffolds that own it.
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

# Written into every answers file. Copier hands it on only when it has loaded the file, which is how a new scaffold
# that would take the name of another one is told from an update.
FORMAT = {answers_format.NAME: answers_format.CURRENT}

# What Copier itself puts into an answers file, and so may stand in a data file that was one.
COPIERS_OWN = ("_commit", "_src_path")

# What tells which files a scaffold shares with others, which alone it can own, and where its jobs run.
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
# In bytes, as far as the comment above a file is looked at: a license has less.
_COMMENT = 8192
_FIXTURE = re.compile(r"# Its fixture: (\S+)")


def header_of(root: Path, path: str) -> tuple[str, str] | None:
    """Return scaffold and tenant that the comment above a file names; None when it names none or cannot be read."""
    return header_in(_beginning(root, path))


def header_in(text: str) -> tuple[str, str] | None:
    """Return scaffold and tenant that the comment at the beginning of a text names; None when it names none."""
    match = next((match for line in _comment(text) if (match := _HEADER.match(line))), None)
    return (match[1], match[2]) if match else None


def header_line(text: str) -> int:
    """Return the index of the line in which the comment at the beginning of a text names a scaffold; -1 for none."""
    header = header_in(text)
    return next((index for index, line in enumerate(text.splitlines()) if header and _HEADER.match(line)), -1)


def fixture_of(root: Path, asset: str) -> str:
    """Return the path of the fixture that an asset's header names, '' when it names none.

    It is taken only where fixtures of that asset belong: a comment must not make another file a scaffold's.
    """
    named = next((match[1] for line in _comment(_beginning(root, asset)) if (match := _FIXTURE.match(line))), "")
    # An asset that somebody moved may have fewer folders above it.
    source, stem = asset.split("/")[-3:][0], asset.rpartition("/")[2].rpartition(".")[0]
    return named if named in (f"{FIXTURES}/{source}/{stem}.{form}" for form in WRITERS) else ""


def _beginning(root: Path, path: str) -> str:
    """Return as much of a file as a comment may have, '' where it cannot be read."""
    try:
        return (reading.beginning(root, path, _COMMENT) or b"").decode("utf-8", "replace")
    except reading.ReadingError:
        return ""


def _comment(text: str) -> Iterator[str]:
    """Yield the lines of the comment above a text: a license, a mark or a `---` may stand there, too."""
    for line in text[:_COMMENT].removeprefix("\ufeff").splitlines():
        if line.strip() and not line.startswith(("#", "---", "%")):
            return
        yield line


class Stored(NamedTuple):
    """An answers file as it is now: the folder that it is in, its name, when it was changed, and its size in bytes."""

    root: str
    name: str
    changed: int
    size: int

    @property
    def outline(self) -> Mapping[str, Any]:
        """What decides which files the scaffold can own; {} where the file is none."""
        return _outline(self)

    @property
    def answers(self) -> Mapping[str, Any]:
        """The recorded answers; {} where the file is none. Who must know what is wrong with it reads it otherwise."""
        return _answers(self)


class Destination(NamedTuple):
    """The folder that a scaffold is written to, and the scaffold's answers file."""

    root: Path
    answers_file: str

    @property
    def recorded(self) -> Mapping[str, Any]:
        """The scaffold's answers as the file has them; {} when there is none."""
        return _stored(str(self.root), self.answers_file).answers

    @property
    def outline(self) -> Mapping[str, Any]:
        """The scaffold's answers to what decides where its jobs run, and what it may own."""
        return _stored(str(self.root), self.answers_file).outline

    @property
    def others(self) -> Iterator[Stored]:
        """The answers files of the other scaffolds, in the order of their names."""
        if not self.root.is_dir():
            return
        with os.scandir(self.root) as entries:
            names = fnmatch.filter((entry.name for entry in entries), ANSWERS_FILES)
        for name in sorted(names):
            if name != self.answers_file:
                yield _stored(str(self.root), name)

    def newest(self, path: str) -> tuple[Any, ...] | None:
        """Return the version of the newest other scaffold that shares a file or folder, None without one."""
        outlines = (other.outline for other in self.others)
        return max((version_of(one.get("_commit")) for one in outlines if shares(one, path)), default=None)

    def header(self, path: str) -> tuple[str, str] | None:
        """Return scaffold and tenant that the header of a file names; of a fixture, the asset's that names it."""
        for file in self._speaking_for(path):
            if header := header_of(self.root, file):
                return header
        return None

    def _speaking_for(self, path: str) -> list[str]:
        """List the files whose headers say whose `path` is: of a fixture every asset that names it, else itself."""
        if not path.startswith(f"{FIXTURES}/"):
            return [path]
        source, name = path.split("/")[-2:]
        found = sorted(self.root.glob(f"assets/{source}/*/{Path(name).stem}.yaml"))
        assets = [asset.relative_to(self.root).as_posix() for asset in found]
        return [asset for asset in assets if fixture_of(self.root, asset) == path]


def shares(answers: Mapping[str, Any], path: str) -> bool:
    """Return whether the scaffold of these recorded answers brings a shared file or folder."""
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
    """Return whether a recorded answer is yes, in whatever word somebody gave it."""
    try:
        return flag(raw)
    except AnswerError:
        return False


def _stored(root: str, name: str) -> Stored:
    try:
        stat = os.lstat(f"{root}/{name}")
    except OSError:  # it is not there, or no more
        return Stored(root, name, 0, 0)
    return Stored(root, name, stat.st_mtime_ns, stat.st_size)


@cache  # a pattern of shared files looks at every other scaffold
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
