"""Find what the runner would refuse, or silently do wrong, in the jobs and assets of a repository, without running any.

Generated or written by hand makes no difference. Nothing but the repository's own files is read, and nothing is run.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from ..answers import profiles
from ..answers.choices import forbidden
from ..base import reading
from ..base.asset_layout import Keys, body_of, governance_of, inside
from ..base.documents import shown
from ..base.errors import PackError, printable
from ..base.naming import listed, nearest, slug_problem
from ..base.paths import ORGANISATION, PROFILES, answers_file_of, profile_of
from ..base.positions import Located, LocatedError
from ..base.secrets import secret_in
from ..plan.destination import Destination, header_of
from ..registry.connectors import Connector
from ..registry.pack import Pack
from .misfits import Schemas
from .runner_rules import Problem, asset_problems, null_problems, pair_problems, place, source_problems, target_problems

ERROR, WARNING = "error", "warning"

# What is looked for. A warning is something that the runner takes, and that somebody may regret.
RULES: dict[str, tuple[str, str]] = {
    "yaml": (ERROR, "The file is one YAML document in UTF-8, without a key given twice."),
    "link": (ERROR, "The file is no symbolic link; the runner may find something else at its end."),
    "not-a-job": (ERROR, "Everything below `jobs/` is a job: the runner reads every YAML file there."),
    "unknown-key": (ERROR, "Every key is one that the runner knows."),
    "schema": (ERROR, "Every value is of the type and form that the runner takes; what it needs is there."),
    "null": (ERROR, "No value is left empty."),
    "connector": (ERROR, "Source and target are connectors of the registry, each in a role that it has."),
    "source": (ERROR, "The source is read as the registry says: kind, objects, engine, incremental."),
    "target": (ERROR, "The target says what the runner reads: storage block, endpoint, no catalog of its own."),
    "asset": (ERROR, "Version, owner, labels and top-level schema of an asset are as the runner demands."),
    "pair": (ERROR, "A job and its asset agree on name, source, object and cursor."),
    "path": (ERROR, "The asset and the recipes that a job names are there."),
    "same-place": (ERROR, "No two jobs write to one place."),
    "cloud": (ERROR, "No connector is used in cloud mode that the registry forbids there."),
    "secret": (ERROR, "No credential is written out."),
    "same-asset": (ERROR, "No two assets have one name and version."),
    "retention": (WARNING, "An asset with classified columns says how long it is kept."),
    "unclassified": (WARNING, "A column whose name looks personal or sensitive is classified."),
    "partitioning": (WARNING, "Only `ingest_date` is safe to partition by: by a column of the data, rows are lost."),
    "type": (WARNING, "A type is one that the runner keeps; it stores `bigint` as text."),
    "profile": (ERROR, "A profile is of a tenant or `_organisation`, and holds answers that a scaffold may take."),
    "vendored": (
        ERROR,
        "A vendored file is what a recorded version of the pack gives.",
    ),
    "orphan": (WARNING, "Some job fills the asset."),
}


@dataclass(frozen=True, order=True)
class Finding:
    """One thing that is wrong; `line` and `column` count from 1."""

    file: str
    line: int
    column: int
    severity: str
    rule: str
    message: str


def files(repository: Path) -> list[str]:
    """List every asset and job of a repository, the assets first."""
    paths = (path for folder in ("assets", "jobs") for path in reading.below(repository, folder))
    # What a link leads to may hold more of them.
    return [path for path in paths if path.endswith((".yaml", ".yml")) or (repository / path).is_symlink()]


def validate(
    repository: Path,
    pack: Pack,
    *,
    cloud: bool = False,
    schemas: Schemas | None = None,
    advance: Callable[[], None] = lambda: None,
) -> list[Finding]:
    """Validate every job and asset below `repository`, in the order of files and lines.

    Registry, recipes and schemas are those of `pack`, never the repository's own: whoever may change these could allow
    what they forbid. With `cloud` every job is taken to run in cloud mode, else those whose scaffold says so. `advance`
    is called after each file; without `schemas`, the files are known to fit the schemas.
    """
    return sorted(set(_Validation(repository, pack, cloud, schemas, advance).findings()))


@dataclass
class _File:
    """A file that could be read; `fits` tells whether its shape is right, so that rules can look at it."""

    path: str
    located: Located
    fits: bool = False

    @property
    def value(self) -> Any:
        return self.located.value

    def at(self, keys: Keys, rule: str, message: str, of_key: bool = False) -> Finding:
        where = place(keys)
        said = f"{where}: {message}" if where else message
        return Finding(self.path, *self.located.place(keys, of_key), RULES[rule][0], rule, printable(said))


@dataclass
class _Validation:
    repository: Path
    pack: Pack
    cloud: bool
    schemas: Schemas | None
    advance: Callable[[], None]
    assets: dict[str, _File] = field(default_factory=dict)
    used: set[str] = field(default_factory=set)

    def findings(self) -> Iterator[Finding]:
        """Yield everything that is wrong."""
        jobs: list[_File] = []
        for path in self._files:
            yield from self._asset(path) if path.startswith("assets/") else self._job(path, jobs)
            self.advance()
        yield from self._same_place(jobs)
        yield from self._same_asset()
        yield from self._profiles()
        for path, asset in self.assets.items():
            if path not in self.used:
                yield asset.at((), "orphan", "no job fills this asset")

    # --- files --------------------------------------------------------------------------------------------------------

    @cached_property
    def _files(self) -> list[str]:
        return files(self.repository)

    def _read(self, path: str) -> _File | Finding:
        """Return a file, or what keeps it from being one."""
        try:
            text = reading.text(self.repository, path)
            return _File(path, Located(text or ""))
        except LocatedError as error:
            return Finding(path, error.line, error.column, ERROR, "yaml", printable(str(error)))
        except reading.ReadingError as error:
            rule = "yaml" if reading.is_file(self.repository, path) else "link"
            return Finding(path, 1, 1, ERROR, rule, str(error).removeprefix(f"{printable(path)}: "))

    def _misfits(self, file: _File, schema: str) -> tuple[list[Finding], bool]:
        """List what does not fit the schema, and tell whether the rules can look at the file all the same."""
        nulls = list(null_problems(file.value))
        findings = [
            file.at(keys, "null", f"{what}; give a value or remove the key", of_key=True) for keys, what in nulls
        ]
        if self.schemas is None:
            return findings, not nulls
        empty = {keys for keys, _ in nulls}
        repeated = "schema" if _repeats_schema(file.value) else None
        misfits = [misfit for misfit in self.schemas.misfits(schema, file.value) if misfit.keys[:1] != (repeated,)]
        findings += [
            file.at(misfit.keys + misfit.key, misfit.rule, misfit.message, of_key=bool(misfit.key))
            for misfit in misfits
            if misfit.keys not in empty
        ]
        return findings, not nulls and all(misfit.shapely for misfit in misfits)

    def _profiles(self) -> Iterator[Finding]:
        for path in sorted((self.repository / PROFILES).glob("*.y*ml")):
            name = path.relative_to(self.repository).as_posix()
            if profile_of(path.stem) != name or not (path.stem == ORGANISATION or not slug_problem(path.stem)):
                message = f"is read by nobody; call it {profile_of('TENANT')}, or {ORGANISATION}.yml"
                yield Finding(name, 1, 1, ERROR, "profile", message)
                continue
            try:
                profiles.check(self.pack, self.repository, path.stem)
            except PackError as error:
                yield Finding(error.file, error.line or 1, 1, ERROR, "profile", error.what)

    # --- assets -------------------------------------------------------------------------------------------------------

    def _asset(self, path: str) -> Iterator[Finding]:
        file = self._read(path)
        if isinstance(file, Finding):
            yield file
            return
        findings, file.fits = self._misfits(file, "asset")
        yield from findings
        self.assets[path] = file
        if file.fits:
            yield from self._asset_rules(file)

    def _asset_rules(self, file: _File) -> Iterator[Finding]:
        asset = file.value
        for keys, message in asset_problems(asset):
            yield file.at(keys, "asset", message)
        body, above = body_of(asset), inside(asset)
        governance, _, labels_of = governance_of(asset)
        fields = body["schema"]
        for index, column in enumerate(fields):
            keys = (*above, "schema", index)
            label = self.pack.judge(column["name"], str(column.get("type")), body["object"]).label
            if label and "classification" not in column and not _generated(self.repository, file.path):
                yield file.at((*keys, "name"), "unclassified", f"'{column['name']}' looks like {label}; classify it")
            if column["type"] == "bigint":
                message = "the runner stores bigint as text; write integer for 64-bit numbers"
                if not _generated(self.repository, file.path):
                    yield file.at((*keys, "type"), "type", message)
        classified = sorted({column["classification"] for column in fields if "classification" in column})
        if classified and "retention_days" not in governance:
            message = f"has columns of {listed(classified)} and no retention_days"
            yield file.at(labels_of, "retention", message, of_key=True)
        for index, column in enumerate(body.get("target", {}).get("partitioning", [])):
            if column != "ingest_date":
                keys = (*above, "target", "partitioning", index)
                yield file.at(keys, "partitioning", f"'{column}' is a column of the data; take ingest_date")
        if secret_in(asset):
            yield file.at((), "secret", "holds a literal secret; put it in the environment")

    # --- jobs ---------------------------------------------------------------------------------------------------------

    def _job(self, path: str, jobs: list[_File]) -> Iterator[Finding]:
        file = self._read(path)
        if isinstance(file, Finding):
            yield file
            return
        if not isinstance(file.value, dict) or not {"tenant_id", "asset_path"} & file.value.keys():
            yield file.at((), "not-a-job", "is no job, and the runner reads every YAML file below jobs/; move it")
            return
        findings, file.fits = self._misfits(file, "job")
        asset, missing = self._named(file)
        ends, unknown = self._ends(file)
        yield from (*findings, *missing, *unknown)
        if file.fits:
            jobs.append(file)
            yield from self._job_rules(file, ends, asset)

    def _named(self, file: _File) -> tuple[_File | None, list[Finding]]:
        """Find the files that a job names; returns the asset, and what is not there."""
        findings = []
        recipes = (self.repository / "connectors").is_dir()
        present: dict[str, str] = {}
        for key, folder in (
            ("asset_path", "assets"),
            ("source_connector_path", "connectors"),
            ("target_connector_path", "connectors"),
        ):
            path = file.value.get(key)
            if not isinstance(path, str) or (folder == "connectors" and not recipes):
                continue
            if there := _below(path, folder, self.repository):
                present[key] = there
                continue
            recipes_here = (p.relative_to(self.repository) for p in (self.repository / "connectors").glob("*.yaml"))
            assets = [name for name in self._files if name.startswith("assets/")]
            names = assets if folder == "assets" else [path.as_posix() for path in recipes_here]
            near = nearest(path[path.rfind(f"{folder}/") :] if f"{folder}/" in path else path, names)
            findings.append(file.at((key,), "path", f"'{path}' is not in this repository{near}"))
        asset = present.get("asset_path", "")
        self.used.add(asset)
        return self.assets.get(asset), findings

    def _ends(self, file: _File) -> tuple[dict[str, Connector], list[Finding]]:
        """Look up source and target in the registry; returns those that are there in their role, and what is wrong."""
        ends: dict[str, Connector] = {}
        findings = []
        for role in ("source", "target"):
            name, keys = file.value.get(f"{role}_connector"), (f"{role}_connector",)
            if name is None:
                keys = (f"{role}_connector_path",)
                if not isinstance(path := file.value.get(*keys), str):
                    continue  # the schema says so
                name = Path(path).stem
            connector = self.pack.registry.get(name) if isinstance(name, str) else None
            if connector is None or role not in connector.roles:
                offered = [connector.id for connector in self.pack.with_role(role)]
                fate = self.pack.lifecycle.fate(str(name))
                what = f"is not a {role} of the registry{nearest(str(name), offered)} ({role}s: {listed(offered[:12])})"
                findings.append(file.at(keys, "connector", f"{shown(name)} {fate or what}"))
                continue
            ends[role] = connector
            if why := forbidden(connector, self.cloud or self._in_cloud(file.path)):
                findings.append(file.at(keys, "cloud", f"'{name}' is {why}"))
        return ends, findings

    def _in_cloud(self, path: str) -> bool:
        """Tell whether the scaffold that wrote a job answered cloud."""
        header = header_of(self.repository, path)
        name = answers_file_of(header[1], header[0]) if header else ""
        return bool(name) and Destination(self.repository, name).recorded.get("execution_mode") == "cloud"

    def _job_rules(self, file: _File, ends: Mapping[str, Connector], asset: _File | None) -> Iterator[Finding]:
        if source := ends.get("source"):
            try:
                recipe = self.pack.recipe(source.id)
            except PackError as error:
                yield file.at(("source_connector_path",), "path", str(error))
            else:
                yield from _as_findings(file, source_problems(file.value, source, recipe), "source")
        yield from _as_findings(file, target_problems(file.value), "target")
        if asset and asset.fits:
            yield from _as_findings(file, pair_problems(file.value, asset.value), "pair")

    # --- between files ------------------------------------------------------------------------------------------------

    def _same_place(self, jobs: list[_File]) -> Iterator[Finding]:
        seen: dict[Any, str] = {}
        for job in jobs:
            for keys, where, said in _places(job.value):
                other = seen.setdefault(where, job.path)
                if other != job.path:
                    yield job.at(keys, "same-place", f"{said} is written by {other}, too")

    def _same_asset(self) -> Iterator[Finding]:
        seen: dict[Any, str] = {}
        for path, file in self.assets.items():
            if not file.fits:
                continue
            body = body_of(file.value)
            other = seen.setdefault((body["source_type"], body["name"], body["version"]), path)
            if other != path:
                yield file.at(
                    (*inside(file.value), "name"),
                    "same-asset",
                    f"'{body['name']}' {body['version']} is in {other}, too",
                )


def _as_findings(file: _File, problems: Iterator[Problem], rule: str) -> Iterator[Finding]:
    for keys, message in problems:
        yield file.at(keys, "secret" if "literal secret" in message else rule, message)


def _repeats_schema(asset: Any) -> bool:
    """Tell whether the top level of an asset only repeats the fields of its body, as the runner wants it."""
    body = asset.get("asset") if isinstance(asset, dict) else None
    return isinstance(body, dict) and "schema" in body and body["schema"] is asset.get("schema")


def _generated(repository: Path, path: str) -> bool:
    """Tell whether a scaffold wrote a file; what its answers say of labels and types was decided there."""
    return header_of(repository, path) is not None


def _below(path: str, folder: str, repository: Path) -> str:
    """Return the file of the repository that a path in a job means, '' when there is none.

    The runner mounts the repository at a folder that only it knows, so whatever stands before `folder` is taken for it.
    """
    parts = path.split("/")
    for index, part in enumerate(parts):
        if part == folder and ".." not in parts:
            inside = "/".join(parts[index:])
            if reading.is_file(repository, inside):
                return inside
    return path if not path.startswith(("/", "$")) and reading.is_file(repository, path) else ""


def _places(job: Mapping[str, Any]) -> Iterator[tuple[Keys, Any, str]]:
    """Yield where a job writes: the keys that say it, a value that is equal for equal places, and words for it."""
    target = job.get("target", {})
    connector = job.get("target_connector") or Path(job["target_connector_path"]).stem
    for name, block in target.get("connection", {}).items():
        if isinstance(block, Mapping) and "prefix" in block:
            prefix = str(block["prefix"]).strip("/")
            where = (name, block.get("bucket"), prefix, block.get("endpoint"))
            yield ("target", "connection", name, "prefix"), where, f"'{prefix}' of the bucket"
    asset = job.get("asset") or Path(job["asset_path"]).stem
    if "warehouse" in target or "branch" in target:
        where = ("table", target.get("warehouse"), target.get("branch"), asset)
    else:
        where = ("job", connector, job["tenant_id"], job.get("environment"), asset, str(target))
    yield ("asset",) if "asset" in job else ("asset_path",), where, f"the asset '{asset}' at this target"
