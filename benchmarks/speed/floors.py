"""What replay and validate cost at least: the work that nobody can leave out, with the fastest tools for each step.

Nothing of what takes time here is shared with the commands, but for the plan, which decides what is written. Run as a
module it does that work for a repository, one process on one core, and prints the processor seconds of it; loading and
compiling before it are not counted, and garbage is not collected.
"""

import gc
import json
import re
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import jinja2
import jsonschema_rs
import yaml

from dativo_generator.plan.layouts import grouped
from dativo_generator.plan.plan import plan
from dativo_generator.plan.vendored_schemas import vendored
from dativo_generator.registry.pack import Pack
from speed.emitter import block

# The folder of each kind of file that a plan lists. Beside them, `variables` holds one file, and the root the answers.
_KINDS = {"assets": "assets", "jobs": "jobs", "fixtures": "tests"}
_LOGIC = re.compile(r"\{%.*?%\}|\{\{.*?\}\}")


class Renderer:
    """Renders answers files of one release in plain Jinja: no sandbox, no paths to fill, no questionnaire."""

    def __init__(self, checkout: Path) -> None:
        """Load the pack that is checked out, and compile its templates."""
        self._pack = Pack(checkout)
        env = jinja2.Environment(trim_blocks=True, lstrip_blocks=True, keep_trailing_newline=True, autoescape=False)
        env.filters |= {"grouped": grouped, "yaml_block": block, "recorded": block}
        self._templates = {}
        for path in sorted((checkout / "template").rglob("*.jinja")):
            folder = _LOGIC.sub("", path.relative_to(checkout / "template").parts[0]).removesuffix(".jinja")
            if folder in (*_KINDS.values(), "variables", ""):
                self._templates[folder] = _template(env, path)
        self._fixtures_test = next((checkout / "template").glob("*tests*/fixtures/*.py")).read_bytes()

    def files(self, values: Mapping[str, Any]) -> dict[str, bytes]:
        """Return every file of a scaffold alone by path; `values` are what its answers file holds."""
        planned = plan(self._pack, {name: value for name, value in values.items() if not name.startswith("_")})
        files = {}
        for kind, folder in _KINDS.items():
            fill = self._templates[folder]
            for item in planned[kind]:
                files[item["path"]] = fill(plan=planned, **{kind[:-1]: item})
        if example := planned["env_example"]:
            files[example["path"]] = self._templates["variables"](plan=planned)
        files[planned["answers_file"]] = self._templates[""](plan=planned, _copier_answers=values)
        return files

    def shared(self, values: Mapping[str, Any]) -> dict[str, bytes]:
        """Return the files of a scaffold that others have, too."""
        planned = plan(self._pack, {name: value for name, value in values.items() if not name.startswith("_")})
        kept = {f"{folder}/{name}" for folder, names in planned["vendored"].items() for name in names}
        files = {path: vendored(self._pack, path).encode() for path in kept}
        return files | {path: self._fixtures_test for path in planned["shared"] if path not in kept}


def _template(env: jinja2.Environment, path: Path) -> Callable[..., bytes]:
    render = env.from_string(path.read_text(encoding="utf-8")).render
    return lambda **context: render(context).encode()


def replay(repository: Path, checkout: Path, scratch: Path) -> None:
    """Read and parse each answers file, render it, and write its files; they must be those of the repository."""
    renderer = Renderer(checkout)
    with measured():
        for path in repository.glob(".copier-answers.*.yml"):
            for name, content in renderer.files(yaml.load(path.read_bytes(), yaml.CSafeLoader)).items():
                target = scratch / name
                try:
                    target.write_bytes(content)
                except FileNotFoundError:
                    target.parent.mkdir(parents=True)
                    target.write_bytes(content)
    for path in scratch.rglob("*"):
        if path.is_file() and path.read_bytes() != (repository / path.relative_to(scratch)).read_bytes():
            raise SystemExit(f"the floor writes another {path.relative_to(scratch)}")


def validate(repository: Path, checkout: Path, scratch: Path) -> None:
    """Parse each job and asset, and check it with the compiled schema of its kind."""
    schemas = checkout / "schemas"
    fits = {
        f"{kind}s": jsonschema_rs.validator_for(json.loads((schemas / f"{kind}.schema.json").read_text("utf-8"))).is_valid
        for kind in ("asset", "job")
    }
    with measured():
        for folder, is_valid in fits.items():
            for path in (repository / folder).rglob("*.yaml"):
                if not is_valid(yaml.load(path.read_bytes(), yaml.CSafeLoader)):
                    raise SystemExit(f"{path} does not fit its schema")


@contextmanager
def measured() -> Iterator[None]:
    """Print the processor seconds of what is done within."""
    gc.collect()
    gc.disable()
    began = time.process_time()
    yield
    print(time.process_time() - began)


FLOORS = {"replay": replay, "validate": validate}


def main() -> None:
    """Measure one floor: ``python -m speed.floors replay REPOSITORY CHECKOUT``."""
    name, repository, checkout = sys.argv[1:]
    with TemporaryDirectory(prefix="floor-") as scratch:
        FLOORS[name](Path(repository), Path(checkout), Path(scratch))


if __name__ == "__main__":
    main()
