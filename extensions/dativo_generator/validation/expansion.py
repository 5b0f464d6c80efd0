"""Variables in a job that the runner does not expand, or whose surrounding text it loses."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from ..base.asset_layout import Keys
from ..registry.keys import Keys as KeyFacts
from ..registry.runner import NATIVE, PLUGIN, Runner
from .findings import Problem, Problems
from .recipes import End

# ${NAME:-default}; where the runner expands it, a match anywhere in a value replaces the whole value.
WITH_DEFAULT = re.compile(r"\$\{[^:}]+:-([^}]+)\}")
_PLAIN = re.compile(r"\$\{[^:}]+\}")
# The rules of this module.
RULES = ("expansion", "lineage")


def lineage_expansion(job: Mapping[str, Any], facts: KeyFacts) -> Problems:
    """Yield unexpanded variables in the lineage settings; the schema finds those in paths."""
    catalog = job.get("catalog", {})
    for key, name in facts.lineage_of(catalog).items():
        if "${" in (text := str(catalog.get("connection", {}).get(key, ""))):
            way = f"leave the key out, and set {name}" if name else "write the value"
            yield Problem(("catalog", "connection", key), "lineage", f"{way}; '{text}' is not expanded")


def source_expansion(source: Mapping[str, Any], end: End, runner: Runner) -> Problems:
    """Yield unexpanded variables in a source."""
    if "custom_reader" not in source:
        yield from _connection(source.get("connection", {}), end, runner)
        if runner.reads_secret_file(end.connector, end.recipe) and "${" in end.recipe.credentials_file:
            message = f"the recipe's '{end.recipe.credentials_file}' is not expanded; only {{tenant}} is"
            yield Problem(("source_connector_path",), "expansion", message)
    for index, file in enumerate(source.get("files", [])):
        if "${" in file.get("path", ""):
            keys = ("source", "files", index, "path")
            yield Problem(keys, "expansion", f"write the path out; '{file['path']}' is not expanded")
    state = str(source.get("incremental", {}).get("state_path", ""))
    if "${" in state:
        message = f"write the path out; '{state}' is not expanded but becomes a folder of that name"
        yield Problem(("source", "incremental", "state_path"), "expansion", message)


def _connection(connection: Mapping[str, Any], end: End, runner: Runner) -> Problems:
    how = runner.reads(end.connector, end.recipe).how
    if how == PLUGIN or (how == NATIVE and not end.usual.connection):
        return  # the runner does not read it
    for keys, text in _texts(connection, ("source", "connection")):
        if "${" not in text or _PLAIN.fullmatch(text):
            continue
        if not runner.expands_defaults(end.connector.id):
            yield Problem(keys, "expansion", f"write one whole ${{NAME}}; '{text}' is not expanded")
        elif not WITH_DEFAULT.fullmatch(text):
            message = f"write one whole ${{NAME}} or ${{NAME:-default}}; '{text}' is not expanded"
            yield Problem(keys, "expansion", message)


def target_expansion(target: Mapping[str, Any], end: End, runner: Runner) -> Problems:
    """Yield unexpanded variables in a target; what a plugin does with them is unknown."""
    if "custom_writer" in target:
        return
    keys: Keys = ("target", "connection")
    connection = target.get("connection", {})
    name, block = runner.storage_of(connection, end.recipe)
    read = {key: value for key, value in block.items() if key in runner.storage_variables and key != "bucket"}
    for where, text in _texts(read, (*keys, name)):
        if ":-" in text and "${" in text and not WITH_DEFAULT.fullmatch(text):
            yield Problem(where, "expansion", f"the runner drops the text around the variable in '{text}'")
    bucket = block.get("bucket", "")
    if isinstance(bucket, str) and "${" in bucket:
        message = "" if name in connection else "the recipe's "
        message += f"'{bucket}' is not expanded and nothing is uploaded; write the name out"
        yield Problem((*keys, name, "bucket"), "expansion", message)
    if catalog := end.recipe.catalog:
        for where, text in _texts(connection.get(catalog, {}), (*keys, catalog)):
            if match := WITH_DEFAULT.search(text):
                yield Problem(where, "expansion", f"write ${{NAME}}; '{match[0]}' is not expanded")


def _texts(value: Any, keys: Keys) -> Iterator[tuple[Keys, str]]:
    if isinstance(value, Mapping):
        for key, item in value.items():
            yield from _texts(item, (*keys, key))
    elif isinstance(value, str):
        yield keys, value
