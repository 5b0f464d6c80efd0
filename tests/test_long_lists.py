"""A long list in an answers file has an item a line, so that branches merge."""

from pathlib import Path
from typing import Any

import pytest
import yaml
from copier import run_copy, run_update

from fleets import Command, copied
from support import Rendered, copy_pack, git, release, released_with

FILE = ".copier-answers.acme.shop.yml"
TABLES = [f"sales.table_{number:02}" for number in range(10)]
ANSWERS = {
    "tenant_id": "acme",
    "scaffold": "shop",
    "source_connector": "postgres",
    "target_connector": "s3",
    "execution_mode": "self_hosted",
    "tables": TABLES,
    "full_reads": ["table_01"],
}
LINE = f"tables: [{', '.join(TABLES)}]"
LINES = "\n".join(["tables:", *(f"  - {table}" for table in TABLES)])
QUIET: dict[str, Any] = {"defaults": True, "overwrite": True, "unsafe": True, "quiet": True}


@pytest.fixture(scope="module")
def pack(tmp_path_factory: pytest.TempPathFactory, _isolated: None) -> Path:
    """Return the pack with v1.0.0, which writes each list in one line, and v2.0.0, which does not."""
    pack = copy_pack(tmp_path_factory.mktemp("lists") / "pack")
    released_with(pack, "base/emit.py", "_WIDEST = 120", "_WIDEST = 1 << 20")
    return pack


@pytest.fixture(scope="module")
def scaffolds(pack: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Return a repository of each release; not to be changed."""
    folder = tmp_path_factory.mktemp("scaffolds")
    for tag in ("v1.0.0", "v2.0.0"):
        run_copy(str(pack), folder / tag, data=ANSWERS, vcs_ref=tag, **QUIET)
        release(folder / tag, "copied")
    return {tag: folder / tag for tag in ("v1.0.0", "v2.0.0")}


@pytest.fixture
def run(pack: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Command:
    return Command(pack, monkeypatch, capsys)


def text(out: Path) -> str:
    return (out / FILE).read_text(encoding="utf-8")


def commit(out: Path) -> None:
    git(out, "add", "--all")
    git(out, "commit", "--quiet", "--message", "changed")


def test_it_has_where_a_line_is_too_short(scaffolds: dict[str, Path]) -> None:
    before, after = text(scaffolds["v1.0.0"]), text(scaffolds["v2.0.0"])
    assert len(LINE) > 120
    assert after == before.replace("v1.0.0", "v2.0.0").replace(LINE, LINES)
    assert "\nfull_reads: [table_01]\n" in after


def test_the_form_of_before_is_no_edit(scaffolds: dict[str, Path], tmp_path: Path, run: Command) -> None:
    ours, theirs = (copied(scaffolds["v1.0.0"], tmp_path / name) for name in ("ours", "theirs"))
    assert run(ours, "replay", "--strict").status == 3  # v2.0.0 is there, and nothing is wrong
    assert run(ours, "update").status == 0
    run_update(theirs, answers_file=FILE, **QUIET)
    assert Rendered(ours).files == Rendered(theirs).files == Rendered(scaffolds["v2.0.0"]).files
    commit(ours)
    assert run(ours, "replay", "--strict").status == 0


def test_who_writes_one_line_may(scaffolds: dict[str, Path], tmp_path: Path, run: Command) -> None:
    out = copied(scaffolds["v2.0.0"], tmp_path / "out")
    (out / FILE).write_text(text(out).replace(LINES, LINE), encoding="utf-8")
    commit(out)
    assert run(out, "replay", "--strict").status == 0
    assert run(out, "update").status == 0
    assert git(out, "status", "--porcelain") == ""


def test_branches_that_each_add_a_table_merge(scaffolds: dict[str, Path], tmp_path: Path, run: Command) -> None:
    out = copied(scaffolds["v2.0.0"], tmp_path / "out")
    tables = {"one": ["sales.table_00a", *TABLES], "other": [*TABLES, "sales.table_99"]}
    main = git(out, "rev-parse", "HEAD").strip()
    for branch, listed in tables.items():
        git(out, "checkout", "--quiet", "-b", branch, main)
        assert run(out, "update", "--data", f"tables={listed}").status == 0
        commit(out)
    git(out, "merge", "--quiet", "--no-edit", "one")
    assert yaml.safe_load(text(out))["tables"] == ["sales.table_00a", *TABLES, "sales.table_99"]
    assert run(out, "replay", "--strict").status == 0
