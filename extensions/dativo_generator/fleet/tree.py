"""The destination's files: read and written without following a link out of it, and written all or none."""

from collections.abc import Iterator, Mapping
from contextlib import nullcontext
from pathlib import Path

from ..base import reading
from ..base.paths import ENV_EXAMPLE, FIELDS_FILES, VARIABLES
from ..plan.destination import fixture_of, header_of
from .transaction import Writer, writing
from .worktree import Sides

# The folders of the scaffolds' own files, except for example environment files; each file starts with a line that names
# its scaffold, and an asset names its fixture.
_OWN = ("assets", "jobs")


class Tree:
    """The files below a folder."""

    def __init__(self, root: Path) -> None:
        """Remember `root`, an existing folder."""
        self.root = root
        self.writer: Writer | None = None

    def read(self, path: str) -> bytes | None:
        """Return a file's content with the pack's line ends, or None if there is no such file.

        Raises `ReadingError` for a link, and for anything but a regular file.
        """
        content = reading.read(self.root, path)
        return None if content is None else content.replace(b"\r\n", b"\n")

    def generated(self) -> Iterator[tuple[str, tuple[str, str]]]:
        """Yield every file whose header names a scaffold, and the fixtures that they name, with (scaffold, tenant)."""
        fixtures: set[str] = set()
        for folder in _OWN:
            for path in reading.below(self.root, folder):
                if path.endswith((".yaml", ".yml")) and (header := header_of(self.root, path)):
                    yield path, header
                    fixture = fixture_of(self.root, path) if folder == "assets" else ""
                    if fixture and fixture not in fixtures and reading.is_file(self.root, fixture):
                        fixtures.add(fixture)
                        yield fixture, header
        for place in sorted(self.root.glob(FIELDS_FILES)):
            if header := header_of(self.root, place.name):
                yield place.name, header
        # Only these files: a user may have a folder of that name.
        below = (f"{VARIABLES}/*/{environment}*{ENV_EXAMPLE}" for environment in ("", "*/"))
        for place in sorted(place for pattern in below for place in self.root.glob(pattern)):
            path = place.relative_to(self.root).as_posix()
            if (header := header_of(self.root, path)) and header[1] == place.relative_to(self.root).parts[1]:
                yield path, header

    def write(self, changes: Mapping[str, bytes | None], conflicts: Mapping[str, Sides] | None = None) -> None:
        """Write the content of every path, None to delete it, all or nothing; `conflicts` are marked for Git.

        It is written by `writer`, the run that holds the lock. Without a writer, only this call holds the lock, which
        is enough if the changes do not depend on what was read before.
        """
        with nullcontext(self.writer) if self.writer else writing(self.root, "write") as writer:
            writer.write(changes, conflicts)
