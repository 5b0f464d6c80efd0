"""What a tenant, or a whole organisation, answers to every scaffold: `profiles/*.yml` of a destination.

::

    profiles/_organisation.yml < profiles/<tenant>.yml < its part for a connector

A question starts with what they say instead of what the registry says, and the answer is recorded: a render knows of
no profile. Which answers came from one is recorded, too, so that a changed profile can be taken in later.
"""

import os
from collections.abc import Collection, Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from ..base.documents import Document
from ..base.emit import block
from ..base.errors import AnswerError, Unanswered
from ..base.naming import SLUG, nearest
from ..base.paths import ORGANISATION, profile_of
from ..registry.pack import Pack
from .presets import Preset
from .questions import PROFILED, QUESTIONS
from .questions.short_path import ENVIRONMENT
from .readers import recordable
from .scaffold import Scaffold

# The part with answers by connector; those of a source and of a target do not overlap but by mistake.
CONNECTORS = "connectors"
_ROLES = {"source": "source_connector", "target": "target_connector"}


class Profiles:
    """The profiles of one destination."""

    def __init__(self, pack: Pack, root: Path, decided: Collection[str] = ()) -> None:
        """Look below `root`; what they say of the `decided` questions does not count."""
        self._pack, self._root, self._decided = pack, root, decided

    def presets(self, raw: Mapping[str, Any]) -> dict[str, Preset]:
        """Return what the profiles say for a scaffold with these raw answers, by question.

        Raises `PackError` for a profile that cannot be read or holds a wrong answer.
        """
        tenant = raw.get("tenant_id")
        if not isinstance(tenant, str) or not SLUG.fullmatch(tenant):
            return {}
        connectors = [raw[name] for name in _ROLES.values() if isinstance(raw.get(name), str)]
        presets: dict[str, Preset] = {}
        for name in (ORGANISATION, tenant):
            if document := self._document(name):
                presets |= {key: preset for key, preset in _presets(document, ()) if key in PROFILED}
                for connector in connectors:
                    if connector in (document.value.get(CONNECTORS) or {}):
                        presets |= dict(_presets(document, (CONNECTORS, connector)))
        default = presets["environment"].value if "environment" in presets else ENVIRONMENT
        environment = raw.get("environment", default)  # which its own reader refuses where it is no text
        words = {"{tenant}": tenant, "{environment}": environment if isinstance(environment, str) else ENVIRONMENT}
        return {
            key: Preset(_filled(preset.value, words), preset.document, preset.keys)
            for key, preset in presets.items()
            if key not in self._decided
        }

    def unsavable(self, tenant: str) -> str:
        """Return why no profile of a tenant can be written, '' when it can."""
        there = os.path.lexists(self._root / profile_of(tenant))
        return f"{profile_of(tenant)} is there already; edit it" if there else ""

    def _document(self, name: str) -> Document | None:
        path = self._root / profile_of(name)
        try:
            stat = path.lstat()
        except OSError:
            return None
        return _checked(self._pack, self._root, name, stat.st_mtime_ns, stat.st_size)


def check(pack: Pack, root: Path, name: str) -> Document:
    """Read a profile; raises `PackError` for what no scaffold may take from it.

    An answer that is right or wrong only beside others is left to the scaffold that takes it.
    """
    document = Document.of_repository(root, profile_of(name))
    for key in document.value if isinstance(document.value, dict) else ():
        if key in QUESTIONS and QUESTIONS[key].of == "connector":
            raise document.error((key,), f"depends on the connector; write it below {CONNECTORS}, under its name")
        if key in QUESTIONS and QUESTIONS[key].of == "scaffold":
            raise document.error((key,), "is answered by each scaffold anew; remove it")
    top = document.section((*(name for name in PROFILED if QUESTIONS[name].of == "tenant"), CONNECTORS))
    tenant = {"tenant_id": "tenant" if name == ORGANISATION else name}
    _check_answers(Scaffold(pack, tenant), document, ())
    for connector in top.section(CONNECTORS).value if CONNECTORS in top.value else ():
        known = pack.registry.get(connector)
        if known is None:
            what = (
                pack.lifecycle.fate(connector)
                or f"is not a connector of the registry{nearest(connector, pack.registry)}"
            )
            raise document.error((CONNECTORS, connector), what)
        top.section(CONNECTORS).section(connector, PROFILED)
        ends = {answer: connector for role, answer in _ROLES.items() if role in known.roles}
        _check_answers(Scaffold(pack, tenant | ends), document, (CONNECTORS, connector))
    return document


def saved(scaffold: Scaffold) -> str:
    """Write the profile of a scaffold's tenant: what was decided here, and holds for what comes next."""
    own: dict[str, Any] = {}
    parts: dict[str, dict[str, Any]] = {}
    for name, value in scaffold.common.items():
        if QUESTIONS[name].of == "connector":
            end = scaffold.target if QUESTIONS[name].section == "target" else scaffold.source
            parts.setdefault(end.id, {})[name] = value
        else:
            own[name] = value
    return block(own | ({CONNECTORS: parts} if parts else {}))


@lru_cache(maxsize=1024)
def _checked(pack: Pack, root: Path, name: str, changed: int, size: int) -> Document:
    return check(pack, root, name)


def _check_answers(scaffold: Scaffold, document: Document, keys: tuple[str, ...]) -> None:
    for name, preset in _presets(document, keys):
        if name not in PROFILED:
            continue
        value = _filled(preset.value, {"{tenant}": scaffold["tenant_id"], "{environment}": ENVIRONMENT})
        try:
            if value is None:
                raise AnswerError("has no value; give one or remove the key")
            QUESTIONS[name].read(scaffold, recordable(value))
        except Unanswered:
            continue
        except AnswerError as error:
            raise preset.error(str(error)) from None


def _presets(document: Document, keys: tuple[str, ...]) -> Iterator[tuple[str, Preset]]:
    section = document.value
    for key in keys:
        section = section[key]
    for name, value in section.items():
        yield name, Preset(value, document, (*keys, name))


def _filled(value: Any, words: Mapping[str, str]) -> Any:
    """Put tenant and environment where a profile has their placeholders."""
    if isinstance(value, dict):
        return {key: _filled(item, words) for key, item in value.items()}
    if isinstance(value, list):
        return [_filled(item, words) for item in value]
    if isinstance(value, str):
        for word, text in words.items():
            value = value.replace(word, text)
    return value
