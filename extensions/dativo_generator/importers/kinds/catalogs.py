"""Streams that a tool discovered: catalogs of Singer taps and of Airbyte sources."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from ..source import Options, Reader, Source
from ..sql_types import kind_of
from ..table import Column, ImportFailed, Table
from ..types import Kind
from .json_schema import Place, Schemas, is_nullable, kind_of_schema, types_of

# What Airbyte says beside the JSON type: https://docs.airbyte.com/platform/understanding-airbyte/supported-data-types
AIRBYTE_KINDS: dict[str, Kind] = {
    "timestamp_with_timezone": Kind.INSTANT,
    "timestamp_without_timezone": Kind.TIMESTAMP,
    "time_with_timezone": Kind.TIME,
    "time_without_timezone": Kind.TIME,
    "integer": Kind.INTEGER,
    "big_integer": Kind.HUGE,
    "big_number": Kind.DECIMAL,
}


def is_singer(document: Any) -> bool:
    """Tell whether a document is what `tap --discover` prints."""
    return any("schema" in stream for stream in _streams(document))


def is_airbyte(document: Any) -> bool:
    """Tell whether a document is an Airbyte catalog: plain, configured, or the message that carries one."""
    return _message(document) is not None or any("json_schema" in _described(one) for one in _streams(document))


def catalog_in_lines(text: str) -> Any:
    """Return the Airbyte message with a catalog out of what a source prints, JSON a line; None without one."""
    for line in text.splitlines():
        if '"CATALOG"' in line:
            try:
                message = json.loads(line)
            except ValueError:
                continue
            if _message(message) is not None:
                return message
    return None


def _message(document: Any) -> Any:
    if isinstance(document, Mapping) and document.get("type") == "CATALOG":
        return document.get("catalog")
    return None


def _streams(document: Any) -> list[Mapping[str, Any]]:
    streams = document.get("streams") if isinstance(document, Mapping) else None
    return [stream for stream in streams if isinstance(stream, Mapping)] if isinstance(streams, list) else []


def _described(stream: Mapping[str, Any]) -> Mapping[str, Any]:
    inner = stream.get("stream")
    return inner if isinstance(inner, Mapping) else stream


def _columns(place: Place, keys: set[str], kind: Any) -> Iterator[Column]:
    """Yield the columns of a stream. One is required when it is in a key or, where a schema tells, never null.

    Some sources leave null out everywhere, so it means something only where another column has it.
    """
    whole = place.flat()
    properties = {name: place.flat(schema) for name, schema in (whole.get("properties") or {}).items()}
    tells = any(is_nullable(schema) for schema in properties.values())
    listed = bool(whole.get("required"))
    for column in place.columns(kind):
        never_null = column.required if listed else not is_nullable(properties[column.name]) if tells else None
        yield replace(column, required=column.name in keys or never_null)


# --- Singer -----------------------------------------------------------------------------------------------------------


def read_singer(document: Any, path: Path) -> list[Table]:
    """Read the streams of a Singer catalog."""
    tables = []
    for number, stream in enumerate(_streams(document)):
        name = stream.get("stream") or stream.get("tap_stream_id")
        if not isinstance(name, str) or not isinstance(stream.get("schema"), Mapping):
            raise ImportFailed(f"{path}: stream {number + 1} has no name or no schema")
        about = _metadata(stream)
        whole = about.get((), {})
        place = Schemas(stream["schema"], path).at("#")

        def kind(column: str, schema: dict[str, Any], about: Any = about) -> Kind:
            native = about.get(("properties", column), {}).get("sql-datatype")
            found = kind_of(native) if isinstance(native, str) else Kind.OTHER
            return _singer_kind(schema) if found is Kind.OTHER else found

        keys = _texts(whole.get("table-key-properties"), whole.get("view-key-properties"), stream.get("key_properties"))
        left_out = {
            keys_[1]
            for keys_, entry in about.items()
            if len(keys_) == 2 and (entry.get("inclusion") == "unsupported" or entry.get("selected") is False)
        }
        columns = tuple(column for column in _columns(place, set(keys), kind) if column.name not in left_out)
        cursor = whole.get("replication-key") or stream.get("replication_key") or ""
        if not cursor and len(valid := _texts(whole.get("valid-replication-keys"))) == 1:
            cursor = valid[0]
        schema_name = whole.get("schema-name")
        if columns:
            full = f"{schema_name}.{name}" if isinstance(schema_name, str) and schema_name else name
            tables.append(Table(full, columns, cursor=cursor if isinstance(cursor, str) else ""))
    return tables


def _singer_kind(schema: Mapping[str, Any]) -> Kind:
    """Judge by the JSON type; a number in steps of less than one is how taps write an exact decimal."""
    step = schema.get("multipleOf")
    if types_of(schema) - {"null"} == {"number"} and isinstance(step, int | float) and step:
        return Kind.DECIMAL if step % 1 else Kind.INTEGER
    return kind_of_schema(schema)


def _metadata(stream: Mapping[str, Any]) -> dict[tuple[str, ...], dict[str, Any]]:
    entries = stream.get("metadata")
    metadata = {}
    for entry in entries if isinstance(entries, list) else ():
        if isinstance(entry, Mapping) and isinstance(entry.get("metadata"), Mapping):
            metadata[tuple(map(str, entry.get("breadcrumb") or ()))] = dict(entry["metadata"])
    return metadata


def _texts(*lists: Any) -> list[str]:
    return [str(item) for one in lists if isinstance(one, list) for item in one]


# --- Airbyte ----------------------------------------------------------------------------------------------------------


def read_airbyte(document: Any, path: Path) -> list[Table]:
    """Read the streams of an Airbyte catalog."""
    tables = []
    for number, entry in enumerate(_streams(_message(document) or document)):
        stream = _described(entry)
        name = stream.get("name")
        if not isinstance(name, str) or not isinstance(stream.get("json_schema"), Mapping):
            raise ImportFailed(f"{path}: stream {number + 1} has no name or no json_schema")
        keys = entry.get("primary_key") or stream.get("source_defined_primary_key") or []
        keys = {key[0] if isinstance(key, list) else key for key in keys if key}
        cursor = entry.get("cursor_field") or stream.get("default_cursor_field") or []
        place = Schemas(stream["json_schema"], path).at("#")
        if columns := tuple(_columns(place, keys, _airbyte_kind)):
            full = f"{stream['namespace']}.{name}" if stream.get("namespace") else name
            # One inside an object cannot be followed by the runner.
            tables.append(
                Table(full, columns, cursor=cursor[0] if isinstance(cursor, list) and len(cursor) == 1 else "")
            )
    return tables


def _airbyte_kind(column: str, schema: dict[str, Any]) -> Kind:
    return AIRBYTE_KINDS.get(str(schema.get("airbyte_type") or "")) or kind_of_schema(schema)


class Airbyte(Reader):
    """A catalog of Airbyte, alone or among the lines that a source prints."""

    order = 43
    marks = ('"streams"', '"CATALOG"')

    def accepts(self, source: Source) -> bool:
        """Tell whether a document is a catalog, or a line of the file is a message with one."""
        return is_airbyte(self._document(source))

    def read(self, source: Source, options: Options) -> list[Table]:
        """Read its streams."""
        return read_airbyte(self._document(source), source.path)

    def _document(self, source: Source) -> Any:
        lines = source.text if source.document is None else None
        return catalog_in_lines(lines) if lines else source.document


class Singer(Reader):
    """A catalog of a Singer tap."""

    order = 44
    marks = ('"streams"',)

    def accepts(self, source: Source) -> bool:
        """Tell whether a document is what `tap --discover` prints."""
        return is_singer(source.document)

    def read(self, source: Source, options: Options) -> list[Table]:
        """Read its streams."""
        return read_singer(source.document, source.path)


READERS = (Airbyte, Singer)
