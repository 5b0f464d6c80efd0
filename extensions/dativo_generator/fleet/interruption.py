"""Ctrl-C and its like end a command at once, but never in the middle of a change, and with the truth about it.

While a change is written, signals are only noted. Before it is decided it asks `check`, which ends it; afterwards it is
completed first.
"""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

# An end that is asked for by the terminal, by whoever started the command, and by a terminal that is closed.
SIGNALS = tuple(getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name))
_NOTHING = "nothing was changed"


class Interrupted(BaseException):
    """An end was asked for. It is no `Exception`, and no `KeyboardInterrupt`, which Typer would keep for itself."""

    def __init__(self) -> None:
        """Say what is true of the files now."""
        super().__init__(f"interrupted; {_state.truth}")


@dataclass
class _State:
    held: int = 0
    came: bool = False
    truth: str = _NOTHING


_state = _State()


@contextmanager
def listening() -> Iterator[None]:
    """Raise `Interrupted` for each of `SIGNALS`, but for those that whoever started the command has it ignore."""
    _state.came, _state.truth = False, _NOTHING
    if threading.current_thread() is not threading.main_thread():  # signals are for the program that calls this one
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
    """Note signals inside, and raise `Interrupted` at the end, unless there is an error to tell."""
    _state.held += 1
    try:
        yield
    finally:
        _state.held -= 1
    check()


def check() -> None:
    """Raise `Interrupted` when a signal was noted."""
    if _state.came:
        raise Interrupted


def tell(truth: str) -> None:
    """Say what is to be said of the files from now on, instead of that nothing was changed."""
    _state.truth = truth


@contextmanager
def blocked() -> Iterator[None]:
    """Keep signals from this thread, and from the processes and threads that it starts meanwhile."""
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
