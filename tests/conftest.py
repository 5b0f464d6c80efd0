"""Fixtures: tests do not see the user's settings, and each worker copies the pack once."""

import os
import shutil
from collections.abc import Callable, Iterator, Mapping
from functools import cache, partial
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

import caches
from fleets import Command
from history import release_history
from support import Rendered, clean_environment, copy_pack, git, load_answers, release, render, render_in_memory

pytest_plugins = ["servers", "browser", "editor", "patience"]

# Use the same examples on every machine, so that a failure is about the change and not about the machine.
settings.register_profile(
    "repeatable", deadline=None, derandomize=True, max_examples=100, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("repeatable")


def pytest_xdist_auto_num_workers() -> int:
    """Use one worker more than there are cores: some tests wait for a server, a browser or a terminal."""
    return len(os.sched_getaffinity(0)) + 1 if hasattr(os, "sched_getaffinity") else (os.cpu_count() or 1)


@pytest.fixture(scope="session", autouse=True)
def _isolated(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Hide the user's git configuration and Copier settings, and share what all copies of this process compile."""
    with pytest.MonkeyPatch.context() as patch:
        for name, value in clean_environment(tmp_path_factory.mktemp("home")).items():
            patch.setenv(name, value)
        patch.delenv("COPIER_SETTINGS_PATH", raising=False)
        caches.install(patch, tmp_path_factory.mktemp("clones"))
        yield


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory, _isolated: None) -> Path:
    """Return the pack as a plain folder: without a clone, hundreds of renders are quick."""
    return copy_pack(tmp_path_factory.mktemp("pack"))


@pytest.fixture
def own_template(tmp_path: Path) -> Path:
    """Return a copy of the pack that a test may change."""
    return copy_pack(tmp_path / "pack")


@pytest.fixture(scope="session")
def published(tmp_path_factory: pytest.TempPathFactory, _isolated: None) -> Path:
    """Return a repository of the pack with the tag v1.0.0; not to be changed."""
    pack = copy_pack(tmp_path_factory.mktemp("published") / "pack")
    release(pack, "v1.0.0")
    git(pack, "repack", "-adq")
    return pack


@pytest.fixture
def released(published: Path, tmp_path: Path) -> Path:
    """Return a copy of `published` that a test may change."""
    return shutil.copytree(published, tmp_path / "pack", symlinks=True)


@pytest.fixture(scope="session")
def history(tmp_path_factory: pytest.TempPathFactory, _isolated: None) -> Path:
    """Return a repository of the pack with three releases, whose registries differ; not to be changed."""
    return release_history(tmp_path_factory.mktemp("history") / "pack")


@pytest.fixture
def command(history: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Command:
    """Return the command; it trusts the template with three releases."""
    return Command(history, monkeypatch, capsys)


@pytest.fixture(scope="session")
def in_memory(published: Path) -> Callable[[Mapping[str, Any]], Rendered]:
    """Render answers without writing them."""
    return partial(render_in_memory, published, "v1.0.0")


@pytest.fixture(scope="session")
def example(published: Path, tmp_path_factory: pytest.TempPathFactory) -> Callable[[Path], Rendered]:
    """Return a function that writes an example with Copier."""

    @cache
    def rendered(path: Path) -> Rendered:
        return render(published, tmp_path_factory.mktemp(path.stem) / "out", load_answers(path))

    return rendered


@pytest.fixture
def scaffolded(template: Path, tmp_path: Path) -> Callable[..., Rendered]:
    """Render answers, given by name, into a folder of their own."""

    def scaffold(**answers: Any) -> Rendered:
        return render(template, tmp_path / f"out{len(list(tmp_path.iterdir()))}", answers)

    return scaffold
