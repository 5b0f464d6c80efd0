"""What answers files gave before, as the history of the Git repository has them.

A file that no answers give any more came from a scaffold only if it is, byte for byte, what one of its recorded answers
gave. Anything else is somebody's own, or holds edits.
"""

from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

from ..base.errors import DativoError
from ..base.git import GitError, attempt, git
from .answers_files import parsed
from .fleet import Fleet

# So many versions of one answers file are looked at, the newest first; one is enough for what has just gone.
VERSIONS = 50


class Past:
    """The files that recorded versions of answers files gave."""

    def __init__(self, fleet: Fleet) -> None:
        """Look at the repository of `fleet` when something is asked."""
        self._fleet = fleet
        self._gave = cache(self._rendered)

    def gave(self, answers_file: str, path: str, content: bytes) -> bool:
        """Tell whether some recorded version of an answers file gave `content` for `path`, or for another path."""
        return content in self._gave(answers_file).get(path, ())

    def _rendered(self, answers_file: str) -> Mapping[str, set[bytes]]:
        contents: dict[str, set[bytes]] = {}
        for text in self._versions(answers_file):
            file = parsed(answers_file, text)
            try:
                files = {} if self._fleet.refusal(file) else dict(self._fleet.replay(file).files)
            except DativoError:
                continue
            for path, content in files.items():
                contents.setdefault(path, set()).add(content)
        return contents

    def _versions(self, answers_file: str) -> list[bytes]:
        """Return the recorded contents of an answers file, the newest first; none outside a repository."""
        try:
            texts = [text for _, text in recorded(self._fleet.tree.root, answers_file)]
        except GitError:
            return []
        return list(dict.fromkeys(filter(None, texts)))


def recorded(root: Path, answers_file: str) -> Iterator[tuple[str, bytes]]:
    """Yield the last commits that changed an answers file, the newest first, each with its content, b"" for none.

    Raises `GitError` outside a repository.
    """
    listing = git(root, "log", f"--max-count={VERSIONS}", "--format=%H", "--", f":(literal){answers_file}")
    for commit in listing.decode().split():
        yield commit, attempt(root, "cat-file", "blob", f"{commit}:./{answers_file}").stdout
