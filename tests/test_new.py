"""`dativo-generator new` and `doctor`: the questionnaire without Copier's command line, and what it needs."""

import errno
import json
import os
import shutil
import tempfile
from pathlib import Path
from typing import Any

import pytest
import yaml
from copier._main import Worker

from dativo_generator.cli import new
from dativo_generator.fleet.interruption import Interrupted
from dativo_generator.fleet.source import Source
from dativo_generator.plan.plan import plan, written_paths
from fleets import STRIPE, Command
from support import EXAMPLES, PACK, Rendered, git, load_answers, release, render

ANSWERS = STRIPE | {"tenant_id": "acme", "owner": "data@acme.com", "scaffold": "customers"}


@pytest.fixture
def command(published: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Command:
    return Command(published, monkeypatch, capsys)


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda path: path.stem)
def test_it_writes_what_copier_writes(example: Path, published: Path, tmp_path: Path, command: Command) -> None:
    answers = load_answers(example)
    for folder in ("copier", "new"):
        shutil.copytree(example.parent, tmp_path / folder / "examples", ignore=shutil.ignore_patterns("*.yml"))
    render(published, tmp_path / "copier", answers, overwrite=True)
    (tmp_path / "answers.yml").write_text(yaml.safe_dump(answers, sort_keys=False), encoding="utf-8")
    result = command(tmp_path / "new", "new", "--data-file", "../answers.yml", "--defaults")
    assert result.status == 0, result.err
    assert Rendered(tmp_path / "new").files == Rendered(tmp_path / "copier").files


def test_a_program_gets_what_was_written_and_what_is_needed(tmp_path: Path, command: Command) -> None:
    (tmp_path / "answers.yml").write_text(yaml.safe_dump(ANSWERS), encoding="utf-8")
    result = command(tmp_path, "new", "out", "--data-file", "answers.yml", "--data", "retention_days=30", "--json")
    planned = plan(PACK, ANSWERS | {"retention_days": 30})
    assert result.json == {
        "schema": "new.v1",
        "dry_run": False,
        "scaffold": "customers",
        "tenant": "acme",
        "files": sorted(written_paths(planned)),
        "places": planned["places"],
        "variables": sorted({one["name"] for group in planned["environment"] for one in group["variables"]}),
        "secret_files": planned["secret_files"],
        "warnings": planned["warnings"],
        "next": [f"dativo {verb} --config {job['path']}" for job in planned["jobs"] for verb in ("check", "run")],
    }
    assert sorted(Rendered(tmp_path / "out").files) == result.json["files"]


def test_without_a_terminal_the_command_to_paste_is_said(tmp_path: Path, command: Command) -> None:
    said = "since there is no terminal to ask at: dativo-generator new"
    result = command(tmp_path, "new")
    assert (result.status, result.out) == (2, "")
    assert result.err == (
        f"Error: answer tenant_id, source_connector, target_connector, owner in this command, {said} --defaults "
        "--data tenant_id=ANSWER --data source_connector=ANSWER --data target_connector=ANSWER --data owner=ANSWER\n"
    )
    given = [
        word for name in ("tenant_id", "source_connector", "owner") for word in ("--data", f"{name}={ANSWERS[name]}")
    ]
    assert command(tmp_path, "new", "my out", *given, "--dry-run").err == (
        f"Error: answer objects, target_connector in this command, {said} 'my out' {' '.join(given)} --dry-run "
        "--defaults --data objects=ANSWER --data target_connector=ANSWER\n"
    )
    (tmp_path / "answers.yml").write_text(yaml.safe_dump(ANSWERS), encoding="utf-8")
    result = command(tmp_path, "new", "out", "--data-file", "answers.yml")
    assert result.err == f"Error: add --defaults, {said} out --data-file answers.yml --defaults\n"
    assert command(tmp_path, *result.err.partition("dativo-generator ")[2].split()).status == 0


def test_without_a_terminal_a_profile_answers(tmp_path: Path, command: Command) -> None:
    (tmp_path / "profiles").mkdir()
    (tmp_path / "profiles" / "acme.yml").write_text("owner: data@acme.com\n", encoding="utf-8")
    assert "owner" not in command(tmp_path, "new", "--data", "tenant_id=acme").err


def test_a_folder_that_copier_does_not_clone_is_refused(published: Path, tmp_path: Path, command: Command) -> None:
    git(tmp_path, "clone", "--quiet", "--bare", str(published), "bare")
    (tmp_path / "answers.yml").write_text(yaml.safe_dump(ANSWERS), encoding="utf-8")
    told = ("new", "out", "--data-file", "answers.yml", "--defaults", "--template")
    bare, inside = (tmp_path / "bare").as_uri(), str(published / "questions")
    assert f"Error: --template: write {bare}; " in command(tmp_path, *told, "bare").err
    assert "Error: --template: name the folder that has .git in it; " in command(tmp_path, *told, inside).err
    assert not (tmp_path / "out").exists()
    assert command(tmp_path, *told, bare).status == 0


