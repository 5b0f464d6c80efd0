"""Scripts as their tools write them: every table is read, or named."""

import re
import shlex
from pathlib import Path
from typing import Any

import pytest

from dativo_generator.importers.read import read
from dativo_generator.importers.source import Options
from dativo_generator.importers.table import ImportFailed, Table
from dativo_generator.registry.definitions import words
from dativo_generator.registry.dialects import dialects

Columns = dict[str, str]


def tables_of(place: Path, script: str, **options: str) -> tuple[Table, ...]:
    """Read a script."""
    path = place / "a.sql"
    path.write_text(script, encoding="utf-8")
    return read(str(path), Options(**options))


def shown(tables: tuple[Table, ...]) -> dict[str, Columns]:
    """Return the type of each column by table, with ``!`` behind it where no value is missing."""
    return {
        table.name: {column.name: column.type + "!" * bool(column.required) for column in table.columns}
        for table in tables
    }


def notes_of(tables: tuple[Table, ...]) -> list[str]:
    """Return what is said of a script, but for its dialect, and without its path."""
    return [note.rpartition("/")[2] for note in tables[0].about_source if not note.startswith("read as ")]


A_AND_B = {"a": {"x": "integer"}, "b": {"y": "integer"}}
# What stands between two statements.
BETWEEN = {
    "data": ";\nCOPY a (x) FROM stdin;\n1\tdon't; create table c (z int);\n\\.\n",
    "psql": ";\n\\connect it's\n\\echo create table c (z int);\n",
    "psql, in the line": ";\nSELECT 'x' \\gexec\n",
    "SQL*Plus": ";\nPROMPT it's b's turn\nREM don't\nSET ECHO OFF\n",
    "slash": "\n/\n",
    "GO": "\nGO\n",
    "GO, several times": "\ngo 5 ;\n",
    "nothing": "\n",
    "a block": "\nIF NOT EXISTS (SELECT 1 FROM sys.tables WHERE name = 'b')\nBEGIN\n",
    "a question on the line": "\nIF OBJECT_ID('b') IS NULL ",
    "an insert": "\nINSERT INTO a VALUES (1)\nGO\n",
    "a print": "\nPRINT 'don''t'\n",
    "delimiters": ";\nDELIMITER //\nCREATE TRIGGER t BEFORE INSERT ON a BEGIN SET x = 1; END//\nDELIMITER ;\n",
    "dollars": ";\nDO $do$ BEGIN RAISE NOTICE 'it''s; fine'; END; $do$;\n",
    "a function": ";\nCREATE FUNCTION f() RETURNS int LANGUAGE sql AS $$ SELECT 1; SELECT 2 $$;\n",
    "a trigger": ";\nCREATE TRIGGER t AFTER DELETE ON a BEGIN UPDATE a SET x = CASE WHEN 1 THEN 2 END; END;\n",
    "a procedure": ";\nCREATE PROCEDURE p IS v NUMBER; BEGIN v := 1; END;\n/\n",
    "a procedure of T-SQL": "\nGO\nCREATE PROCEDURE p AS SELECT 1; SELECT 2\nGO\n",
    "a body that nobody ends": ";\nCREATE PROCEDURE p AS BEGIN SELECT 1;\n",
    "comments": ";\n-- don't\n/* it's /* nested */ here */\n",
    "a quote that nobody ends": ";\nINSERT INTO a VALUES (1) -- x\n;",
    "a view": ";\nCREATE VIEW v AS\nSELECT 'create table c (z int)' AS text\n;",
    "rights": ";\nGRANT CREATE TABLE TO somebody;\n",
    "a broken one": ";\nCREATE TABLE broken (x int,, y int\n",
    "Oracle's quotes": ";\nINSERT INTO a VALUES (q'[it's; here]');\n",
    "a question of SQL*Plus": "\n/\nshow errors\n\ndescribe a\n",
    "rights, without an end": "\nGRANT CREATE TABLE,\n  ALTER TABLE\nTO somebody\n",
    "an array of PostgreSQL": ";\nSELECT ARRAY [jsonb '{\"z\": 1}', jsonb '[2]'];\n",
    "a terminator of DB2": "@\nCREATE TRIGGER t AFTER INSERT ON a BEGIN ATOMIC SET x = 1; END@\n",
    "a terminator of DB2, on its line": "\n@ -- the end\nINSERT INTO a VALUES (1)@\n",
}


@pytest.mark.parametrize("between", BETWEEN.values(), ids=BETWEEN)
def test_what_stands_between_two_tables_takes_none_along(between: str, tmp_path: Path) -> None:
    found = shown(tables_of(tmp_path, f"create table a (x int){between}create table b (y int)"))
    assert found == A_AND_B


@pytest.mark.parametrize("line", ["delimiter text,", "delimiter text", "delimiter char(1) default ';',"])
def test_a_column_may_be_called_delimiter(line: str, tmp_path: Path) -> None:
    last = "" if not line.endswith(",") else "\n  x int"
    found = shown(tables_of(tmp_path, f"create table t (\n  {line}{last}\n);\ncreate table u (y int);"))
    assert list(found) == ["t", "u"]
    assert found["t"]["delimiter"] == "string"


def test_mysql_reads_comments_with_a_mark(tmp_path: Path) -> None:
    script = (
        "/*!40101 SET NAMES utf8 */;\nINSERT INTO a VALUES ('it\\'s /*! ; create table c (z int); ');\n"
        "CREATE TABLE `a` (`x` int /*!80000 INVISIBLE */) /*!50100 PARTITION BY HASH (x) */;\n"
        "/*!50001 CREATE VIEW `v` AS SELECT 1 AS `x`*/;\nCREATE TABLE `b` (`y` int);"
    )
    assert shown(tables_of(tmp_path, script)) == A_AND_B


def test_a_script_of_microsofts_programs_is_utf_16(tmp_path: Path) -> None:
    (tmp_path / "a.sql").write_bytes("create table a (x int)\r\nGO\r\n".encode("utf-16"))
    (tmp_path / "b.sql").write_bytes("create table b (y int, \u00e9 int)".encode("latin-1"))
    assert shown(read(str(tmp_path / "a.sql"))) == {"a": {"x": "integer"}}
    with pytest.raises(ImportFailed, match="convert it, or name its --encoding; it is not UTF-8 text"):
        read(str(tmp_path / "b.sql"))
    found = read(str(tmp_path / "b.sql"), Options(encoding="latin-1"))
    assert shown(found) == {"b": {"y": "integer", "\u00e9": "integer"}}


