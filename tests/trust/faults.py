"""Make something go wrong while a command writes, at its n-th step on the disk below a folder.

A step is whatever changes the disk: opening a file for writing, each write and each wait for the disk, a rename, a
link, a deletion, a new folder, and a Git command that writes.
"""

import errno
import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

# What goes wrong. A full disk stays full, or is full once; a read-only one stays read-only.
KINDS = ("killed", "SIGINT", "SIGTERM", "full", "full once", "read-only")

_WRITES = os.O_WRONLY | os.O_RDWR
_ONE_PATH = {"os.mkdir": True, "os.link": True, "os.rename": True, "os.remove": False, "os.rmdir": False}
_DESCRIPTORS = Path("/proc/self/fd")
_GIT_WRITES = {"hash-object", "update-index"}


class Steps:
    """Count the steps of this process below `root`, and make the one at `at`, from 1, go wrong; none if that is 0."""

    def __init__(self, root: Path, kind: str = "", at: int = 0) -> None:
        self._root, self._kind, self._at, self.count = root.resolve(), kind, at, 0

    def install(self) -> None:
        """Watch the process from now on until it ends."""
        write, fsync = os.write, os.fsync

        def half_written(descriptor: int, content: Any) -> int:
            if self._below(_DESCRIPTORS / str(descriptor)):
                self._step(needs_space=True, half=lambda: write(descriptor, content[: len(content) // 2]))
            return write(descriptor, content)

        def waited(descriptor: int) -> None:
            if self._below(_DESCRIPTORS / str(descriptor)):
                self._step(needs_space=True)
            fsync(descriptor)

        os.write, os.fsync = half_written, waited
        sys.addaudithook(self._heard)

    def _heard(self, event: str, arguments: tuple[Any, ...]) -> None:
        if event == "open":
            path, _, flags = arguments
            if isinstance(path, str | bytes | os.PathLike) and flags & _WRITES and self._below(path):
                self._step(needs_space=bool(flags & os.O_CREAT))
        elif event in _ONE_PATH:
            folder = arguments[-1]
            if self._below(arguments[0] if folder < 0 else (_DESCRIPTORS / str(folder)).readlink() / arguments[0]):
                self._step(needs_space=_ONE_PATH[event])
        elif event == "subprocess.Popen" and _GIT_WRITES & {*arguments[1]}:
            self._step(by_git=True)

    def _below(self, path: Any) -> bool:
        path = Path(os.fsdecode(path))
        if path.parent == _DESCRIPTORS:
            path = path.readlink()
        return Path.cwd().joinpath(path).is_relative_to(self._root)

    def _step(self, **how: Any) -> None:
        self.count += 1
        if self._at and self.count >= self._at:
            self._go_wrong(**how)

    def _go_wrong(self, *, needs_space: bool = False, by_git: bool = False, half: Callable[[], Any] = int) -> None:
        """Do what the kind says; `half` writes half of what is to be written."""
        if self._kind == "killed":
            half()
            os.kill(os.getpid(), signal.SIGKILL)
        elif self._kind.startswith("SIG"):
            if self.count == self._at:
                os.kill(os.getpid(), getattr(signal, self._kind))
        elif by_git:
            return
        elif self._kind == "read-only":
            raise OSError(errno.EROFS, os.strerror(errno.EROFS))
        elif needs_space and (self._kind == "full" or self.count == self._at):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
