"""Columns of data files: CSV in its many forms; JSON and Parquet, read with DuckDB; with or without gzip.

A column gets a type to which the runner can convert its values. Like the runner, this module reads CSV as text, takes
the names from the first line, and reads an empty cell, NULL, null and None as null. It examines a bounded number of
rows, whatever the size of the file.
"""

import codecs
import re
import time
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import unquote

from ...base.naming import listed
from .. import local
from ..cells import CHARACTERS, Texts, Values, texts_of_csv
from ..csv_text import CsvFile, Form, Timeout, not_written_in
from ..duckdb_session import identifier, quoted, reading_files
from ..encodings import is_utf8, named_encoding, utf8_copies
from ..source import Options, Reader, Source
from ..sql_types import kind_of
from ..table import Column, ImportFailed, Table
from ..types import PERSONAL, Kind
from ..values import judged

# The most rows, and cells of all columns together, to examine; and the fewest rows of a very wide file.
ROWS, CELLS, LEAST = 100_000, 1_000_000, 100
SECONDS = 30
# The most files of a folder to examine, spread over it. The most values to judge per column, and of all columns
# together, but at least a few of each.
FILES = 100
VALUES, JUDGED, FEW = 2_000, 10_000, 5
# Cells to examine at once.
_CHUNK = 200_000
_HEAD = 1 << 16
# The most bytes and gzip members to unpack for the beginning of a file.
_PACKED, _MEMBERS = 4 << 20, 100

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
    codecs.BOM_UTF32_LE: "utf-32",  # has the next one as a prefix
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF32_BE: "utf-32",
    codecs.BOM_UTF16_BE: "utf-16",
}
_FOREIGN = {
    b"PK\x03\x04": "save it as CSV; it is a ZIP archive, as Excel's workbooks are",
    b"\xd0\xcf\x11\xe0": "save it as CSV; it is an old Office document",
    b"%PDF": "name a data file; it is a PDF document",
    b"\x28\xb5\x2f\xfd": "unpack it, or pack it with gzip; it is packed with zstd",
    b"BZh": "unpack it, or pack it with gzip; it is packed with bzip2",
    b"Obj\x01": "name its schema, an .avsc; it is a data file of Avro",
}

# The name of a folder in a partitioned data set; and the value that stands for null there.
_PARTITION = re.compile(r"([^=]+)=(.*)", re.DOTALL)
_NO_PARTITION = "__HIVE_DEFAULT_PARTITION__"


def format_of(path: Path) -> str:
    """Return the format of a file, by its extension: csv, json, parquet, or '' for any other."""
    suffixes = [suffix.lower().lstrip(".") for suffix in path.suffixes]
    if suffixes and suffixes[-1] in ("gz", "gzip"):
        suffixes.pop()
    return FORMATS.get(suffixes[-1], "") if suffixes else ""


def read_files(named: str, source: str, *, encoding: str = "", required_from_data: bool = False) -> Table:
    """Read a file, a folder of files, or a pattern as one table; errors, `ImportFailed`, name it `source`."""
    paths, notes = _chosen(named)
    formats = {format_of(path) or "csv" for path in paths}
    if len(formats) > 1:
        raise ImportFailed(f"{source}: name one kind, like *.csv; it holds several ({listed(sorted(formats))})")
    (form,) = formats
    for path in paths:
        _check_head(path, form, encoding)
    written = {path: "utf-8" if form == "parquet" else _encoding_of(path, encoding) for path in paths}
    try:
        found = _sample_csv(written) if form == "csv" else _sample_with_duckdb(source, form, written)
    except Timeout:
        raise ImportFailed(f"{source}: name a smaller part of it; it was not read within {SECONDS} seconds") from None
    if not found.columns:
        raise ImportFailed(f"{source}: name a file with columns; it has none")
    if not found.read and form != "parquet":
        raise ImportFailed(f"{source}: use a file with rows; it has only a header, and no types can be guessed")
    if found.read >= found.most:
        notes.append(f"types are judged by the first {found.read:,} rows")
    columns = [_column(name, one, found.read, required_from_data) for name, one in found.columns.items()]
    partitions = [one for one in _partitions(paths) if one.name not in found.columns]
    if Path(named).is_file():
        partitions = []  # a job reads the file alone, without a column for its folder
    if partitions:
        named_so = listed(f"'{one.name}'" for one in partitions)
        notes.append(f"{named_so}: only in the names of folders; whoever reads just the files does not get it")
    return Table(
        _object_name(named), (*columns, *partitions), notes=(*found.notes, *notes), options=dict(found.options)
    )


