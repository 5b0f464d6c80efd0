"""A row of the table: what is tried, how often, and the figure to reach."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules

import yaml

from support import ROOT

RECORD = ROOT / "tests" / "data" / "tried.yml"
_HEAD = "# The results of the last full run of each row of `make trust`, which writes this file. The docs show them.\n"


@dataclass(frozen=True)
class Result:
    """The result of a row: how many cases were tried, and a line for each that went wrong.

    `counts` are further figures for the table, by what they count.
    """

    tried: int
    faults: list[str]
    counts: dict[str, int] = field(default_factory=dict)


# Tries so many cases, in an empty folder of the row's own. The same number always tries the same cases.
Run = Callable[[int, Path], Result]


@dataclass(frozen=True)
class Row:
    """A row; `full` is how many cases `make trust` tries, `short` how many the tests try."""

    tried: str
    figure: str
    full: int
    short: int
    run: Run


def table(results: Mapping[str, tuple[int, Mapping[str, int], int]]) -> str:
    """Return the results of rows as a Markdown table: the cases tried, further figures, and the number of faults."""
    lines = ["| what is tried | figure to reach | tried | faults |", "|---|---|---:|---:|"]
    for name, row in rows().items():
        if name in results:
            tried, counts, faults = results[name]
            counted = "".join(f", {count:,} {what}" for what, count in counts.items())
            lines.append(f"| {row.tried} | {row.figure} | {tried:,}{counted} | {faults} |")
    return "\n".join(lines)


def recorded() -> dict[str, tuple[int, dict[str, int], int]]:
    """Return the result of each row when it was last run in full: cases tried, further figures, number of faults."""
    entries = yaml.safe_load(RECORD.read_text(encoding="utf-8"))
    return {name: (entry["tried"], entry.get("counts", {}), entry["faults"]) for name, entry in entries.items()}


def record(results: Mapping[str, tuple[int, Mapping[str, int], int]]) -> None:
    """Write the results of rows that were run in full; other rows keep their earlier results."""
    kept = {name: result for name, result in (recorded() | dict(results)).items() if name in rows()}
    entries = {
        name: {"tried": tried, **({"counts": dict(counts)} if counts else {}), "faults": faults}
        for name, (tried, counts, faults) in sorted(kept.items())
    }
    RECORD.write_text(_HEAD + yaml.safe_dump(entries, sort_keys=False), encoding="utf-8")


def rows() -> dict[str, Row]:
    """Return every row by the name of its module."""
    names = sorted(module.name for module in iter_modules([str(Path(__file__).parent)]))
    modules = {name: import_module(f"trust.{name}") for name in names if not name.startswith("__")}
    return {name: module.ROW for name, module in modules.items() if hasattr(module, "ROW")}
