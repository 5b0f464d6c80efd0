"""Violations of a schema, in the form that the rules of a repository use.

The library that checks the schemas is not available in a render, so the review of a new render does without it.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Protocol

from ..base.asset_layout import Keys


@dataclass(frozen=True)
class Misfit:
    """A value at `keys` that does not fit, or one `key` below it; `shapely` means that its shape is still valid."""

    keys: Keys
    rule: str
    message: str
    shapely: bool
    key: tuple[str, ...] = ()


class Schemas(Protocol):
    """The schemas of jobs and assets."""

    def misfits(self, schema: str, value: Any) -> Iterator[Misfit]:
        """Yield where a value does not fit the schema ``job`` or ``asset``."""
