"""The two layouts of an asset, and one way to read both.

In the nested layout everything is below `asset`, with governance in its own mapping; in the flat layout the document is
the asset, and governance is in `team` and `compliance`. A nested asset may have these two as well: the runner keeps
them unless governance sets the same keys. The functions expect an asset that a schema has checked: these keys hold
mappings.
"""

from collections.abc import Mapping
from typing import Any

Keys = tuple[str | int, ...]

# Keys that the runner rebuilds from the governance of a nested asset, each with the parts that governance sets.
REBUILT = {"team": ("owner",), "compliance": ("classification", "retention_days")}


def place(keys: Keys) -> str:
    """Format keys the way a reader writes them: ``source.files[0].path``."""
    return "".join(f"[{key}]" if isinstance(key, int) else f".{key}" for key in keys).lstrip(".")


def body_of(asset: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the mapping that describes the asset: below `asset` when nested, the whole document when flat."""
    nested = asset.get("asset")
    return nested if isinstance(nested, Mapping) else asset


def inside(asset: Mapping[str, Any]) -> Keys:
    """Return the keys that lead to the mapping that `body_of` returns."""
    return () if body_of(asset) is asset else ("asset",)


def is_rebuilt(body: Mapping[str, Any], key: str) -> bool:
    """Return whether the runner discards a key of an asset because governance sets part of it."""
    return any(name in body.get("governance", {}) for name in REBUILT.get(key, ()))


def governance_of(asset: Mapping[str, Any]) -> tuple[dict[str, Any], Keys, Keys]:
    """Return owner, labels and retention of an asset as one mapping, and the keys to its owner and to its labels."""
    body = body_of(asset)
    if body is asset:
        return {**body.get("team", {}), **body.get("compliance", {})}, ("team", "owner"), ("compliance",)
    kept = {key: body.get(key, {}) for key in REBUILT if not is_rebuilt(body, key)}
    owner = ("team", "owner") if kept.get("team") else ("governance", "owner")
    labels = "compliance" if kept.get("compliance") else "governance"
    governance = {**body.get("governance", {}), **kept.get("team", {}), **kept.get("compliance", {})}
    return governance, ("asset", *owner), ("asset", labels)


def folder_of(name: str) -> str:
    """Return the folder that the runner derives from the name of an asset."""
    return name.lower().replace("-", "_").replace(" ", "_")
