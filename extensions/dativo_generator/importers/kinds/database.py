"""Columns of a live database, reflected with SQLAlchemy.

The password comes from the environment, as `${NAME}` in the URL, and is never shown.
"""

import os
import re
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import parse_qsl, quote, quote_plus, unquote, urlsplit

from ...base.naming import few, is_env_reference, listed
from ...base.patterns import is_meant
from ...base.secrets import secret_in
from ...registry.dialects import Dialect, dialects
from ...registry.dialects import dialect as dialect_of
from ..address import HIDDEN, masked, shown
from ..cells import CHARACTERS
from ..source import Options, Reader, Source
from ..sql_types import kind_of
from ..table import Column, ImportFailed, Table, library, named
from ..types import PERSONAL, Kind
from ..values import judged

SECONDS = 10
# Rows to fetch at once.
_CHUNK = 100
# Schemes of URLs that are not databases.
_FETCHED = frozenset(
    {
        *("http", "https", "ftp", "sftp", "s3", "s3a", "s3n", "gs", "gcs", "r2", "az", "azure", "abfs", "abfss"),
        *("hdfs", "hf", "md", "file"),
    }
)

# A line in a driver's message that only introduces the next line.
_FRAME = re.compile(r"DB-Lib error message \d+, severity \d+:")
_SECRET_OPTION = re.compile(r"pass|pwd|secret|token|credential", re.IGNORECASE)


# --- the URL ----------------------------------------------------------------------------------------------------------


@dataclass
class _Address:
    """The location of a database, for SQLAlchemy, and the environment values in it, which no message repeats."""

    url: Any = None
    values: list[str] = field(default_factory=list)

    def expanded(self, part: str, url: str) -> str:
        """Return a part of a URL with each `${NAME}` replaced from the environment."""

        def value(match: re.Match[str]) -> str:
            found = os.environ.get(match[1])
            if found is None:
                raise ImportFailed(
                    f"{shown(url)}: set {match[1]}, or write another ${{NAME}}; the environment has no {match[1]}"
                )
            self.values.append(found)
            return found

        return re.sub(r"\$\{(\w+)\}", value, unquote(part))

    def reason(self, error: Any) -> str:
        """Return the driver's own message in one line, without the values from the environment."""
        words = getattr(error, "orig", None) or error
        text = _last_text(getattr(words, "args", ())) or str(words)
        lines = [line.strip() for line in text.splitlines() if line.strip() and not _FRAME.fullmatch(line.strip())]
        lines = lines or [type(words).__name__]
        text = re.sub(r"^connection failed: ", "", lines[0])
        for value in sorted(filter(None, self.values), key=len, reverse=True):
            for written in {value, quote(value, safe=""), quote(value), quote_plus(value), repr(value)[1:-1]}:
                # A short value is left inside words, where it probably occurs by chance.
                whole = rf"(?<!\w){re.escape(written)}(?!\w)" if len(written) < 4 else re.escape(written)
                text = re.sub(whole, HIDDEN, text)
        return masked(text)


def _last_text(arguments: tuple[Any, ...]) -> str:
    """Return the last text in the arguments of an error; some drivers give bytes, and some a (code, text) pair."""
    last = arguments[-1] if arguments else ""
    if isinstance(last, tuple):
        return _last_text(last)
    return last.decode("utf-8", "replace") if isinstance(last, bytes) else last if isinstance(last, str) else ""


def _checked_url(url: str) -> _Address:
    """Parse a URL; refuses one that would expose a secret in a shell history or on a screen."""
    sqlalchemy = library("sqlalchemy", "Reading a database")
    try:
        parts = urlsplit(url)
    except ValueError:
        raise ImportFailed(f"{shown(url)}: write %5B for a '[' in it; it is not a URL of a database") from None
    login, has_login, place = parts.netloc.rpartition("@")
    user, has_password, password = login.partition(":")
    if has_password and password and not is_env_reference(unquote(password)):
        _, _, behind = shown(url).partition("://")
        raise ImportFailed(
            f"{shown(url)}: put the password in the environment and write "
            f"{parts.scheme}://{unquote(user)}:${{NAME}}@{behind}; it is a literal here"
        )
    if not has_login and ":" in parts.netloc and "@" in f"{parts.path}{parts.query}{parts.fragment}":
        raise ImportFailed(f"{shown(url)}: write ${{NAME}} for the password, else %40; there is an '@' after the host")
    options = dict(parse_qsl(parts.query, keep_blank_values=True))
    for option, value in options.items():
        holds = _SECRET_OPTION.search(option) or secret_in(value, option) or masked(value) != value
        if holds and not is_env_reference(value):
            raise ImportFailed(f"{shown(url)}: write ${{NAME}} for the option '{option}'; it is a literal secret")
    host, _, port = place.rpartition(":") if re.search(r":[^\]]*$", place) else (place, "", "")
    address = _Address()
    port = address.expanded(port, url)
    if port and not (port.isdecimal() and int(port) < 1 << 16):
        raise ImportFailed(f"{shown(url)}: the port is not a number")
    address.url = sqlalchemy.URL.create(
        dialect_of(parts.scheme).driver or parts.scheme,
        username=address.expanded(user, url) or None,
        password=address.expanded(password, url) or None,
        host=address.expanded(host, url).strip("[]") or None,
        port=int(port) if port else None,
        database=address.expanded(parts.path.removeprefix("/"), url) or None,
        query={option: address.expanded(value, url) for option, value in options.items()},
    )
    return address


