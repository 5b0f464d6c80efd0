"""`dativo-generator remove`."""

from typing import Annotated

import typer
from rich.console import Console

from ..fleet.removal import Removal, removal
from ..fleet.source import SourceError
from ..fleet.worktree import require_clean
from .options import OK, WRONG, AsJson, DryRun, Template
from .output import counted, dump, effects_of, print_state, written_files
from .repository import fleet_here, nothing_here, require_here, save

EXAMPLES = (
    "dativo-generator remove .copier-answers.acme.orders.yml --dry-run",
    "dativo-generator remove .copier-answers.acme.shop.yml --object refunds",
)


def command(
    answers_files: Annotated[list[str], typer.Argument(metavar="ANSWERS_FILE", help="The scaffolds to remove.")],
    template: Template = "",
    object_: Annotated[
        list[str] | None,
        typer.Option("--object", metavar="NAME", help="Only this object of the scaffold; can be repeated."),
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Delete files even if they were edited by hand.")] = False,
    dry_run: DryRun = False,
    as_json: AsJson = False,
) -> None:
    """Remove scaffolds with all their files, or some objects of one; files that others need stay."""
    objects = object_ or []
    if objects and len(answers_files) > 1:
        raise SourceError("--object: name the one scaffold that has these objects")
    with fleet_here(template, writes="" if dry_run else "remove") as fleet:
        known = {file.name for file in fleet.files}
        if not known:
            raise SourceError(nothing_here(fleet.tree.root))
        require_here(answers_files, known)
        if not dry_run:
            require_clean(fleet.tree.root, [fleet.tree.root / path for path in fleet.tree.writer.finished])
        found = removal(fleet, answers_files, objects, force)
        if not as_json:
            _print_text(found, dry_run=dry_run)  # before it happens
        if not dry_run:
            save(fleet, found.change)
        (_print_json if as_json else _print_count)(found, dry_run=dry_run)
    raise typer.Exit(WRONG if found.change.refused or found.change.conflicts else OK)


def _print_text(found: Removal, *, dry_run: bool) -> None:
    """Print edited files first, then each file that is deleted, and each that stays, with the reason."""
    console, change = Console(soft_wrap=True, highlight=False), found.change
    for outcome in change.refused:
        for effect, text in effects_of(outcome):
            print_state(console, effect, text)
    for path in found.edited:
        print_state(console, "edited", f"{path}{'' if path in found.stays else ': deleted with the edits in it'}")
    for path in change.deletes:
        print_state(console, "would be deleted" if dry_run else "deleted", path)
    for path, why in found.stays.items():
        print_state(console, "kept", f"{path}: {why}")
    for path in sorted(change.conflicts):
        print_state(console, "conflict", path)


def _print_count(found: Removal, *, dry_run: bool) -> None:
    """Print how many files were deleted and kept."""
    console, change = Console(soft_wrap=True, highlight=False), found.change
    would = "would be " if dry_run else ""
    console.print(f"{counted(len(change.deletes), 'file')} {would}deleted, {len(found.stays)} kept")
    if found.stays:
        console.print("Kept files belong to no scaffold now: they are your own.")


def _print_json(found: Removal, *, dry_run: bool) -> None:
    """Print `{dry_run, refused, edited, files, kept, conflicts}`; `kept` maps paths to reasons."""
    change = found.change
    dump(
        "remove.v1",
        {
            "dry_run": dry_run,
            "refused": [{"file": outcome.name, "detail": outcome.detail} for outcome in change.refused],
            "edited": found.edited,
            "files": written_files(change),
            "kept": found.stays,
            "conflicts": sorted(change.conflicts),
        },
    )
