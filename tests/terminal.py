"""A real terminal for the questionnaire: Copier runs in a pseudo-terminal, and an emulator keeps the screen."""

import atexit
import os
import pty
import runpy
import signal
import sys
import termios
import warnings
from collections.abc import Callable, Sequence
from functools import wraps
from pathlib import Path
from traceback import print_exc
from typing import Any, NoReturn

import plumbum
import pyte
from pexpect import EOF, TIMEOUT
from pexpect.fdpexpect import fdspawn
from prompt_toolkit.renderer import Renderer

ENTER, DOWN, SPACE = "\r", "\x1b[B", " "
# Ends an answer of several lines: Escape, then Enter.
DONE = "\x1b\r"
# The first line of the question before anything is written.
REVIEW = "Write these files"
# So high that nothing scrolls away.
ROWS, COLUMNS = 400, 120
# A limit for hanging tests only: on a slow machine nothing fails because of it.
PATIENCE = 600.0
# The title of the terminal from the beginning of what a prompt draws to its end.
_DRAWING = "drawing"


class Terminal:
    """One run of Copier, or of another module, in a process of its own.

    The process is forked from the one of the tests, which has loaded and compiled what every run needs.
    """

    def __init__(
        self,
        arguments: Sequence[str],
        folder: Path,
        environment: dict[str, str],
        module: str = "copier",
        columns: int = COLUMNS,
    ) -> None:
        """Start `module` with `arguments`."""
        self.screen = pyte.Screen(columns, ROWS)
        self._stream = pyte.Stream(self.screen)
        self._rows = [""] * ROWS
        self.screen.dirty.clear()
        self._process, descriptor = pty.fork()
        if not self._process:
            _run(module, arguments, folder, environment, columns)
        self._typed = fdspawn(descriptor, encoding="utf-8", timeout=PATIENCE)
        # The prompts ask the terminal where its cursor is, and wait for the answer.
        self.screen.write_process_input = self.send

    @property
    def text(self) -> str:
        """The screen, without trailing blanks."""
        # Only changed rows are read again: reading the whole screen after each piece takes longer than the rest.
        for number in self.screen.dirty:
            row = self.screen.buffer[number]
            self._rows[number] = "".join(row[column].data for column in range(self.screen.columns)).rstrip()
        self.screen.dirty.clear()
        return "\n".join(self._rows).rstrip()

    def send(self, keys: str) -> None:
        """Type."""
        self._typed.send(keys)

    def wait(self, text: str) -> None:
        """Read until `text` is on the screen, and the prompt is completely drawn."""
        while text not in self.text or self.screen.title == _DRAWING:
            try:
                self._read()
            except (EOF, TIMEOUT):
                raise AssertionError(f"{text!r} never came; the screen:\n{self.text}") from None

    def answer(self, question: str, keys: str) -> None:
        """Wait for a question, by its first line, and type."""
        self.wait(question)
        self.send(keys)

    def finish(self, proceed: str = ENTER) -> int:
        """Read to the end and return the exit status; the last question, if asked, gets the answer `proceed`."""
        reviewed = False
        try:
            while True:
                if not reviewed and REVIEW in self.text:
                    reviewed = True
                    self.send(proceed)
                self._read()
        except EOF:
            return self._ended()

    def close(self) -> None:
        """Stop the run where it is."""
        os.kill(self._process, signal.SIGKILL)
        self._ended()

    def _read(self) -> None:
        self._stream.feed(self._typed.read_nonblocking(65536))

    def _ended(self) -> int:
        _, status = os.waitpid(self._process, 0)
        self._typed.close()
        return os.waitstatus_to_exitcode(status)


def _run(module: str, arguments: Sequence[str], folder: Path, environment: dict[str, str], columns: int) -> NoReturn:
    """Behave like a process started with `python -m`; nothing of the test, such as its cleanup, runs in it."""
    status = 1
    try:
        termios.tcsetwinsize(0, (ROWS, columns))
        sys.stdin = os.fdopen(0, encoding="utf-8")
        sys.stdout, sys.stderr = (os.fdopen(number, "w", buffering=1, encoding="utf-8") for number in (1, 2))
        os.chdir(folder)
        # plumbum, with which Copier runs git, has a copy.
        for variables in (os.environ, plumbum.local.env):
            variables.clear()
            variables.update(environment | {"TERM": "xterm"})
        warnings.simplefilter("ignore")
        # The answer to where the cursor is comes when the test gets to run.
        Renderer.CPR_TIMEOUT = PATIENCE
        Renderer.render = _marked(Renderer.render)
        sys.argv[1:] = arguments
        atexit._clear()
        runpy.run_module(module, run_name="__main__", alter_sys=True)
        status = 0
    except SystemExit as stop:
        status = stop.code if isinstance(stop.code, int) else int(stop.code is not None)
    except BaseException:
        print_exc()
    finally:
        atexit._run_exitfuncs()
        sys.stdout.flush()
        os._exit(status)


def _marked(render: Callable[..., None]) -> Callable[..., None]:
    """Show in the terminal's title whether a prompt is being drawn, since a drawing arrives in pieces."""

    @wraps(render)
    def marked(self: Renderer, *arguments: Any, **options: Any) -> None:
        self.output.set_title(_DRAWING)
        render(self, *arguments, **options)
        self.output.clear_title()
        self.output.flush()

    return marked
