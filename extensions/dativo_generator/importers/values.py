"""Judge the values of a column: how many of them pass which test of `registry/values.yaml`.

Established validators do the testing; values are counted and never kept, shown or logged.
"""

from collections.abc import Callable, Sequence
from functools import cache
from itertools import pairwise
from statistics import median

from ..registry.installed import installed
from ..registry.values import Seen, ValueKind, ValueKinds, load_value_kinds
from .checks import characters, tested
from .types import Kind

# How many distinct values to test, spread over all; a kind that fits none of so many first ones is dropped.
_TESTED, _FIRST = 500, 50
# Numbers this close to each other count up: of independent numbers, hardly two in a thousand are as close.
_IN_A_ROW = 100
# Fewer numbers show no sequence, and numbers with fewer digits are close by nature.
_A_ROW, _DIGITS = 4, 8


def judged(values: Sequence[str], kind: Kind) -> Seen | None:
    """Return how many values pass which test; None if there are no values. `values` holds no empty texts."""
    distinct = list(dict.fromkeys(text for value in values if (text := value.strip())))
    chosen = distinct[:: -(-len(distinct) // _TESTED)] if distinct else []
    if not chosen:
        return None
    sizes = [characters(text) for text in chosen]
    passed = []
    for one, test in _tests():
        if kind is not Kind.TEXT and not one.numbers:
            continue
        least, most = one.characters
        fitting = [text for text, size in zip(chosen, sizes, strict=True) if least <= size <= most]
        if any(map(test, fitting[:_FIRST])):
            passed.append((one.name, sum(map(test, fitting))))
    return Seen(len(chosen), tuple(passed), _in_a_row(distinct))


def _in_a_row(distinct: Sequence[str]) -> bool:
    """Return whether most values are numbers that count up, whatever the step."""
    digits = ("".join(filter(str.isdigit, text)) for text in distinct if text.isascii())
    numbers = sorted(int(text) for text in digits if _DIGITS <= len(text) <= 30)
    if len(numbers) < _A_ROW or 2 * len(numbers) < len(distinct):
        return False
    return median(after - before for before, after in pairwise(numbers)) < _IN_A_ROW


@cache
def value_kinds() -> ValueKinds:
    """Return the kinds of values that the pack of this package knows."""
    return load_value_kinds(installed())


@cache
def _tests() -> tuple[tuple[ValueKind, Callable[[str], bool]], ...]:
    """Return the kinds with their tests."""
    return tuple((kind, tested(kind)) for kind in value_kinds().kinds)
