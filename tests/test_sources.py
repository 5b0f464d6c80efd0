"""One schema, as every source describes it, is one set of fields."""

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from dativo_generator.importers.imported import judged
from dativo_generator.importers.kinds.json_schema import JSON_KINDS
from dativo_generator.importers.read import read
from dativo_generator.importers.source import Options
from dativo_generator.importers.sql_types import SQL_KINDS, kind_of
from dativo_generator.importers.table import ImportFailed, Table
from dativo_generator.importers.types import FIELD_TYPES, Kind
from dativo_generator.registry.fields import TYPES
from support import PACK, ROOT

FOLDER = ROOT / "tests" / "data" / "sources"
DATA = yaml.safe_load((FOLDER / "fields.yml").read_text(encoding="utf-8"))
SOURCES = sorted(path.name for path in FOLDER.iterdir() if path.name != "fields.yml")


def expected(source: str) -> dict[str, Any]:
    """Return the fields by table that a source describes."""
    differences = DATA["except"].get(source, {})
    return {
        table: fields | (differences.get(table) or {})
        for table, fields in DATA["fields"].items()
        if differences.get(table, {}) is not None
    }


def described(tables: tuple[Table, ...]) -> dict[str, Any]:
    """Return the fields by table as an answer has them."""
    found = {table.plain_name: judged(table, PACK.judge) for table in tables}
    return {name: {field.name: field.as_answer() for field in one.fields()} for name, one in found.items()}


@pytest.mark.parametrize("source", SOURCES)
def test_every_source_says_the_same(source: str) -> None:
    found = described(read(str(FOLDER / source)))
    assert found == expected(source)
    assert {name: list(fields) for name, fields in found.items()} == {n: list(f) for n, f in expected(source).items()}


@pytest.mark.parametrize("source", [source for source in SOURCES if source.endswith(".sql")])
def test_a_dialect_can_be_named(source: str) -> None:
    assert described(read(str(FOLDER / source), Options(dialect=source.removesuffix(".sql")))) == expected(source)


@pytest.mark.parametrize("source", ["postgres.sql", "singer.json", "airbyte.json", "dbt", "contract_v3.odcs.yaml"])
@pytest.mark.parametrize("table", ["orders", "ORDERS"])
def test_one_table_can_be_named(source: str, table: str) -> None:
    (found,) = read(str(FOLDER / source), Options(table=table))
    assert found.plain_name == "orders"


@pytest.mark.parametrize(
    ("source", "table", "message"),
    [
        ("postgres.sql", "order", "did you mean 'orders'? there is no table 'order'"),
        ("singer.json", "refunds", "name one of public.customers, public.orders; there is no table 'refunds'"),
    ],
)
def test_a_table_that_is_not_there(source: str, table: str, message: str) -> None:
    with pytest.raises(ImportFailed) as error:
        read(str(FOLDER / source), Options(table=table))
    assert str(error.value) == f"{FOLDER / source}: {message}"


def test_a_pointer_leads_into_a_document() -> None:
    (table,) = read(f"{FOLDER / 'openapi.yaml'}#/components/schemas/orders")
    assert described((table,)) == expected("openapi.yaml")


def test_references_lead_to_files_beside_and_never_to_the_network(tmp_path: Path) -> None:
    (tmp_path / "id.yaml").write_text("type: integer\n", encoding="utf-8")
    schema = {"type": "object", "properties": {"id": {"$ref": "id.yaml"}, "x": {"$ref": "#/$defs/x"}}}
    path = tmp_path / "thing.schema.json"
    path.write_text(json.dumps(schema | {"$defs": {"x": {"$ref": "#/$defs/x"}}}), encoding="utf-8")
    (table,) = read(str(path))
    assert [(column.name, column.type) for column in table.columns] == [("id", "integer"), ("x", "string")]
    path.write_text(json.dumps(schema | {"$defs": {"x": {"$ref": "https://example.com/x.json"}}}), encoding="utf-8")
    (table,) = read(str(path))
    assert [(column.name, column.type) for column in table.columns] == [("id", "integer"), ("x", "string")]
    assert table.notes == ("'x' refers to https://example.com/x.json, which is not fetched: taken as text",)


BAD = {
    "empty.sql": ("", "is empty"),
    "nothing.sql": ("select 1;", "holds no CREATE TABLE"),
    "broken.sql": ("create table x (\n  a int,\n  b int,,\n  c int\n);", "cannot be understood in any dialect"),
    "empty.yaml": ("", "is empty"),
    "broken.yaml": ("a: [1,\n", ":2:1: complete the value, or close the bracket before it; not valid YAML"),
    "other.yaml": ("a: 1\n", "is not a document that describes tables"),
    "deep.yaml": ("[" * 5000, "nested too deeply"),
    "streams.json": ('{"streams": [{"schema": {}}]}', "stream 1 has no name or no schema"),
    "pointed.json#/nowhere": ('{"properties": {}}', "has nothing at '#/nowhere'"),
    "list.json#/a": ('{"a": {"type": "string"}}', "describes no object with properties"),
    "twice.sql": ("create table x (a int, a text);", "'a' names columns 1 and 2"),
    "latin.sql": (b"create table x (\xe9 int);", "convert it, or name its --encoding; it is not UTF-8 text"),
    "missing.sql": (None, "there is no such file"),
    "missing.yaml": (None, "there is no such file"),
}


