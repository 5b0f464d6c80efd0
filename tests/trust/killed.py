"""Stop commands that write at every step that they take on the disk, and then run them again.

Each point is a process of its own, forked from one that has loaded all it needs; at some points, it is the command as
a user starts it.
"""

import json
import os
import subprocess
import sys
import traceback
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from dativo_generator.cli.app import main
from dativo_generator.fleet.fleet import Fleet
from dativo_generator.fleet.release import Release
from dativo_generator.fleet.source import Source

from .faults import KINDS, Steps
from .row import Result, Row
from .scenarios import SCENARIOS, Scenario, State, copied, debris, two_releases

# At one in so many points, the command runs as a user starts it, which takes ten times as long.
_STARTED = 40
_COMMAND = """
import sys
from pathlib import Path
sys.path[:0] = [{tests!r}]
from dativo_generator.cli.app import main
from trust.faults import Steps
Steps(Path.cwd(), {kind!r}, {at}).install()
main({arguments!r})
"""


@dataclass(frozen=True)
class Point:
    """How and at which step a command is stopped, and whether it runs as a user starts it."""

    kind: str
    at: int
    started: bool

    def __str__(self) -> str:
        return f"{self.kind} at step {self.at}"


def run(count: int, folder: Path) -> Result:
    """Stop the commands at `count` points, spread evenly over all."""
    template = two_releases(folder / "pack")
    os.environ["DATIVO_TEMPLATE"] = str(template)
    tried, faults = 0, []
    for scenario in SCENARIOS:
        work = folder / scenario.name
        scenario.make(template, work / "before")
        share = -(-count // len(SCENARIOS))
        _, said = _forked(work, lambda scenario=scenario, work=work, share=share: _try(scenario, template, work, share))
        if not (work / "found").exists():
            return Result(tried, [*faults, f"{scenario.name}: {said}"])
        found = json.loads((work / "found").read_text(encoding="utf-8"))
        tried += found["tried"]
        faults += [f"{scenario.name}, {fault}" for fault in found["faults"]]
    return Result(tried, faults)


def _try(scenario: Scenario, template: Path, work: Path, count: int) -> int:
    """Load what the command needs, count its steps, stop it at `count` points, and write the faults to a file."""
    (work / "checkouts").mkdir()
    source = Source(str(template), work / "checkouts")
    releases = {commit: Release(source.checkout(commit)) for commit in source.tags.values()}
    Fleet.load = lambda fleet, commit: releases[commit]
    _command(work / "before", scenario.reading)
    out = copied(work / "before", work / "complete")

    def counted() -> int:
        steps = Steps(out)
        steps.install()
        status = _command(out, scenario.arguments)
        (work / "steps").write_text(str(steps.count), encoding="utf-8")
        return status

    _, said = _forked(work, counted)
    steps = int((work / "steps").read_text(encoding="utf-8"))
    stops = Stops(scenario, work, State.of(work / "before"), State.of(out))
    faults = [f"not stopped: {said}"] if stops.before == stops.complete or debris(out) else []
    points = [(kind, at) for at in range(1, steps + 1) for kind in KINDS]
    chosen = [points[number * len(points) // count] for number in range(min(count, len(points)))]
    for number, (kind, at) in enumerate(chosen):
        point = Point(kind, at, number % _STARTED == _STARTED // 2)
        faults += [f"{point}: {fault}" for fault in stops.faults(point)]
    (work / "found").write_text(json.dumps({"tried": len(chosen), "faults": faults}), encoding="utf-8")
    return 0


@dataclass(frozen=True)
class Stops:
    """A command to stop, in the folder `work`, and the state of its repository before it and after it."""

    scenario: Scenario
    work: Path
    before: State
    complete: State

    def faults(self, point: Point) -> Iterator[str]:
        """Stop the command at one point, run it again, and yield what is not as it should be."""
        out = copied(self.work / "before", self.work / "out")
        status, said = self._started(out, point) if point.started else self._stopped(out, point)
        if "Traceback" in said:
            yield f"a traceback: {said.splitlines()[-1]}"
        elif point.kind != "killed" and (status == 2 or point.kind.startswith("SIG")):
            yield from self._untrue(out, point, status, said)
        if ".dativo" in State.of(out).status:
            yield "git status shows the prepared files"
        status, said = _forked(self.work, lambda: _command(out, self.scenario.arguments))
        there, left = State.of(out), debris(out)
        if "Traceback" in said or there != self.complete or left:
            yield f"run again: {status}, {said}; differs: {there.difference(self.complete)}; left: {left}"

    def _stopped(self, out: Path, point: Point) -> tuple[int, str]:
        def stopped() -> int:
            Steps(out, point.kind, point.at).install()
            return _command(out, self.scenario.arguments)

        return _forked(self.work, stopped)

    def _started(self, out: Path, point: Point) -> tuple[int, str]:
        tests, arguments = str(Path(__file__).parent.parent), self.scenario.arguments
        code = _COMMAND.format(tests=tests, kind=point.kind, at=point.at, arguments=arguments)
        done = subprocess.run([sys.executable, "-c", code], cwd=out, capture_output=True, text=True)
        return done.returncode, done.stderr

    def _untrue(self, out: Path, point: Point, status: int, said: str) -> Iterator[str]:
        """Yield what a command has said about its work that is not true."""
        errors = [line for line in said.splitlines() if line.startswith("Error: ")]
        there, left = State.of(out), debris(out)
        if status != 2 or len(errors) != 1 or errors[0] != said.splitlines()[-1]:
            yield f"ended with {status} and said {said!r}"
            return
        (error,) = errors
        if error.endswith("nothing was changed") and there != self.before:
            yield f"it is changed: {there.difference(self.before)}: {error}"
        elif error.endswith("the whole change is written") and there != self.complete:
            yield f"it is not whole: {there.difference(self.complete)}: {error}"
        elif left and " again " not in error and point.kind != "read-only":  # where nobody could tidy up
            yield f"left {left}: {error}"


def _command(folder: Path, arguments: tuple[str, ...]) -> int:
    """Run the command in a folder and return its exit status."""
    os.chdir(folder)
    try:
        main(arguments)
    except SystemExit as ended:
        return int(ended.code or 0)
    return 0


def _forked(work: Path, function: Callable[[], int]) -> tuple[int, str]:
    """Call a function in a forked process; return its exit status, and what it printed to standard error."""
    sys.stdout.flush()
    sys.stderr.flush()
    said = work / f"said.{os.getpid()}"
    child = os.fork()
    if not child:
        status = 1
        try:
            os.dup2(os.open(said, os.O_WRONLY | os.O_CREAT | os.O_TRUNC), 2)
            os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
            sys.stdout, sys.stderr = open(1, "w", closefd=False), open(2, "w", closefd=False)  # noqa: SIM115
            status = function()
        except BaseException:
            traceback.print_exc()
        finally:
            sys.stderr.flush()
            os._exit(status)
    _, status = os.waitpid(child, 0)
    return os.waitstatus_to_exitcode(status), said.read_text(encoding="utf-8")


ROW = Row(
    "killed at every write, SIGINT, SIGTERM, disk full, read-only x `update`, `batch`, `replay --write`, each with "
    "moves, conflicts and deletions",
    "300 points: as before or complete after the next run; 0 half done",
    300,
    6,
    run,
)
