"""Answers files of a release before: what became of their format, and of questions that have another name now."""

from collections.abc import Callable
from pathlib import Path

import pytest
import yaml
from copier import run_copy

from dativo_generator.base.errors import PackError
from dativo_generator.questionnaire import question_files
from dativo_generator.registry.lifecycle import FILE as LIFECYCLE
from dativo_generator.registry.pack import Pack
from fleets import SCAFFOLDS, STRIPE, Command, answers_files, build, steady, update_one_by_one
from support import Rendered, copy_pack, edit_yaml, git, release

FORMAT = "extensions/dativo_generator/answers/answers_format.py"
OLD, NEW = "log_level", "logging_level"
NAMED = ".copier-answers.acme.named.yml"


def replaced(pack: Path, files: list[str], old: str, new: str) -> None:
    """Write another text in files of a pack, wherever the old one stands."""
    for name in files:
        text = (pack / name).read_text(encoding="utf-8")
        assert old in text
        (pack / name).write_text(text.replace(old, new), encoding="utf-8")


@pytest.fixture(scope="module")
def renaming(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a pack of two releases; the second one has a number of answers files and the name of a question anew."""
    pack = copy_pack(tmp_path_factory.mktemp("renaming") / "pack")
    replaced(pack, [FORMAT], "CURRENT = 3", "CURRENT = 2")
    release(pack, "v1.0.0")
    replaced(pack, [FORMAT], "CURRENT = 2", "CURRENT = 3")
    asking = git(pack, "grep", "--name-only", OLD, "--", "extensions", "questions").splitlines()
    replaced(pack, asking, OLD, NEW)
    edit_yaml(pack / LIFECYCLE, lambda lifecycle: lifecycle["questions"].update({OLD: NEW}))
    release(pack, "v2.0.0")
    return pack


def by_command(out: Path, command: Command) -> None:
    """Update all at once."""
    result = command(out, "update")
    assert result.status == 0, result.err


def by_copier(out: Path, command: Command) -> None:
    """Update each as Copier does."""
    update_one_by_one(out, "v2.0.0", answers_files(out))


def answers_of(out: Path) -> dict[str, dict[str, object]]:
    return {name: yaml.safe_load((out / name).read_text(encoding="utf-8")) for name in answers_files(out)}


@pytest.mark.parametrize("update", [by_command, by_copier])
def test_an_update_from_the_format_before_changes_answers_files_alone(
    update: Callable[[Path, Command], None],
    renaming: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    scaffolds = {"named": STRIPE | {"environment": "prod", OLD: "DEBUG"}}
    if update is by_command:
        scaffolds |= steady() | SCAFFOLDS
    out = build(renaming, tmp_path / "out", "v1.0.0", scaffolds)
    before, answers = Rendered(out).files, answers_of(out)
    update(out, Command(renaming, monkeypatch, capsys))
    after = Rendered(out).files
    vendored = ("schemas/", "registry/")
    assert {path for path in before.keys() | after.keys() if before.get(path) != after.get(path)} - {
        path for path in after if path.startswith(vendored)
    } == set(answers)
    names = {OLD: NEW}
    assert answers_of(out) == {
        file: {names.get(name, name): value for name, value in said.items()} | {"_commit": "v2.0.0"}
        for file, said in answers.items()
    }


def test_a_file_of_answers_may_have_the_name_of_before(renaming: Path, tmp_path: Path) -> None:
    out, data = tmp_path / "out", STRIPE | {"tenant_id": "acme", "scaffold": "named", OLD: "DEBUG"}
    run_copy(str(renaming), out, data=data, defaults=True, unsafe=True, quiet=True, vcs_ref="v2.0.0")
    answers = answers_of(out)[NAMED]
    assert (answers[NEW], OLD in answers) == ("DEBUG", False)


def test_a_command_says_what_the_name_is_now(
    renaming: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    out = build(renaming, tmp_path / "out", "v2.0.0", {"named": STRIPE})
    result = Command(renaming, monkeypatch, capsys)(out, "update", "--data", f"{OLD}=DEBUG")
    assert (result.status, f"use its new name '{NEW}'" in result.err) == (2, True), result.err


@pytest.mark.parametrize(
    ("questions", "problem"),
    [
        ({OLD: "redaction"}, rf"lifecycle.yaml:\d+:3: questions.{OLD}: remove .*; the question is still there"),
        ({"level": "log_levels"}, "questions.level: did you mean 'log_level'. there is no question 'log_levels'"),
        ({"level": "levels", "levels": "level"}, "the renames lead from"),
    ],
)
def test_a_rename_leads_to_a_question(questions: dict[str, str], problem: str, own_template: Path) -> None:
    edit_yaml(own_template / LIFECYCLE, lambda lifecycle: lifecycle.update(questions=questions))
    with pytest.raises(PackError, match=problem):
        question_files.check(Pack(own_template))


@pytest.mark.parametrize(
    ("file", "do"),
    [
        ("questions/governance.yml", "add an entry to extensions/dativo_generator/answers/questions/governance.py"),
        ("copier.yml", "move it to a file of questions/, with an entry"),
    ],
)
def test_a_question_without_an_entry_is_named_with_its_place(file: str, do: str, own_template: Path) -> None:
    text = (own_template / file).read_text(encoding="utf-8")
    (own_template / file).write_text(f"{text}\nteam_name:\n  type: str\n  default: core\n", encoding="utf-8")
    line = text.count("\n") + 2
    with pytest.raises(PackError) as error:
        question_files.check(Pack(own_template))
    assert str(error.value) == f"{file}:{line}:1: team_name: {do}; nothing says how to read its answer"
