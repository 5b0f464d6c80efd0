"""The CI files: their permissions and commands, and that all scaffolds of a repository share one."""

import base64
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml
from copier import run_copy, run_update
from copier.errors import UserMessageError

from dativo_generator.base.errors import AnswerError
from dativo_generator.base.paths import CI_FILES
from dativo_generator.plan.plan import plan
from fleets import Command, copied
from support import PACK, ROOT, Rendered, blocks, git, release, render

STRIPE = {"tenant_id": "acme", "source_connector": "stripe", "objects": ["customers"], "target_connector": "iceberg"}
OTHER = {
    "tenant_id": "globex",
    "source_connector": "hubspot",
    "objects": ["deals"],
    "target_connector": "iceberg",
    "scaffold": "other",
}
GITHUB, GITLAB = CI_FILES["github"], CI_FILES["gitlab"]
STRIPE_FILE = ".copier-answers.acme.stripe_to_iceberg.yml"
MARKER = "<!-- dativo-generator: dry run -->"
URL = "https://git.example.com/data/dativo-generator"


def ci_of(source: str, commit: str | None = "v1.2.0", kind: str = "github") -> dict[str, str]:
    return plan(PACK, STRIPE | {"ci": kind, "_src_path": source, "_commit": commit})["ci"]


@pytest.fixture(scope="module", params=sorted(CI_FILES))
def kind(request: pytest.FixtureRequest) -> str:
    return request.param


@pytest.fixture(scope="module")
def rendered(kind: str, history: Path, tmp_path_factory: pytest.TempPathFactory) -> Rendered:
    return render(history, tmp_path_factory.mktemp(kind), STRIPE | {"ci": kind}, vcs_ref="v1.0.0")


def workflow(template: Path, folder: Path, kind: str) -> Any:
    return render(template, folder / kind, STRIPE | {"ci": kind}).parsed(CI_FILES[kind])[CI_FILES[kind]]


@pytest.fixture(scope="module")
def github(template: Path, tmp_path_factory: pytest.TempPathFactory) -> Any:
    return workflow(template, tmp_path_factory.mktemp("ci"), "github")


@pytest.fixture(scope="module")
def gitlab(template: Path, tmp_path_factory: pytest.TempPathFactory) -> Any:
    return workflow(template, tmp_path_factory.mktemp("ci"), "gitlab")


