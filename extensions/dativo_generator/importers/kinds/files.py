"""Columns of data files, read with DuckDB: CSV in its many forms, JSON, Parquet, packed with gzip or not.

A type is one that the runner can make of the values. It reads CSV as text, takes the first line for the names, and an
empty cell, NULL, null and None for nothing; so does this. A bounded number of rows is looked at, whatever the size.
"""

import codecs
import csv
import gzip
import io
import re
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from ...base.naming import listed
from ..source import Options, Reader, Source, is_pattern
from ..sql_types import kind_of
from ..table import Column, ImportFailed, Table, library
from ..types import Kind
from ..values import judged

ROWS = 100_000
SECONDS = 30
# Of a folder, so many files spread over it are looked at, and of a column so many values and characters.
FILES = 100
VALUES = 2_000
CHARACTERS = 200
_HEAD = 1 << 16

FORMATS = {
    "csv": "csv",
    "tsv": "csv",
    "psv": "csv",
    "txt": "csv",
    "json": "json",
    "ndjson": "json",
    "jsonl": "json",
    "parquet": "parquet",
    "pq": "parquet",
}
_BYTE_ORDER_MARKS = {codecs.BOM_UTF8: "utf-8", codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}
_FOREIGN = {
    b"PK\x03\x04": "a ZIP archive, as Excel's workbooks are; save it as CSV",
    b"\xd0\xcf\x11\xe0": "an old Office document; save it as CSV",
    b"%PDF": "a PDF document",
    b"\x28\xb5\x2f\xfd": "packed with zstd; unpack it, or pack it with gzip",
    b"BZh": "packed with bzip2; unpack it, or pack it with gzip",
}

# The columns of the sample, by their names in it.
_Columns = dict[str, Column]

_DELIMITERS = (",", ";", "\t", "|")

# What the runner takes a cell for.
_NOTHING = ("", "NULL", "null", "None")
_DAY = r"\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])"
_CLOCK = r"([01]\d|2[0-3]):[0-5]\d:[0-5]\d"
_ZONE = r"(Z|[+-]\d{2}:?\d{2})"
# Texts that the runner turns into each kind. What begins with a zero or a plus is no number: a postal code, a phone.
_PATTERNS: dict[Kind, str] = {
    Kind.BOOLEAN: r"(?i)true|false|yes|no|on|off",
    Kind.INTEGER: r"-?(0|[1-9]\d{0,18})",
    Kind.DOUBLE: r"-?(0|[1-9]\d{0,14})|-?(0|[1-9]\d*)\.\d+([eE][+-]?\d+)?|-?[1-9]\d*[eE][+-]\d+|-?\.\d+",
    Kind.DATE: _DAY,
    Kind.TIMESTAMP: rf"{_DAY}([T ]{_CLOCK}|T{_CLOCK}\.\d{{1,6}})",
    Kind.INSTANT: rf"{_DAY}[T ]([01]\d|2[0-3]):[0-5]\d(:[0-5]\d(\.\d+)?)? ?{_ZONE}?",
}
# The same with a zone and no fraction in every row; the runner takes these, too.
_ZONED = rf"{_DAY}T{_CLOCK}{_ZONE}"


def format_of(path: Path) -> str:
    """Return how a file is written, by its name: csv, json, parquet, or '' where the name says nothing."""
    suffixes = [suffix.lower().lstrip(".") for suffix in path.suffixes]
    if suffixes and suffixes[-1] in ("gz", "gzip"):
        suffixes.pop()
    return FORMATS.get(suffixes[-1], "") if suffixes else ""


