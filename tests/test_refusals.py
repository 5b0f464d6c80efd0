"""Each guard of Copier's own commands: what it refuses, with which line, and what it lets through."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from dativo_generator.answers.scaffold import Scaffold
from dativo_generator.base.errors import AnswerError
from dativo_generator.plan.destination import Destination
from dativo_generator.questionnaire import guard
from dativo_generator.registry.lifecycle import Lifecycle, Retirement
from dativo_generator.registry.pack import Pack
from support import PACK, ROOT, SHORT_PATH, checked, git

FILE = ".copier-answers.acme.shop.yml"
UPDATE = f"dativo-generator update {FILE}"
STRIPE = checked({**SHORT_PATH, "objects": ["charges", "customers"], "scaffold": "shop"})
TABLES = checked(
    {**STRIPE, "source_connector": "postgres", "tables": ["public.orders"], "fields": {"id": "integer required"}}
)
TABLES.pop("objects")
ASSET, JOB = "assets/stripe/v1.0/stripe_charges.yaml", "jobs/acme/stripe_charges_to_iceberg.yaml"
ENVIRONMENT = "variables/acme/shop.env.example"


def scaffold(answers: dict[str, Any] = STRIPE, pack: Pack = PACK, **others: Any) -> Scaffold:
    return Scaffold(pack, {name: value for name, value in (answers | others).items() if value is not ...})


def put(root: Path, path: str, text: Any = "mine: true\n") -> None:
    (root / path).parent.mkdir(parents=True, exist_ok=True)
    (root / path).write_text(text if isinstance(text, str) else yaml.safe_dump(text), encoding="utf-8")


@pytest.fixture
def here(tmp_path: Path) -> Destination:
    return Destination(tmp_path, FILE)


def said(guarding: Any, *arguments: Any) -> str:
    """Return why a guard refuses, '' when it does not."""
    try:
        assert guarding(*arguments) is None
    except AnswerError as error:
        return str(error)
    return ""


# --- answers that are no longer right ---------------------------------------------------------------------------------


@pytest.fixture
def later() -> Pack:
    """Return the pack with another lifecycle."""
    pack = Pack(ROOT)
    pack.lifecycle = Lifecycle(
        {"stripe.payments_old": "stripe.charges", "minio_old": "minio"},
        {
            "markdown_kv": Retirement("nobody wrote it", "csv"),
            "hubspot": Retirement("it has gone"),
            "stripe.customers": Retirement("the API has gone"),
        },
    )
    return pack


@pytest.mark.parametrize(
    ("name", "answers", "way"),
    [
        ("lookback_days", {"incremental": False, "lookback_days": 3}, " (remove its line from the file)"),
        ("objects", {"objects": ["payments_old"]}, f"; follow it with: {UPDATE}"),
        ("target_connector", {"target_connector": "minio_old"}, f"; follow it with: {UPDATE}"),
        (
            "source_connector",
            {"source_connector": "markdown_kv"},
            f"; move to another with: {UPDATE} --data source_connector=csv",
        ),
        (
            "source_connector",
            {"source_connector": "hubspot"},
            f"; move to another with: {UPDATE} --data source_connector=VALUE, or remove the scaffold with: "
            f"dativo-generator remove {FILE}",
        ),
        (
            "source_connector",
            {"source_connector": "postgress"},
            f"; move to another with: {UPDATE} --data source_connector=postgres",
        ),
        (
            "source_connector",
            {"source_connector": "acme_tickets"},
            ", and registry/lifecycle.yaml does not say why; ask whoever maintains the template; move to another with: "
            f"{UPDATE} --data source_connector=VALUE, or remove the scaffold with: dativo-generator remove {FILE}",
        ),
        (
            "target_connector",
            {"target_connector": ["x"]},
            f"; move to another with: {UPDATE} --data target_connector=VALUE",
        ),
        ("asset_version", {"asset_version": "x"}, f"; move to another with: {UPDATE} --data asset_version=1.0"),
        ("objects", {}, f"; remove it with: dativo-generator remove {FILE} --object customers"),
        (
            "objects",
            {"objects": ["customers", "charges", "x y"]},
            f"; remove them with: dativo-generator remove {FILE} --object customers --object 'x y'",
        ),
        (
            "objects",
            {"objects": ["x"]},
            f"; answer again with: {UPDATE} --data objects='[charges, invoices]', or remove the scaffold with: "
            f"dativo-generator remove {FILE}",
        ),
        ("objects", {"objects": "charges"}, f"; answer again with: {UPDATE} --data objects='[charges, invoices]'"),
        ("objects", {"objects": 3}, f"; answer again with: {UPDATE} --data objects='[charges, invoices]'"),
        ("scaffold", {"scaffold": "X"}, f"; move to another with: {UPDATE} --data scaffold=stripe_to_iceberg"),
        ("left_out", {"left_out": 3}, f"; answer again with: {UPDATE} --data left_out='[]'"),
        ("execution_mode", {"execution_mode": "x"}, f"; answer again with: {UPDATE} --data execution_mode=VALUE"),
        ("environment", {"environment": "x"}, f"; answer again with: {UPDATE} --data environment=dev"),
        ("retention_days", {"retention_days": "x"}, f"; answer again with: {UPDATE} --data retention_days=90"),
        ("asset_names", {"asset_names": 3}, f"; answer again with: {UPDATE} --data asset_names='{{}}'"),
    ],
)
def test_a_stale_answer_gets_its_way_out(name: str, answers: dict[str, Any], way: str, later: Pack) -> None:
    found = scaffold(pack=later, **answers)
    assert str(guard.stale(found, name, AnswerError("why"), FILE)) == f"{FILE}: why{way}"


def test_a_rename_can_be_followed(later: Pack) -> None:
    assert guard.followable(scaffold(pack=later, objects=["payments_old"]), "objects")
    assert not guard.followable(scaffold(pack=later, objects=["payments_old"]), "owner")
    assert not guard.followable(scaffold(pack=later), "objects")


# --- answers that name paths ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        ("tenant_id", "acme", "globex"),
        ("source_connector", "stripe", "hubspot"),
        ("target_connector", "iceberg", "s3"),
        ("scaffold", "shop", "other"),
        ("asset_version", "1.0", "2.0"),
    ],
)
def test_a_path_does_not_move(name: str, old: str, new: str, here: Destination) -> None:
    assert said(guard.unmoved, scaffold(**{name: new}), name, STRIPE, here) == (
        f"{FILE}: {name}: '{old}' is part of file paths; to move the files and the edits in them: "
        f"{UPDATE} --data {name}={new}"
    )
    assert said(guard.unmoved, scaffold(**{name: old}), name, STRIPE, here) == ""


def test_a_default_was_an_answer_too(here: Destination) -> None:
    recorded = {name: value for name, value in STRIPE.items() if name != "scaffold"}
    assert "'stripe_to_iceberg' is part of file paths" in said(guard.unmoved, scaffold(), "scaffold", recorded, here)
    same = scaffold(scaffold="stripe_to_iceberg")
    assert said(guard.unmoved, same, "scaffold", recorded, here) == ""


def test_a_number_is_no_other_version(here: Destination) -> None:
    assert said(guard.unmoved, scaffold(), "asset_version", STRIPE | {"asset_version": 1.0}, here) == ""


@pytest.mark.parametrize("name", ["owner", "retention_days", "fields"])
def test_any_other_answer_moves_nothing(name: str, here: Destination) -> None:
    changed = scaffold(owner="you@acme.com", retention_days=3, objects=["charges"])
    assert said(guard.unmoved, changed, name, STRIPE, here) == ""


def test_an_asset_keeps_its_name(here: Destination) -> None:
    named = scaffold(asset_names={"customers": "people"})
    assert said(guard.unmoved, named, "asset_names", STRIPE, here) == (
        f"{FILE}: asset_names: 'stripe_customers' names the paths of 'customers'; to move the files and the edits in "
        f"them: {UPDATE} --data asset_names='{{customers: people}}'"
    )
    assert said(guard.unmoved, named, "objects", STRIPE, here) == ""
    assert said(guard.unmoved, named, "owner", STRIPE, here) == ""
    assert said(guard.unmoved, named, "asset_names", STRIPE | {"asset_names": {"customers": "people"}}, here) == ""


def test_a_new_object_may_have_any_name(here: Destination) -> None:
    recorded = STRIPE | {"objects": ["charges"]}
    assert said(guard.unmoved, scaffold(asset_names={"customers": "x"}), "asset_names", recorded, here) == ""


def test_a_table_keeps_its_object(here: Destination) -> None:
    renamed = scaffold(TABLES, tables=[{"name": "public.orders", "object": "sales"}])
    assert said(guard.unmoved, renamed, "tables", TABLES, here) == (
        f"{FILE}: tables: 'orders' is part of file paths, and is now 'sales'; to move the files and the edits in them: "
        f"{UPDATE} --data tables=VALUE"
    )
    assert said(guard.unmoved, renamed, "asset_names", TABLES, here) == ""
    for tables in (["public.orders", "hr.sales"], ["hr.sales"], [{"name": "public.orders", "cursor_field": "at"}]):
        assert said(guard.unmoved, scaffold(TABLES, tables=tables), "tables", TABLES, here) == ""


def test_a_table_that_is_read_twice_was_not_renamed(here: Destination) -> None:
    both = [{"name": "public.orders", "object": "sales"}, "public.orders"]
    assert said(guard.unmoved, scaffold(TABLES, tables=both), "tables", TABLES, here) == ""


def test_answers_that_are_not_right_are_refused_elsewhere(here: Destination) -> None:
    for answers, recorded in (({"objects": ["x"]}, STRIPE), ({}, STRIPE | {"objects": ["x"]})):
        assert said(guard.unmoved, scaffold(**answers), "objects", recorded, here) == ""
        assert said(guard.unmoved, scaffold(**answers), "asset_names", recorded, here) == ""


# --- files that others share ------------------------------------------------------------------------------------------

SHARED: dict[str, tuple[dict[str, Any], dict[str, Any], str, str]] = {
    "vendor": ({"vendor": False}, {}, "registry/connectors.yaml", "no"),
    "ci": ({"ci": "none"}, {"ci": "github"}, ".github/workflows/dativo.yml", "none"),
    "another ci": ({"ci": "gitlab"}, {"ci": "github"}, ".github/workflows/dativo.yml", "gitlab"),
    "fixtures": ({}, {"fixtures": True}, "tests/fixtures/test_dativo_fixtures.py", "no"),
}


@pytest.mark.parametrize("case", SHARED)
def test_what_others_share_does_not_go(case: str, here: Destination) -> None:
    now, recorded, path, value = SHARED[case]
    name = case.rpartition(" ")[2]
    arguments = (scaffold(**now), name, STRIPE | recorded, here)
    assert said(guard.unmoved, *arguments) == ""
    put(here.root, ".copier-answers.acme.other.yml", {**STRIPE, "ci": "github", "fixtures": True, "_commit": "x"})
    assert said(guard.unmoved, *arguments) == (
        f"{FILE}: {name}: other scaffolds share {path}; to leave it to them: {UPDATE} --data {name}={value}"
    )
    assert said(guard.unmoved, arguments[0], "owner", arguments[2], here) == ""


@pytest.mark.parametrize(
    ("name", "now", "recorded"),
    [
        ("vendor", {"vendor": False}, {"vendor": False}),
        ("vendor", {"vendor": True}, {}),
        ("ci", {"ci": "github"}, {"ci": "github"}),
        ("ci", {"ci": "github"}, {}),
        ("ci", {"ci": "github"}, {"ci": "nobodys"}),
        ("fixtures", {"fixtures": True}, {"fixtures": True}),
        ("fixtures", {"fixtures": False}, {"fixtures": False}),
        ("fixtures", {"fixtures": False}, {}),
    ],
)
def test_what_was_not_there_cannot_go(name: str, now: Any, recorded: Any, here: Destination) -> None:
    put(here.root, ".copier-answers.acme.other.yml", {**STRIPE, "ci": "github", "fixtures": True})
    assert said(guard.unmoved, scaffold(**now), name, STRIPE | recorded, here) == ""


# --- files of others --------------------------------------------------------------------------------------------------


def test_a_name_that_is_taken(tmp_path: Path) -> None:
    assert said(guard.unused, scaffold(), tmp_path) == ""
    (tmp_path / FILE).symlink_to("nowhere")
    assert said(guard.unused, scaffold(), tmp_path) == (
        "scaffold: give another name with --data scaffold=NAME, or answer that one again with "
        f"copier update --trust --answers-file {FILE}; 'shop' exists already"
    )


def test_a_file_of_nobody_is_not_overwritten(here: Destination) -> None:
    assert said(guard.unowned, scaffold(), here) == ""
    for path in (ASSET, JOB):
        put(here.root, path)
        assert said(guard.unowned, scaffold(), here) == (
            f"{path}: move it away, or write another with --data 'asset_names={{charges: NAME}}'; "
            "it exists already, and belongs to no scaffold"
        )
        (here.root / path).unlink()
    (here.root / JOB).symlink_to("nowhere")
    assert "exists already" in said(guard.unowned, scaffold(), here)


def test_an_example_of_the_environment_can_be_left_out(here: Destination) -> None:
    put(here.root, ENVIRONMENT, "A=1\n")
    assert said(guard.unowned, scaffold(), here) == (
        f"{ENVIRONMENT}: move it away, or write none with --data env_example=no; "
        "it exists already, and belongs to no scaffold"
    )
    assert said(guard.unowned, scaffold(env_example=False), here) == ""


def test_what_is_in_the_way_is_to_be_moved(here: Destination) -> None:
    put(here.root, "a/file")
    (here.root / "a" / "link").symlink_to("file")
    assert said(guard.unobstructed, here.root, ["a/file", "a/new", "b/new"]) == ""
    assert said(guard.unobstructed, here.root, ["b/new", "a/link"]) == ("a/link: replace it; it is a symbolic link")


def test_ones_own_file_is(here: Destination) -> None:
    put(here.root, ASSET)
    put(here.root, FILE, STRIPE)
    assert said(guard.unowned, scaffold(), here) == ""
    assert said(guard.unowned, scaffold(), Destination(here.root, ".copier-answers.yml")) == ""


def test_a_file_of_another_scaffold_is_not_overwritten(here: Destination) -> None:
    put(here.root, ".copier-answers.globex.x.yml", STRIPE | {"tenant_id": "globex", "scaffold": "x"})
    other = "write another with --data 'asset_names={charges: NAME}'"
    assert said(guard.unowned, scaffold(), here) == f"{ASSET}: {other}; it belongs to the scaffold x of globex"
    put(here.root, ASSET, {"source_type": "stripe", "object": "charges"})
    assert said(guard.unowned, scaffold(), here) == (
        f"{ASSET}: read it with --data assets=reuse, or {other}; it belongs to the scaffold x of globex"
    )
    put(here.root, ASSET, {"source_type": "stripe", "object": "customers"})
    assert said(guard.unowned, scaffold(), here) == f"{ASSET}: {other}; it belongs to the scaffold x of globex"


def test_a_job_is_never_reused(here: Destination) -> None:
    put(here.root, ".copier-answers.acme.x.yml", STRIPE | {"scaffold": "x", "assets": "reuse"})
    put(here.root, JOB, {"source_type": "stripe", "object": "charges"})
    assert said(guard.unowned, scaffold(), here) == (
        f"{JOB}: write another with --data 'asset_names={{charges: NAME}}'; it belongs to the scaffold x of acme"
    )


def test_files_of_answers_that_are_not_right_are_not_looked_at(here: Destination) -> None:
    put(here.root, ASSET)
    assert said(guard.unowned, scaffold(objects=["x"]), here) == ""


def test_an_asset_that_is_reused_describes_the_same(here: Destination) -> None:
    reusing = scaffold(assets="reuse", objects=["charges"])
    why = f"assets: reuse: {ASSET}: is not there; write it with --data assets=write"
    assert said(guard.described, scaffold(), here) == ""
    assert said(guard.described, reusing, here) == why
    put(here.root, ASSET, {"source_type": "stripe", "object": "charges"})
    assert said(guard.described, reusing, here) == ""
    put(here.root, ASSET, {"source_type": "hubspot", "object": "charges"})
    assert "describes 'charges' of 'hubspot'; write it with" in said(guard.described, reusing, here)


def test_every_asset_is_looked_at(here: Destination) -> None:
    put(here.root, ASSET, {"source_type": "stripe", "object": "charges"})
    assert "stripe_customers.yaml: is not there" in said(guard.described, scaffold(assets="reuse"), here)


def test_a_table_of_another_schema_is_another(here: Destination) -> None:
    path = "assets/postgres/v1.0/postgres_orders.yaml"
    put(here.root, path, {"source_type": "postgres", "object": "orders"})
    put(here.root, ".copier-answers.globex.x.yml", TABLES | {"tenant_id": "globex", "tables": ["hr.orders"]})
    reusing = scaffold(TABLES, fields=..., assets="reuse")
    assert "describes hr.orders, not public.orders" in said(guard.described, reusing, here)
    assert "assets=reuse" not in said(guard.unowned, scaffold(TABLES), here)


# --- what Copier would delete -----------------------------------------------------------------------------------------


def test_what_would_be_deleted_is_named(here: Destination) -> None:
    fewer = scaffold(objects=["charges"])
    asset, job = (path.replace("charges", "customers") for path in (ASSET, JOB))
    assert said(guard.undeleted, fewer, STRIPE, here) == ""
    put(here.root, job)
    see = f"would be deleted; see what is deleted, and what was edited: {UPDATE} --dry-run --data objects=..."
    assert said(guard.undeleted, fewer, STRIPE, here) == f"{FILE}: {job} {see}"
    put(here.root, asset)
    assert said(guard.undeleted, fewer, STRIPE, here) == f"{FILE}: {asset} and 1 more {see}"
    assert said(guard.undeleted, scaffold(), STRIPE, here) == ""


def test_every_answer_that_changed_is_named(here: Destination) -> None:
    put(here.root, JOB)
    now = scaffold(tenant_id="globex", owner="you@acme.com")
    assert said(guard.undeleted, now, STRIPE, here).endswith("--dry-run --data tenant_id=... --data owner=...")


def test_none_may_have_changed(here: Destination) -> None:
    put(here.root, JOB)
    recorded = {**STRIPE, "asset_names": {"charges": "x"}}
    put(here.root, "jobs/acme/x_to_iceberg.yaml")
    assert said(guard.undeleted, scaffold(), recorded, here).endswith(f"edited: {UPDATE} --dry-run")


def test_what_git_ignores_is_refused(here: Destination) -> None:
    put(here.root, ".gitignore", "*.yaml\n")
    put(here.root, ASSET)
    assert said(guard.undeleted, scaffold(), STRIPE, here) == ""  # this is no repository
    git(here.root, "init", "--quiet")
    assert said(guard.undeleted, scaffold(), STRIPE, here) == (
        f"{FILE}: use {UPDATE}; Copier's update deletes {ASSET}, which Git ignores"
    )
    git(here.root, "add", "--force", ASSET)
    assert said(guard.undeleted, scaffold(), STRIPE, here) == ""


def test_every_file_is_asked_for(here: Destination) -> None:
    git(here.root, "init", "--quiet")
    put(here.root, ".gitignore", "jobs\n")
    for path in (ASSET, JOB):
        put(here.root, path)
    assert f"deletes {JOB}, which Git ignores" in said(guard.undeleted, scaffold(), STRIPE, here)


def test_git_is_asked_for_what_is_there_alone(here: Destination, monkeypatch: pytest.MonkeyPatch) -> None:
    put(here.root, ".gitignore", "*.yaml\n")
    git(here.root, "init", "--quiet")
    monkeypatch.setattr(guard, "git", None)
    assert said(guard.undeleted, scaffold(), STRIPE, here) == ""


def test_an_answers_file_has_the_name_of_its_scaffold(here: Destination) -> None:
    assert said(guard.named, FILE, here) == ""
    assert said(guard.named, ".copier-answers.acme.x.yml", here) == (
        "--answers-file: name .copier-answers.acme.x.yml, or leave the option out; "
        f"'{FILE}' is not the name of this scaffold's file"
    )
