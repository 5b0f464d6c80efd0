"""`dativo-generator update`."""

from collections import Counter
from enum import StrEnum
from typing import Annotated

import typer
from rich.console import Console

from ..base.paths import PROFILES
from ..base.telling import tell
from ..fleet.source import SourceError
from ..fleet.step import EFFECTS
from ..fleet.update import Selection, Update, update
from ..fleet.worktree import require_clean
from .options import OK, WRONG, AsJson, Connectors, DryRun, Environments, Force, Template, Tenants, To
from .output import counted, dump, effects_of, markdown_code, print_leaving, print_state, say, written_files
from .progress import progress
from .repository import assignment, fleet_here, none_selected, nothing_here, require_here, save

EXAMPLES = (
    "dativo-generator update --dry-run",
    "dativo-generator update --tenant acme --data retention_days=30",
)
# Stands for the name of each answers file in a reason that several share.
_FILE = "FILE"
# How many examples of a kind a Markdown comment lists before it counts the others.
_LISTED = 20


class Format(StrEnum):
    """The output formats."""

    table = "table"
    markdown = "markdown"
    json = "json"


def command(
    answers_files: Annotated[
        list[str] | None, typer.Argument(metavar="ANSWERS_FILE", help="Answers files to update; default: all.")
    ] = None,
    template: Template = "",
    to: To = "",
    tenant: Tenants = None,
    connector: Connectors = None,
    environment: Environments = None,
    data: Annotated[
        list[str] | None, typer.Option("--data", "-d", metavar="NAME=ANSWER", help="Change an answer.")
    ] = None,
    profiles: Annotated[
        bool, typer.Option("--profiles", help="Apply the current profiles to answers that came from one.")
    ] = False,
    split: Annotated[
        bool, typer.Option("--split", help="Split a scaffold of several environments into one for each.")
    ] = False,
    force: Force = False,
    dry_run: DryRun = False,
    format_: Annotated[Format, typer.Option("--format", help="Output format.")] = Format.table,
    as_json: AsJson = False,
) -> None:
    """Update scaffolds to a version of the template, as one change in the working tree."""
    form = Format.json if as_json else format_
    answers = dict(assignment(text) for text in data or [])
    selection = Selection(*(tuple(chosen or ()) for chosen in (answers_files, tenant, connector, environment)))
    with fleet_here(template, writes="" if dry_run else "update") as fleet:
        root = fleet.tree.root
        known = {file.name for file in fleet.files}
        if not known:
            raise SourceError(nothing_here(fleet.tree.root))
        require_here(selection.names, known)
        if not dry_run:
            finished = [root / path for path in fleet.tree.writer.finished]
            require_clean(root, apart_from=[*finished, *([root / PROFILES] if profiles else [])])
        if not (chosen := sum(file in selection for file in fleet.files)):
            raise SourceError(none_selected(len(known)))
        with progress("Updating", chosen, quiet=form is not Format.table) as advance:
            explain = dry_run or form is not Format.table
            how = {"to": to, "data": answers, "profiles": profiles, "explain": explain, "force": force, "split": split}
            change = update(fleet, selection, **how, advance=advance)
        if form is Format.table:
            print_leaving(change, dry_run)  # before it happens
            following = [outcome for outcome in change.outcomes if outcome.values.get("profiled")]
            if "environment" in answers and following and not profiles:
                tell(
                    f"Note: {counted(len(following), 'answers file')} changed to the profiles' answers for "
                    f"{answers['environment']}, as with --profiles"
                )
        if not dry_run:
            save(fleet, change)
        _PRINTED[form](change, dry_run=dry_run)
    raise typer.Exit(WRONG if change.refused or change.conflicts else OK)


def _print_text(change: Update, *, dry_run: bool) -> None:
    """Print what happens to each answers file, and how values change."""
    console = Console(soft_wrap=True, highlight=False)
    for outcome in change.outcomes:
        for effect, text in effects_of(outcome):
            if dry_run and not outcome.refused and effect != "unaffected":
                print_state(console, effect, text)
    for (effect, reason), places in _refusals(change).items():
        if len(places) == 1:
            print_state(console, effect, f"{places[0]}: {reason.replace(_FILE, places[0].partition(':')[0])}")
            continue
        print_state(console, effect, f"{counted(len(places), 'answers file')}: {reason}")
        for place in places:
            print_state(console, "", f"  {place}")
    for group in change.groups:
        say(console, f"  {group}, like {group.example.path}")
    for path in sorted(change.conflicts):
        print_state(console, "conflict", path)
    would = "would be " if dry_run else ""
    taken = len(change.outcomes) - len(change.refused)
    say(
        console,
        f"{taken} of {len(change.outcomes)} answers files {would}at {change.target}, {len(change.refused)} refused; "
        f"{counted(len(change.writes), 'file')} {would}changed, {len(change.conflicts)} with conflicts",
    )


