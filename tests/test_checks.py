"""Each rule of `validate` finds its error in an otherwise correct job or asset."""

from collections.abc import Callable
from copy import deepcopy
from typing import Any

import pytest

from dativo_generator.plan.plan import plan
from support import PACK, problems_in

ANSWERS = {
    "stripe": {"source_connector": "stripe", "objects": ["customers"]},
    "postgres": {"source_connector": "postgres", "tables": ["public.orders"]},
    "gdrive_csv": {
        "source_connector": "gdrive_csv",
        "files": [{"path": "a.csv", "id": "1"}],
        "fields": {"a": "string"},
    },
    "s3": {"source_connector": "s3", "files": ["a.parquet"], "fields": {"a": "string"}},
}


def made(source: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return a job and its asset, flat layout."""
    answers = {"tenant_id": "acme", "target_connector": "iceberg", "scaffold": "x", "asset_layout": "odcs"}
    planned = plan(PACK, answers | ANSWERS[source])
    (asset,), (job,) = planned["assets"], planned["jobs"]
    return deepcopy(job["data"]), deepcopy(asset["data"])


Change = Callable[[dict[str, Any], dict[str, Any]], Any]


def said(source: str, change: Change) -> list[tuple[str, str]]:
    """List what is said of a changed job and its asset, and not of them as they are."""
    job, asset = made(source)
    before = problems_in(job, asset)
    change(job, asset)
    return [problem for problem in problems_in(job, asset) if problem not in before]


@pytest.mark.parametrize(
    ("source", "change", "problem"),
    [
        ("stripe", lambda job, _: job["source"].pop("objects"), ("source", "source")),
        ("stripe", lambda job, _: job["source"].update(objects=["x"]), ("source", "source.objects[0]")),
        (
            "stripe",
            lambda job, _: job["source"]["incremental"].update(strategy="created"),
            ("incremental", "source.incremental.strategy"),
        ),
        (
            "stripe",
            lambda job, _: job["source"]["incremental"].pop("cursor_field"),
            ("incremental", "source.incremental"),
        ),
        ("stripe", lambda job, _: job["source"].update(engine={"type": "x"}), ("no-effect", "source.engine.type")),
        ("postgres", lambda job, _: job["source"].pop("incremental"), ("no-effect", "source.tables")),
        ("postgres", lambda job, _: job["source"]["incremental"].update(strategy="updated_at"), None),
        (
            "postgres",
            lambda job, _: job["source"]["incremental"].update(strategy="full_refresh"),
            ("incremental", "source.incremental.strategy"),
        ),
        (
            "postgres",
            lambda job, _: job["source"]["incremental"].update(lookback_days=3),
            ("first-load", "source.incremental.lookback_days"),
        ),
        (
            "postgres",
            lambda job, _: job["source"]["incremental"].update(lookback_days=None),
            ("null", "source.incremental.lookback_days"),
        ),
        ("stripe", lambda job, _: job["source"]["incremental"].update(lookback_days=None), None),
        ("postgres", lambda job, _: job["source"]["connection"].update(password="x"), ("secret", "source.connection")),
        ("postgres", lambda job, _: job["source"]["connection"].update(password="${X}"), None),
        (
            "postgres",
            lambda job, _: job["source"]["connection"].update(password="${X:-y}"),
            ("secret-default", "source.connection"),
        ),
        (
            "postgres",
            lambda job, _: job["source"]["connection"].update(host="${A}.b"),
            ("expansion", "source.connection.host"),
        ),
        ("postgres", lambda job, _: job["source"]["connection"].update(host="${A:-b}"), None),
        (
            "postgres",
            lambda job, _: job["source"].update(custom_reader="a.py:B", connection={"host": "${A}.b"}),
            None,
        ),
        (
            "postgres",
            lambda job, _: job["source"]["incremental"].update(state_path="${STATE_DIR}/orders.json"),
            ("expansion", "source.incremental.state_path"),
        ),
        ("stripe", lambda job, _: job["source"].update(connection={"account": "${A}"}), None),
        (
            "stripe",
            lambda job, _: job["source"].update(connection={"account": "${A:-b}"}),
            ("expansion", "source.connection.account"),
        ),
        (
            "gdrive_csv",
            lambda job, _: job["source"].update(connection={"host": "${A:-b}"}),
            ("no-effect", "source.connection"),
        ),
        ("postgres", lambda job, _: job["source"].update(objects=["x"]), ("no-effect", "source.objects")),
        ("gdrive_csv", lambda job, _: job["source"]["files"][0].pop("id"), ("file-id", "source.files[0]")),
        (
            "gdrive_csv",
            lambda job, _: job["source"]["files"][0].update(path="${A}/b"),
            ("expansion", "source.files[0].path"),
        ),
        ("gdrive_csv", lambda job, _: job["source"].pop("files"), ("source", "source")),
        (
            "gdrive_csv",
            lambda job, _: job["source"].update(files=[], custom_reader="a.py:B", incremental={"lookback_days": 0}),
            ("incremental", "source.incremental"),
        ),
        (
            "s3",
            lambda job, _: job["source"].update(incremental={"lookback_days": 1}),
            ("incremental", "source.incremental"),
        ),
        (
            "s3",
            lambda job, _: job["target"]["connection"].update(bucket="b"),
            ("no-effect", "target.connection.bucket"),
        ),
        (
            "s3",
            lambda job, _: job["target"]["connection"]["s3"].update(bucket="${B}"),
            ("expansion", "target.connection.s3.bucket"),
        ),
        (
            "s3",
            lambda job, _: job["target"]["connection"]["s3"].update(region="eu-${R:-central}-1"),
            ("expansion", "target.connection.s3.region"),
        ),
        (
            "s3",
            lambda job, _: job["target"]["connection"].update(nessie={"uri": "http://${N:-nessie}:19120/api/v1"}),
            ("expansion", "target.connection.nessie.uri"),
        ),
        ("s3", lambda job, _: job["target"]["connection"].update(nessie="http://${N}:19120/api/v1"), None),
        ("s3", lambda job, _: job["target"]["connection"].update(nessie=3), ("schema", "target.connection.nessie")),
        ("s3", lambda job, _: job["target"].update(branch="b\u00fcro"), ("ascii", "target.branch")),
        ("s3", lambda job, _: (job["target"].pop("branch"), job.update(tenant_id="b\u00fcro")), ("ascii", "tenant_id")),
        (
            "s3",
            lambda job, _: job["target"]["connection"]["s3"].update(prefix="p"),
            ("no-effect", "target.connection.s3.prefix"),
        ),
        (
            "s3",
            lambda job, _: job["target"]["connection"]["s3"].update(endpoint="m:9000"),
            ("target", "target.connection.s3.endpoint"),
        ),
        (
            "s3",
            lambda job, _: job["target"].update(partitioning=["a"]),
            ("partitioning", "target.partitioning[0]"),
        ),
        ("s3", lambda job, _: job.update(retry_config={"max_attempts": 2}), ("no-effect", "retry_config")),
        ("stripe", lambda _, asset: asset.update(schema=[]), ("asset", "schema")),
        ("stripe", lambda _, asset: asset["schema"].append(asset["schema"][0]), ("asset", "schema[25].name")),
        ("stripe", lambda _, asset: asset["schema"][0].update(required="no"), ("asset", "schema[0].required")),
        (
            "stripe",
            lambda _, asset: asset["compliance"].update(classification=[]),
            ("labels", "compliance.classification"),
        ),
        ("postgres", lambda job, _: job.update(asset="other"), ("pair", "asset")),
        ("postgres", lambda _, asset: asset.update(object="other"), ("object", "source.tables")),
        ("stripe", lambda _, asset: asset.update(object="other"), ("pair", "source.objects")),
        ("postgres", lambda _, asset: asset.update(source_type="mysql"), ("pair", "source_connector")),
        ("postgres", lambda _, asset: asset["schema"].pop(), ("cursor", "source.tables[0].cursor_field")),
        ("postgres", lambda _, asset: asset["schema"][0].update(type="date"), ("date-in-catalog", "asset_path")),
    ],
)
def test_what_is_broken_is_said(source: str, change: Change, problem: tuple[str, str] | None) -> None:
    assert said(source, change)[:1] == ([problem] if problem else [])
