"""The rest of a job and an asset: the sections `job` and `contract`, and keys that are passed on as they are."""

import re
from collections.abc import Mapping
from typing import Any

import pytest

from dativo_generator.answers.questions import QUESTIONS
from dativo_generator.answers.questions.contract import LAYOUTS
from dativo_generator.answers.questions.short_path import SECTIONS
from dativo_generator.answers.scaffold import Scaffold
from dativo_generator.base.documents import Document
from dativo_generator.base.errors import AnswerError
from dativo_generator.plan.plan import asset_path, plan
from dativo_generator.registry.fields import TYPES, Field
from dativo_generator.registry.keys import FILE
from support import EXAMPLES, PACK, ROOT, load_answers, schema_errors

ORDERS = {
    "tenant_id": "acme",
    "owner": "data@acme.com",
    "source_connector": "postgres",
    "tables": ["public.orders"],
    "target_connector": "iceberg",
    "fields": {"id": "integer", "updated_at": "timestamp"},
    "vendor": False,
}
TWO = ORDERS | {
    "tables": ["public.orders", "public.items"],
    "fields": {"orders": {"updated_at": "timestamp"}, "items": {"updated_at": "timestamp"}},
}
# What both layouts keep under its own key.
KEPT = {
    "status": "draft",
    "description": {"purpose": "who buys what", "limitations": "no refunds", "usage": "reports"},
    "finops": {"cost_center": "FIN-1", "business_tags": ["revenue"], "project": "lake", "environment": "prod"},
    "data_quality": {
        "expectations": [{"column": "id", "unique": True}],
        "monitoring": {"enabled": True, "oncall_rotation": "ops@acme.com"},
        "alerts": {"channels": ["slack"], "thresholds": {"rows": 10}},
    },
    "change_management": {
        "policy": "non_breaking",
        "approval_required": True,
        "notification_channels": ["slack"],
        "version_history": False,
    },
}
ROLES = [{"name": "Engineer", "email": "e@acme.com", "responsibility": "ingestion"}]
SECURITY = {"access_control": "role_based", "encryption_required": True}
LOST = {"team_roles": ROLES, "security": SECURITY, "consent": True}


def planned(answers: Mapping[str, Any] = ORDERS, **more: Any) -> dict[str, Any]:
    """Plan a scaffold; its files fit their schemas."""
    result = plan(PACK, {**answers, **more})
    nested = result["layout"] == "nested"
    for asset in result["assets"]:
        data = asset["data"]
        assert schema_errors("asset", {"asset": data, "schema": data["schema"]} if nested else data) == []
    for job in result["jobs"]:
        assert schema_errors("job", job["data"]) == []
    return result


def asset_of(answers: Mapping[str, Any] = ORDERS, **more: Any) -> dict[str, Any]:
    return planned(answers, **more)["assets"][0]["data"]


def job_of(answers: Mapping[str, Any] = ORDERS, **more: Any) -> dict[str, Any]:
    return planned(answers, **more)["jobs"][0]["data"]


def variables(result: Mapping[str, Any]) -> set[str]:
    return {variable["name"] for group in result["environment"] for variable in group["variables"]}


