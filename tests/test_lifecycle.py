"""Renamed and retired ids: the file, its effect on answers, and that no id disappears without a line in it."""

import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from dativo_generator.base.documents import Document
from dativo_generator.base.errors import PackError
from dativo_generator.registry.connectors import FILE as REGISTRY
from dativo_generator.registry.connectors import Connector, Registry, load_registry
from dativo_generator.registry.lifecycle import FILE, Lifecycle, Retirement, load_lifecycle, unexplained
from dativo_generator.registry.pack import Pack
from support import ROOT, git, schema_errors


def registry(**objects: list[str]) -> Registry:
    """Make a registry of sources with these objects."""

    def connector(name: str, listed: list[str]) -> Connector:
        return Connector(
            id=name,
            roles=("source",),
            category="",
            default_engine="native",
            engines=("native",),
            allowed_in_cloud=True,
            supports_incremental=False,
            strategy="",
            objects=tuple(listed),
            requires_tables=False,
            supports_queries=False,
            file_formats=(),
            supports_schema_evolution=False,
        )

    return {name: connector(name, listed) for name, listed in objects.items()}


NEW = registry(shop=["orders", "refunds"], mail=["people"])


def load(root: Path, lifecycle: Any) -> Lifecycle:
    (root / "registry").mkdir()
    (root / FILE).write_text(yaml.safe_dump(lifecycle, sort_keys=False), encoding="utf-8")
    return load_lifecycle(root, NEW)


def test_the_file_fits_its_schema() -> None:
    assert schema_errors("lifecycle", Document(ROOT, FILE).value) == []


def test_a_pack_without_the_file_knows_of_no_change(tmp_path: Path) -> None:
    assert load_lifecycle(tmp_path, NEW) == Lifecycle()


