"""Rows of a server, read for the labels: on request, in a transaction that only reads and is rolled back; drivers."""

import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from dativo_generator.importers.kinds import database as reader
from dativo_generator.importers.read import read
from dativo_generator.importers.source import Options
from dativo_generator.importers.table import ImportFailed, Table
from dativo_generator.registry.dialects import dialects
from support import ROOT


@pytest.fixture
def at(server: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """Return the server, with its password in the environment."""
    for name, value in server.environment.items():
        monkeypatch.setenv(name, value)
    return server


def only(url: str, **options: Any) -> Table:
    (table,) = read(url, Options(**options))
    return table


def test_a_sample_says_what_the_values_are(at: Any) -> None:
    database = at.database("sampled")
    rows = ", ".join(f"('person{n}@example.com', {n}, NULL)" for n in range(30))
    database.execute(f"CREATE TABLE t (x varchar(90), n integer, empty text); INSERT INTO t VALUES {rows}")
    assert [column.seen for column in only(database.url()).columns] == [None] * 3
    table = only(database.url(), sample=20)
    assert table.columns[0].seen is not None
    assert table.columns[2].seen is None
    assert table.notes == ("20 rows were read for the labels",)


@pytest.mark.parametrize("server", ["postgresql"], indirect=True)
def test_a_sample_of_a_view_that_writes_writes_nothing(at: Any) -> None:
    database = at.database("writes")
    database.execute(
        "CREATE TABLE log (n integer); "
        "CREATE FUNCTION f() RETURNS text LANGUAGE sql AS $$ INSERT INTO log VALUES (1); SELECT 'x'::text $$; "
        "CREATE VIEW v AS SELECT f() AS x"
    )
    table = only(database.url(), table="v", sample=5)
    assert [column.name for column in table.columns] == ["x"]
    assert len(table.notes) == 1
    assert table.notes[0].startswith("no rows were read for the labels: ")
    assert "read-only transaction" in table.notes[0]
    assert database.rows("SELECT count(*) FROM log") == [(0,)]


def test_a_sample_takes_no_longer_than_other_questions(at: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reader, "SECONDS", 1)
    database = at.database("slow")
    sleep = "pg_sleep(60)::text" if at.name == "postgresql" else "sleep(60)"
    database.execute(
        f"CREATE TABLE one (a integer); INSERT INTO one VALUES (1); CREATE VIEW v AS SELECT {sleep} AS x FROM one"
    )
    table = only(database.url(), table="v", sample=5)
    assert table.notes[0].startswith("no rows were read for the labels: ")


def test_no_sample_is_taken_of_what_is_no_server(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("a\n1\n", encoding="utf-8")
    with pytest.raises(ImportFailed, match=r"a\.csv: leave --sample out; only a database server has tables"):
        read(str(path), Options(sample=5))


DRIVERS = {
    "mssql://me@h/db": ("pymssql", "sqlserver"),
    "sqlserver://me:${SECRET}@h:1433/db": ("pymssql", "sqlserver"),
    "oracle://me@h:1521/?service_name=x": ("oracledb", "oracle"),
    "snowflake://me@account/db/schema?warehouse=w": ("snowflake", "snowflake"),
    "bigquery://project/dataset": ("bigquery", "bigquery"),
}


@pytest.mark.parametrize(("url", "needs"), DRIVERS.items())
def test_a_driver_that_is_not_installed_is_named_with_its_extra(
    url: str, needs: tuple[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SECRET", "geheim")
    with pytest.raises(ImportFailed) as error:
        read(url)
    module, extra = needs
    assert f": needs '{module}', which is not installed; pip install '.[import,{extra}]' from" in str(error.value)
    assert "\n" not in str(error.value)
    assert "geheim" not in str(error.value)


def test_every_driver_is_of_an_extra_of_the_package() -> None:
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["optional-dependencies"]
    assert {one.extra for one in dialects().values() if one.driver} <= set(extras)


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (((20009, b"DB-Lib error message 20009, severity 9:\nUnable to connect\n"),), "Unable to connect"),
        ((20009, b"DB-Lib error message 20009, severity 9:\nUnable to connect\n"), "Unable to connect"),
        (("connection failed: refused\nmore",), "refused"),
        ((), "OSError"),
    ],
)
def test_an_error_of_any_driver_is_one_line(arguments: tuple[Any, ...], reason: str) -> None:
    assert reader._Address().reason(OSError(*arguments)) == reason
