"""Generated files in an editor with the YAML language server: no false alarms, the registry's values, real mistakes."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft7Validator

from dativo_generator.answers.choices import summary
from dativo_generator.answers.questions import QUESTIONS
from dativo_generator.base.paths import profile_of
from dativo_generator.plan import vendored_schemas
from dativo_generator.registry.pack import Pack
from editor import Editor
from support import EXAMPLES, PACK, SHORT_PATH, Rendered, load_answers, render

JOB = "jobs/acme/stripe_customers_to_iceberg.yaml"
ASSET = "assets/stripe/v1.0/stripe_customers.yaml"
PROFILE = profile_of("acme")
APIS = [connector for connector in PACK.with_role("source") if connector.selection == "objects"]
DATABASES = [connector for connector in PACK.with_role("source") if connector.selection == "tables"]


@pytest.fixture(scope="session")
def out(template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a destination with every example, a scaffold of the short path, and a profile."""
    out = tmp_path_factory.mktemp("editor") / "out"
    for example in EXAMPLES:
        if example.stem != "stripe_customers":
            render(template, out, load_answers(example) | {"vendor": True, "fixtures": False}, overwrite=True)
    render(template, out, SHORT_PATH | {"retention_days": 7, "save_profile": True}, overwrite=True)
    return out


def text_of(out: Path, path: str) -> str:
    return (out / path).read_text(encoding="utf-8")


def test_nothing_is_underlined_in_what_is_generated(editor: Editor, out: Path) -> None:
    rendered = Rendered(out)
    files = [*rendered.assets, *rendered.jobs, PROFILE]
    assert {path: found for path in files if (found := editor.problems(out / path))} == {}
    assert all("# yaml-language-server: $schema=" in text_of(out, path) for path in files)


@pytest.mark.parametrize("role", ["source", "target"])
def test_the_registrys_connectors_are_offered_and_explained(role: str, editor: Editor, out: Path) -> None:
    text = re.sub(rf"^{role}_connector: .*$", f"{role}_connector: |", text_of(out, JOB), flags=re.MULTILINE)
    offered = editor.offers(out / JOB, text)
    assert offered.keys() == {connector.id for connector in PACK.with_role(role)}
    for connector in PACK.with_role(role):
        assert summary(connector, role) in offered[connector.id]


@pytest.mark.parametrize("source", APIS, ids=lambda connector: connector.id)
def test_the_objects_of_a_source_are_offered(source: Any, editor: Editor, out: Path) -> None:
    text = text_of(out, JOB).replace("source_connector: stripe", f"source_connector: {source.id}")
    text = text.replace("objects: [customers]", "objects:\n    - |")
    assert editor.offers(out / JOB, text).keys() == {*source.objects}


@pytest.mark.parametrize("source", [c for c in PACK.with_role("source") if len(c.engines) > 1], ids=lambda c: c.id)
def test_the_engines_of_a_source_are_offered(source: Any, editor: Editor, out: Path) -> None:
    text = f"# yaml-language-server: $schema=../../schemas/job.schema.json\nsource_connector: {source.id}\nsource:\n"
    assert editor.offers(out / JOB, f"{text}  engine:\n    type: |\n").keys() == {*source.engines}


def test_keys_are_offered_and_explained(editor: Editor, out: Path) -> None:
    offered = editor.offers(out / JOB, text_of(out, JOB).replace("  level: INFO", "  level: |"))
    assert offered.keys() == {*QUESTIONS["log_level"].fixed_choices}
    offered = editor.offers(out / JOB, text_of(out, JOB) + "\nretry_config:\n  |\n")
    assert offered.keys() >= {"max_attempts", "initial_delay_seconds"}
    shown = editor.hover(out / JOB, f"{header(out, JOB)}retry_config:\n  |max_attempts: 3\n")
    assert "How often the run is tried" in shown


def header(out: Path, path: str) -> str:
    return next(line for line in text_of(out, path).splitlines() if "$schema" in line) + "\n"


def test_types_and_labels_of_a_column_are_offered(editor: Editor, out: Path) -> None:
    first = "    - name: id\n      type: string\n"
    text = text_of(out, ASSET)
    offered = editor.offers(out / ASSET, text.replace(first, "    - name: id\n      type: |\n", 1))
    assert offered.keys() >= {"string", "integer", "timestamp"}
    offered = editor.offers(out / ASSET, text.replace(first, f"{first}      classification: |\n", 1))
    assert offered.keys() >= {*PACK.labels}


def test_answers_of_a_profile_are_offered_and_explained(editor: Editor, out: Path) -> None:
    offered = editor.offers(out / PROFILE, f"{header(out, PROFILE)}schema_mode: |\n")
    assert offered.keys() == {*QUESTIONS["schema_mode"].fixed_choices}
    offered = editor.offers(out / PROFILE, f"{header(out, PROFILE)}connectors:\n  |\n")
    assert offered.keys() == {*PACK.registry}
    assert "Retention in days" in editor.hover(out / PROFILE, f"{header(out, PROFILE)}|retention_days: 3\n")


