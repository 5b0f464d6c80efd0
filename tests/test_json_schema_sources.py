"""JSON documents that are schemas, whatever they are called; what they refer to; and what is data all the same."""

import json
from pathlib import Path
from typing import Any

import pytest

from dativo_generator.importers.read import read
from dativo_generator.importers.source import Options
from dativo_generator.importers.table import ImportFailed, Table

DRAFT = "http://json-schema.org/draft-07/schema#"


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def write(name: str, value: Any) -> str:
    path = Path(name)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(value), encoding="utf-8")
    return name


def only(source: str) -> Table:
    (table,) = read(source)
    return table


def described(table: Table) -> dict[str, str]:
    """Return the columns as an answer has them, without labels."""
    return {one.name: f"{one.type}{' required' if one.required else ''}" for one in table.columns}


def columns(schema: Any) -> dict[str, str]:
    return described(only(write("a.json", schema)))


ROW = {"id": {"type": "integer"}}
SCHEMAS = {
    "null or object": {"type": ["null", "object"], "properties": ROW},
    "object or null": {"type": ["object", "null"], "properties": ROW, "required": ["none"]},
    "properties alone": {"properties": ROW},
    "a list of rows": {"type": "array", "items": {"type": "object", "properties": ROW}},
    "a reference to a definition": {"$ref": "#/definitions/row", "definitions": {"row": {"properties": ROW}}},
    "parts in definitions": {"allOf": [{"$ref": "#/$defs/row"}], "$defs": {"row": {"properties": ROW}}},
    "it says so": {"$schema": DRAFT, "oneOf": [{"type": "null"}, {"type": "object", "properties": ROW}]},
    "a part that is a reference": {"$defs": {"a": {"$anchor": "here", "properties": ROW}}, "$ref": "#here"},
    "a reference by the root of the file": {"$id": "https://example.com/a", "$ref": "#/$defs/b", "$defs": {"b": {
        "$id": "b", "properties": {"id": {"$ref": "#/$defs/c"}}, "$defs": {"c": {"type": "integer"}}}}},
}  # fmt: skip


@pytest.mark.parametrize("schema", SCHEMAS.values(), ids=SCHEMAS)
@pytest.mark.parametrize("name", ["visit.json", "visit.schema.json", "visit.jsonschema"])
def test_a_document_is_a_schema_by_its_shape(schema: Any, name: str, here: Path) -> None:
    assert described(only(write(name, schema))) == {"id": "integer"}


DATA = {
    "a feature": ({"type": "Feature", "properties": {"name": "x"}}, {"type": "string", "properties": "string"}),
    "a row with properties": ({"id": 1, "properties": {"a": {"b": 1}}}, {"id": "integer", "properties": "string"}),
    "a row with a list": ([{"type": "object", "items": [1]}], {"type": "string", "items": "string"}),
    "a row with definitions": ({"definitions": {"word": "meaning"}}, {"definitions": "string"}),
    "a reference to a row": (
        {"$ref": "users", "$id": "5", "$db": "x"},
        dict.fromkeys(("$ref", "$id", "$db"), "string"),
    ),
}


@pytest.mark.parametrize(("document", "expected"), DATA.values(), ids=DATA)
def test_data_that_has_words_of_schemas_is_data(document: Any, expected: dict[str, str], here: Path) -> None:
    assert columns(document) == expected


PROPERTIES = {
    "nothing": ({}, "string"),
    "true": (True, "string"),
    "a description": ({"description": "x"}, "string"),
    "a type": ({"type": "integer"}, "integer required"),
    "a type or null": ({"type": ["integer", "null"]}, "integer"),
    "any type": ({"type": "any"}, "string"),
    "a pair": ({"type": "array", "items": [{"type": "string"}, {"type": "number"}]}, "string required"),
    "a pair of 2020": ({"type": "array", "prefixItems": [{"type": "string"}], "items": False}, "string required"),
    "limits of one type": ({"type": "integer", "anyOf": [{"minimum": 1}, {"maximum": -1}]}, "integer required"),
    "one type of two": ({"type": ["string", "number"], "oneOf": [{"type": "integer"}]}, "integer required"),
    "a type or anything": ({"anyOf": [{"type": "integer"}, {}]}, "string"),
    "parts that agree": ({"allOf": [{"type": ["integer", "null"]}, {"type": "integer"}]}, "integer required"),
    "a reference with a description": ({"$ref": "#/$defs/day", "description": "A day"}, "date required"),
    "a reference or null": ({"anyOf": [{"$ref": "#/$defs/day"}, {"type": "null"}]}, "date"),
    "a dynamic reference": ({"$dynamicRef": "#day"}, "date required"),
    "itself": ({"$ref": "#"}, "string required"),
    "a constant": ({"const": 5}, "integer required"),
    "words or null": ({"enum": ["a", None]}, "string"),
    "64 bits without a sign": ({"type": "integer", "format": "uint64"}, "string required"),
}  # fmt: skip


