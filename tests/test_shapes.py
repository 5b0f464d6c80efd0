"""The small JSON Schema checker finds in a value what the `jsonschema` library finds."""

import json
from copy import deepcopy
from random import Random
from typing import Any

import pytest
from jsonschema import Draft7Validator

from dativo_generator.base.shapes import KEYWORDS, Shape
from dativo_generator.plan.plan import plan
from dativo_generator.validation.json_schemas import JsonSchemas
from misshapen import ODD, places
from support import EXAMPLES, PACK, ROOT, load_answers

SCHEMAS = {name: json.loads((ROOT / "schemas" / f"{name}.schema.json").read_text("utf-8")) for name in ("job", "asset")}
TIMES = 400


def _keywords(schema: Any) -> set[str]:
    """Return every keyword of a schema; what stands below these has names of its own."""
    if not isinstance(schema, dict):
        return set().union(*map(_keywords, schema)) if isinstance(schema, list) else set()
    found = set(schema)
    for key, value in schema.items():
        named = key in ("properties", "definitions", "dependencies")
        if key not in ("enum", "const", "default"):
            found |= set().union(*map(_keywords, value.values())) if named else _keywords(value)
    return found


def _documents(name: str) -> list[Any]:
    found = []
    for path in EXAMPLES:
        planned = plan(PACK, load_answers(path))
        for file in planned[f"{name}s"]:
            data = file["data"]
            nested = name == "asset" and planned["layout"] == "nested"
            found.append({"asset": data, "schema": data["schema"]} if nested else data)
    return found


def _misshapen(value: Any, random: Random) -> Any:
    value = deepcopy(value)
    *outer, last = random.choice(list(places(value))[1:])
    holder = value
    for key in outer:
        holder = holder[key]
    if isinstance(holder, dict) and random.random() < 0.3:
        del holder[last]
    elif isinstance(holder, dict) and random.random() < 0.3:
        holder["more"] = random.choice(ODD)
    else:
        holder[last] = deepcopy(random.choice(ODD))
    return value


def _has_nothing(value: Any) -> bool:
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return value is None or any(map(_has_nothing, inner))


@pytest.mark.parametrize("name", SCHEMAS)
def test_every_keyword_is_known(name: str) -> None:
    assert _keywords(SCHEMAS[name]) <= KEYWORDS


@pytest.mark.parametrize("name", SCHEMAS)
def test_the_quick_library_takes_what_the_explaining_one_takes(name: str) -> None:
    random, schemas, validator = Random(name), JsonSchemas(ROOT), Draft7Validator(SCHEMAS[name])
    documents = _documents(name)
    assert all(schemas._is_valid(name, document) for document in documents)
    taken = 0
    for _ in range(TIMES):
        value = _misshapen(random.choice(documents), random)
        if schemas._is_valid(name, value):
            taken += 1
            assert validator.is_valid(value), value
    assert taken > TIMES / 50


@pytest.mark.parametrize("text", [f"a{chr(code)}b@acme.com" for code in (*range(33), 127, 0x85, 0xA0, 0x2028)])
def test_a_pattern_means_the_same_to_both(text: str) -> None:
    asset = next(document for document in _documents("asset") if "team" in document) | {"team": {"owner": text}}
    assert JsonSchemas(ROOT)._is_valid("asset", asset) == Draft7Validator(SCHEMAS["asset"]).is_valid(asset)


def test_a_key_that_is_no_text_is_left_to_the_explaining_one() -> None:
    assert not JsonSchemas(ROOT)._is_valid("job", {1: 2})


@pytest.mark.parametrize("name", SCHEMAS)
def test_it_refuses_what_the_library_refuses(name: str) -> None:
    random, shape, validator = Random(name), Shape(SCHEMAS[name]), Draft7Validator(SCHEMAS[name])
    documents = _documents(name)
    assert not any(list(shape.misfits(document)) for document in documents)
    refused = 0
    for _ in range(TIMES):
        value = _misshapen(random.choice(documents), random)
        if _has_nothing(value):
            continue
        right = validator.is_valid(value)
        refused += not right
        assert (not list(shape.misfits(value))) == right, value
    assert refused > TIMES / 10


def test_a_shape_written_out_refers_to_nothing() -> None:
    for kind, keys in (("job", ("source",)), ("odcs", ("data_quality",)), ("job", ("target", "connection"))):
        assert "$ref" not in json.dumps(PACK.shape(kind).at(*keys).written_out())


@pytest.mark.parametrize(("value", "right"), [(1, False), (True, True), ("x", False)])
def test_a_number_is_no_flag(value: Any, right: bool) -> None:
    assert (not list(Shape({"enum": [True]}).misfits(value))) == right


def test_nothing_is_no_value() -> None:
    assert list(Shape({"type": ["string", "null"]}).misfits(None)) == [((), "must be text, not nothing")]
