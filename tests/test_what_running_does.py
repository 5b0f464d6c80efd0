"""No generated job loses rows without a warning: place, first load, state, and answers without effect."""

from itertools import combinations
from typing import Any

import pytest

from dativo_generator.base.errors import AnswerError
from dativo_generator.plan.plan import plan
from support import EXAMPLES, PACK, answers_for, load_answers, problems_in

ORDERS = {
    "tenant_id": "acme",
    "owner": "data@acme.com",
    "source_connector": "postgres",
    "tables": ["public.orders"],
    "target_connector": "s3",
    "scaffold": "orders",
}
CUSTOMERS = {
    "tenant_id": "acme",
    "owner": "data@acme.com",
    "source_connector": "stripe",
    "objects": ["customers", "charges"],
    "target_connector": "iceberg",
    "scaffold": "customers",
}
INCREMENTAL = [connector for connector in PACK.with_role("source") if connector.supports_incremental]
TABLES = [connector for connector in PACK.with_role("source") if connector.selection == "tables"]
ONCE_A_DAY = "incremental: run it once a day; a second run replaces the rows of the first"


def jobs(answers: dict[str, Any]) -> list[dict[str, Any]]:
    return [job["data"] for job in plan(PACK, answers)["jobs"]]


def incremental(**answers: Any) -> dict[str, Any]:
    (job,) = jobs(ORDERS | answers)
    return job["source"]["incremental"]


# --- place ------------------------------------------------------------------------------------------------------------


def test_rows_land_where_the_asset_says() -> None:
    made = plan(PACK, ORDERS | {"bucket": "lake", "domain": "sales", "data_product": "shop"})
    assert made["places"] == ["s3://lake/sales/shop/postgres_orders/"]
    (asset,) = made["assets"]
    assert (asset["data"]["domain"], asset["data"]["dataProduct"]) == ("sales", "shop")


def test_the_runner_spells_the_asset_in_its_own_way() -> None:
    made = plan(PACK, ORDERS | {"asset_names": {"orders": "shop-orders"}})
    assert made["places"] == ["s3://acme-data-lake/default/default/shop_orders/"]


def test_two_assets_of_one_folder_are_refused() -> None:
    tables = {"tables": ["a.orders", {"name": "b.orders", "object": "more"}]}
    with pytest.raises(AnswerError, match=r"^asset_names: 'shop-orders', 'shop_orders' would name two assets"):
        plan(PACK, ORDERS | tables | {"asset_names": {"orders": "shop-orders", "more": "shop_orders"}})


def test_of_an_asset_that_is_reused_the_middle_of_the_place_is_not_known() -> None:
    made = plan(PACK, ORDERS | {"assets": "reuse"})
    assert made["places"] == ["s3://acme-data-lake/<domain>/<data product>/postgres_orders/"]


def test_without_storage_of_its_own_a_target_is_staged() -> None:
    made = plan(PACK, ORDERS | {"target_connector": "mysql"})
    assert made["places"] == ["s3://${S3_BUCKET}/default/default/postgres_orders/"]


@pytest.mark.parametrize("name", ["domain", "data_product"])
@pytest.mark.parametrize(
    ("value", "message"),
    [
        ("a/b", "use letters, digits, '.', '_' and '-', like sales, not 'a/b'"),
        (".", "use letters, digits, '.', '_' and '-', like sales, not '.'"),
        ("${DOMAIN}", "write the value out; the runner expands no variables in '${DOMAIN}'"),
    ],
)
def test_a_part_of_the_place_is_a_folder(name: str, value: str, message: str) -> None:
    with pytest.raises(AnswerError) as error:
        plan(PACK, ORDERS | {name: value})
    assert str(error.value) == f"{name}: {message}"


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_no_two_jobs_of_a_scaffold_have_one_place(path: Any) -> None:
    places = plan(PACK, load_answers(path))["places"]
    assert len(set(places)) == len(places)


def test_a_pattern_names_all_assets() -> None:
    made = plan(PACK, CUSTOMERS | {"asset_names": "{tenant}_{source}_{object}"})
    assert [asset["data"]["name"] for asset in made["assets"]] == ["acme_stripe_customers", "acme_stripe_charges"]


def test_a_pattern_that_gives_one_name_is_refused() -> None:
    with pytest.raises(AnswerError, match=r"^asset_names: 'acme' would name two assets$"):
        plan(PACK, CUSTOMERS | {"asset_names": "{tenant}"})


# --- first load and state ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("source", TABLES, ids=lambda connector: connector.id)
def test_the_first_load_of_a_table_reads_everything(source: Any) -> None:
    (job,) = jobs(ORDERS | {"source_connector": source.id})
    assert job["source"]["incremental"]["lookback_days"] == 0


