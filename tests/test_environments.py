"""Several environments: one asset, one job per environment, and the jobs share nothing that they should not."""

from collections.abc import Mapping
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest
import yaml

from dativo_generator.answers.model import ENVIRONMENTS
from dativo_generator.answers.profiles import Profiles
from dativo_generator.answers.questions import QUESTIONS
from dativo_generator.answers.questions.environments import VARYING
from dativo_generator.answers.scaffold import Scaffold
from dativo_generator.base.errors import AnswerError, DativoError
from dativo_generator.plan.plan import plan
from dativo_generator.questionnaire.unattended import split, spread
from fleets import Command, build
from support import EXAMPLES, PACK, Rendered, answers_for, git, load_answers, release, render

THREE = {"environments": list(ENVIRONMENTS)}
ORDERS = {
    "tenant_id": "acme",
    "source_connector": "postgres",
    "tables": ["public.orders"],
    "target_connector": "s3",
    "fields": {"orders": {"id": "integer required", "updated_at": "timestamp"}},
}


def jobs_of(answers: Mapping[str, Any]) -> dict[str, list[dict[str, Any]]]:
    """Plan answers, and return the jobs by environment."""
    found: dict[str, list[dict[str, Any]]] = {}
    for job in plan(PACK, answers)["jobs"]:
        found.setdefault(job["data"]["environment"], []).append(job)
    return found


# --- what is written --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_assets_are_written_once_and_jobs_for_each(path: Path) -> None:
    answers = load_answers(path)
    one, several = plan(PACK, answers), plan(PACK, answers | {"environment": "dev"} | THREE)
    assert several["assets"] == one["assets"] and several["fixtures"] == one["fixtures"]
    jobs = jobs_of(answers | {"environment": "dev"} | THREE)
    assert list(jobs) == list(ENVIRONMENTS)
    names = [job["path"].rsplit("/", 1)[1] for job in one["jobs"]]
    tenant = answers["tenant_id"]
    for environment, own in jobs.items():
        assert [job["path"] for job in own] == [f"jobs/{tenant}/{environment}/{name}" for name in names]
        assert [job["data"]["asset_path"] for job in own] == [job["data"]["asset_path"] for job in one["jobs"]]


PAIRS = [(source, target) for source in PACK.with_role("source") for target in PACK.with_role("target")]


@pytest.mark.parametrize(("source", "target"), PAIRS, ids=lambda one: one.id)
def test_no_two_environments_share_a_place_a_state_or_a_list_of_variables(source: Any, target: Any) -> None:
    jobs = jobs_of(answers_for(source, target) | THREE)
    for one, other in combinations(ENVIRONMENTS, 2):
        for mine, theirs in zip(jobs[one], jobs[other], strict=True):
            for keys in (("target", "connection"), ("source", "incremental", "state_path")):
                values = [value_at(job["data"], keys) for job in (mine, theirs)]
                assert values == [None, None] or values[0] != values[1]
    listed = [example["path"] for example in plan(PACK, answers_for(source, target) | THREE)["env_files"]]
    assert len(listed) == len(set(listed)) == len(ENVIRONMENTS)


def value_at(value: Any, keys: tuple[str, ...]) -> Any:
    for key in keys:
        value = (value or {}).get(key)
    return value or None


def test_a_schema_is_found_from_where_a_job_is(template: Path, tmp_path: Path) -> None:
    out = render(template, tmp_path / "out", ORDERS | THREE)
    for path in out.jobs:
        (line,) = [line for line in out.files[path].decode().splitlines() if "yaml-language-server" in line]
        schema = (out.root / path).parent / line.partition("=")[2]
        assert schema.resolve() == (out.root / "schemas/job.schema.json").resolve()


# --- one environment --------------------------------------------------------------------------------------------------


def test_the_usual_one_stands_in_no_path() -> None:
    (job,) = jobs_of(ORDERS)["dev"]
    assert job["path"] == "jobs/acme/postgres_orders_to_s3.yaml"
    assert job["data"]["target"]["connection"]["s3"]["bucket"] == "acme-data-lake"


def test_another_one_is_beside_it() -> None:
    (job,) = jobs_of(ORDERS | {"environment": "prod"})["prod"]
    assert job["path"] == "jobs/acme/prod/postgres_orders_to_s3.yaml"
    assert job["data"]["target"]["connection"]["s3"]["bucket"] == "acme-data-lake-prod"


