"""Columns of a database file of SQLite or DuckDB, opened read-only by exactly its name."""

import os
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from urllib.parse import unquote

from ...base import reading
from ...base.naming import listed
from .. import local
from ..address import shown
from ..duckdb_session import Timeout, identifier, reading_database
from ..source import Options, Reader, Source
from ..sql_types import kind_of
from ..table import Column, ImportFailed, Table, named
from ..types import Kind

SECONDS = 10
_MAGIC = 16
# The most tables; the most bytes of a file that is copied with its pending changes; and bytes of memory for SQLite.
TABLES, _WAITING, _MEMORY = 5_000, 1 << 30, 64 << 20
_SCHEMES = ("sqlite", "duckdb")


def family_of(path: Path) -> str:
    """Return the kind of a database file, by its first bytes: sqlite, duckdb, or '' for any other file."""
    head = local.beginning(path, _MAGIC)
    if head == b"SQLite format 3\0":
        return "sqlite"
    return "duckdb" if head[8:12] == b"DUCK" else ""


def path_in(url: str) -> Path:
    """Return the path in a URL, without options: relative after three slashes, absolute after four.

    An existing file with the literal name takes precedence.
    """
    written = url.partition("://")[2].removeprefix("/")
    for name in (written, unquote(written), unquote(written.partition("?")[0])):
        if local.is_there(Path(name)):
            break
    return Path(name)


def read_database_file(path: Path, label: str, wanted: str = "") -> list[Table]:
    """Read the tables and views of a database, or only `wanted` if given; raises `ImportFailed`."""
    read = {"sqlite": _read_sqlite, "duckdb": _read_duckdb}.get(family_of(path))
    if not read:
        raise ImportFailed(f"{label}: is not a database of SQLite or DuckDB")
    tables, left_out = read(path, label)
    found = [Table(name, tuple(columns)) for name, columns in tables.items() if columns]
    if left_out:
        why = listed(f"{name} ({reason})" for name, reason in list(left_out.items())[:3])
        note = f"left out: {why}{', ...' if len(left_out) > 3 else ''}"
        if not found or any(wanted in (name, name.rpartition(".")[2]) for name in left_out):
            raise ImportFailed(f"{label}: no such table can be read; {note}")
        found[0] = Table(found[0].name, found[0].columns, notes=(note,))
    if not found:
        raise ImportFailed(f"{label}: holds no table")
    return [named(found, wanted, label)] if wanted else found


# Columns by table, and reasons by table that was left out.
_Found = tuple[dict[str, list[Column]], dict[str, str]]


def _few(names: list[Any], label: str) -> list[Any]:
    if len(names) > TABLES:
        raise ImportFailed(f"{label}: use a database with fewer tables; it has more than {TABLES}")
    return names


# --- SQLite -----------------------------------------------------------------------------------------------------------

_NAMES = "SELECT name FROM sqlite_master WHERE type IN ('table', 'view') AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'"
# SQLite's own rules, which accept any words as a type.
_AFFINITIES = (
    *(("INT", Kind.INTEGER), ("CHAR", Kind.TEXT), ("CLOB", Kind.TEXT), ("TEXT", Kind.TEXT), ("BLOB", Kind.BINARY)),
    *(("REAL", Kind.DOUBLE), ("FLOA", Kind.DOUBLE), ("DOUB", Kind.DOUBLE)),
)


def _read_sqlite(path: Path, label: str) -> _Found:
    """Read in a thread: SQLite takes long to prepare some views, and cannot be interrupted meanwhile."""
    found: list[_Found | Exception] = []

    def read() -> None:
        try:
            found.append(_sqlite_tables(path, label))
        except Exception as error:
            found.append(error)

    worker = threading.Thread(target=read, daemon=True)
    worker.start()
    worker.join(SECONDS)
    if not found:
        raise ImportFailed(f"{label}: was not read within {SECONDS} seconds")
    if isinstance(found[0], sqlite3.Error):
        raise ImportFailed(f"{label}: cannot be read: {found[0]}")
    if isinstance(found[0], Exception):
        raise found[0]
    return found[0]


def _sqlite_tables(path: Path, label: str) -> _Found:
    tables: dict[str, list[Column]] = {}
    left_out = {}
    with _sqlite(path, label) as database:
        for (name,) in _few(database.execute(_NAMES).fetchmany(TABLES + 1), label):
            try:
                rows = database.execute(f"PRAGMA main.table_xinfo({identifier(name)})").fetchall()
            except (sqlite3.Error, MemoryError) as error:
                left_out[name] = str(error) or "it takes too much memory"
                continue
            tables[name] = [
                Column(column, _sqlite_kind(native), native.lower(), bool(not_null or key))
                for _, column, native, not_null, _, key, hidden in rows
                if hidden != 1  # hidden arguments of a virtual table, not its columns
            ]
    return tables, left_out


def _sqlite_kind(native: str) -> Kind:
    kind = kind_of(native, "sqlite")
    if kind is Kind.OTHER:
        return next((one for word, one in _AFFINITIES if word in native.upper()), kind)
    return kind


