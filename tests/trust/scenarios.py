"""Commands that write, each with a repository in which it has much to do, and the state of a repository."""

import json
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from fleets import STRIPE, build
from support import copy_pack, edit_yaml, git, release

_EDITED = "retry_config:\n  max_attempts: 5\n"
_JOB = "jobs/acme/stripe_customers_to_iceberg.yaml"


@dataclass(frozen=True)
class Scenario:
    """A command, its arguments to load all that it needs without writing, and a function that makes its repository."""

    name: str
    arguments: tuple[str, ...]
    reading: tuple[str, ...]
    make: Callable[[Path, Path], None]

    @property
    def called(self) -> str:
        """The name of the command in the error of another one that has to wait."""
        return "replay --write" if self.name == "replay" else self.name


@dataclass(frozen=True)
class State:
    """Every file of a repository with its content and mode, and the output of `git status`."""

    files: dict[str, tuple[bytes, int]]
    status: str

    @classmethod
    def of(cls, out: Path) -> "State":
        """Return the state of a repository."""
        files = {
            path.relative_to(out).as_posix(): (path.read_bytes(), path.stat().st_mode)
            for path in sorted(out.rglob("*"))
            if path.is_file() and path.relative_to(out).parts[0] not in (".git", ".dativo")
        }
        return cls(files, git(out, "status", "--porcelain", "--untracked-files=all"))

    def difference(self, other: "State") -> str:
        """Return the names of the files that differ from another state, as text."""
        paths = [path for path in {**self.files, **other.files} if self.files.get(path) != other.files.get(path)]
        return ", ".join(paths) or ("git status" if self.status != other.status else "nothing")


def debris(out: Path) -> list[str]:
    """List the files that a change has left behind."""
    found = [*out.rglob(".dativo*"), *(out / ".git").glob("dativo-generator"), *(out / ".git").glob("*.lock")]
    return [path.relative_to(out).as_posix() for path in found]


def copied(repository: Path, out: Path) -> Path:
    """Copy a repository to a folder, in place of what is there."""
    if out.exists():
        shutil.rmtree(out)
    return shutil.copytree(repository, out, symlinks=True)


def two_releases(template: Path) -> Path:
    """Release the pack as it is, and then with another default for the lookback, which jobs follow."""
    copy_pack(template)
    release(template, "v1.0.0")
    edit_yaml(template / "connectors" / "stripe.yaml", lambda data: data["incremental"].update(lookback_days_default=7))
    release(template, "v2.0.0")
    return template


def _update(template: Path, out: Path) -> None:
    """Make a job that moves with its edit, another with a conflict, and a recipe that will no longer be used."""
    other = STRIPE | {"asset_names": {"customers": "all_customers"}}
    build(template, out, "v1.0.0", {"pay": STRIPE, "again": other})
    _append(out / _JOB, _EDITED)
    _replace(out / "jobs/acme/all_customers_to_iceberg.yaml", "lookback_days: 1", "lookback_days: 3")
    release(out, "edited")


def _batch(template: Path, out: Path) -> None:
    """Make a row that is new, one that loses an object and has a conflict, and one whose job moves with its edit."""
    crm = {"source_connector": "hubspot", "objects": ["contacts", "deals"], "target_connector": "s3"}
    build(template, out, "v1.0.0", {"crm": crm | {"retention_days": 30}, "pay": STRIPE})
    _append(out / _JOB, _EDITED)
    _replace(out / "assets/hubspot/v1.0/hubspot_contacts.yaml", "retention_days: 30", "retention_days: 45")
    crm = crm | {"objects": ["contacts"], "retention_days": 60}
    rows = {"crm": crm, "pay": STRIPE | {"target_connector": "s3"}, "new": STRIPE | {"objects": ["charges"]}}
    manifest = {"scaffolds": [{"tenant_id": "acme", "scaffold": name} | row for name, row in rows.items()]}
    (out / "jobs.yml").write_text(json.dumps(manifest), encoding="utf-8")
    release(out, "edited")


def _replay(template: Path, out: Path) -> None:
    """Make files that are edited, missing, copied, or left by a scaffold, and an answers file with a comment."""
    others = {name: STRIPE | {"asset_names": {"customers": name}} for name in ("again", "gone")}
    build(template, out, "v1.0.0", {"pay": STRIPE} | others)
    shutil.copy(out / _JOB, out / "jobs/acme/once_more.yaml")
    (out / ".copier-answers.acme.gone.yml").unlink()
    _append(out / _JOB, _EDITED)
    (out / "assets/stripe/v1.0/stripe_customers.yaml").unlink()
    shutil.rmtree(out / "connectors")
    _append(out / ".copier-answers.acme.pay.yml", "# ours\n")
    release(out, "edited")


def _append(path: Path, text: str) -> None:
    path.write_text(path.read_text(encoding="utf-8") + text, encoding="utf-8")


def _replace(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


SCENARIOS = (
    Scenario("update", ("update", "--data", "target_connector=s3"), ("update", "--dry-run"), _update),
    Scenario("batch", ("batch", "jobs.yml", "--to", "v1.0.0"), ("batch", "jobs.yml", "--dry-run"), _batch),
    Scenario("replay", ("replay", "--write", "--strict"), ("replay", "--diff"), _replay),
)
