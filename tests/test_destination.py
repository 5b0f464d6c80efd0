"""A destination: who owns a file according to its header, which version is newer, and what scaffolds share."""

import os
from pathlib import Path
from typing import Any

import pytest
import yaml

from dativo_generator.base.paths import CI_FILES, FIXTURES_TEST
from dativo_generator.base.versions import version_of
from dativo_generator.plan import destination
from dativo_generator.plan.destination import Destination, fixture_of, header_of, shares

OWN, OTHER = ".copier-answers.acme.own.yml", ".copier-answers.acme.other.yml"
HEADER = "# Written by the scaffold shop_1 of ac-me. To change it, see there.\n"
ASSET = "assets/stripe/v1.0/stripe_customers.yaml"
FIXTURE = "tests/fixtures/stripe/stripe_customers.csv"


def put(root: Path, path: str, text: str) -> None:
    (root / path).parent.mkdir(parents=True, exist_ok=True)
    (root / path).write_text(text, encoding="utf-8", newline="")


# --- headers ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("above", ["", "\n", "---\n", "%YAML 1.1\n---\n", "\ufeff", "# A license.\n#\n\n", "  \n"])
def test_a_header_may_have_comments_above(above: str, tmp_path: Path) -> None:
    put(tmp_path, "x.yaml", f"{above}{HEADER}a: 1\n")
    assert header_of(tmp_path, "x.yaml") == ("shop_1", "ac-me")


@pytest.mark.parametrize(
    "text",
    [
        "",
        f"a: 1\n{HEADER}",
        f"# x {HEADER}",
        f" {HEADER}",
        HEADER.replace("Written", "written"),
        HEADER.replace("shop_1", "Shop"),
        HEADER.replace("ac-me", "a/c"),
        HEADER.replace(". To", ".To"),
    ],
)
def test_another_text_is_no_header(text: str, tmp_path: Path) -> None:
    put(tmp_path, "x.yaml", text)
    assert header_of(tmp_path, "x.yaml") is None


def test_what_cannot_be_read_has_no_header(tmp_path: Path) -> None:
    put(tmp_path, "x.yaml", HEADER)
    (tmp_path / "link.yaml").symlink_to("x.yaml")
    assert header_of(tmp_path, "link.yaml") is None
    assert header_of(tmp_path, "nothing.yaml") is None


def test_a_header_may_stand_in_bytes_that_are_no_text(tmp_path: Path) -> None:
    (tmp_path / "x.yaml").write_bytes(b"# \xff\n" + HEADER.encode() + b"\xff")
    assert header_of(tmp_path, "x.yaml") == ("shop_1", "ac-me")


@pytest.mark.parametrize(("length", "found"), [(8192, True), (8193, False)])
def test_only_the_beginning_of_a_file_is_looked_at(length: int, found: bool, tmp_path: Path) -> None:
    beginning = HEADER[: HEADER.index(". ") + 2]
    put(tmp_path, "x.yaml", "#" * (length - len(beginning) - 1) + "\n" + HEADER)
    assert (header_of(tmp_path, "x.yaml") is not None) == found


# --- fixtures ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("form", ["csv", "jsonl"])
def test_an_asset_names_its_fixture(form: str, tmp_path: Path) -> None:
    named = FIXTURE.replace("csv", form)
    put(tmp_path, ASSET, f"{HEADER}# Its fixture: {named}\na: 1\n")
    assert fixture_of(tmp_path, ASSET) == named


@pytest.mark.parametrize(
    "line",
    [
        "",
        f"# its fixture: {FIXTURE}",
        f"# x # Its fixture: {FIXTURE}",
        "# Its fixture: README.md",
        "# Its fixture: tests/fixtures/stripe/stripe_customers.txt",
        "# Its fixture: tests/fixtures/stripe/stripe_payments.csv",
        "# Its fixture: tests/fixtures/hubspot/stripe_customers.csv",
    ],
)
def test_a_fixture_is_only_taken_where_those_of_the_asset_belong(line: str, tmp_path: Path) -> None:
    put(tmp_path, ASSET, f"{HEADER}{line}\na: 1\n")
    assert fixture_of(tmp_path, ASSET) == ""


def test_an_asset_with_a_dot_in_its_name_has_a_fixture(tmp_path: Path) -> None:
    asset, fixture = ASSET.replace("customers", "a.b"), FIXTURE.replace("customers", "a.b")
    put(tmp_path, asset, f"# Its fixture: {fixture}\n")
    assert fixture_of(tmp_path, asset) == fixture


def test_a_fixture_is_of_whoever_wrote_its_asset(tmp_path: Path) -> None:
    here = Destination(tmp_path, OWN)
    put(tmp_path, FIXTURE, "id\n")
    assert here.header(FIXTURE) is None
    put(tmp_path, ASSET, HEADER)
    assert here.header(FIXTURE) is None
    put(tmp_path, ASSET.replace("v1.0", "v2.0"), f"{HEADER}# Its fixture: {FIXTURE}\n")
    assert here.header(FIXTURE) == ("shop_1", "ac-me")


def test_a_fixture_is_looked_for_in_every_asset_that_names_it(tmp_path: Path) -> None:
    put(tmp_path, ASSET, f"# Its fixture: {FIXTURE}\n")  # by hand
    put(tmp_path, ASSET.replace("v1.0", "v2.0"), f"{HEADER}# Its fixture: {FIXTURE}\n")
    assert Destination(tmp_path, OWN).header(FIXTURE) == ("shop_1", "ac-me")


