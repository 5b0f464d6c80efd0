"""Profiles: the shared answers of a tenant or an organisation, how they are recorded, and how they change."""

import os
from pathlib import Path
from typing import Any

import pytest
import yaml
from copier.errors import UserMessageError

from dativo_generator.answers.profiles import Profiles, check
from dativo_generator.answers.questions import PROFILED, QUESTIONS
from dativo_generator.answers.questions.short_path import SECTIONS
from dativo_generator.answers.scaffold import Scaffold
from dativo_generator.base.errors import PackError
from dativo_generator.base.paths import ORGANISATION, profile_of
from dativo_generator.plan.plan import plan
from fleets import STRIPE, Command, copied
from support import PACK, Rendered, git, release, render
from terminal import DOWN, ENTER, SPACE, Terminal

PROFILE = {
    "owner": "data@acme.example.com",
    "tags": ["acme", "{object}"],
    "bucket": "{tenant}-{environment}",
    "environment": "prod",
    "connectors": {"iceberg": {"warehouse": "s3://lake/{tenant}/"}, "s3": {"bucket": "other"}},
}
ANSWERS = STRIPE | {"tenant_id": "acme"}


def write(root: Path, name: str, profile: Any) -> None:
    path = root / profile_of(name)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(profile if isinstance(profile, str) else yaml.safe_dump(profile), encoding="utf-8")


def values(root: Path, answers: dict[str, Any]) -> dict[str, Any]:
    return {name: preset.value for name, preset in Profiles(PACK, root).presets(answers, apart=True).items()}


def test_the_nearer_profile_goes_before_the_wider_one(tmp_path: Path) -> None:
    write(tmp_path, ORGANISATION, {"retention_days": 1, "owner": "a@b.cc", "connectors": {"stripe": {"bucket": "org"}}})
    write(tmp_path, "acme", {"retention_days": 2, "connectors": {"stripe": {"retention_days": 3}}})
    assert values(tmp_path, {"tenant_id": "other"}) == {"retention_days": 1, "owner": "a@b.cc"}
    assert values(tmp_path, {"tenant_id": "acme"}) == {"retention_days": 2, "owner": "a@b.cc"}
    stripe = {"tenant_id": "acme", "source_connector": "stripe"}
    assert values(tmp_path, stripe) == {"retention_days": 3, "owner": "a@b.cc", "bucket": "org"}


def test_placeholders_stand_for_tenant_and_environment(tmp_path: Path) -> None:
    write(tmp_path, "acme", {"bucket": "{tenant}-{environment}", "tags": ["{tenant}-{environment}", "{object}"]})
    said = {"bucket": "acme-{environment}", "tags": ["acme-prod", "{object}"]}
    assert values(tmp_path, {"tenant_id": "acme", "environment": "prod"}) == said
    before = Profiles(PACK, tmp_path).presets({"tenant_id": "acme", "environment": "prod"}, apart=False)
    assert before["bucket"].value == "acme-prod"


def test_what_a_profile_says_is_recorded_and_written(template: Path, tmp_path: Path) -> None:
    write(tmp_path / "out", "acme", PROFILE)
    out = render(template, tmp_path / "out", ANSWERS)
    taken = {
        "environment": "prod",
        "owner": "data@acme.example.com",
        "tags": ["acme", "{object}"],
        "bucket": "acme-{environment}",
        "warehouse": "s3://lake/acme/",
    }
    assert {name: out.answers[name] for name in taken} == taken
    assert out.answers["profiled"] == list(taken)
    assert plan(PACK, out.answers)["profiled"] == list(taken)
    assert out.job["target"]["connection"]["s3"]["bucket"] == "acme-prod"
    assert out.asset["asset"]["governance"]["tags"] == ["acme", "customers"]


def test_a_render_from_the_answers_needs_no_profile(template: Path, tmp_path: Path) -> None:
    write(tmp_path / "out", "acme", PROFILE)
    first = render(template, tmp_path / "out", ANSWERS)
    again = render(template, tmp_path / "again", first.answers)
    assert again.files == {name: text for name, text in first.files.items() if not name.startswith("profiles/")}


def test_an_answer_goes_before_a_profile(template: Path, tmp_path: Path) -> None:
    write(tmp_path / "out", "acme", PROFILE)
    out = render(template, tmp_path / "out", ANSWERS | {"bucket": "mine", "owner": PROFILE["owner"]})
    assert out.answers["bucket"] == "mine"
    assert not {"bucket", "owner"} & {*out.answers["profiled"]}