def added(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a document has that another has not, with all that the other has."""
    assert {key: after[key] for key in before if not isinstance(before[key], dict)} == {
        key: value for key, value in before.items() if not isinstance(value, dict)
    }
    inner = {key: added(before[key], after[key]) for key in before if isinstance(before[key], dict)}
    return {key: value for key, value in inner.items() if value} | {k: v for k, v in after.items() if k not in before}


# --- the facts --------------------------------------------------------------------------------------------------------


def test_the_facts_fit_their_schema() -> None:
    assert schema_errors("keys", Document(ROOT, FILE).value) == []


def test_the_facts_are_of_keys_that_the_schemas_know() -> None:
    assert set(PACK.keys.lineage) == set(PACK.shape("job").at("catalog", "type").written_out()["enum"])
    modes = PACK.shape("job").at("target", "markdown_kv_storage").written_out()["properties"]
    assert set(PACK.keys.documents) <= set(modes["mode"]["enum"])
    patterns = {pattern for given in PACK.keys.documents.values() for pattern in given}
    assert patterns <= {"", *modes["structured_pattern"]["enum"]}


# --- an asset ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("layout", LAYOUTS)
def test_what_an_asset_says_beside_its_columns(layout: str) -> None:
    before, after = asset_of(asset_layout=layout), asset_of(asset_layout=layout, **KEPT)
    assert before.pop("status", "active") == "active"
    assert added(before, after) == KEPT


def test_the_flat_layout_keeps_roles_security_and_consent() -> None:
    new = added(asset_of(asset_layout="odcs"), asset_of(asset_layout="odcs", **LOST))
    assert new == {
        "team": {"roles": ROLES},
        "compliance": {"security": SECURITY, "user_consent_required": True},
    }


@pytest.mark.parametrize("name", LOST)
def test_what_the_nested_layout_loses_is_refused(name: str) -> None:
    with pytest.raises(AnswerError) as error:
        planned(**{name: LOST[name]})
    assert str(error.value) == (
        f"{name}: leave the answer out; it has no effect with asset_layout nested: "
        "the runner builds it anew from governance; asset_layout odcs keeps it"
    )


def test_regulations_that_the_nested_layout_loses_are_written_and_told() -> None:
    told = "regulations: has no effect: the runner drops it in the nested layout; asset_layout odcs keeps it"
    assert told in planned(regulations=["GDPR"])["warnings"]
    assert asset_of(regulations=["GDPR"])["governance"]["regulations"] == ["GDPR"]
    assert planned(regulations=["GDPR"], asset_layout="odcs")["warnings"] == planned()["warnings"]


def test_consent_is_said_where_it_is_required() -> None:
    assert asset_of(asset_layout="odcs", consent=False) == asset_of(asset_layout="odcs")
    assert asset_of(asset_layout="odcs", consent=True)["compliance"]["user_consent_required"] is True


def test_each_asset_is_named_where_an_answer_has_a_placeholder() -> None:
    said = {"purpose": "{tenant}: {object} in {asset}"}
    purposes = [asset["data"]["description"]["purpose"] for asset in planned(TWO, description=said)["assets"]]
    assert purposes == ["acme: orders in postgres_orders", "acme: items in postgres_items"]


def test_an_empty_answer_says_nothing() -> None:
    empty = {"description": {}, "finops": {}, "data_quality": {}, "change_management": {}, "asset_extra": {}}
    assert asset_of(**empty) == asset_of()
    assert asset_of(asset_layout="odcs", team_roles=[], security={}, **empty) == asset_of(asset_layout="odcs")


# --- a job ------------------------------------------------------------------------------------------------------------


def test_lineage() -> None:
    catalog = {"type": "openmetadata", "connection": {"api_url": "https://meta/api"}, "table_name": "{asset}"}
    result = planned(TWO, catalog=catalog)
    assert [job["data"]["catalog"]["table_name"] for job in result["jobs"]] == ["postgres_orders", "postgres_items"]
    assert variables(result) - variables(planned(TWO)) == {"OPENMETADATA_AUTH_TOKEN"}


@pytest.mark.parametrize(
    ("answers", "mode"),
    [
        ({}, None),
        ({"schema_mode": "relaxed"}, "warn"),
        ({"schema_validation_mode": "warn"}, "warn"),
        ({"schema_validation_mode": "strict"}, None),
        ({"schema_mode": "relaxed", "schema_validation_mode": "warn"}, "warn"),
    ],
)
def test_schema_validation(answers: dict[str, str], mode: str | None) -> None:
    assert job_of(**answers).get("schema_validation_mode") == mode


@pytest.mark.parametrize(
    ("storage", "columns"),
    [
        ({"mode": "string"}, ["doc_id", "markdown_kv_content"]),
        ({"mode": "structured", "structured_pattern": "row_per_kv"}, ["key", "value", "ingest_date"]),
    ],
)
def test_documents(storage: dict[str, str], columns: list[str]) -> None:
    fields = dict.fromkeys(columns, "string")
    job = job_of(markdown_kv_storage=storage, fields=fields, incremental=False)
    assert job["target"]["markdown_kv_storage"] == storage


def test_keys_of_the_storage_are_in_its_block() -> None:
    keys = {"region": "eu-central-1", "access_key_id": "${LAKE_KEY}", "secret_access_key": "${LAKE_SECRET}"}
    assert added(job_of(), job_of(storage=keys)) == {"target": {"connection": {"s3": keys}}}
    assert {"LAKE_KEY", "LAKE_SECRET"} == variables(planned(storage=keys)) - variables(planned())


def test_the_size_of_files() -> None:
    assert added(job_of(), job_of(parquet_target_size_mb=64)) == {"target": {"parquet_target_size_mb": 64}}
    assert job_of(parquet_target_size_mb=0) == job_of()


# --- passed on --------------------------------------------------------------------------------------------------------


def test_a_job_says_more_last() -> None:
    extra = {"source": {"rate_limits": {"rps": 5}}, "target": {"engine": {"options": {"native": {"x": "{object}"}}}}}
    filled = {"source": extra["source"], "target": {"engine": {"options": {"native": {"x": "orders"}}}}}
    assert added(job_of(), job_of(job_extra=extra)) == filled


@pytest.mark.parametrize("layout", LAYOUTS)
def test_an_asset_says_more_last(layout: str) -> None:
    extra = {"tenant": "{tenant}", "$schema": "asset.json", "finops": {"project": "lake"}}
    before = {"asset_layout": layout, "finops": {"cost_center": "x"}}
    new = added(asset_of(**before), asset_of(**before, asset_extra=extra))
    assert new == extra | {"tenant": "acme"}


def test_what_is_said_already_may_be_said_again() -> None:
    assert job_of(job_extra={"tenant_id": "acme", "source": {"tables": job_of()["source"]["tables"]}}) == job_of()


OWNED = {
    "catalog.type": ("catalog", "openmetadata"),
    "schema_validation_mode": ("schema_validation_mode", "warn"),
    "source.custom_reader": ("custom_reader", "plugins/reader.py:Reader"),
    "source.incremental.lookback_days": ("incremental", 3),
    "target.custom_writer": ("custom_writer", "plugins/writer.py:Writer"),
    "target.markdown_kv_storage.mode": ("markdown_kv_storage", "string"),
    "target.connection.s3.bucket": ("bucket", "${ANY}"),
    "target.connection.minio.endpoint": ("endpoint", "minio:9000"),
}


@pytest.mark.parametrize("key", OWNED)
def test_what_a_question_asks_is_not_passed_on(key: str) -> None:
    owner, value = OWNED[key]
    extra: Any = value
    for part in reversed(key.split(".")):
        extra = {part: extra}
    with pytest.raises(AnswerError, match=f"^job_extra: {re.escape(key)}: answer {owner} instead; it sets this key$"):
        planned(job_extra=extra, incremental=False, bucket="")


@pytest.mark.parametrize("question", [name for name, question in QUESTIONS.items() if question.owns])
def test_what_a_question_owns_is_a_key_of_its_file(question: str) -> None:
    for pattern in QUESTIONS[question].owns:
        kind, *keys = pattern.replace("*", "s3").split(".")
        assert PACK.shape("job" if kind == "job" else "odcs").at(*keys)


def test_the_place_of_an_asset_is_not_passed_on() -> None:
    with pytest.raises(AnswerError, match=r"^asset_extra: dataProduct: answer data_product instead; it sets this key$"):
        planned(asset_extra={"dataProduct": "crm"})


def test_an_id_may_be_another() -> None:
    assert asset_of(asset_layout="odcs", asset_extra={"id": "mine"})["id"] == "mine"


def test_a_key_without_effect_is_told() -> None:
    extra = {"retry_config": {"max_attempts": 3}, "target": {"connection": {"s3": {"path_style_access": True}}}}
    assert planned(job_extra=extra)["warnings"][:2] == [
        "job_extra: retry_config has no effect: dativo run tries once; who calls it must try again",
        "job_extra: target.connection.s3.path_style_access has no effect: the runner never reads it",
    ]


# --- left out ---------------------------------------------------------------------------------------------------------


def lost(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a document no longer has, with nothing new in it."""
    return added(after, before)


@pytest.mark.parametrize(
    ("layout", "extra", "gone"),
    [
        ("odcs", {"status": None, "tags": None}, {"status": "active", "tags": ["postgres", "orders"]}),
        ("odcs", {"compliance": {"regulations": None}}, {"compliance": {"regulations": []}}),
        ("odcs", {"target": {"mode": None}}, {"target": {"mode": "strict"}}),
        ("nested", {"governance": {"tags": None}}, {"governance": {"tags": ["postgres", "orders"]}}),
        ("nested", {"status": None, "governance": {"classification": None}}, {}),
    ],
)
def test_a_null_leaves_out_what_nobody_asked_for(layout: str, extra: dict[str, Any], gone: dict[str, Any]) -> None:
    assert lost(asset_of(asset_layout=layout), asset_of(asset_layout=layout, asset_extra=extra)) == gone


def test_an_asset_needs_no_id() -> None:
    two = planned(TWO, asset_layout="odcs", asset_extra={"id": None})
    assert [asset["data"].get("id") for asset in two["assets"]] == [None, None]


def test_a_job_says_no_more_than_it_must() -> None:
    words = ("environment", "source_connector", "target_connector", "asset", "logging")
    assert {*job_of()} - {*job_of(job_extra=dict.fromkeys(words))} == {*words}


def test_the_block_of_a_storage_may_be_the_recipes() -> None:
    extra = {"target": {"connection": {"s3": None}}}
    assert "s3" not in job_of(bucket="", job_extra=extra)["target"]["connection"]
    with pytest.raises(
        AnswerError, match=r"^job_extra: target.connection.s3: change bucket, or leave the key out; null would"
    ):
        job_of(bucket="lake", job_extra=extra)


def test_an_answer_that_is_as_the_pack_has_it_is_no_reason_to_say_it() -> None:
    assert "status" not in asset_of(asset_layout="odcs", status="active", asset_extra={"status": None})


def test_entries_of_a_list_are_joined_one_by_one() -> None:
    files = {"source_connector": "csv", "files": [{"path": "a.csv", "object": "a"}], "fields": {"id": "integer"}}
    answers = {name: value for name, value in ORDERS.items() if name != "tables"} | files
    extra = {"source": {"files": [{"object": None, "id": "1"}]}}
    assert job_of(answers, job_extra=extra)["source"]["files"] == [{"path": "a.csv", "id": "1"}]


def test_a_table_need_not_repeat_its_cursor() -> None:
    before, after = job_of(), job_of(job_extra={"source": {"tables": [{"cursor_field": None}]}})
    assert before["source"]["tables"] == [after["source"]["tables"][0] | {"cursor_field": "updated_at"}]
    assert after["source"]["incremental"] == before["source"]["incremental"]


def test_a_job_may_say_what_it_means_by_itself() -> None:
    assert job_of(job_extra={"schema_validation_mode": "strict"}) == job_of() | {"schema_validation_mode": "strict"}
    with pytest.raises(AnswerError, match=r"^job_extra: source.incremental.lookback_days: answer incremental instead"):
        job_of(incremental=False, job_extra={"source": {"incremental": {"lookback_days": 0}}})


def test_a_new_mapping_has_no_nulls() -> None:
    assert asset_of(asset_extra={"finops": {"project": "lake", "environment": None}})["finops"] == {"project": "lake"}


# --- retention --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("layout", "key"), [("nested", "governance"), ("odcs", "compliance")])
def test_an_asset_may_say_no_retention(layout: str, key: str) -> None:
    assert lost(asset_of(asset_layout=layout), asset_of(asset_layout=layout, retention_days=0)) == {
        key: {"retention_days": 90}
    }


def test_no_retention_of_personal_data_is_told() -> None:
    told = "retention_days: nothing says how long to keep labelled columns: orders"
    fields = {"id": "integer", "email": "string PII", "updated_at": "timestamp"}
    assert told in planned(fields=fields, retention_days=0)["warnings"]
    assert told not in planned(fields=fields)["warnings"]
    assert told not in planned(retention_days=0)["warnings"]


def test_the_nested_layout_keeps_the_compliance_of_which_governance_says_nothing() -> None:
    compliance = {"classification": ["SECRET"], "regulations": ["SOX"], "retention_days": 30}
    asset = asset_of(retention_days=0, asset_extra={"compliance": compliance})
    assert asset["compliance"] == compliance
    assert {"classification", "retention_days"} & {*asset["governance"]} == set()


# --- types ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("type_", TYPES)
def test_a_type_is_written_as_it_is_answered(type_: str) -> None:
    result = planned(fields={"a": type_, "updated_at": "timestamp"}, fixtures=True)
    assert result["assets"][0]["data"]["schema"][0] == {"name": "a", "type": type_, "required": False}
    said = [line for line in result["warnings"] if "as text" in line]
    instead = {"bigint": "integer", "decimal": "string", "array": "string"}
    way = instead.get(type_)
    assert said == ([f"fields: the runner stores {type_} as text; write {way}: a"] if way else [])


@pytest.mark.parametrize(("type_", "like"), [("float", "double"), ("decimal", "double"), ("datetime", "timestamp")])
def test_a_column_is_judged_and_filled_whatever_the_word_for_its_type(type_: str, like: str) -> None:
    names = ("salary", "price", "amount", "created_at", "date_of_birth", "latitude")
    for name in names:
        assert PACK.judge(name, type_, "employees").label == PACK.judge(name, like, "employees").label
        assert PACK.samples.rows([Field(name, type_)], "x") == PACK.samples.rows([Field(name, like)], "x")


# --- names of objects -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "file"),
    [
        ("SalesOrderHeader", "salesorderheader"),
        ("Order_Lines", "order_lines"),
        ("Order Lines 2024", "order_lines_2024"),
        ("dbo.Order", "dbo_order"),
        ("order-lines", "order-lines"),
    ],
)
def test_the_name_of_an_object_is_freer_than_that_of_its_files(name: str, file: str) -> None:
    answers = ORDERS | {"tables": [{"name": "public.x", "object": name}], "fixtures": True}
    result = planned(answers)
    assert result["assets"][0]["data"]["object"] == result["jobs"][0]["data"]["source"]["tables"][0]["object"] == name
    assert result["assets"][0]["path"] == f"assets/postgres/v1.0/postgres_{file}.yaml"
    assert result["jobs"][0]["path"] == f"jobs/acme/postgres_{file}_to_iceberg.yaml"
    assert result["fixtures"][0]["path"] == f"tests/fixtures/postgres/postgres_{file}.csv"
    assert planned(answers, asset_names="{tenant}_{object}")["jobs"][0]["data"]["asset"] == f"acme_{file}"


