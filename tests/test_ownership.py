"""A scaffold owns what its answers render to; it takes no other file, and deletes none without saying so."""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from copier.errors import UserMessageError

from fleets import STRIPE, Command, build, copied
from support import Rendered, checked, git, release, render

TABLES = {
    "source_connector": "postgres",
    "tables": ["public.orders", "public.items"],
    "target_connector": "s3",
    "fields": {"orders": {"id": "integer required"}, "items": {"id": "integer required"}},
    "incremental": False,
}
# Takes a table, and so the files, of the scaffold `shop`.
OTHER = TABLES | {"tenant_id": "acme", "scaffold": "other", "tables": ["public.items"], "fields": {"id": "string"}}
FILE = ".copier-answers.acme.shop.yml"
JOB, ASSET = "jobs/acme/postgres_items_to_s3.yaml", "assets/postgres/v1.0/postgres_items.yaml"
DROP = ("--data", "tables=[public.orders]", "--data", "fields={id: integer required}")


@pytest.fixture(scope="session")
def built(published: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build(published, tmp_path_factory.mktemp("built") / "out", "v1.0.0", {"shop": TABLES})


@pytest.fixture
def out(built: Path, tmp_path: Path) -> Path:
    return copied(built, tmp_path / "out")


@pytest.fixture
def command(published: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Command:
    return Command(published, monkeypatch, capsys)


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def states(report: Any) -> dict[str, str]:
    files = [file for entry in report["answers"] for file in entry["files"]] + report["files"]
    return {file["path"]: file["state"] for file in files if file["state"] != "clean"}


# What somebody's tool, or company, puts above a file.
ABOVE = {
    "a document start": "---\n",
    "a license": "# Copyright the company.\n#\n# All rights reserved.\n\n",
    "a byte order mark": "\ufeff",
    "a directive": "%YAML 1.1\n---\n",
}


@pytest.mark.parametrize("above", ABOVE.values(), ids=ABOVE)
def test_what_stands_above_a_file_gives_it_to_nobody(above: str, out: Path, published: Path) -> None:
    for path in (JOB, ASSET):
        edit(out / path, "# Written", f"{above}# Written")
    release(out, "above")
    before = Rendered(out).files
    with pytest.raises(UserMessageError, match=f"{ASSET}: read it with .*; it belongs to the scaffold shop of acme"):
        render(published, out, OTHER, overwrite=True)
    assert Rendered(out).files == before


@pytest.mark.parametrize("header", [True, False])
def test_a_file_is_its_scaffolds_without_a_header(header: bool, out: Path, published: Path, command: Command) -> None:
    for path in (JOB, ASSET):
        lines = (out / path).read_text(encoding="utf-8").splitlines(keepends=True)
        (out / path).write_text("".join(lines if header else lines[2:]), encoding="utf-8")
    release(out, "without")
    with pytest.raises(UserMessageError, match=f"{ASSET}: read it with .*; it belongs to the scaffold shop of acme"):
        render(published, out, OTHER, overwrite=True)
    manifest = out / "jobs.yml"
    manifest.write_text(yaml.safe_dump({"scaffolds": [OTHER]}), encoding="utf-8")
    result = command(out, "batch", "jobs.yml")
    assert (result.status, f"{ASSET}: read it with --data assets=reuse, or " in result.err) == (1, True), result.err


def test_a_file_that_is_gone_is_still_its_scaffolds(out: Path, published: Path) -> None:
    for path in (JOB, ASSET):
        (out / path).unlink()
    with pytest.raises(UserMessageError, match="belongs to the scaffold shop of acme"):
        render(published, out, OTHER, overwrite=True)


@pytest.mark.parametrize("path", [JOB, ASSET])
def test_a_file_by_hand_is_not_overwritten(path: str, published: Path, tmp_path: Path) -> None:
    (tmp_path / path).parent.mkdir(parents=True)
    (tmp_path / path).write_text("mine: true\n")
    with pytest.raises(
        UserMessageError, match=f"{path}: move it away, or .*; it exists already, and belongs to no scaffold"
    ):
        render(published, tmp_path, TABLES | {"tenant_id": "acme"}, overwrite=True)
    assert (tmp_path / path).read_text() == "mine: true\n"
    assert list(Rendered(tmp_path).files) == [path]


# --- what answers no longer give --------------------------------------------------------------------------------------


def test_a_copy_of_a_generated_file_is_kept(out: Path, command: Command) -> None:
    mine = out / "jobs" / "acme" / "mine.yaml"
    shutil.copy(out / JOB, mine)
    edit(mine, "level: INFO", "level: DEBUG")
    result = command(out, "replay", "--write", "--json")
    assert (result.status, states(result.json)) == (1, {"jobs/acme/mine.yaml": "stray"})
    assert mine.is_file()
    assert "delete it, or its first line to keep it as your own" in command(out, "replay").out
    edit(mine, "# Written by the scaffold", "# Begun from that of the scaffold")
    assert command(out, "replay").status == 0


def test_what_was_recorded_and_is_gone_is_deleted(out: Path, command: Command) -> None:
    (out / FILE).unlink()
    release(out, "gone")
    edit(out / JOB, "level: INFO", "level: DEBUG")
    release(out, "edited")
    result = command(out, "replay", "--write", "--json")
    assert result.status == 1
    assert states(result.json) == {JOB: "stray"}
    assert not (out / ASSET).exists() and (out / JOB).exists()


def test_without_a_history_nothing_is_deleted(out: Path, command: Command) -> None:
    (out / FILE).unlink()
    shutil.rmtree(out / ".git")
    result = command(out, "replay", "--write", "--json")
    assert set(states(result.json).values()) == {"stray"}
    assert (out / JOB).exists() and (out / ASSET).exists()


@pytest.mark.parametrize("edited", [False, True])
def test_a_file_moved_by_hand_is_named(edited: bool, out: Path, command: Command) -> None:
    (out / "jobs" / "acme" / "nightly").mkdir()
    there = "jobs/acme/nightly/postgres_items_to_s3.yaml"
    (out / JOB).rename(out / there)
    if edited:
        edit(out / there, "level: INFO", "level: DEBUG")
    result = command(out, "replay", "--write", "--json")
    assert (result.status, states(result.json)) == (1, {JOB: "moved", there: "moved"})
    assert (out / there).exists() and not (out / JOB).exists()
    assert f"{JOB}: move it back; it is at {there}" in command(out, "replay").out


def test_a_file_deleted_by_hand_can_stay_away(out: Path, command: Command) -> None:
    (out / JOB).unlink()
    release(out, "deleted")
    said = command(out, "replay").out.splitlines()[-1]
    assert said == f"If it was deleted for good: dativo-generator update {FILE} --data 'left_out=[{JOB}]'"
    assert command(out, "update", FILE, "--data", f"left_out=[{JOB}]").status == 0
    assert not (out / JOB).exists()
    assert command(out, "replay").status == 0
    release(out, "said")
    assert command(out, "update", FILE, "--data", "left_out=[]").status == 0
    assert (out / JOB).exists()


def test_only_a_file_of_the_scaffold_can_be_left_out(out: Path, command: Command) -> None:
    result = command(out, "update", FILE, "--data", "left_out=[jobs/acme/postgres_item_to_s3.yaml]", "--json")
    detail = result.json["answers"][0]["detail"]
    assert detail.startswith(f"{FILE}: left_out: did you mean 'jobs/acme/postgres_items_to_s3.yaml'? ")
    assert "did you mean" in detail


# --- deletions --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("dry_run", [True, False])
def test_each_file_that_goes_is_named(dry_run: bool, out: Path, command: Command) -> None:
    result = command(out, "update", *DROP, *(["--dry-run"] if dry_run else []))
    state = "would be deleted" if dry_run else "deleted"
    assert [line.split()[-1] for line in result.out.splitlines() if line.startswith(state)] == [ASSET, JOB]
    assert (out / JOB).exists() == (out / ASSET).exists() == dry_run


def test_in_markdown_too(out: Path, command: Command) -> None:
    out_ = command(out, "update", *DROP, "--dry-run", "--format", "markdown").out
    assert "**Deleted**" in out_ and f"- `{JOB}`" in out_


@pytest.mark.parametrize("path", [JOB, ASSET])
def test_an_edited_file_is_kept_and_named(path: str, out: Path, command: Command) -> None:
    before = (out / path).read_text(encoding="utf-8")
    (out / path).write_text(before + "# mine\n", encoding="utf-8")
    release(out, "edited")
    result = command(out, "update", *DROP, "--json")
    kept = [path] if path == ASSET else [ASSET, JOB]  # a job needs its asset
    assert result.json["kept"] == kept
    assert [p for p in (ASSET, JOB) if (out / p).exists()] == kept


def test_force_deletes_it(out: Path, command: Command) -> None:
    (out / JOB).write_text((out / JOB).read_text() + "# mine\n")
    release(out, "edited")
    result = command(out, "update", *DROP, "--force", "--json")
    assert result.json["kept"] == []
    assert not (out / JOB).exists()


def test_a_shared_file_with_edits_stays(out: Path, command: Command) -> None:
    recipe = out / "connectors" / "postgres.yaml"
    recipe.write_text(recipe.read_text(encoding="utf-8") + "# mine\n", encoding="utf-8")
    release(out, "edited")
    result = command(out, "update", "--data", "vendor=false", "--json")
    assert result.json["kept"] == ["connectors/postgres.yaml"]
    assert recipe.exists() and not (out / "registry").exists()


# --- assets that others use -------------------------------------------------------------------------------------------


def test_an_asset_that_a_job_by_hand_needs_does_not_go(out: Path, command: Command) -> None:
    text = (out / JOB).read_text(encoding="utf-8")
    (out / "jobs" / "acme" / "mine.yaml").write_text(text[text.index("tenant_id") :], encoding="utf-8")
    release(out, "by-hand")
    for data in (DROP, ("--data", "asset_version=2.0")):
        result = command(out, "update", *data, "--json")
        (entry,) = result.json["answers"]
        assert (result.status, entry["effects"]) == (1, ["refused"])
        assert f"{ASSET} would be deleted, but jobs/acme/mine.yaml needs it" in entry["detail"]
    assert git(out, "status", "--porcelain") == ""
    assert command(out, "update", *DROP, "--force").status == 0
    assert not (out / ASSET).exists()


def test_an_asset_that_another_scaffold_needs_does_not_go(out: Path, published: Path, command: Command) -> None:
    reader = TABLES | {"tenant_id": "globex", "scaffold": "reader", "assets": "reuse", "tables": ["public.items"]}
    render(published, out, {name: value for name, value in reader.items() if name != "fields"})
    release(out, "reader")
    result = command(out, "update", FILE, *DROP, "--json")
    assert "jobs/globex/postgres_items_to_s3.yaml needs it" in result.json["answers"][0]["detail"]
    assert command(out, "update", "--data", "asset_version=2.0").status == 0  # they move together
    assert not (out / "assets" / "postgres" / "v1.0").exists()
    assert "/v2.0/" in (out / "jobs" / "globex" / "postgres_items_to_s3.yaml").read_text(encoding="utf-8")


REUSED: dict[str, tuple[dict[str, Any], str]] = {
    "not there": ({"tables": ["public.people"]}, "postgres_people.yaml: is not there"),
    "of another schema": ({"tables": ["hr.items"]}, "describes public.items, not hr.items"),
}


@pytest.mark.parametrize(("answers", "why"), REUSED.values(), ids=REUSED)
def test_an_asset_is_reused_for_what_it_describes(
    answers: dict[str, Any], why: str, out: Path, published: Path, command: Command
) -> None:
    given = checked({n: v for n, v in TABLES.items() if n != "fields"} | answers)
    given |= {"tenant_id": "globex", "scaffold": "reader", "assets": "reuse"}
    with pytest.raises(UserMessageError, match=f"^assets: reuse: .*{why}; write it with --data assets=write"):
        render(published, out, given)
    (out / "jobs.yml").write_text(yaml.safe_dump({"scaffolds": [given]}), encoding="utf-8")
    result = command(out, "batch", "jobs.yml")
    assert (result.status, why in result.err) == (1, True)
    assert git(out, "status", "--porcelain") == "?? jobs.yml\n"


def test_reuse_is_not_suggested_for_another_table(out: Path, published: Path) -> None:
    given = TABLES | {"tenant_id": "globex", "tables": ["hr.items"], "fields": {"id": "string"}}
    with pytest.raises(UserMessageError) as error:
        render(published, out, given)
    assert "assets=reuse" not in str(error.value)
    with pytest.raises(UserMessageError, match="read it with --data assets=reuse"):
        render(published, out, given | {"tables": ["public.items"]})


def test_an_asset_by_hand_is_reused(published: Path, tmp_path: Path, scaffolded: Callable[..., Rendered]) -> None:
    asset = scaffolded(**STRIPE, tenant_id="acme").files["assets/stripe/v1.0/stripe_customers.yaml"]
    path = tmp_path / "mine" / "assets" / "stripe" / "v1.0" / "stripe_customers.yaml"
    path.parent.mkdir(parents=True)
    path.write_bytes(asset.split(b"\n", 3)[3])
    out = render(published, tmp_path / "mine", STRIPE | {"tenant_id": "acme", "assets": "reuse"})
    assert len(out.jobs) == 1


@pytest.mark.parametrize("place", ["orders.yaml", "contracts/stripe/customers.yaml"])
def test_an_asset_is_reused_wherever_the_job_says_it_is(place: str, published: Path, tmp_path: Path) -> None:
    out = tmp_path / "mine"
    render(published, out, STRIPE | {"tenant_id": "acme", "scaffold": "writer"})
    (out / place).parent.mkdir(parents=True, exist_ok=True)
    (out / place).write_bytes((out / "assets" / "stripe" / "v1.0" / "stripe_customers.yaml").read_bytes())
    given = STRIPE | {"tenant_id": "globex", "assets": "reuse", "job_extra": {"asset_path": f"/app/{place}"}}
    jobs = render(published, out, given).jobs
    assert jobs["jobs/globex/stripe_customers_to_iceberg.yaml"]["asset_path"] == f"/app/{place}"
    (out / place).unlink()
    with pytest.raises(UserMessageError, match=f"^assets: reuse: {place}: is not there; write it with"):
        render(published, out, given | {"tenant_id": "initech"})
