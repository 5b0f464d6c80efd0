#!/usr/bin/env python3
"""Check the form of the changelog, print the notes of a version, and cut a version.

.ci/changelog.py check            list what is wrong with the form of every changelog
.ci/changelog.py notes VERSION    print the text of a version, for its release
.ci/changelog.py cut VERSION      turn Unreleased into this version, dated today, here and in pyproject.toml

A company that makes this pack its own numbers its releases like 1.2.0+acme.1, and writes into CHANGELOG.acme.md. It
leaves CHANGELOG.md and pyproject.toml alone, so that a merge of the next version finds nothing else there.
"""

import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

UNRELEASED = "Unreleased"
# The first group of every version: what an update does to a repository.
UPGRADING = "Upgrading"
GROUPS = (UPGRADING, "Added", "Changed", "Deprecated", "Removed", "Fixed", "Security")
VERSION = re.compile(r"(?P<base>\d+\.\d+\.\d+(?:(?:a|b|rc)\d+)?)(?:\+(?P<label>[a-z0-9]+)\.\d+)?")
_HEADING = re.compile(r"## \[([^]]+)\](?: - (\S+))?")
_DECLARED = re.compile(r'^version = "(.+)"$', re.MULTILINE)


class ChangelogError(Exception):
    """One line: what to do, and where."""


@dataclass(frozen=True)
class Section:
    """A version: its name, its date as text, '' for none, and the text of its groups."""

    version: str
    date: str
    text: str

    @property
    def groups(self) -> dict[str, str]:
        """The text below each heading of the version."""
        _, *parts = re.split(r"^### (.+)\n", self.text, flags=re.MULTILINE)
        return {name: text.strip() for name, text in zip(parts[::2], parts[1::2], strict=True)}


def changelog_of(version: str) -> str:
    """Return the name of the changelog for a version; raises `ChangelogError` for an invalid version."""
    match = VERSION.fullmatch(version)
    if not match:
        raise ChangelogError(f"give a version like 1.2.0, or 1.2.0+acme.1, not '{version}'")
    return f"CHANGELOG.{match['label']}.md" if match["label"] else "CHANGELOG.md"


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
    """Yield deviations from Keep a Changelog, and versions without a note on upgrading."""
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
    """Return the text of a version."""
    for section in sections(changelog):
        if section.version == version:
            return section.text
    raise ChangelogError(f"run make release VERSION={version}: {changelog_of(version)} has no such version")


def cut(changelog: str, version: str, today: date) -> str:
    """Give the unreleased changes a version and a date, and start a new, empty section above them."""
    name = changelog_of(version)
    if wrong := list(problems(changelog)):
        raise ChangelogError(f"{name}: {wrong[0]}")
    first, *others = sections(changelog)
    if not first.groups:
        raise ChangelogError(f"{name}: write under '{UNRELEASED}' what is new")
    if version in [section.version for section in others]:
        raise ChangelogError(f"choose another version: {name} has {version}")
    heading = f"## [{UNRELEASED}]\n"
    return changelog.replace(heading, f"{heading}\n## [{version}] - {today.isoformat()}\n", 1)


def declare(project: str, version: str) -> str:
    """Set the version in pyproject.toml; in a company's own version, the file keeps the version it is based on."""
    base = VERSION.fullmatch(version)["base"]
    if base == version:
        return _DECLARED.sub(f'version = "{version}"', project, count=1)
    if (declared := _DECLARED.search(project)[1]) != base:
        raise ChangelogError(f"call it {declared}{version.removeprefix(base)}: pyproject.toml is at {declared}")
    return project


def main(root: Path, arguments: list[str]) -> None:
    """Execute the arguments in the pack at `root`."""
    match arguments:
        case ["check"]:
            names = sorted(path.name for path in root.glob("CHANGELOG*.md"))
            wrong = [f"{name}: {line}" for name in names for line in problems((root / name).read_text("utf-8"))]
            if wrong:
                raise ChangelogError("\n".join(wrong))
        case ["notes", version]:
            print(notes(_read(root, version), version))
        case ["cut", version]:
            changelog, project = _read(root, version), root / "pyproject.toml"
            declared = declare(project.read_text("utf-8"), version)
            (root / changelog_of(version)).write_text(cut(changelog, version, datetime.now(UTC).date()), "utf-8")
            project.write_text(declared, "utf-8")
        case _:
            raise ChangelogError(__doc__.strip())


def _read(root: Path, version: str) -> str:
    path = root / changelog_of(version)
    if not path.exists():
        raise ChangelogError(f"write {path.name}, in the form of CHANGELOG.md: it says what {version} changes")
    return path.read_text("utf-8")


if __name__ == "__main__":
    try:
        main(Path(__file__).resolve().parent.parent, sys.argv[1:])
    except ChangelogError as error:
        sys.exit(f"Error: {error}")
