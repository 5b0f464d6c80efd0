"""The entry point: it handles signals before it loads all other code, which takes most of a second."""

import sys

from ..fleet.interruption import Interrupted, listening
from .failure import refuse, wants_json
from .streams import flush, lasting


def main() -> None:
    """Load the command and run it."""
    lasting()
    status: object = 0
    try:
        with listening():
            from .app import main as run

            run()
    except SystemExit as stop:
        status = stop.code
    except Interrupted as error:
        refuse(str(error), 2, wants_json(sys.argv[1:]))  # `options.UNABLE`, which may not be loaded yet
    try:
        flush()
    except OSError as error:
        from ..base.system_errors import system_message

        refuse(system_message(error), 2, as_json=False)
    sys.exit(status)  # type: ignore[arg-type]
