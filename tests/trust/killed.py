"""Commands that write are stopped at every step that they take on the disk, and then run again.

Each point is a process of its own, forked from one that has loaded all it needs.
"""

import json
import os
import shutil
import sys
import traceback
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from dativo_generator.cli.app import main
from dativo_generator.fleet.fleet import Fleet
from dativo_generator.fleet.release import Release
from dativo_generator.fleet.source import Source
from fleets import STRIPE, build
from support import copy_pack, edit_yaml, git, release

from .faults import KINDS, Steps
from .row import Result, Row

_EDITED = "retry_config:\n  max_attempts: 5\n"
_PAY = ".copier-answers.acme.pay.yml"
_UNTOUCHED, _WHOLE, _AGAIN = "nothing was changed", "the whole change is written", "again"


@dataclass(frozen=True)
class Scenario:
    """A command on a repository, and how to warm up for it without writing."""

    name: str
    arguments: tuple[str, ...]
    warming: tuple[str, ...]
    make: Callable[[Path, Path], None]


def update(template: Path, out: Path) -> None:
    """A job moves with the edit in it, another has a conflict, and a recipe goes since nobody uses it any more."""
    other = STRIPE | {"asset_names": {"customers": "all_customers"}}
    build(template, out, "v1.0.0", {"pay": STRIPE, "again": other})
    _append(out / "jobs/acme/stripe_customers_to_iceberg.yaml", _EDITED)
    _replace(out / "jobs/acme/all_customers_to_iceberg.yaml", "lookback_days: 1", "lookback_days: 3")
    release(out, "edited")


def batch(template: Path, out: Path) -> None:
    """A row is new, one loses an object and has a conflict, one moves with the edit in it."""
    crm = {"source_connector": "hubspot", "objects": ["contacts", "deals"], "target_connector": "s3"}
    build(template, out, "v1.0.0", {"crm": crm | {"retention_days": 30}, "pay": STRIPE})
    _append(out / "jobs/acme/stripe_customers_to_iceberg.yaml", _EDITED)
    _replace(out / "assets/hubspot/v1.0/hubspot_contacts.yaml", "retention_days: 30", "retention_days: 45")
    crm = crm | {"objects": ["contacts"], "retention_days": 60}
    rows = {"crm": crm, "pay": STRIPE | {"target_connector": "s3"}, "new": STRIPE | {"objects": ["charges"]}}
    manifest = {"scaffolds": [{"tenant_id": "acme", "scaffold": name} | row for name, row in rows.items()]}
    (out / "jobs.yml").write_text(json.dumps(manifest), encoding="utf-8")
    release(out, "edited")


def replay(template: Path, out: Path) -> None:
    """Files are edited, missing, and there once more under another name; an answers file has another answer."""
    build(template, out, "v1.0.0", {"pay": STRIPE, "again": STRIPE | {"asset_names": {"customers": "again"}}})
    job = out / "jobs/acme/stripe_customers_to_iceberg.yaml"
    shutil.copy(job, out / "jobs/acme/once_more.yaml")
    _append(job, _EDITED)
    (out / "assets/stripe/v1.0/stripe_customers.yaml").unlink()
    shutil.rmtree(out / "connectors")
    _append(out / _PAY, "# ours\n")
    release(out, "edited")


SCENARIOS = (
    Scenario("update", ("update", "--data", "target_connector=s3"), ("update", "--dry-run"), update),
    Scenario("batch", ("batch", "jobs.yml", "--to", "v1.0.0"), ("batch", "jobs.yml", "--dry-run"), batch),
    Scenario("replay", ("replay", "--write", "--strict"), ("replay", "--diff"), replay),
)


