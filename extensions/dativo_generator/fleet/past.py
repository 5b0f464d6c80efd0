"""What answers files rendered to before, according to the history of the Git repository.

A file that no answers render to any more is a scaffold's only if it is, byte for byte, what recorded answers of the
scaffold rendered to. Any other file is a user's own, or was edited.
"""

from collections.abc import Iterator, Mapping
from contextlib import suppress
from functools import cache
from pathlib import Path

from ..base.errors import DativoError
from ..base.git import GitError, attempt, git
from .answers_files import AnswersFile, filled, parsed
from .fleet import Fleet

# How many versions of an answers file to look at, the newest first; one is enough for a recent removal.
VERSIONS = 50


class Past:
    """The files that recorded versions of answers files rendered to."""

    def __init__(self, fleet: Fleet) -> None:
        """Use the repository of `fleet`; it is read on demand."""
        self._fleet = fleet
        self._gave = cache(self._rendered)

    def gave(self, answers_file: str, path: str, content: bytes) -> bool:
        """Return whether some recorded version of an answers file rendered `content` at `path`."""
        return content in self._gave(answers_file).get(path, ())

    def _rendered(self, answers_file: str) -> Mapping[str, set[bytes]]:
        contents: dict[str, set[bytes]] = {}
        for file in self._versions(answers_file):
            try:
                files = {} if self._fleet.refusal(file) else dict(self._fleet.replay(file).files)
            except DativoError:
                continue
            for path, content in files.items():
                contents.setdefault(path, set()).add(content)
        return contents

    def _versions(self, answers_file: str) -> Iterator[AnswersFile]:
        """Yield the recorded versions of an answers file, the newest first; none outside a repository."""
        known = set()
        with suppress(GitError):
            for _, file in recorded(self._fleet.tree.root, answers_file):
                if file.text and file.text not in known:
                    known.add(file.text)
                    yield file


def recorded(root: Path, answers_file: str, fields_file: str = "") -> Iterator[tuple[str, AnswersFile]]:
    """Yield the last commits that changed an answers file, or its fields, with its version there, the newest first.

    Raises `GitError` outside a repository.
    """

    def at(name: str) -> bytes:
        return attempt(root, "cat-file", "blob", f"{commit}:./{name}").stdout

    paths = [f":(literal){name}" for name in (answers_file, fields_file) if name]
    listing = git(root, "log", f"--max-count={VERSIONS}", "--format=%H", "--", *paths)
    for commit in listing.decode().split():
        yield commit, filled(parsed(answers_file, at(answers_file)), lambda name: at(name) or None)
