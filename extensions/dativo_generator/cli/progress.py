"""The progress of long work."""

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

# The interval between progress lines where there is no terminal for a bar.
SECONDS = 5.0


@contextmanager
def progress(what: str, total: int, quiet: bool) -> Iterator[Callable[[], None]]:
    """Show a progress bar on a terminal; elsewhere, print a line every few seconds.

    The bar starts with the first finished step, because it runs in a thread, and processes must be forked before that.
    """
    console = Console(stderr=True)
    columns = (TextColumn(what), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    bar = Progress(*columns, console=console, transient=True, disable=quiet or not console.is_terminal)
    task = bar.add_task(what, total=total)
    done, printed = 0, time.monotonic()

    def advance() -> None:
        nonlocal done, printed
        done += 1
        bar.start()
        bar.advance(task)
        if not quiet and not console.is_terminal and time.monotonic() - printed >= SECONDS:
            printed = time.monotonic()
            print(f"{what}: {done} of {total}", file=sys.stderr, flush=True)

    try:
        yield advance
    finally:
        bar.stop()
