"""Keys that the runner accepts and ignores, whatever the connectors are; listed in `registry/keys.yaml`."""

from collections.abc import Mapping
from typing import Any

from ..base.asset_layout import Keys, body_of, inside
from ..registry import keys as facts
from .findings import Problem, Problems


def job_effects(job: Mapping[str, Any], known: facts.Keys) -> Problems:
    """Yield the keys of a job that have no effect."""
    return _without_effect(job, (), "job", known)


def asset_effects(asset: Mapping[str, Any], known: facts.Keys) -> Problems:
    """Yield the keys of an asset that have no effect in its layout."""
    layout = "nested" if inside(asset) else "odcs"
    return _without_effect(body_of(asset), inside(asset), layout, known)


def unread(asset: Any, known: facts.Keys) -> set[Keys]:
    """Return the keys of an asset that the runner overwrites without reading them."""
    governance = body_of(asset).get("governance") if isinstance(asset, Mapping) else None
    if not isinstance(governance, Mapping):
        return set()
    return {problem.keys for problem in asset_effects(asset, known)}


def _without_effect(value: Mapping[str, Any], above: Keys, kind: str, known: facts.Keys) -> Problems:
    for keys, why in known.without_effect(kind, value, value):
        yield Problem((*above, *keys), "no-effect", why, True)
