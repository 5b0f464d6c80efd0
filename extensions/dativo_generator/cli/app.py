"""The `dativo-generator` command: what Copier does for one scaffold, for a whole repository.

Each command is a module that is loaded when it runs: some import Copier, for example, which takes most of a second.
"""

import sys
from collections.abc import Sequence
from importlib import import_module
from types import ModuleType
from typing import Annotated, Any

import typer
from typer.core import TyperCommand, TyperGroup
from typer.main import get_command

from ..base.errors import DativoError
from ..base.system_errors import system_message
from ..fleet.interruption import Interrupted, listening
from .failure import refuse, wants_json
from .options import OK, STATUSES, UNABLE, with_examples
from .usage import usage_message

# The commands in the order of the help, with their descriptions.
COMMANDS = {
    "new": "Scaffold a new job.",
    "replay": "Check that a repository is what its answers files say.",
    "update": "Update scaffolds to another version of the template.",
    "batch": "Create or update every scaffold in a manifest.",
    "list": "List scaffolds, and jobs and assets written by hand.",
    "explain": "Show where each value of a job or an asset comes from.",
    "remove": "Remove scaffolds, or objects of one.",
    "adopt": "Bring hand-written jobs and assets under management.",
    "validate": "Find what the runner would refuse or silently do wrong.",
    "fields": "Print the columns of a source, as a data file.",
    "drift": "Find what changed in the sources of imported columns.",
    "doctor": "Check this machine, and say what to type.",
}
EXAMPLES = ("dativo-generator new", "dativo-generator replay", "dativo-generator update --dry-run")

_OF_ALL: dict[str, Any] = {
    "rich_markup_mode": None,
    "pretty_exceptions_enable": False,
    "context_settings": {"help_option_names": ["-h", "--help"]},
}


class Commands(with_examples(TyperGroup, EXAMPLES)):  # type: ignore[misc]
    """The commands by name, each loaded on demand."""

    def list_commands(self, ctx: typer.Context) -> list[str]:
        """Return the names in the order of the help."""
        return list(COMMANDS)

    def get_command(self, ctx: typer.Context, cmd_name: str) -> Any:
        """Load a command; returns None if no command has that name."""
        if cmd_name not in COMMANDS:
            return None
        module = loaded(cmd_name)
        alone = typer.Typer(add_completion=False, **_OF_ALL)
        alone.command(cmd_name, cls=with_examples(TyperCommand, module.EXAMPLES))(module.command)
        return get_command(alone)

    def format_commands(self, ctx: typer.Context, formatter: Any) -> None:
        """List the commands without loading any."""
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


def loaded(name: str) -> ModuleType:
    """Return the module of a command."""
    return import_module(f".{name}", __package__)


app = typer.Typer(
    cls=Commands,
    no_args_is_help=True,
    help="Create and maintain the jobs and assets of a repository, from answers files and the connector registry.",
    epilog="`copier copy` and `copier update` do the same for one scaffold. Exit status: "
    + "; ".join(f"{status} {meaning}" for status, meaning in STATUSES.items())
    + ".",
    **_OF_ALL,
)


def _print_version(asked: bool) -> None:
    if asked:
        from importlib import metadata  # not at start-up: it loads more than all of this command's start

        print(f"dativo-generator {metadata.version('dativo-generator')}")
        raise typer.Exit


@app.callback()
def _every_command(
    version: Annotated[
        bool, typer.Option("--version", help="Print the version.", callback=_print_version, is_eager=True)
    ] = False,
) -> None: ...


# The base class of Typer's usage errors, which Typer does not export by name.
_UsageError: Any = typer.BadParameter.__base__


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command; an error is one line and an exit status, never a traceback."""
    arguments = sys.argv[1:] if arguments is None else arguments
    as_json = wants_json(arguments)
    try:
        with listening():
            # Typer would report usage errors itself, in another form than that of all others.
            sys.exit(app(args=arguments, prog_name="dativo-generator", standalone_mode=False) or OK)
    except _UsageError as error:
        if not arguments:  # this error is the help
            error.show()
            sys.exit(error.exit_code)
        refuse(usage_message(error, COMMANDS), error.exit_code, as_json)
    except typer.Abort:
        refuse("the input ended before the answer", UNABLE, as_json)
    except (DativoError, Interrupted) as error:
        refuse(str(error), UNABLE, as_json)
    except OSError as error:  # a full disk, for example, names no file
        refuse(system_message(error), UNABLE, as_json)
