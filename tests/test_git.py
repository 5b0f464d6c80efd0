"""Git is called in one way: in the given folder, without settings from the environment or a repository."""

import os
import subprocess
from pathlib import Path
from typing import Any

import pytest

from dativo_generator.base import git as module
from dativo_generator.base.git import CLONE_PATIENCE, PATIENCE, GitError, attempt, clean, git, without_filters

DROPPED = ["GIT_DIR", "GIT_INDEX_FILE", "GIT_WORK_TREE", "GIT_CONFIG_COUNT", "GIT_CONFIG_KEY_0", "GIT_EXTERNAL_DIFF"]
DROPPED += ["GIT_OBJECT_DIRECTORY", "GIT_CEILING_DIRECTORIES", "GIT_CONFIG", "GIT_SSHX", "GIT_", "GIT_ssh"]
KEPT = ["GIT_ASKPASS", "GIT_SSH", "GIT_SSH_COMMAND", "GIT_SSH_VARIANT", "GIT_TERMINAL_PROMPT", "GIT_ALLOW_PROTOCOL"]
KEPT += ["GIT_SSL_CAINFO", "GIT_HTTP_USER_AGENT", "GIT_PROXY_SSL_CERT", "GIT_TRACE", "GIT_TRACE2", "GIT_CONFIG_GLOBAL"]
KEPT += ["GIT_CONFIG_SYSTEM", "GIT_CONFIG_NOSYSTEM", "PATH", "MY_GIT_DIR", "git_dir"]


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    git(tmp_path, "init", "--quiet")
    return tmp_path