def test_what_does_not_fit_a_scaffold_is_not_taken(template: Path, tmp_path: Path) -> None:
    write(tmp_path / "out", "acme", PROFILE | {"branch": "main"})
    out = render(template, tmp_path / "out", ANSWERS | {"target_connector": "s3"})
    assert out.answers["bucket"] == "other"
    assert not {"branch", "warehouse"} & out.answers.keys()


def test_nothing_is_recorded_where_there_is_no_profile(template: Path, tmp_path: Path) -> None:
    assert "profiled" not in render(template, tmp_path / "out", ANSWERS).answers


WRONG = {
    "bucket: X\n": "profiles/acme.yml:1:1: bucket: use 3 to 63",
    "owner: data@acme.com\nretention_days: soon\n": "profiles/acme.yml:2:1: retention_days: write a whole number",
    "bukket: x\n": "profiles/acme.yml:1:1: bukket: did you mean 'bucket'? unknown key",
    "engine: airbyte\n": "profiles/acme.yml:1:1: engine: write it below connectors, under the connector's name",
    "fields: {id: string}\n": "profiles/acme.yml:1:1: fields: remove it; each scaffold answers it for itself",
    "owner:\n": "profiles/acme.yml:1:1: owner: give a value",
    "- a\n": "profiles/acme.yml:1:1: must be a mapping, not ['a']",
    "a: [\n": "profiles/acme.yml:2:1: complete the value, or close the bracket before it; not valid YAML",
    "connectors: {strip: {}}\n": "profiles/acme.yml:1:14: connectors.strip: did you mean 'stripe'?",
    "connectors:\n  stripe:\n    engine: spark\n": "profiles/acme.yml:3:5: connectors.stripe.engine: use one of",
    "connectors:\n  postgres:\n    connection: {host: h, pass: x}\n": (
        "profiles/acme.yml:3:5: connectors.postgres.connection: did you mean 'password'? unknown key 'pass'"
    ),
    '"[a": b\nowner: data@acme.com\n': "profiles/acme.yml:1:1: [a: use one of",
    '"{{ x }}": b\nowner: x\n': "profiles/acme.yml:1:1: {{ x }}: use one of",
    "owner: data@acme.com\n? [a]\n: b\n": "profiles/acme.yml:2:3: write text as the key; not valid YAML",
    "owner: data@acme.com\n1: b\n": "profiles/acme.yml:2:1: 1: put it in quotes; the key 1 is not text",
    "tags: [a, a]\n": "profiles/acme.yml:1:1: tags: 'a' is listed twice",
    "endpoint: 'https://u:secret@x.yy'\n": "profiles/acme.yml:1:1: endpoint: put it in the environment",
}


@pytest.mark.parametrize(("text", "message"), WRONG.items(), ids=WRONG.values())
def test_a_profile_is_checked_as_answers_are(text: str, message: str, tmp_path: Path) -> None:
    write(tmp_path, "acme", text)
    with pytest.raises(PackError) as error:
        check(PACK, tmp_path, "acme")
    assert str(error.value).startswith(message)


def test_a_wrong_profile_stops_a_scaffold(template: Path, tmp_path: Path) -> None:
    write(tmp_path / "out", ORGANISATION, "bucket: X\n")
    with pytest.raises(UserMessageError, match=r"^profiles/_organisation.yml:1:1: bucket: use 3 to 63"):
        render(template, tmp_path / "out", ANSWERS)
    assert [*Rendered(tmp_path / "out").files] == [profile_of(ORGANISATION)]


def test_what_is_wrong_for_one_scaffold_only_stops_that_one(template: Path, tmp_path: Path) -> None:
    write(tmp_path / "out", "acme", {"prefix": "raw/one"})
    render(template, tmp_path / "out", ANSWERS)
    with pytest.raises(UserMessageError, match=r"^profiles/acme.yml:1:1: prefix: put {asset} into it"):
        render(template, tmp_path / "out", ANSWERS | {"objects": ["charges", "invoices"], "scaffold": "two"})


def test_a_profile_holds_no_answer_that_makes_a_scaffold_what_it_is() -> None:
    assert {"tenant_id", "source_connector", "fields", "asset_version", "customize"} & {*PROFILED} == set()
    assert {"bucket", "warehouse", "catalog_uri", "endpoint", "owner", "tags", "retention_days", "environment"} <= {
        *PROFILED
    }
    assert all(QUESTIONS[name].of == "scaffold" for name in QUESTIONS if name not in PROFILED)


