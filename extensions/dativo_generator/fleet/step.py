"""What happens to one answers file when it goes to a release of the pack, with its new answers.

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
from ..plan.ownership import instead
from ..registry.connectors import SELECTIONS
from .answers_files import AnswersFile, refused
from .data_owner import user_of
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

# The kinds of files in a plan that belong to a single scaffold.
_KINDS = ("assets", "jobs", "fixtures", "env_files")

Wanted = Callable[[dict[str, Any]], dict[str, Any]]


@dataclass(frozen=True)
class Outcome:
    """What an update does with one answers file; `detail` says why it is refused, or what is renamed.

    `effects` are some of `EFFECTS`. `writes` maps paths to contents, None to delete; `edits` has the files with edits
    by hand that still have to be merged; `kept` lists files that no longer belong to it, but stay because they were
    edited; `moves` maps old to new paths of the same file. `shared` are files that other scaffolds may own, too, before
    and after. `items` says what each asset of its jobs describes; `reads` are the assets among them that another
    scaffold writes and that are new to it, with their source. `changes` are the answers that were changed by hand, as
    text. `warned` are the scaffold's warnings after the update: what is wrong, and the objects or columns concerned.
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
        """The files that are deleted, and not just moved."""
        return [path for path, content in self.writes.items() if content is None and path not in self.moves]

    @property
    def refused(self) -> bool:
        """Whether it stays as it is."""
        return bool(set(self.effects) & {"refused", "forbidden in cloud"})


