"""Single changes of a correct job or asset, and what `validate` finds; the runner's behaviour was measured beforehand.

What it takes and runs right has no error; what it refuses has one.
"""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml

from dativo_generator.validation.json_schemas import JsonSchemas
from dativo_generator.validation.repository import validate
from dativo_generator.validation.rules import ERROR, example_of, load_rules
from support import PACK, ROOT

RULES = load_rules(PACK.root)
SHAPES = JsonSchemas(PACK.root)
RIGHT = {name: yaml.safe_load(text) for name, text in example_of(ROOT, replace(RULES["link"], example=None)).items()}
JOB, ASSET = "jobs/acme/orders.yaml", "assets/orders.yaml"

# The keys, joined by dots, the value, and what is found.
TAKEN: list[tuple[str, str, Any, list[str]]] = [
    (JOB, "$schema", "../job.schema.json", []),
    (JOB, "environment", "Test 1", []),
    (JOB, "source.custom_reader", "plugins/reader.py:Reader", []),
    (JOB, "source_connector_path", "/app/connectors/postgres.yaml", []),
    (JOB, "source_connector_path", "${RECIPES}/postgres.yaml", []),
    (JOB, "source.sheets", None, ["empty"]),
    (JOB, "source.files", [], ["unusual"]),
    (JOB, "source.objects", ["items"], ["no-effect"]),
    (
        JOB,
        "source",
        {"tables": [{"name": "o", "object": "orders"}], "custom_reader": "a.py:B", "connection": {"host": "a${X}b"}},
        ["unusual"],
    ),
    (
        JOB,
        "target",
        {"custom_writer": "a.py:B", "connection": {"s3": {"bucket": "${X}", "endpoint": "minio:9000"}}},
        ["unusual", "unusual"],
    ),
    (JOB, "source.dsn", "postgres://db", []),
    (JOB, "source.queries", ["select 1"], ["ignored-key"]),
    (JOB, "source.connection.host", "${PGHOST:-localhost}", []),
    (JOB, "source.connection.port", 5432, []),
    (JOB, "source.connection.password", "${PGPASSWORD:-postgres}", ["secret-default"]),
    (JOB, "source.incremental", {}, []),
    (JOB, "source.incremental", {"strategy": "updated_at", "cursor_field": "updated_at"}, ["once-a-day"]),
    (JOB, "source.incremental", {"cursor_field": "updated_at", "state_path": "s.json"}, ["once-a-day"]),
    (JOB, "source.incremental", {"strategy": "updated_at", "cursor_field": None}, ["empty"]),
    (JOB, "source.engine", {"type": "native"}, ["no-effect"]),
    (JOB, "source.engine", {"options": {"native": {"batch_size": 100}}}, []),
    (JOB, "target.custom_writer", "plugins/writer.so:create", []),
    (JOB, "target.partitioning", None, ["empty"]),
    (JOB, "target.parquet_target_size_mb", "64", ["unusual"]),
    (JOB, "target.markdown_kv_storage", {"mode": "string"}, []),
    (JOB, "target.connection.bucket", "lake", ["no-effect"]),
    (JOB, "target.connection.s3.region", "${AWS_REGION:-eu-central-1}", []),
    (JOB, "target.connection.s3.path_style_access", True, ["no-effect"]),
    (JOB, "target.connection.minio", "text", ["unusual"]),
    (JOB, "target.connection.nessie", {"uri": "http://${NESSIE}/api/v1"}, []),
    (JOB, "target.connection.nessie", {"uri": "${NESSIE:-http://x}"}, ["unusual"]),
    (JOB, "target.connection.nessie", 3, ["unusual"]),
    (JOB, "retry_config", {"max_retries": 3, "initial_delay_seconds": 5, "retryable_exit_codes": [1]}, ["no-effect"]),
    (JOB, "retry_config", {"max_attempts": 3}, ["no-effect"]),
    (JOB, "retry_config", {"tries": 3}, ["ignored-key", "no-effect"]),
    (JOB, "catalog", {"type": "openmetadata", "connection": {"uri": "x"}, "push_lineage": False}, []),
    (JOB, "catalog", {"type": "openmetadata", "connection": {"api_url": "${URL:-http://x}"}}, ["lineage"]),
    (JOB, "logging.colour", True, ["ignored-key"]),
    (ASSET, "$schema", "x", []),
    (ASSET, "apiVersion", "v3.0.0", ["unusual"]),
    (ASSET, "id", None, ["empty"]),
    (ASSET, "tenant", "acme", []),
    (ASSET, "finops", {"cost_center": "7", "business_tags": ["a"]}, []),
    (ASSET, "data_quality", {"expectations": [{"unique": "id"}], "monitoring": {"enabled": False}}, []),
    (ASSET, "change_management", {"policy": "none", "approval_required": "yes"}, ["unusual"]),
    (ASSET, "team", {"owner": "Data team", "roles": [{"name": "a"}]}, ["owner"]),
    (ASSET, "description", {"purpose": "p", "limitations": None}, ["empty"]),
    (ASSET, "compliance", {"retention_days": "30", "security": {"encryption_required": True}}, ["unusual"]),
    (ASSET, "colour", "red", ["ignored-key"]),
    (ASSET, "schema.1.type", "float", []),
    (ASSET, "schema.1.type", "datetime", []),
    (ASSET, "schema.1.type", "decimal", ["type"]),
    (ASSET, "schema.1.type", "array", ["type"]),
    (ASSET, "schema.1.nullable", True, ["ignored-key"]),
]
# What a nested asset says of its governance beside the owner, and what is found of it.
PII = {"classification": ["PII"], "retention_days": 30}
NESTED: list[tuple[dict[str, Any], list[str]]] = [
    ({"compliance": PII}, []),
    ({"governance": {"retention_days": 3}, "compliance": PII}, ["labels", "no-effect"]),
    ({"governance": PII, "team": {"owner": "b@acme.com"}}, ["no-effect"]),
]
REFUSED: list[tuple[str, str, Any, list[str]]] = [
    (JOB, "plugins", {}, ["unknown-key"]),
    (JOB, "environment", 3, ["schema"]),
    (JOB, "source.incremental", None, ["null"]),
    (JOB, "source.incremental", {"strategy": "full_refresh", "cursor_field": "id"}, ["incremental", "once-a-day"]),
    (JOB, "source.incremental", {"lookback_days": 0}, ["incremental"]),
    (JOB, "source.custom_reader", 3, ["schema"]),
    (JOB, "source.tables", [], ["source", "unusual"]),
    (JOB, "target.branch", "b\u00fcro", ["ascii", "no-effect"]),
    (JOB, "target.connection.s3", "lake", ["schema"]),
    (JOB, "target", {"custom_writer": "a.py:B", "connection": {"s3": "lake"}}, ["schema"]),
    (JOB, "target.connection.s3.region", "eu-${R:-central}-1", ["expansion"]),
    (JOB, "source_connector_path", "connectors/iceberg.yaml", ["connector"]),
    (JOB, "source_connector_path", "recipes/postgres.yaml", ["path"]),
    (JOB, "source_connector_path", "connectors/postgres.yml", ["path"]),
    (JOB, "source_connector_path", "${APP:-.}/connectors/postgres.yaml", ["expansion"]),
    (JOB, "target_connector_path", "the recipe", ["path"]),
    (JOB, "asset_path", "${APP:-.}/assets/orders.yaml", ["expansion"]),
    (JOB, "source_connector_path", "connectors/mysql.yaml", ["connector-name", "pair"]),
    (JOB, "target.file_format", "avro", ["schema"]),
    (JOB, "target.catalog", "nessie", ["unknown-key"]),
    (JOB, "target.markdown_kv_storage", {"mode": "raw_file"}, ["schema"]),
    (JOB, "target.markdown_kv_storage", {"mode": "structured"}, ["schema"]),
    (JOB, "retry_config", {"max_attempts": 11}, ["no-effect", "schema"]),
    (JOB, "retry_config", {"max_delay_seconds": 1.5}, ["schema"]),
    (JOB, "retry_config", {"backoff_multiplier": 0.5}, ["no-effect", "schema"]),
    (JOB, "catalog", {"type": "hive", "connection": {}}, ["schema"]),
    (JOB, "catalog", {"type": "nessie"}, ["schema"]),
    (JOB, "catalog", {"type": [], "connection": {}}, ["schema"]),
    (JOB, "catalog", {"type": "nessie", "connection": {}, "branch": "b"}, ["unknown-key"]),
    (ASSET, "description", "All orders", ["schema"]),
    (ASSET, "status", None, ["null"]),
    (ASSET, "tags", "orders", ["schema"]),
    (ASSET, "team", {"owner": ""}, ["owner", "schema"]),
    (ASSET, "compliance", {"retention_days": "a month"}, ["schema"]),
    (ASSET, "data_quality", {"monitoring": {"enabled": True}}, ["schema"]),
    (ASSET, "schema", [], ["schema"]),
    (ASSET, "schema.0", "id", ["schema"]),
    (ASSET, "schema.0.name", None, ["null"]),
]


