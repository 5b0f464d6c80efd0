"""`dativo-generator remove`: what it deletes, what it keeps, and that it leaves no new problem."""

from collections.abc import Callable
from pathlib import Path

import pytest

from dativo_generator.answers.questions import QUESTIONS
from dativo_generator.answers.scaffold import Scaffold
from dativo_generator.fleet.change import Change
from dativo_generator.fleet.removal import less
from dativo_generator.plan.plan import plan
from dativo_generator.validation.findings import Finding
from dativo_generator.validation.repository import validate
from dativo_generator.validation.rules import ERROR
from fleets import SCAFFOLDS, STRIPE, Command, answers_files, build, copied, steady
from support import EXAMPLES, PACK, Rendered, git, load_answers, release

SEVERAL_ENVIRONMENTS = {
    "source_connector": "postgres",
    "tables": ["hr.staff", "hr.teams"],
    "target_connector": "minio",
    "environments": ["dev", "prod"],
    "per_environment": {"prod": {"log_level": "WARNING"}},
    "fixtures": True,
}
ALL = steady() | SCAFFOLDS | {"staff": SEVERAL_ENVIRONMENTS}
NAMES = [f".copier-answers.{ALL[name].get('tenant_id', 'acme')}.{name}.yml" for name in ALL]
STRIPES = ".copier-answers.acme.stripe_customers.yml"
JOB, ASSET = "jobs/acme/stripe_customers_to_iceberg.yaml", "assets/stripe/v1.0/stripe_customers.yaml"
SHARED = ("registry/", "schemas/", "connectors/", "tests/fixtures/test", ".github/", ".gitlab/")
# Written by hand, for the asset and the recipes of a scaffold.
OWN_JOB = "jobs/acme/own.yaml"


