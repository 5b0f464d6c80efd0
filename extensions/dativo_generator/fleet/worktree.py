"""The Git repository around a destination: a clean start, and conflicts that `git status` shows as such."""

import os
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from shlex import quote

from ..base.errors import DativoError
from ..base.git import attempt, git, without_filters
from ..base.git_failures import failure

# A dry run must not write to the index, and a committed bare repository must not be used.
_PLAIN = ("--no-optional-locks", "-c", "safe.bareRepository=explicit")

# A conflict's three contents in Copier's order: as rendered before, as it was, as the update renders it.
Sides = tuple[bytes, bytes, bytes]


class WorktreeError(DativoError):
    """The destination is not a clean Git repository."""


def above(folder: Path) -> Iterator[Path]:
    """Yield the folders above one, up to the first that is the root of a repository."""
    for parent in folder.parents:
        yield parent
        if (parent / ".git").exists():
            return


def require_clean(root: Path, apart_from: Iterable[Path] = ()) -> None:
    """Refuse a folder with uncommitted changes: the update should be one change that can be undone.

    Files in `apart_from`, which request the update and are committed together with it, may have changed.
    """
    there = [os.path.relpath(path, root) for path in apart_from]
    excluded = [f":(exclude,literal){path}" for path in there if not path.startswith("..")]
    if repository(root) is None:
        init = f"make it a Git repository with git init {quote(str(root))}, and commit"
        raise WorktreeError(f"{init}; without one, nobody can review and undo an update")
    status = _status(root, "--", ".", *excluded)
    if lines := status.splitlines():
        more = f" and {len(lines) - 1} more" if len(lines) > 1 else ""
        raise WorktreeError(f"commit or stash your changes first; not committed: {lines[0][3:]}{more}")


def require_committed(root: Path, paths: Sequence[str]) -> None:
    """Refuse to overwrite or delete uncommitted content, which Git could not restore; paths are relative to `root`.

    Files that Git ignores are not checked.
    """
    if not paths:
        return
    more = f" and {len(paths) - 1} more" if len(paths) > 1 else ""
    if (found := repository(root)) is None:
        raise WorktreeError(f"make this a Git repository first: {paths[0]}{more} would be changed, with no way back")
    prefix = found[1]
    listing = _status(root, "-z", "--no-renames", "--untracked-files=all", "--", ".")
    changed = {entry[3:].removeprefix(prefix) for entry in listing.split("\0") if entry}
    lost = [
        path for path in paths if path in changed or any(path.startswith(name) for name in changed if _folder(name))
    ]
    if lost:
        more = f" and {len(lost) - 1} more" if len(lost) > 1 else ""
        raise WorktreeError(f"commit or stash your changes first; not committed: {lost[0]}{more}")


def repository(root: Path) -> tuple[Path, str] | None:
    """Return a folder's Git directory and its path within the repository, or None outside a repository.

    Raises `WorktreeError` for a repository that Git refuses, such as another user's, and `GitError` without Git.
    """
    found = attempt(root, "rev-parse", "--absolute-git-dir", "--show-prefix", settings=_PLAIN)
    if found.returncode:
        if there := next((at for at in (root, *root.parents) if os.path.lexists(at / ".git")), None):
            raise WorktreeError(failure("rev-parse", there, found.stderr))
        return None
    folder, _, prefix = os.fsdecode(found.stdout.removesuffix(b"\n")).rpartition("\n")
    return Path(folder), prefix


def staged(root: Path, conflicts: Mapping[str, Sides]) -> dict[str, tuple[str, ...]]:
    """Store the sides of each conflict as blobs in the repository; returns the blob ids by path."""
    return {
        path: tuple(
            _git(root, "hash-object", "-w", "--stdin", input=side, apart=True).decode().strip() for side in sides
        )
        for path, sides in conflicts.items()
    }


def mark_unmerged(root: Path, blobs: Mapping[str, Collection[str]]) -> None:
    """Record three stages of each file with conflict markers in the index, as Git does in a merge."""
    if not blobs:
        return
    prefix = _prefix(root)
    lines = []
    for path, sides in blobs.items():
        lines += [f"0 {'0' * len(side)}\t{prefix}{path}" for side in list(sides)[:1]]
        lines += [f"100644 {side} {stage}\t{prefix}{path}" for stage, side in enumerate(sides, start=1)]
    text = "".join(f"{line}\0" for line in lines)
    _git(root, "update-index", "-z", "--index-info", input=os.fsencode(text), apart=True)


def _prefix(root: Path) -> str:
    return os.fsdecode(_git(root, "rev-parse", "--show-prefix").removesuffix(b"\n"))


def _folder(name: str) -> bool:
    """Whether an entry of `git status` is a whole folder, which is a repository of its own."""
    return name.endswith("/")


def _status(root: Path, *arguments: str) -> str:
    """Return `git status` without running filters, neither the repository's nor those of its submodules."""
    how = {"settings": _PLAIN, "variables": without_filters(root)}
    return os.fsdecode(git(root, "status", "--porcelain", "--ignore-submodules=dirty", *arguments, **how))


def _git(root: Path, *arguments: str, input: bytes | None = None, apart: bool = False) -> bytes:
    return git(root, *arguments, input=input, apart=apart, settings=_PLAIN)
