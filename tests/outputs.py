"""The output of the commands with `--json`, in every state that matters, and its schemas.

The documentation shows some of these runs; `fleets` holds every output that any test reads against its schema.
"""

import io
import json
import os
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import chdir, contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from jsonschema import Draft202012Validator

from support import ROOT, clean_environment, git, release

FOLDER = ROOT / "docs" / "reference" / "output"
SCHEMAS: dict[str, Any] = {path.stem: json.loads(path.read_text("utf-8")) for path in sorted(FOLDER.glob("*.json"))}


@cache
def _validator(name: str) -> Draft202012Validator:
    return Draft202012Validator(SCHEMAS[name])


def held_to_schema(document: Any) -> Any:
    """Return a document that a command has printed; raises `AssertionError` if it does not fit its schema."""
    name = document["schema"]
    wrong = [f"{error.json_path}: {error.message}" for error in _validator(name).iter_errors(document)]
    assert not wrong, (name, wrong)
    return document


def members(schema: Any, value: Any, top: Any, path: str = "") -> Iterator[str]:
    """Yield the path of the description, in a schema, of each member of a value."""
    if "$ref" in schema:
        path = schema["$ref"]
        schema = top["$defs"][path.removeprefix("#/$defs/")]
    if isinstance(value, Mapping):
        for name, item in value.items():
            if name in schema.get("properties", {}):
                yield f"{path}/{name}"
                yield from members(schema["properties"][name], item, top, f"{path}/{name}")
            elif isinstance(schema.get("additionalProperties"), Mapping):
                yield f"{path}/*"
                yield from members(schema["additionalProperties"], item, top, f"{path}/*")
    elif isinstance(value, list):
        for item in value:
            yield from members(schema.get("items", {}), item, top, f"{path}[]")


def described(schema: Any, path: str = "") -> Iterator[str]:
    """Yield the same paths for everything that a schema describes."""
    for name, part in schema.get("$defs", {}).items():
        yield from described(part, f"#/$defs/{name}")
    for name, part in schema.get("properties", {}).items():
        yield f"{path}/{name}"
        yield from described(part, f"{path}/{name}")
    if isinstance(part := schema.get("additionalProperties"), Mapping):
        yield f"{path}/*"
        yield from described(part, f"{path}/*")
    if "items" in schema:
        yield from described(schema["items"], f"{path}[]")


# --- runs -------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Run:
    """A finished run of the command: arguments, exit status, standard output and standard error."""

    arguments: tuple[str, ...]
    status: int
    out: str
    err: str

    @property
    def document(self) -> Any:
        """Its output, parsed."""
        return json.loads(self.out)


def run(folder: Path, *arguments: str) -> Run:
    """Run the command in a folder."""
    from dativo_generator.cli.app import main

    out, err, status = io.StringIO(), io.StringIO(), 0
    with chdir(folder), redirect_stdout(out), redirect_stderr(err):
        try:
            main(arguments)
        except SystemExit as stop:
            status = int(stop.code or 0)
    return Run(arguments, status, out.getvalue(), err.getvalue())


class Room:
    """Folders for runs of the command, below a folder, and the template that they trust."""

    def __init__(self, folder: Path, template: Path) -> None:
        """Work in `folder`."""
        self.folder, self.template = folder, template

    def built(self, name: str, scaffolds: Mapping[str, Mapping[str, Any]], tag: str = "v1.0.0") -> Path:
        """Make a repository with scaffolds."""
        from fleets import build

        return build(self.template, self.folder / name, tag, scaffolds)

    def empty(self, name: str, **files: str) -> Path:
        """Make a folder with files that is not a repository."""
        (self.folder / name).mkdir()
        for path, text in files.items():
            write(self.folder / name, path.replace("_", "."), text)
        return self.folder / name


def write(root: Path, path: str, text: str) -> None:
    """Write a file, and create its folders."""
    (root / path).parent.mkdir(parents=True, exist_ok=True)
    (root / path).write_text(text, encoding="utf-8")


