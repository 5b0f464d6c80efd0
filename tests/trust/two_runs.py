"""Two commands that write, at once, in processes of their own: the second begins while the first one writes.

The first one waits at one of its steps on the disk until the second has come to its end, so that nothing depends on how
fast either of them is.
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

# Whoever waits longer than so many seconds has been forgotten.
_PATIENCE = 120
# The first of its steps that a command takes with the lock in its hands, and how far apart those are that are tried.
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
    """Has the n-th step say that it is there, and wait until it may go on."""

    def __init__(self, root: str, at: int, flag: str) -> None:
        super().__init__(Path(root), "waiting", at)
        self._flag = Path(flag)

    def _go_wrong(self, **_: object) -> None:
        """Wait; the file whose name begins with the flag's says what for."""
        if self.count == self._at:
            self._flag.with_suffix(".here").touch()
            _wait_for(self._flag.with_suffix(".go"))


def run(count: int, folder: Path) -> Result:
    """Try so many pairs: each command with each, the first one at one step after the other."""
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
        yield f"the first ended with {status}: {said}; otherwise: {there.difference(complete)}; left: {left}"


def _begun(scenario: Scenario, out: Path, at: int = 0, flag: Path = Path()) -> subprocess.Popen[str]:
    code = _COMMAND.format(tests=_TESTS, at=at, flag=str(flag), arguments=scenario.arguments)
    pipes = {"stdout": subprocess.DEVNULL, "stderr": subprocess.PIPE}
    return subprocess.Popen([sys.executable, "-c", code], cwd=out, text=True, **pipes)


def _ended(process: subprocess.Popen[str]) -> tuple[int, str]:
    _, said = process.communicate(timeout=_PATIENCE)
    return process.returncode, said


def _wait_for(path: Path, process: subprocess.Popen[str] | None = None) -> None:
    """Wait until there is a file; raises `TimeoutError` when it does not come, or its maker has ended."""
    end = time.monotonic() + _PATIENCE
    while not path.exists():
        if time.monotonic() > end or (process and process.poll() is not None):
            raise TimeoutError(f"{path.name} does not come")
        time.sleep(0.01)


ROW = Row("two runs at once", "20 pairs: one done, one refused", 20, 1, run)
