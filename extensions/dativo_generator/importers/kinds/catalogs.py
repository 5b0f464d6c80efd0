"""Discovered streams: catalogs of Singer taps and of Airbyte sources."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from ...base.naming import few
from ..document import parsed_json
from ..shapes import list_of, mapping_in, text_in, texts_in
from ..source import Options, Reader, Source
from ..sql_types import kind_of
from ..table import NO_COLUMNS, Column, ImportFailed, Table, without
from ..types import Kind
from .json_schema import Place, Schemas, is_nullable, kind_of_schema, types_of

# What Airbyte adds to the JSON type: https://docs.airbyte.com/platform/understanding-airbyte/supported-data-types
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
    """Return whether a document is what `tap --discover` prints."""
    return any("schema" in stream for stream in _streams(document))


def is_airbyte(document: Any) -> bool:
    """Return whether a document is an Airbyte catalog: plain, configured, or the message that carries one."""
    return _message(document) is not None or any("json_schema" in _described(one) for one in _streams(document))


def catalog_in_lines(text: str, path: Path) -> Any:
    """Return the Airbyte message with a catalog from a source's output, one JSON object per line; None without one."""
    for line in text.splitlines():
        if '"CATALOG"' in line:
            try:
                message = parsed_json(line, path)
            except ImportFailed:
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
    """Yield the columns of a stream; those of a key are required, and so are those whose schema excludes null.

    Some sources never list null, so its absence counts only if another column allows null.
    """
    whole = place.flat()
    properties = {name: property_.flat() for name, property_ in whole.get("properties", {}).items()}
    tells = any(types_of(schema) and is_nullable(schema) for schema in properties.values())
    listed = bool(whole.get("required"))
    for column in place.columns(kind):
        never_null = column.required if listed else not is_nullable(properties[column.name]) if tells else None
        yield replace(column, required=column.name in keys or never_null)


# --- Singer -----------------------------------------------------------------------------------------------------------


def read_singer(document: Any, path: Path, wanted: str = "") -> Sequence[Table]:
    """Read the streams of a Singer catalog; one without columns is left out, unless it is the one `wanted`."""
    tables: list[Table] = []
    empty: dict[str, str] = {}
    for number, stream in enumerate(_streams(document)):
        name = text_in(stream.get("stream")) or text_in(stream.get("tap_stream_id"))
        if not name or not isinstance(stream.get("schema"), Mapping):
            raise ImportFailed(f"{path}: stream {number + 1} has no name or no schema")
        about = _metadata(stream, f"{path}: stream {number + 1}: metadata")
        whole = about.get((), {})
        place = Schemas(stream["schema"], path).at("#")

        def kind(column: str, schema: dict[str, Any], about: Any = about) -> Kind:
            found = kind_of(text_in(about.get(("properties", column), {}).get("sql-datatype")))
            return _singer_kind(schema) if found is Kind.OTHER else found

        keys = [
            *texts_in(whole.get("table-key-properties")),
            *texts_in(whole.get("view-key-properties")),
            *texts_in(stream.get("key_properties")),
        ]
        unread = {keys_[1]: why for keys_, entry in about.items() if len(keys_) == 2 and (why := _why_unread(entry))}
        found = list(_columns(place, set(keys), kind))
        columns = tuple(column for column in found if column.name not in unread)
        left_out = [f"'{column.name}' ({unread[column.name]})" for column in found if column.name in unread]
        notes = (*place.notes(), *([f"left out, as a tap does not read them: {few(left_out)}"] if left_out else []))
        cursor = text_in(whole.get("replication-key")) or text_in(stream.get("replication_key"))
        if not cursor and len(valid := texts_in(whole.get("valid-replication-keys"))) == 1:
            cursor = valid[0]
        schema_name = text_in(whole.get("schema-name"))
        full = f"{schema_name}.{name}" if schema_name else name
        if columns:
            tables.append(Table(full, columns, cursor=cursor, notes=notes))
        else:
            empty[full] = NO_COLUMNS
    return without(tables, empty, str(path), wanted)


