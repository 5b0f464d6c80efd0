"""Whether two values out of files say the same."""

from typing import Any


def same(one: Any, other: Any) -> bool:
    """Return whether two values are equal in kind, too: 1 is not true. The order of a mapping's keys does not count."""
    if type(one) is not type(other):
        return False
    if isinstance(one, dict):
        return one.keys() == other.keys() and all(same(value, other[key]) for key, value in one.items())
    if isinstance(one, list):
        return len(one) == len(other) and all(map(same, one, other))
    return one == other or (one != one and other != other)  # what is no number, .nan, equals nothing
