"""Which pack a repository trusts, and the other names of that pack: `dativo.yml`, as it is on a protected branch.

A pull request must not decide whose code runs. So only the file on the default branch of the remote `origin` counts,
never the one in the working tree.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..base.documents import parse_content, shown
from ..base.errors import DativoError
from ..base.naming import offer
from ..base.repository_url import has_secret
from .protected import branch_of, content_of

FILE = "dativo.yml"
_KEYS = ("template", "same")


class SettingsError(DativoError):
    """The settings of a repository exist, but are invalid."""


@dataclass(frozen=True)
class Settings:
    """The pack to trust ('' if none is named), its other names, and the branch that they come from.

    `unread` says why an existing file does not count, or is '' if it does.
    """

    template: str = ""
    same: tuple[str, ...] = ()
    branch: str = ""
    unread: str = ""

    @property
    def names(self) -> tuple[str, ...]:
        """All names of the pack."""
        return (self.template, *self.same) if self.template else self.same


def settings_of(root: Path) -> Settings:
    """Read the settings of the repository that contains `root`; raises `SettingsError` for invalid ones."""
    here = (root / FILE).exists()
    branch, unknown = branch_of(root)
    if unknown:
        return Settings(unread=unknown if here else "")
    if (content := content_of(root, FILE)) is None:
        return Settings(unread=f"{branch} does not have it yet" if here else "")
    try:
        template, same = _read(content)
    except DativoError as error:
        raise SettingsError(f"{FILE} of {branch}: {error}") from None
    return Settings(template, same, branch)


def _read(content: bytes) -> tuple[str, tuple[str, ...]]:
    values = parse_content(content)
    if values is None:
        return "", ()
    if not isinstance(values, dict):
        raise SettingsError(f"must be a mapping with {' and '.join(_KEYS)}, not {shown(values)}")
    for key in values:
        if key not in _KEYS:
            raise SettingsError(f"'{key}': {offer(key, _KEYS, 'unknown key')}")
    same = values.get("same", [])
    if not isinstance(same, list):
        raise SettingsError(f"same: must be a list of URLs, not {shown(same)}")
    template = _location("template", values["template"]) if "template" in values else ""
    return template, tuple(_location("same", one) for one in same)


def _location(key: str, value: Any) -> str:
    if not isinstance(value, str) or not value.strip():
        raise SettingsError(f"{key}: must be a URL, not {shown(value)}")
    if has_secret(value):
        raise SettingsError(f"{key}: give git the login; the URL has a password or token")
    return value