class _Looked(NamedTuple):
    """A column that was examined.

    `native` is its type in the file's own terms and `kind` its kind, if the file states them; `always` is whether every
    row has a value, if that is known for the whole file. Otherwise the texts decide.
    """

    texts: Texts
    native: str = ""
    kind: Kind | None = None
    always: bool | None = None


class _Sample(NamedTuple):
    """What was examined: columns by name, the number of rows read and its limit, notes, and the format."""

    columns: Mapping[str, _Looked]
    read: int
    most: int
    notes: Sequence[str] = ()
    options: Mapping[str, str] = {}


def _column(name: str, looked: _Looked, read: int, required_from_data: bool) -> Column:
    """Return a column; a null makes it optional, and no null makes it required only with `required_from_data`."""
    texts = looked.texts
    kind = looked.kind or texts.kind
    native = looked.native or (" or ".join(sorted(texts.types)) if isinstance(texts, Values) else "text")
    always = looked.always if looked.always is not None else bool(read) and texts.there == read
    required = always if required_from_data else None if always else False
    seen = judged(texts.kept, kind) if _can_be_personal(kind, enough=len(texts.kept) > FEW or read <= FEW) else None
    return Column(name, kind, native, required, seen=seen)


def _can_be_personal(kind: Kind, enough: bool) -> bool:
    """Return whether values may be evidence of personal data; a few numbers prove nothing."""
    return kind is Kind.TEXT or (kind in PERSONAL and enough)


def _partitions(paths: Sequence[Path]) -> list[Column]:
    """Return the columns of a partitioned data set, whose files are in folders named `name=value`."""
    found: dict[str, Texts] = {}
    for path in paths:
        folders = []
        for folder in path.resolve().parents:
            if not (match := _PARTITION.fullmatch(folder.name)):
                break
            folders.append((unquote(match[1]), unquote(match[2])))
        for name, value in reversed(folders):
            found.setdefault(name, texts_of_csv(0)).add([None if value == _NO_PARTITION else value])
    return [Column(name, texts.kind, "text") for name, texts in found.items()]