def read_files(source: str, *, encoding: str = "", required_from_data: bool = False) -> Table:
    """Read a file, a folder of files, or a pattern as one table; raises `ImportFailed`."""
    paths, every = _chosen(source)
    formats = {format_of(path) or "csv" for path in paths}
    if len(formats) > 1:
        raise ImportFailed(
            f"{source}: holds files of several kinds ({listed(sorted(formats))}); name one kind, like *.csv"
        )
    (form,) = formats
    for path in paths:
        _check_head(path, form, encoding)
    notes = [f"{len(paths)} of {every} files were looked at"] if every > len(paths) else []
    with _database(source) as database:
        sample = {"csv": _sample_csv, "json": _sample_json, "parquet": _sample_parquet}[form]
        columns, read = sample(database, paths, encoding, notes)
        if not columns:
            raise ImportFailed(f"{source}: holds no columns")
        if not read and form != "parquet":
            raise ImportFailed(f"{source}: holds a header and no rows, so nothing says what its columns are")
        if read >= ROWS:
            notes.append(f"types are judged by the first {read:,} rows")
        columns = {name: _seen_empty(database, name, column, read) for name, column in columns.items()}
        if required_from_data:
            columns = {name: replace(one, required=one.required is None) for name, one in columns.items()}
        judged_columns = tuple(_judged(database, name, column) for name, column in columns.items())
    return Table(_object_name(source), judged_columns, notes=tuple(notes))


def _object_name(source: str) -> str:
    """Name the table after the file, else the folder, that the source is."""
    path = Path(source)
    if is_pattern(source):
        path = Path(*[part for part in path.parts if not is_pattern(part)]) if path.parts[:-1] else path
    name = path.resolve().name if path.is_dir() else path.name
    return name.split(".")[0].strip("*?[]_- ") or "data"


