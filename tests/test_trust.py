"""A short form of every row of `make trust`."""

from pathlib import Path

import pytest

from trust.row import recorded, rows

ROWS = rows()


@pytest.mark.parametrize("name", ROWS)
def test_row(name: str, tmp_path: Path) -> None:
    row = ROWS[name]
    result = row.run(row.short, tmp_path)
    assert not result.faults, "\n".join(result.faults[:20])
    assert result.tried >= row.short


def test_the_docs_say_what_came_of_every_row() -> None:
    found = recorded()
    assert found.keys() == ROWS.keys()
    assert {name: faults for name, (_, _, faults) in found.items() if faults} == {}
    assert all(tried > ROWS[name].short for name, (tried, _, _) in found.items())
