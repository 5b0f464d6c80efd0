"""Adopt hand-written jobs and assets: find their answers, and write these. The files stay as they are.

::

    jobs, assets ──> one scaffold for each ──> joined ──> answers files
                                                  └──> what is given ──> how each file differs from that
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path, PurePosixPath
from typing import Any

from ..adoption.values import differing
from ..base import reading
from ..base.asset_layout import Keys, body_of, place
from ..base.documents import parse_content
from ..base.errors import AnswerError, DativoError
from ..base.in_place import with_values
from ..base.naming import offer, slug_of
from ..base.paths import answers_file_of
from ..plan.destination import header_of
from .fleet import Fleet
from .parallel import mapped
from .release import Rendering, items_of
from .source import SourceError
from .step import Outcome, Step
from .update import Update, combined
from .worktree import above

# What happens to a file, in the words of the report.
STATES = {
    "exact": "Its answers give what it says.",
    "extras": "Its answers give what it says, with some keys passed on by `job_extra` or `asset_extra`.",
    "edits": "What its answers do not give counts as an edit by hand: updates keep it, `replay --diff` shows it.",
    "owned": "It belongs to a scaffold already.",
    "skipped": "It is neither a job nor an asset.",
    "refused": "No answers come close, for the reason given; it stays as it is.",
}
# The criteria that can keep jobs apart, in addition to what one scaffold must have in common.
GROUPS = ("tenant", "source", "target", "folder", "job")
FOLDERS = ("jobs", "assets")
_ENDS = (".yaml", ".yml")
_POINTS = ("source_connector_path", "target_connector_path", "asset_path")
_EXTRAS = {"asset": "asset_extra", "job": "job_extra"}

Document = Mapping[str, Any]


@dataclass(frozen=True)
class Taken:
    """One file: `kind` is job or asset, `state` one of `STATES`, `answers_file` the one that renders to it.

    `extras` are the keys that are passed on or removed, `edits` those that differ; `detail` is the reason for a
    refusal.
    """

    path: str
    kind: str
    state: str
    answers_file: str = ""
    extras: tuple[str, ...] = ()
    edits: tuple[str, ...] = ()
    detail: str = ""


@dataclass(frozen=True)
class Adoption:
    """What happens to each file, sorted by path, and the change that writes the answers files."""

    files: list[Taken]
    change: Update


@dataclass
class Here:
    """What was found: jobs and assets by path, parsed; and other or unreadable files, with the reason."""

    jobs: dict[str, Document] = field(default_factory=dict)
    assets: dict[str, Document] = field(default_factory=dict)
    others: list[Taken] = field(default_factory=list)


def found(fleet: Fleet, places: Sequence[str]) -> Here:
    """Read the jobs and assets at `places`, files or folders; raises `SourceError` for an empty or missing one."""
    here = Here()
    for path in dict.fromkeys(_paths(fleet, places or [name for name in FOLDERS if _is_folder(fleet, name)])):
        _add(here, fleet, path)
    return here


def adopt(
    step: Step,
    here: Here,
    given: Mapping[str, Any],
    *,
    group: Sequence[str] = GROUPS[:3],
    rewrite: bool = False,
    advance: Callable[[], None] = lambda: None,
) -> Adoption:
    """Work out the adoption of what is `here`; nothing is written.

    `given` are answers for what the files do not say. With `rewrite` the files get the pack's format, and keep their
    values. `advance` is called after each job.
    """
    owned = dict(_owned(step.fleet))
    here = _without_copies(step.fleet, here, owned)
    taken = [*here.others, *_of_scaffolds(step.fleet, here, owned)]
    search = _Search(step, here, given, owned, advance)
    outcomes = list(_outcomes(step, search, group, taken))
    if rewrite:
        outcomes = list(_rewritten(step, outcomes, taken))
    taken += [Taken(path, kind, "refused", detail=why) for (kind, path), why in search.refused.items()]
    return Adoption(sorted(taken, key=lambda one: one.path), combined(step, outcomes))


# --- input ------------------------------------------------------------------------------------------------------------


def _is_folder(fleet: Fleet, name: str) -> bool:
    return next(reading.below(fleet.tree.root, name), "") not in ("", name)


def _owned(fleet: Fleet) -> Iterator[tuple[str, str]]:
    """Yield the files that scaffolds own, each with its answers file."""
    for file in fleet.files:
        try:
            rendering = fleet.replay(file)
        except DativoError:
            continue
        for path in rendering.own:
            yield path, file.name


def _without_copies(fleet: Fleet, here: Here, owned: Mapping[str, str]) -> Here:
    """Refuse files that name a scaffold that does not write them: they are copies, and would remain strays."""
    left = Here(others=list(here.others))
    damaged = {file.name: file.problem for file in fleet.files if file.problem}
    for kind, documents, kept in (("job", here.jobs, left.jobs), ("asset", here.assets, left.assets)):
        for path, document in documents.items():
            header = None if path in owned else header_of(fleet.tree.root, path)
            if header and (problem := damaged.get(answers_file_of(header[1], header[0]))):
                left.others.append(Taken(path, kind, "refused", detail=f"mend its answers file first: {problem}"))
            elif header:
                why = f"names the scaffold {header[0]} of {header[1]}, which does not write it"
                why = f"to adopt it, remove its first line; {why}"
                left.others.append(Taken(path, kind, "refused", detail=why))
            else:
                kept[path] = document
    return left


def _of_scaffolds(fleet: Fleet, here: Here, owned: Mapping[str, str]) -> Iterator[Taken]:
    """Yield the files that scaffolds already own; an asset comes with its job."""
    assets = dict.fromkeys(path for path in here.assets if path in owned)
    for path, job in here.jobs.items():
        if path in owned:
            yield Taken(path, "job", "owned", owned[path])
            with suppress(DativoError):
                assets[_asset_of(fleet, here, job)[0]] = None
    yield from (Taken(path, "asset", "owned", owned[path]) for path in assets if path in owned)


def _paths(fleet: Fleet, places: Iterable[str]) -> Iterator[str]:
    for name in places:
        path = PurePosixPath(name).as_posix()
        if path.startswith("/") or ".." in path.split("/"):
            raise SourceError(f"{name}: run the command in the repository; this is not below the working directory")
        below = [path] if reading.is_file(fleet.tree.root, path) else list(reading.below(fleet.tree.root, path))
        if not below:
            raise SourceError(f"{name}: there is no such file or folder, or it is empty")
        yield from (one for one in below if one.endswith(_ENDS))


def _add(here: Here, fleet: Fleet, path: str) -> None:
    kind = "asset" if path.startswith("assets/") else "job"
    try:
        document = _parsed(fleet, path)
    except DativoError as error:
        here.others.append(Taken(path, kind, "refused", detail=str(error)))
        return
    if any(key in document for key in _POINTS):
        here.jobs[path] = document
    elif isinstance(document.get("asset"), Mapping) or "source_type" in document:
        here.assets[path] = document
    else:
        here.others.append(Taken(path, kind, "skipped", detail="is neither a job nor an asset"))


def _parsed(fleet: Fleet, path: str) -> Document:
    """Return the content of a file; raises `DativoError` if that is not a mapping."""
    content = fleet.tree.read(path)
    if content is None:
        raise AnswerError("is not there")
    document = parse_content(content)
    if not isinstance(document, dict) or not all(isinstance(key, str) for key in document):
        raise AnswerError("must be a mapping with text keys")
    return document


# --- one scaffold for each --------------------------------------------------------------------------------------------


@dataclass
class _Search:
    """Searches the answers for single files; `refused` has the reason for each file without answers."""

    step: Step
    here: Here
    given: Mapping[str, Any]
    owned: Mapping[str, str]
    advance: Callable[[], None]
    refused: dict[tuple[str, str], str] = field(default_factory=dict)

    def found(self) -> Iterator[tuple[Document, Document]]:
        """Yield each job, and each asset without a job, with the answers found for it.

        The first job that can be adopted writes the asset, and the others reuse it.
        """
        readers, roots = self._readers()
        written: dict[str, str] = {path: "" for path in readers if path in self.owned}
        waiting = {path: list(jobs) for path, jobs in readers.items() if path not in written}
        results: list[tuple[Document, Document]] = []
        while waiting:
            first = {path: jobs.pop(0) for path, jobs in waiting.items()}
            tried = [self._files(job, path, roots[job], writes=True) for path, job in first.items()]
            for (path, job), (found, answers) in zip(first.items(), self._inferred(tried), strict=True):
                if answers:
                    results.append((found, answers))
                    written[path] = job
            waiting = {path: jobs for path, jobs in waiting.items() if path not in written and jobs}
        rest = [(job, path) for path, jobs in readers.items() for job in jobs if written.get(path, job) != job]
        reusing = [self._files(job, path, roots[job], writes=False) for job, path in rest]
        results += [pair for pair in self._inferred(reusing) if pair[1]]
        usual = _usual([answers for _, answers in results])
        alone = [path for path in self.here.assets if path not in written and path not in self.owned]
        single = [self._files("", path, ".", writes=True) for path in alone]
        return iter(results + [pair for pair in self._inferred(single, usual | dict(self.given)) if pair[1]])

    def _readers(self) -> tuple[dict[str, list[str]], dict[str, str]]:
        """Map each asset to its jobs, first those that use its object name; and map each job to its root."""
        readers: dict[str, list[str]] = {}
        roots: dict[str, str] = {}
        for path, job in self.here.jobs.items():
            if path in self.owned:
                continue
            try:
                asset, roots[path] = _asset_of(self.step.fleet, self.here, job)
                if asset not in self.here.assets:
                    self.here.assets[asset] = _parsed(self.step.fleet, asset)
            except DativoError as error:
                self.refused["job", path] = str(error)
            else:
                readers.setdefault(asset, []).append(path)
        for asset, jobs in readers.items():
            jobs.sort(key=lambda job: not _names_object(self.here.jobs[job], self.here.assets[asset]))
        return readers, roots

    def _files(self, job: str, asset: str, root: str, writes: bool) -> dict[str, Any]:
        document = self.here.assets[asset]
        return {
            "job_path": job,
            "job": self.here.jobs[job] if job else {},
            "asset_path": asset,
            "asset": document if writes else {},
            "root": root,
            "read": {} if writes else document,
        }

    def _inferred(
        self, found: Sequence[Document], given: Mapping[str, Any] | None = None
    ) -> list[tuple[Document, Document]]:
        """Return each of the files in `found` with its answers, or {} if there are none."""
        given = self.given if given is None else given

        def attempt(files: Document) -> dict[str, Any] | str:
            try:
                return self.step.release.inferred(files, given)
            except DativoError as error:
                return str(error)

        results: list[tuple[Document, Document]] = [({}, {})] * len(found)
        for index, answers in mapped(attempt, found):
            files = found[index]
            kind, path = ("job", files["job_path"]) if files["job"] else ("asset", files["asset_path"])
            if isinstance(answers, str):
                self.refused[kind, path] = answers
            results[index] = (files, {} if isinstance(answers, str) else answers)
            if files["job"]:
                self.advance()
        return results


def _usual(found: Sequence[Document]) -> dict[str, Any]:
    """Return the likely answers for an asset that no job reads: the common tenant, and the most frequent target."""
    tenants = {answers["tenant_id"] for answers in found}
    targets = Counter(answers["target_connector"] for answers in found).most_common(1)
    usual = {"target_connector": targets[0][0]} if targets else {}
    return usual | ({"tenant_id": tenants.pop()} if len(tenants) == 1 else {})


def _asset_of(fleet: Fleet, here: Here, job: Document) -> tuple[str, str]:
    """Return the file that a job's `asset_path` refers to, and the root before it, as the runner sees it.

    A job is no asset, though it may have the asset's name where somebody is in the folder of the jobs.
    """
    recorded = job.get("asset_path")
    if not isinstance(recorded, str) or not recorded:
        raise AnswerError("asset_path: name the asset that describes the data; it is missing")
    parts = recorded.split("/")
    for start in range(len(parts)):
        path = "/".join(parts[start:])
        if path and path not in here.jobs and reading.is_file(fleet.tree.root, path):
            root = "/".join(parts[:start])
            return path, (root or "/") if start else "."
    raise AnswerError(f"asset_path: {_brought(fleet.tree.root, parts)}; '{recorded}' is not here")


def _brought(root: Path, parts: Sequence[str]) -> str:
    """Return how to make an asset one that is here: it may be above, in the same repository."""
    for folder in () if (root / ".git").exists() else above(root):
        # A name without a folder could be anything's.
        ends = ("/".join(parts[start:]) for start in range(max(1, len(parts) - 1)))
        if any(reading.is_file(folder, path) for path in ends if path.strip("/")):
            return f"run the command in {folder}, which has the asset"
    return "bring the asset into this repository"


def _names_object(job: Document, asset: Document) -> bool:
    """Return whether a job uses the object name of its asset."""
    described, source = body_of(asset).get("object"), job.get("source")
    lists = [value for value in source.values() if isinstance(value, list)] if isinstance(source, Mapping) else []
    names = [item.get("object", described) if isinstance(item, Mapping) else item for items in lists for item in items]
    return described in names


# --- scaffolds --------------------------------------------------------------------------------------------------------


def _outcomes(step: Step, search: _Search, group: Sequence[str], taken: list[Taken]) -> Iterator[Outcome]:
    """Yield what is written for each scaffold, and add what happens to the files to `taken`."""
    groups: dict[str, list[tuple[Document, Document]]] = {}
    for files, answers in search.found():
        groups.setdefault(_apart(group, files), []).append((files, answers))
    names = {file.name for file in step.fleet.files}
    for members in groups.values():
        for one in step.release.joined([answers for _, answers in members]):
            files = [members[number][0] for number in one["members"]]
            try:
                answers, rendering = _rendered(step, one["answers"], files, names)
            except DativoError as error:
                for file in files:
                    for kind in ("job", "asset"):
                        if file[kind]:
                            search.refused[kind, file[f"{kind}_path"]] = str(error)
                continue
            names.add(rendering.answers_file)
            for file in files:
                taken += _states(rendering, file, answers)
            theirs = {file[f"{kind}_path"] for file in files for kind in ("job", "asset")}
            yield Outcome(
                name=rendering.answers_file,
                effects=("new",),
                new_name=rendering.answers_file,
                values={**answers, "_commit": step.target, "_src_path": step.fleet.source.location},
                items=items_of(rendering),
                writes={path: rendering.files[path] for path in rendering.own if path not in theirs},
                shared=((), tuple(rendering.shared)),
            )


def _apart(group: Sequence[str], files: Document) -> str:
    """Return a key: files with different keys do not share a scaffold."""
    path = files["job_path"] or files["asset_path"]
    if "job" in group:
        return path
    return path.rpartition("/")[0] if "folder" in group else ""


def _rendered(
    step: Step, answers: Document, files: Sequence[Document], names: set[str]
) -> tuple[dict[str, Any], Rendering]:
    """Render answers under an unused name; raises `DativoError` if that would overwrite another file."""
    path = files[0]["job_path"] or files[0]["asset_path"]
    usual = f"{answers['source_connector']}_to_{answers['target_connector']}"
    wanted = usual if len(files) > 1 else slug_of(PurePosixPath(path).stem) or usual
    tenant = answers["tenant_id"]
    name = next(
        name
        for number in count(1)
        if answers_file_of(tenant, name := wanted if number == 1 else f"{wanted[:76]}_{number}") not in names
    )
    complete = step.release.completed({**answers, "scaffold": name}, "")
    rendering = step.release.render(complete, step.fleet.source.location, step.target)
    there = {file[f"{kind}_path"] for file in files for kind in ("job", "asset") if file[kind]}
    for one in rendering.own:
        if one not in there and step.fleet.tree.read(one) is not None:
            raise AnswerError(f"{one}: move it away, or remove it; it exists already")
    return complete, rendering


def _states(rendering: Rendering, files: Document, answers: Document) -> Iterator[Taken]:
    for kind, extra in _EXTRAS.items():
        if not files[kind]:
            continue
        path = files[f"{kind}_path"]
        given = parse_content(rendering.files[path])
        edits = tuple(dict.fromkeys(place(keys) for keys, _, _ in differing(given, files[kind])))
        extras = tuple(_leaves(answers.get(extra, {})))
        state = "edits" if edits else "extras" if extras else "exact"
        yield Taken(path, kind, state, rendering.answers_file, extras, edits)


def _leaves(value: Any, above: Keys = ()) -> Iterator[str]:
    """Yield the places that an answer passes on, and those that it removes."""
    inner: Iterable[tuple[Any, Any]] = ()
    if isinstance(value, Mapping):
        inner = value.items()
    elif isinstance(value, list) and any(isinstance(item, Mapping) for item in value):
        inner = enumerate(value)
    else:
        yield f"{'without ' if value is None else ''}{place(above)}"
    for key, item in inner:
        yield from _leaves(item, (*above, key))


# --- the pack's format ------------------------------------------------------------------------------------------------


def _rewritten(step: Step, outcomes: Sequence[Outcome], taken: list[Taken]) -> Iterator[Outcome]:
    """Add to each outcome its files in the pack's format, with their own values."""
    mine: dict[str, list[str]] = {}
    for one in taken:
        if one.answers_file:
            mine.setdefault(one.answers_file, []).append(one.path)
    new = {outcome.name: outcome for outcome in outcomes}
    for name, outcome in new.items():
        values = {key: value for key, value in outcome.values.items() if key not in ("_commit", "_src_path")}
        rendering = step.release.render(values, outcome.values["_src_path"], outcome.values["_commit"])
        yield _with_form(step, outcome, rendering, mine.get(name, []))
    for file in step.fleet.files:
        if file.name in mine:
            rendering = step.fleet.replay(file)
            unchanged = Outcome(file.name, ("unaffected",), new_name=file.name, values=file.values)
            yield _with_form(step, unchanged, rendering, mine[file.name])


def _with_form(step: Step, outcome: Outcome, rendering: Rendering, paths: Sequence[str]) -> Outcome:
    writes = dict(outcome.writes)
    for path in paths:
        wanted = dict(_parsed(step.fleet, path))
        if isinstance(asset := wanted.get("asset"), Mapping) and "schema" in asset:
            wanted.setdefault("schema", asset["schema"])  # the runner refuses an asset without it
        text = with_values(rendering.files[path].decode(), wanted)
        if text is None:
            raise AnswerError(f"{path}: leave it out; it cannot be rewritten in the template's format")
        if text.encode() != step.fleet.tree.read(path):
            writes[path] = text.encode()
    return Outcome(**{**outcome.__dict__, "writes": writes})


def checked_group(text: str) -> list[str]:
    """Parse the criteria that keep files apart; raises `SourceError`."""
    names = [name.strip() for name in text.split(",") if name.strip()]
    for name in names:
        if name not in GROUPS:
            raise SourceError("--group: " + offer(name, GROUPS, f"'{name}' is not a choice"))
    return names
