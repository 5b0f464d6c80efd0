"""Which connectors a job really uses: those of the recipes that it names, and what these recipes say."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import yaml

from ..base import reading
from ..base.documents import parse_bounded
from ..registry.connectors import Connector
from ..registry.pack import Pack
from ..registry.recipes import Recipe


@dataclass(frozen=True)
class End:
    """Source or target of a job: the connector, the pack's recipe of it, and the one that the job names.

    The last says which engine runs, where there is a catalog, who logs in, and what a job's connection is laid over.
    """

    connector: Connector
    usual: Recipe
    recipe: Recipe


def type_of(job: Mapping[str, Any], role: str, own: Mapping[str, Any], known: Mapping[str, Any]) -> str:
    """Return the type of connector that a job uses in a role, as the runner finds it.

    `own` is the recipe that the job names, {} when it is not at hand. Then the file's name says it, or the job's word.
    """
    stated = job.get(role, {}).get("type") or own.get("type")
    if isinstance(stated, str):
        return stated
    stem = Path(str(job.get(f"{role}_connector_path", ""))).stem
    return stem if stem in known else str(job.get(f"{role}_connector", stem))


def own_recipe(repository: Path, path: str) -> Mapping[str, Any]:
    """Return the recipe at a path of the repository, {} when there is none that can be read."""
    try:
        value = parse_bounded(reading.text(repository, path) or "") if path else {}
    except (reading.ReadingError, yaml.YAMLError):
        return {}
    return mapping(value)


def end_of(pack: Pack, connector: Connector, own: Mapping[str, Any]) -> End:
    """Join what the pack knows of a connector with what the repository's own recipe says; raises `PackError`."""
    recipe = pack.recipe(connector.id)
    engine = mapping(own.get("default_engine"))
    credentials = mapping(own.get("credentials"))
    said: dict[str, Any] = {}
    if own:
        said = {
            "engine": str(engine.get("type", recipe.engine)),
            "options": mapping(engine.get("options")),
            "credentials": str(credentials.get("type", "none")),
            "credentials_env": str(credentials.get("from_env") or ""),
            "credentials_file": str(credentials.get("file_template") or ""),
            "connection": mapping(own.get("connection_template")),
            "catalog": str(own.get("catalog") or ""),
        }
    return End(connector, recipe, replace(recipe, **said))


def mapping(value: Any) -> Mapping[str, Any]:
    """Return a mapping that somebody may have written otherwise, {} then."""
    return value if isinstance(value, Mapping) else {}