@pytest.fixture(scope="session")
def built(history: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build(history, tmp_path_factory.mktemp("built") / "out", "v1.0.0", ALL)


@pytest.fixture
def out(built: Path, tmp_path: Path) -> Path:
    return copied(built, tmp_path / "out")


def errors(root: Path) -> set[Finding]:
    return {finding for finding in validate(root, PACK) if finding.severity == ERROR}


def committed(root: Path) -> Path:
    """Commit what is there; returns the folder."""
    git(root, "add", "--all")
    git(root, "commit", "--quiet", "--allow-empty", "--message", "next")
    return root


def edit(root: Path, path: str, change: Callable[[str], str]) -> None:
    """Change a file by hand, and commit."""
    (root / path).write_text(change((root / path).read_text(encoding="utf-8")), encoding="utf-8")
    committed(root)


def write_own_job(root: Path) -> None:
    """Write a job by hand that reads what a scaffold's job reads."""
    text = (root / JOB).read_text(encoding="utf-8").split("\n", 3)[3]
    (root / OWN_JOB).write_text(text.replace("tenant_id: acme", "tenant_id: other"), encoding="utf-8")
    committed(root)


def assert_is_sound(root: Path, command: Command, before: set[Finding]) -> None:
    """Check that a replay has nothing to say, and `validate` nothing new."""
    committed(root)
    said = command(root, "replay", "--json")
    if answers_files(root):
        found = [*said.json["files"], *(file for one in said.json["answers"] for file in one["files"])]
        assert {file["state"] for file in found} <= {"clean"}
        assert not said.json["failed"]
    assert errors(root) <= before


@pytest.mark.parametrize("name", NAMES)
def test_a_scaffold_goes_with_all_that_it_gives_and_nothing_else(name: str, out: Path, command: Command) -> None:
    before, wrong = Rendered(out).files, errors(out)
    result = command(out, "remove", name)
    after = Rendered(out).files
    gone = before.keys() - after.keys()
    tenant, scaffold = name.removeprefix(".copier-answers.").removesuffix(".yml").split(".")
    own = {path for path, text in before.items() if f"scaffold {scaffold} of {tenant}".encode() in text}
    reused = {ASSET} if name == STRIPES else set()
    assert result.status == 0
    assert gone - {path for path in gone if path.startswith((*SHARED, "tests/"))} == own - reused
    assert {path for path in after if after[path] != before[path]} == reused
    assert_is_sound(out, command, wrong)


def test_all_of_them_at_once_leave_nothing(out: Path, command: Command) -> None:
    assert command(out, "remove", *NAMES).status == 0
    assert Rendered(out).files == {}


def test_a_dry_run_says_the_same_and_writes_nothing(out: Path, command: Command) -> None:
    before = Rendered(out).files
    said = command(out, "remove", STRIPES, "--dry-run", "--json").json
    assert Rendered(out).files == before
    assert command(out, "remove", STRIPES, "--json").json == said | {"dry_run": False}
    assert said["files"] == {STRIPES: "deleted", JOB: "deleted", ASSET: "written"} | {
        path: "deleted" for path in said["files"] if path.startswith("variables/")
    }


def test_an_asset_that_another_scaffold_reuses_stays_as_ones_own(out: Path, command: Command) -> None:
    before = (out / ASSET).read_text(encoding="utf-8")
    said = command(out, "remove", STRIPES, "--json").json
    assert said["kept"] == {ASSET: "jobs/umbrella/stripe_customers_to_iceberg.yaml needs it"}
    assert (out / ASSET).read_text(encoding="utf-8") == before.split("\n", 2)[2]
    assert_is_sound(out, command, errors(out))


def test_what_a_job_by_hand_needs_stays(history: Path, tmp_path: Path, command: Command) -> None:
    out = build(history, tmp_path / "out", "v1.0.0", {"stripe_customers": STRIPE})
    write_own_job(out)
    wrong = errors(out)
    said = command(out, "remove", STRIPES, "--json").json
    assert {path: why for path, why in said["kept"].items() if why == f"{OWN_JOB} needs it"}.keys() == {
        ASSET,
        "connectors/iceberg.yaml",
        "connectors/stripe.yaml",
    }
    assert {path.partition("/")[0] for path in said["kept"]} == {"assets", "connectors", "registry", "schemas"}
    assert set(Rendered(out).files) == {*said["kept"], OWN_JOB}
    assert errors(out) <= wrong


def test_an_edit_is_told_first_and_stays(out: Path, command: Command) -> None:
    edit(out, JOB, lambda text: text + "retry_config: {max_attempts: 5}\n")
    wrong = errors(out)
    result = command(out, "remove", STRIPES)
    assert result.out.splitlines()[0] == f"{'edited by hand':<19}{JOB}"
    assert f"{'kept':<19}{JOB}: it was edited by hand" in result.out.splitlines()
    assert "stripe_customers of acme" not in (out / JOB).read_text(encoding="utf-8")
    assert (out / ASSET).exists()
    assert_is_sound(out, command, wrong)


def test_an_edit_goes_with_force(out: Path, command: Command) -> None:
    edit(out, JOB, lambda text: text + "retry_config: {max_attempts: 5}\n")
    result = command(out, "remove", STRIPES, "--force")
    assert result.out.splitlines()[0] == f"{'edited by hand':<19}{JOB}: deleted with the edits in it"
    assert not (out / JOB).exists()
    assert (out / ASSET).exists(), "another scaffold needs it, force or not"


def test_the_fixture_of_an_asset_that_stays_stays(history: Path, tmp_path: Path, command: Command) -> None:
    reuses = STRIPE | {"tenant_id": "umbrella", "assets": "reuse"}
    out = build(history, tmp_path / "out", "v1.0.0", {"one": STRIPE | {"fixtures": True}, "reuses": reuses})
    wrong = errors(out)
    said = command(out, "remove", ".copier-answers.acme.one.yml", "--json").json
    fixture = "tests/fixtures/stripe/stripe_customers.jsonl"
    assert said["kept"] == {
        ASSET: "jobs/umbrella/stripe_customers_to_iceberg.yaml needs it",
        fixture: f"{ASSET} names it",
        "tests/fixtures/test_dativo_fixtures.py": f"it tests {fixture}",
    }
    assert_is_sound(out, command, wrong)


def test_shared_files_are_those_of_the_newest_that_is_left(history: Path, tmp_path: Path, command: Command) -> None:
    scaffolds = {"one": STRIPE, "two": STRIPE | {"tenant_id": "globex", "asset_names": {"customers": "other"}}}
    out = build(history, tmp_path / "out", "v1.0.0", scaffolds)
    before = Rendered(out).files
    command(out, "update", ".copier-answers.acme.one.yml")
    committed(out)
    assert command(out, "remove", ".copier-answers.acme.one.yml").status == 0
    after = Rendered(out).files
    assert after == {path: text for path, text in before.items() if path in after}
    assert_is_sound(out, command, errors(out))


# --- objects ----------------------------------------------------------------------------------------------------------

SEVERAL = [path for path in EXAMPLES if len(Scaffold(PACK, load_answers(path)).items) > 1]


@pytest.mark.parametrize("path", SEVERAL, ids=lambda path: path.stem)
def test_less_answers_give_the_files_of_the_other_objects(path: Path) -> None:
    answers = load_answers(path)
    for item in Scaffold(PACK, answers).items:
        whole = plan(PACK, answers)
        left = plan(PACK, less(Scaffold(PACK, answers), answers, [item.object], "it"))
        for kind in ("assets", "jobs", "fixtures"):
            assert left[kind] == [file for file in whole[kind] if file["object"] != item.object]


def test_what_was_left_out_of_an_object_goes_along() -> None:
    answers = load_answers(SEVERAL[0])
    first, *_ = plan(PACK, answers)["jobs"]
    one = less(Scaffold(PACK, answers | {"left_out": [first["path"]]}), answers, [first["object"]], "it")
    assert "left_out" not in one
    assert one.keys() <= QUESTIONS.keys()


def test_a_table_that_a_pattern_means_is_excepted() -> None:
    answers = {
        "tenant_id": "acme",
        "source_connector": "postgres",
        "tables": ["sales.orders", "sales.items", "crm.people"],
        "target_connector": "s3",
        "table_patterns": ["sales.*"],
    }
    for name, patterns in (("orders", ["sales.*", "!sales.orders"]), ("people", ["sales.*"])):
        assert less(Scaffold(PACK, answers), answers, [name], "it")["table_patterns"] == patterns


def test_an_object_goes_at_the_version_of_its_scaffold(out: Path, command: Command) -> None:
    name = ".copier-answers.acme.csv_folder.yml"
    wrong, before = errors(out), Rendered(out).files
    result = command(out, "remove", name, "--object", "orders")
    gone = before.keys() - Rendered(out).files.keys()
    assert (result.status, gone) == (
        0,
        {"assets/csv/v1.0/csv_orders.yaml", "jobs/acme/prod/csv_orders_to_minio.yaml"},
    )
    assert "_commit: v1.0.0\n" in (out / name).read_text(encoding="utf-8")
    assert_is_sound(out, command, wrong)


def test_an_object_goes_from_every_environment(out: Path, command: Command) -> None:
    wrong, before = errors(out), Rendered(out).files
    result = command(out, "remove", ".copier-answers.acme.staff.yml", "--object", "teams")
    gone = before.keys() - Rendered(out).files.keys()
    assert result.status == 0
    assert gone == {path for path in before if "hr_teams" in path or "postgres_teams" in path}
    assert {path.split("/")[0] for path in gone} == {"assets", "jobs", "tests"}
    assert_is_sound(out, command, wrong)


def test_an_edited_job_of_an_object_stays_as_ones_own(out: Path, command: Command) -> None:
    name, job = ".copier-answers.acme.csv_folder.yml", "jobs/acme/prod/csv_orders_to_minio.yaml"
    edit(out, job, lambda text: text + "retry_config: {max_attempts: 5}\n")
    wrong = errors(out)
    said = command(out, "remove", name, "--object", "orders", "--json").json
    asset = "assets/csv/v1.0/csv_orders.yaml"
    assert said["edited"] == [job]
    assert said["kept"] == {asset: "a job that was edited by hand needs it", job: "it was edited by hand"}
    assert_is_sound(out, command, wrong)


# --- refusals ---------------------------------------------------------------------------------------------------------

REFUSED = {
    "no answers file": (
        [".copier-answers.acme.stripe_customer.yml"],
        "stripe_customers.yml'? there is no such answers file",
    ),
    "no object": ([STRIPES, "--object", "customer"], "--object: did you mean 'customers'? "),
    "the only object": ([STRIPES, "--object", "customers"], "--object: remove it whole with "),
    "objects of two": ([*NAMES[:2], "--object", "customers"], "--object: name the one scaffold"),
}


@pytest.mark.parametrize(("arguments", "said"), REFUSED.values(), ids=REFUSED)
def test_it_is_refused(arguments: list[str], said: str, out: Path, command: Command) -> None:
    before = Rendered(out).files
    result = command(out, "remove", *arguments)
    assert (result.status, said in result.err) == (2, True), result.err
    assert Rendered(out).files == before


def test_what_is_not_committed_is_not_lost(out: Path, command: Command) -> None:
    (out / JOB).write_text("x", encoding="utf-8")
    assert "commit or stash your changes first" in command(out, "remove", STRIPES).err


def test_a_scaffold_that_cannot_be_rendered_is_refused(out: Path, command: Command) -> None:
    edit(out, STRIPES, lambda text: text.replace("target_connector: iceberg", "target_connector: icebergs"))
    before = Rendered(out).files
    result = command(out, "remove", STRIPES)
    assert (result.status, "it cannot be rendered" in result.out) == (1, True)
    assert Rendered(out).files == before


def test_a_scaffold_that_belongs_elsewhere_is_refused(out: Path, command: Command) -> None:
    (out / STRIPES).rename(out / ".copier-answers.acme.other.yml")
    release(out, "moved")
    result = command(out, "remove", ".copier-answers.acme.other.yml")
    assert (result.status, f"its answers belong in {STRIPES}" in result.out) == (1, True)


def test_a_link_is_not_followed(out: Path, command: Command) -> None:
    (out / JOB).unlink()
    (out / JOB).symlink_to(out / ASSET)
    committed(out)
    before = Rendered(out).files
    result = command(out, "remove", STRIPES)
    assert (result.status, f"{JOB}: replace it; it is a symbolic link" in result.err) == (2, True)
    assert Rendered(out).files == before


def test_what_cannot_be_written_leaves_all_as_it_was(
    out: Path, command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = Rendered(out).files

    def full(self: Change) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Change, "replace", full)
    result = command(out, "remove", STRIPES)
    assert (result.status, "nothing was changed" in result.err) == (2, True)
    assert Rendered(out).files == before
