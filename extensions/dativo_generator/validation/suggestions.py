"""Suggest the path that a user probably meant by one that does not exist.

Comparing every missing path with every existing one would be quadratic in the size of a repository. In a large one,
only the neighbours in three sort orders are compared: by path, by reversed path, and by file name. A mistyped path
usually has the right start, the right end, or the right file name.
"""

from bisect import bisect_left
from collections.abc import Callable, Iterable
from heapq import nlargest

from ..base.naming import nearest

# Up to this many paths, compare them all.
FEW = 64
# How many neighbours to look at on each side in each order, and how many of the best of these to compare.
AROUND, BEST = 32, 4

_ORDERS: tuple[Callable[[str], str], ...] = (
    lambda path: path,
    lambda path: path[::-1],
    lambda path: path.rpartition("/")[2],
)


class Suggestions:
    """Paths that a user may have meant."""

    def __init__(self, paths: Iterable[str]) -> None:
        """Sort the paths."""
        self._paths = list(paths)
        self._ordered = [(key, sorted((key(path.lower()), path) for path in self._paths)) for key in _ORDERS]

    def nearest(self, path: str) -> str:
        """Return the most similar path, as `naming.nearest` does."""
        return nearest(path, self._paths if len(self._paths) <= FEW else self._around(path.lower()))

    def _around(self, path: str) -> list[str]:
        found: list[str] = []
        for key, ordered in self._ordered:
            sought = key(path)
            start = max(bisect_left(ordered, (sought,)) - AROUND, 0)
            around = ((_at_both_ends(sought, own), other) for own, other in ordered[start : start + 2 * AROUND])
            found += [other for _, other in nlargest(BEST, around)]
        return found


def _at_both_ends(one: str, other: str) -> int:
    """Return the length of the common prefix of two texts plus that of their common suffix."""
    return _at_beginning(one, other) + _at_beginning(one[::-1], other[::-1])


def _at_beginning(one: str, other: str) -> int:
    pairs = enumerate(zip(one, other, strict=False))
    return next((place for place, (mine, theirs) in pairs if mine != theirs), min(len(one), len(other)))
