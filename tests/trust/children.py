"""Run a command in a child process, forked from this one, which has already loaded everything.

The command may hang, eat memory or crash: a child is ended after some seconds of work or of waiting.
"""

import faulthandler
import io
import os
import re
import resource
import signal
import sys
import tempfile
import time
import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

# How many seconds a child may work, and how many it may take in all, which says little on a busy machine; and how many
# bytes of memory it may use beyond those of this process.
WORK, PATIENCE = 10, 120
_MEMORY = 1 << 30
# If one of these is in a traceback, Copier has already loaded the template.
_REACHED = re.compile(r"/extensions/dativo|in _ask\b|in _render_")


@dataclass(frozen=True)
class Done:
    """How a child ended: its exit status, minus the signal that killed it, and what it printed."""

    status: int
    out: str
    err: str

    @property
    def printed(self) -> str:
        """Everything that the child printed."""
        return self.out + self.err

    @property
    def reached(self) -> bool:
        """Whether Copier had loaded the template when it crashed or hung; no template can prevent earlier crashes."""
        return bool(_REACHED.search(self.printed))

    @property
    def crash(self) -> str:
        """How the child crashed or hung, '' if it did not."""
        if self.status in (-signal.SIGXCPU, -signal.SIGKILL):
            return f"did not end after {WORK} s of work, or {PATIENCE} s in all"
        if self.status < 0:
            return f"died of signal {-self.status}"
        if "Traceback" in self.printed:
            return f"traceback: {self.printed.strip().splitlines()[-1][:200]}"
        return ""


def run(main: Callable[[], object], cwd: Path, environment: Mapping[str, str], logs: Path) -> Done:
    """Call `main` in a child that has no other `environment`, and prints into files in the folder `logs`."""
    out, err = logs / "out", logs / "err"
    sys.stdout.flush()
    sys.stderr.flush()
    child = os.fork()
    if not child:
        os._exit(_child(main, cwd, environment, out, err))
    status = _ended(child)
    return Done(status, *(path.read_bytes().decode(errors="replace") for path in (out, err)))


def _child(main: Callable[[], object], cwd: Path, environment: Mapping[str, str], out: Path, err: Path) -> int:
    """Do the work of the child, and return its exit status."""
    status = 70
    try:
        os.setpgid(0, 0)
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        for number, path in ((1, out), (2, err)):
            os.dup2(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), number)
        sys.stdin = io.TextIOWrapper(os.fdopen(0, "rb", closefd=False))
        # As Python sets them up if the locale is UTF-8.
        sys.stdout = io.TextIOWrapper(os.fdopen(1, "wb", closefd=False), "utf-8", "strict")
        sys.stderr = io.TextIOWrapper(os.fdopen(2, "wb", closefd=False), "utf-8", "backslashreplace")
        # A child that is ended prints where it was.
        faulthandler.register(signal.SIGXCPU, 2, all_threads=False, chain=True)
        resource.setrlimit(resource.RLIMIT_CPU, (WORK, WORK + 5))
        held = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
        resource.setrlimit(resource.RLIMIT_AS, (held + _MEMORY, resource.RLIM_INFINITY))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        signal.signal(signal.SIGINT, signal.default_int_handler)
        os.environ.clear()
        os.environ.update(environment)
        tempfile.tempdir = None
        os.chdir(cwd)
        status = _status(main)
        sys.stdout.flush()
        sys.stderr.flush()
    except BaseException:
        os.write(2, traceback.format_exc().encode(errors="backslashreplace"))
    return status


def _status(main: Callable[[], object]) -> int:
    """Call `main` as the interpreter would, and return the exit status."""
    try:
        main()
    except SystemExit as stop:
        if isinstance(stop.code, int | None):
            return stop.code or 0
        print(stop.code, file=sys.stderr)
        return 1
    except BaseException:
        traceback.print_exc()
        return 1
    return 0


def _ended(child: int) -> int:
    """Wait for the child, end it and its own children if it takes too long, and return its exit status."""
    until = time.monotonic() + PATIENCE
    pause = 0.002
    while True:
        ended, status, _ = os.wait4(child, os.WNOHANG)
        if ended:
            break
        if time.monotonic() > until:
            os.kill(child, signal.SIGXCPU)
            time.sleep(1)
            os.killpg(child, signal.SIGKILL)
            _, status, _ = os.wait4(child, 0)
            break
        time.sleep(pause)
        pause = min(pause * 1.5, 0.05)
    return os.waitstatus_to_exitcode(status)
