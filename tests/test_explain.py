"""`dativo-generator explain`: where each value comes from, with file and line."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from dativo_generator.fleet import fleet
from dativo_generator.fleet.source import Source
from dativo_generator.plan.provenance import KINDS
from fleets import SCAFFOLDS, STRIPE, Command, build, copied, steady
from support import Rendered, copy_pack, git, release, render

ALL = steady() | SCAFFOLDS
JOB = "jobs/acme/stripe_customers_to_iceberg.yaml"
ASSET = "assets/stripe/v1.0/stripe_customers.yaml"
ANSWERS = ".copier-answers.acme.stripe_customers.yml"


@pytest.fixture(scope="session")
def built(history: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build(history, tmp_path_factory.mktemp("built") / "out", "v1.0.0", ALL)


@pytest.fixture
def out(built: Path, tmp_path: Path) -> Path:
    return copied(built, tmp_path / "out")


@pytest.fixture(scope="session")
def checkout(history: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    source = Source(str(history), tmp_path_factory.mktemp("checkout"))
    return source.checkout(source.tags["v1.0.0"])


def explained(command: Command, root: Path, *names: str) -> dict[str, dict[str, Any]]:
    """Return the values of files by their keys."""
    found = command(root, "explain", "--json", *names)
    assert (found.status, found.err) == (0, "")
    return {value["key"]: value for one in found.json["files"] for value in one["values"]}


def first(command: Command, root: Path, name: str) -> dict[str, Any]:
    """Return what gives a value most of all."""
    key = name.partition(":")[2]
    return explained(command, root, name)[key]["origins"][0]


def edit(root: Path, path: str, old: str, new: str) -> None:
    text = (root / path).read_text(encoding="utf-8")
    assert old in text
    (root / path).write_text(text.replace(old, new), encoding="utf-8")


def stands_at(text: str, line: int, column: int) -> str:
    return text.splitlines()[line - 1][column - 1 :]


def last_of(key: str) -> str:
    """Return the last name of a key, '' where an item of a list is meant."""
    return "" if key.endswith("]") else key.rpartition(".")[2]


def test_every_value_is_explained_at_its_place(built: Path, checkout: Path, command: Command) -> None:
    files = [path for path in Rendered(built).files if path.startswith(("assets/", "jobs/"))]
    found = command(built, "explain", "--json", *files)
    assert (found.status, found.err) == (0, "")
    assert [one["path"] for one in found.json["files"]] == files
    for one in found.json["files"]:
        text = (built / one["path"]).read_text(encoding="utf-8")
        for value in one["values"]:
            assert stands_at(text, value["line"], value["column"]).startswith(last_of(value["key"])), value
            for origin in value["origins"]:
                assert origin["kind"] in set(KINDS) - {"edit", "version"}, (one["path"], value)
                if origin["file"]:
                    root = built if origin["file"] == one["answers_file"] else checkout
                    there = (root / origin["file"]).read_text(encoding="utf-8")
                    named = last_of(origin["key"])
                    assert stands_at(there, origin["line"], origin["column"]).lstrip("\"'").startswith(named), origin
                    assert (origin["version"], origin["since"][:6]) in (("", ""), ("v1.0.0", "v1.0.0"))


def test_what_is_as_it_was_written_is_explained_without_copier(
    out: Path, command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fleet, "Release", None)
    assert explained(command, out, JOB)


def test_a_key_chooses_what_is_below_it(out: Path, command: Command) -> None:
    assert explained(command, out, f"{JOB}:logging").keys() == {"logging.redaction", "logging.level"}
    assert explained(command, out, f"./{JOB}:tenant_id").keys() == {"tenant_id"}
    keys = {f"asset.schema[1].{key}" for key in ("name", "type", "required", "classification")}
    assert explained(command, out, f"{ASSET}:asset.schema[email]").keys() == keys
    assert explained(command, out, f"{ASSET}:asset.schema[1]").keys() == keys


def test_an_edit_says_what_the_answers_give(out: Path, command: Command) -> None:
    edit(out, JOB, "level: INFO", "level: DEBUG")
    edit(out, JOB, "  redaction: true\n", "  mine: 1\n")
    found = explained(command, out, f"{JOB}:logging")
    assert {key: (value["line"] > 0, value["origins"][0]["kind"]) for key, value in found.items()} == dict.fromkeys(
        ("logging.level", "logging.mine"), (True, "edit")
    ) | {"logging.redaction": (False, "edit")}
    assert found["logging.level"]["origins"][0]["why"] == "the answers give 'INFO'"
    assert found["logging.mine"]["origins"][0]["why"] == "the answers give nothing there"
    assert found["logging.redaction"]["origins"][0]["why"] == "the answers give True"


def test_a_column_that_moved_is_the_same_column(out: Path, command: Command) -> None:
    edit(out, ASSET, "schema: &schema\n", "schema: &schema\n    - {name: new, type: string, required: false}\n")
    found = explained(command, out, f"{ASSET}:asset.schema")
    kinds = {value["name"]: value["origins"][0]["kind"] for value in found.values()}
    assert {name: kind for name, kind in kinds.items() if "[new]" in name} == dict.fromkeys(
        [f"asset.schema[new].{key}" for key in ("name", "type", "required")], "edit"
    )
    assert kinds["asset.schema[email].type"] == "answer"


def test_a_file_by_hand_is_given_by_nobody(out: Path, command: Command) -> None:
    own = "jobs/acme/own.yaml"
    (out / own).write_bytes((out / JOB).read_bytes())
    (one,) = command(out, "explain", "--json", own).json["files"]
    assert one["answers_file"] == ""
    assert {origin["kind"] for value in one["values"] for origin in value["origins"]} == {"edit"}
    assert "written by hand; no answers give it" in " ".join(command(out, "explain", own).out.split())


def test_an_entry_says_since_which_version(history: Path, tmp_path: Path, command: Command) -> None:
    out = build(history, tmp_path / "out", "v3.0.0", {"one": STRIPE | {"objects": ["payments"]}})
    (job,) = Rendered(out).jobs
    commit = git(history, "rev-parse", "v3.0.0").strip()
    origin = first(command, out, f"{job}:source.incremental.lookback_days")
    assert (origin["kind"], origin["file"], origin["version"]) == ("recipe", "connectors/stripe.yaml", "v3.0.0")
    assert origin["since"] == f"v3.0.0, {commit[:8]}"
    assert origin["key"] == "incremental.lookback_days_default"


def test_the_recorded_version_counts(out: Path, command: Command) -> None:
    key = f"{JOB}:source.incremental.lookback_days"
    assert explained(command, out, key)["source.incremental.lookback_days"]["value"] == 1
    git(out, "checkout", "--quiet", ".")
    command(out, "update", ANSWERS)
    value = explained(command, out, key)["source.incremental.lookback_days"]
    assert (value["value"], value["origins"][0]["version"]) == (9, "v3.0.0")


def test_an_answer_of_an_environment_is_told(history: Path, tmp_path: Path, command: Command) -> None:
    answers = STRIPE | {"environments": ["dev", "prod"], "per_environment": {"prod": {"log_level": "WARNING"}}}
    out = build(history, tmp_path / "out", "v1.0.0", {"one": answers})
    prod, dev = (f"jobs/acme/{name}/stripe_customers_to_iceberg.yaml" for name in ("prod", "dev"))
    origin = first(command, out, f"{prod}:logging.level")
    assert (origin["kind"], origin["key"]) == ("environment", "per_environment.prod.log_level")
    assert first(command, out, f"{dev}:logging.level")["kind"] == "default"
    assert first(command, out, f"{prod}:environment")["key"] == "environments[1]"


PROFILE = "retention_days: 5\nconnectors:\n  iceberg:\n    bucket: lake-{tenant}\n"


def test_a_profile_is_named_with_its_line(tmp_path: Path, command: Command) -> None:
    pack = copy_pack(tmp_path / "pack")
    release(pack, "v1.0.0")
    command.monkeypatch.setenv("DATIVO_TEMPLATE", str(pack))
    (tmp_path / "out" / "profiles").mkdir(parents=True)
    profile = tmp_path / "out" / "profiles" / "acme.yml"
    profile.write_text(PROFILE, encoding="utf-8")
    out = render(pack, tmp_path / "out", {"tenant_id": "acme"} | STRIPE)
    ((job, _),), ((asset, _),) = out.jobs.items(), out.assets.items()
    origin = first(command, out.root, f"{asset}:asset.governance.retention_days")
    assert (origin["kind"], origin["file"], origin["line"], origin["column"]) == ("profile", "profiles/acme.yml", 1, 1)
    origin = first(command, out.root, f"{job}:target.connection.s3.bucket")
    assert (origin["kind"], origin["file"], origin["line"], origin["column"]) == ("profile", "profiles/acme.yml", 4, 5)
    assert origin["key"] == "connectors.iceberg.bucket"
    profile.write_text(PROFILE.replace("5", "6"), encoding="utf-8")
    origin = first(command, out.root, f"{asset}:asset.governance.retention_days")
    assert (origin["file"], origin["why"]) == (out.answers_file, "the profile has changed since")


def test_comments_change_nothing(built: Path, command: Command) -> None:
    for path, content in Rendered(built).files.items():
        if path.startswith(("assets/", "jobs/")):
            text = command(built, "explain", "--format", "comments", path).out
            assert yaml.safe_load(text) == yaml.safe_load(content)
            assert [line for line in text.splitlines() if line in content.decode().splitlines()] or not content
            assert len(text.splitlines()) > len(content.splitlines())


def test_lines_fit_a_terminal(built: Path, command: Command) -> None:
    for form in ("text", "comments"):
        for path in (JOB, ASSET):
            before = (built / path).read_text(encoding="utf-8").splitlines()
            for line in command(built, "explain", "--format", form, path).out.splitlines():
                assert len(line) <= 80 or line in before or len(line.split()) == 1, line


WRONG = {
    "nothing": ("jobs/acme/nothing.yaml", "jobs/acme/nothing.yaml: name a file below"),
    "no job": ("connectors/stripe.yaml", "connectors/stripe.yaml: name a file below"),
    "no key": (f"{JOB}:tenant", f"{JOB}: did you mean 'tenant_id'? there is no key 'tenant'"),
    "a way out": ("../x", "../x: is not inside the folder"),
}


@pytest.mark.parametrize(("name", "said"), WRONG.values(), ids=WRONG)
def test_it_is_refused(name: str, said: str, built: Path, command: Command) -> None:
    result = command(built, "explain", name)
    assert (result.status, result.err.startswith(f"Error: {said}")) == (2, True), result.err


def test_what_is_no_yaml_says_where(out: Path, command: Command) -> None:
    (out / JOB).write_text("a: [", encoding="utf-8")
    assert command(out, "explain", JOB).err.startswith(f"Error: {JOB}:2:1: complete the value")


def test_what_cannot_be_replayed_says_why(out: Path, command: Command) -> None:
    edit(out, ANSWERS, "_commit: v1.0.0", "_commit: v9.0.0")
    result = command(out, "explain", JOB)
    assert (result.status, "is not in the released history" in result.err) == (2, True)


def test_a_profile_of_an_environment_is_named_with_its_line(history: Path, tmp_path: Path, command: Command) -> None:
    differing = {"prod": {"log_level": "WARNING"}}
    followed = {"environments": ["dev", "prod"], "per_environment": differing}
    out = build(history, tmp_path / "out", "v1.0.0", {"one": STRIPE | followed | {"profiled": list(followed)}})
    (out / "profiles").mkdir()
    (out / "profiles" / "acme.yml").write_text(yaml.safe_dump(followed), encoding="utf-8")
    (job,) = (path for path in Rendered(out).jobs if "/prod/" in path)
    origin = first(command, out, f"{job}:logging.level")
    assert (origin["kind"], origin["file"], origin["line"], origin["column"]) == ("profile", "profiles/acme.yml", 6, 5)
    (out / "profiles" / "acme.yml").unlink()
    origin = first(command, out, f"{job}:logging.level")
    assert (origin["kind"], origin["key"]) == ("profile", "per_environment.prod.log_level")
