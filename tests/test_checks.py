"""The runner's rules find what the runner would refuse: each is broken once in a job or asset that is right."""

from collections.abc import Callable
from copy import deepcopy
from typing import Any

import pytest

from dativo_generator.plan.plan import plan
from dativo_generator.validation.runner_rules import check_asset, check_job, check_pair
from support import PACK

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


def job_problems(source: str, change: Callable[[dict[str, Any]], Any]) -> list[str]:
    job, _ = made(source)
    change(job)
    return check_job(job, PACK.registry[source], PACK.recipe(source))


@pytest.mark.parametrize("source", ANSWERS)
def test_what_is_planned_is_right(source: str) -> None:
    job, asset = made(source)
    assert job_problems(source, lambda job: None) == check_asset(asset) == check_pair(job, asset) == []


@pytest.mark.parametrize(
    ("source", "change", "problem"),
    [
        ("stripe", lambda job: job.update(catalog=None), "catalog: is null"),
        ("stripe", lambda job: job["source"]["objects"].append(None), "source.objects[1]: is null"),
        ("stripe", lambda job: job["source"].pop("objects"), "source: reads [], but stripe is read by objects"),
        ("stripe", lambda job: job["source"]["incremental"].update(strategy="created"), "source.incremental.strategy"),
        ("stripe", lambda job: job["source"]["incremental"].pop("cursor_field"), "source.incremental.cursor_field"),
        ("postgres", lambda job: job["source"].pop("incremental"), "source.tables: a cursor_field without"),
        (
            "postgres",
            lambda job: job["source"]["connection"].update(password="x"),
            "source.connection: holds a literal",
        ),
        ("postgres", lambda job: job["source"]["connection"].update(host="${A}.b"), "source.connection.host: '${A}.b'"),
        ("gdrive_csv", lambda job: job["source"]["files"][0].pop("id"), "source.files: a file in a service"),
        ("gdrive_csv", lambda job: job["source"]["files"][0].update(path="${A}/b"), "source.files: the path '${A}/b'"),
        ("gdrive_csv", lambda job: job["source"].pop("files"), "source: reads []"),
        ("s3", lambda job: job["source"].update(incremental={"lookback_days": 1}), "source.incremental: s3 does not"),
        ("s3", lambda job: job["target"].update(catalog="nessie"), "target.catalog"),
        ("s3", lambda job: job["target"]["connection"].update(bucket="b"), "target.connection.bucket: is ignored"),
        (
            "s3",
            lambda job: job["target"]["connection"]["s3"].update(endpoint="m:9000"),
            "target.connection.s3.endpoint",
        ),
    ],
)
def test_a_broken_job_is_found(source: str, change: Callable[[dict[str, Any]], Any], problem: str) -> None:
    problems = job_problems(source, change)
    assert problems
    assert problems[0].startswith(problem)


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        (lambda asset: asset.pop("schema"), "schema: the top level has none"),
        (lambda asset: asset.update(version=1.0), "version: is not text"),
        (lambda asset: asset["schema"].append(asset["schema"][0]), "schema[25].name: 'id' is there twice"),
        (lambda asset: asset.update(team={}), "team.owner: is missing"),
        (lambda asset: asset.update(team={"owner": "é@x.com"}), "team.owner: is missing or not ASCII"),
        (
            lambda asset: asset["compliance"].update(classification=[]),
            "compliance.classification: the asset does not carry",
        ),
        (lambda asset: asset["compliance"].update(retention_days=None), "compliance.retention_days: is null"),
    ],
)
def test_a_broken_asset_is_found(change: Callable[[dict[str, Any]], Any], problem: str) -> None:
    _, asset = made("stripe")
    change(asset)
    assert check_asset(asset)[0].startswith(problem)


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        (lambda job, asset: job.update(asset="other"), "asset: the job says 'other'"),
        (lambda job, asset: asset.update(object="other"), "source.tables: reads ['orders']"),
        (lambda job, asset: asset.update(source_type="mysql"), "source_connector: 'postgres'"),
        (lambda job, asset: asset["schema"].pop(), "source.tables[0].cursor_field: the cursor 'updated_at'"),
    ],
)
def test_a_job_and_an_asset_that_disagree_are_found(change: Callable[..., Any], problem: str) -> None:
    job, asset = made("postgres")
    change(job, asset)
    assert check_pair(job, asset)[0].startswith(problem)
