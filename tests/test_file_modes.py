"""Copier asks Git once per run, and not once per file, whether a repository ignores the modes of files."""

from pathlib import Path

import pytest

from dativo_generator.base import git as git_module
from dativo_generator.questionnaire import file_modes
from support import SHORT_PATH, git, render


class Worker:
    """What is used of Copier's worker: the folder, and the method that is called after each file."""

    def __init__(self, folder: Path) -> None:
        self.subproject = type("Subproject", (), {"local_abspath": folder})()
        self.synced: list[str] = []

    def _sync_git_index_executable_bit(self, path: str, mode: int) -> None:
        self.synced.append(path)


@pytest.fixture
def worker(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Worker:
    copier = type("Module", (), {"Worker": type("Worker", (Worker,), dict(vars(Worker)))})()
    monkeypatch.setitem(file_modes.sys.modules, "copier._main", copier)
    file_modes.adapt()
    file_modes.adapt()
    git(tmp_path, "init", "--quiet")
    return copier.Worker(tmp_path)


def asked(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, ...]]:
    """List the commands that Git is asked to run from now on."""
    commands: list[tuple[str, ...]] = []
    attempt = git_module.attempt

    def noted(folder: Path, *arguments: str, **how: object) -> object:
        commands.append(arguments)
        return attempt(folder, *arguments, **how)

    monkeypatch.setattr(file_modes, "attempt", noted)
    return commands


@pytest.mark.parametrize("setting", ["true", "yes", None])
def test_git_is_asked_once_where_modes_count(
    worker: Worker, monkeypatch: pytest.MonkeyPatch, setting: str | None
) -> None:
    folder = worker.subproject.local_abspath
    git(folder, "config", *(("core.fileMode", setting) if setting else ("--unset", "core.fileMode")))
    commands = asked(monkeypatch)
    for path in ("a.yaml", "b.yaml"):
        worker._sync_git_index_executable_bit(path, 0o644)
    assert (worker.synced, len(commands)) == ([], 1)


def test_copier_sees_to_each_file_where_modes_are_ignored(worker: Worker, monkeypatch: pytest.MonkeyPatch) -> None:
    git(worker.subproject.local_abspath, "config", "core.fileMode", "off")
    commands = asked(monkeypatch)
    for path in ("a.yaml", "b.yaml"):
        worker._sync_git_index_executable_bit(path, 0o644)
    assert (worker.synced, len(commands)) == (["a.yaml", "b.yaml"], 1)


def test_copier_sees_to_each_file_where_git_cannot_be_asked(worker: Worker, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    worker._sync_git_index_executable_bit("a.yaml", 0o644)
    assert worker.synced == ["a.yaml"]


def test_the_environment_of_git_counts_as_for_copier(worker: Worker, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in (("COUNT", "1"), ("KEY_0", "core.fileMode"), ("VALUE_0", "false")):
        monkeypatch.setenv(f"GIT_CONFIG_{name}", value)
    worker._sync_git_index_executable_bit("a.yaml", 0o644)
    assert worker.synced == ["a.yaml"]


def test_each_run_asks_for_itself(worker: Worker, monkeypatch: pytest.MonkeyPatch) -> None:
    commands = asked(monkeypatch)
    for one in (worker, type(worker)(worker.subproject.local_abspath)):
        one._sync_git_index_executable_bit("a.yaml", 0o644)
    assert len(commands) == 2


@pytest.mark.parametrize("module", [None, type("Module", (), {"Worker": type("Worker", (), {})})])
def test_another_copier_stays_as_it_is(module: object, monkeypatch: pytest.MonkeyPatch) -> None:
    if module:
        monkeypatch.setitem(file_modes.sys.modules, "copier._main", module)
    else:
        monkeypatch.delitem(file_modes.sys.modules, "copier._main", raising=False)
    file_modes.adapt()


def test_a_copy_starts_git_as_often_for_many_files_as_for_few(
    template: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    counts = []
    for objects in (["customers"], ["customers", "invoices"]):
        trace = tmp_path / f"{len(objects)}.txt"
        monkeypatch.setenv("GIT_TRACE2_EVENT", str(trace))
        render(template, tmp_path / str(len(objects)), SHORT_PATH | {"objects": objects})
        counts.append(trace.read_text(encoding="utf-8").count('"config"'))
    assert counts[0] == counts[1]
