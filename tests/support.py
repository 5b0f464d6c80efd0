"""Helpers of the tests: a checked render, template repositories made on the fly, answers from the registry."""

import json
import os
import re
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache, cached_property
from pathlib import Path
from typing import Any

import yaml
from copier import run_copy
from jsonschema import Draft7Validator

from dativo_generator.answers.choices import forbidden
from dativo_generator.answers.questions import QUESTIONS
from dativo_generator.base.asset_layout import place
from dativo_generator.base.naming import did_you_mean
from dativo_generator.fleet.interruption import SIGNALS
from dativo_generator.fleet.release import Release
from dativo_generator.fleet.source import Source
from dativo_generator.registry.connectors import ROLES, Connector
from dativo_generator.registry.pack import Pack
from dativo_generator.validation.asset_rules import asset_problems
from dativo_generator.validation.described import described
from dativo_generator.validation.effects import asset_effects, job_effects
from dativo_generator.validation.findings import without_nulls
from dativo_generator.validation.job_rules import source_problems, target_problems, written_problems
from dativo_generator.validation.pair_rules import pair_problems
from dativo_generator.validation.recipes import end_of
from dativo_generator.validation.rules import ERROR, load_rules

ROOT = Path(__file__).resolve().parent.parent
PACK = Pack(ROOT)
EXAMPLES = sorted((ROOT / "examples").glob("*.yml"))
# The documentation.
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))]

# The recorded answers of the short path with all defaults.
SHORT_PATH = {
    "tenant_id": "acme",
    "environment": "dev",
    "execution_mode": "self_hosted",
    "source_connector": "stripe",
    "objects": ["customers"],
    "target_connector": "iceberg",
    "owner": "data-team@acme.com",
    "scaffold": "stripe_to_iceberg",
    "customize": [],
}

# No hooks, no waiting for the disk, no housekeeping: each repository lives for seconds.
_GIT_CONFIG = """\
[user]
name = Tests
email = tests@example.com
[core]
autocrlf = false
fsync = none
[init]
templateDir =
[gc]
auto = 0
[maintenance]
auto = false
"""

# What to read from each kind of source, for tests that do not depend on it.
_SELECTIONS = {
    "tables": [{"name": "public.orders", "object": "orders"}],
    "files": [{"path": "data/people.csv", "object": "people", "id": "1AbC"}],
    "sheets": [{"spreadsheet_id": "1AbC", "sheet_id": 0, "object": "people"}],
}


def git(folder: Path, *arguments: str) -> str:
    """Run git in `folder` and return what it prints."""
    return subprocess.run(["git", *arguments], cwd=folder, check=True, capture_output=True, text=True).stdout


def copy_pack(folder: Path) -> Path:
    """Copy the pack's working tree to `folder`, without what git ignores and without its history."""
    names = git(ROOT, "ls-files", "--cached", "--others", "--exclude-standard", "-z").split("\0")
    for name in filter(None, names):
        if not name.startswith(("tests/", "docs/")) and (ROOT / name).is_file():
            target = folder / name
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, target)
    return folder


def release(template: Path, tag: str) -> None:
    """Commit everything in `template` and tag it; make it a repository first if it is none."""
    if not (template / ".git").exists():
        git(template, "init", "--quiet", "--initial-branch=main")
    git(template, "add", "--all")
    git(template, "commit", "--quiet", "--allow-empty", "--message", tag)
    git(template, "tag", tag)


def released_with(pack: Path, module: str, now: str, before: str) -> None:
    """Release a pack as v1.0.0 with a changed module, and as v2.0.0 without the change."""
    path = pack / "extensions" / "dativo_generator" / module
    text = path.read_text(encoding="utf-8")
    assert now in text
    path.write_text(text.replace(now, before), encoding="utf-8")
    release(pack, "v1.0.0")
    path.write_text(text, encoding="utf-8")
    release(pack, "v2.0.0")


