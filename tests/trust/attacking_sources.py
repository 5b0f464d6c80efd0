"""Sources to import from that attack the user who imports them; `fields` reads each in a process of its own."""

import contextlib
import gzip
import json
import os
import socket
import sqlite3
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from random import Random
from urllib.parse import quote

import duckdb

from misshapen import documents, misshapen, problem_of
from support import ROOT

from .row import Result, Row

# The content of files that nobody named. A process that prints it has read too much.
CANARY = "CANARY"
# The most time and memory that reading one source may take, whatever it holds.
_SECONDS, _MEGABYTES = 60, 2048


@dataclass(frozen=True)
class Place:
    """Where an attack is prepared: `inside` holds what the user names, `outside` holds secrets, `port` is watched."""

    inside: Path
    outside: Path
    port: int

    def write(self, name: str, content: str | bytes | object) -> str:
        """Write a file inside, and return its name; anything but text and bytes is written as JSON."""
        if not isinstance(content, str | bytes):
            content = json.dumps(content)
        (self.inside / name).parent.mkdir(parents=True, exist_ok=True)
        (self.inside / name).write_bytes(content if isinstance(content, bytes) else content.encode())
        return name

    @property
    def secret(self) -> str:
        """The path of a document with a secret."""
        return str(self.outside / "secret.json")

    @property
    def url(self) -> str:
        """A URL of the port that is watched for visits."""
        return f"http://127.0.0.1:{self.port}/secret.json"


Attack = Callable[[Place], str]
ATTACKS: dict[str, Attack] = {}
# The attacks whose source must still be read, with a part of the expected output.
EXPECTED: dict[str, str] = dict.fromkeys(
    (
        *("schema in a circle", "script: keys", "name that is a pattern", "name that is a home", "link in a folder"),
        *("links of a pattern", "pipe in a folder", "SQL in the name of a file", "DuckDB: view of a file"),
        *("DuckDB: view without end", "DuckDB: views of views", "SQLite: extension", "SQLite: trigger"),
        *("SQLite: view without end", "SQLite: table of an unknown module", "SQLite: changes by a link"),
    ),
    "a: ",
)


def attack(name: str) -> Callable[[Attack], Attack]:
    """Register an attack: a function that writes its files, and returns the source that a user would name."""

    def note(function: Attack) -> Attack:
        ATTACKS[name] = function
        return function

    return note


# --- references -------------------------------------------------------------------------------------------------------


def referring(reference: str) -> dict[str, object]:
    return {"type": "object", "properties": {"a": {"type": "string"}}, "allOf": [{"$ref": reference}]}


REFERENCES: dict[str, Callable[[Place], str]] = {
    "absolute": lambda place: place.secret,
    "relative": lambda place: "../outside/secret.json",
    "relative from below": lambda place: "a/../../outside/secret.json",
    "encoded": lambda place: "%2e%2e/outside/secret.json",
    "encoded as a whole": lambda place: "..%2Foutside%2Fsecret.json",
    "file": lambda place: f"file://{place.secret}",
    "file without slashes": lambda place: f"file:{place.secret}",
    "URL": lambda place: place.url,
    "URL without a scheme": lambda place: place.url.removeprefix("http:"),
    "device": lambda place: "/dev/zero",
    "fields of a process": lambda place: "/proc/self/environ",
    "backslashes": lambda place: "..\\outside\\secret.json",
    "no path": lambda place: "a\0b",
    "no host": lambda place: "//[",
}
for _name, _reference in REFERENCES.items():
    ATTACKS[f"reference: {_name}"] = lambda place, reference=_reference: place.write(
        "a.json", referring(reference(place))
    )
    ATTACKS[f"reference in OpenAPI: {_name}"] = lambda place, reference=_reference: place.write(
        "a.json", {"openapi": "3.1.0", "components": {"schemas": {"x": referring(reference(place))}}}
    )


@attack("reference in a catalog")
def _(place: Place) -> str:
    return place.write("a.json", {"streams": [{"stream": "x", "schema": referring(place.secret)}]})


@attack("reference to a link")
def _(place: Place) -> str:
    (place.inside / "link.json").symlink_to(place.secret)
    return place.write("a.json", referring("link.json"))


