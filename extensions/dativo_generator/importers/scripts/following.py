"""Follow the statements of a script in order."""

from collections.abc import Callable, Mapping
from itertools import pairwise

from ...registry.definitions import Words
from .changes import altered, commented, dropped, dropped_schema, exchanged, executed, renamed, transferred
from .creation import created, into_table, into_temporary, made, named, queried
from .definitions import Definition, NotUnderstood, Piece, column, index_of, type_of
from .headings import SHORT, heading, name_at, parts_at
from .lexis import QUOTED, Lexis
from .script import Problem, Script, beginning, beginning_of
from .statements import Statement, statements
from .tables import Elsewhere, ScriptTable, Tables
from .transactions import transact

_MORE = "a query may add columns, and does not say what they are"
# How many tokens of a statement are searched for its object.
_HEAD = 24


Check = Callable[[Statement, Tables], None]
IsType = Callable[[str], bool]


def followed(text: str, lexis: Lexis, words: Words, check: Check, is_type: IsType) -> Script:
    """Follow a script to its end.

    `check` gets each statement first, and may raise to stop; `is_type` returns whether some dialect has a type.
    """
    script = Script()
    script.said.update(match[0].strip(" \t\r;").upper() for match in words.batch.finditer(text))
    for statement in statements(text, lexis, words):
        check(statement, script.tables)
        if not statement.routine:
            _name_texts(script, statement)
            if statement.tokens:
                _Follower(script, statement, words, is_type).follow()
        elif statement.texts:
            script.routines.append(statement.line)
    return script


def _name_texts(script: Script, statement: Statement) -> None:
    """Add a problem for each definition inside a text, which only a program could run."""
    line, counted = statement.line, statement.start
    for place, end in statement.texts:
        line, counted = line + statement.script.count("\n", counted, place), place
        script.problems.append(Problem(line, beginning(statement.script, place, end), "it is inside a text"))


