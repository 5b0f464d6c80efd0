"""Report that a command failed: in one line for people and, with `--json`, in a document, too."""

import sys
from collections.abc import Sequence
from itertools import pairwise
from typing import NoReturn

from ..base.errors import printable
from ..base.telling import tell

ERROR = "error.v1"


def wants_json(arguments: Sequence[str]) -> bool:
    """Return whether a program reads the output, without parsing the arguments: these may be wrong."""
    options = arguments[: arguments.index("--")] if "--" in arguments else arguments
    return "--json" in options or "--format=json" in options or ("--format", "json") in pairwise(options)


def refuse(reason: str, status: int, as_json: bool) -> NoReturn:
    """Exit with a status, and give the reason in one line on standard error.

    `as_json` also prints ``{schema, error, status}``, so that standard output always holds one JSON document.
    """
    tell(f"Error: {reason}")
    if as_json:
        from .output import dump  # not at start-up: it loads what commands need

        dump(ERROR, {"error": printable(reason), "status": status})
    sys.exit(status)
