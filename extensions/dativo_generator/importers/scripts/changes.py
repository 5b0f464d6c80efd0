"""Follow ALTER TABLE and other statements that change the tables that a script has made."""

from collections.abc import Iterator, Sequence

from ...registry.definitions import Words
from .creation import made
from .definitions import (
    Definition,
    NotUnderstood,
    Piece,
    charset_at,
    column,
    is_column,
    key_columns,
    key_index,
    options,
    type_of,
)
from .lexis import QUOTED, TEXT, WORD
from .tables import Name, ScriptColumn, ScriptTable, Tables

# The first words of actions of ALTER TABLE; an action without one continues the last action. Those of _NEXT may follow
# another action without a comma.
_NEXT = ("ADD", "DROP", "ALTER", "MODIFY")
_WHOLE = ("SET", "COMMENT")
_VERBS = frozenset({*_NEXT, *_WHOLE, "CHANGE", "RENAME", "REPLACE", "SWAP"})
# What may follow the first word of an action, and is not a type.
_NO_TYPES = [[word] for word in ("=", "TO", "BY", "TRIGGER", "CONSTRAINT", "PARTITION", "KEYS", "ROW", "RULE", "ALL")]


def altered(piece: Piece, tables: Tables) -> None:
    """Follow ALTER TABLE from the name on; raises `NotUnderstood` after following what it can."""
    optional = piece.takes("IF", "EXISTS")
    alone = piece.takes("ONLY")
    name = piece.name()
    if optional and tables.find(name) is None:
        return
    piece.skips("*")
    if piece.takes("ON", "CLUSTER"):
        piece.text() or piece.name()
    if piece.takes_one("NOWAIT", "WAIT") == "WAIT":
        piece.at += 1
    found = tables.find(name)
    alter = _Alter(tables, found, name, piece.words)
    heirs = [_Alter(tables, heir, heir.parts, piece.words, is_heir=True) for heir in found.heirs()] if found else []
    for part in piece.parted():
        for action in _actions(part):
            for one in [] if alone else heirs:
                one.follow(action.part(action.at, action.end))
            alter.follow(action)
    if alter.problem:
        raise alter.problem


def _actions(part: Piece) -> Iterator[Piece]:
    """Yield the actions of a part between commas; DB2 and Oracle need no comma between two actions."""
    start, depth, verb = part.at, 0, part.word
    for index in range(part.at, part.end):
        word = part.uppers[index]
        depth += (word == "(") - (word == ")")
        if depth or word not in _NEXT or index < start + 2:
            continue
        following = part.uppers[index + 1 : index + 2]
        if verb in ("ADD", "MODIFY", "DROP") or following == ["COLUMN"]:
            yield part.part(start, index)
            start, verb = index, word
    yield part.part(start, part.end)


