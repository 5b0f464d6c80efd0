"""Answers that a tenant, or the whole organisation, gives for every scaffold: `profiles/*.yml` of a destination.

::

    profiles/_organisation.yml < profiles/<tenant>.yml, and in each: all < an environment < a connector

The answers of profiles replace the defaults of the registry, and are recorded: a render does not read profiles. Which
answers come from a profile is recorded, too, so that changes of the profile can be applied later.
"""

import os
from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

from ..base.documents import Document
from ..base.emit import block
from ..base.errors import AnswerError, Unanswered
from ..base.naming import LABEL, SLUG, offer
from ..base.paths import ORGANISATION, profile_of
from ..registry.pack import Pack
from .model import ENVIRONMENTS
from .placeholders import ENVIRONMENT, TENANT, filled, laid_over
from .presets import Preset
from .questions import PROFILED, QUESTIONS
from .readers import recordable, sequence
from .scaffold import Scaffold

# The part with answers by connector; those of a source and a target overlap only by mistake.
CONNECTORS = "connectors"
# The tenant's own labels: no rule gives them, and answers may use them without a mark.
LABELS = "labels"
# The question about differences between environments; in a profile it applies to a single one, too.
DIFFERING = "per_environment"
_ROLES = {"source": "source_connector", "target": "target_connector"}


class Profiles:
    """The profiles of one destination."""

    def __init__(self, pack: Pack, root: Path, decided: Collection[str] = ()) -> None:
        """Look below `root`; ignore what the profiles say about the `decided` questions."""
        self._pack, self._root, self._decided = pack, root, decided

    def presets(self, raw: Mapping[str, Any], apart: bool) -> dict[str, Preset]:
        """Return the profiles' answers for a scaffold with these raw answers, by question.

        Answers for its only environment count like any others, and answers for several become the answer to
        `per_environment`. With `apart`, {environment} stays in answers that only jobs read. Raises `PackError` for a
        profile that cannot be read or holds an invalid answer.
        """
        tenant = raw.get("tenant_id")
        if not isinstance(tenant, str) or not SLUG.fullmatch(tenant):
            return {}
        connectors = [raw[name] for name in _ROLES.values() if isinstance(raw.get(name), str)]
        parts: list[Iterator[tuple[str, Preset]]] = []
        for name in (ORGANISATION, tenant):
            if document := self._document(name):
                parts.append(_presets(document, ()))
                known = document.value.get(CONNECTORS) or {}
                parts += [_presets(document, (CONNECTORS, one)) for one in connectors if one in known]
        given = [pair for part in parts for pair in sorted(part, key=_speaks_of_one) if pair[0] in PROFILED]
        presets = self._of_environments(raw, given)
        words = {TENANT: tenant, ENVIRONMENT: _environment(raw, dict(given))}
        later = {TENANT: tenant} if apart else words
        return {
            key: Preset(filled(preset.value, later if _is_of_jobs(key) else words), preset.document, preset.keys)
            for key, preset in presets.items()
            if key not in self._decided
        }

    def _of_environments(self, raw: Mapping[str, Any], given: Sequence[tuple[str, Preset]]) -> dict[str, Preset]:
        """Merge the answers in order, later ones over earlier ones: for all environments, and for each."""
        presets: dict[str, Preset] = {}
        environment, several = _environment(raw, dict(given)), _several(raw, dict(given))
        for key, preset in given:
            if key != DIFFERING:
                presets[key] = preset
                if DIFFERING in presets and len(preset.keys) > 1:  # a connector's answer overrides theirs
                    presets[DIFFERING] = _without(presets[DIFFERING], key)
            elif several:
                before = presets[DIFFERING].value if DIFFERING in presets else {}
                own = {name: value for name, value in preset.value.items() if name in several}
                presets[DIFFERING] = preset._replace(value=laid_over(before, own))
            else:
                for name, value in (preset.value.get(environment) or {}).items():
                    presets[name] = Preset(value, preset.document, (*preset.keys, environment, name))
        return presets

    def labels(self, tenant: str) -> list[str]:
        """Return the labels that the profiles of a tenant list as their own, or give as an answer."""
        names = (ORGANISATION, tenant) if SLUG.fullmatch(tenant) else (ORGANISATION,)
        parts = [document.value for name in names if (document := self._document(name))]
        parts += [answers for part in parts for answers in part.get(CONNECTORS, {}).values()]
        return [label for part in parts for key in (LABELS, "classification") for label in part.get(key, ())]

    def unsavable(self, tenant: str) -> str:
        """Return why no profile of a tenant can be written, or '' if one can."""
        there = os.path.lexists(self._root / profile_of(tenant))
        return f"{profile_of(tenant)} exists already; edit that" if there else ""

    def _document(self, name: str) -> Document | None:
        path = self._root / profile_of(name)
        try:
            stat = path.lstat()
        except OSError:
            return None
        return _checked(self._pack, self._root, name, stat.st_mtime_ns, stat.st_size)