# --- SQLAlchemy -------------------------------------------------------------------------------------------------------


@contextmanager
def _inspector(url: str, address: _Address) -> Iterator[Any]:
    """Connect, within limits, and yield SQLAlchemy's inspector; errors become one line without the password."""
    sqlalchemy = library("sqlalchemy", "Reading a database")
    family = address.url.get_backend_name()
    known = dialect_of(family)
    bounds = {name: value for name, value in known.bounds(SECONDS).items() if name not in address.url.query}
    try:
        engine = sqlalchemy.create_engine(address.url, poolclass=sqlalchemy.pool.NullPool, connect_args=bounds)
    except sqlalchemy.exc.NoSuchModuleError:
        if known.driver:
            raise _not_installed(url, known.driver.partition("+")[0], address, known) from None
        raise ImportFailed(f"{shown(url)}: use its DDL script; '{family}' is not a known database") from None
    except ImportError as error:
        raise _not_installed(url, error.name or family, address, known) from None
    except Exception as error:  # drivers raise errors that SQLAlchemy does not wrap
        raise ImportFailed(f"{shown(url)}: {address.reason(error)}") from None
    try:
        with warnings.catch_warnings(), engine.connect() as connection:
            # A type that SQLAlchemy does not know is text here, so no warning is needed.
            warnings.simplefilter("ignore", sqlalchemy.exc.SAWarning)
            yield sqlalchemy.inspect(connection.execution_options(isolation_level="AUTOCOMMIT"))
    except ImportFailed:
        raise
    except Exception as error:
        raise ImportFailed(f"{shown(url)}: {address.reason(error)}") from None
    finally:
        engine.dispose()


def _not_installed(url: str, module: str, address: _Address, known: Dialect) -> ImportFailed:
    if address.url.drivername != known.driver:  # a driver that the user asked for
        return ImportFailed(f"{shown(url)}: pip install the driver '{module}'; it is not installed")
    extras = ",".join(dict.fromkeys(("import", known.extra)))
    return ImportFailed(
        f"{shown(url)}: needs '{module}', which is not installed; pip install '.[{extras}]' from a checkout of the "
        "pack, into the environment that runs this"
    )


def _reflected(url: str, wanted: str, like: Sequence[str] = (), sample: int = 0) -> Iterator[Table]:
    address = _checked_url(url)
    with _inspector(url, address) as inspector:
        places = dict(_names(inspector))
        if not places:
            raise ImportFailed(f"{shown(url)}: holds no table that this user can see")
        names = list(places)
        if wanted:
            names = [named([Table(name, (), schema=_schema(name, places)) for name in names], wanted, shown(url)).name]
        if like:
            names = [name for name in names if is_meant(name, places[name][0], like)]
            if not names:
                reason = f"no table is called {few(like)} (there: {few(sorted(places))})"
                raise ImportFailed(f"{shown(url)}: {reason}")
        refused = {name: why for name in names if (why := _refusal(inspector, address, *places[name]))}
        if len(refused) == len(names):
            raise ImportFailed(f"{shown(url)}: no table can be read: {next(iter(refused.values()))}")
        notes = (f"left out, since they cannot be read: {few(refused)}",) if refused else ()
        for name in names:
            if name not in refused:
                columns = tuple(_columns(inspector, *places[name]))
                if sample:
                    columns, sampled = _sampled(inspector, address, places[name], columns, sample)
                    notes = (*notes, *sampled)
                yield Table(
                    name, columns, _comment(inspector, *places[name]), notes=notes, schema=_schema(name, places)
                )
                notes = ()


