"""What becomes of one answers file when it is taken to a release of the pack, with the answers that it is to have.

::

    answers before ──> files before ─┐
                                     ├──> what to write, to delete, to merge
    answers now    ──> files now   ──┘

Nothing is written here.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

from ..answers import recording
from ..answers.questions.contract import ODCS
from ..answers.selection import Item, thing_of
from ..base.errors import AnswerError, DativoError
from ..base.values import same
from ..base.versions import version_of
from ..registry.connectors import SELECTIONS
from .answers_files import AnswersFile, parsed
from .differences import Difference, differences
from .fleet import Fleet
from .merge import Edit
from .release import Files, Release, Rendering, items_of
from .respelled import respelled
from .source import SourceError
from .unapplied import Unapplied

# What can happen to an answers file, in the words of the report.
EFFECTS = {
    "follows": "What nobody answered follows the registry; assets or jobs change.",
    "pinned": "An answer keeps its value although the registry's has changed.",
    "renamed": "A connector or object has a new name; files move, with the edits in them.",
    "profiled": "A profile of the tenant or the organisation gives another answer (`--profiles`).",
    "changed by hand": "An answer was changed in the answers file; assets and jobs follow and keep their edits.",
    "moved": "An answer given with `--data` changes paths; files move, with the edits in them.",
    "unaffected": "Only the version changes, and perhaps shared files.",
    "refused": "It cannot be updated, for the reason given; it stays as it is.",
    "forbidden in cloud": "A connector is no longer allowed in cloud; it stays as it is.",
}
_FORBIDDEN = "not allowed in cloud"

# The files that a plan lists of one scaffold alone.
_KINDS = ("assets", "jobs", "fixtures", "env_files")

Wanted = Callable[[dict[str, Any]], dict[str, Any]]


@dataclass(frozen=True)
class Outcome:
    """What an update does with one answers file; `detail` says why it is refused, or what is renamed.

    `effects` are some of `EFFECTS`. `writes` gives every path its content, None to delete it; `edits` are the files
    with edits by hand, still to be merged; `kept` are no longer its own and stay for the edits in them; `moves` says
    where a file goes that is the same under another path. `shared` are files that other scaffolds may own, too, before
    and after. `items` says what each asset of its jobs describes; `reads` are those of them that another writes and
    that are new to it, with their source. `changes` are the answers that were changed by hand, as text. `warned` are
    the warnings of the scaffold as it is then: what is wrong, and the objects or columns that it is about.
    """

    name: str
    effects: tuple[str, ...]
    detail: str = ""
    new_name: str = ""
    values: Mapping[str, Any] = field(default_factory=dict)
    writes: Mapping[str, bytes | None] = field(default_factory=dict)
    edits: Mapping[str, Edit] = field(default_factory=dict)
    kept: tuple[str, ...] = ()
    moves: Mapping[str, str] = field(default_factory=dict)
    shared: tuple[tuple[str, ...], tuple[str, ...]] = ((), ())
    items: Mapping[str, Item] = field(default_factory=dict)
    reads: Mapping[str, tuple[str, Item]] = field(default_factory=dict)
    pins: tuple[str, ...] = ()
    changes: tuple[str, ...] = ()
    warned: tuple[tuple[str, tuple[str, ...]], ...] = ()
    differences: tuple[Difference, ...] = ()

    @property
    def deletes(self) -> list[str]:
        """The files that go, and come back nowhere else."""
        return [path for path, content in self.writes.items() if content is None and path not in self.moves]

    @property
    def refused(self) -> bool:
        """Whether nothing happens to it."""
        return bool(set(self.effects) & {"refused", "forbidden in cloud"})


@dataclass(frozen=True)
class Step:
    """The release to go to, under the tag `target`; `explain` also finds what a change means.

    With `force`, what goes is deleted with the edits in it, and although others use it; `split` makes a scaffold of
    each environment.
    """

    fleet: Fleet
    release: Release
    target: str
    explain: bool = False
    force: bool = False
    split: bool = False

    @cached_property
    def unapplied(self) -> Unapplied:
        """The answers that were changed by hand."""
        return Unapplied(self.fleet)

    @classmethod
    def to(cls, fleet: Fleet, tag: str, explain: bool = False, force: bool = False, split: bool = False) -> "Step":
        """Load the release of `tag`, the newest when it is ''; raises `SourceError` for one that is not released."""
        if not (target := tag or fleet.source.newest):
            raise SourceError(f"{fleet.source.location}: has no released tag, and only what is released is recorded")
        if target not in fleet.source.tags:
            raise SourceError(f"--to: '{target}' is not a released version of {fleet.source.location}")
        release = fleet.load(fleet.source.tags[target])
        if isinstance(release, DativoError):
            raise release
        return cls(fleet, release, target, explain, force, split)

    def outcome(self, file: AnswersFile, wanted: Wanted) -> Outcome:
        """Work out what happens to an answers file; `wanted` makes its answers from those that follow renames."""
        try:
            return self._changed(file, wanted)
        except DativoError as error:
            text = str(error)
            detail = text if text.startswith(file.name) else f"{file.name}: {text}"
            return Outcome(file.name, ("forbidden in cloud" if _FORBIDDEN in text else "refused",), detail)

    def new(self, answers: Mapping[str, Any], answers_file: str) -> Outcome:
        """Work out a scaffold that is not there yet, from complete answers; raises `AnswerError` for what is taken."""
        new = self.release.render(answers, self.fleet.source.location, self.target)
        for path in new.own:
            if path != answers_file:
                self._refuse_taken(path, new)
        return Outcome(
            name=answers_file,
            effects=("new",),
            new_name=answers_file,
            values={**answers, "_commit": self.target, "_src_path": self.fleet.source.location},
            items=items_of(new),
            writes=dict(new.own),
            shared=((), tuple(new.shared)),
            reads=_reads(new),
            warned=_warned(new),
        )

    def _changed(self, file: AnswersFile, wanted: Wanted) -> Outcome:
        old = self.fleet.replay(file)
        if old.answers_file != file.name:
            raise AnswerError(f"its answers belong into {old.answers_file}; see dativo-generator replay")
        if file.version > version_of(self.target):
            raise AnswerError(f"is at {file.commit}, which is newer than {self.target}")
        followed = self.release.followed(file.answers)
        wanted_answers = _by_object(old, file.answers, wanted(followed))
        bases = [release.basis(file.answers) for release in (self.fleet.release(file), self.release)]
        # Compared as text, since 1 is not True in an answers file.
        unchanged = bases[0] == bases[1] != [] and str(wanted_answers) == str(file.answers) and not self.split
        if unchanged:
            answers, new = old.answers, self.release.adopted(old, file.source, self.target)
        elif self.split:
            answers, new = self._split(file, wanted_answers)
        else:
            answers = self._completed(wanted_answers, file)
            new = self.release.render(answers, file.source, self.target)
        # What the files are, and so what edits are told by, may be what earlier answers gave.
        before = self.unapplied.before(file, old)
        old = before.rendering if before else old
        moves = self._moves(old, new)
        writes, edits, kept = self._changes(old, new, moves, alike=bases[0][:1] == bases[1][:1] != [])
        if file.commit == self.target and file.name in writes and _says(file, writes[file.name]):
            del writes[file.name]  # it keeps its form, and the comments in it
        pins = () if unchanged else tuple(self._pins(file, followed, answers))
        effects = [
            *(["renamed"] if followed != file.answers else []),
            *(["changed by hand"] if before else []),
            *(["moved"] if moves and followed == file.answers else []),
            *(["follows"] if any(path != new.answers_file for path in (*writes, *edits)) and not moves else []),
            *(["profiled"] if _profiled(followed, wanted_answers) else []),
            *(["pinned"] if pins else []),
        ]
        return Outcome(
            name=file.name,
            effects=tuple(effects or ["unaffected"]),
            detail=", ".join(_renames(file.answers, followed)),
            new_name=new.answers_file,
            values={**answers, "_commit": self.target, "_src_path": file.source},
            items=items_of(new),
            writes=writes,
            edits=edits,
            kept=tuple(kept),
            moves=moves,
            shared=(tuple(old.shared), tuple(new.shared)),
            reads={path: item for path, item in _reads(new).items() if path not in _reads(old)},
            pins=pins,
            changes=before.changes if before else (),
            warned=_warned(new),
            differences=tuple(_differences(old, new, moves)) if self.explain else (),
        )

    def _completed(self, answers: Mapping[str, Any], file: AnswersFile) -> dict[str, Any]:
        """Return what is recorded of answers; what is to be imported somebody has given, and no answers file says."""
        if recording.IMPORT in answers and recording.IMPORT not in file.answers:
            return self.release.imported(answers, file.answers, file.name)
        return self.release.completed(answers, file.name)

    def _split(self, file: AnswersFile, answers: Mapping[str, Any]) -> tuple[dict[str, Any], Rendering]:
        """Render a scaffold of each environment: the answers of the first, and the files of all as one rendering."""
        parts = self.release.split(self.release.completed(answers, file.name))
        complete = [self.release.completed(part, file.name) for part in parts]
        renderings = [self.release.render(part, file.source, self.target) for part in complete]
        first, fillings = renderings[0], {}
        for rendering in renderings:
            fillings |= rendering.own.fillings
        files = Files(fillings | {path: first.files.fillings[path] for path in first.shared})
        listed = {kind: [one for rendering in renderings for one in rendering.plan[kind]] for kind in _KINDS}
        return complete[0], replace(first, files=files, plan={**first.plan, **listed})

    def _moves(self, old: Rendering, new: Rendering) -> dict[str, str]:
        """Map old paths to new ones, for what is the same file under another path."""
        moves = {old.answers_file: new.answers_file}
        objects, environments = self._pairs(old, new), _environment_pairs(old, new)
        for kind in _KINDS:
            after = {named: file["path"] for named, file in _named(new, kind)}
            for (name, environment), file in _named(old, kind):
                if target := after.get((objects.get(name), environments.get(environment, environment))):
                    moves[file["path"]] = target
        return {path: target for path, target in moves.items() if path != target}

    def _pairs(self, old: Rendering, new: Rendering) -> dict[str, str]:
        """Map the objects of before to those of now: by today's name, else by what is read."""
        before, after = _entries(old), _entries(new)
        pairs = {}
        for name, entry in before.items():
            read = {"source_connector": old.plan["source"], "objects": [name]}
            today = self.release.followed(read)["objects"][0] if isinstance(entry, str) else name
            same = (other for other in after if other not in before and thing_of(after[other]) == thing_of(entry))
            if match := today if today in after else next(same, ""):
                pairs[name] = match
        return pairs | {"": ""}

    def _changes(
        self, old: Rendering, new: Rendering, moves: Mapping[str, str], alike: bool
    ) -> tuple[dict[str, bytes | None], dict[str, Edit], list[str]]:
        """Work out what to write, to merge and to keep, of the files that no other scaffold owns.

        Releases that are `alike` have the same templates: what they are filled with tells what stays as it is.
        """
        writes: dict[str, bytes | None] = {}
        edits: dict[str, Edit] = {}
        before, after = old.own, new.own
        sources = {target: path for path, target in moves.items()}
        for path in after:
            source = sources.get(path, path)
            if alike and path == source and before.same(path, after):
                continue
            theirs = after[path]
            base = before.get(source)
            ours = self.fleet.tree.read(source) if base is not None else self.fleet.tree.read(path)
            if path == new.answers_file:
                writes |= {path: theirs} if ours != theirs or path != source else {}
            elif base is None and ours is not None:
                self._refuse_taken(path, new)
            elif base is not None and ours is None:
                continue  # deleted by hand, and stays deleted
            elif ours == base or ours is None:
                if ours != theirs or path != source:
                    writes[path] = theirs
            elif theirs != base or path != source:
                edits[path] = respelled(Edit(base, ours, theirs))
            # What was at a path of its own may have gone elsewhere, and must not be lost beneath what comes.
            if path != source and (path not in before or (path not in moves and self._edited(path, before))):
                self._refuse_taken(path, new)
        left = [path for path in before if path not in after and self.fleet.tree.read(path) is not None]
        kept = [path for path in left if path not in moves and self._edited(path, before) and not self.force]
        # A job that stays needs its asset.
        assets = {item["object"]: item["path"] for item in old.plan["assets"]}
        needed = {assets.get(job["object"]) for job in old.plan["jobs"] if job["path"] in kept}
        kept += [path for path in left if path in needed and path not in kept and path not in moves]
        return writes | dict.fromkeys(path for path in left if path not in kept), edits, kept

    def _edited(self, path: str, before: Mapping[str, bytes]) -> bool:
        return self.fleet.tree.read(path) not in (None, before[path])

    def _refuse_taken(self, path: str, new: Rendering) -> None:
        """Refuse a path that another scaffold owns, or where somebody's own file is."""
        if self.fleet.tree.read(path) is None:
            return
        if owner := self.fleet.owner(path, new.answers_file):
            reuse = "; point the jobs at it with assets=reuse, or name another with asset_names"
            raise AnswerError(f"{path}: is of {owner}{reuse if path.startswith('assets/') else ''}")
        raise AnswerError(f"{path} is there already; move it away first")

    def _pins(self, file: AnswersFile, followed: Mapping[str, Any], answers: Mapping[str, Any]) -> Iterator[str]:
        """Yield the answers that hold their value although the registry's has moved."""
        before = self.fleet.release(file).pinned(file.answers)
        after = self.release.pinned(answers)
        for name in before:
            if name in after and before[name] != after[name] and answers.get(name) == followed.get(name):
                yield name


