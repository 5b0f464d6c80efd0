"""A command ends what it does, whoever reads its output, and says what the system refused."""

import errno
import os
import subprocess
import sys
from pathlib import Path

import pytest

from dativo_generator.base.system_errors import system_message
from support import ROOT

# Prints more than a pipe holds, then does the rest of its work; `start` ends a command like this.
PRINTS = """
import os, sys
from dativo_generator.cli.streams import flush, lasting
lasting()
print("é" * 200_000)
print("é" * 200_000, file=sys.stderr)
flush()
print("more")
flush()
open(sys.argv[1], "x").write(f"{sys.stdout.encoding} {os.environ.get('COLUMNS')} {os.dup(0)}")
"""


def run(done: Path, *redirected: str, **environment: str) -> tuple[int, str]:
    """Run it through a shell; returns its exit status and what is left of its output."""
    command = ["sh", "-c", f'"$0" -c "$1" "$2" {" ".join(redirected)}', sys.executable, PRINTS, str(done)]
    how = os.environ | {"PYTHONPATH": str(ROOT / "extensions")} | environment
    ran = subprocess.run(command, env=how, capture_output=True, text=True, errors="replace")
    return ran.returncode, ran.stdout + ran.stderr


@pytest.mark.parametrize("redirected", ["| true", "2>&1 | head -c 1", "2>&1 >/dev/null | true"])
def test_a_reader_that_leaves_ends_nothing(redirected: str, tmp_path: Path) -> None:
    left = run(tmp_path / "done", redirected)[1]
    assert (tmp_path / "done").exists() and "Error" not in left and "Exception" not in left


@pytest.mark.parametrize("closed", [">&-", "2>&-", "<&-", "<&- >&- 2>&-"])
def test_no_file_takes_the_place_of_a_closed_stream(closed: str, tmp_path: Path) -> None:
    assert run(tmp_path / "done", closed)[0] == 0
    assert int((tmp_path / "done").read_text().split()[2]) > 2


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="the system has no full device")
def test_output_that_cannot_be_written_is_an_error_once(tmp_path: Path) -> None:
    status, left = run(tmp_path / "done", "> /dev/full")
    assert status == 1 and left.count("OSError: [Errno 28] No space left on device: 'standard output'") == 1
    assert "Exception ignored" not in left


def test_what_an_encoding_lacks_is_escaped(tmp_path: Path) -> None:
    status, left = run(tmp_path / "done", PYTHONIOENCODING="ascii")
    assert (status, left.count("\\xe9")) == (0, 400_000)


@pytest.mark.parametrize(("width", "kept"), [("0", "None"), ("x", "None"), ("-3", "None"), ("40", "40")])
def test_a_width_of_nothing_is_none(width: str, kept: str, tmp_path: Path) -> None:
    run(tmp_path / "done", COLUMNS=width)
    assert (tmp_path / "done").read_text().split()[1] == kept


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (OSError(errno.ENOSPC, "No space left on device", "a/b"), "a/b: free some space; No space left on device"),
        (OSError(errno.ENOSPC, "No space left on device"), "free some space; No space left on device"),
        (
            PermissionError(errno.EACCES, "Permission denied", b"a"),
            "a: give your user access; Permission denied",
        ),
        (OSError(errno.EIO, "Input/output error", "a"), "a: Input/output error"),
        (OSError("odd"), "odd"),
    ],
)
def test_an_error_of_the_system_says_what_to_do(error: OSError, said: str) -> None:
    assert system_message(error) == said