# A column with what may stand behind its type, and the column.
OPTIONS = {
    "[x] [int] IDENTITY(1,1) NOT NULL PRIMARY KEY NONCLUSTERED HASH WITH (BUCKET_COUNT = 8)": "integer!",
    "[x] [int] NULL CONSTRAINT [k] PRIMARY KEY CLUSTERED ([y] ASC) WITH (PAD_INDEX = OFF) ON [PRIMARY]": "integer",
    "x uniqueidentifier ROWGUIDCOL NOT NULL CONSTRAINT d DEFAULT (newid())": "string!",
    "x nvarchar(9) SPARSE NULL MASKED WITH (FUNCTION = 'partial(1,\"x\",0)')": "string",
    "x datetime2(7) GENERATED ALWAYS AS ROW START HIDDEN NOT NULL": "timestamp!",
    "x char(11) COLLATE Latin1_General_BIN2 ENCRYPTED WITH (COLUMN_ENCRYPTION_KEY = k) NOT NULL": "string!",
    "x int DEFAULT (NEXT VALUE FOR dbo.seq) INDEX ix NONCLUSTERED": "integer",
    "x varbinary(max) FILESTREAM NULL DEFAULT 0x": "string",
    "x VARCHAR2(9 CHAR) DEFAULT 'not null' CONSTRAINT n NOT NULL ENABLE NOVALIDATE": "string!",
    "x NUMBER(9) GENERATED BY DEFAULT ON NULL AS IDENTITY (START WITH 1) USING INDEX TABLESPACE t": "string!",
    "x DATE DEFAULT ON NULL SYSDATE": "date!",
    "x int CHECK (x IS NOT NULL) REFERENCES o (id) ON DELETE SET NULL DEFERRABLE INITIALLY DEFERRED": "integer",
    "x text DEFAULT 'a'::character varying(9) COLLATE \"C\"": "string",
    "x double precision DEFAULT - 1 NOT NULL": "double!",
    "x timestamp(3) without time zone DEFAULT (now() AT TIME ZONE 'utc') NOT NULL": "timestamp!",
    "x bigserial": "integer!",
    "x int GENERATED ALWAYS AS IDENTITY (START WITH 1)": "integer!",
    "x numeric(9,2)[] DEFAULT ARRAY[1, 2] NOT NULL": "string!",
    "x interval year to month": "string",
    "`x` bigint(20) unsigned zerofill NOT NULL AUTO_INCREMENT COMMENT 'null, default; x'": "integer!",
    "`x` varchar(9) CHARACTER SET utf8 COLLATE utf8_bin DEFAULT NULL": "string",
    "`x` timestamp NULL DEFAULT current_timestamp() ON UPDATE current_timestamp()": "timestamp",
    "`x` point NOT NULL /*!80003 SRID 4326 */": "string!",
    "x public.region NOT VISIBLE NOT NULL DEFAULT 'a':::public.region": "string!",
    "x DECIMAL(10, 2) NULL DEFAULT 0:::DECIMAL ON UPDATE 1:::DECIMAL": "string",
    "x ST_POINT(4326) CS_POINT NOT NULL": "string!",
    "x COMPUTED BY (a || ', ' || b)": "string",
    "x FOR COLUMN x1 CHAR(30) CCSID 37 NOT NULL DEFAULT ''": "string!",
    "x TIMESTAMP NOT NULL GENERATED ALWAYS FOR EACH ROW ON UPDATE AS ROW CHANGE TIMESTAMP": "timestamp!",
    "x datetime year to second not null": "timestamp!",
    "x frozen<list<int>>": "string",
    "x BIGINT SUM DEFAULT '0' COMMENT 'y'": "integer",
    "x VARCHAR(9) COMPRESSED NOT NULL": "string!",
    "`x` set('a,b','not null') DEFAULT 'a'": "string",
    "`x` int GENERATED ALWAYS AS (`y` + 1) STORED NOT NULL": "integer!",
    'x map<string, array<struct<a:int, b:string>>> COMMENT "what, and why"': "string",
    "x INTEGER PRIMARY KEY AUTOINCREMENT": "integer!",
    "x UNSIGNED BIG INT": "integer",
    "x": "string",
    "x AS (a + b) PERSISTED NOT NULL": "string!",
    "x INT64 NOT NULL OPTIONS (description = 'NULL')": "integer!",
    'x REF "S"."P" SCOPE IS "S"."PS" WITH ROWID NOT NULL': "string!",
    "x VECTOR(3, FLOAT32)": "string",
    "x date METADATA FROM 'time' VIRTUAL": "date",
    "x char(3) NOT NULL COMPRESS 'abc'": "string!",
    "x decimal(5,2) COMPRESS 0.00 NOT NULL": "string!",
    "x varchar(9) MASKED WITH DEFAULT ANNOTATIONS (Shown 'to all')": "string",
    "x smallint SERIAL DEFAULT VALUE": "integer!",
    "x int autoincrement start 1 increment 1 noorder NOT NULL WITH TAG (t = 'a')": "integer!",
}


@pytest.mark.parametrize(("column", "type_"), OPTIONS.items())
def test_a_column_is_right_whatever_stands_behind_its_type(column: str, type_: str, tmp_path: Path) -> None:
    (table,) = tables_of(tmp_path, f"create table t (y int, {column}, z int not null);")
    assert shown((table,)) == {"t": {"y": table.columns[0].type + "!" * ("[y]" in column), "x": type_, "z": "integer!"}}


NO_COLUMNS = [
    *("INDEX i (x)", "INDEX i NONCLUSTERED (x)", "INDEX i CLUSTERED COLUMNSTORE", "INDEX (x)", "KEY `k` (`x`)"),
    *("KEY k (x)", "UNIQUE KEY k (x)", "UNIQUE (x)", "SPATIAL KEY s (x)", "FULLTEXT INDEX f (x)", "CHECK (x > 0)"),
    *("CONSTRAINT c CHECK (x > 0)", "FOREIGN KEY (x) REFERENCES o (id)", "PERIOD FOR SYSTEM_TIME (a, b)"),
    *("INDEX i UNIQUE (x) WHERE (x > 1)", "UNIQUE INDEX IF NOT EXISTS i (x)", "PERIOD BUSINESS_TIME (a, b)"),
    *("EXCLUDE USING gist (x WITH =)", "INDEX i x TYPE minmax GRANULARITY 4", "SUPPLEMENTAL LOG DATA (ALL) COLUMNS"),
]


