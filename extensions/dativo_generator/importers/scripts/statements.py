"""Split a script into statements in one pass, without commands for the client program.

A statement ends at a semicolon, at a client's terminator (``GO``, ``/``, ``@`` at the end of a line, that of
``DELIMITER``), and where the next one clearly begins: T-SQL needs no sign between two, and an unreadable statement must
not swallow the next one. The body of a function, procedure or trigger is part of its statement.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from ...registry.definitions import Words
from .lexis import COMMENT, SPACE, WORD, Lexis, Token, end_of_comment, is_open, passed_over, pattern, tokens

# What begins a statement anywhere; and what begins one only at the start of a line.
_BEGINS = re.compile(
    r"create\s+(?:\w+\s+){0,6}?table\s+(?!function\b)[^\s=,;).]|alter\s+(?:\w+\s+)?table\s+\S|drop\s+(?:\w+\s+)?table\s"
    r"|exec(?:ute)?\s+(?:\w+\.|\[\w+\]\.)*\[?sp_\w",
    re.IGNORECASE,
)
_BEGINS_LINE = re.compile(
    r"create\s+\w|alter\s+(?!column\b)\w+\s+\w|comment\s+on\s|insert\s+(?:into|overwrite)\s|rename\s+table\s"
    r"|select\s(?:(?!\bfrom\b)[^;]){1,2000}?\binto\s",  # the SELECT of an INSERT has no INTO
    re.IGNORECASE,
)
# What begins one at the start of a line, although the statement before it may mention definitions of tables: that
# statement needs no sign at its end.
_DEFINES = re.compile(
    r"create\s+(?:\w+\s+){0,6}?table\s+(?:if\s+not\s+exists\s+)?[^\s(,;]+\s*\(|(?:alter|drop)\s+table\s+[^\s,;]+\s*[\s;]",
    re.IGNORECASE,
)
_IF_EXISTS = re.compile(r"if\s+(?:not\s+)?exists\s+[^\s(]", re.IGNORECASE)
_FIRST_LETTERS = frozenset("cadeirsCADEIRS")
_NAME = r"(?:\[[^\]\n]*\]|[\w.\"`\[\]@#$:])++"
# What is likely to be a definition inside a text or a body.
_TABLE_IN_TEXT = re.compile(
    rf"\bcreate\s+(?:\w+\s+){{0,6}}?table\s+(?:if\s+not\s+exists\s+)?{_NAME}\s*(?:\(|as\b|like\b)"
    rf"|\balter\s+table\s+(?:if\s+exists\s+|only\s+)*{_NAME}\s+(?:add|alter|change|drop|modify|rename)\s[^;]{{0,40}}"
    # a program appends the name
    r"|\b(?:create\s+(?:\w+\s+){0,6}?|alter\s+)table\s+(?:if\s+(?:not\s+)?exists\s+)?[\"`\[]?'\Z",
    re.IGNORECASE,
)
_TABLE_IN_DATA = re.compile(r"^[ \t]*create\s+(?:\w+\s+){0,6}?table\s+[\w\"`\[#]", re.IGNORECASE | re.MULTILINE)
_REPLACES = re.compile(r"\s+(?:transient\s+)?table\s", re.IGNORECASE)
_LINE_ENDS = re.compile(r"[ \t\r]*(?:--[^\n]*)?(?:\n|\Z)")
_STDIN = re.compile(r"\bfrom\s+stdin\b", re.IGNORECASE)
_END_OF_DATA = re.compile(r"^\\\.[ \t\r]*$", re.MULTILINE)
# The client's command is alone on its line; a column of this name has a type, and a comma or bracket after it.
_DELIMITER = re.compile(
    r"^[ \t]*delimiter[ \t]+([^\s\w'\"]\S*|\w+)[ \t\r]*(?:(?:--|\#)[^\n]*)?$(?!\s*[),])", re.IGNORECASE | re.MULTILINE
)
# How many tokens are searched for the object of CREATE and ALTER.
_HEAD = 24
# The fewest characters of a text with a definition in it, or the beginning of one.
_SHORTEST = len("'create table '")
# How many unterminated texts are read again; no script has more.
_OPEN = 3


@dataclass(slots=True)
class Statement:
    """A statement without its terminator and comments.

    `line` is where it begins. `routine` is the kind of routine that it defines ('' for none); the routine's body is not
    in the tokens. `texts` holds the spans of definitions of tables inside texts and bodies.
    """

    script: str
    start: int
    line: int
    tokens: list[Token] = field(default_factory=list)
    end: int = 0
    routine: str = ""
    texts: list[tuple[int, int]] = field(default_factory=list)

    @property
    def first(self) -> str:
        """The first word, in upper case."""
        return self.tokens[0].upper if self.tokens else ""

    def begins(self, *words: str) -> bool:
        """Return whether the statement begins with these words."""
        return len(self.tokens) >= len(words) and all(
            token.upper == word for token, word in zip(self.tokens, words, strict=False)
        )


def statements(script: str, lexis: Lexis, words: Words) -> Iterator[Statement]:
    """Yield the statements of a script in order."""
    yield from _Splitter(script, lexis, words).run()


class _Splitter:
    """The state at a position in the script."""

    def __init__(self, script: str, lexis: Lexis, words: Words) -> None:
        self.script, self.lexis, self.words = script, lexis, words
        self.line, self.counted = 1, 0
        self.open = 0
        # Where a client's terminator ends the last statement; and whether to expect that bodies and data have ends.
        self.batches = max((match.start() for match in words.batch.finditer(script)), default=-1)
        self.balanced = self.has_data = True
        self._reset()

    def _reset(self) -> None:
        self.statement: Statement | None = None
        self.depth = self.blocks = self.first_end = 0
        self.first = self.object = ""
        self.routine = False
        self.declares = False
        self.previous = self.last = ""

    def run(self) -> Iterator[Statement]:
        """Yield the statements, including those that end with something other than a semicolon."""
        position = 0
        for match in _DELIMITER.finditer(self.script):
            if match.start() < position:
                continue
            yield from self._part(position, match.start(), "")
            position = match.end()
            if match[1] != ";":
                following = _DELIMITER.search(self.script, position)
                end = following.start() if following else len(self.script)
                while (stop := self.script.find(match[1], position, end)) >= 0:
                    yield from self._part(position, stop, match[1])
                    position = stop + len(match[1])
                yield from self._part(position, end, match[1])
                position = end
        yield from self._part(position, len(self.script), "")

    def _part(self, start: int, end: int, delimiter: str) -> Iterator[Statement]:
        """Yield the statements of a part of the script; with a `delimiter`, a routine extends over the whole part."""
        position: int | None = start
        while position is not None:
            position = yield from self._scan(position, end, delimiter)
        yield from self._close(end)

    def _scan(self, start: int, end: int, delimiter: str) -> "Iterator[Statement]":
        """Yield statements up to a jump, and return its target; return None at the end."""
        script, lexis = self.script, self.lexis
        fresh = start == 0 or script[start - 1] == "\n"
        for match in pattern(lexis).finditer(script, start, end):
            group = match.lastgroup
            if group == SPACE:
                fresh = fresh or "\n" in match[0]
                continue
            if group == COMMENT:
                if lexis.nests and match[0] == "/*":
                    return min(end_of_comment(script, match.start()), end)
                continue
            if fresh and (jump := self.words.client.match(script, match.start(), end)):
                if jump.lastgroup == "ends" and (not self.depth or match[0] != "/"):
                    yield from self._close(match.start())
                    return jump.end()
                if jump.lastgroup == "skips" and not self.depth and not self.routine:
                    return jump.end()
            if group == "sign":
                sign = match[0]
                if sign == ";":
                    if self.routine and not self._ends(match.start(), delimiter):
                        self.previous = ";"
                        continue
                    over = self._end_of_data(match.start(), end)
                    yield from self._close(match.start())
                    if over:
                        return over
                    fresh = False
                    continue
                if sign == "@" and not self.depth and _LINE_ENDS.match(script, match.end(), end):
                    yield from self._close(match.start())
                    continue
                if sign == "\\" and not self.depth and not self.routine:
                    yield from self._close(match.start())
                    return self._line_end(match.end(), end)
                self.depth = max(0, self.depth + (1 if sign == "(" else -1 if sign == ")" else 0))
            elif group == "word" and self._begins(match, fresh):
                yield from self._close(match.start())
            elif match.end() == end and self.open < _OPEN and is_open(match, lexis):
                self.open += 1
                return match.start() + 1
            if (
                self._take(match)
                and (jump := passed_over(lexis).match(script, match.end(), end))
                and jump.end() > match.end()
            ):
                self._look_into(*jump.span())
                return jump.end()
            fresh = False
        if self.routine and self.first_end and not delimiter and self.batches < self.statement.start:
            # This body never ends: it is not a body, or is read wrongly. Continue after its first semicolon.
            self.balanced, stop = False, self.first_end
            yield from self._close(stop)
            return stop + 1
        return None

    def _end_of_data(self, position: int, end: int) -> int:
        """Return where the data after a COPY ends; 0 if none follows."""
        if self.first != "COPY" or not self.has_data or not _STDIN.search(self.script, self.statement.start, position):
            return 0
        over = _END_OF_DATA.search(self.script, position + 1, end)
        if over is None:
            self.has_data = False
            return 0
        self._look_into(position, over.start())
        return over.end()

    def _line_end(self, position: int, end: int) -> int:
        stop = self.script.find("\n", position, end)
        return end if stop < 0 else stop

    def _begins(self, match: re.Match[str], fresh: bool) -> bool:
        """Return whether a word begins the next statement."""
        word = match[0]
        if self.statement is None or self.routine:
            return False
        if fresh and not self.depth and self.object == "TABLE" and self.first == "ALTER" and word.upper() == "SELECT":
            return True
        if fresh and not self.depth and word.upper() in self.words.begins:
            return not _IF_EXISTS.match(self.script, match.start(), match.endpos)
        if word[0] not in _FIRST_LETTERS or self.last == "OR":  # CREATE OR ALTER TABLE
            return False
        if self.first in self.words.mention:
            return fresh and not self.depth and _DEFINES.match(self.script, match.start(), match.endpos) is not None
        if self.depth and not fresh:
            return False
        found = _BEGINS.match(self.script, match.start(), match.endpos)
        if not found and fresh and not self.depth:
            found = _BEGINS_LINE.match(self.script, match.start(), match.endpos)
        return found is not None

    def _take(self, match: re.Match[str]) -> bool:
        """Add a token to the statement, or begin one; return whether the statement is data and keeps no tokens."""
        if self.statement is None:
            self.line += self.script.count("\n", self.counted, match.start())
            self.counted = match.start()
            self.statement = Statement(self.script, match.start(), self.line)
            self.first = match[0].upper() if match.lastgroup == "word" else ""
            if self.first == "REPLACE" and _REPLACES.match(self.script, match.end()):  # MySQL's replaces rows
                self.first = "CREATE"
        if self.first in self.words.data:
            return True
        if self.routine and not (self.last == self.object and match[0].upper() == "TABLE"):  # CREATE EVENT TABLE
            self.last = ""
            self._take_of_body(match)
            return False
        if match.end() - match.start() >= _SHORTEST and match.lastgroup not in ("word", "name"):
            self._look_into(*match.span())
        found = tokens(match, self.lexis)
        self.statement.tokens += found
        if found[0].kind is WORD and len(self.statement.tokens) <= _HEAD and self.first in ("CREATE", "ALTER"):
            self._see_object(found[0].upper)
        self.last = found[0].upper
        return False

    def _look_into(self, start: int, stop: int) -> None:
        """Store where a text, or data, holds a definition; in data, a definition begins a line."""
        assert self.statement is not None
        in_data = self.first in self.words.data
        for found in (_TABLE_IN_DATA if in_data else _TABLE_IN_TEXT).finditer(self.script, start, stop):
            end = self._line_end(found.start(), stop) if in_data else stop - 1
            self.statement.texts.append((found.start(), end))

    def _see_object(self, word: str) -> None:
        """Store the kind of object that CREATE or ALTER concerns."""
        if (not self.object and word in self.words.objects) or (word == "TABLE" and self.last == self.object):
            self.object = word
        elif self.last == self.object and (self.last, word) in (("TYPE", "BODY"), ("TABLE", "FUNCTION")):
            self.object = "FUNCTION"
        self.routine = self.object in self.words.routines

    def _take_of_body(self, match: re.Match[str]) -> None:
        """Track the blocks of a body: BEGIN and CASE open one, END closes it."""
        word = match[0].upper() if match.lastgroup == "word" else match[0] if match.lastgroup == "sign" else "'"
        if word in ("BEGIN", "CASE") and self.previous != "END":
            self.blocks += 1
            self.declares = False
        elif word == "END":
            self.blocks -= 1
        elif self.previous == "END" and word in ("IF", "LOOP", "WHILE", "REPEAT", "FOR"):
            self.blocks += 1
        elif (self.previous in ("IS", "AS") and not self.blocks and word[0] not in "'$\"") or word == "DECLARE":
            self.declares = True
        self.previous = word

    def _ends(self, position: int, delimiter: str) -> bool:
        """Return whether a semicolon ends a routine."""
        assert self.statement is not None
        if delimiter or self.batches > position:
            return False
        self.first_end = self.first_end or position
        return not self.balanced or (self.blocks <= 0 and not self.declares)

    def _close(self, end: int) -> Iterator[Statement]:
        """Yield the statement that ends here."""
        statement = self.statement
        if statement is not None and (statement.tokens or statement.texts):
            statement.end = end
            if self.routine:
                statement.routine = self.object
                statement.texts = [found.span() for found in _TABLE_IN_TEXT.finditer(self.script, statement.start, end)]
            yield statement
        self._reset()