def test_a_dry_run_writes_nothing(tmp_path: Path, command: Command) -> None:
    written = {name: value if isinstance(value, str) else json.dumps(value) for name, value in ANSWERS.items()}
    arguments = [f"--data={name}={value}" for name, value in written.items()]
    result = command(tmp_path, "new", "out", "--dry-run", "--json", *arguments)
    assert (result.status, result.json["dry_run"], (tmp_path / "out").exists()) == (0, True, False)


def test_an_owner_is_not_invented(tmp_path: Path, command: Command) -> None:
    answers = {name: value for name, value in ANSWERS.items() if name != "owner"}
    (tmp_path / "answers.yml").write_text(yaml.safe_dump(answers), encoding="utf-8")
    told = ("new", "out", "--data-file", "answers.yml", "--defaults")
    result = command(tmp_path, *told)
    assert (result.status, result.out, (tmp_path / "out").exists()) == (2, "", False)
    assert result.err == (
        "Error: owner: give --data owner=team@example.com, or write it in profiles/acme.yml; nobody has answered it\n"
    )
    (tmp_path / "out" / "profiles").mkdir(parents=True)
    (tmp_path / "out" / "profiles" / "acme.yml").write_text("owner: data@acme.com\n", encoding="utf-8")
    assert command(tmp_path, *told).status == 0
    recorded = yaml.safe_load((tmp_path / "out/.copier-answers.acme.customers.yml").read_text(encoding="utf-8"))
    assert (recorded["owner"], recorded["profiled"]) == ("data@acme.com", ["owner"])


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("tenant_id: a: b", "--data-file: answers.yml:1:13: put a value with ': ' in it in quotes"),
        ("- tenant_id", "--data-file: answers.yml: must be a mapping of answers"),
        (None, "--data-file: name a file that exists; there is no file answers.yml"),
    ],
)
def test_a_bad_file_of_answers_is_one_line(text: str | None, problem: str, tmp_path: Path, command: Command) -> None:
    if text is not None:
        (tmp_path / "answers.yml").write_text(text, encoding="utf-8")
    result = command(tmp_path, "new", "out", "--data-file", "answers.yml", "--defaults")
    assert (result.status, result.err.count("\n")) == (2, 1)
    assert problem in result.err


def test_without_a_place_for_temporary_files_it_is_one_line(
    tmp_path: Path, command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "gone"))
    result = command(tmp_path, "new", "out", "--defaults")
    assert (result.status, result.err.count("\n"), (tmp_path / "out").exists()) == (2, 1, False)
    assert result.err.startswith(f"Error: {tmp_path / 'gone'}/dativo-generator-")


def test_a_refusal_is_one_line(tmp_path: Path, command: Command) -> None:
    result = command(tmp_path, "new", "out", "--defaults", "--data", "tenant_id=Acme!")
    assert (result.status, result.err.count("\n"), (tmp_path / "out").exists()) == (2, 1, False)
    assert "tenant_id" in result.err


def checks(command: Command, folder: Path) -> dict[str, tuple[bool, str | None]]:
    return {one["name"]: (one["ok"], one["do"]) for one in command(folder, "doctor", "--json").json["checks"]}


def test_a_folder_that_has_everything(tmp_path: Path, command: Command) -> None:
    git(tmp_path, "init", "--quiet")
    found = checks(command, tmp_path)
    assert {"Python", "Git", "copier", "copier-template-extensions", "write access", "template"} <= found.keys()
    assert [name for name, (right, _) in found.items() if not right] == []
    assert command(tmp_path, "doctor").status == 0


