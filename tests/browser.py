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


# What distributions call it.
NAMES = ("chromium", "chromium-browser", "google-chrome")


def missing() -> str:
    """Say what to install to have a browser; empty when it is there."""
    if any(map(program, NAMES)):
        return ""
    return "needs Chromium: `apt-get install chromium`; see CONTRIBUTING.md"


@pytest.fixture(scope="session")
def browser() -> Iterator["Browser"]:
    """Give a running browser; a test that asks for it is skipped where there is none, unless it is required."""
    if reason := missing():
        do_without(reason, os.environ.get(SETTING, ""))
    # Only a run that has such a test loads it.
    from playwright.sync_api import sync_playwright

    found = next(filter(None, map(program, NAMES)))
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, timeout=PATIENCE * 1000)
        yield browser
        browser.close()


class _Quiet(SimpleHTTPRequestHandler):
    """A file server that keeps connections open, and does not tell what it serves."""

    protocol_version = "HTTP/1.1"

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


def serve(folder: Path) -> Iterator[str]:
    """Serve the files of a folder, and yield the address."""
    with ThreadingHTTPServer((HOST, 0), partial(_Quiet, directory=str(folder))) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://{HOST}:{server.server_port}/"
        server.shutdown()
