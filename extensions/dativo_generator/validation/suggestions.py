"""Which of many paths is meant by one that is not there.

Looking at all of them for each that is missing would take the square of a repository. So only the nearest in the order
of the alphabet are compared, forwards and backwards: whoever mistypes a path gets its beginning right, or its end.
"""

from bisect import bisect_left
from collections.abc import Iterable

from ..base.naming import nearest

# Of fewer words, all are compared.
_FEW = 64
# So many before a word, and so many after it, in either order.
_AROUND = 4


class Suggestions:
    """Words that somebody may have meant."""

    def __init__(self, words: Iterable[str]) -> None:
        """Sort the words."""
        self._words = list(words)
        self._forwards = sorted((word.lower(), word) for word in self._words)
        self._backwards = sorted((word.lower()[::-1], word) for word in self._words)

    def nearest(self, word: str) -> str:
        """Say as `naming.nearest` does which of the words is close to another."""
        return nearest(word, self._words if len(self._words) <= _FEW else self._around(word.lower()))

    def _around(self, word: str) -> list[str]:
        found = []
        for ordered, sought in ((self._forwards, word), (self._backwards, word[::-1])):
            place = bisect_left(ordered, (sought,))
            found += [other for _, other in ordered[max(place - _AROUND, 0) : place + _AROUND]]
        return found
