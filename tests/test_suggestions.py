"""Suggestions for missing paths: near ones are found, and the number of comparisons stays bounded."""

import random
from pathlib import Path

import pytest

from dativo_generator.base import naming
from dativo_generator.validation import suggestions
from dativo_generator.validation.json_schemas import JsonSchemas
from dativo_generator.validation.repository import validate
from dativo_generator.validation.suggestions import BEST, FEW, Suggestions
from support import PACK

MEANT = "assets/stripe/v1.0/tenant0417_customers.yaml"
MANY = [
    f"assets/stripe/v1.0/tenant{number:04}_{table}.yaml" for number in range(800) for table in ("charges", "customers")
]
MISTAKES = {
    "another folder": "assets/stripe/v2.0/tenant0417_customers.yaml",
    "at the beginning": "asets/stripe/v1.0/tenant0417_customers.yaml",
    "at the end": "assets/stripe/v1.0/tenant0417_customer.yaml",
    "in the middle": "assets/stripe/v1.0/tenanto417_customers.yaml",
    "one too many": "assets/stripe/v1.0/tenant04x17_customers.yaml",
    "two too many": "assets/stripe/v1.0/tenant04..17_customers.yaml",
    "one too few": "assets/stripe/v1.0/tenant0417customers.yaml",
    "case": "assets/Stripe/v1.0/Tenant0417_customers.yaml",
    "folder and end": "assets/stripe/v1./tenant0417_customers.yml",
    "folder and middle": "assets/strpe/v1.0/tenant0417_custmers.yaml",
}


@pytest.fixture
def compared(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Note of each path that is missing with how many others it is compared."""
    counts: list[int] = []

    def nearest(word: str, words: list[str]) -> str:
        counts.append(len(words))
        return naming.nearest(word, words)

    monkeypatch.setattr(suggestions, "nearest", nearest)
    return counts


@pytest.mark.parametrize("mistaken", MISTAKES.values(), ids=MISTAKES)
@pytest.mark.parametrize("seed", range(3))
def test_the_nearest_of_many_is_found_in_whatever_order_they_come(mistaken: str, seed: int) -> None:
    paths = random.Random(seed).sample(MANY, len(MANY))
    assert Suggestions(paths).nearest(mistaken) == MEANT


def test_nothing_is_said_where_nothing_is_near() -> None:
    assert Suggestions(MANY).nearest("0") == ""
    assert Suggestions([]).nearest(MEANT) == ""


def test_few_are_all_compared(compared: list[int]) -> None:
    few = MANY[:FEW]
    assert Suggestions(iter(few)).nearest(MEANT) == naming.nearest(MEANT, few)
    assert compared == [FEW]


def test_of_many_no_more_are_compared_the_more_there_are(compared: list[int]) -> None:
    for paths in (MANY[: FEW + 1], MANY):
        for mistaken in MISTAKES.values():
            Suggestions(paths).nearest(mistaken)
    assert max(compared) == 3 * BEST


def test_a_repository_without_its_assets_is_compared_once_a_job(compared: list[int], tmp_path: Path) -> None:
    jobs = {f"t{number}": f"assets/csv/v1.1/t{number}_orders.yaml" for number in range(2 * FEW)}
    for tenant, path in jobs.items():
        for name, text in {
            path.replace("v1.1", "v1.0"): "name: orders\n",
            f"jobs/{tenant}.yaml": f"tenant_id: {tenant}\nasset_path: {path}\n",
        }.items():
            (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / name).write_text(text)
    findings = validate(tmp_path, PACK, schemas=JsonSchemas(PACK.root))
    assert {finding.message for finding in findings if finding.rule == "path"} == {
        f"asset_path: did you mean '{path.replace('v1.1', 'v1.0')}'? '{path}' is not in this repository"
        for path in jobs.values()
    }
    assert compared == [3 * BEST] * len(jobs)
