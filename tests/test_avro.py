"""Avro schemas: what their types become, names that lead from one place to another, and several records in a file."""

import json
from pathlib import Path
from typing import Any

import pytest

from dativo_generator.importers.read import read
from dativo_generator.importers.table import ImportFailed, Table


def tables(folder: Path, document: Any, name: str = "a.avsc") -> tuple[Table, ...]:
    path = folder / name
    path.write_text(json.dumps(document), encoding="utf-8")
    return read(str(path))


def described(table: Table) -> dict[str, str]:
    return {one.name: f"{one.type}{' required' if one.required else ''}" for one in table.columns}


def record(name: str, **fields: Any) -> dict[str, Any]:
    return {"type": "record", "name": name, "fields": [{"name": key, "type": type_} for key, type_ in fields.items()]}


TYPES = {
    "boolean": ("boolean", "boolean required"),
    "int": ("int", "integer required"),
    "long": ({"type": "long"}, "integer required"),
    "float": ("float", "double required"),
    "double": ("double", "double required"),
    "bytes": ("bytes", "string required"),
    "string": ({"type": "string", "avro.java.string": "String"}, "string required"),
    "null": ("null", "string"),
    "null or long": (["null", "long"], "integer"),
    "long or null": (["long", "null"], "integer"),
    "numbers": (["int", "long", "double"], "double required"),
    "a number or a text": (["null", "long", "string"], "string"),
    "date": ({"type": "int", "logicalType": "date"}, "date required"),
    "a date or null": (["null", {"type": "int", "logicalType": "date"}], "date"),
    "time": ({"type": "int", "logicalType": "time-millis"}, "string required"),
    "a moment": ({"type": "long", "logicalType": "timestamp-micros"}, "string required"),
    "a moment without a zone": ({"type": "long", "logicalType": "local-timestamp-millis"}, "timestamp required"),
    "decimal": ({"type": "bytes", "logicalType": "decimal", "precision": 9, "scale": 2}, "string required"),
    "uuid": ({"type": "string", "logicalType": "uuid"}, "string required"),
    "a logical type of another type": ({"type": "long", "logicalType": "date"}, "integer required"),
    "a logical type of nobody": ({"type": "int", "logicalType": "cents"}, "integer required"),
    "enum": ({"type": "enum", "name": "E", "symbols": ["A"]}, "string required"),
    "fixed": ({"type": "fixed", "name": "F", "size": 16}, "string required"),
    "array": ({"type": "array", "items": "int"}, "string required"),
    "map": ({"type": "map", "values": "int"}, "string required"),
    "record": (record("Inner", a="int"), "string required"),
    "a type in a type": ({"type": {"type": "int", "logicalType": "date"}}, "date required"),
}


@pytest.mark.parametrize(("type_", "expected"), TYPES.values(), ids=TYPES)
def test_a_type_becomes_what_its_values_are(type_: Any, expected: str, tmp_path: Path) -> None:
    (table,) = tables(tmp_path, record("Row", x=type_))
    assert (table.name, described(table)) == ("Row", {"x": expected})


def test_a_name_is_a_type_that_was_defined_before(tmp_path: Path) -> None:
    day = {"type": "record", "name": "Day", "namespace": "other", "fields": [{"name": "n", "type": "int"}]}
    colour = {"type": "enum", "name": "Colour", "symbols": ["RED"]}
    fields = {
        "c": colour,
        "again": "Colour",
        "full": "shop.Colour",
        "d": day,
        "e": ["null", "other.Day"],
        "self": "Row",
    }
    (table,) = tables(tmp_path, record("Row", **fields) | {"namespace": "shop"})
    assert described(table) == {name: "string" if name == "e" else "string required" for name in fields}
    assert table.notes == ()


def test_a_name_that_nothing_has_costs_one_column_and_is_told(tmp_path: Path) -> None:
    (table,) = tables(tmp_path, record("Row", id="long", x=["null", "com.shop.Address"]))
    assert described(table) == {"id": "integer required", "x": "string"}
    assert table.notes == ("not defined here, and taken as text: com.shop.Address (of 'x')",)


def test_what_is_written_down_of_a_record_and_its_fields_describes_them(tmp_path: Path) -> None:
    row = {
        "type": "record",
        "name": "a.b.Row",
        "doc": "All\n rows",
        "fields": [{"name": "x", "type": "int", "doc": " An x"}],
    }
    (table,) = tables(tmp_path, row)
    assert (table.name, table.description, table.columns[0].description) == ("Row", "All rows", "An x")


SEVERAL = {
    "a list": ("a.avsc", [record("A", x="int"), record("B", a="A"), {"type": "enum", "name": "E", "symbols": []}]),
    "a protocol": ("a.avpr", {"protocol": "P", "types": [record("A", x="int"), record("B", a="A")]}),
}


@pytest.mark.parametrize(("name", "document"), SEVERAL.values(), ids=SEVERAL)
def test_records_beside_each_other_are_tables(name: str, document: Any, tmp_path: Path) -> None:
    found = {table.name: described(table) for table in tables(tmp_path, document, name)}
    assert found == {"A": {"x": "integer required"}, "B": {"a": "string required"}}


def test_a_record_is_known_by_its_shape(tmp_path: Path) -> None:
    (table,) = tables(tmp_path, record("Row", id="long"), "visit.json")
    assert described(table) == {"id": "integer required"}


@pytest.mark.parametrize(
    "document", ["string", {"type": "enum", "name": "E", "symbols": ["A"]}, [1], {"type": "record"}]
)
def test_what_is_no_record_is_one_line(document: Any, tmp_path: Path) -> None:
    with pytest.raises(ImportFailed, match=r"a\.avsc: is not an Avro record with fields"):
        tables(tmp_path, document)
