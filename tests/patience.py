"""Lift the pack's own time limits, so that no test depends on the speed of the machine.

A pytest plugin. A test of such a limit sets it itself.
"""

import re
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import pytest

EXTENSIONS = Path(__file__).resolve().parent.parent / "extensions"
HOUR = 3600


def bounded() -> list[str]:
    """List the modules whose `SECONDS` is a time limit, or the time until progress is printed."""
    files = [path for path in EXTENSIONS.rglob("*.py") if re.search(r"^SECONDS = ", path.read_text("utf-8"), re.M)]
    return [".".join(path.relative_to(EXTENSIONS).with_suffix("").parts) for path in files]


@pytest.fixture(scope="session", autouse=True)
def _patience() -> Iterator[None]:
    """Raise the limits out of reach: for connections, for reading files, and for progress lines."""
    with pytest.MonkeyPatch.context() as patch:
        for name in bounded():
            patch.setattr(import_module(name), "SECONDS", HOUR)
        yield
