"""Shares and probabilities in the files of the registry."""

from ..base.documents import Section, shown


def share(section: Section, key: str) -> float:
    """Return a number between 0 and 1, both excluded; raises `PackError`."""
    value = section.take(key)
    if not isinstance(value, float) or not 0 < value < 1:
        raise section.error(key, f"must be a number between 0 and 1, not {shown(value)}")
    return value
