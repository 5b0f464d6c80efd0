"""`dativo-generator fields`: what it prints for people, data files and programs, and its exit statuses."""

import importlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from dativo_generator.cli import app as cli
from support import EXAMPLES, ROOT, load_answers, render
from test_sources import DATA, FOLDER, expected

PEOPLE = ROOT / "examples" / "people.csv"
ASSET = {
    "asset": {
        "name": "csv_people",
        "source_type": "csv",
        "object": "people",
        "version": "1.0",
        "schema": [
            {"name": "id", "type": "integer", "required": True},
            {
                "name": "name",
                "type": "string",
                "required": False,
                "classification": "INTERNAL",
                "description": "As typed",
            },
            {"name": "gone", "type": "string", "required": False},
            {"name": "email", "type": "string", "required": False},
        ],
        "target": {"mode": "strict"},
    }
}


class Done:
    """What a run printed, and its exit status."""

    def __init__(self, status: int, out: str, err: str) -> None:
        self.status, self.out, self.err = status, out, err

    @property
    def fields(self) -> Any:
        """The fields of the data file that it printed."""
        return yaml.safe_load(self.out)["fields"]


@pytest.fixture
def fields(capsys: pytest.CaptureFixture[str]) -> Callable[..., Done]:
    """Run the command."""

    def run(*arguments: object) -> Done:
        status = 0
        try:
            cli.main(["fields", *map(str, arguments)])
        except SystemExit as stop:
            status = stop.code or 0
        printed = capsys.readouterr()
        return Done(status, printed.out, printed.err)

    return run


def asset(folder: Path, **changes: Any) -> Path:
    """Write an asset; `mode` and `schema` change it."""
    body = ASSET["asset"] | {"schema": changes.get("schema", ASSET["asset"]["schema"])}
    body["target"] = {"mode": changes["mode"]} if "mode" in changes else {}
    path = folder / "asset.yaml"
    path.write_text(yaml.safe_dump({"asset": body}), encoding="utf-8")
    return path


def source(folder: Path, text: str) -> Path:
    path = folder / "people.csv"
    path.write_text(text, encoding="utf-8")
    return path


def test_several_tables_are_a_mapping_of_objects(fields: Callable[..., Done]) -> None:
    done = fields(FOLDER / "postgres.sql")
    assert (done.status, done.fields) == (0, DATA["fields"])
    assert list(done.fields["customers"]) == list(DATA["fields"]["customers"])
    assert "Note: public.customers, public.orders: cursor 'updated_at', which shows what has changed" in done.err


def test_tables_with_a_cursor_of_one_name_share_a_note(tmp_path: Path, fields: Callable[..., Done]) -> None:
    path = tmp_path / "many.sql"
    path.write_text("".join(f"create table t{n} (id int, updated_at timestamp);\n" for n in range(9)))
    notes = [line for line in fields(path).err.splitlines() if "cursor '" in line]
    assert notes == ["Note: t0, t1, t2 and 6 more: cursor 'updated_at', which shows what has changed"]


def test_one_table_is_its_columns_and_an_object_can_be_named(fields: Callable[..., Done]) -> None:
    done = fields(FOLDER / "singer.json", "--table", "orders")
    assert done.fields == DATA["fields"]["orders"]
    assert "Note: cursor 'updated_at', since the source says so" in done.err
    assert list(fields(PEOPLE, "--object", "staff").fields) == ["staff"]
    done = fields(FOLDER / "singer.json", "--object", "staff")
    assert done.status == 1
    assert "choose with --table one of public.customers, public.orders; --object names one" in done.err


def test_files_of_a_folder_are_an_object_each(fields: Callable[..., Done], tmp_path: Path) -> None:
    (tmp_path / "people.csv").write_text("id,email\n1,a@example.com\n", encoding="utf-8")
    (tmp_path / "orders.csv").write_text("id,total\n1,2.5\n", encoding="utf-8")
    for source_ in (tmp_path, tmp_path / "*.csv"):
        answers = yaml.safe_load(fields(source_).out)
        assert answers == {
            "files": [{"path": f"{tmp_path}/{name}.csv", "object": name} for name in ("orders", "people")],
            "fields": {
                "orders": {"id": "integer", "total": "double"},
                "people": {"id": "integer", "email": "string PII"},
            },
        }
    together = {"id": "integer", "total": "double", "email": "string PII"}
    assert yaml.safe_load(fields(tmp_path, "--together").out) == {"fields": together}


def test_json_is_a_list_of_columns(fields: Callable[..., Done]) -> None:
    columns = json.loads(fields(FOLDER / "mysql.sql", "--json").out)["columns"]
    assert {tuple(column) for column in columns} == {
        ("table", "name", "type", "required", "classification", "confidence", "rule", "evidence", "against")
    }
    assert columns[0] == {
        "table": "customers", "name": "id", "type": "integer", "required": True,
        "classification": None, "confidence": None, "rule": None, "evidence": None, "against": None,
    }  # fmt: skip
    email = next(column for column in columns if column["name"] == "email")
    assert (email["classification"], email["rule"], email["evidence"]) == ("PII", "email", "'email' in the name")
    assert (email["confidence"], email["against"]) == (0.95, None)


def test_every_label_is_explained(fields: Callable[..., Done], tmp_path: Path) -> None:
    done = fields(PEOPLE, "--explain")
    assert "6 of 6 values pass the check" in done.out
    assert "ada" not in done.out.lower()
    done = fields(asset(tmp_path), "--explain")
    assert "INTERNAL" in done.out
    assert "stated by the source: the rules say PII by 'name in a table of people'" in done.out
    assert done.status == 0


