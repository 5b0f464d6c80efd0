"""The lock has what pyproject.toml asks for, by name, version and hash, and names no place to fetch it from."""

import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from support import ROOT

PROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
NAME, GROUPS = PROJECT["project"]["name"], PROJECT["dependency-groups"]
LOCKS = {
    "requirements.lock": [*PROJECT["project"]["dependencies"], f"{NAME}[test]", *PROJECT["build-system"]["requires"]],
    ".ci/tools.lock": [*GROUPS["ci"], *PROJECT["build-system"]["requires"]],
}
LINE = re.compile(r"#.*|(?P<pin>[a-z0-9-]+==[^ ;]+)(?P<marker> ; [^\\]+)? \\|    --hash=sha256:[0-9a-f]{64}(?: \\)?")


def asked(requirements: list[str]) -> Iterator[Requirement]:
    """Yield requirements, those of the project's own extras one by one."""
    for requirement in map(Requirement, requirements):
        if canonicalize_name(requirement.name) != NAME:
            yield requirement
        for extra in requirement.extras if canonicalize_name(requirement.name) == NAME else ():
            yield from asked(PROJECT["project"]["optional-dependencies"][extra])


def pins(lock: str) -> dict[str, list[str]]:
    """Return the versions of each package; several where they depend on the Python."""
    found: dict[str, list[str]] = {}
    for match in re.finditer(r"^([a-z0-9-]+)==([^ ;]+)", (ROOT / lock).read_text(encoding="utf-8"), re.MULTILINE):
        found.setdefault(match[1], []).append(match[2])
    return found


@pytest.mark.parametrize("lock", LOCKS)
def test_everything_that_is_asked_for_is_locked(lock: str) -> None:
    locked = pins(lock)
    for requirement in asked(LOCKS[lock]):
        versions = locked.get(canonicalize_name(requirement.name), [])
        assert versions, f"{requirement}: run make lock"
        for version in versions:
            assert requirement.specifier.contains(version), f"{requirement} is locked as {version}: run make lock"


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_holds_names_versions_and_hashes_alone(lock: str) -> None:
    """Who installs says from where: no index, no URL, no path."""
    lines = (ROOT / lock).read_text(encoding="utf-8").splitlines()
    assert [line for line in lines if not LINE.fullmatch(line)] == []
    assert [line for line, next_ in pairwise(lines) if "==" in line and "--hash" not in next_] == []


def test_what_builds_is_said_once() -> None:
    assert GROUPS["build"] == PROJECT["build-system"]["requires"]


def test_nothing_is_installed_without_its_hash() -> None:
    """Every call of pip in the scripts of CI and the Makefile, but for the project itself, which needs nothing then."""
    for path in (ROOT / "Makefile", *(ROOT / ".ci").iterdir(), *(ROOT / ".github" / "workflows").iterdir()):
        for line in path.read_text(encoding="utf-8").replace("\\\n", "").splitlines():
            if "pip install" in line.replace("$(PIP)", "pip install") and not line.startswith("PIP :="):
                assert "--require-hashes" in line or "--no-deps --no-build-isolation" in line, f"{path.name}: {line}"


@pytest.mark.parametrize("tag", ["v0.0.0", "0.1.0", "v", f"v{PROJECT['project']['version']}.post1"])
def test_a_tag_that_is_not_the_version_is_no_release(tag: str, tmp_path: Path) -> None:
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "python").symlink_to(sys.executable)
    command = [ROOT / ".ci" / "release", tag, tmp_path, tmp_path / "dist"]
    done = subprocess.run(command, text=True, capture_output=True)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith(f"Error: tag v{PROJECT['project']['version']}, or change the version")
    assert not (tmp_path / "dist").exists()
