"""Columns as statements define them: name, type, whether they may be null, and their comments.

The words in `registry/definitions.yaml` determine what may follow a type. An unknown word could be part of the type, or
mean anything: it becomes a doubt of the column in CREATE TABLE, and anywhere else the definition is not understood.
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from ...registry.definitions import Words
from .lexis import NUMBER, QUOTED, TEXT, WORD, Token

_OPENING, _CLOSING = ("(", "[", "{"), (")", "]", "}")
# Tokens that join two parts of an expression, so that the next word is not an option.
_JOINS = frozenset("+-*/%|&^=<>:.,!~") | {
    "AND",
    "OR",
    "AS",
    "VALUE",
    "VALUES",
    "FOR",
    "OF",
    "FROM",
    "TIME",
    "ZONE",
    "AT",
    "IS",
    "IN",
    "NEXT",
    "NOT",
}
_NAMES = (WORD, QUOTED)


class NotUnderstood(Exception):
    """A definition holds something unknown; the message quotes its first words, or gives the reason."""


class Definition(NamedTuple):
    """A column: `type` as written in the script, '' for none; `required` and `comment` are None if not stated.

    `keys` are the columns of a key that follows without a comma, as T-SQL allows; `charset` is '' if not stated, and
    `doubt` is the beginning of unknown words that were left out, '' for none.
    """

    name: str
    type: str = ""
    required: bool | None = None
    comment: str | None = None
    keys: tuple[str, ...] = ()
    charset: str = ""
    doubt: str = ""


class Piece:
    """A range of tokens of a statement, with their keywords and a current position.

    `said` collects the types and options that were read, which are evidence of a dialect.
    """

    def __init__(self, tokens: Sequence[Token], words: Words, at: int = 0, end: int | None = None) -> None:
        """Start at the token `at`, and read up to `end`."""
        self.tokens, self.words, self.at = tokens, words, at
        self.end = len(tokens) if end is None else end
        self.uppers = [token.upper for token in tokens]
        self.said: set[str] = set()

    def part(self, at: int, end: int) -> "Piece":
        """Return a range of this piece, which shares its tokens."""
        piece = Piece.__new__(Piece)
        piece.tokens, piece.words, piece.uppers, piece.said = self.tokens, self.words, self.uppers, self.said
        piece.at, piece.end = at, end
        return piece

    @property
    def is_over(self) -> bool:
        """Whether no token is left."""
        return self.at >= self.end

    @property
    def word(self) -> str:
        """The keyword or sign at the position, '' for anything else and at the end."""
        return self.uppers[self.at] if self.at < self.end else ""

    def ahead(self, *words: str) -> bool:
        """Return whether these words come next."""
        return self.at + len(words) <= self.end and self.uppers[self.at : self.at + len(words)] == list(words)

    def takes(self, *words: str) -> bool:
        """Skip these words if they come next; return whether they did."""
        if found := self.ahead(*words):
            self.at += len(words)
        return found

    def takes_one(self, *words: str) -> str:
        """Skip one of these words and return it; '' if none comes next."""
        if (word := self.word) in words and word:
            self.at += 1
            return word
        return ""

    def skips(self, *phrases: str) -> None:
        """Skip phrases that may come next, in this order."""
        for phrase in phrases:
            self.takes(*phrase.split())

    def name(self) -> tuple[str, ...]:
        """Take a name with its parts; raises `NotUnderstood`.

        It may be given as ``IDENTIFIER('a.b')``, begin with a variable of psql (``:schema.a``), and hold hyphens, as
        the projects of BigQuery do.
        """
        if self.word == "IDENTIFIER" and (found := self._identified()):
            return found
        if self.word == ":":
            self.at += 1
        if self.is_over or (self.tokens[self.at].kind is not QUOTED and not self._is_name(self.tokens[self.at])):
            raise self.unknown()
        parts = [self.tokens[self.at].value]
        self.at += 1
        while self.word in (".", "-") and self.at + 1 < self.end:
            following = self.tokens[self.at + 1]
            if self.word == "-":
                if self.tokens[self.at - 1].end != following.start - 1 or not self._is_name(following):
                    break
                parts[-1:] = f"{parts[-1]}-{following.value}".split(".")
            elif following.value == ".":  # an omitted schema: database..table
                self.at += 1
                continue
            else:
                parts.append(following.value)
            self.at += 2
        return tuple(part for part in parts if part)

    def _identified(self) -> tuple[str, ...]:
        """Take ``IDENTIFIER('a.b')`` or ``IDENTIFIER(:a)``; empty if it is an ordinary name."""
        uppers = self.uppers[self.at + 1 : self.at + 5]
        inner = 1 if uppers[:1] + uppers[2:3] == ["(", ")"] else 2 if uppers[:2] + uppers[3:] == ["(", ":", ")"] else 0
        if not inner or (inner == 1 and self.tokens[self.at + 2].kind is not TEXT):
            return ()
        token = self.tokens[self.at + 1 + inner]
        self.at += inner + 3
        return tuple(part.strip('"`') for part in token.value.split("."))

    def _is_name(self, token: Token) -> bool:
        return token.kind is WORD or (token.kind is NUMBER and any(map(str.isalpha, token.value)))

    def is_named_list(self) -> bool:
        """Return whether a name comes next, and then a list or an option behind a comma."""
        inner = self.part(self.at, self.end)
        try:
            inner.name()
        except NotUnderstood:
            return False
        return inner.word in ("(", ",")

    def text(self) -> str | None:
        """Take a text, joined from adjacent literals; None if there is none."""
        parts = []
        while self.at < self.end and (
            self.tokens[self.at].kind is TEXT or (self.tokens[self.at].kind is QUOTED and not parts)
        ):
            parts.append(self.tokens[self.at].value)
            self.at += 1
            self.takes("|", "|")
        return "".join(parts) if parts else None

    def list_end(self) -> int:
        """Return the index of the bracket that closes the current one; raises `NotUnderstood` if there is none."""
        depth = 0
        for index in range(self.at, self.end):
            word = self.uppers[index]
            if word in _OPENING:
                depth += 1
            elif word in _CLOSING:
                depth -= 1
                if not depth:
                    return index
        raise NotUnderstood("a bracket that is never closed")

    def skip_list(self) -> None:
        """Skip a list in brackets if one comes next."""
        if self.word in _OPENING:
            self.at = self.list_end() + 1

    def entries(self) -> Iterator["Piece"]:
        """Take a list in parentheses, and yield its entries."""
        closing = self.list_end()
        inner = self.part(self.at + 1, closing)
        self.at = closing + 1
        yield from inner.parted()

    def parted(self) -> Iterator["Piece"]:
        """Yield the parts between commas, except commas in brackets or in the angle brackets of types."""
        start, depth, pointed = self.at, 0, 0
        for index in range(self.at, self.end):
            word = self.uppers[index]
            if word in _OPENING:
                depth += 1
            elif word in _CLOSING:
                depth -= 1
            elif word == "<" and (pointed or (index > self.at and self.uppers[index - 1] in self.words.nested)):
                pointed += 1
            elif word == ">" and pointed:
                pointed -= 1
            elif word == "," and not depth and not pointed:
                yield self.part(start, index)
                start = index + 1
        if start < self.end:
            yield self.part(start, self.end)

    def beginning(self) -> str:
        """Quote the first words from the position on."""
        found = [token.value for token in self.tokens[self.at : min(self.end, self.at + 4)]]
        return f"'{' '.join(found)}'" if found else "its end"

    def unknown(self) -> NotUnderstood:
        """Return the error for the token at the position."""
        return NotUnderstood(self.beginning())


def column(piece: Piece, doubts: bool = False) -> Definition:
    """Take the definition of a column; raises `NotUnderstood`.

    With `doubts`, unknown words after a type are left out, and become the doubt of the definition.
    """
    token = piece.tokens[piece.at] if not piece.is_over else None
    if token is None:
        raise piece.unknown()
    if token.kind is TEXT:
        name = token.value
        piece.at += 1
    else:
        name = ".".join(piece.name())  # a nested column may have a dotted name
    if piece.takes("FOR", "COLUMN"):  # DB2's short name
        piece.name()
    definition = Definition(name, type_of(piece))
    return options(piece, definition, doubts=doubts and bool(definition.type))


def type_of(piece: Piece) -> str:
    """Take a type, '' if none comes next; raises `NotUnderstood`."""
    words, start = piece.words, piece.at
    if piece.is_over or piece.word in words.untyped:
        return ""
    token = piece.tokens[piece.at]
    parts: list[str] = []
    if phrase := words.types.at(piece.uppers, piece.at):
        parts.append(" ".join(phrase[0]))
        piece.at += len(phrase[0])
    elif token.kind in _NAMES:
        parts.append(".".join(piece.name()))
        if parts == ["REF"] and not piece.is_over and piece.tokens[piece.at].kind in _NAMES:  # an object of a type
            parts.append(f" {'.'.join(piece.name())}")
    else:
        raise piece.unknown()
    piece.said.add(parts[0].upper())
    while not piece.is_over:
        word = piece.word
        if word in ("(", "["):
            closing = piece.list_end()
            if closing == piece.at + 2 and piece.uppers[piece.at + 1] == "MAX":
                piece.said.add("MAX")
            parts.append("".join(_spelt(piece.tokens[piece.at : closing + 1])))
            piece.at = closing + 1
        elif word == "<" and piece.uppers[piece.at - 1] in words.nested:
            piece.said.add("<")
            parts.append(_pointed(piece))
        elif phrase := words.suffixes.at(piece.uppers, piece.at):
            parts.append("[]" if phrase[0] == ("ARRAY",) else f" {' '.join(phrase[0])}")
            piece.said.add(" ".join(phrase[0]))
            piece.at += len(phrase[0])
        elif piece.ahead("%", "TYPE") or piece.ahead("%", "ROWTYPE"):
            piece.at += 2
        else:
            break
    if piece.at == start:
        raise piece.unknown()
    return "".join(parts).strip()


def _spelt(tokens: Sequence[Token]) -> Iterator[str]:
    """Yield tokens as spelled in a type, texts in quotes."""
    before = ""
    for token in tokens:
        if before and ((token.kind in (WORD, NUMBER) and before in (WORD, NUMBER, QUOTED)) or token.kind is TEXT):
            yield " "
        if token.kind is TEXT:
            yield "'" + token.value.replace("'", "''") + "'"
        else:
            yield ", " if token.value == "," else token.value
        before = token.kind


def _pointed(piece: Piece) -> str:
    start, depth = piece.at, 0
    while not piece.is_over:
        depth += {"<": 1, ">": -1}.get(piece.word, 0)
        piece.at += 1
        if not depth:
            return "".join(_spelt(piece.tokens[start : piece.at]))
    raise NotUnderstood("a bracket that is never closed")


def options(piece: Piece, definition: Definition, doubts: bool = False) -> Definition:
    """Take the options after a type, and return the definition with them.

    Anything else raises `NotUnderstood`; with `doubts`, it is left out up to the next option.
    """
    words, doubt = piece.words, definition.doubt
    required, comment, charset = definition.required, definition.comment, definition.charset
    keys: list[str] = []
    while not piece.is_over:
        found = words.options.at(piece.uppers, piece.at)
        if found is None:
            if piece.word == ",":
                piece.at += 1
                continue
            if not doubts:
                raise piece.unknown()
            doubt = doubt or piece.beginning()
            _skip_value(piece)
            continue
        phrase, shape = " ".join(found[0]), found[1]
        piece.at += len(found[0])
        piece.said.add(phrase)
        if phrase in words.comments:
            piece.takes_one("=", "IS")
            comment = piece.text() or ""
        elif phrase == "OPTIONS" and piece.word == "(":
            comment = _described(piece) or comment
        else:
            if phrase == "PRIMARY KEY":
                piece.takes_one("CLUSTERED", "NONCLUSTERED")
                piece.takes("HASH")
                if piece.word == "(":
                    keys += _names(piece)
                    continue
            if words.charsets.at(list(found[0]), 0):
                charset = charset_at(piece) or charset
            _skip(piece, shape)
        if phrase in words.required:
            required = not piece.takes("DISABLE")
        elif phrase in words.optional and required is None:
            required = False
    return definition._replace(required=required, comment=comment, keys=tuple(keys), charset=charset, doubt=doubt)


def charset_at(piece: Piece) -> str:
    """Return the character set, or collation, whose name comes next, in lower case; '' for none."""
    at = piece.at + piece.ahead("=")
    return piece.tokens[at].value.lower() if at < piece.end and piece.tokens[at].kind in (*_NAMES, TEXT) else ""


def _described(piece: Piece) -> str | None:
    """Take a list of options, and return the text of the one that is a description; None if there is none."""
    description = None
    for entry in piece.entries():
        if entry.takes_one(*piece.words.comments) and entry.takes("="):
            description = entry.text()
    return description


def _skip(piece: Piece, shape: str) -> None:
    """Skip what follows an option."""
    if shape == "name" and not piece.is_over:
        piece.takes("=")
        if piece.tokens[piece.at].kind in (*_NAMES, TEXT):
            piece.name() if piece.tokens[piece.at].kind is not TEXT else piece.text()
        elif piece.tokens[piece.at].kind is NUMBER:
            piece.at += 1
    if shape in ("name", "group"):
        piece.skip_list()
    elif shape == "value":
        _skip_value(piece)


def _skip_value(piece: Piece) -> None:
    """Skip an expression, up to the next option that does not follow a joining token."""
    start = piece.at
    while not piece.is_over:
        if piece.word in _OPENING:
            piece.skip_list()
            continue
        option = piece.words.options.at(piece.uppers, piece.at)
        if piece.at > start and option and piece.uppers[piece.at - 1] not in _JOINS and option[0] != ("=",):
            return
        if piece.word == "CASE":
            while not piece.is_over and piece.word != "END":
                piece.at += 1
        piece.at += 1


def is_column(piece: Piece) -> bool:
    """Return whether an entry of a table's list is a column, not a key, an index or a rule."""
    words, index = piece.words, piece.at + 1
    if words.constraints.at(piece.uppers, piece.at):
        return False
    if piece.word not in words.indexes:
        return True
    rest = piece.uppers[index : piece.end]
    if not rest or rest[0] in ("(", "KEY", "INDEX") or words.index_options.intersection(rest):
        return False
    if "UNIQUE" in rest and rest[rest.index("UNIQUE") + 1 :][:1] == ["("]:
        return False
    # `KEY name (columns)` is a key; `key varchar(20)`, `index integer` and `key int check (key > 0)` are columns.
    if "(" not in rest[:3] or piece.uppers[index] == "":
        return piece.uppers[index] != "" or "(" not in rest
    opening = index + rest.index("(")
    if opening > index + 1:
        return words.options.at(piece.uppers, index + 1) is not None
    return piece.tokens[opening + 1].kind is NUMBER or piece.uppers[opening + 1] == "MAX"