@dataclass(frozen=True)
class Step:
    """The release to go to, tagged `target`; with `explain`, it also finds what a change means.

    With `force`, edited files are deleted, too, and files that others use; `split` makes a scaffold of each
    environment.
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

    @cached_property
    def user(self) -> str:
        """The address of the user who runs the command, as `data_owner.user_of` finds it."""
        return user_of(self.fleet.tree.root)

    @classmethod
    def to(cls, fleet: Fleet, tag: str, explain: bool = False, force: bool = False, split: bool = False) -> "Step":
        """Load the release with `tag`, or the newest if that is ''; raises `SourceError` if there is none."""
        if not (target := tag or fleet.source.newest):
            raise SourceError(f"{fleet.source.location}: tag a version like v1.0.0; it has no released tag")
        if target not in fleet.source.tags:
            raise SourceError(fleet.source.unreleased(target))
        release = fleet.load(fleet.source.tags[target])
        if isinstance(release, DativoError):
            raise release
        return cls(fleet, release, target, explain, force, split)

    def outcome(self, file: AnswersFile, wanted: Wanted) -> Outcome:
        """Work out what happens to an answers file; `wanted` maps its answers, with renames applied, to new ones."""
        try:
            return self._changed(file, wanted)
        except DativoError as error:
            effect = "forbidden in cloud" if _FORBIDDEN in str(error) else "refused"
            return Outcome(file.name, (effect,), refused(file, error, self._tried(file, wanted)))

    def _tried(self, file: AnswersFile, wanted: Wanted) -> Mapping[str, Any]:
        """Return the answers that were tried for an answers file, {} if it did not come to that."""
        try:
            return {} if file.problem else wanted(self.release.followed(file.answers))
        except DativoError:
            return {}

    def new(self, answers: Mapping[str, Any], answers_file: str) -> Outcome:
        """Work out a new scaffold from complete answers; raises `AnswerError` for a path that is taken."""
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
            raise AnswerError(f"see dativo-generator replay; its answers belong in {old.answers_file}")
        if file.version > version_of(self.target):
            raise AnswerError(f"is at {file.commit}, which is newer than {self.target}")
        followed = self.release.followed(file.answers)
        wanted_answers = _by_object(old, file.answers, wanted(followed))
        bases = [release.basis(file.answers) for release in (self.fleet.release(file), self.release)]
        # As text, since 1 is not True in an answers file.
        unchanged = bases[0] == bases[1] != [] and str(wanted_answers) == str(file.answers) and not self.split
        if unchanged:
            answers, new = old.answers, self.release.adopted(old, file.source, self.target)
        elif self.split:
            answers, new = self._split(file, wanted_answers)
        else:
            answers = self._completed(wanted_answers, file)
            new = self.release.render(answers, file.source, self.target)
        # The files, and so their edits, may stem from earlier answers.
        before = self.unapplied.before(file, old)
        old = before.rendering if before else old
        moves = self._moves(old, new)
        writes, edits, kept = self._changes(old, new, moves, alike=bases[0][:1] == bases[1][:1] != [])
        if file.commit == self.target and new.answers_file == file.name and new.says(file):
            # They keep their format and their comments.
            writes = {path: content for path, content in writes.items() if path not in (file.name, file.fields_file)}
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
        """Return the answers to record; only a new answer causes an import, never a recorded one."""
        self.release.intended(answers, file.answers, self.fleet.tree.root)
        if recording.IMPORT in answers and recording.IMPORT not in file.answers:
            return self.release.imported(answers, file.answers, file.name)
        return self.release.completed(answers, file.name)

    def _split(self, file: AnswersFile, answers: Mapping[str, Any]) -> tuple[dict[str, Any], Rendering]:
        """Render one scaffold per environment: returns the answers of the first, and all files as one rendering."""
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
        """Map old paths to new ones, for files that are the same under another path."""
        moves = {old.answers_file: new.answers_file}
        if old.fields_file and new.fields_file:
            moves |= {old.fields_file: new.fields_file}
        objects, environments = self._pairs(old, new), _environment_pairs(old, new)
        for kind in _KINDS:
            after = {named: file["path"] for named, file in _named(new, kind)}
            for (name, environment), file in _named(old, kind):
                if target := after.get((objects.get(name), environments.get(environment, environment))):
                    moves[file["path"]] = target
        return {path: target for path, target in moves.items() if path != target}

    def _pairs(self, old: Rendering, new: Rendering) -> dict[str, str]:
        """Map the old objects to the new ones: by current name, else by what is read."""
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

        Releases that are `alike` have the same templates: a file with the same inputs stays as it is.
        """
        writes: dict[str, bytes | None] = {}
        edits: dict[str, Edit] = {}
        before, after = old.own, new.own
        sources = {target: path for path, target in moves.items()}
        for path in after:
            source = sources.get(path, path)
            if alike and path == source and before.same(path, after):
                continue
            theirs, known = after[path], source in before
            ours = self.fleet.tree.read(source if known else path)
            if path == new.answers_file or (path == new.fields_file and (known or ours is None)):
                writes |= {path: theirs} if ours != theirs or path != source else {}
            elif not known and ours is not None:
                self._refuse_taken(path, new)
            elif known and ours is None:
                continue  # deleted by hand, and stays deleted
            elif ours is None or ours == before[source]:
                if ours != theirs or path != source:
                    writes[path] = theirs
            elif theirs != before[source] or path != source:
                edits[path] = respelled(Edit(before[source], ours, theirs))
            # The file at the new path may be another one, which must not be overwritten and lost.
            if path != source and (path not in before or (path not in moves and self._edited(path, before))):
                self._refuse_taken(path, new)
        left = [path for path in before if path not in after and self.fleet.tree.read(path) is not None]
        answered = [path for path in left if path in moves or path == old.fields_file]
        kept = [path for path in left if path not in answered and self._edited(path, before) and not self.force]
        # A job that stays needs its asset.
        assets = {item["object"]: item["path"] for item in old.plan["assets"]}
        needed = {assets.get(job["object"]) for job in old.plan["jobs"] if job["path"] in kept}
        kept += [path for path in left if path in needed and path not in kept and path not in moves]
        return writes | dict.fromkeys(path for path in left if path not in kept), edits, kept

    def _edited(self, path: str, before: Mapping[str, bytes]) -> bool:
        return self.fleet.tree.read(path) not in (None, before[path])

    def _refuse_taken(self, path: str, new: Rendering) -> None:
        """Refuse a path that another scaffold owns, or where a user's own file is."""
        if self.fleet.tree.read(path) is None:
            return
        other = _instead(path, new)
        if owner := self.fleet.owner(path, new.answers_file):
            reuse = "read it with --data assets=reuse, or " if path.startswith("assets/") else ""
            raise AnswerError(f"{path}: {reuse}{other}; it belongs to {owner}")
        raise AnswerError(f"{path}: move it away, or {other}; it exists already, and belongs to no scaffold")

    def _pins(self, file: AnswersFile, followed: Mapping[str, Any], answers: Mapping[str, Any]) -> Iterator[str]:
        """Yield the answers that keep their value although the registry's has changed."""
        before = self.fleet.release(file).pinned(file.answers)
        after = self.release.pinned(answers)
        for name in before:
            if name in after and before[name] != after[name] and answers.get(name) == followed.get(name):
                yield name


def _instead(path: str, rendering: Rendering) -> str:
    """Return what to do about a file that cannot be written, other than to move the existing file away."""
    if path in (rendering.answers_file, rendering.fields_file):
        return "give the scaffold another name with --data scaffold=NAME"
    return instead(
        next((name for kind in _KINDS for (name, _), file in _named(rendering, kind) if file["path"] == path), "")
    )


