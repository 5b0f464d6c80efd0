"""The JSON Schemas accept what the pack writes and refuse what the runner refuses."""

import re
from collections.abc import Callable
from copy import deepcopy
from typing import Any

import pytest
import yaml

from support import ROOT, schema_errors

GOLDEN = sorted((ROOT / "tests" / "golden").rglob("*.yaml"))
DAMAGE = yaml.safe_load((ROOT / "tests" / "data" / "damage.yml").read_text(encoding="utf-8"))
# What a schema cannot see: it knows one file, and not how its values depend on each other.
UNSEEN = re.compile(
    r"not valid YAML|is given twice|the tag !!|not among engines_supported|'spark' is not a choice"
    r"|the name of the file|must be those of|the registry's|literal secret"
)
SEEN = [case for case in DAMAGE["cases"] if not UNSEEN.search(case["error"])]


def load(part: str) -> Any:
    (path,) = [path for path in GOLDEN if part in path.as_posix()]
    return yaml.safe_load(path.read_text(encoding="utf-8"))


def kind(path: Any) -> str:
    return "asset" if "assets" in path.parts else "job"


@pytest.mark.parametrize("path", GOLDEN, ids=lambda path: path.stem)
def test_goldens_fit(path: Any) -> None:
    assert schema_errors(kind(path), yaml.safe_load(path.read_text(encoding="utf-8"))) == []


@pytest.mark.parametrize("case", SEEN, ids=lambda case: case["error"].split("(")[0].strip())
def test_damage_does_not_fit(case: dict[str, str]) -> None:
    (name,) = [name for name, text in DAMAGE.items() if name != "cases" and case["old"] in text]
    value = yaml.safe_load(DAMAGE[name].replace(case["old"], case["new"], 1))
    assert schema_errors("registry" if name.startswith("registry") else "recipe", value)


@pytest.mark.parametrize(
    "change",
    [
        lambda job: job.update(taget={}),
        lambda job: job.update(environment=None),
        lambda job: job.update(schema_validation_mode="lenient"),
        lambda job: job.pop("asset_path"),
        lambda job: job.update(asset_path="${HOME:-/app}/assets/x.yaml"),
        lambda job: job["logging"].update(level="info"),
        lambda job: job["source"].update(table=[]),
        lambda job: job["source"]["incremental"].update(strategy="created"),
        lambda job: job["source"]["incremental"].update(lookback_days=-1),
        lambda job: job["source"]["incremental"].pop("cursor_field"),
        lambda job: job["source"]["connection"].update(host="${A}.b"),
        lambda job: job["target"].update(catalog={}),
        lambda job: job["target"].update(file_format="avro"),
        lambda job: job.update(catalog={"type": "nessie"}),
        lambda job: job.update(catalog={"type": "hive", "connection": {}}),
        lambda job: job.update(retry_config={"max_attempts": 11}),
        lambda job: job["target"]["connection"]["s3"].update(bukcet="b"),
        lambda job: job["target"]["connection"]["s3"].update(endpoint="minio:9000"),
        lambda job: job["target"]["connection"]["s3"].update(bucket="${A}-b"),
    ],
)
def test_a_job_that_the_runner_refuses_does_not_fit(change: Callable[[Any], Any]) -> None:
    job = deepcopy(load("jobs/acme/prod/postgres_orders_to_s3"))
    change(job)
    assert schema_errors("job", job)


@pytest.mark.parametrize(
    "change",
    [
        lambda asset: asset.pop("schema"),
        lambda asset: asset.update(schema=[]),
        lambda asset: asset["asset"].update(version=1.0),
        lambda asset: asset["asset"].update(objekt="x"),
        lambda asset: asset["asset"]["governance"].pop("owner"),
        lambda asset: asset["asset"]["governance"].update(owner="é@acme.com"),
        lambda asset: asset["asset"]["governance"].update(tags="a"),
        lambda asset: asset["asset"]["governance"].update(retention_days=0),
        lambda asset: asset["asset"]["target"].update(mode="lax"),
        lambda asset: asset["schema"][0].update(type="text"),
        lambda asset: asset["schema"][0].update(required="yes"),
        lambda asset: asset["schema"][0].update(nullable=True),
    ],
)
def test_an_asset_that_the_runner_refuses_does_not_fit(change: Callable[[Any], Any]) -> None:
    asset = deepcopy(load("stripe_customers.yaml"))
    change(asset)
    assert schema_errors("asset", asset)


@pytest.mark.parametrize(
    "change",
    [
        lambda asset: asset.update(kind="Contract"),
        lambda asset: asset.update(apiVersion="v2.0.0"),
        lambda asset: asset.pop("team"),
        lambda asset: asset["compliance"].update(classification="PII"),
        lambda asset: asset.update(governance={}),
    ],
)
def test_a_flat_asset_that_the_runner_refuses_does_not_fit(change: Callable[[Any], Any]) -> None:
    asset = deepcopy(load("hubspot_contacts.yaml"))
    change(asset)
    assert schema_errors("asset", asset)