def _sampled(
    inspector: Any, address: _Address, place: tuple[str, str | None], columns: tuple[Column, ...], rows: int
) -> tuple[tuple[Column, ...], tuple[str, ...]]:
    """Judge the columns by the values of `rows` rows; return the columns, and notes on what was read.

    The rows are read in a transaction of their own, which is rolled back, and is read-only where the database supports
    that.
    """
    sqlalchemy = library("sqlalchemy", "Reading a database")
    table, schema = place
    wanted = [column for column in columns if column.kind in PERSONAL]
    if not wanted:
        return columns, ()
    of = sqlalchemy.table(table, *(sqlalchemy.column(column.name) for column in wanted), schema=schema)
    kept: list[list[str]] = [[] for _ in wanted]
    read = 0
    try:
        with inspector.bind.engine.connect() as connection, connection.begin() as transaction:
            try:
                for statement in dialect_of(inspector.dialect.name).before_rows:
                    connection.execute(sqlalchemy.text(statement))
                result = connection.execution_options(stream_results=True).execute(sqlalchemy.select(of).limit(rows))
                while chunk := result.fetchmany(_CHUNK):
                    read += len(chunk)
                    for texts, values in zip(kept, zip(*chunk, strict=True), strict=True):
                        texts += [str(value)[:CHARACTERS] for value in values if value not in (None, "")]
            finally:
                transaction.rollback()
    except sqlalchemy.exc.SQLAlchemyError as error:
        return columns, (f"no rows were read for the labels: {address.reason(error)}",)
    seen = {column.name: judged(texts, column.kind) for column, texts in zip(wanted, kept, strict=True)}
    notes = (f"{read:,} rows were read for the labels",)
    return tuple(replace(column, seen=seen.get(column.name)) for column in columns), notes


def _schema(name: str, places: Mapping[str, tuple[str, str | None]]) -> str:
    """Return the schema in the name of a table, '' for none."""
    return name.removesuffix(places[name][0]).removesuffix(".")


def _refusal(inspector: Any, address: _Address, table: str, schema: str | None) -> str:
    """Return why this user cannot read a table, '' if they can. Columns may be visible either way."""
    sqlalchemy = library("sqlalchemy", "Reading a database")
    query = sqlalchemy.select(sqlalchemy.text("1")).select_from(sqlalchemy.table(table, schema=schema)).limit(0)
    try:
        inspector.bind.execute(query)
    except sqlalchemy.exc.DBAPIError as error:
        inspector.bind.rollback()  # connects again, if the driver gave up waiting
        return address.reason(error)
    return ""


def _names(inspector: Any) -> Iterator[tuple[str, tuple[str, str | None]]]:
    """Yield every table and view as its full name, and a pair of its plain name and schema.

    On a server, the full name is `schema.table`, as in a job. Where a schema is the same as a database, it is the one
    in the URL.
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
        # SQLAlchemy's names are of a subclass of str, which YAML cannot write.
        yield Column(str(entry["name"]), kind, native, required, (entry.get("comment") or "").strip())


def _type(type_: Any, dialect: Any) -> tuple[str, Kind]:
    """Return a reflected type as the database spells it, and its kind."""
    type_ = getattr(type_, "data_type", None) or type_  # a domain counts as its base type
    try:
        native = type_.compile(dialect=dialect)
    except Exception:  # a type unknown to SQLAlchemy cannot be compiled
        return "unknown", Kind.OTHER
    return native.lower(), kind_of(native, dialect_of(dialect.name).name)


def _comment(inspector: Any, table: str, schema: str | None) -> str:
    with suppress(NotImplementedError):
        return (inspector.get_table_comment(table, schema).get("text") or "").strip()
    return ""


def known_schemes() -> str:
    """Return the URL schemes to use, as a list for messages."""
    return listed([name for one in dialects().values() if one.driver for name in (*one.aliases, one.name)] + ["duckdb"])


class DatabaseUrl(Reader):
    """A database on a server, named by a URL."""

    order = 10
    selection = "tables"
    samples = True

    def accepts(self, source: Source) -> bool:
        """Return whether a source is a URL, or another kind of address of a database."""
        return source.is_url or source.is_address

    def read(self, source: Source, options: Options) -> list[Table]:
        """Read its tables; refuses a URL of something to download, and any other kind of address."""
        if source.is_address:
            raise ImportFailed(
                f"{source.label}: write scheme://user:${{NAME}}@host/database ({known_schemes()}); "
                "it is not a URL of a database"
            )
        if source.named.partition("://")[0].lower() in _FETCHED:
            raise ImportFailed(
                f"{source.label}: download it, or name a database ({known_schemes()}); it is not fetched"
            )
        return list(_reflected(source.named, options.table, options.like, options.sample))


READERS = (DatabaseUrl,)
