"""Run tests again and again on a tree, with another text of one module each time, in a process that has the libraries.

Standard input has a line of JSON for each run, `{module, text, tests, patience, keep}`: the path of the module and its
text, the path of its tests, seconds to wait, and whether to keep compiled modules for the next runs. Standard output
gets a line `{passed, seconds}` for each. The tests run without `conftest.py`, which would load everything.

The process runs in an empty folder, where a mutant can do no harm.
"""

import json
import os
import shutil
import signal
import sys
import time
from contextlib import suppress
from importlib import import_module
from importlib.util import cache_from_source
from pathlib import Path
from typing import Any, NoReturn

import pytest
from hypothesis import Phase, settings

# What the tests and the pack import: loaded once, so that no run has to.
_LIBRARIES = ("copier", "jinja2.ext", "jsonschema", "typer", "yaml")


def main() -> None:
    """Do one run after another, in the tree that the command line names."""
    tree, here = Path(sys.argv[1]), Path.cwd()
    for name in _LIBRARIES:
        import_module(name)
    # Any counterexample is enough; it need not be a short one.
    settings.register_profile(
        "mutants", deadline=None, derandomize=True, database=None, phases=(Phase.explicit, Phase.generate)
    )
    settings.load_profile("mutants")
    os.environ |= {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    for line in sys.stdin:
        run = json.loads(line)
        module = tree / run["module"]
        original = module.read_bytes()
        module.write_text(run["text"], encoding="utf-8")
        # Python might take the compiled module of another mutant: two can have the same second and size.
        Path(cache_from_source(str(module))).unlink(missing_ok=True)
        try:
            print(json.dumps(_tried(tree, here, run)), flush=True)
        finally:
            module.write_bytes(original)


def _tried(tree: Path, here: Path, run: dict[str, Any]) -> dict[str, Any]:
    scratch = here.with_name(f"{here.name}-scratch")
    started = time.monotonic()
    if (child := os.fork()) == 0:
        _become(tree, scratch, run)
    while not (waited := os.waitpid(child, os.WNOHANG))[0] and time.monotonic() - started < run["patience"]:
        time.sleep(0.002)
    with suppress(ProcessLookupError):
        os.killpg(child, signal.SIGKILL)
    if not waited[0]:
        waited = os.waitpid(child, 0)
    shutil.rmtree(scratch, ignore_errors=True)
    return {"passed": waited[1] == 0, "seconds": time.monotonic() - started}


def _become(tree: Path, scratch: Path, run: dict[str, Any]) -> NoReturn:
    status = 70
    try:
        os.setpgid(0, 0)
        sys.dont_write_bytecode = not run["keep"]
        sys.path[:0] = places = [str(tree / "extensions"), str(tree / "tests")]
        os.environ["PYTHONPATH"] = os.pathsep.join(places)  # for the processes that tests start
        output = os.open(os.devnull, os.O_WRONLY)
        for number in (1, 2):
            os.dup2(output, number)
        options = ["-q", "-x", "--tb=no", "--noconftest", "-p", "no:cacheprovider", "-o", "addopts="]
        options += [f"--rootdir={tree}", "-c", str(tree / "pyproject.toml"), f"--basetemp={scratch}"]
        status = pytest.main([*options, str(tree / run["tests"])])
    finally:
        os._exit(int(status))


if __name__ == "__main__":
    main()