# --- a profile that is written by the questionnaire -------------------------------------------------------------------


def test_a_profile_is_written_on_request_and_taken_by_the_next(template: Path, tmp_path: Path) -> None:
    terminal = Terminal(["copy", "--trust", str(template), "out"], tmp_path, dict(os.environ))
    sources = [connector.id for connector in PACK.with_role("source")]
    targets = [connector.id for connector in PACK.with_role("target")]
    terminal.answer("Tenant", f"acme{ENTER}")
    terminal.answer("Environment", f"\x7f\x7f\x7fstaging{ENTER}")
    terminal.answer("Execution mode", ENTER)
    terminal.answer("Where the data comes from", DOWN * (sources.index("stripe") + 1) + ENTER)
    terminal.answer("Objects", SPACE + ENTER)
    terminal.answer("Where the data goes", DOWN * (targets.index("s3") + 1) + ENTER)
    terminal.answer("Owner", f"data-team@acme.com{ENTER}")
    terminal.answer("Name of this scaffold", ENTER)
    terminal.answer("Customize", DOWN * list(SECTIONS).index("governance") + SPACE + ENTER)
    terminal.answer("Tags", ENTER)
    terminal.answer("Retention in days", f"\x7f\x7f365{ENTER}")
    terminal.answer("Classification", ENTER)
    terminal.answer("Save a profile", "y")
    assert terminal.finish() == 0, terminal.text
    profile = yaml.safe_load((tmp_path / "out" / profile_of("acme")).read_text(encoding="utf-8"))
    assert profile == {
        "environment": "staging",
        "execution_mode": "self_hosted",
        "owner": "data-team@acme.com",
        "retention_days": 365,
    }
    out = render(template, tmp_path / "out", ANSWERS)
    assert out.parsed(".copier-answers.acme.stripe_to_iceberg")[".copier-answers.acme.stripe_to_iceberg.yml"][
        "profiled"
    ] == ["environment", "execution_mode", "owner", "retention_days"]


def test_a_saved_profile_holds_what_was_decided(template: Path, tmp_path: Path) -> None:
    answers = ANSWERS | {"bucket": "mine", "lookback_days": 3, "retention_days": 90, "save_profile": True}
    out = render(template, tmp_path / "out", answers)
    profile = yaml.safe_load(out.files[profile_of("acme")])
    # Nobody has named an owner, and a guess is no decision.
    assert profile == {
        "environment": "dev",
        "execution_mode": "self_hosted",
        "bucket": "mine",
        "connectors": {"stripe": {"lookback_days": 3}},
    }
    assert check(PACK, tmp_path / "out", "acme").value == profile
    assert "save_profile" not in out.answers
    names = ["environment", "execution_mode", "lookback_days", "bucket"]
    assert out.answers["profiled"] == names  # it follows what it has written, as the next ones do
    assert list(profile) == ["environment", "execution_mode", "bucket", "connectors"]


def test_a_profile_that_is_there_is_not_written_again(template: Path, tmp_path: Path) -> None:
    write(tmp_path / "out", "acme", "{}\n")
    with pytest.raises(
        UserMessageError, match=r"save_profile: leave the answer out; profiles/acme.yml exists already; edit that"
    ):
        render(template, tmp_path / "out", ANSWERS | {"save_profile": True})


# --- a profile that changes -------------------------------------------------------------------------------------------


def profiled(template: Path, destination: Path) -> Path:
    """Make a repository with a profile, and two scaffolds of v1.0.0 that follow it, one of them not in everything."""
    write(destination, "acme", PROFILE)
    render(template, destination, ANSWERS, vcs_ref="v1.0.0")
    own = ANSWERS | {"bucket": "mine", "objects": ["charges"], "scaffold": "own", "owner": "own@acme.com"}
    render(template, destination, own, vcs_ref="v1.0.0")
    release(destination, "start")
    return destination


