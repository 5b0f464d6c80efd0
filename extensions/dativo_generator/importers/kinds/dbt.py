"""Tables of a dbt project: its manifest (descriptions, constraints, tests) and its catalog (types), together."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from ...registry.dialects import dialect as dialect_of
from ..document import line_of, parsed
from ..source import Options, Reader, Source
from ..sql_types import kind_of
from ..table import Column, Table
from ..types import Kind

_TABLES = ("model", "seed", "snapshot", "source")
_FILES = ("manifest.json", "catalog.json")


def is_dbt(document: Any) -> bool:
    """Tell whether a document is an artifact of dbt."""
    metadata = document.get("metadata") if isinstance(document, Mapping) else None
    return isinstance(metadata, Mapping) and "dbt_schema_version" in metadata


def read_dbt(document: Any, path: Path) -> list[Table]:
    """Read the tables of a manifest or a catalog, with what the other one says when it stands beside it."""
    others = [path.with_name(name) for name in _FILES if name != path.name] if path.name in _FILES else []
    documents = [document, *(parsed(other) for other in others if other.is_file())]
    manifest = next((one for one in documents if _is_manifest(one)), {})
    catalog = next((one for one in documents if not _is_manifest(one)), {})
    dialect = dialect_of(str((manifest.get("metadata") or {}).get("adapter_type") or "")).name
    nodes, types = _nodes(manifest), _nodes(catalog)
    never_null = _tested(manifest)
    tables = []
    for key in dict.fromkeys((*nodes, *types)):
        node, typed = nodes.get(key, {}), types.get(key, {})
        if node and node.get("resource_type") not in _TABLES:
            continue
        columns = tuple(_columns(node, typed, dialect, never_null.get(key, set())))
        if columns:
            notes = () if typed or all(column.native for column in columns) else ("no catalog.json: types are text",)
            tables.append(Table(_name(node, typed), columns, line_of(node.get("description")), notes=notes))
    return tables


def _is_manifest(document: Mapping[str, Any]) -> bool:
    return "/manifest/" in str((document.get("metadata") or {}).get("dbt_schema_version"))


def _nodes(document: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    return {**(document.get("nodes") or {}), **(document.get("sources") or {})}


def _name(node: Mapping[str, Any], typed: Mapping[str, Any]) -> str:
    about = typed.get("metadata") or {}
    name = node.get("identifier") or node.get("alias") or node.get("name") or about.get("name")
    schema = node.get("schema") or about.get("schema")
    return f"{schema}.{name}" if schema else str(name)


def _tested(manifest: Mapping[str, Any]) -> dict[str, set[str]]:
    """Collect the columns that a test says are never null, by node."""
    columns: dict[str, set[str]] = {}
    for node in (manifest.get("nodes") or {}).values():
        about = node.get("test_metadata") or {}
        if node.get("resource_type") == "test" and about.get("name") == "not_null" and node.get("column_name"):
            of = node.get("attached_node") or next(iter((node.get("depends_on") or {}).get("nodes") or ()), "")
            columns.setdefault(of, set()).add(str(node["column_name"]).lower())
    return columns


def _columns(node: Mapping[str, Any], typed: Mapping[str, Any], dialect: str, never_null: set[str]) -> Iterator[Column]:
    """Yield the columns in the order of the catalog, which has all of them; of a manifest alone, those it describes."""
    described = {str(name).lower(): entry for name, entry in (node.get("columns") or {}).items()}
    stored = {
        str(name).lower(): entry
        for name, entry in sorted((typed.get("columns") or {}).items(), key=lambda item: item[1].get("index") or 0)
    }
    key = {str(name).lower() for one in node.get("constraints") or () for name in _of_key(one)}
    for lower in dict.fromkeys(stored or described):
        here, there = described.get(lower, {}), stored.get(lower, {})
        native = line_of(there.get("type")) or line_of(here.get("data_type"))
        constraints = {str(one.get("type")) for one in here.get("constraints") or ()}
        yield Column(
            str(there.get("name") or here.get("name") or lower),
            kind_of(native, dialect) if native else Kind.TEXT,
            native.lower(),
            bool(constraints & {"not_null", "primary_key"}) or lower in never_null or lower in key,
            line_of(here.get("description")) or line_of(there.get("comment")),
        )


def _of_key(constraint: Mapping[str, Any]) -> list[str]:
    return constraint.get("columns") or [] if constraint.get("type") == "primary_key" else []


class Dbt(Reader):
    """A dbt project, or one of its artifacts."""

    order = 42
    marks = ('"dbt_schema_version"',)
    entries = ("manifest.json", "target/manifest.json")

    def accepts(self, source: Source) -> bool:
        """Tell whether a document is an artifact of dbt."""
        return is_dbt(source.document)

    def read(self, source: Source, options: Options) -> list[Table]:
        """Read its tables."""
        return read_dbt(source.document, source.path)


READERS = (Dbt,)
