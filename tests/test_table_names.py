"""Tables whose names need quotes, and tables with the same name in several schemas."""

from typing import Any

import pytest

from dativo_generator.answers.scaffold import recorded_scaffold
from dativo_generator.answers.table_names import schema_of, table_name
from dativo_generator.base.errors import AnswerError
from dativo_generator.base.naming import few
from dativo_generator.importers.imported import TableImporter
from dativo_generator.importers.table import Table, named
from dativo_generator.questionnaire.unattended import completed
from support import PACK

POSTGRES = {
    "tenant_id": "acme",
    "source_connector": "postgres",
    "target_connector": "s3",
    "execution_mode": "self_hosted",
    "owner": "a@acme.com",
}
FIELDS = {"id": "integer", "updated_at": "timestamp"}


def names(tables: list[Any], **others: Any) -> dict[str, str]:
    """Return the name of each table in its job, by the name of its asset."""
    objects = [
        table["object"] if isinstance(table, dict) else table_name(table)[1].replace(".", "_") for table in tables
    ]
    answers = POSTGRES | {"tables": tables, "fields": dict.fromkeys(objects, FIELDS)} | others
    scaffold = recorded_scaffold(PACK, completed(PACK, answers, ""))
    return {scaffold.asset_name(item): item.entry["name"] for item in scaffold.items}


def refusal(tables: list[Any], **others: Any) -> str:
    with pytest.raises(AnswerError) as error:
        names(tables, **others)
    return str(error.value).removeprefix(": ")


@pytest.mark.parametrize(
    ("text", "name", "table"),
    [
        ("orders", "orders", "orders"),
        ("public.orders", "public.orders", "orders"),
        ("shop.public.orders", "shop.public.orders", "orders"),
        ('"sales"."orders.2024"', "sales.orders.2024", "orders.2024"),
        ('public."orders.2024"', "public.orders.2024", "orders.2024"),
        ("`shop`.`Größen x`", "shop.Größen x", "Größen x"),
        ('"Order Details"', "Order Details", "Order Details"),
        ('o"x', 'o"x', 'o"x'),
        ('"a"b', '"a"b', '"a"b'),
    ],
)
def test_a_name_is_written_without_its_quotes(text: str, name: str, table: str) -> None:
    assert table_name(text) == (name, table)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('"orders.2024"', "write the schema before it; the runner takes the first dot for the end of the schema"),
        ('"a.b".c', "read a view in another schema; the runner takes the first dot for the end of the schema"),
        ('"a"."b"."c"', "write table or schema.table; it has more than two parts"),
        ('"a""b"', "read a view with another name; the runner cannot read a name with a quote"),
        ("a.`b``c`", "read a view with another name; the runner cannot read a name with a quote"),
    ],
)
def test_what_no_job_can_name_is_refused(text: str, said: str) -> None:
    with pytest.raises(AnswerError) as error:
        table_name(text)
    assert str(error.value) == said


def test_a_schema_ends_at_the_first_dot() -> None:
    assert [schema_of(name) for name in ("orders", "sales.orders", "sales.orders.2024")] == ["", "sales", "sales"]


# --- as answers -------------------------------------------------------------------------------------------------------


def test_the_table_names_the_asset() -> None:
    assert names(['"sales"."orders.2024"', "hr.people"]) == {
        "postgres_orders_2024": "sales.orders.2024",
        "postgres_people": "hr.people",
    }


def test_twins_are_told_at_once() -> None:
    said = (
        "tables: item 3: the object 'orders' is listed twice (items 1, 3, 5), the object 'items' is listed twice; "
        "give one another `object`, like {name: old.orders, object: old_orders}"
    )
    assert refusal(["sales.orders", "sales.items", "hr.orders", "hr.items", "old.orders"]).startswith(said)


def test_a_schema_can_be_part_of_a_name() -> None:
    twins = ["sales.orders", {"name": "HR 2.orders", "object": "hr_orders"}]
    assert names(twins[:1], asset_names="{schema}_{object}") == {"sales_orders": "sales.orders"}
    assert names(twins, asset_names="{schema}-{object}") == {
        "sales-orders": "sales.orders",
        "hr_2-hr_orders": "HR 2.orders",
    }
    said = "asset_names: use {source} or {tenant}; there is no {schema} in 'orders'"
    assert refusal(["orders"], asset_names="{schema}_{object}").startswith(said)


def test_all_names_that_two_would_have_are_told() -> None:
    tables = [{"name": f"{schema}.{name}", "object": f"{schema}{name}"} for name in "ab" for schema in "xy"]
    wanted = {f"{schema}{name}": f"same_{name}" for name in "ab" for schema in "xy"}
    assert refusal(tables, asset_names=wanted).startswith("asset_names: 'same_a', 'same_b' would name two assets")


# --- imported ---------------------------------------------------------------------------------------------------------

SCRIPT = """
CREATE TABLE sales."orders.2024" (id int primary key, a int);
CREATE TABLE sales."2024" (id int, b int);
CREATE TABLE hr."orders.2024" (id int, c int);
ALTER TABLE sales."orders.2024" ADD COLUMN d int;
"""


@pytest.mark.parametrize(
    ("name", "columns"), [("sales.orders.2024", "id a d"), ("sales.2024", "id b"), ("hr.orders.2024", "id c")]
)
def test_a_script_has_names_with_dots(name: str, columns: str, tmp_path: Any) -> None:
    pytest.importorskip("sqlglot")
    (tmp_path / "shop.sql").write_text(SCRIPT)
    item = type("Item", (), {"object": "x", "entry": {"name": name}, "cursor_field": ""})()
    table = TableImporter()._table_of([str(tmp_path / "shop.sql")], "tables", item, "", [name, "other"])
    assert " ".join(column.name for column in table.columns) == columns


@pytest.mark.parametrize(("schema", "plain"), [(None, "2024"), ("", "sales.orders.2024"), ("sales", "orders.2024")])
def test_what_is_behind_the_schema_is_the_plain_name(schema: str | None, plain: str) -> None:
    table = Table("sales.orders.2024", (), schema=schema)
    assert table.plain_name == plain
    assert named([table, Table("other", ())], plain, "x") is table


def test_few_of_many_are_listed() -> None:
    assert (few("abc"), few("abc", 3), few("abcd", 2), few("")) == ("a, b, c", "a, b, c", "a, b and 2 more", "")
