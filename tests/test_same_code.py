"""Which package a release loads: the code of each version once, and never that of another version."""

import runpy
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

import dativo_generator
from support import ROOT

_PACKAGE = "extensions/dativo_generator"


@pytest.fixture(autouse=True)
def _unload() -> Iterator[None]:
    """Forget what a test has loaded."""
    before = set(sys.modules)
    yield
    for name in set(sys.modules) - before:
        del sys.modules[name]


def released(folder: Path, changed: str = "") -> Path:
    """Create a checkout of the extensions in `folder`, not compiled; `changed` is a file that differs there."""
    shutil.copytree(ROOT / "extensions", folder / "extensions", ignore=shutil.ignore_patterns("__pycache__"))
    if changed:
        path = folder / _PACKAGE / changed
        path.write_text(path.read_text(encoding="utf-8") + "# Changed.\n", encoding="utf-8")
    return folder


def loaded(folder: Path) -> ModuleType:
    """Return the package that the extensions in `folder` load."""
    return runpy.run_path(str(folder / "extensions" / "dativo.py"))["_package"]


def test_a_release_with_the_installed_code_uses_it(tmp_path: Path) -> None:
    assert loaded(released(tmp_path)) is dativo_generator


def test_the_installed_code_is_found_before_it_is_loaded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in sys.modules if name.partition(".")[0] == "dativo_generator"]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.syspath_prepend(str(ROOT / "extensions"))
    package = loaded(released(tmp_path))
    assert package.__name__ == "dativo_generator"
    assert Path(package.__file__).parent == ROOT / _PACKAGE


@pytest.mark.parametrize("changed", ["__init__.py", "plan/plan.py"])
def test_a_release_with_other_code_has_a_package_of_its_own(tmp_path: Path, changed: str) -> None:
    package = loaded(released(tmp_path, changed))
    assert Path(package.__file__).parent == tmp_path / _PACKAGE
    modules = [name for name in sys.modules if name.startswith(f"{package.__name__}.")]
    assert modules
    assert all(Path(sys.modules[name].__file__).is_relative_to(tmp_path) for name in modules)


def test_a_release_with_one_file_less_has_a_package_of_its_own(tmp_path: Path) -> None:
    (released(tmp_path) / _PACKAGE / "__main__.py").unlink()
    assert loaded(tmp_path) is not dativo_generator


def test_two_releases_with_the_same_code_share_it(tmp_path: Path) -> None:
    one, two = (released(tmp_path / name, "__init__.py") for name in ("one", "two"))
    assert loaded(one) is loaded(two)


def test_code_that_is_gone_is_not_shared(tmp_path: Path) -> None:
    one, two = (released(tmp_path / name, "__init__.py") for name in ("one", "two"))
    gone = loaded(one)
    shutil.rmtree(one)
    assert loaded(two) is not gone


@pytest.mark.parametrize(("name", "kept"), [("copier._vcs.clone.x1y2", False), ("pack", True)])
def test_compiled_modules_are_kept_where_the_folder_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, kept: bool
) -> None:
    folder = released(tmp_path / name, "__init__.py")
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    loaded(folder)
    assert any(folder.rglob("*.pyc")) == kept
    assert not sys.dont_write_bytecode


def test_compiled_modules_of_the_installed_code_are_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in sys.modules if name.partition(".")[0] == "dativo_generator"]:
        monkeypatch.delitem(sys.modules, name)
    installed = released(tmp_path / "installed") / "extensions"
    clone = released(tmp_path / "copier._vcs.clone.x1y2")
    monkeypatch.syspath_prepend(str(installed))
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    loaded(clone)
    assert any(installed.rglob("*.pyc"))
    assert not any(clone.rglob("*.pyc"))
