"""Copier's own commands refuse in one line what would change a job silently, and leave the tree unchanged."""

import os
import re
import shlex
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from copier import run_copy, run_recopy, run_update
from copier.errors import UserMessageError

from dativo_generator.cli.app import main
from fleets import build
from support import ROOT, Rendered, checked, git, release, render

STALE = yaml.safe_load((ROOT / "tests" / "data" / "stale.yml").read_text(encoding="utf-8"))
FILE = ".copier-answers.acme.job.yml"
UPDATE = "dativo-generator update "
STRIPE = {"tenant_id": "acme", "source_connector": "stripe", "objects": ["customers"], "target_connector": "iceberg"}

Command = Callable[..., None]


def update(destination: Path, template: Path, **options: Any) -> None:
    run_update(destination, answers_file=FILE, overwrite=True, unsafe=True, quiet=True, **options)


def recopy(destination: Path, template: Path, **options: Any) -> None:
    run_recopy(destination, answers_file=FILE, overwrite=True, unsafe=True, quiet=True, **options)


def copy_over(destination: Path, template: Path, **options: Any) -> None:
    run_copy(str(template), destination, answers_file=FILE, overwrite=True, unsafe=True, quiet=True, **options)


COMMANDS = pytest.mark.parametrize("command", [update, recopy, copy_over])


@pytest.fixture
def scaffold(history: Path, tmp_path: Path) -> Callable[..., Path]:
    """Make a repository with one scaffold of the first release."""

    def make(**answers: Any) -> Path:
        return build(history, tmp_path / "out", "v1.0.0", {"job": answers})

    return make


def refused(command: Command, destination: Path, template: Path, **options: Any) -> str:
    """Run a command that must refuse; returns its one line."""
    with pytest.raises(UserMessageError) as error:
        command(destination, template, **options)
    assert len(str(error.value).splitlines()) == 1
    assert git(destination, "status", "--porcelain", "--ignored") == ""
    return str(error.value)


@COMMANDS
@pytest.mark.parametrize("case", STALE, ids=lambda case: case["name"])
def test_a_stale_answer_stops_every_command(
    case: dict[str, Any], command: Command, scaffold: Callable[..., Path], history: Path
) -> None:
    out = scaffold(**case["answers"])
    skip = [] if command is copy_over else [{"skip_answered": True}]  # which `copier copy` does not have
    for nobody in [{"defaults": True}, *skip]:
        assert refused(command, out, history, **nobody) == f"{FILE}: {case['error'].replace('FILE', FILE)}"


@COMMANDS
@pytest.mark.parametrize("case", [case for case in STALE if "good" in case], ids=lambda case: case["name"])
def test_a_good_answer_gets_through(
    case: dict[str, Any], command: Command, scaffold: Callable[..., Path], history: Path
) -> None:
    out = scaffold(**case["answers"])
    command(out, history, defaults=True, data=checked(case["good"]))
    assert Rendered(out).answers == Rendered(out).answers | case["good"]


@COMMANDS
@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("tenant_id", "globex"),
        ("source_connector", "hubspot"),
        ("target_connector", "s3"),
        ("asset_version", "2.0"),
        ("scaffold", "other"),
    ],
)
def test_an_answer_that_names_paths_stays(
    name: str, value: str, command: Command, scaffold: Callable[..., Path], history: Path
) -> None:
    out = scaffold(**STRIPE)
    old = {"asset_version": "1.0", "scaffold": "job"}.get(name) or STRIPE[name]
    assert refused(command, out, history, defaults=True, data={name: value}) == (
        f"{FILE}: {name}: '{old}' is part of file paths; to move the files and the edits in them: "
        f"dativo-generator update {FILE} --data {name}={value}"
    )


@COMMANDS
def test_an_asset_that_is_there_keeps_its_name(command: Command, scaffold: Callable[..., Path], history: Path) -> None:
    out = scaffold(**STRIPE)
    assert refused(command, out, history, defaults=True, data={"asset_names": {"customers": "people"}}) == (
        f"{FILE}: asset_names: 'stripe_customers' names the paths of 'customers'; to move the files and the edits in "
        f"them: dativo-generator update {FILE} --data asset_names='{{customers: people}}'"
    )


def test_a_table_that_is_there_keeps_its_object(scaffold: Callable[..., Path], history: Path) -> None:
    out = scaffold(source_connector="postgres", tables=["public.orders"], target_connector="iceberg")
    tables = [{"name": "public.orders", "object": "sales"}]
    assert refused(update, out, history, defaults=True, data={"tables": tables}).startswith(
        f"{FILE}: tables: 'orders' is part of file paths, and is now 'sales'; to move the files"
    )


def test_the_same_answer_again_is_no_move(scaffold: Callable[..., Path], history: Path) -> None:
    out = scaffold(**STRIPE)
    update(out, history, defaults=True, data=STRIPE | {"asset_version": "1.0", "asset_names": {}})
    assert Rendered(out).job["source"]["incremental"]["lookback_days"] == 9


