"""A connector added to registry and connectors/ works without any other change."""

from pathlib import Path
from typing import Any

import pytest
import yaml
from copier.errors import UserMessageError

from dativo_generator.registry.pack import Pack
from fleets import copied
from support import checked, copy_pack, edit_yaml, errors_in, render, schema_errors

# Invented here; the pack's code has never heard of them.
API = {
    "roles": ["source"],
    "category": "helpdesk",
    "default_engine": "native",
    "engines_supported": ["native", "singer"],
    "supports_incremental": True,
    "incremental_strategy_default": "updated_at",
    "objects_supported": ["tickets", "agents"],
}
DATABASE = {
    "roles": ["source"],
    "category": "database",
    "default_engine": "jdbc",
    "engines_supported": ["jdbc"],
    "allowed_in_cloud": False,
    "supports_incremental": True,
    "incremental_strategy_default": "updated_at",
    "requires_tables": True,
}
FILES = {
    "roles": ["source"],
    "category": "files",
    "default_engine": "native",
    "engines_supported": ["native"],
    "supports_incremental": True,
    "incremental_strategy_default": "file_modified_time",
    "objects_supported": ["file"],
}
STORAGE = {"roles": ["source", "target"], "default_engine": "native", "engines_supported": ["native"]}
RECIPES = {
    "helpdesk": {
        "credentials": {"type": "api_key", "from_env": "HELPDESK_KEY"},
        "incremental": {"strategy": "updated_at", "cursor_field_default": "changed", "lookback_days_default": 2},
    },
    "olddb": {
        "credentials": {"type": "basic", "file_template": "/secrets/{tenant}/olddb.env"},
        "incremental": {"strategy": "updated_at", "cursor_field_default": "changed", "lookback_days_default": 2},
        "connection_template": {"host": "${OLDDB_HOST}", "service": "${OLDDB_SERVICE}"},
    },
    "logfiles": {"incremental": {"strategy": "file_modified_time", "lookback_days_default": 0}},
    "coldstore": {"connection_template": {"cold": {"endpoint": "${COLD_ENDPOINT}"}}, "catalog": "shelf"},
}
ENTRIES = {"helpdesk": API, "olddb": DATABASE, "logfiles": FILES, "coldstore": STORAGE}

AGENTS = {"tenant_id": "acme", "source_connector": "helpdesk", "objects": ["agents"], "target_connector": "iceberg"}


@pytest.fixture(scope="session")
def extended(tmp_path_factory: pytest.TempPathFactory, _isolated: None) -> Path:
    """Return a pack with the invented connectors; not to be changed."""
    pack = copy_pack(tmp_path_factory.mktemp("extended") / "pack")
    edit_yaml(pack / "registry" / "connectors.yaml", lambda data: data["connectors"].update(ENTRIES))
    for name, entry in ENTRIES.items():
        recipe = {"name": name, "type": name, "roles": entry["roles"]}
        recipe |= {"default_engine": {"type": entry["default_engine"], "options": {}}, **RECIPES[name]}
        (pack / "connectors" / f"{name}.yaml").write_text(yaml.safe_dump(recipe), encoding="utf-8")
    return pack


