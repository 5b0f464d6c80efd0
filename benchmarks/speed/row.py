"""A row of the table: what is measured, its mark, and what came of it when it was last measured in full."""

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules
from typing import Any

import yaml

from speed.measuring import Failed, Ratio
from speed.workshop import Size, Workshop

RECORD = Path(__file__).resolve().parent.parent / "measured.yml"
_HEAD = (
    "# What `make bench` found when each row was last measured in full; --write wrote it here, and the docs show it.\n"
)
_TABLE = ["| what is measured | | mark | it took | memory |", "|---|---|---|---|---|"]


@dataclass(frozen=True)
class Figure:
    """What came of a row.

    `value` is compared with the mark; `low` and `high` are those of single rounds. `took` says what it is made of, and
    `memory` is the peak in MiB of what the row is about, 0 where it is of no interest. Without a value, `failed` says
    why.
    """

    value: float = 0.0
    low: float = 0.0
    high: float = 0.0
    took: str = ""
    memory: int = 0
    failed: str = ""


def of_ratio(ratio: Ratio, took: str) -> Figure:
    """Make the figure of a ratio, and of the memory of the first contender."""
    low, value, high = (float(f"{number:.3g}") for number in (ratio.low, ratio.value, ratio.high))
    return Figure(value, low, high, took, round(ratio.one.peak))


@dataclass(frozen=True)
class Row:
    """A row.

    `what` is what is measured, with names of `Size` in braces. The mark is the most that it may be, the least with
    `at_least`; None is for a row of which nothing is asked. `unit` stands behind the figure.
    """

    what: str
    measure: Callable[[Workshop, Size], Figure]
    mark: float | None = None
    at_least: bool = False
    unit: str = "x"

    def measured(self, workshop: Workshop, size: Size) -> Figure:
        """Measure it; what goes wrong is said in the figure."""
        try:
            return self.measure(workshop, size)
        except Failed as error:
            return Figure(failed=str(error))

    def missed(self, figure: Figure) -> bool:
        """Return whether a figure misses the mark; what failed does."""
        if figure.failed:
            return True
        return self.mark is not None and (figure.value < self.mark if self.at_least else figure.value > self.mark)

    def line(self, figure: Figure, size: Size) -> str:
        """Write it as a line of the table."""
        what = self.what.format(**{name: f"{number:,}" for name, number in asdict(size).items()})
        said = f"failed: {figure.failed}" if figure.failed else f"{figure.value:,.4g}{self.unit}"
        if figure.low != figure.high:
            said += f" ({figure.low:,.4g} to {figure.high:,.4g})"
        mark = f"at {'least' if self.at_least else 'most'} {self.mark:,g}{self.unit}" if self.mark is not None else ""
        missed = ", **missed**" if self.missed(figure) else ""
        memory = f"{figure.memory:,} MiB" if figure.memory else ""
        return f"| {what} | {said}{missed} | {mark} | {figure.took} | {memory} |"


def table(figures: Mapping[str, Figure], size: Size) -> str:
    """Write rows as a table."""
    return "\n".join([*_TABLE, *(row.line(figures[name], size) for name, row in rows().items() if name in figures)])


def recorded() -> dict[str, Figure]:
    """Return what came of each row when it was last measured in full; one that never was has failed."""
    entries = _entries()
    return {name: Figure(**entries.get(name, {"failed": "not measured in full yet"})) for name in rows()}


def record(figures: Mapping[str, Figure]) -> None:
    """Keep what came of rows that were measured in full; those of before stay for the others."""
    kept = {name: entry for name, entry in _entries().items() if name in rows()}
    kept |= {name: {key: value for key, value in asdict(one).items() if value} for name, one in figures.items()}
    text = yaml.safe_dump({name: kept[name] for name in rows() if name in kept}, sort_keys=False, width=110)
    RECORD.write_text(_HEAD + text, encoding="utf-8")


def _entries() -> dict[str, dict[str, Any]]:
    return (yaml.safe_load(RECORD.read_text(encoding="utf-8")) or {}) if RECORD.exists() else {}


def rows() -> dict[str, Row]:
    """Find the rows of every module by name, in the order of the table."""
    names = sorted(module.name for module in iter_modules([str(Path(__file__).parent / "rows")]))
    return {name: row for module in names for name, row in import_module(f"speed.rows.{module}").ROWS.items()}
