"""What has changed between an asset and the source that fills it, and what that does to those who read the data."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import NamedTuple

from .fields import Field
from .importers.contracts import is_asset, read_asset
from .importers.document import parsed
from .importers.table import Column, ImportFailed

ADDED, REMOVED, RETYPED, NULLABLE, REQUIRED = "added", "removed", "retyped", "nullable", "required"


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
        raise ImportFailed(f"{path}: is no asset: it has no source_type and schema")
    (table,) = read_asset(document, path)
    body = document["asset"] if isinstance(document.get("asset"), dict) else document
    target = body.get("target")
    mode = target.get("mode") if isinstance(target, dict) else ""
    return Asset(table.name, mode if isinstance(mode, str) else "", table.columns)


def changes(asset: Asset, found: Sequence[Field]) -> list[Change]:
    """List what differs, in the order of the asset, what was added last."""
    there = {field.name: field for field in found}
    known = {column.name for column in asset.columns}
    differences = []
    for column in asset.columns:
        if (field := there.get(column.name)) is None:
            breaks = "every row fails without a required column" if column.required else ""
            differences.append(Change(column.name, REMOVED, f"was {column.native}", breaks))
            continue
        if field.type != column.native:
            detail = f"{column.native} -> {field.type}"
            differences.append(Change(column.name, RETYPED, detail, "who reads it expects the old type"))
        if column.required and not field.required:
            differences.append(Change(column.name, NULLABLE, "may be null in the source", "a null stops a strict run"))
        elif field.required and not column.required:
            differences.append(Change(column.name, REQUIRED, "is never null in the source"))
    added = [Change(field.name, ADDED, field.type) for field in found if field.name not in known]
    return differences + added


def merged(asset: Asset, found: Sequence[Field]) -> tuple[Field, ...]:
    """Return the found fields in the order of the asset, with the labels and descriptions that they have there.

    A column that the asset leaves without a label, where the rules would give one, is said to have none.
    """
    there = {field.name: field for field in found}
    kept = []
    for column in asset.columns:
        if field := there.pop(column.name, None):
            label = column.label or ("" if field.classification else None)
            kept.append(replace(field, classification=label, description=column.description or field.description))
    return (*kept, *there.values())


def fails(mode: str, differences: Sequence[Change]) -> bool:
    """Tell whether the differences are too much for a schema mode.

    strict, and an asset that says nothing, take none. merge takes what breaks nothing, and relaxed takes all.
    """
    if mode == "relaxed":
        return False
    return any(change.breaks for change in differences) if mode == "merge" else bool(differences)
