"""The public API; `dativo_generator` exports the same names. Everything else may change with any release."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from .base.errors import DativoError
from .fleet.fleet import Fleet
from .fleet.replay import Report, replay
from .fleet.source import scratch_folder, trusted
from .fleet.transaction import refuse_unfinished
from .fleet.vendored import altered
from .plan.plan import plan
from .questionnaire.answers_schema import answers_schema
from .registry.installed import installed
from .registry.pack import Pack
from .validation.findings import Finding
from .validation.json_schemas import JsonSchemas
from .validation.repository import validate

__all__ = (
    "DativoError",
    "Finding",
    "Pack",
    "Report",
    "answers_schema",
    "load_pack",
    "plan_scaffold",
    "replay_folder",
    "validate_folder",
)


def load_pack(root: Path | None = None) -> Pack:
    """Load the pack in a folder, by default the one that this package came with.

    Its files are read on first use, which raises `DativoError` if one is damaged.
    """
    return Pack(root or installed())


def plan_scaffold(pack: Pack, answers: Mapping[str, Any]) -> dict[str, Any]:
    """Plan the files of one scaffold from its answers, as JSON data: `assets`, `jobs`, `warnings` and more.

    Raises `DativoError` for a wrong or missing answer.
    """
    return plan(pack, answers)


def validate_folder(
    folder: Path, pack: Pack | None = None, *, cloud: bool = False, template: str = ""
) -> list[Finding]:
    """List what the runner would refuse, or do wrong silently, in the jobs and assets below a folder.

    With `cloud`, every job is assumed to run in cloud mode. A vendored file that differs from the one in `pack` is
    compared with the recorded versions of `template`, the repository to trust, as for `replay_folder`.
    """
    pack = pack or load_pack()
    findings = validate(folder, pack, cloud=cloud, schemas=JsonSchemas(pack.root))
    return sorted([*findings, *altered(folder, pack, template)])


def replay_folder(folder: Path, template: str = "") -> Report:
    """Render every answers file of a folder again, at its recorded version, and report the differences.

    `template` is the repository to trust, a URL or a path; by default the one in `dativo.yml`, else the one that this
    package was installed from. Nothing is written. Raises `DativoError` if that repository cannot be read, and while a
    change is half written.
    """
    refuse_unfinished(folder)
    with scratch_folder() as scratch:
        return replay(Fleet(folder, trusted(folder, template, Path(scratch))))
