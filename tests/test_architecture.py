"""The pages for contributors are correct: paths, packages and terms exist, in the order of the layers."""

import re
import subprocess
import sys
import tomllib
from pathlib import Path
from xml.etree import ElementTree

import pytest

from support import PAGES, ROOT

PACKAGE = ROOT / "extensions" / "dativo_generator"
PACKAGES = sorted(path.parent.name for path in PACKAGE.glob("*/__init__.py"))
ARCHITECTURE = ROOT / "docs" / "architecture.md"
GLOSSARY = ROOT / "docs" / "glossary.md"
CONTRIBUTORS = [ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs" / "how-to").rglob("*.md"))]
# The folders of the pack whose paths a page may name; a destination has some of the same names.
OWN = ("extensions/", "questions/", "template/", "includes/", "benchmarks/", "tests/data/", "tests/golden/")
TERMS = re.findall(r"^- \*\*(.+?)\*\*: ", GLOSSARY.read_text(encoding="utf-8"), re.MULTILINE)


def described() -> list[str]:
    """List the packages that the page describes, in its order."""
    return re.findall(r"^\| `(\w+)` \|", ARCHITECTURE.read_text(encoding="utf-8"), re.MULTILINE)


def paths(page: Path) -> list[str]:
    """List what looks like a path on a page."""
    return re.findall(r"`([\w./-]+/[\w./-]*)`", page.read_text(encoding="utf-8"))


@pytest.mark.parametrize("page", CONTRIBUTORS, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_every_path_of_the_pack_on_a_page_is_there(page: Path) -> None:
    assert [path for path in paths(page) if path.startswith(OWN) and not (ROOT / path).exists()] == []


def test_every_path_of_the_architecture_is_there() -> None:
    """Paths of modules start at the package."""
    assert [path for path in paths(ARCHITECTURE) if not any((root / path).exists() for root in (ROOT, PACKAGE))] == []


def test_the_recipe_says_what_the_way_of_an_answer_begins_with() -> None:
    recipe, line = re.findall(r"`(connectors/\S+)` says `(.+?)`", ARCHITECTURE.read_text(encoding="utf-8"))[0]
    assert line in (ROOT / recipe).read_text(encoding="utf-8")


def test_every_package_is_described_once() -> None:
    assert sorted(described()) == PACKAGES


def test_the_picture_has_every_package_and_no_text_of_another_font() -> None:
    picture = (ROOT / "docs" / "assets" / "architecture.svg").read_text(encoding="utf-8")
    texts = [element.text for element in ElementTree.fromstring(picture).iter() if element.tag.endswith("}text")]
    assert [text for text in texts if text in PACKAGES] == described()
    assert set(re.findall(r'font-family="([^"]*)"', picture)) == {"sans-serif"}


def test_no_package_imports_from_one_above_it() -> None:
    linter = Path(sys.executable).with_name("lint-imports")
    done = subprocess.run([linter, "--no-cache"], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_terms_of_the_glossary_are_in_alphabetical_order() -> None:
    assert sorted(TERMS) == TERMS


@pytest.mark.parametrize("term", TERMS)
def test_a_term_of_the_glossary_is_used_elsewhere(term: str) -> None:
    pages = [page for page in PAGES if page != GLOSSARY]
    code = sorted(PACKAGE.rglob("*.py"))
    used = re.compile(r"\b" + r"\s+".join(term.split()), re.IGNORECASE)
    assert any(used.search(path.read_text(encoding="utf-8")) for path in [*pages, *code])


def test_every_package_is_installed() -> None:
    """An installation from a checkout that is edited has all of them anyway; a wheel has those that are named."""
    named = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["setuptools"]["packages"]
    there = {path.parent.relative_to(ROOT / "extensions") for path in (ROOT / "extensions").rglob("__init__.py")}
    assert {name for name in named if ".data." not in name} == {".".join(path.parts) for path in there}