@pytest.mark.parametrize("entry", NO_COLUMNS)
def test_what_is_no_column_becomes_none(entry: str, tmp_path: Path) -> None:
    assert shown(tables_of(tmp_path, f"create table t (x int, {entry})")) == {"t": {"x": "integer"}}


@pytest.mark.parametrize(
    "column",
    [
        *("key varchar(20)", "index text", "sort int check (sort > 0)", "family text", '"check" text'),
        *("key varchar(20) unique", "identifier int"),
    ],
)
def test_a_column_may_be_called_like_what_is_none(column: str, tmp_path: Path) -> None:
    (table,) = tables_of(tmp_path, f"create table t (x int, {column})")
    assert [one.name for one in table.columns] == ["x", column.split()[0].strip('"')]


# What stands behind the columns of a table, and what it adds.
BEHIND: dict[str, Columns] = {
    "ON [PRIMARY] TEXTIMAGE_ON [PRIMARY]": {},
    "WITH (MEMORY_OPTIMIZED = ON, DURABILITY = SCHEMA_ONLY)": {},
    "AS NODE": {},
    "SEGMENT CREATION IMMEDIATE PCTFREE 10 STORAGE (INITIAL 1) TABLESPACE users": {},
    "PARTITION BY RANGE (x) (PARTITION p VALUES LESS THAN (10))": {},
    "ENGINE = MergeTree PARTITION BY toYYYYMM(x) ORDER BY (x) SETTINGS index_granularity = 8192": {},
    "ENGINE=InnoDB AUTO_INCREMENT=9 DEFAULT CHARSET=utf8 COMMENT='as select'": {},
    "PARTITIONED BY (day date, hour int COMMENT 'of the day') STORED AS PARQUET LOCATION 's3://b/p'": {
        "day": "date",
        "hour": "integer",
    },
    "USING delta PARTITIONED BY (x)": {},
    "INHERITS (parent)": {"id": "integer!"},
    "STORED AS INPUTFORMAT 'a' OUTPUTFORMAT 'b' COPY GRANTS": {},
    "WITH PARTITION COLUMNS (day DATE) OPTIONS (uris = ['gs://b'])": {"day": "date"},
}


@pytest.mark.parametrize(("behind", "more"), BEHIND.items())
def test_what_stands_behind_the_columns(behind: str, more: Columns, tmp_path: Path) -> None:
    script = f"create table parent (id int not null);\ncreate table t (x bigint) {behind};"
    found = shown(tables_of(tmp_path, script))["t"]
    types = {"x": found["x"]} | more  # ClickHouse's columns are required
    assert found == types


COPIES = {
    "create table t like s": {"x": "integer!", "y": "string"},
    "create table t (like s including all, z date)": {"x": "integer!", "y": "string", "z": "date"},
    "create table t clone s": {"x": "integer!", "y": "string"},
    "create snapshot table t clone s for system_time as of current_timestamp()": {"x": "integer!", "y": "string"},
    "create table t partition of s for values in (1)": {"x": "integer!", "y": "string"},
    "create table t as select * from s": {"x": "integer", "y": "string"},
    "create table t as select * from s with no data": {"x": "integer", "y": "string"},
    "create table t as table s": {"x": "integer", "y": "string"},
    "create or replace table t as from s limit 0": {"x": "integer", "y": "string"},
    "create table t clone as s": {"x": "integer!", "y": "string"},
    "create table t (z date) with ('a' = 'b') like s": {"x": "integer!", "y": "string", "z": "date"},
    "create table t as select y, x as z from s where x > 1": {"y": "string", "z": "integer"},
    "create table t using delta as select cast(null as date) as d, cast(x as decimal(9, 2)) as e": {
        "d": "date",
        "e": "string",
    },
    "create table t stored as parquet as select y from s": {"y": "string"},
    "create temporary table t select y from s": {"y": "string"},
    "create table t execute as user copy grants as select y from s": {"y": "string"},
    "create table t (a, b) as select x, y from s": {"a": "integer", "b": "string"},
    "select * into t from s": {"x": "integer", "y": "string"},
    "insert into s\nselect 1, 'a'\nselect y, x as z into t from s where x > 1": {"y": "string", "z": "integer"},
    "if 1 = 1\n  select cast(null as date) as d into temp table t": {"d": "date"},
}


@pytest.mark.parametrize(("script", "columns"), COPIES.items())
def test_a_table_like_another(script: str, columns: Columns, tmp_path: Path) -> None:
    found = shown(tables_of(tmp_path, f"create table s (x int not null, y text);\n{script};"))
    assert found == {"s": {"x": "integer!", "y": "string"}, "t": columns}


