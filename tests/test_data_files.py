"""Data files of every kind: what their values are to the runner, how much is read of them, what is refused."""

import gzip
import json
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from dativo_generator.answers.readers import mapping
from dativo_generator.base.emit import block
from dativo_generator.base.errors import AnswerError
from dativo_generator.importers.duckdb_session import identifier, quoted
from dativo_generator.importers.imported import judged
from dativo_generator.importers.kinds import files
from dativo_generator.importers.read import read
from dativo_generator.importers.source import Options
from dativo_generator.importers.table import ImportFailed, Table
from dativo_generator.registry.fields import read_fields
from support import PACK, ROOT

PEOPLE = ROOT / "examples" / "people.csv"


def gzipped(content: bytes) -> bytes:
    """Pack without the time, which would make another test of it in another process."""
    return gzip.compress(content, mtime=0)


def written(folder: Path, name: str, content: str | bytes) -> str:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return str(path)


def only(source: str, **options: object) -> Table:
    (table,) = read(source, Options(**options))
    return table


def types(table: Table) -> dict[str, str]:
    return {column.name: column.type for column in table.columns}


# What the values of a column may be, and the type that the runner can make of them.
VALUES = {
    "integer": (["1", "-20", "0"], ["9223372036854775807"], ["1", "", "NULL", "None"]),
    "double": (["1.5", "2"], ["-0.25"], ["1.5e10", "3"]),
    "boolean": (["true", "FALSE"], ["yes", "no", ""], ["on", "off"]),
    "date": (["2024-02-29", "1999-01-01"],),
    "timestamp": (
        ["2024-01-01 10:00:00"],
        ["2024-01-01T10:00:00.123"],
        ["2024-01-01T10:00:00Z"],
        ["2024-01-01T10:00:00+02:00"],
    ),
    "string": (
        *(["01234", "99999"], ["+4915112345678"], ["12345678901234567890"], ["1", "x"], ["", ""]),
        *(["2024-02-30"], ["01/02/2024"], ["2024-01-01 10:00:00.5"], ["2024-01-01T10:00:00.5Z"], ["10:00"], ["1E5"]),
        *(["2024-01-01", "2024-01-01 10:00:00 "], ["t", "f"], ["1,5"], ["NaN"]),
    ),
}


@pytest.mark.parametrize(("type_", "values"), [(name, values) for name, many in VALUES.items() for values in many])
def test_the_values_of_a_csv_decide(type_: str, values: list[str], tmp_path: Path) -> None:
    rows = "".join(f'{number},"{value}"\n' for number, value in enumerate(values))
    assert types(only(written(tmp_path, "a.csv", f"n,value\n{rows}")))["value"] == type_


JSON_VALUES = {
    "integer": [1, None, -5],
    "double": [1, 2.5],
    "boolean": [True, False],
    "date": ["2024-02-29"],
    "timestamp": ["2024-01-01T10:00:00"],
    "string": ["2024-01-01T10:00:00.123Z"],
}


@pytest.mark.parametrize("suffix", ["json", "ndjson", "ndjson.gz"])
def test_keys_of_json_that_differ_only_in_case_are_as_written(suffix: str, tmp_path: Path) -> None:
    rows = [{"a": 1, "a_1": True, "A": "x"}, {"b_1": 1, "B": 2, "b": 3}]
    text = json.dumps(rows) if suffix == "json" else "\n".join(map(json.dumps, rows))
    source = written(tmp_path, f"x.{suffix}", gzipped(text.encode()) if suffix.endswith("gz") else text)
    assert types(only(source)) == {
        "a": "integer", "a_1": "boolean", "A": "string", "b_1": "integer", "B": "integer", "b": "integer"
    }  # fmt: skip


@pytest.mark.parametrize("suffix", ["json", "ndjson", "jsonl", "ndjson.gz"])
def test_the_values_of_json_decide(suffix: str, tmp_path: Path) -> None:
    names = [*JSON_VALUES, "object", "list", "digits", "mixed", "huge"]
    others = {"object": {"a": 1}, "list": [1], "digits": "12", "huge": 2**63}
    rows = [
        {name: JSON_VALUES[name][n % len(JSON_VALUES[name])] for name in JSON_VALUES}
        | others
        | {"mixed": [1, "a"][n % 2]}
        for n in range(6)
    ]
    text = json.dumps(rows) if suffix == "json" else "\n".join(map(json.dumps, rows))
    content = gzipped(text.encode()) if suffix.endswith("gz") else text
    found = types(only(written(tmp_path, f"a.{suffix}", content)))
    assert found == {name: name if name in JSON_VALUES else "string" for name in names}