@pytest.mark.parametrize("environment", ENVIRONMENTS)
@pytest.mark.parametrize("number", [1, 2])
def test_answers_files_of_before_keep_their_paths_and_meaning(number: int, environment: str) -> None:
    before = ORDERS | {"answers_format": number, "environment": environment, "data_product": "x"}
    (job,) = jobs_of(before | {"connection": {"host": "db-{environment}"}})[environment]
    assert job["path"] == "jobs/acme/postgres_orders_to_s3.yaml"
    assert job["data"]["target"]["connection"]["s3"]["bucket"] == "acme-data-lake"
    assert job["data"]["source"]["connection"]["host"] == "db-{environment}"


# --- what differs -----------------------------------------------------------------------------------------------------


def test_a_mapping_is_laid_over_that_of_all() -> None:
    connection = {"host": "db-dev", "database": "shop"}
    differing = {"prod": {"connection": {"host": "db-prod"}, "log_level": "WARNING"}}
    jobs = jobs_of(ORDERS | THREE | {"connection": connection, "per_environment": differing})
    said = {name: jobs[name][0]["data"] for name in jobs}
    assert {name: job["source"]["connection"] for name, job in said.items()} == {
        "dev": {"host": "db-dev", "port": "${PGPORT}", "database": "shop"},
        "staging": {"host": "db-dev", "port": "${PGPORT}", "database": "shop"},
        "prod": {"host": "db-prod", "port": "${PGPORT}", "database": "shop"},
    }
    assert {name: job["logging"]["level"] for name, job in said.items()} == {
        "dev": "INFO",
        "staging": "INFO",
        "prod": "WARNING",
    }


def test_a_placeholder_is_the_environment_of_each_job() -> None:
    jobs = jobs_of(ORDERS | THREE | {"bucket": "lake-{environment}", "connection": {"host": "{environment}.db"}})
    assert [jobs[name][0]["data"]["target"]["connection"]["s3"]["bucket"] for name in jobs] == [
        "lake-dev",
        "lake-staging",
        "lake-prod",
    ]
    assert [jobs[name][0]["data"]["source"]["connection"]["host"] for name in jobs] == [
        "dev.db",
        "staging.db",
        "prod.db",
    ]


@pytest.mark.parametrize("name", VARYING)
def test_what_may_differ_is_read_by_jobs_alone(name: str) -> None:
    assert QUESTIONS[name].varies
    assert name in QUESTIONS


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_what_differs_changes_no_asset(path: Path) -> None:
    answers = load_answers(path) | {"environment": "dev"} | THREE
    whole = Scaffold(PACK, answers)
    fit = [name for name in VARYING if not whole.inapplicable(name)]
    differing = {"prod": {name: whole.raw.get(name, whole.default(name)) for name in fit} | {"log_level": "ERROR"}}
    found = plan(PACK, answers | {"per_environment": differing})
    assert found["assets"] == plan(PACK, answers)["assets"]
    assert {job["data"]["logging"]["level"] for job in found["jobs"] if job["environment"] == "prod"} == {"ERROR"}


@pytest.mark.parametrize(
    ("answers", "message"),
    [
        ({"environments": ["dev", "dev"]}, "environments: 'dev' is listed twice"),
        ({"environments": ["Dev", "prod"]}, "environments: use 1 to 80 .*, not 'Dev'"),
        ({"environments": ["staging", "prod"]}, "environments: .*; 'dev' is not among them"),
        (
            THREE | {"per_environment": {"porod": {}}},
            "per_environment: .*'porod' is not an environment of",
        ),
        (THREE | {"per_environment": {"prod": ["bucket"]}}, "per_environment: prod: must be a mapping of answers"),
        (THREE | {"per_environment": {"prod": {"owner": "a@b.cc"}}}, "owner is the same in all environments"),
        (
            THREE | {"per_environment": {"prod": {"buket": "x"}}},
            "prod: did you mean 'bucket'",
        ),
        (THREE | {"per_environment": {"prod": {"log_level": "loud"}}}, "log_level: use one of"),
        (THREE | {"per_environment": {"prod": {"connection": {"password": "hunter2"}}}}, "literal secret"),
        ({"per_environment": {"dev": {}}}, "per_environment: leave the answer out; there is only one environment"),
    ],
)
def test_a_wrong_answer_is_refused(answers: dict[str, Any], message: str) -> None:
    with pytest.raises(AnswerError, match=message):
        plan(PACK, ORDERS | answers)


# --- profiles ---------------------------------------------------------------------------------------------------------


