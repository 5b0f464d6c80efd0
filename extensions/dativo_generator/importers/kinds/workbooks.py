"""Columns of an Excel or LibreOffice workbook: every sheet whose first row names its columns is a table."""

import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from itertools import islice
from pathlib import Path
from typing import Any

from ...base.naming import listed
from .. import local
from ..cells import CHARACTERS
from ..source import Options, Reader, Source
from ..table import COLUMNS, Column, ImportFailed, Table, library
from ..types import PERSONAL, Kind
from ..values import judged

# The most bytes, packed and unpacked; rows of a sheet, cells in all its columns, and values to judge per column.
LARGEST, UNPACKED, ROWS, CELLS, VALUES = 64 << 20, 256 << 20, 100_000, 1_000_000, 2_000
ENDINGS = (".xlsx", ".xlsm", ".xlsb", ".xls", ".ods")
_KINDS: dict[frozenset[Kind], Kind] = {
    frozenset({Kind.INTEGER, Kind.DOUBLE}): Kind.DOUBLE,
    frozenset({Kind.DATE, Kind.TIMESTAMP}): Kind.TIMESTAMP,
}


def read_workbook(path: Path, wanted: str, *, required_from_data: bool = False) -> list[Table]:
    """Read the sheets of a workbook, or only `wanted` if given; raises `ImportFailed`."""
    calamine = library("python_calamine", "Reading workbooks")
    _check_size(path)
    tables: list[Table] = []
    left_out: dict[str, str] = {}
    try:
        book = calamine.CalamineWorkbook.from_path(str(path.resolve()))
        for name in book.sheet_names:
            if wanted and name.lower() != wanted.lower():
                continue
            try:
                if table := _table(name, book.get_sheet_by_name(name).iter_rows(), required_from_data):
                    tables.append(table)
            except ImportFailed as error:
                left_out[name] = str(error)
    except calamine.PasswordError:
        raise ImportFailed(f"{path}: save it without a password; it has one") from None
    except (calamine.CalamineError, OSError, ValueError) as error:
        raise ImportFailed(f"{path}: cannot be read as a workbook ({type(error).__name__})") from None
    omitted = listed(f"'{name}' ({why})" for name, why in left_out.items())
    if not tables:
        if wanted and not left_out:
            raise ImportFailed(f"{path}: there is no sheet '{wanted}' (there: {listed(book.sheet_names)})")
        raise ImportFailed(f"{path}: has no sheet with a table{f': {omitted}' if omitted else ''}")
    if omitted:
        tables[0] = replace(tables[0], notes=(*tables[0].notes, f"sheets that are left out: {omitted}"))
    return tables


def _check_size(path: Path) -> None:
    if len(local.beginning(path, LARGEST + 1)) > LARGEST:
        raise local.too_large(path, LARGEST)
    if zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as archive:
            if sum(one.file_size for one in archive.infolist()) > UNPACKED:
                raise ImportFailed(f"{path}: save it as CSV; unpacked it has more than {UNPACKED >> 20} MiB")


def _table(name: str, rows: Iterator[Sequence[Any]], required_from_data: bool) -> Table | None:
    """Read a sheet, None for an empty one; raises `ImportFailed` if its first row is invalid."""
    header = list(next(rows, ()))
    most = min(ROWS, max(CELLS // max(len(header), 1), 100))
    body = [row for row in islice(rows, most) if any(cell != "" for cell in row)]
    while header and header[-1] == "" and all(row[len(header) - 1] == "" for row in body):
        header.pop()
    if not header:
        return None
    if not body:
        raise ImportFailed("it has a first row and no other")
    if len(header) > COLUMNS:
        raise ImportFailed(f"it has more than {COLUMNS:,} columns")
    names = [_text(cell).strip() for cell in header]
    for number, one in enumerate(names, 1):
        if not one:
            raise ImportFailed(f"column {number} has no name in the first row")
        if names.index(one) != number - 1:
            raise ImportFailed(f"'{one}' names columns {names.index(one) + 1} and {number}")
    notes = (f"types are judged by the first {most:,} rows",) if next(rows, None) is not None else ()
    cells = zip(*body, strict=True)
    columns = tuple(_column(one, values, required_from_data) for one, values in zip(names, cells, strict=False))
    return Table(name, columns, notes=notes, schema="")


def _column(name: str, cells: Sequence[Any], required_from_data: bool) -> Column:
    there = [cell for cell in cells if cell != ""]
    kinds = frozenset(map(_kind, there))
    kind = next(iter(kinds)) if len(kinds) == 1 else _KINDS.get(kinds, Kind.TEXT)
    always = len(there) == len(cells)
    texts = [_text(cell)[:CHARACTERS] for cell in there[:VALUES]]
    seen = judged(texts, kind) if kind in PERSONAL else None
    return Column(name, kind, "", always if required_from_data else None if always else False, seen=seen)


def _kind(cell: Any) -> Kind:
    match cell:
        case bool():
            return Kind.BOOLEAN
        case int() | float():
            return Kind.INTEGER if float(cell).is_integer() and abs(cell) < 2**53 else Kind.DOUBLE
        case datetime():
            return Kind.TIMESTAMP
        case date():
            return Kind.DATE
        case time() | timedelta():
            return Kind.TIME
    return Kind.TEXT


def _text(cell: Any) -> str:
    """Return a cell as text; all numbers of a workbook are floats, even whole ones."""
    return str(int(cell)) if isinstance(cell, float) and cell.is_integer() else str(cell)


class Workbook(Reader):
    """A workbook."""

    order = 21

    def accepts(self, source: Source) -> bool:
        """Return whether a file has the extension of a workbook."""
        return source.suffix in ENDINGS and not source.fragment and local.is_there(source.path)

    def read(self, source: Source, options: Options) -> list[Table]:
        """Read its sheets."""
        return read_workbook(source.path, options.table, required_from_data=options.required_from_data)


READERS = (Workbook,)
