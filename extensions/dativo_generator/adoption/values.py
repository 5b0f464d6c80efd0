"""Parsed files as trees: what stands at a place, and where two of them differ."""

from collections.abc import Iterator, Mapping
from typing import Any

from ..base.asset_layout import Keys
from ..base.values import same

MISSING: Any = object()


def at(value: Any, *keys: str) -> Any:
    """Return what stands at `keys`, `MISSING` where nothing does."""
    for key in keys:
        if not isinstance(value, Mapping) or key not in value:
            return MISSING
        value = value[key]
    return value


def differing(one: Any, other: Any, above: Keys = ()) -> Iterator[tuple[Keys, Any, Any]]:
    """Yield the places at which two trees differ, each with both values, `MISSING` for none.

    Mappings are compared key by key, and lists of as many mappings item by item. What only the first has is one
    difference, what only the other has one for each value in it.
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
    """Return whether a value is a list of mappings, and not empty."""
    return isinstance(value, list) and bool(value) and all(isinstance(item, Mapping) for item in value)
