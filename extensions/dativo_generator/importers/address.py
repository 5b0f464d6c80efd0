"""Recognize addresses of databases, and name a source in messages without passwords."""

import os
import re

_URL = re.compile(r"[A-Za-z][\w+.-]*://")
_JDBC = re.compile(r"jdbc:\w*", re.IGNORECASE)
# An entry of a connection string for ODBC or libpq: name=value, after a space or a semicolon.
_ENTRY = re.compile(r"(?:^|[\s;?&])[A-Za-z][\w ]*?\s*=")
_SECRET = re.compile(
    r"(?i)([a-z_]*(?:pass|pwd|secret|token|credential|api_?key|access_?key|account_?key)[a-z_]*[\"']?\s*[=:]\s*)\S.*"
)
HIDDEN = "***"


def is_url(named: str) -> bool:
    """Return whether a source is a URL."""
    return _URL.match(named) is not None


def is_address(named: str) -> bool:
    """Return whether a database is named by a JDBC address or a DSN, which is neither a URL nor an existing file."""
    if os.path.lexists(named) or is_url(named):
        return False
    return bool(_JDBC.match(named) or _SECRET.search(named) or len(_ENTRY.findall(named)) > 1)


def shown(named: str) -> str:
    """Return the name of a source for a message; an address loses its user, password and options."""
    if is_url(named):
        return _shown_url(named)
    if match := _JDBC.match(named):
        return f"{match[0]}:..."
    if len(_ENTRY.findall(named)) > 1:
        return "the DSN"
    before, at, behind = named.rpartition("@")
    login = ":" in before or (before.count("/") == 1 and re.search("[:/]", behind))  # user:password, or user/password
    return masked(f"...@{behind}" if at and login else named)


def masked(text: str) -> str:
    """Return a text with everything after the name of a secret hidden."""
    return _SECRET.sub(rf"\1{HIDDEN}", text)


def _shown_url(url: str) -> str:
    scheme, _, rest = url.partition("://")
    # A password may hold any character that usually ends it, so it ends at the last @.
    place = rest.rpartition("@")[2]
    authority, slash, path = re.split(r"[?#;&]", place, maxsplit=1)[0].partition("/")
    host, colon, port = authority.rpartition(":")
    if colon and not re.fullmatch(r"\d{1,5}|[^\[]*\]|\$\{\w+\}", port):
        authority = f"{host}:{HIDDEN}"  # part of a password that holds what looks like a host
    return masked(f"{scheme}://{authority}{slash}{path}")
