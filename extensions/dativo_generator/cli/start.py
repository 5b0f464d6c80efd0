"""The entry point: it handles signals before it loads the rest, which takes most of a second."""

import sys

from ..fleet.interruption import Interrupted, listening
from .failure import refuse, wants_json


def main() -> None:
    """Load the command and run it."""
    try:
        with listening():
            from .app import main as run

            run()
    except Interrupted as error:
        refuse(str(error), 2, wants_json(sys.argv[1:]))  # `options.UNABLE`, which may not be loaded yet