def run(count: int, folder: Path) -> Result:
    """Take `count` of all points, evenly, and stop there."""
    template = copy_pack(folder / "pack")
    release(template, "v1.0.0")
    edit_yaml(template / "connectors" / "stripe.yaml", lambda data: data["incremental"].update(lookback_days_default=7))
    release(template, "v2.0.0")
    os.environ["DATIVO_TEMPLATE"] = str(template)
    each, tried, faults = -(-count // len(SCENARIOS)), 0, []
    for scenario in SCENARIOS:
        work = folder / scenario.name
        scenario.make(template, work / "before")
        _forked(work, lambda scenario=scenario, work=work: _try(scenario, template, work, each))
        if not (work / "found").exists():
            return Result(tried, [*faults, f"{scenario.name}: {(work / 'said').read_text(encoding='utf-8')}"])
        found = json.loads((work / "found").read_text(encoding="utf-8"))
        tried += found["tried"]
        faults += [f"{scenario.name}: {fault}" for fault in found["faults"]]
    return Result(tried, faults)


def _try(scenario: Scenario, template: Path, work: Path, count: int) -> None:
    """Load what the command needs, count its steps, and go through the points."""
    source = Source(str(template), work)
    (work / "checkouts").mkdir()
    releases = {
        commit: Release(Source(str(template), work / "checkouts").checkout(commit)) for commit in source.tags.values()
    }
    Fleet.load = lambda fleet, commit: releases[commit]
    _command(work / "before", scenario.warming)
    before = _state(work / "before")

    out = _copied(work / "before", work / "complete")
    steps = Steps(out)

    def counted() -> None:
        steps.install()
        try:
            _command(out, scenario.arguments)
        finally:
            (work / "steps").write_text(str(steps.count))

    _forked(work, counted)
    complete = _state(out)
    faults = [] if before != complete and _debris(out) == [] else ["the command does nothing, or leaves something"]
    points = [(kind, at) for at in range(1, int((work / "steps").read_text()) + 1) for kind in KINDS]
    chosen = [points[number * len(points) // count] for number in range(min(count, len(points)))]
    for kind, at in chosen:
        out = _copied(work / "before", work / "out")
        faults += [
            f"{kind} at step {at}: {fault}" for fault in _stopped(scenario, work, out, kind, at, before, complete)
        ]
    (work / "found").write_text(json.dumps({"tried": len(chosen), "faults": faults}), encoding="utf-8")


def _stopped(
    scenario: Scenario, work: Path, out: Path, kind: str, at: int, before: object, complete: object
) -> Iterator[str]:
    """Stop the command at one point, run it again, and yield what is not as it should be."""

    def faulty() -> None:
        Steps(out, kind, at).install()
        _command(out, scenario.arguments)

    status, said = _forked(work, faulty)
    there, debris, lines = _state(out), _debris(out), said.splitlines()
    if "Traceback" in said:
        yield f"a traceback: {lines[-1]}"
    elif kind != "killed" and "Error: " in said:
        truth = lines[-1]
        if status != 2 or sum(line.startswith("Error: ") for line in lines) != 1:
            yield f"ended with {status}: {said}"
        if truth.endswith(_UNTOUCHED) and there != before:
            yield f"something was changed: {truth}"
        if truth.endswith(_WHOLE) and there != complete:
            yield f"it is not whole: {truth}"
        if debris and _AGAIN not in truth:
            yield f"left {debris}: {truth}"
    elif kind.startswith("SIG"):
        yield f"ended with {status}, and did not say that it was interrupted: {said}"
    status, said = _forked(work, lambda: _command(out, scenario.arguments))
    if "Traceback" in said or _state(out) != complete or _debris(out):
        yield f"run again, it ended with {status}, and left {_difference(_state(out), complete)} {_debris(out)}: {said}"


def _command(folder: Path, arguments: tuple[str, ...]) -> None:
    """Run the command in a folder; its exit status is thrown away."""
    os.chdir(folder)
    try:
        main(arguments)
    except SystemExit as ended:
        _status[0] = int(ended.code or 0)


_status = [0]


def _forked(work: Path, function: Callable[[], None]) -> tuple[int, str]:
    """Call a function in a process of its own; return its exit status, and what it printed on stderr."""
    sys.stdout.flush()
    sys.stderr.flush()
    child = os.fork()
    if not child:
        try:
            said = os.open(work / "said", os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
            os.dup2(said, 2)
            os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
            sys.stdout, sys.stderr = open(1, "w", closefd=False), open(2, "w", closefd=False)  # noqa: PTH123, SIM115
            function()
        except BaseException:
            traceback.print_exc()
        finally:
            sys.stderr.flush()
            os._exit(_status[0])
    _, status = os.waitpid(child, 0)
    return os.waitstatus_to_exitcode(status), (work / "said").read_text(encoding="utf-8")


def _state(out: Path) -> tuple[dict[str, tuple[bytes, int]], str]:
    """Return every file with its mode, and what Git says of them."""
    files = {
        path.relative_to(out).as_posix(): (path.read_bytes(), path.stat().st_mode)
        for path in sorted(out.rglob("*"))
        if path.is_file() and path.relative_to(out).parts[0] not in (".git", ".dativo")
    }
    return files, git(out, "status", "--porcelain", "--untracked-files=all")


def _difference(
    there: tuple[dict[str, tuple[bytes, int]], str], complete: tuple[dict[str, tuple[bytes, int]], str]
) -> str:
    paths = [path for path in {**there[0], **complete[0]} if there[0].get(path) != complete[0].get(path)]
    return f"{paths} {'' if there[1] == complete[1] else there[1]}"


def _debris(out: Path) -> list[str]:
    """List what is left of a change."""
    found = [*out.rglob(".dativo*"), *(out / ".git").glob("dativo-generator/*"), *(out / ".git").glob("*.lock")]
    return [path.relative_to(out).as_posix() for path in found]


def _copied(repository: Path, out: Path) -> Path:
    if out.exists():
        shutil.rmtree(out)
    return shutil.copytree(repository, out, symlinks=True)


def _append(path: Path, text: str) -> None:
    path.write_text(path.read_text(encoding="utf-8") + text, encoding="utf-8")


def _replace(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


ROW = Row(
    "killed at every write, SIGINT, SIGTERM, disk full, read-only x `update`, `batch`, `replay --write`, each with "
    "moves, conflicts and deletions",
    "300 points: as before or complete after the next run; 0 half done",
    300,
    18,
    run,
)
