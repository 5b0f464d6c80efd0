"""Take many scaffolds to a version of the pack, as one change.

What comes out is what `copier update` would give for each in turn. Beyond it, an update here follows renames and takes
answers that name paths: files move, and the edits in them move along.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ..destination import Destination, shares, version_of
from ..errors import AnswerError, DativoError
from ..naming import nearest
from ..selection import thing_of
from .answers import AnswersFile
from .fleet import Fleet
from .meaning import Difference, Group, differences, grouped
from .merge import Edit, Merged, merged
from .parallel import mapped
from .release import Release, Rendering
from .source import SourceError

# What can happen to an answers file, in the words of the report.
EFFECTS = {
    "follows": "What nobody decided follows the registry, and changes its assets or jobs.",
    "pinned": "An answer keeps its value, although the registry's has moved.",
    "renamed": "The lifecycle renames what it names; its files move, and the edits in them.",
    "moved": "An answer given with `--data` names other paths; its files move, and the edits in them.",
    "unaffected": "Nothing changes but the version, and perhaps files that it shares.",
    "refused": "It cannot follow, for the reason that is said. It stays as it is.",
    "forbidden in cloud": "It cannot follow, since a connector is no longer allowed in cloud. It stays as it is.",
}
_FORBIDDEN = "not allowed in cloud"


@dataclass(frozen=True)
class Outcome:
    """What an update does with one answers file; `detail` says why it is refused, or what is renamed.

    `effects` are some of `EFFECTS`; `writes` gives every path its content, None to delete it; `edits` are the files
    with edits by hand, still to be merged. `shared` are files that other scaffolds may own, too, before and after.
    """

    name: str
    effects: tuple[str, ...]
    detail: str = ""
    new_name: str = ""
    values: Mapping[str, Any] = field(default_factory=dict)
    writes: Mapping[str, bytes | None] = field(default_factory=dict)
    edits: Mapping[str, Edit] = field(default_factory=dict)
    shared: tuple[tuple[str, ...], tuple[str, ...]] = ((), ())
    pins: tuple[str, ...] = ()
    differences: tuple[Difference, ...] = ()

    @property
    def refused(self) -> bool:
        """Whether nothing happens to it."""
        return bool(set(self.effects) & {"refused", "forbidden in cloud"})


@dataclass(frozen=True)
class Update:
    """The whole change: outcomes in the order of their names, what to write, and which files hold conflict markers."""

    target: str
    outcomes: list[Outcome]
    writes: dict[str, bytes | None]
    conflicts: dict[str, Edit]

    @property
    def refused(self) -> list[Outcome]:
        """Those that stay as they are."""
        return [outcome for outcome in self.outcomes if outcome.refused]

    @property
    def groups(self) -> list[Group]:
        """The change by meaning."""
        return grouped(difference for outcome in self.outcomes for difference in outcome.differences)


@dataclass(frozen=True)
class Selection:
    """Which answers files to update; nothing selects all."""

    names: tuple[str, ...] = ()
    tenants: tuple[str, ...] = ()
    connectors: tuple[str, ...] = ()
    environments: tuple[str, ...] = ()

    def __contains__(self, file: AnswersFile) -> bool:
        """Tell whether an answers file is one of them; one that cannot be read is only when it is named."""
        if self.names and file.name not in self.names:
            return False
        if not isinstance(file.values, dict):
            return bool(self.names) or not (self.tenants or self.connectors or self.environments)
        chosen = (
            (self.tenants, ("tenant_id",)),
            (self.connectors, ("source_connector", "target_connector")),
            (self.environments, ("environment",)),
        )
        return all(not wanted or any(file.values.get(name) in wanted for name in names) for wanted, names in chosen)


def update(
    fleet: Fleet,
    selection: Selection,
    *,
    to: str = "",
    data: Mapping[str, str] | None = None,
    explain: bool = False,
    done: Callable[[], None] = lambda: None,
) -> Update:
    """Work out the update of the selected answers files to the tag `to`, the newest when it is ''.

    `data` are answers to give to each; `explain` also finds what the change means. Nothing is written. Raises
    `SourceError` for a version that is not released, and for a question that is not there.
    """
    if not (target := to or fleet.source.newest):
        raise SourceError(f"{fleet.source.location}: has no released tag; an update goes from tag to tag")
    if target not in fleet.source.tags:
        raise SourceError(f"--to: '{target}' is not a released version of {fleet.source.location}")
    release = fleet.load(fleet.source.tags[target])
    if isinstance(release, DativoError):
        raise release
    for name in data or {}:
        if name not in release.questions:
            raise SourceError(f"--data: {name}: no question has this name{nearest(name, release.questions)}")
    given = {name: release.typed(name, text) for name, text in (data or {}).items()}
    files = [file for file in fleet.files if file in selection]
    fleet.prepare(files)
    step = _Step(fleet, release, target, given, explain)
    outcomes: list[Outcome] = [None] * len(files)  # type: ignore[list-item]
    for index, outcome in mapped(step.outcome, files):
        outcomes[index] = outcome
        done()
    outcomes = list(_undisputed(fleet, outcomes))
    writes = {path: content for outcome in outcomes for path, content in outcome.writes.items()}
    edits = {path: edit for outcome in outcomes for path, edit in outcome.edits.items()}
    for path, result in _shared(fleet, step, files, outcomes).items():
        if isinstance(result, Edit):
            edits[path] = result
        else:
            writes[path] = result
    results: dict[str, Merged] = dict(zip(edits, merged(list(edits.values())), strict=True))
    writes |= {path: result.content for path, result in results.items() if fleet.tree.read(path) != result.content}
    conflicts = {path: edits[path] for path, result in results.items() if result.conflict}
    return Update(target, outcomes, writes, conflicts)


@dataclass(frozen=True)
class _Step:
    """One update of one answers file; the same for all of them."""

    fleet: Fleet
    release: Release
    target: str
    given: Mapping[str, Any]
    explain: bool

    def outcome(self, file: AnswersFile) -> Outcome:
        """Work out what happens to an answers file."""
        try:
            return self._outcome(file)
        except DativoError as error:
            text = str(error)
            detail = text if text.startswith(file.name) else f"{file.name}: {text}"
            return Outcome(file.name, ("forbidden in cloud" if _FORBIDDEN in text else "refused",), detail)

    def _outcome(self, file: AnswersFile) -> Outcome:
        old = self.fleet.replay(file)
        if old.answers_file != file.name:
            raise AnswerError(f"its answers belong into {old.answers_file}; see dativo-generator replay")
        if file.version > version_of(self.target):
            raise AnswerError(f"is at {file.commit}, which is newer than {self.target}")
        followed = self.release.followed(file.answers)
        answers = self.release.completed({**followed, **self.given}, file.name)
        new = self.release.render(answers, file.source, self.target)
        moves = self._moves(old, new)
        writes, edits = self._changes(old, new, moves)
        pins = tuple(self._pins(file, followed, answers))
        effects = [
            *(["renamed"] if followed != file.answers else []),
            *(["moved"] if moves and followed == file.answers else []),
            *(["follows"] if any(path != new.answers_file for path in (*writes, *edits)) and not moves else []),
            *(["pinned"] if pins else []),
        ]
        return Outcome(
            name=file.name,
            effects=tuple(effects or ["unaffected"]),
            detail=", ".join(_renames(file.answers, followed)),
            new_name=new.answers_file,
            values={**answers, "_commit": self.target},
            writes=writes,
            edits=edits,
            shared=(tuple(old.shared), tuple(new.shared)),
            pins=pins,
            differences=tuple(_differences(old, new, moves)) if self.explain else (),
        )

    def _moves(self, old: Rendering, new: Rendering) -> dict[str, str]:
        """Map old paths to new ones, for what is the same asset, job or fixture under another path."""
        moves = {old.answers_file: new.answers_file}
        objects = self._pairs(old, new)
        for kind in ("assets", "jobs", "fixtures"):  # of fixtures an older release knows nothing
            after = {item["object"]: item["path"] for item in new.plan.get(kind, ())}
            for item in old.plan.get(kind, ()):
                if target := after.get(objects.get(item["object"])):
                    moves[item["path"]] = target
        return {path: target for path, target in moves.items() if path != target}

    def _pairs(self, old: Rendering, new: Rendering) -> dict[str, str]:
        """Map the objects of before to those of now: by today's name, else by what is read."""
        before, after = dict(_entries(old)), dict(_entries(new))
        pairs = {}
        for name, entry in before.items():
            read = {"source_connector": old.plan["source"], "objects": [name]}
            today = self.release.followed(read)["objects"][0] if isinstance(entry, str) else name
            same = (other for other in after if other not in before and thing_of(after[other]) == thing_of(entry))
            if match := today if today in after else next(same, ""):
                pairs[name] = match
        return pairs

    def _changes(
        self, old: Rendering, new: Rendering, moves: Mapping[str, str]
    ) -> tuple[dict[str, bytes | None], dict[str, Edit]]:
        """Work out what to write and what to merge, of the files that no other scaffold owns."""
        writes: dict[str, bytes | None] = {}
        edits: dict[str, Edit] = {}
        before = {path: text for path, text in old.files.items() if path not in old.shared}
        after = {path: text for path, text in new.files.items() if path not in new.shared}
        sources = {target: path for path, target in moves.items()}
        for path, theirs in after.items():
            source = sources.get(path, path)
            base = before.get(source)
            ours = self.fleet.tree.read(source) if base is not None else self.fleet.tree.read(path)
            if path == new.answers_file:
                writes[path] = theirs
            elif base is None and ours is not None:
                self._refuse_owned(path, new)
                edits[path] = Edit(b"", ours, theirs)
            elif base is not None and ours is None:
                continue  # deleted by hand, and stays deleted
            elif ours == base or ours is None:
                if ours != theirs or path != source:
                    writes[path] = theirs
            elif theirs != base or path != source:
                edits[path] = Edit(base, ours, theirs)
            if path != source and self.fleet.tree.read(path) is not None:
                self._refuse_owned(path, new)
                raise AnswerError(f"{path} is there already; move it away first")
        gone = [path for path in before if path not in after and self.fleet.tree.read(path) is not None]
        return writes | dict.fromkeys(gone), edits

    def _refuse_owned(self, path: str, new: Rendering) -> None:
        if owner := Destination(self.fleet.tree.root, new.answers_file).owner(path, new.answers_file):
            raise AnswerError(f"{path}: is of {owner}")

    def _pins(self, file: AnswersFile, followed: Mapping[str, Any], answers: Mapping[str, Any]) -> Iterator[str]:
        """Yield the answers that hold their value although the registry's has moved."""
        before = self.fleet.release(file).pinned(file.answers)
        after = self.release.pinned(answers)
        for name in before:
            if name in after and before[name] != after[name] and answers.get(name) == followed.get(name):
                yield name