def test_what_is_no_fixture_there_is_nobodys(tmp_path: Path) -> None:
    assert Destination(tmp_path, OWN).header(FIXTURES_TEST) is None


def test_any_other_file_speaks_for_itself(tmp_path: Path) -> None:
    put(tmp_path, ASSET, HEADER)
    assert Destination(tmp_path, OWN).header(ASSET) == ("shop_1", "ac-me")
    assert Destination(tmp_path, OWN).header("jobs/x.yaml") is None


# --- answers files ----------------------------------------------------------------------------------------------------


def test_what_stands_in_every_answers_file_stays() -> None:
    assert destination.FORMAT == {"answers_format": 3}
    assert destination.COPIERS_OWN == ("_commit", "_src_path")


def test_what_is_recorded_is_read(tmp_path: Path) -> None:
    here = Destination(tmp_path, OWN)
    assert here.recorded == {}
    put(tmp_path, OWN, "tenant_id: acme\n")
    put(tmp_path, OTHER, "tenant_id: other\n")
    put(tmp_path, "answers.yml", "tenant_id: none\n")
    assert here.recorded == {"tenant_id": "acme"}
    assert [other.answers for other in here.others] == [{"tenant_id": "other"}]


def test_the_others_are_in_the_order_of_their_names(tmp_path: Path) -> None:
    for name in "cab":
        put(tmp_path, f".copier-answers.acme.{name}.yml", f"x: {name}\n")
    assert [other.answers["x"] for other in Destination(tmp_path, OWN).others] == ["a", "b", "c"]


@pytest.mark.parametrize("text", ["", "- a\n", "a: [", "[" * 5000, "a", "ä".encode("latin-1")])
def test_what_is_no_answers_file_holds_none(text: str | bytes, tmp_path: Path) -> None:
    (tmp_path / OWN).write_bytes(text if isinstance(text, bytes) else text.encode())
    assert Destination(tmp_path, OWN).recorded == {}


def test_a_link_is_not_read(tmp_path: Path) -> None:
    put(tmp_path, "elsewhere", "a: 1\n")
    (tmp_path / OWN).symlink_to("elsewhere")
    assert Destination(tmp_path, OWN).recorded == {}


def test_an_answers_file_is_read_once_until_it_changes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    destination._answers.cache_clear()
    put(tmp_path, OWN, "a: 1\n")
    os.utime(tmp_path / OWN, ns=(1, 1))
    here = Destination(tmp_path, OWN)
    assert here.recorded is here.recorded
    put(tmp_path, OWN, "a: 2\n")
    os.utime(tmp_path / OWN, ns=(2, 2))
    assert here.recorded == {"a": 2}
    put(tmp_path, OWN, "a: 22\n")
    os.utime(tmp_path / OWN, ns=(2, 2))
    assert here.recorded == {"a": 22}


# --- what is shared ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("answers", "path", "shared"),
    [
        ({"ci": "github"}, CI_FILES["github"], True),
        ({"ci": "gitlab"}, CI_FILES["github"], False),
        ({"ci": "gitlab"}, CI_FILES["gitlab"], True),
        ({}, CI_FILES["github"], False),
        ({"ci": ["github"]}, CI_FILES["github"], False),
        ({"fixtures": True}, FIXTURES_TEST, True),
        ({"fixtures": "yes"}, FIXTURES_TEST, True),
        ({"fixtures": False}, FIXTURES_TEST, False),
        ({"fixtures": "no"}, FIXTURES_TEST, False),
        ({"fixtures": "perhaps"}, FIXTURES_TEST, False),
        ({}, FIXTURES_TEST, False),
        ({}, "registry/connectors.yaml", False),
        ({"a": 1}, "registry/connectors.yaml", True),
        ({"vendor": True}, "schemas/job.schema.json", True),
        ({"vendor": False}, "registry/connectors.yaml", False),
        ({"vendor": False, "source_connector": "stripe"}, "connectors/stripe.yaml", False),
        ({"source_connector": "stripe"}, "connectors/stripe.yaml", True),
        ({"target_connector": "stripe"}, "connectors/stripe.yaml", True),
        ({"source_connector": "hubspot", "target_connector": "s3"}, "connectors/stripe.yaml", False),
    ],
)
def test_what_a_scaffold_shares(answers: dict[str, Any], path: str, shared: bool) -> None:
    assert shares(answers, path) is shared


def test_the_newest_of_those_who_share_counts(tmp_path: Path) -> None:
    here = Destination(tmp_path, OWN)
    path = "connectors/stripe.yaml"
    assert here.newest(path) is None
    scaffolds = {"own": "v9", "a": "v1.0", "b": "v2.0", "c": "v1.5"}
    for name, commit in scaffolds.items():
        answers = {"_commit": commit, "source_connector": "stripe"}
        put(tmp_path, f".copier-answers.acme.{name}.yml", yaml.safe_dump(answers))
    put(tmp_path, ".copier-answers.acme.d.yml", "_commit: v3.0\nsource_connector: hubspot\n")
    assert here.newest(path) == version_of("v2.0")
