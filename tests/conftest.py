"""Fixtures: nothing of the user's settings reaches a test, and the pack is copied once per worker."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

import caches
from history import release_history
from support import Rendered, clean_environment, copy_pack, release, render

pytest_plugins = ["servers", "browser", "editor"]

# The same examples on every machine, however slow it is: a red test then speaks of the change that it stands on.
settings.register_profile("repeatable", deadline=None, derandomize=True, max_examples=100)
settings.load_profile("repeatable")


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
    """Give the pack as a plain folder: no clone, so that hundreds of renders are quick."""
    return copy_pack(tmp_path_factory.mktemp("pack"))


@pytest.fixture
def own_template(tmp_path: Path) -> Path:
    """Give a copy of the pack that a test may change."""
    return copy_pack(tmp_path / "pack")


@pytest.fixture
def released(own_template: Path) -> Path:
    """Give a repository of the pack with the tag v1.0.0."""
    release(own_template, "v1.0.0")
    return own_template


@pytest.fixture(scope="session")
def history(tmp_path_factory: pytest.TempPathFactory, _isolated: None) -> Path:
    """Give a repository of the pack with three releases, whose registries differ; not to be changed."""
    return release_history(tmp_path_factory.mktemp("history") / "pack")


@pytest.fixture
def scaffolded(template: Path, tmp_path: Path) -> Callable[..., Rendered]:
    """Render answers, given by name, into a folder of their own."""

    def scaffold(**answers: Any) -> Rendered:
        return render(template, tmp_path / f"out{len(list(tmp_path.iterdir()))}", answers)

    return scaffold
