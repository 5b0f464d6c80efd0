"""Columns of an Avro schema: a record, a list of schemas with records, or the types of a protocol."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from ...base.naming import few
from ..shapes import line_of, mappings_of, text_in
from ..source import Options, Reader, Source
from ..table import Column, ImportFailed, Table
from ..types import Kind

# https://avro.apache.org/docs/1.12.0/specification/
AVRO_KINDS: dict[str, Kind] = {
    "null": Kind.TEXT,
    "boolean": Kind.BOOLEAN,
    "int": Kind.INTEGER,
    "long": Kind.INTEGER,
    "float": Kind.DOUBLE,
    "double": Kind.DOUBLE,
    "bytes": Kind.BINARY,
    "string": Kind.TEXT,
    "record": Kind.NESTED,
    "error": Kind.NESTED,
    "enum": Kind.TEXT,
    "array": Kind.NESTED,
    "map": Kind.NESTED,
    "fixed": Kind.BINARY,
}
# Logical types, with the types that they apply to; with any other type, they mean nothing.
LOGICAL_KINDS: dict[str, tuple[tuple[str, ...], Kind]] = {
    "decimal": (("bytes", "fixed"), Kind.DECIMAL),
    "big-decimal": (("bytes",), Kind.DECIMAL),
    "uuid": (("string", "fixed"), Kind.TEXT),
    "date": (("int",), Kind.DATE),
    "time-millis": (("int",), Kind.TIME),
    "time-micros": (("long",), Kind.TIME),
    "timestamp-millis": (("long",), Kind.INSTANT),
    "timestamp-micros": (("long",), Kind.INSTANT),
    "timestamp-nanos": (("long",), Kind.INSTANT),
    "local-timestamp-millis": (("long",), Kind.TIMESTAMP),
    "local-timestamp-micros": (("long",), Kind.TIMESTAMP),
    "local-timestamp-nanos": (("long",), Kind.TIMESTAMP),
    "duration": (("fixed",), Kind.TIME),
}
_RECORDS = ("record", "error")
_NAMED = (*_RECORDS, "enum", "fixed")
# The deepest nesting of types; nobody writes a deeper one.
_DEEPEST = 50


def is_avro(document: Any) -> bool:
    """Return whether a document is an Avro record, a list with one, or a protocol."""
    return any(_is_record(one) for one in _top(document))


def _is_record(value: Any) -> bool:
    return (
        isinstance(value, Mapping)
        and text_in(value.get("type")) in _RECORDS
        and isinstance(value.get("fields"), list)
        and bool(text_in(value.get("name")))
    )


def _top(document: Any) -> list[Any]:
    """List the top-level types of a document, each of which may be a table."""
    if isinstance(document, list):
        return document
    if not isinstance(document, Mapping):
        return []
    if text_in(document.get("protocol")) and isinstance(document.get("types"), list):
        return document["types"]
    inner = document.get("items") if document.get("type") == "array" else document.get("type")
    return [inner] if isinstance(inner, Mapping) else [document]


class _Types:
    """The named types of a document, by full name."""

    def __init__(self, document: Any) -> None:
        namespace = text_in(document.get("namespace")) if isinstance(document, Mapping) else ""
        self.named: dict[str, Mapping[str, Any]] = {}
        waiting = [(one, namespace) for one in _top(document)]
        while waiting:
            one, around = waiting.pop()
            if isinstance(one, list):
                waiting += [(inner, around) for inner in one]
            elif isinstance(one, Mapping):
                if text_in(one.get("type")) in _NAMED:
                    full = _full_name(one, around)
                    self.named.setdefault(full, one)
                    around = full.rpartition(".")[0]
                waiting += [(inner, around) for inner in (one.get("type"), one.get("items"), one.get("values"))]
                fields = one.get("fields")
                waiting += [(inner, around) for inner in (fields if isinstance(fields, list) else ())]

    def found(self, name: str, namespace: str) -> Mapping[str, Any] | None:
        """Return the type that a name refers to in a namespace; None if there is none."""
        full = name if "." in name or not namespace else f"{namespace}.{name}"
        return self.named.get(full) or self.named.get(name)


def _full_name(named: Mapping[str, Any], namespace: str) -> str:
    name = text_in(named.get("name"))
    around = named["namespace"] if isinstance(named.get("namespace"), str) else namespace
    return name if "." in name or not around else f"{around}.{name}"


def read_avro(document: Any, path: Path) -> list[Table]:
    """Read the records of a document as tables; nested records become text, like everything nested."""
    types = _Types(document)
    namespace = text_in(document.get("namespace")) if isinstance(document, Mapping) else ""
    records = [one for one in _top(document) if _is_record(one)]
    short = [text_in(one["name"]).rpartition(".")[2] for one in records]
    tables = []
    for name, record in zip(short, records, strict=True):
        full = _full_name(record, namespace)
        unknown: dict[str, str] = {}
        columns = tuple(_columns(record, full.rpartition(".")[0], types, unknown, f"{path}: {name}"))
        notes = (f"not defined here, and taken as text: {few(unknown.values())}",) if unknown else ()
        if columns:
            own = name if short.count(name) == 1 else full
            tables.append(Table(own, columns, line_of(record.get("doc")), notes=notes))
    return tables


def _columns(
    record: Mapping[str, Any], namespace: str, types: _Types, unknown: dict[str, str], where: str
) -> Iterator[Column]:
    for number, field in enumerate(mappings_of(record.get("fields"), f"{where}: fields")):
        name = text_in(field.get("name"))
        if not name:
            raise ImportFailed(f"{where}: fields.{number}: has no name")
        choices = list(_choices(field.get("type"), namespace, types))
        if missing := [one for one, kind in choices if kind is None]:
            unknown[name] = f"{missing[0]} (of '{name}')"
        real = {kind or Kind.TEXT for one, kind in choices if one != "null"}
        yield Column(
            name,
            _together(real),
            " or ".join(dict.fromkeys(one for one, _ in choices if one != "null")),
            bool(choices) and all(one != "null" for one, _ in choices),
            line_of(field.get("doc")),
        )


def _choices(type_: Any, namespace: str, types: _Types, depth: int = 0) -> Iterator[tuple[str, Kind | None]]:
    """Yield the alternatives of a type, each as its name in Avro and its kind; the kind is None for an unknown name."""
    if depth > _DEEPEST:
        raise ImportFailed("name a smaller part of it; a type is nested too deeply")
    if isinstance(type_, list):
        for one in type_:
            yield from _choices(one, namespace, types, depth + 1)
    elif isinstance(type_, Mapping):
        inner, logical = type_.get("type"), text_in(type_.get("logicalType"))
        bases, kind = LOGICAL_KINDS.get(logical, ((), None))
        if kind and inner in bases:
            yield f"{inner} {logical}", kind
        else:
            yield from _choices(inner, namespace, types, depth + 1)
    elif isinstance(type_, str) and type_ in AVRO_KINDS:
        yield type_, AVRO_KINDS[type_]
    elif isinstance(type_, str) and (found := types.found(type_, namespace)):
        yield from _choices({key: found.get(key) for key in ("type", "logicalType")}, namespace, types, depth + 1)
    else:
        yield text_in(type_) or "something", None


def _together(kinds: set[Kind]) -> Kind:
    """Return the kind of a value that may be of several kinds."""
    if len(kinds) == 1:
        return next(iter(kinds))
    return Kind.DOUBLE if kinds and kinds <= {Kind.INTEGER, Kind.DOUBLE} else Kind.TEXT


def _has_extension(source: Source) -> bool:
    return source.suffix in (".avsc", ".avpr")


class Avro(Reader):
    """An Avro schema."""

    order = 46
    marks = ('"record"',)

    def accepts(self, source: Source) -> bool:
        """Return whether a document holds an Avro record, or has the extension of an Avro schema."""
        return not source.fragment and (is_avro(source.document) or _has_extension(source))

    def read(self, source: Source, options: Options) -> list[Table]:
        """Read its records; raises `ImportFailed`."""
        if not (tables := read_avro(source.document, source.path)):
            raise ImportFailed(f"{source.label}: is not an Avro record with fields, nor a list of types with one")
        return tables


READERS = (Avro,)
