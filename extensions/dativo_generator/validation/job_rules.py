"""What the runner does with a job, beyond its schema: rules over one job, the connectors at its ends and their recipes.

Written against the runner's behaviour and independent of the plan, so that a mistake in one shows in the other. They
are for jobs whose shape fits the schema, without nulls.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from ..base.asset_layout import Keys
from ..base.naming import listed, nearest
from ..base.secrets import WAY_OUT, secret_in
from ..registry.connectors import CURSOR_STRATEGIES, SELECTIONS, Connector
from ..registry.runner import ENGINE, PLUGIN, PLUGINS, Runner
from .findings import Problem, Problems
from .recipes import End

_NEEDS = {"file_modified_time": "files", "spreadsheet_modified_time": "sheets"}
# ${NAME:-default}; the runner looks for it anywhere and puts it in the place of the whole value.
_WITH_DEFAULT = re.compile(r"\$\{[^:}]+:-([^}]+)\}")
_WHOLE = re.compile(r"\$\{[^:}]+(:-[^}]+)?\}")
_PLAIN = re.compile(r"\$\{[A-Za-z_][A-Za-z0-9_]*\}")


def source_problems(job: Mapping[str, Any], end: End, runner: Runner) -> Problems:
    """Yield what is wrong in how a job reads its source."""
    source, connector = job.get("source", {}), end.connector
    yield from _plugin(source, end, runner, "source")
    yield from _selection(source, connector)
    yield from _engine(source, "source")
    connection = source.get("connection", {})
    yield from _secrets(connection, ("source", "connection"))
    for keys, text in _texts(connection, ("source", "connection")):
        if "${" in text and not _WHOLE.fullmatch(text):
            yield Problem(
                keys, "expansion", f"'{text}' is not expanded; only a whole ${{NAME}} or ${{NAME:-default}} is"
            )
    for index, file in enumerate(source.get("files", [])):
        keys = ("source", "files", index)
        if "${" in file.get("path", ""):
            yield Problem((*keys, "path"), "expansion", f"'{file['path']}' is not expanded; write the path out")
        if end.recipe.credentials == "service_account" and "id" not in file:
            yield Problem(keys, "file-id", "has no id; the runner takes the path for it")
    if source.get("incremental"):
        yield from _incremental(source, end, runner)
    elif any("cursor_field" in table for table in source.get("tables", [])):
        yield Problem(("source", "tables"), "no-effect", "a cursor_field without source.incremental; all rows are read")


def _plugin(side: Mapping[str, Any], end: End, runner: Runner, role: str) -> Problems:
    # Whether a target is storage is a matter of the connector, which engine reads a source one of the recipe.
    way = runner.way(end.connector, end.recipe if role == "source" else end.usual, role)
    if way.how == PLUGIN and PLUGINS[role] not in side:
        rule = "not-read" if role == "source" else "not-written"
        yield Problem((f"{role}_connector_path",), rule, f"{end.connector.id} is {way.words}")
    elif way.how == ENGINE and PLUGINS[role] not in side and (fault := runner.engines[end.recipe.engine].fault):
        yield Problem(
            (f"{role}_connector_path",), "engine", f"{end.connector.id} is read by {end.recipe.engine}: {fault}"
        )


def _selection(source: Mapping[str, Any], connector: Connector) -> Problems:
    selections = [selection for selection in SELECTIONS if selection in source]
    if connector.selection not in selections and "custom_reader" not in source:
        said = f"says {listed(selections)}" if selections else "does not say what to read"
        yield Problem(("source",), "source", f"{said}; {connector.id} is read by {connector.selection}")
    for selection in selections:
        if selection != connector.selection and connector.selection in selections:
            yield Problem(("source", selection), "no-effect", f"{connector.id} is read by {connector.selection}", True)
    if connector.selection == "objects":
        for index, name in enumerate(source.get("objects", [])):
            if name not in connector.objects:
                offer = f"{nearest(str(name), connector.objects)} (objects: {listed(connector.objects)})"
                yield Problem(
                    ("source", "objects", index), "source", f"'{name}' is not an object of {connector.id}{offer}"
                )


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
            (*keys, "strategy"), "incremental", f"must be {connector.strategy}, as in the recipe; leave it out"
        )
    elif "strategy" in incremental and strategy in CURSOR_STRATEGIES and strategy != "updated_at":
        yield Problem((*keys, "strategy"), "incremental", "comes from the recipe; the runner refuses it here")
    if (needed := _NEEDS.get(strategy)) and needed not in source:
        yield Problem(keys, "incremental", f"{strategy} needs source.{needed}")
    if "custom_reader" in source:
        return
    if not runner.keeps_state(connector, end.recipe):
        yield Problem(keys, "no-effect", "nothing is kept between runs, and all is read each time", True)
        return
    if not any("cursor_field" in one for one in (incremental, *source.get("tables", []))):
        return
    if "tables" in source and incremental.get("lookback_days", 0) > 0:
        days = incremental["lookback_days"]
        said = f"the first run reads {days} days back and leaves out what is older; write 0, which reads everything"
        yield Problem((*keys, "lookback_days"), "first-load", said)
    yield Problem(keys, "once-a-day", "a second run on one day overwrites what the first wrote", True)


def target_problems(job: Mapping[str, Any], end: End, runner: Runner) -> Problems:
    """Yield what is wrong in how a job writes its target."""
    target = job.get("target", {})
    yield from _plugin(target, end, runner, "target")
    yield from _engine(target, "target")
    keys: Keys = ("target", "connection")
    connection = target.get("connection", {})
    yield from _secrets(connection, keys)
    for name in runner.storage_blocks:
        block = connection.get(name, {})
        endpoint = block.get("endpoint", "")
        if endpoint and not endpoint.startswith(("http://", "https://", "${")):
            yield Problem((*keys, name, "endpoint"), "target", "needs http:// or https://")
        read = {key: value for key, value in block.items() if key in runner.storage_variables and key != "bucket"}
        for where, text in _texts(read, (*keys, name)):
            if ":-" in text and "${" in text and not _WITH_DEFAULT.fullmatch(text):
                yield Problem(where, "expansion", f"'{text}' loses what stands around the variable")
        if "prefix" in block:
            said = "data lands below domain, data product and name of the asset"
            yield Problem((*keys, name, "prefix"), "no-effect", said, True)
    if "custom_writer" not in target:
        yield from _bucket(connection, end, runner)
    if not end.recipe.catalog:
        for key in ("branch", "warehouse"):
            if key in target:
                yield Problem(("target", key), "no-effect", "counts only with a catalog, and the recipe has none", True)
    for index, column in enumerate(target.get("partitioning", [])):
        if column != "ingest_date":
            said = f"'{column}' is a column of the data; take ingest_date"
            yield Problem(("target", "partitioning", index), "partitioning", said)


def storage_of(connection: Mapping[str, Any], end: End, runner: Runner) -> tuple[str, Mapping[str, Any]]:
    """Return the block that the runner takes the bucket from, with its name; a job's block replaces the recipe's."""
    merged = {**end.recipe.connection, **connection}
    for name in runner.storage_blocks:
        if isinstance(merged.get(name), Mapping) and merged[name]:
            return name, merged[name]
    return "", {}


def _bucket(connection: Mapping[str, Any], end: End, runner: Runner) -> Problems:
    name, block = storage_of(connection, end, runner)
    bucket = block.get("bucket", "")
    if isinstance(bucket, str) and "${" in bucket:
        keys: Keys = ("target", "connection", name, "bucket")
        where = "" if name in connection else "the recipe's "
        yield Problem(
            keys, "expansion", f"{where}'{bucket}' is not expanded and nothing is uploaded; write the name out"
        )


def written_problems(job: Mapping[str, Any], source: End) -> Problems:
    """Yield what is wrong in a job as it is written, with its nulls: some are as good as a value, others stop a run."""
    keys: Keys = ("source", "incremental")
    incremental = (job.get("source") or {}).get("incremental")
    if not incremental:
        return
    strategy = incremental.get("strategy", source.connector.strategy)
    if strategy in CURSOR_STRATEGIES and "cursor_field" not in incremental:
        yield Problem(keys, "incremental", "'cursor_field' is missing")
    if incremental.get("lookback_days", 0) is None and incremental.get("cursor_field"):
        yield Problem((*keys, "lookback_days"), "null", "is null, and stops the first run", True)


def _secrets(connection: Mapping[str, Any], keys: Keys) -> Problems:
    """Yield secrets that are written out, and those that are only the default of a variable."""
    if secret_in(_map_texts(connection, lambda text: _WITH_DEFAULT.sub("", text)), "connection"):
        yield Problem(keys, "secret", f"holds a literal secret; {WAY_OUT}")
    elif secret_in(_map_texts(connection, lambda text: _WITH_DEFAULT.sub(r"\1", text)), "connection"):
        yield Problem(keys, "secret-default", "the default of a variable is a secret that everybody can read")


def _map_texts(value: Any, change: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _map_texts(item, change) for key, item in value.items()}
    if isinstance(value, list):
        return [_map_texts(item, change) for item in value]
    if not isinstance(value, str) or _PLAIN.fullmatch(value):
        return "" if isinstance(value, str) else value
    return change(value)


def _texts(value: Any, keys: Keys) -> Iterator[tuple[Keys, str]]:
    if isinstance(value, Mapping):
        for key, item in value.items():
            yield from _texts(item, (*keys, key))
    elif isinstance(value, str):
        yield keys, value
