"""Commands write a change completely or not at all, and no two of them write at once."""

import errno
import json
import os
import re
import shutil
import signal
import stat
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from dativo_generator.base.errors import DativoError
from dativo_generator.fleet import change, interruption
from dativo_generator.fleet import journal as fleet_journal
from dativo_generator.fleet.change import Change
from dativo_generator.fleet.journal import DECIDED, DONE, STATES, UNDOING, Place
from dativo_generator.fleet.lock import locked
from dativo_generator.fleet.transaction import refuse_unfinished, writing
from support import git, heeding_signals, release

# What is there, and what is to be.
BEFORE = {"jobs/a/kept.yaml": b"1", "jobs/a/gone.yaml": b"2", ".copier-answers.a.b.yml": b"3"}
CHANGES: dict[str, bytes | None] = {
    ".copier-answers.a.b.yml": b"4",
    "jobs/a/gone.yaml": None,
    "jobs/a/kept.yaml": b"5",
    "jobs/b/c/new.yaml": b"6",
}
SIDES = {"jobs/a/kept.yaml": (b"0", b"1", b"5")}
STEPS = [path for path, content in CHANGES.items() if content is not None]


class Killed(BaseException):
    """Leaves everything as it is, as a kill would."""


# What is said of a file for which the disk is full.
FULL = "free some space; cannot be written: No space left on device"


@pytest.fixture
def out(tmp_path: Path) -> Path:
    """Return a clean repository with `BEFORE`."""
    folder = plain(tmp_path / "out")
    release(folder, "before")
    return folder


@pytest.fixture(autouse=True)
def _nothing_is_ignored() -> Iterator[None]:
    with heeding_signals():
        yield


def plain(folder: Path) -> Path:
    for path, content in BEFORE.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(content)
    return folder


def files(folder: Path) -> dict[str, bytes]:
    """Return every file that is not Git's own, what is left of a change, too."""
    paths = [path for path in folder.rglob("*") if ".git" not in path.relative_to(folder).parts]
    found = {path.relative_to(folder).as_posix(): path.read_bytes() for path in paths if path.is_file()}
    return found | {path.relative_to(folder).as_posix(): b"" for path in paths if path.is_symlink()}


def after() -> dict[str, bytes]:
    merged = BEFORE | CHANGES
    return {path: content for path, content in merged.items() if content is not None}


def write(folder: Path, changes: dict[str, bytes | None] = CHANGES, **conflicts: object) -> list[str]:
    """Write as a command does, and return what it says of one before it."""
    said: list[str] = []
    with writing(folder, "update", said.append) as writer:
        writer.write(changes, **conflicts)
    return said


def kill(patch: pytest.MonkeyPatch, folder: Path, step: str, path: str) -> None:
    """Write, and be killed at a step of `Change` that is about a path."""
    with patch.context() as patched:
        original = getattr(Change, step)

        def killed(self: Change, *arguments: object) -> None:
            if path in arguments:
                raise Killed
            original(self, *arguments)

        patched.setattr(Change, step, killed)
        patched.setattr(Change, "_give_up", lambda self, error: None)
        with pytest.raises(Killed):
            write(folder, conflicts=SIDES if (folder / ".git").exists() else None)


def fail(patch: pytest.MonkeyPatch, where: object, step: str, when: Callable[..., bool] = lambda *how: True) -> None:
    """Have the disk be full at a step, when it is called so."""
    original = getattr(where, step)

    def full(*how: object, **others: object) -> object:
        if when(*how):
            raise OSError(errno.ENOSPC, "No space left on device")
        return original(*how, **others)

    patch.setattr(where, step, full)


def journals(folder: Path) -> list[Path]:
    return [path for state in STATES if (path := Place.of(folder).path(state)).exists()]


# --- line ends --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (b"a\r\nb\r\n", b"one\r\ntwo\r\n"),
        (b"a\r\nb", b"one\r\ntwo\r\n"),
        (b"a\nb\n", b"one\ntwo\r\n"),
        (b"a\r\nb\n", b"one\ntwo\r\n"),
        (b"a", b"one\ntwo\r\n"),
        (b"", b"one\ntwo\r\n"),
    ],
    ids=["Windows", "Windows, without the last", "Unix", "mixed", "no line end", "empty"],
)
def test_a_file_keeps_its_line_ends(tmp_path: Path, before: bytes, after: bytes) -> None:
    (tmp_path / "job.yaml").write_bytes(before)
    release(tmp_path, "written")
    write(tmp_path, {"job.yaml": b"one\ntwo\r\n"})
    assert (tmp_path / "job.yaml").read_bytes() == after