def write(root: Path, name: str, profile: Mapping[str, Any]) -> None:
    path = root / "profiles" / f"{name}.yml"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(yaml.safe_dump(dict(profile), sort_keys=False), encoding="utf-8")


PROFILES = {
    "_organisation": {"per_environment": {"prod": {"log_level": "ERROR", "bucket": "everybodys"}}, "bucket": "org"},
    "acme": {
        "per_environment": {"prod": {"log_level": "WARNING"}},
        "connectors": {
            "postgres": {"connection": {"host": "db"}, "per_environment": {"prod": {"connection": {"host": "pdb"}}}}
        },
    },
}


def presets(root: Path, **answers: Any) -> dict[str, Any]:
    raw = {"tenant_id": "acme", "source_connector": "postgres", **answers}
    return {name: preset.value for name, preset in Profiles(PACK, root).presets(raw, apart=True).items()}


@pytest.fixture
def profiles(tmp_path: Path) -> Path:
    for name, profile in PROFILES.items():
        write(tmp_path, name, profile)
    return tmp_path


def test_one_environment_takes_what_is_said_of_it(profiles: Path) -> None:
    assert presets(profiles) == {"bucket": "org", "connection": {"host": "db"}}
    prod = {"bucket": "everybodys", "log_level": "WARNING", "connection": {"host": "pdb"}}
    assert presets(profiles, environment="prod") == prod


def test_several_take_what_is_said_of_each(profiles: Path) -> None:
    differing = {"prod": {"log_level": "WARNING", "bucket": "everybodys", "connection": {"host": "pdb"}}}
    assert presets(profiles, **THREE) == {
        "bucket": "org",
        "connection": {"host": "db"},
        "per_environment": differing,
    }


def test_what_is_said_of_a_connector_goes_before_what_is_said_of_an_environment(tmp_path: Path) -> None:
    write(
        tmp_path,
        "acme",
        {"per_environment": {"prod": {"bucket": "aaa"}}, "connectors": {"postgres": {"bucket": "bbb"}}},
    )
    assert presets(tmp_path, environment="prod") == {"bucket": "bbb"}
    assert presets(tmp_path, **THREE) == {"bucket": "bbb", "per_environment": {"prod": {}}}


@pytest.mark.parametrize(
    ("profile", "message"),
    [
        ({"per_environment": {"prod": {"connection": {"host": "x"}}}}, "depends on the connector"),
        ({"per_environment": {"prod": {"log_level": "loud"}}}, "log_level: use one of"),
        ({"per_environment": {"prod": {"owner": "a@b.cc"}}}, "owner is the same in all environments"),
    ],
)
def test_a_wrong_profile_is_refused(profile: dict[str, Any], message: str, tmp_path: Path) -> None:
    write(tmp_path, "acme", profile)
    with pytest.raises(DativoError, match=message):
        presets(tmp_path)


# --- from one to several ----------------------------------------------------------------------------------------------


