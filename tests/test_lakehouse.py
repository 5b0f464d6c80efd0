"""Tables of a lakehouse: the log of a Delta table, and the metadata of an Iceberg one."""

import json
from pathlib import Path
from typing import Any

import duckdb
import pytest

from dativo_generator.importers.duckdb_session import quoted
from dativo_generator.importers.read import read
from dativo_generator.importers.table import ImportFailed, Table


def described(table: Table) -> dict[str, str]:
    return {one.name: f"{one.type}{' required' if one.required else ''}" for one in table.columns}


# --- Delta ------------------------------------------------------------------------------------------------------------

DELTA = {
    "id": ("long", False, "integer required"),
    "small": ("short", True, "integer"),
    "share": ("double", True, "double"),
    "price": ("decimal(10,2)", True, "string"),
    "paid": ("boolean", True, "boolean"),
    "day": ("date", True, "date"),
    "at": ("timestamp", True, "string"),
    "local": ("timestamp_ntz", True, "timestamp"),
    "lines": ({"type": "array", "elementType": "string", "containsNull": True}, True, "string"),
}


def meta(columns: dict[str, Any]) -> str:
    fields = [
        {"name": name, "type": type_, "nullable": nullable, "metadata": {"comment": f"The {name}"}}
        for name, (type_, nullable, _) in columns.items()
    ]
    return json.dumps({"metaData": {"id": "x", "schemaString": json.dumps({"type": "struct", "fields": fields})}})


def commit(folder: Path, number: int, *lines: str) -> None:
    path = folder / "_delta_log" / f"{number:020}.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(lines), encoding="utf-8")


def test_a_delta_table_is_what_its_log_says_last(tmp_path: Path) -> None:
    folder = tmp_path / "orders"
    commit(folder, 0, '{"protocol": {}}', meta({"old": ("string", True, "")}))
    commit(folder, 1, meta(DELTA))
    commit(folder, 2, '{"add": {"path": "x.parquet"}}')
    (table,) = read(str(folder))
    assert (table.name, described(table)) == ("orders", {name: expected for name, (*_, expected) in DELTA.items()})
    assert table.columns[0].description == "The id"


def test_a_delta_table_whose_first_commits_are_gone_is_read_from_its_checkpoint(tmp_path: Path) -> None:
    commit(tmp_path, 11, '{"add": {}}')
    row = json.loads(meta({"id": ("long", True, "")}))["metaData"]
    path = tmp_path / "_delta_log" / f"{10:020}.checkpoint.parquet"
    values = ", ".join(f"{key} := {quoted(value)}" for key, value in row.items())
    with duckdb.connect() as database:
        database.execute(f"COPY (SELECT struct_pack({values}) AS metaData) TO {quoted(str(path))}")
    (table,) = read(str(tmp_path))
    assert described(table) == {"id": "integer"}


@pytest.mark.parametrize(
    "line", ["{}", '{"metaData": {}}', '{"metaData": {"schemaString": "{}"}}', '{"metaData": [1]}']
)
def test_a_log_that_says_nothing_is_one_line(line: str, tmp_path: Path) -> None:
    commit(tmp_path, 0, line)
    with pytest.raises(ImportFailed, match="the log of the Delta table says nothing about its columns"):
        read(str(tmp_path))


# --- Iceberg ----------------------------------------------------------------------------------------------------------

ICEBERG = {
    "id": ("long", True, "integer required"),
    "key": ("string", False, "string required"),
    "share": ("double", False, "double"),
    "price": ("decimal(9, 2)", False, "string"),
    "paid": ("boolean", False, "boolean"),
    "day": ("date", False, "date"),
    "at": ("timestamptz", False, "string"),
    "local": ("timestamp", False, "timestamp"),
    "code": ("fixed[16]", False, "string"),
    "lines": ({"type": "list", "element": "long", "element-id": 9, "element-required": False}, False, "string"),
}


def metadata(version: int = 2) -> dict[str, Any]:
    fields = [
        {"id": number, "name": name, "required": required, "type": type_, "doc": f"The {name}"}
        for number, (name, (type_, required, _)) in enumerate(ICEBERG.items(), 1)
    ]
    schema = {"type": "struct", "schema-id": 1, "identifier-field-ids": [2], "fields": fields}
    old = {"type": "struct", "schema-id": 0, "fields": fields[:1]}
    if version == 1:
        return {"format-version": 1, "table-uuid": "x", "schema": schema}
    return {"format-version": 2, "table-uuid": "x", "current-schema-id": 1, "schemas": [old, schema]}


@pytest.mark.parametrize("version", [1, 2])
@pytest.mark.parametrize("name", ["v{}.metadata.json", "{:05}-5c7f.metadata.json"])
def test_an_iceberg_table_is_what_its_newest_metadata_says(version: int, name: str, tmp_path: Path) -> None:
    folder = tmp_path / "orders" / "metadata"
    folder.mkdir(parents=True)
    (folder / name.format(9)).write_text("{}", encoding="utf-8")
    newest = folder / name.format(10)
    newest.write_text(json.dumps(metadata(version)), encoding="utf-8")
    for source in (folder.parent, newest):
        (table,) = read(str(source))
        assert (table.name, described(table)) == ("orders", {name: one for name, (*_, one) in ICEBERG.items()})
        assert table.columns[0].description == "The id"


def test_metadata_without_a_current_schema_is_one_line(tmp_path: Path) -> None:
    path = tmp_path / "x.json"
    path.write_text(json.dumps(metadata() | {"current-schema-id": 5}), encoding="utf-8")
    with pytest.raises(ImportFailed, match=r"x\.json: has no current schema with fields"):
        read(str(path))
