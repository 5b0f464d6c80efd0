"""Columns of data files, read with DuckDB: CSV in its many forms, JSON, Parquet, packed with gzip or not.

A type is one that the runner can make of the values. It reads CSV as text, takes the first line for the names, and an
empty cell, NULL, null and None for nothing; so does this. A bounded number of rows is looked at, whatever the size.
"""

import codecs
import csv
import io
import re
import zlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import unquote

from ...base.naming import listed
from .. import local
from ..cells import CHARACTERS, Texts, Values
from ..duckdb_session import Timeout, not_utf8, quoted, reading_files
from ..encodings import is_utf8, named_encoding, utf8_copies
from ..source import Options, Reader, Source
from ..sql_types import kind_of
from ..table import COLUMNS, Column, ImportFailed, Table
from ..types import Kind
from ..values import judged

# So much is looked at: rows, and cells of all columns together, but for a few rows of what is very wide.
ROWS, CELLS, LEAST = 100_000, 2_000_000, 100
SECONDS = 30
# Of a folder, so many files spread over it are looked at. Of a column so many values are judged, of all columns
# together no more than these, but for a few of each.
FILES = 100
VALUES, JUDGED, FEW = 2_000, 100_000, 20
# So many cells are fetched at once, and looked at where it is found out how they are separated.
_CHUNK, _SNIFFED = 200_000, 100_000
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
_BYTE_ORDER_MARKS = {
    codecs.BOM_UTF8: "utf-8",
    codecs.BOM_UTF32_LE: "utf-32",  # which begins like the next one
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF32_BE: "utf-32",
    codecs.BOM_UTF16_BE: "utf-16",
}
_FOREIGN = {
    b"PK\x03\x04": "a ZIP archive, as Excel's workbooks are; save it as CSV",
    b"\xd0\xcf\x11\xe0": "an old Office document; save it as CSV",
    b"%PDF": "a PDF document",
    b"\x28\xb5\x2f\xfd": "packed with zstd; unpack it, or pack it with gzip",
    b"BZh": "packed with bzip2; unpack it, or pack it with gzip",
    b"Obj\x01": "a data file of Avro; name its schema, an .avsc",
}

_DELIMITERS = (",", ";", "\t", "|")
# A folder of a partitioned data set; what stands for nothing in its name.
_PARTITION = re.compile(r"([^=]+)=(.*)", re.DOTALL)
_NO_PARTITION = "__HIVE_DEFAULT_PARTITION__"


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
    try:
        with ExitStack() as stack:
            written = {path: "utf-8" if form == "parquet" else _encoding_of(path, encoding) for path in paths}
            copies = stack.enter_context(utf8_copies(written, ROWS))
            plain = [copies.get(path, path) for path in paths]
            database, names = stack.enter_context(reading_files(source, plain, SECONDS, called=paths))
            files = [_File(*one) for one in zip(paths, plain, names, map(written.get, paths), strict=True)]
            found = sample(database, files)
    except Timeout:
        raise ImportFailed(f"{source}: was not read within {SECONDS} seconds; name a smaller part of it") from None
    if not found.columns:
        raise ImportFailed(f"{source}: holds no columns")
    if not found.read and form != "parquet":
        raise ImportFailed(f"{source}: holds a header and no rows, so nothing says what its columns are")
    if found.read >= found.most:
        notes.append(f"types are judged by the first {found.read:,} rows")
    columns = [_column(name, one, found.read, required_from_data) for name, one in found.columns.items()]
    partitions = [one for one in _partitions(paths) if one.name not in found.columns]
    if partitions:
        names_ = listed(f"'{one.name}'" for one in partitions)
        notes.append(
            f"{names_}: in the names of folders, not in the files; a reader that sees the files alone has none"
        )
    return Table(
        _object_name(named), (*columns, *partitions), notes=(*found.notes, *notes), options=dict(found.options)
    )


class _File(NamedTuple):
    """A file, the one of the same text in UTF-8, the name by which DuckDB knows that, and how it is written."""

    path: Path
    plain: Path
    name: str
    encoding: str


class _Looked(NamedTuple):
    """A column that was looked at: its type in the file's own words, its kind there ('' of both: by its texts)."""

    texts: Texts
    native: str = ""
    kind: Kind | None = None


