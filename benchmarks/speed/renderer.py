"""Render answers files with the fastest tool for each step: for the floors, and to create repositories quickly."""

import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import jinja2

from dativo_generator.plan.layouts import grouped
from dativo_generator.plan.plan import plan
from dativo_generator.plan.vendored_schemas import vendored
from dativo_generator.registry.pack import Pack
from speed.emitter import block

# The lists of a plan; the name of a template says which one it writes. The other templates write a single file each.
_KINDS = ("assets", "jobs", "fixtures", "env_files")
_SAID = re.compile(r"(?:plan|_copier_conf)\.(\w+)")


class Renderer:
    """Renders answers files of one release in plain Jinja: without sandbox, path templates or questionnaire."""

    def __init__(self, checkout: Path) -> None:
        """Load the pack that is checked out, and compile its templates."""
        self._pack = Pack(checkout)
        env = jinja2.Environment(trim_blocks=True, lstrip_blocks=True, keep_trailing_newline=True, autoescape=False)
        env.filters |= {"grouped": grouped, "yaml_block": block, "recorded": block}
        self._templates = {}
        for path in sorted((checkout / "template").rglob("*.jinja")):
            kind = _SAID.search(path.name)[1]
            if kind in (*_KINDS, "answers_file"):
                self._templates[kind] = _template(env, path)
        self._fixtures_test = next((checkout / "template").glob("*tests*/fixtures/*.py")).read_bytes()

    def files(self, values: Mapping[str, Any]) -> dict[str, bytes]:
        """Return every file of a single scaffold by path; `values` is the content of its answers file."""
        planned = self._planned(values)
        files = {}
        for kind in _KINDS:
            fill = self._templates[kind]
            for item in planned[kind]:
                files[item["path"]] = fill(plan=planned, **{kind[:-1]: item})
        files[planned["answers_file"]] = self._templates["answers_file"](plan=planned, _copier_answers=values)
        return files

    def shared(self, values: Mapping[str, Any]) -> dict[str, bytes]:
        """Return the files of a scaffold that others share."""
        planned = self._planned(values)
        kept = {f"{folder}/{name}" for folder, names in planned["vendored"].items() for name in names}
        files = {path: vendored(self._pack, path).encode() for path in kept}
        return files | {path: self._fixtures_test for path in planned["shared"] if path not in kept}

    def _planned(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """Plan the answers, without what Copier records in addition."""
        return plan(self._pack, {name: value for name, value in values.items() if not name.startswith("_")})


def _template(env: jinja2.Environment, path: Path) -> Callable[..., bytes]:
    render = env.from_string(path.read_text(encoding="utf-8")).render
    return lambda **context: render(context).encode()