class _Alter:
    """One ALTER TABLE: the table that it changes, and the action that the next one may continue.

    With `is_heir`, the statement names a table from which this one inherits, so that only columns change.
    """

    def __init__(
        self,
        tables: Tables,
        table: ScriptTable | None,
        name: tuple[str, ...],
        words: Words,
        *,
        is_heir: bool = False,
    ) -> None:
        self.tables, self.found, self.name, self.words, self.is_heir = tables, table, name, words, is_heir
        self.verb, self.harmless = "", False
        self.problem: NotUnderstood | None = None

    @property
    def table(self) -> ScriptTable:
        """The table; raises `NotUnderstood` if the script has not made one of this name."""
        return self.found or self.tables.get(self.name)

    def follow(self, action: Piece) -> None:
        """Follow one action; keep the first one that is not understood as the problem."""
        try:
            self._follow(action)
        except NotUnderstood as problem:
            self.problem = self.problem or problem

    def _follow(self, action: Piece) -> None:
        if action.is_over:
            return
        for check in ("CHECK", "NOCHECK"):  # T-SQL's WITH CHECK ADD CONSTRAINT
            if action.ahead("WITH", check, "ADD"):
                action.at += 2
        start = action.at
        if action.word in _VERBS or not self.verb:
            if self._is_followed_otherwise(action):
                return
            self.verb, self.harmless = action.word, self._is_harmless(action)
            if self.harmless:
                return
            action.at += 1
        elif self.verb == "DROP" and self.harmless and action.takes("COLUMN"):
            self.harmless = False
        elif self.harmless or (self.words.harmless.at(action.uppers, action.at) and self._is_no_column(action)):
            return
        handler = {
            "ADD": self._add,
            "DROP": self._drop,
            "ALTER": self._alter,
            "MODIFY": self._modify,
            "CHANGE": self._change,
            "RENAME": self._rename,
            "REPLACE": self._replace,
        }.get(self.verb)
        if handler is None:
            action.at = start
            raise action.unknown()
        handler(action)

    def _is_harmless(self, action: Piece) -> bool:
        """Return whether an action changes no column: it begins with harmless words, none of which names a column."""
        found = self.words.harmless.at(action.uppers, action.at)
        if found is None or len(found[0]) != 2:
            return found is not None and (len(found[0]) > 1 or action.word not in _VERBS or action.word in _WHOLE)
        (verb, name), rest = found[0], action.uppers[action.at + 2 : action.end]
        if verb == "ADD":
            return name == "PARTITION" or not self._is_definition(action)
        if self.found is None or not self.found.has(name):
            return True
        if verb == "MODIFY":
            return not self._is_definition(action)
        return rest[:1] not in ([], ["CASCADE"], ["RESTRICT"], ["TO"], ["SET"], ["TYPE"])

    def _is_definition(self, action: Piece) -> bool:
        """Return whether a verb is followed by the definition of a column."""
        try:
            return bool(column(action.part(action.at + 1, action.end)).type)
        except NotUnderstood:
            return False

    def _is_no_column(self, action: Piece) -> bool:
        """Return whether a word begins a harmless action, rather than being the name of another column to add."""
        return action.uppers[action.at + 1 : action.at + 2] in _NO_TYPES

    def _is_followed_otherwise(self, action: Piece) -> bool:
        """Follow an action on the table as a whole; return whether it is one."""
        if self.is_heir:
            return action.word in ("COMMENT", "SET", "SWAP", "INHERIT", "NO", "ATTACH", "DETACH")
        if action.takes("INHERIT"):
            _adopt(self.tables.find(action.name()), self.found)
        elif action.takes("NO", "INHERIT"):
            _disown(self.tables.find(action.name()), self.found)
        elif action.takes("ATTACH", "PARTITION"):
            _adopt(self.found, self._partition(action))
        elif action.takes("DETACH", "PARTITION"):
            _disown(self.found, self._partition(action))
        elif action.takes("SET", "SCHEMA"):
            self.tables.rename(self.table, (*action.name(), self.table.parts[-1]))
        elif action.takes("SET", "UNUSED"):
            action.takes("COLUMN")
            self._drop_columns(action)
        elif action.takes("SWAP", "WITH"):
            other, own = self.tables.get(action.name()), self.table
            own.columns, other.columns = other.columns, own.columns
        elif action.takes("COMMENT", "COLUMN"):
            action.skips("IF EXISTS")
            self.table.column(action.name()[-1]).description = (action.text() or "").strip()
        elif action.takes("CONVERT", "TO") and (found := self.words.charsets.at(action.uppers, action.at)):
            action.at += len(found[0])
            for one in self.found.columns if self.found else ():
                one.charset = charset_at(action)
        elif found := self._charset(action):
            action.at += len(found)
            if self.found:
                self.found.charset = charset_at(action)
        elif action.word == "COMMENT":
            action.at += 1
            action.takes("=")
            if self.found:
                self.found.description = (action.text() or "").strip()
        else:
            return False
        return True

    def _charset(self, action: Piece) -> tuple[str, ...]:
        """Return the words that set the character set of columns to come, as in MySQL; () for any others."""
        at = action.at + action.ahead("DEFAULT")
        found = self.words.charsets.at(action.uppers, at)
        return (*action.uppers[action.at : at], *found[0]) if found else ()

    def _partition(self, action: Piece) -> ScriptTable | None:
        """Take the name of a partition, and return its table; None if it has none, as in some dialects."""
        named = not action.is_over and action.tokens[action.at].kind in (WORD, QUOTED)
        return self.tables.find(action.name()) if named else None

    def _add(self, action: Piece) -> None:
        keyword = action.takes_one("COLUMN", "COLUMNS")
        action.skips("IF NOT EXISTS")
        if action.word == "(":
            for entry in action.entries():
                self._add_one(entry, bool(keyword))
        else:
            self._add_one(action, bool(keyword))

    def _add_one(self, entry: Piece, has_keyword: bool) -> None:
        if entry.word == "DEFAULT" and not has_keyword:  # T-SQL's ADD DEFAULT 0 FOR x
            return
        if not has_keyword and not is_column(entry):
            if index := key_index(entry):
                if index not in self.tables.indexes:
                    raise NotUnderstood(f"there is no unique index '{index}'")
                self.table.require(self.tables.indexes[index])
            elif (keys := key_columns(entry)) and self.found:
                self.found.require(keys)
            return
        first, after = _place(entry)
        definition = column(entry)
        new = made(definition, self.words)
        table = self.table
        if self._is_part(new.name.split(".")):
            return
        if table.has(new.name):
            if table.column(new.name).type.lower() == new.type.lower():
                return
            raise NotUnderstood(f"there is a column '{new.name}' already")
        new.charset = new.charset or table.charset
        place = 0 if first else table.index(after) + 1 if after and table.has(after) else len(table.columns)
        table.columns.insert(place, new)
        table.require(definition.keys)

    def _is_part(self, parts: Sequence[str]) -> bool:
        """Return whether a name is that of a part of a column, which changes no column."""
        return self.found is not None and self.found.holds(parts)

    def _column_name(self, action: Piece) -> str:
        """Take the name of a column, without that of its table; '' if it is that of a part of a column."""
        parts = action.name()
        return "" if self._is_part(parts) else parts[-1]

    def _drop(self, action: Piece) -> None:
        action.takes_one("COLUMN", "COLUMNS")
        self._drop_columns(action)

    def _drop_columns(self, action: Piece) -> None:
        optional = action.takes("IF", "EXISTS")
        names = [self._column_name(one) for one in (action.entries() if action.word == "(" else [action])]
        for name in filter(None, names):
            if not optional or self.table.has(name):
                del self.table.columns[self.table.index(name)]

    def _alter(self, action: Piece) -> None:
        action.takes_one("COLUMN", "COLUMNS")
        if action.word == "(":
            for entry in action.entries():
                self._alter(entry)
            return
        action.skips("IF EXISTS")
        if name := self._column_name(action):
            self._change_column(name, action, keeps=False)

    def _change_column(self, name: str, action: Piece, keeps: bool) -> None:
        """Follow a change of a column."""
        if self.words.unchanging.at(action.uppers, action.at):
            return
        found = self.table.column(name)
        if action.takes("SET", "NOT", "NULL") or action.takes("ADD", "NOT", "NULL"):
            found.required = found.kept = True
        elif action.takes("DROP", "NOT", "NULL") or action.takes("SET", "NULL"):
            found.required = found.kept = False
        elif action.takes("SET", "DATA", "TYPE") or action.takes("TYPE") or action.takes("SET", "TYPE"):
            found.type = type_of(action)
        elif action.takes("RENAME", "TO") or action.takes("RENAME"):
            found.name = action.name()[-1]
        elif action.takes("SET", "OPTIONS"):
            comment = options(action.part(action.at - 1, action.end), Definition(name)).comment
            found.description = found.description if comment is None else comment.strip()
        elif action.takes("COMMENT") or action.takes("SET", "COMMENT"):
            action.takes("=")
            found.description = (action.text() or "").strip()
        elif action.ahead("ADD", "GENERATED") or action.ahead("SET", "GENERATED"):
            found.required = found.kept = True
        else:
            self._redefine(found, action, keeps)

    def _redefine(self, found: ScriptColumn, action: Piece, keeps: bool) -> None:
        """Take the type and its options. If null is not mentioned, dialects differ on what holds."""
        changed = options(action, Definition(found.name, type_of(action)))
        if changed.type:
            found.type, found.charset = changed.type, changed.charset or self.table.charset
        if changed.required is not None:
            found.required = found.kept = changed.required
        elif changed.type:
            found.kept = found.required if found.kept is None else found.kept
            found.required = None
        if changed.comment is not None:
            found.description = changed.comment.strip()

    def _modify(self, action: Piece) -> None:
        action.takes_one("COLUMN", "COLUMNS")
        if action.word == "(":
            for entry in action.entries():
                self._modify(entry)
            return
        action.skips("IF EXISTS")
        first, after = _place(action)
        if name := self._column_name(action):
            self._change_column(name, action, keeps=True)
            self._move(name, first, after)

    def _change(self, action: Piece) -> None:
        action.takes("COLUMN")
        action.skips("IF EXISTS")
        first, after = _place(action)
        if not (name := self._column_name(action)):
            return
        found = self.table.column(name)
        found.name = action.name()[-1]
        self._redefine(found, action, keeps=False)
        self._move(found.name, first, after)

    def _move(self, name: str, first: bool, after: str) -> None:
        if first or after:
            moved = self.table.columns.pop(self.table.index(name))
            self.table.columns.insert(0 if first else self.table.index(after) + 1, moved)

    def _rename(self, action: Piece) -> None:
        if action.takes("COLUMN") or (
            not action.ahead("TO") and action.uppers[action.at + 1 : action.at + 2] == ["TO"]
        ):
            action.skips("IF EXISTS")
            if not (name := self._column_name(action)):
                return
            found = self.table.column(name)
            if not action.takes("TO") and not action.takes("AS"):
                raise action.unknown()
            found.name = action.name()[-1]
            return
        action.takes_one("TO", "AS")
        new = action.name()
        if not self.is_heir:
            self.tables.rename(self.table, new)

    def _replace(self, action: Piece) -> None:
        if not action.takes("COLUMNS") or action.word != "(":
            raise action.unknown()
        self.table.columns = [made(column(entry), self.words) for entry in action.entries()]


