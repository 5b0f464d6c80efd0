"""The two layouts of an asset, and one way to look into both.

Nested, everything is below `asset`, governance in a mapping of its own; flat, the document is the asset, and governance
is in `team` and `compliance`. Whoever looks has made sure, by a schema, that these are mappings.
"""

from collections.abc import Mapping
from typing import Any

Keys = tuple[str | int, ...]


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


def governance_of(asset: Mapping[str, Any]) -> tuple[dict[str, Any], Keys, Keys]:
    """Return what an asset says of owner, labels and retention, and the keys of its owner and its labels."""
    body = body_of(asset)
    if body is asset:
        return {**body.get("team", {}), **body.get("compliance", {})}, ("team", "owner"), ("compliance",)
    keys = ("asset", "governance")
    return dict(body.get("governance", {})), (*keys, "owner"), keys


def folder_of(name: str) -> str:
    """Return the name of an asset as the runner spells it where it makes a folder of it."""
    return name.lower().replace("-", "_").replace(" ", "_")
