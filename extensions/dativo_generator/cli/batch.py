"""`dativo-generator batch`."""

from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from ..base.telling import tell
from ..fleet.batch import Batch, batch
from ..fleet.manifest import read as read_manifest
from ..fleet.rows import lines
from ..fleet.step import Step
from ..fleet.update import typed
from .columns import columns
from .options import OK, WRONG, AsJson, DryRun, Force, Template, To
from .output import STYLES, counted, dump, print_leaving, print_state, say, show, written_files
from .progress import progress
from .repository import assignment, fleet_here, save

_COLUMNS = ("row", "state", "tenant", "scaffold", "from", "to", "files")
EXAMPLES = ("dativo-generator batch jobs.csv --dry-run", "dativo-generator batch jobs.yml")


def command(
    manifest: Annotated[
        Path,
        typer.Argument(
            metavar="MANIFEST",
            help="A CSV file with one column per question and one row per scaffold, or a YAML file with `scaffolds` (a "
            "list, or the path of such a CSV file) and `defaults` for all of them.",
        ),
    ],
    template: Template = "",
    to: To = "",
    data: Annotated[
        list[str] | None,
        typer.Option("--data", "-d", metavar="NAME=ANSWER", help="An answer for every row that does not give its own."),
    ] = None,
    force: Force = False,
    dry_run: DryRun = False,
    as_json: AsJson = False,
) -> None:
    """Create or update every scaffold in a manifest. All rows are checked first; then all are written, or none."""
    defaults = dict(assignment(text) for text in data or [])
    with fleet_here(template, writes="" if dry_run else "batch") as fleet:
        step = Step.to(fleet, to, force=force)
        contents = read_manifest(manifest, step.release, typed(step.release, defaults))
        with progress("Scaffolding", len(contents.rows), quiet=as_json) as advance:
            result = batch(step, contents.rows, advance)
        result = replace(result, problems=[*contents.problems, *result.problems])
        if result.change and not result.problems and not as_json:
            print_leaving(result.change, dry_run)  # before it happens
        if result.change and not result.problems and not dry_run:
            save(fleet, result.change)
        (_print_json if as_json else _print_text)(result, step.target, dry_run=dry_run)
    raise typer.Exit(WRONG if result.problems or (result.change and result.change.conflicts) else OK)


def _print_text(result: Batch, target: str, *, dry_run: bool) -> None:
    """Print all problems, one per line, else a table of new and changed scaffolds, and a summary."""
    if result.problems:
        for line in lines(result.problems):
            tell(line)
        tell(f"Error: {counted(len(result.problems), 'problem')}; nothing was written")
        return
    console = Console(soft_wrap=True, highlight=False)
    states = Counter(state.state for state in result.states)
    rows = []
    for state in result.states:
        if state.state != "unchanged":
            values, outcome = state.outcome.values, state.outcome
            ends = [str(values[f"{role}_connector"]) for role in ("source", "target")]
            files = str(len(outcome.writes) + len(outcome.edits))
            rows.append(
                (str(state.row.number), state.state, str(values["tenant_id"]), str(values["scaffold"]), *ends, files)
            )
    styles = ["bold", *(STYLES.get(row[1], "") for row in rows)]
    for style, parts in zip(styles, columns(_COLUMNS, rows), strict=True) if rows else ():
        for part in parts:
            show(console, part, style)
    for path in sorted(result.change.conflicts):
        print_state(console, "conflict", path)
    for one in result.notes:
        tell(f"Note: {one}")
    for one in result.warnings:
        tell(f"Warning: {one}")
    would = "would be " if dry_run else ""
    scaffolds, written = counted(states["new"], "scaffold"), counted(len(result.change.writes), "file")
    say(
        console,
        f"{scaffolds} {would}new, {states['changed']} {would}changed, {states['unchanged']} unchanged; "
        f"{written} {would}written, {len(result.change.conflicts)} with conflicts; at {target}",
    )


def _print_json(result: Batch, target: str, *, dry_run: bool) -> None:
    """Print `{target, dry_run, problems, warnings, rows, files, moves, kept, conflicts}`."""
    change = result.change
    dump(
        "batch.v1",
        {
            "target": target,
            "dry_run": dry_run,
            "problems": [str(problem) for problem in result.problems],
            "warnings": [
                {"text": one.kind, "of": list(one.of), "rows": list(one.rows)}
                for one in (*result.notes, *result.warnings)
            ],
            "rows": [
                {"row": state.row.number, "file": state.outcome.new_name, "state": state.state}
                for state in result.states
            ],
            "files": written_files(change) if change else {},
            "moves": change.moves if change else {},
            "kept": change.kept if change else [],
            "conflicts": sorted(change.conflicts) if change else [],
        },
    )
