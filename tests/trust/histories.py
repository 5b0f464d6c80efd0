"""Random lives of a repository: people and commands change it in any order, and nobody's work may be lost.

Each edit by hand leaves a mark of its own. A mark must stay in the tree until somebody deletes its file by hand, and a
file that somebody wrote must stay as it is. After each life, the tree can be committed, replayed and updated.
"""

import io
import itertools
import os
import shutil
from contextlib import chdir, redirect_stderr, redirect_stdout
from pathlib import Path
from typing import Any, ClassVar
from unittest.mock import patch

import yaml
from hypothesis import HealthCheck, Verbosity, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from dativo_generator.cli.app import main
from dativo_generator.fleet.fleet import Fleet
from dativo_generator.fleet.release import Release
from dativo_generator.fleet.source import Source
from fleets import STRIPE, copied
from history import TAGS, release_history
from support import git, release

from .row import Result, Row

_STEPS = 40
_TABLES = {"source_connector": "postgres", "target_connector": "s3", "incremental": False}
_FIELDS = {"id": "integer required"}
# The answers that scaffolds begin with, and may change to.
_ROWS: list[dict[str, Any]] = [
    STRIPE,
    STRIPE | {"fixtures": True, "retention_days": 30},
    STRIPE | {"objects": ["customers", "invoices"], "vendor": False},
    STRIPE | {"objects": ["invoices"], "target_connector": "s3", "asset_version": "2.0"},
    STRIPE | {"assets": "reuse", "target_connector": "s3"},
    _TABLES | {"tables": ["public.orders"], "fields": {"orders": _FIELDS}},
    _TABLES | {"tables": ["public.orders", "public.items"], "fields": {"orders": _FIELDS, "items": _FIELDS}},
    _TABLES | {"tables": ["sales.orders"], "fields": {"orders": _FIELDS}, "asset_names": {"orders": "sold"}},
]
_DATA = (
    *("retention_days=10", "lookback_days=5", "log_level=DEBUG", "asset_version=3.0", "vendor=false", "fixtures=true"),
    *("fixtures=false", "target_connector=minio", "tenant_id=globex", "objects=[customers]", "objects=[invoices]"),
    *("tables=[public.items]", "asset_names={customers: people}", "ci=github", "assets=reuse", "asset_layout=odcs"),
)
_HAND = (
    "jobs/acme/mine.yaml",
    "jobs/globex/stripe_customers_to_s3.yaml",
    "assets/stripe/v3.0/stripe_customers.yaml",
    "jobs/acme/sub/stripe_invoices_to_iceberg.yaml",
    "tests/fixtures/stripe/stripe_customers.jsonl",
)
_pick = st.integers(0, 10_000)