@attack("reference through a linked folder")
def _(place: Place) -> str:
    (place.inside / "link").symlink_to(place.outside)
    return place.write("a.json", referring("link/secret.json"))


@attack("reference to a pipe")
def _(place: Place) -> str:
    os.mkfifo(place.inside / "pipe.json")
    return place.write("a.json", referring("pipe.json"))


@attack("reference of a reference")
def _(place: Place) -> str:
    place.write("b/b.json", referring("../../outside/secret.json"))
    return place.write("a.json", referring("b/b.json"))


@attack("base that leads elsewhere")
def _(place: Place) -> str:
    return place.write("a.json", {"$id": f"file://{place.outside}/x.json"} | referring("secret.json"))


@attack("inner base that leads elsewhere")
def _(place: Place) -> str:
    inner = {"$id": f"{place.url.rpartition('/')[0]}/", "allOf": [{"$ref": "secret.json"}]}
    return place.write("a.json", referring("#/$defs/x") | {"$defs": {"x": inner}})


@attack("dbt beside a link")
def _(place: Place) -> str:
    (place.inside / "catalog.json").symlink_to(place.secret)
    version = "https://schemas.getdbt.com/dbt/manifest/v12.json"
    node = {"resource_type": "model", "name": "a", "columns": {"b": {"name": "b"}}}
    return place.write("manifest.json", {"metadata": {"dbt_schema_version": version}, "nodes": {"a": node}})


@attack("schema that refers to itself twice")
def _(place: Place) -> str:
    twice = {f"d{n}": {"allOf": [{"$ref": f"#/$defs/d{n + 1}"}] * 2} for n in range(90)}
    return place.write("a.json", referring("#/$defs/d0") | {"$defs": twice | {"d90": {"properties": {"z": {}}}}})


@attack("schema in a circle")
def _(place: Place) -> str:
    every = [{"$ref": f"#/$defs/d{n}"} for n in range(30)]
    return place.write("a.json", referring("#/$defs/d0") | {"$defs": {f"d{n}": {"anyOf": every} for n in range(30)}})


@attack("schema that grows")
def _(place: Place) -> str:
    chain = {
        f"d{n}": {"allOf": [{"$ref": f"#/$defs/d{n + 1}"}], "properties": {f"p{n}_{k}": {} for k in range(3000)}}
        for n in range(99)
    }
    return place.write("a.json", referring("#/$defs/d0") | {"$defs": chain | {"d99": {}}})


@attack("chain of references")
def _(place: Place) -> str:
    chain = {f"d{n}": {"$ref": f"#/$defs/d{n + 1}"} for n in range(20_000)}
    return place.write("a.json", referring("#/$defs/d0") | {"$defs": chain})


@attack("documents without end")
def _(place: Place) -> str:
    for number in range(1000):
        place.write(f"{number}.json", referring(f"{number + 1}.json"))
    return "0.json"


@attack("aliases")
def _(place: Place) -> str:
    lines = "".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 12))
    return place.write("a.yml", f"openapi: 3\na0: &a0 [x]\n{lines}")


@attack("depth")
def _(place: Place) -> str:
    return place.write("a.json", '{"openapi": 3, "x": ' + "[" * 100_000 + "]" * 100_000 + "}")


@attack("digits")
def _(place: Place) -> str:
    return place.write("a.json", '{"openapi": 3, "x": ' + "9" * 1_000_000 + "}")


@attack("keys")
def _(place: Place) -> str:
    return place.write("a.json", '{"openapi": 3, ' + ", ".join(f'"{n}": 1' for n in range(300_000)) + ', "7": 1}')


# --- scripts ----------------------------------------------------------------------------------------------------------

SCRIPTS = {
    "nesting": f"create table t (a int default {'(' * 5000}1{')' * 5000});",
    "type in a type": f"create table t (a {'array<' * 5000}int{'>' * 5000});",
    "lines": "\n" * 300_000 + "x",
    "comments": "/*!" * 300_000,
    "keys": "create table t (a int); alter table t rename a b " + "primary key " * 50_000,
    "columns": f"create table t ({', '.join(f'c{n} int' for n in range(11_000))});",
}
for _name, _text in SCRIPTS.items():
    ATTACKS[f"script: {_name}"] = lambda place, text=_text: place.write("a.sql", text)


