"""Find what the runner would refuse, or do wrong silently, in the jobs and assets of a repository, without running any.

Generated and hand-written files are treated alike. Only the repository's own files are read, and nothing is run.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache, cached_property
from pathlib import Path
from typing import Any

from ..answers import profiles
from ..answers.choices import forbidden
from ..answers.questions import QUESTIONS
from ..base import reading
from ..base.asset_layout import Keys, body_of, governance_of, inside
from ..base.errors import PackError, printable
from ..base.naming import offer, slug_problem
from ..base.paths import ORGANISATION, PROFILES, answers_file_of, profile_of
from ..base.positions import Located, LocatedError
from ..plan.destination import Destination, header_in
from ..registry.fields import are_starter_fields
from ..registry.pack import Pack
from ..registry.recipes import recipe_file
from ..registry.variables import named_in, read_by
from . import expansion
from .asset_rules import asset_problems, column_problems
from .between import Between, Job
from .data_files import delimiter_problems
from .described import Described, described
from .effects import asset_effects, job_effects, unread
from .findings import File, Finding, Problem, Problems
from .ignoring import Ignoring
from .job_rules import source_problems, target_problems, written_problems
from .misfits import Misfit, Schemas
from .pair_rules import pair_problems
from .recipes import End, end_of, own_recipe, type_of
from .rules import ERROR, load_rules
from .suggestions import Suggestions
from .variables import Variables


def files(repository: Path) -> list[str]:
    """List every asset and job of a repository, the assets first."""
    paths = (path for folder in ("assets", "jobs") for path in reading.below(repository, folder))
    # A link may lead to a folder with more of them.
    return [path for path in paths if path.endswith((".yaml", ".yml")) or (repository / path).is_symlink()]


def validate(
    repository: Path,
    pack: Pack,
    *,
    cloud: bool = False,
    schemas: Schemas | None = None,
    advance: Callable[[], None] = lambda: None,
) -> list[Finding]:
    """Validate every job and asset below `repository`, in the order of files and lines; see `examine`."""
    return examine(repository, pack, cloud=cloud, schemas=schemas, advance=advance)[0]


def examine(
    repository: Path,
    pack: Pack,
    *,
    cloud: bool = False,
    schemas: Schemas | None = None,
    advance: Callable[[], None] = lambda: None,
) -> tuple[list[Finding], list[Finding]]:
    """Validate every job and asset below `repository`; returns the findings that stand, and those that are ignored.

    Registry, rules and schemas are those of `pack`, never the repository's own: whoever can change the repository could
    otherwise allow what they forbid. The repository's recipes only say which connector a job uses, and what runs it.
    With `cloud`, every job is assumed to run in cloud mode, else only those whose scaffold says so. `advance` is called
    after each file. Without `schemas`, the files are assumed to fit the schemas.
    """
    return _Validation(repository, pack, cloud, schemas, advance).examined()


@dataclass
class _Validation:
    repository: Path
    pack: Pack
    cloud: bool
    schemas: Schemas | None
    advance: Callable[[], None]
    # Of thousands of files, keep only what rules on other files need.
    assets: dict[str, Described] = field(default_factory=dict)
    unused: dict[str, Finding] = field(default_factory=dict)
    damaged: list[Finding] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.rules = load_rules(self.pack.root)
        self.ignoring = Ignoring(self.rules)
        self.between = Between(self.pack.runner)
        self.variables = Variables(self.repository)
        self.own_recipe = cache(self._own_recipe)
        self.end = cache(lambda name, path: end_of(self.pack, self.pack.registry[name], self.own_recipe(path)))
        self.suggestions = cache(lambda folder: Suggestions(self._in(folder)))

    def examined(self) -> tuple[list[Finding], list[Finding]]:
        """Return the findings that stand, and those that are ignored."""
        self.ignoring.read_settings(self.repository)
        return self.ignoring.sort(sorted(set(self._findings())))

    def _findings(self) -> Iterator[Finding]:
        for path in self._files:
            yield from self._asset(path) if path.startswith("assets/") else self._job(path)
            self.advance()
        yield from self._profiles()
        yield from self.unused.values()
        yield from self.damaged

    def _own_recipe(self, path: str) -> Mapping[str, Any]:
        """Return a recipe of the repository, or {} for a damaged one, which becomes a finding."""
        try:
            return own_recipe(self.repository, path)
        except PackError as error:
            self.damaged.append(self._finding(path, "yaml", error.what, error.line or 1, error.column or 1))
            return {}

    # --- files --------------------------------------------------------------------------------------------------------

    @cached_property
    def _files(self) -> list[str]:
        return files(self.repository)

    def _read(self, path: str) -> File | Finding:
        """Return a file, or the finding that explains why it cannot be read."""
        try:
            text = reading.text(self.repository, path) or ""
            self.ignoring.read_comments(path, text)
            return File(path, Located(text), self.rules, header_in(text))
        except LocatedError as error:
            return self._finding(path, "yaml", str(error), error.line, error.column)
        except reading.ReadingError as error:
            rule = "yaml" if reading.is_file(self.repository, path) else "link"
            return self._finding(path, rule, error.what, error.line or 1, error.column or 1)

    def _finding(self, path: str, rule: str, message: str, line: int = 1, column: int = 1) -> Finding:
        return Finding(path, line, column, self.rules[rule].severity, rule, printable(message))

    def _misfits(self, file: File, schema: str) -> tuple[list[Problem], bool]:
        """List where a file does not fit the schema; the flag says whether the rules can still examine it."""
        if self.schemas is None:
            return [], True
        misfits = list(self.schemas.misfits(schema, file.raw))
        repeated: set[Keys] = {("schema",)} if _repeats_schema(file.raw) else set()
        skipped = repeated | (unread(file.raw, self.pack.keys) if misfits and schema == "asset" else set())
        misfits = [misfit for misfit in misfits if not _is_below(misfit.keys, skipped)]
        refused = {misfit.keys for misfit in misfits if self.rules[misfit.rule].severity == ERROR}
        empty = [keys for keys in file.nulls if not _is_below(keys, repeated)]
        problems = [
            Problem(keys, "null", "give a value or remove the key; it is null", True)
            if keys in refused
            else Problem(keys, "empty", "remove the key; null is the same as leaving it out", True)
            for keys in empty
        ]
        problems += [_problem(misfit) for misfit in misfits if misfit.keys not in empty]
        return problems, all(misfit.shapely for misfit in misfits)

    def _profiles(self) -> Iterator[Finding]:
        for path in sorted((self.repository / PROFILES).glob("*.y*ml")):
            name = path.relative_to(self.repository).as_posix()
            if profile_of(path.stem) != name or not (path.stem == ORGANISATION or not slug_problem(path.stem)):
                message = f"rename it to {profile_of('TENANT')}, or {ORGANISATION}.yml; nobody reads it"
                yield self._finding(name, "profile", message)
                continue
            try:
                profiles.check(self.pack, self.repository, path.stem)
            except PackError as error:
                yield self._finding(error.file, "profile", error.what, error.line or 1, error.column or 1)

    # --- assets -------------------------------------------------------------------------------------------------------

    def _asset(self, path: str) -> Iterator[Finding]:
        file = self._read(path)
        if isinstance(file, Finding):
            yield file
            return
        misfits, file.fits = self._misfits(file, "asset")
        self.unused[path] = file.finding(Problem((), "orphan", "no job fills this asset"))
        problems: list[Problem] = []
        if file.fits:
            problems = list(self._asset_rules(file))
            self.assets[path] = described(file.value)
            yield from self.between.of_asset(file, self.assets[path])
        yield from _findings(file, problems, misfits)

    def _asset_rules(self, file: File) -> Problems:
        yield from asset_problems(file.value)
        yield from asset_effects(file.value, self.pack.keys)
        # The scaffold's answers have already decided labels and types.
        if file.header is None:
            yield from column_problems(file.value, self.pack)
            return
        yield from self._owner(file, *file.header)
        if are_starter_fields(body_of(file.value)["schema"]) and self._is_guessed(*file.header):
            yield Problem((*inside(file.value), "schema"), "guessed", "import the columns; nobody has named them")

    def _owner(self, file: File, scaffold: str, tenant: str) -> Problems:
        """Yield a problem if the owner is a guess: the scaffold's answers name none, and the asset has the default."""
        governance, keys, _ = governance_of(file.value)
        if governance.get("owner") != QUESTIONS["owner"].guess({"tenant_id": tenant}):
            return
        answers = Destination(self.repository, answers_file_of(tenant, scaffold)).recorded
        if answers and "owner" not in answers:
            yield Problem(keys, "guessed-owner", f"say whose data it is; '{governance['owner']}' is a guess")

    def _is_guessed(self, scaffold: str, tenant: str) -> bool:
        """Return whether no answer of the scaffold that wrote an asset names its columns."""
        answers = Destination(self.repository, answers_file_of(tenant, scaffold)).recorded
        return bool(answers) and not answers.get("fields")

    # --- jobs ---------------------------------------------------------------------------------------------------------

    def _job(self, path: str) -> Iterator[Finding]:
        file = self._read(path)
        if isinstance(file, Finding):
            yield file
            return
        if not isinstance(file.raw, dict) or not {"tenant_id", "asset_path"} & file.raw.keys():
            message = "move it; it is not a job, but the runner reads every YAML file below jobs/"
            yield file.finding(Problem((), "not-a-job", message))
            return
        misfits, file.fits = self._misfits(file, "job")
        there, problems = self._named(file)
        ends, unknown = self._ends(file, there)
        problems += unknown
        if file.fits:
            asset = self.assets.get(there.get("asset_path", ""))
            yield from self.between.of_job(Job(file, ends.get("source"), ends.get("target"), asset))
            problems += self._job_rules(file, ends, asset)
        yield from _findings(file, problems, misfits)

    def _named(self, file: File) -> tuple[dict[str, str], list[Problem]]:
        """Return the files that a job names and that exist, by key, and a problem for each one that is missing."""
        problems = []
        present: dict[str, str] = {}
        for key, folder in (
            ("asset_path", "assets"),
            ("source_connector_path", "connectors"),
            ("target_connector_path", "connectors"),
        ):
            path = file.raw.get(key)
            if not isinstance(path, str):
                continue
            if there := below(path, folder, self.repository):
                present[key] = there
                continue
            if folder == "connectors" and self._is_the_runners(path):
                continue
            inside = path[path.rfind(f"{folder}/") :] if f"{folder}/" in path else path
            near = self.suggestions(folder).nearest(inside)
            offer = f"did you mean '{near}'? " if near else ""
            problems.append(Problem((key,), "path", f"{offer}'{path}' is not in this repository"))
        self.unused.pop(present.get("asset_path", ""), None)
        return present, problems

    def _is_the_runners(self, path: str) -> bool:
        """Return whether a recipe may be the runner's own: a repository without `connectors` relies on those."""
        if (self.repository / "connectors").is_dir():
            return False
        return path.startswith(("/", "$")) or path.removeprefix("./") in map(recipe_file, self.pack.registry)

    def _in(self, folder: str) -> list[str]:
        """List the assets or the recipes of the repository."""
        if folder == "assets":
            return [name for name in self._files if name.startswith("assets/")]
        return [path.relative_to(self.repository).as_posix() for path in (self.repository / folder).glob("*.yaml")]

    def _ends(self, file: File, there: Mapping[str, str]) -> tuple[dict[str, End], list[Problem]]:
        """Look up source and target; returns those that the registry has in their role, and the problems."""
        ends: dict[str, End] = {}
        problems = []
        for role in ("source", "target"):
            key = f"{role}_connector_path"
            if not isinstance(file.raw.get(key), str) or not isinstance(file.value.get(role, {}), Mapping):
                continue  # the schema reports it
            name = type_of(file.value, role, self.own_recipe(there.get(key, "")), self.pack.registry)
            connector = self.pack.registry.get(name)
            if connector is None or role not in connector.roles:
                offered = [connector.id for connector in self.pack.with_role(role)]
                fate = self.pack.lifecycle.fate(name)
                what = offer(name, offered, f"'{name}' is not a {role} of the registry")
                problems.append(Problem((key,), "connector", f"'{name}' {fate}" if fate else what))
                continue
            stated = file.value.get(f"{role}_connector", name)
            if stated != name:
                message = f"write {name}, as the recipe says; '{stated}' is only a label here"
                problems.append(Problem((f"{role}_connector",), "connector-name", message))
            if (why := forbidden(connector, cloud=True)) and (self.cloud or self._in_cloud(file)):
                problems.append(Problem((key,), "cloud", f"'{name}' is {why}"))
            try:
                ends[role] = self.end(name, there.get(key, ""))
            except PackError as error:
                problems.append(Problem((key,), "path", str(error)))
        return ends, problems

    def _in_cloud(self, file: File) -> bool:
        """Return whether the scaffold that wrote a job is for cloud mode."""
        if not file.header:
            return False
        scaffold, tenant = file.header
        outline = Destination(self.repository, answers_file_of(tenant, scaffold)).outline
        return outline.get("execution_mode") == "cloud"

    def _job_rules(self, file: File, ends: Mapping[str, End], asset: Described | None) -> list[Problem]:
        job, source, target = file.value, ends.get("source"), ends.get("target")
        problems = [*job_effects(job, self.pack.keys), *expansion.lineage_expansion(job, self.pack.keys)]
        if source:
            problems += source_problems(job, source, self.pack.runner)
            problems += written_problems(file.raw, source)
        if target:
            problems += target_problems(job, target, self.pack.runner)
        problems += self._variables(job, source, target, problems)
        if asset:
            problems += pair_problems(job, asset, source, target)
            if source:
                problems += delimiter_problems(self.repository, job, asset.columns, source, self.pack.runner)
        return problems

    def _variables(
        self, job: Mapping[str, Any], source: End | None, target: End | None, problems: list[Problem]
    ) -> Problems:
        """Yield variables that no file lists; if an end is unknown, only those that the job itself names."""
        known = source and target
        read = read_by(job, source.connector, source.recipe, target.recipe, self.pack) if known else named_in(job)
        unexpanded = {problem.keys for problem in problems if problem.rule in expansion.RULES}
        return self.variables.problems(job, read, unexpanded)