@pytest.mark.parametrize(
    ("lifecycle", "message"),
    [
        ({"renames": {}}, ":1:1: renames: did you mean 'renamed'? unknown key"),
        ({"renamed": {"Store": "shop"}}, ":2:3: renamed.Store: is neither connector nor connector.object"),
        (
            {"renamed": {"mail": "shop"}},
            ":2:3: renamed.mail: remove it from the registry, or remove this rename; the registry still has it",
        ),
        ({"renamed": {"store": "shopp"}}, ":2:3: renamed.store: did you mean 'shop'? the registry has no 'shopp'"),
        ({"renamed": {"a": "b", "b": "a"}}, ":2:3: renamed.a: the renames lead from 'b' back to it"),
        (
            {"renamed": {"shop.sales": "mail.people"}},
            ":2:3: renamed.shop.sales: rename an object within its connector; 'mail.people' is another kind of id",
        ),
        (
            {"renamed": {"store": "shop.orders"}},
            ":2:3: renamed.store: rename an object within its connector; 'shop.orders' is another kind of id",
        ),
        ({"retired": {"fax": {"why": "old"}}}, ":3:5: retired.fax.why: use one of reason, replacement; unknown key"),
        ({"retired": {"fax": {"replacement": "mail"}}}, ":2:3: retired.fax.reason: is missing"),
        (
            {"retired": {"fax": {"reason": "nobody has one", "replacement": "male"}}},
            ":4:5: retired.fax.replacement: did you mean 'mail'? the registry has no 'male'",
        ),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_damaged_file_is_one_line_with_its_place(lifecycle: Any, message: str, tmp_path: Path) -> None:
    with pytest.raises(PackError) as error:
        load(tmp_path, lifecycle)
    assert str(error.value) == FILE + message


RENAMED = {"renamed": {"store": "market", "market": "shop", "store.sales": "store.orders"}}


def test_renames_are_followed_to_the_end(tmp_path: Path) -> None:
    lifecycle = load(tmp_path, RENAMED)
    assert lifecycle.current("store", "sales") == ("shop", "orders")
    assert lifecycle.fate("store", "sales") == "was renamed to 'orders'"
    assert lifecycle.fate("store") == "was renamed to 'shop'"
    assert lifecycle.fate("shop", "orders") == ""


def test_answers_follow_a_rename(tmp_path: Path) -> None:
    answers = {
        "source_connector": "store",
        "objects": ["sales", "refunds"],
        "target_connector": "store",
        "asset_names": {"sales": "all_sales"},
        "fields": {"sales": {"sales": "integer"}},
        "scaffold": "store_to_lake",
    }
    assert load(tmp_path, RENAMED).followed(answers) == {
        "source_connector": "shop",
        "objects": ["orders", "refunds"],
        "target_connector": "shop",
        "asset_names": {"orders": "all_sales"},
        "fields": {"orders": {"sales": "integer"}},
        "scaffold": "store_to_lake",
    }


def test_fields_that_were_typed_follow_too(tmp_path: Path) -> None:
    answers = {"source_connector": "store", "objects": ["sales", "refunds"], "fields": "sales: {id: string}\n"}
    assert load(tmp_path, RENAMED).followed(answers)["fields"] == {"orders": {"id": "string"}}


def test_a_column_is_no_object(tmp_path: Path) -> None:
    answers = {"source_connector": "store", "objects": ["sales"], "fields": {"sales": "integer", "id": "string"}}
    assert load(tmp_path, RENAMED).followed(answers)["fields"] == {"sales": "integer", "id": "string"}


@pytest.mark.parametrize("answers", [{}, {"source_connector": ["store"]}, {"source_connector": "store", "objects": 1}])
def test_broken_answers_are_left_to_their_readers(answers: dict[str, Any], tmp_path: Path) -> None:
    assert load(tmp_path, RENAMED).followed(answers).get("objects") == answers.get("objects")


def test_a_retirement_says_why_and_what_instead(tmp_path: Path) -> None:
    lifecycle = load(tmp_path, {"retired": {"fax": {"reason": "nobody has one", "replacement": "mail"}}})
    assert lifecycle.fate("fax") == "was retired: nobody has one; use 'mail' instead"


def test_what_is_retired_is_no_longer_offered(tmp_path: Path) -> None:
    listed = (ROOT / REGISTRY).read_text(encoding="utf-8")
    (tmp_path / "registry").mkdir()
    (tmp_path / REGISTRY).write_text(listed, encoding="utf-8")
    retired = {name: {"reason": "a test"} for name in ("csv", "stripe.charges")}
    (tmp_path / FILE).write_text(yaml.safe_dump({"retired": retired}), encoding="utf-8")
    offered = Pack(tmp_path).registry
    assert "csv" not in offered
    assert offered["stripe"].objects == ("customers", "invoices")


@pytest.mark.parametrize(
    ("old", "lifecycle", "gone"),
    [
        (NEW, Lifecycle(), []),
        (registry(fax=["pages"], shop=["orders", "sales"]), Lifecycle(), ["fax", "shop.sales"]),
        (registry(fax=["pages"]), Lifecycle(retired={"fax": Retirement("old")}), []),
        (registry(store=["orders"]), Lifecycle(renamed={"store": "shop"}), []),
        (registry(store=["orders", "sales"]), Lifecycle(renamed={"store": "shop"}), ["store.sales"]),
        (registry(shop=["sales"]), Lifecycle(renamed={"shop.sales": "shop.orders"}), []),
        (registry(shop=["sales"]), Lifecycle(retired={"shop.sales": Retirement("old")}), []),
    ],
)
def test_an_id_that_is_gone_without_a_line_is_found(old: Registry, lifecycle: Lifecycle, gone: list[str]) -> None:
    assert unexplained(old, NEW, lifecycle) == gone


def test_no_id_has_disappeared_since_the_last_release(tmp_path: Path) -> None:
    described = subprocess.run(
        ["git", "describe", "--tags", "--abbrev=0"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    if described.returncode:
        pytest.skip("nothing has been released yet")
    (tmp_path / "registry").mkdir()
    released = git(ROOT, "show", f"{described.stdout.strip()}:{REGISTRY}")
    (tmp_path / REGISTRY).write_text(released, encoding="utf-8")
    new = load_registry(ROOT)
    assert unexplained(load_registry(tmp_path), new, load_lifecycle(ROOT, new)) == []
