"""Schemas in real servers: the same fields as from any other source, and one line for whatever goes wrong."""

import re
import socket
from collections.abc import Iterator
from typing import Any

import pytest
import yaml

from dativo_generator.importers.kinds import database as reader
from dativo_generator.importers.read import read
from dativo_generator.importers.source import Options
from dativo_generator.importers.sql_types import kind_of
from dativo_generator.importers.table import ImportFailed, Table
from dativo_generator.importers.types import FIELD_TYPES
from labelled import FOLDER as LABELLED
from servers import HOST, STRANGER
from test_sources import FOLDER, described, expected

# A column of every type: what the server calls it, and the type of an asset.
EVERY = {
    "postgresql": {
        "integer": ["smallint", "integer", "bigint", "serial", "bigserial"],
        "double": ["real", "double precision"],
        "boolean": ["boolean"],
        "date": ["date"],
        "timestamp": ["timestamp", "timestamp(3)", "timestamptz(0)"],
        "string": [
            *("numeric", "numeric(10,2)", "money", "timestamptz", "time", "timetz", "interval", "text", "varchar(10)"),
            *("char(3)", "uuid", "json", "jsonb", "bytea", "inet", "cidr", "macaddr", "integer[]", "text[]", "xml"),
            *("tsvector", "point", "int4range", "bit(3)", "mood", "postcode"),
        ],
    },
    "mariadb": {
        "integer": ["tinyint", "smallint", "mediumint", "int", "bigint", "bigint unsigned", "year"],
        "double": ["float", "double"],
        "boolean": ["boolean", "tinyint(1)", "bit(1)"],
        "date": ["date"],
        "timestamp": ["datetime", "datetime(6)", "timestamp"],
        "string": [
            *("decimal(10,2)", "decimal(20,0)", "time", "text", "longtext", "varchar(10)", "char(3)", "json", "blob"),
            *("binary(3)", "enum('a','b')", "set('a','b')", "uuid", "inet6", "geometry", "bit(8)"),
        ],
    },
}


