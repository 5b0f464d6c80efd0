"""The inventory of a repository: its scaffolds, and hand-written jobs and assets.

Answers files describe the scaffolds, and asset and job files themselves. Nothing is rendered, and nothing of a template
is run: who owns a file follows from the answers, as the current pack reads them.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import Any

from ..answers.scaffold import Scaffold
from ..base import reading
from ..base.asset_layout import body_of, governance_of
from ..base.errors import DativoError, PackError
from ..base.paths import answers_file_of
from ..base.positions import Located, LocatedError
from ..plan.destination import header_in
from ..plan.ownership import owned
from ..registry.connectors import SELECTIONS
from ..registry.pack import Pack
from ..validation.between import address_of, place_of
from ..validation.described import Described
from ..validation.recipes import End, end_of, mapping, own_recipe, type_of
from ..validation.repository import below, files
from .answers_files import AnswersFile, find
from .replay import AnswersState, Report
from .update import Selection

BY_HAND, REFUSED, EDITED = "by hand", "refused", "edited"
# The states of a scaffold's file that was changed.
_CHANGED = {"edited", "conflict", "missing", "moved"}


@dataclass(frozen=True)
class Asset:
    """An asset: what it describes, who owns it, and how many of its columns have each label."""

    path: str
    name: str = ""
    version: str = ""
    source: str = ""
    object: str = ""
    owner: str = ""
    domain: str = ""
    product: str = ""
    labels: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Job:
    """A job: tenant, source, target, asset ('' if that is not in the repository), and where its rows land."""

    path: str
    tenant: str = ""
    environment: str = ""
    source: str = ""
    target: str = ""
    asset: str = ""
    objects: tuple[str, ...] = ()
    place: str = ""


@dataclass(frozen=True)
class Row:
    """A scaffold, or one file that no scaffold owns; `name` is the answers file, or the path.

    `state` is '' if unknown, else what `replay` found for the scaffold; `detail` is the reason for a refusal. `version`
    is that of the template; `labels` counts the columns per label, also in assets that it reuses. `owner_is_guess` is
    true if nobody has named an owner.
    """

    name: str
    kind: str = "scaffold"
    tenant: str = ""
    scaffold: str = ""
    environments: tuple[str, ...] = ()
    source: str = ""
    target: str = ""
    objects: tuple[str, ...] = ()
    owner: str = ""
    owner_is_guess: bool = False
    version: str = ""
    state: str = ""
    detail: str = ""
    labels: Mapping[str, int] = field(default_factory=dict)
    assets: tuple[Asset, ...] = ()
    jobs: tuple[Job, ...] = ()

    @property
    def places(self) -> tuple[str, ...]:
        """Where the rows of its jobs land."""
        return tuple(dict.fromkeys(job.place for job in self.jobs if job.place))


class Repository:
    """Reads a repository once; malformed parts of hand-written files count as missing."""

    def __init__(self, root: Path, pack: Pack) -> None:
        """Read what is below `root`, as `pack` understands it."""
        self._root, self._pack = root, pack
        self._recipe = cache(self._own_recipe)
        self.problems: list[str] = []
        self._below = cache(lambda path, folder: below(path, folder, root))
        self._headers: dict[str, tuple[str, str] | None] = {}
        self.answers_files = find(root)
        paths = files(root)
        self.assets = {path: self._asset(path) for path in paths if path.startswith("assets/")}
        self.jobs = {path: self._job(path) for path in paths if path.startswith("jobs/")}

    def _own_recipe(self, path: str) -> Mapping[str, Any]:
        """Return a recipe of the repository, or {} for a damaged one, which becomes one of the `problems`."""
        try:
            return own_recipe(self._root, path)
        except PackError as error:
            self.problems.append(str(error))
            return {}

    def rows(self, selection: Selection, report: Report | None = None) -> list[Row]:
        """List the selected scaffolds, then hand-written files, each sorted by name.

        A `report` of a replay adds states, and exact owners of files.
        """
        owners = dict(self._owners(report))
        own: dict[str, list[str]] = {}
        for path, name in owners.items():
            own.setdefault(name, []).append(path)
        states = {state.name: state for state in report.answers} if report else {}
        rows = [self._scaffold(file, own.get(file.name, ())) for file in self.answers_files if file in selection]
        rows = [_with_state(row, states[row.name]) if row.name in states else row for row in rows]
        left = [self._by_hand(path) for path in (*self.assets, *self.jobs) if path not in owners]
        return rows + [row for row in left if _is_selected(row, selection)]

    def _owners(self, report: Report | None) -> Iterator[tuple[str, str]]:
        """Yield each file that a scaffold owns, with the scaffold's answers file.

        The owners come from a replay, else from the answers as the current pack reads them. If it cannot read them, the
        headers of the files decide.
        """
        replayed = {state.name: state for state in report.answers if state.state != REFUSED} if report else {}
        unread: set[str] = set()
        for file in self.answers_files:
            if state := replayed.get(file.name):
                mine = [one.path for one in state.files]
            else:
                mine = [] if file.problem else [*owned(self._pack, file.answers)]
                unread |= set() if mine else {file.name}
            yield from ((path, file.name) for path in mine if self._is_there(path))
        for path, header in self._headers.items():
            if header and (name := answers_file_of(header[1], header[0])) in unread:
                yield path, name

    def _is_there(self, path: str) -> bool:
        return path in self.assets or path in self.jobs

    def _scaffold(self, file: AnswersFile, own: Sequence[str]) -> Row:
        """Return the row of a scaffold from its answers as the current pack reads them, else from the raw values."""
        if file.problem:
            return Row(file.name, state=REFUSED, detail=file.problem)
        answers = file.answers
        row = Row(
            file.name,
            tenant=_text(answers.get("tenant_id")),
            scaffold=_text(answers.get("scaffold")),
            environments=tuple(filter(None, [_text(answers.get("environment"))])),
            source=_text(answers.get("source_connector")),
            target=_text(answers.get("target_connector")),
            objects=tuple(filter(None, map(_text, _listed(answers.get("objects"))))),
            owner=_text(answers.get("owner")),
            version=file.commit,
        )
        row = self._with_files(row, own)
        try:
            scaffold = Scaffold(self._pack, answers)
            objects = tuple(item.object for item in scaffold.items)
            return replace(
                row,
                environments=tuple(scaffold.environments),
                objects=objects,
                owner=scaffold["owner"],
                owner_is_guess=scaffold.is_guess("owner"),
            )
        except DativoError:
            return row

    def _by_hand(self, path: str) -> Row:
        """Return the row of a file that no scaffold owns."""
        if asset := self.assets.get(path):
            objects = tuple(filter(None, [asset.object]))
            row = Row(path, "asset", source=asset.source, owner=asset.owner, objects=objects, state=BY_HAND)
            return self._with_files(row, [path])
        job = self.jobs[path]
        row = Row(
            path,
            "job",
            tenant=job.tenant,
            environments=tuple(filter(None, [job.environment])),
            source=job.source,
            target=job.target,
            objects=job.objects,
            state=BY_HAND,
        )
        return self._with_files(row, [path])

    def _with_files(self, row: Row, paths: Sequence[str]) -> Row:
        """Add the files to a row, and the labels of all assets that they are, or refer to."""
        assets = tuple(self.assets[path] for path in paths if path in self.assets)
        jobs = tuple(self.jobs[path] for path in paths if path in self.jobs)
        meant = dict.fromkeys((*(asset.path for asset in assets), *(job.asset for job in jobs if job.asset)))
        labels = sum((Counter(self.assets[path].labels) for path in meant), Counter[str]())
        return replace(row, assets=assets, jobs=jobs, labels=dict(sorted(labels.items())))

    def _asset(self, path: str) -> Asset:
        """Describe an asset."""
        value = self._read(path)
        body = body_of(value)
        columns = [mapping(column) for column in _listed(body.get("schema"))]
        labels = Counter(label for column in columns if (label := _text(column.get("classification"))))
        return Asset(
            path,
            name=_text(body.get("name")),
            version=_text(body.get("version")),
            source=_text(body.get("source_type")),
            object=_text(body.get("object")),
            owner=_text(_governance(value).get("owner")),
            domain=_text(body.get("domain")),
            product=_text(body.get("dataProduct")),
            labels=dict(labels),
        )

    def _job(self, path: str) -> Job:
        """Describe a job; if its asset or target is unknown, so is its place."""
        value = self._read(path)
        asset = self._below(_text(value.get("asset_path")), "assets")
        source, target = (self._connector(value, role) for role in ("source", "target"))
        end = self._target(value, target) if asset in self.assets else None
        place = place_of(value, _described(self.assets[asset]), end, self._pack.runner) if end else ()
        entries = [entry for name in SELECTIONS for entry in _listed(mapping(value.get("source")).get(name))]
        return Job(
            path,
            tenant=_text(value.get("tenant_id")),
            environment=_text(value.get("environment")),
            source=source,
            target=target,
            asset=asset if asset in self.assets else "",
            objects=tuple(filter(None, (_text(mapping(one).get("object")) or _text(one) for one in entries))),
            place=address_of(place) if place else "",
        )

    def _read(self, path: str) -> Mapping[str, Any]:
        """Return the content of a file, or {} if it is not a mapping, and remember its header."""
        try:
            text = reading.text(self._root, path) or ""
            self._headers[path] = header_in(text)
            return mapping(Located(text).value)
        except (reading.ReadingError, LocatedError):
            return {}

    def _connector(self, job: Mapping[str, Any], role: str) -> str:
        recipe = self._recipe(self._below(_text(job.get(f"{role}_connector_path")), "connectors"))
        return type_of({**job, role: mapping(job.get(role))}, role, recipe, self._pack.registry)

    def _target(self, job: Mapping[str, Any], name: str) -> End | None:
        """Return the target of a job, or None if its place cannot be determined."""
        target = job.get("target", {})
        connector = self._pack.registry.get(name)
        if (
            connector is None
            or not isinstance(target, Mapping)
            or not isinstance(target.get("connection", {}), Mapping)
        ):
            return None
        try:
            recipe = self._recipe(self._below(_text(job.get("target_connector_path")), "connectors"))
            return end_of(self._pack, connector, recipe)
        except DativoError:
            return None


def _with_state(row: Row, state: AnswersState) -> Row:
    """Add to a row what a replay found: the scaffold's state, and whether its files were changed."""
    changed = any(file.state in _CHANGED for file in state.files) and state.state != "changed by hand"
    words = [word for word in (state.state, EDITED if changed else "") if word]
    if changed and state.state == "current":
        words = [EDITED]
    return replace(row, state=", ".join(words), detail=state.detail)


def _is_selected(row: Row, selection: Selection) -> bool:
    """Return whether a hand-written file is selected; a choice of answers files excludes it, an asset has no tenant."""
    chosen = (
        (selection.names, []),
        (selection.tenants, [row.tenant]),
        (selection.connectors, [row.source, row.target]),
        (selection.environments, row.environments),
    )
    return all(not wanted or any(value in wanted for value in values) for wanted, values in chosen)


def _governance(asset: Mapping[str, Any]) -> Mapping[str, Any]:
    body = body_of(asset)
    if not all(isinstance(body.get(key, {}), Mapping) for key in ("governance", "team", "compliance")):
        return {}
    return governance_of(asset)[0]


def _described(asset: Asset) -> Described:
    return Described(asset.name, asset.version, asset.source, asset.object, asset.domain, asset.product, (), ())


def _listed(value: Any) -> Iterable[Any]:
    return value if isinstance(value, list) else ()


def _text(value: Any) -> str:
    """Return a value if it is text, else ''."""
    return value if isinstance(value, str) else ""
