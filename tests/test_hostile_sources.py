"""Sources of somebody else: what is read of them, what they cost, and what a message says."""

import gzip
import json
import os
import re
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from random import Random
from types import ModuleType, SimpleNamespace

import duckdb
import pytest

from dativo_generator.base.errors import AnswerError
from dativo_generator.importers import csv_text, document, duckdb_session, local, references, table
from dativo_generator.importers.address import shown
from dativo_generator.importers.imported import TableImporter
from dativo_generator.importers.kinds import database_files, ddl, files
from dativo_generator.importers.read import read, readers
from dativo_generator.importers.source import Options
from dativo_generator.importers.table import ImportFailed
from misshapen import documents, misshapen, problem_of
from support import PACK, ROOT

SECRET = "geheim"


def line(source: str, **options: str) -> str:
    """Return the one line that a source ends in."""
    with pytest.raises(ImportFailed) as error:
        read(source, Options(**options))
    assert "\n" not in str(error.value)
    return str(error.value)


def streams(schema: object) -> object:
    return {"streams": [{"stream": "x", "schema": schema}]}


def names(source: str) -> list[str]:
    return [column.name for table in read(source) for column in table.columns]


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Work in an empty folder; beside it is a secret."""
    (tmp_path / "outside.json").write_text(json.dumps({"type": "object", "properties": {SECRET: {}}}), encoding="utf-8")
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    return tmp_path / "here"


def write(name: str, value: object) -> str:
    Path(name).parent.mkdir(parents=True, exist_ok=True)
    Path(name).write_text(value if isinstance(value, str) else json.dumps(value), encoding="utf-8")
    return name


# --- what is shaped otherwise -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", documents())
def test_a_misshapen_document_is_fields_or_one_line(name: str, tmp_path: Path) -> None:
    problems = [problem_of(name, misshapen(name, Random(number)), tmp_path) for number in range(40)]
    assert not any(problems), next(filter(None, problems))


@pytest.mark.parametrize(
    ("document", "message"),
    [
        ({"type": "object", "properties": [1]}, "schema: properties: must be a mapping, not a list"),
        ({"type": "object", "properties": {}, "allOf": 5}, "schema: allOf: must be a list, not a number"),
        ({"openapi": "3", "components": "x"}, "components: must be a mapping, not text"),
        ({"openapi": "3", "components": {"schemas": {"x": {"$ref": "#/a/b"}}}, "a": [1]}, "x: fix its references"),
        ({"kind": "DataContract", "schema": [{"name": "a", "properties": [5]}]}, "schema.0.0: has no name"),
    ],
)
def test_a_shape_that_says_nothing_is_named(document: object, message: str, here: Path) -> None:
    marked = {"$schema": "https://json-schema.org/x"} | document
    assert message in line(write("a.json", marked))


def test_a_name_that_yaml_takes_for_something_else_is_refused(here: Path) -> None:
    assert "the key True is not text" in line(write("a.yml", "type: object\nproperties:\n  on: {type: string}\n"))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('{"openapi": NaN}', "NaN is not a JSON value"),
        ('{"openapi": 1, "openapi": 2}', "'openapi' is given twice"),
        ('{"openapi": ' + "9" * 5000 + "}", "a number is too long"),
        ('{"openapi": ' + "[" * 5000, "is nested too deeply"),
    ],
)
def test_json_is_bounded(text: str, message: str, here: Path) -> None:
    assert message in line(write("a.json", text))


def test_what_nobody_thought_of_is_one_line_without_what_a_library_says(
    here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise KeyError(SECRET)

    monkeypatch.setattr(type(readers()[-1]), "read", fail)
    assert line(write("a.csv", "a\n1\n")) == "a.csv: cannot be made sense of (KeyError)"


# --- references -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("folder", ["with space", "100%", "a#b", "a%20b", "ä"])
@pytest.mark.parametrize("reference", ["b.json", "./b.json", "c/d.json", "c/../b.json", "b.json#"])
def test_a_reference_leads_to_a_file_beside_in_any_folder(folder: str, reference: str, here: Path) -> None:
    write(f"{folder}/b.json", {"properties": {"b": {"$ref": "#/$defs/x"}}, "$defs": {"x": {"type": "integer"}}})
    write(f"{folder}/c/d.json", {"allOf": [{"$ref": "../b.json"}]})
    source = write(f"{folder}/s.json", {"type": "object", "properties": {"a": {}}, "allOf": [{"$ref": reference}]})
    (table,) = read(source)
    assert {column.name: column.type for column in table.columns} == {"a": "string", "b": "integer"}


@pytest.mark.parametrize("name", ["a b.json", "100%.json", "a%20b.json"])
def test_a_file_beside_may_be_called_anything(name: str, here: Path) -> None:
    write(name, {"properties": {"b": {}}})
    assert names(write("s.json", {"type": "object", "allOf": [{"$ref": name}], "properties": {"a": {}}})) == ["b", "a"]


def test_a_reference_may_name_what_names_itself(here: Path) -> None:
    address = {"$id": "https://example.com/address", "properties": {"b": {}}}
    schema = {"type": "object", "properties": {"a": {}}, "$defs": {"x": address, "y": {"$anchor": "z", **address}}}
    for reference in ("https://example.com/address", "#z"):
        assert names(write("s.json", {"allOf": [{"$ref": reference}], **schema})) == ["b", "a"]


@pytest.mark.parametrize("reference", ["../outside.json", "%2e%2e/outside.json", "a/../../outside.json"])
def test_a_reference_never_leads_out_of_the_folder(reference: str, here: Path) -> None:
    schema = {"type": "object", "properties": {"a": {}}, "allOf": [{"$ref": reference}]}
    said = f"it refers to {reference}, which is outside its folder: the columns in it are missing"
    for written in (schema, {"openapi": "3", "components": {"schemas": {"x": schema}}}, streams(schema)):
        (table,) = read(write("s.json", written))
        assert [column.name for column in table.columns] == ["a"]
        assert table.notes == (said,)


def test_a_reference_never_leads_through_a_link(here: Path) -> None:
    Path("link.json").symlink_to("../outside.json")
    schema = {"type": "object", "properties": {"a": {}}, "allOf": [{"$ref": "link.json"}]}
    for written in (schema, {"openapi": "3", "components": {"schemas": {"x": schema}}}, streams(schema)):
        assert SECRET not in line(write("s.json", written))


def test_a_document_that_says_itself_again_and_again_ends(here: Path) -> None:
    twice = {f"d{n}": {"allOf": [{"$ref": f"#/$defs/d{n + 1}"}] * 2} for n in range(40)}
    schema = {"type": "object", "properties": {"a": {"$ref": "#"}}, "allOf": [{"$ref": "#/$defs/d0"}, {"$ref": "#"}]}
    assert names(write("s.json", schema | {"$defs": twice | {"d40": {"properties": {"z": {}}}}})) == ["z", "a"]


# --- names ------------------------------------------------------------------------------------------------------------

NAMES = ["x?y", "x#y", "%41", "[b]", "*", "$HOME", "${HOME}", "~", "~nobody", "a b", " a", "a\nb", "'\"", "file:x", "-"]
NAMES += [":memory:", "md:x", "http:x", "a\\b", "x\udcff", "{a}", "a@b:c", "password=x"]


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("kind", ["csv", "json", "parquet", "duckdb", "db"])
def test_a_file_is_read_by_exactly_its_name(kind: str, name: str, here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "x")
    make(kind, Path(f"mine.{kind}"), "mine")
    for other in ("x", "A", "b", "y", "a"):
        make(kind, Path(f"{other}.{kind}"), "other")
    Path(f"mine.{kind}").rename(f"{name}.{kind}")
    before = sorted(os.listdir())  # noqa: PTH208 - names of any bytes
    assert names(f"{name}.{kind}") == ["mine"]
    assert sorted(os.listdir()) == before  # noqa: PTH208


def make(kind: str, path: Path, column: str) -> None:
    """Write a file of any kind, with one column."""
    if kind == "db":
        with closing(sqlite3.connect(path)) as database:
            database.execute(f"CREATE TABLE t ({column} INTEGER)")
    elif kind == "csv":
        path.write_text(f"{column}\n1\n", encoding="utf-8")
    elif kind == "json":
        path.write_text(json.dumps([{column: 1}]), encoding="utf-8")
    else:
        with duckdb.connect(str(path) if kind == "duckdb" else ":memory:") as database:
            database.execute(f"CREATE TABLE t AS SELECT 1 AS {column}")
            if kind == "parquet":
                database.execute(f"COPY t TO '{path}'")


@pytest.mark.parametrize("name", ["x" * 300 + ".csv", "~nobody/x.csv", "\udcff/x.csv", "a/" * 3000, "."])
def test_a_name_that_leads_nowhere_is_one_line(name: str, here: Path) -> None:
    assert line(name)
    assert TableImporter().own_source([SimpleNamespace(entry={"path": name})]) in ("", name)


@pytest.mark.parametrize("make", [os.mkfifo, os.mkdir, lambda path: Path(path).symlink_to("/dev/zero")])
@pytest.mark.parametrize("name", ["a.csv", "a.json", "a.yml", "a.sql", "a.parquet", "a.db"])
def test_what_is_no_file_is_not_waited_for(make: Callable[[str], None], name: str, here: Path) -> None:
    make(name)
    assert name in line(name)


@pytest.mark.parametrize("source", [".", "*.csv", "**/*.csv", "*/*.csv"])
def test_links_in_a_folder_are_told_and_not_followed(source: str, here: Path) -> None:
    write("in/a.csv", "mine\n1\n")
    write("b.csv", "mine\n1\n")
    write("../out/secret.csv", f"{SECRET}\n1\n")
    for link in ("c.csv", "in/c.csv"):
        Path(link).symlink_to(here.parent / "out" / "secret.csv")
    Path("d").symlink_to(here.parent / "out")
    os.mkfifo("in/pipe.csv")
    (table,) = read(source)
    assert [column.name for column in table.columns] == ["mine"]
    assert any("symbolic links are not followed, but left out" in note for note in table.notes)


def test_a_folder_is_bounded(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(local, "ENTRIES", 5)
    for number in range(6):
        write(f"{number}.csv", "a\n1\n")
    for source in (".", "*.csv"):
        assert "it has more than 5" in line(source)


def test_a_partition_is_a_column(here: Path) -> None:
    write("data/year=2024/a.json", [{"a": 1}])
    assert names("data") == ["a", "year"]
    assert names("data/year=2024/a.json") == ["a"]


def test_files_are_offered_so_that_they_are_read_again(here: Path) -> None:
    paths = ["[b].json", "a, b.json", "c.json"]
    for path in paths:
        write(path, [{path[1]: 1}])
    importer = TableImporter()
    items = [SimpleNamespace(object=f"o{n}", entry={"path": path}, cursor_field="") for n, path in enumerate(paths)]
    assert importer.own_source(items) == '["[b].json", "a, b.json", c.json]'
    assert importer.own_source(items[:1]) == "./[b].json"
    (only,) = importer.imported(PACK.judge, ["./[b].json"], "files", items[:1], "").values()
    assert [field.name for field in only.fields()] == ["b"]


# --- databases that are files -----------------------------------------------------------------------------------------


def lite(*statements: str) -> str:
    with closing(sqlite3.connect("a.db")) as database:
        for statement in ("CREATE TABLE t (a INTEGER PRIMARY KEY, b VARCHAR(9) NOT NULL, c, d FLOATING)", *statements):
            database.execute(statement)
        database.commit()
    return "a.db"


def duck(*statements: str) -> str:
    with duckdb.connect("a.duckdb") as database:
        for statement in ("CREATE TABLE t (a INTEGER PRIMARY KEY, b VARCHAR)", *statements):
            database.execute(statement)
    return "a.duckdb"


def test_sqlite_says_what_its_tables_hold(here: Path) -> None:
    (table, view) = read(lite('CREATE VIEW "v""w" AS SELECT a, b AS "x y" FROM t'))
    assert [(c.name, c.type, c.required) for c in table.columns] == [
        ("a", "integer", True), ("b", "string", True), ("c", "string", False), ("d", "double", False),
    ]  # fmt: skip
    assert (view.name, [column.name for column in view.columns]) == ('v"w', ["a", "x y"])


@pytest.mark.parametrize(
    "view",
    [
        "SELECT load_extension('x') AS x",
        "SELECT * FROM gone",
        "WITH c0 AS (SELECT 1 AS a), {} SELECT a FROM c30".format(
            ", ".join(f"c{n} AS (SELECT a FROM c{n - 1} UNION ALL SELECT a FROM c{n - 1})" for n in range(1, 31))
        ),
    ],
)
def test_a_view_of_sqlite_that_cannot_be_understood_is_left_out(view: str, here: Path) -> None:
    source = lite(f"CREATE VIEW v AS {view}")
    (table,) = read(source)
    assert table.name == "t"
    assert table.notes[0].startswith("left out: v (")
    assert "left out: v" in line(source, table="v")


def test_sqlite_gives_up_in_time(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(database_files, "SECONDS", 0)
    monkeypatch.setattr(database_files, "_sqlite_tables", lambda *_: __import__("threading").Event().wait(5))
    assert "was not read within 0 seconds" in line(lite())


def test_what_waits_beside_sqlite_is_read_and_left_as_it_is(here: Path) -> None:
    with closing(sqlite3.connect("w.db")) as database:
        database.execute("PRAGMA journal_mode = WAL")
        database.execute("CREATE TABLE t (a INTEGER)")
        for name in ("w.db", "w.db-wal"):
            shutil.copy(name, f"copy.{name.partition('.')[2]}")
    before = {path.name: path.read_bytes() for path in here.iterdir()}
    assert names("copy.db") == ["a"]
    assert {path.name: path.read_bytes() for path in here.iterdir()} == before


def test_sqlite_amid_a_change_is_left_alone(here: Path) -> None:
    lite()
    Path("a.db-journal").write_bytes(b"\xd9\xd5\x05\xf9\x20\xa1\x63\xd7" + bytes(504))
    assert "a change in it is unfinished" in line("a.db")
    assert Path("a.db-journal").exists()


def test_a_view_of_duckdb_is_not_run_and_reads_nothing_else(here: Path) -> None:
    write("../secret.csv", f"{SECRET}\n1\n")
    source = duck(
        "CREATE VIEW v AS SELECT a + 1 AS x FROM t",
        "CREATE VIEW endless AS SELECT count(*) AS n FROM range(1000000000000)",
        "CREATE VIEW out AS SELECT * FROM read_csv('../secret.csv')",
        "CREATE MACRO m() AS TABLE SELECT * FROM read_csv('../secret.csv')",
        "CREATE VIEW by_macro AS SELECT * FROM m()",
    )
    tables = read(source)
    assert {table.plain_name for table in tables} == {"t", "v", "endless"}
    assert "main.out (it reads something outside the file)" in tables[0].notes[0]
    assert SECRET not in str(tables)
    assert "main.out (it reads something outside the file)" in line(source, table="out")


def test_what_waits_beside_duckdb_is_read_and_left_as_it_is(here: Path) -> None:
    code = (
        "import duckdb, os; d = duckdb.connect('a.duckdb'); d.execute('CREATE TABLE a (x INTEGER)');"
        "d.execute('CHECKPOINT'); d.execute('CREATE TABLE b (y INTEGER)'); os._exit(0)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
    before = {path.name: path.read_bytes() for path in here.iterdir()}
    assert names("a.duckdb") == ["x", "y"]
    assert {path.name: path.read_bytes() for path in here.iterdir()} == before


@pytest.mark.parametrize("scheme", ["sqlite", "SQLITE", "sqlite+pysqlite", "duckdb"])
def test_a_url_of_a_file_makes_none(scheme: str, here: Path) -> None:
    for name in ("new.db", "/tmp/no/such.db", ":memory:", "", "new.db?mode=rwc", "file:new.db?mode=rwc&uri=true"):
        assert "there is no such file" in line(f"{scheme}:///{name}")
    assert list(here.iterdir()) == []


def test_a_url_leads_to_the_file_whatever_its_driver_is_told(here: Path) -> None:
    lite()
    for url in ("sqlite:///a.db", "sqlite:///a.db?timeout=5", "sqlite+pysqlite:///a%2Edb", f"sqlite:///{here}/a.db"):
        assert names(url) == ["a", "b", "c", "d"]


# --- data and scripts -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("a.csv.gz", b"\x1f\x8b\x08\0\0\0\0\0\0\3\0\0\0\0\0\0\0\0", "it is damaged"),
        ("a.csv.gz", gzip.compress(b"a" * (9 << 20), mtime=0), "line 1: has more than 2,000,000 characters"),
        ("a.csv", b'a,"' + b"b\n" * (1 << 20), "the header cannot be read"),
        (
            "a.csv",
            ",".join(f"c{n}" for n in range(11_000)).encode() + b"\n1\n",
            "it has more than 10000 columns",
        ),
        ("a.parquet", b"PAR1" + b"\xff" * 90 + b"\xff\xff\xff\x7fPAR1", "cannot be read"),
        ("a.xlsx", b"PK\x03\x04" + bytes(90), "cannot be read as a workbook"),
    ],
)
def test_data_without_end_is_one_line(name: str, content: bytes, message: str, here: Path) -> None:
    Path(name).write_bytes(content)
    assert message in line(name)


@pytest.mark.parametrize(
    ("encoding", "message"),
    [
        ("utf-16", "name its encoding; it is not utf-16 (line 1)"),
        ("none", "; 'none' is not one"),
        ("rot13", "; 'rot13' is not one"),
    ],
)
def test_an_encoding_that_is_not_read_is_one_line(encoding: str, message: str, here: Path) -> None:
    assert message in line(write("a.csv", "a,b\n1,2\n"), encoding=encoding)


def test_a_line_of_data_is_never_repeated(here: Path) -> None:
    assert SECRET not in line(write("a.csv", f'a,b\n1,2\n3,4,"{SECRET}\n{SECRET}\n{SECRET}"\n'))


SCRIPTS = {
    "lines": ("\n" * 100_000 + "x", "holds no CREATE TABLE"),
    "nesting": (
        "create table t (a int default " + "(" * 3000 + "1" + ")" * 2999 + ")",
        "a bracket that is never closed",
    ),
    "statement": (f"create table t (a int comment '{'x' * (1 << 20)}')", "is a statement of more than 1 MiB"),
}


@pytest.mark.parametrize(("text", "message"), SCRIPTS.values(), ids=SCRIPTS)
def test_a_script_is_bounded(text: str, message: str, here: Path) -> None:
    assert message in line(write("a.sql", text), dialect="mysql")


def test_a_script_has_so_many_tables_and_takes_so_long(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write("a.sql", "create table a (x int); create table b (x int); create table c (x int);")
    monkeypatch.setattr(ddl, "TABLES", 1)
    assert "has more than 1 tables" in line("a.sql")
    monkeypatch.setattr(ddl, "SECONDS", -1)
    assert "was not read within -1 seconds" in line("a.sql")


def test_a_key_is_found_behind_a_comment_that_mysql_reads(here: Path) -> None:
    (table,) = read(write("a.sql", "/*!40101 create table t (a int, */ b int /*!40000 , primary key (b)) */;"))
    assert [(column.name, column.required) for column in table.columns] == [("a", False), ("b", True)]


# --- passwords --------------------------------------------------------------------------------------------------------

WITH_SECRETS = [
    *(f"postgresql://me:{password}@h/db" for password in (SECRET, f"a/{SECRET}", f"a@{SECRET}", f"a?{SECRET}")),
    *(f"postgresql://me:{password}@h/db" for password in (f"a#{SECRET}", f"a%2F{SECRET}", f"a:{SECRET}", f"[{SECRET}")),
    *(f"postgresql://me:{SECRET}", f"postgresql://me:{SECRET}/db", f"mysql://me@example.com:{SECRET}/db"),
    *(f"postgresql://h/db?{option}={SECRET}" for option in ("password", "user=me&sslpassword", "PASSWORD", "token")),
    *(f"jdbc:{rest}" for rest in (f"postgresql://h/db?user=u&password={SECRET}", f"oracle:thin:scott/{SECRET}@h:1:x")),
    *(f"jdbc:sqlserver://h:1433;databaseName=x;user=u;password={SECRET}", f"JDBC:mysql://u:{SECRET}@h/db"),
    *(f"host=h user=u password={SECRET}", f"host=h password='a {SECRET}' user=x", f"Server=h;Uid=u;Pwd={SECRET};"),
    *(f"Driver={{x}};Server=h;Password={SECRET}", f"u:{SECRET}@tcp(h:3306)/db", f"scott/{SECRET}@h:1521/x"),
    *(f"https://u:{SECRET}@h/x.csv", f"s3://key:{SECRET}@b/x.csv", f"https://h/x.csv?token={SECRET}"),
    *(f"mssql+pyodbc:///?odbc_connect=DRIVER%3Dx%3BPWD%3D{SECRET}", f"nosql://u:{SECRET}@h/db"),
    *(f"sqlite:///x.db?password={SECRET}", f"duckdb:///x?token={SECRET}", f"md:?motherduck_token={SECRET}"),
    f"u:{SECRET}@{'h' * 300}/db",
]


@pytest.mark.parametrize("source", WITH_SECRETS)
def test_no_message_has_a_password(source: str, here: Path) -> None:
    assert SECRET not in line(source)
    with pytest.raises(AnswerError) as error:
        item = SimpleNamespace(object="x", entry={"name": "x"}, cursor_field="")
        TableImporter().imported(PACK.judge, [source], "tables", [item], "")
    assert SECRET not in str(error.value)


@pytest.mark.parametrize(
    "url",
    [
        *("postgresql://me:${TEST_SECRET}@127.0.0.1:1/db", "mysql://me:${TEST_SECRET}@127.0.0.1:1/db"),
        *("postgresql://me@127.0.0.1:${TEST_SECRET}/db", "mysql://me@127.0.0.1:1/db?charset=${TEST_SECRET}"),
        *("postgresql://me@127.0.0.1:1/db?sslmode=${TEST_SECRET}", "postgresql://${TEST_SECRET}@[::1/db"),
    ],
)
def test_no_message_has_a_value_of_the_environment(url: str, here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TEST_SECRET", f"{SECRET}/@'ł")
    assert SECRET not in line(url)


def test_what_is_no_secret_is_shown(here: Path) -> None:
    for name in ("a.csv", "postgresql://h:5432/db", "data/year=2024/a.csv", "a@b.csv", "sqlite:///a.db", "~/x.sql"):
        assert shown(name) == name


def seconds(module: ModuleType) -> str:
    """Read from a module how long it takes at most; in a test it may take longer."""
    return re.findall(r"^SECONDS = (\d+)$", Path(str(module.__file__)).read_text(encoding="utf-8"), re.MULTILINE)[0]


def test_the_bounds_are_those_of_the_page() -> None:
    page = (ROOT / "docs" / "how-to" / "import" / "README.md").read_text(encoding="utf-8")
    for number in (table.COLUMNS, local.ENTRIES, ddl.TABLES, database_files.TABLES):
        assert f"{number:,}" in page
    for text in (
        f"{document.LARGEST >> 20} MiB, a million values",
        f"and {references.FILES} files",
        f"a statement, {seconds(ddl)} seconds",
        f"{seconds(files)} seconds; a line of CSV of {csv_text.LINE // 1_000_000} million",
        f"5,000 tables, {seconds(database_files)} seconds",
        f"{duckdb_session.MEMORY.replace('GB', ' GB')} of memory",
    ):
        assert text in page
