"""A folder that holds a destination, and around it files that no command may touch."""

import hashlib
import os
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from copier._cli import CopierApp

import caches
from dativo_generator.cli.app import main as dativo
from dativo_generator.fleet.release import Release
from dativo_generator.fleet.source import Source
from support import clean_environment, copy_pack, git, release

from .children import Done, run

TAG = "v1.0.0"
# What may change outside the destination, besides temporary files: Copier's cache of templates.
_FREE = ("home/cache",)
# The parts of `.git` that Git would run or obey.
_OBEYED = ("config", "hooks", "info", "modules", "attributes")


@dataclass(frozen=True)
class Published:
    """A repository of the pack with one release, and that release, loaded."""

    template: Path
    release: Release
    commit: str

    def render(self, answers: Mapping[str, Any]) -> Mapping[str, bytes]:
        """Return the files that answers give."""
        complete = self.release.completed(answers, "")
        return self.release.render(complete, str(self.template), TAG).files


@contextmanager
def published(folder: Path) -> Iterator[Published]:
    """Release the pack's working tree; until the end, all copies in this process share their compiled modules."""
    template = copy_pack(folder / "pack")
    release(template, TAG)
    commit = git(template, "rev-parse", "HEAD").strip()
    for name in ("clones", "checkouts"):
        (folder / name).mkdir()
    with pytest.MonkeyPatch.context() as patch:
        caches.install(patch, folder / "clones")
        loaded = Release(Source(str(template), folder / "checkouts").checkout(commit))
        yield Published(template, loaded, commit)


@dataclass
class Sandbox:
    """The folder: `repository` is the destination, `outside` is beside it, and `work` is where a command may run."""

    root: Path
    template: Path
    before: dict[str, str] = field(default_factory=dict)
    # The files of the destination as the last command found them.
    given: dict[str, bytes] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Make everything except the repository."""
        for name in ("home", "tmp", "logs", "outside", "work"):
            (self.root / name).mkdir(parents=True)
        self.environment = clean_environment(self.root / "home") | {
            "TMPDIR": str(self.root / "tmp"),
            "DATIVO_TEMPLATE": str(self.template),
            "LC_ALL": "C.UTF-8",
        }
        for name in ("x", "home/x", "home/.bashrc", "outside/x", "work/x"):
            (self.root / name).write_text("as it was\n")

    @property
    def repository(self) -> Path:
        """The destination."""
        return self.root / "repository"

    @property
    def outside(self) -> Path:
        """A folder that no command may touch."""
        return self.root / "outside"

    def commit(self, files: Mapping[str, bytes]) -> None:
        """Write files into the repository, which is made if necessary, and commit everything."""
        write(self.repository, files)
        if not (self.repository / ".git").exists():
            git(self.repository, "init", "--quiet", "--initial-branch=main")
        git(self.repository, "add", "--all")
        git(self.repository, "commit", "--quiet", "--allow-empty", "--message=as it was")

    def watch(self) -> None:
        """Remember the state of everything outside."""
        self.before = self._around()

    def copier(self, *arguments: str, inside: bool = False) -> Done:
        """Run ``copier``, outside the repository or `inside`."""
        cwd = self.repository if inside else self.root / "work"
        return self._run(lambda: CopierApp.run(["copier", *arguments]), cwd)

    def dativo(self, *arguments: str) -> Done:
        """Run ``dativo-generator`` in the repository."""
        return self._run(lambda: dativo(arguments), self.repository)

    def strayed(self) -> list[str]:
        """List what has changed since `watch`: outside the repository, or in what Git obeys in it."""
        after = self._around()
        return sorted(name for name in after.keys() | self.before.keys() if after.get(name) != self.before.get(name))

    def files(self) -> dict[str, bytes]:
        """Return the content of the destination's files by path; the content of a link is the path it leads to."""
        found = {}
        for path in _below(self.repository):
            name = path.relative_to(self.repository)
            if name.parts[0] != ".git" and (path.is_symlink() or not path.is_dir()):
                found[str(name)] = _content(path)
        return found

    def remove(self) -> None:
        """Remove everything."""
        shutil.rmtree(self.root, ignore_errors=True)

    def _run(self, main: Callable[[], object], cwd: Path) -> Done:
        self.given = self.files()
        return run(main, cwd, self.environment, self.root / "logs")

    def _around(self) -> dict[str, str]:
        watched = [self.root / name for name in ("x", "home", "outside", "work")]
        watched += [self.repository / ".git" / name for name in _OBEYED]
        found = {path.name: "new" for path in self.root.iterdir() if path != self.repository}
        for path in (inner for start in watched for inner in (start, *_below(start))):
            name = str(path.relative_to(self.root))
            if not name.startswith(_FREE):
                found[name] = hashlib.sha256(_content(path)).hexdigest()
        return found


def _below(start: Path) -> Iterator[Path]:
    for folder, folders, names in os.walk(start):
        yield from (Path(folder, name) for name in (*folders, *names))


def write(folder: Path, files: Mapping[str, bytes]) -> None:
    """Write files by path."""
    for path, content in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(content)


def _content(path: Path) -> bytes:
    if path.is_symlink():
        return b"-> " + os.fsencode(path.readlink())
    if path.is_file():
        return path.read_bytes()
    return b"a folder" if path.is_dir() else b"a pipe, or nothing"
