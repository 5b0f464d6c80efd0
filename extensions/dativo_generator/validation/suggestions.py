"""Which of many paths is meant by one that is not there.

To compare each that is missing with all that are there would take the square of a repository. So of many only those are
looked at that stand around it in the order of whole paths, of paths read backwards, or of names without a folder: who
mistypes a path gets its beginning right, its end, or the file's name.
"""

from bisect import bisect_left
from collections.abc import Callable, Iterable
from heapq import nlargest

from ..base.naming import nearest

# As many paths at most are all compared.
FEW = 64
# In each order so many before the place of a path, and so many after it, are looked at; the best of them are compared.
AROUND, BEST = 32, 4

_ORDERS: tuple[Callable[[str], str], ...] = (
    lambda path: path,
    lambda path: path[::-1],
    lambda path: path.rpartition("/")[2],
)


class Suggestions:
    """Paths that somebody may have meant."""

    def __init__(self, paths: Iterable[str]) -> None:
        """Put the paths in order."""
        self._paths = list(paths)
        self._ordered = [(key, sorted((key(path.lower()), path) for path in self._paths)) for key in _ORDERS]

    def nearest(self, path: str) -> str:
        """Say which of the paths is close to another, as `naming.nearest` does."""
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
    """Count the characters that two texts have in common at their beginning and at their end."""
    return _at_beginning(one, other) + _at_beginning(one[::-1], other[::-1])


def _at_beginning(one: str, other: str) -> int:
    pairs = enumerate(zip(one, other, strict=False))
    return next((place for place, (mine, theirs) in pairs if mine != theirs), min(len(one), len(other)))
