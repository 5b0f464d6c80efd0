"""What is said when Git fails: what to do, and what Git said."""

import os
import re
import shlex
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from tempfile import gettempdir

import pytest

from dativo_generator.base.errors import printable
from dativo_generator.base.git import GitError, clean
from dativo_generator.base.git import git as run
from dativo_generator.base.git_failures import failure
from dativo_generator.base.paths import TEMPORARY
from dativo_generator.base.telling import wrapped
from fleets import Command
from support import git

HERE = Path("/re po")
URL = "https://example.com/x.git"
# What Git says on standard error where no test can have it said, and how the message begins.
SAID = {
    "fatal: detected dubious ownership in repository at '/a b'\nTo add an exception for this directory, call:\n\n"
    "\tgit config --global --add safe.directory '/a b'": "if you trust its owner, run git config --global --add "
    "safe.directory '/a b'; Git's fetch said: \"fatal: detected dubious ownership in repository at '/a b'\"",
    "fatal: unsafe repository ('/a' is owned by someone else)": "if you trust its owner, run git config --global --add "
    "safe.directory /a;",
    "error: file write error: No space left on device\nfatal: unable to write": "free space on the disk that df -h",
    "fatal: Unable to create '/a/.git/index.lock': Read-only file system": "use a folder on a file system that can be",
    "git@example.com: Permission denied (publickey).\nfatal: Could not read from remote repository.\n\nPlease make "
    "sure you have the correct access rights\nand the repository exists.": (
        f"log in, or ask for access, until this works: git ls-remote {URL}; "
        'Git\'s fetch said: "git@example.com: Permission denied (publickey)."'
    ),
    "fatal: unable to access 'https://a/': The requested URL returned error: 403": "log in, or ask for access",
    "fatal: unable to access 'https://a/': The requested URL returned error: 503": "check the network and the address",
    "fatal: unable to access 'https://a/': SSL certificate problem: self signed": "have Git trust the server's",
    "Host key verification failed.\nfatal: Could not read from remote repository.": "check the host's key",
    "fatal: unable to access 'https://a/': Could not resolve host: a": "check the network and the address",
    "ERROR: Repository not found.\nfatal: Could not read from remote repository.": "check the address, and ask for",
    "git: 'remote-foo' is not a git command. See 'git --help'.\n\nThe most similar command is\n\tremote-ftp": (
        "name the template by a path, or by a URL with https or ssh; Git's fetch said: \"git: 'remote-foo' is not a"
    ),
    "error: unknown option `no-write-fetch-head'\nusage: git fetch [<options>]\n\n    -v": (
        "install Git 2.31 or newer; yours is older, as git version shows; Git's fetch said: \"error: unknown option"
    ),
    "error: insufficient permission for adding an object": "allow your user to write there (see ls -ld '/re po')",
    "fatal: something new": f'see what is wrong with git ls-remote {URL}; Git\'s fetch said: "fatal: something new"',
    "": f"see what is wrong with git ls-remote {URL}; Git's fetch said: nothing",
}


@pytest.mark.parametrize("error", SAID)
def test_a_message_begins_with_what_to_do(error: str) -> None:
    assert failure("fetch", HERE, error.encode(), URL).startswith(SAID[error])


@pytest.mark.parametrize("inside", [".", "clone"])
@pytest.mark.parametrize(
    ("error", "remedy"),
    [
        ("fatal: No space left on device", "free space on the disk that df -h {temporary} shows;"),
        ("error: insufficient permission", "allow your user to write there (see ls -ld {temporary});"),
        ("fatal: index file corrupt", "run the command again;"),
        ("fatal: bad object", "run the command again;"),
        ("fatal: something new", "run the command again;"),
    ],
)
def test_no_message_sends_anybody_to_a_folder_that_will_be_gone(error: str, remedy: str, inside: str) -> None:
    temporary = Path(gettempdir()).resolve()
    said = failure("add", temporary / f"{TEMPORARY}merge" / inside, error.encode())
    assert said.startswith(remedy.format(temporary=shlex.quote(str(temporary))))


def test_a_repository_may_be_named_like_a_temporary_folder() -> None:
    there = HERE / f"{TEMPORARY}fork"
    assert failure("add", there, b"fatal: bad object").startswith(
        f"clone the repository again; it is damaged, as git -C '{there}'"
    )


@pytest.mark.parametrize("error", SAID)
def test_no_line_of_a_message_is_wide(error: str) -> None:
    lines = wrapped(f"Error: {failure('fetch', HERE, error.encode(), URL)}")
    assert [line for line in lines if len(line) > 76 and not line.strip().startswith("git ")] == []


def lock(repository: Path) -> None:
    (repository / ".git" / "index.lock").touch()


def config(repository: Path) -> None:
    with (repository / ".git" / "config").open("a") as file:
        file.write("[core\n")


def index(repository: Path) -> None:
    (repository / ".git" / "index").write_text("junk")


