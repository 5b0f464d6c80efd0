"""One run that writes at a time: a lock that the operating system takes back from whoever is killed.

POSIX locks are not handed on to processes that are forked, so that none of them can keep it.
"""

import errno
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path

from ..base.errors import DativoError

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None
    import msvcrt

_NAME = "lock"
# A file that was opened just when its owner took it away is opened again.
_TRIES = 100
# Where Windows locks: behind what is written there, which others are to read.
_FAR = 1 << 20
# How it is said that somebody else has a lock.
_TAKEN = (errno.EACCES, errno.EAGAIN, errno.EDEADLK)


class LockError(DativoError):
    """Another run writes, or the lock cannot be written."""


def now() -> str:
    """Return the time to the second, as it is told to people."""
    return datetime.now().astimezone().isoformat(" ", "seconds")


@contextmanager
def locked(folder: Path, command: str) -> Iterator[None]:
    """Hold the lock in `folder`, which is made where it is not there; raises `LockError` when somebody else does."""
    descriptor = _taken(folder, command)
    try:
        yield
    finally:
        # As long as the file is locked nobody else can think that it is theirs.
        with suppress(OSError):
            (folder / _NAME).unlink()
        os.close(descriptor)
        with suppress(OSError):
            folder.rmdir()


def _taken(folder: Path, command: str) -> int:
    path = folder / _NAME
    for _ in range(_TRIES):
        try:
            folder.mkdir(exist_ok=True)
            if folder.is_symlink():
                raise LockError(f"move {folder} away; it is a symbolic link, which is not followed")
            descriptor = os.open(path, os.O_RDWR | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0), 0o644)
        except FileNotFoundError:
            continue
        except OSError as error:
            raise LockError(f"{path}: cannot be written: {error.strerror}; nothing was changed") from None
        try:
            if _is_ours(descriptor, path, command):
                return descriptor
        except BaseException:
            os.close(descriptor)
            raise
        os.close(descriptor)
    raise LockError(f"{path}: comes and goes; run the command again")


def _is_ours(descriptor: int, path: Path, command: str) -> bool:
    """Lock an open file and write down for whom; False when it is no longer the one at `path`."""
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        raise LockError(f"move {path} away; it is no regular file")
    try:
        _lock(descriptor)
        if os.fstat(descriptor).st_ino != path.lstat().st_ino:
            return False
        os.ftruncate(descriptor, 0)
        os.write(descriptor, f"{command} (process {os.getpid()}, since {now()})\n".encode())
    except FileNotFoundError:
        return False
    except OSError as error:
        if error.errno in _TAKEN:
            holder = os.read(descriptor, 200).decode(errors="replace").strip() or "another command"
            raise LockError(f"wait for it and try again: {holder} writes here; nothing was changed") from None
        raise LockError(f"{path}: cannot be locked: {error.strerror}; nothing was changed") from None
    return True


def _lock(descriptor: int) -> None:
    if fcntl:
        fcntl.lockf(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    else:
        os.lseek(descriptor, _FAR, os.SEEK_SET)
        msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        os.lseek(descriptor, 0, os.SEEK_SET)
