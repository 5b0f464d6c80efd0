"""Tables of a SQL script: the result of its statements, followed in order."""

import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from shlex import quote

from ...base.naming import few, listed, nearest
from ...registry.definitions import words
from ...registry.dialects import Dialect, dialects
from ...registry.dialects import dialect as known_dialect
from .. import local
from ..scripts.following import followed
from ..scripts.lexis import Lexis
from ..scripts.script import Problem, Script
from ..scripts.statements import Statement
from ..scripts.tables import ScriptColumn, ScriptTable, Tables
from ..source import Options, Reader, Source
from ..sql_types import kind_in_any, parser
from ..table import Column, ImportFailed, Table
from ..types import Kind

# The limits for a script: bytes, bytes of one statement, tables; and seconds of processor time for all the ways of
# reading it together.
_LARGEST, _STATEMENT_SIZE, TABLES = 32 << 20, 1 << 20, 5_000
SECONDS = 30
_WAY_OUT = "take a dump of the schema alone, or a part of it"
# Quotes for names, besides "; and how many characters of a long script decide how it is read.
_QUOTES, _BEGINNING = frozenset("`"), 1 << 18
# How many statements that were not understood are listed.
_NAMED = 30


def read_ddl(path: Path, dialect: str = "", table: str = "", encoding: str = "") -> list[Table]:
    """Read the tables of a script in the named dialect, or in the one that fits best; raises `ImportFailed`.

    With `table`, the name of the only one that is wanted, a statement on it that is not understood is an error.
    """
    chosen, script = script_of(path, dialect, encoding)
    script.problems = [
        problem
        for problem in script.problems
        if (chosen.undoes or not problem.undoes) and (chosen.adds or not problem.adds)
    ]
    if table:
        _check_asked(path, table, script)
    if not len(script.tables):
        raise _nothing(path, dialect, script)
    notes = tuple(_notes(path, "" if dialect else chosen.name, script))
    return [_table(one, script, chosen, notes) for one in script.tables]


def script_of(path: Path, dialect: str = "", encoding: str = "") -> tuple[Dialect, Script]:
    """Follow a script to its end, and return its dialect and the result; raises `ImportFailed`."""
    text = _text_of(path, encoding)
    parser("Reading a DDL script")
    if not text.strip():
        raise ImportFailed(f"{path}: is empty")
    candidates = [_named(path, dialect)] if dialect else list(dialects().values())
    return _best(text, candidates, _Bounds(path))


