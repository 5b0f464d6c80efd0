"""Tables of a contract of the Data Contract Specification: its models, with the references of their fields resolved."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from ...registry.dialects import dialect as dialect_of
from ..references import Document, Documents, Unread
from ..shapes import line_of, mapping_in, mapping_of, text_in, texts_in
from ..source import Options, Reader, Source
from ..sql_types import kind_in_any, kind_of
from ..table import NO_COLUMNS, Column, ImportFailed, Table, without
from ..types import Kind
from .contracts import label_of

# https://github.com/datacontract/datacontract-specification#data-types
MODEL_KINDS: dict[str, Kind] = {
    **dict.fromkeys(("string", "text", "varchar"), Kind.TEXT),
    **dict.fromkeys(("number", "decimal", "numeric"), Kind.DECIMAL),
    **dict.fromkeys(("int", "integer", "long", "bigint"), Kind.INTEGER),
    **dict.fromkeys(("float", "double"), Kind.DOUBLE),
    "boolean": Kind.BOOLEAN,
    **dict.fromkeys(("timestamp", "timestamp_tz"), Kind.INSTANT),
    "timestamp_ntz": Kind.TIMESTAMP,
    "date": Kind.DATE,
    "time": Kind.TIME,
    "bytes": Kind.BINARY,
    **dict.fromkeys(("array", "map", "object", "record", "struct", "variant", "json"), Kind.NESTED),
    "null": Kind.TEXT,
}
# Keys that make a column never null.
_REQUIRED = ("required", "primary", "primaryKey")
# The most references in a chain.
_DEEPEST = 100


def is_specification(document: Any) -> bool:
    """Return whether a document declares itself a contract of this specification."""
    return isinstance(document, Mapping) and "dataContractSpecification" in document


def read_models(document: Any, path: Path, wanted: str = "") -> Sequence[Table]:
    """Read the models of a contract; one without fields is left out, unless it is the one `wanted`.

    Raises `ImportFailed`.
    """
    first = Documents(path, document).first
    models = mapping_of(document.get("models"), f"{path}: models")
    tables: list[Table] = []
    empty: dict[str, str] = {}
    for name, written in models.items():
        where = f"{path}: models.{name}"
        model, _, unread = _whole(mapping_of(written, where), first)
        notes = [f"it {why}: the columns in it are missing" for why in unread]
        keys = set(texts_in(model.get("primaryKey")))
        columns = tuple(_columns(mapping_of(model.get("fields"), f"{where}: fields"), first, keys, notes, where))
        if columns:
            tables.append(Table(name, columns, line_of(model.get("description")), notes=tuple(notes)))
        else:
            empty[name] = NO_COLUMNS
    if not tables:
        raise ImportFailed(f"{path}: has no models with fields")
    return without(tables, empty, str(path), wanted)


def _columns(
    fields: Mapping[str, Any], document: Document, keys: set[str], notes: list[str], where: str
) -> Iterator[Column]:
    for name, written in fields.items():
        field, _, unread = _whole(mapping_of(written, f"{where}.{name}"), document)
        notes += [f"'{name}' {why}: its definition is unknown" for why in unread]
        native = text_in(field.get("type")).strip()
        label = "PII" if field.get("pii") is True and not label_of(field) else label_of(field)
        required = name in keys or any(field.get(key) is True for key in _REQUIRED)
        yield Column(name, _kind(field, native), native.lower(), required, line_of(field.get("description")), label)


def _whole(
    value: Mapping[str, Any], document: Document, depth: int = 0
) -> tuple[Mapping[str, Any], Document, tuple[str, ...]]:
    """Return a model or field with its references resolved, its document, and why some could not be resolved."""
    reference = text_in(value.get("$ref"))
    if not reference:
        return value, document, ()
    if depth > _DEEPEST:
        raise ImportFailed(f"{document.path}: refers to itself too deeply")
    try:
        found, there = document.at(reference)
    except Unread as error:
        return value, document, (error.why,)
    inner, _, unread = _whole(mapping_in(found), there, depth + 1)
    return {**inner, **value}, document, unread


def _kind(field: Mapping[str, Any], native: str) -> Kind:
    """Return the kind by the warehouse's type if that is stated, else by the contract's."""
    for key, value in mapping_in(field.get("config")).items():
        if isinstance(key, str) and key.endswith("Type") and isinstance(value, str):
            kind = kind_of(value, dialect_of(key.removesuffix("Type")).name)
            if kind is not Kind.OTHER:
                return kind
    return MODEL_KINDS.get(native.lower()) or (kind_in_any(native) if native else Kind.TEXT)


class Models(Reader):
    """A contract of the Data Contract Specification."""

    order = 44
    marks = ('"dataContractSpecification"',)

    def accepts(self, source: Source) -> bool:
        """Return whether a document declares itself one."""
        return not source.fragment and is_specification(source.document)

    def read(self, source: Source, options: Options) -> Sequence[Table]:
        """Read its models."""
        return read_models(source.document, source.path, options.table)


READERS = (Models,)
