"""The two layouts of an asset, and one way to look into both.

Nested, everything is below `asset`, governance in a mapping of its own; flat, the document is the asset, and governance
is in `team` and `compliance`. A nested one may have these two: the runner keeps what governance leaves open. Whoever
looks has made sure, by a schema, that these are mappings.
"""

from collections.abc import Mapping
from typing import Any

Keys = tuple[str | int, ...]

# What the runner builds anew from the governance of a nested asset that has one of these keys.
REBUILT = {"team": ("owner",), "compliance": ("classification", "retention_days")}


def place(keys: Keys) -> str:
    """Write keys as a reader does: ``source.files[0].path``."""
    return "".join(f"[{key}]" if isinstance(key, int) else f".{key}" for key in keys).lstrip(".")


def body_of(asset: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the part of an asset that describes it: the whole of a flat one."""
    nested = asset.get("asset")
    return nested if isinstance(nested, Mapping) else asset


def inside(asset: Mapping[str, Any]) -> Keys:
    """Return the keys that lead to the part that describes it."""
    return () if body_of(asset) is asset else ("asset",)


def is_rebuilt(body: Mapping[str, Any], key: str) -> bool:
    """Return whether the runner loses a key of an asset, since governance says some of it."""
    return any(name in body.get("governance", {}) for name in REBUILT.get(key, ()))


def governance_of(asset: Mapping[str, Any]) -> tuple[dict[str, Any], Keys, Keys]:
    """Return what an asset says of owner, labels and retention, and the keys of its owner and its labels."""
    body = body_of(asset)
    if body is asset:
        return {**body.get("team", {}), **body.get("compliance", {})}, ("team", "owner"), ("compliance",)
    kept = {key: body.get(key, {}) for key in REBUILT if not is_rebuilt(body, key)}
    owner = ("team", "owner") if kept.get("team") else ("governance", "owner")
    labels = "compliance" if kept.get("compliance") else "governance"
    said = {**body.get("governance", {}), **kept.get("team", {}), **kept.get("compliance", {})}
    return said, ("asset", *owner), ("asset", labels)


def folder_of(name: str) -> str:
    """Return the name of an asset as the runner spells it where it makes a folder of it."""
    return name.lower().replace("-", "_").replace(" ", "_")
