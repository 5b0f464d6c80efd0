"""Many columns are recorded in a separate file, and every command reads them like an answer in the answers file."""

import fnmatch
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from copier import run_copy, run_recopy, run_update
from copier.errors import CopierError

from dativo_generator.answers.fields_file import LARGEST_INLINE, digest, reference
from dativo_generator.base.errors import AnswerError
from dativo_generator.base.paths import ANSWERS_FILES
from dativo_generator.base.reading import LARGEST
from fleets import Command, copied
from support import Rendered, copy_pack, git, release, released_with

FILE, FIELDS = ".copier-answers.acme.shop.yml", ".dativo-fields.acme.shop.yml"
OBJECTS = ("orders", "items", "refunds")
COLUMNS = {**{f"column_{number:04}": "string required" for number in range(900)}, "updated_at": "timestamp"}
ANSWERS = {
    "tenant_id": "acme",
    "scaffold": "shop",
    "source_connector": "postgres",
    "target_connector": "s3",
    "execution_mode": "self_hosted",
    "tables": [f"sales.{name}" for name in OBJECTS],
    "fields": dict.fromkeys(OBJECTS, COLUMNS),
}
QUIET: dict[str, Any] = {"defaults": True, "overwrite": True, "unsafe": True, "quiet": True}


@pytest.fixture(scope="session")
def pack(tmp_path_factory: pytest.TempPathFactory, _isolated: None) -> Path:
    """Return the pack with v1.0.0, which records all fields in the answers file, and two releases that do not."""
    pack = copy_pack(tmp_path_factory.mktemp("fields") / "pack")
    released_with(pack, "answers/fields_file.py", "LARGEST_INLINE = 64 << 10", "LARGEST_INLINE = 64 << 20")
    (job,) = (pack / "template").glob("*job.path*")
    job.write_text(job.read_text(encoding="utf-8").replace("Edits are kept;", "Edits stay;"), encoding="utf-8")
    release(pack, "v3.0.0")
    return pack


def scaffold(pack: Path, out: Path, tag: str, **answers: Any) -> Path:
    run_copy(str(pack), out, data=ANSWERS | answers, vcs_ref=tag, **QUIET)
    release(out, "copied")
    return out


