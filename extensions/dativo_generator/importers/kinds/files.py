"""Columns of data files, read with DuckDB: CSV in its many forms, JSON, Parquet, packed with gzip or not.

A type is one that the runner can make of the values. It reads CSV as text, takes the first line for the names, and an
empty cell, NULL, null and None for nothing; so does this. A bounded number of rows is looked at, whatever the size.
"""

import codecs
import csv
import io
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

from ...base.naming import listed
from .. import local
from ..duckdb_session import Timeout, identifier, not_utf8, quoted, reading_files
from ..source import Options, Reader, Source
from ..sql_types import kind_of
from ..table import COLUMNS, Column, ImportFailed, Table
from ..types import Kind
from ..values import judged

ROWS = 100_000
SECONDS = 30
# Of a folder, so many files spread over it are looked at, and of a column so many values and characters.
FILES = 100
VALUES = 2_000
CHARACTERS = 200
_HEAD = 1 << 16
# The line of names has so many bytes at most; of a packed file so many bytes and parts are unpacked for it.
_HEADER, _PACKED, _MEMBERS = 1 << 20, 4 << 20, 100

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


def read_files(named: str, source: str, *, encoding: str = "", required_from_data: bool = False) -> Table:
    """Read a file, a folder of files, or a pattern as one table; raises `ImportFailed`, which call it `source`."""
    paths, notes = _chosen(named)
    formats = {format_of(path) or "csv" for path in paths}
    if len(formats) > 1:
        raise ImportFailed(
            f"{source}: holds files of several kinds ({listed(sorted(formats))}); name one kind, like *.csv"
        )
    (form,) = formats
    for path in paths:
        _check_head(path, form, encoding)
    sample = {"csv": _sample_csv, "json": _sample_json, "parquet": _sample_parquet}[form]
    options: dict[str, str] = {}
    try:
        with reading_files(source, paths, SECONDS) as (database, names):
            files = [_File(path, name) for path, name in zip(paths, names, strict=True)]
            columns, read = sample(database, files, encoding, notes, options)
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
    except Timeout:
        raise ImportFailed(f"{source}: was not read within {SECONDS} seconds; name a smaller part of it") from None
    return Table(_object_name(named), judged_columns, notes=tuple(notes), options=options)


class _File(NamedTuple):
    """A file, and the name by which DuckDB knows it."""

    path: Path
    name: str


def _object_name(source: str) -> str:
    """Name the table after the file, else the folder, that the source is."""
    path = local.place_of(source)
    if local.is_pattern(source):
        path = Path(*[part for part in path.parts if not local.is_pattern(part)]) if path.parts[:-1] else path
    name = path.resolve().name if path.is_dir() else path.name
    return name.split(".")[0].strip("*?[]_- ") or "data"


