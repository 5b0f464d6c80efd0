"""Data files of many columns, in folders called name=value, and in other encodings."""

import gzip
import json
import time
from pathlib import Path

import duckdb
import pytest

from dativo_generator.importers.duckdb_session import quoted
from dativo_generator.importers.kinds import files
from dativo_generator.importers.read import read
from dativo_generator.importers.source import Options
from dativo_generator.importers.table import ImportFailed, Table


def only(source: Path, **options: object) -> Table:
    (table,) = read(str(source), Options(**options))
    return table


def types(table: Table) -> dict[str, str]:
    return {column.name: column.type for column in table.columns}


def wide(folder: Path, kind: str, columns: int, rows: int) -> Path:
    path = folder / f"{columns}.{kind}"
    if kind == "csv":
        lines = [",".join(f"c{n}" for n in range(columns)), *[",".join(map(str, range(columns)))] * rows]
        path.write_text("\n".join(lines), encoding="utf-8")
    elif kind == "ndjson":
        path.write_text("\n".join([json.dumps({f"c{n}": n for n in range(columns)})] * rows), encoding="utf-8")
    else:
        listed = ", ".join(f"range + {n} AS c{n}" for n in range(columns))
        with duckdb.connect() as database:
            database.execute(f"COPY (SELECT {listed} FROM range({rows})) TO {quoted(str(path))}")
    return path


@pytest.mark.parametrize("kind", ["csv", "ndjson", "parquet"])
def test_every_column_of_a_wide_file_is_read(kind: str, tmp_path: Path) -> None:
    assert types(only(wide(tmp_path, kind, 2_500, 3))) == {f"c{n}": "integer" for n in range(2_500)}


@pytest.mark.parametrize("kind", ["csv", "parquet"])
def test_width_costs_no_more_than_its_own_size(kind: str, tmp_path: Path) -> None:
    """Ten times the columns take about ten times as long; when every column looked at all others it was a hundred."""

    def cost(columns: int) -> float:
        path = wide(tmp_path, kind, columns, 3)
        started = time.process_time()
        only(path)
        return time.process_time() - started

    cost(50)
    assert cost(4_000) < 40 * max(cost(400), 0.02)


def test_of_a_wide_file_fewer_rows_are_looked_at_and_that_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files, "CELLS", 2_000)
    monkeypatch.setattr(files, "LEAST", 10)
    table = only(wide(tmp_path, "csv", 20, 500))
    assert table.notes == ("types are judged by the first 100 rows",)


def test_a_row_of_another_width_is_named_by_its_line(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text('a,b\n1,"x\ny"\n\n2,z,geheim\n', encoding="utf-8")
    with pytest.raises(ImportFailed) as error:
        only(path)
    assert str(error.value) == f"{path}: line 5: has 3 cells, and the first line 2"


FORMS = {
    "commas in quotes": ('a,b\n"x, y",1\n"z, w",2\n', {"a": "string", "b": "integer"}),
    "semicolons and decimal commas": ("a;b\n1,5;2\n2,5;3\n", {"a": "string", "b": "integer"}),
    "apostrophes": ("a,b\nit's,1\nwe're,2\n", {"a": "string", "b": "integer"}),
    "single quotes": ("'a','b'\n'x, y','1'\n'z','2'\n", {"a": "string", "b": "integer"}),
    "tabs": ("a\tb\nx, y\t1\n", {"a": "string", "b": "integer"}),
    "returns": ("a,b\rx,1\r", {"a": "string", "b": "integer"}),
    "one column": ("a\n1\n\n2\n", {"a": "integer"}),
    "blank lines": ("a,b\n\nx,1\n\n", {"a": "string", "b": "integer"}),
}


@pytest.mark.parametrize(("text", "expected"), FORMS.values(), ids=FORMS)
def test_what_separates_and_quotes_is_seen(text: str, expected: dict[str, str], tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text(text, encoding="utf-8", newline="")
    assert types(only(path)) == expected


# --- folders of a partitioned data set --------------------------------------------------------------------------------

TOLD = "only in the names of folders; whoever reads just the files does not get it"


def partitioned(folder: Path, kind: str) -> Path:
    for day, country in (("2024-01-01", "DE"), ("2024-01-02", "__HIVE_DEFAULT_PARTITION__")):
        path = folder / "sales" / f"day={day}" / f"sold%20in={country}" / f"part.{kind}"
        path.parent.mkdir(parents=True)
        if kind == "parquet":
            with duckdb.connect() as database:
                database.execute(f"COPY (SELECT 1 AS id) TO {quoted(str(path))}")
        else:
            path.write_text("id\n1\n" if kind == "csv" else '{"id": 1}\n', encoding="utf-8")
    return folder / "sales"


@pytest.mark.parametrize("kind", ["csv", "json", "parquet"])
def test_folders_called_so_are_columns(kind: str, tmp_path: Path) -> None:
    folder = partitioned(tmp_path, kind)
    expected = {"id": "integer", "day": "date", "sold in": "string"}
    for source in (folder, folder / "**" / f"*.{kind}"):
        table = only(source, required_from_data=True)
        assert types(table) == expected
        assert [column.required for column in table.columns] == [True, False, False]
        assert table.notes[-1] == f"'day', 'sold in': {TOLD}"


@pytest.mark.parametrize("kind", ["csv", "json", "parquet"])
def test_a_file_that_is_named_has_its_own_columns_alone(kind: str, tmp_path: Path) -> None:
    table = only(partitioned(tmp_path, kind) / "day=2024-01-01" / "sold%20in=DE" / f"part.{kind}")
    assert types(table) == {"id": "integer"}


def test_a_column_of_the_files_goes_before_a_folder(tmp_path: Path) -> None:
    path = tmp_path / "id=x" / "a.csv"
    path.parent.mkdir()
    path.write_text("id\n1\n", encoding="utf-8")
    table = only(path)
    assert (types(table), table.notes) == ({"id": "integer"}, ())


# --- encodings --------------------------------------------------------------------------------------------------------

TEXTS = {
    "cp1250": "Žižkov",
    "shift_jis": "東京",
    "koi8-r": "Москва",
    "utf-32": "東京",
    "cp037": "Tokyo",
    "utf-7": "Žižkov",
}


@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize(("encoding", "text"), TEXTS.items())
def test_any_encoding_that_python_knows_can_be_named(encoding: str, text: str, packed: bool, tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    content = f"{text},n\nx,1\n".encode(encoding)
    path.write_bytes(gzip.compress(content) if packed else content)
    table = only(path, encoding=encoding)
    assert types(table) == {text: "string", "n": "integer"}
    assert table.options["encoding"] == encoding
    assert table.notes == (f"it is written in {encoding}; without engine_options, the runner expects utf-8",)


@pytest.mark.parametrize("encoding", ["utf-8", "UTF8", "utf-8-sig", "U8"])
def test_utf8_by_any_name_is_what_the_runner_takes(encoding: str, tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("ä,n\nx,1\n", encoding="utf-8-sig")
    assert types(only(path, encoding=encoding)) == {"ä": "string", "n": "integer"}


def test_json_may_be_written_in_another_encoding(tmp_path: Path) -> None:
    path = tmp_path / "a.ndjson"
    path.write_bytes('{"Žižkov": 1}\n'.encode("cp1250") * 3)
    assert types(only(path, encoding="cp1250")) == {"Žižkov": "integer"}


def test_what_is_not_written_so_is_one_line(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(b"a,b\nx,1\n\x81,2\n")
    with pytest.raises(ImportFailed, match=r"a\.csv: name its encoding; it is not cp1252 \(.*line \d\)"):
        only(path, encoding="cp1252")
