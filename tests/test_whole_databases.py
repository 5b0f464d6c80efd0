"""Tables by pattern, where columns came from, and what has changed there since."""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from copier import run_copy
from copier.errors import CopierError

from dativo_generator.answers.table_patterns import looked_up
from dativo_generator.base.errors import AnswerError
from dativo_generator.base.patterns import is_meant, is_pattern
from dativo_generator.fleet.change import Change
from dativo_generator.plan.plan import plan
from fleets import Command, build
from support import PACK, Rendered, git, release

SQL = """
CREATE TABLE sales.orders (id bigint PRIMARY KEY, email text, updated_at timestamp NOT NULL);
CREATE TABLE sales.items (id bigint PRIMARY KEY, updated_at timestamp NOT NULL);
CREATE TABLE sales.tmp_x (id bigint PRIMARY KEY, updated_at timestamp NOT NULL);
CREATE TABLE hr.orders (id bigint PRIMARY KEY, updated_at timestamp NOT NULL);
CREATE TABLE crm.people (id bigint PRIMARY KEY, updated_at timestamp NOT NULL);
"""
TABLES = [(name, name.partition(".")[2]) for name in ("sales.orders", "sales.items", "sales.tmp_x", "hr.orders")]
PATTERNS = ["sales.*", "!sales.tmp_*", "crm.people"]
ANSWERS = {"tenant_id": "acme", "source_connector": "postgres", "target_connector": "s3", "scaffold": "shop"}
FILE = ".copier-answers.acme.shop.yml"


# --- patterns ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("entry", "expected"),
    [("sales.*", True), ("!x", True), ("t?", True), ("sales.orders", False), ('"a*b"', False), ({"name": "a"}, False)],
)
def test_a_name_with_a_star_or_an_exclamation_mark_is_a_pattern(entry: Any, expected: bool) -> None:
    assert is_pattern(entry) is expected


@pytest.mark.parametrize(
    ("patterns", "meant"),
    [
        (["sales.*"], ["sales.orders", "sales.items", "sales.tmp_x"]),
        (["sales.*", "!sales.tmp_*"], ["sales.orders", "sales.items"]),
        (["!tmp_*", "sales.*"], ["sales.orders", "sales.items"]),
        (["orders*"], ["sales.orders", "hr.orders"]),
        (["hr.orders"], ["hr.orders"]),
        (["*.orders", "!hr.*"], ["sales.orders"]),
    ],
)
def test_which_tables_are_meant(patterns: list[str], meant: list[str]) -> None:
    assert [name for name, plain in TABLES if is_meant(name, plain, patterns)] == meant


def test_tables_of_one_name_are_objects_by_their_whole_names() -> None:
    assert looked_up(["*.orders", "sales.items"], TABLES) == [
        "sales.items",
        {"name": "sales.orders", "object": "sales_orders"},
        {"name": "hr.orders", "object": "hr_orders"},
    ]
    assert looked_up(["sales.orders", "hr.*"], TABLES) == ["sales.orders", {"name": "hr.orders", "object": "hr_orders"}]


@pytest.mark.parametrize(
    ("entries", "problem"),
    [
        (["x.*"], r"name one of hr\.orders, .*; 'x\.\*' matches no table"),
        (["!x"], "say which tables to include, like 'sales"),
        (["hr.*", "!hr.orders"], "exclude fewer tables; "),
    ],
)
def test_a_pattern_that_means_nothing_is_refused(entries: list[str], problem: str) -> None:
    with pytest.raises(AnswerError, match=problem):
        looked_up(entries, TABLES)


# --- a scaffold -------------------------------------------------------------------------------------------------------


