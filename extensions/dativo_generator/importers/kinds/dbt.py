"""Tables of a dbt project: its manifest (descriptions, constraints, tests) and its catalog (types), combined."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from ...registry.dialects import dialect as dialect_of
from ..references import Documents
from ..shapes import line_of, mapping_in, mapping_of, mappings_of, text_in, texts_in
from ..source import Options, Reader, Source
from ..sql_types import kind_in_any
from ..table import NO_COLUMNS, Column, Table, without
from ..types import Kind

_TABLES = ("model", "seed", "snapshot", "source")
_FILES = ("manifest.json", "catalog.json")


def is_dbt(document: Any) -> bool:
    """Return whether a document is a dbt artifact."""
    metadata = document.get("metadata") if isinstance(document, Mapping) else None
    return isinstance(metadata, Mapping) and "dbt_schema_version" in metadata


def read_dbt(document: Any, path: Path, wanted: str = "") -> Sequence[Table]:
    """Read the tables of a manifest or catalog, combined with the other one if it is in the same folder.

    A table without columns is left out, unless it is the one `wanted`.
    """
    files = Documents(path, document)
    others = [files.beside(name) for name in _FILES if name != path.name] if path.name in _FILES else []
    documents = [document, *(mapping_of(other.value, str(other.path)) for other in others if other)]
    manifest = next((one for one in documents if _is_manifest(one)), {})
    catalog = next((one for one in documents if not _is_manifest(one)), {})
    dialect = dialect_of(text_in(mapping_in(manifest.get("metadata")).get("adapter_type"))).name
    nodes, types = _nodes(manifest, path), _nodes(catalog, path)
    never_null = _tested(nodes)
    tables: list[Table] = []
    empty: dict[str, str] = {}
    for key in dict.fromkeys((*nodes, *types)):
        node, typed = nodes.get(key, {}), types.get(key, {})
        if node and text_in(node.get("resource_type")) not in _TABLES:
            continue
        columns = tuple(_columns(node, typed, dialect, never_null.get(key, set()), f"{path}: {key}"))
        if columns:
            notes = () if typed or all(column.native for column in columns) else ("no catalog.json: types are text",)
            tables.append(Table(_name(node, typed), columns, line_of(node.get("description")), notes=notes))
        else:
            empty[_name(node, typed)] = NO_COLUMNS
    return without(tables, empty, str(path), wanted)


def _is_manifest(document: Mapping[str, Any]) -> bool:
    return "/manifest/" in text_in(mapping_in(document.get("metadata")).get("dbt_schema_version"))


def _nodes(document: Mapping[str, Any], path: Path) -> dict[str, Mapping[str, Any]]:
    return {
        key: mapping_of(node, f"{path}: {key}")
        for section in ("nodes", "sources")
        for key, node in mapping_of(document.get(section), f"{path}: {section}").items()
    }


def _name(node: Mapping[str, Any], typed: Mapping[str, Any]) -> str:
    about = mapping_in(typed.get("metadata"))
    names = (node.get("identifier"), node.get("alias"), node.get("name"), about.get("name"))
    name = next(filter(None, map(text_in, names)), "table")
    schema = text_in(node.get("schema")) or text_in(about.get("schema"))
    return f"{schema}.{name}" if schema else name


def _tested(nodes: Mapping[str, Mapping[str, Any]]) -> dict[str, set[str]]:
    """Collect the columns that a test requires to be not null, by node."""
    columns: dict[str, set[str]] = {}
    for node in nodes.values():
        column, about = text_in(node.get("column_name")), mapping_in(node.get("test_metadata"))
        if node.get("resource_type") == "test" and about.get("name") == "not_null" and column:
            upstream = texts_in(mapping_in(node.get("depends_on")).get("nodes"))
            of = text_in(node.get("attached_node")) or next(iter(upstream), "")
            columns.setdefault(of, set()).add(column.lower())
    return columns


def _columns(
    node: Mapping[str, Any], typed: Mapping[str, Any], dialect: str, never_null: set[str], where: str
) -> Iterator[Column]:
    """Yield the columns in the order of the catalog, which is complete; without one, only those in the manifest."""
    described, stored = _by_name(node, where), _by_name(typed, where)
    in_order = sorted(stored, key=lambda name: _index(stored[name]))
    constraints = mappings_of(node.get("constraints"), f"{where}: constraints")
    key = {name.lower() for one in constraints for name in _of_key(one)}
    for lower in in_order or described:
        here, there = described.get(lower, {}), stored.get(lower, {})
        native = line_of(there.get("type")) or line_of(here.get("data_type"))
        stated = {
            text_in(one.get("type")) for one in mappings_of(here.get("constraints"), f"{where}.{lower}: constraints")
        }
        yield Column(
            text_in(there.get("name")) or text_in(here.get("name")) or lower,
            kind_in_any(native, dialect) if native else Kind.TEXT,
            native.lower(),
            bool(stated & {"not_null", "primary_key"}) or lower in never_null or lower in key,
            line_of(here.get("description")) or line_of(there.get("comment")),
        )


def _by_name(node: Mapping[str, Any], where: str) -> dict[str, Mapping[str, Any]]:
    """Return the columns of a node by their lower-case names."""
    columns = mapping_of(node.get("columns"), f"{where}: columns")
    return {name.lower(): mapping_of(entry, f"{where}.{name}") for name, entry in columns.items()}


def _index(entry: Mapping[str, Any]) -> int:
    index = entry.get("index")
    return index if isinstance(index, int) else 0


def _of_key(constraint: Mapping[str, Any]) -> list[str]:
    return texts_in(constraint.get("columns")) if constraint.get("type") == "primary_key" else []


class Dbt(Reader):
    """A dbt project, or one of its artifacts."""

    order = 42
    marks = ('"dbt_schema_version"',)
    entries = ("manifest.json", "target/manifest.json")

    def accepts(self, source: Source) -> bool:
        """Return whether a document is a dbt artifact."""
        return is_dbt(source.document)

    def read(self, source: Source, options: Options) -> Sequence[Table]:
        """Read its tables."""
        return read_dbt(source.document, source.path, options.table)


READERS = (Dbt,)
