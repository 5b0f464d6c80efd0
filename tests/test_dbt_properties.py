"""Properties files of dbt: the models and sources that they list."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from dativo_generator.importers.read import read
from dativo_generator.importers.table import ImportFailed, Table


def tables(folder: Path, document: Any) -> tuple[Table, ...]:
    path = folder / "schema.yml"
    path.write_text(yaml.safe_dump(document, sort_keys=False), encoding="utf-8")
    return read(str(path))


def described(table: Table) -> dict[str, str]:
    return {one.name: one.type + "!" * bool(one.required) for one in table.columns}


DOCUMENT = {
    "version": 2,
    "models": [
        {
            "name": "orders",
            "description": "All orders",
            "config": {"alias": "orders_v2"},
            "constraints": [{"type": "primary_key", "columns": ["id"]}],
            "columns": [
                {"name": "id", "data_type": "bigint", "description": "The key"},
                {"name": "status", "tests": ["not_null", {"accepted_values": {"values": ["new"]}}]},
                {"name": "paid", "data_type": "FLOAT64", "data_tests": [{"not_null": {"where": "paid > 0"}}]},
                {"name": "at", "data_type": "timestamp_ntz", "constraints": [{"type": "not_null"}]},
                {"name": "note", "data_type": "text", "description": "{{ doc('note') }}", "tests": ["unique"]},
            ],
        },
        {"name": "without_columns"},
    ],
    "sources": [
        {"name": "shop", "tables": [{"name": "people", "columns": [{"name": "email", "data_type": "varchar"}]}]},
        {
            "name": "crm",
            "schema": "{{ var('crm') }}",
            "tables": [{"name": "x", "identifier": "leads", "columns": [{"name": "id"}, {"name": "id"}]}],
        },
    ],
}


def test_models_and_sources_are_tables(tmp_path: Path) -> None:
    orders, people, leads = tables(tmp_path, DOCUMENT)
    assert described(orders) == {
        "id": "integer!",
        "status": "string!",
        "paid": "double!",
        "at": "timestamp!",
        "note": "string",
    }
    assert (orders.name, orders.description) == ("orders_v2", "All orders")
    assert [one.description for one in orders.columns] == ["The key", "", "", "", ""]
    assert orders.notes == ("1 of its 5 columns have no data_type: they are text",)
    assert (people.name, described(people), people.notes) == ("shop.people", {"email": "string"}, ())
    assert (leads.name, described(leads)) == ("leads", {"id": "string"})
    assert leads.notes[1] == "a column that it lists again is left out: id"


@pytest.mark.parametrize(
    ("document", "message"),
    [
        ({"models": [{"name": "orders"}]}, "lists no columns; name the manifest.json that dbt makes"),
        ({"models": [{"name": "o", "columns": [{"data_type": "int"}]}]}, "models.0.columns.0: has no name"),
        ({"models": [{"name": "o", "columns": "id"}]}, "models.0: columns: must be a list, not text"),
        ({"models": {"shop": {"materialized": "table"}}}, "is not a document that describes tables"),
    ],
)
def test_what_lists_no_columns_is_refused(document: Any, message: str, tmp_path: Path) -> None:
    with pytest.raises(ImportFailed) as error:
        tables(tmp_path, document)
    assert message in str(error.value)
