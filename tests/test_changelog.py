"""The changelog has the form of Keep a Changelog, each version has upgrade notes, and a script cuts a version."""

import importlib.util
import sys
from datetime import date
from pathlib import Path

import pytest

from support import ROOT

_spec = importlib.util.spec_from_file_location("changelog", ROOT / ".ci" / "changelog.py")
changelog = importlib.util.module_from_spec(_spec)
sys.modules["changelog"] = changelog
_spec.loader.exec_module(changelog)

TODAY = date(2026, 3, 14)
SOUND = """\
# Changelog

What changes.

## [Unreleased]

### Upgrading

Run `validate`.

### Added

- A connector.

## [1.2.0+acme.1] - 2026-02-02

### Upgrading

Nothing changes.

## [1.1.0] - 2026-01-31

### Upgrading

Jobs change.

### Fixed

- A default.
"""


@pytest.mark.parametrize("path", sorted(ROOT.glob("CHANGELOG*.md")), ids=lambda path: path.name)
def test_the_changelog_is_in_form(path: Path) -> None:
    assert list(changelog.problems(path.read_text(encoding="utf-8"))) == []


def test_what_is_sound_is_so_before_the_damage() -> None:
    assert list(changelog.problems(SOUND)) == []


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("## [Unreleased]", "## [1.3.0] - 2026-03-01", "begin with '## [Unreleased]'"),
        ("[1.1.0] - 2026-01-31", "[1.1.0] - 2026-02-28", "put the newest version first"),
        ("[1.1.0] -", "[1.2.0+acme.1] -", "1.2.0+acme.1: write one section for it, not 2"),
        ("[1.1.0] -", "[release-1] -", "release-1: is no version like 1.2.0"),
        ("2026-01-31", "31.01.2026", "1.1.0: write its date like 2026-01-31, not '31.01.2026'"),
        (
            "### Upgrading\n\nJobs change.\n\n",
            "",
            "1.1.0: begin with '### Upgrading': what an update does to a repository",
        ),
        (
            "### Upgrading\n\nRun `validate`.\n\n",
            "",
            "Unreleased: begin with '### Upgrading': what an update does to a repository",
        ),
        ("Jobs change.\n", "", "1.1.0: 'Upgrading' is empty"),
        (
            "### Fixed",
            "### Repaired",
            "1.1.0: 'Repaired' is no group (known: Upgrading, Added, Changed, Deprecated, Removed, Fixed, Security)",
        ),
    ],
)
def test_what_is_out_of_form_is_one_line(old: str, new: str, problem: str) -> None:
    assert old in SOUND
    assert problem in list(changelog.problems(SOUND.replace(old, new, 1)))


def test_a_heading_that_is_none_is_shown() -> None:
    with pytest.raises(changelog.ChangelogError, match=r"write '## \[1.2.0\] - 2026-01-31' or .*: ## 1.1.0"):
        list(changelog.problems(SOUND.replace("## [1.1.0]", "## 1.1.0")))


def test_nothing_unreleased_is_in_form() -> None:
    head, rest = SOUND.split("### Upgrading\n\nRun", 1)
    assert list(changelog.problems(f"{head}\n## [1.2.0+acme.1]{rest.split('## [1.2.0+acme.1]', 1)[1]}")) == []


def test_a_cut_gives_what_is_unreleased_a_version_and_a_date() -> None:
    after = changelog.cut(SOUND, "1.2.0", TODAY)
    assert list(changelog.problems(after)) == []
    first, new, *_ = changelog.sections(after)
    assert (first.version, first.text) == ("Unreleased", "")
    assert (new.version, new.date) == ("1.2.0", "2026-03-14")
    assert new.text == changelog.notes(after, "1.2.0") == changelog.sections(SOUND)[0].text


@pytest.mark.parametrize(
    ("version", "text", "problem"),
    [
        ("v1.2.0", SOUND, "give a version like 1.2.0, or 1.2.0+acme.1, not 'v1.2.0'"),
        ("1.2", SOUND, "give a version like 1.2.0, or 1.2.0+acme.1, not '1.2'"),
        ("1.1.0", SOUND, "choose another version: CHANGELOG.md has 1.1.0"),
        ("1.3.0", changelog.cut(SOUND, "1.2.0", TODAY), "CHANGELOG.md: write under 'Unreleased' what is new"),
        ("1.3.0", SOUND.replace("### Fixed", "### Repaired"), "CHANGELOG.md: 1.1.0: 'Repaired' is no group"),
    ],
)
def test_what_cannot_be_cut_is_one_line(version: str, text: str, problem: str) -> None:
    with pytest.raises(changelog.ChangelogError) as error:
        changelog.cut(text, version, TODAY)
    assert str(error.value).startswith(problem)


PROJECT = '[project]\nname = "x"\nversion = "1.2.0"\n'


def test_a_version_is_declared_in_the_project_and_one_of_a_companys_own_leaves_it() -> None:
    assert changelog.declare(PROJECT, "1.3.0") == PROJECT.replace("1.2.0", "1.3.0")
    assert changelog.declare(PROJECT, "1.2.0+acme.1") == PROJECT
    with pytest.raises(changelog.ChangelogError, match=r"call it 1\.2\.0\+acme\.2: pyproject\.toml is at 1\.2\.0"):
        changelog.declare(PROJECT, "1.1.0+acme.2")


@pytest.mark.parametrize(
    ("version", "name"),
    [("1.2.0", "CHANGELOG.md"), ("1.2.0rc1", "CHANGELOG.md"), ("1.2.0+acme.3", "CHANGELOG.acme.md")],
)
def test_a_companys_own_versions_are_in_a_changelog_of_its_own(version: str, name: str) -> None:
    assert changelog.changelog_of(version) == name
