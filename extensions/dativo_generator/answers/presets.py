"""A profile's answer to a question, as far as the answers need to know about it."""

from collections.abc import Mapping
from typing import Any, NamedTuple, Protocol

from ..base.documents import Document
from ..base.errors import DativoError


class Preset(NamedTuple):
    """An answer of a profile, with its location."""

    value: Any
    document: Document
    keys: tuple[str, ...]

    def error(self, message: str) -> DativoError:
        """Build the error for this answer: ``file:line: key: what``."""
        return self.document.error(self.keys, message)


class Presets(Protocol):
    """The profiles of one destination."""

    def presets(self, raw: Mapping[str, Any], apart: bool) -> dict[str, Preset]:
        """Return the profiles' answers for a scaffold with these raw answers, by question; raises `PackError`.

        With `apart`, answers that only jobs read keep {environment}, which differs by job.
        """

    def unsavable(self, tenant: str) -> str:
        """Return why no profile of a tenant can be written, or '' if one can."""


class NoPresets:
    """The profiles of a render: none, since their answers are recorded."""

    def presets(self, raw: Mapping[str, Any], apart: bool) -> dict[str, Preset]:
        """Return nothing."""
        return {}

    def unsavable(self, tenant: str) -> str:
        """Return why no profile can be written."""
        return "only a new scaffold writes a profile"
