"""One file of a change: looked at without following a link, kept, written through and moved into place."""

import errno
import os
import stat
from pathlib import Path
from typing import Any

import pytest

from dativo_generator.fleet import replacing
from dativo_generator.fleet.replacing import TransactionError


def test_an_error_of_the_disk_says_of_which_path() -> None:
    with (
        pytest.raises(TransactionError, match=r"^a/b: free some space; cannot be written: full$"),
        replacing.about("a/b"),
    ):
        raise OSError(errno.ENOSPC, "full")
    with pytest.raises(TransactionError, match=r"^a/b: cannot be written: odd$"), replacing.about("a/b"):
        raise OSError("odd")
    with pytest.raises(ValueError, match=r"^x$"), replacing.about("a/b"):
        raise ValueError("x")


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (OSError(errno.ENOSPC, "No space left", "/machine/x"), "No space left"),
        (OSError("odd"), "odd"),
        (TransactionError("a/b: is odd"), "a/b: is odd"),
        (OSError(), "OSError"),
        (KeyboardInterrupt(), "KeyboardInterrupt"),
    ],
)
def test_an_error_is_told_without_paths_of_the_machine(error: BaseException, said: str) -> None:
    assert replacing.reason(error) == said


def test_a_content_is_read_or_refused(tmp_path: Path) -> None:
    (tmp_path / "x").write_bytes(b"1\r\n")
    (tmp_path / "link").symlink_to("x")
    assert replacing.content_of(tmp_path, "x") == b"1\r\n"
    assert replacing.content_of(tmp_path, "y") is None
    with pytest.raises(TransactionError, match=r"^link: replace it; it is a symbolic link"):
        replacing.content_of(tmp_path, "link")


def test_a_digest_is_of_the_content() -> None:
    empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    assert (replacing.digest_of(b""), replacing.digest_of(None)) == (empty, None)


@pytest.mark.parametrize("path", ["a/link/x", "link/x", "a/link", "link"])
def test_a_link_on_the_way_is_refused(path: str, tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    for link in ("link", "a/link"):
        (tmp_path / link).symlink_to(tmp_path)
    with pytest.raises(TransactionError, match=rf"^{path}: replace it; it is a symbolic link$"):
        replacing.refuse_links(tmp_path, path)


def test_a_path_without_a_link_is_not(tmp_path: Path) -> None:
    (tmp_path / "root" / "a").mkdir(parents=True)
    (tmp_path / "link").symlink_to("root")
    for root in (tmp_path / "root", tmp_path / "link"):
        for path in ("a", "a/b", "b/c"):
            replacing.refuse_links(root, path)


def test_what_cannot_be_looked_at_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "a").touch()
    with pytest.raises(TransactionError, match=r"^a/b: cannot be written: Not a directory$"):
        replacing.refuse_links(tmp_path, "a/b")


@pytest.mark.parametrize("read_only", ["a", "a/x"])
def test_what_is_read_only_stays(read_only: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "x").touch()
    asked = []

    def access(path: Path, mode: int) -> bool:
        asked.append(mode)
        return path != tmp_path / read_only

    monkeypatch.setattr(os, "access", access)
    with pytest.raises(PermissionError) as error:
        replacing.refuse_read_only(tmp_path / "a" / "x")
    assert (error.value.errno, error.value.strerror) == (errno.EACCES, "is read-only")
    assert set(asked) == {os.W_OK}
    replacing.refuse_read_only(tmp_path / "b" / "x")
    replacing.refuse_read_only(tmp_path / "x")


def test_a_file_gets_a_second_name(tmp_path: Path) -> None:
    (tmp_path / "x").write_bytes(b"1")
    replacing.keep(tmp_path / "x", tmp_path / "y")
    assert (tmp_path / "x").samefile(tmp_path / "y")


def test_or_a_copy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def link(*how: Any, **others: Any) -> None:
        raise OSError(errno.EPERM, "no")

    monkeypatch.setattr(os, "link", link)
    (tmp_path / "x").write_bytes(b"1")
    os.utime(tmp_path / "x", ns=(10**9, 10**9))
    (tmp_path / "link").symlink_to("x")
    for name in ("x", "link"):
        replacing.keep(tmp_path / name, tmp_path / f"kept-{name}")
    kept = tmp_path / "kept-x"
    assert (kept.read_bytes(), kept.stat().st_mtime_ns, kept.samefile(tmp_path / "x")) == (b"1", 10**9, False)
    assert (tmp_path / "kept-link").readlink() == Path("x")


def test_a_link_keeps_being_one(tmp_path: Path) -> None:
    (tmp_path / "x").write_bytes(b"1")
    (tmp_path / "link").symlink_to("x")
    replacing.keep(tmp_path / "link", tmp_path / "kept")
    assert (tmp_path / "kept").readlink() == Path("x")