def test_a_new_file_has_the_line_ends_of_the_pack(tmp_path: Path) -> None:
    (tmp_path / "other.yaml").write_bytes(b"a\r\n")
    write(tmp_path, {"job.yaml": b"one\n"})
    assert (tmp_path / "job.yaml").read_bytes() == b"one\n"


def test_a_file_of_windows_can_be_deleted(tmp_path: Path) -> None:
    (tmp_path / "job.yaml").write_bytes(b"a\r\n")
    release(tmp_path, "written")
    write(tmp_path, {"job.yaml": None})
    assert not (tmp_path / "job.yaml").exists()


# --- all or nothing ---------------------------------------------------------------------------------------------------


def test_a_change_is_written_and_nothing_else_is_left(out: Path) -> None:
    assert write(out, conflicts=SIDES) == []
    assert files(out) == after()
    assert not (out / "jobs/a/gone.yaml").exists() and (out / "jobs/a").is_dir()
    assert git(out, "status", "--porcelain", "--ignored").splitlines() == [
        " M .copier-answers.a.b.yml",
        " D jobs/a/gone.yaml",
        "UU jobs/a/kept.yaml",
        "?? jobs/b/",
    ]
    assert not (out / ".git" / "dativo-generator").exists()


def test_nothing_is_done_for_a_change_of_nothing(out: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Change, "make", None)
    write(out, dict(BEFORE))


