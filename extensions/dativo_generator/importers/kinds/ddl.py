"""Columns of a DDL script: its CREATE TABLE statements, and what it adds to them later, parsed with sqlglot."""

import re
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from ...base.naming import listed, nearest
from ...registry.dialects import dialect as known_dialect
from ...registry.dialects import dialects
from ..document import text_of
from ..source import Options, Reader, Source
from ..sql_types import kind_of_type, parser
from ..table import Column, ImportFailed, Table

# Only these say something about columns; a dump holds much else, which need not be understood.
_STATEMENT = re.compile(
    r"\s*(create\s+(or\s+replace\s+)?((global|local)\s+)?(temp(orary)?\s+|unlogged\s+|transient\s+|foreign\s+|external\s+)*"
    r"table\b|alter\s+table\b|comment\s+on\s+(table|column)\b)",
    re.IGNORECASE,
)


# What a script of tables stays below, with all the dialects that it is tried in: bytes, words and signs, bytes of one
# statement, tables; and how many seconds it takes at most. A dump with its data does not.
_LARGEST, _WORDS, _STATEMENT_SIZE, TABLES = 32 << 20, 2_000_000, 1 << 20, 5_000
SECONDS = 30
_WAY_OUT = "take a dump of the schema alone, or a part of it"


def read_ddl(path: Path, dialect: str = "") -> list[Table]:
    """Read the tables of a script in the named dialect, or in the one that understands it; raises `ImportFailed`."""
    text = text_of(path, _LARGEST)
    sqlglot = parser("Reading a DDL script")
    if not text.strip():
        raise ImportFailed(f"{path}: is empty")
    if len(text) > _WORDS and sum(1 for _ in re.finditer(r"\w+|[^\w\s]", text)) > _WORDS:
        raise ImportFailed(f"{path}: has more than {_WORDS:,} words; {_WAY_OUT}")
    deadline = time.monotonic() + SECONDS
    if dialect:
        name = known_dialect(dialect).name
        if name not in (known := {known.value for known in sqlglot.dialects.Dialects}):
            raise ImportFailed(
                f"{path}: '{dialect}' is no dialect{nearest(name, known)} (try {listed(list(dialects())[:5])})"
            )
        candidates: list[str] = [name]
    else:
        candidates = [*sorted(dialects(), key=lambda one: not dialects()[one].is_in(text)), ""]
    problem = ""
    for candidate in candidates:
        try:
            tables = list(_tables(sqlglot, text, candidate, path, deadline))
        except RecursionError:
            raise ImportFailed(f"{path}: is nested too deeply") from None
        except sqlglot.errors.SqlglotError as error:
            problem = problem or _place(error)
            continue
        if tables:
            return tables
        raise ImportFailed(f"{path}: holds no CREATE TABLE")
    tried = f"as {dialect}" if dialect else "in any dialect; name it with --dialect"
    raise ImportFailed(f"{path}: cannot be understood {tried}: {problem}")


def _place(error: Any) -> str:
    first = (getattr(error, "errors", None) or [{}])[0]
    what = re.split(r"\. Line |\n", str(error))[0]
    return f"line {first['line']}: {what}" if first.get("line") else what


