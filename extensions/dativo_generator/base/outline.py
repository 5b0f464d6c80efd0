"""Some entries of a YAML mapping, told from its text in a fiftieth of the time that parsing it takes.

Files that a program wrote look alike: every line begins with a key, with a space, or with the dash of a list. Where one
does not, or an entry is no plain word, nothing is guessed: the file is to be parsed then.
"""

import re
from collections.abc import Sequence
from functools import cache
from typing import Any

_LINES = re.compile(r"(?:(?:#.*|\w+:(?: .*)?|- .*| .*)?\n)*")
# What ends a line for YAML, and not for a regular expression.
_BREAKS = re.compile("[\r\x85\u2028\u2029]")
_WORD = re.compile(r"[A-Za-z][\w.-]*|\d+\.\d+\.\d+[A-Za-z0-9.-]*", re.ASCII)
_FLAGS = {"true": True, "false": False}
# What YAML 1.1 takes for no text, in any case of its letters.
_NO_TEXT = frozenset({*_FLAGS, "yes", "no", "on", "off", "y", "n", "null"})


def outlined(text: str, keys: Sequence[str]) -> dict[str, Any] | None:
    """Return those of the `keys` that a mapping has, with words and flags as values; None where it must be parsed."""
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
    """Match an entry: its key, what stands on its line, and a space or dash that begins the next line."""
    return re.compile(rf"^({'|'.join(map(re.escape, keys))}):(?: (.*))?\n(?=([ -]?))", re.MULTILINE)