@pytest.mark.parametrize(
    ("name", "content", "options"),
    [
        ("a.csv", "id,name\n1,x\n", {}),
        ("a.csv", "id,name\r\n1,x\r\n", {}),
        ("a.csv", b"\xef\xbb\xbfid,name\n1,x\n", {}),
        ("a.tsv", "id\tname\n1\tx\n", {}),
        ("a.txt", "id|name\n1|x\n", {}),
        ("a.csv", "id;name\n1;x\n", {}),
        ("a.csv.gz", gzipped(b"id,name\n1,x\n"), {}),
        ("a.csv", gzipped(b"id,name\n1,x\n"), {}),
        ("a.csv", "id,name\n1,x\n".encode("utf-16"), {}),
        ("a.csv", "id,name\n1,\xe9\n".encode("latin-1"), {"encoding": "latin-1"}),
        ("a", "id,name\n1,x\n", {}),
        ("with 'quote.csv", 'id,name\n1,"x, ""y""\nz"\n', {}),
    ],
)
def test_a_table_is_read_however_it_is_written(name: str, content: str | bytes, options: dict, tmp_path: Path) -> None:
    assert types(only(written(tmp_path, name, content), **options)) == {"id": "integer", "name": "string"}


def test_what_the_runner_must_be_told_is_said(tmp_path: Path) -> None:
    table = only(written(tmp_path, "a.csv", "id;name\n1;x\n"))
    assert table.notes == ("';' separates the columns; without engine_options, the runner expects ','",)


BAD = {
    "empty.csv": (b"", "is empty"),
    "header.csv": (b"a,b\n", "use a file with rows; it has only a header"),
    "twice.csv": (b"a,b,a\n1,2,3\n", "rename one; 'a' names columns 1 and 3"),
    "blank.csv": (b"a,,c\n1,2,3\n", "name column 2 in the first line; it has no name"),
    "ragged.csv": (b"a,b\n1,2\n3,4,5\n", "line 3"),
    "binary.csv": (bytes(range(256)) * 9, "name a text file; it is binary"),
    "latin.csv": (b"a,b\n1,\xe9\n", "is not UTF-8 (line 2, byte 0xe9)"),
    "late.csv": (b"a,b\n" + b"1,x\n" * 30000 + b"1,\xe9\n", "UTF-8"),
    "book.csv": (b"PK\x03\x04" + b"x" * 50, "is a ZIP archive"),
    "cut.csv.gz": (gzipped(b"a,b\n1,2\n" * 900)[:-20], "it is damaged"),
    "wrong.json": (b'{"a": ', "cannot be read"),
    "scalars.json": (b"[1, 2]", "cannot be read"),
    "not.parquet": (b"a,b\n1,2\n", "rename it; it ends in .parquet, but is not a Parquet file"),
    "parquet.csv": (b"PAR1xxxxPAR1", "is a Parquet file"),
    "missing.csv": (None, "there is no such file"),
    "*.nothing": (None, "there is no such file"),
    "lines.csv": (b"a\nb\x07,c\n", "line"),
}


@pytest.mark.parametrize("name", BAD)
def test_a_bad_file_is_one_line_without_its_values(name: str, tmp_path: Path) -> None:
    content, message = BAD[name]
    if content is not None:
        written(tmp_path, name, content)
    with pytest.raises(ImportFailed) as error:
        read(str(tmp_path / name))
    assert message in str(error.value)
    assert str(error.value).startswith(str(tmp_path))


def test_what_nobody_may_read_is_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*_: object) -> bool:
        raise PermissionError(13, "Permission denied")

    source = written(tmp_path, "a.csv", "a\n1\n")
    monkeypatch.setattr(Path, "is_dir", refused)
    with pytest.raises(ImportFailed, match="cannot be read: Permission denied"):
        read(source)


