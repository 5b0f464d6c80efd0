"""Rules for what the schema of jobs cannot express, over one job, the connectors at its ends and their recipes.

They describe the runner's behaviour independently of the plan, so that a mistake in one shows in the other. They
expect jobs of valid shape, without nulls.
"""

import re
from collections.abc import Mapping
from typing import Any

from ..base.asset_layout import Keys
from ..base.documents import shown
from ..base.naming import listed, offer
from ..base.secrets import WAY_OUT, secret_in
from ..registry.connectors import CURSOR_STRATEGIES, SELECTIONS, Connector
from ..registry.runner import ENGINE, NATIVE, PLUGIN, PLUGINS, Runner
from .expansion import WITH_DEFAULT, source_expansion, target_expansion
from .findings import Problem, Problems
from .recipes import End, mapping

_NEEDS = {"file_modified_time": "files", "spreadsheet_modified_time": "sheets"}
_PLAIN = re.compile(r"\$\{[A-Za-z_][A-Za-z0-9_]*\}")


def source_problems(job: Mapping[str, Any], end: End, runner: Runner) -> Problems:
    """Yield the problems in how a job reads its source."""
    source, connector = job.get("source", {}), end.connector
    yield from _plugin(source, end, runner, "source")
    yield from _selection(source, connector)
    yield from _engine(source, "source")
    connection = source.get("connection", {})
    yield from _secrets(connection, ("source", "connection"))
    yield from source_expansion(source, end, runner)
    read = "custom_reader" in source or end.usual.connection or runner.reads(end.connector, end.recipe).how != NATIVE
    if connection and not read:
        message = f"the runner reads no connection for {connector.id}"
        yield Problem(("source", "connection"), "no-effect", message, True)
    for index, file in enumerate(source.get("files", [])):
        keys = ("source", "files", index)
        if end.usual.credentials == "service_account" and "id" not in file:
            yield Problem(keys, "file-id", "give it an id; the runner uses the path as the id")
    if source.get("incremental"):
        yield from _incremental(source, end, runner)
    elif any("cursor_field" in table for table in source.get("tables", [])):
        yield Problem(
            ("source", "tables"), "no-effect", "add source.incremental, or remove cursor_field; all rows are read"
        )


def _plugin(side: Mapping[str, Any], end: End, runner: Runner, role: str) -> Problems:
    # The connector decides whether a target is storage, but the recipe which engine reads a source.
    way = runner.way(end.connector, end.recipe if role == "source" else end.usual, role)
    if way.how == PLUGIN and PLUGINS[role] not in side:
        rule = "not-read" if role == "source" else "not-written"
        yield Problem((f"{role}_connector_path",), rule, f"{end.connector.id} is {way.words}")
    elif way.how == ENGINE and PLUGINS[role] not in side and (fault := runner.engines[end.recipe.engine].fault):
        yield Problem(
            (f"{role}_connector_path",), "engine", f"{end.connector.id} is read by {end.recipe.engine}: {fault}"
        )


def _selection(source: Mapping[str, Any], connector: Connector) -> Problems:
    selections = [selection for selection in SELECTIONS if source.get(selection)]
    if connector.selection not in selections and "custom_reader" not in source:
        problem = f"lists {listed(selections)}" if selections else "does not say what to read"
        yield Problem(("source",), "source", f"{problem}; {connector.id} is read by {connector.selection}")
    for selection in selections:
        if selection != connector.selection and connector.selection in selections:
            yield Problem(("source", selection), "no-effect", f"{connector.id} is read by {connector.selection}", True)
    if connector.selection == "objects":
        for index, name in enumerate(source.get("objects", [])):
            if name not in connector.objects:
                what = f"'{name}' is not an object of {connector.id}"
                yield Problem(("source", "objects", index), "source", offer(name, connector.objects, what))


def _engine(side: Mapping[str, Any], role: str) -> Problems:
    if "type" in side.get("engine", {}):
        yield Problem((role, "engine", "type"), "no-effect", "the recipe decides which engine runs")


def _incremental(source: Mapping[str, Any], end: End, runner: Runner) -> Problems:
    keys: Keys = ("source", "incremental")
    incremental, connector = source["incremental"], end.connector
    if not connector.supports_incremental:
        yield Problem(keys, "incremental", f"{connector.id} does not support it")
        return
    strategy = incremental.get("strategy", connector.strategy)
    if strategy != connector.strategy and strategy not in _NEEDS:
        yield Problem(
            (*keys, "strategy"), "incremental", f"leave it out; it must be {connector.strategy}, as in the recipe"
        )
    elif "strategy" in incremental and strategy in CURSOR_STRATEGIES and strategy != "updated_at":
        yield Problem(
            (*keys, "strategy"), "incremental", "leave it out; it comes from the recipe, and the runner refuses it here"
        )
    if (needed := _NEEDS.get(strategy)) and not source.get(needed):
        yield Problem(keys, "incremental", f"{strategy} needs source.{needed}")
    if "custom_reader" in source:
        return
    if not runner.keeps_state(connector, end.recipe):
        yield Problem(keys, "no-effect", "no state is kept between runs; every run reads everything", True)
        return
    if not any("cursor_field" in one for one in (incremental, *source.get("tables", []))):
        return
    if "tables" in source and incremental.get("lookback_days", 0) > 0:
        days = incremental["lookback_days"]
        message = f"write 0, which reads everything; the first run reads only {days} days back"
        yield Problem((*keys, "lookback_days"), "first-load", message)
    yield Problem(keys, "once-a-day", "a second run on one day overwrites what the first wrote", True)


