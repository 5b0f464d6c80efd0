"""Run a command, and measure the wall time, CPU time and memory of all its processes."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from tempfile import TemporaryFile

# Seconds between two memory samples; a long run is sampled less often.
_SOONEST, _LATEST = 0.02, 0.25


class Failed(Exception):
    """The measured command failed, so there is no figure."""


@dataclass(frozen=True)
class Usage:
    """What a command used.

    `cpu` is the CPU time of all its processes in seconds, `peak` their peak memory in MiB, with shared memory counted
    once (PSS). It is 0 if it was not watched, or without /proc.
    """

    wall: float
    cpu: float
    peak: float
    out: bytes


def run(
    command: Sequence[str],
    folder: Path,
    *,
    statuses: tuple[int, ...] = (0,),
    cores: int = 0,
    watch: bool = True,
    variables: Mapping[str, str] | None = None,
) -> Usage:
    """Run a command in a folder, on so many `cores`, 0 for all; raises `Failed` for an exit status not in `statuses`.

    Its memory is sampled all the while, unless `watch` is off: that takes some of the second core. It starts as for
    users: without PYTHON* variables, one of which stops Python from caching compiled modules.
    """
    free = sorted(os.sched_getaffinity(0))
    ours = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    with TemporaryFile() as out, TemporaryFile() as err:
        began = time.perf_counter()
        process = subprocess.Popen(
            command,
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=err,
            env=ours | dict(variables or {}),
            preexec_fn=(lambda: os.sched_setaffinity(0, free[:cores])) if cores else None,
        )
        peak = _watched(process.pid) if watch else 0.0
        _, status, usage = os.wait4(process.pid, 0)
        took = time.perf_counter() - began
        process.returncode = os.waitstatus_to_exitcode(status)
        out.seek(0), err.seek(0)
        if process.returncode not in statuses:
            said = err.read().decode(errors="replace").strip().splitlines() or ["it says nothing"]
            raise Failed(f"exit status {process.returncode}: {said[-1][:200]}")
        return Usage(took, usage.ru_utime + usage.ru_stime, peak, out.read())


def _watched(process: int) -> float:
    """Wait for a process, and return the peak memory of it and its descendants."""
    most, began, pause = 0.0, time.perf_counter(), _SOONEST
    while os.waitid(os.P_PID, process, os.WEXITED | os.WNOHANG | os.WNOWAIT) is None:
        most = max(most, sum(map(_memory, _family(process))))
        time.sleep(pause)
        pause = min(max(_SOONEST, (time.perf_counter() - began) / 50), _LATEST)
    return most


def _family(process: int) -> list[int]:
    """List a process and its descendants."""
    children: dict[int, list[int]] = {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            above = int((folder / "stat").read_text().rpartition(")")[2].split()[1])
        except OSError:  # it has ended
            continue
        children.setdefault(above, []).append(int(folder.name))
    found = [process]
    for one in found:
        found += children.get(one, [])
    return found


def _memory(process: int) -> float:
    """Return the proportional set size of a process in MiB, 0 if it has ended."""
    try:
        lines = Path(f"/proc/{process}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0.0
    return next((int(line.split()[1]) / 1024 for line in lines if line.startswith("Pss:")), 0.0)


Contender = Callable[[], Usage]


@dataclass(frozen=True)
class Ratio:
    """How many times as much one contender took as the other: ratio of the medians, and range over the rounds."""

    value: float
    low: float
    high: float
    one: Usage
    other: Usage


def compared(one: Contender, other: Contender, rounds: int, of: Callable[[Usage], float]) -> Ratio:
    """Measure two contenders alternately for some rounds, and compare `of` their usages.

    The returned usages have the medians, and the highest peak.
    """
    pairs = [(one(), other()) for _ in range(rounds)]
    ratios = [of(first) / of(second) for first, second in pairs]
    first, second = (_middle([pair[index] for pair in pairs]) for index in (0, 1))
    return Ratio(of(first) / of(second), min(ratios), max(ratios), first, second)


def _middle(usages: Sequence[Usage]) -> Usage:
    walls, cpus = (median(getattr(usage, name) for usage in usages) for name in ("wall", "cpu"))
    return Usage(walls, cpus, max(usage.peak for usage in usages), b"")


def cpu(usage: Usage) -> float:
    """Return the CPU time in seconds."""
    return usage.cpu


def wall(usage: Usage) -> float:
    """Return the wall time in seconds."""
    return usage.wall


def python(*arguments: str) -> list[str]:
    """Return a command for this Python."""
    return [sys.executable, *arguments]
