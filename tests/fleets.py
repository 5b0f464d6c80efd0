"""A repository with many scaffolds, the `dativo-generator` command on it, and Copier's loop to compare with."""

import json
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from copier import run_update

from dativo_generator.cli.app import main
from outputs import held_to_schema
from support import EXAMPLES, git, load_answers, release, render_in_memory

STRIPE = {"source_connector": "stripe", "objects": ["customers"], "target_connector": "iceberg"}

# In addition to the examples: scaffolds that follow, pin, share and reuse.
SCAFFOLDS: dict[str, dict[str, Any]] = {
    "follows": STRIPE
    | {"tenant_id": "globex", "asset_names": {"customers": "globex_customers"}, "environment": "staging"},
    "pins": STRIPE | {"tenant_id": "initech", "asset_names": {"customers": "initech_customers"}, "lookback_days": 1},
    "reuses": STRIPE | {"tenant_id": "umbrella", "assets": "reuse"},
    "unshared": {"source_connector": "hubspot", "objects": ["deals"], "target_connector": "s3", "vendor": False},
}
# Scaffolds that use what v2.0.0 renames, forbids or retires.
RENAMED = {
    "drive": {
        "source_connector": "gdrive_csv",
        "files": [{"path": "a.csv", "id": "1x", "object": "people"}],
        "target_connector": "s3",
        "fields": {"id": "string", "email": "string"},
    },
    "charges": STRIPE | {"objects": ["charges"], "asset_names": {"charges": "all_charges"}},
    "plain_charges": STRIPE | {"objects": ["charges"], "target_connector": "s3"},
}
REFUSED = {
    "cloud": STRIPE | {"objects": ["customers"], "target_connector": "minio", "execution_mode": "cloud"},
    "words": {
        "source_connector": "markdown_kv",
        "files": ["a.md"],
        "target_connector": "s3",
        "fields": {"id": "string"},
    },
}

# Examples that use what a release renames, retires, or no longer reads incrementally.
_MOVED = ("gdrive_reports", "hubspot_crm", "mysql_shop", "stripe_contracts")


def build(template: Path, destination: Path, tag: str, scaffolds: Mapping[str, Mapping[str, Any]]) -> Path:
    """Make a clean repository with scaffolds by name, at a release of the template, as Copier would write it."""
    for name, answers in scaffolds.items():
        data = {"tenant_id": "acme", "scaffold": name} | dict(answers)
        for path, content in render_in_memory(template, tag, data).files.items():
            (destination / path).parent.mkdir(parents=True, exist_ok=True)
            (destination / path).write_bytes(content)
    release(destination, "scaffolded")
    return destination


# Edits by hand, each in the job or asset of a different scaffold.
EDITS: dict[str, tuple[str, Callable[[str], str | None]]] = {
    "nothing": ("job", lambda text: text),
    "a line far from the change": ("job", lambda text: text + "retry_config:\n  max_attempts: 5\n"),
    "a line beside the change": (
        "job",
        lambda text: text.replace("lookback_days: 1\n", "lookback_days: 1\n  extra: 1\n"),
    ),
    "the line that changes": ("job", lambda text: text.replace("lookback_days: 1\n", "lookback_days: 3\n")),
    "the same change": ("job", lambda text: text.replace("lookback_days: 1\n", "lookback_days: 9\n")),
    "the header": ("job", lambda text: text.split("\n", 1)[1]),
    "an asset": ("asset", lambda text: text.replace("retention_days: 90", "retention_days: 30")),
    "a deleted job": ("job", lambda text: None),
    "no newline at the end": ("job", lambda text: text.rstrip("\n")),
}


def build_edited(template: Path, destination: Path) -> Path:
    """Make a repository at v1.0.0 with an edited scaffold for each edit."""
    names = {name: name.replace(" ", "_") for name in EDITS}
    scaffolds = {slug: STRIPE | {"asset_names": {"customers": slug}} for slug in names.values()}
    build(template, destination, "v1.0.0", scaffolds)
    for name, (kind, change) in EDITS.items():
        path = (
            f"assets/stripe/v1.0/{names[name]}.yaml" if kind == "asset" else f"jobs/acme/{names[name]}_to_iceberg.yaml"
        )
        before = (destination / path).read_text(encoding="utf-8")
        after = change(before)
        assert after != before or name == "nothing"
        if after is None:
            (destination / path).unlink()
        else:
            (destination / path).write_text(after, encoding="utf-8")
    release(destination, "edited")
    return destination


def examples() -> dict[str, dict[str, Any]]:
    """Return the answers of the examples by the name of their scaffold."""
    loaded = [load_answers(path) for path in EXAMPLES]
    return {answers["scaffold"]: answers for answers in loaded}


def steady() -> dict[str, dict[str, Any]]:
    """Return the examples that every release of the history can render."""
    return {name: answers for name, answers in examples().items() if name not in _MOVED}


def copied(repository: Path, destination: Path) -> Path:
    """Copy a repository with its history."""
    shutil.copytree(repository, destination, symlinks=True)
    return destination


def answers_files(repository: Path) -> list[str]:
    """List the names of the answers files."""
    return sorted(path.name for path in repository.glob(".copier-answers.*.yml"))


def update_one_by_one(repository: Path, tag: str, names: list[str]) -> None:
    """Run Copier's own update on each in turn; before each, the tree must be clean."""
    for name in names:
        run_update(repository, answers_file=name, defaults=True, overwrite=True, unsafe=True, quiet=True, vcs_ref=tag)
        git(repository, "add", "--all")
        git(repository, "commit", "--quiet", "--allow-empty", "--message", name)


@dataclass(frozen=True)
class Result:
    """The result of a command: its exit status and output."""

    status: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """Its output, parsed and checked against its schema."""
        return held_to_schema(json.loads(self.out))


class Command:
    """`dativo-generator`, run in the test's process; it trusts one template."""

    def __init__(self, template: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
        self.monkeypatch, self.capsys = monkeypatch, capsys
        monkeypatch.setenv("DATIVO_TEMPLATE", str(template))

    def __call__(self, repository: Path, *arguments: str) -> Result:
        """Run it in a repository."""
        self.monkeypatch.chdir(repository)
        self.capsys.readouterr()
        with pytest.raises(SystemExit) as stop:
            main(arguments)
        printed = self.capsys.readouterr()
        return Result(int(stop.value.code or 0), printed.out, printed.err)