def test_what_is_printed_is_a_data_file(fields: Callable[..., Done], template: Path, tmp_path: Path) -> None:
    answers = fields(FOLDER / "postgres.sql")
    selection = {"tables": ["public.customers", "public.orders"], "source_connector": "postgres"}
    out = render(
        template,
        tmp_path / "out",
        selection | {"tenant_id": "acme", "target_connector": "s3", "fields": answers.fields},
    )
    (customers, orders) = out.assets.values()
    assert [field["name"] for field in customers["schema"]] == list(DATA["fields"]["customers"])
    assert customers["schema"][1]["description"] == "Where we write to"
    assert orders["asset"]["governance"]["owner"]


@pytest.mark.parametrize(
    ("mode", "text", "status"),
    [
        ("strict", "id,name,gone,email\n1,x,y,z\n", 0),
        ("strict", "id,name,gone,email,new\n1,x,y,z,1\n", 1),
        ("merge", "id,name,gone,email,new\n1,x,y,z,1\n", 0),
        ("merge", "id,name,email\n1,x,z\n", 0),
        ("merge", "id,name,gone,email\nA,x,y,z\n", 1),
        ("merge", "name,gone,email\nx,y,z\n", 1),
        ("merge", "id,name,gone,email\n1,x,y,z\n,x,y,z\n", 1),
        ("relaxed", "name\nx\n", 0),
        (None, "id,name,gone,email,new\n1,x,y,z,1\n", 1),
    ],
)
def test_an_asset_is_compared_by_its_mode(
    mode: str | None, text: str, status: int, fields: Callable[..., Done], tmp_path: Path
) -> None:
    path = asset(tmp_path, **({"mode": mode} if mode else {}))
    done = fields(source(tmp_path, text), "--against", path)
    assert done.status == status, done.out


def test_a_comparison_says_what_breaks_and_keeps_what_people_wrote(fields: Callable[..., Done], tmp_path: Path) -> None:
    path = asset(tmp_path, mode="merge")
    new = source(tmp_path, "email,name,id,new\nada@example.com,x,A,1\n")
    done = fields(new, "--against", path)
    comments = [line for line in done.out.splitlines() if line.startswith("#")]
    assert comments == [
        "# retyped: id: integer -> string (breaks: readers expect the old type)",
        "# removed: gone: was string",
        "# added: new: integer",
        "# 3 changes; mode merge: this fails",
    ]
    assert list(done.fields.items()) == [
        ("id", "string required"),
        ("name", {"type": "string", "required": False, "classification": "INTERNAL", "description": "As typed"}),
        ("email", "string none"),
        ("new", "integer"),
    ]
    found = json.loads(fields(new, "--against", path, "--json").out)
    assert found["failed"] is True
    assert [change["what"] for change in found["changes"]] == ["retyped", "removed", "added"]
    assert found["fields"] == done.fields


@pytest.mark.parametrize(
    "example", [path for path in EXAMPLES if path.stem != "sheets_budget"], ids=lambda path: path.stem
)
def test_a_generated_asset_has_not_changed_against_itself(
    example: Path, fields: Callable[..., Done], template: Path, tmp_path: Path
) -> None:
    out = render(template, tmp_path / "out", load_answers(example))
    for name, content in out.assets.items():
        if "bigint" not in str(content):
            done = fields(out.root / name, "--against", out.root / name)
            assert (done.status, done.out.splitlines()[0]) == (0, "# nothing has changed")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["nowhere.csv"], "Error: nowhere.csv: there is no such file"),
        (["postgresql://me:geheim@h/db"], "Error: postgresql://h/db: put the password in the environment"),
        ([str(PEOPLE), "--against", "nowhere.yaml"], "Error: nowhere.yaml: there is no such file"),
        ([str(PEOPLE), "--against", str(FOLDER / "openapi.yaml")], "is not an asset"),
        ([str(FOLDER / "mysql.sql"), "--dialect", "mysqul"], "did you mean 'mysql'? 'mysqul' is not a dialect"),
        ([""], "Error: name a source"),
    ],
)
def test_an_error_is_one_line_and_status_1(arguments: list[str], message: str, fields: Callable[..., Done]) -> None:
    done = fields(*arguments)
    assert (done.status, done.out) == (1, "")
    assert message in done.err
    assert len(done.err.splitlines()) == 1
    assert "geheim" not in done.err


@pytest.mark.parametrize(
    ("name", "library"),
    [("rows.ndjson", "duckdb"), (str(FOLDER / "mysql.sql"), "sqlglot"), ("postgresql://h/db", "sqlalchemy")],
)
def test_a_library_that_is_not_installed_is_named_with_the_way_to_it(
    name: str, library: str, fields: Callable[..., Done], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("rows.ndjson").write_text('{"a": 1}\n', encoding="utf-8")
    real = importlib.import_module

    def without(module: str, *package: Any) -> Any:
        if module.partition(".")[0] == library:
            raise ImportError(name=library)
        return real(module, *package)

    monkeypatch.setattr(importlib, "import_module", without)
    done = fields(name)
    assert done.status == 1
    assert f"needs '{library}', which is not installed; pip install '.[import]'" in done.err


def test_sources_are_described_by_table(fields: Callable[..., Done]) -> None:
    assert fields(FOLDER / "dbt", "--object", "orders", "--table", "orders").fields == {
        "orders": expected("dbt")["orders"]
    }