def _tables(sqlglot: Any, text: str, dialect: str, path: Path, deadline: float) -> Iterator[Table]:
    tables: dict[str, Table] = {}
    for number, statement in _statements(sqlglot, text, dialect):
        if time.monotonic() > deadline:
            raise ImportFailed(f"{path}: was not read within {SECONDS} seconds; {_WAY_OUT}, or name its --dialect")
        if len(statement) > _STATEMENT_SIZE:
            raise ImportFailed(f"{path}:{number + 1}: is a statement of more than {_STATEMENT_SIZE >> 20} MiB")
        if len(tables) > TABLES:
            raise ImportFailed(f"{path}: has more than {TABLES:,} tables; {_WAY_OUT}")
        try:
            tree = sqlglot.parse_one(statement, dialect=dialect or None)
        except sqlglot.errors.ParseError as error:
            if re.match(r"\s*create", statement, re.IGNORECASE):
                for entry in error.errors:
                    entry["line"] = (entry.get("line") or 1) + number
                raise
            continue
        exp = sqlglot.exp
        if isinstance(tree, exp.Create) and isinstance(tree.this, exp.Schema):
            table = _created(exp, tree, dialect)
            tables.setdefault(table.name, table)
        elif isinstance(tree, exp.Alter):
            _alter(exp, tree, tables, dialect)
        elif isinstance(tree, exp.Comment):
            _comment(exp, tree, tables)
        elif isinstance(tree, exp.Command):
            _add_key(statement, tables)
    yield from (table for table in tables.values() if table.columns)


def _statements(sqlglot: Any, text: str, dialect: str) -> Iterator[tuple[int, str]]:
    """Yield the statements about tables, each with the number of lines before it.

    The tokens decide where one ends, since a semicolon may stand in a text or a comment; a line GO ends one, too.
    """
    text = re.sub(r"^[ \t]*GO[ \t]*;?[ \t\r]*$", ";", text, flags=re.IGNORECASE | re.MULTILINE)
    text = re.sub(r"^\\.*$", "", text, flags=re.MULTILINE)  # what psql itself obeys
    text = "".join(_uncommented(text))
    tokens = sqlglot.tokenize(text, dialect=dialect or None)
    start: int | None = None
    for token in tokens:
        if token.token_type == sqlglot.TokenType.SEMICOLON:
            if start is not None:
                yield from _about_tables(text, start, token.start)
            start = None
        elif start is None:
            start = token.start
    if start is not None:
        yield from _about_tables(text, start, len(text))


def _uncommented(text: str) -> Iterator[str]:
    """Yield a script without the marks around what MySQL reads and others take for a comment: ``/*!40101 ... */``."""
    position = 0
    while (start := text.find("/*!", position)) >= 0 and (end := text.find("*/", start + 3)) >= 0:
        yield text[position:start]
        yield text[start + 3 : end].lstrip("0123456789")
        position = end + 2
    yield text[position:]


def _about_tables(text: str, start: int, end: int) -> Iterator[tuple[int, str]]:
    if _STATEMENT.match(statement := text[start:end]):
        yield text.count("\n", 0, start), statement


def _name(table: Any) -> str:
    return ".".join(part.name for part in table.parts[-2:])


def _created(exp: Any, tree: Any, dialect: str) -> Table:
    schema = tree.this
    columns = [_column(exp, entry, dialect) for entry in schema.expressions if isinstance(entry, exp.ColumnDef)]
    keys = [name for entry in schema.expressions for name in _key_columns(exp, entry)]
    properties = tree.args.get("properties")
    comments = (
        [p.this.name for p in properties.expressions if isinstance(p, exp.SchemaCommentProperty)] if properties else []
    )
    owner = _name(schema.this).removesuffix(schema.this.name).removesuffix(".")
    table = Table(_name(schema.this), tuple(columns), comments[0] if comments else "", schema=owner)
    return _with_keys(table, keys)


def _column(exp: Any, entry: Any, dialect: str) -> Column:
    constraints = [constraint.kind for constraint in entry.args.get("constraints") or ()]
    required = any(
        isinstance(constraint, exp.PrimaryKeyColumnConstraint)
        or (isinstance(constraint, exp.NotNullColumnConstraint) and not constraint.args.get("allow_null"))
        for constraint in constraints
    )
    comments = [c.this.name for c in constraints if isinstance(c, exp.CommentColumnConstraint)]
    options = [one for c in constraints if isinstance(c, exp.Properties) for one in c.expressions]
    comments += [one.args["value"].name for one in options if one.name.lower() == "description"]  # BigQuery's
    if not entry.kind:
        return Column(entry.name, kind_of_type(exp.DataType.build("text")), "", required, "".join(comments).strip())
    native = entry.kind.sql(dialect=dialect or None).lower()
    return Column(entry.name, kind_of_type(entry.kind, dialect), native, required, "".join(comments).strip())


