"""Keys that the runner accepts and that change nothing, whatever the connectors are: those of `registry/keys.yaml`."""

from collections.abc import Mapping
from typing import Any

from ..base.asset_layout import Keys, body_of, inside
from ..registry import keys as facts
from .findings import Problem, Problems


def job_effects(job: Mapping[str, Any], known: facts.Keys) -> Problems:
    """Yield keys of a job without effect."""
    return _without_effect(job, (), "job", known)


def asset_effects(asset: Mapping[str, Any], known: facts.Keys) -> Problems:
    """Yield keys of an asset without effect in its layout."""
    # What the runner builds anew from `governance` it leaves alone where there is none.
    layout = "nested" if "governance" in body_of(asset) else "odcs"
    return _without_effect(body_of(asset), inside(asset), layout, known)


def unread(asset: Any, known: facts.Keys) -> set[Keys]:
    """Return the keys of an asset that the runner replaces before it looks at them, whatever they hold."""
    governance = body_of(asset).get("governance") if isinstance(asset, Mapping) else None
    if not isinstance(governance, Mapping) or "owner" not in governance:
        return set()
    if not {"classification", "retention_days"} & governance.keys():
        return set()
    return {problem.keys for problem in asset_effects(asset, known)}


def _without_effect(value: Mapping[str, Any], above: Keys, kind: str, known: facts.Keys) -> Problems:
    for keys, why in known.without_effect(kind, value):
        yield Problem((*above, *keys), "no-effect", why, True)