def _text_of(path: Path, encoding: str) -> str:
    """Return the text of a script; Microsoft's tools write UTF-16."""
    content = local.content_of(path, _LARGEST)
    marked = "utf-16" if content[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    try:
        return content.decode(encoding or marked).replace("\r\n", "\n")
    except LookupError:
        raise ImportFailed(f"{path}: '{encoding}' is not a known encoding") from None
    except UnicodeDecodeError:
        what = encoding or ("UTF-16" if marked == "utf-16" else "UTF-8")
        raise ImportFailed(f"{path}: convert it, or name its --encoding; it is not {what} text") from None


def _named(path: Path, dialect: str) -> Dialect:
    found = known_dialect(dialect)
    known = {known.value for known in parser("Reading a DDL script").dialects.Dialects} - {""}
    if found.name not in known:
        near = nearest(found.name, known)
        way = f"did you mean '{near}'?" if near else f"use one like {listed(list(dialects())[:5])};"
        raise ImportFailed(f"{path}: {way} '{dialect}' is not a dialect")
    return found


class _Bounds:
    """The limits for a script; a call raises `ImportFailed` when one is exceeded."""

    def __init__(self, path: Path) -> None:
        self.path, self.deadline = path, time.process_time() + SECONDS

    def __call__(self, statement: Statement, tables: Tables) -> None:
        """Check a statement before it is followed."""
        if time.process_time() > self.deadline:
            raise ImportFailed(
                f"{self.path}: {_WAY_OUT}, or name its --dialect; it was not read within {SECONDS} seconds"
            )
        if statement.end - statement.start > _STATEMENT_SIZE and statement.first in ("CREATE", "ALTER"):
            raise ImportFailed(f"{self.path}:{statement.line}: is a statement of more than {_STATEMENT_SIZE >> 20} MiB")
        if len(tables) > TABLES:
            raise ImportFailed(f"{self.path}: {_WAY_OUT}; it has more than {TABLES} tables")


def _best(text: str, candidates: list[Dialect], bounds: _Bounds) -> tuple[Dialect, Script]:
    """Follow a script in each distinct way in which dialects read it; return the dialect that finds most columns.

    Ties go to the fewest problems, then to a dialect that knows the quotes for names, then to the one with most of its
    own words, then to the first. The beginning of a long script decides, if the whole script is then understood.
    """
    ways = {one.name: Lexis(**dict.fromkeys(one.texts, True)).in_script(text) for one in candidates}
    beginning = text if len(text) < _BEGINNING else text[: text.rindex("\n", 0, _BEGINNING) if "\n" in text else None]
    scripts = {way: followed(beginning, way, words(), bounds, _is_type) for way in dict.fromkeys(ways.values())}

    def merit(one: Dialect) -> tuple[int, tuple[int, int], int, int]:
        script = scripts[ways[one.name]]
        unknown = script.said & _QUOTES - one.quotes
        nameless = sum(not problem.table for problem in script.problems)
        problems = (-len(script.misunderstood), -len(script.problems) - nameless)
        return script.columns, problems, -len(unknown), one.is_said(script.said)

    if beginning is not text:
        order = dict.fromkeys(ways[one.name] for one in sorted(candidates, key=merit, reverse=True))
        scripts = {}
        for way in order:
            scripts[way] = followed(text, way, words(), bounds, _is_type)
            if not scripts[way].misunderstood:
                break
        candidates = [one for one in candidates if ways[one.name] in scripts]
    chosen = max(candidates, key=merit)
    return chosen, scripts[ways[chosen.name]]


def _is_type(text: str) -> bool:
    return kind_in_any(text) is not Kind.OTHER


def _check_asked(path: Path, asked: str, script: Script) -> None:
    """Raise `ImportFailed` if the wanted table was not understood in full, or is not a table."""

    def is_asked(name: str) -> bool:
        return asked.lower() in (name.lower(), name.rpartition(".")[2].lower())

    there = any(is_asked(table.name) for table in script.tables)
    for problem in script.problems:
        if is_asked(problem.table) and problem.partly and not problem.adds:
            way = "take these words out of the script, or read it without naming a table"
            raise ImportFailed(f"{path}:{problem.line}: {way}: {problem.text}: {problem.why}")
        if is_asked(problem.table) and not (there and problem.defines):
            raise ImportFailed(_misunderstood(path, problem))
    for kind, found in (("is a view, which is not read", script.views), ("is dropped again", script.dropped)):
        name = next((name for name in found if is_asked(name)), "")
        if name and not there:
            raise ImportFailed(f"{path}:{found[name]}: '{name}' {kind}")


def _nothing(path: Path, dialect: str, script: Script) -> ImportFailed:
    """Return the error for a script without a table that was understood: its first problem, or what else it holds."""
    if script.problems:
        first = min(script.problems, key=lambda one: (not one.defines, one.elsewhere))
        tried = f"as {dialect}" if dialect else "in any dialect; name it with --dialect"
        others = [problem for problem in script.problems if problem is not first]
        more = f" (and {len(others)} more {'statements' if len(others) > 1 else 'statement'})" if others else ""
        message = f"{path}: cannot be understood {tried}: line {first.line}: {first.text}: {first.why}{more}"
        return ImportFailed(message, _named_problems(path, others))
    others = [
        ("in views", script.views),
        ("of tables that are dropped again", script.dropped),
        ("of temporary tables", script.temporary),
        ("in functions, procedures and triggers: lines", map(str, script.routines)),
    ]
    there = [f"{what} {few(names)}" for what, found in others if (names := list(found))]
    return ImportFailed(f"{path}: holds no CREATE TABLE{', but ' + listed(there) if there else ''}")


def _misunderstood(path: Path, problem: Problem) -> str:
    what = "is not understood in full" if problem.partly else "is not understood"
    return f"{path}:{problem.line}: {what}: {problem.text}: {problem.why}"


def _named_problems(path: Path, problems: Sequence[Problem]) -> Iterator[str]:
    """Yield a line for each of the first statements that were not understood, and one for the rest."""
    yield from (_misunderstood(path, problem) for problem in problems[:_NAMED])
    if more := problems[_NAMED:]:
        others = f", nor are {len(more) - 1} statements after it" if len(more) > 1 else ""
        yield f"{path}:{more[0].line}: is not understood{others}"


def _notes(path: Path, guessed: str, script: Script) -> Iterator[str]:
    """Yield the notes on the script as a whole, a line each."""
    if guessed:
        way = f"dativo-generator fields {quote(str(path))} --dialect NAME"
        yield f"read as {guessed}; if that is wrong, name the dialect: {way}"
    yield from _named_problems(path, script.misunderstood)
    elsewhere: dict[str, list[Problem]] = {}
    for problem in script.problems:
        if problem.elsewhere:
            elsewhere.setdefault(problem.table, []).append(problem)
    for found in elsewhere.values():
        also = f" (and {len(found) - 1} more of its statements)" if len(found) > 1 else ""
        yield f"{path}:{found[0].line}: has no effect here: {found[0].text}: {found[0].why}{also}"
    if script.views:
        yield f"views are left out: {few(script.views)}"
    if script.dropped:
        yield f"dropped again, and left out: {few(script.dropped)}"
    if script.temporary:
        yield f"temporary tables are left out: {few(script.temporary)}"
    if script.routines:
        lines = few(map(str, script.routines))
        yield f"what functions, procedures and triggers make is left out: they mention tables in lines {lines}"


def _table(one: ScriptTable, script: Script, dialect: Dialect, notes: tuple[str, ...]) -> Table:
    columns = tuple(_column(column, script, dialect) for column in one.columns)
    return Table(one.name, columns, one.description, schema=".".join(one.parts[:-1]), about_source=notes)


def _column(one: ScriptColumn, script: Script, dialect: Dialect) -> Column:
    type_, required = _of_bytes(one.type) if one.charset == "binary" else one.type, one.required
    if required is None and dialect.keeps_null:
        required = one.kept
    alias = script.types.get(type_.rpartition(".")[2].lower()) if script.types else None
    if alias:
        type_, required = alias.type, alias.required if required is None else required
    if required is None and dialect.nullable:
        required = bool(type_) and not type_.upper().startswith(tuple(f"{name}(" for name in dialect.nullable))
    return Column(one.name, _kind(type_, dialect), type_.lower(), bool(required), one.description)


def _of_bytes(type_: str) -> str:
    """Return the type of bytes that a type of text is with the character set `binary`; any other type unchanged."""
    name, bracket, size = type_.partition("(")
    bytes_ = words().bytes.get(name.strip().upper())
    return f"{bytes_}{bracket}{size}" if bytes_ else type_


def _kind(type_: str, dialect: Dialect) -> Kind:
    name, _, inner = type_.partition("(")
    while name.strip().upper() in dialect.wrappers and inner:
        type_ = inner.rpartition(")")[0]
        name, _, inner = type_.partition("(")
    known = dialect.kinds.get(type_.upper()) or dialect.kinds.get(name.strip().upper())
    return kind_in_any(known or type_ or "text", dialect.name)


class Scripts(Reader):
    """A script of SQL."""

    order = 30
    selection = "tables"

    def accepts(self, source: Source) -> bool:
        """Return whether a file has the extension of a script."""
        return source.suffix in (".sql", ".ddl", ".hql")

    def read(self, source: Source, options: Options) -> list[Table]:
        """Read the tables that it creates."""
        return read_ddl(source.path, options.dialect, options.table, options.encoding)


READERS = (Scripts,)
