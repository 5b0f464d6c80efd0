"""A reader who follows a page to the letter: saves the files that it shows, and types its commands into a shell."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from support import ROOT, blocks, git

# Variables of the test run, which a reader does not have.
_OF_PYTEST = re.compile(r"PYTEST|COV_")


def copy_everything(folder: Path) -> Path:
    """Copy the pack's working tree to `folder`, including tests and docs, with the virtual environment of the tests."""
    names = git(ROOT, "ls-files", "--cached", "--others", "--exclude-standard", "-z").split("\0")
    for name in filter(None, names):
        if (ROOT / name).is_file():
            target = folder / name
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, target)
    (folder / ".venv").symlink_to(sys.prefix)
    return folder


def typed(page: Path) -> Iterator[str]:
    """Yield the commands of a page, in its order."""
    for language, text in blocks(page):
        if language == "console":
            yield from (line.removeprefix("$ ") for line in text.splitlines())
        elif language == "sh":
            yield from text.splitlines()


@dataclass
class Reader:
    """The reader of a page: the current folder, the words that replace placeholders, and the variables set so far."""

    here: Path
    words: Mapping[str, str] = field(default_factory=dict)
    variables: Mapping[str, str] = field(default_factory=dict)

    def type(self, line: str, status: int = 0) -> str:
        """Run a line in a shell that cannot prompt anybody, and return its output."""
        for word, own in self.words.items():
            line = line.replace(word, own)
        variables = {name: value for name, value in os.environ.items() if not _OF_PYTEST.match(name)}
        variables["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{variables['PATH']}"
        variables |= {"PYTEST_ADDOPTS": "-n 0 -p no:cacheprovider", **self.variables}
        # A line that changes the folder changes it for the next lines, too.
        script = f"{line}\n_status=$?\nprintf '\\n%s' \"$PWD\"\nexit $_status"
        done = subprocess.run(
            ["bash", "-c", script],
            cwd=self.here,
            env=variables,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        printed, _, here = done.stdout.rpartition("\n")
        assert done.returncode == status, f"{line}\n{printed}"
        self.here = Path(here)
        return printed
