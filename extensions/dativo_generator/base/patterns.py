"""Shell patterns for names: ``sales.*``, and ``!sales.tmp_*`` for exceptions."""

from collections.abc import Iterable
from fnmatch import fnmatchcase
from typing import Any

EXCEPT = "!"
_WILD = "*?"
_QUOTES = '"`'


def is_pattern(entry: Any) -> bool:
    """Return whether an entry is a pattern; a quoted name never is."""
    if not isinstance(entry, str) or entry[:1] in _QUOTES:
        return False
    return entry.startswith(EXCEPT) or bool(set(entry) & set(_WILD))


def fits(name: str, plain: str, patterns: Iterable[str]) -> bool:
    """Return whether a pattern matches a table: one with a dot its full `name`, any other its `plain` name."""
    return any(fnmatchcase(name if "." in pattern else plain, pattern) for pattern in patterns)


def is_meant(name: str, plain: str, entries: Iterable[Any]) -> bool:
    """Return whether `entries` select a table: by its full `name`, or by a pattern unless an exception excludes it."""
    entries = list(entries)
    if name in entries:
        return True
    patterns = [entry for entry in entries if is_pattern(entry)]
    refused = [pattern.removeprefix(EXCEPT) for pattern in patterns if pattern.startswith(EXCEPT)]
    wanted = [pattern for pattern in patterns if not pattern.startswith(EXCEPT)]
    return fits(name, plain, wanted) and not fits(name, plain, refused)