def _by_object(old: Rendering, before: Mapping[str, Any], wanted: dict[str, Any]) -> dict[str, Any]:
    """Return answers whose recorded fields stand by object, where a scaffold of one object becomes one of several."""
    fields, objects = wanted.get("fields"), {job["object"] for job in old.plan["jobs"]}
    read = [(before.get(name), wanted.get(name)) for name in SELECTIONS]
    grows = any(
        isinstance(new, list) and len(new) > 1 and (not isinstance(was, list) or len(was) == 1) for was, new in read
    )
    if not grows or len(objects) != 1 or not isinstance(fields, dict) or not same(fields, before.get("fields")):
        return wanted
    (name,) = objects
    return wanted if list(fields) == [name] and isinstance(fields[name], dict) else {**wanted, "fields": {name: fields}}


def _says(file: AnswersFile, content: bytes | None) -> bool:
    """Tell whether an answers file has the values of a content, in whatever form."""
    return content is not None and same(file.values, parsed(file.name, content).values)


def _named(rendering: Rendering, kind: str) -> Iterator[tuple[tuple[str, str], Mapping[str, Any]]]:
    """Yield the files of a kind with what each is for: an object, and an environment, '' for all of them.

    An older release knows only some kinds, and lists the variables of its jobs in one file.
    """
    if kind == "env_files" and rendering.plan.get("env_example"):
        yield ("", _environments(rendering)[0]), rendering.plan["env_example"]
    for file in rendering.plan.get(kind, ()):
        environment = file["data"].get("environment", "") if kind == "jobs" else file.get("environment", "")
        yield (file.get("object", ""), environment), file