def _adopt(parent: ScriptTable | None, child: ScriptTable | None) -> None:
    """Let `child` inherit from `parent`, if the script has made both."""
    if parent and child:
        parent.children.append(child)


def _disown(parent: ScriptTable | None, child: ScriptTable | None) -> None:
    """Let `child` no longer inherit from `parent`."""
    if parent:
        parent.children = [one for one in parent.children if one is not child]


def _place(action: Piece) -> tuple[bool, str]:
    """Take the position of a column from the end of an action: whether it comes first, or the column before it."""
    if action.end - action.at > 2 and action.uppers[action.end - 1] == "FIRST":
        action.end -= 1
        return True, ""
    if action.end - action.at > 3 and action.uppers[action.end - 2] == "AFTER":
        action.end -= 2
        return False, action.tokens[action.end + 1].value
    return False, ""


def dropped(piece: Piece, tables: Tables) -> list[ScriptTable]:
    """Follow DROP TABLE from the names on, and return the tables that it dropped."""
    piece.skips("IF EXISTS")
    gone = []
    for one in piece.parted():
        if one.is_over:
            continue
        table = tables.find(one.name())
        if table:
            tables.drop(table)
            gone.append(table)
    return gone


def dropped_schema(piece: Piece, tables: Tables) -> list[ScriptTable]:
    """Follow DROP SCHEMA or DROP DATABASE from the word after it, and return the tables that it dropped."""
    piece.skips("IF EXISTS")
    names = {one.name()[-1].lower() for one in piece.parted() if not one.is_over}
    gone = [table for table in tables if len(table.parts) > 1 and table.parts[-2].lower() in names]
    for table in gone:
        tables.drop(table)
    return gone