def edit_yaml(path: Path, change: Callable[[Any], None]) -> None:
    """Change a YAML file through its parsed value."""
    data = yaml.safe_load(path.read_text(encoding="utf-8"))
    change(data)
    path.write_text(yaml.safe_dump(data, sort_keys=False), encoding="utf-8")


def blocks(page: Path) -> list[tuple[str, str]]:
    """List the blocks of a page, each as its language and its text."""
    return re.findall(r"^```(\w*)\n(.*?)^```$", page.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE)


def load_answers(path: Path) -> dict[str, Any]:
    """Read an answers file, refusing keys that no question has."""
    return checked(yaml.safe_load(path.read_text(encoding="utf-8")))


def checked(answers: Mapping[str, Any]) -> dict[str, Any]:
    """Return `answers`; fail for a misspelt name, so that no test passes with one."""
    for name in answers:
        if name not in QUESTIONS:
            raise ValueError(f"{name}: {did_you_mean(name, QUESTIONS, 'no question has this name')}")
    return dict(answers)


@dataclass(frozen=True)
class Rendered:
    """A destination."""

    root: Path

    @cached_property
    def files(self) -> dict[str, bytes]:
        """Every file by its path."""
        return {
            path.relative_to(self.root).as_posix(): path.read_bytes()
            for path in sorted(self.root.rglob("*"))
            if path.is_file() and ".git" not in path.parts
        }

    def parsed(self, prefix: str) -> dict[str, Any]:
        """Every YAML file below `prefix`, parsed."""
        return {name: yaml.safe_load(text) for name, text in self.files.items() if name.startswith(prefix)}

    @property
    def assets(self) -> dict[str, Any]:
        """The parsed assets by path."""
        return self.parsed("assets/")

    @property
    def jobs(self) -> dict[str, Any]:
        """The parsed jobs by path."""
        return self.parsed("jobs/")

    @property
    def asset(self) -> Any:
        """The only asset."""
        (asset,) = self.assets.values()
        return asset

    @property
    def job(self) -> Any:
        """The only job."""
        (job,) = self.jobs.values()
        return job

    @property
    def answers_file(self) -> str:
        """The name of the only answers file."""
        (name,) = (name for name in self.files if name.startswith(".copier-answers."))
        return name

    @property
    def answers(self) -> dict[str, Any]:
        """The recorded answers, without Copier's own."""
        answers = yaml.safe_load(self.files[self.answers_file])
        return {name: value for name, value in answers.items() if name in QUESTIONS}


def render(template: Path, destination: Path, answers: Mapping[str, Any], **options: Any) -> Rendered:
    """Copy `template` with `answers`, without asking; a misspelt answer is an error."""
    run_copy(str(template), destination, data=checked(answers), defaults=True, unsafe=True, quiet=True, **options)
    return Rendered(destination)


@dataclass(frozen=True)
class InMemory(Rendered):
    """The files of a destination, in memory."""

    files: dict[str, bytes] = field()


def render_in_memory(template: Path, tag: str, answers: Mapping[str, Any]) -> InMemory:
    """Render what Copier would write, ten times as fast; `test_matrix` compares the two."""
    release_ = released_at(template, tag)
    rendering = release_.render(release_.completed(checked(answers), ""), str(template), tag)
    return InMemory(Path("nowhere"), dict(rendering.files))


_checkouts = tempfile.TemporaryDirectory(prefix="checkouts-")


def released_at(template: Path, tag: str) -> Release:
    """Load a release of a template once."""
    return _released(template, git(template, "rev-parse", f"{tag}^{{commit}}").strip())


@cache
def _released(template: Path, commit: str) -> Release:
    return Release(Source(str(template), Path(_checkouts.name)).checkout(commit))