class _Sample(NamedTuple):
    """What was looked at: columns by name, how many rows of how many at most, what to say, and how it is written."""

    columns: Mapping[str, _Looked]
    read: int
    most: int
    notes: Sequence[str] = ()
    options: Mapping[str, str] = {}


def _column(name: str, looked: _Looked, read: int, required_from_data: bool) -> Column:
    """Return a column; a value may be missing where one is, and that none is proves nothing, unless it shall."""
    texts = looked.texts
    kind = looked.kind or texts.kind
    native = looked.native or (" or ".join(sorted(texts.types)) if isinstance(texts, Values) else "text")
    always = bool(read) and texts.there == read
    required = always if required_from_data else None if always else False
    # What the values say, where they can be anything personal.
    seen = judged(texts.kept, kind) if kind in (Kind.TEXT, Kind.INTEGER, Kind.HUGE) else None
    return Column(name, kind, native, required, seen=seen)


def _partitions(paths: Sequence[Path]) -> list[Column]:
    """Return the columns of a partitioned data set: the folders right above its files are called `name=value`."""
    found: dict[str, Texts] = {}
    for path in paths:
        folders = []
        for folder in path.resolve().parents:
            if not (match := _PARTITION.fullmatch(folder.name)):
                break
            folders.append((unquote(match[1]), unquote(match[2])))
        for name, value in reversed(folders):
            found.setdefault(name, Texts(0)).add([None if value == _NO_PARTITION else value])
    return [Column(name, texts.kind, "text") for name, texts in found.items()]


