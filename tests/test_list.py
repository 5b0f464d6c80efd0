"""`dativo-generator list`: everything in a repository, generated or not, and which parts of the registry it uses."""

import csv
import io
import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from dativo_generator.answers.scaffold import Scaffold
from dativo_generator.base.asset_layout import body_of
from dativo_generator.fleet.in_use import in_use
from dativo_generator.fleet.inventory import Repository
from dativo_generator.fleet.source import Source
from dativo_generator.fleet.update import Selection
from dativo_generator.plan.plan import plan
from dativo_generator.registry.pack import Pack
from fleets import REFUSED, RENAMED, SCAFFOLDS, Command, build, copied, steady
from support import PACK, Rendered, git

ALL = steady() | SCAFFOLDS | RENAMED
STRIPES = ".copier-answers.acme.stripe_customers.yml"
JOB = "jobs/acme/stripe_customers_to_iceberg.yaml"


@pytest.fixture(scope="session")
def built(history: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build(history, tmp_path_factory.mktemp("built") / "out", "v1.0.0", ALL)


@pytest.fixture
def out(built: Path, tmp_path: Path) -> Path:
    return copied(built, tmp_path / "out")


def listed(command: Command, root: Path, *arguments: str) -> dict[str, Any]:
    """Return the scaffolds by name, as the command lists them."""
    return {row["scaffold"]: row for row in command(root, "list", "--json", *arguments).json["scaffolds"]}


def columns_with(label: str, root: Path, paths: list[str]) -> int:
    bodies = [body_of(yaml.safe_load((root / path).read_text(encoding="utf-8"))) for path in paths]
    return sum(column.get("classification") == label for body in bodies for column in body["schema"])


@pytest.mark.parametrize("name", ALL)
def test_a_scaffold_is_what_its_plan_says(name: str, built: Path, command: Command) -> None:
    row = listed(command, built)[name]
    answers = {"tenant_id": "acme", "scaffold": name} | ALL[name]
    scaffold, planned = Scaffold(PACK, answers), plan(PACK, answers)
    assets = [job["asset"] for job in planned["jobs"]]
    assert row["tenant"] == answers["tenant_id"]
    assert row["environments"] == list(scaffold.environments)
    assert (row["source"], row["target"], row["owner"]) == (scaffold.source.id, scaffold.target.id, scaffold["owner"])
    assert row["objects"] == [item.object for item in scaffold.items]
    assert row["version"] == "v1.0.0"
    assert {asset["path"] for asset in row["assets"]} == {asset["path"] for asset in planned["assets"]}
    assert {job["path"] for job in row["jobs"]} == {job["path"] for job in planned["jobs"]}
    assert {job["asset"] for job in row["jobs"]} == set(assets)
    labels = {label: count for label in PACK.labels if (count := columns_with(label, built, [*dict.fromkeys(assets)]))}
    assert row["labels"] == labels
    if not scaffold.reuses_assets:
        assert row["places"] == planned["places"]


@pytest.mark.parametrize("form", ["table", "tree", "csv", "mermaid", "json"])
def test_every_form_names_every_scaffold(form: str, built: Path, command: Command) -> None:
    result = command(built, "list", "--format", form)
    assert (result.status, result.err) == (0, "")
    names = [path for path in Rendered(built).files if path.startswith("assets/")] if form == "mermaid" else ALL
    assert all(re.search(rf"(?<!\w){re.escape(name)}(?!\w)", result.out) for name in names)


FILTERS: dict[str, tuple[list[str], Any]] = {
    "tenant": (["--tenant", "globex"], lambda answers: answers.get("tenant_id") == "globex"),
    "connector": (["--connector", "s3"], lambda a: "s3" in (a["source_connector"], a["target_connector"])),
    "environment": (["--environment", "staging"], lambda answers: answers.get("environment") == "staging"),
    "name": ([STRIPES], lambda answers: answers.get("scaffold") == "stripe_customers"),
}


@pytest.mark.parametrize(("arguments", "fits"), FILTERS.values(), ids=FILTERS)
def test_it_is_filtered_like_an_update(arguments: list[str], fits: Any, built: Path, command: Command) -> None:
    expected = {name for name, answers in ALL.items() if fits(answers)}
    assert set(listed(command, built, *arguments)) == expected


def test_a_job_and_an_asset_by_hand_are_listed_too(out: Path, command: Command) -> None:
    asset = "assets/stripe/v1.0/own.yaml"
    for before, after in ((JOB, "jobs/acme/own.yaml"), ("assets/stripe/v1.0/stripe_customers.yaml", asset)):
        text = (out / before).read_text(encoding="utf-8")
        (out / after).write_text(text.replace("stripe_customers", "own"), encoding="utf-8")
    said = command(out, "list", "--json").json
    (job,), (own,) = said["jobs"], said["assets"]
    assert (job["path"], job["tenant"], job["asset"]) == ("jobs/acme/own.yaml", "acme", asset)
    assert job["place"] == "s3://acme-data-lake/default/default/own/"
    assert (own["path"], own["object"]) == (asset, "customers")
    assert [line for line in command(out, "list").out.splitlines() if line.endswith("by hand")]
    assert not command(out, "list", "--json", "--tenant", "globex").json["jobs"]


def test_without_states_nothing_of_a_template_runs(built: Path, command: Command) -> None:
    command.monkeypatch.setenv("DATIVO_TEMPLATE", "/nowhere")
    assert command(built, "list").status == 0


def test_states_are_those_of_a_replay(out: Path, history: Path, command: Command) -> None:
    command(out, "update", STRIPES)
    (out / ".copier-answers.globex.follows.yml").write_text("x", encoding="utf-8")
    job = next(path for path in Rendered(out).files if path.startswith("jobs/initech/"))
    (out / job).write_text((out / job).read_text(encoding="utf-8") + "# mine\n", encoding="utf-8")
    rows = {row["file"]: row["state"] for row in command(out, "list", "--state", "--json").json["scaffolds"]}
    assert rows.pop(STRIPES) == "current"
    assert rows.pop(".copier-answers.globex.follows.yml") == "refused"
    assert rows.pop(".copier-answers.initech.pins.yml") == "behind, edited"
    assert set(rows.values()) == {"behind"}


def test_what_is_edited_at_the_newest_version_is_edited(out: Path, command: Command) -> None:
    command(out, "update", STRIPES)
    (out / JOB).write_text((out / JOB).read_text(encoding="utf-8") + "# mine\n", encoding="utf-8")
    (row,) = listed(command, out, STRIPES, "--state").values()
    assert row["state"] == "edited"


HOSTILE = ["[", "- 1", "asset: 1", "source: 1\ntarget: [2]\nasset_path: {}\n", "schema: 5\nasset: {schema: [1, {}]}"]


@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.parametrize("path", ["jobs/acme/x.yaml", "assets/x/v1/x.yaml", ".copier-answers.acme.x.yml"])
def test_what_is_no_job_is_listed_all_the_same(path: str, text: str, tmp_path: Path, command: Command) -> None:
    (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
    (tmp_path / path).write_text(text, encoding="utf-8")
    for form in ("table", "tree", "csv", "mermaid", "json"):
        result = command(tmp_path, "list", "--format", form)
        assert (result.status, result.err) == (0, "")


def test_a_spreadsheet_gets_no_formula(tmp_path: Path, command: Command) -> None:
    (tmp_path / "jobs").mkdir()
    (tmp_path / "jobs" / "x.yaml").write_text("tenant_id: =cmd()\n", encoding="utf-8")
    names, cells = csv.reader(io.StringIO(command(tmp_path, "list", "--format", "csv").out))
    assert dict(zip(names, cells, strict=True))["tenant"] == "'=cmd()"


def test_a_graph_shows_names_as_they_are(tmp_path: Path, command: Command) -> None:
    (tmp_path / "jobs").mkdir()
    (tmp_path / "jobs" / 'a"] --> b.yaml').write_text("tenant_id: acme\n", encoding="utf-8")
    for line in command(tmp_path, "list", "--format", "mermaid").out.splitlines()[1:]:
        assert re.fullmatch(
            r'  (\w+(\["[\w ./:#;-]*"\]|\("[\w ./:#;-]*"\)|\[\("[\w ./:#;-]*"\)\])'
            r'|\w+ -->(\|"[\w ./:#;-]*"\|)? \w+)',
            line,
        )


def test_a_folder_with_nothing_is_said(tmp_path: Path, command: Command) -> None:
    result = command(tmp_path, "list")
    assert (result.status, "run the command in a folder with answers files" in result.err) == (2, True)


# --- connectors -------------------------------------------------------------------------------------------------------


def test_every_connector_in_use_is_listed_with_its_versions(built: Path, command: Command) -> None:
    found = {
        (one["id"], one["role"]): one for one in command(built, "list", "--connectors", "--json").json["connectors"]
    }
    used = {(a[f"{role}_connector"], role) for a in ALL.values() for role in ("source", "target")}
    objects = {(f"{a['source_connector']}.{name}", "object") for a in ALL.values() for name in a.get("objects", ())}
    assert found.keys() == used | objects
    assert {tuple(one["versions"]) for one in found.values()} == {("v1.0.0",)}
    assert not [one for one in found.values() if one["gone"]]


def test_an_id_that_is_gone_says_what_became_of_it(history: Path, tmp_path: Path) -> None:
    out = build(history, tmp_path / "out", "v1.0.0", RENAMED | REFUSED)
    source = Source(str(history), tmp_path)
    newest = Pack(source.checkout(source.tags["v3.0.0"]))
    gone = {one.id: one.gone for one in in_use(Repository(out, newest).rows(Selection()), newest) if one.gone}
    assert gone == {
        "gdrive_csv": newest.lifecycle.fate("gdrive_csv"),
        "markdown_kv": newest.lifecycle.fate("markdown_kv"),
        "stripe.charges": newest.lifecycle.fate("stripe", "charges"),
    }
    assert all(gone.values())


@pytest.mark.parametrize("form", ["tree", "mermaid"])
def test_connectors_are_no_graph(form: str, built: Path, command: Command) -> None:
    result = command(built, "list", "--connectors", "--format", form)
    assert (result.status, result.err) == (
        2,
        f"Error: --connectors: use one of the formats table, csv, json, not {form}\n",
    )


def test_a_file_with_a_header_belongs_to_who_cannot_be_read(out: Path, command: Command) -> None:
    (out / STRIPES).write_bytes(
        (out / STRIPES).read_bytes().replace(b"target_connector: iceberg", b"target_connector: x")
    )
    git(out, "commit", "--quiet", "--all", "--message", "x")
    assert not command(out, "list", "--json").json["jobs"]
