"""Follow the statements of a script in order: the tables at its end, and what was not understood."""

from collections.abc import Callable
from dataclasses import dataclass, field

from ...registry.definitions import Words
from .changes import altered, commented, dropped, dropped_schema, exchanged, executed, renamed, transferred
from .creation import SHORT, created, into_table, into_temporary, made, named, queried
from .definitions import Definition, NotUnderstood, Piece, column, index_of, type_of
from .lexis import QUOTED, Lexis
from .statements import Statement, statements
from .tables import Elsewhere, Name, ScriptColumn, ScriptTable, Tables

_MORE = "a query may add columns, and does not say what they are"
# How many characters of a statement are shown, and how many tokens are searched for its object.
_SHOWN, _HEAD = 60, 24


@dataclass(frozen=True, slots=True)
class Problem:
    """A statement that was not followed: its line, its text, the reason, and the table that it concerns ('' for none).

    `defines` is whether it makes a table, `elsewhere` whether it changes one that the script has not made, `undoes`
    whether it undoes what other statements define, in dialects that can, `adds` whether a dialect may add columns.
    """

    line: int
    text: str
    why: str
    table: str = ""
    defines: bool = False
    elsewhere: bool = False
    undoes: bool = False
    adds: bool = False


@dataclass(slots=True)
class Script:
    """The result of a script.

    `types` are its named types, `objects` those with columns; `views`, `dropped` and `temporary` hold lines by name;
    `said` holds the words and quotes in its definitions, `routines` the lines of routines that mention making tables,
    `variables` what PL/SQL blocks declare; `declares` is whether such a block has not begun yet. `begun` holds the
    tables that an open transaction has defined, with their lines, and its savepoints, with 0; it is None outside a
    transaction, and if conditions decide how it ends.
    """

    tables: Tables = field(default_factory=Tables)
    problems: list[Problem] = field(default_factory=list)
    views: dict[str, int] = field(default_factory=dict)
    types: dict[str, Definition] = field(default_factory=dict)
    objects: dict[str, list[ScriptColumn]] = field(default_factory=dict)
    dropped: dict[str, int] = field(default_factory=dict)
    temporary: dict[str, int] = field(default_factory=dict)
    said: set[str] = field(default_factory=set)
    routines: list[int] = field(default_factory=list)
    variables: set[str] = field(default_factory=set)
    declares: bool = False
    begun: list[tuple[str, int]] | None = None

    @property
    def misunderstood(self) -> list[Problem]:
        """The problems, except those that only concern tables from elsewhere."""
        return [problem for problem in self.problems if not problem.elsewhere]

    @property
    def columns(self) -> int:
        """How many columns the tables have."""
        return sum(len(table.columns) for table in self.tables)


def followed(text: str, lexis: Lexis, words: Words, check: Callable[[Statement, Tables], None]) -> Script:
    """Follow a script to its end; `check` gets each statement first, and may raise to stop."""
    script = Script()
    script.said.update(match[0].strip(" \t\r;").upper() for match in words.batch.finditer(text))
    for statement in statements(text, lexis, words):
        check(statement, script.tables)
        _follow(script, statement, words)
    return script


def _follow(script: Script, statement: Statement, words: Words) -> None:
    if statement.routine:
        if statement.texts:
            script.routines.append(statement.line)
        return
    line, counted = statement.line, statement.start
    for place, end in statement.texts:
        line, counted = line + statement.script.count("\n", counted, place), place
        script.problems.append(Problem(line, _beginning(statement.script, place, end), "it is inside a text"))
    if not statement.tokens:
        return
    piece = Piece(statement.tokens, words)
    if statement.begins("DECLARE", "GLOBAL", "TEMPORARY", "TABLE"):
        script.temporary[_about(piece)] = statement.line
        return
    _remember_variables(script, statement)
    if (space := _space(piece)) is not None:
        script.tables.space = space
        return
    about, defines = "", False
    _transact(script, statement)
    try:
        if (what := "" if script.declares and piece.word == SHORT else _what(piece)) == "CREATE TABLE":
            defines = True
            about = _create(script, statement, piece)
        elif what == "ALTER TABLE":
            about = _about(piece)
            altered(piece, script.tables)
        elif what == "DROP TABLE":
            for table in dropped(piece, script.tables):
                script.dropped[table.name] = statement.line
                if script.begun is not None:
                    script.begun.append((table.name, statement.line))
        elif what in ("DROP SCHEMA", "DROP DATABASE"):
            for table in dropped_schema(_after_object(piece, what), script.tables):
                script.dropped[table.name] = statement.line
        elif what == "ALTER SCHEMA":
            transferred(_after_object(piece, what), script.tables)
        elif what == "ALTER DOMAIN":
            _change_domain(script, _after_object(piece, what))
        elif what == "CREATE INDEX" and "UNIQUE" in piece.uppers[:_HEAD]:
            name, columns = index_of(_after_object(piece, what))
            script.tables.indexes[name] = columns
        elif statement.begins("EXCHANGE", "TABLES"):
            exchanged(piece.part(2, piece.end), script.tables)
        elif statement.begins("UNDROP", "TABLE") or statement.begins("IMPORT", "FOREIGN", "SCHEMA"):
            defines = True
            raise NotUnderstood("it makes tables and does not state their columns")
        elif statement.begins("COMMENT", "ON"):
            commented(piece, script.tables)
        elif statement.begins("RENAME"):
            renamed(piece, script.tables)
        elif statement.first in ("EXEC", "EXECUTE"):
            executed(piece, script.tables, script.types)
        elif what:
            _remember_object(script, statement, piece, what)
        elif temporary := into_temporary(piece) if statement.first in ("SELECT", "WITH") else "":
            if not script.tables.find((temporary,)):
                script.temporary[temporary] = statement.line
        elif (found := into_table(piece)) and not _is_variable(script, found.name):
            about, defines = ".".join(found.name), True
            _put(script, queried(piece, found, statement.line, script.tables))
        if script.begun is not None and about:
            script.begun.append((about, statement.line))
        _say(script, statement, piece)
    except NotUnderstood as problem:
        about = about or _about(Piece(statement.tokens, words))
        text = _beginning(statement.script, statement.start, statement.end)
        elsewhere = isinstance(problem, Elsewhere) and not defines
        script.problems.append(Problem(statement.line, text, str(problem), about, defines, elsewhere))


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


