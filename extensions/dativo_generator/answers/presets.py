"""What a profile says of a question, as far as an answer needs to know of it."""

from collections.abc import Mapping
from typing import Any, NamedTuple, Protocol

from ..base.documents import Document
from ..base.errors import DativoError


class Preset(NamedTuple):
    """An answer of a profile, with its place."""

    value: Any
    document: Document
    keys: tuple[str, ...]

    def error(self, message: str) -> DativoError:
        """Build the error for this answer: ``file:line: key: what``."""
        return self.document.error(self.keys, message)


class Presets(Protocol):
    """The profiles of one destination."""

    def presets(self, raw: Mapping[str, Any], apart: bool) -> dict[str, Preset]:
        """Return what they say for a scaffold with these raw answers, by question; raises `PackError`.

        Answers that jobs alone read keep {environment} where the environments are told `apart`.
        """

    def unsavable(self, tenant: str) -> str:
        """Return why no profile of a tenant can be written, '' when it can."""


class NoPresets:
    """The profiles of a render: none, since what they said is recorded."""

    def presets(self, raw: Mapping[str, Any], apart: bool) -> dict[str, Preset]:
        """Return nothing."""
        return {}

    def unsavable(self, tenant: str) -> str:
        """Return why no profile can be written."""
        return "a profile is written with a new scaffold only"
