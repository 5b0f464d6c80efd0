"""Commands that write, each with a repository on which it has much to do, and what became of that."""

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
    """A command, how to load all that it needs without writing, and what makes its repository."""

    name: str
    arguments: tuple[str, ...]
    reading: tuple[str, ...]
    make: Callable[[Path, Path], None]

    @property
    def called(self) -> str:
        """How the command is called when another one is refused."""
        return "replay --write" if self.name == "replay" else self.name


@dataclass(frozen=True)
class State:
    """Every file of a repository with its content and mode, and what Git says of them."""

    files: dict[str, tuple[bytes, int]]
    status: str

    @classmethod
    def of(cls, out: Path) -> "State":
        """Look at a repository."""
        files = {
            path.relative_to(out).as_posix(): (path.read_bytes(), path.stat().st_mode)
            for path in sorted(out.rglob("*"))
            if path.is_file() and path.relative_to(out).parts[0] not in (".git", ".dativo")
        }
        return cls(files, git(out, "status", "--porcelain", "--untracked-files=all"))

    def difference(self, other: "State") -> str:
        """Name the files that are otherwise than in another state."""
        paths = [path for path in {**self.files, **other.files} if self.files.get(path) != other.files.get(path)]
        return ", ".join(paths) or ("what Git says" if self.status != other.status else "nothing")


def debris(out: Path) -> list[str]:
    """List what is left of a change."""
    found = [*out.rglob(".dativo*"), *(out / ".git").glob("dativo-generator"), *(out / ".git").glob("*.lock")]
    return [path.relative_to(out).as_posix() for path in found]


def copied(repository: Path, out: Path) -> Path:
    """Copy a repository to a folder, in the place of what is there."""
    if out.exists():
        shutil.rmtree(out)
    return shutil.copytree(repository, out, symlinks=True)


def two_releases(template: Path) -> Path:
    """Release the pack as it is, and with another lookback default, which jobs follow."""
    copy_pack(template)
    release(template, "v1.0.0")
    edit_yaml(template / "connectors" / "stripe.yaml", lambda data: data["incremental"].update(lookback_days_default=7))
    release(template, "v2.0.0")
    return template


def _update(template: Path, out: Path) -> None:
    """Have a job that moves with its edit, another with a conflict, and a recipe that nobody will use."""
    other = STRIPE | {"asset_names": {"customers": "all_customers"}}
    build(template, out, "v1.0.0", {"pay": STRIPE, "again": other})
    _append(out / _JOB, _EDITED)
    _replace(out / "jobs/acme/all_customers_to_iceberg.yaml", "lookback_days: 1", "lookback_days: 3")
    release(out, "edited")


def _batch(template: Path, out: Path) -> None:
    """Have a row that is new, one that loses an object and has a conflict, and one that moves with its edit."""
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
    """Have files that are edited, missing, copied, and of no scaffold any more, and an answers file with a comment."""
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