def test_a_manifest_can_have_a_schema(editor: Editor, out: Path) -> None:
    head = "# yaml-language-server: $schema=schemas/manifest.schema.json\n"
    text = f"{head}scaffolds:\n  - source_connector: |\n"
    assert editor.offers(out / "jobs.yml", text).keys() == {connector.id for connector in PACK.with_role("source")}
    wrong = f"{head}scaffolds:\n  - bukket: x\n    schema_mode: moon\n"
    assert {line for line, _ in editor.problems(out / "jobs.yml", wrong)} == {3, 4}
    right = [load_answers(path) for path in EXAMPLES]
    assert editor.problems(out / "jobs.yml", head + yaml.safe_dump({"defaults": {}, "scaffolds": right})) == []


WRONG: dict[str, tuple[str, Callable[[str], str], str]] = {
    "a misspelt connector": (
        JOB,
        lambda text: text.replace("connector: stripe\n", "connector: strip\n"),
        "Valid values:",
    ),
    "a misspelt object": (JOB, lambda text: text.replace("[customers]", "[customer]"), '"customers"'),
    "an unknown key": (JOB, lambda text: text.replace("logging:", "loging:"), "loging is not allowed"),
    "a null": (JOB, lambda text: text.replace("level: INFO", "level:"), "Incorrect type|Valid values|not accepted"),
    "another kind": (JOB, lambda text: text.replace("objects: [customers]", "tables: [{name: a}]"), "tables"),
    "a strategy": (JOB, lambda text: text.replace("lookback_days: 1", "strategy: created"), "Valid values:"),
    "a type": (ASSET, lambda text: text.replace("type: timestamp", "type: daytime", 1), "Valid values:"),
    "a version": (ASSET, lambda text: text.replace('version: "1.0"', "version: 1.0"), 'Expected "string"'),
    "a label": (
        ASSET,
        lambda text: text.replace("classification: PII", "classification: 5", 1),
        "Valid values|string",
    ),
    "a profile": (PROFILE, lambda text: text.replace("retention_days: 7", "retention: 7"), "retention is not allowed"),
}


@pytest.mark.parametrize("case", WRONG)
def test_a_mistake_is_underlined_where_it_is(case: str, editor: Editor, out: Path) -> None:
    path, change, message = WRONG[case]
    before = text_of(out, path)
    after = change(before)
    (line,) = (
        n for n, (old, new) in enumerate(zip(before.split("\n"), after.split("\n"), strict=True), 1) if old != new
    )
    found = editor.problems(out / path, after)
    assert found and {where for where, _ in found} == {line}, found
    assert re.search(message, " ".join(said for _, said in found)), found


def test_incremental_is_refused_where_the_registry_has_none(editor: Editor, out: Path) -> None:
    (path,) = (path for path in Rendered(out).jobs if "s3_events" in path)
    text = text_of(out, path).replace("source:\n", "source:\n  incremental: {lookback_days: 1}\n", 1)
    assert [line for line, _ in editor.problems(out / path, text)] == [
        text[: text.index("  incremental")].count("\n") + 1
    ]


def test_a_job_that_names_no_connector_is_as_good(editor: Editor, out: Path) -> None:
    text = re.sub(r"^(source|target)_connector: .*\n", "", text_of(out, JOB), flags=re.MULTILINE)
    assert editor.problems(out / JOB, text) == []


@pytest.mark.parametrize("target", PACK.with_role("target"), ids=lambda connector: connector.id)
def test_every_format_that_the_runner_takes_is_right(target: Any) -> None:
    schema = json.loads(vendored_schemas.vendored(PACK, vendored_schemas.JOB))
    job = dict.fromkeys(schema["required"], "x") | {"target_connector": target.id}
    for name in schema["definitions"]["target"]["properties"]["file_format"]["enum"]:
        assert Draft7Validator(schema).is_valid(job | {"target": {"file_format": name}}), name


# --- the schemas themselves -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", vendored_schemas.SCHEMAS)
def test_a_vendored_schema_is_one_and_stands_alone(name: str, out: Path) -> None:
    schema = json.loads(text_of(out, name))
    Draft7Validator.check_schema(schema)
    refs = re.findall(r'"\$ref": "([^"]*)"', text_of(out, name))
    assert all(ref.startswith("#/definitions/") and ref.split("/")[2] in schema["definitions"] for ref in refs)


def test_what_is_generated_fits_the_vendored_schemas(out: Path) -> None:
    rendered = Rendered(out)
    for name, files in (("job", rendered.jobs), ("asset", rendered.assets), ("profile", rendered.parsed("profiles/"))):
        validator = Draft7Validator(json.loads(text_of(out, f"schemas/{name}.schema.json")))
        assert files and [path for path, value in files.items() if list(validator.iter_errors(value))] == []


def test_a_large_registry_gives_a_schema_of_reasonable_size(own_template: Path) -> None:
    registry = own_template / "registry" / "connectors.yaml"
    data = yaml.safe_load(registry.read_text(encoding="utf-8"))
    entry = data["connectors"]["stripe"]
    data["connectors"] |= {f"api{number}": entry for number in range(1000)}
    registry.write_text(yaml.safe_dump(data), encoding="utf-8")
    text = vendored_schemas.vendored(Pack(own_template), vendored_schemas.JOB)
    assert len(text) < 300 * 1000
