"""Operations on one file of a change: inspect it without following a link, back it up, and move it into place."""

import errno
import os
import shutil
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from hashlib import sha256
from pathlib import Path

from ..base import reading
from ..base.errors import DativoError
from ..base.system_errors import remedy


class TransactionError(DativoError):
    """A change cannot be made, finished or undone."""


@contextmanager
def about(path: str) -> Iterator[None]:
    """Add the path, relative to the destination, to a file system error; a full disk's names no file."""
    try:
        yield
    except OSError as error:
        raise TransactionError(f"{path}: {remedy(error)}cannot be written: {reason(error)}") from None


def reason(error: BaseException) -> str:
    """Return the message of an error, without its number and local paths; its class name if it has no message."""
    return getattr(error, "strerror", None) or str(error) or type(error).__name__


def content_of(root: Path, path: str) -> bytes | None:
    """Return the content of a file, or None if there is none; raises `TransactionError` if it is not a regular file."""
    try:
        return reading.read(root, path)
    except reading.ReadingError as error:
        raise TransactionError(str(error)) from None


def digest_of(content: bytes | None) -> str | None:
    """Return the SHA-256 of a content, or None for None."""
    return None if content is None else sha256(content).hexdigest()


def refuse_links(root: Path, path: str) -> None:
    """Raise `TransactionError` if a path, or a folder on the way to it, is a symbolic link."""
    at = str(root)
    with about(path), suppress(FileNotFoundError):
        for part in path.split("/"):
            at = f"{at}/{part}"
            if stat.S_ISLNK(os.lstat(at).st_mode):
                raise TransactionError(f"{path}: {reading.LINK}")


def refuse_read_only(target: Path) -> None:
    """Raise `OSError` if a file must not be replaced, because of its own or its folder's permissions."""
    for needed in (target.parent, target):
        if os.path.lexists(needed) and not os.access(needed, os.W_OK):
            raise PermissionError(errno.EACCES, "is read-only")


def keep(target: Path, kept: Path) -> None:
    """Create a hard link to a file, or a copy if the file system has no hard links."""
    try:
        os.link(target, kept, follow_symlinks=False)
    except OSError:
        shutil.copy2(target, kept, follow_symlinks=False)


def move(source: Path, target: Path, beside: Path) -> None:
    """Move a file to the place of another one, atomically.

    On another file system it is copied first, to `beside`, which is in the folder of `target`.
    """
    try:
        source.replace(target)
    except OSError as error:
        if error.errno != errno.EXDEV:
            raise
        shutil.copy2(source, beside)
        beside.replace(target)
        source.unlink()


def write_through(path: Path, content: bytes, like: os.stat_result | None = None) -> None:
    """Write a file and sync it to disk, with the mode and, if permitted, the owner of the file that it replaces."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | getattr(os, "O_NOFOLLOW", 0), 0o666)
    try:
        if like:
            _liken(descriptor, like)
        left = memoryview(content)
        while left:
            left = left[os.write(descriptor, left) :]
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def flush(folder: Path) -> None:
    """Sync the entries of a folder to disk, where folders can be opened."""
    if os.name == "posix":
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def _liken(descriptor: int, like: os.stat_result) -> None:
    found = os.fstat(descriptor)
    if hasattr(os, "fchown") and (found.st_uid, found.st_gid) != (like.st_uid, like.st_gid):
        with suppress(PermissionError):  # then the user who runs this owns the file
            os.fchown(descriptor, like.st_uid, like.st_gid)
    if stat.S_IMODE(found.st_mode) != stat.S_IMODE(like.st_mode):
        os.chmod(descriptor, stat.S_IMODE(like.st_mode))