def _renames(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[str]:
    """Say which connectors and objects have another name."""
    for name in ("source_connector", "target_connector", "objects"):
        old, new = (value if isinstance(value, list) else [value] for value in (before.get(name), after.get(name)))
        yield from (f"{one} -> {other}" for one, other in zip(old, new, strict=True) if one != other)


def _entries(rendering: Rendering) -> Iterator[tuple[str, Any]]:
    """Yield each object with what its job's source says of it."""
    for job in rendering.plan["jobs"]:
        yield job["object"], next(value[0] for value in job["data"]["source"].values() if isinstance(value, list))


def _differences(old: Rendering, new: Rendering, moves: Mapping[str, str]) -> Iterator[Difference]:
    for path, text in old.files.items():
        target = moves.get(path, path)
        if path.startswith(("assets/", "jobs/")) and target in new.files and new.files[target] != text:
            yield from differences(target, text, new.files[target])


def _undisputed(fleet: Fleet, outcomes: Sequence[Outcome]) -> Iterator[Outcome]:
    """Refuse outcomes that would write one path."""
    writers: dict[str, list[str]] = {}
    for outcome in outcomes:
        for path in (*outcome.writes, *outcome.edits):
            writers.setdefault(path, []).append(outcome.name)
    for outcome in outcomes:
        disputed = [path for path in (*outcome.writes, *outcome.edits) if len(writers[path]) > 1]
        if disputed:
            others = ", ".join(name for name in writers[disputed[0]] if name != outcome.name)
            yield Outcome(
                outcome.name, ("refused",), f"{outcome.name}: {disputed[0]} would be written by {others}, too"
            )
        else:
            yield outcome


def _shared(
    fleet: Fleet, step: _Step, files: Sequence[AnswersFile], outcomes: Sequence[Outcome]
) -> dict[str, bytes | Edit | None]:
    """Work out the files that several scaffolds own: the newest version among the owners after the update decides."""
    taking = {outcome.name: outcome for outcome in outcomes if not outcome.refused}
    before = {path: file for file in files if file.name in taking for path in taking[file.name].shared[0]}
    after = {path: file for file in files if file.name in taking for path in taking[file.name].shared[1]}
    contents = fleet.shared(before | after)
    staying = [file for file in fleet.files if file.name not in taking and not fleet.refusal(file)]
    renderings: dict[str, Rendering] = {}
    results: dict[str, bytes | Edit | None] = {}
    for path in before | after:
        old = contents[path] if path in before else []
        versions = [file.version for file in staying if shares(file.values, path)]
        ours = fleet.tree.read(path)
        if path in after and all(version <= version_of(step.target) for version in versions):
            file = after[path]
            if file.name not in renderings:
                answers = {name: value for name, value in taking[file.name].values.items() if name != "_commit"}
                renderings[file.name] = step.release.render(answers, file.source, step.target)
            theirs = renderings[file.name].files[path]
        elif versions:
            theirs = contents[path][0]
        else:
            results |= {path: None} if ours is not None else {}
            continue
        if ours is None:
            results |= {} if old else {path: theirs}  # deleted by hand, and stays deleted
        elif ours == theirs or (old and old[0] == theirs):
            continue
        elif ours in old:
            results[path] = theirs
        else:
            results[path] = Edit(old[0] if old else b"", ours, theirs)
    return results
