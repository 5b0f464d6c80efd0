"""What commands write into a repository: `Tree.write`."""

from pathlib import Path

import pytest

from dativo_generator.fleet.replacing import TransactionError
from dativo_generator.fleet.tree import Tree


def test_line_ends_are_not_read_through_a_link(tmp_path: Path) -> None:
    (tmp_path / "job.yaml").symlink_to(tmp_path / "other.yaml")
    with pytest.raises(TransactionError, match=r"job.yaml"):
        Tree(tmp_path).write({"job.yaml": b"one\n"})
