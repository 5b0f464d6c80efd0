"""Run commands of the pack one after another, each in a process of its own with limited memory and time.

Standard input holds the commands as JSON, a list of `{folder, arguments, environment}`; standard output gets a list of
`{status, out, err, seconds, megabytes}`. The status of a command that was killed is below 0.
"""

import json
import os
import resource
import signal
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NoReturn

from dativo_generator.cli import app
from dativo_generator.importers.read import readers

# A process that takes longer is killed; it cannot get more memory.
SECONDS, GIBIBYTES = 90, 6


def main() -> None:
    """Load the importers once, and fork a process for each command."""
    readers()
    done = []
    for command in json.load(sys.stdin):
        with TemporaryDirectory() as folder:
            done.append(_run(command, Path(folder)))
    json.dump(done, sys.stdout)


def _run(command: dict[str, Any], folder: Path) -> dict[str, Any]:
    started = time.monotonic()
    if (child := os.fork()) == 0:
        _become(command, folder)
    while not (waited := os.wait4(child, os.WNOHANG))[0]:
        if time.monotonic() - started > SECONDS:
            os.kill(child, signal.SIGKILL)
        time.sleep(0.005)
    texts = {name: (folder / name).read_text(encoding="utf-8", errors="replace") for name in ("out", "err")}
    took = {"seconds": time.monotonic() - started, "megabytes": waited[2].ru_maxrss >> 10}
    return {"status": os.waitstatus_to_exitcode(waited[1])} | texts | took


def _become(command: dict[str, Any], folder: Path) -> NoReturn:
    status = 70
    try:
        for number, name in ((1, "out"), (2, "err")):
            os.dup2(os.open(folder / name, os.O_WRONLY | os.O_CREAT), number)
        resource.setrlimit(resource.RLIMIT_AS, (GIBIBYTES << 30, GIBIBYTES << 30))
        os.chdir(command["folder"])
        os.environ.update(command["environment"])
        try:
            app.main(command["arguments"])
            status = 0
        except SystemExit as stop:
            status = stop.code if isinstance(stop.code, int) else 1
    except BaseException:
        sys.excepthook(*sys.exc_info())
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status)


if __name__ == "__main__":
    main()