def test_an_object_is_added_with_a_name_and_not_removed_with_its_files(
    scaffold: Callable[..., Path], history: Path
) -> None:
    out = scaffold(**STRIPE)
    update(out, history, defaults=True, data={"objects": ["customers", "payments"], "asset_names": {"payments": "pay"}})
    assert {Path(name).stem for name in Rendered(out).assets} == {"stripe_customers", "pay"}
    release(out, "more")
    with pytest.raises(UserMessageError, match=r"assets/stripe/v1\.0/pay\.yaml and 1 more would be deleted; see"):
        update(out, history, defaults=True, data={"objects": ["customers"], "asset_names": {}})
    assert git(out, "status", "--porcelain") == ""


def test_a_second_scaffold_of_the_same_name_is_refused(scaffold: Callable[..., Path], history: Path) -> None:
    out = scaffold(**STRIPE)
    with pytest.raises(UserMessageError) as error:
        render(history, out, STRIPE | {"scaffold": "job", "objects": ["payments"]}, overwrite=True)
    assert str(error.value) == (
        "scaffold: give another name with --data scaffold=NAME, or answer that one again with "
        f"copier update --trust --answers-file {FILE}; 'job' exists already"
    )
    assert git(out, "status", "--porcelain") == ""


def test_even_with_every_answer_of_the_first(scaffold: Callable[..., Path], history: Path) -> None:
    out = scaffold(**STRIPE)
    answers = yaml.safe_load((out / FILE).read_text(encoding="utf-8"))
    with pytest.raises(UserMessageError, match="exists already"):
        run_copy(str(history), out, data=answers, defaults=True, unsafe=True, quiet=True, overwrite=True)


def test_an_answers_file_without_the_mark_is_updated(scaffold: Callable[..., Path], history: Path) -> None:
    out = scaffold(**STRIPE)
    text = (out / FILE).read_text(encoding="utf-8")
    (out / FILE).write_text(text.replace("answers_format: 1\n", ""), encoding="utf-8")
    release(out, "unmarked")
    update(out, history, defaults=True)
    assert Rendered(out).job["source"]["incremental"]["lookback_days"] == 9
    assert (out / FILE).read_text(encoding="utf-8") == text.replace("v1.0.0", "v3.0.0")


def test_an_asset_of_another_scaffold_is_refused(scaffold: Callable[..., Path], history: Path) -> None:
    out = scaffold(**STRIPE)
    with pytest.raises(UserMessageError) as error:
        render(history, out, STRIPE | {"tenant_id": "globex"}, vcs_ref="v1.0.0")
    assert str(error.value) == (
        "assets/stripe/v1.0/stripe_customers.yaml: read it with --data assets=reuse, or write another with "
        "--data 'asset_names={customers: NAME}'; it belongs to the scaffold job of acme"
    )
    assert git(out, "status", "--porcelain") == ""


def test_an_asset_can_be_reused(scaffold: Callable[..., Path], history: Path) -> None:
    out = scaffold(**STRIPE)
    render(history, out, STRIPE | {"tenant_id": "globex", "assets": "reuse"}, vcs_ref="v1.0.0")
    rendered = Rendered(out)
    assert list(rendered.assets) == ["assets/stripe/v1.0/stripe_customers.yaml"]
    job = rendered.jobs["jobs/globex/stripe_customers_to_iceberg.yaml"]
    assert job["asset_path"] == "/app/assets/stripe/v1.0/stripe_customers.yaml"
    (recorded,) = rendered.parsed(".copier-answers.globex.").values()
    assert recorded["assets"] == "reuse"
    assert git(out, "diff", "--name-only") == ""


def test_or_another_asset_written(scaffold: Callable[..., Path], history: Path) -> None:
    out = scaffold(**STRIPE)
    names = {"asset_names": {"customers": "globex_customers"}}
    render(history, out, STRIPE | {"tenant_id": "globex"} | names, vcs_ref="v1.0.0")
    assert len(Rendered(out).assets) == len(Rendered(out).jobs) == 2


def test_columns_of_a_reused_asset_are_not_asked_for(history: Path, tmp_path: Path) -> None:
    answers = {"tenant_id": "acme", "source_connector": "csv", "files": ["a.csv"], "target_connector": "iceberg"}
    render(history, tmp_path / "out", answers | {"fields": {"id": "string"}})
    render(history, tmp_path / "out", answers | {"tenant_id": "globex", "assets": "reuse", "vendor": False})
    assert list(Rendered(tmp_path / "out").assets) == ["assets/csv/v1.0/csv_a.yaml"]


def test_a_job_of_another_scaffold_is_refused(scaffold: Callable[..., Path], history: Path) -> None:
    out = scaffold(**STRIPE)
    with pytest.raises(UserMessageError) as error:
        render(history, out, STRIPE | {"scaffold": "again", "assets": "reuse"}, vcs_ref="v1.0.0")
    assert str(error.value) == (
        "jobs/acme/stripe_customers_to_iceberg.yaml: write another with --data 'asset_names={customers: NAME}'; "
        "it belongs to the scaffold job of acme"
    )


