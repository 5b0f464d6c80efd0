"""`import_from`: what a source holds becomes the answer to `fields`, and nothing else of it is kept."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from copier import run_copy, run_recopy
from copier.errors import UserMessageError

from fleets import Command
from support import PACK, ROOT, Rendered, git, release, render
from terminal import DONE, ENTER
from test_prompts import SOURCES, TARGETS, begin, end, opened, pick, start
from test_sources import FOLDER, expected
from test_sources import SOURCES as DESCRIBED

PEOPLE = ROOT / "examples" / "people.csv"
TABLES = {"tenant_id": "acme", "source_connector": "postgres", "target_connector": "s3"}
BOTH = TABLES | {"tables": ["public.customers", "public.orders"]}
ORDERS = TABLES | {"tables": ["public.orders"]}


def asset_fields(out: Rendered, name: str) -> dict[str, tuple[str, bool, str | None]]:
    (asset,) = [asset for path, asset in out.assets.items() if path.endswith(f"_{name}.yaml")]
    return {f["name"]: (f["type"], f["required"], f.get("classification")) for f in asset["schema"]}


def said(fields: dict[str, Any]) -> dict[str, tuple[str, bool, str | None]]:
    found = {}
    for name, entry in fields.items():
        words = entry.split() if isinstance(entry, str) else []
        label = next((word for word in words if word.isupper()), None)
        found[name] = (
            (words[0], "required" in words, label)
            if words
            else (entry["type"], entry["required"], entry.get("classification"))
        )
    return found


@pytest.mark.parametrize("source", [name for name in DESCRIBED if len(expected(name)) == 2])
def test_every_source_fills_the_fields(source: str, template: Path, tmp_path: Path) -> None:
    out = render(template, tmp_path / "out", BOTH | {"import_from": str(FOLDER / source)})
    for table, fields in expected(source).items():
        assert asset_fields(out, table) == said(fields)
    assert "import_from" not in out.answers
    # The recipe's own cursor is followed, and not written down.
    unmarked = {
        name: {c: x.replace(" cursor", "") if isinstance(x, str) else x for c, x in fields.items()}
        for name, fields in expected(source).items()
    }
    assert yaml.safe_load(out.answers["fields"]) == unmarked


def test_a_database_fills_the_fields_and_its_password_is_nowhere(
    server: Any, template: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    database = server.database("shop")
    database.execute(
        "CREATE TABLE orders (id bigint PRIMARY KEY, email varchar(9) NOT NULL, changed_on timestamp NULL)"
    )
    for name, value in server.environment.items():
        monkeypatch.setenv(name, value)
    schema = "public" if server.name == "postgresql" else database.name
    answers = TABLES | {"tables": [f"{schema}.orders"], "import_from": database.url()}
    run_copy(str(template), tmp_path / "out", data=answers, defaults=True, unsafe=True)
    out = Rendered(tmp_path / "out")
    assert asset_fields(out, "orders") == {
        "id": ("integer", True, None),
        "email": ("string", True, "PII"),
        "changed_on": ("timestamp", False, None),
    }
    # No column is called as the recipe's cursor, and one tells what has changed.
    assert out.job["source"]["incremental"]["cursor_field"] == "changed_on"
    printed = "".join(capfd.readouterr())
    assert "later runs follow the column 'changed_on' of 'orders'" in printed
    everything = printed + b"".join(out.files.values()).decode()
    assert not any(value in everything for value in server.environment.values())
    # Where they came from is recorded with the name of the password, and nowhere else.
    assert database.url() not in printed
    naming = [name for name, text in out.files.items() if database.url().encode() in text]
    assert naming == [".copier-answers.acme.postgres_to_s3.yml"]


def test_the_answers_replay_with_the_source_gone(
    released: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = tmp_path / "shop.sql"
    source.write_text((FOLDER / "postgres.sql").read_text(encoding="utf-8"), encoding="utf-8")
    out = render(released, tmp_path / "out", BOTH | {"import_from": str(source)})
    before = out.files
    source.unlink()
    release(out.root, "scaffolded")
    (file,) = [name for name in before if name.startswith(".copier-answers.")]
    run_recopy(out.root, answers_file=file, defaults=True, overwrite=True, unsafe=True, quiet=True)
    assert Rendered(out.root).files == before
    assert git(out.root, "status", "--porcelain") == ""


def test_replay_and_update_know_nothing_of_sources(
    released: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    out = render(released, tmp_path / "out", ORDERS | {"import_from": str(FOLDER / "mysql.sql")})
    release(out.root, "scaffolded")
    command = Command(released, monkeypatch, capsys)
    assert command(out.root, "replay", "--strict").status == 0
    release(released, "v2.0.0")
    assert command(out.root, "update").status == 0


def test_a_render_loads_no_importer(template: Path, tmp_path: Path) -> None:
    answers = ORDERS | {"fields": {"id": "integer", "updated_at": "date"}}
    code = (
        "import sys; from copier import run_copy\n"
        f"run_copy({str(template)!r}, {str(tmp_path / 'out')!r}, data={answers!r},"
        " defaults=True, unsafe=True, quiet=True)\n"
        "print([name for name in sys.modules if 'importers' in name or name in ('duckdb', 'sqlalchemy', 'sqlglot')])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, env=dict(os.environ)
    )
    assert done.stdout.strip() == "[]"


# --- the cursor -------------------------------------------------------------------------------------------------------


def script(folder: Path, columns: str) -> str:
    path = folder / "orders.sql"
    path.write_text(f"CREATE TABLE public.orders (id int primary key, {columns});", encoding="utf-8")
    return str(path)


@pytest.mark.parametrize(
    ("columns", "cursor", "word"),
    [
        ("updated_at timestamp", "updated_at", ""),
        ("updated_at timestamptz, modified_on date", "updated_at", ""),
        ("last_modified timestamp", "last_modified", "cursor"),
        ("modified_date date, created_at timestamp", "modified_date", "cursor"),
        ("updated_at text, lastChange timestamp", "lastChange", "cursor"),
    ],
)
def test_the_cursor_is_a_column_that_is_there(
    columns: str, cursor: str, word: str, template: Path, tmp_path: Path
) -> None:
    out = render(template, tmp_path / "out", ORDERS | {"import_from": script(tmp_path, columns)})
    assert out.job["source"]["incremental"]["cursor_field"] == cursor
    assert out.job["source"]["tables"][0]["cursor_field"] == cursor
    # The recipe's own cursor is followed, and not written down.
    assert yaml.safe_load(out.answers["fields"])[cursor].split()[1:] == ([word] if word else [])


def test_the_cursor_that_a_catalog_says_comes_first(template: Path, tmp_path: Path) -> None:
    catalog = yaml.safe_load((FOLDER / "airbyte.json").read_text(encoding="utf-8"))
    catalog["streams"][0]["default_cursor_field"] = ["created_at"]
    path = tmp_path / "catalog.json"
    path.write_text(json.dumps(catalog), encoding="utf-8")
    out = render(template, tmp_path / "out", TABLES | {"tables": ["public.customers"], "import_from": str(path)})
    assert out.job["source"]["incremental"]["cursor_field"] == "created_at"


def test_without_a_column_to_follow_a_table_is_read_whole_and_that_is_recorded(template: Path, tmp_path: Path) -> None:
    answers = ORDERS | {"import_from": script(tmp_path, "created_at timestamp, a text")}
    out = render(template, tmp_path / "out", answers)
    assert "incremental" not in out.job["source"]
    assert out.answers["incremental"] is False
    with pytest.raises(UserMessageError, match="cursor_field: answer it"):
        render(template, tmp_path / "no", answers | {"incremental": True})
    assert not (tmp_path / "no").exists()
    own = {"tables": [{"name": "public.orders", "cursor_field": "created_at"}]}
    out = render(template, tmp_path / "own", answers | own)
    assert out.job["source"]["incremental"]["cursor_field"] == "created_at"
    assert "incremental" not in out.answers
    out = render(template, tmp_path / "cursor", answers | {"incremental": True, "cursor_field": "created_at"})
    assert out.job["source"]["incremental"]["cursor_field"] == "created_at"


# --- files ------------------------------------------------------------------------------------------------------------


def test_files_are_imported_from_themselves(template: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name, text in {"a.csv": "id,email\n1,ada@example.com\n", "b.csv": "n\n1.5\n"}.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    files = [{"path": "a.csv", "object": "first"}, {"path": "b.csv", "object": "second"}]
    out = render(template, tmp_path / "out", TABLES | {"source_connector": "csv", "files": files})
    assert asset_fields(out, "first") == {"id": ("integer", False, None), "email": ("string", False, "PII")}
    assert asset_fields(out, "second") == {"n": ("double", False, None)}


@pytest.mark.parametrize("given", ["", "shop.sql"])
def test_the_file_itself_is_offered_in_a_terminal(given: str, template: Path, tmp_path: Path) -> None:
    (tmp_path / "people.csv").write_bytes(PEOPLE.read_bytes())
    (tmp_path / "shop.sql").write_text("create table people (a int, b date)", encoding="utf-8")
    terminal = start(template, tmp_path)
    begin(terminal, pick(SOURCES, "csv"))
    terminal.answer("Files", f"people.csv{DONE}")
    end(terminal)
    terminal.wait("people.csv")
    clear = "\x7f" * len("people.csv") if given else ""
    terminal.answer("Import the fields from", f"{clear}{given}{ENTER}")
    terminal.answer("b: date" if given else "Full Name: string PII", DONE)
    assert terminal.finish() == 0, terminal.text
    out = Rendered(tmp_path / "out")
    assert list(asset_fields(out, "people")) == (["a", "b"] if given else list(yaml.safe_load(out.answers["fields"])))


def test_a_bad_source_is_asked_for_again(template: Path, tmp_path: Path) -> None:
    terminal = start(template, tmp_path)
    begin(terminal, pick(SOURCES, "csv"))
    terminal.answer("Files", f"nowhere.csv{DONE}")
    end(terminal)
    terminal.answer("Import the fields from", f"nowhere.csv{ENTER}")
    terminal.wait("nowhere.csv: there is no such file")
    terminal.close()


# --- what is wrong ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("answers", "message"),
    [
        (ORDERS | {"import_from": "nowhere.sql"}, "import_from: nowhere.sql: there is no such file"),
        (TABLES | {"tables": ["public.ordres"], "import_from": str(FOLDER / "mysql.sql")}, "did you mean 'orders'?"),
        (ORDERS | {"import_from": "postgresql://me:geheim@db/shop"}, "import_from: put it in the environment"),
        (ORDERS | {"import_from": "postgresql://me:${TEST_NO}@db/shop"}, "the environment has no TEST_NO"),
        (
            ORDERS | {"import_from": str(FOLDER / "mysql.sql"), "fields": {"id": "integer"}},
            "the fields are answered already",
        ),
        (
            ORDERS | {"import_from": str(FOLDER / "mysql.sql"), "assets": "reuse"},
            "import_from: leave the answer out; the existing asset decides it",
        ),
    ],
)
def test_a_wrong_source_writes_nothing(answers: dict[str, Any], message: str, template: Path, tmp_path: Path) -> None:
    with pytest.raises(UserMessageError) as error:
        render(template, tmp_path / "out", answers)
    assert message in str(error.value)
    assert "geheim" not in str(error.value)
    assert len(str(error.value).splitlines()) == 1
    assert not (tmp_path / "out").exists()


def test_the_registry_reads_every_source_kind_of_columns(template: Path, tmp_path: Path) -> None:
    """An API's objects are imported from a catalog under their names; what it does not have is an error."""
    source = PACK.registry["stripe"]
    catalog = {"streams": [{"name": source.objects[0], "json_schema": {"properties": {"id": {"type": "string"}}}}]}
    path = tmp_path / "catalog.json"
    path.write_text(json.dumps(catalog), encoding="utf-8")
    answers = {"tenant_id": "acme", "source_connector": source.id, "target_connector": "s3", "import_from": str(path)}
    out = render(template, tmp_path / "out", answers | {"objects": [source.objects[0]]})
    assert [field["name"] for field in out.asset["schema"]] == ["id"]
    with pytest.raises(UserMessageError, match=f"there is no table '{source.objects[1]}'"):
        render(template, tmp_path / "no", answers | {"objects": list(source.objects[:2])})


