"""What the commands have in common: exit statuses, options, help."""

from typing import Annotated, Any

import typer

from ..base.repository_url import VARIABLE

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
        "Without it, what dativo.yml of the protected branch says, else where this command was installed from.",
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
Tenants = Annotated[list[str] | None, typer.Option("--tenant", help="Only this tenant's; may be given again.")]
Connectors = Annotated[list[str] | None, typer.Option("--connector", help="Only those with this source or target.")]
Environments = Annotated[list[str] | None, typer.Option("--environment", help="Only those of this environment.")]
