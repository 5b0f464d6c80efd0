"""Hide passwords and tokens in text that is shown or recorded, whatever its source: a URL, a message from Git."""

import re

HIDDEN = "***"
# Well-known formats of tokens, to find a secret whatever its name.
SHAPES = re.compile(
    r"(?:sk|rk|pk)_(?:live|test)_[0-9A-Za-z]{8,}"
    r"|whsec_[0-9A-Za-z]{8,}"
    r"|\b(?:AKIA|ASIA)[0-9A-Z]{16}\b"
    r"|\bgh[pousr]_[0-9A-Za-z]{20,}"
    r"|\bgithub_pat_[0-9A-Za-z_]{20,}"
    r"|\bglpat-[0-9A-Za-z_-]{16,}"
    r"|\bxox[abprs]-[0-9A-Za-z-]{10,}"
    r"|\bpat-[a-z]{2}\d-[0-9a-f]{8}-"
    r"|\bAIza[0-9A-Za-z_-]{35}"
    r"|\beyJ[0-9A-Za-z_-]{10,}\.[0-9A-Za-z_-]{10,}\."
    r"|-----BEGIN [A-Z ]*PRIVATE KEY-----"
)
# Every part is bounded, so that no text takes long to search. Most runs show no secret, so the patterns are compiled
# only when needed.
_SECRET = r"(?:password|passwd|pwd|passphrase|secret|token|api_?key|access_?key|account_?key|private_?key|signature)"
_ASSIGNED = rf"(?i)(\b[\w.-]{{0,40}}{_SECRET}=)('[^'\n]*'|\"[^\"\n]*\"|[^\s&;,'\"()]+)"
# The same in a mapping that Python, JSON or YAML writes on one line; the key of a message, as in "password: is empty",
# does not count.
_MAPPED = (
    rf"(?i)((?:(['\"])[\w.-]{{0,40}}{_SECRET}\2\s?:|[{{,]\s?[\w.-]{{0,40}}{_SECRET}:)\s?)"
    r"('[^'\n]*'|\"[^\"\n]*\"|\$\{\w+\}|[^\s{}\[\],]+)"
)
# An unencoded password may hold a space, or a character that ends a host. A port is not a password.
_NO_PORT = r"(?!\d*:?(?:[/?#\s'\",;)]|$))"
_UNENCODED = rf"(?P<user>[^\s/?#@:\[]{{0,200}}):{_NO_PORT}(?P<password>\S[^@\n]{{0,400}})@"
# A repository's path may hold an @, before a version. A database's path holds none, so there the last @ ends the login.
_REPOSITORY = (
    rf"(?i)\b(?P<scheme>(?:git\+)?(?:https?|ssh|git)):(?P<slashes>//?)(?:(?P<login>[^\s/?#]{{0,400}})@|{_UNENCODED})"
)
# A URL that was taken for a path has only one slash left.
_DATABASE = (
    rf"(?i)\b(?!(?:git\+)?(?:https?|ssh|git):)(?P<scheme>[a-z][a-z0-9+.-]{{1,30}}):(?P<slashes>//?)"
    rf"(?:(?P<login>[^\s/?#@:\[]{{0,200}}(?::\S{{0,400}})?)@|{_UNENCODED})"
)
# A URL without its host, because the text was cut off.
_CUT = rf"(?i)\b([a-z][a-z0-9+.-]{{1,30}}://?[^\s/?#@:\[]{{1,200}}:){_NO_PORT}(?!\*|\$\{{)[^\s@]{{1,400}}+(?!@)"
_ORACLE = r"(?i)\b(jdbc:\w+:\w+:)[^\s@/]*/[^\s@]*@"
_REFERENCE = re.compile(r"\$\{\w+\}")


def redacted(text: str) -> str:
    """Return `text` with its passwords and tokens hidden; a ``${NAME}`` in their place stays."""
    if "@" in text:
        for pattern in (_REPOSITORY, _DATABASE):
            text = re.sub(pattern, _login, text)
        text = re.sub(_ORACLE, rf"\1{HIDDEN}@", text)
    if ":/" in text:
        text = re.sub(_CUT, rf"\1{HIDDEN}", text)
    if "=" in text:
        text = re.sub(_ASSIGNED, lambda match: match[1] + _kept(match[2]), text)
    if ":" in text:
        text = re.sub(_MAPPED, lambda match: match[1] + _kept(match[3]), text)
    return SHAPES.sub(HIDDEN, text)


def _login(match: re.Match[str]) -> str:
    """Hide the password; over HTTP also the user, which may be a token."""
    user, colon, password = (match["login"] or "").partition(":")
    if match["login"] is None:
        user, colon, password = match["user"], ":", match["password"]
    before = f"{match['scheme']}:{match['slashes']}"
    if match["scheme"].lower().endswith(("http", "https")) and _kept(password or user) == HIDDEN:
        return f"{before}{HIDDEN if user or password else ''}@"
    return f"{before}{user}{colon}{_kept(password) if colon else ''}@"


def _kept(value: str) -> str:
    return value if _REFERENCE.fullmatch(value.strip("'\"")) else HIDDEN
