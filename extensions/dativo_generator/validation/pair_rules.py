"""Where a job and the asset that it names disagree; the keys are the job's."""

from collections.abc import Mapping
from typing import Any

from ..base.naming import few, offer
from ..registry.connectors import SELECTIONS
from .described import Described
from .findings import Problem, Problems
from .recipes import End


def pair_problems(job: Mapping[str, Any], asset: Described, source: End | None, target: End | None) -> Problems:
    """Yield where a job and its asset disagree, and what the job's target loses of the asset."""
    if job.get("asset", asset.name) != asset.name:
        yield Problem(("asset",), "pair", f"the job says '{job['asset']}', the file '{asset.name}'")
    if source and source.connector.id != asset.source_type:
        keys = ("source_connector",) if "source_connector" in job else ("source_connector_path",)
        message = f"reads {source.connector.id}, but the asset describes '{asset.source_type}'"
        yield Problem(keys, "pair", message)
    yield from _objects(job, asset, source)
    yield from _cursors(job, asset)
    if asset.dates and target and target.recipe.catalog and "custom_writer" not in job.get("target", {}):
        message = f"write timestamp; a date fails the commit to {target.recipe.catalog}: {few(asset.dates)}"
        yield Problem(("asset_path",), "date-in-catalog", message)


def _objects(job: Mapping[str, Any], asset: Described, source: End | None) -> Problems:
    """Yield objects that differ from the asset's: other columns for an API, only another label elsewhere."""
    for selection in (source.connector.selection,) if source else SELECTIONS:
        items = job.get("source", {}).get(selection, [])
        objects = [item if isinstance(item, str) else item.get("object") for item in items]
        objects = [name for name in objects if name]
        if objects and objects != [asset.object]:
            rule = "pair" if selection == "objects" else "object"
            message = f"reads {few(map(str, objects))}, but the asset describes '{asset.object}'"
            yield Problem(("source", selection), rule, message)


def _cursors(job: Mapping[str, Any], asset: Described) -> Problems:
    """Yield cursors of tables that are not fields: the runner still keeps the state, but does not write the column."""
    source = job.get("source", {})
    usual = source.get("incremental", {}).get("cursor_field")
    for index, table in enumerate(source.get("tables", [])):
        cursor = table.get("cursor_field", usual)
        if cursor and cursor not in asset.columns:
            own = ("source", "tables", index, "cursor_field")
            keys = own if "cursor_field" in table else ("source", "incremental", "cursor_field")
            message = offer(cursor, asset.columns, f"the asset has no field '{cursor}' for the cursor")
            yield Problem(keys, "cursor", message)
