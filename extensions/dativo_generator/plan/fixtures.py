"""Invented rows as the text of a fixture: CSV or JSON Lines."""

import csv
import io
import json
from collections.abc import Callable, Sequence
from datetime import datetime

from ..registry.samples import Row, Value


def csv_text(rows: Sequence[Row]) -> str:
    """Write rows as CSV under a line of names; nothing for no value, and lines as the pack writes them everywhere."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(rows[0])
    writer.writerows([_cell(value) for value in row.values()] for row in rows)
    return text.getvalue()


def jsonl_text(rows: Sequence[Row]) -> str:
    """Write rows as JSON objects, a line each: numbers and flags as such, dates and times as ISO 8601 text."""
    return "".join(json.dumps(row, ensure_ascii=False, default=lambda value: value.isoformat()) + "\n" for row in rows)


# How rows are written, by the end of the file's name.
WRITERS: dict[str, Callable[[Sequence[Row]], str]] = {"csv": csv_text, "jsonl": jsonl_text}


def _cell(value: Value) -> str:
    """Write a value as the runner reads it back from a file of text."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float):
        return f"{value:.2f}" if round(value, 2) == value else repr(value)
    return value.isoformat(sep=" ") if isinstance(value, datetime) else str(value)