def test_an_answers_file_is_named_after_its_scaffold(history: Path, tmp_path: Path) -> None:
    with pytest.raises(UserMessageError) as error:
        render(history, tmp_path / "out", STRIPE, answers_file="mine.yml")
    assert str(error.value) == (
        "--answers-file: name .copier-answers.acme.stripe_to_iceberg.yml, or leave the option out; "
        "'mine.yml' is not the name of this scaffold's file"
    )
    assert not (tmp_path / "out").exists()


def test_an_update_from_elsewhere_keeps_two_scaffolds_apart(scaffold: Callable[..., Path], history: Path) -> None:
    out = scaffold(**STRIPE)
    shutil.copytree(out, out.with_name("moved"))
    update(out.with_name("moved"), history, defaults=True)
    assert Rendered(out.with_name("moved")).job["source"]["incremental"]["lookback_days"] == 9


def _pipe(path: Path, outside: Path) -> None:
    os.mkfifo(path)


def _link(path: Path, outside: Path) -> None:
    path.symlink_to(outside)


def _file(path: Path, outside: Path) -> None:
    path.touch()


def _folder(path: Path, outside: Path) -> None:
    path.mkdir()


# What stands where a scaffold writes, and what is said of it.
OBSTACLES = {
    "jobs": (_link, "jobs: replace it; it is a symbolic link"),
    "assets/stripe": (_link, "assets/stripe: replace it; it is a symbolic link"),
    "registry": (_link, "registry: replace it; it is a symbolic link"),
    "connectors/stripe.yaml": (_link, "connectors/stripe.yaml: replace it; it is a symbolic link"),
    "schemas/job.schema.json": (_pipe, "schemas/job.schema.json: move it away; it is not a regular file"),
    "registry/connectors.yaml": (_folder, "registry/connectors.yaml: move it away; it is not a regular file"),
    "tests": (_file, "tests: move it away; it is not a folder"),
    ".github/workflows/dativo.yml": (_link, ".github/workflows/dativo.yml: replace it; it is a symbolic link"),
}


@pytest.mark.parametrize(("place", "make", "said"), [(place, *how) for place, how in OBSTACLES.items()], ids=OBSTACLES)
def test_nothing_is_written_through_what_is_no_file(
    place: str, make: Callable[[Path, Path], None], said: str, template: Path, tmp_path: Path
) -> None:
    destination, outside = tmp_path / "out", tmp_path / "outside"
    outside.mkdir()
    (destination / place).parent.mkdir(parents=True)
    make(destination / place, outside)
    before = sorted(destination.rglob("*"))
    with pytest.raises(UserMessageError, match=rf"^{re.escape(said)}$"):
        render(template, destination, STRIPE | {"fixtures": True, "ci": "github", "scaffold": "job"})
    assert sorted(destination.rglob("*")) == before
    assert not any(outside.iterdir())


def test_a_shared_file_that_cannot_be_read_is_kept(template: Path, tmp_path: Path) -> None:
    destination = render(template, tmp_path / "out", STRIPE | {"scaffold": "job"}).root
    schema = destination / "schemas" / "job.schema.json"
    schema.write_bytes(b"\xff")
    render(template, destination, STRIPE | {"scaffold": "other", "asset_names": {"customers": "others"}})
    assert schema.read_bytes() == b"\xff"


COMMAND = "dativo-generator "
PASTED = [case for case in STALE if COMMAND in case["error"] and "VALUE" not in case["error"]]


def type_way_out(error: str, out: Path) -> None:
    """Type the command at the end of an error; where it does not update, commit its result, and update."""
    line = error[error.index(COMMAND) :]
    for command in [line] if line.startswith(UPDATE) else [line, f"{UPDATE}{FILE}"]:
        with pytest.raises(SystemExit) as stop:
            main(shlex.split(command)[1:])
        assert not stop.value.code
        if command != f"{UPDATE}{FILE}":
            release(out, command.split()[1])
    (file,) = out.glob(".copier-answers.*.yml")
    assert "_commit: v3.0.0\n" in file.read_text(encoding="utf-8")


@pytest.mark.parametrize("case", PASTED, ids=lambda case: case["name"])
def test_the_command_for_a_stale_answer_can_be_pasted(
    case: dict[str, Any], scaffold: Callable[..., Path], history: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = scaffold(**case["answers"])
    monkeypatch.setenv("DATIVO_TEMPLATE", str(history))
    monkeypatch.chdir(out)
    type_way_out(refused(update, out, history, defaults=True), out)


def test_so_can_the_one_for_an_object_that_other_answers_name_too(
    scaffold: Callable[..., Path], history: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (case,) = [case for case in STALE if case["name"] == "retired object"]
    (gone,) = {*case["answers"]["objects"]} - {*case["good"]["objects"]}
    out = scaffold(**case["answers"] | {"asset_names": {gone: "firms"}})
    monkeypatch.setenv("DATIVO_TEMPLATE", str(history))
    monkeypatch.chdir(out)
    type_way_out(refused(update, out, history, defaults=True), out)
    assert not list(out.rglob("*firms*")) and gone not in (out / FILE).read_text(encoding="utf-8")
