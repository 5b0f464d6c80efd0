"""The state of Copier's questionnaire at one question: Copier's render context, as a plain mapping."""

from collections.abc import Mapping
from contextlib import suppress
from functools import cached_property
from pathlib import Path
from typing import Any

from ..answers import fields_file
from ..answers.answers_format import NAME
from ..answers.fields_file import Reference
from ..answers.presets import NoPresets, Presets
from ..answers.profiles import Profiles
from ..answers.questions import QUESTIONS, UNRECORDED
from ..answers.recording import looked_up
from ..answers.scaffold import Scaffold
from ..base.errors import DativoError
from ..plan.destination import Destination
from ..registry.pack import Pack
from . import fields_places
from .unfinished import Unfinished


class Run:
    """What persists between questions: lines already printed, the previous session, and the saved answers."""

    def __init__(self) -> None:
        """Start empty."""
        self.printed: set[str] = set()
        self.latest: Session | None = None
        self.unfinished: Unfinished | None = None
        self._fields: tuple[Reference, dict[str, Any]] | None = None

    def session(self, pack: Pack, context: Mapping[str, Any], environment: Any) -> "Session":
        """Return the state at one question; `environment` is Copier's own Jinja environment."""
        self.latest = Session(pack, context, environment, self)
        return self.latest

    def fields(self, reference: Reference, destination: Path) -> dict[str, Any]:
        """Return the fields that a reference names; once found, they stay the answer until the run ends."""
        if not self._fields or self._fields[0] != reference:
            self._fields = reference, fields_places.found(reference, destination)
        return self._fields[1]


