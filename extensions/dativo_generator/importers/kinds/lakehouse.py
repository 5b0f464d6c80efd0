"""Tables of a lakehouse, from their own metadata: the log of a Delta table, the metadata file of an Iceberg table."""

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from .. import local
from ..document import parsed, parsed_json, text_of
from ..duckdb_session import quoted, reading_files
from ..shapes import line_of, list_of, mapping_in, mapping_of, mappings_of, text_in
from ..source import Options, Reader, Source
from ..sql_types import kind_of
from ..table import Column, ImportFailed, Table
from ..types import Kind

SECONDS = 30
_LOG, _METADATA = "_delta_log", "metadata"
_COMMIT = re.compile(r"\d{20}\.json")
_CHECKPOINT = re.compile(r"\d{20}\.checkpoint(\..+)?\.parquet")
_VERSION = re.compile(r"v?(\d+)(-.*)?\.metadata\.json")

# https://iceberg.apache.org/spec/#primitive-types
ICEBERG_KINDS: dict[str, Kind] = {
    "boolean": Kind.BOOLEAN,
    "int": Kind.INTEGER,
    "long": Kind.INTEGER,
    "float": Kind.DOUBLE,
    "double": Kind.DOUBLE,
    "decimal": Kind.DECIMAL,
    "date": Kind.DATE,
    "time": Kind.TIME,
    "timestamp": Kind.TIMESTAMP,
    "timestamp_ns": Kind.TIMESTAMP,
    "timestamptz": Kind.INSTANT,
    "timestamptz_ns": Kind.INSTANT,
    "string": Kind.TEXT,
    "uuid": Kind.TEXT,
    "fixed": Kind.BINARY,
    "binary": Kind.BINARY,
    "variant": Kind.NESTED,
}


def _files(folder: Path) -> list[Path]:
    """List the regular files of a folder by name."""
    entries = local.Listing(str(folder)).entries(folder)
    return sorted(Path(one.path) for one in entries if one.is_file(follow_symlinks=False))


# --- Delta ------------------------------------------------------------------------------------------------------------


def read_delta(folder: Path) -> Table:
    """Read the schema of a Delta table from its log; raises `ImportFailed`."""
    files = _files(folder / _LOG)
    latest: Mapping[str, Any] = {}
    # A commit after the last checkpoint may change the schema; if none does, an older one has set it.
    for path in [path for path in files if _COMMIT.fullmatch(path.name)][::-1]:
        if latest := _meta_in(path):
            break
    latest = latest or _checkpoint(folder, [path for path in files if _CHECKPOINT.fullmatch(path.name)])
    schema = mapping_of(parsed_json(text_in(latest.get("schemaString")) or "{}", folder), f"{folder}: schemaString")
    columns = tuple(_delta_columns(schema, f"{folder}: schemaString: fields"))
    if not columns:
        raise ImportFailed(f"{folder}: the log of the Delta table says nothing about its columns")
    name = text_in(latest.get("name")) or folder.resolve().name
    return Table(name, columns, line_of(latest.get("description")))


def _meta_in(path: Path) -> Mapping[str, Any]:
    """Return the table metadata of a commit, {} for none."""
    for line in text_of(path).splitlines():
        if '"metaData"' in line and (found := mapping_in(mapping_in(parsed_json(line, path)).get("metaData"))):
            return found
    return {}


def _checkpoint(folder: Path, files: list[Path]) -> Mapping[str, Any]:
    """Return the table metadata of the last checkpoint, {} for none; the commits before it may be gone."""
    for path in files[::-1]:
        with reading_files(str(path), [path], SECONDS) as (database, (name,)):
            query = f"SELECT to_json(metaData)::VARCHAR FROM read_parquet({quoted(name)}) WHERE metaData IS NOT NULL"
            if row := database.execute(f"{query} LIMIT 1").fetchone():
                return mapping_in(json.loads(row[0]))
    return {}