@pytest.fixture
def called(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """Return how the next process is called, which is not run."""
    how: dict[str, Any] = {}

    def run(command: list[str], **options: Any) -> subprocess.CompletedProcess[bytes]:
        how.update(options, command=command)
        return subprocess.CompletedProcess(command, how.get("status", 0), b"out", how.get("err", b""))

    monkeypatch.setattr(subprocess, "run", run)
    return how


@pytest.mark.parametrize("name", DROPPED)
def test_where_a_repository_is_comes_from_no_variable(name: str) -> None:
    assert clean({name: "x"}) == {}


@pytest.mark.parametrize("name", KEPT)
def test_how_to_reach_one_is_the_users(name: str) -> None:
    assert clean({name: "x"}) == {name: "x"}


def test_a_process_gets_the_clean_environment(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_DIR", "/nowhere")
    found = git(repository, "rev-parse", "--git-dir").decode().strip()
    assert found == ".git"


def test_variables_are_added(repository: Path) -> None:
    said = git(repository, "var", "GIT_AUTHOR_IDENT", variables={"GIT_AUTHOR_NAME": "Me", "GIT_AUTHOR_EMAIL": "me@x"})
    assert said.startswith(b"Me <me@x>")


def test_settings_stand_before_the_command(repository: Path) -> None:
    assert git(repository, "config", "x.y", settings=("-c", "x.y=z")) == b"z\n"


def test_no_hook_monitor_or_pager_runs(repository: Path) -> None:
    for name, value in (("core.hooksPath", "x"), ("core.fsmonitor", "x"), ("core.pager", "x")):
        git(repository, "config", "--local", name, value)
    seen = [git(repository, "config", name).decode().strip() for name in ("core.hooksPath", "core.fsmonitor")]
    assert [*seen, git(repository, "config", "core.pager")] == [os.devnull, "false", b"cat\n"]


def test_input_is_given(repository: Path) -> None:
    assert git(repository, "stripspace", input=b"x \n") == b"x\n"
    assert attempt(repository, "hash-object", "--stdin", input=b"").stdout.startswith(b"e69de29")


def test_without_input_there_is_none(called: dict[str, Any], tmp_path: Path) -> None:
    git(tmp_path, "x")
    assert (called["stdin"], called["input"]) == (subprocess.DEVNULL, None)
    called.clear()
    git(tmp_path, "x", input=b"y")
    assert ("stdin" in called, called["input"]) == (False, b"y")


def test_a_process_ends_in_time(called: dict[str, Any], tmp_path: Path) -> None:
    git(tmp_path, "x")
    assert (called["timeout"], called["cwd"], called["capture_output"]) == (PATIENCE, tmp_path, True)
    attempt(tmp_path, "x")
    assert called["timeout"] == PATIENCE == 120
    git(tmp_path, "x", patience=CLONE_PATIENCE)
    assert called["timeout"] == 1800


def test_what_is_apart_has_a_group_of_its_own(called: dict[str, Any], tmp_path: Path) -> None:
    for run in (git, attempt):
        run(tmp_path, "x")
        assert "process_group" not in called
        run(tmp_path, "x", apart=True)
        assert called.pop("process_group") == 0


def test_elsewhere_there_are_no_groups(called: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(module.os, "name", "nt")
        git(tmp_path, "x", apart=True)
    assert "process_group" not in called


@pytest.mark.parametrize(
    ("err", "said"),
    [
        (b"warning\nfatal: no\nhint: x\n", '"fatal: no"'),
        (b"", "nothing"),
        (b"\n \n", "nothing"),
        (b"\xff\n", '"\N{REPLACEMENT CHARACTER}"'),
    ],
)
def test_the_last_line_of_an_error_is_told(err: bytes, said: str, called: dict[str, Any], tmp_path: Path) -> None:
    called.update(status=1, err=err)
    with pytest.raises(GitError) as error:
        git(tmp_path, "log", "x")
    assert str(error.value) == f"see what is wrong with git -C {tmp_path} status; Git's log said: {said}"


def test_an_attempt_may_fail(tmp_path: Path) -> None:
    done = attempt(tmp_path, "nothing-of-that-name")
    assert done.returncode == 1 and b"is not a git command" in done.stderr


def test_without_git(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(GitError, match=r"^install Git, and put it on the PATH; there is no git$"):
        attempt(tmp_path, "log")


def test_without_a_folder(tmp_path: Path) -> None:
    with pytest.raises(GitError, match=rf"^{tmp_path}/x: is not a folder$"):
        attempt(tmp_path / "x", "log")


def test_what_does_not_end_is_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def run(command: list[str], timeout: float, **how: Any) -> None:
        raise subprocess.TimeoutExpired(command, timeout)

    monkeypatch.setattr(subprocess, "run", run)
    with pytest.raises(GitError, match=r"^try again, .*; Git's log took more than 0\.5 seconds$"):
        attempt(tmp_path, "log", "x", patience=0.5)


# What a filter may be called in the settings of a repository.
NAMES = ["a", "b.c", "a=b", "\udcff", "é", "lfs"]


@pytest.mark.parametrize("kind", ["clean", "process"])
@pytest.mark.parametrize("name", NAMES)
def test_a_filter_of_a_repository_does_not_run(name: str, kind: str, repository: Path) -> None:
    mark = repository / "ran"
    with (repository / ".git" / "config").open("ab") as config:
        config.write(os.fsencode(f'[filter "{name}"]\n\t{kind} = touch {mark}\n\trequired = true\n'))
    (repository / "x").write_bytes(b"x")
    git(repository, "add", "x")
    (repository / ".gitattributes").write_bytes(os.fsencode(f"x filter={name}\n"))
    (repository / "x").write_bytes(b"y")
    assert git(repository, "status", "--porcelain", variables=without_filters(repository)).splitlines()[0] == b"AM x"
    assert not mark.exists()


def settings_of(variables: dict[str, str]) -> dict[str, str]:
    count = int(variables["GIT_CONFIG_COUNT"])
    assert len(variables) == 1 + 2 * count
    return {variables[f"GIT_CONFIG_KEY_{n}"]: variables[f"GIT_CONFIG_VALUE_{n}"] for n in range(count)}


def test_filters_of_a_repository_are_turned_off(repository: Path) -> None:
    assert settings_of(without_filters(repository)) == {}
    (repository / ".git" / "more").write_text('[filter "b.c"]\n\tprocess = evil = b\n')
    git(repository, "config", "--local", "extensions.worktreeConfig", "true")
    git(repository, "config", "--worktree", "filter.tree.clean", "evil")
    for name, value in {
        "filter.a.clean": "evil\ntwo",
        "filter.a.smudge": "evil",
        "filter.a.required": "true",
        "filter.lfs.clean": "git-lfs clean -- %f",
        "filter.lfs.process": "git-lfs filter-process",
        "filter.lfs2.clean": "git-lfs clean -- %f; evil",
        "include.path": "more",
        "filterx.a.clean": "x",
        "x.filter.a.clean": "x",
        "filter.a.cleanx": "x",
    }.items():
        git(repository, "config", "--local", name, value)
    off = {"filter.a", "filter.lfs2", "filter.tree"}
    assert settings_of(without_filters(repository)) == {
        **{f"{name}.clean": "" for name in off},
        **{f"{name}.required": "false" for name in (*off, "filter.b.c")},
        "filter.b.c.process": "",
    }


def test_filters_of_the_user_stay(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (repository / "mine").write_text('[filter "a"]\n\tclean = mine\n')
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(repository / "mine"))
    assert git(repository, "config", "filter.a.clean") == b"mine\n"
    assert settings_of(without_filters(repository)) == {}