# --- an asset that is there -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("app_root", "said", "path"),
    [
        (".", "contracts/{object}.yaml", "contracts/orders.yaml"),
        ("/app", "/app/assets/{asset}.yaml", "assets/mine.yaml"),
    ],
)
def test_a_job_says_where_an_asset_is_that_it_reuses(app_root: str, said: str, path: str) -> None:
    reused = {name: value for name, value in ORDERS.items() if name != "fields"} | {"assets": "reuse"}
    answers = reused | {"app_root": app_root, "asset_names": {"orders": "mine"}, "job_extra": {"asset_path": said}}
    job = job_of(answers)
    assert job["asset_path"] == ("" if app_root == "." else "/app/") + path
    scaffold = Scaffold(PACK, answers)
    assert asset_path(scaffold, scaffold.items[0]) == path


# --- what `customize` shows -------------------------------------------------------------------------------------------


def sections(answers: Mapping[str, Any]) -> dict[str, str]:
    return {choice.value: choice.label() for choice in Scaffold(PACK, answers).choices("customize")}


def test_a_section_shows_how_many_answers_it_holds() -> None:
    shown = sections(ORDERS | {"scaffold": "x"})
    assert shown["governance"].endswith("(3 answers)")
    assert shown["connection"].endswith("(1 answer)")
    assert sections(ORDERS | {"scaffold": "x", "tags": [], "regulations": []})["governance"].endswith(
        "(2 of 4 answered)"
    )


def test_only_answers_that_fit_are_counted() -> None:
    nested, flat = (sections(ORDERS | {"scaffold": "x", "asset_layout": layout})["contract"] for layout in LAYOUTS)
    assert "(1 of 7 answered)" in nested
    assert "(1 of 10 answered)" in flat
    assert (
        "answer"
        not in sections({"tenant_id": "acme", "source_connector": "csv", "target_connector": "s3"})["connection"]
    )


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_lines_of_sections_are_short(path: Any) -> None:
    scaffold = Scaffold(PACK, load_answers(path))
    every = {
        name: scaffold.default(name)
        for one in SECTIONS.values()
        for name in one.questions
        if name != "profiled" and not scaffold.inapplicable(name)
    }
    for label in sections(load_answers(path) | every).values():
        assert len(label) <= 76, label


def test_a_wrong_answer_is_no_reason_to_hide_how_many_there_are() -> None:
    assert "(1 of 5 answered)" in sections(ORDERS | {"scaffold": "x", "incremental": "perhaps"})["incremental"]
