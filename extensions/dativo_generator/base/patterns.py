"""Names by pattern, as a shell has them: ``sales.*``, and ``!sales.tmp_*`` for those that are not meant."""

from collections.abc import Iterable
from fnmatch import fnmatchcase
from typing import Any

EXCEPT = "!"
_WILD = "*?"
_QUOTES = '"`'


def is_pattern(entry: Any) -> bool:
    """Return whether an entry stands for several names; a quoted name is one, whatever is in it."""
    if not isinstance(entry, str) or entry[:1] in _QUOTES:
        return False
    return entry.startswith(EXCEPT) or bool(set(entry) & set(_WILD))


def fits(name: str, plain: str, patterns: Iterable[str]) -> bool:
    """Return whether one of the patterns fits a table; with a dot it is held against the name, else the `plain` one."""
    return any(fnmatchcase(name if "." in pattern else plain, pattern) for pattern in patterns)


def is_meant(name: str, plain: str, entries: Iterable[Any]) -> bool:
    """Return whether `entries` mean a table: one is its name, or a pattern fits it that no other takes back."""
    entries = list(entries)
    if name in entries:
        return True
    patterns = [entry for entry in entries if is_pattern(entry)]
    refused = [pattern.removeprefix(EXCEPT) for pattern in patterns if pattern.startswith(EXCEPT)]
    wanted = [pattern for pattern in patterns if not pattern.startswith(EXCEPT)]
    return fits(name, plain, wanted) and not fits(name, plain, refused)