def _why_unread(about: Mapping[str, Any]) -> str:
    """Return why a tap does not read a column, '' if it does."""
    if about.get("inclusion") == "unsupported":
        return "unsupported"
    return "not selected" if about.get("selected") is False else ""


def _singer_kind(schema: Mapping[str, Any]) -> Kind:
    """Return the kind by the JSON type; taps write an exact decimal as a number with a step below one."""
    step = schema.get("multipleOf")
    if types_of(schema) - {"null"} == {"number"} and isinstance(step, int | float) and step:
        return Kind.DECIMAL if step % 1 else Kind.INTEGER
    return kind_of_schema(schema)


def _metadata(stream: Mapping[str, Any], where: str) -> dict[tuple[str, ...], Mapping[str, Any]]:
    entries = [mapping_in(entry) for entry in list_of(stream.get("metadata"), where)]
    return {tuple(texts_in(entry.get("breadcrumb"))): mapping_in(entry.get("metadata")) for entry in entries}


# --- Airbyte ----------------------------------------------------------------------------------------------------------


def read_airbyte(document: Any, path: Path, wanted: str = "") -> Sequence[Table]:
    """Read the streams of an Airbyte catalog; one without columns is left out, unless it is the one `wanted`."""
    tables: list[Table] = []
    empty: dict[str, str] = {}
    for number, entry in enumerate(_streams(_message(document) or document)):
        stream = _described(entry)
        name = stream.get("name")
        if not isinstance(name, str) or not isinstance(stream.get("json_schema"), Mapping):
            raise ImportFailed(f"{path}: stream {number + 1} has no name or no json_schema")
        where = f"{path}: stream {number + 1}"
        keys = {
            column
            for key in list_of(
                entry.get("primary_key") or stream.get("source_defined_primary_key"), f"{where}: the primary key"
            )
            for column in (texts_in(key)[:1] or [text_in(key)])
        }
        cursor = texts_in(entry.get("cursor_field") or stream.get("default_cursor_field"))
        place = Schemas(stream["json_schema"], path).at("#")
        namespace = text_in(stream.get("namespace"))
        full = f"{namespace}.{name}" if namespace else name
        if columns := tuple(_columns(place, keys, _airbyte_kind)):
            # The runner cannot follow a cursor inside an object.
            tables.append(Table(full, columns, cursor=cursor[0] if len(cursor) == 1 else "", notes=place.notes()))
        else:
            empty[full] = NO_COLUMNS
    return without(tables, empty, str(path), wanted)


def _airbyte_kind(column: str, schema: dict[str, Any]) -> Kind:
    return AIRBYTE_KINDS.get(text_in(schema.get("airbyte_type"))) or kind_of_schema(schema)


class Airbyte(Reader):
    """An Airbyte catalog, alone or among the lines of a source's output."""

    order = 43
    marks = ('"streams"', '"CATALOG"')

    def accepts(self, source: Source) -> bool:
        """Return whether a document is a catalog, or a line of the file is a message with one."""
        return is_airbyte(self._document(source))

    def read(self, source: Source, options: Options) -> Sequence[Table]:
        """Read its streams."""
        return read_airbyte(self._document(source), source.path, options.table)

    def _document(self, source: Source) -> Any:
        lines = source.text if source.document is None else None
        return catalog_in_lines(lines, source.path) if lines else source.document


class Singer(Reader):
    """A catalog of a Singer tap."""

    order = 44
    marks = ('"streams"',)

    def accepts(self, source: Source) -> bool:
        """Return whether a document is what `tap --discover` prints."""
        return is_singer(source.document)

    def read(self, source: Source, options: Options) -> Sequence[Table]:
        """Read its streams."""
        return read_singer(source.document, source.path, options.table)


READERS = (Airbyte, Singer)