def _delta_columns(schema: Mapping[str, Any], where: str) -> Iterator[Column]:
    for field in mappings_of(schema.get("fields"), where):
        name, type_ = text_in(field.get("name")), field.get("type")
        native = type_ if isinstance(type_, str) else text_in(mapping_in(type_).get("type"))
        kind = kind_of(native, "spark") if isinstance(type_, str) else Kind.NESTED
        comment = line_of(mapping_in(field.get("metadata")).get("comment"))
        yield Column(name, kind, native, field.get("nullable") is False, comment)


# --- Iceberg ----------------------------------------------------------------------------------------------------------


def is_iceberg(document: Any) -> bool:
    """Return whether a document is the metadata of an Iceberg table."""
    return (
        isinstance(document, Mapping)
        and "format-version" in document
        and (isinstance(document.get("schemas"), list) or isinstance(document.get("schema"), Mapping))
    )


def read_iceberg(document: Any, path: Path) -> Table:
    """Read the current schema of an Iceberg table from its metadata; raises `ImportFailed`."""
    schemas = [mapping_in(one) for one in list_of(document.get("schemas"), f"{path}: schemas")]
    current = [one for one in schemas if one.get("schema-id") == document.get("current-schema-id")]
    schema = (current or [mapping_of(document.get("schema"), f"{path}: schema")])[0]
    columns = tuple(_iceberg_columns(schema, f"{path}: schema: fields"))
    if not columns:
        raise ImportFailed(f"{path}: has no current schema with fields")
    folder = path.resolve().parent
    table = folder.parent if folder.name == _METADATA else path
    return Table(table.name.split(".")[0], columns)


def _iceberg_columns(schema: Mapping[str, Any], where: str) -> Iterator[Column]:
    keys = schema.get("identifier-field-ids")
    for field in mappings_of(schema.get("fields"), where):
        type_ = field.get("type")
        native = type_ if isinstance(type_, str) else text_in(mapping_in(type_).get("type"))
        kind = ICEBERG_KINDS.get(re.split(r"[(\[]", native)[0].strip(), Kind.OTHER)
        required = field.get("required") is True or (isinstance(keys, list) and field.get("id") in keys)
        nested = not isinstance(type_, str)
        yield Column(
            text_in(field.get("name")), Kind.NESTED if nested else kind, native, required, line_of(field.get("doc"))
        )


def _latest(folder: Path) -> Path | None:
    """Return the newest metadata file of a folder, None if there is none."""
    found = [(int(match[1]), path) for path in _files(folder) if (match := _VERSION.fullmatch(path.name))]
    return max(found)[1] if found else None


class Delta(Reader):
    """A folder that is a Delta table."""

    order = 30

    def accepts(self, source: Source) -> bool:
        """Return whether a folder has a Delta log."""
        return source.several and (source.path / _LOG).is_dir()

    def read(self, source: Source, options: Options) -> list[Table]:
        """Read its schema."""
        return [read_delta(source.path)]


class IcebergFolder(Reader):
    """A folder that is an Iceberg table."""

    order = 31

    def accepts(self, source: Source) -> bool:
        """Return whether a folder has Iceberg metadata."""
        folder = source.path / _METADATA
        return source.several and folder.is_dir() and _latest(folder) is not None

    def read(self, source: Source, options: Options) -> list[Table]:
        """Read its current schema."""
        path = _latest(source.path / _METADATA)
        document = parsed(path) if path else None
        if path is None or not is_iceberg(document):
            raise ImportFailed(f"{source.label}: its newest metadata is not that of an Iceberg table")
        return [read_iceberg(document, path)]


class Iceberg(Reader):
    """The metadata file of an Iceberg table."""

    order = 47
    marks = ('"format-version"', '"current-schema-id"')

    def accepts(self, source: Source) -> bool:
        """Return whether a document is the metadata of an Iceberg table."""
        return not source.fragment and is_iceberg(source.document)

    def read(self, source: Source, options: Options) -> list[Table]:
        """Read its current schema."""
        return [read_iceberg(source.document, source.path)]


READERS = (Delta, IcebergFolder, Iceberg)