# What follows `create table t (x int not null, y text)`, and the columns that are then there.
CHANGES: dict[str, Columns] = {
    "alter table t add z date not null": {"x": "integer!", "y": "string", "z": "date!"},
    "alter table t add z date, w int null": {"x": "integer!", "y": "string", "z": "date", "w": "integer"},
    "alter table t add (z date, w int)": {"x": "integer!", "y": "string", "z": "date", "w": "integer"},
    "alter table t add columns (z date comment 'z')": {"x": "integer!", "y": "string", "z": "date"},
    "alter table t add column z date first, add w int after x": {
        "z": "date",
        "x": "integer!",
        "w": "integer",
        "y": "string",
    },
    "alter table t add period for p (x, y)": {"x": "integer!", "y": "string!"},
    "alter table only t add constraint k primary key (y)": {"x": "integer!", "y": "string!"},
    "alter table t with check add constraint k primary key clustered (y asc)": {"x": "integer!", "y": "string!"},
    "alter table t drop column y": {"x": "integer!"},
    "alter table t drop column if exists z, drop y cascade": {"x": "integer!"},
    "alter table t drop (x, y), add z int": {"z": "integer"},
    "alter table t drop constraint c, column y": {"x": "integer!"},
    # without a comma, as in DB2 and Oracle
    "alter table t add column z date add w int drop y": {"x": "integer!", "z": "date", "w": "integer"},
    "alter table t add (z date) modify (y not null) add foreign key (z) references o (id)": {
        "x": "integer!",
        "y": "string!",
        "z": "date",
    },
    "alter table t wait 9 add column if not exists z date last": {"x": "integer!", "y": "string", "z": "date"},
    # columns that are called like what an action on the whole table begins with
    "alter table t add storage int, location text, add tag date, add system int": {
        "x": "integer!",
        "y": "string",
        "storage": "integer",
        "location": "string",
        "tag": "date",
        "system": "integer",
    },
    "alter table t rename y to comment;\nalter table t modify comment date not null": {
        "x": "integer!",
        "comment": "date!",
    },
    "alter table t rename y to tag;\nalter table t drop tag": {"x": "integer!"},
    "alter table t rename y to key;\nalter table t rename key to z": {"x": "integer!", "z": "string"},
    "alter table t drop index i, add unique using index j": {"x": "integer!", "y": "string"},
    "alter table t set (a = 1), b = 2, unset c, d": {"x": "integer!", "y": "string"},
    "alter table t add if not exists partition (day = '1') partition (day = '2')": {"x": "integer!", "y": "string"},
    "alter table t volatile cardinality;\nalter table t refresh": {"x": "integer!", "y": "string"},
    "alter table t rename column y to z": {"x": "integer!", "z": "string"},
    "alter table t rename y to z": {"x": "integer!", "z": "string"},
    "exec sp_rename 'dbo.t.y', 'z', 'COLUMN'": {"x": "integer!", "z": "string"},
    "alter table t alter column x type text using x::text": {"x": "string!", "y": "string"},
    "alter table t alter column x drop not null, alter y set not null": {"x": "integer", "y": "string!"},
    "alter table t alter column x set data type date": {"x": "date!", "y": "string"},
    "alter table t alter column y int not null": {"x": "integer!", "y": "integer!"},
    "alter table t modify column y int not null": {"x": "integer!", "y": "integer!"},
    "alter table t change column y z int first": {"z": "integer", "x": "integer!"},
    "alter table t replace columns (z int)": {"z": "integer"},
    "alter table t owner to me, alter column x set default 1": {"x": "integer!", "y": "string"},
    "alter table t add index i (y), engine = InnoDB": {"x": "integer!", "y": "string"},
    "alter table t set schema s;\nalter table s.t drop y": {"x": "integer!"},
    "drop table t;\ncreate table t (z int)": {"z": "integer"},
    "create or replace table t (z int)": {"z": "integer"},
    "replace table t (z int)": {"z": "integer"},
    "create unique index i on t using btree (y);\nalter table t add primary key using index i": {
        "x": "integer!",
        "y": "string!",
    },
    "create domain d as int not null;\nalter table t add z d;\nalter domain d drop not null": {
        "x": "integer!",
        "y": "string",
        "z": "integer",
    },
    "alter schema s transfer dbo.t;\nalter table s.t drop column y": {"x": "integer!"},
    "create table if not exists t (z int)": {"x": "integer!", "y": "string"},
    "alter table if exists nowhere drop column z": {"x": "integer!", "y": "string"},
}


@pytest.mark.parametrize(("change", "columns"), CHANGES.items())
def test_changes_are_followed_in_order(change: str, columns: Columns, tmp_path: Path) -> None:
    tables = tables_of(tmp_path, f"create table t (x int not null, y text);\n{change};")
    assert list(shown(tables).values()) == [columns]
    assert [list(names) for names in shown(tables).values()] == [list(columns)]
    assert notes_of(tables) == []


def test_a_table_inherits_what_changes_in_another(tmp_path: Path) -> None:
    script = """
        create table a (x int);
        create table b (x int, y text);
        create table c (z date) inherits (a, b);
        create table d partition of c for values in (1);
        create table e (x int, y text, z date);
        alter table c attach partition e default;
        alter table a add w int, rename x to v;
        alter table only c add alone int;
        alter table b drop y, rename to f;
        alter table c detach partition e;
        alter table c alter z set not null;
    """
    assert shown(tables_of(tmp_path, script)) == {
        "a": {"v": "integer", "w": "integer"},
        "f": {"x": "integer"},
        "c": {"v": "integer", "z": "date!", "w": "integer", "alone": "integer"},
        "d": {"v": "integer", "z": "date!", "w": "integer"},
        "e": {"v": "integer", "z": "date", "w": "integer"},
    }


def test_tables_that_inherit_from_each_other_come_to_an_end(tmp_path: Path) -> None:
    script = "create table a (x int);\ncreate table b (y int);\nalter table a inherit b;\nalter table b inherit a;\n"
    found = shown(tables_of(tmp_path, script + "alter table a add z int"))
    assert found == {"a": {"x": "integer", "z": "integer"}, "b": {"y": "integer", "z": "integer"}}


# A table's name as scripts and templates write it, and the name that it is read under.
NAMES = {
    "my-project-1.d.t": "d.t",
    "identifier('d.t')": "d.t",
    "identifier(:t)": "t",
    ":schema.t": "schema.t",
    "!schema!.t": "!schema!.t",
    "{schema}.t": "{schema}.t",
    "{{ schema }}.t": "{{ schema }}.t",
    "${schema}.t": "${schema}.t",
    "@schema.t": "@schema.t",
    "delta.`/a/b`": "delta./a/b",
    "identifier": "identifier",
    "a..t": "a.t",
    "#t$1@x": "#t$1@x",
}


@pytest.mark.parametrize(("written", "name"), NAMES.items())
def test_a_name_is_read_however_it_is_given(written: str, name: str, tmp_path: Path) -> None:
    (table,) = tables_of(tmp_path, f"create table {written} (x int);")
    assert (table.name, [one.name for one in table.columns]) == (name, ["x"])


@pytest.mark.parametrize("rename", ["alter table t rename to u", "rename table t to u", "exec sp_rename 't', 'u'"])
def test_a_table_gets_another_name(rename: str, tmp_path: Path) -> None:
    found = shown(tables_of(tmp_path, f"create table t (x int);\ncreate table s (y int);\n{rename};"))
    assert list(found) == ["u", "s"]


def test_a_new_type_takes_null_where_the_dialect_says_so(tmp_path: Path) -> None:
    script = "create table t (x int not null);\nalter table t modify x varchar(9);"
    found = {name: shown(tables_of(tmp_path, script, dialect=name))["t"]["x"] for name in ("mysql", "oracle")}
    assert found == {"mysql": "string", "oracle": "string!"}


