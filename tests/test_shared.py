"""Files that several scaffolds share follow the newest version among their owners, in Copier's own commands, too."""

from pathlib import Path
from typing import Any

import pytest
from copier import run_copy, run_update
from copier.errors import UserMessageError

from fleets import build
from support import Rendered, git, release, render

STRIPE = {"tenant_id": "acme", "source_connector": "stripe", "objects": ["customers"], "target_connector": "iceberg"}
OTHER = STRIPE | {"objects": ["payments"], "scaffold": "other"}
SHARED = ("registry/connectors.yaml", "connectors/stripe.yaml")


def shared(folder: Path) -> list[str]:
    return [(folder / name).read_text(encoding="utf-8") for name in SHARED]


def at(history: Path, tag: str) -> list[str]:
    return [git(history, "show", f"{tag}:{name}") for name in SHARED]


def test_a_second_scaffold_of_an_older_version_leaves_them_alone(history: Path, tmp_path: Path) -> None:
    out = build(history, tmp_path / "out", "v3.0.0", {"job": STRIPE})
    render(history, out, OTHER, vcs_ref="v2.0.0", overwrite=True)
    assert shared(out) == at(history, "v3.0.0")


def test_a_second_scaffold_of_a_newer_version_brings_them(history: Path, tmp_path: Path) -> None:
    out = build(history, tmp_path / "out", "v1.0.0", {"job": STRIPE})
    render(history, out, OTHER, vcs_ref="v2.0.0", overwrite=True)
    assert shared(out) == at(history, "v2.0.0")


def test_nobody_to_ask_and_nothing_to_overwrite_is_no_obstacle(
    history: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = build(history, tmp_path / "out", "v1.0.0", {"job": STRIPE})
    run_copy(str(history), out, data=OTHER, defaults=True, unsafe=True, vcs_ref="v2.0.0")
    assert shared(out) == at(history, "v1.0.0")
    assert "Kept as another scaffold has it: registry/connectors.yaml" in capsys.readouterr().err


def updated(out: Path, scaffold: str, tag: str, **options: Any) -> None:
    release(out, f"before-{scaffold}-{tag}")
    file = f".copier-answers.acme.{scaffold}.yml"
    run_update(out, answers_file=file, defaults=True, overwrite=True, unsafe=True, quiet=True, vcs_ref=tag, **options)


@pytest.fixture
def two(history: Path, tmp_path: Path) -> Path:
    """Make a repository with two scaffolds of one connector."""
    other = OTHER | {"objects": ["customers"], "asset_names": {"customers": "people"}}
    return build(history, tmp_path / "out", "v1.0.0", {"stripe_to_iceberg": STRIPE, "other": other})


def test_an_update_of_one_brings_them_and_of_the_other_keeps_them(history: Path, two: Path) -> None:
    updated(two, "stripe_to_iceberg", "v3.0.0")
    assert shared(two) == at(history, "v3.0.0")
    updated(two, "other", "v2.0.0")
    assert shared(two) == at(history, "v3.0.0")
    assert Rendered(two).jobs["jobs/acme/people_to_iceberg.yaml"]["source"]["incremental"]["lookback_days"] == 7


def test_an_edit_in_one_survives_both_updates(history: Path, two: Path) -> None:
    recipe = two / "connectors" / "stripe.yaml"
    recipe.write_text(recipe.read_text(encoding="utf-8") + "# ours\n", encoding="utf-8")
    updated(two, "stripe_to_iceberg", "v2.0.0")
    updated(two, "other", "v2.0.0")
    assert recipe.read_text(encoding="utf-8") == git(history, "show", "v2.0.0:connectors/stripe.yaml") + "# ours\n"


def test_one_cannot_take_them_from_the_other(two: Path) -> None:
    with pytest.raises(UserMessageError, match=r"vendor: .* dativo-generator update .* --data vendor=no"):
        updated(two, "other", "v2.0.0", data={"vendor": False})
    assert git(two, "status", "--porcelain") == ""
