"""Compare two values that were read from files."""

from typing import Any


def same(one: Any, other: Any) -> bool:
    """Return whether two values are equal and of the same kind: 1 is not true. The order of keys does not count."""
    if type(one) is not type(other):
        return False
    if isinstance(one, dict):
        return one.keys() == other.keys() and all(same(value, other[key]) for key, value in one.items())
    if isinstance(one, list):
        return len(one) == len(other) and all(map(same, one, other))
    return one == other or (one != one and other != other)  # .nan equals nothing, itself included
