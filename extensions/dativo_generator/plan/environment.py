"""What the jobs of a scaffold read from environment variables and from secret files."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from ..answers.scaffold import Scaffold
from ..registry.connectors import ROLES
from ..registry.recipes import Recipe
from ..registry.variables import read_by

Variable = dict[str, str]
Group = dict[str, Any]


def planned(scaffold: Scaffold, jobs: Sequence[Mapping[str, Any]]) -> list[Group]:
    """Return groups of `variables`, each with the paths of the `jobs` that read them; every variable is in one group.

    A variable has a `name`, a `default`, '' if it must be set, and a `key`, the key of the job that it sets.
    """
    variables: dict[str, Variable] = {}
    readers: dict[str, dict[str, None]] = {}
    for job in jobs:
        for key, name, default in _read_by(scaffold, job["data"]):
            known = variables.setdefault(name, {"name": name, "default": default, "key": key})
            if not default:
                known["default"] = ""
            readers.setdefault(name, {})[job["path"]] = None
    groups: dict[tuple[str, ...], list[Variable]] = {}
    for name, paths in readers.items():
        groups.setdefault(tuple(paths), []).append(variables[name])
    return [{"jobs": list(paths), "variables": found} for paths, found in groups.items()]


def text(scaffold: Scaffold, groups: Sequence[Group]) -> str:
    """Return the lines of an example file, without its header; a shell can source them, and Docker can read them."""
    read = {variable["name"] for group in groups for variable in group["variables"]}
    lines: list[str] = []
    for group in groups:
        lines += ["", *(f"# {path}" for path in group["jobs"])]
        for role in ("", *ROLES):
            lines += _section(scaffold, role, [one for one in group["variables"] if _role_of(one) == role])
    asked = [name for recipe in _recipes(scaffold) for name in recipe.environment if name not in read]
    if asked:
        lines += ["", "# Asked for by `dativo run --job-dir` alone, which wants all that the recipes name"]
        lines += [f"#{name}=" for name in dict.fromkeys(asked)]
    return "\n".join(lines)


def secret_files(scaffold: Scaffold) -> list[str]:
    """List the credential files that the runner opens; it never opens those of a target."""
    recipe = scaffold.source_recipe
    if not scaffold.pack.runner.reads_secret_file(scaffold.source, recipe):
        return []
    return [recipe.credentials_file.replace("{tenant}", scaffold["tenant_id"])]


def _section(scaffold: Scaffold, role: str, variables: Sequence[Variable]) -> Iterator[str]:
    """Yield the lines for the variables of a role; with the role '', no recipe describes them."""
    if variables and role:
        recipe = scaffold.source_recipe if role == "source" else scaffold.target_recipe
        yield "#"
        yield f"# {recipe.id}: {_line(recipe.description)}"
    for variable in variables:
        optional = variable["default"]
        yield f"# {_line(variable['key'])}{f'; without it {_line(optional)}' if optional else ''}"
        yield f"{'#' if optional else ''}{variable['name']}="


def _role_of(variable: Variable) -> str:
    role = variable["key"].partition(".")[0]
    return role if role in ROLES else ""


def _line(words: str) -> str:
    """Join text of several lines into one."""
    return " ".join(words.split())


def _recipes(scaffold: Scaffold) -> tuple[Recipe, Recipe]:
    return scaffold.source_recipe, scaffold.target_recipe


def _read_by(scaffold: Scaffold, job: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    """Yield what a job reads as (key, variable, default); the default is '' if there is none."""
    for variable in read_by(job, scaffold.source, *_recipes(scaffold), scaffold.pack):
        key = ".".join(part for part in variable.keys if isinstance(part, str))
        yield key, variable.name, variable.default
