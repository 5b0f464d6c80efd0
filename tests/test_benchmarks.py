"""Every row of `make bench` can be measured; tests use tiny sizes, and ignore the figures."""

from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest
import yaml

from speed.measuring import Failed
from speed.row import RECORD, Figure, Row, recorded, rows, table
from speed.workshop import SMALL, Size, Workshop

ROWS = rows()


class Thrifty(Workshop):
    """A workshop in which all rows share one run of each command."""

    replayed = cache(Workshop.replayed)
    updated = cache(Workshop.updated)
    scaffolded = cache(Workshop.scaffolded)
    validated = cache(Workshop.validated)
    floor = cache(Workshop.floor)


@pytest.fixture(scope="module")
def workshop(tmp_path_factory: pytest.TempPathFactory) -> Workshop:
    return Thrifty(tmp_path_factory.mktemp("workshop"))


@pytest.mark.parametrize("name", ROWS)
def test_row(name: str, workshop: Workshop) -> None:
    figure = ROWS[name].measured(workshop, SMALL)
    assert not figure.failed
    assert figure.low <= figure.value <= figure.high
    assert figure.value > 0


def test_what_is_no_longer_clean_is_not_measured(workshop: Workshop) -> None:
    repository = workshop.repository(1)
    job = next((repository / "jobs").rglob("*.yaml"))
    job.write_text("# somebody was here\n")
    with pytest.raises(Failed, match=r"^of \d+ files, all to be clean: 1 edited$"):
        Workshop.replayed(workshop, repository)


def _row(measure: Callable[[Workshop, Size], Figure], **how: bool) -> Row:
    return Row("loop over {jobs}", measure, 2, **how)


@pytest.mark.parametrize(
    ("figure", "at_least", "line"),
    [
        (Figure(2, 2, 2, "1 s", 1024), False, "| loop over 1,000 | 2x | at most 2x | 1 s | 1,024 MiB |"),
        (Figure(2.1, 1.9, 3), False, "| loop over 1,000 | 2.1x (1.9 to 3), **missed** | at most 2x |  |  |"),
        (Figure(2.1, 1.9, 3), True, "| loop over 1,000 | 2.1x (1.9 to 3) | at least 2x |  |  |"),
        (Figure(failed="no"), True, "| loop over 1,000 | failed: no, **missed** | at least 2x |  |  |"),
    ],
)
def test_a_line_says_what_is_missed(figure: Figure, at_least: bool, line: str) -> None:
    assert _row(lambda workshop, size: figure, at_least=at_least).line(figure, Size()) == line


def test_what_goes_wrong_is_a_row_and_does_not_stop_the_others(workshop: Workshop) -> None:
    def measure(workshop: Workshop, size: Size) -> Figure:
        workshop.command(Path.cwd(), "replay", "--no-such-option")
        raise AssertionError

    figure = _row(measure).measured(workshop, SMALL)
    assert figure.failed.startswith("exit status 2: ")


def test_the_docs_have_a_line_for_every_row_and_no_other() -> None:
    assert yaml.safe_load(RECORD.read_text(encoding="utf-8")).keys() <= ROWS.keys()
    assert len(table(recorded(), Size()).splitlines()) == len(ROWS) + 2
