"""Convert text files in any encoding that Python knows to temporary UTF-8 files."""

import codecs
import gzip
import io
import os
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import IO

from . import local
from .table import ImportFailed

# How many characters to convert at once, and at most per file.
_CHUNK, _LARGEST = 1 << 20, 128 << 20
_OPEN = 10_000


def named_encoding(path: Path, encoding: str) -> str:
    """Return the canonical name of an encoding; raises `ImportFailed` unless it is a text encoding."""
    try:
        "a".encode(encoding)
        b"a".decode(encoding, "replace")
    except (LookupError, ValueError, TypeError):
        raise ImportFailed(
            f"{path}: name an encoding like utf-16, latin-1 or cp1252; '{encoding}' is not one"
        ) from None
    return encoding


def is_utf8(encoding: str) -> bool:
    """Return whether an encoding is UTF-8, under any name."""
    return codecs.lookup(encoding).name == "utf-8"


@contextmanager
def utf8_copies(written: Mapping[Path, str], rows: int) -> Iterator[dict[Path, Path]]:
    """Yield UTF-8 copies, cut after about `rows` rows, of the files `written` in another encoding, by their paths.

    Raises `ImportFailed`.
    """
    with TemporaryDirectory(prefix="dativo-") as folder:
        copies = {}
        for path, encoding in written.items():
            if not is_utf8(encoding):
                copies[path] = Path(folder, str(len(copies)))
                _copy(path, encoding, copies[path], rows)
        yield copies


def _copy(path: Path, encoding: str, to: Path, rows: int) -> None:
    real = os.path.realpath(path)
    packed = local.beginning(path, 2) == b"\x1f\x8b"
    lines = 1
    try:
        with (
            gzip.open(real) if packed else Path(real).open("rb") as content,
            io.TextIOWrapper(content, encoding=encoding, newline="") as text,
            to.open("w", encoding="utf-8", newline="") as copy,
        ):
            for part in _parts(text, rows):
                lines += part.count("\n")
                copy.write(part)
    except UnicodeError:
        raise ImportFailed(f"{path}: name its encoding; it is not {encoding} (after line {lines})") from None
    except (EOFError, gzip.BadGzipFile, zlib.error):
        raise ImportFailed(f"{path}: cannot be read: it is damaged") from None


def _parts(text: IO[str], rows: int) -> Iterator[str]:
    """Yield about `rows` rows of a text in parts, and end where no cell is open: quotes come in pairs."""
    lines = quotes = length = 0
    while part := text.read(_CHUNK):
        yield part
        lines, quotes, length = lines + part.count("\n"), quotes + part.count('"'), length + len(part)
        if lines > rows or length > _LARGEST:
            break
    # The limit for a quote that is never closed.
    for _ in range(_OPEN if part else 0):
        line = text.readline(_CHUNK)
        yield line
        quotes += line.count('"')
        if not quotes % 2:
            return
