"""Merge edits by hand into a new rendering, in the same steps as `copier update`.

First the edits are applied as a patch with one line of context; if a hunk is rejected, the whole file is merged three
ways, which leaves markers where both sides changed the same lines.
"""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from ..base.errors import DativoError
from ..base.git import GitError, attempt
from ..base.git_failures import failure
from ..base.paths import TEMPORARY

BEFORE, MIDDLE, AFTER = "<<<<<<< before updating", "=======", ">>>>>>> after updating"
_LABELS = ("-L", "before updating", "-L", "last update", "-L", "after updating")
# The user's Git settings must not influence a merge.
_PLAIN = (
    "-c",
    "core.autocrlf=false",
    "-c",
    "core.safecrlf=false",
    "-c",
    "core.attributesFile=",
    "-c",
    "core.quotePath=false",
)


class MergeError(DativoError):
    """Edits cannot be merged."""


@dataclass(frozen=True)
class Edit:
    """A file in three versions: as rendered before, as it is, and as rendered now."""

    base: bytes
    ours: bytes
    theirs: bytes

    @property
    def sides(self) -> tuple[bytes, bytes, bytes]:
        """The versions in Copier's order of the stages of a conflict."""
        return self.base, self.ours, self.theirs


@dataclass(frozen=True)
class Merged:
    """The merged content, and whether it has conflict markers."""

    content: bytes
    conflict: bool = False


def merged(edits: Sequence[Edit]) -> list[Merged]:
    """Merge every edit, with a few Git processes for all of them together, and one for each rejected file."""
    if not edits:
        return []
    for edit in edits:
        if b"\0" in edit.ours:
            raise MergeError("an edited file is not text, and cannot be merged")
    with TemporaryDirectory(prefix=TEMPORARY) as name:
        folder = Path(name)
        _git(folder, "init", "--quiet", "--template=")
        base = _tree(folder, [edit.base for edit in edits])
        ours = _tree(folder, [edit.ours for edit in edits])
        patch = _git(folder, "diff-tree", "--no-ext-diff", "--no-textconv", "--unified=1", _hunks_apart(), base, ours)
        _write(folder, [edit.theirs for edit in edits])
        _git(folder, "apply", "--reject", input=patch, fails=True)
        return [_outcome(folder, index, edit) for index, edit in enumerate(edits)]


@cache
def _hunks_apart() -> str:
    """Return the option that keeps hunks apart as far as the installed Git can.

    With -1, even hunks whose context touches stay apart. Git 2.55 and later refuse that; Copier then uses 0, too.
    """
    option = "--inter-hunk-context=-1"
    tried = attempt(Path(os.path.sep), "diff", "--no-index", option, os.devnull, os.devnull)
    return "--inter-hunk-context=0" if tried.returncode else option


def _outcome(folder: Path, index: int, edit: Edit) -> Merged:
    path = folder / str(index)
    if not path.with_name(f"{index}.rej").exists():
        return Merged(path.read_bytes())
    for suffix, content in (("ours", edit.ours), ("base", edit.base), ("theirs", edit.theirs)):
        path.with_name(f"{index}.{suffix}").write_bytes(content)
    sides = (f"{index}.ours", f"{index}.base", f"{index}.theirs")
    content = _git(folder, "merge-file", "-p", *_LABELS, *sides, fails=True)
    return Merged(content, any(line in (BEFORE.encode(), AFTER.encode()) for line in content.splitlines()))


def _tree(folder: Path, contents: Sequence[bytes]) -> str:
    _write(folder, contents)
    _git(folder, "add", "--all", "--force")
    return _git(folder, "write-tree").decode().strip()


def _write(folder: Path, contents: Sequence[bytes]) -> None:
    for index, content in enumerate(contents):
        (folder / str(index)).write_bytes(content)


def _git(folder: Path, *arguments: str, input: bytes | None = None, fails: bool = False) -> bytes:
    try:
        done = attempt(folder, *arguments, input=input, settings=_PLAIN)
    except GitError as error:
        raise MergeError(str(error)) from None
    if done.returncode and not fails:
        raise MergeError(failure(arguments[0], folder, done.stderr))
    return done.stdout
