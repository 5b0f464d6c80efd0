"""`dativo-generator replay`: how a repository differs from its answers files; and which code must not run."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from copier import run_recopy

from dativo_generator.base.reading import LARGEST
from fleets import SCAFFOLDS, STRIPE, Command, answers_files, build, copied, examples, steady
from history import TAGS
from support import Rendered, copy_pack, git, release, render

JOB = "jobs/globex/staging/globex_customers_to_iceberg.yaml"
ASSET = "assets/stripe/v1.0/globex_customers.yaml"
VARIABLES = "variables/globex/staging/follows.env.example"
FILE = ".copier-answers.globex.follows.yml"
NEWEST = steady() | SCAFFOLDS
FEW = SCAFFOLDS | {"customers": STRIPE}


@pytest.fixture(scope="session")
def built(history: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build(history, tmp_path_factory.mktemp("built") / "out", "v3.0.0", NEWEST)


@pytest.fixture(scope="session")
def few(history: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a repository with no more scaffolds than it takes to share and to reuse."""
    return build(history, tmp_path_factory.mktemp("few") / "out", "v3.0.0", FEW)


@pytest.fixture
def repository(few: Path, tmp_path: Path) -> Path:
    return copied(few, tmp_path / "out")


def states(result: Any) -> dict[str, str]:
    """Return the state of everything that is not as it should be."""
    files = [file for entry in result["answers"] for file in entry["files"]] + result["files"]
    found = {file["path"]: file["state"] for file in files if file["state"] != "clean"}
    return found | {entry["file"]: entry["state"] for entry in result["answers"] if entry["state"] != "current"}


@pytest.mark.parametrize("tag", TAGS)
def test_every_example_replays_at_every_tag_as_copier_writes_it(
    tag: str, history: Path, command: Command, tmp_path: Path
) -> None:
    all_ = examples() if tag == "v1.0.0" else steady()
    out = build(history, tmp_path / "out", tag, all_)
    before = Rendered(out).files
    for name in reversed(answers_files(out)):
        run_recopy(out, answers_file=name, defaults=True, overwrite=True, unsafe=True, quiet=True, vcs_ref=tag)
    assert Rendered(out).files == before
    expected = 0 if tag == TAGS[-1] else 3
    assert command(out, "replay", "--strict").status == command(out, "replay", "--strict").status == expected


def test_a_repository_as_it_was_made_is_nothing_to_speak_of(built: Path, command: Command) -> None:
    result = command(built, "replay", "--strict", "--json")
    assert (result.status, states(result.json)) == (0, {})


def test_an_older_version_is_behind(history: Path, command: Command, tmp_path: Path) -> None:
    out = build(history, tmp_path / "out", "v2.0.0", {"follows": SCAFFOLDS["follows"]})
    result = command(out, "replay", "--json")
    assert (result.status, states(result.json)) == (3, {FILE: "behind"})


