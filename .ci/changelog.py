#!/usr/bin/env python3
"""Read CHANGELOG.md: whether it is in form, what a version changes, and the new heading when a version is cut.

.ci/changelog.py check            say what is wrong with its form
.ci/changelog.py notes VERSION    print what stands under a version, for its release
.ci/changelog.py cut VERSION      give what is unreleased this version and today's date, here and in pyproject.toml
"""

import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
UNRELEASED = "Unreleased"
# What every version has, and it comes first: what an update does to a repository.
UPGRADING = "Upgrading"
GROUPS = (UPGRADING, "Added", "Changed", "Deprecated", "Removed", "Fixed", "Security")
# With a local label, as in 1.2.0+acme.1, in the packs that companies make of this one.
VERSION = re.compile(r"\d+\.\d+\.\d+(?:(?:a|b|rc)\d+)?(?:\+[a-z0-9]+(?:\.[a-z0-9]+)*)?")
_HEADING = re.compile(r"## \[([^]]+)\](?: - (\S+))?")
_DECLARED = re.compile(r'^version = "(.+)"$', re.MULTILINE)


class ChangelogError(Exception):
    """One line: what to do, and where."""


@dataclass(frozen=True)
class Section:
    """A version: its name, its date as it is written, '' for none, and the text of each group."""

    version: str
    date: str
    text: str

    @property
    def groups(self) -> dict[str, str]:
        """What stands under each heading of the version."""
        _, *parts = re.split(r"^### (.+)\n", self.text, flags=re.MULTILINE)
        return {name: text.strip() for name, text in zip(parts[::2], parts[1::2], strict=True)}


def sections(changelog: str) -> list[Section]:
    """Return the versions, the newest first."""
    _, *parts = re.split(r"^(## .+)\n", changelog, flags=re.MULTILINE)
    found = []
    for heading, text in zip(parts[::2], parts[1::2], strict=True):
        match = _HEADING.fullmatch(heading)
        if not match:
            raise ChangelogError(f"write '## [1.2.0] - 2026-01-31' or '## [{UNRELEASED}]': {heading}")
        found.append(Section(match[1], match[2] or "", text.strip()))
    return found


def problems(changelog: str) -> Iterator[str]:
    """Yield what is not as Keep a Changelog has it, and which version has no note for its upgrade."""
    found = sections(changelog)
    names = [section.version for section in found]
    if names[:1] != [UNRELEASED]:
        yield f"begin with '## [{UNRELEASED}]'"
    dates = [section.date for section in found[1:]]
    if dates != sorted(dates, reverse=True):
        yield "put the newest version first"
    for name in sorted({name for name in names if names.count(name) > 1}):
        yield f"{name}: write one section for it, not {names.count(name)}"
    for section in found:
        yield from (f"{section.version}: {problem}" for problem in _problems(section))


def _problems(section: Section) -> Iterator[str]:
    if section.version != UNRELEASED:
        if not VERSION.fullmatch(section.version):
            yield "is no version like 1.2.0"
        try:
            date.fromisoformat(section.date)
        except ValueError:
            yield f"write its date like 2026-01-31, not '{section.date}'"
    groups = section.groups
    if groups or section.version != UNRELEASED:
        if next(iter(groups), "") != UPGRADING:
            yield f"begin with '### {UPGRADING}': what an update does to a repository"
        yield from (f"'{group}' is no group (known: {', '.join(GROUPS)})" for group in groups if group not in GROUPS)
        yield from (f"'{group}' is empty" for group, text in groups.items() if not text)


def notes(changelog: str, version: str) -> str:
    """Return what stands under a version."""
    for section in sections(changelog):
        if section.version == version:
            return section.text
    raise ChangelogError(f"CHANGELOG.md has no version {version}; run make release VERSION={version}")


def cut(changelog: str, version: str, today: date) -> str:
    """Give what is unreleased a version and a date, and begin anew above it."""
    if not VERSION.fullmatch(version):
        raise ChangelogError(f"give a version like 1.2.0, not '{version}'")
    if wrong := list(problems(changelog)):
        raise ChangelogError(f"CHANGELOG.md: {wrong[0]}")
    first, *others = sections(changelog)
    if not first.groups:
        raise ChangelogError(f"CHANGELOG.md: write under '{UNRELEASED}' what is new")
    if version in [section.version for section in others]:
        raise ChangelogError(f"choose another version: CHANGELOG.md has {version}")
    heading = f"## [{UNRELEASED}]\n"
    return changelog.replace(heading, f"{heading}\n## [{version}] - {today.isoformat()}\n", 1)


def main(arguments: list[str]) -> None:
    """Do what the arguments say, in the pack."""
    path, project = ROOT / "CHANGELOG.md", ROOT / "pyproject.toml"
    text = path.read_text(encoding="utf-8")
    match arguments:
        case ["check"]:
            if wrong := list(problems(text)):
                raise ChangelogError("\n".join(f"CHANGELOG.md: {line}" for line in wrong))
        case ["notes", version]:
            print(notes(text, version))
        case ["cut", version]:
            path.write_text(cut(text, version, datetime.now(UTC).date()), encoding="utf-8")
            declared = project.read_text(encoding="utf-8")
            project.write_text(_DECLARED.sub(f'version = "{version}"', declared, count=1), encoding="utf-8")
        case _:
            raise ChangelogError(__doc__.strip())


if __name__ == "__main__":
    try:
        main(sys.argv[1:])
    except ChangelogError as error:
        sys.exit(f"Error: {error}")