# What follows BEGIN and END of a transaction; what undoes it, and what may decide how it ends.
_TRANSACTIONS = ("TRAN", "TRANSACTION", "WORK", "ISOLATION", "READ", "DEFERRED", "IMMEDIATE", "EXCLUSIVE")
_UNDOES, _CONDITIONS = ("ROLLBACK", "ABORT"), ("IF", "ELSE", "WHILE")
_BEFORE_NAME = ("TRAN", "TRANSACTION", "WORK", "TO", "SAVEPOINT")


def _transact(script: Script, statement: Statement) -> None:
    """Note what a transaction defines, and which of it a ROLLBACK undoes."""
    words = [token.upper for token in statement.tokens[:5]]
    first, second = words[0], "".join(words[1:2])
    alone = len(words) == 1 and statement.script[statement.end : statement.end + 1] == ";"
    begins_again = words[-2:] == ["AND", "CHAIN"]
    if (first, second) == ("START", "TRANSACTION") or (first == "BEGIN" and (alone or second in _TRANSACTIONS)):
        script.begun = []
    elif script.begun is None:
        return
    elif first == "SAVEPOINT" or (first == "SAVE" and second in _TRANSACTIONS):
        script.begun.append((statement.tokens[-1].value.lower(), 0))
    elif first in _UNDOES:
        _undo(script, statement, next((one.value for one in statement.tokens[1:] if one.upper not in _BEFORE_NAME), ""))
        script.begun = script.begun if "TO" in words else [] if begins_again else None
    elif first == "COMMIT" or (first == "END" and (alone or second in _TRANSACTIONS)):
        script.begun = [] if begins_again else None
    elif first in _CONDITIONS or second in ("TRY", "CATCH"):
        script.begun = None


def _undo(script: Script, statement: Statement, savepoint: str) -> None:
    """Add a problem for each definition that a statement undoes: all, or those after a savepoint."""
    begun = script.begun or []
    first = next((place for place in range(len(begun))[::-1] if begun[place] == (savepoint.lower(), 0)), 0)
    text = _beginning(statement.script, statement.start, statement.end)
    for name, line in begun[first:]:
        if line:
            script.problems.append(Problem(statement.line, text, f"it undoes line {line}", name, undoes=True))
    del begun[first:]


def _after_object(piece: Piece, what: str) -> Piece:
    """Return what follows the kind of object in a statement."""
    kind = what.partition(" ")[2]
    return piece.part(piece.uppers.index(kind, piece.at) + 1, piece.end)


def _change_domain(script: Script, piece: Piece) -> None:
    """Follow a change of whether values of a domain may be missing."""
    name = piece.name()[-1].lower()
    for verb, required in (("SET", True), ("DROP", None)):
        if piece.takes(verb, "NOT", "NULL") and name in script.types:
            script.types[name] = script.types[name]._replace(required=required)


def _what(piece: Piece) -> str:
    """Return the verb and the kind of object of a statement, like ``CREATE TABLE``; '' for one without an object."""
    first = piece.word
    if first == SHORT and piece.part(piece.at + 1, piece.end).is_named_list():
        return "CREATE TABLE"
    if piece.ahead("REPLACE", "TABLE") or (first == "REPLACE" and "TABLE" in piece.uppers[piece.at : piece.at + 3]):
        return "CREATE TABLE"
    if first not in ("CREATE", "ALTER", "DROP"):
        return ""
    for index in range(piece.at + 1, min(piece.end, piece.at + _HEAD)):
        if (word := piece.uppers[index]) in piece.words.objects:
            before = piece.uppers[index + 1 : index + 2] == ["TABLE"]  # CREATE COLUMN TABLE
            return f"{first} TABLE" if before else f"{first} {word}"
        if word == "(":
            break
    return ""