def test_descriptions_come_from_everywhere(tmp_path: Path) -> None:
    script = """
    create table a (x int comment 'of x', y int) comment = 'of a';
    create table dbo.b (x int);
    comment on column a.y is 'of '
      'y';
    comment on table dbo.b is 'of b';
    exec sys.sp_addextendedproperty @name = N'MS_Description', @value = N'of b''s x', @level0type = N'SCHEMA',
      @level0name = N'dbo', @level1type = N'TABLE', @level1name = N'b', @level2type = N'COLUMN', @level2name = N'x';
    """
    found = {
        table.name: (table.description, {column.name: column.description for column in table.columns})
        for table in tables_of(tmp_path, script)
    }
    assert found == {"a": ("of a", {"x": "of x", "y": "of y"}), "dbo.b": ("of b", {"x": "of b's x"})}


def test_db2_describes_several_columns_at_once(tmp_path: Path) -> None:
    (table,) = tables_of(tmp_path, "create table s.a (x int, y int)@\ncomment on s.a (x is 'of x', y is 'of y')@")
    assert [column.description for column in table.columns] == ["of x", "of y"]


def test_a_text_in_double_quotes_has_escapes(tmp_path: Path) -> None:
    script = 'create table `a.b` (x int64 options (description = "it\'s \\"x\\"")) options (description = "b\\\\c")'
    (table,) = tables_of(tmp_path, script)
    assert (table.description, table.columns[0].description) == ("b\\c", 'it\'s "x"')


def test_names_that_a_script_gives_to_types(tmp_path: Path) -> None:
    script = """
    CREATE TYPE dbo.Flag FROM bit NOT NULL
    GO
    EXEC sp_addtype 'code', 'varchar(9)', 'NOT NULL'
    GO
    CREATE TABLE dbo.t (x dbo.Flag, y code, z dbo.Flag NULL)
    """
    assert shown(tables_of(tmp_path, script)) == {"dbo.t": {"x": "boolean!", "y": "string!", "z": "boolean"}}
    script = "create domain public.year as integer check (value > 0);\ncreate table t (x public.year);"
    assert shown(tables_of(tmp_path, script)) == {"t": {"x": "integer"}}
    script = "create type p as object (a integer, b date);\ncreate table t of p (a primary key);"
    assert shown(tables_of(tmp_path, script)) == {"t": {"a": "integer!", "b": "date"}}


# Behind `create table good (x int)`: what is said of it.
SAID: dict[str, list[str]] = {
    "create table odd (x ODD WHAT IS THIS)": [
        "a.sql:2: is not understood: create table odd (x ODD WHAT IS THIS): 'WHAT IS THIS'"
    ],
    "create table odd as select 1 + 1": [
        "a.sql:2: is not understood: create table odd as select 1 + 1: a query that does not state its columns"
    ],
    "create table odd (x int) select 1 + 1": [
        "a.sql:2: is not understood: create table odd (x int) select 1 + 1: a query that does not state its columns"
    ],
    "alter table good frobnicate x": ["a.sql:2: is not understood: alter table good frobnicate x: 'frobnicate x'"],
    "alter table good drop column z": [
        "a.sql:2: is not understood: alter table good drop column z: use one of x; there is no column 'z'"
    ],
    "alter table other add z int": [
        "a.sql:2: has no effect here: alter table other add z int: 'other' is not a table of this script"
    ],
    "create table good (z int)": [
        "a.sql:2: is not understood: create table good (z int): line 1 has already made this table"
    ],
    "create view v as select 1": ["views are left out: v"],
    "create table b (x int);\ndrop table b": ["dropped again, and left out: b"],
    "exec ('create table b (x int)')": ["a.sql:2: is not understood: create table b (x int): it is inside a text"],
    "create procedure p as begin create table b (x int); end": [
        "what functions, procedures and triggers make is left out: they mention tables in lines 2"
    ],
    "go\ncreate procedure p as begin create table [a b] (x int); end": [
        "what functions, procedures and triggers make is left out: they mention tables in lines 3"
    ],
    "copy good from stdin;\n1\ncreate table b (x int)\n\\.\n": [
        "a.sql:4: is not understood: create table b (x int): it is inside a text"
    ],
    "create or replace event table odd change_tracking = false": [
        "a.sql:2: is not understood: create or replace event table odd change_tracking = false: no columns"
    ],
    "insert into good values ('\ncreate table b (x int)\n')": [
        "a.sql:3: is not understood: create table b (x int): it is inside a text"
    ],
    "select 1 + 1 as x into odd from s": [
        "a.sql:2: is not understood: select 1 + 1 as x into odd from s: a query that does not state its columns"
    ],
    "with q as (select 1 as x)\nselect x into odd from q": [
        "a.sql:3: is not understood: select x into odd from q: a query that does not state its columns"
    ],
    "exec('create table ' + @name + ' (x int)')": ["a.sql:2: is not understood: create table: it is inside a text"],
    "alter table good add primary key using index i": [
        "a.sql:2: is not understood: alter table good add primary key using index i: there is no unique index 'i'"
    ],
    "undrop table odd": [
        "a.sql:2: is not understood: undrop table odd: it makes tables and does not state their columns"
    ],
    "import foreign schema s from server t into u": [
        "a.sql:2: is not understood: import foreign schema s from server t into u: it makes tables and does not state "
        "their columns"
    ],
    "create schema s;\ncreate table s.b (x int);\ndrop schema s cascade": ["dropped again, and left out: s.b"],
    "declare global temporary table session.b (x int) on commit preserve rows": [
        "temporary tables are left out: session.b"
    ],
    "select x into #b from good": ["temporary tables are left out: #b"],
    "create table odd of nothing": ["a.sql:2: is not understood: create table odd of nothing: 'of nothing'"],
    "create stream odd with (value_format = 'AVRO')": [
        "a.sql:2: is not understood: create stream odd with (value_format = 'AVRO'): no columns"
    ],
    "create source odd from kafka connection k (topic 't')": [
        "a.sql:2: is not understood: create source odd from kafka connection k (topic 't'): no columns"
    ],
    "create widget odd (x int not null)": [
        "a.sql:2: is not understood: create widget odd (x int not null): 'widget odd ( x'"
    ],
    "create widget odd as select 1": [
        "a.sql:2: is not understood: create widget odd as select 1: 'widget odd as select'"
    ],
    "import table odd from 'path'": ["a.sql:2: is not understood: import table odd from 'path': no columns"],
    "attach table odd": ["a.sql:2: is not understood: attach table odd: no columns"],
    "restore table odd from backup c": [
        "a.sql:2: is not understood: restore table odd from backup c: it makes tables and does not state their columns"
    ],
    "flashback table o to before drop": [
        "a.sql:2: is not understood: flashback table o to before drop: it makes tables and does not state their columns"
    ],
    "define table odd schemafull": [
        "a.sql:2: is not understood: define table odd schemafull: it makes tables and does not state their columns"
    ],
}


