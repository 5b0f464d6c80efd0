"""The only reader of files that the pack did not write: those of a repository, whose authors are not trusted.

It opens only regular files below the root, with no symbolic link in their path: a repository must not decide which
files of the machine are read. It reads no more than a maximum size, and does not wait for a pipe or a device.
"""

import errno
import os
import stat
from collections.abc import Iterator
from itertools import accumulate
from pathlib import Path
from shlex import quote

from .errors import DativoError, printable

# In bytes. An answers file of 200 tables with 60 commented columns each takes one mebibyte; fixture rows take less.
LARGEST = 4 << 20


def _flags(*names: str) -> int:
    """Combine flags for opening a file; a system that lacks a flag also lacks what the flag guards against."""
    return sum({getattr(os, name, 0) for name in names})


_NO_LINK = _flags("O_NOFOLLOW")
_FOLDER = _flags("O_DIRECTORY", "O_CLOEXEC")
# Without O_NONBLOCK, opening a pipe would wait for a writer.
_FILE = _flags("O_NOFOLLOW", "O_NONBLOCK", "O_NOCTTY", "O_CLOEXEC", "O_BINARY")
_STEPWISE = os.open in os.supports_dir_fd


LINK = "replace it; it is a symbolic link"
NOT_UTF8 = "save it as UTF-8; it is not UTF-8"


class ReadingError(DativoError):
    """A file exists but cannot, or must not, be read: ``path:line:column: what to do; why``."""

    def __init__(self, path: str, what: str, line: int = 0, column: int = 0) -> None:
        """Store what is wrong and where; an unknown `line` or `column` is 0."""
        self.what, self.line, self.column = printable(what), line, column
        place = ":".join(str(part) for part in (path, line, column) if part)
        super().__init__(f"{place}: {what}")

    def at(self, path: str) -> "ReadingError":
        """Return the same error with another path for the file."""
        return ReadingError(path, self.what, self.line, self.column)


def read(root: Path, path: str, largest: int = LARGEST) -> bytes | None:
    """Return the content of the file `path`, separated by "/", below `root`; None when it does not exist.

    Raises `ReadingError` for a link, for anything but a regular file, and for more than `largest` bytes.
    """
    content = beginning(root, path, largest + 1)
    if content is not None and len(content) > largest:
        raise ReadingError(path, f"shorten it; it has more than {largest} bytes")
    return content


def text(root: Path, path: str, largest: int = LARGEST) -> str | None:
    """Return the content of a UTF-8 file; None when it does not exist. Raises `ReadingError`."""
    content = read(root, path, largest)
    try:
        return None if content is None else content.decode("utf-8")
    except UnicodeDecodeError as error:
        raise ReadingError(path, NOT_UTF8, *place_in(error.object, error.start)) from None


def place_in(content: bytes, position: int) -> tuple[int, int]:
    """Return the line and column, from 1, of the byte at `position`; everything before it must be UTF-8."""
    before = content[:position].decode("utf-8")
    return before.count("\n") + 1, len(before) - before.rfind("\n")


def unreadable(error: OSError | ValueError, path: str) -> str:
    """Return what to do about a file that cannot be read, and why."""
    why = getattr(error, "strerror", None) or "no file can have this name"
    may = f"allow your user to read it with chmod u+r {quote(path)}; " if isinstance(error, PermissionError) else ""
    return f"{may}{'it ' if may else ''}cannot be read: {why}"


def beginning(root: Path, path: str, size: int) -> bytes | None:
    """Return the first `size` bytes of a file; None when it does not exist. Raises `ReadingError`."""
    try:
        descriptor = _opened(root, path)
    except (FileNotFoundError, NotADirectoryError):
        return None
    except (OSError, ValueError) as error:
        raise ReadingError(path, unreadable(error, path)) from None
    try:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise ReadingError(path, "move it away; it is not a regular file")
        parts = []
        while size > 0 and (part := os.read(descriptor, size)):
            parts.append(part)
            size -= len(part)
        return b"".join(parts)
    except OSError as error:
        raise ReadingError(path, unreadable(error, path)) from None
    finally:
        os.close(descriptor)


def below(root: Path, folder: str) -> Iterator[str]:
    """Yield the paths of all files below a folder, and of all links, even those to folders, in order."""
    waiting = [(folder, (root / folder).is_dir() and not (root / folder).is_symlink())]
    while waiting:
        path, is_folder = waiting.pop()
        if is_folder:
            waiting += reversed(_listed(root, path))
        elif path != folder or (root / folder).is_symlink():
            yield path


def is_file(root: Path, path: str) -> bool:
    """Return whether a regular file exists and can be read without following a link."""
    try:
        return beginning(root, path, 0) is not None
    except ReadingError:
        return False


def obstacle(root: Path, path: str) -> str:
    """Return what prevents writing a file at `path` below `root`: ``path: what to do; why``, or '' for nothing.

    Writing through a link ends up elsewhere, and opening a pipe blocks.
    """
    *folders, whole = accumulate(path.split("/"), lambda above, name: f"{above}/{name}")
    for part in (*folders, whole):
        try:
            mode = (root / part).lstat().st_mode
        except OSError:
            return ""
        if stat.S_ISLNK(mode):
            return str(_link(part))
        if not (stat.S_ISREG(mode) if part == whole else stat.S_ISDIR(mode)):
            return f"{part}: move it away; it is not a {'regular file' if part == whole else 'folder'}"
    return ""


def _listed(root: Path, folder: str) -> list[tuple[str, bool]]:
    try:
        with os.scandir(root / folder) as entries:
            return sorted((f"{folder}/{entry.name}", entry.is_dir(follow_symlinks=False)) for entry in entries)
    except OSError:
        return []


def _opened(root: Path, path: str) -> int:
    """Open a file one folder at a time, so that a link created in the meantime is not followed."""
    *folders, name = path.split("/")
    if not {"", ".", ".."}.isdisjoint((*folders, name)):
        raise ReadingError(path, "is not inside the folder")
    if not _STEPWISE:
        if any(root.joinpath(*parts).is_symlink() for parts in accumulate((folder,) for folder in (*folders, name))):
            raise _link(path)
        return os.open(root / path, _FILE)
    here = os.open(root, _FOLDER)
    try:
        for folder in folders:
            inner = _open_in(here, folder, _FOLDER | _NO_LINK, path)
            os.close(here)
            here = inner
        return _open_in(here, name, _FILE, path)
    finally:
        os.close(here)


def _open_in(folder: int, name: str, how: int, path: str) -> int:
    try:
        return os.open(name, how, dir_fd=folder)
    except OSError as error:
        # What Linux reports for a link in place of a folder, and for one in place of a file.
        if error.errno == errno.ELOOP or (error.errno == errno.ENOTDIR and _is_link(folder, name)):
            raise _link(path) from None
        raise


def _is_link(folder: int, name: str) -> bool:
    return stat.S_ISLNK(os.lstat(name, dir_fd=folder).st_mode)


def _link(path: str) -> ReadingError:
    return ReadingError(path, LINK)
