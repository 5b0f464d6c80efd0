"""Tables of a dbt properties file (``schema.yml``): models, seeds, snapshots and sources, with the listed columns."""

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from ...base.naming import few
from ..shapes import line_of, list_of, mapping_in, mapping_of, mappings_of, text_in, texts_in
from ..source import Options, Reader, Source
from ..sql_types import kind_in_any
from ..table import NO_COLUMNS, Column, ImportFailed, Table, without
from ..types import Kind

_SECTIONS = ("models", "seeds", "snapshots")
# The two names of the list of tests, and the tests and constraints that exclude null.
_TESTS, _NEVER_NULL = ("tests", "data_tests"), ("not_null", "primary_key")
# A description that is only the name of a text in another file, which says nothing to a reader.
_ELSEWHERE = re.compile(r"\s*\{\{\s*doc\([^}]*\}\}\s*")


def is_properties(document: Any) -> bool:
    """Return whether a document lists models or sources, as dbt names them."""
    if not isinstance(document, Mapping):
        return False
    found = [document[name] for name in (*_SECTIONS, "sources") if name in document]
    entries = [entry for section in found if isinstance(section, list) for entry in section]
    return any(isinstance(entry, Mapping) and "name" in entry for entry in entries)


def read_properties(document: Mapping[str, Any], path: Path, wanted: str = "") -> Sequence[Table]:
    """Read the tables with columns; others are left out, unless one is `wanted`. Raises `ImportFailed`."""
    found = [_table(entry, schema, where) for entry, schema, where in _entries(document, path)]
    tables = [table for table in found if table.columns]
    if not tables:
        raise ImportFailed(f"{path}: lists no columns; name the manifest.json that dbt makes")
    return without(tables, {table.name: NO_COLUMNS for table in found if not table.columns}, str(path), wanted)


def _entries(document: Mapping[str, Any], path: Path) -> Iterator[tuple[Mapping[str, Any], str, str]]:
    """Yield every entry that is a table, with its schema ('' if unknown) and its place for messages."""
    for section in _SECTIONS:
        for number, entry in enumerate(mappings_of(document.get(section), f"{path}: {section}")):
            schema = text_in(mapping_in(entry.get("config")).get("schema"))
            yield entry, schema, f"{path}: {section}.{number}"
    for number, source in enumerate(mappings_of(document.get("sources"), f"{path}: sources")):
        schema = text_in(source.get("schema")) or text_in(source.get("name"))
        where = f"{path}: sources.{number}.tables"
        for index, entry in enumerate(mappings_of(source.get("tables"), where)):
            # A schema that depends on variables is known to dbt alone.
            yield entry, "" if "{" in schema else schema, f"{where}.{index}"


def _table(entry: Mapping[str, Any], schema: str, where: str) -> Table:
    names = (entry.get("identifier"), mapping_in(entry.get("config")).get("alias"), entry.get("name"))
    name = next((text for text in map(text_in, names) if text and "{" not in text), "table")
    constraints = mappings_of(entry.get("constraints"), f"{where}: constraints")
    key = {
        one
        for constraint in constraints
        if constraint.get("type") == "primary_key"
        for one in texts_in(constraint.get("columns"))
    }
    listed = list(_columns(mappings_of(entry.get("columns"), f"{where}: columns"), key, where))
    first = {column.name: column for column in reversed(listed)}
    columns = tuple(column for column in listed if first[column.name] is column)
    untyped = sum(not column.native for column in columns)
    notes = [f"{untyped} of its {len(columns)} columns have no data_type: they are text"] if untyped else []
    if again := few({column.name for column in listed if first[column.name] is not column}):
        notes.append(f"a column that it lists again is left out: {again}")
    return Table(
        f"{schema}.{name}" if schema else name, columns, _described(entry), schema=schema or None, notes=tuple(notes)
    )


def _columns(entries: list[Mapping[str, Any]], key: set[str], where: str) -> Iterator[Column]:
    for number, entry in enumerate(entries):
        name, native = text_in(entry.get("name")), line_of(entry.get("data_type"))
        if not name:
            raise ImportFailed(f"{where}.columns.{number}: has no name")
        required = name in key or any(one in _NEVER_NULL for one in _checks(entry, f"{where}.columns.{number}"))
        kind = kind_in_any(native) if native else Kind.TEXT
        yield Column(name, kind, native.lower(), required, _described(entry))


def _checks(entry: Mapping[str, Any], where: str) -> Iterator[str]:
    """Yield the names of the tests and constraints of a column."""
    for test in (one for name in _TESTS for one in list_of(entry.get(name), f"{where}: {name}")):
        yield from mapping_of(test, where) if isinstance(test, Mapping) else [text_in(test)]
    for constraint in mappings_of(entry.get("constraints"), f"{where}: constraints"):
        yield text_in(constraint.get("type"))


def _described(entry: Mapping[str, Any]) -> str:
    text = entry.get("description")
    return "" if isinstance(text, str) and _ELSEWHERE.fullmatch(text) else line_of(text)


class DbtProperties(Reader):
    """A properties file of a dbt project."""

    order = 48

    def accepts(self, source: Source) -> bool:
        """Return whether a document lists models or sources."""
        return is_properties(source.document)

    def read(self, source: Source, options: Options) -> Sequence[Table]:
        """Read its tables."""
        return read_properties(source.document, source.path, options.table)


READERS = (DbtProperties,)
