"""The question `fixtures`: rows that satisfy the schema, the test that comes with them, and their owner."""

import csv
import importlib.util
import io
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import yaml
from copier import run_copy, run_update
from copier.errors import UserMessageError
from hypothesis import given
from hypothesis import strategies as st

import fleets
from dativo_generator.base.errors import AnswerError, PackError
from dativo_generator.base.paths import FIXTURES_TEST, FIXTURES_TEST_SOURCE
from dativo_generator.importers.kinds.files import read_files
from dativo_generator.importers.source import Source
from dativo_generator.plan.fixtures import WRITERS, csv_text, jsonl_text
from dativo_generator.plan.plan import plan
from dativo_generator.registry.connectors import Connector
from dativo_generator.registry.fields import TYPES, Field
from dativo_generator.registry.pack import Pack
from dativo_generator.registry.samples import FILE, ROWS
from fleets import STRIPE, Command, build, copied
from support import (
    PACK,
    ROOT,
    Rendered,
    answers_for,
    edit_yaml,
    git,
    load_answers,
    release,
    render,
    render_in_memory,
    schema_errors,
)


def loaded(path: Path) -> ModuleType:
    """Import a module of which each destination has its own."""
    spec = importlib.util.spec_from_file_location("shipped", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


shipped = loaded(ROOT / FIXTURES_TEST_SOURCE)

CATALOG = [
    pytest.param(fields, name, id=f"{connector}-{name}")
    for connector in PACK.registry
    for name, fields in PACK.known_fields(connector).items()
]
AGAIN = Pack(ROOT)
SOURCES = PACK.with_role("source")
FIXTURE = "tests/fixtures/stripe/stripe_customers.jsonl"
FILE_OF = ".copier-answers.acme.job.yml"


def misfits(fields: Any, rows: list[dict[str, Any]], form: str) -> Iterator[str]:
    """Yield what does not satisfy the schema, in rows as they are read back from their text."""
    fits = shipped.CELLS if form == "csv" else shipped.VALUES
    for field in fields:
        values = [row[field.name] for row in rows]
        given = [value for value in values if value not in (None, "")]
        empty = len(values) - len(given)
        if empty != (0 if field.required else 1):
            yield f"{field.name}: is empty {empty} times"
        yield from (f"{field.name}: {value!r} is no {field.type}" for value in given if not fits[field.type](value))


def read_back(text: str, form: str) -> list[dict[str, Any]]:
    if form == "csv":
        return list(csv.DictReader(io.StringIO(text, newline=""), strict=True))
    return [json.loads(line) for line in text.removesuffix("\n").split("\n")]


# --- rows -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("fields", "table"), CATALOG)
@pytest.mark.parametrize("form", WRITERS)
def test_rows_of_known_objects_satisfy_their_schema(fields: Any, table: str, form: str) -> None:
    rows = PACK.samples.rows(fields, table)
    assert len(rows) == ROWS
    assert list(misfits(fields, read_back(WRITERS[form](rows), form), form)) == []


NAMES = st.one_of(
    st.text(st.characters(exclude_categories=["Cc", "Cs"]), min_size=1, max_size=30).filter(str.strip),
    st.sampled_from(
        [
            "a,b",
            'say "hi"',
            "=1+1",
            "@cmd",
            "-",
            "id",
            "email",
            "on",
            "null",
            "  x",
            "É",
            "姓名",
            "😀",
            "\u2028",
            "a;b|c",
        ]
    ),
)
FIELDS = st.dictionaries(NAMES, st.tuples(st.sampled_from(TYPES), st.booleans()), min_size=1, max_size=12)


@given(drawn=FIELDS, table=NAMES, data=st.data(), form=st.sampled_from(sorted(WRITERS)))
def test_rows_of_any_fields_satisfy_their_schema(drawn: Any, table: str, data: st.DataObject, form: str) -> None:
    fields = [Field(name, type_, required) for name, (type_, required) in drawn.items()]
    followed = data.draw(st.sampled_from(list(drawn)))
    text = WRITERS[form](PACK.samples.rows(fields, table, {followed}))
    rows = read_back(text, form)
    assert [list(row) for row in rows] == [list(drawn)] * ROWS
    filled = [Field(f.name, f.type, f.required or f.name == followed) for f in fields]
    assert list(misfits(filled, rows, form)) == []
    AGAIN.samples.rows(fields[::-1], "another")  # leaves nothing behind
    assert WRITERS[form](AGAIN.samples.rows(fields, table, {followed})) == text


@given(column=st.sampled_from(["id", "customer_id", "uuid", "order number"]), type_=st.sampled_from(TYPES))
def test_ids_are_unique_where_their_type_lets_them(column: str, type_: str) -> None:
    values = [row[column] for row in PACK.samples.rows([Field(column, type_, required=True)], "orders")]
    assert type_ == "boolean" or len(set(values)) == ROWS


def samples() -> Iterator[Any]:
    """Yield every value of the file, as it is written."""
    data = yaml.safe_load((ROOT / FILE).read_text(encoding="utf-8"))
    for entry in (*data["rules"], data["otherwise"]):
        for type_, values in entry.items():
            if type_ in TYPES:
                yield from (values if isinstance(values, list) else [values])


def test_no_value_is_a_formula_and_none_reads_as_nothing() -> None:
    texts = [value for value in samples() if isinstance(value, str)]
    assert len(texts) > 300
    assert [text for text in texts if text.startswith(("=", "+", "-", "@", " ")) or not text.strip()] == []
    assert not {"NULL", "null", "None"} & set(texts)


def test_nothing_reaches_anybody() -> None:
    texts = "\n".join(value for value in samples() if isinstance(value, str))
    hosts = re.findall(r"(?:@|://)([\w.-]+)", texts)
    assert hosts and not [host for host in hosts if not re.fullmatch(r"([\w-]+\.)*example\.(com|org|net)", host)]
    phones = re.findall(r"\b\d{3}-\d{3}-\d{4}\b", texts)
    assert phones and not [phone for phone in phones if not re.fullmatch(r"\d{3}-555-01\d\d", phone)]
    addresses = re.findall(r"\b\d+\.\d+\.\d+\.\d+\b", texts)
    assert addresses and not [a for a in addresses if not a.startswith(("192.0.2.", "198.51.100.", "203.0.113."))]


@pytest.mark.parametrize("type_", ["string", "integer", "date", "timestamp"])
def test_what_belongs_together_is_in_order(type_: str) -> None:
    names = ("date_of_birth", "created_at", "updated_at", "expires_at")
    for row in PACK.samples.rows(
        [Field(name, type_, required=True) for name in names if type_ != "integer" or name[0] in "cu"], "users"
    ):
        assert list(row.values()) == sorted(row.values())


@pytest.mark.parametrize(
    ("table", "column", "first"),
    [
        ("customers", "id", "customer_1001"),
        ("orders", "customer_id", "customer_1001"),
        ("orders", "customer", "customer_1001"),
        ("customers", "name", "Alex Example"),
        ("products", "name", "Blue notebook"),
        ("anything", "name", "First example"),
        ("people", "E-Mail", "alex.example@example.com"),
        ("people", "emailAddress", "alex.example@example.com"),
        ("people", "email_status", "active"),
        ("shops", "postcode", "00001"),
        ("emails", "subject", "A first example"),
        ("emails", "qqq", "qqq 1"),
        ("people", "имя", "value 1"),
    ],
)
def test_values_fit_the_name(table: str, column: str, first: str) -> None:
    assert PACK.samples.rows([Field(column, "string")], table)[0] == {column: first}


def test_both_forms_to_the_byte() -> None:
    fields = [
        Field("id", "integer", required=True),
        Field('Amount, "net"', "double"),
        Field("active", "boolean"),
        Field("Prénom", "string"),
        Field("birth date", "date"),
        Field("updated_at", "timestamp"),
    ]
    rows = PACK.samples.rows(fields, "people")[:2]
    assert csv_text(rows) == (
        'id,"Amount, ""net""",active,Prénom,birth date,updated_at\n'
        "1001,49.90,true,prenom 1,1984-02-11,2025-04-02 10:00:30\n"
        "1002,,false,prenom 2,1990-07-30,\n"
    )
    assert jsonl_text(rows) == (
        '{"id": 1001, "Amount, \\"net\\"": 49.9, "active": true, "Prénom": "prenom 1", "birth date": "1984-02-11", '
        '"updated_at": "2025-04-02T10:00:30"}\n'
        '{"id": 1002, "Amount, \\"net\\"": null, "active": false, "Prénom": "prenom 2", "birth date": "1990-07-30", '
        '"updated_at": null}\n'
    )


@pytest.mark.parametrize("form", WRITERS)
def test_the_pack_reads_the_types_back(form: str, tmp_path: Path) -> None:
    """The columns of a fixture are imported as what they were made from, but for text that looks like something."""
    kinds = ("integer", "double", "boolean", "date", "timestamp", "string")
    fields = [Field(f"some {type_}", type_) for type_ in kinds]
    path = tmp_path / f"rows.{form}"
    path.write_text(WRITERS[form](PACK.samples.rows(fields, "things")), encoding="utf-8")
    columns = read_files(str(path), Source(str(path))).columns
    assert [(column.name, column.type) for column in columns] == [(field.name, field.type) for field in fields]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda data: data["rules"][0].update(integer=[1, 2]), r"integer: must be a list of 5 values, not \[1, 2\]"),
        (lambda data: data["otherwise"].update(double=[1, 2, 3, 4, 5]), r"otherwise.double: 1 is not of type double"),
        (lambda data: data["rules"][0].update(words=["<nobody> name"]), "there is no group 'nobody'"),
        (lambda data: data["rules"][0].update(strings=[]), "did you mean 'string'"),
    ],
)
def test_a_damaged_file_is_named_with_its_line(change: Callable[[Any], None], message: str, own_template: Path) -> None:
    edit_yaml(own_template / FILE, change)
    with pytest.raises(PackError, match=rf"^{FILE}:\d+:\d+: .*{message}"):
        _ = Pack(own_template).samples