def key_columns(piece: Piece) -> list[str]:
    """List the columns of a primary key or period that an entry in a table's list, or an ALTER TABLE, defines."""
    if piece.takes("PERIOD"):
        while not piece.is_over and piece.word != "(":
            piece.at += 1
        return [] if piece.is_over else _names(piece)
    if piece.takes("CONSTRAINT") and not piece.ahead("PRIMARY", "KEY"):
        piece.name()
    if not piece.takes("PRIMARY", "KEY"):
        return []
    while not piece.is_over and piece.word != "(":
        if piece.ahead("USING", "INDEX"):
            return []
        piece.at += 1
    return [] if piece.is_over else _names(piece)


def key_index(piece: Piece) -> str:
    """Return the name, in lower case, of an index that becomes a primary key, as in ``PRIMARY KEY USING INDEX x``.

    Returns '' if there is none.
    """
    for at in range(piece.at, piece.end - 4):
        if piece.uppers[at : at + 4] == ["PRIMARY", "KEY", "USING", "INDEX"]:
            return piece.part(at + 4, piece.end).name()[-1].lower()
    return ""


def index_of(piece: Piece) -> tuple[str, list[str]]:
    """Take the name of an index, in lower case, and its columns, from the word after INDEX; ('', []) without a name."""
    piece.skips("CONCURRENTLY", "IF NOT EXISTS")
    if piece.word == "ON":
        return "", []
    name = piece.name()[-1].lower()
    while not piece.is_over and piece.word != "(":
        piece.at += 1
    return (name, []) if piece.is_over else (name, _names(piece))


def _names(piece: Piece) -> list[str]:
    """Take a list of columns in parentheses, each with anything that may follow its name."""
    entries = [entry.tokens[entry.at] for entry in piece.entries() if not entry.is_over]
    return [token.value for token in entries if token.kind in (*_NAMES, TEXT)]
