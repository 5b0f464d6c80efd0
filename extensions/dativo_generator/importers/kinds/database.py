"""Columns of a live database: reflected with SQLAlchemy, or by DuckDB itself for its own files.

The password comes from the environment, as `${NAME}` in the URL, and is never shown.
"""

import os
import re
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from ...base.naming import is_env_reference, listed
from ...registry.dialects import Dialect, dialects
from ...registry.dialects import dialect as dialect_of
from ..source import Options, Reader, Source, shown
from ..sql_types import kind_of
from ..table import Column, ImportFailed, Table, library, named
from ..types import Kind

SECONDS = 10
# What stands behind these is no database.
_FETCHED = ("http", "https", "s3", "gs", "ftp")

_SECRET_OPTION = re.compile(r"pass|pwd|secret|token", re.IGNORECASE)
_SQLITE, _DUCKDB = b"SQLite format 3\0", b"DUCK"


def url_of_file(path: Path) -> str:
    """Return the URL of a database that is a file, judged by its first bytes; '' for any other file."""
    try:
        with path.open("rb") as stream:
            head = stream.read(16)
    except OSError:
        return ""
    if head == _SQLITE:
        return f"sqlite:///{path}"
    return f"duckdb:///{path}" if head[8:12] == _DUCKDB else ""


def read_database(url: str, wanted: str = "") -> list[Table]:
    """Read the tables and views that a URL leads to, only `wanted` where it is given; raises `ImportFailed`."""
    scheme = url.partition("://")[0].lower()
    if scheme == "duckdb":
        return _read_duckdb(Path(_file_of(url)), wanted)
    if scheme == "sqlite" and not Path(_file_of(url)).is_file():
        raise ImportFailed(f"{shown(url)}: there is no such file")
    return list(_reflected(url, wanted))


def _file_of(url: str) -> str:
    """Return the path in a URL of three slashes for a relative, four for an absolute one."""
    return unquote(url.partition("://")[2].removeprefix("/"))


# --- the URL ----------------------------------------------------------------------------------------------------------


def _expanded(part: str, url: str) -> str:
    """Return a part of a URL with its `${NAME}` from the environment."""
    text = unquote(part)

    def value(match: re.Match[str]) -> str:
        found = os.environ.get(match[1])
        if found is None:
            raise ImportFailed(f"{shown(url)}: the environment has no {match[1]}; set it, or write another ${{NAME}}")
        return found

    return re.sub(r"\$\{(\w+)\}", value, text)


def _checked_url(url: str) -> Any:
    """Read a URL, refusing what would put a secret into a history or a screen."""
    sqlalchemy = library("sqlalchemy", "Reading a database")
    try:
        parts = urlsplit(url)
    except ValueError as error:
        raise ImportFailed(f"the URL cannot be read: {error}") from None
    login, _, place = parts.netloc.rpartition("@")
    user, has_password, password = login.partition(":")
    if has_password and password and not is_env_reference(unquote(password)):
        raise ImportFailed(
            f"{shown(url)}: holds a literal password; put it in the environment and write "
            f"{parts.scheme}://{unquote(user)}:${{NAME}}@{place}{parts.path}"
        )
    options = dict(parse_qsl(parts.query, keep_blank_values=True))
    for option, value in options.items():
        if _SECRET_OPTION.search(option) and not is_env_reference(value):
            raise ImportFailed(f"{shown(url)}: the option '{option}' holds a literal secret; write ${{NAME}} for it")
    host, _, port = place.rpartition(":") if re.search(r":[^\]]*$", place) else (place, "", "")
    port = _expanded(port, url)
    if port and not port.isdecimal():
        raise ImportFailed(f"{shown(url)}: '{port}' is no port")
    return sqlalchemy.URL.create(
        dialect_of(parts.scheme).driver or parts.scheme,
        username=_expanded(user, url) or None,
        password=_expanded(password, url) or None,
        host=_expanded(host, url).strip("[]") or None,
        port=int(port) if port else None,
        database=_expanded(parts.path.removeprefix("/"), url) or None,
        query={option: _expanded(value, url) for option, value in options.items()},
    )


