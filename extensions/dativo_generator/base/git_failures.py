"""What to do when Git fails: a remedy for each message of Git, and one line that begins with it."""

import re
from collections.abc import Iterable
from pathlib import Path
from shlex import quote
from tempfile import gettempdir

from .paths import TEMPORARY

# The oldest Git with every option that is used here; see GIT_CONFIG_COUNT in git-config(1).
OLDEST = "2.31"
# In each remedy, {folder} is the repository's folder, {place} where its files are and {url} where Git fetches from, all
# quoted for a shell; any other name is a group of the pattern. The first pattern that matches counts.
_REMEDIES = [
    (
        r"dubious ownership in repository at '(?P<path>[^'\n]+)'|unsafe repository \('(?P<older>[^'\n]+)'",
        "if you trust its owner, run git config --global --add safe.directory {path}{older}",
    ),
    (
        r"nable to create '(?P<path>[^'\n]+\.lock)': File exists",
        "wait for the other Git command or, if none is running, remove its lock with rm {path}",
    ),
    (r"No space left on device|Disk quota exceeded", "free space on the disk that df -h {place} shows"),
    (r"Read-only file system", "use a folder on a file system that can be written to"),
    (
        r"Permission denied \(|Authentication failed|could not read (?:Username|Password)|error: 40[13]"
        r"|Access denied|access denied",
        "log in, or ask for access, until this works: git ls-remote {url}",
    ),
    (
        r"certificate",
        "have Git trust the server's certificate with git config --global http.sslCAInfo FILE",
    ),
    (
        r"Host key verification failed",
        "check the host's key by connecting with ssh once, until this works: git ls-remote {url}",
    ),
    (
        r"Could not resolve|Failed to connect|Couldn't connect|Connection |Network is unreachable|timed out"
        r"|error: 5\d\d|RPC failed|early EOF|hung up|disconnect",
        "check the network and the address, until this works: git ls-remote {url}",
    ),
    (
        r"remote helper|'remote-[^']*' is not a git command|transport '[^']*' not allowed"
        r"|protocol '[^']*' is not supported",
        "name the template by a path, or by a URL with https or ssh",
    ),
    (
        r"repository '[^']*' not found|does not appear to be a git repository|Repository not found"
        r"|'[^']*' does not exist",
        "check the address, and ask for access if it is right, until this works: git ls-remote {url}",
    ),
    (
        r"bad config line (?P<line>\d+) in file (?P<path>\S+)|bad (?:boolean|numeric) config value",
        "fix Git's settings, which git config --list shows",
    ),
    (
        r"index file|bad index|bad signature|index uses .* extension",
        "rebuild Git's index with git -C {folder} read-tree HEAD",
    ),
    (
        r"bad object|missing (?:object|blob|tree|commit)|corrupt|failed to unpack|bad tree|could not parse"
        r"|invalid object|not a valid object|unable to read|object file|did not send all|packfile|loose object",
        "clone the repository again; it is damaged, as git -C {folder} fsck shows",
    ),
    (r"not have any commits|ambiguous argument 'HEAD'|bad revision 'HEAD'", "commit something first"),
    (r"bare repository|run in a work tree", "use a clone that has files; this repository is bare"),
    (
        r"unknown (?:option|switch)|unrecognized argument|is not a git command|^usage: git",
        f"install Git {OLDEST} or newer; yours is older, as git version shows",
    ),
    (
        r"insufficient permission|Permission denied|Operation not permitted",
        "allow your user to write there (see ls -ld {place})",
    ),
    (r"not a git repository", "restore {folder}/.git from a clone, or create it with git init {folder}"),
]
# For a temporary repository, which each command makes for itself.
_AGAIN = "run the command again"
_REMEDIES = [(re.compile(pattern, re.MULTILINE), remedy) for pattern, remedy in _REMEDIES]
# What Git says last when it fails to fetch, whatever the reason.
_SAID_EVERY_TIME = "fatal: Could not read from remote repository."
_SAID = re.compile(r"(fatal|error|git): ")


def failure(command: str, folder: Path, error: bytes, url: str = "") -> str:
    """Return the message for a Git command that failed with this standard error: what to do, then Git's own line."""
    text = error.decode(errors="replace")
    return f"{_remedy(text, folder, url)}; Git's {command} said: {_error_line(text.splitlines())}"


def _remedy(text: str, folder: Path, url: str) -> str:
    temporary = Path(gettempdir()).resolve()
    is_temporary = any(
        path.name.startswith(TEMPORARY) for path in (folder / "x").resolve().parents if path.parent == temporary
    )
    place = temporary if is_temporary else folder
    for pattern, remedy in _REMEDIES:
        if match := pattern.search(text):
            if is_temporary and "{folder}" in remedy:
                return _AGAIN
            parts = {name: quote(value) if value else "" for name, value in match.groupdict().items()}
            return remedy.format(folder=quote(str(folder)), place=quote(str(place)), url=quote(url), **parts)
    if is_temporary and not url:
        return _AGAIN
    try_ = f"git ls-remote {quote(url)}" if url else f"git -C {quote(str(folder))} status"
    return f"see what is wrong with {try_}"


def _error_line(lines: Iterable[str]) -> str:
    """Return Git's line about what failed, in quotes: the last one that is neither advice nor said every time."""
    lines = [line.strip() for line in lines if line.strip()]
    if _SAID_EVERY_TIME in lines and lines[0] != _SAID_EVERY_TIME:
        lines = lines[: lines.index(_SAID_EVERY_TIME)]
    errors = [line for line in lines if _SAID.match(line)] or lines
    return f'"{errors[-1]}"' if errors else "nothing"
