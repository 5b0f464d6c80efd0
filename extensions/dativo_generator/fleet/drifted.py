"""What has changed in the sources of scaffolds since their columns were imported.

The answers file records the source. Reading it may send environment variables of the caller, so a pull request must not
decide where they go: a source is read only if the default branch of `origin` records the same one.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ..answers import readers, recording
from ..answers.scaffold import Scaffold
from ..base import reading
from ..base.errors import DativoError, printable
from ..base.git import GitError
from ..base.patterns import EXCEPT, fits, is_meant
from ..importers import drift
from ..importers.drift import Change
from ..importers.imported import judged
from ..importers.read import read
from ..importers.source import Options
from ..importers.table import ImportFailed, Table, table_of
from ..plan.destination import header_of
from ..registry.pack import Pack
from .answers_files import AnswersFile, parsed
from .protected import branch_of, content_of, has_origin
from .step import Step
from .update import Update, combined

# The states of a table.
STATES = {
    "changed": "Its columns differ from those of its asset.",
    "new": "A recorded pattern matches it, but no job reads it.",
    "gone": "A job or a recorded pattern needs it, but the source no longer has it.",
}


@dataclass(frozen=True)
class TableDrift:
    """A table that has changed: one of `STATES`, and its changes; `fails` if its asset does not allow them."""

    name: str
    state: str
    fails: bool = True
    asset: str = ""
    changes: tuple[Change, ...] = ()


@dataclass(frozen=True)
class Drifted:
    """A scaffold, and what has changed in its source; `problem` if the source was not read."""

    file: AnswersFile
    source: str
    tables: tuple[TableDrift, ...] = ()
    problem: str = ""

    @property
    def fails(self) -> bool:
        """Whether somebody has to act."""
        return bool(self.problem) or any(table.fails for table in self.tables)


@dataclass(frozen=True)
class Sources:
    """Reads the sources of a repository's scaffolds, each once; `any_source` trusts all of them."""

    root: Path
    pack: Pack
    any_source: bool = False
    _assets: dict[tuple[str, str], dict[str, str]] = field(default_factory=dict)
    _read: dict[tuple[str, tuple[str, ...]], tuple[Table, ...]] = field(default_factory=dict)

    def drift(self, file: AnswersFile) -> Drifted | None:
        """Compare a scaffold with its source; None if it has none. A damaged answers file is a problem."""
        if file.problem:
            return Drifted(file, "", problem=file.problem)
        source = file.values.get(recording.SOURCE) if isinstance(file.values, dict) else None
        if not isinstance(source, str) or not source:
            return None
        if why := "" if self.any_source else self._distrust(file, source):
            return Drifted(file, source, problem=why)
        try:
            return Drifted(file, source, tuple(self._tables_of(file, source)))
        except DativoError as error:
            return Drifted(file, source, problem=printable(str(error)))

    def _distrust(self, file: AnswersFile, source: str) -> str:
        """Return why a source must not be read, or '' if it may."""
        try:
            if not has_origin(self.root):
                return ""
            branch, unknown = branch_of(self.root)
            content = None if unknown else content_of(self.root, file.name)
        except GitError as error:
            return "" if "not a git repository" in str(error) else str(error)
        there = parsed(file.name, content).values if content is not None else None
        if isinstance(there, dict) and there.get(recording.SOURCE) == source:
            return ""
        return unknown or f"to read it anyway, add --any-source; {branch} records another source for it, or none"

    def _tables_of(self, file: AnswersFile, source: str) -> Iterator[TableDrift]:
        items = Scaffold(self.pack, file.answers).items
        names = {item.object: _name_of(item.entry) or item.object for item in items}
        patterns = file.answers.get(recording.PATTERNS, [])
        tables = self._tables(source, (*patterns, *names.values()))
        written = self._written(file)
        found = set()
        for object_name, name in names.items():
            try:
                table = table_of(tables, name, object_name, len(names) == 1, source)
            except ImportFailed:
                yield TableDrift(name, "gone")
                continue
            found.add(table.name)
            if path := written.get(object_name):
                asset = drift.read(self.root / path)
                if changes := drift.changes(asset, judged(table, self.pack.judge, object_name).table.columns):
                    yield TableDrift(name, "changed", drift.fails(asset.mode, changes), path, tuple(changes))
        for pattern in patterns:
            empty = not any(fits(table.name, table.plain_name, [pattern]) for table in tables)
            if empty and not pattern.startswith(EXCEPT):
                yield TableDrift(pattern, "gone")
        for table in tables:
            if table.name not in found and is_meant(table.name, table.plain_name, patterns):
                yield TableDrift(table.name, "new")

    def _tables(self, source: str, like: tuple[str, ...]) -> tuple[Table, ...]:
        if (source, like) not in self._read:
            names = readers.words(source) if source.startswith("[") else [source]
            found = tuple(table for name in names for table in read(name, Options(like=like)))
            self._read[source, like] = found
        return self._read[source, like]

    def _written(self, file: AnswersFile) -> Mapping[str, str]:
        """Map the objects of a scaffold to the assets that it wrote."""
        if not self._assets:
            for path in reading.below(self.root, "assets"):
                if path.endswith((".yaml", ".yml")) and (header := header_of(self.root, path)):
                    self._assets.setdefault(header, {})[path] = path
        scaffold, tenant = str(file.values.get("scaffold")), str(file.values.get("tenant_id"))
        return {drift.read(self.root / path).object: path for path in self._assets.get((scaffold, tenant), {})}


def take_in(step_to: Callable[[str], Step], drifted: Sequence[Drifted]) -> list[Update]:
    """Work out the updates that add drift to the answers of scaffolds, each at its current version."""
    by_version: dict[str, list[Drifted]] = {}
    for one in drifted:
        by_version.setdefault(one.file.commit, []).append(one)
    updates = []
    for version, several in by_version.items():
        step = step_to(version)
        outcomes = [step.outcome(one.file, lambda before, one=one: _anew(before, one)) for one in several]
        updates.append(combined(step, outcomes))
    return updates


def _anew(before: Mapping[str, Any], one: Drifted) -> dict[str, Any]:
    """Return answers that import again: the tables that are left, and those that match the patterns."""
    given: dict[str, Any] = {recording.IMPORT: one.source}
    gone = {table.name for table in one.tables if table.state == "gone"}
    if patterns := before.get(recording.PATTERNS):
        kept = [entry for entry in readers.structure(before["tables"]) if (_name_of(entry) or entry) not in gone]
        given["tables"] = [*kept, *(pattern for pattern in patterns if pattern not in gone)]
    return recording.to_import(before, given) | given


def _name_of(entry: Any) -> str:
    """Return the name of the table in an entry, or '' if it has none."""
    return entry.get("name", "") if isinstance(entry, dict) else ""