def _environments(rendering: Rendering) -> list[str]:
    """List the environments that there are jobs for."""
    return list(dict.fromkeys(job["data"].get("environment", "") for job in rendering.plan["jobs"]))


def _environment_pairs(old: Rendering, new: Rendering) -> dict[str, str]:
    """Map the environment of before to that of now, where there is one that has another name."""
    before, after = _environments(old), _environments(new)
    return dict(zip(before, after, strict=True)) if len(before) == len(after) == 1 else {}


def _profiled(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[str]:
    """List the answers that profiles give otherwise, or no more."""
    taken = after.get("profiled", ())
    names = (name for name in {*before.get("profiled", ()), *taken} if name in taken or name not in after)
    return [name for name in names if before.get(name) != after.get(name)]


def _renames(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[str]:
    """Say which connectors and objects have another name."""
    for name in ("source_connector", "target_connector", "objects"):
        old, new = (value if isinstance(value, list) else [value] for value in (before.get(name), after.get(name)))
        yield from (f"{one} -> {other}" for one, other in zip(old, new, strict=True) if one != other)


def _entries(rendering: Rendering) -> dict[str, Any]:
    """Map each object to what its job's source says of it."""
    return {item.object: item.entry for item in items_of(rendering).values()}


def _warned(rendering: Rendering) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Return the warnings of a scaffold; an older release does not tell what they are about."""
    plan = rendering.plan
    told = plan.get("warned") or [{"kind": text, "of": []} for text in plan.get("warnings", ())]
    return tuple((one["kind"], tuple(one["of"])) for one in told)


def _reads(rendering: Rendering) -> dict[str, tuple[str, Item]]:
    """Map the assets of others that a scaffold's jobs point at to the source and what is read of it."""
    own = {asset["path"] for asset in rendering.plan["assets"]}
    return {path: (rendering.plan["source"], item) for path, item in items_of(rendering).items() if path not in own}


def _differences(old: Rendering, new: Rendering, moves: Mapping[str, str]) -> Iterator[Difference]:
    before, after = _documents(old), _documents(new)
    for path, document in before.items():
        target = moves.get(path, path)
        if target in after:
            yield from differences(target, document, after[target])
    # What is different in an environment that comes new is different from the one that was there.
    first = {job["object"]: job["data"] for job in reversed(old.plan["jobs"])}
    known = _environments(old)
    for job in new.plan["jobs"] if len(_environments(new)) > len(known) else ():
        environment = job["data"]["environment"]
        if environment not in known and job["object"] in first:
            for one in differences(job["path"], first[job["object"]], job["data"]):
                yield replace(one, key=f"{environment}: {one.key}")


def _documents(rendering: Rendering) -> dict[str, Any]:
    """Map each asset and job to what it holds."""
    flat = rendering.plan.get("layout") == ODCS
    assets = {asset["path"]: asset["data"] if flat else {"asset": asset["data"]} for asset in rendering.plan["assets"]}
    return assets | {job["path"]: job["data"] for job in rendering.plan["jobs"]}
