"""`dativo-generator drift`."""

from contextlib import nullcontext
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

from ..base.errors import printable
from ..fleet import answers_files as answers
from ..fleet.drifted import Drifted, Sources, TableDrift, take_in
from ..fleet.fleet import Fleet
from ..fleet.source import SourceError
from ..fleet.step import Step
from ..fleet.transaction import refuse_unfinished
from ..fleet.update import Selection, Update
from ..fleet.worktree import require_clean
from ..registry.installed import installed
from ..registry.pack import Pack
from .options import OK, WRONG, AsJson, Connectors, Environments, Template, Tenants
from .output import counted, dump, markdown_code, print_leaving, print_state, show, written_files
from .progress import progress
from .repository import fleet_here, none_selected, nothing_here, require_here, save
from .update import Format

EXAMPLES = ("dativo-generator drift", "dativo-generator drift --tenant acme --write")


def command(
    answers_files: Annotated[
        list[str] | None, typer.Argument(metavar="ANSWERS_FILE", help="Answers files to check; default: all.")
    ] = None,
    template: Template = "",
    tenant: Tenants = None,
    connector: Connectors = None,
    environment: Environments = None,
    any_source: Annotated[
        bool,
        typer.Option("--any-source", help="Read a source even if the default branch of origin does not record it."),
    ] = False,
    write: Annotated[bool, typer.Option("--write", help="Apply the changes to answers, assets and jobs.")] = False,
    format_: Annotated[Format, typer.Option("--format", help="Output format.")] = Format.table,
    as_json: AsJson = False,
) -> None:
    """Compare the tables and columns of scaffolds with the sources that they were imported from."""
    form = Format.json if as_json else format_
    root = Path.cwd()
    selection = Selection(*(tuple(chosen or ()) for chosen in (answers_files, tenant, connector, environment)))
    with fleet_here(template, writes="drift --write") if write else nullcontext() as fleet:
        if fleet:
            require_clean(root, [root / path for path in fleet.tree.writer.finished])
        else:
            refuse_unfinished(root)
        files = answers.find(root)
        require_here(selection.names, {file.name for file in files})
        chosen = [file for file in files if file in selection]
        if not chosen:
            raise SourceError(none_selected(len(files)) if files else nothing_here(root))
        sources = Sources(root, Pack(installed()), any_source)
        found = []
        with progress("Comparing", len(chosen), quiet=form is not Format.table) as advance:
            for file in chosen:
                found.append(sources.drift(file))
                advance()
        compared = [one for one in found if one]
        if form is Format.table:
            _print_text(compared, len(chosen))
        elif form is Format.markdown:
            _print_markdown(compared, len(chosen))
        drifted = [one for one in compared if one.tables and not one.problem]
        taken = _write(fleet, drifted, quiet=form is not Format.table) if fleet and drifted else []
    if form is Format.json:
        _print_json(compared, len(chosen), taken)
    left = [one for one in compared if one.problem] if write else [one for one in compared if one.fails]
    raise typer.Exit(WRONG if left or any(change.refused or change.conflicts for change in taken) else OK)


def _write(fleet: Fleet, drifted: list[Drifted], *, quiet: bool) -> list[Update]:
    """Write the answers and the files that they render to; returns one change per version of the template."""
    taken = []
    fleet.prepare([one.file for one in drifted])
    for change in take_in(lambda version: Step.to(fleet, version), drifted):
        if not quiet:
            print_leaving(change, dry_run=False)
        save(fleet, change)
        console = Console(soft_wrap=True, highlight=False, stderr=quiet)
        for outcome in change.refused:
            print_state(console, "refused", outcome.detail)
        for path in sorted(change.conflicts):
            print_state(console, "conflict", path)
        if not quiet:
            show(console, f"{counted(len(change.writes), 'file')} changed")
        taken.append(change)
    return taken


def _print_text(compared: list[Drifted], looked_at: int) -> None:
    console = Console(soft_wrap=True, highlight=False)
    for one in compared:
        if one.problem:
            print_state(console, "unread", _why(one))
        for table in one.tables:
            print_state(console, table.state, f"{one.file.name}: {table.name}{_mode(table)}")
            for change in table.changes:
                show(console, f"  {_said(change)}")
    drifted = sum(bool(one.tables) for one in compared)
    unread = sum(bool(one.problem) for one in compared)
    show(
        console,
        f"{drifted} of {len(compared)} sources changed, {unread} not read; "
        f"{counted(looked_at - len(compared), 'scaffold')} without a recorded source",
    )


def _print_markdown(compared: list[Drifted], looked_at: int) -> None:
    """Print the same as a comment for a pull request."""
    print("### What has changed in the sources\n")
    rows = [(one, table) for one in compared for table in one.tables]
    if rows:
        print("| scaffold | table | | change |\n|---|---|---|---|")
    for one, table in rows:
        changes = "; ".join(_said(change) for change in table.changes)
        cells = [markdown_code(one.file.name), markdown_code(table.name), f"{table.state}{_mode(table)}"]
        print(f"| {' | '.join([*cells, markdown_code(changes) if changes else ''])} |")
    for one in compared:
        if one.problem:
            print(f"\n**Not read** {markdown_code(_why(one))}")
    print(f"\n{counted(looked_at - len(compared), 'scaffold')} without a recorded source")


def _why(one: Drifted) -> str:
    return one.problem if one.problem.startswith(one.file.name) else f"{one.file.name}: {one.problem}"


def _mode(table: TableDrift) -> str:
    return " (its asset allows that)" if table.state == "changed" and not table.fails else ""


def _said(change: Any) -> str:
    breaks = f" (breaks: {change.breaks})" if change.breaks else ""
    return printable(f"{change.what}: {change.column}: {change.detail}{breaks}")


def _print_json(compared: list[Drifted], looked_at: int, taken: list[Update]) -> None:
    """Print `{scaffolds, without_source, files, refused, conflicts}`; the last three are about what was written."""
    dump(
        "drift.v1",
        {
            "scaffolds": [_as_json(one) for one in compared],
            "without_source": looked_at - len(compared),
            "files": {path: word for change in taken for path, word in written_files(change).items()},
            "refused": [outcome.detail for change in taken for outcome in change.refused],
            "conflicts": sorted(path for change in taken for path in change.conflicts),
        },
    )


def _as_json(one: Drifted) -> dict[str, Any]:
    """Return `{file, source, problem, tables: [{name, state, fails, asset, changes}]}`."""
    return {
        "file": one.file.name,
        "source": one.source,
        "problem": one.problem or None,
        "tables": [
            {
                "name": table.name,
                "state": table.state,
                "fails": table.fails,
                "asset": table.asset or None,
                "changes": [
                    {"column": c.column, "what": c.what, "detail": c.detail, "breaks": c.breaks or None}
                    for c in table.changes
                ],
            }
            for table in one.tables
        ],
    }