def _chosen(source: str) -> tuple[list[Path], int]:
    """List the files to look at, and say how many there are."""
    path = Path(source).expanduser()
    try:
        if is_pattern(source):
            root = Path(path.anchor)
            hidden = path.name.startswith(".")
            files = sorted(file for file in root.glob(str(path.relative_to(root))) if file.is_file())
            files = [file for file in files if hidden or not file.name.startswith(".")]
        elif path.is_dir():
            files = sorted(file for file in path.rglob("*") if file.is_file() and not _hidden(file, path))
            files = [file for file in files if format_of(file)]
            if not files:
                raise ImportFailed(f"{source}: holds no file whose name ends like a data file's ({listed(FORMATS)})")
        else:
            files = [path]
    except OSError as error:
        raise ImportFailed(f"{source}: cannot be read: {error.strerror}") from None
    if not files:
        raise ImportFailed(f"{source}: there is no such file")
    step = max(1, -(-len(files) // FILES))
    return files[::step], len(files)


def _hidden(file: Path, folder: Path) -> bool:
    return any(part.startswith((".", "_")) for part in file.relative_to(folder).parts)


def _check_head(path: Path, form: str, encoding: str) -> None:
    """Refuse what is no text where text is meant, from its first bytes; say what it is."""
    try:
        with path.open("rb") as stream:
            raw = stream.read(8)
        with _opened(path) as stream:
            head = stream.read(_HEAD)
    except FileNotFoundError:
        raise ImportFailed(f"{path}: there is no such file") from None
    except (OSError, EOFError) as error:
        reason = getattr(error, "strerror", None) or "it is damaged"
        raise ImportFailed(f"{path}: cannot be read: {reason}") from None
    if not head:
        raise ImportFailed(f"{path}: is empty")
    for magic, what in _FOREIGN.items():
        if raw.startswith(magic) or head.startswith(magic):
            raise ImportFailed(f"{path}: is {what}")
    if form == "parquet":
        if not head.startswith(b"PAR1"):
            raise ImportFailed(f"{path}: is no Parquet file")
        return
    if head.startswith(b"PAR1"):
        raise ImportFailed(f"{path}: is a Parquet file; let its name end in .parquet")
    if not encoding and not any(head.startswith(mark) for mark in _BYTE_ORDER_MARKS):
        if b"\0" in head:
            raise ImportFailed(f"{path}: is binary, not text")
        try:
            codecs.getincrementaldecoder("utf-8")().decode(head)
        except UnicodeDecodeError as error:
            line = head[: error.start].count(b"\n") + 1
            raise _not_utf8(path, f"line {line}, byte 0x{head[error.start]:02x}") from None


def _not_utf8(path: object, where: str) -> ImportFailed:
    return ImportFailed(
        f"{path}: is not UTF-8 ({where}), which the runner reads; convert it, or name its --encoding, like latin-1"
    )


def _is_packed(path: Path) -> bool:
    with path.open("rb") as stream:
        return stream.read(2) == b"\x1f\x8b"


def _opened(path: Path) -> Any:
    return gzip.open(path) if _is_packed(path) else path.open("rb")


@contextmanager
def _database(source: str) -> Iterator[Any]:
    """Open a DuckDB that fetches nothing, keeps within bounds and is stopped when time is up."""
    duckdb = library("duckdb", "Reading data files")
    database = duckdb.connect(config={"memory_limit": "1GB", "autoinstall_known_extensions": "false"})
    done = threading.Event()

    def watch() -> None:
        """Interrupt whatever runs when time is up, and what comes after it."""
        if not done.wait(SECONDS):
            while not done.wait(0.05):
                database.interrupt()

    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    try:
        yield database
    except duckdb.InterruptException:
        raise ImportFailed(f"{source}: was not read within {SECONDS} seconds; name a smaller part of it") from None
    except duckdb.Error as error:
        if "nvalid unicode" in str(error):
            line = re.search(r"Line: (\d+)", str(error))
            raise _not_utf8(source, f"line {line[1]}" if line else "somewhere in it") from None
        raise ImportFailed(f"{source}: cannot be read: {_first_line(error)}") from None
    finally:
        done.set()
        watcher.join()
        database.close()


def _first_line(error: Exception) -> str:
    """Return what DuckDB says in the first line, without the kind of error before it, and no value of the data."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    text = re.sub(r"^(\w+ )+Error: ", "", lines[0]) if lines else "no reason given"
    if text.startswith("CSV Error on Line") and len(lines) > 1:
        reason = next((line for line in lines[1:] if not line.startswith("Original Line")), "")
        text = f"{text.removeprefix('CSV Error on ').lower().replace(':', '')}: {reason}"
    return text


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _name(text: str) -> str:
    return '"' + text.replace('"', '""') + '"'


def _options(path: Path, **others: str) -> str:
    options = {"compression": "'gzip'"} if _is_packed(path) else {}
    return "".join(f", {key}={value}" for key, value in (options | others).items())


def _encoding_of(path: Path, encoding: str) -> str:
    if encoding:
        return encoding
    with _opened(path) as stream:
        head = stream.read(4)
    return next((name for mark, name in _BYTE_ORDER_MARKS.items() if head.startswith(mark)), "utf-8")


# --- CSV --------------------------------------------------------------------------------------------------------------


def _sample_csv(database: Any, paths: Sequence[Path], encoding: str, notes: list[str]) -> tuple[_Columns, int]:
    rows = -(-ROWS // len(paths))
    # DuckDB takes a name and the same in capitals for one, so the columns are called something else meanwhile.
    aliases: dict[str, str] = {}
    parts = []
    for path in paths:
        name = _encoding_of(path, encoding)
        delimiter, quote = _dialect(database, path, name)
        if delimiter != "," and not parts:
            notes.append(
                f"'{_visible(delimiter)}' separates the columns; the runner takes ',' unless its engine is told"
            )
        if name != "utf-8" and not parts:
            notes.append(f"it is written in {name}; the runner takes utf-8 unless its engine is told")
        header = [aliases.setdefault(one, f"c{len(aliases)}") for one in _header(path, name, delimiter, quote)]
        columns = ", ".join(f"{alias}: 'VARCHAR'" for alias in header)
        options = _options(
            path, encoding=_quoted(name), delim=_quoted(delimiter), quote=_quoted(quote), escape=_quoted(quote)
        )
        parts.append(
            f"(SELECT left(COLUMNS(*), {CHARACTERS}) FROM read_csv({_quoted(str(path))}, auto_detect=false, "
            f"header=true, columns={{{columns}}}{options}) LIMIT {rows})"
        )
    read = _keep(database, " UNION ALL BY NAME ".join(parts))
    columns = {}
    for name, alias in aliases.items():
        nothing = ", ".join(_quoted(word) for word in _NOTHING)
        database.execute(f"UPDATE sample SET {alias} = NULL WHERE {alias} IN ({nothing})")
        columns[alias] = Column(name, _kind_of_texts(database, alias, _PATTERNS), "text")
    return columns, read


def _visible(character: str) -> str:
    return {"\t": "tab"}.get(character, character)


def _dialect(database: Any, path: Path, encoding: str) -> tuple[str, str]:
    """Return what separates and what quotes the cells of a file."""
    options = _options(path, encoding=_quoted(encoding), header="true", skip="0", comment="''")
    try:
        row = database.execute(
            f"SELECT Delimiter, Quote FROM sniff_csv({_quoted(str(path))}, all_varchar=true{options})"
        ).fetchone()
    except Exception as error:
        if "sniffing" in str(error):
            raise ImportFailed(f"{path}: is no table: its lines do not have one number of cells") from None
        raise
    delimiter, quote = ("" if found in ("(empty)", None) else found for found in row)
    with _opened(path) as stream:
        header = stream.readline(_HEAD).decode(encoding, "replace")
    if delimiter not in header:
        # Lines of unequal length let DuckDB find one column; reading with what the header has in it names the line.
        delimiter = next((common for common in _DELIMITERS if common in header), ",")
    return delimiter or ",", quote or '"'


def _header(path: Path, encoding: str, delimiter: str, quote: str) -> list[str]:
    """Return the names in the first line; refuses blank ones and those given twice, which DuckDB would change."""
    with _opened(path) as stream:
        text = io.TextIOWrapper(stream, encoding="utf-8-sig" if encoding == "utf-8" else encoding, newline="")
        try:
            header = next(csv.reader(text, delimiter=delimiter, quotechar=quote), [])
        except (UnicodeDecodeError, csv.Error, LookupError) as error:
            raise ImportFailed(f"{path}: the header cannot be read: {error}") from None
    if not header:
        raise ImportFailed(f"{path}: the first line is empty; it names the columns")
    for number, name in enumerate(header, 1):
        if not name.strip():
            raise ImportFailed(f"{path}: column {number} has no name; give it one in the first line")
        if name in header[: number - 1]:
            raise ImportFailed(f"{path}: '{name}' names columns {header.index(name) + 1} and {number}; rename one")
    return header


# --- JSON and Parquet -------------------------------------------------------------------------------------------------


def _sample_json(database: Any, paths: Sequence[Path], encoding: str, notes: list[str]) -> tuple[_Columns, int]:
    rows = -(-ROWS // len(paths))
    parts = [
        f"(SELECT * FROM read_json({_quoted(str(path))}, maximum_depth=1, records=true, sample_size={rows}, "
        f"maximum_object_size=67108864{_options(path)}) LIMIT {rows})"
        for path in paths
    ]
    read = _keep(database, " UNION ALL BY NAME ".join(parts))
    columns = {}
    for name in _names(database):
        quoted = _name(name)
        types = {
            row[0]: row[1]
            for row in database.execute(
                f"SELECT json_type({quoted}), count(*) FROM sample "
                f"WHERE {quoted} IS NOT NULL AND json_type({quoted}) <> 'NULL' GROUP BY 1 ORDER BY 1"
            ).fetchall()
        }
        database.execute(f"ALTER TABLE sample ALTER {quoted} TYPE VARCHAR USING left(({quoted})->>'$', {CHARACTERS})")
        columns[name] = Column(name, _kind_of_json(database, name, set(types)), " or ".join(types).lower())
    return columns, read


def _kind_of_json(database: Any, name: str, types: set[str]) -> Kind:
    if types <= {"OBJECT", "ARRAY"} and types:
        return Kind.NESTED
    if types == {"VARCHAR"}:
        moments = (Kind.DATE, Kind.TIMESTAMP, Kind.INSTANT)
        return _kind_of_texts(database, name, {kind: _PATTERNS[kind] for kind in moments})
    if types == {"BOOLEAN"}:
        return Kind.BOOLEAN
    if types and types <= {"BIGINT", "UBIGINT", "HUGEINT", "UHUGEINT"}:
        wide = f"{_name(name)} IS NOT NULL AND TRY_CAST({_name(name)} AS BIGINT) IS NULL"
        return Kind.HUGE if database.execute(f"SELECT bool_or({wide}) FROM sample").fetchone()[0] else Kind.INTEGER
    return Kind.DOUBLE if types and types <= {"BIGINT", "UBIGINT", "DOUBLE"} else Kind.TEXT


def _sample_parquet(database: Any, paths: Sequence[Path], encoding: str, notes: list[str]) -> tuple[_Columns, int]:
    files = ", ".join(_quoted(str(path)) for path in paths)
    scan = f"SELECT * FROM read_parquet([{files}], union_by_name=true)"
    described = database.execute(f"DESCRIBE {scan}").fetchall()
    read = _keep(database, f"SELECT left(COLUMNS(*)::VARCHAR, {CHARACTERS}) FROM ({scan} LIMIT {ROWS})")
    return {name: Column(name, kind_of(native, "duckdb"), native) for name, native, *_ in described}, read


# --- the sample -------------------------------------------------------------------------------------------------------


def _keep(database: Any, query: str) -> int:
    database.execute(f"CREATE TEMP TABLE sample AS {query}")
    return database.execute("SELECT count(*) FROM sample").fetchone()[0]


def _names(database: Any) -> list[str]:
    return [row[0] for row in database.execute("DESCRIBE sample").fetchall()]


def _kind_of_texts(database: Any, name: str, patterns: dict[Kind, str]) -> Kind:
    """Return the narrowest kind that every text of a column is of."""
    column = _name(name)
    tests = {kind: f"regexp_full_match({column}, {_quoted(pattern)})" for kind, pattern in patterns.items()}
    if Kind.INTEGER in tests:
        tests[Kind.INTEGER] += f" AND TRY_CAST({column} AS BIGINT) IS NOT NULL"
    for kind, cast in ((Kind.DATE, "DATE"), (Kind.TIMESTAMP, "TIMESTAMP")):
        tests[kind] += f" AND TRY_CAST({column} AS {cast}) IS NOT NULL"
    tests_and_zoned = [*tests.values(), f"regexp_full_match({column}, {_quoted(_ZONED)})"]
    wanted = ", ".join(f"bool_and({test})" for test in tests_and_zoned)
    *fits, zoned = database.execute(f"SELECT {wanted} FROM sample WHERE {column} IS NOT NULL").fetchone()
    for kind, fit in zip(tests, fits, strict=True):
        if fit and kind is Kind.INSTANT and zoned:
            return Kind.TIMESTAMP
        if fit:
            return kind
    return Kind.TEXT


def _seen_empty(database: Any, name: str, column: Column, read: int) -> Column:
    """Say that a value may be missing where one is; that none is proves nothing."""
    there = database.execute(f"SELECT count({_name(name)}) FROM sample").fetchone()[0]
    return replace(column, required=None if read and there == read else False)


def _judged(database: Any, name: str, column: Column) -> Column:
    """Let the values say what the column is, where they can be anything personal."""
    if column.kind not in (Kind.TEXT, Kind.INTEGER, Kind.HUGE):
        return column
    query = f"SELECT {_name(name)}::VARCHAR FROM sample WHERE {_name(name)} IS NOT NULL LIMIT {VALUES}"
    values = [row[0] for row in database.execute(query).fetchall()]
    return replace(column, seen=judged(values, column.kind))


class DataFiles(Reader):
    """A file of data, a folder of them, or a pattern."""

    # Whatever no other reader takes.
    order = 90

    def accepts(self, source: Source) -> bool:
        """Tell whether it holds data: several files do, and one that describes no tables."""
        if source.several:
            return True
        return not source.fragment and (source.document is None or format_of(source.path) == "json")

    def read(self, source: Source, options: Options) -> list[Table]:
        """Read it as one table; that of one file is called as the user likes."""
        table = read_files(source.label, encoding=options.encoding, required_from_data=options.required_from_data)
        if source.several:
            return [table]
        return [Table(options.table or table.name, table.columns, notes=table.notes)]


READERS = (DataFiles,)
