"""Run DuckDB on files that the user named: it reads only these, downloads nothing, and stops when its time is up."""

import re
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from .address import masked
from .csv_text import Timeout, not_written_in
from .local import plain_names
from .table import ImportFailed, library

MEMORY = "1GB"
_SETTINGS = {
    "memory_limit": MEMORY,
    "temp_directory": "",  # otherwise it spills to the working directory
    "autoinstall_known_extensions": "false",
    "autoload_known_extensions": "false",
    "allow_community_extensions": "false",
    "allow_persistent_secrets": "false",
    "python_enable_replacements": "false",
}
_REASON = re.compile(r"Expected Number of Columns: \d+|Maximum line size of|Value with unterminated quote")


@contextmanager
def reading_files(
    source: str, paths: Sequence[Path], seconds: float, called: Sequence[Path] = ()
) -> Iterator[tuple[Any, list[str]]]:
    """Open a DuckDB that can read only these files, and yield it with its names for them; errors become one line.

    `called` are the names for messages, if other than `paths`.
    """
    duckdb = library("duckdb", "Reading data files")
    with (
        plain_names(paths) as names,
        _errors(duckdb, source, dict(zip(names, called or paths, strict=True))),
        _watched(duckdb.connect(config=_SETTINGS), seconds) as database,
    ):
        database.execute(f"SET allowed_paths = [{', '.join(map(quoted, names))}]")
        _close(database)
        yield database, names


@contextmanager
def reading_database(source: str, path: Path, seconds: float) -> Iterator[Any]:
    """Open a DuckDB database read-only, without access to anything else; its errors become one line."""
    duckdb = library("duckdb", "Reading a DuckDB database")
    with (
        plain_names([path], beside=[".wal"]) as (name,),
        _errors(duckdb, source, {name: path}),
        _watched(duckdb.connect(name, read_only=True, config=_SETTINGS), seconds) as database,
    ):
        _close(database)
        yield database


def quoted(text: str) -> str:
    """Quote a text as a SQL literal."""
    return "'" + text.replace("'", "''") + "'"


def identifier(text: str) -> str:
    """Quote a name as a SQL identifier."""
    return '"' + text.replace('"', '""') + '"'


def _close(database: Any) -> None:
    """Disable all further access to files and the network."""
    database.execute("SET enable_external_access = false")
    database.execute("SET lock_configuration = true")


@contextmanager
def _watched(database: Any, seconds: float) -> Iterator[Any]:
    """Interrupt whatever runs when the time is up, and whatever runs later."""
    done = threading.Event()

    def watch() -> None:
        if not done.wait(seconds):
            while not done.wait(0.05):
                database.interrupt()

    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    try:
        yield database
    finally:
        done.set()
        watcher.join()
        database.close()


@contextmanager
def _errors(duckdb: Any, source: str, names: dict[str, Path]) -> Iterator[None]:
    try:
        yield
    except duckdb.InterruptException:
        raise Timeout(f"{source}: name a smaller part of it; it was not read in time") from None
    except duckdb.OutOfMemoryException:
        raise ImportFailed(f"{source}: name a smaller part of it; it takes more than {MEMORY} of memory") from None
    except duckdb.Error as error:
        if "nvalid unicode" in str(error):
            line = re.search(r"Line: (\d+)", str(error))
            raise not_written_in(source, "utf-8", f"line {line[1]}" if line else "somewhere in it") from None
        raise ImportFailed(f"{source}: cannot be read: {_first_line(error, names)}") from None


def _first_line(error: Exception, names: dict[str, Path]) -> str:
    """Return the first line of DuckDB's message, without the kind of error, and without any value of the data."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    text = re.sub(r"^(\w+ )+Error: ", "", lines[0]) if lines else "no reason given"
    if text.startswith("CSV Error on Line"):
        # The line of the data follows, and may span several.
        reason = next((line for line in lines[1:] if _REASON.match(line)), "it is not like the others")
        text = f"{text.removeprefix('CSV Error on ').lower().replace(':', '')}: {reason}"
    for name, path in names.items():
        text = text.replace(name, str(path))
    return masked(text)