@contextmanager
def _sqlite(path: Path, label: str) -> Iterator[sqlite3.Connection]:
    real = Path(os.path.realpath(path))
    if _bytes_beside(real, "-journal", 8) == b"\xd9\xd5\x05\xf9\x20\xa1\x63\xd7":
        raise ImportFailed(f"{label}: open it once with the program that writes it; a change in it is unfinished")
    with TemporaryDirectory(prefix="dativo-") as folder:
        # For an immutable file, SQLite neither creates nor reads files beside it.
        url = f"{real.as_uri()}?mode=ro&immutable=1"
        if _bytes_beside(real, "-wal", 1):
            url = f"{_copied(real, Path(folder, 'file'), label).as_uri()}?mode=ro"
        database = sqlite3.connect(url, uri=True)
        try:
            database.text_factory = lambda content: content.decode("utf-8", "replace")
            database.setlimit(sqlite3.SQLITE_LIMIT_ATTACHED, 0)
            database.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, 16 << 20)
            database.execute(f"PRAGMA hard_heap_limit = {_MEMORY}")
            database.execute("PRAGMA trusted_schema = OFF")
            database.execute("PRAGMA cell_size_check = ON")
            yield database
        finally:
            database.close()


def _bytes_beside(path: Path, ending: str, size: int) -> bytes:
    try:
        return reading.beginning(path.parent, f"{path.name}{ending}", size) or b""
    except reading.ReadingError:
        return b""


def _copied(path: Path, copy: Path, label: str) -> Path:
    """Copy a database with its pending changes, since reading them writes beside the original."""
    if path.stat().st_size > _WAITING:
        raise ImportFailed(f"{label}: close the program that writes it; {path.name}-wal has changes for it")
    copy.write_bytes(local.content_of(path, _WAITING))
    copy.with_name(f"{copy.name}-wal").write_bytes(local.content_of(Path(f"{path}-wal"), _WAITING))
    return copy


# --- DuckDB -----------------------------------------------------------------------------------------------------------

_DUCKDB_COLUMNS = """
    SELECT schema_name, table_name, column_name, data_type, is_nullable, comment
    FROM duckdb_columns() WHERE NOT internal AND database_name = current_database()
    ORDER BY schema_name, table_name, column_index
"""
_DUCKDB_KEYS = """
    SELECT schema_name, table_name, unnest(constraint_column_names)
    FROM duckdb_constraints() WHERE constraint_type = 'PRIMARY KEY' AND database_name = current_database()
"""
_DUCKDB_VIEWS = """
    SELECT schema_name, view_name FROM duckdb_views() WHERE NOT internal AND database_name = current_database()
"""


def _read_duckdb(path: Path, label: str) -> _Found:
    tables: dict[str, list[Column]] = {}
    left_out = {}
    try:
        with reading_database(label, path, SECONDS) as database:
            keys = set(database.execute(_DUCKDB_KEYS).fetchall())
            for schema, view in _few(database.execute(_DUCKDB_VIEWS).fetchall(), label):
                if reason := _refusal(database, schema, view):
                    left_out[f"{schema}.{view}"] = reason
            for schema, table, column, native, nullable, comment in database.execute(_DUCKDB_COLUMNS).fetchall():
                required = not nullable or (schema, table, column) in keys
                kind = kind_of(native, "duckdb")
                found = Column(column, kind, native.lower(), required, (comment or "").strip())
                if f"{schema}.{table}" not in left_out:
                    tables.setdefault(f"{schema}.{table}", []).append(found)
    except Timeout:
        raise ImportFailed(f"{label}: was not read within {SECONDS} seconds") from None
    _few(list(tables), label)
    return tables, left_out


def _refusal(database: Any, schema: str, view: str) -> str:
    """Return why a view needs more than this file, '' if it does not. The view is parsed, not run."""
    import duckdb

    try:
        database.execute(f"DESCRIBE {identifier(schema)}.{identifier(view)}")
    except duckdb.InterruptException:
        raise
    except duckdb.PermissionException:
        return "it reads something outside the file"
    except duckdb.Error:
        return "it needs something that is not here"
    return ""


# --- the readers ------------------------------------------------------------------------------------------------------


class FileUrl(Reader):
    """A database file, named by a URL."""

    order = 9
    selection = "tables"

    def accepts(self, source: Source) -> bool:
        """Return whether a URL names a database file, with or without a driver."""
        return source.is_url and source.named.partition("://")[0].lower().partition("+")[0] in _SCHEMES

    def read(self, source: Source, options: Options) -> list[Table]:
        """Read its tables."""
        path = path_in(source.named)
        if not path.is_file():
            raise ImportFailed(f"{shown(source.named)}: there is no such file")
        return read_database_file(path, shown(source.named), options.table)


class DatabaseFile(Reader):
    """A database file."""

    order = 20
    selection = "tables"

    def accepts(self, source: Source) -> bool:
        """Return whether a file is a database, by its first bytes."""
        return source.is_file and not source.fragment and local.is_there(source.path) and bool(family_of(source.path))

    def read(self, source: Source, options: Options) -> list[Table]:
        """Read its tables."""
        return read_database_file(source.path, source.label, options.table)


READERS = (FileUrl, DatabaseFile)
