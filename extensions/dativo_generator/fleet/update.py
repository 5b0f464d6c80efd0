"""Update many scaffolds to a version of the pack, as one change.

The result is the same as from `copier update` for each in turn. In addition, an update here follows renames and accepts
answers that name paths: files move, and the edits in them move along.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from shlex import quote
from typing import Any

from ..answers import recording
from ..base.naming import few, listed
from ..base.versions import version_of
from ..plan.destination import COPIERS_OWN, shares
from . import uses
from .answers_files import AnswersFile
from .differences import Group, grouped
from .fleet import Fleet
from .merge import Edit, Merged, merged
from .own_form import carried, is_own_form
from .parallel import mapped
from .release import Release, Rendering
from .source import SourceError
from .step import Outcome, Step
from .vendored import is_formatted

# How many scaffolds an error names before it counts the others.
_FEW = 3


@dataclass(frozen=True)
class Update:
    """The whole change: outcomes sorted by name, the files to write, and those with conflict markers.

    `kept` lists files that no answers render to any more, and that stay because they were edited.
    """

    target: str
    outcomes: list[Outcome]
    writes: dict[str, bytes | None]
    conflicts: dict[str, Edit]
    kept: list[str] = field(default_factory=list)

    @property
    def deletes(self) -> list[str]:
        """The files that are deleted, and not just moved."""
        return sorted(path for path, content in self.writes.items() if content is None and path not in self.moves)

    @property
    def moves(self) -> dict[str, str]:
        """Old paths mapped to new paths, for files that are moved."""
        moves = {path: target for outcome in self.outcomes for path, target in outcome.moves.items()}
        return {path: target for path, target in sorted(moves.items()) if path in self.writes}

    @property
    def refused(self) -> list[Outcome]:
        """The answers files that stay as they are."""
        return [outcome for outcome in self.outcomes if outcome.refused]

    @property
    def groups(self) -> list[Group]:
        """The change grouped by meaning."""
        return grouped(difference for outcome in self.outcomes for difference in outcome.differences)


@dataclass(frozen=True)
class Selection:
    """Which answers files to update; an empty selection means all."""

    names: tuple[str, ...] = ()
    tenants: tuple[str, ...] = ()
    connectors: tuple[str, ...] = ()
    environments: tuple[str, ...] = ()

    def __contains__(self, file: AnswersFile) -> bool:
        """Return whether an answers file is selected; an unreadable one only by its name."""
        if self.names and file.name not in self.names:
            return False
        if not isinstance(file.values, dict):
            return bool(self.names) or not (self.tenants or self.connectors or self.environments)
        chosen = (
            (self.tenants, [file.values.get("tenant_id")]),
            (self.connectors, [file.values.get("source_connector"), file.values.get("target_connector")]),
            (self.environments, _environments(file)),
        )
        return all(not wanted or any(value in wanted for value in values) for wanted, values in chosen)

    def parts(self, file: AnswersFile) -> str:
        """Return an error if only some environments of a scaffold are selected, else ''; they are updated together."""
        several = _environments(file) if self.environments and isinstance(file.values, dict) else []
        if len(several) < 2 or all(one in self.environments for one in several):
            return ""
        return (
            f"{file.name}: its environments can only be updated together: {listed(map(str, several))}; to split it: "
            f"dativo-generator update {quote(file.name)} --split"
        )


def _environments(file: AnswersFile) -> list[Any]:
    """List the environments of an answers file."""
    several = file.values.get("environments")
    return several if isinstance(several, list) and several else [file.values.get("environment")]


def update(
    fleet: Fleet,
    selection: Selection,
    *,
    to: str = "",
    data: Mapping[str, str] | None = None,
    profiles: bool = False,
    explain: bool = False,
    force: bool = False,
    split: bool = False,
    advance: Callable[[], None] = lambda: None,
) -> Update:
    """Work out the update of the selected answers files to the tag `to`, or to the newest if that is ''.

    `data` are answers to set in each; with `profiles`, each that follows profiles gets their current answers; `explain`
    also finds what the change means; with `force`, edited files are deleted, too, and files that others use; `split`
    makes a scaffold of each environment. Nothing is written. Raises `SourceError` for a version that is not released,
    and for an unknown question.
    """
    step = Step.to(fleet, to, explain, force, split)
    new_answers = typed(step.release, data or {})
    files = [file for file in fleet.files if file in selection]
    fleet.prepare(files)

    def wanted(before: dict[str, Any]) -> dict[str, Any]:
        followed = [name for name in before.get("profiled", ()) if name not in new_answers]
        answers = recording.to_import(before, new_answers)
        answers = {name: value for name, value in answers.items() if name != "profiled"} | new_answers
        answers |= {"profiled": followed} if followed else {}
        # A profile may have another value for another environment.
        if profiles or (followed and "environment" in new_answers):
            answers = step.release.profiled(answers, fleet.tree.root)
        return step.release.spread(before, answers) if "environments" in new_answers else answers

    def outcome_of(file: AnswersFile) -> Outcome:
        return Outcome(file.name, ("refused",), why) if (why := selection.parts(file)) else step.outcome(file, wanted)

    _ = step.unapplied.earlier  # read once, and shared by all the processes
    outcomes: list[Outcome] = [None] * len(files)  # type: ignore[list-item]
    for index, outcome in mapped(outcome_of, files):
        outcomes[index] = outcome
        advance()
    return combined(step, outcomes)


def typed(release: Release, data: Mapping[str, str]) -> dict[str, Any]:
    """Parse answers that are given as text; raises `SourceError` for an unknown question."""
    for name in data:
        if why := release.unknown(name):
            raise SourceError(f"--data: {why}")
    return {name: release.typed(name, text) for name, text in data.items()}


def combined(step: Step, outcomes: Sequence[Outcome]) -> Update:
    """Combine outcomes into one change: no path is written twice, shared files are decided, and edits are merged."""
    fleet = step.fleet
    outcomes = list(uses.checked(step, list(_undisputed(outcomes))))
    writes = {path: content for outcome in outcomes for path, content in outcome.writes.items()}
    edits = {path: edit for outcome in outcomes for path, edit in outcome.edits.items()}
    kept = [path for outcome in outcomes for path in outcome.kept]
    shared, edited = _shared(step, outcomes)
    kept += edited
    for path, result in shared.items():
        if isinstance(result, Edit):
            edits[path] = result
        else:
            writes[path] = result
    results = _merged(edits)
    writes |= {path: result.content for path, result in results.items() if fleet.tree.read(path) != result.content}
    conflicts = {path: edits[path] for path, result in results.items() if result.conflict}
    return Update(step.target, outcomes, writes, conflicts, sorted(kept))


def _merged(edits: Mapping[str, Edit]) -> dict[str, Merged]:
    """Merge every edit: by values in files that the pack did not format, by lines in all others."""
    own = {path: carried(edit) for path, edit in edits.items() if is_own_form(path, edit)}
    results = {path: result for path, result in own.items() if result}
    others = {path: edit for path, edit in edits.items() if path not in results}
    return results | dict(zip(others, merged(list(others.values())), strict=True))


def _undisputed(outcomes: Sequence[Outcome]) -> Iterator[Outcome]:
    """Refuse outcomes that would write the same path."""
    writers: dict[str, list[str]] = {}
    for outcome in outcomes:
        for path in (*outcome.writes, *outcome.edits):
            writers.setdefault(path, []).append(outcome.name)
    for outcome in outcomes:
        disputed = [path for path in (*outcome.writes, *outcome.edits) if len(writers[path]) > 1]
        disputed.sort(key=lambda path: "/" in path)  # the answers file is the most helpful
        if disputed:
            yield Outcome(outcome.name, ("refused",), f"{outcome.name}: {_dispute(disputed[0], writers[disputed[0]])}")
        else:
            yield outcome


def _dispute(path: str, writers: Sequence[str]) -> str:
    """Return why several scaffolds cannot write a path, in the same words for each of them."""
    way = "give each its own name" if "/" not in path else "give each its own file"
    if path.startswith("assets/"):
        way = "name each another asset with asset_names, or write it in one and answer assets=reuse in the others"
    return f"{path}: {way}; {few(writers, _FEW)} would write it"


def _shared(step: Step, outcomes: Sequence[Outcome]) -> tuple[dict[str, bytes | Edit | None], list[str]]:
    """Work out the files that several scaffolds own: the newest version among their owners after the change decides.

    Returns the result for each, and the files that no scaffold owns any more, but that stay because they were edited.
    """
    fleet = step.fleet
    taking = {outcome.name: outcome for outcome in outcomes if not outcome.refused}
    there = {file.name: file for file in fleet.files}
    before = {path: there[name] for name, outcome in taking.items() for path in outcome.shared[0]}
    after = {path: outcome for outcome in taking.values() for path in outcome.shared[1]}
    staying = [file for file in fleet.files if file.name not in taking and not fleet.refusal(file)]
    stays = {path: [file for file in staying if shares(file.values, path)] for path in before | after}
    contents = fleet.shared(before | {path: files[0] for path, files in stays.items() if files})
    # If none of the updated scaffolds writes a file any more, the others decide.
    left = fleet.shared({path: files[0] for path, files in stays.items() if files and path not in after}, taking)
    renderings: dict[str, Rendering] = {}
    results: dict[str, bytes | Edit | None] = {}
    kept = []
    for path, files in stays.items():
        old, ours = contents.get(path, []), fleet.tree.read(path)
        if path in after and all(file.version <= version_of(step.target) for file in files):
            outcome = after[path]
            if outcome.name not in renderings:
                answers = {name: value for name, value in outcome.values.items() if name not in COPIERS_OWN}
                renderings[outcome.name] = step.release.render(answers, outcome.values["_src_path"], step.target)
            theirs = renderings[outcome.name].files[path]
        elif files:
            theirs = (left.get(path) or old)[0]
        else:
            if ours is not None and ours not in old and not step.force:
                kept.append(path)
            elif ours is not None:
                results[path] = None
            continue
        if ours is None:
            results |= {} if old else {path: theirs}  # deleted by hand, and stays deleted
        elif ours == theirs or (old and old[0] == theirs) or is_formatted(path, ours, [theirs]):
            continue
        elif ours in old or is_formatted(path, ours, old):
            results[path] = theirs
        else:
            results[path] = Edit(old[0] if old else b"", ours, theirs)
    return results, kept