def transferred(piece: Piece, tables: Tables) -> None:
    """Follow T-SQL's ``ALTER SCHEMA x TRANSFER y.z`` from the name on; no other change concerns a table."""
    schema = piece.name()
    if piece.takes("TRANSFER"):
        if piece.takes("OBJECT"):
            piece.skips(": :")
        if piece.is_over or piece.uppers[piece.at + 1 : piece.at + 2] == [":"]:  # TYPE::, XML SCHEMA COLLECTION::
            return
        if table := tables.find(name := piece.name()):
            tables.rename(table, (*schema, name[-1]))


def exchanged(piece: Piece, tables: Tables) -> None:
    """Follow ClickHouse's ``EXCHANGE TABLES a AND b`` from the first name on."""
    one = tables.get(piece.name())
    if not piece.takes("AND"):
        raise piece.unknown()
    other = tables.get(piece.name())
    one.columns, other.columns = other.columns, one.columns


def renamed(piece: Piece, tables: Tables) -> None:
    """Follow RENAME TABLE."""
    piece.at += 1
    piece.skips("TABLE", "IF EXISTS")
    for one in piece.parted():
        table = tables.get(one.name())
        if not one.takes("TO"):
            raise one.unknown()
        tables.rename(table, one.name())


def commented(piece: Piece, tables: Tables) -> None:
    """Follow COMMENT ON TABLE and COMMENT ON COLUMN; a comment on an unknown table is ignored.

    DB2 comments on several columns at once, ``COMMENT ON a (x IS '...', y IS '...')``, and has labels besides comments:
    ``LABEL ON COLUMN a (x TEXT IS '...')``.
    """
    piece.at += 2
    kind = piece.takes_one("TABLE", "COLUMN")
    piece.skips("IF EXISTS")
    if piece.is_over or piece.tokens[piece.at].kind not in (WORD, QUOTED):
        return
    name = piece.name()
    if kind != "TABLE" and piece.word == "(":
        for entry in piece.entries():
            column_name = entry.name()[-1]
            entry.takes("TEXT")
            _comment((*name, column_name), True, entry, tables)
    elif kind:
        _comment(name, kind == "COLUMN", piece, tables)


