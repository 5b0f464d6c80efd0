"""The plan of a change, written down before the change starts, so that the next run can finish or undo it.

A journal is in the Git directory, where no pull request can put one, or outside Git below `.dativo` in the
destination. Its file name ends in its state, one of `STATES`, so that an atomic rename changes the state.

It is data, and not trusted beyond that: its paths must be relative and stay inside the destination.
"""

import json
import os
import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from hashlib import sha256
from pathlib import Path, PurePosixPath
from typing import Any

from ..base import reading
from ..base.errors import DativoError
from .replacing import flush, write_through
from .worktree import repository

# The folder for prepared files: in the destination, and so on its file system. Outside Git it also has journal and
# lock.
FOLDER = ".dativo"
_IN_GIT = "dativo-generator"
_FORMAT = 1
# In bytes: enough for a change of some hundred thousand files.
_LARGEST = 1 << 26

# In order; a change that fails after it is decided goes from the second to the third.
PLANNED, DECIDED, UNDOING, DONE = STATES = ("planned", "decided", "undoing", "done")

_WORDS = re.compile(r"[a-z -]{1,40}")
_TIME = re.compile(r"[\d:+ -]{1,40}")
_PATH = re.compile(r"[^\0\\]+")
_STAGE = re.compile(rf"{re.escape(FOLDER)}/[0-9a-f]{{16}}")
_DIGEST = re.compile(r"[0-9a-f]{64}")
_BLOB = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")
# What parsing raises for data that is not a journal.
_NO_JOURNAL = (AttributeError, KeyError, OverflowError, RecursionError, TypeError, ValueError)


class JournalError(DativoError):
    """A journal cannot be read or written."""


@dataclass(frozen=True)
class Entry:
    """A file, with the SHA-256 of its content before and after the change; None if there is no file."""

    path: str
    before: str | None
    after: str | None


@dataclass(frozen=True)
class Journal:
    """A change: its command and start time, where its prepared files are, its files, and the folders that it creates.

    `conflicts` maps each file with conflict markers to the blobs that Git is to record for it.
    """

    command: str
    process: int
    since: str
    stage: str
    files: tuple[Entry, ...]
    folders: tuple[str, ...] = ()
    conflicts: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def author(self) -> str:
        """Who made the change, for messages."""
        return f"{self.command} (process {self.process}, {self.since})"


@dataclass(frozen=True)
class Place:
    """Where journal and lock of a destination are: a folder, and the prefix of its journals' names."""

    folder: Path
    key: str

    @classmethod
    def of(cls, root: Path) -> "Place":
        """Find the place of the destination `root`; raises `WorktreeError` for a repository that Git refuses."""
        found = repository(root)
        if found is None:
            return cls(root / FOLDER, "journal")
        git_dir, prefix = found
        return cls(git_dir / _IN_GIT, sha256(os.fsencode(prefix)).hexdigest()[:16] if prefix else "root")

    def path(self, state: str) -> Path:
        """Return the journal's path for a state."""
        return self.folder / f"{self.key}.{state}.json"

    def find(self) -> tuple[str, Journal] | None:
        """Read the existing journal, with its state; raises `JournalError` for an invalid one."""
        for state in STATES:
            if os.path.lexists(path := self.path(state)):
                try:
                    return state, _read(path)
                except (reading.ReadingError, *_NO_JOURNAL) as error:
                    what = str(error) or type(error).__name__
                    raise JournalError(f"look at {path} and delete it; it is not a journal: {what}") from None
        return None

    def begin(self, journal: Journal) -> None:
        """Write a journal, in the state `PLANNED`."""
        text = json.dumps({"format": _FORMAT} | asdict(journal), indent=1)
        write_through(self.unfinished, text.encode())
        self.unfinished.replace(self.path(PLANNED))
        flush(self.folder)

    def advance(self, old: str, new: str) -> None:
        """Change the state of the journal."""
        self.path(old).replace(self.path(new))

    def end(self, state: str) -> None:
        """Remove the journal."""
        self.path(state).unlink(missing_ok=True)

    @property
    def unfinished(self) -> Path:
        """A journal that is still being written; its change has not begun."""
        return self.folder / f"{self.key}.part"

    @property
    def ignore(self) -> Path:
        """The ignore file that hides prepared files from Git, before it is moved there."""
        return self.folder / f"{self.key}.ignore"

    def forget_unfinished(self) -> None:
        """Remove the partly written files of a change that has not begun."""
        for path in (self.unfinished, self.ignore):
            with suppress(OSError):
                path.unlink()


def _read(path: Path) -> Journal:
    data = json.loads(reading.read(path.parent, path.name, _LARGEST) or b"")
    if not isinstance(data, dict) or data.pop("format", None) != _FORMAT:
        raise ValueError("a newer version wrote it")
    return Journal(
        command=_checked(_WORDS, data["command"]),
        process=int(data["process"]),
        since=_checked(_TIME, data["since"]),
        stage=_checked(_STAGE, data["stage"]),
        files=tuple(_entry(**entry) for entry in data["files"]),
        folders=tuple(inside(folder) for folder in data["folders"]),
        conflicts={inside(path): tuple(_checked(_BLOB, b) for b in blobs) for path, blobs in data["conflicts"].items()},
    )


def _entry(path: Any, before: Any, after: Any) -> Entry:
    return Entry(inside(path), *(None if digest is None else _checked(_DIGEST, digest) for digest in (before, after)))


def inside(path: Any) -> str:
    """Return a path; raises `ValueError` if it is absolute, leaves the destination or enters a Git directory."""
    parts = PurePosixPath(_checked(_PATH, path)).parts
    if path.startswith("/") or "/".join(parts) != path or {"..", "."} & {*parts} or ".git" in map(str.casefold, parts):
        raise ValueError(f"the path '{path}' leads elsewhere")
    return path


def _checked(pattern: re.Pattern[str], value: Any) -> str:
    if not isinstance(value, str) or not pattern.fullmatch(value):
        raise ValueError(f"'{value}' does not belong there")
    return value