# --- data -------------------------------------------------------------------------------------------------------------


def packed(start: bytes, piece: bytes, times: int) -> bytes:
    """Compress `start` and many times `piece`, without ever holding them in memory unpacked."""
    content = BytesIO()
    with gzip.GzipFile(fileobj=content, mode="wb", compresslevel=1, mtime=0) as stream:
        stream.write(start)
        for _ in range(times):
            stream.write(piece)
    return content.getvalue()


BOMBS: dict[str, Callable[[], tuple[str, bytes]]] = {
    "a line": lambda: ("a.csv.gz", packed(b"a", b"b" * (1 << 20), 300)),
    "a value": lambda: ("a.csv.gz", packed(b"a,b\n1,", b"b" * (1 << 20), 300)),
    "a quote": lambda: ("a.csv.gz", packed(b'a,"', b"b\n" * (1 << 19), 300)),
    "rows": lambda: ("a.csv.gz", packed(b"a,b\n", b"1,2\n" * (1 << 18), 300)),
    "an object": lambda: ("a.json.gz", packed(b'[{"a": "', b"b" * (1 << 20), 300)),
    "objects": lambda: ("a.ndjson.gz", packed(b"", b'{"a": 1}\n' * (1 << 17), 300)),
    "nothing": lambda: ("a.csv.gz", packed(b"", b"\n" * (1 << 20), 300)),
    "parts": lambda: ("a.csv.gz", gzip.compress(b"a", mtime=0) * 200_000),
    "a name": lambda: ("a.csv.gz", b"\x1f\x8b\x08\x08\0\0\0\0\0\3" + b"n" * (8 << 20)),
    "columns": lambda: ("a.csv", ",".join(f"c{n}" for n in range(200_000)).encode() + b"\n1\n"),
    "nesting": lambda: ("a.json", b'[{"a": ' + b"[" * 100_000 + b"]" * 100_000 + b"}]"),
    "a footer": lambda: ("a.parquet", b"PAR1" + b"\xff" * 100 + b"\xff\xff\xff\x7fPAR1"),
    "numbers in a footer": lambda: (
        "a.parquet",
        b"PAR1" + b"\x15\xfe\xff\xff\xff\x0f\x19\xfc\xff\xff\xff\x0f" * 9 + b"\x6c\0\0\0PAR1",
    ),
}
# Each of these takes seconds, so they are only tried if all attacks are.
SLOW = {"bomb: a line", "bomb: a value", "bomb: a quote", "bomb: nothing", "bomb: parts", "script: comments"}
SLOW |= {"SQLite: parts of parts", "script: keys", "script: columns", "schema that grows", "folders in folders"}
for _name, _bomb in BOMBS.items():
    ATTACKS[f"bomb: {_name}"] = lambda place, bomb=_bomb: place.write(*bomb())


def zipped() -> bytes:
    content = BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive, archive.open("xl/workbook.xml", "w") as stream:
        for _ in range(50):
            stream.write(b"0" * (1 << 20))
    return content.getvalue()


for _name in ("a.xlsx", "a.csv", "a.json", "a.parquet", "a.csv.gz"):
    ATTACKS[f"archive: {_name}"] = lambda place, name=_name: place.write(name, zipped())


@attack("SQL in the name of a file")
def _(place: Place) -> str:
    return place.write(
        f"a' || (SELECT content FROM read_text('{place.secret.replace('/', chr(0x2215))}')) || '.csv", "a\n1\n"
    )


@attack("SQL in the names of columns")
def _(place: Place) -> str:
    name = f"a\"\" FROM read_text('{place.secret}') --".replace(",", "")
    return place.write("a.csv", f'"{name}",b\n1,2\n')


@attack("SQL in keys")
def _(place: Place) -> str:
    return place.write("a.json", [{f"a\" FROM read_text('{place.secret}') --": 1, "$.b'": 2, '"': 3}])


@attack("name that is a pattern")
def _(place: Place) -> str:
    place.write("b.csv", f"{CANARY}\n1\n")
    return place.write("[b].csv", "a\n1\n")


