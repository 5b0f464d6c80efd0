"""Make Ctrl-C and other signals end a command at once, but never in the middle of a change, and report the truth.

While a change is written, signals are only recorded. Before the change is decided, `check` raises for a recorded
signal; afterwards the change is completed first.
"""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

# The signals of Ctrl-C, of a request to terminate, and of a closed terminal.
SIGNALS = tuple(getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name))
_NOTHING = "nothing was changed"


class Interrupted(BaseException):
    """A signal asked to stop the command. Neither an `Exception` nor a `KeyboardInterrupt`, which Typer handles."""

    def __init__(self) -> None:
        """State what is true of the files now."""
        super().__init__(f"interrupted; {_state.truth}")


@dataclass
class _State:
    held: int = 0
    came: bool = False
    truth: str = _NOTHING


_state = _State()


@contextmanager
def listening() -> Iterator[None]:
    """Raise `Interrupted` for each of `SIGNALS` that the process does not ignore."""
    _state.came, _state.truth = False, _NOTHING
    if threading.current_thread() is not threading.main_thread():  # only the main program handles signals
        yield
        return
    before = {one: signal.getsignal(one) for one in SIGNALS}
    before = {one: handler for one, handler in before.items() if handler not in (signal.SIG_IGN, None)}
    for one in before:
        signal.signal(one, _came)
    try:
        yield
    finally:
        for one, handler in before.items():
            signal.signal(one, handler)
        _state.came = False


@contextmanager
def held() -> Iterator[None]:
    """Only record signals inside, and raise `Interrupted` at the end, unless there is another error."""
    _state.held += 1
    try:
        yield
    finally:
        _state.held -= 1
    check()


def check() -> None:
    """Raise `Interrupted` if a signal was recorded."""
    if _state.came:
        raise Interrupted


def tell(truth: str) -> None:
    """Set what an interrupted command reports about the files from now on, instead of "nothing was changed"."""
    _state.truth = truth


@contextmanager
def blocked() -> Iterator[None]:
    """Block signals in this thread, and in the processes and threads that it starts meanwhile."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, SIGNALS)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _came(number: int, frame: object) -> None:
    _state.came = True
    if not _state.held:
        raise Interrupted