class Session:
    """The pack and Copier's render context: answers under their names, `_copier_answers`, `_copier_conf`."""

    def __init__(self, pack: Pack, context: Mapping[str, Any], environment: Any, run: Run) -> None:
        """Store what a filter gets; reuse the cached results of the previous session if no answer has changed since."""
        self.pack, self.environment, self.printed, self._run = pack, environment, run.printed, run
        # Answers recorded under a question's previous name.
        self._renamed = {
            pack.lifecycle.question(old): context[old] for old in pack.lifecycle.questions if old in context
        }
        self.context = _with_fields({**self._renamed, **context} if self._renamed else context, run)
        if (before := run.latest) and before._state == self._state:
            self.__dict__ |= {name: before.__dict__[name] for name in _FOUND_OUT & before.__dict__.keys()}

    def with_fields(self, answers: Mapping[str, Any]) -> Mapping[str, Any]:
        """Return recorded answers with the fields from their separate file, if those are the current ones."""
        if fields_file.reference(answers) and fields_file.NAME in self.context:
            return {**answers, fields_file.NAME: self.context[fields_file.NAME]}
        return answers

    def keep_answers(self) -> None:
        """Save the answers so far, if a user types them for a new scaffold, so that the user can continue later."""
        conf, run = self.conf, self._run
        if not self.writes or conf["defaults"] or conf["quiet"] or conf["pretend"] or not self.is_new:
            return
        if answers := {name: value for name, value in self.answers.items() if name not in UNRECORDED}:
            with suppress(DativoError):  # an invalid answer, which its question refuses
                answers |= looked_up(self.scaffold)
            # As typed; `conf` has the path of the clone, which Copier deletes.
            source = str(self.context["_copier_answers"].get("_src_path", conf["src_path"]))
            run.unfinished = run.unfinished or Unfinished(source, Path(conf["dst_path"]))
            run.unfinished.keep(answers)

    def finish(self) -> None:
        """Delete the saved answers: they are in the answers file now."""
        if self._run.unfinished:
            self._run.unfinished.finish()

    @cached_property
    def _state(self) -> tuple[Any, ...]:
        """What the answers and the scaffold depend on, within one run."""
        return self.answers, self.context["_copier_answers"], "customize" in self.context, self.conf["data"]

    @cached_property
    def answers(self) -> dict[str, Any]:
        """The answers so far: given, recorded before, or asked; none for a question that was not asked.

        Once the answers file has been read, this includes its format number, which decides what the others mean.
        """
        remembered = {name: value for name, value in self.context["_copier_answers"].items() if name in QUESTIONS}
        own = {name: self.context[name] for name in (*UNRECORDED, NAME) if name in self.context}
        return self._renamed | remembered | own

    @cached_property
    def profiles(self) -> Presets:
        """The destination's profiles for a new scaffold; none afterwards, since their answers are recorded."""
        if self.recorded or not self.writes:
            return NoPresets()
        return Profiles(self.pack, Path(self.conf["dst_path"]), self.conf["data"])

    @cached_property
    def scaffold(self) -> Scaffold:
        """The answers, combined with the pack."""
        return Scaffold(self.pack, self.answers, self.profiles)

    def with_answer(self, name: str, value: Any) -> Scaffold:
        """Return the scaffold with an answer to a question; cached, as Copier checks the same answer several times."""
        checked, scaffold = self.checked.get(name, (None, None))
        if scaffold is None or checked is not value:
            scaffold = Scaffold(self.pack, self.answers | {name: value}, self.profiles)
            self.checked[name] = value, scaffold
        return scaffold

    def is_answered(self, name: str) -> bool:
        """Return whether a question has an answer that nobody will be asked to change."""
        conf = self.conf
        return name in self.context and (name in conf["data"] or conf["defaults"] or conf["skip_answered"])

    @property
    def conf(self) -> Mapping[str, Any]:
        """Copier's own settings."""
        return self.context["_copier_conf"]

    @property
    def writes(self) -> bool:
        """Whether Copier works on a folder, and not one of the pack's own commands on answers files."""
        return "dst_path" in self.conf

    @cached_property
    def destination(self) -> Destination:
        """The folder to write to."""
        return Destination(Path(self.conf["dst_path"]), str(self.conf["answers_file"]))

    @cached_property
    def plans(self) -> list[dict[str, Any]]:
        """The plan of these answers in a list, empty until it is made; cached, since Copier asks for it twice."""
        return []

    @cached_property
    def checked(self) -> dict[str, tuple[Any, Scaffold]]:
        """The last answer to each question that was checked, and the scaffold with it."""
        return {}

    @property
    def is_new(self) -> bool:
        """Whether the scaffold did not exist before.

        Copier's update renders recorded answers in temporary folders, too, which are named after its module.
        """
        temporary = any(part.startswith("copier._main.") for part in Path(self.conf["dst_path"]).parts)
        return not self.recorded and not temporary

    @property
    def recorded(self) -> Mapping[str, Any]:
        """The answers file that Copier has loaded, as it is on disk; {} for a new scaffold.

        A hand-written file without the format number is recognized by its answer to `customize`: every scaffold has
        one, and no user can have given it before the question.
        """
        if not self.writes:
            return {}
        data = self.conf["data"]
        if NAME in self.context:
            return {} if NAME in data else self._recorded
        if "customize" in self.context and "customize" not in data and NAME not in self.destination.recorded:
            return self._recorded
        return {}

    @property
    def _recorded(self) -> Mapping[str, Any]:
        return self.pack.lifecycle.under_new_names(self.destination.recorded)


def _with_fields(context: Mapping[str, Any], run: Run) -> Mapping[str, Any]:
    """Return a context that includes the fields from their separate file."""
    if not (reference := fields_file.reference(context)):
        return context
    answers = context["_copier_answers"]
    filled = {fields_file.NAME: run.fields(reference, Path(context["_copier_conf"]["dst_path"]))}
    return {**context, **filled, "_copier_answers": {**answers, **(filled if fields_file.NAME in answers else {})}}


# The results that are expensive to compute.
_FOUND_OUT = {"destination", "profiles", "scaffold", "plans", "checked"}
