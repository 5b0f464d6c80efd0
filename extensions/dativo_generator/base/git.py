"""The only caller of Git: neither the environment nor a repository decides what it runs.

Hooks and aliases pass on the location of *their* repository (`GIT_DIR`, `GIT_INDEX_FILE`, ...), and a repository's own
configuration can name programs to run: hooks, a file system monitor, filters. See "Environment variables" and
"CONFIGURATION FILE" in gitmanual(7) and git-config(1).
"""

import os
import re
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from .errors import DativoError
from .git_failures import failure

# Seconds until a command counts as hung; a clone may take longer.
PATIENCE = 120
CLONE_PATIENCE = 1800
# The user's variables for transport and trust are kept; those that locate a repository or its contents are not.
_KEPT = re.compile(
    r"GIT_(ASKPASS|SSH|SSH_COMMAND|SSH_VARIANT|TERMINAL_PROMPT|ALLOW_PROTOCOL|SSL_\w+|HTTP_\w+|PROXY_\w+|TRACE\w*"
    r"|CONFIG_(GLOBAL|SYSTEM|NOSYSTEM))"
)
_LFS = re.compile(r"git-lfs (clean -- %f|filter-process)")
_FILTER = re.compile(r"(filter\..*)\.(clean|process)")
# The scopes of settings stored in a repository.
_ITS_OWN = ("local", "worktree")
# The pack recognizes Git's messages, so they must be English; this variable leaves the character set alone.
_ENGLISH = {"LANGUAGE": "en"}
_SETTINGS = ("-c", f"core.hooksPath={os.devnull}", "-c", "core.fsmonitor=false", "-c", "core.pager=cat")


class GitError(DativoError):
    """Git is not installed, failed, or timed out."""


def git(
    folder: Path,
    *arguments: str,
    input: bytes | None = None,
    settings: Sequence[str] = (),
    variables: Mapping[str, str] | None = None,
    patience: float = PATIENCE,
    apart: bool = False,
    url: str = "",
    about: Path | None = None,
) -> bytes:
    """Run a Git command in `folder` and return its standard output.

    `settings` precede the command, `variables` are added to the environment, `patience` is in seconds. Raises
    `GitError` with what to do, followed by Git's own message. What to do concerns `url`, from which Git fetches, or the
    repository `about`, by default `folder`.
    """
    how: dict[str, Any] = {"settings": settings, "variables": variables, "patience": patience, "apart": apart}
    done = attempt(folder, *arguments, input=input, **how)
    if done.returncode:
        raise GitError(failure(arguments[0], about or folder, done.stderr, url))
    return done.stdout


def attempt(
    folder: Path,
    *arguments: str,
    input: bytes | None = None,
    settings: Sequence[str] = (),
    variables: Mapping[str, str] | None = None,
    patience: float = PATIENCE,
    apart: bool = False,
) -> subprocess.CompletedProcess[bytes]:
    """Run a Git command that may fail; raises `GitError` only when Git or `folder` is missing, or Git times out.

    With `apart`, the command does not receive a Ctrl-C from the terminal and cannot prompt there.
    """
    try:
        return subprocess.run(
            ["git", *_SETTINGS, *settings, *arguments],
            cwd=folder,
            env=clean(os.environ) | _ENGLISH | dict(variables or {}),
            input=input,
            # Git must not read our standard input.
            **({"stdin": subprocess.DEVNULL} if input is None else {}),
            capture_output=True,
            timeout=patience,
            **({"process_group": 0} if apart and os.name == "posix" else {}),
        )
    except FileNotFoundError as error:
        missing = "install Git, and put it on the PATH; there is no git"
        raise GitError(missing if error.filename == "git" else f"{folder}: is not a folder") from None
    except OSError as error:
        raise GitError(f"{folder}: allow your user to go there and run git: {error.strerror}") from None
    except subprocess.TimeoutExpired:
        slow = f"try again, with a faster network or disk; Git's {arguments[0]} took more than {patience:g} seconds"
        raise GitError(slow) from None


def clean(environment: Mapping[str, str]) -> dict[str, str]:
    """Return the environment without the variables that tell Git where a repository is, or how to read it."""
    return {name: value for name, value in environment.items() if not name.startswith("GIT_") or _KEPT.fullmatch(name)}


def rewrites(folder: Path) -> list[tuple[str, str]]:
    """List Git's `url.<base>.insteadOf` settings as pairs of the beginning of a URL and its replacement."""
    listing = attempt(folder, "config", "-z", "--get-regexp", r"^url\..*\.insteadof$").stdout
    entries = (entry.partition("\n") for entry in os.fsdecode(listing).split("\0")[:-1])
    return [(before, key.removeprefix("url.").removesuffix(".insteadof")) for key, _, before in entries]


def without_filters(folder: Path) -> dict[str, str]:
    """Return the variables that keep a repository's own filters from running programs.

    The user's filters and Git LFS stay: without them, unchanged files would look changed. The name of a filter may hold
    "=", where `-c` would end the name, and bytes that are not text, which no pattern of `git config` matches: hence
    variables, and a list of all settings.
    """
    listing = attempt(folder, "config", "--list", "--show-scope", "-z").stdout
    parts = os.fsdecode(listing).split("\0")
    settings: list[tuple[str, str]] = []
    for scope, entry in zip(parts[:-1:2], parts[1::2], strict=True):
        key, _, command = entry.partition("\n")
        if scope in _ITS_OWN and (match := _FILTER.fullmatch(key)) and not _LFS.fullmatch(command):
            settings += [(key, ""), (f"{match[1]}.required", "false")]
    variables = {"GIT_CONFIG_COUNT": str(len(settings))}
    for number, (key, value) in enumerate(settings):
        variables |= {f"GIT_CONFIG_KEY_{number}": key, f"GIT_CONFIG_VALUE_{number}": value}
    return variables
