"""A short form of every row of `make trust`."""

from pathlib import Path

import pytest

from trust.row import rows

ROWS = rows()


@pytest.mark.parametrize("name", ROWS)
def test_row(name: str, tmp_path: Path) -> None:
    row = ROWS[name]
    result = row.run(row.short, tmp_path)
    assert not result.faults, "\n".join(result.faults[:20])
    assert result.tried >= row.short
