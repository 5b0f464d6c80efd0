"""The destination's files, read and written without following a link out of it, and written all or not at all."""

import os
from collections.abc import Iterator, Mapping
from pathlib import Path

from ..base import reading
from ..base.errors import DativoError
from ..plan.destination import fixture_of, header_of
from .parallel import overlapped

# Where the scaffolds' own files are; each begins with a line that names its scaffold, and an asset names its fixture.
_OWN = ("assets", "jobs")


class TreeError(DativoError):
    """A file of the destination cannot be read or written."""


class Tree:
    """The files below a folder."""

    def __init__(self, root: Path) -> None:
        """Remember `root`, an existing folder."""
        self.root = root
        self._folders: dict[str, bool] = {"": True}

    def read(self, path: str) -> bytes | None:
        """Return a file's content with line ends as the pack writes them, None when there is no such file.

        Raises `ReadingError` for a link, and for what is no file.
        """
        content = reading.read(self.root, path)
        return None if content is None else content.replace(b"\r\n", b"\n")

    def generated(self) -> Iterator[tuple[str, tuple[str, str]]]:
        """Yield every file that names the scaffold which wrote it, and what it names, with scaffold and tenant."""
        fixtures: set[str] = set()
        for folder in _OWN:
            for path in reading.below(self.root, folder):
                if path.endswith((".yaml", ".yml")) and (header := header_of(self.root, path)):
                    yield path, header
                    fixture = fixture_of(self.root, path) if folder == "assets" else ""
                    if fixture and fixture not in fixtures and reading.is_file(self.root, fixture):
                        fixtures.add(fixture)
                        yield fixture, header

    def write(self, changes: Mapping[str, bytes | None]) -> None:
        """Write every file, and delete those whose content is None; on an error all are put back as they were."""
        for path in changes:
            self._refuse_links(path)
        before: dict[str, bytes | None] = {}
        try:
            before |= {path: _bytes(self.root / path) for path in changes}
            self._put_all(changes)
        except OSError as error:
            self._put_all(before)
            path = os.path.relpath(error.filename, self.root)
            raise TreeError(f"{path}: cannot be written: {error.strerror}; nothing was changed") from None

    def _put_all(self, contents: Mapping[str, bytes | None]) -> None:
        """Write first, which a file system does faster for some at a time; then delete, and what is empty then."""
        overlapped(self._put, [(path, content) for path, content in contents.items() if content is not None])
        for path, content in contents.items():
            if content is None:
                self._delete(path)

    def _put(self, path: str, content: bytes) -> None:
        target = self.root / path
        try:
            target.write_bytes(content)
        except FileNotFoundError:  # rarely: most files of a change are in folders that are there
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(content)

    def _delete(self, path: str) -> None:
        target = self.root / path
        target.unlink(missing_ok=True)
        for parent in target.relative_to(self.root).parents:
            folder = self.root / parent
            if parent == Path() or (folder.is_dir() and any(folder.iterdir())):
                break
            if folder.is_dir():  # not when its first file could not be written
                folder.rmdir()

    def _refuse_links(self, path: str) -> None:
        folder, _, _ = path.rpartition("/")
        if (self.root / path).is_symlink() or not self._plain(folder):
            raise TreeError(f"{path}: is a symbolic link, which is not followed")

    def _plain(self, folder: str) -> bool:
        if folder not in self._folders:
            above = self._plain(folder.rpartition("/")[0])
            self._folders[folder] = above and not (self.root / folder).is_symlink()
        return self._folders[folder]


def _bytes(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None