def _key_columns(exp: Any, entry: Any) -> list[str]:
    """List the columns of a table's primary key, wherever it stands in an expression."""
    return [
        column.name or column.this.name
        for key in entry.find_all(exp.PrimaryKey)
        for column in (found.find(exp.Identifier) or found for found in key.expressions)
    ]


def _with_keys(table: Table, keys: list[str]) -> Table:
    names = {key.lower() for key in keys}
    return replace(
        table, columns=tuple(replace(c, required=True) if c.name.lower() in names else c for c in table.columns)
    )


def _found(tables: dict[str, Table], name: str) -> str:
    """Return the name under which a table was created; a script may name the schema once and leave it out later."""
    if name in tables:
        return name
    for wanted in (name.lower(), name.rpartition(".")[2].lower()):
        for known, table in tables.items():
            if wanted in (known.lower(), table.plain_name.lower()):
                return known
    return ""


def _alter(exp: Any, tree: Any, tables: dict[str, Table], dialect: str) -> None:
    if not (name := _found(tables, _name(tree.this))):
        return
    table = tables[name]
    for action in tree.args.get("actions") or ():
        if isinstance(action, exp.ColumnDef):
            table = replace(table, columns=(*table.columns, _column(exp, action, dialect)))
        elif isinstance(action, exp.AddConstraint):
            table = _with_keys(table, [key for entry in action.expressions for key in _key_columns(exp, entry)])
        elif isinstance(action, exp.AlterColumn) and action.args.get("allow_null") is False:
            table = _with_keys(table, [action.this.name])
        elif isinstance(action, exp.PrimaryKey):
            table = _with_keys(table, _key_columns(exp, action))
    tables[name] = table


def _add_key(statement: str, tables: dict[str, Table]) -> None:
    """Take the primary key from an ALTER TABLE that sqlglot leaves alone."""
    match = re.match(
        r"\s*alter\s+table\s+(?:only\s+)?(?:if\s+exists\s+)?([\w.\"`\[\]]+)", statement, re.IGNORECASE | re.DOTALL
    )
    key = re.search(r"\bprimary\s+key\b", statement, re.IGNORECASE)
    start = statement.find("(", key.end()) if key else -1
    end = statement.find(")", start)
    if match and 0 <= start < end and (name := _found(tables, re.sub(r"[\"`\[\]]", "", match[1]))):
        keys = statement[start + 1 : end].split(",")
        keys = [re.sub(r"[\"`\[\]\s]|\b(?:asc|desc)\b", "", key, flags=re.IGNORECASE) for key in keys]
        tables[name] = _with_keys(tables[name], keys)


def _comment(exp: Any, tree: Any, tables: dict[str, Table]) -> None:
    text = tree.expression.name.strip() if tree.expression else ""
    if tree.args.get("kind") == "COLUMN":
        column = tree.this.name
        owner = ".".join(part.name for part in tree.this.parts[:-1][-2:])
        if name := _found(tables, owner):
            table = tables[name]
            tables[name] = replace(
                table, columns=tuple(replace(c, description=text) if c.name == column else c for c in table.columns)
            )
    elif isinstance(tree.this, exp.Table) and (name := _found(tables, _name(tree.this))):
        tables[name] = replace(tables[name], description=text)


class Script(Reader):
    """A script of DDL statements."""

    order = 30
    selection = "tables"

    def accepts(self, source: Source) -> bool:
        """Tell whether a file is called as a script is."""
        return source.suffix in (".sql", ".ddl")

    def read(self, source: Source, options: Options) -> list[Table]:
        """Read the tables that it creates."""
        return read_ddl(source.path, options.dialect)


READERS = (Script,)