def target_problems(job: Mapping[str, Any], end: End, runner: Runner) -> Problems:
    """Yield the problems in how a job writes its target."""
    target = job.get("target", {})
    yield from _plugin(target, end, runner, "target")
    yield from _engine(target, "target")
    keys: Keys = ("target", "connection")
    connection = target.get("connection", {})
    yield from _secrets(connection, keys)
    read = {**end.recipe.connection, **connection}
    name = next((name for name in runner.storage_blocks if read.get(name)), "")
    if name and not isinstance(read[name], Mapping):  # a mistake whether the runner writes or a plugin does
        yield Problem((*keys, name), "schema", f"must be a mapping, not {shown(read[name])}")
    if "custom_writer" not in target:
        yield from _written(job, end, runner)
    for name in runner.storage_blocks:
        if "prefix" in mapping(connection.get(name)):
            message = "data lands below domain, data product and name of the asset"
            yield Problem((*keys, name, "prefix"), "no-effect", message, True)
    yield from target_expansion(target, end, runner)
    if not end.recipe.catalog:
        for key in ("branch", "warehouse"):
            if key in target:
                yield Problem(("target", key), "no-effect", "works only with a catalog, and the recipe has none", True)
    for index, column in enumerate(target.get("partitioning", [])):
        if column != "ingest_date":
            message = f"use ingest_date; '{column}' is a column of the data"
            yield Problem(("target", "partitioning", index), "partitioning", message)


def _written(job: Mapping[str, Any], end: End, runner: Runner) -> Problems:
    """Yield what stops the runner from uploading, if the runner itself writes."""
    target, recipe, keys = job.get("target", {}), end.recipe, ("target", "connection")
    connection = target.get("connection", {})
    name, block = runner.storage_of(connection, recipe)
    endpoint = block.get("endpoint", "") if name in connection else ""
    if endpoint and not endpoint.startswith(("http://", "https://", "${")):
        yield Problem((*keys, name, "endpoint"), "target", "needs http:// or https://")
    catalog = connection.get(recipe.catalog, "")
    address = catalog.get("uri", "") if isinstance(catalog, Mapping) else catalog
    if not isinstance(address, str):
        yield Problem((*keys, recipe.catalog), "schema", f"must be an address, not {shown(address)}")
    # With a catalog, the branch defaults to the tenant's; either way it is metadata of every file.
    branch = target.get("branch") or (job["tenant_id"] if recipe.catalog else "")
    if not branch.isascii():
        where = ("target", "branch") if target.get("branch") else ("tenant_id",)
        yield Problem(where, "ascii", f"write it in ASCII; '{branch}' is not accepted as metadata of files")


def written_problems(job: Mapping[str, Any], source: End) -> Problems:
    """Yield problems that nulls of a job cause or hide: some nulls count as a value, others stop a run."""
    keys: Keys = ("source", "incremental")
    incremental = (job.get("source") or {}).get("incremental")
    if not incremental:
        return
    strategy = incremental.get("strategy", source.connector.strategy)
    if strategy in CURSOR_STRATEGIES and "cursor_field" not in incremental:
        yield Problem(keys, "incremental", "'cursor_field' is missing")
    databases = source.connector.selection == "tables"
    if databases and incremental.get("lookback_days", 0) is None and incremental.get("cursor_field"):
        yield Problem(
            (*keys, "lookback_days"), "null", "give a number or remove the key; null stops the first run", True
        )


def _secrets(connection: Mapping[str, Any], keys: Keys) -> Problems:
    """Yield literal secrets, and secrets as the default of a variable."""
    if secret_in(_map_texts(connection, lambda text: WITH_DEFAULT.sub("", text)), "connection"):
        yield Problem(keys, "secret", f"{WAY_OUT}; it is a literal secret")
    elif secret_in(_map_texts(connection, lambda text: WITH_DEFAULT.sub(r"\1", text)), "connection"):
        yield Problem(keys, "secret-default", "the default of a variable is a secret that everybody can read")


def _map_texts(value: Any, change: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _map_texts(item, change) for key, item in value.items()}
    if isinstance(value, list):
        return [_map_texts(item, change) for item in value]
    if not isinstance(value, str) or _PLAIN.fullmatch(value):
        return "" if isinstance(value, str) else value
    return change(value)