def _rows(columns: int) -> int:
    """Return how many rows to examine for a number of columns."""
    return max(min(ROWS, CELLS // max(columns, 1)), min(LEAST, ROWS))


def _kept(columns: int) -> int:
    return max(min(VALUES, JUDGED // max(columns, 1)), FEW)


def _object_name(source: str) -> str:
    """Return a table name from the file or folder of a source."""
    path = local.place_of(source)
    if local.is_pattern(source):
        path = Path(*[part for part in path.parts if not local.is_pattern(part)]) if path.parts[:-1] else path
    name = path.resolve().name if path.is_dir() else path.name
    return name.split(".")[0].strip("*?[]_- ") or "data"


def _chosen(source: str) -> tuple[list[Path], list[str]]:
    """List the files to examine, and notes on the others."""
    path = local.place_of(source)
    if local.is_pattern(source):
        listing = local.matching(source, path)
        files = listing.files
    elif path.is_dir():
        listing = local.below(source, path)
        files = [file for file in listing.files if format_of(file)]
        listing.links = [link for link in listing.links if format_of(Path(link))]
        if not files and not listing.links:
            raise ImportFailed(f"{source}: name data files ({listed(FORMATS)}); it has none")
    else:
        return [path], []
    if not files:
        raise ImportFailed(f"{source}: {' '.join(listing.notes) or 'there is no such file'}")
    step = max(1, -(-len(files) // FILES))
    chosen = files[::step]
    looked = [f"{len(chosen)} of {len(files)} files were looked at"] if len(files) > len(chosen) else []
    return chosen, looked + listing.notes


def _alone(source: str) -> list[Path]:
    """List the files of a folder or pattern, each of which is a table; none for a data set partitioned by folders."""
    path = local.place_of(source)
    listing = local.matching(source, path) if local.is_pattern(source) else local.below(source, path)
    files = [file for file in listing.files if format_of(file)]
    return [] if any(_PARTITION.fullmatch(file.parent.name) for file in files) else files


def _check_head(path: Path, form: str, encoding: str) -> None:
    """Raise `ImportFailed`, which says what the file is, if its first bytes do not suit the format."""
    raw = local.beginning(path, 8)
    head = _beginning(path, _HEAD)
    if not head:
        raise ImportFailed(f"{path}: name a file with data; it is empty")
    for magic, what in _FOREIGN.items():
        if raw.startswith(magic) or head.startswith(magic):
            raise ImportFailed(f"{path}: {what}")
    if form == "parquet":
        if not head.startswith(b"PAR1"):
            raise ImportFailed(f"{path}: rename it; it ends in .parquet, but is not a Parquet file")
        return
    if head.startswith(b"PAR1"):
        raise ImportFailed(f"{path}: rename it to end in .parquet; it is a Parquet file")
    if not encoding and not any(head.startswith(mark) for mark in _BYTE_ORDER_MARKS):
        if b"\0" in head:
            raise ImportFailed(f"{path}: name a text file; it is binary")
        try:
            codecs.getincrementaldecoder("utf-8")().decode(head)
        except UnicodeDecodeError as error:
            line = head[: error.start].count(b"\n") + 1
            raise not_written_in(path, "utf-8", f"line {line}, byte 0x{head[error.start]:02x}") from None


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


def _encoding_of(path: Path, encoding: str) -> str:
    if encoding:
        return named_encoding(path, encoding)
    head = _beginning(path, 4)
    return next((name for mark, name in _BYTE_ORDER_MARKS.items() if head.startswith(mark)), "utf-8")


# --- CSV --------------------------------------------------------------------------------------------------------------


def _sample_csv(written: Mapping[Path, str]) -> _Sample:
    columns: dict[str, Texts] = {}
    notes: list[str] = []
    options: dict[str, str] = {}
    read, most, until = 0, ROWS, time.monotonic() + SECONDS
    for path, encoding in written.items():
        file = CsvFile(path, encoding)
        if not options:
            options = {"delimiter": file.form.delimiter, "encoding": encoding, "quote_char": file.form.quote}
            notes += _differences(file.form, encoding)
        most = min(most, _rows(len(file.header)))
        found = [columns.setdefault(name, texts_of_csv(_kept(len(file.header)))) for name in file.header]
        for chunk in file.chunks(-(-most // len(written)), _CHUNK, until):
            read += len(chunk[0])
            for column, cells in zip(found, chunk, strict=True):
                column.add(cells)
    return _Sample({name: _Looked(texts) for name, texts in columns.items()}, read, most, notes, options)


def _differences(form: Form, encoding: str) -> Iterator[str]:
    """Yield a note on each way in which the file differs from the runner's defaults."""
    if form.delimiter != ",":
        yield f"'{_visible(form.delimiter)}' separates the columns; without engine_options, the runner expects ','"
    if not is_utf8(encoding):
        yield f"it is written in {encoding}; without engine_options, the runner expects utf-8"
    if form.quote != '"':
        yield f'{form.quote} quotes the cells; without engine_options, the runner expects "'


def _visible(character: str) -> str:
    return {"\t": "tab"}.get(character, character)


# --- JSON and Parquet -------------------------------------------------------------------------------------------------


class _File(NamedTuple):
    """A file, or its UTF-8 copy, and the name by which DuckDB knows it."""

    path: Path
    name: str


def _sample_with_duckdb(source: str, form: str, written: Mapping[Path, str]) -> _Sample:
    paths = list(written)
    with utf8_copies(written, ROWS) as copies:
        plain = [copies.get(path, path) for path in paths]
        with reading_files(source, plain, SECONDS, called=paths) as (database, names):
            files = [_File(*one) for one in zip(plain, names, strict=True)]
            return {"json": _sample_json, "parquet": _sample_parquet}[form](database, files)


def _sample_json(database: Any, files: Sequence[_File]) -> _Sample:
    columns: dict[str, Texts] = {}
    read, most = 0, ROWS
    for file in files:
        packed = "'gzip'" if _is_packed(file.path) else "'none'"
        table = (
            f"read_json({quoted(file.name)}, maximum_depth=1, records=true, sample_size={-(-ROWS // len(files))}, "
            f"maximum_object_size=67108864, map_inference_threshold=-1, compression={packed}, hive_partitioning=false)"
        )
        names = [row[0] for row in database.execute(f"DESCRIBE FROM {table}").fetchall()]
        names = _as_written(database, file, packed, names)
        most = min(most, _rows(len(names)))
        # JSON may need six characters for one.
        query = f"SELECT left(COLUMNS(*)::VARCHAR, {6 * CHARACTERS}) FROM {table} LIMIT {-(-most // len(files))}"
        found = [columns.setdefault(name, Values(_kept(len(names)))) for name in names]
        read += _look(database, query, found)
    return _Sample({name: _Looked(texts) for name, texts in columns.items()}, read, most)


# What DuckDB puts behind a key that differs from one before it only in case.
_NUMBERED = re.compile(r"(.+)_\d+", re.DOTALL)


def _as_written(database: Any, file: _File, packed: str, names: Sequence[str]) -> list[str]:
    """Return the keys of JSON objects as the file has them: DuckDB numbers those that differ only in case."""
    there = {name.lower() for name in names}
    if not any((match := _NUMBERED.fullmatch(name)) and match[1].lower() in there for name in names):
        return list(names)
    objects = f"read_json_objects({quoted(file.name)}, maximum_object_size=67108864, compression={packed})"
    keys = database.execute(f"SELECT DISTINCT unnest(json_keys(json)) FROM {objects} LIMIT {ROWS}").fetchall()
    written = {key for (key,) in keys}

    exact = written.intersection(names)
    found = []
    for name in names:
        key = name
        while (key not in written or (key in exact and key != name)) and (match := _NUMBERED.fullmatch(key)):
            key = match[1]
        found.append(key if key in written else name)
    return found


def _sample_parquet(database: Any, files: Sequence[_File]) -> _Sample:
    """Read types and nulls of the whole files, but values only of columns that may be personal."""
    names = ", ".join(quoted(file.name) for file in files)
    table = f"read_parquet([{names}], union_by_name=true, hive_partitioning=false)"
    described = database.execute(f"DESCRIBE FROM {table}").fetchall()
    most, keep = _rows(len(described)), _kept(len(described))
    always = _always(database, names)
    columns = {
        name: _Looked(Texts(keep), native, kind_of(native, "duckdb"), always.get(name))
        for name, native, *_ in described
    }
    wanted = {
        name: one.texts
        for name, one in columns.items()
        if one.always is None or (one.kind and _can_be_personal(one.kind, enough=keep > FEW))
    }
    texts = ", ".join(f"left({identifier(name)}::VARCHAR, {CHARACTERS})" for name in wanted)
    read = _look(database, f"SELECT {texts} FROM {table} LIMIT {most}", list(wanted.values())) if wanted else 0
    return _Sample(columns, read, ROWS + 1)


def _always(database: Any, names: str) -> dict[str, bool]:
    """Return whether each Parquet column has a value in every row, if the files count their nulls."""
    rows = database.execute(f"SELECT sum(num_rows) FROM parquet_file_metadata([{names}])").fetchone()[0]
    counted = database.execute(
        "SELECT path_in_schema, sum(num_values), sum(stats_null_count), bool_and(stats_null_count IS NOT NULL) "
        f"FROM parquet_metadata([{names}]) GROUP BY 1"
    ).fetchall()
    return {name: bool(rows) and values == rows and not nulls for name, values, nulls, known in counted if known}


def _look(database: Any, query: str, columns: Sequence[Texts]) -> int:
    """Examine all rows of a query whose results are these columns; return the number of rows."""
    result, read = database.execute(query), 0
    while rows := result.fetchmany(max(_CHUNK // len(columns), 1)):
        read += len(rows)
        for column, cells in zip(columns, zip(*rows, strict=True), strict=True):
            column.add(cells)
    return read


class DataFiles(Reader):
    """A data file, a folder of them, or a pattern."""

    # Whatever no other reader accepts.
    order = 90
    selection = "files"

    def accepts(self, source: Source) -> bool:
        """Return whether a source holds data: several files, or one that does not describe tables."""
        if source.several:
            return True
        return source.is_file and not source.fragment and (source.document is None or format_of(source.path) == "json")

    def read(self, source: Source, options: Options) -> list[Table]:
        """Read one table, or one for each of several files; the option `table` names that of a single file."""
        if not source.several:
            table = self._table(str(source.path), source.label, options)
            return [replace(table, name=options.table or table.name, path=source.named)]
        files = [] if options.together else _alone(source.named)
        if len(files) < 2:
            return [self._table(source.named, source.label, options)]
        if len(files) > FILES:
            reason = f"holds {len(files):,} files; name fewer, or read them as one with --together"
            raise ImportFailed(f"{source.label}: {reason}")
        return [replace(self._table(str(file), str(file), options), path=file.as_posix()) for file in files]

    def _table(self, named: str, label: str, options: Options) -> Table:
        how = {"encoding": options.encoding, "required_from_data": options.required_from_data}
        return read_files(named, label, **how)


READERS = (DataFiles,)
