"""Find out from the template's history when an entry got its current form."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from ..base.git import GitError, attempt, git
from .source import Source

_LINE = re.compile(r"([0-9a-f]{40}) \d+ (\d+)")
# The length of an abbreviated commit hash.
_SHORT = 8


@dataclass
class Since:
    """Finds the commit that last changed a line of the template, and the first released version with it."""

    source: Source
    _lines: dict[tuple[str, str], dict[int, str]] = field(default_factory=dict)
    _versions: dict[str, str] = field(default_factory=dict)

    def line(self, commit: str, file: str, line: int) -> str:
        """Return when a line of a file at a commit got its current form, like ``v1.2.0, 0a1b2c3d``; '' if unknown."""
        if (commit, file) not in self._lines:
            self._lines[commit, file] = dict(self._blamed(commit, file))
        since = self._lines[commit, file].get(line, "")
        if not since:
            return ""
        if since not in self._versions:
            self._versions[since] = self._version(since)
        return ", ".join(filter(None, (self._versions[since], since[:_SHORT])))

    def _blamed(self, commit: str, file: str) -> Iterable[tuple[int, str]]:
        """Yield the lines of a file with their commits; a shallow clone attributes older lines to its first commit."""
        try:
            text = git(self.source.repository, "blame", "--porcelain", commit, "--", file).decode(errors="replace")
        except GitError:
            return []
        found = [match for line in text.split("\n") if (match := _LINE.match(line))]
        return [(int(match[2]), match[1]) for match in found]

    def _version(self, commit: str) -> str:
        """Return the oldest released version that includes a commit, or '' for none."""
        listed = attempt(self.source.repository, "tag", "--contains", commit).stdout.decode(errors="replace").split()
        return next((tag for tag in self.source.tags if tag in listed), "")