# --- several tables, one of them without a column to follow -----------------------------------------------------------


def several(folder: Path) -> str:
    path = folder / "several.sql"
    path.write_text(
        "CREATE TABLE public.orders (id int primary key, updated_at timestamp);"
        "CREATE TABLE public.returns (id int primary key, changed_on timestamp);"
        "CREATE TABLE public.countries (code text primary key, name text);",
        encoding="utf-8",
    )
    return str(path)


THREE = TABLES | {"tables": ["public.orders", "public.returns", "public.countries"]}


def followed(out: Rendered) -> dict[str, str | None]:
    """Map what each job reads to the column that it follows, None where it reads everything."""
    jobs = [job["source"] for job in out.jobs.values()]
    assert all((job["tables"][0].get("cursor_field") is None) == ("incremental" not in job) for job in jobs)
    return {job["tables"][0]["object"]: job.get("incremental", {}).get("cursor_field") for job in jobs}


EACH = {"orders": "updated_at", "returns": "changed_on", "countries": None}


def test_a_table_without_a_cursor_is_read_in_full_and_the_others_are_not(
    template: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    answers = THREE | {"import_from": several(tmp_path)}
    run_copy(str(template), tmp_path / "out", data=answers, defaults=True, unsafe=True)
    out = Rendered(tmp_path / "out")
    assert followed(out) == EACH
    assert (out.answers["full_reads"], "incremental" in out.answers) == (["countries"], False)
    printed = "".join(capfd.readouterr())
    assert "Imported: every run reads 'countries' in full" in printed
    assert "follow 'updated_at' of 'countries'" not in printed
    # What is recorded gives the same without the source.
    again = render(template, tmp_path / "again", out.answers)
    assert again.jobs == out.jobs


def test_the_table_without_a_cursor_is_named_in_the_terminal(template: Path, tmp_path: Path) -> None:
    terminal = start(template, tmp_path)
    begin(terminal, pick(SOURCES, "postgres"))
    terminal.answer("Tables", f"[public.orders, public.returns, public.countries]{DONE}")
    end(terminal, customize=opened("schema"))
    terminal.answer("Import the fields from", f"{several(tmp_path)}{ENTER}")
    terminal.wait("'countries' has no column that shows what is new")
    terminal.answer("Tables to read in full each time", ENTER)
    terminal.answer("Assets", ENTER)
    terminal.answer("Minimum confidence", ENTER)
    terminal.answer("Fields", DONE)
    terminal.answer("Fixtures", ENTER)
    assert terminal.finish() == 0, terminal.text
    assert followed(Rendered(tmp_path / "out")) == EACH


def test_no_reads_all_tables_in_full_and_says_so(
    template: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    answers = THREE | {"import_from": several(tmp_path), "incremental": False}
    run_copy(str(template), tmp_path / "out", data=answers, defaults=True, unsafe=True)
    assert set(followed(Rendered(tmp_path / "out")).values()) == {None}
    printed = "".join(capfd.readouterr())
    assert "every run reads 'orders' in full" in printed and "later runs follow" not in printed


@pytest.mark.parametrize(
    ("answers", "message"),
    [
        ({"full_reads": ["country"]}, "did you mean 'countries'. 'country' is not one of"),
        ({"full_reads": ["orders", "returns", "countries"]}, "leave at least one table out"),
        ({"full_reads": []}, "'countries' has no field 'updated_at'"),
        ({"full_reads": [], "cursor_field": "id"}, "'countries' has no column 'id'"),
        ({"incremental": False, "full_reads": ["countries"]}, "full_reads: leave the answer out; incremental is off"),
    ],
)
def test_what_cannot_be_read_in_full_is_refused(
    answers: dict[str, Any], message: str, template: Path, tmp_path: Path
) -> None:
    with pytest.raises(UserMessageError, match=message):
        render(template, tmp_path / "out", THREE | {"import_from": several(tmp_path)} | answers)


# --- tables by pattern ------------------------------------------------------------------------------------------------

SHOP = "".join(
    f"CREATE TABLE sales.{name} (id bigint PRIMARY KEY, updated_at timestamp NOT NULL);\n"
    for name in ("orders", "items", "tmp_x")
)


def test_a_pattern_that_is_typed_is_looked_up_in_a_source_that_is_named_later(template: Path, tmp_path: Path) -> None:
    (tmp_path / "shop.sql").write_text(SHOP, encoding="utf-8")
    terminal = start(template, tmp_path)
    begin(terminal, pick(SOURCES, "postgres"))
    terminal.answer("Tables", f'- "!sales.tmp_*"{DONE}')
    terminal.wait("say which tables to include")
    terminal.send(f"{ENTER}- sales.*{ENTER}- {{name: 5}}{DONE}")
    terminal.wait("`name` must be one line of text")
    terminal.send("\x7f" * len("- {name: 5}") + f"- crm.people{DONE}")
    end(terminal, target=pick(TARGETS, "s3"))
    terminal.wait("name a source: the tables that match '!sales.tmp_*', 'sales.*' are\n  looked up in it")
    terminal.answer("Import the fields from", ENTER)
    terminal.wait("say where to look up '!sales.tmp_*', 'sales.*'")
    terminal.send(f"shop.sql{ENTER}")
    terminal.wait("table 'crm.people'")
    terminal.close()


def test_what_they_give_is_recorded(template: Path, tmp_path: Path) -> None:
    (tmp_path / "shop.sql").write_text(SHOP, encoding="utf-8")
    terminal = start(template, tmp_path, "--data", "tables=[sales.*, '!sales.tmp_*']")
    begin(terminal, pick(SOURCES, "postgres"))
    end(terminal, target=pick(TARGETS, "s3"))
    terminal.answer("Import the fields from", f"shop.sql{ENTER}")
    terminal.answer("Fields, as YAML", DONE)
    assert terminal.finish() == 0, terminal.text
    answers = Rendered(tmp_path / "out").answers
    assert (answers["tables"], answers["table_patterns"], answers["imported_from"]) == (
        ["sales.orders", "sales.items"],
        ["sales.*", "!sales.tmp_*"],
        "shop.sql",
    )