def edit(root: Path, path: str, old: str, new: str) -> None:
    """Replace a text in a file."""
    text = (root / path).read_text(encoding="utf-8")
    assert old in text, (path, old)
    (root / path).write_text(text.replace(old, new), encoding="utf-8")


STRIPE = {"source_connector": "stripe", "objects": ["customers"], "target_connector": "iceberg"}
CUSTOMERS, ANSWERS = "jobs/acme/stripe_customers_to_iceberg.yaml", ".copier-answers.acme.customers.yml"
ASSET = "assets/stripe/v1.0/stripe_customers.yaml"
SHEET = {
    "tenant_id": "acme",
    "scaffold": "people",
    "source_connector": "gdrive_csv",
    "files": [{"path": "people.csv", "object": "people", "id": "1AbC"}],
    "target_connector": "s3",
    "fields": {"id": "integer required", "email": "string"},
    "owner": "data@acme.com",
    "regulations": ["GDPR"],
}
PEOPLE = "id,email\n1,ann@example.com\n2,bob@example.com\n"


def _new(room: Room) -> Iterator[Run]:
    folder = room.empty("new", answers_yml=yaml.safe_dump(SHEET))
    yield run(folder, "new", "acme-ingest", "--data-file", "answers.yml", "--to", "v1.0.0", "--json")
    yield run(folder, "new", "dry", "--data-file", "answers.yml", "--to", "v1.0.0", "--dry-run", "--json")
    yield run(folder, "new", "none", "--data", "tenant_id=Acme!", "--json")  # an error
    yield run(folder, "new", "--no-such-option", "--json")
    yield run(folder, "new", "none", "--data-file", "nowhere.yml", "--json")


def _replay(room: Room) -> Iterator[Run]:
    root = room.built("replayed", {"customers": STRIPE})
    yield run(root, "replay", "--json")
    edit(root, CUSTOMERS, "lookback_days: 1", "lookback_days: 3")
    yield run(root, "replay", "--diff", "--json")
    (root / ASSET).rename(root / "assets" / "mine.yaml")
    yield run(root, "replay", "--json")
    (root / "assets" / "mine.yaml").unlink()
    release(root, "edited")
    yield run(root, "replay", "--strict", "--json")
    yield run(root, "replay", "--strict", "--write", "--json")
    current = room.built("current", {"customers": STRIPE}, "v3.0.0")
    yield run(current, "replay", "--json")
    yield run(room.empty("nothing"), "replay", "--json")
    yield run(current, "replay", "--shard", "0/3", "--json")


def _update(room: Room) -> Iterator[Run]:
    from fleets import REFUSED, RENAMED

    root = room.built("updated", {"customers": STRIPE, "pins": STRIPE | {"lookback_days": 1, "tenant_id": "initech"}})
    yield run(root, "update", "--dry-run", "--json")
    yield run(root, "update", ANSWERS, "--data", "scaffold=clients", "--dry-run", "--json")
    edit(root, CUSTOMERS, "lookback_days: 1", "lookback_days: 3")
    release(root, "edited")
    yield run(root, "update", "--json")
    renamed = room.built("renamed", RENAMED | REFUSED)
    yield run(renamed, "update", "--json")
    less = room.built("less", {"payments": STRIPE | {"objects": ["customers", "invoices"]}})
    edit(less, "jobs/acme/stripe_invoices_to_iceberg.yaml", "level: INFO", "level: DEBUG")
    release(less, "edited")
    yield run(less, "update", "--to", "v1.0.0", "--data", "objects=[customers]", "--json")
    yield run(less, "update", "--json")  # blocked by uncommitted changes