def objects(repository: Path) -> None:
    for folder in (repository / ".git" / "objects").iterdir():
        shutil.rmtree(folder)


def unborn(repository: Path) -> None:
    git(repository, "checkout", "--quiet", "--orphan", "other")


def bare(repository: Path) -> None:
    git(repository, "config", "core.bare", "true")


def gone(repository: Path) -> None:
    shutil.rmtree(repository / ".git")
    (repository / ".git").write_text("gitdir: /nowhere\n")


# What is done to a repository, the Git command that fails then, and what is said, with the folder as {here}.
CAUSED: dict[str, tuple[Callable[[Path], None], tuple[str, ...], str]] = {
    "a lock": (lock, ("add", "."), "wait for the other Git command or, if none is running, remove its lock with rm "),
    "settings": (config, ("status",), "fix Git's settings, which git config --list shows"),
    "an index": (index, ("status",), "rebuild Git's index with git -C {here} read-tree HEAD"),
    "objects": (objects, ("status",), "clone the repository again; it is damaged, as git -C {here} fsck shows"),
    "no commit": (unborn, ("log",), "commit something first"),
    "bare": (bare, ("status",), "use a clone that has files; this repository is bare"),
    "no repository": (gone, ("status",), "restore {here}/.git from a clone, or create it with git init {here}"),
}


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    folder = tmp_path / "re po"
    folder.mkdir()
    (folder / "x").write_text("x\n")
    git(folder, "init", "--quiet")
    git(folder, "add", "x")
    git(folder, "commit", "--quiet", "--message", "x")
    return folder


@pytest.mark.parametrize("case", CAUSED)
def test_a_repository_that_git_cannot_use(case: str, repository: Path) -> None:
    damage, command, said = CAUSED[case]
    damage(repository)
    with pytest.raises(GitError) as error:
        run(repository, *command)
    assert str(error.value).startswith(said.format(here=shlex.quote(str(repository))))
    assert re.search(rf"; Git's {command[0]} said: \"(fatal|error): .+\"$", str(error.value))


@pytest.mark.parametrize("case", ["a lock", "an index"])
def test_what_is_suggested_can_be_pasted_and_helps(case: str, repository: Path) -> None:
    damage, command, _ = CAUSED[case]
    damage(repository)
    with pytest.raises(GitError) as error:
        run(repository, *command)
    pasted = re.search(r" with ((?:rm|git) .*?); Git's", str(error.value))
    assert pasted
    subprocess.run(["sh", "-c", pasted[1]], check=True, cwd="/")
    assert run(repository, *command) is not None


def test_a_message_of_git_is_english(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is recognized by its words, and the character set stays."""
    told: dict[str, dict[str, str]] = {}
    monkeypatch.setenv("LANGUAGE", "de")
    monkeypatch.setattr(
        subprocess, "run", lambda *_, env, **__: told.update(env=env) or subprocess.CompletedProcess([], 0)
    )
    run(repository, "status")
    assert told["env"] == clean(os.environ) | {"LANGUAGE": "en"}


# --- a template that cannot be used -----------------------------------------------------------------------------------


@pytest.fixture
def command(published: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Command:
    return Command(published, monkeypatch, capsys)


TEMPLATES = {
    "/nowhere/pack": "--template: name a folder or a URL; there is no folder /nowhere/pack",
    "plain": "--template: name a Git repository; {here}/plain is not one",
    "unborn": "{here}/unborn: commit the template, and tag a version like v1.0.0; it has no commits",
    "broken": "clone the repository again; it is damaged, as git -C {here}/broken fsck shows; Git's ",
    "http://127.0.0.1:9/x.git": "check the network and the address, until this works: git ls-remote "
    "http://127.0.0.1:9/x.git; Git's fetch said: \"fatal: unable to access 'http://127.0.0.1:9/x.git/': ",
}


@pytest.mark.parametrize("arguments", [("replay",), ("new", ".", "--defaults")], ids=lambda arguments: arguments[0])
@pytest.mark.parametrize("template", TEMPLATES)
def test_a_template_that_cannot_be_used_is_one_error(
    template: str, arguments: tuple[str, ...], command: Command, repository: Path
) -> None:
    here = repository.parent
    (here / "plain").mkdir()
    for name in ("unborn", "broken"):
        git(here, "init", "--quiet", name)
    git(here / "broken", "pull", "--quiet", str(repository), "HEAD")
    git(here / "broken", "tag", "v1.0.0")
    objects(here / "broken")
    command.monkeypatch.setenv(
        "DATIVO_TEMPLATE", template if ":" in template or template[0] == "/" else f"{here}/{template}"
    )
    result = command(repository, *arguments)
    assert (result.status, result.out) == (2, "")
    assert result.err.startswith(f"Error: {TEMPLATES[template].format(here=here)}") and result.err.count("\n") == 1
    assert result.err.rstrip("\n") == printable(result.err.rstrip("\n"))
