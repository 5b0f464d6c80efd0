"""Try every row in full, or only the named rows, and print the table; exit status 1 if a row misses its figure.

The results of rows that were run in full are kept for the docs.
"""

import argparse
import os
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

from support import clean_environment

from .row import record, rows, table

# How many faults of each row are printed.
_SHOWN = 20


def main() -> None:
    """Run the rows one after another."""
    known = rows()
    parser = argparse.ArgumentParser(prog="trust", description=__doc__)
    parser.add_argument("rows", nargs="*", metavar="ROW", help=f"one of {', '.join(known)}; all if none is named")
    parser.add_argument("--short", action="store_true", help="try as few cases as the tests do")
    options = parser.parse_args()
    if unknown := set(options.rows) - set(known):
        parser.error(f"there is no row {min(unknown)}")
    results = {}
    for name in options.rows or known:
        row = known[name]
        started = time.monotonic()
        with TemporaryDirectory(prefix="dativo-trust-") as folder:
            work = Path(folder)
            os.environ.update(clean_environment(work / "home"))
            (work / "row").mkdir()
            result = row.run(row.short if options.short else row.full, work / "row")
        print(f"{name}: {result.tried} in {time.monotonic() - started:.0f} s", file=sys.stderr)
        for fault in result.faults[:_SHOWN]:
            print(f"  {fault}", file=sys.stderr)
        results[name] = (result.tried, result.counts, len(result.faults))
        if not options.short:
            record(results)
    print(table(results))
    sys.exit(any(faults or not tried for tried, _, faults in results.values()))


if __name__ == "__main__":
    main()
