"""Tables that a document promises: data contracts (ODCS 2 and 3), and assets."""

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from ...base.asset_layout import body_of
from ...base.naming import LABEL
from ...registry.dialects import dialect as dialect_of
from ...registry.fields import TYPES
from ..shapes import line_of, list_of, mapping_in, mapping_of, mappings_of, text_in
from ..source import Options, Reader, Source
from ..sql_types import kind_in_any
from ..table import NO_COLUMNS, Column, ImportFailed, Table, without
from ..types import Kind

# The logical types of ODCS, for columns whose physical type is missing or unknown.
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
# Keys that make a column never null.
_REQUIRED = ("required", "primaryKey", "isPrimary", "isPrimaryKey")
# The kinds that an asset's types stand for.
_ASSET_KINDS = {
    "string": Kind.TEXT,
    "integer": Kind.INTEGER,
    "bigint": Kind.INTEGER,
    "double": Kind.DOUBLE,
    "float": Kind.DOUBLE,
    "decimal": Kind.DECIMAL,
    "boolean": Kind.BOOLEAN,
    "date": Kind.DATE,
    "timestamp": Kind.TIMESTAMP,
    "datetime": Kind.TIMESTAMP,
    "array": Kind.NESTED,
}


def is_asset(document: Any) -> bool:
    """Return whether a document is an asset, in either layout."""
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
    """Return whether a document is a data contract."""
    if not isinstance(document, Mapping):
        return False
    if document.get("kind") == "DataContract" and "apiVersion" in document:
        return True
    listed = any(isinstance(document.get(key), list) for key in ("schema", "dataset"))
    return listed and (document.get("kind") == "DataContract" or "apiVersion" in document or "dataset" in document)


def read_asset(document: Any, path: Path) -> list[Table]:
    """Read the columns of an asset, with its labels."""
    body = body_of(document)
    columns = []
    for number, entry in enumerate(body["schema"]):
        name, type_ = entry.get("name"), entry.get("type")
        if not isinstance(name, str) or text_in(type_) not in TYPES:
            raise ImportFailed(f"{path}: schema.{number}: has no name, or a type that no asset has")
        label = entry.get("classification")
        columns.append(
            Column(
                name,
                _ASSET_KINDS[type_],
                type_,
                entry.get("required") is True,
                text_in(entry.get("description")),
                label if isinstance(label, str) else None,
            )
        )
    return [Table(text_in(body.get("object")) or text_in(body.get("name")) or path.stem, tuple(columns))]


def read_contract(document: Any, path: Path, wanted: str = "") -> Sequence[Table]:
    """Read the tables of an ODCS contract: `schema` of objects with properties, or `dataset` of tables with columns.

    A table without columns is left out, unless it is the one `wanted`.
    """
    dialect = _dialect(document)
    tables: list[Table] = []
    empty: dict[str, str] = {}
    for number, entry in enumerate(mappings_of(document.get("schema") or document.get("dataset"), f"{path}: schema")):
        name = _first(entry, "physicalName", "name", "table") or f"table{number + 1}"
        listed = entry.get("properties") or entry.get("columns")
        if columns := tuple(_columns(listed, dialect, f"{path}: schema.{number}")):
            tables.append(Table(name, columns, line_of(entry.get("description"))))
        else:
            empty[name] = NO_COLUMNS
    if not tables:
        raise ImportFailed(f"{path}: has no schema with properties")
    return without(tables, empty, str(path), wanted)


def _dialect(document: Mapping[str, Any]) -> str:
    """Return the SQL dialect of a contract's servers, '' for none or several."""
    servers = document.get("servers")
    entries = [mapping_in(one) for one in servers] if isinstance(servers, list) else []
    families = {dialect_of(text_in(one.get("type"))).name for one in entries}
    return families.pop() if len(families) == 1 else ""


def _columns(entries: Any, dialect: str, where: str) -> Iterator[Column]:
    if isinstance(entries, Mapping):  # some contracts have a mapping by name
        by_name = mapping_of(entries, where)
        entries = [{"name": name} | dict(mapping_of(entry, f"{where}.{name}")) for name, entry in by_name.items()]
    for number, one in enumerate(list_of(entries, where)):
        entry = mapping_in(one)
        name = _first(entry, "physicalName", "name", "column")
        if not name:
            raise ImportFailed(f"{where}.{number}: has no name")
        required = entry.get("isNullable") is False or any(entry.get(key) is True for key in _REQUIRED)
        native = line_of(entry.get("physicalType")) or line_of(entry.get("logicalType"))
        yield Column(
            name, _kind(entry, dialect), native.lower(), required, line_of(entry.get("description")), label_of(entry)
        )


def _first(entry: Mapping[str, Any], *keys: str) -> str:
    """Return the first value that is a text, '' for none."""
    return next((text for key in keys if (text := text_in(entry.get(key)))), "")


def _kind(entry: Mapping[str, Any], dialect: str) -> Kind:
    """Return the kind by the physical type if a warehouse has such a type, else by the logical one."""
    physical, stated = text_in(entry.get("physicalType")), text_in(entry.get("logicalType")).strip().lower()
    logical = ODCS_KINDS.get(stated) or (kind_in_any(stated) if stated else Kind.TEXT)
    options = mapping_in(entry.get("logicalTypeOptions"))
    if logical is Kind.DATE and re.search(r"[hH]{2}", text_in(options.get("format"))):
        logical = Kind.TIMESTAMP  # before 3.1, timestamps had no other logical type
    kind = kind_in_any(physical, dialect) if physical else Kind.OTHER
    if kind is Kind.OTHER or (kind is Kind.NESTED and stated):
        kind = logical  # some contracts have varchar[50], which is not a list
    return Kind.INSTANT if kind is Kind.TIMESTAMP and options.get("timezone") is True else kind


def label_of(entry: Mapping[str, Any]) -> str | None:
    """Return the classification if it can be a label of an asset, else None; contracts also use others: restricted."""
    stated = text_in(entry.get("classification"))
    if stated.upper() in ("PII", "SENSITIVE"):
        return stated.upper()
    return stated if re.fullmatch(LABEL, stated) else None


class Asset(Reader):
    """An asset, in either layout."""

    order = 41
    marks = ('"source_type"',)

    def accepts(self, source: Source) -> bool:
        """Return whether a document is an asset."""
        return is_asset(source.document)

    def read(self, source: Source, options: Options) -> list[Table]:
        """Read its columns, with its labels."""
        return read_asset(source.document, source.path)


class Contract(Reader):
    """A data contract."""

    order = 45
    marks = ('"dataset"', '"DataContract"')

    def accepts(self, source: Source) -> bool:
        """Return whether a document is a data contract."""
        return is_contract(source.document)

    def read(self, source: Source, options: Options) -> Sequence[Table]:
        """Read its tables."""
        return read_contract(source.document, source.path, options.table)


READERS = (Asset, Contract)