def _comment(name: Name, of_column: bool, piece: Piece, tables: Tables) -> None:
    """Take the description of a table, or of a column that is named with its table."""
    if not piece.takes("IS"):
        raise piece.unknown()
    text = (piece.text() or "").strip()
    table = tables.find(name[:-1] if of_column else name) if len(name) > of_column else None
    if table is None:
        return
    if not of_column:
        table.description = text
    elif table.has(name[-1]):
        table.column(name[-1]).description = text


# The parameters of T-SQL's procedures, in order.
_PROPERTY = ("name", "value", "level0type", "level0name", "level1type", "level1name", "level2type", "level2name")
_RENAME = ("objname", "newname", "objtype")
_TYPE = ("typename", "phystype", "nulltype")


def executed(piece: Piece, tables: Tables, types: dict[str, Definition]) -> None:
    """Follow T-SQL procedures that describe and rename: sp_addextendedproperty, sp_rename, sp_addtype."""
    piece.at += 1
    if piece.is_over or piece.tokens[piece.at].kind not in (WORD, QUOTED):
        return
    name = piece.name()[-1].lower()
    if name in ("sp_addextendedproperty", "sp_updateextendedproperty"):
        _describe(_arguments(piece, _PROPERTY), tables)
    elif name == "sp_rename":
        _rename(_arguments(piece, _RENAME), tables)
    elif name == "sp_addtype":
        given = _arguments(piece, _TYPE)
        required = "NOT" in given.get("nulltype", "").upper()
        types[given.get("typename", "").lower()] = Definition("", given.get("phystype", ""), required or None)


def _arguments(piece: Piece, names: tuple[str, ...]) -> dict[str, str]:
    """Take the arguments of a procedure, by name or in order."""
    given = {}
    for place, one in enumerate(piece.parted()):
        name = names[place] if place < len(names) else ""
        if one.end - one.at > 2 and one.tokens[one.at].value.startswith("@") and one.uppers[one.at + 1] == "=":
            name = one.tokens[one.at].value[1:].lower()
            one.at += 2
        if not one.is_over and one.tokens[one.at].kind in (TEXT, WORD, QUOTED):
            given[name] = one.tokens[one.at].value
    return given


def _describe(given: dict[str, str], tables: Tables) -> None:
    kinds = (given.get("level1type", "").upper(), given.get("level2type", "").upper())
    if (
        given.get("name", "").lower() != "ms_description"
        or kinds[0] != "TABLE"
        or kinds[1] not in ("", "COLUMN", "NULL")
    ):
        return
    table = tables.find((given.get("level0name", ""), given.get("level1name", "")))
    if table is None:
        return
    text = given.get("value", "").strip()
    if kinds[1] != "COLUMN":
        table.description = text
    elif table.has(given.get("level2name", "")):
        table.column(given["level2name"]).description = text


def _rename(given: dict[str, str], tables: Tables) -> None:
    parts = tuple(part.strip('[]" ') for part in given.get("objname", "").split("."))
    kind = given.get("objtype", "").upper()
    if kind == "COLUMN" and len(parts) > 1:
        tables.get(parts[:-1]).column(parts[-1]).name = given.get("newname", "")
    elif kind in ("", "OBJECT") and (table := tables.find(parts)):
        tables.rename(table, (given.get("newname", ""),))
