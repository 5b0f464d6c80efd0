"""A row of the table: what is measured, its mark, and the result of the last full measurement."""

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
    """The result of a row.

    `value` is compared with the mark; `low` and `high` are the range over the rounds. `took` says what it is made of,
    and `memory` is the peak in MiB of the row's subject, 0 if it does not matter. Without a value, `failed` is the
    reason.
    """

    value: float = 0.0
    low: float = 0.0
    high: float = 0.0
    took: str = ""
    memory: int = 0
    failed: str = ""


def of_ratio(ratio: Ratio, took: str) -> Figure:
    """Return the figure for a ratio, with the memory of the first contender."""
    low, value, high = (float(f"{number:.3g}") for number in (ratio.low, ratio.value, ratio.high))
    return Figure(value, low, high, took, round(ratio.one.peak))


@dataclass(frozen=True)
class Row:
    """A row.

    `what` describes the measurement, with names of `Size` in braces. The mark is the maximum, or the minimum if
    `at_least`; None means no requirement. `unit` follows the figure.
    """

    what: str
    measure: Callable[[Workshop, Size], Figure]
    mark: float | None = None
    at_least: bool = False
    unit: str = "x"

    def measured(self, workshop: Workshop, size: Size) -> Figure:
        """Measure it; a failure is reported in the figure."""
        try:
            return self.measure(workshop, size)
        except Failed as error:
            return Figure(failed=str(error))

    def missed(self, figure: Figure) -> bool:
        """Return whether a figure misses the mark; a failure does."""
        if figure.failed:
            return True
        return self.mark is not None and (figure.value < self.mark if self.at_least else figure.value > self.mark)

    def line(self, figure: Figure, size: Size) -> str:
        """Format it as a line of the table."""
        what = self.what.format(**{name: f"{number:,}" for name, number in asdict(size).items()})
        said = f"failed: {figure.failed}" if figure.failed else f"{figure.value:,.4g}{self.unit}"
        if figure.low != figure.high:
            said += f" ({figure.low:,.4g} to {figure.high:,.4g})"
        mark = f"at {'least' if self.at_least else 'most'} {self.mark:,g}{self.unit}" if self.mark is not None else ""
        missed = ", **missed**" if self.missed(figure) else ""
        memory = f"{figure.memory:,} MiB" if figure.memory else ""
        return f"| {what} | {said}{missed} | {mark} | {figure.took} | {memory} |"


def table(figures: Mapping[str, Figure], size: Size) -> str:
    """Format rows as a table."""
    return "\n".join([*_TABLE, *(row.line(figures[name], size) for name, row in rows().items() if name in figures)])


def recorded() -> dict[str, Figure]:
    """Return the result of each row's last full measurement; a row that never had one has failed."""
    entries = _entries()
    return {name: Figure(**entries.get(name, {"failed": "not measured in full yet"})) for name in rows()}


def record(figures: Mapping[str, Figure]) -> None:
    """Record the results of a full measurement; other rows keep their previous ones."""
    kept = {name: entry for name, entry in _entries().items() if name in rows()}
    kept |= {name: {key: value for key, value in asdict(one).items() if value} for name, one in figures.items()}
    text = yaml.safe_dump({name: kept[name] for name in rows() if name in kept}, sort_keys=False, width=110)
    RECORD.write_text(_HEAD + text, encoding="utf-8")


def _entries() -> dict[str, dict[str, Any]]:
    return (yaml.safe_load(RECORD.read_text(encoding="utf-8")) or {}) if RECORD.exists() else {}


def rows() -> dict[str, Row]:
    """Return the rows of every module by name, in the order of the table."""
    names = sorted(module.name for module in iter_modules([str(Path(__file__).parent / "rows")]))
    return {name: row for module in names for name, row in import_module(f"speed.rows.{module}").ROWS.items()}