def _rows(columns: int) -> int:
    """Return how many rows of so many columns are looked at."""
    return max(min(ROWS, CELLS // max(columns, 1)), min(LEAST, ROWS))


def _kept(columns: int) -> int:
    return max(min(VALUES, JUDGED // max(columns, 1)), FEW)


def _look(database: Any, query: str, columns: Sequence[Texts]) -> int:
    """Look at all rows of a query, whose columns are these; return how many there are."""
    result, read = database.execute(query), 0
    while rows := result.fetchmany(max(_CHUNK // len(columns), 1)):
        read += len(rows)
        for column, cells in zip(columns, zip(*rows, strict=True), strict=True):
            column.add(cells)
    return read


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
    options = {"compression": "'gzip'" if _is_packed(file.plain) else "'none'", "hive_partitioning": "false"}
    return "".join(f", {key}={value}" for key, value in (options | others).items())


def _encoding_of(path: Path, encoding: str) -> str:
    if encoding:
        return named_encoding(path, encoding)
    head = _beginning(path, 4)
    return next((name for mark, name in _BYTE_ORDER_MARKS.items() if head.startswith(mark)), "utf-8")


# --- CSV --------------------------------------------------------------------------------------------------------------


def _sample_csv(database: Any, files: Sequence[_File]) -> _Sample:
    columns: dict[str, Texts] = {}
    notes: list[str] = []
    options: dict[str, str] = {}
    read, most = 0, ROWS
    for file in files:
        delimiter, quote = _dialect(database, file)
        if not options:
            options = {"delimiter": delimiter, "encoding": file.encoding, "quote_char": quote}
            notes += _to_be_told(delimiter, file.encoding, quote)
        header = _header(file, delimiter, quote)
        most = min(most, _rows(len(header)))
        # DuckDB takes a name and the same in capitals for one, so the columns are called something else meanwhile.
        types = ", ".join(f"c{number}: 'VARCHAR'" for number in range(len(header)))
        how = _options(file, delim=quoted(delimiter), quote=quoted(quote), escape=quoted(quote))
        query = (
            f"SELECT left(COLUMNS(*), {CHARACTERS}) FROM read_csv({quoted(file.name)}, auto_detect=false, "
            f"header=true, columns={{{types}}}{how}) LIMIT {-(-most // len(files))}"
        )
        found = [columns.setdefault(name, Texts(_kept(len(header)))) for name in header]
        read += _look(database, query, found)
    return _Sample({name: _Looked(texts) for name, texts in columns.items()}, read, most, notes, options)


def _to_be_told(delimiter: str, encoding: str, quote: str) -> Iterator[str]:
    """Yield what is written otherwise than the runner takes it to be."""
    if delimiter != ",":
        yield f"'{_visible(delimiter)}' separates the columns; the runner takes ',' unless engine_options say so"
    if not is_utf8(encoding):
        yield f"it is written in {encoding}; the runner takes utf-8 unless engine_options say so"
    if quote != '"':
        yield f'{quote} quotes the cells; the runner takes " unless engine_options say so'


def _visible(character: str) -> str:
    return {"\t": "tab"}.get(character, character)


def _dialect(database: Any, file: _File) -> tuple[str, str]:
    """Return what separates and what quotes the cells of a file."""
    header = _beginning(file.plain, _HEADER).split(b"\n")[0].decode("utf-8", "replace")
    width = 1 + max(header.count(delimiter) for delimiter in _DELIMITERS)
    sampled = str(max(min(20_480, _SNIFFED // width), 10))
    options = _options(file, header="true", skip="0", comment="''", sample_size=sampled)
    try:
        row = database.execute(
            f"SELECT Delimiter, Quote FROM sniff_csv({quoted(file.name)}, all_varchar=true{options})"
        ).fetchone()
    except Exception as error:
        if "sniffing" in str(error):
            raise ImportFailed(f"{file.path}: is no table: its lines do not have one number of cells") from None
        raise
    delimiter, quote = ("" if found in ("(empty)", None) else found for found in row)
    if delimiter not in header:
        # Lines of unequal length let DuckDB find one column; reading with what the header has in it names the line.
        delimiter = next((common for common in _DELIMITERS if common in header), ",")
    return delimiter or ",", quote or '"'


def _header(file: _File, delimiter: str, quote: str) -> list[str]:
    """Return the names in the first line; refuses blank ones and those given twice, which DuckDB would change."""
    path, start = file.path, _beginning(file.plain, _HEADER)
    try:
        decoder = codecs.getincrementaldecoder("utf-8-sig")("replace")
        text = io.StringIO(decoder.decode(start), newline="")
        header = next(csv.reader(text, delimiter=delimiter, quotechar=quote), [])
        ends = len(start) < _HEADER or text.read(1)
    except (UnicodeError, csv.Error, TypeError) as error:
        raise ImportFailed(f"{path}: the header cannot be read: {error}") from None
    if any("\ufffd" in name for name in header):
        raise ImportFailed(f"{path}: the header is not written in {file.encoding}; convert it, or name its encoding")
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


def _sample_json(database: Any, files: Sequence[_File]) -> _Sample:
    columns: dict[str, Texts] = {}
    read, most = 0, ROWS
    for file in files:
        table = (
            f"read_json({quoted(file.name)}, maximum_depth=1, records=true, sample_size={-(-ROWS // len(files))}, "
            f"maximum_object_size=67108864{_options(file)})"
        )
        names = [row[0] for row in database.execute(f"DESCRIBE FROM {table}").fetchall()]
        most = min(most, _rows(len(names)))
        # A text may be written with six characters for one.
        query = f"SELECT left(COLUMNS(*)::VARCHAR, {6 * CHARACTERS}) FROM {table} LIMIT {-(-most // len(files))}"
        found = [columns.setdefault(name, Values(_kept(len(names)))) for name in names]
        read += _look(database, query, found)
    return _Sample({name: _Looked(texts) for name, texts in columns.items()}, read, most)


def _sample_parquet(database: Any, files: Sequence[_File]) -> _Sample:
    names = ", ".join(quoted(file.name) for file in files)
    table = f"read_parquet([{names}], union_by_name=true, hive_partitioning=false)"
    described = database.execute(f"DESCRIBE FROM {table}").fetchall()
    most, keep = _rows(len(described)), _kept(len(described))
    columns = {name: _Looked(Texts(keep, ()), native, kind_of(native, "duckdb")) for name, native, *_ in described}
    query = f"SELECT left(COLUMNS(*)::VARCHAR, {CHARACTERS}) FROM {table} LIMIT {most}"
    return _Sample(columns, _look(database, query, [one.texts for one in columns.values()]), most)


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