def _problem(misfit: Misfit) -> Problem:
    return Problem(misfit.keys + misfit.key, misfit.rule, misfit.message, bool(misfit.key))


def _findings(file: File, problems: list[Problem], misfits: list[Problem]) -> Iterator[Finding]:
    """Yield the findings of rules and schema, except schema findings that a rule repeats or states more precisely."""
    known = {(problem.keys, rule) for problem in problems for rule in (problem.rule, "unusual")}
    for problem in (*problems, *(misfit for misfit in misfits if (misfit.keys, misfit.rule) not in known)):
        yield file.finding(problem)


def _is_below(keys: Keys, above: set[Keys]) -> bool:
    return any(keys[: len(one)] == one for one in above)


def _repeats_schema(asset: Any) -> bool:
    """Return whether the top level of an asset only repeats the fields of its body, which the runner requires."""
    body = asset.get("asset") if isinstance(asset, dict) else None
    return isinstance(body, dict) and "schema" in body and body["schema"] is asset.get("schema")


def below(path: str, folder: str, repository: Path) -> str:
    """Return the file of the repository that a path in a job refers to, or '' if there is none.

    Only the runner knows where it mounts the repository, so anything may precede `folder` in the path.
    """
    parts = path.split("/")
    for index, part in enumerate(parts):
        if part == folder and ".." not in parts:
            inside = "/".join(parts[index:])
            if reading.is_file(repository, inside):
                return inside
    return path if not path.startswith(("/", "$")) and reading.is_file(repository, path) else ""
