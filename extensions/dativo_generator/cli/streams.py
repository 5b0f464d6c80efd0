"""Standard streams that last: whoever reads the output may leave, and a command still ends what it does.

A reader that leaves, as in ``| head -1``, is no error, and must not end a command between what it prints and what it
writes. A stream that is closed must not have its place taken by the next file that is opened. A character that the
terminal's encoding lacks is escaped.
"""

import io
import os
import sys
from contextlib import suppress
from typing import Any, TextIO

# Narrower than this is no terminal; a program has set the width without knowing it.
_NARROWEST = 20
OUTPUT = "standard output"


def lasting() -> None:
    """Prepare the standard streams of this process."""
    with suppress(OSError):
        while (descriptor := os.open(os.devnull, os.O_RDWR)) <= 2:  # in the place of one that is closed
            os.set_inheritable(descriptor, True)
        os.close(descriptor)
    sys.stdin = sys.stdin or io.TextIOWrapper(io.BufferedReader(io.FileIO(os.devnull)))
    sys.stdout, sys.stderr = _lasting(sys.stdout), _lasting(sys.stderr)
    if (width := os.environ.get("COLUMNS", "")) and not (width.isdecimal() and int(width) >= _NARROWEST):
        del os.environ["COLUMNS"]


def flush() -> None:
    """Write what is left of the output; raises `OSError`."""
    sys.stdout.flush()


def _lasting(stream: TextIO | None) -> TextIO:
    if stream is None:
        return io.TextIOWrapper(io.BufferedWriter(io.FileIO(os.devnull, "w")), encoding="utf-8")
    if not isinstance(stream, io.TextIOWrapper):
        return stream
    stream.reconfigure(errors="backslashreplace")
    if stream.isatty():
        return stream
    how: dict[str, Any] = {"encoding": stream.encoding, "errors": stream.errors}
    raw = _Descriptor(stream.fileno(), "w", closefd=False)
    return io.TextIOWrapper(io.BufferedWriter(raw), line_buffering=stream.line_buffering, **how)


class _Descriptor(io.FileIO):
    """A descriptor that leads nowhere once it cannot be written to."""

    def write(self, content: Any) -> int:
        """Write what can be; raises `OSError`, once, unless its reader has left."""
        try:
            return super().write(content)
        except OSError as error:
            nowhere = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nowhere, self.fileno())
            os.close(nowhere)
            if not isinstance(error, BrokenPipeError):
                raise OSError(error.errno, error.strerror, OUTPUT) from None
            return len(content)
