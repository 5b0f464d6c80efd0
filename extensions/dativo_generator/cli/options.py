"""What the commands have in common: exit statuses, options, help, and how they look at the working directory."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import typer

from ..base.paths import ANSWERS_FILES
from ..fleet.fleet import Fleet
from ..fleet.source import VARIABLE, Source, SourceError, scratch_folder, trusted
from ..fleet.update import Update
from ..fleet.worktree import mark_unmerged

OK, WRONG, UNABLE, BEHIND = 0, 1, 2, 3
# What the exit status of every command says; it stays so.
STATUSES = {
    OK: "nothing to say",
    WRONG: "something is wrong, or was refused, or has conflicts",
    UNABLE: "the command could not run",
    BEHIND: "only that a newer version exists",
}


def with_examples(help_of: type, examples: tuple[str, ...]) -> Any:
    """Make a help that begins with examples, since they are what most people look for."""

    class Help(help_of):
        def format_help(self, ctx: typer.Context, formatter: Any) -> None:
            """Write the examples, then what every help has."""
            with formatter.section("Examples"):
                for example in examples:
                    formatter.write_text(example)
            formatter.write_paragraph()
            super().format_help(ctx, formatter)

    return Help


Template = Annotated[
    str,
    typer.Option(
        "--template",
        metavar="URL",
        envvar=VARIABLE,
        help="The template repository to trust, a URL or a path; nothing else is run. "
        "Without it, where this command was installed from.",
    ),
]
To = Annotated[
    str, typer.Option("--to", metavar="VERSION", help="The released version to go to; the newest without it.")
]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Write nothing, and say what would happen.")]
Force = Annotated[
    bool, typer.Option("--force", help="Delete what goes with the edits in it, and although other jobs use it.")
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON, for programs.")]


@contextmanager
def fleet_here(template: str) -> Iterator[Fleet]:
    """Look at the working directory with the trusted template."""
    location = trusted(template)
    with scratch_folder() as scratch:
        yield Fleet(Path.cwd(), Source(location, Path(scratch)))


def save(fleet: Fleet, change: Update) -> None:
    """Write a change, and let Git know of its conflicts."""
    fleet.tree.write(change.writes)
    mark_unmerged(fleet.tree.root, change.conflicts)


def nothing_here(fleet: Fleet) -> str:
    """Say that a folder has no scaffolds, and where to run the command instead."""
    return f"{fleet.tree.root}: holds no answers file ({ANSWERS_FILES}); run the command in the folder that does"


def assignment(text: str) -> tuple[str, str]:
    """Read ``NAME=ANSWER``; raises `SourceError`."""
    name, equals, value = text.partition("=")
    if not equals or not name:
        raise SourceError(f"--data: '{text}' is not NAME=ANSWER")
    return name, value