def test_elsewhere_the_recipe_says_how_far_back() -> None:
    assert {job["source"]["incremental"]["lookback_days"] for job in jobs(CUSTOMERS)} == {
        PACK.recipe("stripe").lookback_days
    }


def test_a_lookback_that_cuts_the_first_load_is_told() -> None:
    warnings = plan(PACK, ORDERS | {"lookback_days": 7, "fields": {"updated_at": "timestamp"}})["warnings"]
    assert warnings == ["lookback_days: the first run reads only the last 7 days; 0 reads everything", ONCE_A_DAY]


@pytest.mark.parametrize("source", INCREMENTAL, ids=lambda connector: connector.id)
def test_where_no_state_is_kept_the_scaffold_says_what_validate_will(source: Any) -> None:
    made = plan(PACK, answers_for(source, PACK.registry["s3"], scaffold="a", owner="data@acme.com"))
    (job,), (asset,) = ([one["data"] for one in made[kind]] for kind in ("jobs", "assets"))
    found = ("no-effect", "source.incremental") in problems_in(job, {"asset": asset})
    assert ("incremental: every run reads everything; no state is kept between runs" in made["warnings"]) == found


def test_that_a_second_run_of_a_day_loses_rows_is_told_where_a_cursor_is_followed() -> None:
    orders = ORDERS | {"fields": {"updated_at": "timestamp"}}
    assert plan(PACK, orders)["warnings"] == [ONCE_A_DAY]
    assert plan(PACK, orders | {"incremental": False})["warnings"] == []
    files = {"source_connector": "csv", "files": ["a.csv"], "target_connector": "s3"}
    assert (
        plan(PACK, {"tenant_id": "acme", "owner": "a@b.cc", "scaffold": "a", "fields": {"id": "string"}} | files)[
            "warnings"
        ]
        == []
    )


def test_jobs_keep_their_state_apart() -> None:
    made = [
        ORDERS,
        ORDERS | {"asset_names": {"orders": "archive_orders"}, "tables": ["archive.orders"]},
        ORDERS | {"tenant_id": "globex"},
        ORDERS | {"environment": "prod"},
        ORDERS | {"target_connector": "minio"},
        ORDERS | {"state_dir": "/state/"},
    ]
    paths = [job["source"]["incremental"]["state_path"] for answers in made for job in jobs(answers)]
    assert paths[0] == ".local/state/acme/dev/postgres_orders_to_s3.state.json"
    assert paths[-1] == "/state/acme/dev/postgres_orders_to_s3.state.json"
    assert all(one != other for one, other in combinations(paths, 2))


def test_what_was_scaffolded_before_keeps_its_state_where_it_is() -> None:
    assert "state_path" not in incremental(answers_format=1)
    assert incremental(answers_format=1, state_dir="/state")["state_path"].startswith("/state/")


def test_a_plan_says_with_which_number_it_was_made() -> None:
    assert plan(PACK, ORDERS)["answers_format"] == 3
    assert plan(PACK, ORDERS | {"answers_format": 1})["answers_format"] == 1


@pytest.mark.parametrize("value", ["../state", "a b", "a//b"])
def test_a_state_is_in_a_folder(value: str) -> None:
    with pytest.raises(AnswerError, match=r"^state_dir: write a folder like \.local/state or /state, not "):
        plan(PACK, ORDERS | {"state_dir": value})


def test_no_variable_is_expanded_in_the_path_of_a_state() -> None:
    with pytest.raises(AnswerError, match=r"; the runner expands no variables in "):
        plan(PACK, ORDERS | {"state_dir": "${STATE_DIR}"})


# --- answers without effect -------------------------------------------------------------------------------------------


def test_an_answer_without_effect_is_written_and_told() -> None:
    made = plan(PACK, ORDERS | {"prefix": "raw/{object}"})
    (job,) = made["jobs"]
    assert job["data"]["target"]["connection"]["s3"]["prefix"] == "raw/orders"
    assert made["warnings"][0] == (
        "prefix: has no effect: the runner writes to domain, data product and asset, whatever the prefix is"
    )


def test_nothing_that_decides_nothing_is_written_by_itself() -> None:
    (job,) = jobs(ORDERS)
    assert job["target"] == {"connection": {"s3": {"bucket": "acme-data-lake"}}}


