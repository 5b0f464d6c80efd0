"""The registry and the recipes: their content, and the errors if one is damaged."""

import json
from pathlib import Path

import pytest
import yaml

from dativo_generator.base.documents import Document
from dativo_generator.base.errors import PackError
from dativo_generator.registry.connectors import FILE, Connector
from dativo_generator.registry.fields import Field
from dativo_generator.registry.pack import Pack
from support import PACK, ROOT, schema_errors

DAMAGE = yaml.safe_load((ROOT / "tests" / "data" / "damage.yml").read_text(encoding="utf-8"))
FILES = {name: text for name, text in DAMAGE.items() if name != "cases"}
CONNECTORS = list(PACK.registry.values())


def write_files(root: Path, files: dict[str, str]) -> Pack:
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text, encoding="utf-8")
    return Pack(root)


def load_all(pack: Pack) -> None:
    _ = pack.registry, pack.runner, pack.keys
    pack.recipe("shop")


def test_damaged_files_are_sound_before_the_damage(tmp_path: Path) -> None:
    load_all(write_files(tmp_path, FILES))


@pytest.mark.parametrize("case", DAMAGE["cases"], ids=lambda case: case["error"].split("(")[0].strip())
def test_damage_is_one_line_with_file_line_and_key(case: dict[str, str], tmp_path: Path) -> None:
    (name,) = [name for name, text in FILES.items() if case["old"] in text]
    damaged = FILES | {name: FILES[name].replace(case["old"], case["new"], 1)}
    with pytest.raises(PackError) as error:
        load_all(write_files(tmp_path, damaged))
    assert str(error.value) == name + case["error"]


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize(
    ("content", "message"),
    [
        (None, ": restore it; the file is missing"),
        (b"", ":1:1: must be a mapping, not nothing"),
        (b"- a\n", ":1:1: must be a mapping, not ['a']"),
        (b"\xff\xfe\x00", ":1:1: save it as UTF-8; it is not UTF-8"),
    ],
    ids=["missing", "empty", "a list", "not UTF-8"],
)
def test_a_file_that_is_not_one(name: str, content: bytes | None, message: str, tmp_path: Path) -> None:
    pack = write_files(tmp_path, FILES)
    (tmp_path / name).unlink()
    if content is not None:
        (tmp_path / name).write_bytes(content)
    with pytest.raises(PackError) as error:
        load_all(pack)
    assert str(error.value) == name + message


def test_values_are_immutable() -> None:
    connector = CONNECTORS[0]
    with pytest.raises(AttributeError):
        connector.id = "other"
    with pytest.raises(TypeError):
        PACK.registry["other"] = connector
    with pytest.raises(TypeError):
        PACK.recipe("iceberg").connection["s3"]["bucket"] = "other"


def test_registry_is_alphabetical() -> None:
    assert list(PACK.registry) == sorted(PACK.registry)


def test_registry_fits_its_schema() -> None:
    assert schema_errors("registry", Document(ROOT, FILE).value) == []


@pytest.mark.parametrize("connector", CONNECTORS, ids=lambda connector: connector.id)
def test_every_connector_has_a_recipe_that_fits_its_schema(connector: Connector) -> None:
    recipe = PACK.recipe(connector.id)
    assert schema_errors("recipe", Document(ROOT, f"connectors/{connector.id}.yaml").value) == []
    if connector.uses_cursor:
        assert recipe.cursor_field


def test_there_is_no_recipe_without_a_connector() -> None:
    assert {path.stem for path in (ROOT / "connectors").iterdir()} == set(PACK.registry)


@pytest.mark.parametrize("path", sorted((ROOT / "registry" / "fields").iterdir()), ids=lambda path: path.stem)
def test_field_catalog_covers_the_objects_of_its_connector(path: Path) -> None:
    known = PACK.known_fields(path.stem)
    assert set(known) == set(PACK.registry[path.stem].objects)
    for fields in known.values():
        assert fields and all(isinstance(field, Field) for field in fields)


def test_a_misspelt_type_in_a_catalog_names_file_line_and_column(tmp_path: Path) -> None:
    catalog = {"registry/fields/shop.yaml": "orders:\n  id: string required\n  total: dubble\n"}
    pack = write_files(tmp_path, FILES | catalog)
    with pytest.raises(PackError) as error:
        pack.known_fields("shop")
    assert str(error.value).startswith(
        "registry/fields/shop.yaml:3:3: orders.total: did you mean 'double'? 'dubble' is not a type"
    )


@pytest.mark.parametrize("path", sorted((ROOT / "schemas").iterdir()), ids=lambda path: path.name)
def test_schemas_are_self_contained(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert not [line for line in text.splitlines() if '"$ref"' in line and '"#/' not in line]
    json.loads(text)
