"""Print lines for people: wrapped on a terminal, whole for a program or a log."""

import os
import re
import shutil
import sys
import textwrap
from typing import Any, TextIO

from .errors import printable

# The widest line on a terminal; a narrower terminal uses its own width.
WIDTH = 76
# A command to paste into a shell, up to the punctuation after it, is never broken.
_COMMAND = re.compile(
    r"(?<![\w/.-])(?:dativo-generator|dativo|copier (?:copy|update|recopy)|git|pip|chmod) (?:'[^']*'|[^'`;,()])*"
)
# Stands for a space at which a line must not break.
_FAST = "\0"


def tell(text: str, stream: TextIO | None = None) -> None:
    """Print a line to a stream, standard error by default."""
    stream = stream or sys.stderr
    print(*(wrapped(text) if stream.isatty() else [printable(text)]), sep="\n", file=stream, flush=True)


def fitted(text: str, first: int = 0) -> str:
    """Return a line for standard error that starts at column `first`: wrapped if that is a terminal, else whole."""
    return "\n".join(wrapped(text, first, " " * (first + 2))) if sys.stderr.isatty() else printable(text)


def wrapped(text: str, first: int = 0, indentation: str = "  ") -> list[str]:
    """Break a line between words, at `WIDTH` or the width of the terminal; the first line starts at column `first`.

    A word or command that is wider than that gets a line of its own.
    """
    width = min(WIDTH, _columns())
    words = _COMMAND.sub(lambda command: command[0].rstrip().replace(" ", _FAST) + _blank(command[0]), printable(text))
    how: dict[str, Any] = {"break_long_words": False, "break_on_hyphens": False, "drop_whitespace": True}
    lines = textwrap.wrap(words, width, initial_indent=" " * first, subsequent_indent=indentation, **how)
    return [line.replace(_FAST, " ") for line in [lines[0][first:], *lines[1:]]] if lines else [""]


def _columns() -> int:
    """Return the width of the terminal, even if only standard error is one, as in `dativo-generator new | head`."""
    try:
        return shutil.get_terminal_size(os.get_terminal_size(sys.stderr.fileno())).columns
    except (AttributeError, OSError, ValueError):
        return shutil.get_terminal_size().columns


def _blank(command: str) -> str:
    return " " if command.endswith(" ") else ""
