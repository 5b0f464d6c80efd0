"""A table for people. A terminal that is too narrow for it shows each row as a paragraph, in which no name is cut."""

import shutil
import sys
import textwrap
from collections.abc import Iterator, Sequence

from ..base.errors import printable
from ..base.telling import WIDTH

_BETWEEN, _INDENTATION = "  ", "  "
# A paragraph begins with so many cells, which say what the row is about.
_FIRST = 2


def columns(names: Sequence[str], lines: Sequence[Sequence[str]]) -> Iterator[list[str]]:
    """Yield the lines of each row, those of the header first, without columns that are empty in all rows.

    In a table every row is one line, also for a program or a log. Paragraphs have no header: its lines are [].
    """
    lines = [[printable(cell) for cell in line] for line in lines]
    filled = [index for index in range(len(names)) if any(line[index] for line in lines)]
    header = [names[index].upper() for index in filled]
    rows = [[line[index] for index in filled] for line in lines]
    widths = [max(map(len, column)) for column in zip(header, *rows, strict=True)]
    if sum(widths) + len(_BETWEEN) * (len(widths) - 1) <= (wide := room()) or not wide:
        for row in (header, *rows):
            cells = (f"{cell or '-':<{width}}" for cell, width in zip(row, widths, strict=True))
            yield [_BETWEEN.join(cells).rstrip()]
        return
    yield []
    for row in rows:
        named = [(name.lower(), cell) for name, cell in zip(header, row, strict=True)]
        rest = "; ".join(f"{name} {cell}" for name, cell in named[_FIRST:] if cell)
        yield [_BETWEEN.join(cell or "-" for cell in row[:_FIRST]), *paragraph(rest, wide, _INDENTATION, _INDENTATION)]


def room() -> int:
    """Return how wide a line of standard output may be, 0 for as wide as it is."""
    if not sys.stdout.isatty():
        return 0
    there = shutil.get_terminal_size().columns
    return min(there, max(WIDTH, there - 4))


def paragraph(text: str, width: int, before: str, after: str) -> list[str]:
    """Wrap a text into lines that begin with `before`, the first, and `after`, the others; words are not broken."""
    how = {"break_long_words": False, "break_on_hyphens": False}
    return textwrap.wrap(printable(text), width, initial_indent=before, subsequent_indent=after, **how)
