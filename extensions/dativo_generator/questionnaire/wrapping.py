"""Wrap styled text, given in pieces, between words where a line is wider than the terminal."""

import re
from collections.abc import Iterator, Sequence
from typing import Any
from unicodedata import category, east_asian_width

# What precedes the words of a line: blanks, and the marks and the name of a choice. Continuation lines align with it.
_BEFORE = re.compile(r"[\s»○●-]*(?:\S+ {2,})?")
# The maximum indentation is the width divided by this.
_INDENTED = 3


def wrapped(pieces: Sequence[tuple[Any, ...]], columns: int) -> list[tuple[Any, ...]]:
    """Return pieces (style, text, ...) with line breaks that keep each line within `columns`.

    A word that is wider than a line is broken anywhere.
    """
    text = "".join(piece[1] for piece in pieces)
    breaks = dict(_breaks(text, columns))
    result, position = [], 0
    for style, part, *rest in pieces:
        result.append((style, "".join(_broken(part, position, breaks)), *rest))
        position += len(part)
    return result


def _broken(part: str, position: int, breaks: dict[int, str]) -> Iterator[str]:
    for place, character in enumerate(part, position):
        inserted = breaks.get(place, "")
        yield inserted
        if not (inserted and character == " "):
            yield character


def _breaks(text: str, columns: int) -> Iterator[tuple[int, str]]:
    """Yield the position of each break, and the text to insert there; a blank at a break is dropped."""
    start = 0
    for line in text.split("\n"):
        hanging = len(_BEFORE.match(line)[0])
        indent = min(hanging, columns // _INDENTED)
        for place in _places(line, columns, hanging, indent):
            yield start + place, "\n" + " " * indent
        start += len(line) + 1


def _places(line: str, columns: int, hanging: int, indent: int) -> Iterator[int]:
    """Yield where to break a line: at the last blank that fits, else before the first character that does not."""
    begin = place = blank = used = 0
    while place < len(line):
        used += width(line[place])
        if line[place] == " " and place >= hanging:
            blank = place
        if used > columns and place > begin:
            at = blank if blank > begin else place
            yield at
            begin = place = at + 1 if line[at] == " " else at
            used = indent
        else:
            place += 1


def width(character: str) -> int:
    """Return how many columns a character takes up."""
    if category(character) in ("Mn", "Me", "Cf"):
        return 0
    return 2 if east_asian_width(character) in "WF" else 1