class _Follower:
    """Follows one statement: `about` is the table that it concerns, '' for none, and `defines` whether it makes it.

    The name of its object begins at the token `start`.
    """

    def __init__(self, script: Script, statement: Statement, words: Words, is_type: IsType) -> None:
        self.script, self.statement, self.words, self.is_type = script, statement, words, is_type
        self.piece = Piece(statement.tokens, words)
        self.kind, self.start = heading(self.piece)
        self.about, self.defines = "", False

    def follow(self) -> None:
        """Follow the statement; one that is not understood becomes a problem of the script."""
        script, statement = self.script, self.statement
        if statement.begins("DECLARE", "GLOBAL", "TEMPORARY", "TABLE"):
            script.temporary[name_at(self.piece, 4)] = statement.line
            return
        self._remember_variables()
        if (space := _space(self.piece)) is not None:
            script.tables.space = space
            return
        transact(script, statement)
        try:
            self._handler()(self)
        except NotUnderstood as problem:
            about = self.about or _about(Piece(statement.tokens, self.words))
            elsewhere = isinstance(problem, Elsewhere) and not self.defines
            self._report(str(problem), about, defines=self.defines, elsewhere=elsewhere)
            return
        if script.begun is not None and self.about:
            script.begun.append((self.about, statement.line))
        # The types, options and quotes of a definition, but never a name or the content of a text.
        quotes = {statement.script[token.start] for token in statement.tokens if token.kind is QUOTED and token.value}
        script.said.update(self.piece.said, quotes)

    def _report(self, why: str, about: str, **how: bool) -> None:
        self.script.problems.append(Problem(self.statement.line, beginning_of(self.statement), why, about, **how))

    def _handler(self) -> Callable[["_Follower"], None]:
        """Return what follows a statement of this kind."""
        is_label = self.script.declares and self.piece.word == SHORT
        verb, _, kind = ("" if is_label else self.kind).partition(" ")
        if kind in self.words.tables and self._is_table(verb):
            kind = "TABLE"
        if kind:
            return _BY_OBJECT.get(f"{verb} {kind}", _Follower.pass_over)
        beginnings = (handler for words, handler in _BY_BEGINNING if self.statement.begins(*words))
        return next(beginnings, _Follower.query)

    def _is_table(self, verb: str) -> bool:
        """Return whether a stream is like a table; Snowflake's follows ON, and tells what happens to a table."""
        uppers = self.piece.uppers
        if verb == "CREATE":
            return all(following == "COLUMN" for word, following in pairwise(uppers) if word == "ON")
        return self._is_known(self.start)

    def _is_known(self, start: int) -> bool:
        """Return whether the script has a table with the name that begins at an index."""
        name = parts_at(self.piece, start)
        return bool(name) and self.script.tables.find(name) is not None

    def _object(self) -> Piece:
        """Return what follows the kind of object, such as TABLE or VIEW."""
        return self.piece.part(self.start, self.piece.end)

    # --- tables -------------------------------------------------------------------------------------------------------

    def create(self) -> None:
        """Add a table, unless it exists and the statement makes only a missing one."""
        self.defines, self.about = True, name_at(self.piece, self.start)
        tables = self.script.tables
        name, replaces, new_only = named(self.piece, self.start)
        there = tables.find(name)
        if there and there.parts[-2:] != name[-2:] and len(name) > 1 and len(there.parts) > 1:
            there = None
        namesake = there if there and tables.is_elsewhere(there) else None
        if namesake:
            there = None
        if there and (new_only or self.statement.first == "LOAD"):  # BigQuery's adds rows to a table that is there
            return
        table = created(self.piece, name, self.statement.line, tables, self.script.objects)
        table.space = tables.space
        for one in table.doubts:
            if not self.is_type(one.type):  # the words may be part of it
                raise NotUnderstood(one.doubt)
        if namesake:
            tables.part(namesake, table)
        if there and replaces:
            tables.drop(there)
            there = None
        self._put(table, there)
        if table.more:
            self._report(_MORE, self.about, defines=True, adds=True, partly=True)
        for one in table.doubts:
            self._report(f"{one.doubt} of column '{one.name}' is left out", self.about, defines=True, partly=True)

    def _put(self, table: ScriptTable, there: ScriptTable | None = None) -> None:
        """Add a table; raises `NotUnderstood` if a table of this name exists with other columns."""
        if there is None:
            self.script.tables.put(table)
            self.script.dropped.pop(table.name, None)
        elif [one.name for one in there.columns] != [one.name for one in table.columns]:
            raise NotUnderstood(f"line {there.line} has already made this table")

    def alter(self) -> None:
        """Change a table."""
        self.about = name_at(self.piece, self.start)
        altered(self._object(), self.script.tables)

    def drop(self) -> None:
        """Drop tables."""
        for table in dropped(self._object(), self.script.tables):
            self.script.dropped[table.name] = self.statement.line
            if self.script.begun is not None:
                self.script.begun.append((table.name, self.statement.line))

    def drop_schema(self) -> None:
        """Drop a schema or a database with its tables."""
        for table in dropped_schema(self._object(), self.script.tables):
            self.script.dropped[table.name] = self.statement.line

    def alter_schema(self) -> None:
        """Move a table to another schema, as in T-SQL."""
        transferred(self._object(), self.script.tables)

    def create_index(self) -> None:
        """Store the columns of a unique index, which a constraint may name later."""
        if "UNIQUE" in self.piece.uppers[:_HEAD]:
            name, columns = index_of(self._object())
            self.script.tables.indexes[name] = columns

    def exchange(self) -> None:
        """Swap two tables, as in ClickHouse."""
        exchanged(self.piece.part(2, self.piece.end), self.script.tables)

    def comment(self) -> None:
        """Describe a table or a column."""
        commented(self.piece, self.script.tables)

    def rename(self) -> None:
        """Rename tables."""
        renamed(self.piece, self.script.tables)

    def execute(self) -> None:
        """Call a procedure, which may describe, rename or type something in T-SQL."""
        executed(self.piece, self.script.tables, self.script.types)

    def refuse(self) -> None:
        """Refuse a statement that makes tables from what the script does not hold."""
        self.defines = True
        raise NotUnderstood("it makes tables and does not state their columns")

    def restore(self) -> None:
        """Refuse a statement that brings back a table that the script does not have."""
        if not self._is_known(2):
            self.refuse()

    def create_unknown(self) -> None:
        """Refuse an unknown kind of object that has columns: it may be a table."""
        self.defines = True
        raise self.piece.part(self.piece.at + 1, self.piece.end).unknown()

    def query(self) -> None:
        """Add the table that a query writes its rows to, if it does."""
        if self.statement.first in ("SELECT", "WITH") and (temporary := into_temporary(self.piece)):
            if not self.script.tables.find((temporary,)):
                self.script.temporary[temporary] = self.statement.line
        elif (found := into_table(self.piece)) and found.name[0].lower() not in self.script.variables:
            self.about, self.defines = ".".join(found.name), True
            self._put(queried(self.piece, found, self.statement.line, self.script.tables))

    # --- other objects ------------------------------------------------------------------------------------------------

    def pass_over(self) -> None:
        """Do nothing: other objects have no columns."""

    def create_view(self) -> None:
        """Store where a view is made."""
        if self.statement.first == "CREATE":
            view = self._object()
            view.skips("IF NOT EXISTS")
            self.script.views[".".join(view.name()[-2:])] = self.statement.line

    def create_domain(self) -> None:
        """Store a type that stands for another one, with its constraint."""
        named_type = self._object()
        self._name_type(named_type, named_type.name()[-1].lower())

    def create_type(self) -> None:
        """Store a named type: an alias, or one with columns."""
        named_type = self._object()
        name = named_type.name()[-1].lower()
        if named_type.takes_one("AS", "IS"):
            named_type.takes("OBJECT")
            if named_type.word == "(":
                columns = (column(entry) for entry in named_type.entries() if entry.word not in _METHODS)
                self.script.objects[name] = [made(one, self.words) for one in columns]
        elif named_type.takes("FROM"):
            self._name_type(named_type, name)

    def _name_type(self, piece: Piece, name: str) -> None:
        piece.takes("AS")
        type_ = type_of(piece)
        required = any(piece.part(at, piece.end).ahead("NOT", "NULL") for at in range(piece.at, piece.end))
        self.script.types[name] = Definition("", type_, required or None)

    def alter_domain(self) -> None:
        """Follow a change of whether values of a domain may be missing."""
        domain = self._object()
        name = domain.name()[-1].lower()
        for verb, required in (("SET", True), ("DROP", None)):
            if domain.takes(verb, "NOT", "NULL") and name in self.script.types:
                self.script.types[name] = self.script.types[name]._replace(required=required)

    def _remember_variables(self) -> None:
        """Store the variables of a PL/SQL block: the words that begin statements between DECLARE and BEGIN."""
        tokens, script = self.statement.tokens, self.script
        first, second = (tokens[at].value if at < len(tokens) else "" for at in (0, 1))
        if self.statement.first == "DECLARE":
            script.declares = second[:1] != "@"  # T-SQL's DECLARE ends with its statement
            script.variables.add(second.lower())
        elif self.statement.first == "BEGIN":
            script.declares = False
        elif script.declares:
            script.variables.add(first.lower())


