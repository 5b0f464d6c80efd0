"""The minimum cost of replay and validate: the unavoidable work, with the fastest tool for each step.

This shares no expensive code with the commands, except the plan, which decides what is written. Run as a module, it
does that work for a repository in one process on one core, and prints the CPU seconds; loading and compiling before
are not counted, and the garbage collector is off.
"""

import gc
import json
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import jsonschema_rs
import yaml

from speed.renderer import Renderer


def replay(repository: Path, checkout: Path, scratch: Path) -> None:
    """Read and parse each answers file, render it, and write its files, which must match the repository's."""
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
    schemas = {}
    for kind in ("asset", "job"):
        text = (checkout / "schemas" / f"{kind}.schema.json").read_text(encoding="utf-8")
        schemas[f"{kind}s"] = jsonschema_rs.validator_for(json.loads(text))
    with measured():
        for folder, schema in schemas.items():
            for path in (repository / folder).rglob("*.yaml"):
                if not schema.is_valid(yaml.load(path.read_bytes(), yaml.CSafeLoader)):
                    raise SystemExit(f"{path} does not fit its schema")


@contextmanager
def measured() -> Iterator[None]:
    """Print the CPU seconds used inside."""
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