def _batch(room: Room) -> Iterator[Run]:
    root = room.built("batch", {"customers": STRIPE})
    rows = [{"tenant_id": "acme", "scaffold": "customers", **STRIPE, "owner": "data-team@acme.com"}]
    more = [*rows, rows[0] | {"scaffold": "deals", "source_connector": "hubspot", "objects": ["deals"]}]
    for name, contents in (("same", rows), ("more", more), ("wrong", [rows[0] | {"target_connector": "moon"}])):
        write(root, f"{name}.yml", yaml.safe_dump({"scaffolds": contents}))
    release(root, "manifests")
    yield run(root, "batch", "more.yml", "--to", "v1.0.0", "--json")
    yield run(root, "batch", "same.yml", "--to", "v1.0.0", "--dry-run", "--json")
    yield run(root, "batch", "wrong.yml", "--to", "v1.0.0", "--json")
    yield run(root, "batch", "nowhere.yml", "--json")
    moving = [rows[0] | {"scaffold": "customers", "asset_names": {"customers": "people"}}]
    write(root, "moving.yml", yaml.safe_dump({"scaffolds": moving}))
    edit(root, CUSTOMERS, "level: INFO", "level: DEBUG")
    release(root, "moving")
    yield run(root, "batch", "moving.yml", "--to", "v1.0.0", "--json")
    without = [more[1] | {"source_connector": "stripe", "objects": ["invoices"]}]
    write(root, "without.yml", yaml.safe_dump({"scaffolds": without}))
    edit(root, "jobs/acme/hubspot_deals_to_iceberg.yaml", "level: INFO", "level: DEBUG")
    release(root, "without")
    yield run(root, "batch", "without.yml", "--to", "v1.0.0", "--json")


def _list(room: Room) -> Iterator[Run]:
    root = room.built("listed", {"customers": STRIPE, "gone": STRIPE | {"objects": ["invoices"]}})
    for path in (CUSTOMERS, ASSET):
        write(root, path.replace("customers", "own"), (root / path).read_text("utf-8").split("\n", 3)[3])
    edit(root, CUSTOMERS.replace("customers", "own"), "target_connector: iceberg", "target_connector: moon")
    yield run(root, "list", "--json")
    yield run(root, "list", "--state", "--json")
    yield run(root, "list", "--connectors", "--json")
    yield run(root, "list", "--tenant", "nobody", "--format", "json")


def _explain(room: Room) -> Iterator[Run]:
    root = room.built("explained", {"customers": STRIPE | {"retention_days": 30}})
    yield run(root, "explain", f"{CUSTOMERS}:source.incremental", f"{ASSET}:asset.governance", "--json")
    edit(root, CUSTOMERS, "  level: INFO\n", "")
    yield run(root, "explain", CUSTOMERS, "--format=json")
    yield run(root, "explain", "nowhere.yaml", "--json")


def _remove(room: Room) -> Iterator[Run]:
    root = room.built("removed", {"customers": STRIPE, "other": STRIPE | {"objects": ["invoices"]}})
    edit(root, CUSTOMERS, "level: INFO", "level: DEBUG")
    release(root, "edited")
    yield run(root, "remove", ANSWERS, "--dry-run", "--json")
    edit(root, ANSWERS, "source_connector: stripe", "source_connector: moon")
    release(root, "damaged")
    yield run(root, "remove", ANSWERS, "--json")
    yield run(root, "remove", ".copier-answers.acme.other.yml", "--json")
    yield run(root, "remove", "--json")


def _adopt(room: Room) -> Iterator[Run]:
    root = room.built("adopted", {"customers": STRIPE})
    for path in (CUSTOMERS, ASSET):
        edit(root, path, (root / path).read_text("utf-8").split("\n", 3)[0], "# by hand")
    (root / ANSWERS).unlink()
    write(root, "jobs/acme/notes.yaml", "note: neither a job nor an asset\n")
    write(root, "jobs/acme/damaged.yaml", "source: [\n")
    edit(root, CUSTOMERS, "level: INFO\n", "level: INFO\nretry_config:\n  max_attempts: 7\n")
    release(root, "by-hand")
    yield run(root, "adopt", "--to", "v1.0.0", "--dry-run", "--json")
    yield run(root, "adopt", CUSTOMERS, ASSET, "--to", "v1.0.0", "--json")
    yield run(root, "adopt", "nowhere", "--json")


