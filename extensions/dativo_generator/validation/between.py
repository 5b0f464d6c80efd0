"""Conflicts between files: jobs that write to the same place or share a state, assets of the same name."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from ..base.asset_layout import Keys, folder_of, inside
from ..base.naming import env_default
from ..registry.recipes import Recipe
from ..registry.runner import Runner
from .described import Described
from .findings import File, Finding, Problem
from .recipes import End


@dataclass(frozen=True)
class Job:
    """A job of valid shape, with the connectors at its ends and its asset, if they are known."""

    file: File
    source: End | None
    target: End | None
    asset: Described | None

    @property
    def value(self) -> Mapping[str, Any]:
        """The content of the job."""
        return self.file.value


@dataclass(frozen=True, slots=True)
class State:
    """Where a job stores how far it has read: a file, and the job's entries in it."""

    path: str
    entries: frozenset[str]


@dataclass
class Between:
    """Compares each file with those before it; remembers each value that it compares, and the first file with it."""

    runner: Runner
    _places: dict[tuple[str, ...], str] = field(default_factory=dict)
    _states: dict[str, tuple[str, State]] = field(default_factory=dict)
    _assets: dict[tuple[str, ...], str] = field(default_factory=dict)

    def of_job(self, job: Job) -> Iterator[Finding]:
        """Yield the conflicts between a job and those before it."""
        yield from self._same_place(job)
        yield from self._same_state(job)

    def of_asset(self, file: File, asset: Described) -> Iterator[Finding]:
        """Yield a finding if an asset has the same name and version as one before it."""
        other = self._assets.setdefault((asset.source_type, asset.name, asset.version), file.path)
        if other != file.path:
            keys = (*inside(file.value), "name")
            message = f"'{asset.name}' {asset.version} is in {other}, too"
            yield file.finding(Problem(keys, "same-asset", message))

    def _same_place(self, job: Job) -> Iterator[Finding]:
        """Yield a finding if another job writes to the same place: the later run overwrites files of the earlier."""
        where = place_of(job.value, job.asset, job.target, self.runner) if job.asset and job.target else ()
        if where and (other := self._places.setdefault(where, job.file.path)) != job.file.path:
            keys: Keys = ("asset",) if "asset" in job.value else ("asset_path",)
            message = f"{other} writes to {address_of(where)}, too"
            yield job.file.finding(Problem(keys, "same-place", message))

    def _same_state(self, job: Job) -> Iterator[Finding]:
        """Yield a finding if an incremental job shares its state file with another."""
        if not (state := state_of(job, self.runner)):
            return
        other, kept = self._states.setdefault(state.path, (job.file.path, state))
        keys: Keys = ("source", "incremental")
        if other == job.file.path:
            return
        if kept.entries & state.entries:
            message = f"give each job a state_path of its own; {other} uses {state.path}, too"
            yield job.file.finding(Problem(keys, "same-state", message, True))
        else:
            message = f"never run both at the same time; {other} uses {state.path}, too"
            yield job.file.finding(Problem(keys, "shared-state", message, True))


def place_of(job: Mapping[str, Any], asset: Described, end: End, runner: Runner) -> tuple[str, ...]:
    """Return where a job writes: endpoint, bucket, domain, data product and table; () if a plugin decides.

    Prefix, tenant and environment are not part of it.
    """
    target = job.get("target", {})
    if "custom_writer" in target:
        return ()
    recipe = end.recipe
    _, block = runner.storage_of(target.get("connection", {}), recipe)
    storage = [str(block.get(key) or _variable(key, recipe, runner)) for key in ("endpoint", "bucket")]
    return (*storage, asset.domain or "default", asset.product or "default", folder_of(asset.name))


def address_of(place: tuple[str, ...]) -> str:
    """Return a place as a URI, without the endpoint."""
    return f"s3://{'/'.join(place[1:])}/"


def _variable(key: str, recipe: Recipe, runner: Runner) -> str:
    """Return the ``${NAME}`` that the runner reads if a job's storage lacks a key; '' if it reads none."""
    names = [name for name, _ in runner.storage_references(key, recipe)]
    return f"${{{names[0]}}}" if names else ""


def state_of(job: Job, runner: Runner) -> State | None:
    """Return the state of a job; None if it keeps none."""
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
    """Yield the entries of a state: `object.cursor` of a table, id or path of a file, the object's name of an API."""
    for table in source.get("tables", []):
        cursor = table.get("cursor_field") or incremental.get("cursor_field")
        yield f"{table.get('object', table['name'].rpartition('.')[2])}.{cursor}"
    for file in source.get("files", []):
        yield str(file.get("id") or file["path"])
    yield from map(str, source.get("objects", []))