# --- SQLAlchemy -------------------------------------------------------------------------------------------------------


@contextmanager
def _inspector(url: str) -> Iterator[Any]:
    """Connect, within bounds, and give SQLAlchemy's inspector; its errors become one line without the password."""
    address = _checked_url(url)
    sqlalchemy = library("sqlalchemy", "Reading a database")
    family = address.get_backend_name()
    known = dialect_of(family)
    bounds = {name: value for name, value in known.bounds(SECONDS).items() if name not in address.query}
    try:
        engine = sqlalchemy.create_engine(address, poolclass=sqlalchemy.pool.NullPool, connect_args=bounds)
    except sqlalchemy.exc.NoSuchModuleError:
        raise ImportFailed(f"{shown(url)}: '{family}' is no database that is known here; take its DDL script") from None
    except ImportError as error:
        raise ImportFailed(f"{shown(url)}: the driver '{error.name}' is not installed; pip install it") from None
    try:
        with warnings.catch_warnings(), engine.connect() as connection:
            # A type that SQLAlchemy does not know is text here, which needs no warning.
            warnings.simplefilter("ignore", sqlalchemy.exc.SAWarning)
            yield sqlalchemy.inspect(connection.execution_options(isolation_level="AUTOCOMMIT"))
    except sqlalchemy.exc.SQLAlchemyError as error:
        raise ImportFailed(f"{shown(url)}: {_reason(error, address.password)}") from None
    finally:
        engine.dispose()


def _reason(error: Any, password: str | None) -> str:
    """Return the driver's own words in one line."""
    words = getattr(error, "orig", None) or error
    arguments = getattr(words, "args", ())
    text = str(arguments[-1] if arguments and isinstance(arguments[-1], str) and arguments[-1] else words)
    lines = [line.strip() for line in text.splitlines() if line.strip()] or [type(words).__name__]
    text = re.sub(r"^connection failed: ", "", lines[0])
    return text.replace(password, "***") if password else text


def _reflected(url: str, wanted: str) -> Iterator[Table]:
    with _inspector(url) as inspector:
        places = dict(_names(inspector))
        if not places:
            raise ImportFailed(f"{shown(url)}: holds no table that this user can see")
        names = list(places)
        if wanted:
            names = [named([Table(name, ()) for name in names], wanted, shown(url)).name]
        refused = {name: why for name in names if (why := _refusal(inspector, *places[name]))}
        if len(refused) == len(names):
            raise ImportFailed(f"{shown(url)}: no table can be read: {next(iter(refused.values()))}")
        notes = (f"left out, since they cannot be read: {listed(refused)}",) if refused else ()
        for name in names:
            if name not in refused:
                columns = tuple(_columns(inspector, *places[name]))
                yield Table(name, columns, _comment(inspector, *places[name]), notes=notes)
                notes = ()


def _refusal(inspector: Any, table: str, schema: str | None) -> str:
    """Say why this user cannot read a table, '' when it can. Its columns may be seen by all who cannot."""
    sqlalchemy = library("sqlalchemy", "Reading a database")
    query = sqlalchemy.select(sqlalchemy.text("1")).select_from(sqlalchemy.table(table, schema=schema)).limit(0)
    try:
        inspector.bind.execute(query)
    except sqlalchemy.exc.DBAPIError as error:
        return _reason(error, inspector.engine.url.password)
    return ""


def _names(inspector: Any) -> Iterator[tuple[str, tuple[str, str | None]]]:
    """Yield every table and view as it is called, with its name and schema.

    Of a server a name is `schema.table`, as a job has it. Where databases are schemas, the URL's is meant.
    """
    known = dialect_of(inspector.dialect.name)
    own = inspector.default_schema_name or ""
    if known.schemas or (known.system and not own):
        schemas = [name for name in inspector.get_schema_names() if not _is_system(name, known)]
    else:
        schemas = [None]
    for schema in schemas:
        prefix = schema or ("" if own == "main" else own)
        for table in sorted({*inspector.get_table_names(schema), *_views(inspector, schema)}):
            yield (f"{prefix}.{table}" if prefix else table), (table, schema)


