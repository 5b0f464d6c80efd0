"""Ignored findings: turned off by a comment in the file, or in the settings of the repository.

The comment ``# dativo: ignore=<rule>[,<rule>]`` applies to its line, or to the whole file if nothing but comments is
above it. The settings are in `.dativo.yml`: ``validate: {ignore: {<rule>: [<pattern of paths>, ...]}}``. A pull request
can bring both, so a rule that guards against pull requests cannot be turned off, and ignored errors are counted.
"""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from itertools import chain
from pathlib import Path
from typing import Any

from ..base import reading
from ..base.errors import printable
from ..base.naming import offer
from ..base.paths import SETTINGS
from ..base.positions import Located, LocatedError
from .findings import Finding
from .rules import Rules

_COMMENT = re.compile(r"(?:^|\s)#\s*dativo:\s*ignore=([A-Za-z0-9_-]+(?:\s*,\s*[A-Za-z0-9_-]+)*)\s*$")


@dataclass
class _Ignore:
    """A rule ignored on one `line`, or with line 0 in all files that match `pattern`; `said` is where it says so."""

    rule: str
    line: int
    said: tuple[str, int, int]
    pattern: str = "*"
    used: bool = False

    def fits(self, finding: Finding) -> bool:
        at = finding.rule == self.rule and self.line in (0, finding.line)
        return at and fnmatchcase(finding.file, self.pattern)


@dataclass
class Ignoring:
    """Everything that is ignored in a repository."""

    rules: Rules
    problems: list[Finding] = field(default_factory=list)
    # By file; "" holds those for all files.
    _ignores: dict[str, list[_Ignore]] = field(default_factory=lambda: defaultdict(list))

    def read_settings(self, repository: Path) -> None:
        """Read the settings of the repository; errors in them become findings."""
        try:
            text = reading.text(repository, SETTINGS)
        except reading.ReadingError as error:
            self._wrong((SETTINGS, error.line or 1, error.column or 1), error.what)
            return
        if text is None:
            return
        try:
            located = Located(text)
        except LocatedError as error:
            self._wrong((SETTINGS, error.line, error.column), str(error))
            return
        for keys, rule, pattern in self._settings(located):
            self._add("", _Ignore(rule, 0, (SETTINGS, *located.place(keys)), pattern))

    def read_comments(self, path: str, text: str) -> None:
        """Read the comments of a file."""
        if "dativo:" not in text:
            return
        above = True
        for number, line in enumerate(text.splitlines(), start=1):
            above = above and (not line.strip() or line.lstrip("\ufeff").startswith("#"))
            if match := _COMMENT.search(line):
                place = (path, number, match.start(1) + 1)
                for rule in re.split(r"\s*,\s*", match[1]):
                    self._add(path, _Ignore(rule, 0 if above else number, place))

    def sort(self, findings: list[Finding]) -> tuple[list[Finding], list[Finding]]:
        """Split findings into those that stand, including errors in ignoring, and those that are ignored."""
        stand, off = [], []
        for finding in findings:
            about = (*self._ignores[""], *self._ignores.get(finding.file, ()))
            fitting = [ignore for ignore in about if ignore.fits(finding)]
            for ignore in fitting:
                ignore.used = True
            (off if fitting else stand).append(finding)
        unused = [
            self._finding("unused-ignore", ignore.said, f"remove '{ignore.rule}'; it finds nothing here")
            for ignore in chain.from_iterable(self._ignores.values())
            if not ignore.used
        ]
        return sorted({*stand, *self.problems, *unused}), sorted(off)

    def _settings(self, located: Located) -> Iterator[tuple[tuple[str | int, ...], str, str]]:
        value = located.value
        for keys in ((), ("validate",), ("validate", "ignore")):
            value = self._mapping(located, keys, value)
        for rule, patterns in value.items():
            where = ("validate", "ignore", rule)
            if not isinstance(patterns, list) or not all(isinstance(pattern, str) for pattern in patterns):
                self._wrong((SETTINGS, *located.place(where)), f"{rule}: must be a list of patterns like 'jobs/acme/*'")
                continue
            for index, pattern in enumerate(patterns):
                yield (*where, index), str(rule), pattern

    def _mapping(self, located: Located, keys: tuple[str, ...], above: Mapping[str, Any]) -> Mapping[str, Any]:
        """Return the mapping at `keys` of the settings, in which only the next known key is allowed."""
        only = ("validate", "ignore", "")[len(keys)]
        value = above.get(keys[-1], {}) if keys else above
        if not isinstance(value, Mapping):
            self._wrong((SETTINGS, *located.place(keys)), f"{'.'.join(keys) or 'the file'}: must be a mapping")
            return {}
        for name in value:
            if only and name != only:
                place = located.place((*keys, str(name)), of_key=True)
                self._wrong((SETTINGS, *place), f"'{name}': {offer(name, [only], 'unknown key')}")
        return value

    def _add(self, file: str, ignore: _Ignore) -> None:
        rule = self.rules.get(ignore.rule)
        if rule is None:
            self._wrong(ignore.said, offer(ignore.rule, self.rules, f"'{ignore.rule}' is not a rule"))
        elif not rule.optional:
            self._wrong(ignore.said, f"'{ignore.rule}' cannot be turned off")
        else:
            self._ignores[file].append(ignore)

    def _wrong(self, place: tuple[str, int, int], message: str) -> None:
        self.problems.append(self._finding("settings", place, message))

    def _finding(self, rule: str, place: tuple[str, int, int], message: str) -> Finding:
        return Finding(*place, self.rules[rule].severity, rule, printable(message))