@pytest.mark.parametrize(("statement", "notes"), SAID.items())
def test_what_is_not_followed_is_named(statement: str, notes: list[str], tmp_path: Path) -> None:
    tables = tables_of(tmp_path, f"create table good (x int);\n{statement};")
    assert shown(tables) == {"good": {"x": "integer"}}
    assert notes_of(tables) == notes


@pytest.mark.parametrize(
    "statement",
    [
        "select x into @x from good",
        "select x, x into a, b from good",
        "select x into outfile '/tmp/x' from good",
        "declare\n  a number;\n  b number;\nbegin\n  select x into b from good;\n  select x into a from good;\nend",
        "flashback table good to timestamp '2020-01-01'",
        "load data into good from files (format = 'CSV')",
        "create sink s from good with (connector = 'kafka')",
        "create widget w with (x = 1)",
        "alter stream s set comment = 'c'",
        "drop stream s",
        "create aggregate a (int, text) (sfunc = f, stype = int)",
    ],
)
def test_what_makes_no_table_is_passed_over(statement: str, tmp_path: Path) -> None:
    tables = tables_of(tmp_path, f"create table good (x int);\n{statement};")
    assert shown(tables) == {"good": {"x": "integer"}}
    assert notes_of(tables) == []


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ("odd", "a.sql:2: is not understood: create table s.odd (x ODD WHAT): 'WHAT'"),
        ("s.odd", "a.sql:2: is not understood: create table s.odd (x ODD WHAT): 'WHAT'"),
        ("changed", "a.sql:4: is not understood: alter table changed frobnicate: 'frobnicate'"),
        ("v", "a.sql:5: 'v' is a view, which is not read"),
        ("gone", "a.sql:7: 'gone' is dropped again"),
        ("nothing", "a.sql: name one of changed, good; there is no table 'nothing'"),
    ],
)
def test_a_table_that_is_asked_for_and_not_understood_is_an_error(asked: str, message: str, tmp_path: Path) -> None:
    script = (
        "create table good (x int);\ncreate table s.odd (x ODD WHAT);\ncreate table changed (x int);\n"
        "alter table changed frobnicate;\ncreate view v as select 1;\ncreate table gone (x int);\ndrop table gone;\n"
    )
    assert [table.name for table in tables_of(tmp_path, script, table="good")] == ["good"]
    with pytest.raises(ImportFailed) as error:
        tables_of(tmp_path, script, table=asked)
    assert str(error.value).rpartition("/")[2] == message


# What a transaction does, and the lines that its end undoes.
TRANSACTIONS = {
    "begin;\ncreate table t (x int);\nrollback": {"rollback": [2]},
    "begin transaction\ncreate table t (x int)\nrollback tran": {"rollback tran": [2]},
    "start transaction;\ncreate table t (x int);\nalter table t add y int;\nabort": {"abort": [2, 3]},
    "begin;\ncreate table t (x int);\nsavepoint a;\nalter table t add y int;\nrollback to a;\ncommit": {
        "rollback to a": [4]
    },
    "create table t (x int);\nbegin;\ncommit and chain;\nalter table t add y int;\nrollback": {"rollback": [4]},
    "begin;\ncreate table t (x int);\ncommit;\nrollback": {},
    "begin transaction\ncreate table t (x int)\nif @@error <> 0\nrollback\ncommit": {},
    "create table t (x int);\nrollback": {},
}


@pytest.mark.parametrize(("script", "undone"), TRANSACTIONS.items())
def test_what_a_transaction_undoes_is_told(script: str, undone: dict[str, list[int]], tmp_path: Path) -> None:
    told = [note.partition("understood: ")[2] for note in notes_of(tables_of(tmp_path, script, dialect="postgres"))]
    assert told == [f"{end}: it undoes line {line}" for end, lines in undone.items() for line in lines]
    assert notes_of(tables_of(tmp_path, script, dialect="mysql")) == []


def test_a_table_that_a_transaction_undoes_is_an_error_when_asked_for(tmp_path: Path) -> None:
    script = "create table a (x int);\nbegin;\ncreate table b (x int);\nrollback;"
    assert shown(tables_of(tmp_path, script, table="a", dialect="sqlite")) == {"a": {"x": "integer"}}
    with pytest.raises(ImportFailed, match=r"a\.sql:4: is not understood: rollback: it undoes line 3"):
        tables_of(tmp_path, script, table="b", dialect="sqlite")


def test_texts_in_the_character_set_of_bytes_are_bytes(tmp_path: Path) -> None:
    script = """
        create table a (b char(9) character set binary, c varchar(9) charset = binary not null, d text);
        create table e (f char(9), g text character set utf8, h int) default charset=binary;
        alter table e add i mediumtext;
        create table j (k varchar(9));
        alter table j convert to character set binary;
        create table l like e;
    """
    found = {
        table.name: {column.name: column.native for column in table.columns}
        for table in tables_of(tmp_path, script, dialect="mysql")
    }
    e = {"f": "binary(9)", "g": "text", "h": "int", "i": "mediumblob"}
    assert found == {
        "a": {"b": "binary(9)", "c": "varbinary(9)", "d": "text"},
        "e": e,
        "j": {"k": "varbinary(9)"},
        "l": e,
    }


@pytest.mark.parametrize(("dialect", "notes"), [("mysql", 1), ("snowflake", 0)])
def test_a_query_may_add_columns_to_a_list(dialect: str, notes: int, tmp_path: Path) -> None:
    script = "create table a (x int) as select f(y) from z;"
    tables = tables_of(tmp_path, script, dialect=dialect)
    assert shown(tables) == {"a": {"x": "integer"}}
    said = f"a.sql:1: is not understood in full: {script[:-1]}: a query may add columns, and does not say what they are"
    assert notes_of(tables) == [said] * notes


# --- words that no dialect here has -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("definition", "column"),
    [
        ("x int WHAT IS THIS NOT NULL", "integer!"),
        ("x numeric(10, 2) WHAT (1, 2) COMMENT 'a, b'", "string"),
        ("x varchar(9) WHAT 1 PRIMARY KEY", "string!"),
    ],
)
def test_an_unknown_word_behind_a_known_type_is_left_out_and_named(
    definition: str, column: str, tmp_path: Path
) -> None:
    tables = tables_of(tmp_path, f"create table a ({definition}, y date);", dialect="postgres")
    assert shown(tables) == {"a": {"x": column, "y": "date"}}
    (note,) = notes_of(tables)
    assert note.startswith("a.sql:1: is not understood in full: create table a (x ")
    assert re.search(r": 'WHAT[^']*' of column 'x' is left out$", note)