def _views(inspector: Any, schema: str | None) -> list[str]:
    names = list(inspector.get_view_names(schema))
    with suppress(NotImplementedError):
        names += inspector.get_materialized_view_names(schema)
    return names


def _is_system(schema: str, known: Dialect) -> bool:
    return schema.lower() in known.system or schema.startswith(("pg_temp", "pg_toast"))


def _columns(inspector: Any, table: str, schema: str | None) -> Iterator[Column]:
    keys = set(inspector.get_pk_constraint(table, schema).get("constrained_columns") or ())
    for entry in inspector.get_columns(table, schema):
        native, kind = _type(entry["type"], inspector.dialect)
        required = entry["name"] in keys or not entry.get("nullable", True)
        # SQLAlchemy's names are texts of a kind of their own, which YAML does not know.
        yield Column(str(entry["name"]), kind, native, required, (entry.get("comment") or "").strip())


def _type(type_: Any, dialect: Any) -> tuple[str, Kind]:
    """Return a reflected type in the database's words, and its kind."""
    type_ = getattr(type_, "data_type", None) or type_  # a domain is what it is made of
    try:
        native = type_.compile(dialect=dialect)
    except Exception:  # a type that SQLAlchemy does not know has no words
        return "unknown", Kind.OTHER
    return native.lower(), kind_of(native, dialect_of(dialect.name).name)


def _comment(inspector: Any, table: str, schema: str | None) -> str:
    with suppress(NotImplementedError):
        return (inspector.get_table_comment(table, schema).get("text") or "").strip()
    return ""


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


def _read_duckdb(path: Path, wanted: str) -> list[Table]:
    duckdb = library("duckdb", "Reading a DuckDB database")
    if not path.is_file():
        raise ImportFailed(f"{path}: there is no such file")
    try:
        with duckdb.connect(str(path), read_only=True) as database:
            rows = database.execute(_DUCKDB_COLUMNS).fetchall()
            keys = set(database.execute(_DUCKDB_KEYS).fetchall())
    except duckdb.Error as error:
        raise ImportFailed(f"{path}: cannot be read: {str(error).splitlines()[0]}") from None
    tables: dict[str, list[Column]] = {}
    for schema, table, column, native, nullable, comment in rows:
        required = not nullable or (schema, table, column) in keys
        listed_tables = Column(column, kind_of(native, "duckdb"), native.lower(), required, (comment or "").strip())
        tables.setdefault(f"{schema}.{table}", []).append(listed_tables)
    listed_tables = [Table(name, tuple(columns)) for name, columns in tables.items()]
    if not listed_tables:
        raise ImportFailed(f"{path}: holds no table")
    return [named(listed_tables, wanted, str(path))] if wanted else listed_tables


def known_schemes() -> str:
    """List what a URL may begin with, for messages."""
    return listed([name for one in dialects().values() if one.driver for name in (*one.aliases, one.name)] + ["duckdb"])


class DatabaseUrl(Reader):
    """A database behind a URL."""

    order = 10

    def accepts(self, source: Source) -> bool:
        """Tell whether a source is written as a URL."""
        return source.is_url

    def read(self, source: Source, options: Options) -> list[Table]:
        """Read its tables; refuses a URL of something that would have to be fetched."""
        if source.named.partition("://")[0].lower() in _FETCHED:
            raise ImportFailed(f"{source.label}: is not fetched; download it, or name a database ({known_schemes()})")
        return read_database(source.named, options.table)


class DatabaseFile(Reader):
    """A database that is a file."""

    order = 20

    def accepts(self, source: Source) -> bool:
        """Tell whether a file is a database, by its first bytes."""
        return source.is_file and bool(url_of_file(source.path))

    def read(self, source: Source, options: Options) -> list[Table]:
        """Read its tables."""
        return read_database(url_of_file(source.path), options.table)


READERS = (DatabaseUrl, DatabaseFile)
