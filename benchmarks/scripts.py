"""Measure how much of DDL scripts is read, compared with a plain search for CREATE TABLE.

Prints, by folder, how many tables the search finds, how many of them are read, with how many columns; how many are
named as made by a query that does not say its columns, as not understood or dropped again, and as made by functions;
how many are lost in silence; and what it costs. Without a folder it reads the scripts of the tests. --each names what
is not read. --peer names a Python in which `datacontract-cli` is installed, and counts what that reads of the same
files, in the dialect that was found here.

The search knows no texts, and of comments only what it takes out, so that it finds names that are none: look at them.
"""

import argparse
import json
import re
import subprocess
import sys
import time
from dataclasses import dataclass, fields
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "extensions"))

from dativo_generator.importers.kinds.ddl import script_of  # noqa: E402
from dativo_generator.importers.scripts.creation import UNSAID  # noqa: E402
from dativo_generator.importers.table import ImportFailed  # noqa: E402

ENDINGS = (".sql", ".ddl", ".hql")
_PART = r"(?:[\w#$@:]+|\$\{[^}]*\}|\[[^\]]+\]|\"[^\"]+\"|`[^`]+`)"
_CREATE = re.compile(
    rf"(?im)^(?:.*?[;\s)])?create\s+(?:\w+\s+){{0,6}}?table\s+(?:if\s+not\s+exists\s+)?({_PART}(?:\s*\.+\s*{_PART})*)"
    r"\s*(?:[(,\n]|(?:as|like|of|using|with|on|clone|partition)\b)"
)
_COMMENTS = re.compile(r"/\*(?!!|M!).*?\*/|--[^\n]*|^[ \t]*(?:REM|REMARK|PROMPT)\b[^\n]*", re.DOTALL | re.MULTILINE)
# Lets the other program read the files on its standard input, and prints the numbers of tables and columns.
_PEER = """
import contextlib, io, json, logging, sys
logging.disable(logging.CRITICAL)
from datacontract.data_contract import DataContract
for line in sys.stdin:
    path, dialect = json.loads(line)
    try:
        with contextlib.redirect_stdout(io.StringIO()):
            found = DataContract.import_from_source("sql", path, dialect=dialect)
        tables = [table for table in found.schema_ or [] if table.properties]
        print(len(tables), sum(len(table.properties) for table in tables), flush=True)
    except BaseException:
        print(0, 0, flush=True)
"""


@dataclass(slots=True)
class Row:
    """The counts for a folder."""

    files: int = 0
    kib: float = 0.0
    tables: int = 0
    read: int = 0
    columns: int = 0
    queries: int = 0
    named: int = 0
    functions: int = 0
    silent: int = 0
    cpu: float = 0.0
    peer_tables: int = 0
    peer_columns: int = 0


def searched(text: str) -> set[str]:
    """Find the names after CREATE TABLE, without schema and quotes, in lower case."""
    found = (match[1] for match in _CREATE.finditer(_COMMENTS.sub(" ", text)))
    return {re.sub(r".*\.", "", re.sub(r"[\[\]\"`]|\s*(?=\.)|(?<=\.)\s*", "", name)).lower() for name in found}


def name_of(name: str) -> str:
    """Return a name without its schema, in lower case."""
    return name.rpartition(".")[2].lower()


def text_of(path: Path) -> str:
    """Return the text of a script, whatever its encoding."""
    content = path.read_bytes()
    if content[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return content.decode("utf-16", "replace")
    return content.decode("utf-8-sig", "replace")


def measure(path: Path, row: Row, each: bool) -> str:
    """Read a script, add the counts to a row, and return its dialect; '' if the search finds nothing in it."""
    text = text_of(path)
    wanted = searched(text)
    if not wanted:
        return ""
    row.files += 1
    row.kib += len(text) / 1024
    row.tables += len(wanted)
    start = time.process_time()
    try:
        dialect, script = script_of(path)
    except ImportFailed as error:
        print(error, file=sys.stderr)
        row.named += len(wanted)
        return "postgres"
    finally:
        row.cpu += time.process_time() - start
    read = {table.parts[-1].lower() for table in script.tables}
    named = {name_of(name) for name in (*script.dropped, *(one.table for one in script.problems))}
    missing = wanted - read
    named |= {name for name in missing for one in script.problems if name in one.text.lower()}
    silent = missing - named if not script.routines else set()
    row.read += len(wanted & read)
    row.columns += script.columns
    queries = {name_of(one.table) for one in script.problems if one.why == UNSAID}
    row.queries += len(missing & queries)
    row.named += len(missing & named - queries)
    row.functions += len(missing - named) if script.routines else 0
    row.silent += len(silent)
    if each and missing:
        print(f"{path}: {', '.join(sorted(missing))}{' SILENT' if silent else ''}", file=sys.stderr)
    return dialect.name


def peer(python: str, files: list[tuple[Path, str]]) -> tuple[int, int]:
    """Count the tables and columns that datacontract-cli reads from the same files."""
    lines = "".join(json.dumps([str(path), dialect]) + "\n" for path, dialect in files)
    done = subprocess.run(
        [python, "-c", _PEER], input=lines, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, check=True
    )
    counts = [tuple(map(int, line.split())) for line in done.stdout.splitlines()]
    return sum(tables for tables, _ in counts), sum(columns for _, columns in counts)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folders", nargs="*", type=Path, default=[ROOT / "tests" / "data" / "sources"])
    parser.add_argument("--each", action="store_true", help="name the tables that are not read")
    parser.add_argument("--peer", metavar="PYTHON", help="a Python in which datacontract-cli is installed")
    given = parser.parse_args()
    names = [one.name for one in fields(Row) if given.peer or not one.name.startswith("peer")]
    print(f"| scripts | {' | '.join(names)} |\n|---|{'---:|' * len(names)}")
    for folder in given.folders:
        row = Row()
        paths = sorted(one for one in folder.rglob("*") if one.suffix.lower() in ENDINGS and one.is_file())
        read = [(path, measure(path, row, given.each)) for path in paths]
        files = [(path, dialect) for path, dialect in read if dialect]
        if given.peer:
            row.peer_tables, row.peer_columns = peer(given.peer, files)
        values = [getattr(row, name) for name in names]
        shown = [f"{value:,.1f}" if isinstance(value, float) else f"{value:,}" for value in values]
        print(f"| {folder.name} | {' | '.join(shown)} |", flush=True)


if __name__ == "__main__":
    main()