def steps(workflow: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for name, job in workflow["jobs"].items():
        for step in job["steps"]:
            yield name, step


def scripts(ci: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield the shell scripts of a CI file of either kind, each with its job."""
    if "jobs" in ci:
        yield from ((name, step["run"]) for name, step in steps(ci) if "run" in step)
    else:
        for name, job in ci.items():
            yield name, "\n".join(job.get("before_script", []) + job.get("script", []))


# --- which file, and what it names ------------------------------------------------------------------------------------


def test_the_kind_decides_the_file(rendered: Rendered, kind: str) -> None:
    assert [name for name in rendered.files if name in CI_FILES.values()] == [CI_FILES[kind]]


@pytest.mark.parametrize("answers", [{}, {"ci": "none"}, {"customize": ["runtime"]}], ids=str)
def test_nothing_is_written_without_being_asked_for(answers: dict[str, Any], template: Path, tmp_path: Path) -> None:
    out = render(template, tmp_path / "out", STRIPE | answers)
    assert not [name for name in out.files if name.startswith((".github", ".gitlab"))]


@pytest.mark.parametrize(
    ("recorded", "template", "fetched"),
    [
        (URL, URL, f"git+{URL}@v1.2.0"),
        (f"{URL}.git", URL, f"git+{URL}@v1.2.0"),
        (f"git+{URL}.git", URL, f"git+{URL}@v1.2.0"),
        ("gh:data/pack", "https://github.com/data/pack", "git+https://github.com/data/pack@v1.2.0"),
        (f"https://oauth2:canary@{URL.removeprefix('https://')}.git", URL, f"git+{URL}@v1.2.0"),
        (f"git+https://canary@{URL.removeprefix('https://')}?access_token=canary", URL, f"git+{URL}@v1.2.0"),
        ("ssh://git:canary@x.com/pack", "ssh://git@x.com/pack", "git+ssh://git@x.com/pack@v1.2.0"),
        ("git@example.com:data/pack.git", "git@example.com:data/pack", "git+ssh://git@example.com/data/pack@v1.2.0"),
        ("/srv/my pack", "file:///srv/my%20pack", "git+file:///srv/my%20pack@v1.2.0"),
    ],
)
def test_it_names_the_template_and_fetches_its_version(recorded: str, template: str, fetched: str) -> None:
    ci = ci_of(recorded)
    assert (ci["template"], ci["package"]) == (template, fetched)


@pytest.mark.parametrize(
    "source", ["https://x/${{ github.token }}", "https://x/$(id)", "https://x/a b", "https://x/`id`"]
)
def test_a_location_that_would_be_run_is_refused(source: str) -> None:
    with pytest.raises(AnswerError, match=r"ci: .*; a workflow cannot contain 'https://x/"):
        ci_of(source)


def test_a_version_that_would_be_run_is_refused() -> None:
    with pytest.raises(AnswerError, match="a workflow cannot contain 'v1;id'"):
        ci_of(URL, "v1;id")


def test_a_folder_is_warned_of() -> None:
    answers = STRIPE | {"ci": "github", "_src_path": "/srv/pack", "_commit": "v1.0.0"}
    assert [text for text in plan(PACK, answers)["warnings"] if text.endswith("; CI cannot fetch file:///srv/pack")]


# --- what it may do ---------------------------------------------------------------------------------------------------


def test_github_runs_on_pull_requests_alone(github: Any) -> None:
    assert github[True] == {"pull_request": None}  # YAML 1.1 reads the key `on` as true


def test_only_the_job_that_runs_none_of_the_packs_code_can_write(github: Any) -> None:
    assert github["permissions"] == {"contents": "read"}
    own = {name: job["permissions"] for name, job in github["jobs"].items() if "permissions" in job}
    assert own == {"comment": {"pull-requests": "write"}}
    (script,) = [step["run"] for name, step in steps(github) if name == "comment"]
    assert "DATIVO_PACKAGE" not in script and "dativo-generator " not in script


def test_no_checkout_leaves_a_token_behind(github: Any) -> None:
    checkouts = [step for _, step in steps(github) if step.get("uses", "").startswith("actions/checkout@")]
    assert checkouts
    assert all(step["with"]["persist-credentials"] is False for step in checkouts)


@pytest.mark.parametrize(
    "path",
    [
        *(ROOT / "template").rglob("dativo.yml.jinja"),
        *(ROOT / ".github").rglob("*.yml"),
        ROOT / "docs" / "how-to" / "update-with-renovate.md",
    ],
    ids=lambda path: path.name,
)
def test_every_action_is_pinned_by_its_hash(path: Path) -> None:
    for line in path.read_text(encoding="utf-8").splitlines():
        if "uses:" in line:
            assert re.fullmatch(r"\s*- uses: [\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+", line), line


def test_no_expression_stands_in_a_script(github: Any) -> None:
    assert not [script for _, script in scripts(github) if "${{" in script]


def test_a_fork_gets_no_comment(github: Any) -> None:
    assert "github.event.pull_request.head.repo.full_name == github.repository" in github["jobs"]["comment"]["if"]


def test_gitlab_runs_on_merge_requests_alone(gitlab: Any) -> None:
    assert gitlab[".dativo"]["rules"] == [{"if": '$CI_PIPELINE_SOURCE == "merge_request_event"'}]
    jobs = [job for name, job in gitlab.items() if not name.startswith(".")]
    assert all(job["extends"] == ".dativo" and "rules" not in job for job in jobs)


def test_the_template_is_in_the_file_and_nowhere_else(github: Any, gitlab: Any) -> None:
    for variables in (github["env"], gitlab[".dativo"]["variables"]):
        assert set(variables) == {"DATIVO_TEMPLATE", "DATIVO_PACKAGE"}
    for ci in (github, gitlab):
        installs = [script for _, script in scripts(ci) if "pip install" in script]
        assert installs and all('pip install --quiet "$DATIVO_PACKAGE"' in script for script in installs)
        assert "_src_path" not in yaml.safe_dump(ci)


# --- what it runs -----------------------------------------------------------------------------------------------------


def test_shards_are_all_of_them_and_no_more(github: Any, gitlab: Any) -> None:
    replay = github["jobs"]["replay"]
    shards = replay["strategy"]["matrix"]["shard"]
    assert shards == list(range(1, len(shards) + 1))
    assert replay["steps"][-1]["env"] == {"SHARD": "${{ matrix.shard }}/${{ strategy.job-total }}"}
    assert '--shard "$CI_NODE_INDEX/$CI_NODE_TOTAL"' in gitlab["dativo-replay"]["script"][0]
    assert gitlab["dativo-replay"]["parallel"] == len(shards)


def test_scripts_are_shell(rendered: Rendered, kind: str) -> None:
    for name, script in scripts(yaml.safe_load(rendered.files[CI_FILES[kind]])):
        assert subprocess.run(["bash", "-n"], input=script, text=True, capture_output=True).stderr == "", name


@pytest.mark.parametrize(("status", "expected"), [(0, 0), (1, 1), (2, 1), (3, 0)])
def test_a_newer_version_alone_fails_nothing(status: int, expected: int, github: Any, tmp_path: Path) -> None:
    script = github["jobs"]["replay"]["steps"][-1]["run"]
    assert run(script, tmp_path, command(tmp_path, f"exit {status}"), SHARD="1/4").returncode == expected


def command(folder: Path, script: str, name: str = "dativo-generator") -> Path:
    """Make a command of a shell script; returns the folder to put on the path."""
    path = folder / "bin" / name
    path.parent.mkdir(exist_ok=True)
    path.write_text(f"#!/bin/bash\n{script}\n", encoding="utf-8")
    path.chmod(0o755)
    return path.parent


def run(script: str, folder: Path, commands: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run a script as both services do."""
    return subprocess.run(
        ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", script],
        cwd=folder,
        env={**os.environ, **environment, "PATH": f"{commands}:{os.environ['PATH']}"},
        text=True,
        capture_output=True,
    )


@pytest.fixture(scope="module")
def merged_request(history: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a repository whose head is the merge of a pull request that updates one of two scaffolds to v2.0.0."""
    out = render(history, tmp_path_factory.mktemp("merged") / "out", STRIPE, vcs_ref="v1.0.0").root
    render(history, out, OTHER, vcs_ref="v1.0.0")
    release(out, "base")
    git(out, "switch", "--quiet", "--create", "update")
    run_update(out, answers_file=STRIPE_FILE, defaults=True, overwrite=True, unsafe=True, quiet=True, vcs_ref="v2.0.0")
    release(out, "head")
    git(out, "switch", "--quiet", "main")
    git(out, "merge", "--quiet", "--no-ff", "--message", "merged", "update")
    return out


@pytest.fixture
def update_request(merged_request: Path, tmp_path: Path) -> Path:
    """Return a repository with such a head."""
    return copied(merged_request, tmp_path / "out")


def real_command(folder: Path) -> Path:
    return command(
        folder,
        f"PYTHONPATH={ROOT / 'extensions'} exec {sys.executable} -c "
        "'from dativo_generator.cli.app import main; main()' \"$@\"",
    )


REPORT = "What an update to `v2.0.0` would do"


def test_github_tells_what_an_update_does_to_the_base(
    github: Any, history: Path, update_request: Path, tmp_path: Path
) -> None:
    (script,) = [step["run"] for name, step in steps(github) if step.get("id") == "dry-run"]
    output, summary = tmp_path / "output", tmp_path / "summary"
    files = {"GITHUB_OUTPUT": str(output), "GITHUB_STEP_SUMMARY": str(summary), "DATIVO_TEMPLATE": str(history)}
    result = run(script, update_request, real_command(tmp_path), **files)
    assert result.returncode == 0, result.stderr
    name, report = output.read_text(encoding="utf-8").strip().split("=", 1)
    assert name == "report"
    assert base64.b64decode(report).decode() == summary.read_text(encoding="utf-8")
    assert REPORT in summary.read_text(encoding="utf-8")
    assert "lookback_days" in summary.read_text(encoding="utf-8")


def test_gitlab_tells_what_an_update_does_to_the_base(
    gitlab: Any, history: Path, update_request: Path, tmp_path: Path
) -> None:
    script, _ = gitlab["dativo-dry-run"]["script"]
    environment = {"CI_MERGE_REQUEST_DIFF_BASE_SHA": git(update_request, "rev-parse", "base").strip()}
    result = run(script, update_request, real_command(tmp_path), DATIVO_TEMPLATE=str(history), **environment)
    assert result.returncode == 0, result.stderr
    assert REPORT in result.stdout
    (artifact,) = gitlab["dativo-dry-run"]["artifacts"]["paths"]
    assert (update_request / artifact).read_text(encoding="utf-8") == result.stdout


def test_there_is_nothing_to_tell_when_no_version_moves(github: Any, history: Path, tmp_path: Path) -> None:
    out = render(history, tmp_path / "out", STRIPE, vcs_ref="v1.0.0").root
    release(out, "base")
    release(out, "head")
    (script,) = [step["run"] for name, step in steps(github) if step.get("id") == "dry-run"]
    files = {"GITHUB_OUTPUT": str(tmp_path / "output"), "GITHUB_STEP_SUMMARY": str(tmp_path / "summary")}
    assert run(script, out, command(tmp_path, "exit 2"), **files).returncode == 0
    assert (tmp_path / "output").read_text(encoding="utf-8") == "report=\n"


@pytest.mark.parametrize(("earlier", "method"), [("", "POST"), ("41\n42", "PATCH")])
def test_github_keeps_one_comment(earlier: str, method: str, github: Any, tmp_path: Path) -> None:
    (step,) = github["jobs"]["comment"]["steps"]
    gh = 'case "$*" in *--paginate*) printf %s "$EARLIER";; *) echo "$@" >>calls; cat comment.md >>calls;; esac'
    report = base64.b64encode(b"### Report\n").decode()
    names = {"GITHUB_REPOSITORY": "acme/jobs", "NUMBER": "7", "REPORT": report, "EARLIER": earlier}
    result = run(step["run"], tmp_path, command(tmp_path, gh, "gh"), **names)
    assert result.returncode == 0, result.stderr
    call, marker, text = (tmp_path / "calls").read_text(encoding="utf-8").splitlines()
    assert f"--method {method} repos/acme/jobs/issues/{'comments/41' if earlier else '7/comments'} " in call
    assert (marker, text) == ("<!-- dativo-generator: dry run -->", "### Report")


@pytest.mark.parametrize(
    ("notes", "call"),
    [
        ("[]", "POST --data-urlencode body@note.md https://x/api/projects/3/merge_requests/7/notes"),
        (
            '[{"id": 5, "body": "other"}, {"id": 6, "body": "<!-- dativo-generator: dry run -->\\nold"}]',
            "PUT --data-urlencode body@note.md https://x/api/projects/3/merge_requests/7/notes/6",
        ),
    ],
    ids=["new", "again"],
)
def test_gitlab_keeps_one_note(notes: str, call: str, gitlab: Any, tmp_path: Path) -> None:
    _, script = gitlab["dativo-dry-run"]["script"]
    (tmp_path / "dativo-dry-run.md").write_text("### Report\n", encoding="utf-8")
    commands = command(tmp_path, 'case "$*" in *per_page*) echo "$NOTES";; *) echo "$@" >>calls;; esac', "curl")
    command(tmp_path, f'exec {sys.executable} "$@"', "python")
    names = {"CI_API_V4_URL": "https://x/api", "CI_MERGE_REQUEST_PROJECT_ID": "3", "CI_MERGE_REQUEST_IID": "7"}
    result = run(script, tmp_path, commands, NOTES=notes, DATIVO_GITLAB_TOKEN="t", **names)
    assert result.returncode == 0, result.stderr
    assert (tmp_path / "calls").read_text(encoding="utf-8").strip().endswith(call)


def test_gitlab_writes_no_note_without_a_token(gitlab: Any, tmp_path: Path) -> None:
    _, script = gitlab["dativo-dry-run"]["script"]
    (tmp_path / "dativo-dry-run.md").write_text("### Report\n", encoding="utf-8")
    assert run(script, tmp_path, command(tmp_path, "exit 1", "curl")).returncode == 0


# --- what a stranger's pull request holds is data ---------------------------------------------------------------------

HOSTILE_REQUESTS: dict[str, dict[str, str]] = {
    "an option in a line": {STRIPE_FILE: "_commit: v1.0.0\n++ b/--template=/evil\n"},
    "an option as version": {STRIPE_FILE: "_commit: --template=/evil\n"},
    "a command as version": {STRIPE_FILE: "_commit: $(touch owned)\n"},
    "a version in two lines": {STRIPE_FILE: "_commit: v2.0.0\n_commit: v3.0.0\n"},
    "a version with a line break": {STRIPE_FILE: '_commit: "v2.0.0\\n--template=/evil"\n'},
    "an option as name": {"--template=/evil": "_commit: v2.0.0\n"},
    "a line break in a name": {".copier-answers.a.b.yml\n--template=.yml": "_commit: v2.0.0\n"},
    "a folder in a name": {".copier-answers.a/b.yml": "_commit: v2.0.0\n"},
    "a glob as name": {".copier-answers.*.*.yml": "_commit: v2.0.0\n"},
    "a blank in a name": {".copier-answers.a --template=/evil .yml": "_commit: v2.0.0\n"},
}
# Git takes these attributes from what is checked out.
ATTRIBUTES = "* filter=lfs diff=x merge=x text eol=crlf\n"


def dry_run_of(ci: Mapping[str, Any]) -> str:
    """Return the script that makes the dry run."""
    if "jobs" not in ci:
        return ci["dativo-dry-run"]["script"][0]
    (script,) = [step["run"] for name, step in steps(ci) if step.get("id") == "dry-run"]
    return script


@pytest.fixture(params=sorted(CI_FILES))
def dry_run(request: pytest.FixtureRequest) -> str:
    return dry_run_of(request.getfixturevalue(request.param))


def requested(out: Path, files: Mapping[str, str]) -> str:
    """Make the head of a repository the merge of a pull request that changes files; returns the target's commit."""
    out.mkdir()
    for name in files:
        path = out / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("_commit: v1.0.0\n", encoding="utf-8")
    (out / ".gitattributes").write_text(ATTRIBUTES, encoding="utf-8")
    release(out, "base")
    git(out, "switch", "--quiet", "--create", "request")
    for name, text in files.items():
        (out / name).write_text(text, encoding="utf-8")
    release(out, "head")
    git(out, "switch", "--quiet", "--force", "main")
    git(out, "merge", "--quiet", "--no-ff", "--message", "merged", "request")
    return git(out, "rev-parse", "base").strip()


def told(script: str, out: Path, base: str, tmp_path: Path) -> tuple[list[str], subprocess.CompletedProcess[str]]:
    """Run the script with a command that only notes how it was called; returns the calls, and what came of it."""
    calls = tmp_path / "calls"
    calls.touch()
    names = {"GITHUB_OUTPUT": str(tmp_path / "output"), "GITHUB_STEP_SUMMARY": str(tmp_path / "summary")}
    commands = command(tmp_path, f'printf "%q " "$@" >>{calls}; echo >>{calls}')
    result = run(script, out, commands, CI_MERGE_REQUEST_DIFF_BASE_SHA=base, **names)
    return calls.read_text(encoding="utf-8").splitlines(), result


@pytest.mark.parametrize("what", HOSTILE_REQUESTS)
def test_nothing_of_a_pull_request_becomes_an_option_or_a_name(what: str, dry_run: str, tmp_path: Path) -> None:
    base = requested(tmp_path / "out", HOSTILE_REQUESTS[what])
    calls, result = told(dry_run, tmp_path / "out", base, tmp_path)
    assert (calls, result.returncode) == ([], 0), result.stderr
    assert not (tmp_path / "out" / "owned").exists()


def test_the_dry_run_is_told_files_after_all_options(dry_run: str, tmp_path: Path) -> None:
    base = requested(tmp_path / "out", {STRIPE_FILE: "_commit: v2.0.0\n", ".copier-answers.a.b.yml": "_commit: v3.0\n"})
    calls, result = told(dry_run, tmp_path / "out", base, tmp_path)
    assert result.returncode == 0, result.stderr
    update = "update --dry-run --format markdown"
    assert [call.strip() for call in calls] == [
        f"{update} --to=v2.0.0 -- {STRIPE_FILE}",
        f"{update} --to=v3.0 -- .copier-answers.a.b.yml",
    ]


def test_no_attribute_of_a_pull_request_fetches_anything(dry_run: str, tmp_path: Path) -> None:
    """Where Git LFS is installed, a file with its attribute is fetched from wherever `.lfsconfig` says."""
    base = requested(tmp_path / "out", {STRIPE_FILE: "_commit: v2.0.0\n"})
    smudge = command(tmp_path, "echo ${GIT_LFS_SKIP_SMUDGE:-fetched} >>$SMUDGED; cat", "git-lfs")
    git(tmp_path / "out", "config", "filter.lfs.smudge", f"SMUDGED={tmp_path}/smudged {smudge}/git-lfs smudge -- %f")
    _, result = told(dry_run, tmp_path / "out", base, tmp_path)
    assert result.returncode == 0, result.stderr
    assert set((tmp_path / "smudged").read_text(encoding="utf-8").split()) == {"1"}


def test_what_a_step_prints_of_a_pull_request_is_no_command(github: Any, tmp_path: Path) -> None:
    """GitHub obeys lines like `::set-output`, and `##[...]` within a line, up to a word that nobody can guess."""
    printing = [step["run"] for _, step in steps(github) if "dativo-generator " in step.get("run", "")]
    assert len(printing) == 3
    words = set()
    for script in [*printing, *printing]:
        first = script.splitlines()[0]
        said = run(first, tmp_path, tmp_path).stdout
        assert re.fullmatch(r"::stop-commands::[0-9a-f-]{36}\n", said), first
        words.add(said)
    assert len(words) == 6


@pytest.mark.parametrize("name", ["dativo-dry-run.md", "note.md"])
def test_gitlab_writes_through_no_link(name: str, gitlab: Any, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.write_text("kept", encoding="utf-8")
    out = tmp_path / "out"
    out.mkdir()
    (out / name).symlink_to(outside)
    (out / STRIPE_FILE).write_text("_commit: v1.0.0\n", encoding="utf-8")
    release(out, "base")
    (out / STRIPE_FILE).write_text("_commit: v2.0.0\n", encoding="utf-8")
    release(out, "head")
    commands = command(tmp_path, "echo '### Report'")
    command(tmp_path, 'case "$*" in *per_page*) echo "[]";; */user*) echo "{}";; esac', "curl")
    command(tmp_path, f'exec {sys.executable} "$@"', "python")
    names = {"CI_MERGE_REQUEST_DIFF_BASE_SHA": git(out, "rev-parse", "base").strip(), "DATIVO_GITLAB_TOKEN": "t"}
    names |= {"CI_API_V4_URL": "https://x/api", "CI_MERGE_REQUEST_PROJECT_ID": "3", "CI_MERGE_REQUEST_IID": "7"}
    result = run("\n".join(gitlab["dativo-dry-run"]["script"]), out, commands, **names)
    assert result.returncode == 0, result.stderr
    assert outside.read_text(encoding="utf-8") == "kept"
    assert not (out / name).is_symlink() and "### Report" in (out / name).read_text(encoding="utf-8")


def test_gitlab_leaves_a_note_of_somebody_else_alone(gitlab: Any, tmp_path: Path) -> None:
    _, script = gitlab["dativo-dry-run"]["script"]
    (tmp_path / "dativo-dry-run.md").write_text("### Report\n", encoding="utf-8")
    notes = [{"id": number, "author": {"id": number}, "body": f"{MARKER}\n"} for number in (5, 6)]
    curl = 'case "$*" in *per_page*) echo "$NOTES";; */user*) echo \'{"id": 6}\';; *) echo "$@" >>calls;; esac'
    commands = command(tmp_path, curl, "curl")
    command(tmp_path, f'exec {sys.executable} "$@"', "python")
    names = {"CI_API_V4_URL": "https://x/api", "CI_MERGE_REQUEST_PROJECT_ID": "3", "CI_MERGE_REQUEST_IID": "7"}
    result = run(script, tmp_path, commands, NOTES=json.dumps(notes), DATIVO_GITLAB_TOKEN="t", **names)
    assert result.returncode == 0, result.stderr
    assert (tmp_path / "calls").read_text(encoding="utf-8").strip().endswith("/notes/6")


# --- one file for all -------------------------------------------------------------------------------------------------


def test_scaffolds_beside_each_other_give_the_same_file(
    rendered: Rendered, kind: str, history: Path, tmp_path: Path
) -> None:
    alone = render(history, tmp_path / "alone", OTHER | {"ci": kind}, vcs_ref="v1.0.0")
    assert alone.files[CI_FILES[kind]] == rendered.files[CI_FILES[kind]]
    text = alone.files[CI_FILES[kind]].decode()
    assert not [name for name in ("acme", "globex", "stripe", "iceberg", "other") if re.search(rf"\b{name}\b", text)]


def version(folder: Path) -> str:
    return yaml.safe_load((folder / GITHUB).read_text(encoding="utf-8"))["env"]["DATIVO_PACKAGE"].rsplit("@", 1)[1]


def test_the_newest_scaffold_decides_the_version(history: Path, tmp_path: Path) -> None:
    out = render(history, tmp_path / "out", STRIPE | {"ci": "github"}, vcs_ref="v2.0.0").root
    render(history, out, OTHER | {"ci": "github"}, vcs_ref="v1.0.0", overwrite=True)
    assert version(out) == "v2.0.0"
    third = OTHER | {"ci": "github", "scaffold": "third", "objects": ["contacts"]}
    render(history, out, third, vcs_ref="v3.0.0", overwrite=True)
    assert version(out) == "v3.0.0"


def test_what_is_kept_is_said(history: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = render(history, tmp_path / "out", STRIPE | {"ci": "github"}, vcs_ref="v1.0.0").root
    run_copy(str(history), out, data=OTHER | {"ci": "github"}, defaults=True, unsafe=True, vcs_ref="v2.0.0")
    assert f"Kept as another scaffold has it: {GITHUB}" in capsys.readouterr().err


def test_one_cannot_take_it_from_the_other(history: Path, tmp_path: Path) -> None:
    out = render(history, tmp_path / "out", STRIPE | {"ci": "github"}, vcs_ref="v1.0.0").root
    render(history, out, OTHER | {"ci": "github"}, vcs_ref="v1.0.0")
    release(out, "scaffolded")
    options = {"defaults": True, "overwrite": True, "unsafe": True, "quiet": True, "vcs_ref": "v1.0.0"}
    with pytest.raises(UserMessageError, match=r"ci: other scaffolds share .* --data ci=none"):
        run_update(out, answers_file=".copier-answers.globex.other.yml", data={"ci": "none"}, **options)
    assert git(out, "status", "--porcelain") == ""


def test_the_command_replays_it_and_takes_it_along(
    history: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    command = Command(history, monkeypatch, capsys)
    out = render(history, tmp_path / "out", STRIPE | {"ci": "github"}, vcs_ref="v1.0.0").root
    render(history, out, OTHER | {"ci": "github"}, vcs_ref="v2.0.0", overwrite=True)
    release(out, "scaffolded")
    states = {file["path"]: file["state"] for file in command(out, "replay", "--json").json["files"]}
    assert states[GITHUB] == "clean"
    command(out, "update")
    assert version(out) == "v3.0.0"
    release(out, "updated")
    assert command(out, "replay").status == 0
    (out / GITHUB).unlink()
    assert command(out, "replay").status == 1


# --- below the root of a repository -----------------------------------------------------------------------------------


BELOW = {
    "github": "ci: GitHub runs workflows only at the root of the Git repository; copy "
    f"'my team/ingest/{GITHUB}' there, and give its jobs working-directory: 'my team/ingest'",
    "gitlab": "ci: GitLab runs jobs at the root of the Git repository; where you include "
    f"'my team/ingest/{GITLAB}', begin before_script with cd 'my team/ingest'",
    "none": "",
}


@pytest.mark.parametrize("answer", BELOW)
def test_below_the_root_a_copy_says_that_ci_does_nothing(
    answer: str, template: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    release(tmp_path, "first")
    render(template, tmp_path / "my team" / "ingest", STRIPE | {"ci": answer})
    assert capsys.readouterr().err == (f"Warning: {BELOW[answer]}\n" if BELOW[answer] else "")


@pytest.mark.parametrize("repository", [True, False])
def test_at_the_root_and_outside_git_nothing_is_said(
    repository: bool, template: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out"
    if repository:
        out.mkdir()
        release(tmp_path, "around")
        release(out, "first")
    render(template, out, STRIPE | {"ci": "github"}, overwrite=True)
    assert capsys.readouterr().err == ""


def test_below_the_root_an_update_says_that_ci_does_nothing(
    history: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    command = Command(history, monkeypatch, capsys)
    render(history, tmp_path / "my team" / "ingest", STRIPE, vcs_ref="v3.0.0")
    release(tmp_path, "scaffolded")
    done = command(tmp_path / "my team" / "ingest", "update", "--data", "ci=github")
    assert (done.status, done.err) == (0, f"Warning: {BELOW['github']}\n")


def test_the_page_says_what_works_below_the_root(github: Any, gitlab: Any) -> None:
    page = [yaml.safe_load(text) for kind, text in blocks(ROOT / "docs/how-to/run-in-ci.md") if kind == "yaml"]
    below = next(block for block in page if "jobs" in block)["jobs"]
    checked_out = {name for name, step in steps(github) if step.get("uses", "").startswith("actions/checkout@")}
    assert below.keys() == checked_out
    assert all("defaults" not in github["jobs"][name] for name in below)
    included = next(block for block in page if ".dativo" in block)
    (folder,) = (line.removeprefix("cd ") for line in included[".dativo"]["before_script"] if line.startswith("cd "))
    assert included[".dativo"]["before_script"][1:] == gitlab[".dativo"]["before_script"]
    assert included["include"] == [{"local": f"{folder}/{GITLAB}"}]
    (artifact,) = gitlab["dativo-dry-run"]["artifacts"]["paths"]
    assert included["dativo-dry-run"]["artifacts"]["paths"] == [f"{folder}/{artifact}"]
