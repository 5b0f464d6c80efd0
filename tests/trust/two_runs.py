"""Run two commands that write at once, in processes of their own: the second begins while the first one writes.

The first one waits at one of its steps on the disk until the second has ended, so that nothing depends on the speed of
either.
"""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from itertools import product
from pathlib import Path

from .faults import Steps
from .row import Result, Row
from .scenarios import SCENARIOS, Scenario, State, copied, debris, two_releases

# A process that waits for more than this many seconds has been forgotten.
_PATIENCE = 120
# The first step that a command takes while it holds the lock, and the distance between the steps that are tried.
_FIRST, _APART = 4, 3
_TESTS = str(Path(__file__).parent.parent)
_COMMAND = """
import os, sys
sys.path[:0] = [{tests!r}]
from dativo_generator.cli.app import main
from trust.two_runs import Waiting
Waiting(os.getcwd(), {at}, {flag!r}).install()
main({arguments!r})
"""


class Waiting(Steps):
    """At the n-th step, reports that the step is reached, and waits until it may go on."""

    def __init__(self, root: str, at: int, flag: str) -> None:
        super().__init__(Path(root), "waiting", at)
        self._flag = Path(flag)

    def _go_wrong(self, **_: object) -> None:
        """Report by a file named like the flag that the step is reached, and wait for another file named like it."""
        if self.count == self._at:
            self._flag.with_suffix(".here").touch()
            _wait_for(self._flag.with_suffix(".go"))


def run(count: int, folder: Path) -> Result:
    """Try `count` pairs, each command with each; from pair to pair, the first one waits at a later step."""
    os.environ["DATIVO_TEMPLATE"] = str(two_releases(folder / "pack"))
    complete, faults = {}, []
    pairs = list(product(SCENARIOS, SCENARIOS))
    for number in range(count):
        first, second = pairs[number % len(pairs)]
        before = folder / first.name / "before"
        if not before.exists():
            first.make(folder / "pack", before)
            whole = copied(before, folder / first.name / "complete")
            _ended(_begun(first, whole))
            complete[first.name] = State.of(whole)
        out, at = copied(before, folder / str(number)), _FIRST + _APART * number
        found = _pair(first, second, out, at, complete[first.name])
        faults += [f"{first.name} at step {at}, {second.name}: {fault}" for fault in found]
    return Result(count, faults)


def _pair(first: Scenario, second: Scenario, out: Path, at: int, complete: State) -> Iterator[str]:
    flag = out.with_suffix(".flag")
    writer = _begun(first, out, at, flag)
    _wait_for(flag.with_suffix(".here"), writer)
    status, said = _ended(_begun(second, out))
    holder = f"{first.called} (process {writer.pid}, since "
    if status != 2 or len(said.splitlines()) != 1 or holder not in said:
        yield f"the second ended with {status}: {said}"
    flag.with_suffix(".go").touch()
    status, said = _ended(writer)
    there, left = State.of(out), debris(out)
    if status not in (0, 1, 3) or there != complete or left:
        yield f"the first ended with {status}: {said}; differs: {there.difference(complete)}; left: {left}"


def _begun(scenario: Scenario, out: Path, at: int = 0, flag: Path = Path()) -> subprocess.Popen[str]:
    code = _COMMAND.format(tests=_TESTS, at=at, flag=str(flag), arguments=scenario.arguments)
    pipes = {"stdout": subprocess.DEVNULL, "stderr": subprocess.PIPE}
    return subprocess.Popen([sys.executable, "-c", code], cwd=out, text=True, **pipes)


def _ended(process: subprocess.Popen[str]) -> tuple[int, str]:
    _, said = process.communicate(timeout=_PATIENCE)
    return process.returncode, said


def _wait_for(path: Path, process: subprocess.Popen[str] | None = None) -> None:
    """Wait until a file exists; raises `TimeoutError` if it does not appear, or the process that makes it has ended."""
    end = time.monotonic() + _PATIENCE
    while not path.exists():
        if time.monotonic() > end or (process and process.poll() is not None):
            raise TimeoutError(f"{path.name} does not appear")
        time.sleep(0.01)


ROW = Row("two runs at once", "20 pairs: one done, one refused", 20, 1, run)