# --- a destination, and the test in it --------------------------------------------------------------------------------


def run_tests(destination: Path) -> subprocess.CompletedProcess[str]:
    """Run the shipped test as its owner would, in a process of its own."""
    return subprocess.run(
        [sys.executable, "-m", "pytest", "tests/fixtures", "-q", "-p", "no:cacheprovider", "--rootdir", "."],
        cwd=destination,
        env={"PATH": os.environ["PATH"], "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
    )


@pytest.fixture(scope="session")
def examples(published: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Render every example with fixtures into one folder; a flat asset and an API are among them."""
    scaffolds = {name: answers | {"fixtures": True} for name, answers in fleets.examples().items()}
    return build(published, tmp_path_factory.mktemp("fixtures") / "out", "v1.0.0", scaffolds)


def test_every_asset_has_a_fixture_and_all_pass(examples: Path) -> None:
    out = Rendered(examples)
    assets = [asset.get("asset", asset) for asset in out.assets.values()]
    names = {f"{asset['source_type']}/{asset['name']}" for asset in assets}
    rows = {path.removeprefix("tests/fixtures/") for path in out.files if path.startswith("tests/fixtures/")}
    assert {path.rsplit(".", 1)[0] for path in rows} == names | {"test_dativo_fixtures"}
    result = run_tests(examples)
    assert result.returncode == 0, result.stdout
    assert f"{2 * len(names)} passed" in result.stdout
    assert not [path for path in out.jobs if "fixture" in path]
    assert "conftest" not in result.stdout


@pytest.mark.parametrize("source", SOURCES, ids=lambda connector: connector.id)
@pytest.mark.parametrize("layout", ["nested", "odcs"])
def test_a_fixture_of_every_source(
    source: Connector, layout: str, in_memory: Callable[[Mapping[str, Any]], Rendered]
) -> None:
    answers = answers_for(source, PACK.registry["iceberg"], fixtures=True, asset_layout=layout, vendor=False)
    out = in_memory(answers)
    (path,) = (path for path in out.files if path.endswith((".csv", ".jsonl")))
    assert path.endswith(".jsonl" if source.selection == "objects" else ".csv")
    fields = plan(PACK, answers)["assets"][0]["data"]["schema"]
    form = path.rsplit(".", 1)[1]
    rows = read_back(out.files[path].decode(), form)
    assert [list(row) for row in rows] == [[field["name"] for field in fields]] * ROWS
    assert schema_errors("asset", out.asset) == []
    assert out.files[FIXTURES_TEST] == (ROOT / FIXTURES_TEST_SOURCE).read_bytes()


def csv_cell(column: int, row: int, value: str | None) -> Callable[[Path], None]:
    """Make a change of one cell of the CSV fixture; None takes the column away."""

    def change(out: Path) -> None:
        path = out / "tests/fixtures/csv/csv_people.csv"
        lines = [line.split(",") for line in path.read_text(encoding="utf-8").splitlines()]
        if value is None:
            lines = [line[:column] + line[column + 1 :] for line in lines]
        else:
            lines[row][column] = value
        path.write_text("".join(",".join(line) + "\n" for line in lines), encoding="utf-8")

    return change


def text_of(name: str, old: str, new: str) -> Callable[[Path], None]:
    def change(out: Path) -> None:
        text = (out / name).read_text(encoding="utf-8")
        assert old in text
        (out / name).write_text(text.replace(old, new), encoding="utf-8")

    return change


NESTED, FLAT = "assets/csv/v1.0/csv_people.yaml", "assets/hubspot/v1.0/hubspot_contacts.yaml"
DAMAGE: dict[str, tuple[Callable[[Path], None], str]] = {
    "a required value is empty": (csv_cell(1, 2, ""), "row 2: 'Full Name' is required, and empty"),
    "a word for a number": (csv_cell(0, 1, "one"), "row 1: 'id': 'one' is not of type integer"),
    "a number beyond 64 bits": (csv_cell(0, 1, "9223372036854775808"), "is not of type integer"),
    "a date that is none": (csv_cell(6, 3, "2025-02-30"), "row 3: 'signed_up': '2025-02-30' is not of type date"),
    "a flag in other words": (csv_cell(7, 1, "TRUE"), "row 1: 'newsletter': 'TRUE' is not of type boolean"),
    "an id twice": (csv_cell(0, 2, "1001"), "'id' is listed twice"),
    "a column is missing": (csv_cell(2, 0, None), "the columns are not those of the schema"),
    "a column more in the schema": (
        lambda out: text_of(NESTED, "    - name: email\n", "    - name: more\n      type: string\n    - name: email\n")(
            out
        ),
        "the columns are not those of the schema",
    ),
    "no rows": (
        lambda out: (out / "tests/fixtures/csv/csv_people.csv").write_text("id\n"),
        "there are no rows",
    ),
    "text for a flag in JSON": (
        text_of("tests/fixtures/hubspot/hubspot_contacts.jsonl", '"archived": true', '"archived": "true"'),
        "'archived': 'true' is not of type boolean",
    ),
    "rows of no asset": (
        lambda out: shutil.copy(out / FIXTURE, out / "tests/fixtures/stripe/other.jsonl"),
        "no asset of 'stripe' is called 'other'",
    ),
    "a version that is a number": (
        text_of(NESTED, 'version: "1.0"', "version: 1.0"),
        "the version is read as a number",
    ),
    "no owner": (text_of(FLAT, "  owner: crm@acme.com\n", "  owner:\n"), "there is no owner"),
    "a label that is not listed": (
        text_of(NESTED, "    classification: [PII, SENSITIVE]\n", "    classification: [PII]\n"),
        "the asset does not list the labels of its columns",
    ),
    "no schema on top": (text_of(NESTED, "schema: *schema\n", ""), "looks for the schema at the top level"),
    "no schema": (
        lambda out: edit_yaml(out / NESTED, lambda data: (data.pop("schema"), data["asset"].update(schema=[]))),
        "there is no schema",
    ),
}


def failures(destination: Path) -> list[str]:
    """Run the shipped test in this process, and return what it says of what is wrong."""
    module = loaded(destination / FIXTURES_TEST)
    said = []
    for test, paths in (
        (module.test_rows_satisfy_the_schema, module.ROWS),
        (module.test_the_asset_is_as_the_runner_needs_it, module.ASSETS),
    ):
        for path in paths:
            try:
                test(path)
            except Exception as error:
                said.append(str(error))
    return said


def test_its_owner_sees_the_same(few: Path, tmp_path: Path) -> None:
    """A process of its own, with a damage for each of the two tests; `failures` is much quicker."""
    out = copied(few, tmp_path / "out")
    for name in ("a word for a number", "no owner"):
        DAMAGE[name][0](out)
    result, said = run_tests(out), failures(out)
    assert result.returncode == 1, result.stdout
    assert f"{len(said)} failed" in result.stdout
    assert all(line in result.stdout for text in said for line in text.splitlines())


@pytest.fixture(scope="session")
def few(published: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Render those examples with fixtures that a damage needs."""
    names = ("csv_people", "hubspot_crm", "stripe_customers")
    scaffolds = {name: fleets.examples()[name] | {"fixtures": True} for name in names}
    return build(published, tmp_path_factory.mktemp("few") / "out", "v1.0.0", scaffolds)


@pytest.fixture
def damaged(few: Path, tmp_path: Path) -> Callable[[str], Path]:
    """Return these with a damage."""

    def damage(name: str) -> Path:
        out = copied(few, tmp_path / name)
        DAMAGE[name][0](out)
        return out

    return damage


@pytest.mark.parametrize("name", DAMAGE)
def test_what_is_damaged_fails_and_is_named(name: str, damaged: Callable[[str], Path]) -> None:
    assert DAMAGE[name][1] in "\n".join(failures(damaged(name)))


def test_of_two_versions_the_one_that_names_the_rows_counts(template: Path, tmp_path: Path) -> None:
    out = render(template, tmp_path / "out", load_answers(ROOT / "examples" / "csv_people.yml")).root
    assert failures(out) == []
    newer = out / "assets/csv/v2.0/csv_people.yaml"
    newer.parent.mkdir()
    text = (out / NESTED).read_text(encoding="utf-8").replace('version: "1.0"', 'version: "2.0"')
    newer.write_text(
        text.replace("name: city", "name: town").replace("# Its fixture", "# No fixture"), encoding="utf-8"
    )
    assert failures(out) == []
    text_of(NESTED, "# Its fixture", "# No fixture")(out)
    assert any("the columns are not those of the schema" in text for text in failures(out))


def test_a_fixture_can_be_the_input_of_its_job(
    template: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The summary says how; what the user answered stays."""
    answers = load_answers(ROOT / "examples" / "csv_people.yml")
    run_copy(str(template), tmp_path / "out", data=answers, defaults=True, unsafe=True)
    said = capsys.readouterr().err
    assert "python -m pytest tests/fixtures" in said
    assert "To run on fixtures before there is data, answer files with these:" in said
    (line,) = re.findall(r"^ +(- \{path: tests.*)$", said, re.MULTILINE)
    assert Rendered(tmp_path / "out").job["source"]["files"] == answers["files"]
    answers["files"] = yaml.safe_load(line)
    run_copy(str(template), tmp_path / "again", data=answers, defaults=True, unsafe=True)
    assert "To run on fixtures" not in capsys.readouterr().err
    out = Rendered(tmp_path / "again")
    (file,) = out.job["source"]["files"]
    header = out.files[file["path"]].decode().splitlines()[0]
    assert next(csv.reader([header])) == [field["name"] for field in out.asset["schema"]]
    assert out.assets == Rendered(tmp_path / "out").assets


def test_real_data_takes_the_place_of_a_fixture(history: Path, tmp_path: Path) -> None:
    answers = load_answers(ROOT / "examples" / "csv_people.yml")
    data, fixture = answers["files"], [{"path": "tests/fixtures/csv/csv_people.csv", "object": "people"}]
    out = build(history, tmp_path / "out", "v3.0.0", {"csv_people": answers | {"files": fixture}})
    before = Rendered(out)
    assert before.job["source"]["files"] == fixture
    run_update(out, answers_file=".copier-answers.acme.csv_people.yml", data={"files": data}, **COPIER)
    after = Rendered(out)
    assert after.job["source"]["files"] == data
    changed = {path for path in after.files if after.files[path] != before.files.get(path)}
    assert changed == {next(iter(after.jobs)), ".copier-answers.acme.csv_people.yml"}


@pytest.mark.parametrize("source", [source for source in SOURCES if source.selection == "files"], ids=lambda s: s.id)
def test_only_files_on_disk_can_be_replaced_by_a_fixture(source: Connector) -> None:
    (fixture,) = plan(PACK, answers_for(source, PACK.registry["iceberg"], fixtures=True))["fixtures"]
    recipe = PACK.recipe(source.id)
    assert bool(fixture["input"]) == (recipe.credentials == "none" and not recipe.connection)


def test_the_cursor_always_has_a_value() -> None:
    answers = {
        "tenant_id": "acme",
        "source_connector": "postgres",
        "tables": [{"name": "orders", "cursor_field": "changed"}, "events"],
        "target_connector": "s3",
        "fixtures": True,
        "fields": {
            "orders": {"id": "integer", "changed": "timestamp", "note": "string"},
            "events": {"at": "timestamp cursor", "kind": "string"},
        },
    }
    orders, events = (read_back(fixture["text"], "csv") for fixture in plan(PACK, answers)["fixtures"])
    assert all(row["changed"] for row in orders) and not all(row["id"] for row in orders)
    assert all(row["at"] for row in events) and not all(row["kind"] for row in events)


@pytest.mark.parametrize("value", [True, False])
def test_reused_assets_have_none(value: bool) -> None:
    with pytest.raises(AnswerError, match="fixtures: leave the answer out; the existing asset decides it"):
        plan(PACK, STRIPE | {"tenant_id": "acme", "assets": "reuse", "fixtures": value})


def test_nobody_gets_them_unasked(template: Path, tmp_path: Path) -> None:
    out = render(template, tmp_path / "out", STRIPE | {"tenant_id": "acme"})
    assert not [path for path in out.files if path.startswith("tests/")]
    assert "fixture" not in "".join(text.decode() for path, text in out.files.items() if path.startswith("assets/"))


# --- whose they are ---------------------------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def built(history: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    scaffolds = {
        "job": STRIPE | {"fixtures": True},
        "other": STRIPE | {"objects": ["payments"], "fixtures": True},
        "plain": {"source_connector": "hubspot", "objects": ["deals"], "target_connector": "s3"},
    }
    return build(history, tmp_path_factory.mktemp("built") / "out", "v3.0.0", scaffolds)


@pytest.fixture
def repository(built: Path, tmp_path: Path) -> Path:
    return copied(built, tmp_path / "out")


def wrong(result: Any) -> dict[str, str]:
    files = [file for entry in result["answers"] for file in entry["files"]] + result["files"]
    return {file["path"]: file["state"] for file in files if file["state"] != "clean"}


COPIER: dict[str, Any] = {"defaults": True, "overwrite": True, "unsafe": True, "quiet": True, "vcs_ref": "v3.0.0"}


def commit(repository: Path) -> None:
    git(repository, "add", "--all")
    git(repository, "commit", "--quiet", "--message", "changed")


def test_replay_proves_them_and_validate_does_not_mind(built: Path, command: Command) -> None:
    result = command(built, "replay", "--strict", "--json")
    assert (result.status, wrong(result.json)) == (0, {})
    paths = [file["path"] for entry in result.json["answers"] for file in entry["files"]]
    assert FIXTURE in paths
    assert [file["path"] for file in result.json["files"] if file["path"].startswith("tests/")] == [FIXTURES_TEST]
    findings = json.loads(command(built, "validate", "--json").out)["findings"]
    assert [found for found in findings if found["rule"] == "not-a-job" or "fixtures" in found["file"]] == []


DAMAGED: dict[str, tuple[Callable[[Path], None], dict[str, str], int]] = {
    "an edit": (text_of(FIXTURE, "alex.example@", "somebody@"), {FIXTURE: "edited"}, 0),
    "no fixture": (lambda out: (out / FIXTURE).unlink(), {FIXTURE: "missing"}, 1),
    "no test": (lambda out: (out / FIXTURES_TEST).unlink(), {FIXTURES_TEST: "missing"}, 1),
    "an edit in the test": (text_of(FIXTURES_TEST, "there are no rows", "no rows"), {FIXTURES_TEST: "edited"}, 0),
    "no answers file": (
        lambda out: (out / FILE_OF).unlink(),
        {
            "assets/stripe/v1.0/stripe_customers.yaml": "orphaned",
            "jobs/acme/stripe_customers_to_iceberg.yaml": "orphaned",
            "variables/acme/job.env.example": "orphaned",
            FIXTURE: "orphaned",
        },
        1,
    ),
    "rows by hand": (
        lambda out: (
            (out / "tests/fixtures/hubspot").mkdir()
            or (out / "tests/fixtures/hubspot/hubspot_deals.jsonl").write_text("{}\n")
        ),
        {},
        0,
    ),
    "an asset that names what is not its own": (
        text_of("assets/hubspot/v1.0/hubspot_deals.yaml", "\nasset:", f"\n# Its fixture: {FIXTURES_TEST}\nasset:"),
        {"assets/hubspot/v1.0/hubspot_deals.yaml": "edited"},
        0,
    ),
}


@pytest.mark.parametrize(("damage", "found", "status"), DAMAGED.values(), ids=DAMAGED)
def test_replay_finds_what_is_wrong(
    damage: Callable[[Path], Any], found: dict[str, str], status: int, repository: Path, command: Command
) -> None:
    damage(repository)
    result = command(repository, "replay", "--json")
    assert (wrong(result.json), result.status) == (found, status)


@pytest.mark.parametrize("name", ["no fixture", "no test", "no answers file", "an edit"])
def test_replay_repairs(name: str, repository: Path, command: Command) -> None:
    before = Rendered(repository).files
    DAMAGED[name][0](repository)
    commit(repository)
    assert command(repository, "replay", "--strict", "--write").status == 0
    gone = {FILE_OF, *DAMAGED[name][1]} if name == "no answers file" else set()
    assert Rendered(repository).files == {path: text for path, text in before.items() if path not in gone}


def test_yes_adds_them_and_no_takes_them_away(history: Path, tmp_path: Path, command: Command) -> None:
    data = STRIPE | {"tenant_id": "acme", "scaffold": "job"}
    out = build(history, tmp_path / "out", "v3.0.0", {"job": STRIPE})
    fresh = render_in_memory(history, "v3.0.0", data | {"fixtures": True}).files
    before = Rendered(out).files
    assert command(out, "update", "--data", "fixtures=true").status == 0
    assert Rendered(out).files == fresh
    assert command(out, "replay", "--strict").status == 0
    commit(out)
    assert command(out, "update", "--data", "fixtures=false").status == 0
    after = Rendered(out).files
    assert after.keys() == before.keys()
    assert {path for path in after if after[path] != before[path]} == {FILE_OF}
    assert command(out, "replay", "--strict").status == 0


def test_copiers_own_update_gives_the_same(history: Path, tmp_path: Path, command: Command) -> None:
    ours = build(history, tmp_path / "ours", "v3.0.0", {"job": STRIPE})
    theirs = copied(ours, tmp_path / "theirs")
    assert command(ours, "update", "--data", "fixtures=true").status == 0
    run_update(theirs, answers_file=FILE_OF, data={"fixtures": True}, **COPIER)
    assert Rendered(ours).files == Rendered(theirs).files


def test_copiers_own_update_deletes_none(history: Path, tmp_path: Path) -> None:
    out = build(history, tmp_path / "out", "v3.0.0", {"job": STRIPE | {"fixtures": True}})
    with pytest.raises(UserMessageError, match=rf"{FIXTURE} would be deleted; .*--dry-run --data fixtures=\.\.\."):
        run_update(out, answers_file=FILE_OF, data={"fixtures": False}, **COPIER)
    assert git(out, "status", "--porcelain") == ""


def test_copiers_own_update_keeps_what_git_ignores(history: Path, tmp_path: Path, command: Command) -> None:
    out = tmp_path / "out"
    out.mkdir()
    (out / ".gitignore").write_text("*.jsonl\n")
    build(history, out, "v2.0.0", {"job": STRIPE | {"fixtures": True}})
    before = (out / FIXTURE).read_bytes()
    with pytest.raises(UserMessageError, match=f"{FILE_OF}; .* deletes {FIXTURE}, which Git ignores"):
        run_update(out, answers_file=FILE_OF, **COPIER)
    assert (out / FIXTURE).read_bytes() == before
    assert command(out, "update", FILE_OF).status == 0
    assert (out / FIXTURE).is_file()


def test_the_test_stays_while_another_has_fixtures(repository: Path, history: Path, command: Command) -> None:
    with pytest.raises(
        UserMessageError, match=rf"fixtures: other scaffolds share {FIXTURES_TEST}; .* --data fixtures=no"
    ):
        run_update(repository, answers_file=FILE_OF, data={"fixtures": False}, **COPIER)
    assert git(repository, "status", "--porcelain") == ""
    other = ".copier-answers.acme.other.yml"
    edit_yaml(repository / other, lambda data: data.update(fixtures="y"))  # a word that Copier takes, too
    commit(repository)
    assert command(repository, "update", FILE_OF, "--data", "fixtures=no").status == 0
    assert (repository / FIXTURES_TEST).is_file() and not (repository / FIXTURE).exists()
    commit(repository)
    assert command(repository, "update", "--data", "fixtures=no").status == 0
    assert not (repository / "tests").exists()


def test_an_older_scaffold_leaves_the_test_of_a_newer_alone(tmp_path: Path, released: Path) -> None:
    test = released / FIXTURES_TEST_SOURCE
    test.write_text(test.read_text(encoding="utf-8") + "# newer\n", encoding="utf-8")
    release(released, "v2.0.0")
    answers = STRIPE | {"tenant_id": "acme", "fixtures": True}
    out = render(released, tmp_path / "out", answers, vcs_ref="v2.0.0").root
    older = answers | {"objects": ["charges"], "scaffold": "older"}
    render(released, out, older, vcs_ref="v1.0.0", overwrite=True)
    assert (out / FIXTURES_TEST).read_bytes() == test.read_bytes()


def test_what_is_kept_is_said(tmp_path: Path, released: Path, capsys: pytest.CaptureFixture[str]) -> None:
    answers = STRIPE | {"tenant_id": "acme", "fixtures": True}
    out = render(released, tmp_path / "out", answers).root
    test = released / FIXTURES_TEST_SOURCE
    test.write_text(test.read_text(encoding="utf-8") + "# newer\n", encoding="utf-8")
    release(released, "v2.0.0")
    newer = answers | {"objects": ["charges"], "scaffold": "newer"}
    run_copy(str(released), out, data=newer, defaults=True, unsafe=True)
    assert f"Kept as another scaffold has it: {FIXTURES_TEST}" in capsys.readouterr().err


def test_rows_of_another_scaffold_are_refused(repository: Path, history: Path) -> None:
    """Assets of two versions are two files, and their rows would be one."""
    before = Rendered(repository).files
    answers = STRIPE | {"tenant_id": "globex", "asset_version": "2.0", "fixtures": True}
    with pytest.raises(UserMessageError) as error:
        render(history, repository, answers, vcs_ref="v3.0.0", overwrite=True)
    assert str(error.value) == (
        f"{FIXTURE}: write another with --data 'asset_names={{customers: NAME}}'; "
        "it belongs to the scaffold job of acme"
    )
    assert Rendered(repository).files == before


def test_so_are_they_by_the_command(repository: Path, history: Path, command: Command) -> None:
    answers = STRIPE | {"tenant_id": "globex", "asset_version": "2.0", "scaffold": "two"}
    render(history, repository, answers, vcs_ref="v3.0.0", overwrite=True)
    release(repository, "two")
    result = command(repository, "update", ".copier-answers.globex.two.yml", "--data", "fixtures=yes")
    other = "write another with --data 'asset_names={customers: NAME}'"
    assert (result.status, f"{FIXTURE}: {other}; it belongs to the scaffold job of acme" in result.out) == (1, True)
    assert git(repository, "status", "--porcelain") == ""


def test_a_move_takes_the_edits_in_them_along(repository: Path, command: Command) -> None:
    text_of(FIXTURE, "alex.example@example.com", "edited@example.com")(repository)
    commit(repository)
    result = command(repository, "update", FILE_OF, "--data", "asset_names={customers: people}")
    assert result.status == 0, result.out
    assert not (repository / FIXTURE).exists()
    assert "edited@example.com" in (repository / "tests/fixtures/stripe/people.jsonl").read_text(encoding="utf-8")