def test_a_table_that_is_asked_for_is_read_in_full(tmp_path: Path) -> None:
    script = "create table a (x int);\ncreate table b (x int WHAT 1);"
    assert shown(tables_of(tmp_path, script)) == {"a": {"x": "integer"}, "b": {"x": "integer"}}
    assert shown(tables_of(tmp_path, script, table="a"))["a"] == {"x": "integer"}
    with pytest.raises(ImportFailed) as error:
        tables_of(tmp_path, script, table="b")
    assert str(error.value).rpartition("/")[2] == (
        "a.sql:2: take these words out of the script, or read it without naming a table: "
        "create table b (x int WHAT 1): 'WHAT 1' of column 'x' is left out"
    )


def test_a_reading_with_unknown_words_is_not_preferred(tmp_path: Path) -> None:
    # Only with a backslash as an ordinary character does the text end before the comma.
    script = "create table a (x varchar(9) default '\\', y varchar(9) default '\\', z int);"
    tables = tables_of(tmp_path, script)
    assert shown(tables) == {"a": {"x": "string", "y": "string", "z": "integer"}}
    assert not [note for note in notes_of(tables) if "left out" in note]


def test_a_field_of_a_struct_is_no_column_of_the_table(tmp_path: Path) -> None:
    script = """
    create table s.a (id bigint, a int, s struct<a: int, b: int>, t date);
    alter table s.a add columns (s.c string after a, z int);
    alter table s.a add column s.element.d double;
    alter table s.a drop column s.a;
    alter table s.a rename column s.b to bb;
    alter table s.a alter column s.b drop not null;
    alter table s.a change column s.b b2 bigint;
    alter table s.a modify column s.b bigint;
    alter table s.a alter column a.t type timestamp_ntz;
    """
    tables = tables_of(tmp_path, script, dialect="spark")
    columns = {"id": "integer", "a": "integer", "s": "string", "t": "timestamp", "z": "integer"}
    assert shown(tables) == {"s.a": columns}
    assert notes_of(tables) == []


def test_db2_has_labels_besides_comments(tmp_path: Path) -> None:
    script = """
    create table s.a (x int, y int);
    label on table s.a is 'what it holds';
    label on column s.a (x text is 'what x is', y is 'what y is');
    """
    (table,) = tables_of(tmp_path, script)
    assert table.description == "what it holds"
    assert [column.description for column in table.columns] == ["what x is", "what y is"]


def test_a_type_of_another_dialect_keeps_its_meaning(tmp_path: Path) -> None:
    script = "create table a (x serial, y money, z what);"
    (table,) = tables_of(tmp_path, script, dialect="tsql")
    assert [column.kind.name for column in table.columns] == ["INTEGER", "DECIMAL", "OTHER"]


def test_an_integer_of_128_bits_is_none_of_the_runners(tmp_path: Path) -> None:
    (table,) = tables_of(tmp_path, "create table a (x largeint) engine=olap;", dialect="mysql")
    assert [column.kind.name for column in table.columns] == ["HUGE"]


def test_create_or_alter_states_all_columns(tmp_path: Path) -> None:
    script = "create table a (x int, y int);\ncreate or alter table a (x int, z date);"
    assert shown(tables_of(tmp_path, script)) == {"a": {"x": "integer", "z": "date"}}


# What names the database or schema for the statements behind it.
SPACES = [
    "use {0}",
    "use [{0}]\ngo",
    "use schema d.{0}",
    "set search_path = {0}, public",
    "set search_path to '{0}'",
    "set schema {0}",
    "alter session set current_schema = {0}",
    "database {0}",
]


@pytest.mark.parametrize("space", SPACES)
def test_tables_of_one_name_in_two_databases_are_two(space: str, tmp_path: Path) -> None:
    script = f"""
    {space.format("a")};
    create table t (x int);
    create table u (x int);
    {space.format("b")};
    create table t (x int);
    alter table t add y date;
    drop table u;
    {space.format("a")};
    create table if not exists t (z int);
    """
    assert shown(tables_of(tmp_path, script)) == {"a.t": {"x": "integer"}, "b.t": {"x": "integer", "y": "date"}}


def test_a_schema_in_two_databases_is_two(tmp_path: Path) -> None:
    script = "use a\ngo\ncreate table dbo.t (x int)\ngo\nuse b\ngo\ncreate table dbo.t (y date)\ngo\ndrop table dbo.t"
    assert shown(tables_of(tmp_path, script)) == {"a.dbo.t": {"x": "integer"}}


@pytest.mark.parametrize("space", ["set search_path to default", "use warehouse b", 'set search_path = "$user"'])
def test_what_names_no_schema_parts_no_tables(space: str, tmp_path: Path) -> None:
    script = f"set search_path = a;\ncreate table t (x int);\n{space};\nalter table t add y date;"
    assert shown(tables_of(tmp_path, script)) == {"t": {"x": "integer", "y": "date"}}


def test_teradata_has_a_short_form(tmp_path: Path) -> None:
    tables = tables_of(tmp_path, "ct d.t (x integer not null);\nct u, no fallback (y date);")
    assert shown(tables) == {"d.t": {"x": "integer!"}, "u": {"y": "date"}}
    assert tables[0].about_source[0].startswith("read as teradata; ")
    variables = "declare\n  n number(5);\n  ct number(5);\nbegin\n  ct := 1;\nend;\n/\ncreate table t (x int);"
    assert shown(tables_of(tmp_path, variables)) == {"t": {"x": "integer"}}


def test_two_tables_are_exchanged(tmp_path: Path) -> None:
    tables = tables_of(tmp_path, "create table a (x int);\ncreate table b (y int);\nexchange tables a and b;")
    assert shown(tables) == {"a": {"y": "integer"}, "b": {"x": "integer"}}


def test_a_virtual_table_has_no_column_for_an_option_of_its_module(tmp_path: Path) -> None:
    script = "create virtual table t using fts5(a, b unindexed, tokenize = 'porter', content='');"
    assert shown(tables_of(tmp_path, script)) == {"t": {"a": "string", "b": "string"}}


