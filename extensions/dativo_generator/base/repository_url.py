"""Locations of the pack's repository: one spelling for each place, and the forms that pip, Git and Copier need."""

import re
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import unquote, urlsplit

# Whoever sets this variable names the repository that the command trusts.
VARIABLE = "DATIVO_TEMPLATE"
# Copier takes a location that begins so for a Git repository, whatever its ending.
_COPIERS = ("git@", "git://", "https://github.com/", "https://gitlab.com/")
_SHORTHANDS = {"gh:": "https://github.com/", "gl:": "https://gitlab.com/"}
# SSH's short form: the user is optional, and the host may be an alias in SSH's configuration. A single letter is a
# Windows drive, not a host.
_SSH = re.compile(r"((?:[\w.-]+@)?[\w.-]{2,}):(?!:)(.*)")
# A login as people paste it, encoded or not: up to the last @ of the host or, failing that, of the whole.
_LOGIN = re.compile(r"(?:(?P<login>[^/?#]*)@|(?P<unencoded>[^/?#@:\[]*:(?!\d*(?:[/?#]|$)).*)@)")
# A password in SSH's short form, which does not support one.
_SSH_PASSWORD = re.compile(r"([\w.-]+):[^@/\\]+@(?=[\w.-]+[:/])")
_PORTS = {"http": 80, "https": 443, "ssh": 22, "git": 9418}


def expanded(location: str) -> str:
    """Return a location as Git takes it, with Copier's shorthands expanded and pip's prefix ``git+`` removed."""
    for short, url in _SHORTHANDS.items():
        if location.startswith(short):
            location = url + location.removeprefix(short)
    return location.removeprefix("git+")


def recordable(location: str) -> str:
    """Return a location as Copier takes it: a URL as `copied_from` does, a folder as its absolute path."""
    return copied_from(location) if _is_remote(canonical(location)) else canonical(location)


def copied_from(location: str) -> str:
    """Return a URL that Copier takes for a Git repository: most need ``git+`` before or ``.git`` at the end."""
    place = expanded(location).rstrip("/")
    known = not _is_remote(place) or place.endswith(".git") or place.startswith(_COPIERS)
    return place if known else f"git+{place}"


def canonical(location: str) -> str:
    """Return the canonical spelling of a repository's location; a path becomes absolute."""
    location = expanded(location)
    if location.startswith("file://"):
        location = unquote(location.removeprefix("file://").removeprefix("localhost"))
    if not _is_remote(location):
        try:
            return str(Path(location).expanduser().resolve())
        except (OSError, RuntimeError, ValueError):  # unknown home, NUL, circular links: not a folder
            return location
    return location.rstrip("/").removesuffix(".git")


def public(location: str) -> str:
    """Return a location that may be recorded and shown: without a password, a token or a query.

    A user over SSH stays, as a part of the address. A user over HTTP goes, since even without a password it may be a
    token.
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
    """Return whether a location holds a password, a token or a query, which must not be recorded."""
    return public(location) != location


def identity(location: str) -> str:
    """Return a value that is equal for all spellings of one repository: host and path for any protocol, or a folder.

    Text that is not a location, as an untrusted file may hold, is returned unchanged.
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
    """Return the identities of a location: its own, and the one that Git's settings redirect it to.

    `rewrites` are pairs of the beginning of a location and Git's replacement for it; the longest match wins.
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
    """Return whether a location is a URL, or in SSH's short form."""
    return "://" in location or _SSH.match(location) is not None


def is_local(location: str) -> bool:
    """Return whether a canonical location is a folder on this machine."""
    return Path(location).is_absolute()


def url_of(location: str) -> str:
    """Return a canonical location as a URL: a folder as file://, ``user@host:path`` as ssh://."""
    if is_local(location):
        return Path(location).as_uri()
    match = _SSH.fullmatch(location)
    return f"ssh://{match[1]}/{match[2].lstrip('/')}" if match and "://" not in location else location
