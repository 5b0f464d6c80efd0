"""An asset that a job needs is not deleted, and no job gets an asset that describes something else."""

from collections.abc import Mapping
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from dativo_generator.answers.selection import Item
from dativo_generator.fleet.merge import Edit
from dativo_generator.fleet.step import Outcome, Step
from dativo_generator.fleet.tree import Tree
from dativo_generator.fleet.uses import checked
from dativo_generator.plan.ownership import Owner

ASSET, NEW, OTHER = "assets/s/v1.0/a.yaml", "assets/s/v2.0/a.yaml", "assets/s/v1.0/b.yaml"
JOB = "jobs/acme/a.yaml"
ITEM = Item("a", "a")
DESCRIBES = b"source_type: s\nobject: a\n"


def put(root: Path, path: str, text: str | bytes) -> None:
    (root / path).parent.mkdir(parents=True, exist_ok=True)
    (root / path).write_bytes(text if isinstance(text, bytes) else text.encode())


def step(root: Path, owners: Mapping[str, Owner] | None = None, force: bool = False) -> Step:
    """Make a step of which only the destination's files, and who owns them, are looked at."""
    fleet: Any = SimpleNamespace(tree=Tree(root), files=[], owner=lambda path, name: (owners or {}).get((path, name)))
    release: Any = None
    return Step(fleet, release, "v2", force=force)


def told(root: Path, *outcomes: Outcome, **how: Any) -> list[str]:
    """Return the detail of each outcome, '' for one that passes as it is."""
    found = list(checked(step(root, **how), outcomes))
    assert [outcome.name for outcome in found] == [outcome.name for outcome in outcomes]
    for before, after in zip(outcomes, found, strict=True):
        assert after is before or after == Outcome(before.name, ("refused",), after.detail)
    return [after.detail for after in found]


def goes(*paths: str, **others: Any) -> Outcome:
    return Outcome("x", ("follows",), writes=dict.fromkeys(paths or (ASSET,)) | others.pop("writes", {}), **others)


# How a job may say where its asset is.
POINTS = [
    f"asset_path: /app/{ASSET}\n",
    f"asset_path: {ASSET}",
    f"asset_path: '/app/{ASSET}'\n",
    f'asset_path: "{ASSET}"  # so\n',
    f'{{"asset_path": "/mnt/a/{ASSET}", "x": 1}}',
    f"{{'asset_path' :\t'{ASSET}'}}",
    f"{{asset_path: {ASSET}}}",
    f"{{asset_path: {ASSET}, x: 1}}",
    f"a: [\nasset_path: {ASSET}#x\n",
    f"a: \N{REPLACEMENT CHARACTER}\nasset_path:   {ASSET}\n",
]
ELSEWHERE = ["", "a: 1\n", f"asset_path: /app/{OTHER}\n", f"asset_path: /app/{ASSET}x\n", f"path: {ASSET}\n"]


@pytest.mark.parametrize("text", POINTS)
def test_an_asset_stays_while_a_job_needs_it(text: str, tmp_path: Path) -> None:
    put(tmp_path, JOB, text)
    said = f"x: point it elsewhere first, or give --force; {ASSET} would be deleted, but {JOB} needs it"
    assert told(tmp_path, goes()) == [said]
    assert told(tmp_path, goes(), force=True) == [""]


@pytest.mark.parametrize("text", ELSEWHERE)
def test_an_asset_that_no_job_needs_goes(text: str, tmp_path: Path) -> None:
    put(tmp_path, JOB, text)
    assert told(tmp_path, goes()) == [""]


@pytest.mark.parametrize("path", ["jobs/a.yml", "jobs/a/b/c.yaml", "jobs/.a.yaml"])
def test_any_job_is_looked_at(path: str, tmp_path: Path) -> None:
    put(tmp_path, path, POINTS[0])
    assert f"but {path} needs it" in told(tmp_path, goes())[0]


@pytest.mark.parametrize("path", ["jobs/a.txt", "a.yaml", "other/a.yaml", "jobsx/a.yaml"])
def test_what_is_no_job_needs_nothing(path: str, tmp_path: Path) -> None:
    put(tmp_path, path, POINTS[0])
    assert told(tmp_path, goes()) == [""]


def test_several_jobs_are_counted(tmp_path: Path) -> None:
    for name, more in (("c", ""), ("a", " and 1 more"), ("b", " and 2 more")):
        put(tmp_path, f"jobs/{name}.yaml", POINTS[0])
        first = "a" if more else "c"
        assert f"but jobs/{first}.yaml{more} needs it" in told(tmp_path, goes())[0]


def test_where_it_goes_is_told(tmp_path: Path) -> None:
    put(tmp_path, JOB, POINTS[0])
    moved = goes(writes={NEW: b""}, moves={ASSET: NEW})
    assert f"point it at {NEW} first, or give --force; " in told(tmp_path, moved)[0]


def test_only_assets_are_needed(tmp_path: Path) -> None:
    put(tmp_path, JOB, f"asset_path: {ASSET}")
    assert told(tmp_path, goes("jobs/b.yaml", "registry/assets/s/v1.0/a.yaml")) == [""]
    assert ASSET in told(tmp_path, goes("jobs/b.yaml", ASSET))[0]


