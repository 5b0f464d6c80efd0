"""The part of an asset that the rules for jobs and other assets need; small, since every asset's is kept."""

from collections.abc import Mapping
from dataclasses import dataclass
from sys import intern
from typing import Any

from ..base.asset_layout import body_of


@dataclass(frozen=True, slots=True)
class Described:
    """The summary of an asset of valid shape; `domain` and `product` are '' if it has none."""

    name: str
    version: str
    source_type: str
    object: str
    domain: str
    product: str
    columns: tuple[str, ...]
    dates: tuple[str, ...]


def described(asset: Mapping[str, Any]) -> Described:
    """Summarize an asset in either layout, without nulls."""
    body = body_of(asset)
    return Described(
        name=body["name"],
        version=intern(body["version"]),
        source_type=intern(body["source_type"]),
        object=intern(body["object"]),
        domain=intern(body.get("domain") or ""),
        product=intern(body.get("dataProduct") or ""),
        columns=tuple(intern(field["name"]) for field in body["schema"]),
        dates=tuple(field["name"] for field in body["schema"] if field.get("type") == "date"),
    )