@attack("name that is a pattern and leads nowhere")
def _(place: Place) -> str:
    place.write("b.csv", f"{CANARY}\n1\n")
    (place.inside / "[b].csv").symlink_to("nothing")
    return "[b].csv"


@attack("name that is a home")
def _(place: Place) -> str:
    return place.write("~/a.csv", "a\n1\n")


@attack("name with a fragment")
def _(place: Place) -> str:
    place.write("a.csv", f"{CANARY}\n1\n")
    return "a.csv#/a"


@attack("link in a folder")
def _(place: Place) -> str:
    (place.inside / "data").mkdir()
    (place.inside / "data" / "a.csv").symlink_to(place.outside / "secret.csv")
    place.write("data/b.csv", "a\n1\n")
    return "data"


@attack("links of a pattern")
def _(place: Place) -> str:
    (place.inside / "data").symlink_to(place.outside)
    (place.inside / "d.csv").symlink_to(place.outside / "secret.csv")
    place.write("dd/a.csv", "a\n1\n")
    return "d*/*.csv"


@attack("link to a device")
def _(place: Place) -> str:
    (place.inside / "a.csv").symlink_to("/dev/zero")
    return "a.csv"


@attack("pipe")
def _(place: Place) -> str:
    os.mkfifo(place.inside / "a.json")
    return "a.json"


@attack("pipe in a folder")
def _(place: Place) -> str:
    place.write("data/b.csv", "a\n1\n")
    os.mkfifo(place.inside / "data" / "a.csv")
    return "data"


@attack("folders in folders")
def _(place: Place) -> str:
    place.write("/".join(["d"] * 900) + "/a.csv", "a\n1\n")
    return "**/**/**/*.csv"


# --- databases --------------------------------------------------------------------------------------------------------


def duck(place: Place, *statements: str, name: str = "a.duckdb") -> str:
    with duckdb.connect(str(place.inside / "building")) as database:
        database.execute("CREATE TABLE t (a INTEGER)")
        for statement in statements:
            database.execute(statement)
    (place.inside / "building").rename(place.inside / name)
    return name


@attack("DuckDB: view of a file")
def _(place: Place) -> str:
    return duck(place, f"CREATE VIEW v AS SELECT * FROM read_csv('{place.outside}/secret.csv')")


@attack("DuckDB: view by a macro")
def _(place: Place) -> str:
    macro = f"CREATE MACRO m() AS TABLE SELECT * FROM read_csv('{place.outside}/secret.csv')"
    return duck(place, macro, "CREATE VIEW v AS SELECT * FROM m()")


@attack("DuckDB: views of views")
def _(place: Place) -> str:
    views = ["CREATE VIEW v0 AS SELECT 1 AS a"]
    views += [f"CREATE VIEW v{n} AS SELECT a FROM v{n - 1} UNION ALL SELECT a FROM v{n - 1}" for n in range(1, 12)]
    return duck(place, *views)


@attack("DuckDB: view without end")
def _(place: Place) -> str:
    return duck(place, "CREATE VIEW v AS SELECT count(*) AS n FROM range(1000000000000)")


@attack("DuckDB: SQL in names")
def _(place: Place) -> str:
    return duck(place, f'CREATE VIEW "v"" FROM read_text(\'{place.secret}\') --" AS SELECT 1 AS "a\' "')


