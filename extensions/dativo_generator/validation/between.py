"""What is wrong between files: two jobs that write to one place or keep one state, two assets of one name."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from ..base.asset_layout import Keys, body_of, folder_of, inside
from ..base.naming import env_default
from ..registry.recipes import Recipe
from ..registry.runner import Runner
from .findings import File, Finding, Problem
from .recipes import End


@dataclass
class Job:
    """A job whose shape is right, with the connectors at its ends and the body of its asset, where they are known."""

    file: File
    source: End | None
    target: End | None
    asset: Mapping[str, Any] | None

    @property
    def value(self) -> Mapping[str, Any]:
        """What the job says."""
        return self.file.value


@dataclass(frozen=True)
class State:
    """Where a job keeps how far it has read: a file, and the entries of it that are the job's."""

    path: str
    entries: frozenset[str]


def same_place(jobs: list[Job], runner: Runner) -> Iterator[Finding]:
    """Yield jobs that write where another does: the later run overwrites files of the earlier."""
    seen: dict[tuple[str, ...], str] = {}
    for job in jobs:
        if (where := place_of(job, runner)) and (other := seen.setdefault(where, job.file.path)) != job.file.path:
            _, bucket, *folders = where
            keys: Keys = ("asset",) if "asset" in job.value else ("asset_path",)
            said = f"s3://{'/'.join((bucket, *folders))}/ is written by {other}, too"
            yield job.file.finding(Problem(keys, "same-place", said))


def place_of(job: Job, runner: Runner) -> tuple[str, ...]:
    """Return where a job writes: storage, bucket, domain, data product and table; () where a plugin decides.

    Neither prefix nor tenant nor environment are part of it.
    """
    target = job.value.get("target", {})
    if job.asset is None or job.target is None or "custom_writer" in target:
        return ()
    recipe = job.target.recipe
    _, block = runner.storage_of(target.get("connection", {}), recipe)
    storage = [str(block.get(key) or _variable(key, recipe, runner)) for key in ("endpoint", "bucket")]
    table = folder_of(str(job.asset["name"]))
    folders = (job.asset.get("domain") or "default", job.asset.get("dataProduct") or "default", table)
    return (*storage, *map(str, folders))


def _variable(key: str, recipe: Recipe, runner: Runner) -> str:
    """Return the variable that is read for a key of the storage that a job does not have, as a recipe writes it."""
    names = [name for name, _ in runner.storage_references(key, recipe)]
    return f"${{{names[0]}}}" if names else ""


def same_state(jobs: list[Job], runner: Runner) -> Iterator[Finding]:
    """Yield incremental jobs that keep their state where another does."""
    seen: dict[str, list[tuple[Job, State]]] = {}
    for job in jobs:
        if not (state := state_of(job, runner)):
            continue
        for other, kept in seen.setdefault(state.path, []):
            keys: Keys = ("source", "incremental")
            if kept.entries & state.entries:
                said = f"{state.path} is the state of {other.file.path}, too; give each job a state_path of its own"
                yield job.file.finding(Problem(keys, "same-state", said, True))
            else:
                said = f"{state.path} is used by {other.file.path}, too; they must not run at the same time"
                yield job.file.finding(Problem(keys, "shared-state", said, True))
            break
        seen[state.path].append((job, state))


def state_of(job: Job, runner: Runner) -> State | None:
    """Return the state that a job keeps; None when it keeps none."""
    source = job.value.get("source", {})
    incremental = source.get("incremental")
    if not incremental or job.source is None or "custom_reader" in source:
        return None
    if not runner.keeps_state(job.source.connector, job.source.recipe):
        return None
    given = job.file.raw["source"]["incremental"]
    if "state_path" in given and not given["state_path"]:
        return None
    objects = [_object_of(item) for key in ("objects", "files", "tables") for item in source.get(key, [])[:1]]
    name = f"{job.source.connector.id}.{objects[0] if objects else 'default'}.state.json"
    path = incremental.get("state_path") or f"{env_default(runner.state_variable)}/{job.value['tenant_id']}/{name}"
    return State(path, frozenset(_entries(source, incremental)))


def _object_of(item: Any) -> str:
    return item if isinstance(item, str) else str(item.get("object", "default"))


def _entries(source: Mapping[str, Any], incremental: Mapping[str, Any]) -> Iterator[str]:
    """Yield the entries of a state: a table by object and cursor, a file by its id or path, an API as a whole."""
    for table in source.get("tables", []):
        cursor = table.get("cursor_field") or incremental.get("cursor_field")
        yield f"{table.get('object', table['name'].rpartition('.')[2])}.{cursor}"
    for file in source.get("files", []):
        yield str(file.get("id") or file["path"])
    yield from map(str, source.get("objects", []))


def same_asset(assets: Mapping[str, File]) -> Iterator[Finding]:
    """Yield assets with the name and the version of another."""
    seen: dict[Any, str] = {}
    for path, file in assets.items():
        if not file.fits:
            continue
        body = body_of(file.value)
        other = seen.setdefault((body["source_type"], body["name"], body["version"]), path)
        if other != path:
            keys = (*inside(file.value), "name")
            yield file.finding(Problem(keys, "same-asset", f"'{body['name']}' {body['version']} is in {other}, too"))
