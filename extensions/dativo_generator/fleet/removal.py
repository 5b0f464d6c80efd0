"""Remove scaffolds, or objects of one: what goes, and what stays because it was edited or others need it.

::

    what the answers give ──> minus what others need, and edits ──> one change, like an update

What stays no longer belongs to a scaffold, so the comment that names one is removed: from then on the file is the
user's own, and a replay ignores it.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from shlex import quote
from typing import Any

from ..answers.readers import mapping, structure, words
from ..answers.recording import PATTERNS
from ..answers.scaffold import Scaffold
from ..answers.selection import Item
from ..base import reading
from ..base.errors import AnswerError, DativoError
from ..base.naming import offer
from ..base.paths import FIXTURES, FIXTURES_TEST
from ..base.patterns import EXCEPT, is_meant
from ..plan.destination import header_line
from ..plan.plan import paths
from ..registry.pack import Pack
from . import uses
from .answers_files import AnswersFile
from .fleet import Fleet
from .release import Rendering
from .source import SourceError
from .step import Outcome, Step
from .update import Update, combined

EDITED, NEEDED = "it was edited by hand", "a job that was edited by hand needs it"
# The second line of a scaffold's comment.
_AGAIN = "#   copier update"
_RECIPE = re.compile(rb"""_connector_path["']?[ \t]*:[ \t]*["']?[^\s"'#,}]*?(connectors/[^\s"'#,}]+)""")


@dataclass(frozen=True)
class Removal:
    """The change that removes and rewrites files; `stays` maps each file that stays to the reason.

    `edited` lists the scaffolds' files with edits by hand, whether they go or stay.
    """

    change: Update
    stays: Mapping[str, str]
    edited: tuple[str, ...] = ()


def removal(fleet: Fleet, names: Sequence[str], objects: Sequence[str] = (), force: bool = False) -> Removal:
    """Work out the removal of the answers files `names`, or of some `objects` of a single one.

    With `force`, edited files go, too; what others need stays anyway. Nothing is written. Raises `SourceError` if no
    answers file can be rendered, and `AnswerError` for an object that cannot be removed.
    """
    files = [file for file in fleet.files if file.name in names]
    fleet.prepare(files)
    step = _step(fleet, files, force)
    before = {file.name: rendering for file in files if (rendering := _before(step, file))}
    outcomes = [
        _without(step, file, objects) if objects else _gone(step, file, before.get(file.name)) for file in files
    ]
    edited = {path for one in before.values() for path in one.own if _is_edited(fleet, one, path)}
    stays = {path: EDITED if path in edited else NEEDED for outcome in outcomes for path in outcome.kept}
    outcomes = [_sparing(step, outcome, outcomes, before, stays) for outcome in outcomes]
    change = combined(step, outcomes)
    stays |= {path: EDITED for path in change.kept if path not in stays}
    change = _with_shared(step, change, stays)
    own = {path: content for path in stays if (content := _as_own(fleet, path)) is not None}
    return Removal(
        replace(change, writes={**change.writes, **own}, kept=sorted(stays)),
        dict(sorted(stays.items())),
        tuple(sorted(path for path in edited if path in stays or change.writes.get(path, b"") is None)),
    )


def _step(fleet: Fleet, files: Sequence[AnswersFile], force: bool) -> Step:
    """Return the step to the first scaffold's own version: a removal does not change versions."""
    file = next((file for file in files if not fleet.refusal(file)), None)
    if file is None:
        raise SourceError(fleet.refusal(files[0]))
    return Step(fleet, fleet.release(file), file.commit, force=force)


def _before(step: Step, file: AnswersFile) -> Rendering | None:
    """Return the rendering that a scaffold's files come from, or None if it cannot be rendered."""
    try:
        now = step.fleet.replay(file)
        _ = dict(now.own)
        earlier = step.unapplied.before(file, now)
        return earlier.rendering if earlier else now
    except DativoError:
        return None


def _gone(step: Step, file: AnswersFile, before: Rendering | None) -> Outcome:
    """Work out the removal of a scaffold: all of its existing files, except edited ones."""
    if before is None:
        try:
            step.fleet.replay(file)
        except DativoError as error:
            reason = f"{file.name}: fix it first, or delete its files by hand; it cannot be rendered: {error}"
            return Outcome(file.name, ("refused",), reason)
    if before.answers_file != file.name:
        reason = f"{file.name}: see dativo-generator replay; its answers belong in {before.answers_file}"
        return Outcome(file.name, ("refused",), reason)
    there = [path for path in before.own if step.fleet.tree.read(path) is not None]
    kept = [] if step.force else [path for path in there if _is_edited(step.fleet, before, path)]
    return Outcome(
        name=file.name,
        effects=("removed",),
        writes=dict.fromkeys(path for path in there if path not in kept),
        kept=tuple(kept),
        shared=(tuple(before.shared), ()),
    )


def _is_edited(fleet: Fleet, rendering: Rendering, path: str) -> bool:
    """Return whether a file of a scaffold was edited by hand; changed answers do not count."""
    if path in (rendering.answers_file, rendering.fields_file):
        return False
    return fleet.tree.read(path) not in (None, rendering.own[path])


# --- objects ----------------------------------------------------------------------------------------------------------


def _without(step: Step, file: AnswersFile, objects: Sequence[str]) -> Outcome:
    """Work out an update to the answers without some objects."""
    pack = Pack(step.fleet.source.checkout(step.fleet.source.resolve(file.commit)))
    answers = less(Scaffold(pack, file.answers), file.answers, objects, file.name)
    return step.outcome(file, lambda followed: answers)


def less(scaffold: Scaffold, answers: Mapping[str, Any], objects: Sequence[str], name: str) -> dict[str, Any]:
    """Return answers without some objects, and without answers about them; raises `AnswerError`."""
    items = scaffold.items
    known = [item.object for item in items]
    for one in objects:
        if one not in known:
            raise AnswerError("--object: " + offer(one, known, f"{name} reads no object '{one}'"))
    if not set(known) - set(objects):
        raise AnswerError(
            f"--object: remove it whole with dativo-generator remove {quote(name)}; {name} would read nothing"
        )
    result = dict(answers)
    selection = scaffold.source.selection
    raw = structure(answers[selection])
    result[selection] = [one for one, item in zip(raw, items, strict=True) if item.object not in objects]
    for question in ("fields", "asset_names"):
        if isinstance(mapping := _structure(answers.get(question)), dict):
            _put(result, question, {key: value for key, value in mapping.items() if key not in objects})
    if patterns := answers.get(PATTERNS):
        _put(result, PATTERNS, [*words(patterns), *_exceptions(items, objects, words(patterns))])
    whole = Scaffold(scaffold.pack, {**answers, "left_out": []})
    gone = {path for one, path in paths(whole) if one in objects}
    if left_out := scaffold["left_out"]:
        _put(result, "left_out", [path for path in left_out if path not in gone])
    return result


def _exceptions(items: Sequence[Item], objects: Sequence[str], patterns: Sequence[str]) -> list[str]:
    """Return patterns that exclude the removed tables, if other patterns would add them again."""
    names = [item.entry["name"] for item in items if item.object in objects]
    return [f"{EXCEPT}{name}" for name in names if is_meant(name, name.rpartition(".")[2], patterns)]


def _structure(raw: Any) -> Any:
    """Return a YAML answer parsed; one that is not a mapping, such as a pattern for all objects, unchanged."""
    try:
        return mapping(raw) if raw is not None else None
    except AnswerError:
        return raw


def _put(answers: dict[str, Any], name: str, value: Any) -> None:
    """Set an answer, or delete it if it is empty."""
    answers |= {name: value}
    if not value:
        del answers[name]


# --- what stays -------------------------------------------------------------------------------------------------------


def _sparing(
    step: Step, outcome: Outcome, outcomes: Sequence[Outcome], before: Mapping[str, Rendering], stays: dict[str, str]
) -> Outcome:
    """Keep the assets that jobs still refer to, with their fixtures; adds the reasons to `stays`."""
    if outcome.refused:
        return outcome
    needed = {path: jobs[0] for path, jobs in uses.used(step, outcomes).items() if path in outcome.writes}
    stays |= {path: f"{job} needs it" for path, job in needed.items()}
    fixtures = {asset["path"]: asset.get("fixture", "") for asset in before[outcome.name].plan["assets"]}
    spared = dict.fromkeys(needed)
    for path in (*needed, *outcome.kept):
        fixture = fixtures.get(path, "")
        if fixture in outcome.writes:
            stays[fixture] = f"{path} names it"
            spared[fixture] = None
    writes = {path: content for path, content in outcome.writes.items() if path not in spared}
    return replace(outcome, writes=writes, kept=(*outcome.kept, *spared))


def _with_shared(step: Step, change: Update, stays: dict[str, str]) -> Update:
    """Keep the shared files that remaining files need: recipes of jobs, registry and schemas of any file."""
    going = [path for path, content in change.writes.items() if content is None and "/" in path]
    root = step.fleet.tree.root
    left = [
        path
        for folder in ("assets", "jobs")
        for path in reading.below(root, folder)
        if change.writes.get(path, b"") is not None
    ]
    recipes: dict[str, str] = {}
    for path, text in uses.jobs(step.fleet):
        if path in left:
            for match in _RECIPE.findall(change.writes.get(path) or text):
                recipes.setdefault(match.decode("utf-8", "replace"), path)
    rows = next((path for path in stays if path.startswith(f"{FIXTURES}/")), "")
    for path in going:
        folder = path.partition("/")[0]
        if path in recipes:
            stays[path] = f"{recipes[path]} needs it"
        elif folder in ("registry", "schemas") and left:
            stays[path] = f"{left[-1]} is still there"
        elif path == FIXTURES_TEST and rows:
            stays[path] = f"it tests {rows}"
    return replace(change, writes={path: content for path, content in change.writes.items() if path not in stays})


def _as_own(fleet: Fleet, path: str) -> bytes | None:
    """Return a file without the comment that names its scaffold; None if it has none."""
    text = (reading.read(fleet.tree.root, path) or b"").decode("utf-8", "surrogateescape")
    lines = text.splitlines(keepends=True)
    if (number := header_line(text)) < 0:
        return None
    end = number + 2 if "".join(lines[number + 1 : number + 2]).startswith(_AGAIN) else number + 1
    return "".join(lines[:number] + lines[end:]).encode("utf-8", "surrogateescape")
