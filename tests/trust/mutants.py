"""Check that the tests notice any single change to a guard, or to code that writes, hides or merges."""

import json
import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from functools import cache
from itertools import count as numbers
from pathlib import Path
from typing import Any

import yaml

from mutation import Mutant, mutants_of
from support import ROOT, git

from .row import Result, Row

PACKAGE = "extensions/dativo_generator"
# By module, the mutants that no test can, or needs to, tell from the module as it is, with the reasons.
EXPLAINED = ROOT / "tests" / "data" / "mutants.yml"
# The percentage of all mutants that tests must kill.
KILLED = 95
# A mutant that takes so many times as long as the unchanged module, and some seconds more, hangs or loops for ever.
TIMES, SECONDS = 4, 8

# The test file of each module; it needs no fixture of `conftest.py`, and runs once for each mutant.
TESTS = {
    "base/naming.py": "test_naming.py",
    "base/emit.py": "test_emit.py",
    "base/secrets.py": "test_secrets.py",
    "base/redaction.py": "test_redaction.py",
    "base/repository_url.py": "test_repository_url.py",
    "plan/ownership.py": "test_owners.py",
    "plan/destination.py": "test_destination.py",
    "questionnaire/guard.py": "test_refusals.py",
    "fleet/merge.py": "test_merging.py",
    "base/reading.py": "test_reading.py",
    "base/git.py": "test_git.py",
    "fleet/replacing.py": "test_replacing.py",
    "fleet/journal.py": "test_journal.py",
    "fleet/change.py": "test_transaction.py",
    "fleet/uses.py": "test_uses.py",
    "fleet/past.py": "test_past.py",
    "fleet/transaction.py": "test_transaction.py",
}


class Runner:
    """A process that runs tests on its own copy of the tree."""

    def __init__(self, folder: Path) -> None:
        """Copy the tree to `folder` and start the process."""
        self._tree, here = folder / "tree", folder / "here"
        here.mkdir(parents=True)
        for name in git(ROOT, "ls-files", "--cached", "--others", "--exclude-standard", "-z").split("\0"):
            if name and (ROOT / name).is_file():
                (self._tree / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(ROOT / name, self._tree / name)
        git(self._tree, "init", "--quiet")
        command = [sys.executable, "-m", "trust.mutant_runner", str(self._tree)]
        environment = os.environ | {"PYTHONPATH": str(ROOT / "tests")}
        self._process = subprocess.Popen(command, cwd=here, env=environment, stdin=-1, stdout=-1, text=True)
        self._patience = cache(self._usual)

    def survives(self, module: str, text: str) -> bool:
        """Return whether the tests of a module pass with another text of it."""
        return self._run(module, text, self._patience(module))["passed"]

    def _usual(self, module: str) -> float:
        """Return how many seconds the tests of a module may take; raises `RuntimeError` if they fail unchanged."""
        text = (ROOT / PACKAGE / module).read_text(encoding="utf-8")
        self._run(module, text, 600, keep=True)
        result = self._run(module, text, 600)
        if not result["passed"]:
            raise RuntimeError(f"{module}: its tests fail without any change: {TESTS[module]}")
        return SECONDS + TIMES * result["seconds"]

    def _run(self, module: str, text: str, patience: float, keep: bool = False) -> dict[str, Any]:
        how = {"module": f"{PACKAGE}/{module}", "tests": f"tests/{TESTS[module]}", "patience": patience, "keep": keep}
        self._process.stdin.write(json.dumps(how | {"text": text}) + "\n")
        self._process.stdin.flush()
        if not (line := self._process.stdout.readline()):
            raise RuntimeError(f"{module}: the process that runs its tests was ended")
        return json.loads(line)

    def close(self) -> None:
        """End the process."""
        self._process.communicate()


def survivors(tried: Sequence[tuple[str, Mutant]], folder: Path, cores: int) -> Iterator[tuple[str, Mutant]]:
    """Yield the mutants that survive, each with its module, in the order of `tried`."""
    own, number = threading.local(), numbers()

    def survives(of: tuple[str, Mutant]) -> bool:
        if not hasattr(own, "runner"):
            own.runner = started.enter_context(closing(Runner(folder / f"runner-{next(number)}")))
        return own.runner.survives(of[0], of[1].text)

    with ExitStack() as started, ThreadPoolExecutor(cores) as pool:
        for one, lives in zip(tried, pool.map(survives, tried), strict=True):
            if lives:
                yield one


# With this many mutants, the share that is killed means something; of a few, two that survive may be a quarter.
_MANY = 200


def explained(module: str) -> set[str]:
    """Return the names of the mutants of a module that may survive."""
    entries = yaml.safe_load(EXPLAINED.read_text(encoding="utf-8")).get(module, [])
    return {f"{entry['in']}: {change}" for entry in entries for change in entry["changes"] if entry["why"]}


def run(count: int, folder: Path) -> Result:
    """Try every mutant, or `count` of them, spread evenly over the first modules that have so many."""
    made: list[tuple[str, Mutant]] = []
    known: set[str] = set()
    for module in TESTS:
        if len(made) < count:
            text = (ROOT / PACKAGE / module).read_text(encoding="utf-8")
            made += [(module, mutant) for mutant in mutants_of(text)]
            known |= {f"{module}: {name}" for name in explained(module)}
    chosen = made[:: max(1, len(made) // count)][:count]
    cores = os.cpu_count() or 1
    living, tried, all_ = (
        {f"{module}: {mutant.name}" for module, mutant in some}
        for some in (survivors(chosen, folder, cores if len(chosen) > 20 * cores else 1), chosen, made)
    )
    faults = [f"{name}: survives without an explanation" for name in sorted(living - known)]
    faults += [f"{name}: is explained, but killed" for name in sorted((known & tried) - living)]
    faults += [f"{name}: is explained, but does not exist" for name in sorted(known - all_)]
    killed = len(tried) - len(living)
    if len(tried) >= _MANY and killed * 100 < KILLED * len(tried):
        faults.append(f"{killed} of {len(tried)} are killed, fewer than {KILLED} %")
    return Result(len(tried), faults, {"killed": killed, "explained": len(living & known)})


ROW = Row(
    "mutation testing of the guards, names, quoting, secrets, ownership, merging and writing",
    f"{KILLED} % killed, the rest explained",
    10_000,
    8,
    run,
)
