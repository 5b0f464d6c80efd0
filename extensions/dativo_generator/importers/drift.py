"""What has changed between an asset and its source, and what that breaks for readers of the data."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from ..base.asset_layout import body_of
from ..registry.fields import Field, stored
from .document import parsed
from .imported import Imported, merged_fields
from .kinds.contracts import is_asset, read_asset
from .table import Column, ImportFailed

ADDED, REMOVED, RETYPED, NULLABLE = "added", "removed", "retyped", "nullable"


class Asset(NamedTuple):
    """The part of an asset to compare: its object, its schema mode ('' for none), and its columns."""

    object: str
    mode: str
    columns: tuple[Column, ...]


@dataclass(frozen=True, slots=True)
class Change:
    """One difference; `breaks` is what it breaks, '' for nothing."""

    column: str
    what: str
    detail: str
    breaks: str = ""


def read(path: Path) -> Asset:
    """Read an asset of either layout; raises `ImportFailed`."""
    document = parsed(path)
    if not is_asset(document):
        raise ImportFailed(f"{path}: is not an asset: it has no source_type and schema")
    (table,) = read_asset(document, path)
    target = body_of(document).get("target")
    mode = target.get("mode") if isinstance(target, dict) else ""
    return Asset(table.name, mode if isinstance(mode, str) else "", table.columns)


def changes(asset: Asset, columns: Sequence[Column]) -> list[Change]:
    """List the differences in the order of the asset, added columns last.

    A column that the source requires may be optional in the asset: no value is ever missing, so it is no difference.
    """
    there = {column.name: column for column in columns}
    known = {column.name for column in asset.columns}
    differences = []
    for column in asset.columns:
        if (now := there.get(column.name)) is None:
            breaks = "every row fails without a required column" if column.required else ""
            differences.append(Change(column.name, REMOVED, f"was {column.native}", breaks))
            continue
        if stored(now.type) != stored(column.native):
            detail = f"{column.native} -> {now.type}"
            differences.append(Change(column.name, RETYPED, detail, "readers expect the old type"))
        if column.required and now.required is False:
            differences.append(Change(column.name, NULLABLE, "may be null in the source", "a null stops a strict run"))
    added = [Change(column.name, ADDED, column.type) for column in columns if column.name not in known]
    return differences + added


def merged(asset: Asset, imported: Imported, min_confidence: float) -> tuple[Field, ...]:
    """Return the imported fields in the order of the asset, with its labels and descriptions.

    A column that has no label in the asset, but would get one by the rules, gets an explicit "none". For the rest, see
    `merged_fields`.
    """
    labelled = {
        field.name for field in imported.fields(min_confidence=min_confidence) if field.classification is not None
    }
    before = [
        Field(
            column.name,
            column.native,
            bool(column.required),
            column.label or ("" if column.name in labelled else None),
            column.description,
        )
        for column in asset.columns
    ]
    return merged_fields(before, imported, min_confidence)


def fails(mode: str, differences: Sequence[Change]) -> bool:
    """Return whether a schema mode refuses the differences.

    strict, and an asset without a mode, accept none; merge accepts those that break nothing; relaxed accepts all.
    """
    if mode == "relaxed":
        return False
    return any(change.breaks for change in differences) if mode == "merge" else bool(differences)
