"""What the runner accepts beyond a schema: rules over a parsed job, its asset, the registry and the recipes.

Written against the runner's behaviour and independent of the plan, so that a mistake in one shows in the other.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from .naming import is_env_reference
from .recipes import Recipe
from .registry import SELECTIONS, Connector
from .secrets import secret_in

_STORAGE_BLOCKS = ("s3", "minio")
_FILE_STRATEGIES = {"file_modified_time": "files", "spreadsheet_modified_time": "sheets"}


def check_job(job: Mapping[str, Any], source: Connector, recipe: Recipe) -> list[str]:
    """List what the runner would refuse, or silently do wrong, in a job that reads `source` by `recipe`."""
    return [*_nulls(job, ""), *_source(job.get("source", {}), source, recipe), *_target(job.get("target", {}))]


def check_asset(asset: Mapping[str, Any]) -> list[str]:
    """List what the runner would refuse in an asset, nested or flat."""
    return [*_nulls(asset, ""), *_asset(asset)]


def check_pair(job: Mapping[str, Any], asset: Mapping[str, Any]) -> list[str]:
    """List where a job and the asset that it names disagree."""
    body = asset.get("asset", asset)
    problems = []
    if job.get("asset", body["name"]) != body["name"]:
        problems.append(f"asset: the job says '{job['asset']}', the file '{body['name']}'")
    if job.get("source_connector", body["source_type"]) != body["source_type"]:
        problems.append(f"source_connector: '{job['source_connector']}', but the asset is of '{body['source_type']}'")
    source = job.get("source", {})
    for selection in SELECTIONS:
        objects = [item if isinstance(item, str) else item.get("object") for item in source.get(selection, [])]
        if objects and objects != [body["object"]]:
            problems.append(f"source.{selection}: reads {objects}, but the asset is of '{body['object']}'")
    names = [field["name"] for field in body["schema"]]
    cursors = [table["cursor_field"] for table in source.get("tables", []) if "cursor_field" in table]
    return problems + [
        f"source.tables: the cursor '{cursor}' is not a field of the asset" for cursor in cursors if cursor not in names
    ]


def _nulls(value: Any, place: str) -> Iterator[str]:
    if value is None:
        yield f"{place}: is null"
    elif isinstance(value, Mapping):
        for key, item in value.items():
            yield from _nulls(item, f"{place}.{key}".lstrip("."))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _nulls(item, f"{place}[{index}]")


def _source(source: Mapping[str, Any], connector: Connector, recipe: Recipe) -> Iterator[str]:
    given = [selection for selection in SELECTIONS if selection in source]
    if given != [connector.selection]:
        yield f"source: reads {given}, but {connector.id} is read by {connector.selection}"
    if secret_in(source.get("connection", {}), "connection"):
        yield "source.connection: holds a literal secret"
    yield from _variables(source.get("connection", {}), "source.connection")
    for file in source.get("files", []):
        if "${" in file.get("path", ""):
            yield f"source.files: the path '{file['path']}' is not expanded"
        if recipe.credentials == "service_account" and "id" not in file:
            yield "source.files: a file in a service is found by its id"
    if "incremental" in source:
        yield from _incremental(source, connector)
    elif any("cursor_field" in table for table in source.get("tables", [])):
        yield "source.tables: a cursor_field without source.incremental is refused"


def _incremental(source: Mapping[str, Any], connector: Connector) -> Iterator[str]:
    incremental = source["incremental"]
    if not connector.supports_incremental:
        yield f"source.incremental: {connector.id} does not support it"
    if "strategy" in incremental:
        yield "source.incremental.strategy: the recipe says it, the job must not"
    if connector.uses_cursor and "cursor_field" not in incremental:
        yield "source.incremental.cursor_field: is missing"
    if (needed := _FILE_STRATEGIES.get(connector.strategy)) and needed not in source:
        yield f"source.incremental: {connector.strategy} needs source.{needed}"


def _target(target: Mapping[str, Any]) -> Iterator[str]:
    if "catalog" in target:
        yield "target.catalog: the job must not carry it"
    connection = target.get("connection", {})
    if "bucket" in connection:
        yield "target.connection.bucket: is ignored; it belongs into a storage block"
    for name in _STORAGE_BLOCKS:
        endpoint = connection.get(name, {}).get("endpoint", "")
        if endpoint and not endpoint.startswith(("http://", "https://", "${")):
            yield f"target.connection.{name}.endpoint: needs http:// or https://"
    yield from _variables(connection, "target.connection")


def _variables(value: Any, place: str) -> Iterator[str]:
    if isinstance(value, Mapping):
        for key, item in value.items():
            yield from _variables(item, f"{place}.{key}")
    elif isinstance(value, str) and "${" in value and not is_env_reference(value):
        yield f"{place}: '{value}' is not expanded; only a whole ${{NAME}} is"


def _asset(asset: Mapping[str, Any]) -> Iterator[str]:
    body = asset.get("asset", asset)
    if not asset.get("schema"):
        yield "schema: the top level has none"
    if asset.get("schema") != body.get("schema"):
        yield "schema: the top level and the asset disagree"
    if not isinstance(body.get("version"), str):
        yield "version: is not text"
    names = [field.get("name") for field in body.get("schema", [])]
    for name in {name for name in names if names.count(name) > 1}:
        yield f"schema: '{name}' is there twice"
    governance = body.get("governance") or {**body.get("team", {}), **body.get("compliance", {})}
    if not str(governance.get("owner", "")).isascii() or not governance.get("owner"):
        yield "owner: is missing or not ASCII"
    labels = {field["classification"] for field in body.get("schema", []) if "classification" in field}
    if not labels <= set(governance.get("classification", [])):
        yield "classification: the asset does not carry the labels of its fields"
