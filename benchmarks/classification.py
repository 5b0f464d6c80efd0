"""Measure how accurate labels are: the rules of `registry/classification.yaml`, and those of other tools.

Print precision, recall and F1 over the labelled columns of `tests/data/labelled/`, for the half that the rules were
written with and for the other one: of all schemas, of those that were labelled last, of those in other languages than
English. "Column by column" they see no other names of the table. `name_patterns.yml` has the patterns of other tools.
Then print how many columns that only look personal get a label. With --errors, print the errors in the first half;
nobody looks into the second.
"""

import argparse
import re
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT / "extensions"), str(ROOT / "tests")]

from dativo_generator.registry.pack import Pack  # noqa: E402
from labelled import Column, columns, groups, lookalikes, score  # noqa: E402

# The words for which the previous, interactive generator searched anywhere in a name.
_PII = ("email", "phone", "name", "address", "ssn")
_SENSITIVE = ("salary", "income", "credit", "balance")


def keyword(column: Column) -> str:
    """Label a column as the previous generator did."""
    name = column.name.lower()
    if any(word in name for word in _PII):
        return "PII"
    return "SENSITIVE" if any(word in name for word in _SENSITIVE) else ""


def others() -> Iterator[tuple[str, Callable[[Column], str]]]:
    """Yield the other tools, each with its function that labels a column."""
    path = Path(__file__).with_name("name_patterns.yml")
    for tool in yaml.safe_load(path.read_text(encoding="utf-8")):
        patterns = [(re.compile(entry["like"], re.IGNORECASE), entry["label"]) for entry in tool["patterns"]]
        yield tool["name"], _by(patterns)


def _by(patterns: list[tuple[re.Pattern[str], str]]) -> Callable[[Column], str]:
    return lambda column: next((label for pattern, label in patterns if pattern.match(column.name)), "")


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--errors", action="store_true", help="list what is wrong in the half that is looked at")
    errors = parser.parse_args().errors
    pack = Pack(ROOT)

    def rules(column: Column) -> str:
        return pack.judge(column.name, column.type, column.table, None, column.beside).label

    def alone(column: Column) -> str:
        return pack.judge(column.name, column.type, column.table).label

    judges = {"keywords": keyword, **dict(others()), "rules, column by column": alone, "rules": rules}
    print("| columns | | precision | recall | F1 |\n|---|---|---:|---:|---:|")
    for said, found in groups():
        for name, judge in judges.items():
            result = score([(column.label, judge(column)) for column in found])
            print(
                f"| {len(found):,}, {said} | {name} | {result.precision:.3f} | {result.recall:.3f} | {result.f1:.3f} |"
            )
    alike = lookalikes()
    print(f"\n| of {len(alike)} columns that only look personal | labelled |\n|---|---:|")
    for name, judge in judges.items():
        print(f"| {name} | {sum(bool(judge(column)) for column in alike)} |")
    for column in columns() if errors else ():
        given = pack.judge(column.name, column.type, column.table, None, column.beside)
        if column.half == "tune" and given.label != column.label:
            place = f"{column.schema} {column.table}.{column.name} ({column.type})"
            expected = f"{column.label or 'none'} expected, {given.label or 'none'} given"
            print(f"{place}: {expected}; {given.rule} {given.evidence}")


if __name__ == "__main__":
    main()