@attack("DuckDB: cut off")
def _(place: Place) -> str:
    content = (place.inside / duck(place)).read_bytes()
    return place.write("b.duckdb", content[: len(content) // 2])


@attack("DuckDB: damaged")
def _(place: Place) -> str:
    content = (place.inside / duck(place)).read_bytes()
    return place.write("b.duckdb", content[:8192] + bytes(255 - byte for byte in content[8192:]))


@attack("DuckDB: changes by a link")
def _(place: Place) -> str:
    (place.inside / "a.duckdb.wal").symlink_to(place.outside / "secret.csv")
    return duck(place)


def lite(place: Place, *statements: str, name: str = "a.db") -> str:
    with contextlib.closing(sqlite3.connect(place.inside / "building")) as database:
        database.execute("CREATE TABLE t (a INTEGER)")
        for statement in statements:
            database.execute(statement)
        database.commit()
    (place.inside / "building").rename(place.inside / name)
    return name


def written(schema: str) -> list[str]:
    """Return statements that put a text into SQLite's list of tables which SQLite would not accept as a statement."""
    text = schema.replace("'", "''")
    return ["PRAGMA writable_schema = ON", f"INSERT INTO sqlite_master VALUES ('table', 'w', 'w', 0, '{text}')"]


@attack("SQLite: extension")
def _(place: Place) -> str:
    return lite(place, f"CREATE VIEW v AS SELECT load_extension('{place.outside}/evil.so') AS x")


@attack("SQLite: table of an unknown module")
def _(place: Place) -> str:
    return lite(place, *written(f"CREATE VIRTUAL TABLE w USING csv(filename='{place.outside}/secret.csv')"))


@attack("SQLite: attached database")
def _(place: Place) -> str:
    return lite(place, *written(f"ATTACH DATABASE '{place.outside}/made.db' AS w"))


@attack("SQLite: view without end")
def _(place: Place) -> str:
    return lite(
        place, "CREATE VIEW v AS WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c) SELECT max(x) FROM c"
    )


@attack("SQLite: parts of parts")
def _(place: Place) -> str:
    parts = ", ".join(f"c{n} AS (SELECT a FROM c{n - 1} UNION ALL SELECT a FROM c{n - 1})" for n in range(1, 28))
    return lite(place, f"CREATE VIEW v AS WITH c0 AS (SELECT 1 AS a), {parts} SELECT a FROM c27")


@attack("SQLite: trigger")
def _(place: Place) -> str:
    return lite(place, "CREATE TRIGGER x AFTER INSERT ON t BEGIN SELECT load_extension('x'); END")


@attack("SQLite: journal that names another file")
def _(place: Place) -> str:
    name = f"{place.outside}/secret.csv".encode()
    tail = len(name).to_bytes(4, "big") + sum(name).to_bytes(4, "big") + b"\xd9\xd5\x05\xf9\x20\xa1\x63\xd7"
    place.write("a.db-journal", b"\xd9\xd5\x05\xf9\x20\xa1\x63\xd7" + b"\0" * 504 + b"\xff" * 4 + name + tail)
    return lite(place)


@attack("SQLite: changes by a link")
def _(place: Place) -> str:
    (place.inside / "a.db-wal").symlink_to(place.outside / "secret.csv")
    return lite(place, "PRAGMA journal_mode = WAL")


@attack("SQLite: damaged")
def _(place: Place) -> str:
    content = (place.inside / lite(place)).read_bytes()
    return place.write("b.db", content[:100] + bytes(255 - byte for byte in content[100:]))


NAMES = (
    *(
        "x.db?mode=rwc",
        "x.db#y",
        "%41.db",
        "[x].db",
        "$HOME.db",
        "${HOME}.db",
        "~",
        "~root",
        "x db",
        "x\ny.db",
        "'\".db",
    ),
    *(
        "file:x.db",
        "file:x.db?mode=memory",
        ":memory:",
        "md:x",
        "sqlite:x.db",
        "http:x",
        "s3:x",
        "-x.db",
        "*.db",
        "\\x.db",
    ),
)
for _name in NAMES:
    for _family, _make in (("sqlite", lite), ("duckdb", duck)):
        ATTACKS[f"{_family} called {_name!r}"] = lambda place, name=_name, make=_make: make(place, name=name)
        ATTACKS[f"{_family} URL of {_name!r}"] = lambda place, name=_name, make=_make, family=_family: (
            f"{family}:///{quote(make(place, name=name), safe='')}"
        )
        EXPECTED |= {f"{_family} called {_name!r}": "a: integer", f"{_family} URL of {_name!r}": "a: integer"}


# --- the row ----------------------------------------------------------------------------------------------------------


@contextlib.contextmanager
def listening() -> Iterator[socket.socket]:
    """Listen on a port that nobody should visit."""
    with socket.create_server(("127.0.0.1", 0), backlog=64) as listener:
        listener.settimeout(0)
        yield listener


def visited(listener: socket.socket) -> bool:
    try:
        listener.accept()[0].close()
    except BlockingIOError:
        return False
    return True


def state(folder: Path) -> dict[str, str]:
    """Return the mode, size and time of everything in a folder, by path."""
    found = {}
    for root, folders, files in os.walk(folder):
        for name in [*folders, *files]:
            about = os.lstat(os.path.join(root, name))  # noqa: PTH118 - a path may be any bytes
            found[os.path.join(root, name)] = f"{about.st_mode} {about.st_size} {about.st_mtime_ns}"  # noqa: PTH118
    return found


def wrong(name: str, done: dict[str, object], before: dict[str, str], after: dict[str, str]) -> Iterator[str]:
    """Yield what an attack achieved, a line each."""
    out, err, status = str(done["out"]), str(done["err"]), done["status"]
    lines = err.splitlines()
    if status not in (0, 1) or "Traceback" in err or "made sense of" in err:
        yield f"{name}: ended with {status}: {lines[-1:]}"
    if status == 1 and (out or len(lines) != 1 or not lines[0].startswith("Error: ")):
        yield f"{name}: an error is not one line: {lines[:3]}"
    if EXPECTED.get(name, "") not in out:
        yield f"{name}: its columns were not read: {lines[:1]}"
    if CANARY in out + err:
        yield f"{name}: another file was read: {(out + err)[:200]}"
    if before != after:
        yield f"{name}: files were changed: {sorted(set(before.items()) ^ set(after.items()))[:3]}"
    if float(done["seconds"]) > _SECONDS or int(done["megabytes"]) > _MEGABYTES:
        yield f"{name}: took {done['seconds']:.0f} s and {done['megabytes']} MB"


def run(count: int, folder: Path) -> Result:
    """Prepare the attacks one after another, and read each."""
    names = [name for name in ATTACKS if count >= len(ATTACKS) or name not in SLOW]
    names = names[:: max(1, len(names) // count)]
    (folder / "home").mkdir()
    faults: list[str] = []
    commands, before = [], {}
    with listening() as listener:
        for number, name in enumerate(names):
            place = Place(folder / str(number) / "inside", folder / str(number) / "outside", listener.getsockname()[1])
            place.inside.mkdir(parents=True)
            place.outside.mkdir()
            secret = {"type": "object", "properties": {CANARY: {"type": "string", "description": CANARY}}}
            (place.outside / "secret.json").write_text(json.dumps(secret), encoding="utf-8")
            (place.outside / "secret.csv").write_text(f"{CANARY}\n1\n", encoding="utf-8")
            named = ATTACKS[name](place)
            environment = {"HOME": str(folder / "home"), "SECRET": CANARY}
            commands.append(
                {"folder": str(place.inside), "arguments": ["fields", "--", named], "environment": environment}
            )
            before[name] = state(folder / str(number))
        done = subprocess.run(
            [sys.executable, "-m", "trust.sandbox"],
            input=json.dumps(commands),
            capture_output=True,
            text=True,
            check=False,
            env={**os.environ, "PYTHONPATH": f"{ROOT / 'extensions'}{os.pathsep}{ROOT / 'tests'}"},
        )
        if done.returncode:
            return Result(0, [f"the runs themselves failed: {done.stderr[-500:]}"])
        results = json.loads(done.stdout)
        for number, (name, result) in enumerate(zip(names, results, strict=True)):
            faults += wrong(name, result, before[name], state(folder / str(number)))
        if visited(listener):
            faults.append("a source made a connection to the network")
    for number in range(len(names) * 5):
        name = list(documents())[number % len(documents())]
        if problem := problem_of(name, misshapen(name, Random(number)), folder):
            faults.append(problem)
    if any((folder / "home").iterdir()):
        faults.append("files were made in the home folder")
    most = max(int(result["megabytes"]) for result in results)
    return Result(len(names), faults, {"documents of a wrong shape": len(names) * 5, "MB of memory at most": most})


ROW = Row(
    "import sources that attack (SQL in file names, `$ref` to files and URLs, zip and gzip bombs, SQLite and DuckDB "
    "files with views, macros, attached databases)",
    "30: 0 reads outside what was named, 0 network, bounded memory",
    full=len(ATTACKS),
    short=20,
    run=run,
)
