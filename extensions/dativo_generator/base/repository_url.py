"""Where the pack's repository is: one spelling for each place, and what pip and git fetch from there."""

import re
from pathlib import Path
from urllib.parse import unquote

_SHORTHANDS = {"gh:": "https://github.com/", "gl:": "https://gitlab.com/"}
_SSH = re.compile(r"([\w.-]+@[\w.-]+):(.*)")


def canonical(location: str) -> str:
    """Write a repository's location in one way, so that two spellings compare equal; a path becomes absolute."""
    for short, url in _SHORTHANDS.items():
        if location.startswith(short):
            location = url + location.removeprefix(short)
    location = location.removeprefix("git+")
    if location.startswith("file://"):
        location = unquote(location.removeprefix("file://").removeprefix("localhost"))
    if "://" not in location and not _SSH.match(location):
        try:
            return str(Path(location).expanduser().resolve())
        except (OSError, RuntimeError, ValueError):  # a home of nobody, a NUL, links in a circle: the name of no folder
            return location
    return location.rstrip("/").removesuffix(".git")


def is_local(location: str) -> bool:
    """Tell whether a canonical location is a folder of this machine."""
    return Path(location).is_absolute()


def url_of(location: str) -> str:
    """Write a canonical location as a URL: a folder as file://, ``user@host:path`` as ssh://."""
    if is_local(location):
        return Path(location).as_uri()
    match = _SSH.fullmatch(location)
    return f"ssh://{match[1]}/{match[2].lstrip('/')}" if match and "://" not in location else location