@pytest.fixture(scope="session")
def apart(pack: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a repository with a scaffold whose fields stand in a file of their own; not to be changed."""
    return scaffold(pack, tmp_path_factory.mktemp("apart") / "out", "v2.0.0")


@pytest.fixture
def out(apart: Path, tmp_path: Path) -> Path:
    return copied(apart, tmp_path / "out")


@pytest.fixture
def run(pack: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Command:
    return Command(pack, monkeypatch, capsys)


def commit(out: Path, message: str = "changed") -> None:
    git(out, "add", "--all")
    git(out, "commit", "--quiet", "--message", message)


def edit(out: Path, name: str = "orders", path: str = FIELDS) -> None:
    """Make the first column of an object optional."""
    before, found, after = (out / path).read_text(encoding="utf-8").partition(f"\n{name}:\n  column_0000: string")
    assert found
    (out / path).write_text(before + found + after.removeprefix(" required"), encoding="utf-8")


def asset(name: str) -> str:
    return f"assets/postgres/v1.0/postgres_{name}.yaml"


def required(out: Path, name: str = "orders") -> bool:
    return yaml.safe_load((out / asset(name)).read_text(encoding="utf-8"))["asset"]["schema"][0]["required"]


# --- what is recorded -------------------------------------------------------------------------------------------------


def test_the_answers_file_records_a_name_and_a_digest_an_object(apart: Path) -> None:
    answers = yaml.safe_load((apart / FILE).read_text(encoding="utf-8"))
    assert answers["fields"] == {"file": FIELDS, "sha256": dict.fromkeys(OBJECTS, digest(COLUMNS))}
    assert yaml.safe_load((apart / FIELDS).read_text(encoding="utf-8")) == ANSWERS["fields"]
    assert (apart / FIELDS).stat().st_size > LARGEST_INLINE > (apart / FILE).stat().st_size


def test_the_file_is_no_answers_file_to_anybody() -> None:
    assert not fnmatch.fnmatch(FIELDS, ANSWERS_FILES)
    assert not re.search(r"(^|/)\.copier-answers(\..+)?\.ya?ml", FIELDS)  # Renovate's


def test_few_fields_stay_among_the_answers(pack: Path, tmp_path: Path) -> None:
    few = {key: {"id": "integer", "updated_at": "timestamp"} for key in OBJECTS}
    out = Rendered(scaffold(pack, tmp_path / "few", "v2.0.0", fields=few))
    assert (out.answers["fields"], FIELDS in out.files) == (few, False)


def test_of_one_object_there_is_one_digest(pack: Path, tmp_path: Path, run: Command) -> None:
    wide = {f"column_{number:04}": "string required" for number in range(3000)} | {"updated_at": "timestamp"}
    out = scaffold(pack, tmp_path / "one", "v2.0.0", tables=["sales.orders"], fields=wide)
    assert Rendered(out).answers["fields"] == {"file": FIELDS, "sha256": digest(wide)}
    assert run(out, "update").status == 0
    commit(out)
    assert run(out, "replay", "--strict").status == 0


def test_columns_may_be_called_like_the_record() -> None:
    assert reference({"fields": {"file": "string", "sha256": "string"}}) is None
    assert reference({"fields": {"file": "string", "sha256": {"type": "string", "description": "x"}}}) is None
    with pytest.raises(AnswerError, match="its file or its sha256 is damaged"):
        reference({"fields": {"file": ".dativo-fields.a/../b.c.yml", "sha256": {}}})


# --- Copier's own commands --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("tag", ["v1.0.0", "v2.0.0"])
def test_copier_updates_as_the_command_does(tag: str, pack: Path, tmp_path: Path, run: Command) -> None:
    """From wherever it is called; what stood among the answers moves."""
    ours = scaffold(pack, tmp_path / "ours", tag)
    assert (ours / FIELDS).exists() == (tag != "v1.0.0")
    job = ours / "jobs" / "acme" / "postgres_orders_to_s3.yaml"
    job.write_text(job.read_text(encoding="utf-8") + "retry_config:\n  max_attempts: 5\n", encoding="utf-8")
    commit(ours)
    theirs = copied(ours, tmp_path / "theirs")
    run_update(theirs, answers_file=FILE, **QUIET)
    assert run(ours, "update").status == 0
    assert Rendered(theirs).files == Rendered(ours).files
    commit(ours)
    assert run(ours, "replay").status == 0
    assert "Edits stay;" in job.read_text() and "max_attempts: 5" in job.read_text()


def test_copier_answers_anew(out: Path, run: Command) -> None:
    run_recopy(out, answers_file=FILE, vcs_ref="v2.0.0", **QUIET)
    assert git(out, "status", "--porcelain") == ""
    few = {key: {"id": "integer", "updated_at": "timestamp"} for key in OBJECTS}
    run_update(out, answers_file=FILE, data={"fields": few}, vcs_ref="v2.0.0", **QUIET)
    assert (Rendered(out).answers["fields"], (out / FIELDS).exists()) == (few, False)
    commit(out)
    assert run(out, "replay", "--strict").status == 3  # v3.0.0 is there


def test_a_file_that_is_there_is_not_written_over(pack: Path, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / FIELDS).write_text("mine", encoding="utf-8")
    with pytest.raises(CopierError, match="move it away; it exists already, and belongs to no scaffold"):
        scaffold(pack, tmp_path / "out", "v2.0.0")
    assert (tmp_path / "out" / FIELDS).read_text(encoding="utf-8") == "mine"


# --- changed by hand --------------------------------------------------------------------------------------------------


def test_an_edit_is_told_and_applied(out: Path, run: Command) -> None:
    edit(out)
    commit(out)
    result = run(out, "replay")
    assert result.status == 1
    assert f"changed by hand    {FILE}: fields of orders: edited in {FIELDS}; update its files with:" in result.out
    with pytest.raises(
        CopierError, match=re.escape(f"{FIELDS}: apply its edits with dativo-generator update; it was edited")
    ):
        run_update(out, answers_file=FILE, **QUIET)
    assert required(out)
    assert f"changed by hand    {FILE}: fields of orders" in run(out, "update", "--dry-run").out
    assert run(out, "update", "--to", "v2.0.0").status == 0
    assert git(out, "status", "--porcelain").splitlines() == [f" M {FILE}", f" M {asset('orders')}"]
    assert not required(out)
    commit(out)
    assert run(out, "replay").status == 3
    run_update(out, answers_file=FILE, **QUIET)


def test_how_the_file_is_written_does_not_count(out: Path, run: Command) -> None:
    text = json.dumps(ANSWERS["fields"], indent=1)
    (out / FIELDS).write_bytes(f"# ours\n{text}".replace("\n", "\r\n").encode())
    commit(out)
    assert run(out, "replay", "--strict").status == 3
    assert run(out, "update", "--to", "v2.0.0").status == 0
    assert git(out, "status", "--porcelain") == ""
    run_update(out, answers_file=FILE, **QUIET)


def test_branches_that_change_other_tables_merge(out: Path, run: Command) -> None:
    for name in ("orders", "refunds"):
        git(out, "checkout", "--quiet", "-b", name, "HEAD" if name == "orders" else "HEAD~2")
        edit(out, name)
        commit(out)
        assert run(out, "update", "--to", "v2.0.0").status == 0
        commit(out)
    git(out, "merge", "--quiet", "--no-edit", "orders")
    assert run(out, "replay", "--strict").status == 3
    assert [required(out, name) for name in OBJECTS] == [False, True, False]


# --- damaged ----------------------------------------------------------------------------------------------------------


def link(path: Path) -> None:
    path.rename(path.with_name("elsewhere"))
    path.symlink_to("elsewhere")


DAMAGES: dict[str, tuple[Callable[[Path], object], str]] = {
    "missing": (Path.unlink, ": restore it with Git"),
    "a link": (link, ": replace it; it is a symbolic link"),
    "no YAML": (lambda path: path.write_text("orders: ["), ":2:1: restore it with Git; it is not plain YAML"),
    "no UTF-8": (lambda path: path.write_bytes(b"orders: \xff"), ": restore it with Git; it is not UTF-8"),
    "no mapping": (lambda path: path.write_text("[1]"), ": restore it with Git; it has no fields"),
    "an anchor": (
        lambda path: path.write_text("orders: &a {x: string}"),
        ":1:9: restore it with Git; it is not plain YAML",
    ),
    "too large": (
        lambda path: path.write_bytes(b"#" * (LARGEST + 1)),
        f": shorten it; it has more than {LARGEST} bytes",
    ),
    "merged halfway": (lambda path: path.write_text("<<<<<<< a\n=======\n>>>>>>> b\n"), ": resolve the merge; "),
}


@pytest.mark.parametrize(("damage", "why"), DAMAGES.values(), ids=DAMAGES)
def test_a_damaged_file_is_one_line(damage: Callable[[Path], object], why: str, out: Path, run: Command) -> None:
    damage(out / FIELDS)
    commit(out)
    with pytest.raises(CopierError) as error:
        run_update(out, answers_file=FILE, **QUIET)
    assert str(error.value).startswith(f"{FIELDS}{why}")
    assert "\n" not in str(error.value) and len(str(error.value)) <= 76
    for arguments in (["replay"], ["update"]):
        result = run(out, *arguments)
        assert result.status == 1 and f"refused            {FILE}: {FIELDS}{why}" in result.out
    assert git(out, "status", "--porcelain") == ""


def test_a_name_out_of_the_folder_is_not_followed(out: Path, run: Command) -> None:
    text = (out / FILE).read_text(encoding="utf-8")
    (out / FILE).write_text(text.replace(FIELDS, f".dativo-fields./../{out.name}/x.yml"), encoding="utf-8")
    assert "fields: restore it with Git; its file or its sha256 is damaged" in run(out, "replay").out


# --- the other commands -----------------------------------------------------------------------------------------------


def test_an_object_goes_from_both(out: Path, run: Command) -> None:
    assert run(out, "remove", FILE, "--object", "items").status == 0
    commit(out)
    answers = Rendered(out).answers
    assert list(answers["fields"]) == (["orders", "refunds"] if "file" not in answers["fields"] else ["file", "sha256"])
    assert run(out, "replay", "--strict").status == 3


def test_all_of_it_goes(out: Path, run: Command) -> None:
    assert run(out, "remove", FILE).status == 0
    assert [path.name for path in out.iterdir()] == [".git"]


def test_it_moves_with_its_answers_file(out: Path, run: Command) -> None:
    result = run(out, "update", FILE, "--to", "v2.0.0", "--data", "scaffold=other")
    assert f"moved              {FIELDS} -> .dativo-fields.acme.other.yml" in result.out
    assert not (out / FIELDS).exists()
    commit(out)
    assert run(out, "replay", "--strict").status == 3


def test_what_is_left_of_a_scaffold_that_is_gone_is_told(out: Path, run: Command) -> None:
    (out / FILE).unlink()
    (out / FIELDS.replace("shop", "other")).write_bytes((out / FIELDS).read_bytes())
    said = run(out, "replay").out
    assert f"orphaned           {FIELDS}" in said or "holds no answers file" in run(out, "replay").err


def test_where_a_value_comes_from_is_said(out: Path, run: Command) -> None:
    result = run(out, "explain", f"{asset('items')}:asset.schema[column_0001].type")
    line = next(number for number, line in enumerate((out / FIELDS).read_text().splitlines(), 1) if line == "items:")
    assert f"answer to fields: {FIELDS}:{line + 2}:3" in result.out