def test_a_file_is_moved(tmp_path: Path) -> None:
    (tmp_path / "x").write_bytes(b"1")
    (tmp_path / "y").write_bytes(b"2")
    replacing.move(tmp_path / "x", tmp_path / "y", tmp_path / "z")
    assert [(path.name, path.read_bytes()) for path in tmp_path.iterdir()] == [("y", b"1")]


def test_from_another_file_system_through_a_neighbour(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    replace, moves = Path.replace, []

    def not_across(source: Path, target: Path) -> Path:
        moves.append((source.name, target.name))
        if source.name == "x":
            raise OSError(errno.EXDEV, "no")
        return replace(source, target)

    monkeypatch.setattr(Path, "replace", not_across)
    (tmp_path / "x").write_bytes(b"1")
    os.utime(tmp_path / "x", ns=(10**9, 10**9))
    replacing.move(tmp_path / "x", tmp_path / "y", tmp_path / "z")
    assert moves == [("x", "y"), ("z", "y")]
    (left,) = tmp_path.iterdir()
    assert (left.name, left.read_bytes(), left.stat().st_mtime_ns) == ("y", b"1", 10**9)


def test_a_move_that_fails_otherwise_copies_nothing(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        replacing.move(tmp_path / "x", tmp_path / "y", tmp_path / "z")
    assert list(tmp_path.iterdir()) == []


def test_a_file_is_written_in_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write, synced = os.write, []
    monkeypatch.setattr(os, "write", lambda descriptor, content: write(descriptor, content[:3]))
    monkeypatch.setattr(os, "fsync", lambda descriptor: synced.append(os.fstat(descriptor).st_size))
    (tmp_path / "x").write_bytes(b"longer than that")
    replacing.write_through(tmp_path / "x", b"1234567")
    assert ((tmp_path / "x").read_bytes(), synced) == (b"1234567", [7])


def test_its_mode_is_the_users(tmp_path: Path) -> None:
    before = os.umask(0o022)
    try:
        replacing.write_through(tmp_path / "x", b"")
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "x").stat().st_mode) == 0o644


@pytest.mark.parametrize("mode", [0o600, 0o755])
def test_or_that_of_the_file_that_it_replaces(mode: int, tmp_path: Path) -> None:
    (tmp_path / "like").touch()
    (tmp_path / "like").chmod(mode)
    replacing.write_through(tmp_path / "x", b"1", (tmp_path / "like").stat())
    assert stat.S_IMODE((tmp_path / "x").stat().st_mode) == mode
    assert (tmp_path / "x").read_bytes() == b"1"


def test_no_link_is_written_through(tmp_path: Path) -> None:
    (tmp_path / "x").write_bytes(b"mine")
    (tmp_path / "link").symlink_to("x")
    with pytest.raises(OSError, match="Too many levels"):
        replacing.write_through(tmp_path / "link", b"1")
    assert (tmp_path / "x").read_bytes() == b"mine"


@pytest.mark.parametrize("user", [7, 0])
@pytest.mark.parametrize("allowed", [True, False])
def test_the_owner_is_kept_where_that_may_be(
    user: int, allowed: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "x").touch()
    found = list((tmp_path / "x").stat())
    found[4], found[5] = found[4] + user, found[5] + 1
    given = []

    def fchown(descriptor: int, user: int, group: int) -> None:
        assert os.fstat(descriptor).st_ino == (tmp_path / "x").stat().st_ino
        given.append((user, group))
        if not allowed:
            raise PermissionError

    monkeypatch.setattr(os, "fchown", fchown)
    replacing.write_through(tmp_path / "x", b"1", os.stat_result(found))
    assert given == [(found[4], found[5])]
    given.clear()
    replacing.write_through(tmp_path / "x", b"1", (tmp_path / "x").stat())
    assert given == []


@pytest.mark.parametrize("fails", ["write", "fsync"])
def test_a_file_is_closed_however_it_ends(fails: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*how: Any) -> None:
        raise OSError(errno.EIO, "no")

    closed = []
    monkeypatch.setattr(os, fails, fail)
    close = os.close
    monkeypatch.setattr(os, "close", lambda descriptor: closed.append(close(descriptor)))
    with pytest.raises(OSError, match="no"):
        replacing.write_through(tmp_path / "x", b"1")
    assert closed == [None]


def test_names_are_flushed_where_folders_can_be_opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    flushed, closed = [], []
    close = os.close
    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", lambda descriptor: flushed.append(stat.S_ISDIR(os.fstat(descriptor).st_mode)))
        patch.setattr(os, "close", lambda descriptor: closed.append(close(descriptor)))
        replacing.flush(tmp_path)
        assert (flushed, closed) == ([True], [None])
        patch.setattr(replacing.os, "name", "nt")
        replacing.flush(tmp_path)
    assert (flushed, closed) == ([True], [None])