def test_answers_files_come_last_and_then_deletions(out: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    done: list[str] = []
    for step in ("_put", "_delete"):
        original = getattr(Change, step)
        patched = lambda self, *how, original=original: (done.append(how[-1]), original(self, *how))  # noqa: E731
        monkeypatch.setattr(Change, step, patched)
    write(out)
    assert done[-2:] == [".copier-answers.a.b.yml", "jobs/a/gone.yaml"]


def test_a_file_can_be_the_first_in_its_folders(out: Path) -> None:
    write(out, {"assets/a/b/c.yaml": b"1"})
    assert files(out) == BEFORE | {"assets/a/b/c.yaml": b"1"}


def test_a_folder_that_is_empty_goes(out: Path) -> None:
    write(out, {"jobs/a/gone.yaml": None, "jobs/a/kept.yaml": None})
    assert not (out / "jobs").exists()


@pytest.mark.parametrize("mode", [0o644, 0o755, 0o640])
def test_a_file_keeps_its_mode(mode: int, out: Path) -> None:
    (out / "jobs/a/kept.yaml").chmod(mode)
    git(out, "commit", "--quiet", "--all", "--allow-empty", "--message", "mode")
    write(out)
    assert stat.S_IMODE((out / "jobs/a/kept.yaml").stat().st_mode) == mode


@pytest.mark.parametrize("path", STEPS)
@pytest.mark.parametrize("step", ["_prepare_file", "_put"])
def test_who_is_killed_is_undone_or_finished_by_the_next(
    step: str, path: str, out: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kill(monkeypatch, out, step, path)
    if step == "_prepare_file":
        assert git(out, "status", "--porcelain") == ""
    (said,) = write(out, {})
    if said.startswith("Undid what update (process "):
        assert (files(out), git(out, "status", "--porcelain")) == (BEFORE, "")
    else:
        assert said.startswith("Finished what update (process ")
        assert files(out) == after() and "UU jobs/a/kept.yaml" in git(out, "status", "--porcelain")
    assert journals(out) == []


def test_outside_a_repository_it_is_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = plain(tmp_path / "out")
    new = {"jobs/new.yaml": b"1", "jobs/newer.yaml": b"2"}
    with monkeypatch.context() as patch:
        patch.setattr(Change, "_give_up", lambda self, error: None)
        patch.setattr(change, "_last", lambda file: file.path == "jobs/newer.yaml")
        original = Change._put
        patch.setattr(Change, "_put", lambda self, *how: original(self, *how) if how[1] == 0 else stop())
        with pytest.raises(Killed):
            write(folder, new)
    assert (folder / ".dativo").is_dir()
    assert write(folder, {})[0].startswith("Finished")
    assert files(folder) == BEFORE | new


def stop() -> None:
    raise Killed


def test_what_was_restored_by_hand_is_not_done_again(out: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kill(monkeypatch, out, "_put", ".copier-answers.a.b.yml")
    git(out, "reset", "--quiet", "--hard")
    git(out, "clean", "-ffdxq")
    assert write(out, {})[0].startswith("Undid")
    assert files(out) == BEFORE


def test_what_is_finished_can_be_changed_at_once(out: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kill(monkeypatch, out, "_put", ".copier-answers.a.b.yml")
    write(out, {"jobs/b/c/new.yaml": b"7"})
    assert files(out) == after() | {"jobs/b/c/new.yaml": b"7"}


def test_what_somebody_wrote_himself_is_not_taken_for_finished(out: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kill(monkeypatch, out, "_prepare_file", ".copier-answers.a.b.yml")
    (out / ".copier-answers.a.b.yml").write_bytes(b"4")
    with pytest.raises(DativoError, match=r"not committed: \.copier-answers\.a\.b\.yml$"):
        write(out, {".copier-answers.a.b.yml": b"7"})


@pytest.mark.parametrize(
    ("step", "truth"),
    [
        ("_prepare_file", r"interrupted; nothing was changed"),
        ("_put", r"interrupted; nothing was changed, but update \(process \d+, [\d+: -]+\) finished"),
    ],
)
def test_who_is_interrupted_after_that_is_told_of_it(
    step: str, truth: str, out: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kill(monkeypatch, out, step, ".copier-answers.a.b.yml")
    with interruption.listening(), pytest.raises(interruption.Interrupted) as ended, writing(out, "update"):
        raise interruption.Interrupted
    assert re.fullmatch(truth, str(ended.value))


def test_an_error_on_the_way_is_told(out: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kill(monkeypatch, out, "_put", ".copier-answers.a.b.yml")
    (journal,) = journals(out)
    fail(monkeypatch, change, "flush")
    with pytest.raises(DativoError) as error:
        write(out, {})
    said = f"put back the file that is named, or delete {journal} to keep everything as it is: "
    assert str(error.value).startswith(f"{said}No space left on device; update ")


def test_what_somebody_edited_since_is_named_and_kept(out: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kill(monkeypatch, out, "_put", ".copier-answers.a.b.yml")
    (out / ".copier-answers.a.b.yml").write_bytes(b"mine")
    (journal,) = journals(out)
    with pytest.raises(DativoError, match=r"\.copier-answers\.a\.b\.yml: was changed by somebody") as error:
        write(out, {})
    assert (out / ".copier-answers.a.b.yml").read_bytes() == b"mine"
    assert f"or delete {journal} to keep everything as it is" in str(error.value)
    journal.unlink()
    assert write(out, {}) == []


def test_what_was_prepared_and_is_gone_is_told(out: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kill(monkeypatch, out, "_put", ".copier-answers.a.b.yml")
    (stage,) = (out / ".dativo").iterdir()
    shutil.rmtree(stage)
    before = files(out)
    with pytest.raises(DativoError, match=rf": \.dativo/{stage.name}: is gone, with the prepared files; update "):
        write(out, {})
    assert files(out) == before


def test_what_was_prepared_is_not_needed_for_what_is_done(out: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(Change, "_give_up", lambda self, error: None)
        patch.setattr(change, "mark_unmerged", lambda root, blobs: stop())
        with pytest.raises(Killed):
            write(out)
    shutil.rmtree(out / ".dativo")
    assert [line.startswith("Finished what update ") for line in write(out, {})] == [True]
    assert (files(out), journals(out)) == (after(), [])


def test_what_somebody_edits_meanwhile_is_kept(out: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def prepare(self: Change, *how: object) -> None:
        (out / "jobs/a/kept.yaml").write_bytes(b"mine")

    monkeypatch.setattr(Change, "_prepare_file", prepare)
    with pytest.raises(DativoError, match=r"kept\.yaml: was changed by somebody else meanwhile; nothing was changed"):
        write(out)
    assert files(out) == BEFORE | {"jobs/a/kept.yaml": b"mine"}


def test_a_journal_is_told_and_not_touched_by_who_only_reads(out: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kill(monkeypatch, out, "_put", "jobs/a/kept.yaml")
    before = files(out)
    with pytest.raises(DativoError, match="run 'dativo-generator update' again if it was killed: update "):
        refuse_unfinished(out)
    assert (files(out), len(journals(out))) == (before, 1)


def test_destinations_of_a_repository_have_their_own_journals(out: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sub = plain(out / "sub")
    release(out, "sub")
    kill(monkeypatch, sub, "_put", "jobs/a/kept.yaml")
    refuse_unfinished(out)
    assert (write(out, {}), len(write(sub, {}))) == ([], 1)


# --- what goes wrong --------------------------------------------------------------------------------------------------


def a_folder(out: Path) -> str:
    (out / "jobs/b/c/new.yaml").mkdir(parents=True)
    return "jobs/b/c/new.yaml: move it away; it is not a regular file"


def a_file(out: Path) -> str:
    (out / "jobs/b").write_bytes(b"")
    return "jobs/b/c: cannot be written: Not a directory"


def a_link(out: Path) -> str:
    (out / "jobs/b").symlink_to(out.parent)
    return "jobs/b/c/new.yaml: replace it; it is a symbolic link"


def a_pipe(out: Path) -> str:
    os.mkfifo(out / "jobs/pipe.yaml")
    (out / "jobs/b/c").mkdir(parents=True)
    (out / "jobs/pipe.yaml").rename(out / "jobs/b/c/new.yaml")
    return "jobs/b/c/new.yaml: move it away; it is not a regular file"


def a_linked_store(out: Path) -> str:
    (out.parent / "elsewhere").mkdir()
    (out / ".dativo").symlink_to(out.parent / "elsewhere")
    return ".dativo: replace it; it is a symbolic link"


def a_file_for_a_store(out: Path) -> str:
    (out / ".dativo").write_bytes(b"")
    return ".dativo: cannot be written: File exists"


@pytest.mark.parametrize("obstacle", [a_folder, a_file, a_link, a_pipe, a_linked_store, a_file_for_a_store])
def test_what_is_in_the_way_is_named_before_anything_is_changed(obstacle: Callable[[Path], str], out: Path) -> None:
    message = obstacle(out)
    before = files(out)
    with pytest.raises(DativoError) as error:
        write(out)
    assert str(error.value) == f"{message}; nothing was changed"
    assert (files(out), journals(out)) == (before, [])


def test_a_name_that_is_too_long(out: Path) -> None:
    with pytest.raises(DativoError, match="File name too long; nothing was changed"):
        write(out, CHANGES | {f"jobs/{'x' * 300}.yaml": b""})
    assert files(out) == BEFORE


@pytest.mark.parametrize("where", ["../x.yaml", "/x.yaml", ".git/hooks/x", "jobs/../../x", "jobs//x", "a/.GIT/x"])
def test_a_path_that_leads_elsewhere(where: str, out: Path) -> None:
    with pytest.raises(DativoError, match="leads elsewhere"):
        write(out, {where: b""})


@pytest.mark.parametrize("name", ["kept.yaml", ""])
def test_what_is_read_only_is_not_replaced(name: str, out: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever may do everything, as in a container, is asked what others may."""
    monkeypatch.setattr(os, "access", lambda path, mode: Path(path) != out / "jobs/a" / name)
    with pytest.raises(
        DativoError,
        match=r"\.yaml: give your user access; cannot be written: is read-only; nothing was changed",
    ):
        write(out)
    assert (files(out), journals(out)) == (BEFORE, [])


@pytest.mark.parametrize("path", STEPS)
@pytest.mark.parametrize("step", ["write_through", "move"])
def test_a_disk_that_is_full_leaves_all_as_it_was(
    step: str, path: str, out: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fail(monkeypatch, change, step, lambda new, at, *_: new.parent.name == "new" and at in (CHANGES[path], out / path))
    with pytest.raises(DativoError) as error:
        write(out)
    assert str(error.value) == f"{path}: {FULL}; nothing was changed"
    assert (files(out), journals(out), git(out, "status", "--porcelain")) == (BEFORE, [], "")


def test_a_disk_that_is_full_for_the_names_of_a_folder(out: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fail(monkeypatch, change, "flush", lambda folder: folder == out / "jobs/a")
    with pytest.raises(DativoError, match=r"^No space left on device; nothing was changed$"):
        write(out)
    assert files(out) == BEFORE


def test_a_disk_that_is_full_for_the_journal(out: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    place = Place.of(out)
    fail(monkeypatch, Place, "advance", lambda place, old, new: new == DECIDED)
    with pytest.raises(DativoError) as error:
        write(out)
    assert str(error.value) == f"{place.folder}: {FULL}; nothing was changed"
    assert (files(out), journals(out)) == (BEFORE, [])


@pytest.mark.parametrize("step", ["begin", "flush"])
def test_a_journal_that_cannot_be_written(step: str, out: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fail(monkeypatch, *((Place, "begin") if step == "begin" else (fleet_journal, "flush")))
    with pytest.raises(DativoError) as error:
        write(out)
    where = Place.of(out).folder
    assert str(error.value) == f"{where}: {FULL}; nothing was changed"
    assert (files(out), journals(out)) == (BEFORE, [])


def test_a_journal_that_can_neither_be_written_nor_removed(out: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fail(monkeypatch, fleet_journal, "flush")
    fail(monkeypatch, Place, "end")
    with pytest.raises(DativoError, match="cannot be written: No space left on device; nothing was changed"):
        write(out)
    monkeypatch.undo()
    assert [line.startswith("Undid what update ") for line in write(out, {})] == [True]
    assert files(out) == BEFORE


def test_what_cannot_be_put_back_is_told(out: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fail(monkeypatch, change, "mark_unmerged")
    fail(monkeypatch, change, "move", lambda old, *_: old.parent.name == "old")
    with pytest.raises(DativoError) as error:
        write(out)
    again, full = "run 'dativo-generator update' again to undo it", "No space left on device"
    path = ".copier-answers.a.b.yml"
    assert str(error.value) == f"{again}: {full}, then {path}: {FULL}; part of the change is written"
    assert journals(out) == [Place.of(out).path(UNDOING)]
    monkeypatch.undo()
    assert [line.startswith("Undid what update ") for line in write(out, {})] == [True]
    assert files(out) == BEFORE


def test_what_is_prepared_and_cannot_be_removed_is_told(out: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(Change, "_prepare_file", lambda self, *how: stop())
        fail(patch, Change, "clear")
        with pytest.raises(DativoError) as error:
            write(out)
    again = "run 'dativo-generator update' again to undo it"
    assert str(error.value) == f"{again}: Killed, then No space left on device; nothing was changed"
    assert [line.startswith("Undid what update ") for line in write(out, {})] == [True]
    assert files(out) == BEFORE


def test_a_change_that_is_done_and_not_tidied_up_is_told(out: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        fail(patch, Change, "clear")
        with pytest.raises(DativoError) as error:
            write(out)
    again = "run 'dativo-generator update' again to tidy up"
    assert str(error.value) == f"{again}: No space left on device; the whole change is written"
    assert journals(out) == [Place.of(out).path(DONE)]
    assert [line.startswith("Finished what update ") for line in write(out, {})] == [True]
    assert (files(out), journals(out)) == (after(), [])


def test_a_change_that_is_undone_and_not_tidied_up_is_told(out: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        (out / ".git" / "index.lock").touch()
        fail(patch, Change, "clear")
        with pytest.raises(DativoError, match="then No space left on device; nothing was changed"):
            write(out, conflicts=SIDES)
    assert journals(out) == [Place.of(out).path(DONE)]
    assert [line.startswith("Undid what update ") for line in write(out, {})] == [True]
    assert (files(out), journals(out)) == (BEFORE, [])


def test_git_sees_nothing_of_what_is_being_removed(out: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(shutil, "rmtree", lambda path: stop())
        with pytest.raises(Killed):
            write(out)
    assert "?? .dativo/" not in git(out, "status", "--porcelain").splitlines()
    assert (out / ".dativo").is_dir()


def test_folders_that_went_with_their_last_file_come_back(out: Path) -> None:
    (out / ".git" / "index.lock").touch()
    changes: dict[str, bytes | None] = {".copier-answers.a.b.yml": b"4"}
    conflicts = {".copier-answers.a.b.yml": (b"0", b"3", b"4")}
    with pytest.raises(DativoError, match="nothing was changed"):
        write(out, changes | {"jobs/a/gone.yaml": None, "jobs/a/kept.yaml": None}, conflicts=conflicts)
    assert files(out) == BEFORE


def test_a_folder_that_somebody_makes_meanwhile_is_taken(out: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make = Change._make_stage
    monkeypatch.setattr(Change, "_make_stage", lambda self: (make(self), (out / "jobs/b").mkdir()))
    write(out)
    assert files(out) == after()


def test_what_git_cannot_mark_is_put_back(out: Path) -> None:
    (out / ".git" / "index.lock").touch()
    with pytest.raises(DativoError, match=r"; Git's update-index said: .*; nothing was changed"):
        write(out, conflicts=SIDES)
    assert files(out) == BEFORE


def test_a_git_directory_that_cannot_be_written(out: Path) -> None:
    (out / ".git" / "dativo-generator").write_bytes(b"")
    with pytest.raises(
        DativoError, match=r"\.git/dativo-generator: its lock cannot be written: .*; nothing was changed"
    ):
        write(out)
    assert files(out) == BEFORE


def test_a_git_directory_that_is_not_there(out: Path) -> None:
    shutil.rmtree(out / ".git")
    (out / ".git").write_text("gitdir: /nowhere\n")
    with pytest.raises(DativoError, match=r"^restore .*/\.git from a clone, .*; Git's rev-parse said: "):
        write(out)


@pytest.mark.parametrize("refused", ["link", "replace"])
def test_another_file_system_below_the_destination(refused: str, out: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither a second name nor a move leads from one to the other."""
    replace = Path.replace

    def not_across(source: Path, target: Path) -> Path:
        if source.parent != Path(target).parent:
            raise OSError(errno.EXDEV, "Invalid cross-device link")
        return replace(source, target)

    def no_link(*how: object, **others: object) -> None:
        raise OSError(errno.EPERM, "Operation not permitted")

    monkeypatch.setattr(*((os, "link", no_link) if refused == "link" else (Path, "replace", not_across)))
    write(out)
    assert files(out) == after()


@pytest.mark.parametrize("folder", ["jobs/a", "jobs/b/c", "."])
def test_a_half_copied_file_of_a_killed_run_is_removed(folder: str, out: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kill(monkeypatch, out, "_put", ".copier-answers.a.b.yml")
    (stage,) = (path.name for path in (out / ".dativo").iterdir() if path.is_dir())
    (out / folder / f".dativo-{stage}").write_bytes(b"ha")
    write(out)
    assert files(out) == after()


# --- whose journal it is ----------------------------------------------------------------------------------------------


def journal(**others: object) -> str:
    values = {"format": 1, "command": "update", "process": 1, "since": "2025-01-01 10:00:00+00:00"}
    more = {"stage": f".dativo/{'0' * 16}", "files": [], "folders": [], "conflicts": {}}
    return json.dumps(values | more | others)


STRANGE = {
    "a file above": {"files": [{"path": "../victim", "before": None, "after": "0" * 64}]},
    "a file anywhere": {"files": [{"path": "/victim", "before": None, "after": "0" * 64}]},
    "a hook": {"files": [{"path": ".git/hooks/pre-commit", "before": None, "after": "0" * 64}]},
    "a store above": {"stage": "../victim"},
    "a folder above": {"folders": ["../victim"]},
    "a conflict above": {"conflicts": {"../victim": ["0" * 40]}},
    "no digest": {"files": [{"path": "jobs/x", "before": "x", "after": None}]},
    "no files": {"files": 1},
    "another key": {"files": [{"path": "jobs/x", "before": None, "after": None, "mode": 1}]},
    "a command with options": {"command": "update\n--template=evil"},
    "another format": {"format": 2},
}


@pytest.mark.parametrize("text", [*(journal(**how) for how in STRANGE.values()), "", "[]", "[" * 99999, "{}"])
def test_a_journal_that_says_something_else_is_refused(text: str, tmp_path: Path) -> None:
    folder = plain(tmp_path / "out")
    (tmp_path / "victim").write_bytes(b"mine")
    (folder / ".dativo").mkdir()
    (folder / ".dativo" / "journal.decided.json").write_text(text)
    before = files(tmp_path)
    with pytest.raises(DativoError, match=r"look at .*journal\.decided\.json and delete it; it is not a journal: "):
        write(folder)
    assert files(tmp_path) == before


def test_a_journal_that_is_committed_is_not_obeyed(out: Path) -> None:
    (out / ".dativo").mkdir()
    (out / ".dativo" / "journal.decided.json").write_text(
        journal(files=[{"path": "jobs/a/kept.yaml", "before": None, "after": None}])
    )
    release(out, "hostile")
    refuse_unfinished(out)
    assert write(out) == []
    assert (out / ".dativo" / "journal.decided.json").exists()


def test_a_journal_is_not_followed_through_a_link(tmp_path: Path) -> None:
    folder = plain(tmp_path / "out")
    (folder / "linked").symlink_to(tmp_path)
    (tmp_path / "victim").write_bytes(b"mine")
    (folder / ".dativo").mkdir()
    digest = change.digest_of(b"mine")
    text = journal(files=[{"path": "linked/victim", "before": digest, "after": None}])
    (folder / ".dativo" / "journal.decided.json").write_text(text)
    with pytest.raises(DativoError, match="linked/victim: replace it; it is a symbolic link"):
        write(folder, {})
    assert (tmp_path / "victim").read_bytes() == b"mine"


def test_a_folder_of_a_journal_is_not_followed_through_a_link(tmp_path: Path) -> None:
    folder = plain(tmp_path / "out")
    (tmp_path / "victim").mkdir()
    (folder / "linked").symlink_to(tmp_path)
    (folder / ".dativo").mkdir()
    (folder / ".dativo" / "journal.planned.json").write_text(journal(folders=["linked/victim"]))
    with pytest.raises(DativoError, match="linked/victim: replace it; it is a symbolic link"):
        write(folder, {})
    assert (tmp_path / "victim").is_dir()


def test_what_was_prepared_is_not_removed_through_a_link(tmp_path: Path) -> None:
    folder = plain(tmp_path / "out")
    (tmp_path / "victim").mkdir()
    (tmp_path / "victim" / "file").write_bytes(b"mine")
    (folder / ".dativo").mkdir()
    (folder / ".dativo" / ("0" * 16)).symlink_to(tmp_path / "victim")
    (folder / ".dativo" / "journal.planned.json").write_text(journal())
    with pytest.raises(DativoError, match=r"\.dativo/0{16}: replace it; it is a symbolic link"):
        write(folder, {})
    assert (tmp_path / "victim" / "file").read_bytes() == b"mine"


# --- what is not committed --------------------------------------------------------------------------------------------


def edited(out: Path) -> None:
    (out / "jobs/a/kept.yaml").write_bytes(b"mine")


def staged(out: Path) -> None:
    edited(out)
    git(out, "add", "--all")


def untracked(out: Path) -> None:
    git(out, "rm", "--quiet", "--cached", "jobs/a/kept.yaml")
    git(out, "commit", "--quiet", "--message", "gone")


@pytest.mark.parametrize("content", [b"5", None], ids=["overwritten", "deleted"])
@pytest.mark.parametrize("how", [edited, staged, untracked])
def test_what_is_not_committed_is_not_lost(how: Callable[[Path], None], content: bytes | None, out: Path) -> None:
    how(out)
    before = files(out)
    with pytest.raises(DativoError, match=r"^commit or stash your changes first; not committed: jobs/a/kept\.yaml$"):
        write(out, {"jobs/a/kept.yaml": content, "jobs/new.yaml": b""})
    assert files(out) == before


def test_what_is_not_committed_elsewhere_is_no_matter(out: Path) -> None:
    edited(out)
    write(out, {"jobs/a/gone.yaml": None, "jobs/new.yaml": b""})
    assert (out / "jobs/a/kept.yaml").read_bytes() == b"mine"


def test_a_name_that_git_would_quote(out: Path) -> None:
    (out / "jobs/a/é x.yaml").write_bytes(b"mine")
    with pytest.raises(DativoError, match=r"not committed: jobs/a/é x\.yaml$"):
        write(out, {"jobs/a/é x.yaml": None})


def test_outside_a_repository_only_new_files_are_written(tmp_path: Path) -> None:
    folder = plain(tmp_path / "out")
    with pytest.raises(DativoError, match=r"make this a Git repository first: .* and 2 more would be changed"):
        write(folder)
    write(folder, {"jobs/b/c/new.yaml": b"6"})
    assert files(folder) == BEFORE | {"jobs/b/c/new.yaml": b"6"}


def test_a_repository_that_somebody_committed_is_none(tmp_path: Path) -> None:
    """A bare one can lie in any folder, and its settings would be obeyed."""
    folder = plain(tmp_path / "out")
    git(folder, "init", "--quiet", "--bare", ".")
    assert Place.of(folder).folder == folder / ".dativo"


# --- one at a time ----------------------------------------------------------------------------------------------------


@pytest.fixture
def holder(out: Path) -> Iterator[subprocess.Popen[str]]:
    """Have another process hold the lock of the repository."""
    place = Place.of(out).folder
    code = (
        "import sys; from pathlib import Path; from dativo_generator.fleet.lock import locked\n"
        f"with locked(Path({str(place)!r}), 'batch'): print('here', flush=True); sys.stdin.read()"
    )
    process = subprocess.Popen([sys.executable, "-c", code], stdin=-1, stdout=-1, text=True)
    assert process.stdout.readline() == "here\n"
    yield process
    process.kill()
    process.communicate()


def test_the_second_is_refused_and_told_of_the_first(out: Path, holder: subprocess.Popen[str]) -> None:
    said = rf"wait and try again: batch \(process {holder.pid}, since .*\) is writing here; nothing was changed"
    with pytest.raises(DativoError, match=said):
        write(out)
    assert files(out) == BEFORE


def test_who_writes_signs_the_lock(out: Path) -> None:
    with writing(out, "update"):
        text = (Place.of(out).folder / "lock").read_text()
    assert text.startswith(f"update (process {os.getpid()}, since ")


def test_a_lock_of_one_that_was_killed_is_no_obstacle(out: Path, holder: subprocess.Popen[str]) -> None:
    holder.kill()
    holder.wait()
    assert (Place.of(out).folder / "lock").exists()
    write(out)
    assert files(out) == after()


def test_a_lock_is_not_handed_on_to_a_process_that_outlives_its_owner(out: Path) -> None:
    place = Place.of(out).folder
    reading, writing_ = os.pipe()
    owner = os.fork()
    if not owner:
        with locked(place, "batch"):
            if not os.fork():
                os.close(writing_)
                os.read(reading, 1)  # until the test has ended
                os._exit(0)
            os._exit(0)
    os.waitpid(owner, 0)
    os.close(reading)
    write(out)
    os.close(writing_)
    assert files(out) == after()


@pytest.mark.parametrize("make", [Path.mkdir, os.mkfifo, lambda path: path.symlink_to(path.parent.parent / "victim")])
def test_a_lock_that_is_no_file(make: Callable[[Path], object], tmp_path: Path) -> None:
    (tmp_path / "victim").write_bytes(b"mine")
    (tmp_path / "place").mkdir()
    make(tmp_path / "place" / "lock")
    with pytest.raises(DativoError, match="its lock cannot be written: "), locked(tmp_path / "place", "update"):
        pass
    assert (tmp_path / "victim").read_bytes() == b"mine"


# --- an end that is asked for -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("number", interruption.SIGNALS)
@pytest.mark.parametrize(
    ("step", "truth", "left"),
    [("_prepare_file", "nothing was changed", BEFORE), ("_put", "the whole change is written", after())],
)
def test_a_signal_ends_it_with_the_truth(
    step: str, truth: str, left: dict[str, bytes], number: int, out: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    original = getattr(Change, step)

    def signalled(self: Change, *how: object) -> None:
        os.kill(os.getpid(), number)
        original(self, *how)

    monkeypatch.setattr(Change, step, signalled)
    with interruption.listening(), pytest.raises(interruption.Interrupted) as ended:
        write(out)
    assert str(ended.value) == f"interrupted; {truth}"
    assert (files(out), journals(out)) == (left, [])


def test_a_signal_that_is_ignored_stays_so() -> None:
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        with interruption.listening():
            os.kill(os.getpid(), signal.SIGINT)
    finally:
        signal.signal(signal.SIGINT, before)


def test_a_signal_ends_the_command_while_it_is_loaded(tmp_path: Path) -> None:
    code = """
import os, signal, sys
class Finder:
    def find_spec(self, name, path=None, target=None):
        if name == "dativo_generator.cli.app":
            os.kill(os.getpid(), signal.SIGINT)
sys.meta_path.insert(0, Finder())
from dativo_generator.cli.start import main
main()
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (2, "Error: interrupted; nothing was changed\n")


_SHARED = """
import os, signal, sys
from dativo_generator.fleet import parallel
from dativo_generator.fleet.interruption import Interrupted, listening
parallel._cores = lambda: 2
def work(item):
    if item == 3:
        {what}
    return item
try:
    with listening():
        print([found for _, found in parallel.mapped(work, range(200))])
except (Interrupted, parallel.WorkerError) as error:
    sys.exit(str(error))
"""


@pytest.mark.parametrize(
    ("what", "said"),
    [
        ("os.killpg(0, signal.SIGINT)", "interrupted; nothing was changed\n"),
        ("os.killpg(0, signal.SIGTERM)", "interrupted; nothing was changed\n"),
        ("os.kill(os.getppid(), signal.SIGTERM)", "interrupted; nothing was changed\n"),
        ("os.kill(os.getpid(), signal.SIGKILL)", "run the command again: one of its processes was killed"),
        ("os.kill(os.getppid(), signal.SIGKILL)", ""),
    ],
)
def test_processes_that_share_the_work_end_without_a_word(what: str, said: str) -> None:
    """Whoever is left would keep the pipe open, and so the test waiting."""
    code = _SHARED.format(what=what)
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=60, start_new_session=True
    )
    assert done.returncode and done.stdout == ""
    assert done.stderr.startswith(said) and len(done.stderr.splitlines()) == bool(said)
