"""A row of the table: what is tried, how often, and the figure to reach."""

from collections.abc import Callable
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules


@dataclass(frozen=True)
class Result:
    """What came of it: how many were tried, and a line for each that went wrong.

    `counts` are further figures for the table, by what they count.
    """

    tried: int
    faults: list[str]
    counts: dict[str, int] = field(default_factory=dict)


# Tries so many, in an empty folder that is the row's own. The same number tries the same.
Run = Callable[[int, Path], Result]


@dataclass(frozen=True)
class Row:
    """A row; `full` says how many `make trust` tries, `short` how many the tests do."""

    tried: str
    figure: str
    full: int
    short: int
    run: Run


def rows() -> dict[str, Row]:
    """Find every row by the name of its module."""
    names = sorted(module.name for module in iter_modules([str(Path(__file__).parent)]))
    modules = {name: import_module(f"trust.{name}") for name in names if not name.startswith("__")}
    return {name: module.ROW for name, module in modules.items() if hasattr(module, "ROW")}
