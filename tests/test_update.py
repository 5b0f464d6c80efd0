"""`dativo-generator update`: the same as Copier's update of each scaffold, as one change, and more."""

import errno
import json
import os
import re
import shutil
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from copier import run_update

from dativo_generator.fleet.change import Change
from dativo_generator.fleet.release import Files, Rendering, items_of
from dativo_generator.fleet.step import Step
from dativo_generator.plan.plan import plan
from fleets import (
    EDITS,
    REFUSED,
    RENAMED,
    SCAFFOLDS,
    STRIPE,
    Command,
    Result,
    answers_files,
    build,
    build_edited,
    copied,
    steady,
    update_one_by_one,
)
from support import EXAMPLES, PACK, ROOT, Rendered, git, heeding_signals, load_answers, release

# What goes from v1.0.0 to the newest by itself.
FOLLOWS = steady() | SCAFFOLDS
JOB = "jobs/globex/staging/globex_customers_to_iceberg.yaml"
ASSET = "assets/stripe/v1.0/globex_customers.yaml"


@pytest.fixture(scope="session")
def built(history: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build(history, tmp_path_factory.mktemp("built") / "out", "v1.0.0", FOLLOWS)


@pytest.fixture(scope="session")
def few(history: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a repository with no more scaffolds than it takes to share and to reuse: Copier updates one at a time."""
    return build(history, tmp_path_factory.mktemp("few") / "out", "v1.0.0", SCAFFOLDS | {"customers": STRIPE})


@pytest.fixture(scope="session")
def renames(history: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build(history, tmp_path_factory.mktemp("renames") / "out", "v1.0.0", RENAMED | REFUSED)


def edit(repository: Path, name: str, change: Callable[[str], str | None]) -> None:
    """Change a file by hand, or delete it, and commit."""
    path = repository / name
    text = change(path.read_text(encoding="utf-8") if path.exists() else "")
    if text is None:
        path.unlink()
    else:
        path.write_text(text, encoding="utf-8")
    git(repository, "add", "--all")
    git(repository, "commit", "--quiet", "--message", name)


# Of what scaffolds share.
SHARED_EDITS: dict[str, Callable[[str], str | None]] = {
    "a vendored recipe": lambda text: text.replace("max_retries: ", "max_retries: 1"),
    "a deleted recipe": lambda text: None,
}


@pytest.fixture
def edited(history: Path, tmp_path: Path) -> Path:
    return build_edited(history, tmp_path / "edited")


def test_edits_come_out_as_copier_leaves_them(edited: Path, command: Command, tmp_path: Path) -> None:
    ours, theirs = copied(edited, tmp_path / "ours"), copied(edited, tmp_path / "theirs")
    result = command(ours, "update")
    update_one_by_one(theirs, "v3.0.0", answers_files(theirs))
    assert Rendered(ours).files == Rendered(theirs).files
    assert_conflicts_are_unmerged(ours, result)


@pytest.mark.parametrize("change", SHARED_EDITS.values(), ids=SHARED_EDITS)
def test_an_edit_of_a_shared_file_comes_out_as_copier_leaves_it(
    change: Callable[[str], str | None], few: Path, command: Command, tmp_path: Path
) -> None:
    ours, theirs = copied(few, tmp_path / "ours"), copied(few, tmp_path / "theirs")
    for repository in (ours, theirs):
        edit(repository, "connectors/stripe.yaml", change)
    result = command(ours, "update")
    # Two that share what is edited are enough, and Copier is slow.
    names = [".copier-answers.globex.follows.yml", ".copier-answers.umbrella.reuses.yml"]
    update_one_by_one(theirs, "v3.0.0", names)
    mine, copiers = Rendered(ours).files, Rendered(theirs).files
    shared = [path for path in copiers if path.startswith(("registry/", "connectors/stripe"))]
    for path in {JOB, ASSET, *names, *shared}:
        assert mine.get(path) == copiers.get(path), path
    assert mine.keys() == copiers.keys()
    assert_conflicts_are_unmerged(ours, result)


def assert_conflicts_are_unmerged(repository: Path, result: Result) -> None:
    """Check that files with markers are told by the exit status and by Git."""
    markers = {path for path, text in Rendered(repository).files.items() if b"<<<<<<< before updating" in text}
    assert result.status == (1 if markers else 0)
    assert set(git(repository, "diff", "--name-only", "--diff-filter=U").split()) == markers


def test_all_of_them_with_copiers_loop(built: Path, command: Command, tmp_path: Path) -> None:
    ours, theirs = copied(built, tmp_path / "ours"), copied(built, tmp_path / "theirs")
    assert command(ours, "update").status == 0
    update_one_by_one(theirs, "v3.0.0", answers_files(theirs))
    assert Rendered(ours).files == Rendered(theirs).files


def test_a_conflict_in_a_shared_file_is_marked_once(few: Path, command: Command, tmp_path: Path) -> None:
    """Copier would merge the markers of the first update again in the second."""
    ours, theirs = copied(few, tmp_path / "ours"), copied(few, tmp_path / "theirs")
    recipe = "connectors/stripe.yaml"
    for repository in (ours, theirs):
        edit(repository, recipe, lambda text: text.replace("lookback_days_default: 1", "lookback_days_default: 4"))
    result = command(ours, "update", "--json")
    update_one_by_one(theirs, "v3.0.0", [".copier-answers.globex.follows.yml"])
    assert (ours / recipe).read_bytes() == (theirs / recipe).read_bytes()
    assert (result.status, result.json["conflicts"]) == (1, [recipe])
    assert git(ours, "diff", "--name-only", "--diff-filter=U").split() == [recipe]


DATA: dict[str, dict[str, Any]] = {
    "an object is added": {"objects": ["customers", "payments"]},
    "a value is pinned": {"lookback_days": 3, "redaction": False},
    "a section is opened": {"customize": ["incremental", "governance"]},
    "the layout changes": {"asset_layout": "odcs"},
    "the mode is relaxed": {"schema_mode": "relaxed", "tags": ["crm", "{object}"]},
}


@pytest.mark.parametrize("data", DATA.values(), ids=DATA)
@pytest.mark.parametrize("edited", [False, True], ids=["as rendered", "edited"])
def test_an_answer_given_gives_what_copier_gives(
    data: dict[str, Any], edited: bool, few: Path, command: Command, tmp_path: Path
) -> None:
    ours, theirs = copied(few, tmp_path / "ours"), copied(few, tmp_path / "theirs")
    file = ".copier-answers.globex.follows.yml"
    for repository in (ours, theirs) if edited else ():
        edit(repository, JOB, lambda text: text + "retry_config:\n  max_attempts: 5\n")
        edit(repository, ASSET, lambda text: text.replace("retention_days: 90", "retention_days: 30"))
    given = [
        f"{name}={json.dumps(value)}" if not isinstance(value, str) else f"{name}={value}"
        for name, value in data.items()
    ]
    result = command(ours, "update", file, *(part for text in given for part in ("--data", text)))
    run_update(theirs, answers_file=file, data=data, defaults=True, overwrite=True, unsafe=True, quiet=True)
    mine, copiers = Rendered(ours).files, Rendered(theirs).files
    assert mine == copiers
    assert result.status == (1 if any(b"<<<<<<< " in text for text in mine.values()) else 0)


def test_nothing_is_left_to_do_after_it(built: Path, command: Command, tmp_path: Path) -> None:
    ours = copied(built, tmp_path / "ours")
    assert command(ours, "update").status == 0
    assert command(ours, "replay", "--strict").status == 0
    git(ours, "commit", "--quiet", "--all", "--message", "updated")
    assert command(ours, "update").status == 0
    assert git(ours, "status", "--porcelain") == ""


def test_a_rename_moves_files_and_the_edits_in_them(renames: Path, command: Command, tmp_path: Path) -> None:
    ours = copied(renames, tmp_path / "ours")
    for path in ("jobs/acme/gdrive_csv_people_to_s3.yaml", "jobs/acme/stripe_charges_to_s3.yaml"):
        edit(ours, path, lambda text: text + "retry_config:\n  max_attempts: 5\n")
    edit(ours, "assets/gdrive_csv/v1.0/gdrive_csv_people.yaml", lambda text: text.replace("days: 90", "days: 30"))
    assert command(ours, "update").status == 1  # some are refused
    out = Rendered(ours)
    assert {path for path in out.files if "gdrive_csv" in path or "stripe_charges" in path} == set()
    job = out.jobs["jobs/acme/drive_csv_people_to_s3.yaml"]
    assert (job["source_connector"], job["retry_config"]) == ("drive_csv", {"max_attempts": 5})
    assert out.assets["assets/drive_csv/v1.0/drive_csv_people.yaml"]["asset"]["governance"]["retention_days"] == 30
    assert out.jobs["jobs/acme/stripe_payments_to_s3.yaml"]["retry_config"] == {"max_attempts": 5}
    # A name that was chosen stays.
    assert out.jobs["jobs/acme/all_charges_to_iceberg.yaml"]["source"]["objects"] == ["payments"]
    answers = out.parsed(".copier-answers.acme.charges")[".copier-answers.acme.charges.yml"]
    assert (answers["objects"], answers["asset_names"]) == (["payments"], {"payments": "all_charges"})
    assert "connectors/drive_csv.yaml" in out.files and "connectors/gdrive_csv.yaml" not in out.files
    assert [f["state"] for f in command(ours, "replay", "--json").json["answers"]].count("current") == len(RENAMED)


def test_what_cannot_follow_is_named_and_untouched(renames: Path, command: Command, tmp_path: Path) -> None:
    ours = copied(renames, tmp_path / "ours")
    before = Rendered(ours).files
    answers = {entry["file"]: entry for entry in command(ours, "update", "--json").json["answers"]}
    after = Rendered(ours).files
    for name in REFUSED:
        file = f".copier-answers.acme.{name}.yml"
        assert set(answers[file]["effects"]) <= {"refused", "forbidden in cloud"}
        # The place is that of the recorded answer that the message begins with.
        line, column, said = re.fullmatch(rf"{re.escape(file)}:(\d+):(\d+): (.*)", answers[file]["detail"]).groups()
        answer = before[file].decode().splitlines()[int(line) - 1]
        assert answer.startswith(f"{said.partition(':')[0]}: ") and answer.index(": ") + 3 == int(column)
        assert len(answers[file]["detail"].splitlines()) == 1
        kept = [path for path, text in before.items() if f"the scaffold {name} of acme".encode() in text]
        assert len(kept) == 4
        assert all(after[path] == before[path] for path in kept)
    assert answers[".copier-answers.acme.cloud.yml"]["effects"] == ["forbidden in cloud"]
    assert "connectors/markdown_kv.yaml" in after  # its owner is still there


def test_an_answer_that_names_paths_moves_the_files(few: Path, command: Command, tmp_path: Path) -> None:
    ours = copied(few, tmp_path / "ours")
    edit(ours, JOB, lambda text: text + "retry_config:\n  max_attempts: 5\n")
    file = ".copier-answers.globex.follows.yml"
    result = command(ours, "update", file, "--data", "target_connector=s3", "--json")
    assert (result.status, result.json["answers"][0]["effects"]) == (0, ["moved"])
    out = Rendered(ours)
    assert JOB not in out.files
    job = out.jobs["jobs/globex/staging/globex_customers_to_s3.yaml"]
    assert (job["target_connector"], job["retry_config"]) == ("s3", {"max_attempts": 5})
    assert out.parsed(file)[file]["target_connector"] == "s3"
    assert command(ours, "replay").status == 3  # the others are behind


def test_a_scaffold_can_be_renamed(few: Path, command: Command, tmp_path: Path) -> None:
    ours = copied(few, tmp_path / "ours")
    assert command(ours, "update", ".copier-answers.globex.follows.yml", "-d", "scaffold=leads").status == 0
    assert ".copier-answers.globex.leads.yml" in answers_files(ours)
    assert ".copier-answers.globex.follows.yml" not in answers_files(ours)
    assert (ours / JOB).read_text(encoding="utf-8").startswith("# Written by the scaffold leads of globex.")


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ("target_connector=s33", "target_connector: did you mean 's3'? 's33' is not a target of the registry"),
        ("asset_names={customers: initech_customers}", "belongs to the scaffold pins of initech"),
        ("scaffold=pins", ".copier-answers.globex.pins.yml: give each its own name; "),
        ("retention_days=soon", "retention_days: write a whole number of 0 or more, not 'soon'"),
    ],
)
def test_a_wrong_answer_is_refused(data: str, message: str, few: Path, command: Command, tmp_path: Path) -> None:
    ours = copied(few, tmp_path / "ours")
    tenant = "globex" if "scaffold=" not in data else "nobody"
    names = (
        [".copier-answers.globex.follows.yml"]
        if tenant == "globex"
        else [".copier-answers.globex.follows.yml", ".copier-answers.initech.pins.yml"]
    )
    extra = [] if tenant == "globex" else ["--data", "tenant_id=globex"]
    result = command(ours, "update", *names, "--data", data, *extra)
    assert result.status == 1
    assert message in result.out
    assert git(ours, "status", "--porcelain") == ""


@pytest.mark.parametrize(
    ("options", "chosen"),
    [
        (["--tenant", "globex"], ["globex.follows"]),
        (["--environment", "staging"], ["acme.sheets_budget", "globex.follows"]),
        (
            ["--connector", "postgres", "--connector", "csv"],
            ["acme.csv_folder", "acme.csv_people", "acme.postgres_orders"],
        ),
        (["--tenant", "acme", "--connector", "stripe"], ["acme.stripe_customers"]),
        (["--to", "v2.0.0", "--tenant", "initech"], ["initech.pins"]),
    ],
)
def test_a_ring_at_a_time(options: list[str], chosen: list[str], built: Path, command: Command, tmp_path: Path) -> None:
    ours = copied(built, tmp_path / "ours")
    result = command(ours, "update", *options, "--json")
    assert [entry["file"] for entry in result.json["answers"]] == [f".copier-answers.{name}.yml" for name in chosen]
    version = result.json["target"]
    for name in answers_files(ours):
        expected = version if name.removeprefix(".copier-answers.").removesuffix(".yml") in chosen else "v1.0.0"
        assert f"_commit: {expected}" in (ours / name).read_text(encoding="utf-8").replace('"', "")
    assert command(ours, "replay", "--strict").status == 3  # nothing shared is called an edit


def test_an_older_ring_does_not_take_shared_files_back(few: Path, command: Command, tmp_path: Path) -> None:
    ours = copied(few, tmp_path / "ours")
    command(ours, "update", "--tenant", "globex")
    newest = (ours / "connectors" / "stripe.yaml").read_bytes()
    git(ours, "add", "--all")
    git(ours, "commit", "--quiet", "--message", "ring one")
    command(ours, "update", "--tenant", "initech", "--to", "v2.0.0")
    assert (ours / "connectors" / "stripe.yaml").read_bytes() == newest


def test_a_dry_run_writes_nothing_and_says_what_would_happen(built: Path, command: Command, tmp_path: Path) -> None:
    ours = copied(built, tmp_path / "ours")
    (ours / "untracked").write_text("not clean, which a dry run need not be")
    told = command(ours, "update", "--dry-run", "--json").json
    effects = {entry["file"].split(".")[-2]: entry["effects"] for entry in told["answers"]}
    assert effects["follows"] == effects["stripe_customers"] == ["follows"]
    assert effects["pins"] == ["pinned"]
    assert effects["csv_people"] == ["unaffected"]
    (change,) = told["changes"]
    assert (change["kind"], change["key"], change["old"], change["new"], change["count"]) == (
        "jobs",
        "source.incremental.lookback_days",
        "1",
        "9",
        3,
    )
    assert change["example"]["path"].startswith("jobs/")
    assert git(ours, "status", "--porcelain").split() == ["??", "untracked"]


def test_a_dry_run_names_what_is_renamed_and_refused(renames: Path, command: Command) -> None:
    told = command(renames, "update", "--dry-run", "--json").json
    assert {entry["file"].split(".")[-2]: entry["effects"] for entry in told["answers"]} == {
        "drive": ["renamed"],
        "charges": ["renamed", "follows"],
        "plain_charges": ["renamed"],
        "cloud": ["forbidden in cloud"],
        "words": ["refused"],
    }
    details = {entry["file"].split(".")[-2]: entry["detail"] for entry in told["answers"]}
    assert (details["drive"], details["charges"]) == ("gdrive_csv -> drive_csv", "charges -> payments")
    assert {change["key"] for change in told["changes"]} >= {"source_connector", "asset.object", "source.objects"}


@pytest.mark.parametrize("form", ["table", "markdown"])
def test_a_dry_run_for_people(form: str, built: Path, command: Command) -> None:
    told = command(built, "update", "--dry-run", "--format", form).out
    assert "source.incremental.lookback_days" in told
    assert "lookback_days" in told.split("pinned" if form == "table" else "**Pinned")[1]


def test_changes_that_are_not_committed_stop_it(few: Path, command: Command, tmp_path: Path) -> None:
    ours = copied(few, tmp_path / "ours")
    (ours / JOB).write_text("mine")
    result = command(ours, "update")
    assert (result.status, result.err) == (2, f"Error: commit or stash your changes first; not committed: {JOB}\n")


def test_outside_a_repository_there_is_no_update(few: Path, command: Command, tmp_path: Path) -> None:
    copied(few, tmp_path / "out")
    shutil.rmtree(tmp_path / "out" / ".git")
    result = command(tmp_path / "out", "update")
    assert result.status == 2
    assert "make it a Git repository" in result.err


def test_a_question_that_is_not_there_is_refused_once(built: Path, command: Command) -> None:
    result = command(built, "update", "--data", "ownr=a@b.com")
    message = "Error: --data: ownr: did you mean 'owner'? no question has this name\n"
    assert (result.status, result.out, result.err) == (2, "", message)


@pytest.mark.parametrize("verb", ["replay", "update"])
def test_a_folder_without_answers_files_is_the_wrong_one(verb: str, command: Command, tmp_path: Path) -> None:
    result = command(tmp_path, verb)
    assert result.status == 2
    assert result.err.startswith(f"Error: {tmp_path}: run the command in a folder with answers files")


def test_a_selection_of_nothing_is_a_mistake(built: Path, command: Command) -> None:
    result = command(built, "update", "--tenant", "acem")
    assert (result.status, "they select none of the" in result.err) == (2, True)


def test_an_answers_file_that_is_not_there_is_refused(built: Path, command: Command) -> None:
    result = command(built, "update", ".copier-answers.globex.folows.yml")
    assert (result.status, "did you mean '.copier-answers.globex.follows.yml'?" in result.err) == (2, True)


def test_a_version_that_is_not_released_is_refused(built: Path, command: Command) -> None:
    result = command(built, "update", "--dry-run", "--to", "v9")
    assert (result.status, result.err.startswith("Error: --to: use one of v")) == (2, True)


def test_an_update_in_a_subfolder_of_a_repository(few: Path, command: Command, tmp_path: Path) -> None:
    copied(few, tmp_path / "mono" / "data")
    shutil.rmtree(tmp_path / "mono" / "data" / ".git")
    release(tmp_path / "mono", "now")
    edit(tmp_path / "mono", f"data/{JOB}", EDITS["the line that changes"][1])
    assert command(tmp_path / "mono" / "data", "update").status == 1
    assert git(tmp_path / "mono", "diff", "--name-only", "--diff-filter=U").split() == [f"data/{JOB}"]


# --- another one, or an end -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "arguments", [["update", "--dry-run"], ["batch", "x.yml", "--dry-run"], ["replay"], ["validate"]]
)
def test_half_a_change_is_not_read(
    arguments: list[str], few: Path, command: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ours = copied(few, tmp_path / "ours")
    with monkeypatch.context() as patch:
        patch.setattr(Change, "_give_up", lambda self, error: None)
        patch.setattr(Change, "replace", lambda self: os.kill(os.getpid(), signal.SIGKILL))
        assert killed(lambda: command(ours, "update")) == -signal.SIGKILL
    before = Rendered(ours).files
    result = command(ours, *arguments)
    assert (result.status, result.out, len(result.err.splitlines())) == (2, "", 1)
    assert "run 'dativo-generator update' again" in result.err
    assert Rendered(ours).files == before
    again = command(ours, "update")
    assert (again.status, command(ours, "replay", "--strict").status) == (0, 0)
    assert again.err.startswith("Undid what update (process ")


def killed(function: Callable[[], Any]) -> int:
    """Call a function in a process of its own, and return how it ends."""
    if not (child := os.fork()):
        function()
        os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_end_while_it_reads(
    number: int, few: Path, command: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ours = copied(few, tmp_path / "ours")
    monkeypatch.setattr(Step, "to", lambda *how: os.kill(os.getpid(), number))
    with heeding_signals():
        result = command(ours, "update")
    assert (result.status, result.err) == (2, "Error: interrupted; nothing was changed\n")
    assert git(ours, "status", "--porcelain") == ""


def test_a_disk_that_is_full_for_what_is_temporary(
    few: Path, command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full() -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("dativo_generator.cli.repository.scratch_folder", full)
    result = command(few, "update", "--dry-run")
    assert (result.status, result.err) == (2, "Error: free some space; No space left on device\n")


def test_an_older_release_says_where_an_asset_is_in_the_job_alone() -> None:
    planned = plan(PACK, load_answers(EXAMPLES[0]) | {"app_root": "/mnt/dativo"})
    today = Rendering("", Files({}), planned)
    jobs = [{key: value for key, value in job.items() if key != "asset"} for job in planned["jobs"]]
    assert items_of(Rendering("", Files({}), planned | {"jobs": jobs})) == items_of(today)


def test_an_object_more_leaves_the_columns_of_the_first_as_they_were(
    history: Path, tmp_path: Path, command: Command
) -> None:
    name, columns = ".copier-answers.acme.one.yml", {"id": "string required", "email": "string PII"}
    out = build(history, tmp_path / "out", "v1.0.0", {"one": STRIPE | {"fields": columns}})
    before = Rendered(out).files["assets/stripe/v1.0/stripe_customers.yaml"]
    result = command(out, "update", name, "--to", "v1.0.0", "--data", "objects=[customers, charges]")
    assert result.status == 0, result.out
    after = Rendered(out)
    assert after.files["assets/stripe/v1.0/stripe_customers.yaml"].splitlines()[:20] == before.splitlines()[:20]
    assert after.answers["fields"] == {"customers": columns}
    assert "assets/stripe/v1.0/stripe_charges.yaml" in after.files


def test_what_several_answers_files_are_refused_for_is_printed_once(
    history: Path, tmp_path: Path, command: Command
) -> None:
    cases = yaml.safe_load((ROOT / "tests" / "data" / "stale.yml").read_text(encoding="utf-8"))
    (case,) = [case for case in cases if case["name"] == "retired object"]
    names = ["first", "second"]
    out = build(
        history,
        tmp_path / "out",
        "v1.0.0",
        {
            name: case["answers"] | {"asset_names": {one: f"{name}_{one}" for one in case["answers"]["objects"]}}
            for name in names
        },
    )
    files = answers_files(out)
    (line,) = {(out / file).read_text("utf-8").splitlines().index("objects: [contacts, companies]") for file in files}
    result = command(out, "update")
    assert result.status == 1
    reason = " ".join(case["error"].split())
    assert result.out.splitlines() == [
        f"{'refused':<19}{len(files)} answers files: {reason}",
        *(f"{'':<19}  {file}:{line + 1}:10" for file in files),
        "0 of 2 answers files at v3.0.0, 2 refused; 0 files changed, 0 with conflicts",
    ]
