"""What the runner accepts beyond a schema: rules over a parsed job, its asset, the registry and the recipes.

Written against the runner's behaviour and independent of the plan, so that a mistake in one shows in the other. A
problem is the keys that lead to the value, and what is wrong with it. They are for files whose shape fits a schema.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from ..base.asset_layout import Keys, body_of, governance_of, inside, place
from ..base.naming import is_env_reference, listed, nearest
from ..base.secrets import WAY_OUT, secret_in
from ..registry.connectors import SELECTIONS, Connector
from ..registry.recipes import Recipe

Problem = tuple[Keys, str]

_STORAGE_BLOCKS = ("s3", "minio")
_FILE_STRATEGIES = {"file_modified_time": "files", "spreadsheet_modified_time": "sheets"}


def check_job(job: Mapping[str, Any], source: Connector, recipe: Recipe) -> list[str]:
    """List what the runner would refuse, or silently do wrong, in a job that reads `source` by `recipe`."""
    return _lines([*null_problems(job), *source_problems(job, source, recipe), *target_problems(job)])


def check_asset(asset: Mapping[str, Any]) -> list[str]:
    """List what the runner would refuse in an asset, nested or flat."""
    return _lines([*null_problems(asset), *asset_problems(asset)])


def check_pair(job: Mapping[str, Any], asset: Mapping[str, Any]) -> list[str]:
    """List where a job and the asset that it names disagree."""
    return _lines(pair_problems(job, asset))


def null_problems(value: Any, keys: Keys = ()) -> Iterator[Problem]:
    """Yield every null; the runner takes none where it expects text or a mapping."""
    if value is None:
        yield keys, "is null"
    elif isinstance(value, Mapping | list):
        for key, item in value.items() if isinstance(value, Mapping) else enumerate(value):
            yield from null_problems(item, (*keys, key))


def source_problems(job: Mapping[str, Any], connector: Connector, recipe: Recipe) -> Iterator[Problem]:
    """Yield what is wrong in how a job reads its source."""
    source = job.get("source", {})
    selections = [selection for selection in SELECTIONS if selection in source]
    if selections != [connector.selection]:
        yield ("source",), f"reads {selections}, but {connector.id} is read by {connector.selection}"
    if connector.selection == "objects":
        for index, name in enumerate(source.get("objects", [])):
            if name not in connector.objects:
                offer = f"{nearest(str(name), connector.objects)} (objects: {listed(connector.objects)})"
                yield ("source", "objects", index), f"'{name}' is not an object of {connector.id}{offer}"
    engine = source.get("engine", {}).get("type")
    if engine and engine not in connector.engines:
        offer = f"{nearest(engine, connector.engines)} (engines: {listed(connector.engines)})"
        yield ("source", "engine", "type"), f"{connector.id} does not run on '{engine}'{offer}"
    if secret_in(source.get("connection", {}), "connection"):
        yield ("source", "connection"), f"holds a literal secret; {WAY_OUT}"
    yield from _variables(source.get("connection", {}), ("source", "connection"))
    for file in source.get("files", []):
        if "${" in file.get("path", ""):
            yield ("source", "files"), f"the path '{file['path']}' is not expanded"
        if recipe.credentials == "service_account" and "id" not in file:
            yield ("source", "files"), "a file in a service is found by its id"
    if "incremental" in source:
        yield from _incremental(source, connector)
    elif any("cursor_field" in table for table in source.get("tables", [])):
        yield ("source", "tables"), "a cursor_field without source.incremental is refused"


def _incremental(source: Mapping[str, Any], connector: Connector) -> Iterator[Problem]:
    keys = ("source", "incremental")
    incremental = source["incremental"]
    if not connector.supports_incremental:
        yield keys, f"{connector.id} does not support it"
    if "strategy" in incremental:
        yield (*keys, "strategy"), "the recipe says it, the job must not"
    if connector.uses_cursor and "cursor_field" not in incremental:
        yield (*keys, "cursor_field"), "is missing"
    if (needed := _FILE_STRATEGIES.get(connector.strategy)) and needed not in source:
        yield keys, f"{connector.strategy} needs source.{needed}"


def target_problems(job: Mapping[str, Any]) -> Iterator[Problem]:
    """Yield what is wrong in how a job writes its target."""
    target = job.get("target", {})
    if "catalog" in target:
        yield ("target", "catalog"), "the job must not carry it"
    keys = ("target", "connection")
    connection = target.get("connection", {})
    if "bucket" in connection:
        yield (*keys, "bucket"), "is ignored; it belongs into a storage block"
    if secret_in(connection, "connection"):
        yield keys, f"holds a literal secret; {WAY_OUT}"
    for name in _STORAGE_BLOCKS:
        endpoint = connection.get(name, {}).get("endpoint", "")
        if endpoint and not endpoint.startswith(("http://", "https://", "${")):
            yield (*keys, name, "endpoint"), "needs http:// or https://"
    yield from _variables(connection, keys)


def _variables(value: Any, keys: Keys) -> Iterator[Problem]:
    if isinstance(value, Mapping):
        for key, item in value.items():
            yield from _variables(item, (*keys, key))
    elif isinstance(value, str) and "${" in value and not is_env_reference(value):
        yield keys, f"'{value}' is not expanded; only a whole ${{NAME}} is"


def asset_problems(asset: Mapping[str, Any]) -> Iterator[Problem]:
    """Yield what is wrong in an asset, nested or flat."""
    body, above = body_of(asset), inside(asset)
    if not asset.get("schema"):
        yield ("schema",), "the top level has none"
    if asset.get("schema") != body.get("schema"):
        yield ("schema",), "the top level and the asset disagree"
    if not isinstance(body.get("version"), str):
        yield (*above, "version"), "is not text"
    names = [field.get("name") for field in body.get("schema", [])]
    for index, name in enumerate(names):
        if name in names[:index]:
            yield (*above, "schema", index, "name"), f"'{name}' is there twice"
    governance, owner, labels_of = governance_of(asset)
    if not str(governance.get("owner", "")).isascii() or not governance.get("owner"):
        yield owner, "is missing or not ASCII"
    labels = {field["classification"] for field in body.get("schema", []) if "classification" in field}
    if not labels <= set(governance.get("classification", [])):
        yield (
            (*labels_of, "classification"),
            f"the asset does not carry the labels of its fields: {listed(sorted(labels))}",
        )


def pair_problems(job: Mapping[str, Any], asset: Mapping[str, Any]) -> Iterator[Problem]:
    """Yield where a job and the asset that it names disagree; the keys are the job's."""
    body = body_of(asset)
    if job.get("asset", body["name"]) != body["name"]:
        yield ("asset",), f"the job says '{job['asset']}', the file '{body['name']}'"
    if job.get("source_connector", body["source_type"]) != body["source_type"]:
        yield ("source_connector",), f"'{job['source_connector']}', but the asset is of '{body['source_type']}'"
    source = job.get("source", {})
    for selection in SELECTIONS:
        objects = [item if isinstance(item, str) else item.get("object") for item in source.get(selection, [])]
        if objects and objects != [body["object"]]:
            yield ("source", selection), f"reads {objects}, but the asset is of '{body['object']}'"
    names = [field["name"] for field in body["schema"]]
    for index, table in enumerate(source.get("tables", [])):
        if (cursor := table.get("cursor_field", names[0])) not in names:
            keys = ("source", "tables", index, "cursor_field")
            yield keys, f"the cursor '{cursor}' is not a field of the asset{nearest(cursor, names)}"


def _lines(problems: Iterable[Problem]) -> list[str]:
    return [f"{place(keys)}: {what}" for keys, what in problems]
