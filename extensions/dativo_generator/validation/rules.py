"""The rules of `validate`, from `registry/rules.yaml`: what the runner does when one is broken, and how to mend it."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from ..base.documents import Document, Section

FILE = "registry/rules.yaml"
ERROR, WARNING = "error", "warning"
_KEYS = ("severity", "what", "happens", "do", "example", "optional")


@dataclass(frozen=True, slots=True)
class Example:
    """How to trigger a rule: changes to valid files, and files to add; `also` lists the other rules that then apply.

    A change applies to whichever of the valid files has the old text.
    """

    changes: Mapping[str, str]
    files: Mapping[str, str]
    also: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Rule:
    """What a rule looks for, what the runner does if it is violated, and what to do about it.

    `example` is None if it would take more than text. A rule that is not `optional` cannot be turned off.
    """

    id: str
    severity: str
    what: str
    happens: str
    do: str
    example: Example | None
    optional: bool


Rules = Mapping[str, Rule]


@cache
def load_rules(root: Path) -> Rules:
    """Read the rules of the pack at `root`, in the file's order; raises `PackError`."""
    entries = _top(root).section("rules")
    return {name: _rule(name, entries.section(name, _KEYS)) for name in entries.value}


def example_of(root: Path, rule: Rule) -> dict[str, str]:
    """Return the files of a rule's example by path; without an example, the valid files."""
    right = _top(root).section("right")
    files = {name: right.text(name) for name in right.value}
    if rule.example:
        for old, new in rule.example.changes.items():
            files = {name: text.replace(old, new, 1) for name, text in files.items()}
        files |= rule.example.files
    return files


def _top(root: Path) -> Section:
    return Document(root, FILE).section(("right", "rules"))


def _rule(name: str, entry: Section) -> Rule:
    return Rule(
        id=name,
        severity=entry.text("severity", among=(ERROR, WARNING)),
        what=entry.text("what"),
        happens=entry.text("happens"),
        do=entry.text("do"),
        example=_example(entry) if "example" in entry.value else None,
        optional=entry.flag("optional", True),
    )


def _example(rule: Section) -> Example:
    entry = rule.section("example", ("old", "new", "and", "files", "also"))
    changes = {entry.text("old"): entry.text("new")} if "old" in entry.value else {}
    return Example(changes | _texts(entry, "and"), _texts(entry, "files"), entry.texts("also", default=()))


def _texts(entry: Section, key: str) -> dict[str, str]:
    if key not in entry.value:
        return {}
    section = entry.section(key)
    return {name: section.text(name) for name in section.value}
