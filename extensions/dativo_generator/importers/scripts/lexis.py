"""The tokens of SQL, in one pass over the text for any dialect; a `Lexis` holds the differences between dialects."""

import re
from functools import cache
from typing import NamedTuple

# The kinds of tokens. A quoted one is a name, a text is a literal, and a sign is any other character.
WORD, QUOTED, TEXT, NUMBER, SIGN = "word", "quoted", "text", "number", "sign"


class Token(NamedTuple):
    """A token: its kind, its value without quotes, and its position in the script."""

    kind: str
    value: str
    start: int
    end: int

    @property
    def upper(self) -> str:
        """A word in upper case, a sign as it is; '' for anything in quotes, which is never a keyword."""
        return self.value.upper() if self.kind is WORD else self.value if self.kind is SIGN else ""


class Lexis(NamedTuple):
    """How a dialect writes texts and comments.

    escapes: a backslash escapes the next character of a text. hashes, slashes: ``#``, ``//`` begin a comment. obeys:
    the content of ``/*! */`` is read. nests: comments may nest. triples: three quotes count as one. brackets: ``[ ]``
    quote a name; otherwise they are signs.
    """

    escapes: bool = False
    hashes: bool = False
    slashes: bool = False
    obeys: bool = False
    nests: bool = False
    triples: bool = False
    brackets: bool = False

    def in_script(self, script: str) -> "Lexis":
        """Return the lexis without what does not occur in a script, so that most dialects read it in the same way."""
        return Lexis(
            *(matters and _MATTERS[name].search(script) is not None for name, matters in self._asdict().items())
        )


_MATTERS = {
    "escapes": re.compile(r"\\['\"\\]"),
    "hashes": re.compile(r"^[ \t]*#|\s#\s", re.MULTILINE),
    "slashes": re.compile(r"(?:^|\s|[,;)])//", re.MULTILINE),
    "obeys": re.compile(r"/\*M?!"),
    "nests": re.compile(r"/\*(?:[^*/]++|\*(?!/)|/(?!\*))*+/\*"),
    "triples": re.compile(r"\"\"\"|[=(,][ \t]*[rRbB]{0,2}'''[^']"),
    "brackets": re.compile(r"\[[^\]\d]"),
}
_IN_COMMENT = re.compile(r"/\*|\*/")
# The groups of a pattern; any other group is ignored.
SPACE, COMMENT, _DOLLARS, _ORACLE, _PLAIN, _NAME, _WORD, _NUMBER, _SIGN = (
    *("space", "comment", "dollars", "oracle", "plain", "name", "word", "number", "sign"),
)
_KINDS = {
    _DOLLARS: TEXT,
    _ORACLE: TEXT,
    _PLAIN: TEXT,
    _NAME: QUOTED,
    _WORD: WORD,
    _NUMBER: NUMBER,
    _SIGN: SIGN,
}
_ESCAPED = {"n": "\n", "t": "\t", "r": "\r", "0": ""}


class _Parts(NamedTuple):
    """Patterns for comments, texts and quoted names, none of which backtracks."""

    comment: str
    dollars: str
    oracle: str
    plain: str
    name: str


def _parts(lexis: Lexis) -> _Parts:
    comments = ["--[^\n]*"]
    comments += [r"\#(?![\w#>-])[^\n]*|(?m:^)\#[^\n]*"] if lexis.hashes else []
    comments += ["//[^\n]*"] if lexis.slashes else []
    comments += [r"/\*M?!\d*|\*/"] if lexis.obeys else []
    comments += [r"/\*"] if lexis.nests else [r"/\*.*?(?:\*/|\Z)"]
    plain = [r"[rRbB]{0,2}(?:'''.*?(?:'''|\Z)|\"\"\".*?(?:\"\"\"|\Z))"] if lexis.triples else []
    inner = r"(?:[^{0}\\]++|\\.|{0}{0})*+(?:{0}|\Z)" if lexis.escapes else r"(?:[^{0}]++|{0}{0})*+(?:{0}|\Z)"
    plain += [r"[eE]'(?:[^'\\]++|\\.|'')*+(?:'|\Z)", "[nNbBxXrR]?'" + inner.format("'")]
    name = ['"' + inner.format('"'), r"`(?:[^`]++|``)*+(?:`|\Z)"]
    name += [r"\[(?!\d*\]|['\"\[])(?:[^\]\n]|\]\]){1,300}+\]"] if lexis.brackets else []
    pairs = "|".join(rf"\{a}.*?(?:\{b}'|\Z)" for a, b in ("[]", "{}", "()", "<>"))
    return _Parts(
        "|".join(comments),
        r"\$(?P<tag>(?:[^\W\d]\w*)?)\$.*?(?:\$(?P=tag)\$|\Z)",
        rf"[nN]?[qQ]'(?:{pairs}|(?P<mark>[^\s\w]).*?(?:(?P=mark)'|\Z))",
        "|".join(plain),
        "|".join(name),
    )


