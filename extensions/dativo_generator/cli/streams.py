"""Standard streams that last: the reader of the output may leave, and a command still finishes its work.

A reader that leaves, as in ``| head -1``, is not an error, and must not end a command between printing and writing. The
next file that is opened must not take the place of a closed stream. A character that the terminal's encoding lacks is
escaped.
"""

import io
import os
import sys
from contextlib import suppress
from typing import Any, TextIO

# No terminal is narrower than this: a program has set a width that it does not know.
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
        """Write as much as possible; raises `OSError` once, unless the reader has left."""
        try:
            return super().write(content)
        except OSError as error:
            nowhere = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nowhere, self.fileno())
            os.close(nowhere)
            if not isinstance(error, BrokenPipeError):
                raise OSError(error.errno, error.strerror, OUTPUT) from None
            return len(content)
