"""No bound of the pack's own decides a test, however slow the machine is.

A pytest plugin. A test of such a bound sets it again for itself.
"""

import re
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import pytest

EXTENSIONS = Path(__file__).resolve().parent.parent / "extensions"
HOUR = 3600


def bounded() -> list[str]:
    """List the modules whose `SECONDS` says how long something may take, or when it is spoken of."""
    files = [path for path in EXTENSIONS.rglob("*.py") if re.search(r"^SECONDS = ", path.read_text("utf-8"), re.M)]
    return [".".join(path.relative_to(EXTENSIONS).with_suffix("").parts) for path in files]


@pytest.fixture(scope="session", autouse=True)
def _patience() -> Iterator[None]:
    """Put the bounds out of reach: a connection, the read of a file, and the next line about long work."""
    with pytest.MonkeyPatch.context() as patch:
        for name in bounded():
            patch.setattr(import_module(name), "SECONDS", HOUR)
        yield
