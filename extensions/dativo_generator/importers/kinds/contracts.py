"""Tables that a document promises: data contracts (ODCS 2 and 3), and the assets of this repository."""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from ...base.asset_layout import body_of
from ...base.naming import LABEL
from ...registry.fields import TYPES
from ..document import line_of
from ..source import Options, Reader, Source
from ..sql_types import kind_of
from ..table import Column, ImportFailed, Table
from ..types import Kind

# The logical types of ODCS, where the physical one says nothing.
ODCS_KINDS: dict[str, Kind] = {
    "string": Kind.TEXT,
    "text": Kind.TEXT,
    "date": Kind.DATE,
    "timestamp": Kind.TIMESTAMP,
    "time": Kind.TIME,
    "number": Kind.DOUBLE,
    "integer": Kind.INTEGER,
    "boolean": Kind.BOOLEAN,
    "object": Kind.NESTED,
    "array": Kind.NESTED,
}
# What says that a column always has a value.
_REQUIRED = ("required", "primaryKey", "isPrimary", "isPrimaryKey")
# The types of an asset are what they are.
_ASSET_KINDS = {
    "string": Kind.TEXT,
    "integer": Kind.INTEGER,
    "bigint": Kind.INTEGER,
    "double": Kind.DOUBLE,
    "boolean": Kind.BOOLEAN,
    "date": Kind.DATE,
    "timestamp": Kind.TIMESTAMP,
}


def is_asset(document: Any) -> bool:
    """Tell whether a document is an asset, in either layout."""
    if not isinstance(document, Mapping):
        return False
    body = body_of(document)
    entries = body.get("schema")
    return (
        "source_type" in body
        and isinstance(entries, list)
        and all(isinstance(entry, Mapping) and "properties" not in entry for entry in entries)
    )


def is_contract(document: Any) -> bool:
    """Tell whether a document is a data contract."""
    if not isinstance(document, Mapping):
        return False
    listed = any(isinstance(document.get(key), list) for key in ("schema", "dataset"))
    return listed and (document.get("kind") == "DataContract" or "apiVersion" in document or "dataset" in document)


def read_asset(document: Any, path: Path) -> list[Table]:
    """Read the columns of an asset, with the labels that it states."""
    body = body_of(document)
    columns = []
    for number, entry in enumerate(body["schema"]):
        name, type_ = entry.get("name"), entry.get("type")
        if not isinstance(name, str) or type_ not in TYPES:
            raise ImportFailed(f"{path}: schema.{number}: has no name, or a type that no asset has")
        label, description = entry.get("classification"), entry.get("description")
        columns.append(
            Column(
                name,
                _ASSET_KINDS[type_],
                type_,
                entry.get("required") is True,
                description if isinstance(description, str) else "",
                label if isinstance(label, str) else None,
            )
        )
    return [Table(str(body.get("object") or body.get("name") or path.stem), tuple(columns))]


def read_contract(document: Any, path: Path) -> list[Table]:
    """Read the tables of an ODCS contract: `schema` of objects with properties, or `dataset` of tables with columns."""
    tables = []
    for number, entry in enumerate(document.get("schema") or document.get("dataset") or ()):
        if not isinstance(entry, Mapping):
            raise ImportFailed(f"{path}: schema.{number}: must be a mapping")
        name = entry.get("physicalName") or entry.get("name") or entry.get("table") or f"table{number + 1}"
        listed = entry.get("properties") or entry.get("columns") or ()
        if columns := tuple(_columns(listed, path, number)):
            tables.append(Table(str(name), columns, line_of(entry.get("description"))))
    return tables


def _columns(entries: Any, path: Path, number: int) -> Iterator[Column]:
    if isinstance(entries, Mapping):  # some write a mapping by name
        entries = [{"name": name} | dict(entry or {}) for name, entry in entries.items()]
    for place, entry in enumerate(entries):
        name = (
            entry.get("physicalName") or entry.get("name") or entry.get("column")
            if isinstance(entry, Mapping)
            else None
        )
        if not isinstance(name, str):
            raise ImportFailed(f"{path}: schema.{number}.{place}: has no name")
        required = entry.get("isNullable") is False or any(entry.get(key) is True for key in _REQUIRED)
        native = line_of(entry.get("physicalType")) or line_of(entry.get("logicalType"))
        yield Column(name, _kind(entry), native.lower(), required, line_of(entry.get("description")), _label(entry))


def _kind(entry: Mapping[str, Any]) -> Kind:
    if isinstance(physical := entry.get("physicalType"), str) and (kind := kind_of(physical)) is not Kind.OTHER:
        return kind
    logical = ODCS_KINDS.get(str(entry.get("logicalType") or "").lower(), Kind.TEXT)
    options = entry.get("logicalTypeOptions")
    options = options if isinstance(options, Mapping) else {}
    if logical is Kind.DATE and re.search(r"[hH]{2}", str(options.get("format") or "")):
        logical = Kind.TIMESTAMP  # before 3.1 there was no other logical type for it
    return Kind.INSTANT if logical is Kind.TIMESTAMP and options.get("timezone") is True else logical


def _label(entry: Mapping[str, Any]) -> str | None:
    """Return a classification where it is a label of an asset; contracts have words of their own, like restricted."""
    stated = str(entry.get("classification") or "")
    if stated.upper() in ("PII", "SENSITIVE"):
        return stated.upper()
    return stated if re.fullmatch(LABEL, stated) else None


class Asset(Reader):
    """An asset, in either layout."""

    order = 41
    marks = ('"source_type"',)

    def accepts(self, source: Source) -> bool:
        """Tell whether a document is an asset."""
        return is_asset(source.document)

    def read(self, source: Source, options: Options) -> list[Table]:
        """Read its columns, with the labels that it states."""
        return read_asset(source.document, source.path)


class Contract(Reader):
    """A data contract."""

    order = 45
    marks = ('"dataset"', '"DataContract"')

    def accepts(self, source: Source) -> bool:
        """Tell whether a document is a data contract."""
        return is_contract(source.document)

    def read(self, source: Source, options: Options) -> list[Table]:
        """Read its tables."""
        return read_contract(source.document, source.path)


READERS = (Asset, Contract)
