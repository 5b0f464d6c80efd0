"""Read a few entries of a YAML mapping from its text, fifty times as fast as parsing it.

Generated files look alike: every line begins with a key, a space, or the dash of a list. A file with any other line, or
with an entry whose value is not a plain word, must be parsed: this module does not guess.
"""

import re
from collections.abc import Sequence
from functools import cache
from typing import Any

_LINES = re.compile(r"(?:(?:#.*|\w+:(?: .*)?|- .*| .*)?\n)*")
# Characters that YAML counts as line breaks, and a regular expression does not.
_BREAKS = re.compile("[\r\x85\u2028\u2029]")
_WORD = re.compile(r"[A-Za-z][\w.-]*|\d+\.\d+\.\d+[A-Za-z0-9.-]*", re.ASCII)
_FLAGS = {"true": True, "false": False}
# Words that YAML 1.1 does not read as text, in upper or lower case.
_NO_TEXT = frozenset({*_FLAGS, "yes", "no", "on", "off", "y", "n", "null"})


def outlined(text: str, keys: Sequence[str]) -> dict[str, Any] | None:
    """Return the entries of a mapping for `keys`, with words and flags as values; None when the text must be parsed."""
    if _BREAKS.search(text) or not _LINES.fullmatch(text):
        return None
    found: dict[str, Any] = {}
    for key, value, more in _entries(tuple(keys)).findall(text):
        plain = _FLAGS.get(value, value)
        if key in found or more or not _WORD.fullmatch(value) or (plain is value and value.lower() in _NO_TEXT):
            return None
        found[key] = plain
    return found


@cache
def _entries(keys: tuple[str, ...]) -> re.Pattern[str]:
    """Match an entry: its key, the rest of its line, and a space or dash at the start of the next line."""
    return re.compile(rf"^({'|'.join(map(re.escape, keys))}):(?: (.*))?\n(?=([ -]?))", re.MULTILINE)
