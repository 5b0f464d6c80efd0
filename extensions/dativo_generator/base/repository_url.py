"""Where the pack's repository is: one spelling for each place, and what pip and git fetch from there."""

import re
from pathlib import Path
from urllib.parse import unquote, urlsplit

# Who sets this variable names the repository that the command trusts.
VARIABLE = "DATIVO_TEMPLATE"
_SHORTHANDS = {"gh:": "https://github.com/", "gl:": "https://gitlab.com/"}
_SSH = re.compile(r"([\w.-]+@[\w.-]+):(.*)")
# A login as people paste it, encoded or not: up to the last @ of the host, or where that has none, of all.
_LOGIN = re.compile(r"(?:(?P<login>[^/?#]*)@|(?P<unencoded>[^/?#@:\[]*:(?!\d*(?:[/?#]|$)).*)@)")
# What somebody made of the form of SSH: it takes no password.
_SSH_PASSWORD = re.compile(r"([\w.-]+):[^@/\\]+@(?=[\w.-]+[:/])")
_PORTS = {"http": 80, "https": 443, "ssh": 22, "git": 9418}


def canonical(location: str) -> str:
    """Write a repository's location in one way; a path becomes absolute."""
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
    """Tell whether a location holds what must not be recorded."""
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
    return f"{parts.hostname}{named}{parts.path}"


def is_local(location: str) -> bool:
    """Tell whether a canonical location is a folder of this machine."""
    return Path(location).is_absolute()


def url_of(location: str) -> str:
    """Write a canonical location as a URL: a folder as file://, ``user@host:path`` as ssh://."""
    if is_local(location):
        return Path(location).as_uri()
    match = _SSH.fullmatch(location)
    return f"ssh://{match[1]}/{match[2].lstrip('/')}" if match and "://" not in location else location