DAMAGE: dict[str, tuple[Callable[[Path], None], dict[str, str], int, int]] = {
    # what is done, what is found, the exit status, and that with --strict
    "an edit": (lambda out: add(out / JOB, "retry_config: {}\n"), {JOB: "edited"}, 0, 1),
    "an edit of a shared file": (
        lambda out: add(out / "connectors" / "stripe.yaml", "# ours\n"),
        {"connectors/stripe.yaml": "edited"},
        0,
        1,
    ),
    "conflict markers": (
        lambda out: add(out / JOB, "<<<<<<< before updating\nlogging: {}\n=======\n>>>>>>> after updating\n"),
        {JOB: "conflict"},
        1,
        1,
    ),
    "conflict markers in a shared file": (
        lambda out: add(out / "connectors" / "stripe.yaml", "<<<<<<< HEAD\n=======\n>>>>>>> main\n"),
        {"connectors/stripe.yaml": "conflict"},
        1,
        1,
    ),
    "a schema that a formatter wrote": (lambda out: formatted(out / "schemas" / "job.schema.json"), {}, 0, 0),
    "a missing job": (lambda out: (out / JOB).unlink(), {JOB: "missing"}, 1, 1),
    "a missing asset": (lambda out: (out / ASSET).unlink(), {ASSET: "missing"}, 1, 1),
    "a missing recipe": (
        lambda out: (out / "connectors" / "stripe.yaml").unlink(),
        {"connectors/stripe.yaml": "missing"},
        1,
        1,
    ),
    "no answers file": (
        lambda out: (out / FILE).unlink(),
        {JOB: "orphaned", ASSET: "orphaned", VARIABLES: "orphaned"},
        1,
        1,
    ),
    "a job that no answer asks for": (
        lambda out: shutil.copy(out / JOB, out / "jobs" / "globex" / "again.yaml"),
        {"jobs/globex/again.yaml": "stray"},
        1,
        1,
    ),
    "a job by hand": (lambda out: add(out / "jobs" / "globex" / "mine.yaml", "tenant_id: globex\n"), {}, 0, 0),
    "a linked job": (lambda out: link(out / JOB, out / ASSET), {JOB: "edited"}, 0, 1),
    "an answer by hand": (
        lambda out: add(out / FILE, "retention_days: 10\n"),
        {FILE: "changed by hand", ASSET: "edited"},
        1,
        1,
    ),
    "an answer taken away": (
        lambda out: replaced(out / FILE, "customize: ", "# customize: "),
        {FILE: "tampered"},
        1,
        1,
    ),
    "a comment in the answers": (lambda out: add(out / FILE, "# why\n"), {}, 0, 0),
    "another tenant's answers": (
        lambda out: replaced(out / FILE, "tenant_id: globex", "tenant_id: acme"),
        {
            FILE: "tampered",
            JOB: "orphaned",
            VARIABLES: "orphaned",
            "jobs/acme/staging/globex_customers_to_iceberg.yaml": "missing",
            "variables/acme/staging/follows.env.example": "missing",
            ASSET: "edited",
        },
        1,
        1,
    ),
    "a stale answer": (
        lambda out: replaced(out / FILE, "objects: [customers]", "objects: [invoices]"),
        {FILE: "refused"},
        1,
        1,
    ),
}


def add(path: Path, text: str) -> None:
    with path.open("a", encoding="utf-8") as file:
        file.write(text)


