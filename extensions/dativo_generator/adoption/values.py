"""Parsed files as trees: the value at a path of keys, and the differences between two trees."""

from collections.abc import Iterator, Mapping
from typing import Any

from ..base.asset_layout import Keys
from ..base.values import same

MISSING: Any = object()


def at(value: Any, *keys: str) -> Any:
    """Return the value at `keys`, or `MISSING` if there is none."""
    for key in keys:
        if not isinstance(value, Mapping) or key not in value:
            return MISSING
        value = value[key]
    return value


def differing(one: Any, other: Any, above: Keys = ()) -> Iterator[tuple[Keys, Any, Any]]:
    """Yield the paths at which two trees differ, each with both values; a missing value is `MISSING`.

    Mappings are compared key by key, and lists of equally many mappings item by item. What only the first has is one
    difference; what only the other has is one difference for each value in it.
    """
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        for key in dict.fromkeys((*one, *other)):
            yield from differing(one.get(key, MISSING), other.get(key, MISSING), (*above, key))
    elif are_mappings(one) and are_mappings(other) and len(one) == len(other):
        for index, both in enumerate(zip(one, other, strict=True)):
            yield from differing(*both, (*above, index))
    elif one is MISSING and isinstance(other, Mapping) and other:
        for key, value in other.items():
            yield from differing(MISSING, value, (*above, key))
    elif not same(one, other):
        yield above, one, other


def are_mappings(value: Any) -> bool:
    """Return whether a value is a non-empty list of mappings."""
    return isinstance(value, list) and bool(value) and all(isinstance(item, Mapping) for item in value)