def answers_for(source: Connector, target: Connector, **others: Any) -> dict[str, Any]:
    """Make the answers of a scaffold from `source` to `target`."""
    selection = source.selection
    if selection == "objects":
        read: Any = [source.objects[0]]
    elif selection == "files" and PACK.recipe(source.id).credentials != "service_account":
        read = [{key: value for key, value in item.items() if key != "id"} for item in _SELECTIONS[selection]]
    else:
        read = _SELECTIONS[selection]
    fields = {} if selection in ("objects", "tables") else {"fields": {"id": "integer required", "email": "string"}}
    answers = {"tenant_id": "acme", "source_connector": source.id, selection: read, "target_connector": target.id}
    return checked(answers | fields | others)


def allowed_pairs(mode: str) -> Iterator[tuple[Connector, Connector]]:
    """Yield every source with every target that the registry allows in `mode`."""
    cloud = mode == "cloud"
    for source in PACK.with_role("source"):
        for target in PACK.with_role("target"):
            if not forbidden(source, cloud) and not forbidden(target, cloud):
                yield source, target


@cache
def schema(name: str) -> Draft7Validator:
    """Return the validator for one of the pack's JSON Schemas."""
    return Draft7Validator(json.loads((ROOT / "schemas" / f"{name}.schema.json").read_text(encoding="utf-8")))


def schema_errors(name: str, value: Any) -> list[str]:
    """List where `value` does not fit a schema."""
    return [f"{error.json_path}: {error.message}" for error in schema(name).iter_errors(value)]


def problems_in(job: Mapping[str, Any], asset: Mapping[str, Any], pack: Pack = PACK) -> list[tuple[str, str]]:
    """List what the rules of `validate` say of a job that is generated, and of its asset: the rule, and where."""
    source, target = (end_of(pack, pack.registry[job[f"{role}_connector"]], {}) for role in ROLES)
    problems = list(written_problems(job, source))
    job, asset = without_nulls(job), without_nulls(asset)
    problems += source_problems(job, source, pack.runner)
    problems += [*target_problems(job, target, pack.runner), *job_effects(job, pack.keys)]
    problems += [*asset_problems(asset), *asset_effects(asset, pack.keys)]
    problems += pair_problems(job, described(asset), source, target)
    return [(problem.rule, place(problem.keys)) for problem in problems]


def errors_in(job: Mapping[str, Any], asset: Mapping[str, Any], pack: Pack = PACK) -> list[tuple[str, str]]:
    """List the errors among them."""
    rules = load_rules(pack.root)
    return [(rule, where) for rule, where in problems_in(job, asset, pack) if rules[rule].severity == ERROR]


def clean_environment(home: Path) -> dict[str, str]:
    """Return the environment variables that keep git and Copier away from the user's own settings."""
    home.mkdir(exist_ok=True)
    (home / "gitconfig").write_text(_GIT_CONFIG)
    return {
        "HOME": str(home),
        "XDG_CONFIG_HOME": str(home / "config"),
        "GIT_CONFIG_GLOBAL": str(home / "gitconfig"),
        "GIT_CONFIG_NOSYSTEM": "1",
        "COPIER_CACHE_DIR": str(home / "cache"),
        "PATH": os.environ["PATH"],
    }


def golden_files(rendered: Rendered) -> dict[str, bytes]:
    """Return what a golden file keeps of a destination: all but vendored files, and its place and version."""
    kept = {}
    for name, text in rendered.files.items():
        rows = name.startswith("tests/") and not name.endswith(".py")
        if rows or name.startswith(("assets/", "jobs/", "variables/", ".copier-answers.")):
            lines = text.splitlines(keepends=True)
            kept[name] = b"".join(line for line in lines if not line.startswith((b"_src_path:", b"_commit:")))
    return kept


@contextmanager
def heeding_signals() -> Iterator[None]:
    """Let signals come, also where whoever started the tests has them ignored, as `nohup` and a shell's `&` do."""
    before = {number: signal.getsignal(number) for number in SIGNALS}
    for number in before:
        signal.signal(number, signal.default_int_handler if number == signal.SIGINT else signal.SIG_DFL)
    yield
    for number, handler in before.items():
        signal.signal(number, handler)