def replaced(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def formatted(path: Path) -> None:
    path.write_text(json.dumps(json.loads(path.read_text(encoding="utf-8"))), encoding="utf-8")


def link(path: Path, target: Path) -> None:
    path.unlink()
    path.symlink_to(target)


@pytest.mark.parametrize(("damage", "found", "status", "strict"), DAMAGE.values(), ids=DAMAGE)
def test_what_is_not_as_it_should_be(
    damage: Callable[[Path], None],
    found: dict[str, str],
    status: int,
    strict: int,
    repository: Path,
    command: Command,
) -> None:
    damage(repository)
    result = command(repository, "replay", "--json")
    assert (states(result.json), result.status) == (found, status)
    assert command(repository, "replay", "--strict").status == strict


@pytest.mark.parametrize(
    "name",
    [
        "an edit",
        "a missing job",
        "a missing recipe",
        "no answers file",
        "an edit of a shared file",
        "conflict markers",
    ],
)
def test_repair(name: str, repository: Path, command: Command) -> None:
    before = Rendered(repository).files
    DAMAGE[name][0](repository)
    release(repository, "damaged")
    result = command(repository, "replay", "--strict", "--write", "--json")
    assert (result.status, sorted(result.json["repaired"])) == (0, sorted(DAMAGE[name][1]))
    gone = {JOB, ASSET, VARIABLES, FILE} if name == "no answers file" else set()
    assert Rendered(repository).files == {path: text for path, text in before.items() if path not in gone}


def test_conflict_markers_are_no_edit(repository: Path, command: Command) -> None:
    line = len((repository / JOB).read_text(encoding="utf-8").splitlines()) + 1
    DAMAGE["conflict markers"][0](repository)
    out = command(repository, "replay").out
    assert f"{'conflict':<19}{JOB}: choose a side at line {line}; it holds conflict markers\n" in out
    assert "edited by hand" not in out


def test_repair_deletes_no_copy(repository: Path, command: Command) -> None:
    DAMAGE["a job that no answer asks for"][0](repository)
    (repository / ASSET).unlink()
    result = command(repository, "replay", "--write", "--json")
    assert (result.status, result.json["repaired"]) == (1, [ASSET])
    assert (repository / "jobs" / "globex" / "again.yaml").read_bytes() == (repository / JOB).read_bytes()


def test_repair_keeps_edits_by_hand(repository: Path, command: Command) -> None:
    add(repository / JOB, "retry_config: {}\n")
    (repository / ASSET).unlink()
    assert command(repository, "replay", "--write").status == 0
    assert (repository / JOB).read_text(encoding="utf-8").endswith("retry_config: {}\n")
    assert (repository / ASSET).exists()


def test_repair_does_not_take_what_is_not_committed(repository: Path, command: Command) -> None:
    add(repository / JOB, "retry_config: {}\n")
    (repository / ASSET).unlink()
    before = Rendered(repository).files
    result = command(repository, "replay", "--write", "--strict")
    assert (result.status, result.err) == (2, f"Error: commit or stash your changes first; not committed: {JOB}\n")
    assert Rendered(repository).files == before


def test_repair_outside_a_repository_restores_what_is_missing(repository: Path, command: Command) -> None:
    shutil.rmtree(repository / ".git")
    before = Rendered(repository).files
    (repository / ASSET).unlink()
    assert command(repository, "replay", "--write").status == 0
    assert Rendered(repository).files == before


def test_repair_writes_the_answers_file_as_its_answers_say(repository: Path, command: Command) -> None:
    before = (repository / FILE).read_bytes()
    replaced(repository / FILE, "customize: ", "# customize: ")
    release(repository, "damaged")
    assert command(repository, "replay", "--write").status == 0
    assert (repository / FILE).read_bytes() == before


def test_repair_does_not_follow_a_link(repository: Path, command: Command, tmp_path: Path) -> None:
    shutil.rmtree(repository / "jobs" / "globex")
    (tmp_path / "elsewhere").mkdir()
    (repository / "jobs" / "globex").symlink_to(tmp_path / "elsewhere")
    assert command(repository, "replay", "--strict", "--write").status == 1
    assert list((tmp_path / "elsewhere").iterdir()) == []


def test_the_difference_is_shown(repository: Path, command: Command) -> None:
    replaced(repository / JOB, "lookback_days: 9", "lookback_days: 3")
    for text in (command(repository, "replay", "--diff").out, command(repository, "replay", "--diff", "--json").out):
        assert "-    lookback_days: 9" in text
        assert "+    lookback_days: 3" in text


def test_shards_are_a_partition(built: Path, command: Command, tmp_path: Path) -> None:
    repository = copied(built, tmp_path / "out")
    (repository / ".copier-answers.umbrella.reuses.yml").unlink()
    (repository / JOB).unlink()
    whole = command(repository, "replay", "--json").json
    parts = [command(repository, "replay", "--shard", f"{number}/3", "--json").json for number in (1, 2, 3)]
    assert sorted(e["file"] for part in parts for e in part["answers"]) == [e["file"] for e in whole["answers"]]
    found: dict[str, str] = {}
    for part in parts:
        assert not found.keys() & states(part).keys()
        found |= states(part)
    assert found == states(whole) != {}


@pytest.mark.parametrize("shard", ["0/3", "4/3", "3", "a/b", "-1/2"])
def test_a_share_that_is_none(shard: str, built: Path, command: Command) -> None:
    result = command(built, "replay", f"--shard={shard}")
    assert (result.status, result.err) == (2, f"Error: --shard: write a share like 3/16, not '{shard}'\n")


# --- a stranger's pull request ----------------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def hostile(tmp_path_factory: pytest.TempPathFactory, _isolated: None) -> Path:
    """Return a template that leaves a mark beside it when any of its code is run."""
    pack = copy_pack(tmp_path_factory.mktemp("hostile") / "pack")
    (pack / "extensions" / "dativo.py").write_text(f"open({str(pack.parent / 'owned')!r}, 'w').close()\n")
    release(pack, "v3.0.0")
    return pack


def rewrite(path: Path, **values: Any) -> None:
    answers = yaml.safe_load(path.read_text(encoding="utf-8")) | values
    path.write_text(yaml.safe_dump(answers), encoding="utf-8")


HOSTILE: dict[str, tuple[Callable[[Path, Path], Any], str]] = {
    "another template": (
        lambda file, pack: rewrite(file, _src_path=str(pack)),
        "is not the template that is trusted here",
    ),
    "a command as template": (
        lambda file, pack: rewrite(file, _src_path=f"ext::sh -c 'touch {pack.parent}/owned'"),
        "is not the template that is trusted here",
    ),
    "an option as template": (
        lambda file, pack: rewrite(file, _src_path="--upload-pack=touch owned"),
        "is not the template that is trusted here",
    ),
    "a branch": (lambda file, pack: rewrite(file, _commit="main"), "'main' is not in the released history"),
    "a ref": (lambda file, pack: rewrite(file, _commit="refs/pull/1/head"), "is not in the released history"),
    "a path in a commit": (
        lambda file, pack: rewrite(file, _commit="v3.0.0:registry"),
        "is not in the released history",
    ),
    "an option as commit": (
        lambda file, pack: rewrite(file, _commit="--output=owned"),
        "is not in the released history",
    ),
    "an unknown hash": (lambda file, pack: rewrite(file, _commit="0123456789abcdef"), "is not in the released history"),
    "an extra key": (lambda file, pack: rewrite(file, _tasks=["touch owned"]), "no question has this name"),
    "an answer no question asks": (lambda file, pack: rewrite(file, ownr="a@b.com"), "did you mean 'owner'?"),
    "a tag": (
        lambda file, pack: add(file, "x: !!python/object/apply:os.system [touch owned]\n"),
        "answers have no tags like",
    ),
    "an anchor": (lambda file, pack: add(file, "x: &a [1]\ny: [*a, *a]\n"), "answers have no anchors or aliases"),
    "a second document": (lambda file, pack: add(file, "---\n{}\n"), "a second document"),
    "not a mapping": (lambda file, pack: file.write_text("- a\n"), "must be a mapping, not ['a']"),
    "not YAML": (lambda file, pack: file.write_text("a: [\n"), "not valid YAML"),
    "not text": (lambda file, pack: file.write_bytes(b"\xff\x00"), "is not UTF-8"),
    "a very deep one": (lambda file, pack: file.write_text("[" * 99_999 + "]" * 99_999), "is nested too deeply"),
    "very deep mappings": (lambda file, pack: file.write_text('{"a":' * 99_999), "is nested too deeply"),
    "a very large one": (lambda file, pack: file.write_text("#" * (LARGEST + 1)), "has more than"),
    "no commit": (lambda file, pack: file.write_text("tenant_id: acme\n"), "_commit: is missing"),
    "a number as commit": (lambda file, pack: rewrite(file, _commit=3), "_commit: is missing"),
    "a link": (lambda file, pack: link(file, Path("/etc/passwd")), "is a symbolic link"),
    "a folder": (lambda file, pack: (file.unlink(), file.mkdir()), "is not a regular file"),
    "a path as tenant": (lambda file, pack: rewrite(file, tenant_id="../../etc"), "not '../../etc'"),
    "a template as owner": (lambda file, pack: rewrite(file, owner="{{ cycler.__init__ }}@a.com"), "owner: "),
    "a date": (lambda file, pack: add(file, "log_level: 2020-01-01\n"), "log_level"),
}


@pytest.mark.parametrize(("change", "message"), HOSTILE.values(), ids=HOSTILE)
def test_it_is_refused_and_nothing_of_it_runs(
    change: Callable[[Path, Path], Any],
    message: str,
    repository: Path,
    command: Command,
    hostile: Path,
) -> None:
    change(repository / FILE, hostile)
    git(repository, "add", "--all")
    git(repository, "commit", "--quiet", "--message", "a pull request")
    for verb in (["replay"], ["update", "--dry-run"], ["update"]):
        result = command(repository, *verb, "--json")
        (entry,) = [entry for entry in result.json["answers"] if entry["file"] == FILE]
        assert entry.get("state", "refused") == "refused"
        assert entry["detail"].startswith(f"{FILE}:")
        assert message in entry["detail"]
        assert len(entry["detail"].splitlines()) == 1
        assert result.status == 1
        assert not [*repository.parent.rglob("owned"), *hostile.parent.rglob("owned")]
        assert git(repository, "status", "--porcelain", "--", JOB, ASSET, FILE) == ""


@pytest.fixture
def pack(released: Path, command: Command) -> Path:
    """Return a template with the tag v1.0.0, which the command trusts."""
    command.monkeypatch.setenv("DATIVO_TEMPLATE", str(released))
    return released


@pytest.fixture
def out(pack: Path, tmp_path: Path) -> Path:
    """Return a repository with one scaffold of that template."""
    return build(pack, tmp_path / "out", "v1.0.0", {"follows": SCAFFOLDS["follows"]})


def test_a_commit_that_no_release_reaches_is_refused(pack: Path, out: Path, command: Command, tmp_path: Path) -> None:
    """As of a pull request, whose commits are in the repository, too, under a ref of their own."""
    (pack / "extensions" / "dativo.py").write_text(f"open({str(tmp_path / 'owned')!r}, 'w').close()\n")
    git(pack, "commit", "--quiet", "--all", "--message", "a pull request")
    commit = git(pack, "rev-parse", "HEAD").strip()
    git(pack, "update-ref", "refs/pull/1/head", commit)
    git(pack, "reset", "--quiet", "--hard", "v1.0.0")
    for recorded in (commit, commit[:9], f"v1.0.0-1-g{commit[:7]}"):
        rewrite(out / FILE, _commit=recorded)
        result = command(out, "replay", "--json")
        assert "is not in the released history" in result.json["answers"][0]["detail"]
    assert not (tmp_path / "owned").exists()


def test_a_commit_between_two_releases_is_released(pack: Path, command: Command, tmp_path: Path) -> None:
    (pack / "LICENSE").write_text("another")
    git(pack, "commit", "--quiet", "--all", "--message", "between")
    render(pack, tmp_path / "out", SCAFFOLDS["follows"], vcs_ref="HEAD")
    release(pack, "v2.0.0")
    assert command(tmp_path / "out", "replay").status == 3


def test_a_template_that_is_cloned_brings_no_pull_requests(pack: Path, out: Path, command: Command) -> None:
    url = pack.as_uri()
    rewrite(out / FILE, _src_path=url)
    command.monkeypatch.setenv("DATIVO_TEMPLATE", url)
    assert command(out, "replay", "--json").json["answers"][0]["state"] in ("current", "tampered")


def test_what_to_trust_must_be_said(built: Path, command: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DATIVO_TEMPLATE")
    monkeypatch.setattr("dativo_generator.fleet.source._installed_from", lambda: "")
    result = command(built, "replay")
    assert result.status == 2
    assert result.err == "Error: say which template to trust with --template URL, or set DATIVO_TEMPLATE\n"


def test_a_template_that_is_not_there(built: Path, command: Command, tmp_path: Path) -> None:
    result = command(built, "replay", "--template", str(tmp_path / "nowhere"))
    assert (result.status, result.err) == (
        2,
        f"Error: --template: name a folder or a URL; there is no folder {tmp_path / 'nowhere'}\n",
    )


def test_the_installed_command_runs(built: Path, history: Path) -> None:
    """As a user runs it: another process, another folder, nobody's terminal."""
    environment = {**os.environ, "DATIVO_TEMPLATE": str(history)}
    done = subprocess.run(
        [sys.executable, "-m", "dativo_generator", "replay", "--json"],
        cwd=built, env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (done.returncode, states(json.loads(done.stdout)), done.stderr) == (0, {}, "")


def test_a_release_that_does_not_know_the_command_is_left_to_copier(pack: Path, out: Path, command: Command) -> None:
    for old, new in (
        ('"completed": ', '"complete": '),
        ("def __init__(self, environment", "def __init(self, environment"),
    ):
        replaced(pack / "extensions" / "dativo.py", old, new)
        git(pack, "commit", "--quiet", "--all", "--message", "broken")
        git(pack, "tag", "--force", "v1.0.0")
        result = command(out, "replay", "--json")
        (entry,) = result.json["answers"]
        assert (result.status, entry["state"]) == (1, "refused")
        assert "version of the template" in entry["detail"]
        assert len(entry["detail"].splitlines()) == 1


def test_a_template_without_a_release(pack: Path, command: Command, tmp_path: Path) -> None:
    git(pack, "tag", "v1.0.0rc1", "v1.0.0")
    git(pack, "tag", "--delete", "v1.0.0")
    out = build(pack, tmp_path / "out", "v1.0.0rc1", {"follows": SCAFFOLDS["follows"]})
    assert command(out, "replay").status == 0
    assert "has no released tag" in command(out, "update").err
    git(pack, "tag", "--delete", "v1.0.0rc1")
    result = command(out, "replay", "--write", "--json")
    assert (result.status, states(result.json)) == (1, {FILE: "refused"})