def check(pack: Pack, root: Path, name: str) -> Document:
    """Read a profile; raises `PackError` for anything that no scaffold may take from it.

    If other answers decide whether an answer is valid, the scaffold that takes it checks it.
    """
    document = Document.of_repository(root, profile_of(name))
    for key in document.value if isinstance(document.value, dict) else ():
        if key in QUESTIONS and QUESTIONS[key].of == "connector":
            raise document.error(
                (key,), f"write it below {CONNECTORS}, under the connector's name; it depends on the connector"
            )
        if key == DIFFERING:
            _refuse_connectors_answers(document)
        if key in QUESTIONS and QUESTIONS[key].of == "scaffold":
            raise document.error((key,), "remove it; each scaffold answers it for itself")
    top = document.section((*(name for name in PROFILED if QUESTIONS[name].of == "tenant"), CONNECTORS, LABELS))
    if LABELS in top.value:
        top.texts(LABELS, like=LABEL)
    tenant = {"tenant_id": "tenant" if name == ORGANISATION else name}
    _check_answers(Scaffold(pack, tenant), document, ())
    for connector in top.section(CONNECTORS).value if CONNECTORS in top.value else ():
        known = pack.registry.get(connector)
        if known is None:
            fate = pack.lifecycle.fate(connector)
            what = fate or offer(connector, pack.registry, "the registry has no such connector")
            raise document.error((CONNECTORS, connector), what)
        top.section(CONNECTORS).section(connector, PROFILED)
        ends = {answer: connector for role, answer in _ROLES.items() if role in known.roles}
        _check_answers(Scaffold(pack, tenant | ends), document, (CONNECTORS, connector))
    return document


def _refuse_connectors_answers(document: Document) -> None:
    """Refuse answers in `per_environment` that depend on the connector, outside its part."""
    for environment, others in document.section().section(DIFFERING).value.items():
        for name in others if isinstance(others, dict) else ():
            if name in QUESTIONS and QUESTIONS[name].of == "connector":
                where = f"{CONNECTORS}.NAME.{DIFFERING}"
                raise document.error(
                    (DIFFERING, environment, name), f"write it in {where}; it depends on the connector"
                )


def saved(scaffold: Scaffold) -> str:
    """Return the profile of a scaffold's tenant as YAML: what was decided here and holds for later scaffolds."""
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
        value = filled(preset.value, {TENANT: scaffold["tenant_id"], ENVIRONMENT: ENVIRONMENTS[0]})
        try:
            if value is None:
                raise AnswerError("give a value or remove the key; it has none")
            of = _of_all(scaffold, value) if name == DIFFERING else scaffold
            QUESTIONS[name].read(of, recordable(value))
        except Unanswered:
            continue
        except AnswerError as error:
            raise preset.error(str(error)) from None


def _of_all(scaffold: Scaffold, differing: Any) -> Scaffold:
    """Return the scaffold with all the environments that a profile mentions."""
    names = [*differing] if isinstance(differing, dict) else []
    several = {"environment": names[0], "environments": names} if names else {}
    return Scaffold(scaffold.pack, scaffold.raw | several)


def _presets(document: Document, keys: tuple[str, ...]) -> Iterator[tuple[str, Preset]]:
    section = document.value
    for key in keys:
        section = section[key]
    for name, value in section.items():
        yield name, Preset(value, document, (*keys, name))


def _without(differing: Preset, name: str) -> Preset:
    """Remove an answer from every environment."""
    left = {one: {k: v for k, v in others.items() if k != name} for one, others in differing.value.items()}
    return differing._replace(value=left)


def _environment(raw: Mapping[str, Any], given: Mapping[str, Preset]) -> str:
    """Return the environment of a scaffold, or the default if it is not text: its own reader refuses that."""
    environment = raw.get("environment", given["environment"].value if "environment" in given else None)
    return environment if isinstance(environment, str) else ENVIRONMENTS[0]


def _several(raw: Mapping[str, Any], given: Mapping[str, Preset]) -> list[Any]:
    """Return the environments of a scaffold, or [] if there is only one, or no list: its own reader refuses that."""
    names = raw.get("environments", given["environments"].value if "environments" in given else [])
    try:
        return sequence(names) if len(sequence(names)) > 1 else []
    except AnswerError:
        return []


def _speaks_of_one(pair: tuple[str, Preset]) -> bool:
    """Return whether an answer is for single environments, which sorts it after the answers for all."""
    return pair[0] == DIFFERING


def _is_of_jobs(name: str) -> bool:
    return QUESTIONS[name].varies or name == DIFFERING