def test_files_of_a_folder_are_one_table(tmp_path: Path) -> None:
    written(tmp_path, "people/a.csv", "id,name\n1,x\n")
    written(tmp_path, "people/2024/b.csv", "id,email,name\nx,y,z\n")
    written(tmp_path, "people/.hidden.csv", "other\n1\n")
    written(tmp_path, "people/README.md", "# People\n")
    expected = {"id": "string", "name": "string", "email": "string"}
    for source in ("people", "people/**/*.csv"):
        table = only(str(tmp_path / source))
        assert types(table) == expected
        assert table.name == "people"
    assert types(only(str(tmp_path / "people" / "*.csv"))) == {"id": "integer", "name": "string"}
    written(tmp_path, "people/c.json", "{}")
    with pytest.raises(ImportFailed, match=r"name one kind, like \*\.csv; it holds several \(csv, json\)"):
        read(str(tmp_path / "people"))


def test_no_more_than_a_sample_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "ROWS", 1000)
    table = only(written(tmp_path, "a.csv", "id\n" + "1\n" * 5000 + "x\n"))
    assert types(table) == {"id": "integer"}
    assert table.notes == ("types are judged by the first 1,000 rows",)


def test_a_read_that_takes_too_long_is_stopped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "SECONDS", 0)
    monkeypatch.setattr(files, "ROWS", 10_000_000)
    with pytest.raises(ImportFailed, match="was not read within 0 seconds"):
        read(written(tmp_path, "a.csv", "a,b,c,d\n" + "1,2,3,4\n" * 1_000_000))


def test_required_only_when_the_data_says_so(tmp_path: Path) -> None:
    source = written(tmp_path, "a.csv", "id,name\n1,x\n2,\n")
    assert not any(column.required for column in only(source).columns)
    assert [column.required for column in only(source, required_from_data=True).columns] == [True, False]


def test_values_say_what_a_name_does_not(tmp_path: Path) -> None:
    table = only(written(tmp_path, "a.csv", "x,y\nada@example.com,1.2.3.4\nbob@example.org,10.15.7.1\n"))
    assert [judgement.label for judgement in judged(table, PACK.judge).judgements] == ["PII", ""]


def test_the_example_needs_no_correction() -> None:
    answer = {field.name: field.as_answer() for field in judged(only(str(PEOPLE)), PACK.judge).fields()}
    assert answer["id"] == "integer"
    assert answer["date_of_birth"] == "date PII"
    assert answer["email"] == answer["phone"] == answer["Full Name"] == "string PII"
    assert answer["newsletter"] == "boolean"


# --- whatever DuckDB can make ---------------------------------------------------------------------------------------

_NATIVE = [
    "BIGINT",
    "HUGEINT",
    "DOUBLE",
    "DECIMAL(9,2)",
    "BOOLEAN",
    "DATE",
    "TIMESTAMP",
    "TIMESTAMPTZ",
    "TIME",
    "VARCHAR",
]
_NATIVE += ["UUID", "BLOB", "INTEGER[]", "STRUCT(a INTEGER)", "MAP(VARCHAR, INTEGER)", "INTERVAL", "UTINYINT"]
names = st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1, max_size=12)
columns = st.lists(
    st.tuples(names, st.sampled_from(_NATIVE)), min_size=1, max_size=8, unique_by=lambda one: one[0].lower()
)


KINDS = ["csv", "parquet", "json", "duckdb"]


def each_kind(test: Callable[..., None]) -> Callable[..., None]:
    """Add an example of each kind of file, with a column of each type."""
    for kind in KINDS:
        test = example(columns=[(f"c{n}", native) for n, native in enumerate(_NATIVE)], kind=kind)(test)
    return test


@settings(max_examples=25)
@each_kind
@given(columns=columns, kind=st.sampled_from(KINDS))
def test_any_table_is_fields_or_one_line(
    columns: list[tuple[str, str]], kind: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.mktemp("any") / f"a.{kind}"
    with duckdb.connect(str(path) if kind == "duckdb" else ":memory:") as database:
        declared = ", ".join(f"{identifier(name)} {native}" for name, native in columns)
        try:
            database.execute(f"CREATE TABLE t ({declared})")
            database.execute(f"INSERT INTO t ({identifier(columns[0][0])}) VALUES (NULL)")
            if kind != "duckdb":
                database.execute(f"COPY t TO {quoted(str(path))}")
        except duckdb.Error:
            return  # DuckDB itself cannot
    try:
        fields = judged(only(str(path)), PACK.judge).fields()
    except ImportFailed as error:
        assert "\n" not in str(error)
        return
    answer = mapping(block({field.name: field.as_answer() for field in fields}))
    assert read_fields(answer, lambda keys, what: AnswerError(f"{keys}: {what}")) == fields
    if kind in ("parquet", "duckdb"):
        assert [field.name for field in fields] == [name for name, _ in columns]
