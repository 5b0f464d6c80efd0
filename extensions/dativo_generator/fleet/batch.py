"""Create or update every scaffold in a manifest, as one change; scaffolds that match their row are left alone.

Tenant and scaffold name identify a row. It lists all decisions: an answer that is removed from it follows the registry
again. Answers from a profile stay as recorded, and so does the owner, for whom no registry has a default.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from ..answers import recording
from ..answers.answers_format import NAME
from ..base.errors import AnswerError, DativoError
from ..base.paths import answers_file_of
from . import data_owner
from .answers_files import AnswersFile
from .parallel import mapped
from .rows import Problem, Row, Told, grouped
from .step import Outcome, Step
from .update import Update, combined

# The states of a row.
STATES = {
    "new": "There is no scaffold of this name yet; it is created.",
    "changed": "The row, or a default, differs from what is recorded; the scaffold is updated.",
    "unchanged": "The row matches what is recorded. The scaffold stays as it is, at its version.",
}


@dataclass(frozen=True)
class State:
    """A row with its state, one of `STATES`, and its outcome."""

    row: Row
    state: str
    outcome: Outcome


@dataclass(frozen=True)
class Batch:
    """The result of a manifest: a state for each row, or all problems and no change."""

    states: list[State] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    change: Update | None = None

    @property
    def warnings(self) -> list[Told]:
        """The warnings of the rows that are written, as `copier copy` gives them."""
        written = [state for state in self.states if state.state != "unchanged"]
        return grouped((state.row, kind, of) for state in written for kind, of in state.outcome.warned)

    @property
    def notes(self) -> list[Told]:
        """Why rows that are left alone could not be written now."""
        left = [state for state in self.states if state.state == "unchanged" and state.outcome.detail]
        return grouped((state.row, state.outcome.detail, ()) for state in left)


def batch(step: Step, rows: Sequence[Row], advance: Callable[[], None] = lambda: None) -> Batch:
    """Work out what each row does; `advance` is called after each. Nothing is written."""
    fleet = step.fleet
    there = {file.name: file for file in fleet.files}
    fleet.prepare(fleet.files)
    found: list[Outcome | list[str]] = [[] for _ in rows]
    for index, outcome in mapped(lambda answers: _outcome(step, answers, there), [row.answers for row in rows]):
        found[index] = outcome
        advance()
    states, problems, names = [], [], {}
    for row, outcome in zip(rows, found, strict=True):
        if isinstance(outcome, list):
            problems += [row.problem(message) for message in outcome]
        elif (other := names.setdefault(outcome.name, row)) is not row:
            message = f"scaffold: give each its own name; {other.place('').row} has the same"
            problems.append(row.problem(message))
        else:
            kind = outcome.effects[0]
            states.append(State(row, kind if kind in STATES else "changed", outcome))
    if problems:
        return Batch(problems=problems)
    change = combined(step, [state.outcome for state in states if state.state != "unchanged"])
    refused = {outcome.name: outcome.detail for outcome in change.refused}
    for state in states:
        if detail := refused.get(state.outcome.name):
            problems.append(state.row.problem(detail.removeprefix(f"{state.outcome.name}: ")))
    return Batch(problems=problems) if problems else Batch(states, change=change)


def _outcome(step: Step, answers: Mapping[str, Any], there: Mapping[str, AnswersFile]) -> Outcome | list[str]:
    """Return the outcome of a row, or every problem in its answers."""
    release, file = step.release, there.get(_name_of(answers))
    profiled = answers
    if file and file.problem:
        return [file.problem]
    if recording.IMPORT in answers and file:
        answers = recording.as_imported(answers, file.answers)
    try:
        if file and _is_recorded(step, _with_recorded(answers, file), file):
            return Outcome(file.name, ("unchanged",), _not_now(step, answers, file), file.name)
        profiled = release.profiled(answers, step.fleet.tree.root)
        unowned = not file and data_owner.is_open(profiled)
        if unowned and not step.user:
            return [*release.problems(profiled), data_owner.missing(profiled.get("tenant_id"))]
        profiled |= {"owner": step.user} if unowned else {}
        complete = (
            release.imported(profiled, {}, "") if recording.IMPORT in answers else release.completed(profiled, "")
        )
        name = answers_file_of(complete["tenant_id"], complete["scaffold"])
        if name not in there:
            release.intended(profiled, {}, step.fleet.tree.root)
            outcome = step.new(complete, name)
            warned = [(data_owner.taken(step.user, complete["tenant_id"]), ())] if unowned else []
            return replace(outcome, warned=(*warned, *outcome.warned))
        wanted_answers = _with_recorded(answers, there[name])
        outcome = step.outcome(there[name], lambda followed: wanted_answers)
        return [outcome.detail] if outcome.refused else outcome
    except DativoError as error:
        return _problems(step, profiled, error)


def _problems(step: Step, answers: Mapping[str, Any], error: DativoError) -> list[str]:
    """List all problems in some answers, of which `error` is the first."""
    try:
        return step.release.problems(answers) or [str(error)]
    except DativoError:
        return [str(error)]


def _not_now(step: Step, answers: Mapping[str, Any], file: AnswersFile) -> str:
    """Return why a row that matches its scaffold could not be written now, or '' if it could.

    For example, an object may have left the registry since, which does not matter until the scaffold is updated.
    """
    profiled = answers
    try:
        profiled = step.release.profiled(answers, step.fleet.tree.root)
        step.release.completed(profiled, file.name)
    except DativoError as error:
        return f"left at {file.commit}; {step.target} needs another answer: {_problems(step, profiled, error)[0]}"
    return ""


def _name_of(answers: Mapping[str, Any]) -> str:
    """Return the name of a row's answers file, before its import is read."""
    usual = f"{answers.get('source_connector')}_to_{answers.get('target_connector')}"
    return answers_file_of(answers.get("tenant_id", ""), answers.get("scaffold", usual))


def _with_recorded(answers: Mapping[str, Any], file: AnswersFile) -> dict[str, Any]:
    """Return a row's answers with what stays as recorded: answers from a profile, the owner, the format number."""
    if file.problem:
        raise AnswerError(file.problem)
    taken = [name for name in file.answers.get("profiled", ()) if name not in answers and name in file.answers]
    number = {NAME: file.answers[NAME]} if NAME in file.answers else {}
    complete = {
        **number,
        **answers,
        **{name: file.answers[name] for name in taken},
        **({"profiled": taken} if taken else {}),
    }
    owned = "owner" in file.answers and data_owner.is_open(complete)
    return complete | ({"owner": file.answers["owner"]} if owned else {})


def _is_recorded(step: Step, answers: Mapping[str, Any], file: AnswersFile) -> bool:
    """Return whether a scaffold's own release records these answers as they are recorded already."""
    release = step.fleet.release(file)
    try:
        return {NAME: file.answers.get(NAME)} | release.completed(answers, file.name) == file.answers
    except AnswerError:
        return False
