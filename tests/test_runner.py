"""How the runner treats each connector, according to `registry/runner.yaml`."""

from dataclasses import replace

import pytest

from dativo_generator.base.documents import Document
from dativo_generator.registry.runner import FILE, Way
from support import PACK, ROOT, schema_errors

RUNNER = PACK.runner


def ways(role: str) -> dict[str, tuple[str, str]]:
    """Return how each connector is read or written, with the words for it."""
    found = {c.id: RUNNER.way(c, PACK.recipe(c.id), role) for c in PACK.with_role(role)}
    return {name: (way.how, way.words) for name, way in found.items()}


def test_the_file_fits_its_schema() -> None:
    assert schema_errors("runner", Document(ROOT, FILE).value) == []


def test_what_is_named_is_in_the_registry() -> None:
    assert set(RUNNER.sources) <= {connector.id for connector in PACK.with_role("source")}
    assert set(RUNNER.engines) <= {engine for connector in PACK.registry.values() for engine in connector.engines}


# A connector that somebody adds is read and written as its own lines say.
def test_how_sources_are_read() -> None:
    native, plugin = ("native", ""), ("plugin", "not read by the runner: needs custom_reader")
    engine = ("engine", "needs Docker")
    expected = {
        "azure_blob": plugin,
        "csv": native,
        "gdrive_csv": native,
        "google_sheets": plugin,
        "hubspot": engine,
        "markdown_kv": plugin,
        "minio": plugin,
        "mysql": native,
        "postgres": native,
        "s3": plugin,
        "stripe": engine,
    }
    assert expected.items() <= ways("source").items()


def test_how_targets_are_written() -> None:
    native, plugin = ("native", ""), ("plugin", "not written by the runner: needs custom_writer")
    expected = {
        "azure_blob": native,
        "csv": plugin,
        "google_sheets": plugin,
        "iceberg": native,
        "markdown_kv": plugin,
        "minio": native,
        "mysql": plugin,
        "postgres": plugin,
        "s3": native,
    }
    assert expected.items() <= ways("target").items()


@pytest.mark.parametrize(("engine", "how"), [("airbyte", "engine"), ("singer", "plugin"), ("native", "plugin")])
def test_a_source_that_the_runner_does_not_know_is_read_by_an_engine_that_it_starts(engine: str, how: str) -> None:
    shop = PACK.registry["stripe"]._replace(id="shop")
    assert RUNNER.reads(shop, replace(PACK.recipe("stripe"), engine=engine)).how == how


def test_the_engine_of_the_recipe_does_not_matter_where_the_runner_reads_by_itself() -> None:
    recipe = replace(PACK.recipe("postgres"), engine="airbyte")
    assert RUNNER.reads(PACK.registry["postgres"], recipe) == Way("native")


def test_logins_and_secret_files() -> None:
    sources = PACK.with_role("source")
    assert {c.id: dict(RUNNER.login(c.id)) for c in sources if RUNNER.login(c.id)} == {
        "mysql": {"user": "MYSQL_USER", "password": "MYSQL_PASSWORD"},
        "postgres": {"user": "PGUSER", "password": "PGPASSWORD"},
    }
    assert [c.id for c in sources if RUNNER.reads_secret_file(c, PACK.recipe(c.id))] == ["gdrive_csv"]


def test_an_engine_reads_the_file_of_a_service_account() -> None:
    recipe = replace(PACK.recipe("google_sheets"), engine="airbyte")
    assert RUNNER.reads_secret_file(PACK.registry["google_sheets"], recipe)
    assert not RUNNER.reads_secret_file(PACK.registry["google_sheets"], replace(recipe, credentials="basic"))