def _by_object(old: Rendering, before: Mapping[str, Any], wanted: dict[str, Any]) -> dict[str, Any]:
    """Return answers whose recorded fields are given by object, if a scaffold of one object gets more."""
    fields, objects = wanted.get("fields"), {job["object"] for job in old.plan["jobs"]}
    read = [(before.get(name), wanted.get(name)) for name in SELECTIONS]
    grows = any(
        isinstance(new, list) and len(new) > 1 and (not isinstance(was, list) or len(was) == 1) for was, new in read
    )
    if not grows or len(objects) != 1 or not isinstance(fields, dict) or not same(fields, before.get("fields")):
        return wanted
    (name,) = objects
    return wanted if list(fields) == [name] and isinstance(fields[name], dict) else {**wanted, "fields": {name: fields}}


def _named(rendering: Rendering, kind: str) -> Iterator[tuple[tuple[str, str], Mapping[str, Any]]]:
    """Yield the files of a kind with what each is for: an object, and an environment, '' for all of them.

    An older release has only some of the kinds, and lists the variables of its jobs in a single file.
    """
    if kind == "env_files" and rendering.plan.get("env_example"):
        yield ("", _environments(rendering)[0]), rendering.plan["env_example"]
    for file in rendering.plan.get(kind, ()):
        environment = file["data"].get("environment", "") if kind == "jobs" else file.get("environment", "")
        yield (file.get("object", ""), environment), file


def _environments(rendering: Rendering) -> list[str]:
    """List the environments that have jobs."""
    return list(dict.fromkeys(job["data"].get("environment", "") for job in rendering.plan["jobs"]))


def _environment_pairs(old: Rendering, new: Rendering) -> dict[str, str]:
    """Map the old environment to the new one, if there is only one and it got another name."""
    before, after = _environments(old), _environments(new)
    return dict(zip(before, after, strict=True)) if len(before) == len(after) == 1 else {}


def _profiled(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[str]:
    """List the answers whose value from a profile is different or gone."""
    taken = after.get("profiled", ())
    names = (name for name in {*before.get("profiled", ()), *taken} if name in taken or name not in after)
    return [name for name in names if before.get(name) != after.get(name)]


def _renames(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[str]:
    """Yield the renamed connectors and objects."""
    for name in ("source_connector", "target_connector", "objects"):
        old, new = (value if isinstance(value, list) else [value] for value in (before.get(name), after.get(name)))
        yield from (f"{one} -> {other}" for one, other in zip(old, new, strict=True) if one != other)


def _entries(rendering: Rendering) -> dict[str, Any]:
    """Map each object to its entry in the source of its job."""
    return {item.object: item.entry for item in items_of(rendering).values()}


def _warned(rendering: Rendering) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Return the warnings of a scaffold; an older release does not say what they are about."""
    plan = rendering.plan
    warnings = plan.get("warned") or [{"kind": text, "of": []} for text in plan.get("warnings", ())]
    return tuple((one["kind"], tuple(one["of"])) for one in warnings)


def _reads(rendering: Rendering) -> dict[str, tuple[str, Item]]:
    """Map other scaffolds' assets that a scaffold's jobs refer to, each to its source and item."""
    own = {asset["path"] for asset in rendering.plan["assets"]}
    return {path: (rendering.plan["source"], item) for path, item in items_of(rendering).items() if path not in own}


def _differences(old: Rendering, new: Rendering, moves: Mapping[str, str]) -> Iterator[Difference]:
    before, after = _documents(old), _documents(new)
    for path, document in before.items():
        target = moves.get(path, path)
        if target in after:
            yield from differences(target, document, after[target])
    # Compare a new environment with the one that existed before.
    first = {job["object"]: job["data"] for job in reversed(old.plan["jobs"])}
    known = _environments(old)
    for job in new.plan["jobs"] if len(_environments(new)) > len(known) else ():
        environment = job["data"]["environment"]
        if environment not in known and job["object"] in first:
            for one in differences(job["path"], first[job["object"]], job["data"]):
                yield replace(one, key=f"{environment}: {one.key}")


def _documents(rendering: Rendering) -> dict[str, Any]:
    """Map each asset and job to its content."""
    flat = rendering.plan.get("layout") == ODCS
    assets = {asset["path"]: asset["data"] if flat else {"asset": asset["data"]} for asset in rendering.plan["assets"]}
    return assets | {job["path"]: job["data"] for job in rendering.plan["jobs"]}
