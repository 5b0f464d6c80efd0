"""CSV in its many forms: what separates and quotes the cells, the names in the first line, and the rows.

A line is refused that is not like the first one, and what is refused is told without what stands in it.
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

# A line has so many characters at most.
LINE = 2_000_000
DELIMITERS = (",", ";", "\t", "|")
QUOTES = ('"', "'")
# So much of the beginning says how it is written: lines, unless the first ones are longer than that, and characters.
_LINES, _CHARACTERS = 500, 1 << 18
# So many of the lines, of a hundred, have the same number of cells where a delimiter is meant.
_ALIKE = 90


class Timeout(ImportFailed):
    """A read that took too long."""


class Form(NamedTuple):
    """What separates and what quotes the cells."""

    delimiter: str
    quote: str


class CsvFile:
    """A file of CSV in an encoding, packed with gzip or not."""

    def __init__(self, path: Path, encoding: str) -> None:
        """Find out how it is written; raises `ImportFailed`."""
        self.path, self.encoding = path, encoding
        csv.field_size_limit(LINE)  # of the whole process; a line is bounded here anyway
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
        """Yield so many rows in chunks of so many cells, each by column; a cell that is not there is None.

        Raises `ImportFailed`, and `Timeout` once the monotonic clock says `until`.
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
        """Yield the rows, the header first; what is blank is no row, unless there is one column."""
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
        """Open the file, and give its lines; what is wrong with it becomes one line."""
        real = os.path.realpath(self.path)
        packed = local.beginning(self.path, 2) == b"\x1f\x8b"
        read = 0

        def bounded(text: io.TextIOWrapper) -> Iterator[str]:
            nonlocal read
            while line := text.readline(LINE + 1):
                read += 1
                if len(line) > LINE:
                    what = "it names the columns" if read == 1 else "it may be that a quote is not closed"
                    raise ImportFailed(f"{self.path}: line {read}: has more than {LINE:,} characters; {what}")
                yield line

        # A byte order mark is no part of the first name.
        encoding = "utf-8-sig" if codecs.lookup(self.encoding).name == "utf-8" else self.encoding
        try:
            with (
                gzip.open(real) if packed else Path(real).open("rb") as content,
                io.TextIOWrapper(content, encoding=encoding, newline="") as text,
            ):
                yield bounded(text)
        except UnicodeError:
            raise not_written_in(self.path, self.encoding, f"behind line {read}" if read else "line 1") from None
        except (EOFError, gzip.BadGzipFile, zlib.error):
            raise ImportFailed(f"{self.path}: cannot be read: it is damaged") from None


def not_written_in(path: object, encoding: str, where: str) -> ImportFailed:
    """Build the error for a file in another encoding, with where that shows."""
    if codecs.lookup(encoding).name != "utf-8":
        return ImportFailed(f"{path}: is not written in {encoding} ({where}); name its encoding")
    return ImportFailed(
        f"{path}: is not UTF-8 ({where}), which the runner reads unless engine_options say so; "
        "convert it, or name its encoding, like latin-1: with --encoding, or in engine_options"
    )


def _beginning(lines: Iterator[str]) -> Iterator[str]:
    """Yield the first lines, the first two in any case."""
    size = 0
    for number, line in enumerate(islice(lines, _LINES)):
        size += len(line)
        if number > 1 and size > _CHARACTERS:
            return
        yield line


def _form(lines: Sequence[str]) -> Form:
    """Return what separates and quotes the cells, judged by the first lines: most of them have as many as the names."""
    best, found = (0, 0, 0, 0), Form(",", '"')
    for quote in QUOTES:
        for place, delimiter in enumerate(DELIMITERS):
            rows = _parsed(lines, Form(delimiter, quote))
            width = len(rows[0]) if rows else 0
            alike = sum(len(row) == width for row in rows) * 100 // max(len(rows), 1)
            quotes = sum(cell.startswith(quote) and cell.endswith(quote) for cell in _cells(lines, delimiter))
            quotes *= quote == QUOTES[0] or 2 * quotes >= len(lines)  # an apostrophe is none
            # A few lines that differ are wrong lines; many say that something else separates the cells.
            score = (width > 1 and alike >= _ALIKE, quotes if width > 1 else 0, width if width > 1 else 0, -place)
            if score > best:
                best, found = score, Form(delimiter, quote)
    return found


def _parsed(lines: Sequence[str], form: Form) -> list[list[str]]:
    """Return the rows of the first lines, but for the last one, which may be cut off."""
    try:
        rows = [row for row in csv.reader(lines, delimiter=form.delimiter, quotechar=form.quote) if row]
    except csv.Error:
        return []
    return rows[:-1] if len(rows) > 2 else rows


def _cells(lines: Sequence[str], delimiter: str) -> Iterator[str]:
    """Yield what stands between delimiters, as long as a quoted cell is."""
    for line in lines:
        yield from (cell for cell in line.rstrip("\r\n").split(delimiter) if len(cell) > 1)


def _check_names(path: Path, header: Sequence[str]) -> None:
    """Refuse names that are blank, or given twice."""
    if len(header) > COLUMNS:
        raise ImportFailed(f"{path}: has more than {COLUMNS:,} columns; split it")
    if not header:
        raise ImportFailed(f"{path}: the first line is empty; it names the columns")
    first: dict[str, int] = {}
    for number, name in enumerate(header, 1):
        if not name.strip():
            raise ImportFailed(f"{path}: column {number} has no name; give it one in the first line")
        if name in first:
            raise ImportFailed(f"{path}: '{name}' names columns {first[name]} and {number}; rename one")
        first[name] = number
