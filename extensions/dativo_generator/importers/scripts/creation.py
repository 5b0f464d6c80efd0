"""Follow CREATE TABLE, and queries that make tables."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from ...registry.definitions import Words
from .definitions import Definition, NotUnderstood, Piece, charset_at, column, is_column, key_columns
from .lexis import QUOTED, WORD
from .tables import Name, ScriptColumn, ScriptTable, Tables

# The columns of types that have any, by name.
Objects = Mapping[str, Sequence[ScriptColumn]]
UNSAID = "a query that does not state its columns"
# What further columns follow: those of partitions in Hive and Spark, and those of all rows of a table in TDengine.
_FURTHER = (("PARTITIONED", "BY"), ("WITH", "PARTITION", "COLUMNS"), ("TAGS",))
_REPLACES = ("REPLACE", "RECREATE", "ALTER", "OVERWRITE")
_QUERY = ("SELECT", "WITH", "(", "TABLE", "VALUES", "FROM", "EXECUTE")
# Options with a word that would otherwise give the table columns; a value follows those in _VALUED.
_VALUED, _OPTIONS = (("STORED", "AS"), ("EXECUTE", "AS")), (("COPY", "GRANTS"), ("COPY", "TAGS"), ("AS", "OF"))


def named(piece: Piece, start: int) -> tuple[Name, bool, bool]:
    """Take CREATE TABLE, and the name from `start` on.

    Return the name, whether the table replaces another one, and whether it has IF NOT EXISTS.
    """
    said = {word for word in piece.uppers[piece.at : start] if word != "TABLE"}
    piece.said |= said
    piece.at = start
    new_only = piece.takes("IF", "NOT", "EXISTS")
    return piece.name(), not said.isdisjoint(_REPLACES), new_only


def created(piece: Piece, name: Name, line: int, tables: Tables, objects: Objects) -> ScriptTable:
    """Take what follows the name in CREATE TABLE, and return the table; raises `NotUnderstood`."""
    table = ScriptTable(name[-2:], line)
    keys: list[str] = []
    if piece.takes("ON", "CLUSTER"):
        piece.text() or piece.name()
    if piece.takes("USING") and piece.name() and piece.word != "(":
        piece.at -= 1
    place = _list_of_columns(piece)
    if place is not None:
        piece.at = place
        keys = _entries(piece, table, tables)
    _rest(piece, table, keys, tables, objects)
    if not table.columns:
        raise NotUnderstood("no columns")
    table.require(keys)
    table.fill()
    return table


def _list_of_columns(piece: Piece) -> int | None:
    """Return the index of the list of columns, which may follow options; None if there is none."""
    at = piece.at
    while at < piece.end:
        word = piece.uppers[at]
        if word in ("AS", "PARTITIONED", "LIKE", "CLONE", "OF"):
            return None
        if word == "(":
            ends = piece.part(at, piece.end).list_end()
            first = piece.uppers[at + 1 : at + 2]
            if at == piece.at and first not in (["SELECT"], ["WITH"]):
                return at
            inner = piece.tokens[at + 1 : ends][:2]
            if [one.kind for one in inner] in ([WORD, WORD], [QUOTED, WORD]) and first not in (
                ["PARTITION"],
                ["SELECT"],
            ):
                return at
            at = ends
        at += 1
    return None


def _entries(piece: Piece, table: ScriptTable, tables: Tables) -> list[str]:
    """Take the list of columns; return those of the primary key that it defines."""
    keys: list[str] = []
    entries = list(piece.entries())
    is_virtual = "VIRTUAL" in piece.said
    for number, entry in enumerate(entries, 1):
        if is_virtual and entry.uppers[entry.at + 1 : entry.at + 2] == ["="]:
            continue  # an option of the module of a virtual table
        if entry.is_over:
            if number == len(entries):
                continue
            raise NotUnderstood("','")
        if entry.takes("LIKE"):
            table.columns += copied(tables.get(entry.name()))
        elif is_column(entry):
            definition = column(entry, doubts=True)
            keys += definition.keys
            table.doubts += [definition] if definition.doubt else []
            table.columns.append(made(definition, piece.words))
        else:
            keys += key_columns(entry)
    return keys


def made(definition: Definition, words: Words) -> ScriptColumn:
    """Return the column of a definition; some types exclude null."""
    if definition.required is None and definition.type.upper() in words.never_null:
        definition = definition._replace(required=True)
    return ScriptColumn.of(definition)


def copied(table: ScriptTable) -> list[ScriptColumn]:
    """Return copies of the columns of a table."""
    return [one.copy() for one in table.columns]


def _rest(piece: Piece, table: ScriptTable, keys: list[str], tables: Tables, objects: Objects) -> None:
    """Take what follows or replaces the list of columns: further ones, those of another table, a description."""
    listed = bool(table.columns)
    while not piece.is_over:
        word = piece.word
        piece.said.add(word)
        if any(piece.takes(*phrase) for phrase in _VALUED):
            _step(piece)
        elif any(piece.takes(*phrase) for phrase in _OPTIONS):
            continue
        elif word in ("LIKE", "CLONE", "COPY") and not listed and _is_name(piece, piece.at + 1):
            piece.at += 1
            piece.takes_one("TABLE", "AS")
            table.columns += copied(tables.get(piece.name()))
        elif word == "LIKE" and _is_name(piece, piece.at + 1):  # Flink's adds columns to another table's
            piece.at += 1
            _inherited(table, [tables.get(piece.name())], follows=False)
        elif piece.takes("PARTITION", "OF"):
            parent = tables.get(piece.name())
            table.columns += copied(parent)
            parent.children.append(table)
            piece.skip_list()
        elif word == "OF" and not listed and _is_name(piece, piece.at + 1):
            _of_type(piece, table, keys, objects)
        elif piece.takes("INHERITS") and piece.word == "(":
            _inherited(table, [tables.get(entry.name()) for entry in piece.entries()])
        elif any(piece.takes(*phrase) for phrase in _FURTHER):
            if piece.word == "(":
                _partitions(piece, table)
        elif piece.ahead("PRIMARY", "KEY"):
            keys += key_columns(piece)
        elif found := piece.words.charsets.at(piece.uppers, piece.at):
            piece.at += len(found[0])
            table.charset = charset_at(piece)
        elif piece.takes("COMMENT") or piece.takes("DESCRIPTION"):
            piece.takes_one("=", "IS")
            table.description = (piece.text() or table.description).strip()
        elif piece.takes("OPTIONS") and piece.word == "(":
            for entry in piece.entries():
                if entry.takes_one(*piece.words.comments) and entry.takes("="):
                    table.description = (entry.text() or "").strip()
        elif word == "SELECT":
            _as(piece, table, tables, listed, adds=True)  # only MySQL leaves AS out
            return
        elif piece.takes("AS") and piece.word not in ("NODE", "EDGE"):
            _as(piece, table, tables, listed)
            return
        else:
            piece.skip_list() if word in ("(", "[", "{") else piece.takes(word) or _step(piece)


def _inherited(table: ScriptTable, parents: list[ScriptTable], follows: bool = True) -> None:
    """Put the columns of its parents before those of a table; a column of several parents becomes one.

    If the table `follows` its parents, it also changes with them later.
    """
    own = {one.name.lower() for one in table.columns}
    theirs: dict[str, ScriptColumn] = {}
    for parent in parents:
        for one in copied(parent):
            theirs.setdefault(one.name.lower(), one)
        if follows:
            parent.children.append(table)
    table.columns[:0] = [one for name, one in theirs.items() if name not in own]


def _step(piece: Piece) -> None:
    piece.at += 1


def _of_type(piece: Piece, table: ScriptTable, keys: list[str], objects: Objects) -> None:
    """Take the columns of a type, and the options that a list adds to these columns; raises `NotUnderstood`."""
    start = piece.at
    piece.at += 1
    found = objects.get(piece.name()[-1].lower())
    if found is None:
        piece.at = start
        raise piece.unknown()
    table.columns += [one.copy() for one in found]
    for entry in piece.entries() if piece.word == "(" else ():
        if not is_column(entry):
            keys += key_columns(entry)
        elif table.has(entry.tokens[entry.at].value):
            stated = column(entry)
            if stated.required:
                table.require([stated.name])


def _is_name(piece: Piece, index: int) -> bool:
    return index < piece.end and piece.tokens[index].kind in (WORD, QUOTED)


def _partitions(piece: Piece, table: ScriptTable) -> None:
    """Take the columns that partition a table, if they have a type: Hive does not list these with the others."""
    for entry in piece.entries():
        if entry.end - entry.at > 1 and _is_name(entry, entry.at + 1):
            definition = column(entry)
            if not table.has(definition.name):
                table.columns.append(made(definition, piece.words))


def _as(piece: Piece, table: ScriptTable, tables: Tables, listed: bool, adds: bool = False) -> None:
    """Take the columns of another table, or of a query that states them; a query that `adds` always has more columns.

    Raises `NotUnderstood`.
    """
    if piece.word not in _QUERY and _is_name(piece, piece.at) and not listed:
        table.columns += copied(tables.get(piece.name()))
        return
    if piece.word not in _QUERY:
        return
    typed = listed and any(one.type for one in table.columns)
    try:
        found = selected(piece, tables)
    except NotUnderstood:
        if typed and not adds:  # the list is complete, except perhaps in MySQL
            table.more = True
            return
        raise
    if listed and len(table.columns) == len(found):
        for mine, queried in zip(table.columns, found, strict=True):
            mine.type = mine.type or queried.type
        return
    known = {one.name.lower() for one in table.columns}
    table.columns += [one for one in found if one.name.lower() not in known]


class Into(NamedTuple):
    """A query that makes a table: the indices of SELECT, of INTO and after the name, and the name itself."""

    select: int
    into: int
    after: int
    name: Name


def into_table(piece: Piece) -> Into | None:
    """Find ``SELECT ... INTO name FROM``; None for a query into variables, a file or a temporary table of T-SQL."""
    depth, select = 0, None
    for index in range(piece.at, piece.end):
        word = piece.uppers[index]
        depth += (word in ("(", "[")) - (word in (")", "]"))
        if not depth and word == "INTO" and select is not None:
            return _target(piece, select, index)
        if not depth and word in ("SELECT", "FROM"):
            select = index if word == "SELECT" else None
    return None


def _target(piece: Piece, select: int, into: int) -> Into | None:
    target = piece.part(into + 1, piece.end)
    target.takes_one("TEMPORARY", "TEMP", "UNLOGGED")
    target.takes("TABLE")
    if not _is_name(target, target.at) or target.tokens[target.at].value[:1] in ("@", "#"):
        return None
    name = target.name()
    if target.is_over or target.word == "*" or _is_name(target, target.at):
        return Into(select, into, target.at, name[-2:])
    return None


def into_temporary(piece: Piece) -> str:
    """Return the name of the temporary table of T-SQL that a query makes; '' for none."""
    for index in range(piece.at, piece.end - 1):
        if piece.uppers[index] == "INTO" and piece.tokens[index + 1].value[:1] == "#":
            return piece.tokens[index + 1].value
    return ""


def queried(piece: Piece, found: Into, line: int, tables: Tables) -> ScriptTable:
    """Return the table that a query makes; raises `NotUnderstood` if it does not state its columns."""
    tokens = [*piece.tokens[found.select : found.into], *piece.tokens[found.after : piece.end]]
    return ScriptTable(found.name, line, selected(Piece(tokens, piece.words), tables))


def selected(piece: Piece, tables: Tables) -> list[ScriptColumn]:
    """Take the columns that a query states: those of a known table, and casts; raises `NotUnderstood`."""
    wrapped = piece.word == "("
    query = piece.part(piece.at + 1, piece.list_end()) if wrapped else piece
    if query.word in ("TABLE", "FROM") and _is_name(query, query.at + 1):  # short for SELECT * FROM
        query.at += 1
        source = tables.find(query.name())
        if source is None or not (query.is_over or query.word in _AFTER_FROM):
            raise NotUnderstood(UNSAID)
        return [ScriptColumn(one.name, one.type, charset=one.charset) for one in source.columns]
    if not query.takes("SELECT"):
        raise NotUnderstood(UNSAID)
    query.takes_one("ALL", "DISTINCT")
    clauses = _clauses(query)
    if "FROM" not in clauses:
        source = None
    else:
        inner = query.part(clauses["FROM"] + 1, query.end)
        source = tables.find(inner.name()) if _is_name(inner, inner.at) else None
        inner.takes("AS")
        if _is_name(inner, inner.at) and inner.word not in _AFTER_FROM:
            inner.at += 1
        if not inner.is_over and inner.word not in _AFTER_FROM:
            source = None
    columns = []
    for entry in query.part(query.at, min(clauses.values(), default=query.end)).parted():
        columns += _projected(entry, source)
    return columns


_AFTER_FROM = ("WHERE", "LIMIT", "ORDER", "TABLESAMPLE", "FETCH", "OPTION", "END", "WITH", ")")


def _clauses(query: Piece) -> dict[str, int]:
    """Return where the clauses of a query begin, outside brackets, by their first words; raises `NotUnderstood`."""
    places: dict[str, int] = {}
    depth = 0
    for index in range(query.at, query.end):
        word = query.uppers[index]
        depth += 1 if word == "(" else -1 if word == ")" else 0
        if not depth and word in ("FROM", "WHERE", "LIMIT", "UNION", "EXCEPT", "INTERSECT", "JOIN"):
            places.setdefault(word, index)
    if any(word in places for word in ("UNION", "EXCEPT", "INTERSECT", "JOIN")):
        raise NotUnderstood(UNSAID)
    return places


def _projected(entry: Piece, source: ScriptTable | None) -> list[ScriptColumn]:
    """Return the columns of one entry of a SELECT; raises `NotUnderstood` if it does not state them."""
    unsaid = NotUnderstood(UNSAID)
    if entry.takes("*"):
        if source is None or not entry.is_over:
            raise unsaid
        return [ScriptColumn(one.name, one.type, charset=one.charset) for one in source.columns]
    last = entry.tokens[entry.end - 1]
    if entry.ahead("CAST", "("):
        entry.at += 1
        closing = entry.list_end()
        inner = entry.part(entry.at + 1, closing)
        while not inner.is_over and inner.word != "AS":
            inner.skip_list() if inner.word == "(" else _step(inner)
        if inner.takes("AS") and closing + 1 < entry.end and last.kind in (WORD, QUOTED):
            type_ = " ".join(token.value for token in inner.tokens[inner.at : inner.end])
            return [ScriptColumn(last.value, type_.replace(" ( ", "(").replace(" )", ")").replace(" , ", ", "))]
        raise unsaid
    if source is None or entry.tokens[entry.at].kind not in (WORD, QUOTED):
        raise unsaid
    name = entry.name()
    entry.takes("AS")
    if entry.end - entry.at > 1 or not source.has(name[-1]):
        raise unsaid
    found = source.column(name[-1])
    return [ScriptColumn(last.value, found.type, charset=found.charset)]  # the result of a query may be null
