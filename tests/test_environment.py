"""The environment variables of the jobs: the plan, the summary and the example file list all of them, and no others."""

import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from copier import run_copy
from copier.errors import UserMessageError

from dativo_generator.plan.environment import planned
from dativo_generator.plan.plan import plan
from fleets import Command, build
from support import PACK, Rendered, answers_for, git, release, render

ORDERS = {
    "tenant_id": "acme",
    "scaffold": "orders",
    "source_connector": "postgres",
    "tables": ["public.orders", "public.items"],
    "target_connector": "s3",
    "fields": {"orders": {"id": "integer"}, "items": {"id": "integer"}},
    "incremental": False,
}
EXAMPLE = "variables/acme/orders.env.example"
DATABASE = ["PGHOST", "PGPORT", "PGDATABASE"]
STORAGE = ["S3_ENDPOINT", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_REGION=us-east-1"]
DATA = {"fields": {"id": "integer", "updated_at": "timestamp"}}


def read(**answers: Any) -> list[str]:
    """List the variables of all jobs, those that need not be set with what they are then."""
    (group,) = plan(PACK, ORDERS | answers)["environment"]
    return [f"{one['name']}={one['default']}" if one["default"] else one["name"] for one in group["variables"]]


@pytest.mark.parametrize(
    ("answers", "expected"),
    [
        ({}, [*DATABASE, "PGUSER", "PGPASSWORD", *STORAGE]),
        ({"connection": {"host": "db"}}, ["PGPORT", "PGDATABASE", "PGUSER", "PGPASSWORD", *STORAGE]),
        (
            {"connection": {"port": "${PGPORT:-5432}", "user": "me", "password": "${ORDERS_PASSWORD}"}},
            ["PGHOST", "PGPORT=5432", "PGDATABASE", "ORDERS_PASSWORD", *STORAGE],
        ),
        ({"custom_reader": "a.py:B"}, [*DATABASE, *STORAGE]),
        ({"endpoint": "https://s3.acme.com"}, [*DATABASE, "PGUSER", "PGPASSWORD", *STORAGE[1:]]),
        ({"endpoint": "${LAKE}"}, [*DATABASE, "LAKE", "PGUSER", "PGPASSWORD", *STORAGE[1:]]),
        ({"app_root": "${HOME_OF_JOBS}"}, ["HOME_OF_JOBS", *DATABASE, "PGUSER", "PGPASSWORD", *STORAGE]),
        (
            {"target_connector": "minio"},
            [
                *(*DATABASE, "PGUSER", "PGPASSWORD"),
                *("MINIO_ENDPOINT", "MINIO_ACCESS_KEY", "MINIO_SECRET_KEY", "AWS_REGION=us-east-1"),
            ],
        ),
        # Staged in the runner's own storage; what its recipe names no job reads, but the writer of somebody may.
        (
            {"target_connector": "mysql"},
            [*DATABASE, "PGUSER", "PGPASSWORD", STORAGE[0], "S3_BUCKET", *STORAGE[1:]],
        ),
        (
            {"target_connector": "mysql", "custom_writer": "a.py:B"},
            [
                *(*DATABASE, "PGUSER", "PGPASSWORD", "MYSQL_HOST", "MYSQL_PORT", "MYSQL_DB"),
                *(STORAGE[0], "S3_BUCKET", *STORAGE[1:]),
            ],
        ),
        (
            {"target_connector": "iceberg", "catalog_uri": ""},
            [
                *(*DATABASE, "PGUSER", "PGPASSWORD", *STORAGE),
                "NESSIE_URI=http://localhost:19120/api/v1",
            ],
        ),
        (
            {"incremental": True, "cursor_field": "id", "state_dir": ""},
            [*DATABASE, "PGUSER", "PGPASSWORD", *STORAGE, "STATE_DIR=.local/state"],
        ),
        ({"incremental": True, "cursor_field": "id"}, [*DATABASE, "PGUSER", "PGPASSWORD", *STORAGE]),
    ],
    ids=str,
)
def test_every_variable_is_there_that_a_job_reads_and_no_other(answers: dict[str, Any], expected: list[str]) -> None:
    assert read(**answers) == expected


def test_a_source_that_an_engine_reads_keeps_no_state_here() -> None:
    answers = {"tenant_id": "acme", "source_connector": "stripe", "objects": ["charges"], "target_connector": "s3"}
    (group,) = plan(PACK, answers)["environment"]
    assert [one["name"] for one in group["variables"]] == [
        "STRIPE_API_KEY",
        *STORAGE[:-1],
        "AWS_REGION",
    ]


def test_secret_files_are_those_that_are_opened() -> None:
    opened = {
        source.id: plan(PACK, answers_for(source, PACK.registry["s3"]) | {"tenant_id": "acme"} | DATA)["secret_files"]
        for source in PACK.with_role("source")
    }
    assert {name: files for name, files in opened.items() if files} == {"gdrive_csv": ["/secrets/acme/gdrive.json"]}


class _Scaffold:
    """As much of a scaffold as tells what its jobs read."""

    pack, source = PACK, PACK.registry["postgres"]
    source_recipe, target_recipe = PACK.recipe("postgres"), PACK.recipe("s3")


def test_a_variable_that_some_jobs_read_stands_in_a_group_of_theirs() -> None:
    def job(name: str, **connection: str) -> dict[str, Any]:
        given = {"user": "me", "password": "${PASSWORD}", "port": "5432", "database": "shop"}
        return {"path": name, "data": {"source": {"connection": given | connection}, "target": {}}}

    groups = planned(_Scaffold(), [job("a", host="${A:-x}"), job("b", host="${A}", port="${B}")])
    known = [(group["jobs"], [(one["name"], one["default"]) for one in group["variables"]]) for group in groups]
    everybody = [("A", ""), ("PASSWORD", "")]
    assert [(jobs, [one for one in found if one in [*everybody, ("B", "")]]) for jobs, found in known] == [
        (["a", "b"], [("PASSWORD", ""), ("A", "")]),
        (["b"], [("B", "")]),
    ]


# --- the file ---------------------------------------------------------------------------------------------------------


def test_the_file_lists_them_with_what_they_decide(template: Path, tmp_path: Path) -> None:
    out = render(template, tmp_path / "out", ORDERS | {"connection": {"port": "${PGPORT:-5432}"}})
    text = out.files[EXAMPLE].decode()
    assert text.startswith("# Written by the scaffold orders of acme. ")
    for path in out.jobs:
        assert text.count(f"\n# {path}\n") == 1
    assert f"\n# postgres: {PACK.recipe('postgres').description}\n# source.connection.host\nPGHOST=\n" in text
    assert "\n# source.connection.port; without it 5432\n#PGPORT=\n" in text
    names = [line.strip("#=") for line in text.splitlines() if line.endswith("=")]
    assert len(names) == len(set(names))
    assert names[-1] == "S3_BUCKET"  # the recipe names it, and the job has its own


def test_a_shell_and_docker_can_read_it(template: Path, tmp_path: Path) -> None:
    out = render(template, tmp_path / "out", ORDERS | {"connection": {"port": "${PGPORT:-a 'b\" `touch pwned`}"}})
    done = subprocess.run(
        ["sh", "-euc", f"set -a; . ./{EXAMPLE}; env"], cwd=out.root, capture_output=True, text=True, check=True
    )
    assert {"PGHOST=", "PGUSER=", "AWS_ACCESS_KEY_ID="} <= {*done.stdout.splitlines()}
    assert not done.stderr
    assert not (out.root / "pwned").exists()
    for line in out.files[EXAMPLE].decode().splitlines():  # docker takes lines of these three kinds
        assert not line or line.startswith("#") or line.rstrip("=").isidentifier()


def test_the_summary_says_the_same(template: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    run_copy(str(template), tmp_path / "out", data=ORDERS, defaults=True, unsafe=True)
    said = capfd.readouterr().err
    names = ", ".join([*DATABASE, "PGUSER", "PGPASSWORD", *STORAGE[:-1]])
    assert f"Environment variables of every job:\n  {names}\n  AWS_REGION, else us-east-1\n" in said
    assert EXAMPLE in said
    assert "/secrets/" not in said


@pytest.mark.parametrize(
    "answers",
    [
        {"env_example": False},
        {"left_out": [EXAMPLE]},
        {"left_out": ["jobs/acme/postgres_orders_to_s3.yaml", "jobs/acme/postgres_items_to_s3.yaml"]},
    ],
    ids=str,
)
def test_there_is_none_where_nobody_wants_one(answers: dict[str, Any], template: Path, tmp_path: Path) -> None:
    assert EXAMPLE not in render(template, tmp_path / "out", ORDERS | answers).files


def test_it_lists_the_jobs_that_are_written(template: Path, tmp_path: Path) -> None:
    left = "jobs/acme/postgres_orders_to_s3.yaml"
    text = render(template, tmp_path / "out", ORDERS | {"left_out": [left]}).files[EXAMPLE].decode()
    assert left not in text
    assert "# jobs/acme/postgres_items_to_s3.yaml\n" in text


def test_answers_files_of_before_have_none() -> None:
    assert plan(PACK, ORDERS | {"answers_format": 1})["env_files"] == []
    (example,) = plan(PACK, ORDERS | {"answers_format": 1, "env_example": True})["env_files"]
    assert example["path"] == EXAMPLE


# --- whose it is ------------------------------------------------------------------------------------------------------


@pytest.fixture
def command(published: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Command:
    return Command(published, monkeypatch, capsys)


@pytest.fixture
def out(published: Path, tmp_path: Path) -> Path:
    return build(published, tmp_path / "out", "v1.0.0", {"orders": ORDERS})


def test_two_scaffolds_of_a_tenant_have_one_each(published: Path, out: Path) -> None:
    names = {"orders": "more_orders", "items": "more_items"}
    render(published, out, ORDERS | {"scaffold": "more", "asset_names": names})
    assert sorted(path.name for path in (out / "variables" / "acme").iterdir()) == [
        "more.env.example",
        "orders.env.example",
    ]


def test_a_file_of_somebody_is_not_overwritten(template: Path, tmp_path: Path) -> None:
    path = tmp_path / "out" / EXAMPLE
    path.parent.mkdir(parents=True)
    path.write_text("PGHOST=\n")
    with pytest.raises(UserMessageError, match=rf"^{EXAMPLE}: .*with --data env_example=no; it exists already"):
        render(template, tmp_path / "out", ORDERS)
    assert path.read_text() == "PGHOST=\n"


@pytest.mark.parametrize(
    ("data", "path"),
    [("tenant_id=globex", "variables/globex/orders.env.example"), ("scaffold=shop", "variables/acme/shop.env.example")],
)
def test_it_moves_with_its_scaffold_and_with_its_edits(data: str, path: str, out: Path, command: Command) -> None:
    edited = (out / EXAMPLE).read_text() + "# of the shop\n"
    (out / EXAMPLE).write_text(edited)
    release(out, "edited")
    assert command(out, "update", "--data", data).status == 0
    assert not (out / EXAMPLE).exists()
    moved = (out / path).read_text()
    assert moved.endswith("# of the shop\n")
    assert moved.startswith(f"# Written by the scaffold {'shop' if 'shop' in path else 'orders'} of ")


def test_it_goes_when_nobody_wants_it_any_more(out: Path, command: Command) -> None:
    assert command(out, "update", "--data", "env_example=no").status == 0
    assert git(out, "status", "--porcelain", "variables").split() == ["D", EXAMPLE]


def states(command: Command, out: Path) -> Callable[[], dict[str, str]]:
    report = command(out, "replay", "--json").json
    files = [file for entry in report["answers"] for file in entry["files"]] + report["files"]
    return {file["path"]: file["state"] for file in files if file["state"] != "clean"}


def test_replay_knows_it(out: Path, command: Command) -> None:
    assert states(command, out) == {}
    (out / EXAMPLE).unlink()
    assert states(command, out) == {EXAMPLE: "missing"}
    git(out, "checkout", "--", EXAMPLE)
    (out / ".copier-answers.acme.orders.yml").unlink()
    assert states(command, out)[EXAMPLE] == "orphaned"


def test_a_folder_of_somebodys_own_is_not_looked_through(out: Path, command: Command) -> None:
    header = (out / EXAMPLE).read_text()
    deep = out / "variables" / "of" / "mine" / "x.env.example"
    deep.parent.mkdir(parents=True)
    deep.write_text(header)
    assert states(command, out) == {}


def test_rendered_is_what_copier_writes(published: Path, tmp_path: Path) -> None:
    there = build(published, tmp_path / "one", "v1.0.0", {"orders": ORDERS})
    assert Rendered(there).files[EXAMPLE] == render(published, tmp_path / "two", ORDERS).files[EXAMPLE]


def test_an_update_that_finds_another_one_there_says_how_to_write_none(out: Path, command: Command) -> None:
    assert command(out, "update", "--data", "env_example=no").status == 0
    release(out, "none")
    (out / EXAMPLE).parent.mkdir(parents=True, exist_ok=True)
    (out / EXAMPLE).write_text("A=1\n", encoding="utf-8")
    release(out, "mine")
    result = command(out, "update", "--data", "env_example=yes")
    said = "move it away, or write none with --data env_example=no; it exists already, and belongs to no scaffold"
    assert (result.status, f"{EXAMPLE}: {said}" in result.out) == (1, True), result.out
