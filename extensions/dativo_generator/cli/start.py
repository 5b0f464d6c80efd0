"""Where the command begins: signals are listened to before the rest is loaded, which takes most of a second."""

import sys

from ..fleet.interruption import Interrupted, listening


def main() -> None:
    """Load the command and run it."""
    try:
        with listening():
            from .app import main as run

            run()
    except Interrupted as error:
        print(f"Error: {error}", file=sys.stderr)
        sys.exit(2)  # `options.UNABLE`, which may not be loaded yet
