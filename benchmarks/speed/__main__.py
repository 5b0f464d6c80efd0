"""Measure every row, or those that are named, and print the table; exit status 1 where one misses its mark.

What is printed of rows at their full size can be kept with --write, for the docs.
"""

import argparse
import os
import sys
import time
from dataclasses import fields, replace
from pathlib import Path
from tempfile import TemporaryDirectory

from speed.row import record, rows, table
from speed.workshop import SMALL, Size, Workshop
from support import clean_environment


def main() -> None:
    """Measure the rows one after another."""
    known = rows()
    parser = argparse.ArgumentParser(prog="speed", description=__doc__)
    parser.add_argument("rows", nargs="*", metavar="ROW", help=f"all without any of {', '.join(known)}")
    parser.add_argument("--small", action="store_true", help="measure next to nothing, to see that it works")
    parser.add_argument("--write", action="store_true", help="keep what came of it for the docs")
    for field in fields(Size):
        parser.add_argument(f"--{field.name}", type=int, metavar="N", help=f"{field.default:,} without it")
    options = parser.parse_args()
    if unknown := set(options.rows) - known.keys():
        parser.error(f"there is no row {min(unknown)}")
    given = {field.name: number for field in fields(Size) if (number := getattr(options, field.name)) is not None}
    size = replace(SMALL if options.small else Size(), **given)
    if options.write and (options.small or given.keys() - {"rounds", "long", "short", "sample"}):
        parser.error("--write is for rows at their full size")
    figures = {}
    with TemporaryDirectory(prefix="dativo-benchmark-") as folder:
        os.environ.update(clean_environment(Path(folder) / "home"))
        workshop = Workshop(Path(folder))
        for name in options.rows or known:
            began = time.monotonic()
            figures[name] = known[name].measured(workshop, size)
            print(f"{known[name].line(figures[name], size)} {time.monotonic() - began:.0f} s", file=sys.stderr)
            if options.write:
                record(figures)
    print(table(figures, size))
    sys.exit(any(known[name].missed(figure) for name, figure in figures.items()))


if __name__ == "__main__":
    main()
