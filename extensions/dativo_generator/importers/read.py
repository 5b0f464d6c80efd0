"""Find out what a source is, and read its tables with the reader for it."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .catalogs import catalog_in_lines, is_airbyte, is_singer, read_airbyte, read_singer
from .contracts import is_asset, is_contract, read_asset, read_contract
from .database import is_url, known_schemes, read_database, shown, url_of_file
from .dbt import is_dbt, read_dbt
from .ddl import read_ddl
from .document import parsed, text_of
from .files import format_of, is_pattern, read_files
from .json_schema import read_json_schema, read_openapi
from .table import ImportFailed, Table, checked, named

_SCRIPTS = (".sql", ".ddl")
# What makes a folder a dbt project, or the target of one.
_ARTIFACTS = ("manifest.json", "target/manifest.json")
_DOCUMENTS = (".yml", ".yaml", ".json", ".avsc", ".jsonl", ".ndjson")
# A document that describes tables says so early, and is no larger than this; anything else is data.
_HEAD, _LARGEST = 1 << 16, 1 << 29
_MARKS = ('"streams"', '"CATALOG"', '"$schema"', '"properties"', '"openapi"', '"swagger"', '"dbt_schema_version"')
_MARKS += ('"dataset"', '"DataContract"', '"source_type"', '"$ref"', '"$defs"', '"definitions"')


@dataclass(frozen=True, slots=True)
class Options:
    """What a user may say of a source, beside where it is."""

    table: str = ""
    dialect: str = ""
    encoding: str = ""
    required_from_data: bool = False


def read(source: str, options: Options = Options()) -> tuple[Table, ...]:
    """Read the tables of a source: a path, a pattern, a path with ``#/pointer``, or a URL; raises `ImportFailed`."""
    source = source.strip()
    if not source or "\0" in source:
        raise ImportFailed("name a source: a file, a folder, a pattern, or a database's URL")
    try:
        return _read(source, options)
    except OSError as error:
        raise ImportFailed(f"{source}: cannot be read: {error.strerror or error}") from None


def _read(source: str, options: Options) -> tuple[Table, ...]:
    if is_url(source):
        scheme = source.partition("://")[0].lower()
        if scheme in ("http", "https", "s3", "gs", "ftp"):
            raise ImportFailed(f"{shown(source)}: is not fetched; download it, or name a database ({known_schemes()})")
        return _of(read_database(source, options.table), shown(source), options)
    path = Path(source).expanduser()
    artifact = next((path / name for name in _ARTIFACTS if path.is_dir() and (path / name).is_file()), None)
    if is_pattern(source) or (path.is_dir() and not artifact):
        return _of([_read_data(source, options)], source, options)
    fragment = ""
    if not path.exists() and "#" in source:
        name, _, fragment = source.rpartition("#")
        path = Path(name).expanduser()
    return _of(_read_file(artifact or path, fragment, options), str(artifact or path), options)


def _of(tables: list[Table], source: str, options: Options) -> tuple[Table, ...]:
    found = checked(tables, source)
    return (named(found, options.table, source),) if options.table else found


def _read_data(source: str, options: Options) -> Table:
    return read_files(source, encoding=options.encoding, required_from_data=options.required_from_data)


def _read_file(path: Path, fragment: str, options: Options) -> list[Table]:
    if url := url_of_file(path):
        return read_database(url, options.table)
    suffix = path.suffix.lower()
    if suffix in _SCRIPTS:
        return read_ddl(path, options.dialect)
    if suffix in _DOCUMENTS:
        document = _document(path, suffix, bool(fragment))
        if document is not None:
            if reader := _reader(document, bool(fragment)):
                return reader(document, path, fragment)
            if format_of(path) != "json":
                raise ImportFailed(
                    f"{path}: is none of the documents that describe tables: a catalog of Singer or Airbyte, a JSON "
                    "Schema, OpenAPI, dbt, a data contract, an asset"
                )
    if fragment:
        raise ImportFailed(f"{path}: has no places that a # could name")
    # A file has one table, which is called as the user likes.
    table = _read_data(str(path), options)
    return [Table(options.table or table.name, table.columns, notes=table.notes)]


def _document(path: Path, suffix: str, pointed: bool) -> Any:
    """Parse a file that may describe tables; None where it holds data."""
    if suffix in (".yml", ".yaml") or pointed:
        return parsed(path)
    try:
        with path.open("rb") as stream:
            head = stream.read(_HEAD).decode("utf-8", "replace")
        size = path.stat().st_size
    except OSError:
        return None  # the reader of data says what is wrong
    if size > _LARGEST or not any(mark in head for mark in _MARKS):
        return None
    text = text_of(path)
    if (message := catalog_in_lines(text)) is not None:
        return message
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def _reader(document: Any, pointed: bool) -> Callable[[Any, Path, str], list[Table]] | None:
    """Return the reader for what a document is; None for none."""

    def plain(reader: Callable[[Any, Path], list[Table]]) -> Callable[[Any, Path, str], list[Table]]:
        return lambda document, path, fragment: reader(document, path)

    if not isinstance(document, dict):
        return None
    if "openapi" in document or "swagger" in document:
        return read_openapi
    if is_asset(document):
        return plain(read_asset)
    if is_dbt(document):
        return plain(read_dbt)
    if is_airbyte(document):
        return plain(read_airbyte)
    if is_singer(document):
        return plain(read_singer)
    if is_contract(document):
        return plain(read_contract)
    if pointed or "json-schema.org" in str(document.get("$schema")):
        return read_json_schema
    if isinstance(document.get("properties"), dict) and document.get("type", "object") in ("object", ["object"]):
        return read_json_schema
    return None
