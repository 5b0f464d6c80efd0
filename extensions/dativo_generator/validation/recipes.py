"""The connectors that a job really uses, according to the recipes that it names, and the content of these recipes."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from ..base.documents import Document
from ..registry.connectors import Connector
from ..registry.pack import Pack
from ..registry.recipes import Recipe


@dataclass(frozen=True)
class End:
    """Source or target of a job: its connector, the pack's recipe for it (`usual`), and the recipe that the job names.

    The latter decides the engine, the catalog and the credentials, and has the defaults of the job's connection.
    """

    connector: Connector
    usual: Recipe
    recipe: Recipe


def type_of(job: Mapping[str, Any], role: str, own: Mapping[str, Any], known: Mapping[str, Any]) -> str:
    """Return the type of connector that a job uses in a role, by the runner's rules.

    `own` is the recipe that the job names, or {} if it is not available: then the file's name or the job itself
    decides.
    """
    stated = job.get(role, {}).get("type") or own.get("type")
    if isinstance(stated, str):
        return stated
    stem = Path(str(job.get(f"{role}_connector_path", ""))).stem
    return stem if stem in known else str(job.get(f"{role}_connector", stem))


def own_recipe(repository: Path, path: str) -> Mapping[str, Any]:
    """Return the recipe at a path of the repository, or {} if the path is ''; raises `PackError` for a damaged one."""
    return Document.of_repository(repository, path).section().value if path else {}


def end_of(pack: Pack, connector: Connector, own: Mapping[str, Any]) -> End:
    """Combine the pack's knowledge of a connector with the repository's own recipe; raises `PackError`."""
    recipe = pack.recipe(connector.id)
    engine = mapping(own.get("default_engine"))
    credentials = mapping(own.get("credentials"))
    stated: dict[str, Any] = {}
    if own:
        stated = {
            "engine": str(engine.get("type", recipe.engine)),
            "options": mapping(engine.get("options")),
            "credentials": str(credentials.get("type", "none")),
            "credentials_env": str(credentials.get("from_env") or ""),
            "credentials_file": str(credentials.get("file_template") or ""),
            "connection": mapping(own.get("connection_template")),
            "catalog": str(own.get("catalog") or ""),
        }
    return End(connector, recipe, replace(recipe, **stated))


def mapping(value: Any) -> Mapping[str, Any]:
    """Return a value if it is a mapping, else {}."""
    return value if isinstance(value, Mapping) else {}
