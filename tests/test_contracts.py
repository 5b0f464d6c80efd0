"""Data contracts: physical types of any warehouse, and models of the Data Contract Specification."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from dativo_generator.importers.read import read
from dativo_generator.importers.table import ImportFailed, Table


def tables(folder: Path, document: Any) -> tuple[Table, ...]:
    path = folder / "shop.yaml"
    path.write_text(yaml.safe_dump(document, sort_keys=False), encoding="utf-8")
    return read(str(path))


def described(table: Table) -> dict[str, str]:
    return {
        one.name: " ".join(filter(None, (one.type, "required" * bool(one.required), one.label)))
        for one in table.columns
    }


# The physical and the logical type, the server's, and what becomes of them.
TYPES = [
    ("serial", "number", "", "integer"),
    ("bigserial", "integer", "", "integer"),
    ("timestamp_tz", "date", "", "string"),
    ("TIMESTAMP_NTZ(9)", "timestamp", "snowflake", "timestamp"),
    ("timestamp", "timestamp", "", "timestamp"),
    ("timestamp", "timestamp", "bigquery", "string"),
    ("datetimeoffset(3)", "timestamp", "", "string"),
    ("datetime2", "timestamp", "", "timestamp"),
    ("FLOAT64", "number", "", "double"),
    ("decimal(10, 2)", "number", "", "string"),
    ("bit", "boolean", "sqlserver", "boolean"),
    ("varchar[50]", "string", "", "string"),
    ("Flag", "boolean", "", "boolean"),
    ("", "bigint", "", "integer"),
    ("", "number", "", "double"),
    ("Nullable(Int64)", "", "clickhouse", "integer"),
]


@pytest.mark.parametrize(("physical", "logical", "server", "expected"), TYPES)
def test_a_physical_type_of_any_warehouse_is_known(
    physical: str, logical: str, server: str, expected: str, tmp_path: Path
) -> None:
    types = {key: type_ for key, type_ in (("physicalType", physical), ("logicalType", logical)) if type_}
    document = {
        "apiVersion": "v3.0.2",
        "kind": "DataContract",
        "servers": [{"server": "x", "type": server}] if server else [],
        "schema": [{"name": "t", "properties": [{"name": "x", **types}]}],
    }
    (table,) = tables(tmp_path, document)
    assert described(table) == {"x": expected}


def test_a_contract_without_properties_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(ImportFailed, match=r"shop\.yaml: has no schema with properties"):
        tables(tmp_path, {"apiVersion": "v3.1.0", "kind": "DataContract", "id": "x", "schema": [{"name": "topic"}]})


FIELDS = {
    "id": ({"type": "bigint", "primaryKey": True}, "integer required"),
    "old_id": ({"type": "long", "primary": True}, "integer required"),
    "key": ({"type": "text"}, "string required"),
    "mail": ({"$ref": "#/definitions/mail", "required": True}, "string required PII"),
    "named": ({"$ref": "parts.yaml#/name"}, "string SENSITIVE"),
    "at": ({"type": "timestamp"}, "string"),
    "local": ({"type": "timestamp_ntz"}, "timestamp"),
    "day": ({"type": "date"}, "date"),
    "price": ({"type": "decimal", "precision": 9}, "string"),
    "share": ({"type": "double"}, "double"),
    "paid": ({"type": "boolean"}, "boolean"),
    "lines": ({"type": "array", "items": {"type": "object", "fields": {"a": {"type": "int"}}}}, "string"),
    "amount": ({"type": "number", "config": {"snowflakeType": "FLOAT", "snowflakeComment": "x"}}, "double"),
    "untyped": ({}, "string"),
    "remote": ({"$ref": "https://example.com/x#/y", "type": "integer"}, "integer"),
}


def test_a_model_is_a_table_with_what_its_fields_refer_to(tmp_path: Path) -> None:
    (tmp_path / "parts.yaml").write_text("name: {type: string, classification: sensitive}\n", encoding="utf-8")
    document = {
        "dataContractSpecification": "1.2.0",
        "models": {
            "orders": {
                "description": "All\norders",
                "primaryKey": ["key"],
                "fields": {name: field for name, (field, _) in FIELDS.items()},
            },
            "empty": {"description": "x"},
        },
        "definitions": {"mail": {"type": "string", "pii": True, "description": "Where to write"}},
    }
    (table,) = tables(tmp_path, document)
    assert (table.name, table.description) == ("orders", "All orders")
    assert described(table) == {name: expected for name, (_, expected) in FIELDS.items()}
    assert {one.name: one.description for one in table.columns if one.description} == {"mail": "Where to write"}
    assert table.notes == ("'remote' refers to https://example.com/x, which is not fetched: its definition is unknown",)


def test_a_specification_without_models_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(ImportFailed, match=r"shop\.yaml: has no models with fields"):
        tables(tmp_path, {"dataContractSpecification": "1.1.0", "models": {"a": {"type": "table"}}})
