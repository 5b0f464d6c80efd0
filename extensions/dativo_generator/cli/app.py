"""The `dativo-generator` command: what Copier does for one scaffold, for all of a repository."""

import sys
from collections.abc import Sequence
from typing import NoReturn

import typer
from typer.core import TyperCommand, TyperGroup

from ..base.errors import DativoError, printable
from ..fleet.interruption import Interrupted, listening
from . import batch, fields, replay, update, validate
from .options import STATUSES, UNABLE, with_examples

# The commands by name, in the order of the help.
COMMANDS = {"replay": replay, "update": update, "batch": batch, "validate": validate, "fields": fields}
# What a help begins with.
EXAMPLES = {
    "dativo-generator": ("dativo-generator replay", "dativo-generator update --dry-run"),
    **{name: module.EXAMPLES for name, module in COMMANDS.items()},
}

app = typer.Typer(
    cls=with_examples(TyperGroup, EXAMPLES["dativo-generator"]),
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    help="Keep the jobs and assets of a repository what their answers files and the connector registry say.",
    epilog="Scaffold with copier copy, update one scaffold with copier update. Exit status: "
    + "; ".join(f"{status} {said}" for status, said in STATUSES.items())
    + ".",
)
for _name, _module in COMMANDS.items():
    app.command(_name, cls=with_examples(TyperCommand, EXAMPLES[_name]))(_module.command)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command; an error is one line and an exit status, never a traceback."""
    try:
        with listening():
            app(args=arguments, prog_name="dativo-generator")
    except (DativoError, Interrupted) as error:
        _refuse(str(error))
    except OSError as error:  # of a full disk, say, which names no file
        _refuse(": ".join(str(part) for part in (error.filename, error.strerror or error) if part))


def _refuse(reason: str) -> NoReturn:
    print(f"Error: {printable(reason)}", file=sys.stderr)
    sys.exit(UNABLE)
