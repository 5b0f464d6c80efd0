"""CSV in its many forms: delimiter, quote character, the names in the first line, and the rows.

A line with another number of cells than the first is refused, and its content is not shown.
"""

import codecs
import csv
import gzip
import io
import os
import time
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import NamedTuple

from . import local
from .table import COLUMNS, ImportFailed

# The most characters of a line.
LINE = 2_000_000
DELIMITERS = (",", ";", "\t", "|")
QUOTES = ('"', "'")
# How much of a file decides its form: so many lines, or fewer if they hold more than so many characters.
_LINES, _CHARACTERS = 500, 1 << 18
# The percentage of lines with the same number of cells that makes a delimiter the right one.
_ALIKE = 90


class Timeout(ImportFailed):
    """A read that took too long."""


class Form(NamedTuple):
    """The delimiter and the quote character."""

    delimiter: str
    quote: str


class CsvFile:
    """A CSV file in an encoding, with or without gzip."""

    def __init__(self, path: Path, encoding: str) -> None:
        """Detect the form of the file; raises `ImportFailed`."""
        self.path, self.encoding = path, encoding
        csv.field_size_limit(LINE)  # process-wide; lines are bounded here anyway
        with self._lines() as lines:
            self.form = _form(list(_beginning(lines)))
            self.header = self._names()

    def _names(self) -> list[str]:
        with self._lines() as lines:
            try:
                header = next(csv.reader(lines, delimiter=self.form.delimiter, quotechar=self.form.quote), [])
            except csv.Error as error:
                raise ImportFailed(f"{self.path}: the header cannot be read: {error}") from None
        _check_names(self.path, header)
        return header

    def chunks(self, rows: int, cells: int, until: float) -> Iterator[list[Sequence[str | None]]]:
        """Yield at most `rows` rows in chunks of about `cells` cells, each by column; a missing cell is None.

        Raises `ImportFailed`, and `Timeout` after `until` on the monotonic clock.
        """
        width = len(self.header)
        with self._lines() as lines:
            reader = csv.reader(lines, delimiter=self.form.delimiter, quotechar=self.form.quote, strict=True)
            whole = islice(self._whole(reader, width), 1, rows + 1)
            while chunk := list(islice(whole, max(cells // width, 1))):
                if time.monotonic() > until:
                    raise Timeout(f"{self.path}: was not read in time")
                yield list(zip(*chunk, strict=True))

    def _whole(self, reader: Iterator[list[str]], width: int) -> Iterator[Sequence[str | None]]:
        """Yield the rows, the header first; a blank line is only a row if there is one column."""
        line = 1
        try:
            for row in reader:
                if len(row) == width:
                    yield row
                elif not row:
                    if width == 1:
                        yield (None,)
                else:
                    raise ImportFailed(
                        f"{self.path}: line {line}: has {len(row):,} cells, and the first line {width:,}"
                    )
                line = reader.line_num + 1  # type: ignore[attr-defined]
        except csv.Error as error:
            raise ImportFailed(f"{self.path}: cannot be read: line {line}: {error}") from None

    @contextmanager
    def _lines(self) -> Iterator[Iterator[str]]:
        """Open the file and yield an iterator over its lines; errors become an `ImportFailed`."""
        real = os.path.realpath(self.path)
        packed = local.beginning(self.path, 2) == b"\x1f\x8b"
        read = 0

        def bounded(text: io.TextIOWrapper) -> Iterator[str]:
            nonlocal read
            while line := text.readline(LINE + 1):
                read += 1
                if len(line) > LINE:
                    what = "it names the columns" if read == 1 else "a quote may be left open"
                    raise ImportFailed(f"{self.path}: line {read}: has more than {LINE:,} characters; {what}")
                yield line

        # A byte order mark does not belong to the first name.
        encoding = "utf-8-sig" if codecs.lookup(self.encoding).name == "utf-8" else self.encoding
        try:
            with (
                gzip.open(real) if packed else Path(real).open("rb") as content,
                io.TextIOWrapper(content, encoding=encoding, newline="") as text,
            ):
                yield bounded(text)
        except UnicodeError:
            raise not_written_in(self.path, self.encoding, f"after line {read}" if read else "line 1") from None
        except (EOFError, gzip.BadGzipFile, zlib.error):
            raise ImportFailed(f"{self.path}: cannot be read: it is damaged") from None


def not_written_in(path: object, encoding: str, where: str) -> ImportFailed:
    """Return the error for a file in another encoding; `where` is the place that shows it."""
    if codecs.lookup(encoding).name != "utf-8":
        return ImportFailed(f"{path}: name its encoding; it is not {encoding} ({where})")
    return ImportFailed(
        f"{path}: is not UTF-8 ({where}), which the runner expects without engine_options; "
        "convert it, or name its encoding, like latin-1: with --encoding, or in engine_options"
    )


def _beginning(lines: Iterator[str]) -> Iterator[str]:
    """Yield the first lines, at least two."""
    size = 0
    for number, line in enumerate(islice(lines, _LINES)):
        size += len(line)
        if number > 1 and size > _CHARACTERS:
            return
        yield line


def _form(lines: Sequence[str]) -> Form:
    """Return the delimiter and quote character for which most of the first lines have as many cells as the header."""
    best, found = (0, 0, 0, 0), Form(",", '"')
    for quote in QUOTES:
        for place, delimiter in enumerate(DELIMITERS):
            rows = _parsed(lines, Form(delimiter, quote))
            width = len(rows[0]) if rows else 0
            alike = sum(len(row) == width for row in rows) * 100 // max(len(rows), 1)
            quotes = sum(cell.startswith(quote) and cell.endswith(quote) for cell in _cells(lines, delimiter))
            quotes *= quote == QUOTES[0] or 2 * quotes >= len(lines)  # not an apostrophe
            # A few lines that differ are errors; many mean that the delimiter is another one.
            score = (width > 1 and alike >= _ALIKE, quotes if width > 1 else 0, width if width > 1 else 0, -place)
            if score > best:
                best, found = score, Form(delimiter, quote)
    return found


def _parsed(lines: Sequence[str], form: Form) -> list[list[str]]:
    """Return the rows of the first lines without the last one, which may be truncated."""
    try:
        rows = [row for row in csv.reader(lines, delimiter=form.delimiter, quotechar=form.quote) if row]
    except csv.Error:
        return []
    return rows[:-1] if len(rows) > 2 else rows


def _cells(lines: Sequence[str], delimiter: str) -> Iterator[str]:
    """Yield the texts between delimiters that are long enough to be quoted."""
    for line in lines:
        yield from (cell for cell in line.rstrip("\r\n").split(delimiter) if len(cell) > 1)


def _check_names(path: Path, header: Sequence[str]) -> None:
    """Refuse blank and duplicate names."""
    if len(header) > COLUMNS:
        raise ImportFailed(f"{path}: split it; it has more than {COLUMNS} columns")
    if not header:
        raise ImportFailed(f"{path}: name the columns in the first line; it is empty")
    first: dict[str, int] = {}
    for number, name in enumerate(header, 1):
        if not name.strip():
            raise ImportFailed(f"{path}: name column {number} in the first line; it has no name")
        if name in first:
            raise ImportFailed(f"{path}: rename one; '{name}' names columns {first[name]} and {number}")
        first[name] = number