# What follows a statement on an object, and one without an object.
_BY_OBJECT: Mapping[str, Callable[[_Follower], None]] = {
    "CREATE TABLE": _Follower.create,
    "CREATE ?": _Follower.create_unknown,
    "ALTER TABLE": _Follower.alter,
    "DROP TABLE": _Follower.drop,
    "DROP SCHEMA": _Follower.drop_schema,
    "DROP DATABASE": _Follower.drop_schema,
    "ALTER SCHEMA": _Follower.alter_schema,
    "CREATE INDEX": _Follower.create_index,
    "CREATE VIEW": _Follower.create_view,
    "CREATE DOMAIN": _Follower.create_domain,
    "CREATE TYPE": _Follower.create_type,
    "ALTER DOMAIN": _Follower.alter_domain,
}
_BY_BEGINNING: tuple[tuple[tuple[str, ...], Callable[[_Follower], None]], ...] = (
    (("EXCHANGE", "TABLES"), _Follower.exchange),
    (("UNDROP", "TABLE"), _Follower.restore),
    (("FLASHBACK", "TABLE"), _Follower.restore),
    (("RESTORE", "TABLE"), _Follower.restore),
    (("DEFINE", "TABLE"), _Follower.restore),
    (("IMPORT", "FOREIGN", "SCHEMA"), _Follower.refuse),
    (("COMMENT", "ON"), _Follower.comment),
    (("LABEL", "ON"), _Follower.comment),
    (("RENAME",), _Follower.rename),
    (("EXEC",), _Follower.execute),
    (("EXECUTE",), _Follower.execute),
)

# What an Oracle object type may have besides columns.
_METHODS = ("MEMBER", "STATIC", "CONSTRUCTOR", "MAP", "ORDER", "FINAL", "NOT", "OVERRIDING", "INSTANTIABLE", "PRAGMA")


def _about(piece: Piece) -> str:
    """Return the name after TABLE, '' if there is none."""
    for index in range(piece.at, min(piece.end, piece.at + 9)):
        if piece.uppers[index] == "TABLE":
            return name_at(piece, index + 1)
    return ""


# How a statement begins that names the database or schema for those after it.
_SPACES = (
    *(("USE", what) for what in ("DATABASE", "SCHEMA", "KEYSPACE")),
    *(("SET", *scope, *what) for scope in ((), ("SESSION",), ("LOCAL",)) for what in (("SEARCH_PATH",), ("SCHEMA",))),
    ("SET", "CURRENT", "SCHEMA"),
    ("SET", "CURRENT_SCHEMA"),
    ("ALTER", "SESSION", "SET", "CURRENT_SCHEMA"),
    ("USE",),
    ("DATABASE",),
)
# What Snowflake uses that has no tables.
_NO_SPACES = ("WAREHOUSE", "ROLE", "SECONDARY", "CATALOG")


def _space(piece: Piece) -> str | None:
    """Return the database or schema that a statement names for those after it; None if it names none."""
    if piece.word not in ("USE", "SET", "DATABASE", "ALTER"):
        return None
    inner = piece.part(piece.at, piece.end)
    if not any(inner.takes(*phrase) for phrase in _SPACES) or inner.word in _NO_SPACES:
        return None
    inner.takes_one("=", "TO")
    if inner.is_over:
        return None
    if inner.takes("DEFAULT"):
        return ""
    if (text := inner.text()) is not None:
        return "" if text.startswith("$") else text  # "$user" is whoever runs it
    try:
        return inner.name()[-1]
    except NotUnderstood:
        return None