@cache
def pattern(lexis: Lexis) -> re.Pattern[str]:
    """Return the pattern for every token; an unterminated token extends to the end.

    A template placeholder (``${x}``, ``{x}``, ``{{ x }}``, ``$(x)``, ``&x``, ``!x!``) is a word.
    """
    parts = _parts(lexis)
    return re.compile(
        rf"(?P<space>\s+)|(?P<comment>{parts.comment})|(?P<dollars>{parts.dollars})|(?P<oracle>{parts.oracle})"
        rf"|(?P<plain>{parts.plain})|(?P<name>{parts.name})"
        r"|(?P<word>[^\W\d][\w$#]*(?:@+[\w$#]+)*|[@#]+[\w$][\w$#@]*"
        r"|\$\{[^}\n]*\}\w*|\$\(\w+\)|\{\w+\}\w*|\{\{[^}\n]*\}\}\w*|&&?\w+|!\w+!)|(?P<number>\d[\w.]*|\.\d\w*)|(?P<sign>.)",
        re.DOTALL,
    )


@cache
def passed_over(lexis: Lexis) -> re.Pattern[str]:
    """Return the pattern for text to skip: up to a semicolon, a comment, or a line that begins with a word."""
    parts = _parts(lexis._replace(nests=False))
    return re.compile(
        rf"(?:[^;'\"`\n/$\#\\eEqQ-]++|[eEqQ](?!')|(?!--|/\*|//|\#)(?:{parts.dollars}|{parts.oracle}|{parts.plain}"
        r"|\"(?:[^\"]|\"\")*+\"|`[^`]*+`|[$/\#-])|\n(?![ \t]*[a-zA-Z/\\#-]))*+",
        re.DOTALL,
    )


def end_of_comment(script: str, start: int) -> int:
    """Return the end of a comment that may nest; an unterminated one ends at its first end mark."""
    depth, first = 0, 0
    for match in _IN_COMMENT.finditer(script, start):
        depth += 1 if match[0] == "/*" else -1
        first = first or (match.end() if match[0] == "*/" else 0)
        if not depth:
            return match.end()
    return first or len(script)


def is_open(match: re.Match[str], lexis: Lexis) -> bool:
    """Return whether a text or quoted name is unterminated, so that it extends to the end of the script."""
    if match.end() != match.endpos or _KINDS[match.lastgroup or ""] not in (TEXT, QUOTED):
        return False
    closed = _closing(lexis).match(match.string, match.start())
    return closed is None or closed.lastgroup != match.lastgroup


@cache
def _closing(lexis: Lexis) -> re.Pattern[str]:
    """Return the pattern that matches only terminated tokens."""
    return re.compile(pattern(lexis).pattern.replace(r"\Z", "(?!)"), re.DOTALL)


def token(match: re.Match[str], lexis: Lexis) -> Token:
    """Return a match as a token."""
    group, value = match.lastgroup or "", match[0]
    kind = _KINDS[group]
    if kind is QUOTED:
        closing = value[-1]
        value = value[1:-1].replace(closing * 2, closing)
        if lexis.escapes and closing == '"':  # in such dialects, it quotes a text
            value = _unescaped(value)
    elif kind is TEXT:
        value = _meant(group, value, match["tag"], lexis)
    return Token(kind, value, match.start(), match.end())


def _meant(group: str, value: str, tag: str | None, lexis: Lexis) -> str:
    """Return the value of a text literal."""
    if group == _DOLLARS:
        size = len(tag or "") + 2
        return value[size:-size]
    if group == _ORACLE:
        return value[value.index("'") + 2 : -2]
    start = min(place for place in (value.find("'"), value.find('"')) if place >= 0)
    if lexis.triples and value[start : start + 3] in ("'''", '"""'):
        return value[start + 3 : -3]
    text = value[start + 1 : -1].replace("''", "'")
    if lexis.escapes or value[0] in "eE":
        text = _unescaped(text)
    return text


def _unescaped(text: str) -> str:
    return re.sub(r"\\(.)", lambda found: _ESCAPED.get(found[1], found[1]), text, flags=re.DOTALL)


def tokens(match: re.Match[str], lexis: Lexis) -> list[Token]:
    """Return a match as tokens: several if BigQuery quotes all parts of a name together."""
    one = token(match, lexis)
    if one.kind is not QUOTED or match[0][0] != "`" or "." not in one.value.strip("."):
        return [one]
    parts: list[Token] = []
    for part in one.value.split("."):
        parts += [Token(SIGN, ".", one.start, one.start)] if parts else []
        parts.append(Token(QUOTED, part, one.start, one.end))
    return parts
