"""The default branch of the remote `origin`, as known to the local Git: what a pull request cannot change."""

from pathlib import Path

from ..base.git import GitError, attempt

_HEAD = "refs/remotes/origin/HEAD"


def branch_of(root: Path) -> tuple[str, str]:
    """Return (branch, ''), or ('', reason) if it is unknown."""
    try:
        branch = attempt(root, "rev-parse", "--abbrev-ref", _HEAD)
        if not branch.returncode:
            return branch.stdout.decode(errors="replace").strip(), ""
        if not has_origin(root):
            return "", "add a remote 'origin'; only its default branch counts"
    except GitError as error:
        return "", str(error)
    return "", "run git remote set-head origin --auto; the default branch of 'origin' is not known here"


def has_origin(root: Path) -> bool:
    """Return whether the repository has the remote; raises `GitError` outside a repository."""
    return not attempt(root, "remote", "get-url", "origin").returncode


def content_of(root: Path, path: str) -> bytes | None:
    """Return the content of a path below `root` on that branch, or None if it has no such file; raises `GitError`."""
    found = attempt(root, "cat-file", "blob", f"{_HEAD}:./{path}")
    return None if found.returncode else found.stdout