class Life(RuleBasedStateMachine):
    """A repository, the marks in it, and the files that somebody wrote."""

    template: ClassVar[Path]
    folder: ClassVar[Path]
    steps: ClassVar[int] = 0
    _numbers: ClassVar[Any] = itertools.count()

    @initialize(rows=st.lists(st.sampled_from(_ROWS), min_size=1, max_size=3), tag=st.sampled_from(TAGS))
    def begin(self, rows: list[dict[str, Any]], tag: str) -> None:
        """Write scaffolds, and commit them."""
        self.out = copied(self.folder / "empty", self.folder / f"life{next(self._numbers)}")
        self.marks: set[str] = set()
        self.written: dict[str, bytes] = {}
        for row in rows:
            self._batch(row, "acme", tag)
        self.commit()

    def _file(self, pick: int, folders: tuple[str, ...] = ("assets", "jobs", "tests", "connectors")) -> Path | None:
        files = sorted(p for folder in folders for p in (self.out / folder).rglob("*") if p.is_file())
        files = [
            path for path in files if path.suffix != ".py" and path.relative_to(self.out).as_posix() not in self.written
        ]
        return files[pick % len(files)] if files else None

    @rule(pick=_pick, line=_pick)
    def edit(self, pick: int, line: int) -> None:
        """Write a comment with a mark into a file, above a line or at the end of one."""
        if not (path := self._file(pick)):
            return
        mark = f"mark-{next(self._numbers)}-"
        lines = path.read_text(encoding="utf-8").splitlines() or [""]
        at = line % len(lines)
        lines[at] = f"{lines[at]} # {mark}" if line % 2 else f"# {mark}\n{lines[at]}"
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")
        self.marks.add(mark)

    @rule(pick=_pick)
    def move(self, pick: int) -> None:
        """Move a file elsewhere."""
        if path := self._file(pick, ("assets", "jobs")):
            there = path.parent / f"moved{next(self._numbers)}" / path.name
            there.parent.mkdir()
            path.rename(there)

    @rule(pick=_pick)
    def delete(self, pick: int) -> None:
        """Delete a file, with the marks in it."""
        if path := self._file(pick):
            text = path.read_text(encoding="utf-8")
            path.unlink()
            self.marks = {mark for mark in self.marks if mark not in text}

    @rule(pick=_pick, copies=st.booleans(), name=st.sampled_from(_HAND))
    def write(self, pick: int, copies: bool, name: str) -> None:
        """Write a new file by hand, from nothing or as a copy of a job, if none is there."""
        path = self.out / name
        source = self._file(pick, ("jobs",))
        if path.exists() or (copies and not source):
            return
        path.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(source, path) if copies and source else path.write_text(f"mine: {next(self._numbers)}\n")
        self.written[name] = path.read_bytes()
        # Marks in a copy are in the tree twice; the copy must not stand in for the original.
        self.marks = {mark for mark in self.marks if mark not in path.read_text(encoding="utf-8")}

    @rule(row=st.sampled_from(_ROWS), tenant=st.sampled_from(["acme", "globex"]), tag=st.sampled_from(TAGS))
    def batch(self, row: dict[str, Any], tenant: str, tag: str) -> None:
        """Write a scaffold, or change its answers."""
        self._batch(row, tenant, tag)

    def _batch(self, row: dict[str, Any], tenant: str, tag: str) -> None:
        manifest = self.folder / "jobs.yml"
        scaffold = f"{row['source_connector']}_{tenant}"
        rows = {"scaffolds": [row | {"tenant_id": tenant, "scaffold": scaffold}]}
        manifest.write_text(yaml.safe_dump(rows), encoding="utf-8")
        self._run("batch", str(manifest), "--to", tag)

    @rule(data=st.lists(st.sampled_from(_DATA), max_size=2), tag=st.sampled_from(("", *TAGS)))
    def update(self, data: list[str], tag: str) -> None:
        """Update all scaffolds."""
        to = ["--to", tag] if tag else []
        self._run("update", *to, *(part for text in data for part in ("--data", text)))

    @rule()
    def repair(self) -> None:
        """Write what is missing."""
        self._run("replay", "--write")

    @rule()
    def commit(self) -> None:
        """Commit everything."""
        git(self.out, "add", "--all")
        git(self.out, "commit", "--quiet", "--allow-empty", "--message", "life")

    @invariant()
    def counted(self) -> None:
        """Count a step."""
        type(self).steps += 1

    def teardown(self) -> None:
        """Check that the repository can be committed, replayed and updated."""
        if hasattr(self, "out"):
            self.commit()
            for arguments in (("replay",), ("update", "--dry-run"), ("update",)):
                status, said = self._run(*arguments)
                assert status != 2 or "holds no answers file" in said, (arguments, said)
            shutil.rmtree(self.out)

    def _run(self, *arguments: str) -> tuple[int, str]:
        """Run a command, and check that nothing is lost."""
        printed = io.StringIO()
        before = self._tree()
        with chdir(self.out), redirect_stdout(printed), redirect_stderr(printed):
            try:
                main(arguments)
                status = 0
            except SystemExit as stop:
                status = int(stop.code or 0)
        said, after = printed.getvalue(), self._tree()
        assert status in (0, 1, 2, 3), (arguments, said)
        assert "Traceback" not in said, said
        assert status != 2 or before == after, (arguments, said)
        whole = b"\n".join(after.values()).decode("utf-8", "replace")
        lost = sorted(mark for mark in self.marks if mark not in whole)
        assert not lost, (arguments, lost, said)
        taken = [path for path, content in self.written.items() if after.get(path) != content]
        assert not taken, (arguments, taken, said)
        gone = [path for path in before if path not in after]
        untold = [path for path in gone if path not in said]
        assert not untold, (arguments, untold, said)
        return status, said

    def _tree(self) -> dict[str, bytes]:
        files = (path for path in self.out.rglob("*") if path.is_file() and ".git" not in path.parts)
        return {path.relative_to(self.out).as_posix(): path.read_bytes() for path in files}


def run(count: int, folder: Path) -> Result:
    """Live some lives, of at least `count` steps together; half of the lives end early."""
    Life.template, Life.folder, Life.steps = release_history(folder / "pack"), folder, 0
    (folder / "empty").mkdir()
    (folder / "empty" / "README.md").write_text("Jobs.\n")
    release(folder / "empty", "begun")
    (folder / "checkouts").mkdir()
    source = Source(str(Life.template), folder / "checkouts")
    releases = {commit: Release(source.checkout(commit)) for commit in source.tags.values()}
    how = settings(
        max_examples=-(-count // _STEPS) * 2,
        stateful_step_count=_STEPS,
        derandomize=True,
        database=None,
        deadline=None,
        verbosity=Verbosity.quiet,
        suppress_health_check=list(HealthCheck),
    )
    loaded = patch.object(Fleet, "load", lambda fleet, commit: releases[commit])
    with loaded, patch.dict(os.environ, {"DATIVO_TEMPLATE": str(Life.template)}):
        try:
            run_state_machine_as_test(Life, settings=how)
        except Exception as error:
            return Result(Life.steps, [str(error), *getattr(error, "__notes__", [])])
    return Result(Life.steps, [])


ROW = Row(
    "random histories (hypothesis, stateful): scaffold, edit, move, delete, update, batch, replay, commit, "
    "in any order",
    "2,000 steps: no edit lost silently, no file of others touched, every tree still usable",
    2000,
    40,
    run,
)