@pytest.mark.parametrize(
    ("source", "read", "written"),
    [
        (
            "helpdesk",
            {"objects": ["tickets"]},
            {"objects": ["tickets"], "incremental": {"cursor_field": "changed", "lookback_days": 2}},
        ),
        (
            "olddb",
            {"tables": ["HR.PEOPLE"]},
            {
                "tables": [{"name": "HR.PEOPLE", "object": "people", "cursor_field": "changed"}],
                "incremental": {"cursor_field": "changed", "lookback_days": 0},
                "connection": {"host": "${OLDDB_HOST}", "service": "${OLDDB_SERVICE}"},
            },
        ),
        (
            "logfiles",
            {"files": ["logs/app.log"], "fields": {"line": "string"}},
            {"files": [{"path": "logs/app.log", "object": "app"}], "incremental": {"lookback_days": 0}},
        ),
        (
            "coldstore",
            {"files": ["a/b.parquet"], "fields": {"line": "string"}},
            {
                "files": [{"path": "a/b.parquet", "object": "b"}],
                "connection": {"cold": {"endpoint": "${COLD_ENDPOINT}"}},
            },
        ),
    ],
    ids=ENTRIES,
)
@pytest.mark.parametrize("target", ["iceberg", "coldstore"])
def test_invented_source(
    source: str, read: dict[str, Any], written: dict[str, Any], target: str, extended: Path, tmp_path: Path
) -> None:
    answers = checked({"tenant_id": "acme", "source_connector": source, "target_connector": target, **read})
    out = render(extended, tmp_path / "out", answers)
    source_ = out.job["source"]
    state = source_.get("incremental", {}).pop("state_path", "")
    assert source_ == written
    assert state.startswith(".local/state/acme/dev/") == ("incremental" in written)
    assert schema_errors("job", out.job) == schema_errors("asset", out.asset) == []
    pack = Pack(extended)
    assert {rule for rule, _ in errors_in(out.job, out.asset, pack)} <= {"not-read", "not-written"}
    assert f"connectors/{source}.yaml" in out.files


def test_invented_target_uses_its_own_blocks(extended: Path, tmp_path: Path) -> None:
    assert render(extended, tmp_path / "out", AGENTS | {"target_connector": "coldstore"}).job["target"] == {
        "branch": "acme",
        "warehouse": "s3://lake/acme/",
        "connection": {
            "cold": {"bucket": "acme-data-lake"},
            "shelf": {"uri": "http://shelf.acme.internal:19120/api/v1"},
        },
    }


def test_an_invented_api_starts_with_key_and_cursor(extended: Path, tmp_path: Path) -> None:
    assert render(extended, tmp_path / "out", AGENTS).asset["schema"] == [
        {"name": "id", "type": "string", "required": True},
        {"name": "changed", "type": "timestamp", "required": False},
    ]


def test_what_the_registry_forbids_in_cloud_is_forbidden(extended: Path, tmp_path: Path) -> None:
    answers = {"tenant_id": "acme", "execution_mode": "cloud", "source_connector": "olddb", "tables": ["a"]}
    with pytest.raises(
        UserMessageError, match=r"source_connector: choose another connector or .*; 'olddb' is not allowed in cloud"
    ):
        render(extended, tmp_path / "out", answers | {"target_connector": "iceberg"})


def test_a_cursor_that_no_recipe_settles_must_be_answered(extended: Path, tmp_path: Path) -> None:
    pack = copied(extended, tmp_path / "pack")
    edit_yaml(pack / "connectors" / "helpdesk.yaml", lambda recipe: recipe["incremental"].pop("cursor_field_default"))
    with pytest.raises(UserMessageError, match="cursor_field: answer it in a data file"):
        render(pack, tmp_path / "out", AGENTS)
    out = render(pack, tmp_path / "out", AGENTS | {"cursor_field": "seen"})
    assert out.job["source"]["incremental"]["cursor_field"] == "seen"


def test_a_damaged_recipe_is_one_line_with_its_place(extended: Path, tmp_path: Path) -> None:
    pack = copied(extended, tmp_path / "pack")
    edit_yaml(pack / "connectors" / "olddb.yaml", lambda recipe: recipe.update(rolls=["source"]))
    answers = {"tenant_id": "acme", "source_connector": "olddb", "tables": ["a"], "target_connector": "iceberg"}
    with pytest.raises(
        UserMessageError, match=r"^connectors/olddb.yaml:\d+:\d+: rolls: did you mean 'roles'\? unknown key"
    ):
        render(pack, tmp_path / "out", answers)
    assert not (tmp_path / "out").exists()