def _validate(room: Room) -> Iterator[Run]:
    root = room.built("validated", {"customers": STRIPE}, "v1.0.0")
    yield run(root, "validate", "--json")
    recipe = "source_connector_path: /app/connectors/stripe.yaml"
    edit(root, CUSTOMERS, recipe, f"{recipe}  # dativo: ignore=engine")
    edit(root, CUSTOMERS, "lookback_days: 1", "lookback_days: -1")
    edit(root, ASSET, "retention_days: 90", "retention: 90")
    yield run(root, "validate", "--json")
    yield run(room.empty("unvalidated"), "validate", "--json")


def _fields(room: Room) -> Iterator[Run]:
    folder = room.empty("fields", people_csv=PEOPLE, damaged_json='{"a": ')
    example = room.built("against", {"people": SHEET | {"source_connector": "csv", "files": ["people.csv"]}})
    (asset,) = (path for path in example.rglob("assets/**/*.yaml"))
    yield run(folder, "fields", "people.csv", "--json")
    write(folder, "same.csv", PEOPLE)
    yield run(folder, "fields", "same.csv", "--against", str(asset), "--json")
    write(folder, "people.csv", "id,phone\nx,+49 30 1234567\n")
    yield run(folder, "fields", "people.csv", "--against", str(asset), "--json")
    yield run(folder, "fields", "damaged.json", "--json")


def _drift(room: Room) -> Iterator[Run]:
    answers = {"source_connector": "csv", "files": ["people.csv"], "target_connector": "s3"}
    fields = {"id": "integer", "email": "string PII"}
    others = {"tenant_id": "acme", "imported_from": "people.csv", "fields": fields}
    gone = answers | {"files": ["gone.csv"], "imported_from": "gone.csv", "fields": fields}
    root = room.built("drifted", {"people": answers | others, "customers": STRIPE})
    write(root, "people.csv", PEOPLE)
    release(root, "source")
    yield run(root, "drift", "--json")
    write(root, "people.csv", "id,mail\n1,ann@example.com\n")
    release(root, "drifted")
    yield run(root, "drift", "--json")
    yield run(root, "drift", "--write", "--json")
    unread = room.built("unread", {"gone": gone})
    yield run(unread, "drift", "--json")
    yield run(room.empty("undrifted"), "drift", "--json")


def _doctor(room: Room) -> Iterator[Run]:
    folder = room.empty("doctor")
    yield run(folder, "doctor", "--json")
    git(folder, "init", "--quiet")
    yield run(folder, "doctor", "--json")


RUNS: tuple[Callable[[Room], Iterator[Run]], ...] = (
    _new,
    _replay,
    _update,
    _batch,
    _list,
    _explain,
    _remove,
    _adopt,
    _validate,
    _fields,
    _drift,
    _doctor,
)


@cache
def runs() -> tuple[Run, ...]:
    """Run every command in every state; once per process."""
    from history import release_history

    with tempfile.TemporaryDirectory() as room, _clean(Path(room)):
        room = Path(room).resolve()
        template = release_history(room / "pack")
        os.environ["DATIVO_TEMPLATE"] = str(template)
        found = []
        for number, of in enumerate(RUNS):
            (room / str(number)).mkdir()
            found += [_anywhere(one, room / str(number), template) for one in of(Room(room / str(number), template))]
        return tuple(found)


def _anywhere(one: Run, room: Path, template: Path) -> Run:
    """Return a run with the paths of another folder."""
    out = one.out.replace(str(template), "/src/template").replace(str(room), "/src")
    return Run(tuple(text.replace(str(room), "/src") for text in one.arguments), one.status, out, one.err)


@contextmanager
def _clean(room: Path) -> Iterator[None]:
    before = dict(os.environ)
    try:
        os.environ.update(clean_environment(room / "home"))
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)
