"""`min_confidence` and `--min-confidence`: from which confidence on a column of an import is labelled."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from copier import run_copy
from copier.errors import UserMessageError

from dativo_generator.answers.readers import share
from dativo_generator.answers.recording import as_imported
from dativo_generator.base.errors import AnswerError
from dativo_generator.cli import app as cli
from support import PACK, Rendered, render
from test_import_question import ORDERS, TABLES, asset_fields

PEOPLE = TABLES | {"tables": ["public.people"]}
SCRIPT = "CREATE TABLE public.people (id int primary key, name text, email text, updated_at timestamp);"


def labels(out: Rendered, name: str) -> dict[str, str | None]:
    return {column: said[2] for column, said in asset_fields(out, name).items()}


@pytest.fixture
def people(tmp_path: Path) -> str:
    """Write a script with a column whose name needs a table of people, and one whose name needs nothing."""
    path = tmp_path / "people.sql"
    path.write_text(SCRIPT, encoding="utf-8")
    return str(path)


@pytest.mark.parametrize(
    ("given", "name", "email"),
    [(None, "PII", "PII"), (0.5, "PII", "PII"), ("0.9", None, "PII"), (1, None, None)],
)
def test_a_label_that_is_less_sure_is_none(
    given: Any, name: str | None, email: str | None, people: str, template: Path, tmp_path: Path
) -> None:
    answers = PEOPLE | {"import_from": people} | ({} if given is None else {"min_confidence": given})
    out = render(template, tmp_path / "out", answers)
    assert labels(out, "people") == {"id": None, "name": name, "email": email, "updated_at": None}
    assert out.answers.get("min_confidence") == (None if given is None else float(given))
    fields = yaml.safe_load(out.answers["fields"])
    # None is said aloud, since the rules would give the label again.
    assert (fields["name"], fields["email"]) == (f"string {name or 'none'}", f"string {email or 'none'}")


def test_what_a_higher_bar_leaves_without_a_label_is_told(
    people: str, template: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    answers = PEOPLE | {"import_from": people, "min_confidence": 0.9}
    run_copy(str(template), tmp_path / "out", data=answers, defaults=True, unsafe=True)
    assert "Imported: 'people' has no label for name: less sure than 0.9" in capfd.readouterr().err


@pytest.mark.parametrize(
    ("others", "why"),
    [
        ({}, "leave the answer out; without an import, no label depends on values"),
        (
            {"fields": {"id": "integer", "updated_at": "date"}},
            "leave it out, or answer import_from; nothing is imported",
        ),
    ],
)
def test_without_an_import_it_is_refused(others: dict[str, Any], why: str, template: Path, tmp_path: Path) -> None:
    with pytest.raises(UserMessageError, match=f"^min_confidence: {why}"):
        render(template, tmp_path / "out", ORDERS | others | {"min_confidence": 0.9})
    assert not (tmp_path / "out").exists()


def test_recorded_answers_give_the_same_files_elsewhere(people: str, template: Path, tmp_path: Path) -> None:
    out = render(template, tmp_path / "out", PEOPLE | {"import_from": people, "min_confidence": 0.9})
    (file,) = out.root.glob(".copier-answers.*")
    recorded = {name: value for name, value in yaml.safe_load(file.read_text()).items() if not name.startswith("_")}
    run_copy(str(template), tmp_path / "again", data=recorded, defaults=True, unsafe=True, quiet=True)
    assert Rendered(tmp_path / "again").files == out.files


@pytest.mark.parametrize("raw", [-0.1, 1.1, "half", "", True, None, float("nan"), [0.5]])
def test_another_value_is_refused(raw: Any) -> None:
    with pytest.raises(AnswerError, match="write a number from 0 to 1"):
        share(raw)


@pytest.mark.parametrize(("raw", "value"), [(0, 0.0), (1, 1.0), ("0.75", 0.75), (".5", 0.5), (0.25, 0.25)])
def test_a_number_from_0_to_1_is_taken(raw: Any, value: float) -> None:
    assert share(raw) == value


@pytest.fixture
def fields(capsys: pytest.CaptureFixture[str]) -> Callable[..., tuple[Any, str, str]]:
    """Run `dativo-generator fields`; returns the exit status and what it printed."""

    def run(*arguments: object) -> tuple[Any, str, str]:
        status: Any = 0
        try:
            cli.main(["fields", *map(str, arguments)])
        except SystemExit as stop:
            status = stop.code or 0
        return (status, *capsys.readouterr())

    return run


def test_the_command_takes_a_bar_and_explains_what_is_below_it(
    fields: Callable[..., tuple[Any, str, str]], people: str
) -> None:
    status, out, _ = fields(people, "--min-confidence", "0.9")
    assert (status, yaml.safe_load(out)["fields"]) == (
        0,
        {"id": "integer required", "name": "string none", "email": "string PII", "updated_at": "timestamp cursor"},
    )
    _, out, _ = fields(people, "--min-confidence", "0.9", "--explain")
    assert out.splitlines()[1:3] == [
        "name        string     -          0.85 name in a table of people: 'name' in the name, in a table about "
        "'people'; PII only below 0.9",
        "email       string     PII        0.95 email: 'email' in the name",
    ]


@pytest.mark.parametrize("bar", ["1.1", "-1", "nan", "high"])
def test_a_bar_that_is_none_is_refused(bar: str, fields: Callable[..., tuple[Any, str, str]], people: str) -> None:
    status, out, err = fields(people, "--min-confidence", bar)
    assert (status, out) == (2, "")
    assert "--min-confidence" in err


def test_values_below_the_usual_bar_count_for_who_asks_for_them(
    fields: Callable[..., tuple[Any, str, str]], tmp_path: Path
) -> None:
    path = tmp_path / "t.csv"
    path.write_text("x\n4242424242424242\n5555555555554444\n", encoding="utf-8")
    assert yaml.safe_load(fields(path)[1])["fields"] == {"x": "integer"}
    assert yaml.safe_load(fields(path, "--min-confidence", "0.1")[1])["fields"] == {"x": "integer SENSITIVE"}
    assert PACK.min_confidence == 0.5


def test_another_bar_is_no_import_of_before() -> None:
    recorded = {"imported_from": "shop.sql", "fields": {"id": "integer"}, "min_confidence": 0.9}
    given = {"import_from": "shop.sql", "min_confidence": 0.9}
    assert as_imported(given, recorded) == {
        "min_confidence": 0.9,
        "fields": {"id": "integer"},
        "imported_from": "shop.sql",
    }
    assert as_imported(given | {"min_confidence": 0.7}, recorded) == given | {"min_confidence": 0.7}
    assert "import_from" not in as_imported({"import_from": "shop.sql"}, recorded)
