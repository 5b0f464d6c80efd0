"""What the commands share: exit statuses, options, help."""

from typing import Annotated, Any

import typer
from typer.core import TyperArgument

from ..base.repository_url import VARIABLE

OK, WRONG, UNABLE, BEHIND = 0, 1, 2, 3
# What the exit status of every command means; this must not change.
STATUSES = {
    OK: "success",
    WRONG: "something is wrong, was refused, or has conflicts",
    UNABLE: "the command could not run",
    BEHIND: "nothing is wrong, but a newer version exists",
}


def with_examples(help_of: type, examples: tuple[str, ...]) -> Any:
    """Return a help class that starts with examples: most people look for these."""

    class Help(help_of):
        examples: tuple[str, ...] = ()

        def format_help(self, ctx: typer.Context, formatter: Any) -> None:
            """Write the examples, then the usual help."""
            with formatter.section("Examples"):
                for example in examples:
                    formatter.write_text(example)
            formatter.write_paragraph()
            super().format_help(ctx, formatter)

        def get_params(self, ctx: typer.Context) -> list[Any]:
            """Return the parameters; an argument is shown by its name, without the Python type that Typer adds."""
            params = super().get_params(ctx)
            for one in params:
                if isinstance(one, TyperArgument):
                    one.display_type_rich = lambda ctx: None
            return params

    Help.examples = examples
    return Help


Template = Annotated[
    str,
    typer.Option(
        "--template",
        metavar="URL",
        envvar=VARIABLE,
        help="Git URL or path of the template to trust; no other template is run. Default: the one that dativo.yml "
        "on the protected branch names, else the one that this command was installed from.",
    ),
]
To = Annotated[str, typer.Option("--to", metavar="VERSION", help="Released version to use; default: the newest.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Show what would change; write nothing.")]
Force = Annotated[
    bool, typer.Option("--force", help="Delete files even if they were edited by hand, or if other jobs use them.")
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]
Tenants = Annotated[
    list[str] | None, typer.Option("--tenant", metavar="NAME", help="Only this tenant; can be repeated.")
]
Connectors = Annotated[
    list[str] | None, typer.Option("--connector", metavar="NAME", help="Only this source or target; can be repeated.")
]
Environments = Annotated[
    list[str] | None, typer.Option("--environment", metavar="NAME", help="Only this environment; can be repeated.")
]
