"""`dativo-generator batch`."""

import sys
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from ..base.errors import printable
from ..fleet.batch import Batch, batch
from ..fleet.manifest import read as read_manifest
from ..fleet.step import Step
from ..fleet.update import typed
from .options import OK, WRONG, AsJson, DryRun, Force, Template, To
from .output import STYLES, counted, dump, print_leaving, print_state, show, written_files
from .progress import progress
from .repository import assignment, fleet_here, save

EXAMPLES = ("dativo-generator batch jobs.csv --dry-run", "dativo-generator batch jobs.yml")


def command(
    manifest: Annotated[
        Path,
        typer.Argument(
            metavar="MANIFEST",
            help="A CSV file with a question a column and a scaffold a row, or a YAML file with `scaffolds`, a list or "
            "the path of such a CSV file, and `defaults` for all of them.",
        ),
    ],
    template: Template = "",
    to: To = "",
    data: Annotated[
        list[str] | None,
        typer.Option("--data", "-d", metavar="NAME=ANSWER", help="An answer for every row that gives none."),
    ] = None,
    force: Force = False,
    dry_run: DryRun = False,
    as_json: AsJson = False,
) -> None:
    """Create or update every scaffold in a manifest. All rows are checked first; all are written, or none."""
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
    """Print all that is wrong, a line each, else a table of what is new or changed, and a count."""
    if result.problems:
        for problem in result.problems:
            print(printable(problem), file=sys.stderr)
        print(f"Error: {counted(len(result.problems), 'problem')}; nothing was written", file=sys.stderr)
        return
    console = Console(soft_wrap=True, highlight=False)
    states = Counter(state.state for state in result.states)
    lines = [("row", "", "tenant", "scaffold", "from", "to", "files")]
    for state in result.states:
        if state.state != "unchanged":
            values, outcome = state.outcome.values, state.outcome
            ends = [str(values[f"{role}_connector"]) for role in ("source", "target")]
            files = str(len(outcome.writes) + len(outcome.edits))
            lines.append(
                (str(state.row.number), state.state, str(values["tenant_id"]), str(values["scaffold"]), *ends, files)
            )
    widths = [max(len(line[column]) for line in lines) for column in range(len(lines[0]))]
    for index, line in enumerate(lines if len(lines) > 1 else []):
        text = "  ".join(f"{cell:<{width}}" for cell, width in zip(line, widths, strict=True)).rstrip()
        show(console, text, "bold" if not index else STYLES.get(line[1], ""))
    for path in sorted(result.change.conflicts):
        print_state(console, "conflict", path)
    would = "would be " if dry_run else ""
    scaffolds, written = counted(states["new"], "scaffold"), counted(len(result.change.writes), "file")
    console.print(
        f"{scaffolds} {would}new, {states['changed']} {would}changed, {states['unchanged']} unchanged; "
        f"{written} {would}written, {len(result.change.conflicts)} with conflicts; at {target}"
    )


def _print_json(result: Batch, target: str, *, dry_run: bool) -> None:
    """Print `{target, dry_run, problems, rows, files, moves, kept, conflicts}`."""
    change = result.change
    dump(
        "batch.v1",
        {
            "target": target,
            "dry_run": dry_run,
            "problems": result.problems,
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
