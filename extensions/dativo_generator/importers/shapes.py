"""Check the types of untrusted values. A wrong type raises an error, or counts as empty where that does no harm."""

from collections.abc import Mapping
from typing import Any

from .table import ImportFailed

_CALLED = {dict: "a mapping", list: "a list", str: "text", bool: "true or false", type(None): "nothing"}


def mapping_of(value: Any, where: str) -> Mapping[str, Any]:
    """Return a mapping, empty for null; raises `ImportFailed` for anything else, and for keys that are not text."""
    if value is None:
        return {}
    if not isinstance(value, Mapping):
        raise ImportFailed(f"{where}: must be a mapping, not {_called(value)}")
    for key in value:
        if not isinstance(key, str):
            raise ImportFailed(f"{where}: the key {key!r} is not text; put it in quotes")
    return value


def mappings_of(value: Any, where: str) -> list[Mapping[str, Any]]:
    """Return a list of mappings, empty for null; raises `ImportFailed`."""
    return [mapping_of(item, f"{where}.{number}") for number, item in enumerate(list_of(value, where))]


def list_of(value: Any, where: str) -> list[Any]:
    """Return a list, empty for null; raises `ImportFailed` for anything else."""
    if value is None:
        return []
    if not isinstance(value, list):
        raise ImportFailed(f"{where}: must be a list, not {_called(value)}")
    return value


def text_in(value: Any) -> str:
    """Return a text, '' for anything else."""
    return value if isinstance(value, str) else ""


def texts_in(value: Any) -> list[str]:
    """Return the texts of a list; [] for anything else."""
    return [item for item in value if isinstance(item, str)] if isinstance(value, list) else []


def mapping_in(value: Any) -> Mapping[str, Any]:
    """Return a mapping, empty for anything else: for values that only add to a description."""
    return value if isinstance(value, Mapping) else {}


def line_of(value: Any) -> str:
    """Return a text as one line, '' for anything else."""
    return " ".join(value.split()) if isinstance(value, str) else ""


def _called(value: Any) -> str:
    return _CALLED.get(type(value), "a number" if isinstance(value, int | float) else "another value")
