"""Where the pack's repository is: one spelling for each place, and what pip and git fetch from there."""

import re
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import unquote, urlsplit

# Who sets this variable names the repository that the command trusts.
VARIABLE = "DATIVO_TEMPLATE"
# What Copier takes for a Git repository, whatever it ends with.
_COPIERS = ("git@", "git://", "https://github.com/", "https://gitlab.com/")
_SHORTHANDS = {"gh:": "https://github.com/", "gl:": "https://gitlab.com/"}
# The short form of SSH: a user is optional, and a host may be an alias of its configuration. One letter is a drive.
_SSH = re.compile(r"((?:[\w.-]+@)?[\w.-]{2,}):(?!:)(.*)")
# A login as people paste it, encoded or not: up to the last @ of the host, or where that has none, of all.
_LOGIN = re.compile(r"(?:(?P<login>[^/?#]*)@|(?P<unencoded>[^/?#@:\[]*:(?!\d*(?:[/?#]|$)).*)@)")
# What somebody made of the form of SSH: it takes no password.
_SSH_PASSWORD = re.compile(r"([\w.-]+):[^@/\\]+@(?=[\w.-]+[:/])")
_PORTS = {"http": 80, "https": 443, "ssh": 22, "git": 9418}


def expanded(location: str) -> str:
    """Return a location as Git takes it: without the shorthands of Copier, and what pip puts before a URL."""
    for short, url in _SHORTHANDS.items():
        if location.startswith(short):
            location = url + location.removeprefix(short)
    return location.removeprefix("git+")


def recordable(location: str) -> str:
    """Write a location as Copier takes it, a folder by its path."""
    return copied_from(location) if _is_remote(canonical(location)) else canonical(location)


def copied_from(location: str) -> str:
    """Write a URL so that Copier takes it for a Git repository, which else is what ends with ``.git``."""
    place = expanded(location).rstrip("/")
    known = not _is_remote(place) or place.endswith(".git") or place.startswith(_COPIERS)
    return place if known else f"git+{place}"


def canonical(location: str) -> str:
    """Write a repository's location in one way; a path becomes absolute."""
    location = expanded(location)
    if location.startswith("file://"):
        location = unquote(location.removeprefix("file://").removeprefix("localhost"))
    if not _is_remote(location):
        try:
            return str(Path(location).expanduser().resolve())
        except (OSError, RuntimeError, ValueError):  # a home of nobody, a NUL, links in a circle: the name of no folder
            return location
    return location.rstrip("/").removesuffix(".git")


def public(location: str) -> str:
    """Return a location as it may be recorded and shown: without a password, a token or a query.

    The user of SSH stays, who is part of the address. A name alone over HTTP may be a token.
    """
    scheme, separator, rest = location.partition("://")
    if not separator:
        return _SSH_PASSWORD.sub(r"\1@", location, count=1) if _SSH_PASSWORD.match(location) else location
    login = ""
    if match := _LOGIN.match(rest):
        login, rest = match["login"] or match["unencoded"], rest[match.end() :]
    user = login.partition(":")[0]
    rest = re.split(r"[?#]", rest, maxsplit=1)[0]
    return f"{scheme}://{user}@{rest}" if user and scheme.lower().endswith("ssh") else f"{scheme}://{rest}"


def has_secret(location: str) -> bool:
    """Return whether a location holds what must not be recorded."""
    return public(location) != location


def identity(location: str) -> str:
    """Return what is equal for two spellings of one repository: host and path, however it is reached, or a folder.

    What is no location, as a stranger may have written it, is equal to itself.
    """
    try:
        place = canonical(public(location))
        parts = urlsplit(url_of(place))
        port = parts.port
    except (OSError, RuntimeError, ValueError):  # ~nobody, a NUL, half an IPv6 address
        return location
    if is_local(place) or not parts.hostname:
        return place
    named = f":{port}" if port and port != _PORTS.get(parts.scheme) else ""
    return f"{parts.hostname}{named}{re.sub('/+', '/', parts.path)}"


def identities(location: str, rewrites: Sequence[tuple[str, str]]) -> frozenset[str]:
    """Return what a location is, and what it is where Git's settings send it.

    `rewrites` are pairs of what a location may begin with, and what Git puts there instead; the longest counts.
    """
    spellings = (expanded(location), canonical(location), f"{canonical(location)}.git")
    sent = [place for one in spellings if (place := _rewritten(one, rewrites)) != one]
    return frozenset(map(identity, (location, *sent)))


def _rewritten(location: str, rewrites: Sequence[tuple[str, str]]) -> str:
    beginning, instead = max(
        ((before, after) for before, after in rewrites if before and location.startswith(before)),
        key=lambda pair: len(pair[0]),
        default=("", ""),
    )
    return instead + location.removeprefix(beginning)


def _is_remote(location: str) -> bool:
    """Return whether a location has the form of a URL, or the short one of SSH."""
    return "://" in location or _SSH.match(location) is not None


def is_local(location: str) -> bool:
    """Return whether a canonical location is a folder of this machine."""
    return Path(location).is_absolute()


def url_of(location: str) -> str:
    """Write a canonical location as a URL: a folder as file://, ``user@host:path`` as ssh://."""
    if is_local(location):
        return Path(location).as_uri()
    match = _SSH.fullmatch(location)
    return f"ssh://{match[1]}/{match[2].lstrip('/')}" if match and "://" not in location else location
