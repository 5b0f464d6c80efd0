"""The Git repository around a destination: a clean start, and conflicts that `git status` shows as such."""

import os
from collections.abc import Iterable, Mapping
from pathlib import Path

from ..base.errors import DativoError
from ..base.git import GitError, git, without_filters
from .merge import Edit

# What a dry run only looks at it must not touch, and a folder that somebody committed is no repository to obey.
_PLAIN = ("--no-optional-locks", "-c", "safe.bareRepository=explicit")


class WorktreeError(DativoError):
    """The destination is not a clean Git repository."""


def require_clean(root: Path, apart_from: Iterable[Path] = ()) -> None:
    """Refuse a folder with changes that are not committed: the update is to be one change, which can be undone.

    What asks for the update, and is committed together with it, may have changed: `apart_from`.
    """
    there = [os.path.relpath(path, root) for path in apart_from]
    excluded = [f":(exclude,literal){path}" for path in there if not path.startswith("..")]
    try:
        status = _git(root, "status", "--porcelain", "--ignore-submodules=dirty", "--", ".", *excluded)
    except GitError:
        raise WorktreeError(f"{root}: is not in a Git repository; an update needs one, to be seen and undone") from None
    if lines := status.decode(errors="replace").splitlines():
        more = f" and {len(lines) - 1} more" if len(lines) > 1 else ""
        raise WorktreeError(f"{lines[0][3:]}{more}: not committed; commit or stash your changes first")


def mark_unmerged(root: Path, conflicts: Mapping[str, Edit]) -> None:
    """Record three stages of each file with conflict markers in the index, as a merge of Git would."""
    if not conflicts:
        return
    prefix = _git(root, "rev-parse", "--show-prefix").decode().rstrip("\n")
    lines = []
    for path, edit in conflicts.items():
        lines.append(f"0 {'0' * 40}\t{prefix}{path}")
        # Copier's order: 1 is the last update, 2 what was there, 3 what the update brings.
        for stage, content in ((1, edit.base), (2, edit.ours), (3, edit.theirs)):
            blob = _git(root, "hash-object", "-w", "--stdin", input=content).decode().strip()
            lines.append(f"100644 {blob} {stage}\t{prefix}{path}")
    _git(root, "update-index", "--index-info", input=("\n".join(lines) + "\n").encode())


def _git(root: Path, *arguments: str, input: bytes | None = None) -> bytes:
    return git(root, *arguments, input=input, settings=[*_PLAIN, *without_filters(root)])