def _refusals(change: Update) -> dict[tuple[str, str], list[str]]:
    """Group the refused answers files by effect and reason, in which `FILE` stands for the name of each."""
    groups: dict[tuple[str, str], list[str]] = {}
    for outcome in change.refused:
        for effect, text in effects_of(outcome):
            place, _, reason = text.partition(": ")
            if not place.startswith(outcome.name):
                place, reason = outcome.name, text
            groups.setdefault((effect, reason.replace(outcome.name, _FILE)), []).append(place)
    return groups


def _print_markdown(change: Update, *, dry_run: bool) -> None:
    """Print the same as a comment for a pull request."""
    effects = Counter(effect for outcome in change.outcomes for effect in outcome.effects)
    lines = [
        f"### {'What an update' if dry_run else 'Update'} to {markdown_code(change.target)}"
        f"{' would do' if dry_run else ''}",
        "",
    ]
    lines += ["| answers files | |", "|---|---:|"]
    lines += [f"| {effect} | {effects[effect]} |" for effect in EFFECTS if effects[effect]]
    lines += [f"| files changed | {len(change.writes)} |", f"| conflicts | {len(change.conflicts)} |", ""]
    if groups := change.groups:
        lines += ["| change | from | to | in | example |", "|---|---|---|---:|---|"]
        for group in groups:
            values = " | ".join(markdown_code(value) if value else "" for value in (group.old, group.new))
            key, example = markdown_code(group.key), markdown_code(group.example.path)
            lines.append(f"| {key} | {values} | {group.where} | {example} |")
        lines.append("")
    for title, wanted in (
        ("Refused, and left as they are", ("refused", "forbidden in cloud")),
        ("Pinned: they keep an answer that the registry has changed", ("pinned",)),
        ("Renamed or moved, with the edits in them", ("renamed", "moved")),
    ):
        texts = [text for outcome in change.outcomes for effect, text in effects_of(outcome) if effect in wanted]
        if texts:
            lines += [f"**{title}**", "", *(f"- {markdown_code(text)}" for text in texts[:_LISTED])]
            lines += [f"- and {len(texts) - _LISTED} more"] if len(texts) > _LISTED else []
            lines.append("")
    moves = [f"{path} -> {target}" for path, target in change.moves.items()]
    for title, paths in (
        ("Moved", moves),
        ("Deleted", change.deletes),
        ("Kept, because they were edited or are needed", change.kept),
    ):
        if paths:
            lines += [f"**{title}**", "", *(f"- {markdown_code(path)}" for path in paths), ""]
    if change.conflicts:
        lines += ["**Conflicts**", "", *(f"- {markdown_code(path)}" for path in sorted(change.conflicts)[:_LISTED]), ""]
    print("\n".join(lines).rstrip())


def _print_json(change: Update, *, dry_run: bool) -> None:
    """Print `{target, answers, changes, files, moves, kept, conflicts}`."""
    dump(
        "update.v1",
        {
            "target": change.target,
            "dry_run": dry_run,
            "answers": [
                {"file": o.name, "effects": list(o.effects), "detail": o.detail, "pinned": list(o.pins)}
                | ({"becomes": o.new_name} if o.new_name not in ("", o.name) else {})
                for o in change.outcomes
            ],
            "changes": [
                {
                    "kind": group.kind,
                    "key": group.key,
                    "old": group.old,
                    "new": group.new,
                    "count": group.count,
                    "example": {"path": group.example.path, "old": group.example.old, "new": group.example.new},
                }
                for group in change.groups
            ],
            "files": written_files(change),
            "moves": change.moves,
            "kept": change.kept,
            "conflicts": sorted(change.conflicts),
        },
    )


_PRINTED = {Format.table: _print_text, Format.markdown: _print_markdown, Format.json: _print_json}
