"""What has changed between an asset and the source that fills it, and what that does to those who read the data."""

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
    """What an asset says: the object it is of, its schema mode ('' where it has none), and its columns."""

    object: str
    mode: str
    columns: tuple[Column, ...]


@dataclass(frozen=True, slots=True)
class Change:
    """One difference; `breaks` says what it breaks, '' for nothing."""

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
    """List what differs, in the order of the asset, what was added last.

    Nothing is missing in a required column of the source that is optional in the asset: that is no difference.
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
            differences.append(Change(column.name, RETYPED, detail, "who reads it expects the old type"))
        if column.required and now.required is False:
            differences.append(Change(column.name, NULLABLE, "may be null in the source", "a null stops a strict run"))
    added = [Change(column.name, ADDED, column.type) for column in columns if column.name not in known]
    return differences + added


def merged(asset: Asset, imported: Imported, min_confidence: float) -> tuple[Field, ...]:
    """Return the found fields in the order of the asset, with the labels and descriptions that they have there.

    A column that the asset leaves without a label, where the rules would give one, is said to have none. Of the rest
    see `merged_fields`.
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
    """Return whether the differences are too much for a schema mode.

    strict, and an asset that says nothing, take none. merge takes what breaks nothing, and relaxed takes all.
    """
    if mode == "relaxed":
        return False
    return any(change.breaks for change in differences) if mode == "merge" else bool(differences)