def _chosen(source: str) -> tuple[list[Path], list[str]]:
    """List the files to look at, and what to say of the others."""
    path = local.place_of(source)
    if local.is_pattern(source):
        listing = local.matching(source, path)
        files = listing.files
    elif path.is_dir():
        listing = local.below(source, path)
        files = [file for file in listing.files if format_of(file)]
        listing.links = [link for link in listing.links if format_of(Path(link))]
        if not files and not listing.links:
            raise ImportFailed(f"{source}: holds no file whose name ends like a data file's ({listed(FORMATS)})")
    else:
        return [path], []
    if not files:
        raise ImportFailed(f"{source}: {' '.join(listing.notes) or 'there is no such file'}")
    step = max(1, -(-len(files) // FILES))
    chosen = files[::step]
    looked = [f"{len(chosen)} of {len(files)} files were looked at"] if len(files) > len(chosen) else []
    return chosen, looked + listing.notes


def _check_head(path: Path, form: str, encoding: str) -> None:
    """Refuse what is no text where text is meant, from its first bytes; say what it is."""
    raw = local.beginning(path, 8)
    head = _beginning(path, _HEAD)
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
            raise not_utf8(path, f"line {line}, byte 0x{head[error.start]:02x}") from None


def _is_packed(path: Path) -> bool:
    return local.beginning(path, 2) == b"\x1f\x8b"


def _beginning(path: Path, size: int) -> bytes:
    """Return the first `size` bytes of a file, unpacked; raises `ImportFailed`."""
    if not _is_packed(path):
        return local.beginning(path, size)
    packed, unpacked, members = local.beginning(path, _PACKED), b"", 0
    try:
        while packed and len(unpacked) < size and members < _MEMBERS:
            members += 1
            member = zlib.decompressobj(zlib.MAX_WBITS | 16)
            unpacked += member.decompress(packed, size - len(unpacked))
            if not member.eof and len(unpacked) < size and (len(packed) < _PACKED or not unpacked):
                raise ImportFailed(f"{path}: cannot be read: it is damaged")
            packed = member.unused_data.lstrip(b"\0")
    except zlib.error:
        raise ImportFailed(f"{path}: cannot be read: it is damaged") from None
    return unpacked


def _options(file: _File, **others: str) -> str:
    options = {"compression": "'gzip'" if _is_packed(file.path) else "'none'"}
    return "".join(f", {key}={value}" for key, value in (options | others).items())


def _encoding_of(path: Path, encoding: str) -> str:
    if not encoding:
        head = _beginning(path, 4)
        return next((name for mark, name in _BYTE_ORDER_MARKS.items() if head.startswith(mark)), "utf-8")
    try:
        "a".encode(encoding)
    except (LookupError, ValueError):
        raise ImportFailed(f"{path}: '{encoding}' is no encoding; name one like utf-16 or latin-1") from None
    return encoding


# --- CSV --------------------------------------------------------------------------------------------------------------


def _sample_csv(
    database: Any, files: Sequence[_File], encoding: str, notes: list[str], options: dict[str, str]
) -> tuple[_Columns, int]:
    rows = -(-ROWS // len(files))
    # DuckDB takes a name and the same in capitals for one, so the columns are called something else meanwhile.
    aliases: dict[str, str] = {}
    parts = []
    for file in files:
        name = _encoding_of(file.path, encoding)
        delimiter, quote = _dialect(database, file, name)
        if not parts:
            options |= {"delimiter": delimiter, "encoding": name, "quote_char": quote}
            notes += _to_be_told(delimiter, name, quote)
        header = [aliases.setdefault(one, f"c{len(aliases)}") for one in _header(file.path, name, delimiter, quote)]
        columns = ", ".join(f"{alias}: 'VARCHAR'" for alias in header)
        how = _options(file, encoding=quoted(name), delim=quoted(delimiter), quote=quoted(quote), escape=quoted(quote))
        parts.append(
            f"(SELECT left(COLUMNS(*), {CHARACTERS}) FROM read_csv({quoted(file.name)}, auto_detect=false, "
            f"header=true, columns={{{columns}}}{how}) LIMIT {rows})"
        )
    read = _keep(database, " UNION ALL BY NAME ".join(parts))
    columns = {}
    for name, alias in aliases.items():
        nothing = ", ".join(quoted(word) for word in _NOTHING)
        database.execute(f"UPDATE sample SET {alias} = NULL WHERE {alias} IN ({nothing})")
        columns[alias] = Column(name, _kind_of_texts(database, alias, _PATTERNS), "text")
    return columns, read


def _to_be_told(delimiter: str, encoding: str, quote: str) -> Iterator[str]:
    """Yield what is written otherwise than the runner takes it to be."""
    if delimiter != ",":
        yield f"'{_visible(delimiter)}' separates the columns; the runner takes ',' unless engine_options say so"
    if encoding != "utf-8":
        yield f"it is written in {encoding}; the runner takes utf-8 unless engine_options say so"
    if quote != '"':
        yield f'{quote} quotes the cells; the runner takes " unless engine_options say so'


def _visible(character: str) -> str:
    return {"\t": "tab"}.get(character, character)


def _dialect(database: Any, file: _File, encoding: str) -> tuple[str, str]:
    """Return what separates and what quotes the cells of a file."""
    options = _options(file, encoding=quoted(encoding), header="true", skip="0", comment="''")
    try:
        row = database.execute(
            f"SELECT Delimiter, Quote FROM sniff_csv({quoted(file.name)}, all_varchar=true{options})"
        ).fetchone()
    except Exception as error:
        if "sniffing" in str(error):
            raise ImportFailed(f"{file.path}: is no table: its lines do not have one number of cells") from None
        raise
    delimiter, quote = ("" if found in ("(empty)", None) else found for found in row)
    header = _beginning(file.path, _HEAD).split(b"\n")[0].decode(encoding, "replace")
    if delimiter not in header:
        # Lines of unequal length let DuckDB find one column; reading with what the header has in it names the line.
        delimiter = next((common for common in _DELIMITERS if common in header), ",")
    return delimiter or ",", quote or '"'


def _header(path: Path, encoding: str, delimiter: str, quote: str) -> list[str]:
    """Return the names in the first line; refuses blank ones and those given twice, which DuckDB would change."""
    start = _beginning(path, _HEADER)
    try:
        decoder = codecs.getincrementaldecoder("utf-8-sig" if encoding == "utf-8" else encoding)("replace")
        text = io.StringIO(decoder.decode(start), newline="")
        header = next(csv.reader(text, delimiter=delimiter, quotechar=quote), [])
        ends = len(start) < _HEADER or text.read(1)
    except (UnicodeError, csv.Error, TypeError) as error:
        raise ImportFailed(f"{path}: the header cannot be read: {error}") from None
    if any("\ufffd" in name for name in header):
        raise ImportFailed(f"{path}: the header is not written in {encoding}; convert it, or name its encoding")
    if not ends:
        raise ImportFailed(f"{path}: the first line has more than {_HEADER >> 20} MiB; it names the columns")
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
    return header


# --- JSON and Parquet -------------------------------------------------------------------------------------------------


def _sample_json(
    database: Any, files: Sequence[_File], encoding: str, notes: list[str], options: dict[str, str]
) -> tuple[_Columns, int]:
    rows = -(-ROWS // len(files))
    parts = [
        f"(SELECT * FROM read_json({quoted(file.name)}, maximum_depth=1, records=true, sample_size={rows}, "
        f"maximum_object_size=67108864{_options(file)}) LIMIT {rows})"
        for file in files
    ]
    read = _keep(database, " UNION ALL BY NAME ".join(parts))
    columns = {}
    for name in _names(database):
        column = identifier(name)
        types = {
            row[0]: row[1]
            for row in database.execute(
                f"SELECT json_type({column}), count(*) FROM sample "
                f"WHERE {column} IS NOT NULL AND json_type({column}) <> 'NULL' GROUP BY 1 ORDER BY 1"
            ).fetchall()
        }
        database.execute(f"ALTER TABLE sample ALTER {column} TYPE VARCHAR USING left(({column})->>'$', {CHARACTERS})")
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
        wide = f"{identifier(name)} IS NOT NULL AND TRY_CAST({identifier(name)} AS BIGINT) IS NULL"
        return Kind.HUGE if database.execute(f"SELECT bool_or({wide}) FROM sample").fetchone()[0] else Kind.INTEGER
    return Kind.DOUBLE if types and types <= {"BIGINT", "UBIGINT", "DOUBLE"} else Kind.TEXT


def _sample_parquet(
    database: Any, files: Sequence[_File], encoding: str, notes: list[str], options: dict[str, str]
) -> tuple[_Columns, int]:
    names = ", ".join(quoted(file.name) for file in files)
    scan = f"SELECT * FROM read_parquet([{names}], union_by_name=true)"
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
    column = identifier(name)
    tests = {kind: f"regexp_full_match({column}, {quoted(pattern)})" for kind, pattern in patterns.items()}
    if Kind.INTEGER in tests:
        tests[Kind.INTEGER] += f" AND TRY_CAST({column} AS BIGINT) IS NOT NULL"
    for kind, cast in ((Kind.DATE, "DATE"), (Kind.TIMESTAMP, "TIMESTAMP")):
        tests[kind] += f" AND TRY_CAST({column} AS {cast}) IS NOT NULL"
    tests_and_zoned = [*tests.values(), f"regexp_full_match({column}, {quoted(_ZONED)})"]
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
    there = database.execute(f"SELECT count({identifier(name)}) FROM sample").fetchone()[0]
    return replace(column, required=None if read and there == read else False)


def _judged(database: Any, name: str, column: Column) -> Column:
    """Let the values say what the column is, where they can be anything personal."""
    if column.kind not in (Kind.TEXT, Kind.INTEGER, Kind.HUGE):
        return column
    query = f"SELECT {identifier(name)}::VARCHAR FROM sample WHERE {identifier(name)} IS NOT NULL LIMIT {VALUES}"
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
        return source.is_file and not source.fragment and (source.document is None or format_of(source.path) == "json")

    def read(self, source: Source, options: Options) -> list[Table]:
        """Read it as one table; that of one file is called as the user likes."""
        table = read_files(
            source.named if source.several else str(source.path),
            source.label,
            encoding=options.encoding,
            required_from_data=options.required_from_data,
        )
        if source.several:
            return [table]
        return [replace(table, name=options.table or table.name)]


READERS = (DataFiles,)