def test_a_script_of_exasol(tmp_path: Path) -> None:
    script = """
        create table s.t (a varchar(9) utf8 comment is 'A', distribute by a, partition by b, b date) comment is 'T';
    """
    (table,) = tables_of(tmp_path, script, dialect="exasol")
    assert (table.description, [(one.name, one.type, one.description) for one in table.columns]) == (
        "T",
        [("a", "string", "A"), ("b", "date", "")],
    )


@pytest.mark.parametrize("dialect", ["vertica", ""])
def test_a_script_of_vertica(dialect: str, tmp_path: Path) -> None:
    script = "create table t (a identity, b long varbinary(9), c long varchar(9), d row(e int)) segmented by hash(a);"
    (table,) = tables_of(tmp_path, script, dialect=dialect)
    kinds = {column.name: column.kind.name for column in table.columns}
    assert kinds == {"a": "INTEGER", "b": "BINARY", "c": "TEXT", "d": "NESTED"}


def test_a_script_of_which_nothing_is_understood_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(ImportFailed) as error:
        tables_of(tmp_path, "create table a (x ODD WHAT);\ncreate table b (x ODD WHAT);", dialect="oracle")
    first = "cannot be understood as oracle: line 1: create table a (x ODD WHAT): 'WHAT' (and 1 more statement)"
    assert str(error.value).partition(": ")[2] == first
    others = [note.rpartition("/")[2] for note in error.value.notes]
    assert others == ["a.sql:2: is not understood: create table b (x ODD WHAT): 'WHAT'"]
    with pytest.raises(ImportFailed, match="holds no CREATE TABLE, but in views v"):
        tables_of(tmp_path, "create view v as select 1;")


# A script that only one dialect has, by what it says in definitions.
SPOKEN = {
    "postgres": "create table t (x character varying(9), y jsonb); insert into t values ('[a] `b` GO');",
    "mysql": "create table `t` (`x` int unsigned, `y` varchar(9)) engine=InnoDB;",
    "tsql": "create table t (x nvarchar(max), y bit)\nGO\n",
    "oracle": "create table t (x varchar2(9), y number);\n/\n",
    "snowflake": "create transient table t (x variant, y timestamp_ntz);",
    "bigquery": "create table `p.d.t` (x int64, y struct<a int64>);",
    "hive": "create external table `t` (x string) partitioned by (y string) stored as orc;",
    "spark": "create table t (x string) using delta;",
    "clickhouse": "create table t (x UInt64, y Nullable(String)) engine = MergeTree order by x;",
    "redshift": "create table t (x varchar(9) encode lzo distkey) sortkey (x);",
    "sqlite": "create table t (x integer primary key autoincrement);",
    "duckdb": "create table t (x hugeint, y uinteger);",
    "teradata": "create multiset table t, no fallback (x byteint, y varchar(9) not casespecific);",
}


@pytest.mark.parametrize(("dialect", "script"), SPOKEN.items())
def test_the_dialect_is_told_by_definitions_and_said(dialect: str, script: str, tmp_path: Path) -> None:
    (table,) = tables_of(tmp_path, script)
    said, _, command = table.about_source[0].rpartition(": ")
    assert said == f"read as {dialect}; if that is wrong, name the dialect"
    program, verb, file, *option = shlex.split(command)
    assert (program, verb, option) == ("dativo-generator", "fields", ["--dialect", "NAME"])
    named = read(file, Options(dialect=dialect))[0]
    assert (named.columns, named.about_source) == (table.columns, ())


def test_every_dialect_but_one_that_says_nothing_of_its_own_is_told() -> None:
    assert set(dialects()) - set(SPOKEN) == {"trino"}


def test_nothing_but_a_nullable_type_may_be_missing_in_clickhouse(tmp_path: Path) -> None:
    script = "create table t (a UInt8, b Nullable(Int64), c LowCardinality(Nullable(String)), d LowCardinality(UInt8))"
    assert shown(tables_of(tmp_path, script, dialect="clickhouse")) == {
        "t": {"a": "integer!", "b": "integer", "c": "string", "d": "integer!"}
    }


def test_a_long_script_is_read_as_it_begins_unless_that_loses_something(tmp_path: Path, monkeypatch: Any) -> None:
    from dativo_generator.importers.kinds import ddl

    monkeypatch.setattr(ddl, "_BEGINNING", 60)
    script = "create table a (x int);\n" * 1 + "insert into a values (1);\n" * 9
    script += "insert into a values ('\\'');\ncreate table b (y int);\n"
    assert shown(tables_of(tmp_path, script)) == A_AND_B


def test_every_option_is_one_kind_of_thing() -> None:
    known = words()
    phrases = [" ".join(phrase) for found in known.options._by_first.values() for phrase, _ in found]
    assert sorted(phrases) == sorted(set(phrases))
    assert (known.required | known.optional | known.comments) <= set(phrases)


# --- what is like a table ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "made",
    [
        "create stream {} (x int key, y text) with (kafka_topic = 't')",
        "create or replace stream {} partition on column x (x int, y text)",
        "create source if not exists {} (x int, y text) with (connector = 'kafka')",
        "create source table {} (x int, y text) with (kafka_topic = 't')",
        "create columnfamily {} (x int, y text)",
        "create stable {} (x int) tags (y text)",
        "recreate table {} (x int, y text)",
        "attach table {} (x int, y text)",
        "import table {} (x int, y text) csv data ('f')",
        "load data overwrite {} (x int, y text) from files (format = 'CSV')",
    ],
)
def test_what_has_columns_as_a_table_has_is_a_table(made: str, tmp_path: Path) -> None:
    script = f"{made.format('a')};\ncreate table b (z date);"
    tables = tables_of(tmp_path, script, dialect="postgres")
    assert shown(tables) == {"a": {"x": "integer", "y": "string"}, "b": {"z": "date"}}
    assert notes_of(tables) == []


@pytest.mark.parametrize("name", ["source", "stream"])
def test_a_table_may_be_called_as_what_is_like_one(name: str, tmp_path: Path) -> None:
    script = f"create table {name} (x int);\ncreate stream of_it on table {name};\nalter table {name} add y text;"
    tables = tables_of(tmp_path, script)
    assert shown(tables) == {name: {"x": "integer", "y": "string"}}
    assert notes_of(tables) == []


def test_a_stream_is_changed_and_dropped_like_a_table(tmp_path: Path) -> None:
    script = "create stream a (x int);\nalter stream a add column y text;\ncreate stream b (x int);\ndrop stream b;"
    assert shown(tables_of(tmp_path, script)) == {"a": {"x": "integer", "y": "string"}}