@pytest.fixture
def source(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Return a folder with the script of a database, to work in."""
    folder = tmp_path / "out"
    folder.mkdir()
    (folder / "shop.sql").write_text(SQL, encoding="utf-8")
    monkeypatch.chdir(folder)
    return folder


def copied(template: Path, out: Path, **answers: Any) -> Path:
    run_copy(str(template), out, data=ANSWERS | answers, defaults=True, unsafe=True, quiet=True)
    release(out, "copied")
    return out


def recorded(out: Path) -> dict[str, Any]:
    return yaml.safe_load((out / FILE).read_text(encoding="utf-8"))


@pytest.fixture
def shop(published: Path, source: Path) -> Path:
    return copied(published, source, tables=PATTERNS, import_from="shop.sql")


def test_what_is_recorded_is_the_list_with_patterns_and_source(shop: Path) -> None:
    answers = recorded(shop)
    assert answers["tables"] == ["crm.people", "sales.orders", "sales.items"]
    assert (answers["table_patterns"], answers["imported_from"]) == (["sales.*", "!sales.tmp_*"], "shop.sql")
    assert list(yaml.safe_load(answers["fields"])) == ["people", "orders", "items"]
    assert len(Rendered(shop).jobs) == 3


def test_nothing_is_looked_up_again(shop: Path, published: Path, command_on: Command) -> None:
    (shop / "shop.sql").unlink()
    assert command_on(shop, "replay", "--strict").status == 0


@pytest.mark.parametrize("answers", [{"tables": ["sales.*"]}, {"tables": "sales.*"}])
def test_a_pattern_needs_a_source(answers: dict[str, Any], published: Path, source: Path) -> None:
    with pytest.raises(CopierError, match=r"name the database with import_from, too; 'sales\.\*' is looked up there"):
        copied(published, source, **answers)


@pytest.fixture
def command_on(published: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Command:
    return Command(published, monkeypatch, capsys)


def manifest(folder: Path, *rows: dict[str, Any]) -> Path:
    (folder / "jobs.yml").write_text(yaml.safe_dump({"scaffolds": list(rows)}), encoding="utf-8")
    release(folder, f"manifest-{len(list(folder.glob('.copier*')))}-{len(rows[0])}")
    return folder


def test_a_row_of_a_manifest_is_imported_once(published: Path, source: Path, command_on: Command) -> None:
    row = ANSWERS | {"tables": PATTERNS, "import_from": "shop.sql"}
    git(source, "init", "--quiet")
    manifest(source, row)
    assert command_on(source, "batch", "jobs.yml").status == 0
    answers = recorded(source)
    assert answers["tables"] == ["crm.people", "sales.orders", "sales.items"]
    assert list(answers["fields"]) == ["people", "orders", "items"]
    (source / "shop.sql").unlink()
    release(source, "without")
    result = command_on(source, "batch", "jobs.yml", "--json")
    assert [one["state"] for one in result.json["rows"]] == ["unchanged"], result.err


def test_an_update_may_import_anew_and_keeps_what_people_wrote(shop: Path, command_on: Command) -> None:
    answers = recorded(shop)
    fields = yaml.safe_load(answers["fields"])
    fields["orders"]["email"] = "string INTERNAL!"
    result = command_on(shop, "update", FILE, "--data", f"fields={json.dumps(fields)}")
    assert result.status == 0, result.err
    (shop / "shop.sql").write_text(SQL.replace("email text", "email text, phone text"), encoding="utf-8")
    release(shop, "more")
    result = command_on(shop, "update", FILE, "--data", "import_from=shop.sql")
    assert result.status == 0, result.err
    kept = fields["orders"] | {"email": "string INTERNAL", "phone": "string PII"}  # recorded, it needs no mark
    assert recorded(shop)["fields"] == fields | {"orders": kept}


def test_an_answers_file_names_no_source_to_import_from(shop: Path, command_on: Command) -> None:
    with (shop / FILE).open("a", encoding="utf-8") as file:
        file.write("import_from: shop.sql\n")
    release(shop, "hostile")
    for arguments in (["replay"], ["update"]):
        result = command_on(shop, *arguments)
        assert "import_from: leave it out; it only helps to answer the prompts" in result.out + result.err


# --- drift ------------------------------------------------------------------------------------------------------------


def changed(shop: Path, *changes: tuple[str, str]) -> Path:
    text = SQL
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    (shop / "shop.sql").write_text(text, encoding="utf-8")
    release(shop, "changed")
    return shop


def drifted(command_on: Command, out: Path, *options: str) -> dict[str, tuple[str, bool]]:
    (scaffold,) = command_on(out, "drift", "--json", *options).json["scaffolds"]
    assert scaffold["problem"] is None
    return {table["name"]: (table["state"], table["fails"]) for table in scaffold["tables"]}


def test_nothing_has_changed(shop: Path, command_on: Command) -> None:
    assert (drifted(command_on, shop), command_on(shop, "drift").status) == ({}, 0)


def test_what_has_changed_is_found(shop: Path, command_on: Command) -> None:
    changed(shop, ("email text", "mail text"), ("TABLE crm.people", "TABLE crm.persons"), ("tmp_x", "refunds"))
    assert drifted(command_on, shop) == {
        "sales.orders": ("changed", True),
        "crm.people": ("gone", True),
        "sales.refunds": ("new", True),
    }
    assert command_on(shop, "drift").status == 1


def test_a_table_of_another_schema_is_another(shop: Path, command_on: Command) -> None:
    changed(shop, ("TABLE sales.orders", "TABLE sales.sold"))
    assert drifted(command_on, shop) == {"sales.orders": ("gone", True), "sales.sold": ("new", True)}


def test_the_columns_of_a_table_that_is_gone_are_not_taken_from_another_schema(shop: Path, command_on: Command) -> None:
    changed(shop, ("TABLE sales.orders", "TABLE hr.orders"))
    before = recorded(shop)
    result = command_on(shop, "update", FILE, "--data", "import_from=shop.sql")
    said = f"{FILE}: import_from: shop.sql: did you mean 'sales.items'? there is no table 'sales.orders'"
    assert (result.status, said in result.out) == (1, True), result
    assert recorded(shop) == before


def test_what_has_changed_is_taken_in(shop: Path, command_on: Command) -> None:
    (job,) = (path for path in Rendered(shop).jobs if "_orders_" in path)
    (shop / job).write_text((shop / job).read_text(encoding="utf-8") + "retry_config: {}\n", encoding="utf-8")
    changed(shop, ("email text", "mail text"), ("tmp_x", "refunds"))
    result = command_on(shop, "drift", "--write")
    assert result.status == 0, result.err
    answers = recorded(shop)
    assert answers["tables"] == ["crm.people", "sales.orders", "sales.items", "sales.refunds"]
    assert list(answers["fields"]["orders"]) == ["id", "updated_at", "mail"]
    assert (shop / job).read_text(encoding="utf-8").endswith("retry_config: {}\n")
    release(shop, "taken")
    assert (drifted(command_on, shop), command_on(shop, "replay").status) == ({}, 0)


class Killed(BaseException):
    """Leaves everything as it is, as a kill would."""


def test_what_a_kill_has_left_is_finished_by_the_next(
    shop: Path, command_on: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    changed(shop, ("email text", "mail text"), ("tmp_x", "refunds"))
    whole = Path(shutil.copytree(shop, shop.with_name("whole")))
    assert command_on(whole, "drift", "--write").status == 0
    original = Change._put

    def killed(self: Change, *arguments: object) -> None:
        if FILE in arguments:
            raise Killed
        original(self, *arguments)

    with monkeypatch.context() as patch:
        patch.setattr(Change, "_put", killed)
        patch.setattr(Change, "_give_up", lambda self, error: None)
        with pytest.raises(Killed):
            command_on(shop, "drift", "--write")
    assert "run 'dativo-generator drift --write' again" in command_on(shop, "replay").err
    assert command_on(shop, "drift", "--write").status == 0
    assert Rendered(shop).files == Rendered(whole).files


def test_a_source_that_the_default_branch_does_not_record_is_not_read(
    shop: Path, tmp_path: Path, command_on: Command
) -> None:
    git(tmp_path, "clone", "--quiet", "--bare", str(shop), "origin.git")
    git(shop, "remote", "add", "origin", str(tmp_path / "origin.git"))
    (scaffold,) = command_on(shop, "drift", "--json").json["scaffolds"]
    assert "git remote set-head origin --auto" in scaffold["problem"]
    git(shop, "fetch", "--quiet")
    git(shop, "remote", "set-head", "origin", "--auto")
    assert drifted(command_on, shop) == {}
    text = (shop / FILE).read_text(encoding="utf-8")
    (shop / FILE).write_text(text.replace("imported_from: shop.sql", "imported_from: /etc/passwd"), encoding="utf-8")
    (scaffold,) = command_on(shop, "drift", "--json").json["scaffolds"]
    assert "records another source for it, or none" in scaffold["problem"]
    assert command_on(shop, "drift").status == 1


# --- guesses ----------------------------------------------------------------------------------------------------------

ORDERS = ANSWERS | {"tables": ["public.orders"]}
COLUMNS = {"id": "integer required", "updated_at": "timestamp required"}


@pytest.mark.parametrize(
    ("answers", "guessed"),
    [
        (ORDERS, True),
        (ORDERS | {"fields": COLUMNS}, False),
        (ORDERS | {"assets": "reuse"}, False),
        (ANSWERS | {"source_connector": "stripe", "objects": ["customers"]}, False),
    ],
)
def test_columns_that_nobody_named_are_said_to_be_a_guess(answers: dict[str, Any], guessed: bool) -> None:
    said = [line for line in plan(PACK, answers)["warnings"] if "these are a guess" in line]
    assert bool(said) is guessed


@pytest.mark.parametrize(
    ("answers", "found"), [({}, ["guessed-owner"]), ({"owner": "data-team@acme.com"}, []), ({"owner": "a@b.cc"}, [])]
)
def test_an_owner_that_nobody_named_is_found_and_marked(
    answers: dict[str, Any], found: list[str], published: Path, tmp_path: Path, command_on: Command
) -> None:
    unsaid = {name: value for name, value in ORDERS.items() if name != "owner"}
    out = build(published, tmp_path / "out", "v1.0.0", {"shop": unsaid | answers})
    findings = command_on(out, "validate", "--json").json["findings"]
    assert [one["rule"] for one in findings if one["rule"] == "guessed-owner"] == found
    (row,) = command_on(out, "list", "--json").json["scaffolds"]
    assert (row["owner"], row["owner_is_guess"]) == (answers.get("owner", "data-team@acme.com"), bool(found))
    assert ("data-team@acme.com (a guess)" in command_on(out, "list").out) is bool(found)


@pytest.mark.parametrize(("answers", "found"), [({}, ["guessed"]), ({"fields": COLUMNS}, [])])
def test_validate_says_so_until_they_are_answered(
    answers: dict[str, Any], found: list[str], published: Path, tmp_path: Path, command_on: Command
) -> None:
    out = build(published, tmp_path / "out", "v1.0.0", {"shop": ORDERS | answers})
    findings = command_on(out, "validate", "--json").json["findings"]
    assert [finding["rule"] for finding in findings if finding["rule"] == "guessed"] == found