def test_what_is_missing_says_what_to_type(tmp_path: Path, command: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATIVO_TEMPLATE", str(tmp_path / "nowhere"))
    found = checks(command, tmp_path)
    assert found["repository"] == (False, "git init")
    assert not found["template"][0]
    assert "nowhere" in str(found["template"][1])
    assert command(tmp_path, "doctor").status == 1


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_that_cannot_be_written_to(tmp_path: Path, command: Command) -> None:
    tmp_path.chmod(0o500)
    assert not checks(command, tmp_path)["write access"][0]


@pytest.mark.parametrize("bare", [False, True])
def test_a_url_without_git_at_its_end_is_a_repository_too(
    bare: bool, published: Path, tmp_path: Path, command: Command
) -> None:
    pack = tmp_path / "elsewhere"
    git(tmp_path, "clone", "--quiet", *["--bare"] * bare, str(published), str(pack))
    (tmp_path / "answers.yml").write_text(yaml.safe_dump(ANSWERS | {"owner": "data@acme.com"}), encoding="utf-8")
    arguments = ["--data-file", "answers.yml", "--defaults", "--template", pack.as_uri()]
    assert command(tmp_path, "new", "out", *arguments).status == 0
    assert Rendered(tmp_path / "out").jobs
    assert command(tmp_path / "out", "replay", "--template", pack.as_uri()).status == 0


@pytest.mark.parametrize("url", ["git@example.com:org/pack", "ssh://git@example.com/org/pack", "gh:org/pack"])
def test_a_url_is_no_folder(url: str, tmp_path: Path) -> None:
    new._refuse_folder(Source(url, tmp_path))


# --- what is half written ---------------------------------------------------------------------------------------------

STOPS = {"full": OSError(errno.ENOSPC, "No space left on device"), "signal": Interrupted()}


@pytest.mark.parametrize("stop", STOPS.values(), ids=STOPS)
@pytest.mark.parametrize("there", [True, False], ids=["in a folder", "in a new one"])
def test_what_stops_halfway_leaves_nothing(
    there: bool, stop: BaseException, tmp_path: Path, command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "out"
    if there:
        (out / "jobs").mkdir(parents=True)
        (out / "jobs" / "mine.txt").write_text("mine\n", encoding="utf-8")
    before = sorted(tmp_path.rglob("*"))
    write = Worker._render_file
    written: list[str] = []

    def third(self: Worker, *paths: Any, **how: Any) -> None:
        written.append(str(paths))
        if len(written) == 3:
            raise stop
        write(self, *paths, **how)

    monkeypatch.setattr(Worker, "_render_file", third)
    given = [word for name, value in ANSWERS.items() for word in ("--data", f"{name}={value}")]
    result = command(tmp_path, "new", str(out), *given, "--defaults")
    assert (result.status, len(written)) == (2, 3)
    assert result.err.splitlines()[-1].startswith(
        "Error: free some space; No space" if isinstance(stop, OSError) else "Error: interrupted; nothing was changed"
    )
    assert sorted(tmp_path.rglob("*")) == before


@pytest.mark.parametrize("folder", ["file", "file/x"])
def test_a_file_is_no_folder(folder: str, tmp_path: Path, command: Command) -> None:
    (tmp_path / "file").touch()
    result = command(tmp_path, "new", folder, "--defaults")
    said = f"Error: {folder}: name another folder; {tmp_path}/file is a file\n"
    assert (result.status, result.err, [*tmp_path.iterdir()]) == (2, said, [tmp_path / "file"])


@pytest.mark.parametrize("key", ["1", "null", "true"])
def test_a_key_that_is_no_text_is_refused(key: str, tmp_path: Path, command: Command) -> None:
    (tmp_path / "answers.yml").write_text(f"tenant_id: acme\n{key}: x\n", encoding="utf-8")
    result = command(tmp_path, "new", "--data-file", "answers.yml", "--defaults")
    assert result.status == 2 and result.err.startswith("Error: --data-file: answers.yml: put it in quotes; the key ")


def test_a_file_of_answers_is_named_as_it_was_given(tmp_path: Path, command: Command) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "answers.yml").write_bytes(b"tenant_id: acme\nowner: \xff\n")
    result = command(tmp_path / "a", "new", "--data-file", "../answers.yml", "--defaults")
    assert result.err == "Error: --data-file: ../answers.yml:2:8: save it as UTF-8; it is not UTF-8\n"


@pytest.mark.parametrize(
    ("file", "said"),
    [
        ("schemas/job.schema.json", "JSONDecodeError: "),
        ("extensions/dativo_generator/plan/plan.py", "SyntaxError: "),
    ],
)
def test_a_template_that_fails_is_one_line(
    file: str, said: str, own_template: Path, tmp_path: Path, command: Command
) -> None:
    (own_template / file).write_text("{", encoding="utf-8")
    release(own_template, "v9.0.0")
    command.monkeypatch.setenv("DATIVO_TEMPLATE", str(own_template))
    given = [word for name, value in ANSWERS.items() for word in ("--data", f"{name}={value}")]
    result = command(tmp_path, "new", "out", *given, "--defaults")
    last = result.err.splitlines()[-1]
    assert (result.status, (tmp_path / "out").exists()) == (2, False)
    assert last.startswith(f"Error: use another version with --to; v9.0.0 of the template fails: {said}"), result.err


@pytest.mark.parametrize(
    ("old", "new", "at"),
    [
        ("[customers]", "[customerz]", "answers.yml:{place}: objects: did you mean 'customers'?"),
        ("owner:", "onwer:", "answers.yml:{place}: onwer: did you mean 'owner'?"),
    ],
)
def test_a_wrong_answer_of_a_file_has_its_place(old: str, new: str, at: str, command: Command, tmp_path: Path) -> None:
    given = yaml.safe_dump(ANSWERS, default_flow_style=None, sort_keys=False)
    assert old in given
    text = given.replace(old, new)
    (tmp_path / "answers.yml").write_text(text, encoding="utf-8")
    result = command(tmp_path, "new", "out", "--data-file", "answers.yml", "--defaults")
    line = next(number for number, one in enumerate(text.splitlines(), 1) if new in one)
    column = text.splitlines()[line - 1].index(": ") + 3
    assert (result.status, result.err.startswith(f"Error: {at.format(place=f'{line}:{column}')}")) == (2, True)


def test_an_answer_beside_the_file_has_no_place_in_it(command: Command, tmp_path: Path) -> None:
    (tmp_path / "answers.yml").write_text(yaml.safe_dump(ANSWERS), encoding="utf-8")
    result = command(tmp_path, "new", "out", "--data-file", "answers.yml", "--data", "owner=me", "--defaults")
    assert (result.status, result.err.partition(";")[0].startswith("Error: owner: ")) == (2, True)