def test_a_job_that_changes_with_it_counts_as_it_will_be(tmp_path: Path) -> None:
    put(tmp_path, JOB, POINTS[0])
    put(tmp_path, "jobs/z.yaml", ELSEWHERE[2])
    to_new = f"asset_path: {NEW}".encode()
    assert told(tmp_path, goes(writes={JOB: to_new})) == [""]
    assert told(tmp_path, goes(writes={JOB: None})) == [""]
    assert told(tmp_path, goes(edits={JOB: Edit(b"", b"", to_new)})) == [""]
    other = Outcome("y", (), writes={JOB: to_new})
    assert told(tmp_path, goes(), other) == told(tmp_path, other, goes()) == ["", ""]
    assert JOB in told(tmp_path, goes(edits={JOB: Edit(b"", to_new, POINTS[0].encode())}))[0]
    assert "jobs/z.yaml needs it" in told(tmp_path, goes(OTHER, writes={JOB: to_new}))[0]


def test_what_is_refused_changes_no_job(tmp_path: Path) -> None:
    put(tmp_path, JOB, POINTS[0])
    refused = Outcome("y", ("refused",), "why", writes={JOB: None})
    assert told(tmp_path, refused, goes()) == ["why", told(tmp_path, goes())[0]]
    assert told(tmp_path, Outcome("y", ("refused",), "why", writes={ASSET: None})) == ["why"]


def test_a_job_that_cannot_be_read_needs_nothing(tmp_path: Path) -> None:
    put(tmp_path, "elsewhere", POINTS[0])
    (tmp_path / "jobs").mkdir()
    (tmp_path / "jobs" / "a.yaml").symlink_to("../elsewhere")
    assert told(tmp_path, goes()) == [""]
    put(tmp_path, "jobs/b.yaml", POINTS[0])
    assert "jobs/b.yaml needs it" in told(tmp_path, goes())[0]


def test_a_job_may_hold_any_bytes(tmp_path: Path) -> None:
    put(tmp_path, JOB, b"asset_path: assets/\xff.yaml\n" + POINTS[0].encode())
    assert f"{JOB} needs it" in told(tmp_path, goes())[0]


def test_each_outcome_is_looked_at_for_itself(tmp_path: Path) -> None:
    put(tmp_path, JOB, POINTS[0])
    assert [bool(said) for said in told(tmp_path, goes(OTHER), goes(), goes(OTHER))] == [False, True, False]


# --- assets of others -------------------------------------------------------------------------------------------------

READS = Outcome("x", ("new",), reads={ASSET: ("s", ITEM)})


def test_an_asset_that_is_read_must_be_there(tmp_path: Path) -> None:
    assert told(tmp_path, READS) == [f"x: assets: write it with assets=write; {ASSET}: is not there"]
    put(tmp_path, ASSET, DESCRIBES)
    assert told(tmp_path, READS) == [""]


def test_and_describe_what_its_owner_reads(tmp_path: Path) -> None:
    put(tmp_path, ASSET, DESCRIBES)
    owner = Owner("acme", "y", Item("a", "other"))
    said = told(tmp_path, READS, owners={(ASSET, "x"): owner})
    assert said == [f"x: assets: write it with assets=write; {ASSET}: describes other, not a"]
    assert told(tmp_path, READS, owners={(ASSET, "y"): owner}) == [""]


def test_every_asset_that_is_read_is_looked_at(tmp_path: Path) -> None:
    put(tmp_path, ASSET, DESCRIBES)
    both = Outcome("x", ("new",), reads={ASSET: ("s", ITEM), OTHER: ("s", Item("b", "b"))})
    assert f"{OTHER}: is not there" in told(tmp_path, both)[0]


def test_an_asset_that_comes_with_it_counts_as_it_will_be(tmp_path: Path) -> None:
    put(tmp_path, ASSET, b"source_type: s\nobject: other\n")
    writer = Outcome("y", ("new",), writes={ASSET: DESCRIBES}, items={ASSET: ITEM})
    assert told(tmp_path, READS, writer) == ["", ""]
    for text, why in (
        (b"source_type: t\nobject: a\n", "describes 'a' of 't'"),
        (b"a: [", "describes nothing of nothing"),
        (b"\xff", "describes nothing of nothing"),
    ):
        assert f"{ASSET}: {why}" in told(tmp_path, READS, Outcome("y", ("new",), writes={ASSET: text}))[0]
    other = Outcome("y", ("new",), writes={ASSET: DESCRIBES}, items={ASSET: Item("a", "other")})
    assert "describes other, not a" in told(tmp_path, READS, other)[0]


@pytest.mark.parametrize("effects", [("refused",), ("forbidden in cloud",)])
def test_what_is_refused_brings_no_asset(effects: tuple[str, ...], tmp_path: Path) -> None:
    writer = Outcome("y", effects, writes={ASSET: DESCRIBES})
    assert "is not there" in told(tmp_path, READS, writer)[0]


def test_an_asset_that_goes_is_not_brought(tmp_path: Path) -> None:
    put(tmp_path, ASSET, DESCRIBES)
    assert told(tmp_path, READS, Outcome("y", (), writes={ASSET: None})) == ["", ""]