@pytest.mark.parametrize(("schema", "expected"), PROPERTIES.values(), ids=PROPERTIES)
def test_a_property_is_what_its_schema_takes(schema: Any, expected: str, here: Path) -> None:
    day = {"$dynamicAnchor": "day", "type": "string", "format": "date"}
    whole = {"type": "object", "properties": {"x": schema}, "required": ["x"], "$defs": {"day": day}}
    assert columns(whole) == {"x": expected}


def test_a_property_that_nothing_fits_is_no_column(here: Path) -> None:
    assert columns({"type": "object", "properties": {"a": {"type": "string"}, "b": False}}) == {"a": "string"}


def test_draft_03_says_of_a_property_that_it_is_required(here: Path) -> None:
    schema = {"type": "object", "properties": {"a": {"type": "string", "required": True}, "b": {"type": "string"}}}
    assert columns(schema) == {"a": "string required", "b": "string"}


def test_alternatives_give_all_their_columns(here: Path) -> None:
    card = {"properties": {"kind": {"const": "card"}, "number": {"type": "string"}}, "required": ["kind", "number"]}
    cash = {"properties": {"kind": {"const": "cash"}, "paid": {"type": "number"}}, "required": ["kind"]}
    tip = {"properties": {"tip": {"type": "number"}}}
    schema = {"type": "object", "properties": {"id": {"type": "integer"}}, "oneOf": [card, cash], "then": tip}
    expected = {"id": "integer", "kind": "string required", "number": "string", "paid": "double", "tip": "double"}
    assert columns(schema) == expected


def test_references_start_from_the_file_that_holds_them(here: Path) -> None:
    write("parts/ids/id.json", {"definitions": {"id": {"$ref": "#/definitions/number"}, "number": {"type": "integer"}}})
    properties = {"id": {"$ref": "ids/id.json#/definitions/id"}, "at": {"$ref": "#/$defs/at"}}
    write("parts/base.json", {"properties": properties, "$defs": {"at": {"type": "string", "format": "date"}}})
    schema = {"type": "object", "allOf": [{"$ref": "parts/base.json#/"}], "properties": {"x": {"type": "number"}}}
    assert columns(schema) == {"id": "integer", "at": "date", "x": "double"}


@pytest.mark.parametrize(
    "reference",
    ["https://example.com/s/a.json#/$defs/id", "a.json#/$defs/id", "/s/a.json#/$defs/id", "https://example.com/s/b.json",
     "b.json", "https://example.com/s/other.json#/id", "sub/../other.json#/id"],
)  # fmt: skip
def test_what_a_schema_calls_itself_is_itself(reference: str, here: Path) -> None:
    write("other.json", {"id": {"type": "integer"}})
    inner = {"b": {"$id": "b.json", "type": "integer"}, "id": {"type": "integer"}}
    schema = {"$id": "https://example.com/s/a.json", "properties": {"x": {"$ref": reference}}, "$defs": inner}
    assert described(only(write("called-otherwise.json", schema))) == {"x": "integer"}


@pytest.mark.parametrize(
    ("reference", "why"),
    [
        ("https://example.com/x.json", "refers to https://example.com/x.json, which is not fetched"),
        ("missing.json#/x", "refers to missing.json#/x, and there is no such file"),
    ],
)
def test_a_reference_to_what_is_not_here_costs_one_column_and_is_told(reference: str, why: str, here: Path) -> None:
    properties = {"x": {"$ref": reference}, "id": {"type": "integer"}}
    table = only(write("a.json", {"type": "object", "properties": properties, "required": ["x", "id"]}))
    assert (described(table), table.notes) == (
        {"x": "string", "id": "integer required"},
        (f"'x' {why}: taken as text",),
    )
    table = only(write("a.json", {"allOf": [{"$ref": reference}], "properties": {"id": {"type": "integer"}}}))
    assert (described(table), table.notes) == ({"id": "integer"}, (f"it {why}: the columns in it are missing",))
    with pytest.raises(ImportFailed, match=f"a.json: put what it refers to beside it; it {why}"):
        read(write("a.json", {"$ref": reference}))


