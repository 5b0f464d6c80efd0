"""What commands write into a repository: `Tree.write`."""

from pathlib import Path

import pytest

from dativo_generator.fleet.replacing import TransactionError
from dativo_generator.fleet.tree import Tree
from support import release


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (b"a\r\nb\r\n", b"one\r\ntwo\r\n"),
        (b"a\r\nb", b"one\r\ntwo\r\n"),
        (b"a\nb\n", b"one\ntwo\n"),
        (b"a\r\nb\n", b"one\ntwo\n"),
        (b"a", b"one\ntwo\n"),
        (b"", b"one\ntwo\n"),
    ],
    ids=["Windows", "Windows, without the last", "Unix", "mixed", "no line end", "empty"],
)
def test_a_file_keeps_its_line_ends(tmp_path: Path, before: bytes, after: bytes) -> None:
    (tmp_path / "job.yaml").write_bytes(before)
    release(tmp_path, "written")
    Tree(tmp_path).write({"job.yaml": b"one\ntwo\n"})
    assert (tmp_path / "job.yaml").read_bytes() == after


def test_a_new_file_has_the_line_ends_of_the_pack(tmp_path: Path) -> None:
    (tmp_path / "other.yaml").write_bytes(b"a\r\n")
    Tree(tmp_path).write({"job.yaml": b"one\n"})
    assert (tmp_path / "job.yaml").read_bytes() == b"one\n"


def test_a_file_of_windows_can_be_deleted(tmp_path: Path) -> None:
    (tmp_path / "job.yaml").write_bytes(b"a\r\n")
    release(tmp_path, "written")
    Tree(tmp_path).write({"job.yaml": None})
    assert not (tmp_path / "job.yaml").exists()


def test_line_ends_are_not_read_through_a_link(tmp_path: Path) -> None:
    (tmp_path / "job.yaml").symlink_to(tmp_path / "other.yaml")
    with pytest.raises(TransactionError, match=r"job.yaml"):
        Tree(tmp_path).write({"job.yaml": b"one\n"})
