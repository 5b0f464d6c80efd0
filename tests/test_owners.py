"""Which scaffold owns a file, according to the answers; and whether an asset describes what a job would read."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from dativo_generator.answers.scaffold import Scaffold
from dativo_generator.answers.selection import Item
from dativo_generator.plan.destination import Destination
from dativo_generator.plan.ownership import Owner, differs, is_own, may_own, misdescribed, owned, owner_of
from support import PACK, SHORT_PATH, checked

ANSWERS = checked(SHORT_PATH | {"scaffold": "shop", "fixtures": True})
ASSET, JOB = "assets/stripe/v1.0/stripe_customers.yaml", "jobs/acme/stripe_customers_to_iceberg.yaml"
FIXTURE = "tests/fixtures/stripe/stripe_customers.jsonl"
ENVIRONMENT = "variables/acme/shop.env.example"
FILE = ".copier-answers.acme.shop.yml"
(CUSTOMERS,) = Scaffold(PACK, ANSWERS).items
OWNER = Owner("acme", "shop", CUSTOMERS)


def put(root: Path, path: str, text: str) -> None:
    (root / path).parent.mkdir(parents=True, exist_ok=True)
    (root / path).write_text(text, encoding="utf-8")


def test_a_scaffold_owns_what_its_answers_give() -> None:
    assert owned(PACK, ANSWERS) == dict.fromkeys((ASSET, JOB, FIXTURE), OWNER) | {ENVIRONMENT: Owner("acme", "shop")}


def test_answers_that_are_not_right_give_nothing() -> None:
    assert owned(PACK, ANSWERS | {"source_connector": "nobodys"}) == owned(PACK, {}) == {}


def test_an_owner_is_named() -> None:
    assert str(OWNER) == "the scaffold shop of acme"


@pytest.mark.parametrize(
    ("path", "own"),
    [
        (ASSET, True),
        (JOB, True),
        (FIXTURE, True),
        (ENVIRONMENT, True),
        ("variables/globex/shop.env.example", False),
        ("jobs/globex/stripe_customers_to_iceberg.yaml", False),
        ("jobs/stripe/acme.yaml", False),
        ("assets/hubspot/v1.0/stripe_customers.yaml", False),
        ("assets/acme/v1.0/x.yaml", False),
        ("tests/fixtures/hubspot/x.csv", False),
        ("x.yaml", False),
    ],
)
def test_tenant_or_source_stand_in_a_path(path: str, own: bool) -> None:
    assert may_own(ANSWERS, path) is own


def test_a_file_is_anothers_by_its_answers(tmp_path: Path) -> None:
    here = Destination(tmp_path, ".copier-answers.acme.mine.yml")
    assert owner_of(PACK, here, ASSET) is None
    put(tmp_path, ".copier-answers.acme.a.yml", "tenant_id: acme\nsource_connector: stripe\n")
    put(tmp_path, FILE, yaml.safe_dump(ANSWERS))
    for path in (ASSET, JOB, FIXTURE):
        assert owner_of(PACK, here, path) == OWNER
    assert owner_of(PACK, here, "assets/stripe/v1.0/stripe_charges.yaml") is None
    assert owner_of(PACK, Destination(tmp_path, FILE), ASSET) is None


def test_or_by_its_header_alone(tmp_path: Path) -> None:
    put(tmp_path, ASSET, "# Written by the scaffold shop of acme. \n")
    assert owner_of(PACK, Destination(tmp_path, ".copier-answers.shop.acme.yml"), ASSET) == Owner("acme", "shop")
    assert owner_of(PACK, Destination(tmp_path, FILE), ASSET) is None


def test_a_file_is_ones_own_by_the_answers_or_a_header(tmp_path: Path) -> None:
    here = Destination(tmp_path, FILE)
    assert not is_own(PACK, here, ASSET)
    put(tmp_path, FILE, yaml.safe_dump(ANSWERS))
    assert is_own(PACK, here, ASSET) and is_own(PACK, here, JOB)
    assert not is_own(PACK, here, "jobs/acme/x.yaml")
    put(tmp_path, "jobs/acme/x.yaml", "# Written by the scaffold shop of acme. \n")
    assert is_own(PACK, here, "jobs/acme/x.yaml")


ORDERS = Item("orders", {"name": "public.orders", "object": "orders"})
RIGHT = {"source_type": "postgres", "object": "orders"}


@pytest.mark.parametrize("asset", [RIGHT, {"asset": RIGHT}])
@pytest.mark.parametrize("described", [None, ORDERS, Item("orders", {**ORDERS.entry, "cursor_field": "at"}, "at")])
def test_an_asset_describes_what_is_read(asset: Any, described: Item | None) -> None:
    assert differs("x.yaml", asset, "postgres", ORDERS, described) == ""


@pytest.mark.parametrize(
    ("asset", "said"),
    [
        (RIGHT | {"object": "items"}, "x.yaml: describes 'items' of 'postgres'"),
        (RIGHT | {"source_type": "mysql"}, "x.yaml: describes 'orders' of 'mysql'"),
        ({"asset": RIGHT | {"object": "items"}, "object": "orders"}, "x.yaml: describes 'items' of 'postgres'"),
        (None, "x.yaml: describes nothing of nothing"),
        ([RIGHT], "x.yaml: describes nothing of nothing"),
    ],
)
def test_or_something_else(asset: Any, said: str) -> None:
    assert differs("x.yaml", asset, "postgres", ORDERS, None) == said


def test_a_table_is_the_same_by_its_qualified_name() -> None:
    other = Item("orders", {"name": "hr.orders", "object": "orders"})
    assert differs("x", RIGHT, "postgres", ORDERS, other) == "x: describes hr.orders, not public.orders"


def test_an_object_is_named_as_it_is() -> None:
    asset = {"source_type": "stripe", "object": "customers"}
    said = differs("x", asset, "stripe", CUSTOMERS, Item("customers", "people"))
    assert said == "x: describes people, not customers"


def test_an_asset_is_read_from_the_destination(tmp_path: Path) -> None:
    assert misdescribed(tmp_path, ASSET, "stripe", CUSTOMERS, None) == f"{ASSET}: is not there"
    put(tmp_path, ASSET, "source_type: stripe\nobject: customers\n")
    for owner in (None, OWNER, Owner("acme", "shop")):
        assert misdescribed(tmp_path, ASSET, "stripe", CUSTOMERS, owner) == ""
    people = Owner("acme", "shop", Item("customers", "people"))
    said = misdescribed(tmp_path, ASSET, "stripe", CUSTOMERS, people)
    assert said == f"{ASSET}: describes people, not customers"
    said = misdescribed(tmp_path, ASSET, "hubspot", CUSTOMERS, None)
    assert said == f"{ASSET}: describes 'customers' of 'stripe'"


@pytest.mark.parametrize("content", [b"a: [", b"\xff", b"a: 1\na: 2\n"])
def test_an_asset_that_cannot_be_read_says_so(content: bytes, tmp_path: Path) -> None:
    put(tmp_path, ASSET, "")
    (tmp_path / ASSET).write_bytes(content)
    assert misdescribed(tmp_path, ASSET, "stripe", CUSTOMERS, None).startswith(f"{ASSET}: cannot be read: ")