def _about(piece: Piece) -> str:
    """Return the name after TABLE, '' if there is none."""
    for index in range(piece.at, min(piece.end, piece.at + 9)):
        if piece.uppers[index] == "TABLE" or (piece.uppers[index] == SHORT and index == piece.at):
            found = piece.part(index + 1, piece.end)
            found.skips("IF NOT EXISTS", "IF EXISTS", "ONLY")
            try:
                return ".".join(found.name()[-2:])
            except NotUnderstood:
                return ""
    return ""


def _remember_variables(script: Script, statement: Statement) -> None:
    """Store the variables of a PL/SQL block: the words that begin statements between DECLARE and BEGIN."""
    first, second = (statement.tokens[at].value if at < len(statement.tokens) else "" for at in (0, 1))
    if statement.first == "DECLARE":
        script.declares = second[:1] != "@"  # T-SQL's DECLARE ends with its statement
        script.variables.add(second.lower())
    elif statement.first == "BEGIN":
        script.declares = False
    elif script.declares:
        script.variables.add(first.lower())


def _is_variable(script: Script, name: Name) -> bool:
    return name[0].lower() in script.variables


def _create(script: Script, statement: Statement, piece: Piece) -> str:
    about = _about(piece)
    name, replaces, new_only = named(piece)
    there = script.tables.find(name)
    if there and there.parts[-2:] != name[-2:] and len(name) > 1 and len(there.parts) > 1:
        there = None
    namesake = there if there and script.tables.is_elsewhere(there) else None
    if namesake:
        there = None
    if there and new_only:
        return about
    table = created(piece, name, statement.line, script.tables, script.objects)
    table.space = script.tables.space
    if namesake:
        script.tables.part(namesake, table)
    if there and replaces:
        script.tables.drop(there)
        there = None
    _put(script, table, there)
    if table.more:
        text = _beginning(statement.script, statement.start, statement.end)
        script.problems.append(Problem(statement.line, text, _MORE, about, defines=True, adds=True))
    return about


def _put(script: Script, table: ScriptTable, there: ScriptTable | None = None) -> None:
    """Add a table; raises `NotUnderstood` if a table of this name exists with other columns."""
    if there is None:
        script.tables.put(table)
        script.dropped.pop(table.name, None)
    elif [one.name for one in there.columns] != [one.name for one in table.columns]:
        raise NotUnderstood(f"line {there.line} has already made this table")


def _remember_object(script: Script, statement: Statement, piece: Piece, what: str) -> None:
    """Store a view, or a named type."""
    kind = what.partition(" ")[2]
    while piece.word != kind:
        piece.at += 1
    piece.at += 1
    if what == "CREATE VIEW" and statement.first == "CREATE":
        piece.skips("IF NOT EXISTS")
        script.views[".".join(piece.name()[-2:])] = statement.line
    elif what in ("CREATE DOMAIN", "CREATE TYPE"):
        _name_type(script, piece, piece.name()[-1].lower(), kind == "DOMAIN")


def _name_type(script: Script, piece: Piece, name: str, domain: bool) -> None:
    """Store a named type of the script: an alias, or one with columns."""
    if not domain and piece.takes_one("AS", "IS"):
        piece.takes("OBJECT")
        if piece.word == "(":
            columns = [made(column(entry), piece.words) for entry in piece.entries() if entry.word not in _METHODS]
            script.objects[name] = columns
        return
    if piece.takes("FROM") or piece.takes("AS") or domain:
        type_ = type_of(piece)
        required = any(piece.part(at, piece.end).ahead("NOT", "NULL") for at in range(piece.at, piece.end))
        script.types[name] = Definition("", type_, required or None)


# What an Oracle object type may have besides columns.
_METHODS = ("MEMBER", "STATIC", "CONSTRUCTOR", "MAP", "ORDER", "FINAL", "NOT", "OVERRIDING", "INSTANTIABLE", "PRAGMA")


def _say(script: Script, statement: Statement, piece: Piece) -> None:
    """Store the types, options and quotes of a definition, but never a name or the content of a text."""
    quotes = {statement.script[token.start] for token in statement.tokens if token.kind is QUOTED and token.value}
    script.said.update(piece.said, quotes)


def _beginning(text: str, start: int, end: int) -> str:
    """Return the first words of a statement, on one line."""
    words = " ".join(text[start : min(end, start + 4 * _SHOWN)].split())
    return words if len(words) <= _SHOWN else f"{words[:_SHOWN].rpartition(' ')[0] or words[:_SHOWN]} ..."