@pytest.fixture
def command(published: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Command:
    return Command(published, monkeypatch, capsys)


@pytest.fixture(scope="session")
def built(published: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return profiled(published, tmp_path_factory.mktemp("profiled") / "out")


@pytest.fixture
def repository(built: Path, tmp_path: Path) -> Path:
    return copied(built, tmp_path / "out")


@pytest.fixture
def behind(released: Path, tmp_path: Path) -> Path:
    """Return such a repository of a template that has a newer release."""
    release(released, "v1.1.0")
    return profiled(released, tmp_path / "out")


def answers_of(repository: Path, scaffold: str) -> dict[str, Any]:
    return yaml.safe_load((repository / f".copier-answers.acme.{scaffold}.yml").read_text(encoding="utf-8"))


def test_a_changed_profile_is_taken_in_by_what_followed_it(repository: Path, command: Command) -> None:
    write(repository, "acme", {"bucket": "moved-{environment}", "environment": "prod", "retention_days": 7})
    assert command(repository, "update").status == 2, "the profile is not committed"
    before = answers_of(repository, "stripe_to_iceberg")
    result = command(repository, "update", "--profiles", "--json")
    assert result.status == 0, result.err
    effects = {entry["file"]: entry["effects"] for entry in result.json["answers"]}
    assert set(map(tuple, effects.values())) == {("follows", "profiled")}
    after, own = answers_of(repository, "stripe_to_iceberg"), answers_of(repository, "own")
    assert (after["bucket"], after["environment"], after["retention_days"]) == ("moved-{environment}", "prod", 7)
    assert not {"owner", "tags", "warehouse"} & after.keys() and {"tags", "warehouse"} <= before.keys()
    assert (own["bucket"], own["owner"], own["retention_days"]) == ("mine", "own@acme.com", 7)
    assert "moved-prod" in (repository / "jobs/acme/prod/stripe_customers_to_iceberg.yaml").read_text(encoding="utf-8")
    assert command(repository, "replay", "--strict").status == 0
    git(repository, "add", "--all")
    git(repository, "commit", "--quiet", "--message", "profile")
    assert command(repository, "update", "--profiles", "--json").json["files"].keys() <= {
        ".copier-answers.acme.own.yml",
        ".copier-answers.acme.stripe_to_iceberg.yml",
    }


def test_without_the_option_a_changed_profile_changes_nothing(repository: Path, command: Command) -> None:
    write(repository, "acme", {"bucket": "moved"})
    git(repository, "commit", "--quiet", "--all", "--message", "profile")
    before = Rendered(copied(repository, repository.parent / "before")).files
    assert command(repository, "update").status == 0
    assert Rendered(repository).files == before


def test_an_answer_given_later_follows_the_profile_no_more(repository: Path, command: Command) -> None:
    name = ".copier-answers.acme.stripe_to_iceberg.yml"
    assert command(repository, "update", name, "--data", "bucket=decided").status == 0
    answers = answers_of(repository, "stripe_to_iceberg")
    assert (answers["bucket"], "bucket" in answers["profiled"]) == ("decided", False)
    git(repository, "commit", "--quiet", "--all", "--message", "decided")
    write(repository, "acme", {"bucket": "moved"})
    assert command(repository, "update", "--profiles").status == 0
    assert answers_of(repository, "stripe_to_iceberg")["bucket"] == "decided"


def test_copiers_update_asks_nothing_that_a_profile_has_answered(behind: Path) -> None:
    name = ".copier-answers.acme.stripe_to_iceberg.yml"
    terminal = Terminal(["update", "--trust", "--answers-file", name], behind, dict(os.environ))
    for question in ("Tenant", "Environment", "Execution mode", "Where the data comes from", "Objects"):
        terminal.answer(question, ENTER)
    for question in ("Where the data goes", "Owner", "Name of this scaffold", "Customize"):
        terminal.answer(question, ENTER)
    assert terminal.finish() == 0, terminal.text
    assert "Bucket" not in terminal.text
    assert answers_of(behind, "stripe_to_iceberg")["profiled"][-1] == "warehouse"


def test_a_profile_follows_what_copier_is_told(behind: Path) -> None:
    name = ".copier-answers.acme.stripe_to_iceberg.yml"
    arguments = ["update", "--trust", "--defaults", "--data", "bucket=decided", "--answers-file", name]
    terminal = Terminal(arguments, behind, dict(os.environ))
    assert terminal.finish() == 0, terminal.text
    answers = answers_of(behind, "stripe_to_iceberg")
    assert (answers["bucket"], "bucket" in answers["profiled"]) == ("decided", False)


def test_profiled_names_only_answers_that_are_there() -> None:
    with pytest.raises(Exception, match="'bucket' is not an answer that a profile gives here"):
        _ = Scaffold(PACK, ANSWERS | {"profiled": ["bucket"]})["profiled"]
