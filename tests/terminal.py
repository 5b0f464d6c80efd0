"""A real terminal for the questionnaire: Copier runs in a pseudo-terminal, an emulator keeps what its user sees."""

import contextlib
import sys
from collections.abc import Sequence
from pathlib import Path

import pexpect
import pyte

ENTER, DOWN, SPACE = "\r", "\x1b[B", " "
# Ends an answer of several lines: Escape, then Enter.
DONE = "\x1b\r"
# The first line of the question before anything is written.
REVIEW = "Write these files"


class Terminal:
    """One run of Copier, or of another module. The screen is so high that nothing scrolls away."""

    def __init__(
        self, arguments: Sequence[str], folder: Path, environment: dict[str, str], module: str = "copier"
    ) -> None:
        """Start `module` with `arguments`."""
        self.screen = pyte.Screen(120, 400)
        self.stream = pyte.Stream(self.screen)
        self.child = pexpect.spawn(
            sys.executable,
            ["-m", module, *arguments],
            cwd=str(folder),
            env=environment | {"TERM": "xterm", "PYTHONWARNINGS": "ignore"},
            encoding="utf-8",
            dimensions=(400, 120),
            timeout=30,
        )
        # The prompts ask the terminal where its cursor is, and wait for the answer.
        self.screen.write_process_input = self.child.send

    @property
    def text(self) -> str:
        """What the user sees, without trailing blanks."""
        return "\n".join(line.rstrip() for line in self.screen.display).rstrip()

    def wait(self, text: str) -> None:
        """Read until `text` is on the screen."""
        while text not in self.text:
            try:
                self.stream.feed(self.child.read_nonblocking(65536, timeout=30))
            except (pexpect.EOF, pexpect.TIMEOUT):
                raise AssertionError(f"{text!r} never came; the screen:\n{self.text}") from None

    def settle(self) -> None:
        """Read until nothing has come for a while: what is drawn in several goes is whole then."""
        with contextlib.suppress(pexpect.TIMEOUT):
            while True:
                self.stream.feed(self.child.read_nonblocking(65536, timeout=0.3))

    def answer(self, question: str, keys: str) -> None:
        """Wait for a question, by its first line, and type."""
        self.wait(question)
        self.child.send(keys)

    def finish(self, proceed: str = ENTER) -> int:
        """Read to the end and return the exit status; where the last question is put, it gets `proceed`."""
        reviewed = False
        try:
            while True:
                if not reviewed and REVIEW in self.text:
                    reviewed = True
                    self.child.send(proceed)
                self.stream.feed(self.child.read_nonblocking(65536, timeout=30))
        except pexpect.EOF:
            self.child.close()
        return self.child.exitstatus