def test_branch_and_warehouse_need_a_catalog() -> None:
    uncommitted = CUSTOMERS | {"objects": ["customers"], "catalog_uri": ""}
    (job,) = jobs(uncommitted)
    assert job["target"] == {"connection": {"s3": {"bucket": "acme-data-lake"}}}
    made = plan(PACK, uncommitted | {"branch": "acme"})
    assert made["jobs"][0]["data"]["target"]["branch"] == "acme"
    assert made["warnings"][0] == "branch: has no effect: no catalog is named with catalog_uri"


def test_a_state_that_nothing_reads_is_told() -> None:
    warnings = plan(PACK, CUSTOMERS | {"state_dir": "/state"})["warnings"]
    assert warnings[0] == (
        "state_dir: has no effect: the runner keeps no state of stripe, and reads everything each time"
    )


def test_a_date_for_a_catalog_is_told() -> None:
    dated = CUSTOMERS | {"objects": ["customers"], "fields": {"id": "string", "born": "date"}}
    assert plan(PACK, dated)["warnings"][2:] == [
        "iceberg: create the table first; without a catalog rows stay plain Parquet",
        "fields: a date stops the commit; make it a timestamp: born",
    ]


# --- plugins ----------------------------------------------------------------------------------------------------------

EVENTS = {
    "tenant_id": "acme",
    "owner": "data@acme.com",
    "source_connector": "s3",
    "files": ["events.json"],
    "fields": {"id": "string"},
    "target_connector": "csv",
    "scaffold": "events",
}


def test_what_the_runner_does_not_do_is_told() -> None:
    assert plan(PACK, EVENTS)["warnings"] == [
        "s3: not read by the runner: needs custom_reader, as --data custom_reader=FILE.py:CLASS",
        "csv: not written by the runner: needs custom_writer, as --data custom_writer=FILE.py:CLASS",
    ]


def test_a_job_names_its_plugins() -> None:
    plugins = {"custom_reader": "plugins/events.py:Reader", "custom_writer": "/opt/writer.so:make"}
    made = plan(PACK, EVENTS | plugins)
    (job,) = made["jobs"]
    assert job["data"]["source"]["custom_reader"] == plugins["custom_reader"]
    assert job["data"]["target"] == {"custom_writer": plugins["custom_writer"]}
    assert made["warnings"] == []


@pytest.mark.parametrize("value", ["reader.py", "reader.txt:Reader", "a b.py:Reader", "reader.py:1"])
def test_a_plugin_is_a_file_and_a_class(value: str) -> None:
    with pytest.raises(AnswerError) as error:
        plan(PACK, EVENTS | {"custom_reader": value})
    rule = "write a file and a class in it, like plugins/reader.py:Reader"
    assert str(error.value) == f"custom_reader: {rule}, not {value!r}"


def test_an_engine_that_loses_columns_is_told() -> None:
    fault = PACK.runner.engines["airbyte"].fault
    assert f"stripe: {fault}" in plan(PACK, CUSTOMERS)["warnings"]
    read = CUSTOMERS | {"custom_reader": "plugins/stripe.py:Reader"}
    assert f"stripe: {fault}" not in plan(PACK, read)["warnings"]


# --- what is taken from the environment -------------------------------------------------------------------------------


def test_no_variable_is_expanded_in_a_bucket() -> None:
    with pytest.raises(AnswerError) as error:
        plan(PACK, ORDERS | {"bucket": "${S3_BUCKET}"})
    assert str(error.value) == (
        "bucket: leave it empty to take S3_BUCKET; the runner expands no variables in '${S3_BUCKET}'"
    )


def test_without_a_bucket_the_runner_takes_its_own() -> None:
    made = plan(PACK, ORDERS | {"bucket": ""})
    assert made["jobs"][0]["data"]["target"] == {"connection": {"s3": {}}}
    assert made["places"] == ["s3://${S3_BUCKET}/default/default/postgres_orders/"]


def test_a_lookback_that_reads_unchanged_files_again_is_told() -> None:
    files = {"source_connector": "csv", "files": ["a.csv"], "target_connector": "s3", "lookback_days": 2}
    made = plan(PACK, {"tenant_id": "acme", "owner": "a@b.cc", "scaffold": "a", "fields": {"id": "string"}} | files)
    assert made["warnings"] == ["lookback_days: files that have not changed are read again in every run; 0 skips them"]


def test_of_a_source_without_a_state_none_is_named() -> None:
    files = {"source_connector": "gdrive_csv", "files": [{"path": "a.csv", "id": "1"}], "target_connector": "s3"}
    (job,) = jobs({"tenant_id": "acme", "owner": "a@b.cc", "scaffold": "a", "fields": {"id": "string"}} | files)
    assert job["source"]["incremental"] == {"lookback_days": 0}
