"""Many scaffolds from a manifest: all are written or none, and each problem is reported once, at its place."""

import csv
import errno
import io
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from dativo_generator.fleet import change
from dativo_generator.plan.plan import plan
from fleets import Command, build, examples
from support import EXAMPLES, PACK, Rendered, edit_yaml, git, load_answers, release

CSV = """\
scaffold,source_connector,objects,tables,target_connector,retention_days,tags
crm,hubspot,"contacts, deals",,iceberg,30,
pay,stripe,[customers],,s3,,"a;b"
db,postgres,,"public.orders; public.items",iceberg,,
"""
SHARED = ("--data", "tenant_id=acme")


@pytest.fixture
def command(published: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Command:
    return Command(published, monkeypatch, capsys)


@pytest.fixture
def out(tmp_path: Path) -> Path:
    (tmp_path / "out").mkdir()
    git(tmp_path / "out", "init", "--quiet", "--initial-branch=main")
    return tmp_path / "out"


def write(out: Path, text: str, name: str = "jobs.csv") -> str:
    (out / name).write_text(text, encoding="utf-8")
    return name


def commit(out: Path) -> None:
    release(out, f"t{len(git(out, 'tag').split())}")


def files(out: Path) -> dict[str, bytes]:
    return Rendered(out).files


def test_a_row_is_what_copier_gives_for_it(command: Command, example: Callable[[Path], Rendered], out: Path) -> None:
    manifest = {"scaffolds": [load_answers(path) for path in EXAMPLES]}
    result = command(out, "batch", write(out, yaml.safe_dump(manifest, sort_keys=False), "jobs.yml"), "--json")
    assert result.status == 0, result.err
    assert {row["state"] for row in result.json["rows"]} == {"new"}
    (out / "jobs.yml").unlink()
    copiers: dict[str, bytes] = {}
    for path in EXAMPLES:
        copiers |= example(path).files
    assert files(out) == copiers


def test_a_spreadsheet_and_a_list_give_the_same(command: Command, out: Path, tmp_path: Path) -> None:
    items = [
        {"scaffold": "crm", "source_connector": "hubspot", "objects": ["contacts", "deals"], "retention_days": 30},
        {"scaffold": "pay", "source_connector": "stripe", "objects": ["customers"], "target_connector": "s3"},
        {"scaffold": "db", "source_connector": "postgres", "tables": ["public.orders", "public.items"]},
    ]
    items[1]["tags"] = ["a", "b"]
    manifest = {"defaults": {"tenant_id": "acme", "target_connector": "iceberg"}, "scaffolds": items}
    shutil.copytree(out, tmp_path / "list")
    assert command(out, "batch", write(out, CSV), *SHARED).status == 0
    name = write(tmp_path / "list", yaml.safe_dump(manifest), "jobs.yml")
    assert command(tmp_path / "list", "batch", name).status == 0
    (out / "jobs.csv").unlink(), (tmp_path / "list" / name).unlink()
    assert files(out) == files(tmp_path / "list")


def test_a_list_may_take_its_rows_from_a_spreadsheet(command: Command, out: Path) -> None:
    write(out, CSV)
    manifest = {"defaults": {"tenant_id": "globex", "owner": "me@globex.com"}, "scaffolds": "jobs.csv"}
    assert command(out, "batch", write(out, yaml.safe_dump(manifest), "jobs.yml")).status == 0
    answers = yaml.safe_load((out / ".copier-answers.globex.pay.yml").read_text(encoding="utf-8"))
    assert (answers["owner"], answers["tags"]) == ("me@globex.com", ["a", "b"])


@pytest.mark.parametrize(
    "change",
    [
        lambda text: (
            text.replace(",", ";").replace('"contacts; deals"', "contacts").replace("orders; public", "orders")
        ),
        lambda text: "\ufeff" + text,
        lambda text: text.replace("\n", "\r\n"),
        lambda text: text.replace(",tags\n", ",tags,,\n") + ",,,,,,\n\n",
        lambda text: text.replace("scaffold,", " scaffold ,").replace("crm,hubspot", " crm , hubspot "),
    ],
    ids=["semicolons", "byte order mark", "line ends of Windows", "empty cells", "blanks"],
)
def test_what_spreadsheets_write_is_taken(change: Callable[[str], str], command: Command, out: Path) -> None:
    text = change(
        CSV if ";" not in change(",") else CSV.replace('"a;b"', "a").replace('"public.orders; public.items"', "t")
    )
    (out / "jobs.csv").write_bytes(text.encode("utf-8"))
    result = command(out, "batch", "jobs.csv", *SHARED, "--dry-run", "--json")
    assert result.status == 0, result.err
    assert [row["state"] for row in result.json["rows"]] == ["new"] * 3


# --- what is wrong ----------------------------------------------------------------------------------------------------

WRONG_CSV = """\
scaffold,source_connector,objects,bucket,owner,buket,prefix
crm,hubspot,contact,X,me,1,
pay,strip,customers,,x@y.zz,,raw
db,postgres,,,,,raw
ok,stripe,charges,,,,
"""


def test_every_problem_is_said_with_row_and_column(command: Command, out: Path) -> None:
    result = command(out, "batch", write(out, WRONG_CSV), *SHARED, "--data", "target_connector=s3")
    assert result.status == 1
    said = [line.split(": ", 3) for line in result.err.splitlines()]
    assert [tuple(line[1:3]) for line in said[:-1]] == [
        ("row 1, column F", "buket"),
        ("row 2, column C", "objects"),
        ("row 2, column D", "bucket"),
        ("row 2, column E", "owner"),
        ("row 3, column B", "source_connector"),
        ("row 4", "tables"),
    ]
    assert said[-1] == ["Error", "6 problems; nothing was written"]
    assert [*files(out)] == ["jobs.csv"]


WRONG_YAML = """\
defaults:
  tenant_id: acme
  target_connector: s3
  owner: nobody
scaffolds:
  - {scaffold: a, source_connector: stripe, objects: [customer]}
  - {scaffold: b, source_connector: stripe, objects: [charges], owner: a@b.cc}
  - 5
"""


def test_every_problem_of_a_list_is_said_with_its_line(command: Command, out: Path) -> None:
    result = command(out, "batch", write(out, WRONG_YAML, "jobs.yml"))
    assert result.status == 1
    assert [line.split(": ")[0:2] for line in result.err.splitlines()[:-1]] == [
        ["jobs.yml:8:5", "item 3"],
        ["jobs.yml:4:10", "item 1"],
        ["jobs.yml:6:54", "item 1"],
    ]


UNREADABLE: dict[str, tuple[str, str]] = {
    "jobs.txt": ("", "jobs.txt: name a .yml or a .csv file"),
    "empty.csv": ("", "empty.csv: holds no scaffold"),
    "only_names.csv": ("scaffold,tenant_id\n", "only_names.csv: holds no scaffold"),
    "twice.csv": ("scaffold,scaffold\na,b\n", "twice.csv: row 1: 2 columns are called 'scaffold'"),
    "nameless.csv": ("scaffold,,owner\na,b,c\n", "nameless.csv: row 1: column B has no name"),
    "list.yml": ("- a\n", "list.yml: must be a mapping with `scaffolds`"),
    "key.yml": ("scaffolds: []\nscafolds: []\n", "key.yml:2:11: did you mean 'scaffolds'? unknown key 'scafolds'"),
    "syntax.yml": ("a: [\n", "syntax.yml:2:1: complete the value"),
    "outside.yml": ("scaffolds: ../jobs.csv\n", "outside.yml:1:12: '../jobs.csv' must be a file beside this one"),
    "missing.yml": ("scaffolds: nowhere.csv\n", "nowhere.csv: name a manifest that exists; there is no such file"),
}


@pytest.mark.parametrize("name", UNREADABLE)
def test_what_is_no_manifest_is_said_in_one_line(name: str, command: Command, out: Path) -> None:
    text, message = UNREADABLE[name]
    result = command(out, "batch", write(out, text, name))
    assert (result.status, result.out) == (2, "")
    assert result.err.startswith(f"Error: {message}") and result.err.count("\n") == 1


def test_a_file_in_another_encoding_is_refused(command: Command, out: Path) -> None:
    (out / "jobs.csv").write_bytes("scaffold,owner\nä,b\n".encode("latin-1"))
    assert command(out, "batch", "jobs.csv").err == "Error: jobs.csv:2:1: save it as UTF-8; it is not UTF-8\n"


CLASHES = {
    "one name": (
        ["s,stripe,charges,iceberg", "s,stripe,invoices,iceberg"],
        "jobs.csv: row 3, column A: scaffold: give each its own name; row 2 has the same",
    ),
    "one asset": (
        ["a,stripe,charges,iceberg", "b,stripe,charges,s3"],
        "2 rows (2-3): assets/stripe/v1.0/stripe_charges.yaml: name each another asset with asset_names, ",
    ),
    "too many cells": (["a,stripe,charges,iceberg,more"], "jobs.csv: row 2: has more cells than row 1 has names"),
}


@pytest.mark.parametrize("case", CLASHES)
def test_rows_that_clash_are_refused(case: str, command: Command, out: Path) -> None:
    rows, message = CLASHES[case]
    text = "\n".join(["scaffold,source_connector,objects,target_connector", *rows]) + "\n"
    result = command(out, "batch", write(out, text), *SHARED)
    assert result.status == 1 and message in result.err
    assert [*files(out)] == ["jobs.csv"]


def test_files_that_are_there_are_not_taken(command: Command, out: Path) -> None:
    job = "jobs/acme/stripe_customers_to_s3.yaml"
    (out / job).parent.mkdir(parents=True)
    (out / job).write_text("tenant_id: acme\n", encoding="utf-8")
    before = files(out)
    result = command(out, "batch", write(out, CSV), *SHARED)
    assert result.status == 1
    assert f"jobs.csv: row 3: {job}: move it away, or write another with --data" in result.err
    assert files(out) == before | {"jobs.csv": CSV.encode()}


def test_an_asset_of_another_scaffold_is_not_taken(command: Command, published: Path, tmp_path: Path) -> None:
    other = {"tenant_id": "x", "source_connector": "stripe", "objects": ["customers"], "target_connector": "s3"}
    out = build(published, tmp_path / "out", "v1.0.0", {"stripe_to_s3": other})
    result = command(out, "batch", write(out, CSV), *SHARED)
    assert "row 3: assets/stripe/v1.0/stripe_customers.yaml: read it with --data assets=reuse" in result.err
    assert "assets=reuse" in result.err


def test_what_is_wrong_in_the_same_way_is_said_once(command: Command, out: Path) -> None:
    rows = [f"{name},stripe,{'refund' if name == 'd' else 'customers'},s3" for name in "aabbccddd"]
    text = "\n".join(["scaffold,source_connector,objects,target_connector", *rows]) + "\n"
    result = command(out, "batch", write(out, text), *SHARED)
    assert result.err.removesuffix("; nothing was written\n").splitlines() == [
        "jobs.csv: 3 rows (3, 5, 7): scaffold: give each its own name",
        "  row 3, column A: row 2 has the same",
        "  row 5, column A: row 4 has the same",
        "  row 7, column A: row 6 has the same",
        "jobs.csv: 3 rows (8-10), column C: "
        "objects: use one of charges, customers, invoices; 'refund' is not an object of stripe",
        "Error: 6 problems",
    ]


def test_values_that_are_wrong_in_the_same_way_have_one_remedy(command: Command, out: Path) -> None:
    rows = [f"s{number},stripe,customers,s3,data{number}" for number in range(3)]
    text = "\n".join(["scaffold,source_connector,objects,target_connector,owner", *rows]) + "\n"
    result = command(out, "batch", write(out, text), "--data", "tenant_id=acme")
    assert result.err.removesuffix("; nothing was written\n").splitlines() == [
        "jobs.csv: 3 rows (2-4): owner: write an ASCII e-mail address like team@example.com",
        "  row 2, column E: not 'data0'",
        "  row 3, column E: not 'data1'",
        "  row 4, column E: not 'data2'",
        "Error: 3 problems",
    ]


def test_rows_that_would_write_one_file_are_one_line(command: Command, out: Path) -> None:
    rows = [f"s{number},stripe,customers,s3" for number in range(5)]
    text = "\n".join(["scaffold,source_connector,objects,target_connector", *rows]) + "\n"
    result = command(out, "batch", write(out, text), *SHARED)
    assert result.err.splitlines() == [
        "jobs.csv: 5 rows (2-6): assets/stripe/v1.0/stripe_customers.yaml: name each another asset with asset_names, "
        "or write it in one and answer assets=reuse in the others; .copier-answers.acme.s0.yml, "
        ".copier-answers.acme.s1.yml, .copier-answers.acme.s2.yml and 2 more would write it",
        "Error: 5 problems; nothing was written",
    ]


def test_a_cell_may_be_a_pattern_for_names(command: Command, out: Path) -> None:
    text = (
        "scaffold,source_connector,objects,target_connector,asset_names\n"
        "a,stripe,customers,s3,{tenant}_a_{object}\n"
        "b,stripe,customers,s3,{tenant}_b_{object}\n"
    )
    assert command(out, "batch", write(out, text), *SHARED).status == 0
    assert sorted(path.name for path in (out / "assets").rglob("*.yaml")) == [
        "acme_a_customers.yaml",
        "acme_b_customers.yaml",
    ]


# --- warnings ---------------------------------------------------------------------------------------------------------


def test_a_batch_warns_as_a_copy_of_each_row_does_and_of_many_rows_once(command: Command, out: Path) -> None:
    rows = {
        "crm": {"source_connector": "hubspot", "objects": ["contacts", "deals"], "target_connector": "iceberg"},
        "pay": {"source_connector": "stripe", "objects": ["customers"], "target_connector": "iceberg"},
        "db": {"source_connector": "postgres", "tables": ["public.orders"], "target_connector": "s3"},
    }
    answers = [{"tenant_id": "acme", "owner": "a@acme.com", "scaffold": name} | row for name, row in rows.items()]
    name = write(out, yaml.safe_dump({"scaffolds": answers}), "jobs.yml")
    warnings = command(out, "batch", name, "--dry-run", "--json").json["warnings"]
    single = {
        number: [(one["kind"], one["of"]) for one in plan(PACK, row)["warned"]] for number, row in enumerate(answers, 1)
    }
    assert {kind for said in single.values() for kind, _ in said} == {one["text"] for one in warnings}
    for one in warnings:
        assert one["rows"] == [number for number, said in single.items() if one["text"] in dict(said)]
    printed = command(out, "batch", name, "--dry-run").err.splitlines()
    assert len(printed) == len(warnings)
    assert any(re.match(r"Warning: \d items \(", line) for line in printed), printed


def test_rows_that_are_left_alone_are_not_warned_of(command: Command, out: Path) -> None:
    name = write(out, CSV)
    assert "Warning: " in command(out, "batch", name, *SHARED).err
    assert command(out, "batch", name, *SHARED).err == ""


# --- an owner that no row names ---------------------------------------------------------------------------------------

ROW = {"tenant_id": "acme", "source_connector": "stripe", "objects": ["customers"], "target_connector": "iceberg"}
RECORDED = ".copier-answers.acme.stripe_to_iceberg.yml"


def ownerless(out: Path, **more: Any) -> str:
    return write(out, yaml.safe_dump({"scaffolds": [ROW | more]}), "jobs.yml")


@pytest.fixture
def mail(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[[str], None]:
    """Set the address of the Git identity."""

    def set_(address: str) -> None:
        config = tmp_path / "identity"
        config.write_text(f"[user]\nname = A\nemail = {address}\n" if address else "", encoding="utf-8")
        monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(config))

    return set_


def test_nobody_named_an_owner_so_it_is_the_user(command: Command, out: Path, mail: Callable[[str], None]) -> None:
    mail("ann@acme.com")
    result = command(out, "batch", ownerless(out))
    assert "Warning: item 1: owner: ann@acme.com of your Git identity; to name another, answer it, or write it in " in (
        result.err
    )
    assert yaml.safe_load((out / RECORDED).read_text(encoding="utf-8"))["owner"] == "ann@acme.com"
    # It is an answer now: whoever runs the manifest next does not become the owner.
    mail("bob@acme.com")
    again = command(out, "batch", ownerless(out), "--json").json
    assert ([row["state"] for row in again["rows"]], again["files"]) == (["unchanged"], {})
    commit(out)
    changed = command(out, "batch", ownerless(out, retention_days=7), "--json").json
    assert (
        [row["state"] for row in changed["rows"]],
        yaml.safe_load((out / RECORDED).read_text(encoding="utf-8"))["owner"],
    ) == (["changed"], "ann@acme.com")


@pytest.mark.parametrize("address", ["", "root@localhost", "1+ann@users.noreply.github.com"])
def test_an_address_that_reaches_nobody_is_no_owner(
    command: Command, out: Path, mail: Callable[[str], None], address: str
) -> None:
    mail(address)
    result = command(out, "batch", ownerless(out, retention_days="x"))
    assert result.status == 1
    assert [line for line in result.err.splitlines() if "owner" in line] == [
        "jobs.yml:2:3: item 1: owner: answer it, write it in profiles/acme.yml, or set "
        "Git's user.email; none of them names one"
    ]
    assert "retention_days: " in result.err  # all problems at once
    assert not (out / RECORDED).exists()


@pytest.mark.parametrize("given", ["row", "option", "profile", "another scaffold's assets"])
def test_an_owner_that_is_known_is_not_the_user(
    command: Command, out: Path, mail: Callable[[str], None], given: str
) -> None:
    mail("")
    arguments = ["--data", "owner=data@acme.com"] if given == "option" else []
    more: dict[str, Any] = {"owner": "data@acme.com"} if given == "row" else {}
    if given == "profile":
        (out / "profiles").mkdir(parents=True)
        (out / "profiles" / "acme.yml").write_text("owner: data@acme.com\n", encoding="utf-8")
    if given == "another scaffold's assets":
        assert command(out, "batch", ownerless(out, scaffold="first"), "--data", "owner=data@acme.com").status == 0
        more = {"assets": "reuse", "target_connector": "s3"}
    result = command(out, "batch", ownerless(out, **more), *arguments)
    assert (result.status, "owner" in result.err) == (0, False), result.err
    (asset,) = (yaml.safe_load(path.read_text(encoding="utf-8")) for path in (out / "assets").rglob("*.yaml"))
    assert asset["asset"]["governance"]["owner"] == "data@acme.com"


# --- again ------------------------------------------------------------------------------------------------------------


def test_a_second_run_changes_nothing(command: Command, out: Path) -> None:
    name = write(out, CSV)
    assert command(out, "batch", name, *SHARED).status == 0
    before = files(out)
    result = command(out, "batch", name, *SHARED, "--json")
    assert {row["state"] for row in result.json["rows"]} == {"unchanged"}
    assert (result.status, result.json["files"], files(out)) == (0, {}, before)


def test_a_dry_run_writes_nothing(command: Command, out: Path) -> None:
    result = command(out, "batch", write(out, CSV), *SHARED, "--dry-run")
    assert (result.status, [*files(out)]) == (0, ["jobs.csv"])
    assert "3 scaffolds would be new" in result.out


def test_a_changed_row_is_an_update_that_keeps_edits(command: Command, out: Path) -> None:
    name = write(out, CSV)
    assert command(out, "batch", name, *SHARED).status == 0
    asset = out / "assets/hubspot/v1.0/hubspot_deals.yaml"
    asset.write_text(
        asset.read_text(encoding="utf-8").replace("mode: strict", "mode: merge  # agreed"), encoding="utf-8"
    )
    commit(out)
    write(out, CSV.replace(",30,", ",60,"))
    result = command(out, "batch", name, *SHARED, "--json")
    assert result.status == 0, result.err
    assert [row["state"] for row in result.json["rows"]] == ["changed", "unchanged", "unchanged"]
    text = asset.read_text(encoding="utf-8")
    assert "retention_days: 60" in text and "mode: merge  # agreed" in text
    assert command(out, "replay").status == 0


def test_an_answer_that_a_row_no_longer_gives_follows_the_registry(command: Command, out: Path) -> None:
    name = write(out, CSV)
    command(out, "batch", name, *SHARED)
    commit(out)
    write(out, CSV.replace(",30,", ",,"))
    assert command(out, "batch", name, *SHARED).status == 0
    assert "retention_days" not in (out / ".copier-answers.acme.crm.yml").read_text(encoding="utf-8")
    assert "retention_days: 90" in (out / "assets/hubspot/v1.0/hubspot_deals.yaml").read_text(encoding="utf-8")


def test_a_row_that_names_other_paths_moves_files_and_edits(command: Command, out: Path) -> None:
    name = write(out, CSV)
    command(out, "batch", name, *SHARED)
    job = out / "jobs/acme/stripe_customers_to_s3.yaml"
    job.write_text(job.read_text(encoding="utf-8").replace("level: INFO", "level: DEBUG"), encoding="utf-8")
    commit(out)
    write(out, CSV.replace(",,s3,,", ",,iceberg,,"))
    assert command(out, "batch", name, *SHARED).status == 0
    moved = out / "jobs/acme/stripe_customers_to_iceberg.yaml"
    assert "level: DEBUG" in moved.read_text(encoding="utf-8") and not job.exists()


def test_a_changed_row_wants_a_clean_tree(command: Command, out: Path) -> None:
    name = write(out, CSV)
    command(out, "batch", name, *SHARED)
    write(out, CSV.replace(",30,", ",60,"))
    before = files(out)
    result = command(out, "batch", name, *SHARED)
    assert result.status == 2 and "not committed" in result.err
    assert files(out) == before


def test_conflicts_are_marked_and_said(command: Command, out: Path) -> None:
    name = write(out, CSV)
    command(out, "batch", name, *SHARED)
    asset = out / "assets/hubspot/v1.0/hubspot_deals.yaml"
    text = asset.read_text(encoding="utf-8")
    asset.write_text(text.replace("retention_days: 30", "retention_days: 45"), encoding="utf-8")
    commit(out)
    write(out, CSV.replace(",30,", ",60,"))
    result = command(out, "batch", name, *SHARED)
    assert result.status == 1 and "conflict           assets/hubspot/v1.0/hubspot_deals.yaml" in result.out
    assert "UU assets/hubspot/v1.0/hubspot_deals.yaml" in git(out, "status", "--porcelain")


def test_an_unchanged_row_stays_at_its_version_and_a_new_one_is_at_the_newest(
    command: Command, released: Path, out: Path
) -> None:
    command.monkeypatch.setenv("DATIVO_TEMPLATE", str(released))
    name = write(out, CSV)
    command(out, "batch", name, *SHARED)
    commit(out)
    edit_yaml(released / "registry" / "connectors.yaml", lambda registry: None)
    release(released, "v2.0.0")
    write(out, CSV + "inv,stripe,invoices,,s3,,\n")
    result = command(out, "batch", name, *SHARED, "--json")
    assert result.status == 0, result.err
    assert [row["state"] for row in result.json["rows"]] == ["unchanged", "unchanged", "unchanged", "new"]
    commits = [yaml.safe_load(path.read_text(encoding="utf-8"))["_commit"] for path in sorted(out.glob(".copier-*"))]
    assert commits == ["v1.0.0", "v1.0.0", "v2.0.0", "v1.0.0"]
    # Shared files have the newest version among their owners.
    assert (out / "registry/connectors.yaml").read_bytes() == (released / "registry/connectors.yaml").read_bytes()
    assert command(out, "replay", "--strict").status == 3


def test_a_row_stands_although_the_registry_lost_its_object(command: Command, released: Path, out: Path) -> None:
    command.monkeypatch.setenv("DATIVO_TEMPLATE", str(released))
    name = write(out, CSV)
    command(out, "batch", name, *SHARED)
    commit(out)
    before = files(out)

    def lose(registry: Any) -> None:
        registry["connectors"]["hubspot"]["objects_supported"].remove("deals")

    edit_yaml(released / "registry" / "connectors.yaml", lose)
    release(released, "v2.0.0")
    result = command(out, "batch", name, *SHARED)
    assert (result.status, files(out)) == (0, before)
    assert result.out.startswith("0 scaffolds new, 0 changed, 3 unchanged")
    (note,) = result.err.splitlines()
    assert note.startswith(
        "Note: row 2: left at v1.0.0; v2.0.0 needs another answer: objects: use one of contacts, companies; 'deals' "
    )
    write(out, CSV.replace(",30,", ",60,"))
    result = command(out, "batch", name, *SHARED)
    assert result.status == 1 and "row 2, column C: objects: use one of contacts, companies; 'deals' " in result.err


def test_a_profile_gives_rows_their_answers_and_keeps_them(command: Command, out: Path) -> None:
    (out / "profiles").mkdir()
    (out / "profiles" / "acme.yml").write_text("bucket: acme-lake\nowner: data@acme.com\n", encoding="utf-8")
    name = write(out, CSV)
    assert command(out, "batch", name, *SHARED).status == 0
    answers = yaml.safe_load((out / ".copier-answers.acme.pay.yml").read_text(encoding="utf-8"))
    assert (answers["bucket"], answers["profiled"]) == ("acme-lake", ["owner", "bucket"])
    commit(out)
    (out / "profiles" / "acme.yml").write_text("bucket: moved\n", encoding="utf-8")
    result = command(out, "batch", name, *SHARED, "--json")
    assert {row["state"] for row in result.json["rows"]} == {"unchanged"}
    (out / "profiles" / "acme.yml").write_text("bucket: X\n", encoding="utf-8")
    write(out, CSV.replace("pay,", "other,"))
    result = command(out, "batch", name, *SHARED)
    assert "jobs.csv: row 3: profiles/acme.yml:1:1: bucket: use 3 to 63" in result.err


def test_every_question_can_be_a_column(command: Command, out: Path) -> None:
    """Every recorded answer of every example, as a cell of a spreadsheet."""
    answers = examples()
    names = sorted({name for one in answers.values() for name in one})
    rows = [[cell(one[name]) if name in one else "" for name in names] for one in answers.values()]
    text = io.StringIO()
    csv.writer(text).writerows([names, *rows])
    result = command(out, "batch", write(out, text.getvalue()), "--json")
    assert result.status == 0, result.err
    for name, one in answers.items():
        recorded = yaml.safe_load((out / f".copier-answers.{one['tenant_id']}.{name}.yml").read_text(encoding="utf-8"))
        assert {key: recorded[key] for key in one} == one


def cell(value: Any) -> str:
    if value == "":
        return '""'
    return (
        value
        if isinstance(value, str)
        else yaml.safe_dump(value, default_flow_style=True, width=10**6).split("\n...")[0]
    )


def test_a_broken_answers_file_is_said_with_its_row(command: Command, out: Path) -> None:
    name = write(out, CSV)
    command(out, "batch", name, *SHARED)
    (out / ".copier-answers.acme.pay.yml").write_text("a: [\n", encoding="utf-8")
    result = command(out, "batch", name, *SHARED)
    assert result.status == 1 and "jobs.csv: row 3: .copier-answers.acme.pay.yml:2:1: complete the value" in result.err


def test_many_rows_are_shared_among_processes(command: Command, out: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dativo_generator.fleet.parallel._FEW", 1)
    assert command(out, "batch", write(out, CSV), *SHARED).status == 0
    before = files(out)
    assert command(out, "batch", write(out, CSV), *SHARED).out.startswith("0 scaffolds new, 0 changed, 3 unchanged")
    assert files(out) == before
    assert "row 2, column C" in command(out, "batch", write(out, WRONG_CSV, "wrong.csv"), *SHARED).err


@pytest.mark.parametrize("few", [1, 1000], ids=["some at a time", "one by one"])
def test_what_was_written_is_taken_back_when_the_disk_is_full(
    few: int, command: Command, out: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = write(out, CSV)
    monkeypatch.setattr("dativo_generator.fleet.parallel._FEW", few)
    write_through = change.write_through

    def full(path: Path, content: bytes, *how: Any) -> None:
        if b"# Written by the scaffold pay " in content and b"target_connector: s3" in content:
            raise OSError(errno.ENOSPC, "No space left on device")
        write_through(path, content, *how)

    monkeypatch.setattr(change, "write_through", full)
    result = command(out, "batch", name, *SHARED)
    said = "free some space; cannot be written: No space left on device; nothing was changed"
    assert (result.status, result.err.splitlines()[-1]) == (2, f"Error: jobs/acme/stripe_customers_to_s3.yaml: {said}")
    assert [*files(out)] == [name]


def test_progress_is_lines_where_there_is_no_terminal(
    command: Command, out: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dativo_generator.cli.progress.SECONDS", 0)
    result = command(out, "batch", write(out, CSV), *SHARED)
    assert result.err.splitlines()[:3] == [f"Scaffolding: {done} of 3" for done in (1, 2, 3)]
    assert "\033" not in result.out


def test_the_pack_reads_rows_like_the_registry(command: Command, out: Path) -> None:
    sources = [connector for connector in PACK.with_role("source") if connector.selection == "objects"]
    lines = ["scaffold,source_connector,objects,target_connector"]
    lines += [f"s{i},{source.id},{source.objects[0]},s3" for i, source in enumerate(sources)]
    result = command(out, "batch", write(out, "\n".join(lines)), *SHARED, "--json")
    assert len(result.json["rows"]) == len(sources)


# Of the types in which Copier reads an answer, one each: YAML, text, and a whole number, which is YAML to the command.
@pytest.mark.parametrize("name", ["tags", "owner", "retention_days"])
@pytest.mark.parametrize("text", ["[" * 5_000, "{a: " * 5_000, "!!timestamp x", "[&a [*a]]", "1:" * 5_000 + "1.5"])
def test_an_answer_that_no_parser_comes_to_the_end_of_is_a_problem(
    name: str, text: str, command: Command, out: Path
) -> None:
    result = command(out, "batch", write(out, CSV), *SHARED, "--data", f"{name}={text}")
    assert result.status == 1
    assert f": {name}: " in result.err.splitlines()[-2]
    assert files(out) == {"jobs.csv": CSV.encode()}
