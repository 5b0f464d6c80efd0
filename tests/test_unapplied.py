"""Answers changed by hand in an answers file are reported, whatever its formatting; an update applies them."""

import json
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from dativo_generator.base.values import same
from fleets import STRIPE, Command, build, copied
from support import git

FILE = ".copier-answers.globex.crm.yml"
JOBS = [f"jobs/globex/postgres_{name}_to_s3.yaml" for name in ("orders", "items", "refunds")]
FIELDS = {"id": "integer required", "updated_at": "timestamp"}
ANSWERS = {
    "source_connector": "postgres",
    "target_connector": "s3",
    "execution_mode": "self_hosted",
    "tenant_id": "globex",
    "log_level": "DEBUG",
    "tables": ["public.orders", "public.items"],
    "fields": dict.fromkeys(("orders", "items"), FIELDS),
}
TO_ERROR = "log_level: 'DEBUG' -> 'ERROR'"


@pytest.fixture(scope="session")
def one(history: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a repository with one scaffold of the newest version."""
    return build(history, tmp_path_factory.mktemp("one") / "out", "v3.0.0", {"crm": ANSWERS})


@pytest.fixture
def out(one: Path, tmp_path: Path) -> Path:
    return copied(one, tmp_path / "out")


def edit(out: Path, path: str, *changes: tuple[str, str], record: bool = True) -> None:
    text = (out / path).read_text(encoding="utf-8")
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    (out / path).write_text(text, encoding="utf-8")
    if record:
        commit(out)


def more(out: Path) -> None:
    """Add something to a job by hand."""
    edit(out, JOBS[0], ("\nsource:\n", "\nretry_config:\n  max_attempts: 5\n\nsource:\n"))


def commit(out: Path) -> None:
    git(out, "add", "--all")
    git(out, "commit", "--quiet", "--message", "changed")


def states(command: Command, out: Path) -> tuple[int, str, str]:
    """Return what a replay says of the answers file."""
    result = command(out, "replay", "--json")
    [answers] = result.json["answers"]
    return result.status, answers["state"], answers["detail"]


def levels(out: Path) -> list[str]:
    """Return the log level of each job that is there."""
    there = [(out / job).read_text(encoding="utf-8") for job in JOBS if (out / job).exists()]
    return [line.split()[1] for text in there for line in text.splitlines() if line.strip().startswith("level:")]


# --- form -------------------------------------------------------------------------------------------------------------


def in_another_order(text: str) -> str:
    return yaml.safe_dump(dict(reversed(yaml.safe_load(text).items())), sort_keys=False)


FORMS: dict[str, Callable[[str], str]] = {
    "comments": lambda text: f"# ours\n{text}# why\n",
    "quotes": lambda text: text.replace("log_level: DEBUG", "log_level: 'DEBUG' # ask first"),
    "a list in lines": lambda text: text.replace("[public.orders, public.items]", "\n- public.orders\n- public.items"),
    "another order": in_another_order,
    "Windows' line ends": lambda text: text.replace("\n", "\r\n"),
    "a document's start and end": lambda text: f"---\n{text}...\n",
}


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
def test_another_form_says_the_same_and_stays(form: Callable[[str], str], out: Path, command: Command) -> None:
    before = (out / FILE).read_text(encoding="utf-8")
    written = form(before).encode()
    assert written != before.encode()
    (out / FILE).write_bytes(written)
    commit(out)
    assert states(command, out) == (0, "current", "")
    assert command(out, "replay", "--strict", "--write").status == command(out, "update").status == 0
    assert (out / FILE).read_bytes() == written


def test_another_value_is_another_form(out: Path, command: Command) -> None:
    edit(out, FILE, ("log_level: DEBUG", "log_level: 'ERROR' # soon"))
    assert command(out, "update", "--data", "log_level=WARNING").status == 0
    assert "log_level: WARNING\n" in (out / FILE).read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("value", "other", "equal"),
    [
        (1, True, False),
        (1, 1.0, False),
        ("1", 1, False),
        (None, "", False),
        (math.nan, math.nan, True),
        ({"a": 1, "b": [2]}, {"b": [2], "a": 1}, True),
        ({"a": 1}, {"a": True}, False),
        ({"a": 1}, {"a": 1, "b": None}, False),
        ([1, 2], [2, 1], False),
        ([1], [1, 2], False),
        ([{"a": [0]}], [{"a": [False]}], False),
    ],
)
def test_values_are_compared_with_their_kind(value: Any, other: Any, equal: bool) -> None:
    assert same(value, other) is same(other, value) is equal


# --- answers ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("record", [True, False], ids=["recorded", "not recorded yet"])
def test_a_changed_answer_is_told(record: bool, out: Path, command: Command) -> None:
    edit(out, FILE, ("log_level: DEBUG", "log_level: ERROR"), record=record)
    said = f"{FILE}: {TO_ERROR}; update its files with: dativo-generator update {FILE}"
    assert states(command, out) == (1, "changed by hand", said)
    assert f"changed by hand    {said}\n" in command(out, "replay").out


def test_its_files_follow_and_edits_stay(out: Path, command: Command) -> None:
    more(out)
    edit(out, FILE, ("log_level: DEBUG", "log_level: WARNING"))
    edit(out, FILE, ("log_level: WARNING", "log_level: ERROR # at last"))
    assert states(command, out)[1] == "changed by hand"
    dry = command(out, "update", "--dry-run")
    assert f"changed by hand    {FILE}: {TO_ERROR}\n" in dry.out and "logging.level DEBUG -> ERROR in 2 jobs" in dry.out
    assert command(out, "update").status == 0
    assert levels(out) == ["ERROR", "ERROR"]
    assert "max_attempts: 5" in (out / JOBS[0]).read_text(encoding="utf-8")
    assert "# at last" in (out / FILE).read_text(encoding="utf-8")
    assert states(command, out) == (0, "current", "")


def test_they_follow_to_a_newer_version(history: Path, command: Command, tmp_path: Path) -> None:
    out = build(history, tmp_path / "out", "v2.0.0", {"crm": ANSWERS})
    edit(out, FILE, ("log_level: DEBUG", "log_level: ERROR"))
    assert command(out, "update").status == 0
    assert levels(out) == ["ERROR", "ERROR"]


def test_what_both_changed_is_a_conflict(out: Path, command: Command) -> None:
    edit(out, JOBS[0], ("level: DEBUG", "level: WARNING"))
    edit(out, FILE, ("log_level: DEBUG", "log_level: ERROR"))
    result = command(out, "update")
    assert result.status == 1 and f"conflict           {JOBS[0]}\n" in result.out
    assert levels(out) == ["WARNING", "ERROR", "ERROR"]


def test_files_move_with_it(out: Path, command: Command) -> None:
    more(out)
    edit(out, FILE, ("environment: dev", "environment: prod"))
    assert "environment: " in states(command, out)[2]
    assert command(out, "update").status == 0
    assert "max_attempts: 5" in (out / JOBS[0].replace("globex/", "globex/prod/")).read_text(encoding="utf-8")
    assert not (out / JOBS[0]).exists() and states(command, out) == (0, "current", "")


def test_files_come_and_go(out: Path, command: Command) -> None:
    edit(out, FILE, ("[public.orders, public.items]", "[public.orders, public.refunds]"), ("  items:", "  refunds:"))
    assert states(command, out)[2].startswith(f"{FILE}: tables: ['public.orders', 'public.items'] -> ['")
    assert command(out, "update").status == 0
    assert [(out / job).exists() for job in JOBS] == [True, False, True]


def test_what_is_shared_comes(history: Path, command: Command, tmp_path: Path) -> None:
    out = build(history, tmp_path / "out", "v3.0.0", {"crm": ANSWERS | {"vendor": False}})
    edit(out, FILE, ("vendor: false", "vendor: true"))
    assert command(out, "update").status == 0
    assert (out / "registry/connectors.yaml").exists()


def test_a_job_changed_to_match_is_no_conflict(out: Path, command: Command) -> None:
    for path in (FILE, JOBS[0]):
        edit(out, path, ("level: DEBUG", "level: ERROR"))
    assert command(out, "update").status == 0
    assert levels(out) == ["ERROR", "ERROR"]


# --- what was applied, and edited since -------------------------------------------------------------------------------


@pytest.mark.parametrize("edited", [True, False])
def test_an_answer_that_was_applied_is_no_base(edited: bool, out: Path, command: Command) -> None:
    if edited:
        more(out)
    assert command(out, "update", "--data", "log_level=ERROR").status == 0
    commit(out)
    for job in JOBS[:2]:
        edit(out, job, ("level: ERROR", "level: DEBUG"))
    assert states(command, out) == (0, "current", "")
    assert command(out, "update").status == 0
    assert levels(out) == ["DEBUG", "DEBUG"]


def test_an_older_version_is_no_base(history: Path, command: Command, tmp_path: Path) -> None:
    out = build(history, tmp_path / "out", "v1.0.0", {"crm": STRIPE | {"tenant_id": "globex"}})
    job = out / "jobs/globex/stripe_customers_to_iceberg.yaml"
    before = job.read_bytes()
    assert command(out, "update").status == 0
    assert job.read_bytes() != before
    job.write_bytes(before)
    commit(out)
    assert states(command, out)[1] == "current"
    assert command(out, "update").status == 0
    assert job.read_bytes() == before


def test_without_a_history_nothing_is_told(out: Path, command: Command, tmp_path: Path) -> None:
    edit(out, FILE, ("log_level: DEBUG", "log_level: ERROR"))
    git(tmp_path, "clone", "--quiet", "--depth", "1", out.as_uri(), "shallow")
    assert states(command, tmp_path / "shallow") == (0, "current", "")


# --- formatters -------------------------------------------------------------------------------------------------------


def compact(path: Path) -> bytes:
    """Write a schema as another formatter does."""
    path.write_text(json.dumps(json.loads(path.read_text(encoding="utf-8"))), encoding="utf-8")
    return path.read_bytes()


def test_a_formatted_schema_is_replaced_when_it_changes(history: Path, command: Command, tmp_path: Path) -> None:
    out = build(history, tmp_path / "out", "v1.0.0", {"crm": STRIPE | {"tenant_id": "globex"}})
    schemas = sorted((out / "schemas").glob("*.json"))
    before = {path: compact(path) for path in schemas}
    commit(out)
    assert command(out, "update").status == 0
    fresh = build(history, tmp_path / "fresh", "v3.0.0", {"crm": STRIPE | {"tenant_id": "globex"}})
    for path in schemas:
        newest = (fresh / "schemas" / path.name).read_bytes()
        unchanged = json.loads(newest) == json.loads(before[path])
        assert path.read_bytes() == (before[path] if unchanged else newest)


def test_a_schema_that_says_something_else_is_an_edit(history: Path, command: Command, tmp_path: Path) -> None:
    out = build(history, tmp_path / "out", "v1.0.0", {"crm": STRIPE | {"tenant_id": "globex"}})
    edit(out, "schemas/job.schema.json", ('"$schema"', '"x-ours": 1,\n  "$schema"'))
    assert command(out, "update").status == 0
    assert '"x-ours": 1' in (out / "schemas/job.schema.json").read_text(encoding="utf-8")


YAML_FORMS: dict[str, Callable[[str], str]] = {
    "a document's start": lambda text: f"---\n{text}",
    "a line at the end": lambda text: f"{text}\n",
    "no line at the end": lambda text: text.rstrip("\n"),
    "Windows' line ends": lambda text: text.replace("\n", "\r\n"),
}


@pytest.mark.parametrize("form", YAML_FORMS.values(), ids=YAML_FORMS)
def test_a_formatted_job_follows(form: Callable[[str], str], history: Path, command: Command, tmp_path: Path) -> None:
    out = build(history, tmp_path / "out", "v1.0.0", {"crm": STRIPE | {"tenant_id": "globex"}})
    job = out / "jobs/globex/stripe_customers_to_iceberg.yaml"
    for path in (job, out / "assets/stripe/v1.0/stripe_customers.yaml", out / "connectors/stripe.yaml"):
        path.write_bytes(form(path.read_text(encoding="utf-8")).encode())
    commit(out)
    assert command(out, "update").status == 0
    assert "lookback_days: 9" in job.read_text(encoding="utf-8")


def test_to_validate_nothing_is_no_success(command: Command, tmp_path: Path) -> None:
    result = command(tmp_path, "validate")
    assert (result.status, result.out) == (2, "")
    said = "run the command in a folder with answers files, assets or jobs; there are none here"
    assert result.err == f"Error: {tmp_path}: {said}\n"
