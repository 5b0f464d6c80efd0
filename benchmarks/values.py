"""Measure how accurate labels from values alone are, on invented columns whose names say nothing.

Prints how many columns of numbers and of look-alikes are labelled, and how many of those of personal values: with no
dirt between the values, with 5 and with 20 %.
"""

import argparse
import random
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT / "extensions"), str(ROOT / "tests")]

from dativo_generator.importers.types import Kind  # noqa: E402
from dativo_generator.importers.values import judged  # noqa: E402
from dativo_generator.registry.pack import Pack  # noqa: E402
from made import LOOK_ALIKES, MADE, column, numbers  # noqa: E402

_ROWS = (3, 10, 40, 400)
_LENGTHS = range(8, 20)


def main() -> None:
    """Print the three tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seeds", type=int, default=3, help="How many columns of each kind and length there are.")
    seeds = parser.parse_args().seeds
    pack = Pack(ROOT)

    def label(values: list[str], kind: Kind = Kind.TEXT) -> str:
        seen = judged(values, kind)
        return pack.judge("x", "string" if kind is Kind.TEXT else "integer", "t", seen).at_least(pack.min_confidence)

    flagged: dict[str, list[bool]] = {}
    for seed in range(seeds):
        for length in _LENGTHS:
            for rows in _ROWS:
                for what, values in numbers(random.Random(f"{seed} {length} {rows}"), length, rows).items():
                    found = [label([str(one) for one in values], kind) for kind in (Kind.TEXT, Kind.INTEGER)]
                    flagged.setdefault(f"numbers {what}", []).extend(map(bool, found))
        for what, make in LOOK_ALIKES.items():
            found = [label(column(make, f"{what} {seed} {rows}", rows)) for rows in _ROWS]
            flagged.setdefault(what, []).extend(map(bool, found))
    for what, each in flagged.items():
        print(f"{what:<28} {sum(each):>4} of {len(each):>5} labelled")
    print(f"\n{'':<28} {'none':>6} {'5 %':>6} {'20 %':>6}  dirt")
    for what, (_, right, make) in MADE.items():
        shares = []
        for dirt in (0.0, 0.05, 0.2):
            hits = [
                label(column(make, f"{what} {seed} {rows}", rows, dirt)) == right
                for seed in range(seeds)
                for rows in _ROWS[1:]
            ]
            shares.append(sum(hits) / len(hits))
        print(f"{what:<28} " + " ".join(f"{share:>6.0%}" for share in shares))


if __name__ == "__main__":
    main()
