"""A lock that allows one writing run at a time; the operating system releases it when its holder is killed.

Forked processes do not inherit POSIX locks, so none of them can keep the lock.
"""

import errno
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path

from ..base.errors import DativoError
from ..base.system_errors import remedy
from .interruption import held

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None
    import msvcrt

_NAME = "lock"
# A file that its owner deleted just after it was opened is opened again.
_TRIES = 100
# Where Windows locks: beyond the content, which others need to read.
_FAR = 1 << 20
# The errors that mean that somebody else holds a lock.
_TAKEN = (errno.EACCES, errno.EAGAIN, errno.EDEADLK)


class LockError(DativoError):
    """Another run is writing, or the lock cannot be written."""


def now() -> str:
    """Return the local time to the second, for messages."""
    return datetime.now().astimezone().isoformat(" ", "seconds")


@contextmanager
def locked(folder: Path, command: str) -> Iterator[None]:
    """Hold the lock in `folder`, which is created if missing; raises `LockError` if somebody else holds it."""
    descriptor = None
    try:
        with held():
            descriptor = _taken(folder)
            _sign(descriptor, folder, command)
        yield
    finally:
        with held():
            _give_back(descriptor, folder)


def _taken(folder: Path) -> int:
    """Return the open descriptor of the locked file."""
    for _ in range(_TRIES):
        with _about(folder):
            try:
                folder.mkdir(exist_ok=True)
                if folder.is_symlink():
                    raise LockError(f"move {folder} away; it is a symbolic link, which is not followed")
                descriptor = os.open(folder / _NAME, os.O_RDWR | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0), 0o644)
            except FileNotFoundError:  # its owner has just deleted it
                continue
        try:
            with _about(folder):
                _lock(descriptor)
                if os.fstat(descriptor).st_ino == (folder / _NAME).lstat().st_ino:
                    return descriptor
        except FileNotFoundError:
            pass
        except BaseException:
            os.close(descriptor)
            raise
        os.close(descriptor)
    raise LockError(f"{folder}: run the command again; its lock comes and goes")


def _sign(descriptor: int, folder: Path, command: str) -> None:
    """Write down who holds the lock, for runs that are refused."""
    with _about(folder):
        os.ftruncate(descriptor, 0)
        os.write(descriptor, f"{command} (process {os.getpid()}, since {now()})\n".encode())


def _give_back(descriptor: int | None, folder: Path) -> None:
    """Delete the file while it is locked, so that nobody else can mistake it for theirs; then the folder."""
    if descriptor is not None:
        with suppress(OSError):
            (folder / _NAME).unlink()
        os.close(descriptor)
    with suppress(OSError):
        folder.rmdir()


@contextmanager
def _about(folder: Path) -> Iterator[None]:
    try:
        yield
    except FileNotFoundError:
        raise
    except OSError as error:
        what = f"{remedy(error)}its lock cannot be written: {error.strerror}; nothing was changed"
        raise LockError(f"{folder}: {what}") from None


def _lock(descriptor: int) -> None:
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        raise OSError(errno.EINVAL, "is not a regular file")
    try:
        _lock_file(descriptor)
    except OSError as error:
        if error.errno not in _TAKEN:
            raise
        holder = os.read(descriptor, 200).decode(errors="replace").strip() or "another command"
        raise LockError(f"wait and try again: {holder} is writing here; nothing was changed") from None


def _lock_file(descriptor: int) -> None:
    if fcntl:
        fcntl.lockf(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    else:
        os.lseek(descriptor, _FAR, os.SEEK_SET)
        msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        os.lseek(descriptor, 0, os.SEEK_SET)