@pytest.fixture
def at(server: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """Return the server, with its password in the environment."""
    for name, value in server.environment.items():
        monkeypatch.setenv(name, value)
    return server


def types(table: Table) -> dict[str, str]:
    return {column.name: column.type for column in table.columns}


def test_a_table_with_every_type(at: Any) -> None:
    database = at.database("every")
    if at.name == "postgresql":
        database.execute("CREATE TYPE mood AS ENUM ('ok'); CREATE DOMAIN postcode AS varchar(9) CHECK (VALUE <> '')")
    wanted = {
        f"c{n}": (type_, native)
        for n, (type_, native) in enumerate(
            (type_, native) for type_, natives in EVERY[at.name].items() for native in natives
        )
    }
    database.execute(f"CREATE TABLE every ({', '.join(f'{name} {native}' for name, (_, native) in wanted.items())})")
    (table,) = read(database.url())
    assert types(table) == {name: type_ for name, (type_, _) in wanted.items()}


@pytest.mark.parametrize(
    ("server", "script"), [("postgresql", "postgres.sql"), ("mariadb", "mysql.sql")], indirect=["server"]
)
def test_a_server_says_what_its_script_says(at: Any, script: str) -> None:
    database = at.database("shop")
    text = (FOLDER / script).read_text(encoding="utf-8")
    text = re.sub(r"^(COPY .*|\\\.)$", "", text, flags=re.MULTILINE)  # data, which psql sends
    database.execute(text)
    found = described(read(database.url()))
    assert {name: found[name] for name in expected(script)} == expected(script)


@pytest.mark.parametrize("schema", ["northwind", "chinook", "classicmodels"])
def test_a_public_schema(at: Any, schema: str) -> None:
    tables = yaml.safe_load((LABELLED / f"{schema}.yml").read_text(encoding="utf-8"))["tables"]
    quote = '"' if at.name == "postgresql" else "`"
    native = {"blob": "bytea", "double": "double precision"} if at.name == "postgresql" else {"timestamp": "datetime"}
    database = at.database(schema)
    for table, columns in tables.items():
        lines, keys = [], []
        for name, entry in columns.items():
            type_, *words = entry.split()
            lines.append(f"{quote}{name}{quote} {native.get(type_, type_)}{' NOT NULL' if 'required' in words else ''}")
            keys += [f"{quote}{name}{quote}"] if "key" in words else []
        key = f", PRIMARY KEY ({', '.join(keys)})" if keys else ""
        database.execute(f"CREATE TABLE {quote}{table}{quote} ({', '.join(lines)}{key})")
    found = {table.plain_name: table for table in read(database.url())}
    assert set(found) == set(tables)
    for table, columns in tables.items():
        expected_types = {name: FIELD_TYPES[kind_of(entry.split()[0])].type for name, entry in columns.items()}
        assert types(found[table]) == expected_types
        required = {name for name, entry in columns.items() if {"key", "required"} & set(entry.split())}
        assert {column.name for column in found[table].columns if column.required} == required


def test_comments_carry_over(at: Any) -> None:
    database = at.database("comments")
    if at.name == "postgresql":
        database.execute("CREATE TABLE t (a int); COMMENT ON COLUMN t.a IS 'first'; COMMENT ON TABLE t IS 'all'")
    else:
        database.execute("CREATE TABLE t (a int COMMENT 'first') COMMENT 'all'")
    (table,) = read(database.url())
    assert (table.columns[0].description, table.description) == ("first", "all")


def test_a_view_is_a_table(at: Any) -> None:
    database = at.database("views")
    database.execute("CREATE TABLE t (a int NOT NULL, b text)")
    database.execute("CREATE VIEW v AS SELECT a FROM t")
    (view,) = read(database.url(), Options(table="v"))
    assert types(view) == {"a": "integer"}


@pytest.mark.parametrize("server", ["postgresql"], indirect=True)
def test_a_name_in_two_schemas_needs_its_schema(at: Any) -> None:
    database = at.database("twice")
    database.execute(
        'CREATE TABLE t (a int); CREATE SCHEMA other; CREATE TABLE other.t (b int); CREATE TABLE other."U v" (c int)'
    )
    with pytest.raises(ImportFailed, match=r"name the schema, too; 't' may be other\.t, public\.t"):
        read(database.url(), Options(table="t"))
    assert types(read(database.url(), Options(table="other.t"))[0]) == {"b": "integer"}
    (table,) = read(database.url(), Options(table="u v"))
    assert types(table) == {"c": "integer"}
    assert {type(column.name) for column in table.columns} == {str}


def failure(source: str, **options: str) -> str:
    with pytest.raises(ImportFailed) as error:
        read(source, Options(**options))
    assert "\n" not in str(error.value)
    return str(error.value)


def test_what_goes_wrong_is_one_line_without_the_password(at: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    database = at.database("wrong")
    (variable, password) = next(iter(at.environment.items()))
    lines = {
        "empty": failure(database.url()),
        "no database": failure(database.url().replace("wrong_", "rwong_")),
    }
    database.execute("CREATE TABLE orders (a int)")
    lines |= {"no table": failure(database.url(), table="ordres"), "stranger": failure(database.url(STRANGER))}
    monkeypatch.setenv(variable, "geheim-2")
    lines["password"] = failure(database.url())
    monkeypatch.delenv(variable)
    lines["variable"] = failure(database.url())
    assert "holds no table" in lines["empty"]
    assert "did you mean 'orders'? there is no table 'ordres'" in lines["no table"]
    assert re.search(r"permission denied|Access denied|no table", lines["stranger"])
    assert f"the environment has no {variable}" in lines["variable"]
    assert not any(password in line or "geheim-2" in line for line in lines.values())


def test_what_cannot_be_read_is_left_out(at: Any) -> None:
    database = at.database("partly")
    database.execute("CREATE TABLE open_one (a int)")
    database.execute("CREATE TABLE shut (a int)")
    host = "" if at.name == "postgresql" else f"@'{HOST}'"
    database.execute(f"GRANT SELECT ON open_one TO {STRANGER}{host}")
    (table,) = read(database.url(STRANGER))
    assert table.plain_name == "open_one"
    # MariaDB does not even show the other one.
    assert table.notes == (("left out, since they cannot be read: public.shut",) if at.name == "postgresql" else ())


@pytest.mark.parametrize("server", ["mariadb"], indirect=True)
def test_a_view_that_takes_too_long_takes_nothing_along(at: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reader, "SECONDS", 2)
    database = at.database("slow")
    database.execute("CREATE VIEW a_slow_one AS SELECT SLEEP(9) AS x")
    database.execute("CREATE TABLE b_quick_one (a int)")
    (table,) = read(database.url())
    assert (table.plain_name, types(table)) == ("b_quick_one", {"a": "integer"})
    assert re.fullmatch(r"left out, since they cannot be read: slow\w*\.a_slow_one", *table.notes)


@pytest.mark.parametrize(
    ("url", "message"),
    [
        (
            "postgresql://me:geheim@h/db",
            "put the password in the environment and write postgresql://me:${NAME}@h/db; it is a literal here",
        ),
        ("postgresql://me@h/db?password=geheim", "write ${NAME} for the option 'password'; it is a literal secret"),
        ("postgresql://me:${TEST_NO_SUCH}@h/db", "the environment has no TEST_NO_SUCH"),
        ("mysql://me@127.0.0.1:x/db", "the port is not a number"),
        ("nosql://me@h/db", "use its DDL script; 'nosql' is not a known database"),
        ("https://example.com/x.csv", "download it, or name a database ("),
        ("sqlite:///nowhere.db", "there is no such file"),
        ("duckdb:///nowhere.db", "there is no such file"),
        ("mssql://me@h/db", "is not installed"),
    ],
)
def test_a_url_that_leads_nowhere(url: str, message: str) -> None:
    line = failure(url)
    assert message in line
    assert "geheim" not in line


@pytest.mark.parametrize("scheme", ["postgresql", "mysql"])
def test_a_server_that_does_not_answer_is_left(scheme: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reader, "SECONDS", 2)
    with socket.create_server((HOST, 0)) as listener:
        assert HOST in failure(f"{scheme}://me@{HOST}:{listener.getsockname()[1]}/db")


@pytest.mark.parametrize("scheme", ["postgresql", "mysql"])
def test_a_port_on_which_nobody_listens_is_refused(scheme: str) -> None:
    # A socket that does not listen keeps the port from everybody else.
    with socket.socket() as taken:
        taken.bind((HOST, 0))
        assert "refused" in failure(f"{scheme}://me@{HOST}:{taken.getsockname()[1]}/db")
