"""The page on upgrades works: a test follows it from one release of a pack to the next, and back."""

from pathlib import Path

import pytest

from fleets import STRIPE, build
from followed import Reader, typed
from support import ROOT, Rendered, copy_pack, edit_yaml, git, release

PAGE = ROOT / "docs" / "how-to" / "upgrade.md"
# One scaffold follows the default that moves, and one has decided.
SCAFFOLDS = {
    "follows": STRIPE,
    "decided": STRIPE | {"lookback_days": 5, "asset_names": {"customers": "decided"}},
}


@pytest.fixture
def reader(tmp_path: Path) -> Reader:
    """Return somebody in a repository at v1.0.0 of a pack that has v1.1.0, too; the page names the one to go to."""
    pack = copy_pack(tmp_path / "pack")
    release(pack, "v1.0.0")
    edit_yaml(pack / "connectors" / "stripe.yaml", lambda recipe: recipe["incremental"].update(lookback_days_default=9))
    release(pack, "v1.1.0")
    repository = build(pack, tmp_path / "repository", "v1.0.0", SCAFFOLDS)
    # The command is the one that is installed with the tests.
    words = {"uvx --from git+<url of the pack>@v1.0.0 ": ""}
    return Reader(repository, words, {"DATIVO_TEMPLATE": str(pack)})


def lookback(out: Path) -> list[int]:
    """Return the days of the scaffold that follows, and of the one that has decided."""
    jobs = {job["asset"]: job["source"]["incremental"]["lookback_days"] for job in Rendered(out).jobs.values()}
    return [jobs["stripe_customers"], jobs["decided"]]


def test_the_page_upgrades_a_repository_and_goes_back(reader: Reader) -> None:
    repository = reader.here
    *forward, _, _ = lines = list(typed(PAGE))
    assert lines[-2] == "git revert --no-edit HEAD"
    for line in forward:
        reader.type(line)
    assert git(repository, "branch", "--show-current").strip() == "upgrade"
    assert lookback(repository) == [9, 5]
    assert {"_commit: v1.1.0"} == commits(repository)
    reader.type(lines[-2])
    assert lookback(repository) == [1, 5]
    assert {"_commit: v1.0.0"} == commits(repository)
    # 3 says that a newer version exists.
    assert "2 behind" in reader.type(lines[-1], status=3)


def commits(repository: Path) -> set[str]:
    """Return the line of each answers file that records the version."""
    texts = [path.read_text(encoding="utf-8") for path in repository.glob(".copier-answers.*.yml")]
    return {line for text in texts for line in text.splitlines() if line.startswith("_commit:")}


def test_an_update_goes_forward_only(reader: Reader) -> None:
    reader.type("dativo-generator update && git commit --quiet --all --message upgraded")
    assert "is at v1.1.0, which is newer than v1.0.0" in reader.type("dativo-generator update --to v1.0.0", status=1)
