"""Write made-up rows as the text of a fixture: CSV or JSON Lines."""

import csv
import io
import json
from collections.abc import Callable, Sequence
from datetime import datetime

from ..registry.samples import Row, Value


def csv_text(rows: Sequence[Row]) -> str:
    """Write rows as CSV with a header; no value becomes an empty cell, and line ends are the pack's usual ones."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(rows[0])
    writer.writerows([_cell(value) for value in row.values()] for row in rows)
    return text.getvalue()


def jsonl_text(rows: Sequence[Row]) -> str:
    """Write rows as JSON objects, one per line: numbers and booleans as such, dates and times as ISO 8601 text."""
    return "".join(json.dumps(row, ensure_ascii=False, default=lambda value: value.isoformat()) + "\n" for row in rows)


# The writer for each file extension.
WRITERS: dict[str, Callable[[Sequence[Row]], str]] = {"csv": csv_text, "jsonl": jsonl_text}


def _cell(value: Value) -> str:
    """Format a value as the runner reads it back from a text file."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float):
        return f"{value:.2f}" if round(value, 2) == value else repr(value)
    return value.isoformat(sep=" ") if isinstance(value, datetime) else str(value)
