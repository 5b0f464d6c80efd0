"""What does not fit a schema, as the rules of a repository take it.

The schemas are checked by a library that a render does without, so a review of what was just rendered has none.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Protocol

from ..base.asset_layout import Keys


@dataclass(frozen=True)
class Misfit:
    """A value at `keys` that does not fit, or one `key` below it; `shapely` where its shape does."""

    keys: Keys
    rule: str
    message: str
    shapely: bool
    key: tuple[str, ...] = ()


class Schemas(Protocol):
    """The schemas of jobs and assets."""

    def misfits(self, schema: str, value: Any) -> Iterator[Misfit]:
        """Yield what does not fit the schema ``job`` or ``asset``."""
