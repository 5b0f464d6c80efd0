"""The page on error messages: each error of `troubleshooting.yml` is caused, and the page shows the message."""

import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from textwrap import wrap
from typing import Any
from unittest.mock import patch

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT / "extensions"), str(ROOT / "tests")]

import yaml  # noqa: E402
from copier import run_copy  # noqa: E402
from copier.errors import UserMessageError  # noqa: E402

from fleets import RENAMED, build  # noqa: E402
from history import TAGS, release_history  # noqa: E402
from support import clean_environment, load_answers  # noqa: E402

TROUBLES = yaml.safe_load((ROOT / "docs" / "troubleshooting.yml").read_text(encoding="utf-8"))
FILE = ".copier-answers.acme.stripe_customers.yml"
# Copier without its extension installed.
_WITHOUT = """
import runpy, sys
class Missing:
    def find_spec(self, name, *_):
        if name.partition(".")[0] == "copier_template_extensions":
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)
sys.meta_path.insert(0, Missing())
sys.argv[0] = "copier"
runpy.run_module("copier", run_name="__main__", alter_sys=True)
"""


def body() -> Iterator[str]:
    """Yield the lines below the introduction."""
    with tempfile.TemporaryDirectory() as folder:
        room = Room(Path(folder))
        for group in TROUBLES["groups"]:
            yield from ("", f"## {group['title']}")
            if text := group.get("text"):
                yield from ("", text.rstrip())
            for entry in group.get("entries", []):
                yield from (
                    "",
                    f"### {entry['title']}",
                    "",
                    "```text",
                    *wrap(
                        room.said(entry), 100, subsequent_indent="  ", break_on_hyphens=False, break_long_words=False
                    ),
                    "```",
                    "",
                    entry["do"].strip(),
                )


class Room:
    """A folder with the pack and a repository of scaffolds; errors are caused in copies of it."""

    def __init__(self, folder: Path) -> None:
        """Make both."""
        self.folder = folder
        self.environment = os.environ | clean_environment(folder / "home") | {"COLUMNS": "1000", "NO_COLOR": "1"}
        for name, text in {
            "dativo-generator": f'exec {sys.executable} -m dativo_generator "$@"',
            "copier": f'exec {sys.executable} -m copier "$@"',
            "copier-without-its-extension": f'exec {sys.executable} -c {shlex.quote(_WITHOUT)} "$@"',
        }.items():
            (folder / "bin").mkdir(exist_ok=True)
            (folder / "bin" / name).write_text(f"#!/bin/sh\n{text}\n", encoding="utf-8")
            (folder / "bin" / name).chmod(0o755)
        self.pack = folder / "dativo-generator"
        self.environment |= {
            "DATIVO_TEMPLATE": str(self.pack),
            "PATH": f"{folder / 'bin'}{os.pathsep}{os.environ['PATH']}",
            "PYTHONPATH": str(ROOT / "extensions"),
            "PYTHONWARNINGS": "ignore",
        }
        scaffolds = {"stripe_customers": load_answers(ROOT / "examples" / "stripe_customers.yml")}
        scaffolds["charges"] = RENAMED["charges"]
        with patch.dict(os.environ, clean_environment(folder / "home")):
            release_history(self.pack)
            self.repository = build(self.pack, folder / "acme-ingest", TAGS[0], scaffolds)
        (folder / "base.yml").write_text(yaml.safe_dump(TROUBLES["base"]), encoding="utf-8")

    def said(self, entry: Mapping[str, Any]) -> str:
        """Cause the error of an entry, and return its line; raises `SystemExit` if nothing fails."""
        if "answers" in entry:
            answers = TROUBLES["base"] | entry["answers"]
            return self.refused({name: value for name, value in answers.items() if value is not None})
        here = self.folder / "try" / "acme-ingest"
        shutil.rmtree(here.parent, ignore_errors=True)
        shutil.copytree(self.repository, here, symlinks=True)
        for line in filter(None, (entry.get("prepare"), entry["run"])):
            line = line.replace("FILE", FILE).replace("PACK", str(self.pack))
            line = line.replace("BASE", str(self.folder / "base.yml"))
            done = subprocess.run(
                ["sh", "-c", line],
                cwd=here,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
            )
        if not done.returncode:
            raise SystemExit(f"troubleshooting: {entry['title']}: nothing failed\n{done.stdout}{done.stderr}")
        lines = [line.strip() for line in (done.stdout + done.stderr).splitlines() if line.strip()]
        line = next(line for line in reversed(lines) if re.search(entry.get("says", ""), line))
        return line.replace(str(self.folder), "")

    def refused(self, answers: dict[str, Any]) -> str:
        """Return the error of `copier copy` for wrong answers; raises `SystemExit` if they are accepted."""
        try:
            run_copy(
                str(self.pack), self.folder / "new", answers, vcs_ref=TAGS[0], defaults=True, unsafe=True, quiet=True
            )
        except UserMessageError as error:
            return str(error)
        raise SystemExit(f"troubleshooting: nothing is wrong with {answers}")