def found(case: tuple[str, str, Any, list[str]], folder: Path) -> list[str]:
    """Return the rules that a change breaks."""
    name, keys, value, _ = case
    *above, last = keys.split(".")
    for path, right in RIGHT.items():
        content = yaml.safe_load(yaml.safe_dump(right))
        if path == name:
            part = content
            for key in above:
                part = part[int(key)] if isinstance(part, list) else part.setdefault(key, {})
            part[int(last) if isinstance(part, list) else last] = value
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(yaml.safe_dump(content, sort_keys=False), encoding="utf-8")
    return sorted(finding.rule for finding in validate(folder, PACK, schemas=SHAPES))


@pytest.mark.parametrize("case", TAKEN, ids=lambda case: f"{case[1]}={case[2]}")
def test_what_the_runner_takes_is_no_error(case: tuple[str, str, Any, list[str]], tmp_path: Path) -> None:
    assert found(case, tmp_path) == sorted(case[3])
    assert ERROR not in {RULES[rule].severity for rule in case[3]}


@pytest.mark.parametrize(("said", "rules"), NESTED)
def test_what_governance_leaves_open_is_kept(said: dict[str, Any], rules: list[str], tmp_path: Path) -> None:
    flat = RIGHT[ASSET]
    body = {key: flat[key] for key in ("name", "version", "source_type", "object", "target") if key in flat} | said
    body["governance"] = {"owner": "a@acme.com"} | said.get("governance", {})
    body["schema"] = [{"name": "email", "type": "string", "classification": "PII"}, *flat["schema"]]
    for path, content in (RIGHT | {ASSET: {"asset": body, "schema": body["schema"]}}).items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(yaml.dump(content, sort_keys=False), encoding="utf-8")
    assert sorted(finding.rule for finding in validate(tmp_path, PACK, schemas=SHAPES)) == rules


@pytest.mark.parametrize("case", REFUSED, ids=lambda case: f"{case[1]}={case[2]}")
def test_what_the_runner_refuses_is_an_error(case: tuple[str, str, Any, list[str]], tmp_path: Path) -> None:
    assert found(case, tmp_path) == sorted(case[3])
    assert ERROR in {RULES[rule].severity for rule in case[3]}
