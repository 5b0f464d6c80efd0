"""`dativo-generator adopt`."""

from collections import Counter
from typing import Annotated

import typer
from rich.console import Console

from ..base.naming import few
from ..fleet.adopt import GROUPS, Adoption, Taken, adopt, checked_group, found
from ..fleet.source import SourceError
from ..fleet.step import Step
from ..fleet.update import typed
from .options import OK, WRONG, AsJson, DryRun, Template, To
from .output import counted, counted_states, dump, print_state, written_files
from .progress import progress
from .repository import assignment, fleet_here, nothing_at, save

EXAMPLES = ("dativo-generator adopt --dry-run", "dativo-generator adopt jobs/acme --group folder")


def command(
    jobs: Annotated[
        list[str] | None,
        typer.Argument(metavar="JOB", help="Jobs, assets, or folders of them; default: jobs and assets."),
    ] = None,
    template: Template = "",
    to: To = "",
    data: Annotated[
        list[str] | None,
        typer.Option("--data", "-d", metavar="NAME=ANSWER", help="An answer that the files do not give."),
    ] = None,
    group: Annotated[
        str,
        typer.Option(
            metavar="NAMES",
            help="What the files of one scaffold have in common: always tenant, source and target; add folder, or give "
            "job for one scaffold per job.",
        ),
    ] = ",".join(GROUPS[:3]),
    rewrite: Annotated[
        bool,
        typer.Option(
            "--rewrite", help="Also rewrite the files in the template's format; this keeps values and drops comments."
        ),
    ] = False,
    dry_run: DryRun = False,
    as_json: AsJson = False,
) -> None:
    """Bring hand-written jobs and assets under management: find the closest answers, and keep the files."""
    apart = checked_group(group)
    defaults = dict(assignment(text) for text in data or [])
    with fleet_here(template, writes="" if dry_run else "adopt") as fleet:
        step = Step.to(fleet, to)
        given = typed(step.release, defaults)
        here = found(fleet, jobs or [])
        if not (here.jobs or here.assets or here.others):
            raise SourceError(nothing_at(fleet.tree.root))
        with progress("Adopting", len(here.jobs), quiet=as_json) as advance:
            adoption = adopt(step, here, given, group=apart, rewrite=rewrite, advance=advance)
        if not dry_run:
            save(fleet, adoption.change)
        (_print_json if as_json else _print_text)(adoption, dry_run=dry_run)
    refused = adoption.change.refused or any(file.state == "refused" for file in adoption.files)
    raise typer.Exit(WRONG if refused or adoption.change.conflicts else OK)


def _print_text(adoption: Adoption, *, dry_run: bool) -> None:
    """Print a line for each file, and a summary."""
    console = Console(soft_wrap=True, highlight=False)
    for file in adoption.files:
        print_state(console, file.state, f"{file.path}{_said(file)}")
    for outcome in adoption.change.refused:
        print_state(console, "refused", outcome.detail)
    would = "would be " if dry_run else ""
    states = Counter(file.state for file in adoption.files)
    scaffolds = sum("new" in outcome.effects for outcome in adoption.change.outcomes)
    written = counted(len(adoption.change.writes), "file")
    console.print(
        f"{counted_states(states, 'file')}; {counted(scaffolds, 'scaffold')} {would}new, {written} {would}written; "
        f"at {adoption.change.target}"
    )


def _said(file: Taken) -> str:
    parts = [file.detail] if file.detail else []
    parts += [f"edits {few(file.edits)}"] if file.edits else []
    parts += [f"passed on {few(file.extras)}"] if file.extras else []
    where = f" -> {file.answers_file}" if file.answers_file else ""
    return f"{where}{': ' + '; '.join(parts) if parts else ''}"


def _print_json(adoption: Adoption, *, dry_run: bool) -> None:
    """Print `{target, dry_run, adopted, files, conflicts}`."""
    dump(
        "adopt.v1",
        {
            "target": adoption.change.target,
            "dry_run": dry_run,
            "adopted": [
                {
                    "path": file.path,
                    "kind": file.kind,
                    "state": file.state,
                    "answers_file": file.answers_file,
                    "extras": list(file.extras),
                    "edits": list(file.edits),
                    "detail": file.detail,
                }
                for file in adoption.files
            ],
            "refused": [outcome.detail for outcome in adoption.change.refused],
            "files": written_files(adoption.change),
            "conflicts": sorted(adoption.change.conflicts),
        },
    )