@pytest.mark.parametrize("name", BAD)
def test_a_bad_document_is_one_line(name: str, tmp_path: Path) -> None:
    content, message = BAD[name]
    path = tmp_path / name.partition("#")[0]
    if content is not None:
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(ImportFailed) as error:
        read(str(tmp_path / name))
    assert message in str(error.value)
    assert str(error.value).startswith(str(path))


@pytest.mark.parametrize(
    ("native", "dialect", "kind"),
    [
        ("INTEGER[]", "postgres", Kind.NESTED),
        ("timestamptz(0)", "postgres", Kind.TIMESTAMP),
        ("TINYINT(1)", "mysql", Kind.BOOLEAN),
        ("TINYINT(4)", "mysql", Kind.INTEGER),
        ("TIMESTAMP", "mysql", Kind.TIMESTAMP),
        ("BIT", "tsql", Kind.BOOLEAN),
        ("NUMBER(38,0)", "snowflake", Kind.DECIMAL),
        ("TIMESTAMP", "bigquery", Kind.INSTANT),
        ("HUGEINT", "duckdb", Kind.HUGE),
        ("unsigned big int", "sqlite", Kind.INTEGER),
        ("citext", "postgres", Kind.OTHER),
        ("", "", Kind.OTHER),
    ],
)
def test_the_kind_of_a_type(native: str, dialect: str, kind: Kind) -> None:
    assert kind_of(native, dialect) is kind


def test_every_kind_has_a_type_of_an_asset() -> None:
    assert set(FIELD_TYPES) == set(Kind)
    assert {known.type for known in FIELD_TYPES.values()} <= set(TYPES) - {"bigint"}
    assert set(SQL_KINDS) | set(JSON_KINDS.values()) | {Kind.OTHER} == set(Kind)


def test_what_nobody_can_tell_is_left_open(tmp_path: Path) -> None:
    path = tmp_path / "catalog.json"
    stream = {"name": "x", "json_schema": {"properties": {"id": {"type": "string"}, "at": {"type": "string"}}}}
    path.write_text(json.dumps({"streams": [stream | {"default_cursor_field": ["a", "b"]}]}), encoding="utf-8")
    (table,) = read(str(path))
    assert not any(column.required for column in table.columns)
    assert table.cursor == ""


_DBT = {"metadata": {"dbt_schema_version": "https://schemas.getdbt.com/dbt/manifest/v12.json"}}
_SCHEMAS = {"a": {"properties": {"id": {}}}, "b": {"properties": {}}}
_NODES = {
    "a": {"name": "a", "resource_type": "model", "columns": {"id": {}}},
    "b": {"resource_type": "seed", "name": "b"},
}
_ODCS = [{"name": "a", "properties": [{"name": "id"}]}, {"name": "b"}]
WITH_AN_EMPTY_TABLE = {
    "Singer": {"streams": [{"stream": name, "schema": schema} for name, schema in _SCHEMAS.items()]},
    "Airbyte": {"streams": [{"name": name, "json_schema": schema} for name, schema in _SCHEMAS.items()]},
    "ODCS": {"kind": "DataContract", "apiVersion": "v3.0.2", "schema": _ODCS},
    "models": {"dataContractSpecification": "1.1.0", "models": {"a": {"fields": {"id": {}}}, "b": {}}},
    "a manifest of dbt": _DBT | {"nodes": _NODES},
    "properties of dbt": {"models": [{"name": "a", "columns": [{"name": "id"}]}, {"name": "b"}]},
}


@pytest.mark.parametrize("document", WITH_AN_EMPTY_TABLE.values(), ids=WITH_AN_EMPTY_TABLE)
def test_a_table_without_columns_is_told(document: object, tmp_path: Path) -> None:
    path = tmp_path / "a.yml"
    path.write_text(json.dumps(document), encoding="utf-8")
    (table,) = read(str(path))
    told = ([column.name for column in table.columns], table.about_source)
    assert told == (["id"], ("left out: b: it lists no columns",))
    with pytest.raises(ImportFailed, match=r"a\.yml: b: it lists no columns"):
        read(str(path), Options(table="b"))


def test_a_column_that_a_tap_does_not_read_is_told(tmp_path: Path) -> None:
    of_columns = {"a": {}, "b": {"inclusion": "unsupported"}, "c": {"selected": False}}
    metadata = [{"breadcrumb": ["properties", name], "metadata": about} for name, about in of_columns.items()]
    stream = {"stream": "x", "schema": {"properties": {name: {} for name in of_columns}}, "metadata": metadata}
    path = tmp_path / "catalog.json"
    path.write_text(json.dumps({"streams": [stream]}), encoding="utf-8")
    (table,) = read(str(path))
    assert [column.name for column in table.columns] == ["a"]
    assert table.notes == ("left out, as a tap does not read them: 'b' (unsupported), 'c' (not selected)",)
