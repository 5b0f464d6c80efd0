"""Fill in placeholders of answers, and merge answers over others."""

from collections.abc import Mapping
from typing import Any

TENANT, ENVIRONMENT = "{tenant}", "{environment}"


def filled(value: Any, words: Mapping[str, str]) -> Any:
    """Replace placeholders in a value, recursively; `words` maps each to its text."""
    if isinstance(value, dict):
        return {key: filled(item, words) for key, item in value.items()}
    if isinstance(value, list):
        return [filled(item, words) for item in value]
    if isinstance(value, str):
        for word, text in words.items():
            value = value.replace(word, text)
    return value


def laid_over(value: Any, other: Any) -> Any:
    """Merge `other` over `value`, recursively; anything but two mappings is replaced by `other`."""
    if not (isinstance(value, dict) and isinstance(other, dict)):
        return other
    return value | {key: laid_over(value.get(key), item) for key, item in other.items()}
