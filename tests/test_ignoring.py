"""Which findings can be turned off, and how that is reported."""

from pathlib import Path

import pytest
import yaml

from dativo_generator.base.paths import SETTINGS
from dativo_generator.validation.findings import Finding
from dativo_generator.validation.json_schemas import JsonSchemas
from dativo_generator.validation.repository import examine
from dativo_generator.validation.rules import example_of, load_rules
from support import PACK, ROOT

RULES = load_rules(PACK.root)
SHAPES = JsonSchemas(PACK.root)
JOB = "jobs/acme/orders.yaml"


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """Return a job whose prefix has no effect, and whose name is another than its asset's: a warning and an error."""
    files = example_of(ROOT, RULES["no-effect"])
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text.replace("asset: orders", "asset: invoices"), encoding="utf-8")
    return tmp_path


def rules(findings: list[Finding]) -> list[str]:
    return [finding.rule for finding in findings]


def examined(repository: Path) -> tuple[list[str], list[str]]:
    stand, off = examine(repository, PACK, schemas=SHAPES)
    return rules(stand), rules(off)


def change(repository: Path, old: str, new: str) -> None:
    text = (repository / JOB).read_text(encoding="utf-8")
    assert old in text
    (repository / JOB).write_text(text.replace(old, new, 1), encoding="utf-8")


def test_nothing_is_turned_off(repository: Path) -> None:
    assert examined(repository) == (["pair", "no-effect"], [])


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("asset: invoices", "asset: invoices  # dativo: ignore=pair", (["no-effect"], ["pair"])),
        ("asset: invoices", "asset: invoices  #dativo:ignore=pair", (["no-effect"], ["pair"])),
        ("tenant_id", "# dativo: ignore=pair\ntenant_id", (["no-effect"], ["pair"])),
        ("tenant_id", "# Ours.\n\n# dativo: ignore=pair, no-effect\ntenant_id", ([], ["pair", "no-effect"])),
        # On another line, below the top, of another file or spelt otherwise it is none.
        ("environment", "# dativo: ignore=pair\nenvironment", (["unused-ignore", "pair", "no-effect"], [])),
        ("tenant_id", "# dativo: ignore=orphan\ntenant_id", (["unused-ignore", "pair", "no-effect"], [])),
        ("tenant_id", "# dativo: ignore=pare\ntenant_id", (["settings", "pair", "no-effect"], [])),
        ("tenant_id", "# dativo: ignore=secret\ntenant_id", (["settings", "pair", "no-effect"], [])),
        ("tenant_id", "# dativo: ignore\ntenant_id", (["pair", "no-effect"], [])),
    ],
)
def test_a_comment(old: str, new: str, expected: tuple[list[str], list[str]], repository: Path) -> None:
    change(repository, old, new)
    assert examined(repository) == expected


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ({"validate": {"ignore": {"pair": [JOB]}}}, (["no-effect"], ["pair"])),
        ({"validate": {"ignore": {"pair": ["jobs/*"], "no-effect": ["*.yaml"]}}}, ([], ["pair", "no-effect"])),
        ({"validate": {"ignore": {"pair": ["jobs/globex/*"]}}}, (["unused-ignore", "pair", "no-effect"], [])),
        ({"validate": {"ignore": {"vendored": ["*"]}}}, (["settings", "pair", "no-effect"], [])),
        ({"validate": {"ignore": {"pair": "jobs/*"}}}, (["settings", "pair", "no-effect"], [])),
        ({"validate": {"ignored": {}}}, (["settings", "pair", "no-effect"], [])),
        ({"validate": []}, (["settings", "pair", "no-effect"], [])),
        ([], (["settings", "pair", "no-effect"], [])),
        ({}, (["pair", "no-effect"], [])),
    ],
)
def test_settings(settings: object, expected: tuple[list[str], list[str]], repository: Path) -> None:
    (repository / SETTINGS).write_text(yaml.safe_dump(settings), encoding="utf-8")
    assert examined(repository) == expected


def test_settings_that_are_no_document_turn_off_nothing(repository: Path) -> None:
    (repository / SETTINGS).write_text("validate: [", encoding="utf-8")
    assert examined(repository) == (["settings", "pair", "no-effect"], [])


def test_settings_behind_a_link_are_not_followed(repository: Path, tmp_path: Path) -> None:
    (tmp_path / "elsewhere.yml").write_text("validate: {ignore: {pair: ['*']}}", encoding="utf-8")
    (repository / SETTINGS).symlink_to(tmp_path / "elsewhere.yml")
    assert examined(repository) == (["settings", "pair", "no-effect"], [])


def test_what_guards_against_a_pull_request_cannot_be_turned_off() -> None:
    assert [rule.id for rule in RULES.values() if not rule.optional] == ["link", "secret", "vendored", "answers"]