@pytest.fixture
def command(released: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Command:
    return Command(released, monkeypatch, capsys)


@pytest.fixture
def one(released: Path, tmp_path: Path) -> Path:
    """Return a repository with a scaffold of one environment, and an edit in its job."""
    repository = build(released, tmp_path / "one", "v1.0.0", {"orders": ORDERS})
    job = repository / "jobs/acme/postgres_orders_to_s3.yaml"
    job.write_text(job.read_text(encoding="utf-8").replace("level: INFO", "level: DEBUG"), encoding="utf-8")
    release(repository, "edited")
    return repository


SPREAD = ("--data", "environments=[dev, staging, prod]", "--data", "per_environment={prod: {bucket: prod-lake}}")


def bucket_of(job: Any) -> str:
    return job["target"]["connection"]["s3"]["bucket"]


def test_one_becomes_three_and_loses_no_edit(one: Path, command: Command) -> None:
    assert command(one, "update", *SPREAD).status == 0
    jobs = Rendered(one).jobs
    assert {job["environment"]: (job["logging"]["level"], bucket_of(job)) for job in jobs.values()} == {
        "dev": ("DEBUG", "acme-data-lake"),  # whose data stays where it is
        "staging": ("INFO", "acme-data-lake-staging"),
        "prod": ("INFO", "prod-lake"),
    }
    assert {path.rsplit("/", 2)[1] for path in jobs} == set(ENVIRONMENTS)
    assert command(one, "replay").status == 0 and command(one, "validate").status == 0


def test_a_dry_run_says_what_is_different_there(one: Path, command: Command) -> None:
    found = command(one, "update", *SPREAD, "--dry-run", "--json").json
    said = {change["key"]: (change["old"], change["new"]) for change in found["changes"]}
    assert said["prod: target.connection.s3.bucket"] == ("acme-data-lake", "prod-lake")
    assert said["staging: environment"] == ("dev", "staging")
    assert git(one, "status", "--porcelain") == ""


def test_another_environment_moves_the_jobs_and_the_edits_in_them(one: Path, command: Command) -> None:
    assert command(one, "update", "--data", "environment=prod").status == 0
    job = Rendered(one).job
    assert (job["environment"], job["logging"]["level"]) == ("prod", "DEBUG")
    assert list(Rendered(one).jobs) == ["jobs/acme/prod/postgres_orders_to_s3.yaml"]


def test_an_environment_more_moves_nothing(released: Path, tmp_path: Path, command: Command) -> None:
    two = {"environments": ["dev", "staging"]}
    repository = build(released, tmp_path / "two", "v1.0.0", {"orders": ORDERS | two})
    found = command(repository, "update", "--data", "environments=[dev, staging, prod]", "--json").json
    assert found["moves"] == {}
    assert set(Rendered(repository).jobs) == {f"jobs/acme/{name}/postgres_orders_to_s3.yaml" for name in ENVIRONMENTS}


def test_only_what_is_there_by_default_is_answered_for_it() -> None:
    said = ORDERS | {"bucket": "mine"}
    assert spread(PACK, said, said | THREE) == said | THREE
    assert spread(PACK, ORDERS, ORDERS | THREE)["per_environment"] == {"dev": {"bucket": "acme-data-lake"}}
    two = ORDERS | {"environments": ["dev", "prod"]}
    assert spread(PACK, ORDERS | THREE, two) == two


def test_copiers_update_moves_no_job(one: Path, released: Path) -> None:
    from copier import run_update
    from copier.errors import UserMessageError

    answers_file = ".copier-answers.acme.orders.yml"
    how = {"answers_file": answers_file, "defaults": True, "overwrite": True, "unsafe": True, "quiet": True}
    with pytest.raises(UserMessageError, match=r"dativo-generator update .* --data 'environments="):
        run_update(one, data=THREE, **how)


@pytest.fixture
def three(one: Path, command: Command) -> Path:
    """Return a repository with a scaffold of three environments, and edits in the jobs of two."""
    command(one, "update", *SPREAD)
    job = one / "jobs/acme/prod/postgres_orders_to_s3.yaml"
    job.write_text(job.read_text(encoding="utf-8").replace("level: INFO", "level: ERROR"), encoding="utf-8")
    release(one, "three")
    return one


def test_a_ring_of_one_scaffold_is_no_ring(three: Path, command: Command) -> None:
    result = command(three, "update", "--environment", "staging")
    assert result.status == 1
    assert "dativo-generator update .copier-answers.acme.orders.yml --split" in result.out
    assert command(three, "update", "--environment", "qa").status == 2
    assert git(three, "status", "--porcelain") == ""


def test_a_scaffold_is_split_and_loses_no_edit(three: Path, command: Command) -> None:
    before = {job["environment"]: job for job in Rendered(three).jobs.values()}
    result = command(three, "update", ".copier-answers.acme.orders.yml", "--split")
    assert result.status == 0, result.out
    after = Rendered(three)
    assert {job["environment"]: job for job in after.jobs.values()} == before
    assert [job["logging"]["level"] for job in before.values()] == ["DEBUG", "ERROR", "INFO"]
    names = ["orders", "orders_prod", "orders_staging"]
    assert [path for path in after.files if path.startswith(".copier-answers")] == [
        f".copier-answers.acme.{name}.yml" for name in names
    ]
    assert command(three, "replay").status == 0 and command(three, "validate").status == 0
    release(three, "split")
    assert command(three, "update", "--environment", "staging").status == 0


def test_one_environment_cannot_be_split(one: Path, command: Command) -> None:
    result = command(one, "update", ".copier-answers.acme.orders.yml", "--split")
    assert result.status == 1 and "has one environment" in result.out


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_what_is_split_does_what_it_did(path: Path) -> None:
    answers = load_answers(path) | {"environment": "dev"} | THREE
    before = jobs_of(answers)
    for part in split(PACK, answers):
        ((environment, jobs),) = jobs_of(part).items()
        assert [job["data"] for job in jobs] == [job["data"] for job in before[environment]]
