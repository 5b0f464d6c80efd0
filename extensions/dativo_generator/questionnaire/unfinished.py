"""Save the answers of an unfinished questionnaire, so that nobody has to type them twice.

They are in the user's state folder, as a data file for `copier copy`. Only questions whose answers are recorded are
saved, so no password is among them.
"""

import atexit
import os
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from shlex import quote
from typing import Any

from ..base.emit import block
from ..base.telling import tell

_VARIABLE = "XDG_STATE_HOME"


def kept_for(destination: Path) -> Path:
    """Return where the answers for a destination are kept."""
    state = Path(os.environ.get(_VARIABLE) or Path.home() / ".local" / "state")
    return state / "dativo-generator" / "unfinished" / f"{_slug(destination)}.yml"


class Unfinished:
    """The answers so far for one destination; without any, it prints nothing."""

    def __init__(self, source: str, destination: Path) -> None:
        """Arrange to print, when the process ends without `finish`, where the answers are and how to continue."""
        self._file = kept_for(destination)
        words = ("--data-file", str(self._file), source, str(destination))
        self._with_copier = f"copier copy --trust {' '.join(map(quote, words))}"
        # `new` would otherwise take the template that it trusts, which may be another one.
        self._with_command = f"dativo-generator new {quote(_near(destination))} --template {quote(source)}"
        self._kept = False
        atexit.register(self._say)

    def keep(self, answers: Mapping[str, Any]) -> None:
        """Save the answers; if the folder is not writable, they are just not saved."""
        with suppress(OSError):
            self._file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            self._file.write_text(block(dict(answers)), encoding="utf-8")
            self._kept = True

    def finish(self) -> None:
        """Delete the saved answers: they are in the answers file now."""
        self._kept = False
        with suppress(OSError):
            self._file.unlink()

    def _say(self) -> None:
        if self._kept:
            for line in (
                "Your answers are kept. To continue where you stopped, or to change some of them first:",
                f"  {self._with_command}",
                "To continue with Copier alone:",
                f"  {self._with_copier}",
                "To change an answer there, add --ask NAME, like --ask owner; --ask '*' asks for all of them.",
            ):
                tell(line)


def _near(destination: Path) -> str:
    """Return the path of the destination, from the current folder if it is in there."""
    destination, here = destination.expanduser().absolute(), Path.cwd()
    return str(destination.relative_to(here) if destination.is_relative_to(here) else destination)


def _slug(path: Path) -> str:
    return str(path.expanduser().absolute()).strip("/").replace(os.sep, "%").replace("/", "%")[-200:]