def test_definitions_alone_are_offered(here: Path) -> None:
    definitions = {"a": {"type": "string"}, "b/c": {"type": "object", "properties": ROW}}
    source = write("a.json", {"definitions": definitions})
    with pytest.raises(ImportFailed) as error:
        read(source)
    message = "a.json: describes no object with properties; name one after a #: #/definitions/b~1c"
    assert str(error.value) == message
    assert described(only(f"{source}#/definitions/b~1c")) == {"id": "integer"}


def test_an_api_without_components_offers_what_it_takes_and_gives(here: Path) -> None:
    schema = {"type": "array", "items": {"type": "object", "properties": ROW}}
    answer = {"200": {"description": "x", "content": {"application/json": {"schema": schema}}}}
    paths = {"/shops/{shop}/orders/{id}": {"get": {"responses": answer}}}
    pointer = "#/paths/~1shops~1{shop}~1orders~1{id}/get/responses/200/content/application~1json/schema"
    source = write(
        "api.json", {"openapi": "3.1.0", "paths": paths, "components": {"schemas": {"e": {"type": "string"}}}}
    )
    with pytest.raises(ImportFailed) as error:
        read(source)
    assert str(error.value) == f"api.json: none of its components describes an object; name one after a #: {pointer}"
    table = only(source + pointer)
    assert (table.name, described(table)) == ("orders", {"id": "integer"})


def test_an_api_whose_paths_are_files_offers_what_they_take_and_give(here: Path) -> None:
    write("users/user.json", {"type": "object", "properties": ROW})
    body = {"requestBody": {"content": {"application/json": {"schema": {"$ref": "user.json"}}}}}
    write("users/paths.json", {"all": {"post": body}})
    source = write("api.json", {"openapi": "3.0.0", "paths": {"/users": {"$ref": "users/paths.json#/all"}}})
    pointer = "#/paths/~1users/post/requestBody/content/application~1json/schema"
    with pytest.raises(ImportFailed) as error:
        read(source)
    assert str(error.value).endswith(f"; name one after a #: {pointer}")
    table = only(source + pointer)
    assert (table.name, described(table)) == ("users", {"id": "integer"})


BROKEN = {
    "nowhere": ({"$ref": "#/x"}, "fix its references; it refers to #/x, where there is nothing"),
    "nameless": ({"properties": {"": {}}}, "name column 1; it has no name"),
    "misshapen": ({"properties": []}, "schema: properties: must be a mapping, not a list"),
}


@pytest.mark.parametrize(("broken", "reason"), BROKEN.values(), ids=BROKEN)
def test_a_component_that_cannot_be_read_is_named_and_costs_no_other(broken: Any, reason: str, here: Path) -> None:
    schemas = {"row": {"properties": ROW}, "broken": broken}
    source = write("api.json", {"openapi": "3.1.0", "components": {"schemas": schemas}})
    (table,) = read(source)
    assert (table.name, described(table)) == ("row", {"id": "integer"})
    assert table.about_source == (f"left out: broken: {reason}",)
    with pytest.raises(ImportFailed) as error:
        read(source, Options(table="broken"))
    assert str(error.value) == f"api.json: broken: {reason}"


def test_a_property_that_refers_to_nothing_is_text_and_named(here: Path) -> None:
    table = only(write("a.json", {"type": "object", "properties": {**ROW, "to": {"$ref": "#/x"}}}))
    assert described(table) == {"id": "integer", "to": "string"}
    assert table.notes == ("'to' refers to #/x, where there is nothing: taken as text",)


def test_a_stream_of_a_tap_with_a_schema_that_takes_all_may_be_null(here: Path) -> None:
    properties = {
        "id": {"type": "string"},
        "any": {},
        "all": True,
        "name": {"type": "string"},
        "at": {"type": ["null", "string"]},
    }
    stream = {"stream": "x", "schema": {"type": "object", "properties": properties}, "key_properties": ["id"]}
    expected = {"id": "string required", "any": "string", "all": "string", "name": "string required", "at": "string"}
    assert columns({"streams": [stream]}) == expected
    del properties["at"], expected["at"]
    assert columns({"streams": [stream]}) == expected | {"name": "string"}
