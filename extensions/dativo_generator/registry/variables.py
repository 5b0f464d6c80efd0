"""Which environment variables a job reads: those that it names, and those that replace what it leaves out."""

import re
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from ..base.asset_layout import Keys
from ..base.naming import env_variables
from .connectors import Connector
from .pack import Pack
from .recipes import Recipe
from .runner import NATIVE

# The runner ignores case here, though recipes and answers keep to upper case.
_NAMED = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)(?::-([^{}$]+))?\}")


class Variable(NamedTuple):
    """A variable that sets the value at `keys` of a job; any of `others` will do as well.

    `default` is the value that counts without the variable, '' if the variable must be set.
    """

    keys: Keys
    name: str
    default: str = ""
    others: tuple[str, ...] = ()


def read_by(
    job: Mapping[str, Any], source: Connector, source_recipe: Recipe, target_recipe: Recipe, pack: Pack
) -> Iterator[Variable]:
    """Yield the variables that a valid job reads; once for each key that needs one."""
    yield from named_in(job)
    yield from _login(job.get("source", {}), source, source_recipe, pack)
    yield from _target(job.get("target", {}), target_recipe, pack)
    if _keeps_state(job.get("source", {}), source, source_recipe, pack):
        yield from _read(("source", "incremental", "state_path"), pack.runner.state_variable)
    catalog = job.get("catalog", {})
    for key, name in pack.keys.lineage_of(catalog).items():
        if name and key not in catalog.get("connection", {}):
            yield Variable(("catalog", "connection", key), name)


def named_in(value: Any, keys: Keys = ()) -> Iterator[Variable]:
    """Yield the variables that the values of a job name."""
    if isinstance(value, Mapping):
        for name, inner in value.items():
            yield from named_in(inner, (*keys, str(name)))
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from named_in(inner, (*keys, index))
    elif isinstance(value, str):
        yield from (Variable(keys, *variable) for variable in _NAMED.findall(value))


def _login(source: Mapping[str, Any], connector: Connector, recipe: Recipe, pack: Pack) -> Iterator[Variable]:
    keys, given = ("source", "connection"), {**source.get("credentials", {}), **source.get("connection", {})}
    if "custom_reader" not in source and pack.runner.reads(connector, recipe).how == NATIVE:
        # The reader's own variables are named as in the recipe.
        for key, reference in recipe.connection.items():
            if key not in given:
                yield from _read((*keys, key), str(reference))
        login = pack.runner.login(connector.id).items()
        yield from (Variable((*keys, key), name) for key, name in login if key not in given)
    if recipe.credentials_env:
        yield Variable(("source", "credentials"), recipe.credentials_env)


def _keeps_state(source: Mapping[str, Any], connector: Connector, recipe: Recipe, pack: Pack) -> bool:
    """Return whether a job keeps state and leaves its location to the runner."""
    kept = "custom_reader" in source or pack.runner.keeps_state(connector, recipe)
    return bool(source.get("incremental")) and kept and "state_path" not in source["incremental"]


def _target(target: Mapping[str, Any], recipe: Recipe, pack: Pack) -> Iterator[Variable]:
    keys, connection, runner = ("target", "connection"), target.get("connection", {}), pack.runner
    if "custom_writer" in target:  # gets the recipe's connection, and may use all of it
        yield from (Variable(keys, name) for name in recipe.environment)
    name, block = runner.storage_of(connection, recipe)
    for key in runner.storage_variables:
        where = (*keys, name or runner.storage_blocks[0], key)
        if key not in block:
            (first, default), *others = runner.storage_references(key, recipe)
            yield Variable(where, first, default, tuple(name for name, _ in others))
        elif name not in connection:
            yield from _read(where, str(block[key]))
    if recipe.catalog not in connection:
        yield from _read((*keys, recipe.catalog), runner.catalog_variables.get(recipe.catalog, ""))


def _read(keys: Keys, reference: str) -> Iterator[Variable]:
    return (Variable(keys, *variable) for variable in env_variables(reference))
