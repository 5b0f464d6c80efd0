"""`dativo-generator validate`: each problem with file, line and column, and the nearest right word."""

import json
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dativo_generator.validation.findings import Finding
from dativo_generator.validation.json_schemas import JsonSchemas
from dativo_generator.validation.repository import validate
from dativo_generator.validation.rules import ERROR, Rule, example_of, load_rules
from fleets import SCAFFOLDS, Command, build, copied, examples
from history import TAGS
from support import PACK, ROOT, edit_yaml

SHAPES = JsonSchemas(PACK.root)
RULES = load_rules(PACK.root)

INVALID = yaml.safe_load((ROOT / "tests" / "data" / "invalid.yml").read_text(encoding="utf-8"))
PATHS = {
    "stripe job": "jobs/acme/stripe_customers_to_iceberg.yaml",
    "postgres job": "jobs/acme/prod/postgres_orders_to_s3.yaml",
    "stripe asset": "assets/stripe/v1.0/stripe_customers.yaml",
}
# What is found in the examples as they are: file, rule and message.
WARNED: set[tuple[str, str, str]] = set()
CASES = [(PATHS[name], case) for name, cases in INVALID.items() for case in cases]


@pytest.fixture(scope="session")
def everything(published: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a repository with every example."""
    out = build(published, tmp_path_factory.mktemp("examples") / "out", "v1.0.0", examples())
    WARNED.update((finding.file, finding.rule, finding.message) for finding in validate(out, PACK, schemas=SHAPES))
    return out


@pytest.fixture
def repository(everything: Path, tmp_path: Path) -> Path:
    return copied(everything, tmp_path / "out")


def written(folder: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder


def found(repository: Path, **options: Any) -> list[Finding]:
    """List what is found beside what the scaffolds of the examples warned of."""
    findings = validate(repository, PACK, schemas=SHAPES, **options)
    return [finding for finding in findings if (finding.file, finding.rule, finding.message) not in WARNED]


def test_no_example_has_an_error(everything: Path) -> None:
    assert [finding for finding in validate(everything, PACK, schemas=SHAPES) if finding.severity == ERROR] == []


@pytest.mark.parametrize(("path", "case"), CASES, ids=[case["said"][:60] for _, case in CASES])
def test_what_is_wrong_is_found_at_its_place(path: str, case: dict[str, Any], repository: Path) -> None:
    text = (repository / path).read_text(encoding="utf-8")
    for old, new in ([case["old"], case["new"]], case.get("and", ["", ""])):
        assert old in text or "whole" in case
        text = text.replace(old, new, 1)
    text = case.get("whole", text)
    (repository / path).write_text(text, encoding="utf-8")
    at = text.index(case.get("at", case["new"].lstrip()))
    place = (text.count("\n", 0, at) + 1, at - (text.rfind("\n", 0, at) + 1) + 1)
    mine = [finding for finding in found(repository) if finding.file == path and finding.rule == case["rule"]]
    (finding,) = [finding for finding in mine if case["said"] in finding.message]
    assert finding.severity == case.get("severity", "error")
    assert (finding.line, finding.column) == place
    assert len(finding.message.splitlines()) == 1


@pytest.mark.parametrize("rule", [rule for rule in RULES.values() if rule.example], ids=lambda rule: rule.id)
def test_an_example_has_the_findings_of_its_rule_and_no_others(rule: Rule, tmp_path: Path) -> None:
    assert {finding.rule for finding in found(written(tmp_path, example_of(PACK.root, rule)))} == {
        rule.id,
        *rule.example.also,
    }


def test_every_rule_has_an_example() -> None:
    # The others take a link, a version of the pack, an option, or answers.
    assert {rule.id for rule in RULES.values() if not rule.example} == {
        "link",
        "vendored",
        "answers",
        "cloud",
        "guessed",
        "guessed-owner",
    }


def test_every_rule_that_code_names_is_one() -> None:
    code = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "extensions").rglob("validation/*.py"))
    code += "".join((ROOT / "schemas" / f"{name}.schema.json").read_text(encoding="utf-8") for name in ("job", "asset"))
    assert [rule for rule in RULES if rule not in ("vendored", "answers") and f'"{rule}"' not in code] == []


# --- variables --------------------------------------------------------------------------------------------------------

LINK = replace(RULES["link"], example=None)
JOB, LISTED = "jobs/acme/orders.yaml", "variables/acme/.env.example"
# What the job without a finding reads and nothing else decides; AWS_REGION has a default.
READ = {
    "PGDATABASE": "source.connection.database",
    "PGPORT": "source.connection.port",
    "PGUSER": "source.connection.user",
    "PGPASSWORD": "source.connection.password",
    "S3_ENDPOINT": "target.connection.s3.endpoint",
    "AWS_ACCESS_KEY_ID": "target.connection.s3.access_key_id",
    "AWS_SECRET_ACCESS_KEY": "target.connection.s3.secret_access_key",
}


def unlisted(folder: Path, changes: dict[str, str], listed: str = "", **files: str) -> dict[str, str]:
    """Return the variables that a changed job reads and `listed` does not name, each with the key that it decides."""
    job = example_of(PACK.root, LINK)
    for old, new in changes.items():
        assert old in job[JOB]
        job[JOB] = job[JOB].replace(old, new, 1)
    findings = found(written(folder, job | {LISTED: listed} | files))
    said = [finding.message.split(": ", 1) for finding in findings if finding.rule == "variable"]
    return {message.removeprefix("list ").split()[0]: where for where, message in said}


def test_every_variable_that_a_job_reads_is_to_be_listed(tmp_path: Path) -> None:
    assert unlisted(tmp_path, {}) == READ


def test_what_is_listed_is_not_found_nor_what_does_as_well(tmp_path: Path) -> None:
    listed = "".join(f"{name}=\n" for name in READ if not name.startswith(("S3_", "AWS_")))
    assert unlisted(tmp_path, {}, f"{listed}MINIO_ENDPOINT=\nMINIO_ACCESS_KEY=\n# AWS_SECRET_ACCESS_KEY=\n") == {}


def test_what_another_environment_lists_says_nothing(tmp_path: Path) -> None:
    everything = "".join(f"{name}=\n" for name in READ)
    others = {"variables/acme/prod/x.env.example": everything, "variables/acme/staging/x.env.example": "PGPORT=\n"}
    staging = {"environment: prod": "environment: staging"}
    assert unlisted(tmp_path / "own", staging, **others).keys() == READ.keys() - {"PGPORT"}
    assert unlisted(tmp_path / "none", {}, **others) == {}


CONNECTION = 'connection: {host: db.acme.internal, database: "${PGDATABASE}"}'


@pytest.mark.parametrize(
    ("changes", "more", "less"),
    [
        ({CONNECTION: ""}, {"PGHOST": "source.connection.host"}, []),
        ({"database: ": 'user: me, password: "${SECRET:-x}", database: '}, {}, ["PGUSER", "PGPASSWORD"]),
        ({"${PGDATABASE}": "${database}"}, {"database": "source.connection.database"}, ["PGDATABASE"]),
        (
            {CONNECTION: "custom_reader: a.py:B\n  credentials: {key: '${KEY}'}"},
            {"KEY": "source.credentials.key"},
            [name for name in READ if name.startswith("PG")],
        ),
        (
            {"asset_path: ": "asset_path: ${APP}/", "connectors/s3": "${APP}/connectors/s3"},
            {"APP": "target_connector_path"},
            [],
        ),
        ({"bucket: acme-lake": "region: eu-1"}, {"S3_BUCKET": "target.connection.s3.bucket"}, []),
        ({"bucket: acme-lake": "bucket: '${LAKE}'"}, {}, []),  # which is not expanded
        (
            {"target:": "catalog: {type: databricks_unity, connection: {workspace_url: x}}\ntarget:"},
            {"DATABRICKS_ACCESS_TOKEN": "catalog.connection.access_token"},
            [],
        ),
    ],
    ids=str,
)
def test_a_job_reads_what_it_names_and_what_it_leaves_out(
    changes: dict[str, str], more: dict[str, str], less: list[str], tmp_path: Path
) -> None:
    assert unlisted(tmp_path, changes) == {name: READ[name] for name in READ if name not in less} | more


def test_the_recipe_that_a_job_names_says_which_token_it_is(tmp_path: Path) -> None:
    recipes = {f"connectors/{name}.yaml": PACK.text(f"connectors/{name}.yaml") for name in ("stripe", "s3")}
    recipes["connectors/stripe.yaml"] = recipes["connectors/stripe.yaml"].replace("STRIPE_API_KEY", "SHOP_KEY")
    changes = {
        "source_connector: postgres\nsource_connector_path: connectors/postgres": (
            "source_connector: stripe\nsource_connector_path: connectors/stripe"
        ),
        "tables:\n    - {name: public.orders, object: orders}": "objects: [charges]",
        CONNECTION: "",
    }
    database = [name for name in READ if name.startswith("PG")]
    expected = {name: READ[name] for name in READ if name not in database} | {"SHOP_KEY": "source.credentials"}
    assert unlisted(tmp_path, changes, **recipes) == expected


def test_what_a_recipe_fills_in_is_read_where_the_job_has_no_block(tmp_path: Path) -> None:
    recipes = {f"connectors/{name}.yaml": PACK.text(f"connectors/{name}.yaml") for name in ("postgres", "s3")}
    text = recipes["connectors/s3.yaml"].replace("${S3_ENDPOINT}", "${LAKE_URL}").replace("${S3_BUCKET}", "lake")
    assert "S3_ENDPOINT" in unlisted(tmp_path / "own", {}, **recipes | {"connectors/s3.yaml": text})
    changes = {"target:\n  connection:\n    s3: {bucket: acme-lake}\n": "target: {}\n"}
    read = unlisted(tmp_path / "recipe", changes, **recipes | {"connectors/s3.yaml": text})
    assert read["LAKE_URL"] == "target.connection.s3.endpoint"
    assert "S3_ENDPOINT" not in read
    assert "AWS_REGION" in read  # the recipe names it, and without a default


def test_no_example_reads_what_its_scaffold_does_not_list(everything: Path) -> None:
    assert list(everything.glob("variables/*/*.env.example"))
    assert [finding for finding in validate(everything, PACK, schemas=SHAPES) if finding.rule == "variable"] == []


def test_the_name_of_a_secret_file_is_not_expanded(tmp_path: Path) -> None:
    files = example_of(PACK.root, RULES["file-id"])
    recipe = PACK.text("connectors/gdrive_csv.yaml").replace("{tenant}", "${TENANT}")
    files |= {"connectors/gdrive_csv.yaml": recipe, "connectors/s3.yaml": PACK.text("connectors/s3.yaml")}
    (finding,) = [finding for finding in found(written(tmp_path, files)) if finding.rule == "expansion"]
    assert "the recipe's '/secrets/${TENANT}/gdrive.json' is not expanded" in finding.message


# --- between files ----------------------------------------------------------------------------------------------------


def test_two_jobs_that_write_to_one_place(repository: Path) -> None:
    shutil.copy(repository / PATHS["stripe job"], repository / "jobs" / "acme" / "again.yaml")
    findings = [finding for finding in found(repository) if finding.rule == "same-place"]
    assert {finding.file for finding in findings} == {PATHS["stripe job"]}
    assert "jobs/acme/again.yaml writes to " in findings[0].message


def test_two_assets_of_one_name(repository: Path) -> None:
    shutil.copy(repository / PATHS["stripe asset"], repository / "assets" / "copy.yaml")
    rules = {(finding.rule, finding.file, finding.severity) for finding in found(repository)}
    assert rules == {
        ("orphan", "assets/copy.yaml", "warning"),
        ("same-asset", PATHS["stripe asset"], "error"),
    }


def test_an_asset_that_no_job_fills(repository: Path) -> None:
    (repository / PATHS["stripe job"]).unlink()
    (finding,) = found(repository)
    assert (finding.file, finding.rule, finding.severity) == (PATHS["stripe asset"], "orphan", "warning")


def test_what_the_runner_builds_anew_may_be_anything(repository: Path) -> None:
    asset = repository / PATHS["stripe asset"]
    text = asset.read_text(encoding="utf-8")
    for value, rule in (("nobody", "no-effect"), ("{owner: 3}", "no-effect"), ("", "empty")):
        asset.write_text(text.replace("  governance:", f"  team: {value}\n  governance:", 1), encoding="utf-8")
        assert [finding.rule for finding in found(repository)] == [rule]
    asset.write_text(text.replace("  governance:", "  team: nobody\n  _:", 1), encoding="utf-8")
    assert {finding.rule for finding in found(repository)} >= {"schema"}


def test_a_link_is_not_read(repository: Path, tmp_path: Path) -> None:
    (tmp_path / "secret.yaml").write_text("password: hunter2")
    (repository / "jobs" / "acme" / "link.yaml").symlink_to(tmp_path / "secret.yaml")
    (finding,) = found(repository)
    assert (finding.file, finding.rule) == ("jobs/acme/link.yaml", "link")
    assert "hunter2" not in finding.message


def test_a_source_that_is_forbidden_in_cloud(repository: Path) -> None:
    assert {finding.rule for finding in found(repository, cloud=True)} == {"cloud"}


def test_a_scaffold_for_cloud_is_held_to_it(repository: Path) -> None:
    file = repository / ".copier-answers.acme.postgres_orders.yml"
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace("execution_mode: self_hosted", "execution_mode: cloud"), encoding="utf-8")
    findings = found(repository)
    assert {finding.rule for finding in findings} == {"cloud"}
    assert {Path(finding.file).stem.partition("_")[0] for finding in findings} == {"postgres"}


def test_hidden_and_nested_files_are_read_as_the_runner_does(repository: Path) -> None:
    for name in ("jobs/.hidden.yml", "jobs/a/b/c.yaml"):
        (repository / name).parent.mkdir(parents=True, exist_ok=True)
        (repository / name).write_text("x: 1\n")
    assert [finding.file for finding in found(repository)] == ["jobs/.hidden.yml", "jobs/a/b/c.yaml"]


@pytest.mark.parametrize(
    "content",
    [
        b"\xff\xfe",
        b"a: \x00",
        b"[" * 50_000,
        b"[" * 50_000 + b"]" * 50_000,
        b"a: &a [1]\nb: &b [*a, *a]\n",
        b"? [a]\n: 1",
    ],
)
def test_what_is_no_plain_document_is_one_line(content: bytes, repository: Path) -> None:
    (repository / "jobs" / "odd.yaml").write_bytes(content)
    findings = found(repository)
    assert {finding.file for finding in findings} == {"jobs/odd.yaml"}
    assert all(len(finding.message.splitlines()) == 1 for finding in findings)


def test_aliases_that_multiply_are_refused(repository: Path) -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 9)]
    (repository / "jobs" / "bomb.yaml").write_text("\n".join(lines))
    (finding,) = found(repository)
    assert finding.message == "not valid YAML: holds too many values"


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=5), inner, max_size=2),
    max_leaves=4,
)


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(data=st.data())
def test_whatever_is_written_nothing_but_findings_comes_out(
    data: st.DataObject, everything: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    if not out.exists():
        for name in PATHS.values():
            (out / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(everything / name, out / name)
    path = data.draw(st.sampled_from(sorted(PATHS.values())))
    value = yaml.safe_load((everything / path).read_text(encoding="utf-8"))
    for _ in range(data.draw(st.integers(1, 3))):
        section = value
        while True:
            keys = list(section) if isinstance(section, dict) else range(len(section))
            if not keys:
                break
            key = data.draw(st.sampled_from(keys))
            if not isinstance(section[key], dict | list) or not section[key] or data.draw(st.booleans()):
                section[key] = data.draw(VALUES)
                break
            section = section[key]
    (out / path).write_text(yaml.safe_dump(value, allow_unicode=True), encoding="utf-8")
    for finding in found(out):
        assert finding.line > 0 and finding.column > 0 and finding.rule in RULES
        assert len(finding.message.splitlines()) == 1
    shutil.copy(everything / path, out / path)


@pytest.fixture
def command(published: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Command:
    return Command(published, monkeypatch, capsys)


def test_the_command(repository: Path, command: Command) -> None:
    assert command(repository, "validate").status == 0
    (repository / PATHS["stripe job"]).unlink()
    assert (command(repository, "validate").status, command(repository, "validate", "--strict").status) == (0, 1)
    (repository / "jobs" / "odd.yaml").write_text("tenant: acme\n")
    result = command(repository, "validate")
    assert result.status == 1
    assert "jobs/odd.yaml:1:1: error: " in result.out
    told = command(repository, "validate", "--json").json
    assert {finding["rule"] for finding in told["findings"]} >= {"not-a-job", "orphan"}
    assert command(repository, "validate", "--cloud").status == 1


def test_an_error_that_is_turned_off_is_told(repository: Path, command: Command) -> None:
    job = repository / PATHS["stripe job"]
    text = job.read_text(encoding="utf-8").replace("asset: stripe_customers", "asset: people  # dativo: ignore=pair")
    job.write_text(text, encoding="utf-8")
    result = command(repository, "validate")
    line = next(number for number, line in enumerate(text.splitlines(), 1) if line.startswith("asset: "))
    said = "the job says 'people', the file 'stripe_customers' (pair)"
    assert f"{PATHS['stripe job']}:{line}:8: ignored error: asset: {said}" in result.out.splitlines()
    assert result.status == 0 and result.out.endswith(", 1 ignored error\n")
    assert [finding["rule"] for finding in command(repository, "validate", "--json").json["ignored"]] == ["pair"]


def test_a_registry_of_the_repository_is_no_rule(repository: Path, command: Command) -> None:
    job = yaml.safe_load((repository / PATHS["postgres job"]).read_text(encoding="utf-8"))
    registry = repository / "registry" / "connectors.yaml"
    edit_yaml(registry, lambda value: value["connectors"]["postgres"].update(allowed_in_cloud=True))
    assert job["source_connector_path"].endswith("/postgres.yaml")
    assert {finding.rule for finding in found(repository, cloud=True)} >= {"cloud"}
    result = command(repository, "validate", "--json")
    assert result.status == 1
    errors = [(f["file"], f["rule"]) for f in result.json["findings"] if f["severity"] == ERROR]
    assert errors == [("registry/connectors.yaml", "vendored")]


def test_a_vendored_file_may_be_written_otherwise(repository: Path, command: Command) -> None:
    for path in [*(repository / "registry").iterdir(), *(repository / "connectors").iterdir()]:
        edit_yaml(path, lambda value: None)
    for path in (repository / "schemas").glob("*.json"):
        path.write_text(json.dumps(json.loads(path.read_text(encoding="utf-8"))), encoding="utf-8")
    assert command(repository, "validate").status == 0


def test_a_vendored_file_of_an_older_version_is_right(
    history: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    old = build(history, tmp_path / "old", TAGS[-1], {"follows": SCAFFOLDS["follows"]})
    result = Command(history, monkeypatch, capsys)(old, "validate", "--json")
    assert (old / "registry" / "connectors.yaml").read_text() != PACK.text("registry/connectors.yaml")
    assert [finding for finding in result.json["findings"] if finding["rule"] == "vendored"] == []


def test_without_a_template_an_unknown_vendored_file_is_wrong(
    repository: Path, command: Command, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    edit_yaml(repository / "connectors" / "stripe.yaml", lambda value: value.update(type="other"))
    monkeypatch.setenv("DATIVO_TEMPLATE", str(tmp_path / "nowhere"))
    findings = command(repository, "validate", "--json").json["findings"]
    (finding,) = [finding for finding in findings if finding["rule"] == "vendored"]
    assert "nowhere" in finding["message"]


def test_a_recipe_that_has_left_the_pack_ends_no_check(
    repository: Path, own_template: Path, command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    edit_yaml(own_template / "registry" / "connectors.yaml", lambda value: value["connectors"].pop("stripe"))
    for name in ("connectors/stripe.yaml", "registry/fields/stripe.yaml"):
        (own_template / name).unlink()
    monkeypatch.setattr("dativo_generator.cli.validate.installed", lambda: own_template)
    findings = command(repository, "validate", "--json").json["findings"]
    assert {finding["file"] for finding in findings if finding["rule"] == "connector"} >= {PATHS["stripe job"]}


@pytest.mark.parametrize(
    ("old", "new", "at", "said"),
    [
        ("objects: [customers]", "objects: [customers", ": iceberg", "close the list with ]; not valid YAML"),
        ("tenant_id: acme", "tenant_id: &a acme", "&a", "write the value out; answers have no anchors or aliases"),
        ("_commit: ", "_comit: ", "", "_commit: is missing; a scaffold made with Copier from a tagged template has it"),
    ],
)
def test_a_damaged_answers_file_is_found_at_its_place(
    old: str, new: str, at: str, said: str, repository: Path, command: Command
) -> None:
    path = next(path for path in repository.glob(".copier-answers.*") if old in path.read_text(encoding="utf-8"))
    text = path.read_text(encoding="utf-8").replace(old, new)
    path.write_text(text, encoding="utf-8")
    result = command(repository, "validate", "--json")
    (finding,) = [finding for finding in result.json["findings"] if finding["rule"] == "answers"]
    begin = text.index(at)
    place = (text.count("\n", 0, begin) + 1, begin - text.rfind("\n", 0, begin))
    assert (result.status, finding["file"], finding["message"]) == (1, path.name, said)
    assert (finding["line"], finding["column"]) == place


def test_profiles_are_checked(repository: Path) -> None:
    folder = repository / "profiles"
    folder.mkdir()
    (folder / "acme.yml").write_text("owner: data@acme.com\nbucket: X\n", encoding="utf-8")
    (folder / "globex.yaml").write_text("owner: data@acme.com\n", encoding="utf-8")
    (folder / "Initech.yml").write_text("owner: data@acme.com\n", encoding="utf-8")
    (folder / "_organisation.yml").write_text("retention_days: 30\n", encoding="utf-8")
    (folder / "README.md").write_text("# Profiles\n", encoding="utf-8")
    findings = [(finding.file, finding.line) for finding in found(repository) if finding.rule == "profile"]
    assert findings == [("profiles/Initech.yml", 1), ("profiles/acme.yml", 2), ("profiles/globex.yaml", 1)]
