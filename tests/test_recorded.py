"""What is recorded, what follows the registry, and that an answers file alone is enough to render the files again."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from copier import run_copy, run_update

from dativo_generator.questionnaire.unattended import problems
from fleets import build, copied
from support import EXAMPLES, PACK, SHORT_PATH, Rendered, edit_yaml, git, release, render

ANSWERS = {
    "tenant_id": "acme",
    "source_connector": "stripe",
    "objects": ["customers"],
    "target_connector": "iceberg",
    "fields": {"id": "string required"},
}
FILE = ".copier-answers.acme.stripe_to_iceberg.yml"


def committed(destination: Path) -> None:
    """Make the destination a clean repository, as an update wants it."""
    release(destination, "now")


def update(destination: Path, answers_file: str = FILE, **options: Any) -> Rendered:
    run_update(
        destination, answers_file=answers_file, defaults=True, overwrite=True, unsafe=True, quiet=True, **options
    )
    return Rendered(destination)


def slower_registry(template: Path) -> Path:
    """Release a version in which the source's lookback default has changed."""
    edit_yaml(
        template / "connectors" / "stripe.yaml", lambda recipe: recipe["incremental"].update(lookback_days_default=7)
    )
    release(template, "v2.0.0")
    return template


@pytest.fixture(scope="session")
def slower(published: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the pack with its release v1.0.0 and that version; not to be changed."""
    return slower_registry(copied(published, tmp_path_factory.mktemp("slower") / "pack"))


@pytest.fixture
def older(slower: Path, tmp_path: Path) -> Callable[..., Rendered]:
    """Make a repository with scaffolds of v1.0.0."""

    def make(*scaffolds: dict[str, Any]) -> Rendered:
        named = {answers.get("scaffold", "stripe_to_iceberg"): answers for answers in scaffolds}
        return Rendered(build(slower, tmp_path / "out", "v1.0.0", named))

    return make


def test_only_what_was_asked_is_recorded(template: Path, tmp_path: Path) -> None:
    answers = {name: value for name, value in ANSWERS.items() if name != "fields"}
    asked = {name: value for name, value in SHORT_PATH.items() if name != "owner"}  # which would be a guess
    assert render(template, tmp_path / "out", answers).answers == asked


def test_an_answer_that_is_given_is_recorded_though_its_section_is_closed(template: Path, tmp_path: Path) -> None:
    out = render(template, tmp_path / "out", ANSWERS | {"lookback_days": 3, "redaction": "no"})
    assert (out.answers["lookback_days"], out.answers["redaction"]) == (3, False)
    assert out.answers["customize"] == []


def test_an_open_section_is_recorded_with_its_defaults(template: Path, tmp_path: Path) -> None:
    out = render(template, tmp_path / "out", ANSWERS | {"customize": ["incremental", "governance"]})
    defaults = {"incremental": True, "cursor_field": "created", "lookback_days": 1, "retention_days": 90}
    assert out.answers | defaults == out.answers


def test_answers_of_before_may_open_a_section_for_the_engine_alone(template: Path, tmp_path: Path) -> None:
    before = ANSWERS | {"customize": ["engine"], "engine": "singer"}
    assert not problems(PACK, before | {"answers_format": 1})
    assert problems(PACK, before) == [
        "customize: leave 'engine' out; it has no effect: stripe is read by airbyte, whose options come from the recipe"
    ]


def test_answers_from_pytest_copie_are_taken_as_given(copie: Any, published: Path) -> None:
    result = copie.copy(extra_answers=ANSWERS | {"lookback_days": 5}, template_dir=published)
    assert result.exception is None
    assert result.answers["lookback_days"] == 5
    assert Rendered(result.project_dir).job["source"]["incremental"]["lookback_days"] == 5


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_an_answers_file_replays_to_the_same_bytes(
    path: Path, example: Callable[[Path], Rendered], published: Path, tmp_path: Path
) -> None:
    first = example(path)
    data = yaml.safe_load(first.files[first.answers_file])
    run_copy(str(published), tmp_path / "again", data=data, defaults=True, unsafe=True, quiet=True)
    assert Rendered(tmp_path / "again").files == first.files


def test_a_render_needs_nothing_of_the_users_settings(template: Path, tmp_path: Path) -> None:
    """A user's own default for a question that is not asked must not reach the files."""
    settings = tmp_path / "settings.yml"
    settings.write_text("defaults: {retention_days: 7, lookback_days: 30}\n")
    plain = render(template, tmp_path / "plain", ANSWERS)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("COPIER_SETTINGS_PATH", str(settings))
        assert render(template, tmp_path / "with", ANSWERS).files == plain.files


@pytest.mark.parametrize("name", ["owner", "environment", "source_connector", "retention_days", "customize", "fields"])
def test_settings_for_another_template_do_not_stop_a_scaffold(
    name: str, template: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    settings = tmp_path / "settings.yml"
    settings.write_text(f"defaults: {{{name}: [A B, 1]}}\n")
    plain = render(template, tmp_path / "plain", ANSWERS)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("COPIER_SETTINGS_PATH", str(settings))
        assert render(template, tmp_path / "with", ANSWERS).files == plain.files
    told = "Note: ignoring an answer in your Copier settings" in capsys.readouterr().err
    assert told == (name in plain.answers and name not in ANSWERS)


def test_what_was_not_asked_follows_the_registry(older: Callable[..., Rendered]) -> None:
    out = older(ANSWERS)
    assert update(out.root).job["source"]["incremental"]["lookback_days"] == 7
    assert "lookback_days" not in Rendered(out.root).answers


@pytest.mark.parametrize("pin", [{"lookback_days": 1}, {"customize": ["incremental"]}], ids=["given", "opened"])
def test_what_was_answered_stays(pin: dict[str, Any], slower: Path, tmp_path: Path) -> None:
    out = render(slower, tmp_path / "out", ANSWERS | pin, vcs_ref="v1.0.0")
    committed(out.root)
    updated = update(out.root)
    assert updated.job["source"]["incremental"]["lookback_days"] == 1
    assert updated.answers["lookback_days"] == 1


def test_an_update_keeps_edits_by_hand(older: Callable[..., Rendered]) -> None:
    out = older(ANSWERS)
    (name,) = out.jobs
    job = out.root / name
    job.write_text(job.read_text() + "retry_config:\n  max_attempts: 5\n")
    committed(out.root)
    updated = update(out.root)
    assert updated.job["retry_config"] == {"max_attempts": 5}
    assert updated.job["source"]["incremental"]["lookback_days"] == 7


def test_an_update_with_an_answer_records_it(older: Callable[..., Rendered]) -> None:
    out = older(ANSWERS)
    updated = update(out.root, data={"retention_days": 10})
    assert updated.asset["asset"]["governance"]["retention_days"] == updated.answers["retention_days"] == 10


def test_an_update_of_one_scaffold_leaves_another_alone(older: Callable[..., Rendered]) -> None:
    out = older(ANSWERS, ANSWERS | {"scaffold": "charges", "objects": ["charges"]})
    jobs = update(out.root).jobs
    assert jobs["jobs/acme/stripe_customers_to_iceberg.yaml"]["source"]["incremental"]["lookback_days"] == 7
    assert jobs["jobs/acme/stripe_charges_to_iceberg.yaml"]["source"]["incremental"]["lookback_days"] == 1


@pytest.mark.parametrize("option", ["--defaults", "--skip-answered"])
def test_an_answer_that_the_registry_dropped_stops_the_update(option: str, released: Path, tmp_path: Path) -> None:
    out = render(released, tmp_path / "out", ANSWERS)
    committed(out.root)
    edit_yaml(released / "registry" / "connectors.yaml", lambda registry: registry["connectors"].pop("stripe"))
    release(released, "v2.0.0")
    command = [sys.executable, "-m", "copier", "update", "--trust", "--answers-file", FILE, option]
    result = subprocess.run(command, cwd=out.root, capture_output=True, text=True, stdin=subprocess.DEVNULL)
    assert result.returncode == 1
    assert "'stripe' is not a source of the registry" in result.stderr
    assert "Traceback" not in result.stderr
    assert git(out.root, "status", "--porcelain") == ""


def test_a_relative_template_path_is_recorded_absolute(released: Path, tmp_path: Path) -> None:
    before = Path.cwd()
    try:
        os.chdir(released)
        render(Path(), tmp_path / "out", ANSWERS)
    finally:
        os.chdir(before)
    assert yaml.safe_load((tmp_path / "out" / FILE).read_text())["_src_path"] == str(released)
    committed(tmp_path / "out")
    slower_registry(released)
    assert update(tmp_path / "out").job["source"]["incremental"]["lookback_days"] == 7


def test_old_and_new_code_live_side_by_side_in_an_update(released: Path, tmp_path: Path) -> None:
    """The old version renders with its own package and registry, though the new one is loaded in the same process."""
    out = render(released, tmp_path / "out", ANSWERS)
    committed(out.root)
    plan = released / "extensions" / "dativo_generator" / "plan" / "plan.py"
    plan.write_text(plan.read_text().replace('"environment": scaffold["environment"]', '"environment": "changed"'))
    release(released, "v2.0.0")
    assert update(out.root).job["environment"] == "changed"
