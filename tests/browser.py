"""A real browser for the tests of the site: Chromium, found on the machine, driven without a window."""

import os
import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from servers import HOST, PATIENCE, SETTING, do_without, program

if TYPE_CHECKING:
    from playwright.sync_api import Browser


# The names that distributions use.
NAMES = ("chromium", "chromium-browser", "google-chrome")


def missing() -> str:
    """Return what to install to get a browser; '' if there is one."""
    if any(map(program, NAMES)):
        return ""
    return "needs Chromium: `apt-get install chromium`; see CONTRIBUTING.md"


@pytest.fixture(scope="session")
def browser() -> Iterator["Browser"]:
    """Yield a running browser; without one, the test is skipped, or fails if browsers are required."""
    if reason := missing():
        do_without(reason, os.environ.get(SETTING, ""))
    # Loaded only by a run with such a test.
    from playwright.sync_api import sync_playwright

    found = next(filter(None, map(program, NAMES)))
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, timeout=PATIENCE * 1000)
        yield browser
        browser.close()


class _Quiet(SimpleHTTPRequestHandler):
    """A file server that keeps connections open and logs nothing."""

    protocol_version = "HTTP/1.1"

    def log_message(self, format: str, *args: object) -> None:
        """Log nothing."""


def serve(folder: Path) -> Iterator[str]:
    """Serve the files of a folder, and yield the address."""
    with ThreadingHTTPServer((HOST, 0), partial(_Quiet, directory=str(folder))) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://{HOST}:{server.server_port}/"
        server.shutdown()
