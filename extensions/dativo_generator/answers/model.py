"""A question, and the answers that it depends on.

A value is the given or recorded answer, else that of the tenant's profile, else the default, which follows the registry
and the recipe. The table of all questions is in `questions`; `scaffold` combines it with the answers.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from shlex import quote
from typing import Any, ClassVar, NamedTuple, Self

from ..base.errors import AnswerError, QuestionError, Unanswered
from ..base.naming import file_name_of
from ..base.shapes import Shape
from ..registry.connectors import Connector
from ..registry.fields import Field, starter_fields
from ..registry.importer import ImportedTable
from ..registry.pack import Pack
from ..registry.recipes import Recipe
from .answers_format import APART, NAME, number_of
from .choices import Choice
from .placeholders import ENVIRONMENT, filled, laid_over
from .presets import NoPresets, Preset, Presets
from .readers import recordable
from .selection import Item

# The suggested environments. The first is the default: if it is the only one, paths and the default bucket leave it
# out.
ENVIRONMENTS = ("dev", "staging", "prod")


class Question(NamedTuple):
    """One question.

    `read` turns the raw answer into the value; it raises an `AnswerError` that does not name the question. `default`
    returns the raw answer to use, or None if only the user can know it; `example` then shows how to give it. `guess`
    returns a raw answer for when there is nobody to ask: it is not recorded, and a warning reports it.

    `inapplicable` returns why the question makes no sense for these answers, or '' if it makes sense. `without_effect`
    returns why the runner ignores the answer, or ''; the pack then does not ask, and reports the reason to whoever
    answers anyway. `section` is the part of `customize` that opens the question, '' if it is always asked;
    `always_asked` returns whether to ask it although its section is closed. A question that is not `prompted` is never
    asked; its answer can only be given.

    `choices` returns the possible answers; `fixed_choices` has them if they depend on no other answer; `suggested` has
    some of the valid values. `shape` returns the schema of an answer in YAML, for those who write it in an editor.
    `fills` names the question that this one helps to answer. `imported` returns lines on what an import answers, or
    where it contradicts the answer; a question that is `about_import` has no effect without an import.

    `of` is the scope of the answer: one ``scaffold``, all that a tenant does with a ``connector``, or the ``tenant``; a
    profile can hold the last two. A question that is not `recorded` only helps to answer another, and is `secret` to
    Copier. `owns` lists keys of a job or an asset, such as ``job.target.connection.*.bucket``, that only this answer
    sets, since it is checked against more than the schema. An answer that `varies` is read only by jobs, and may differ
    by environment. The table of questions sets `section` and `varies`.
    """

    read: Callable[[Answers, Any], Any]
    default: Callable[[Answers], Any] = lambda answers: None
    inapplicable: Callable[[Answers], str] = lambda answers: ""
    without_effect: Callable[[Answers], str] = lambda answers: ""
    choices: Callable[[Answers], list[Choice]] = lambda answers: []
    example: str = ""
    always_asked: Callable[[Answers], bool] = lambda answers: False
    fills: str = ""
    of: str = "tenant"
    recorded: bool = True
    about_import: bool = False
    prompted: bool = True
    shape: Callable[[Pack], Shape] | None = None
    fixed_choices: tuple[str, ...] = ()
    suggested: tuple[str, ...] = ()
    imported: Callable[[Answers], list[str]] = lambda answers: []
    section: str = ""
    owns: tuple[str, ...] = ()
    varies: bool = False
    guess: Callable[[Answers], Any] | None = None


class Section(NamedTuple):
    """A part of the questionnaire, with a file of the same name in `questions/`.

    `what` describes what `customize` opens, '' for a part that is always open. `inapplicable` returns why there is
    nothing to decide in it, or '' if there is something.
    """

    name: str
    questions: Mapping[str, Question]
    what: str = ""
    inapplicable: Callable[[Answers], str] = lambda answers: ""


class Answers:
    """The answers so far, combined with the pack. Values are read lazily; an invalid one raises `AnswerError`.

    A subclass provides the table of `questions`; the questions themselves are written against this class.
    """

    questions: ClassVar[Mapping[str, Question]]

    def __init__(self, pack: Pack, raw: Mapping[str, Any], profiles: Presets | None = None) -> None:
        """Keep the `raw` answers to questions, their `format`, and whether they come from an answers file.

        Copier's own entries are dropped.
        """
        self.pack = pack
        self.profiles = profiles or NoPresets()
        self.raw = {name: value for name, value in raw.items() if name in self.questions}
        self.format, self.is_recorded = number_of(raw), NAME in raw
        self._values: dict[str, Any] = {}
        self._in: dict[str, Self] = {}
        self._filled = {self.questions[name].fills for name, value in self.raw.items() if value}

    def __getitem__(self, name: str) -> Any:
        """Return the value of a question: the answer, else the default."""
        if name not in self._values:
            question = self.questions[name]
            if why := question.inapplicable(self):
                raise QuestionError(f"{name}: leave the answer out; {why}")
            raw = self.raw[name] if name in self.raw else self.default(name)
            if raw is None and name in self.raw:
                way = f", like {question.example}" if question.example else " or leave the answer out"
                raise QuestionError(f"{name}: give a value{way}; it has none")
            if raw is None and question.guess:
                raw = question.guess(self)
            if raw is None:
                raise self.missing(name)
            try:
                raw = recordable(raw)
                if question.varies and self.tells_apart:
                    raw = filled(raw, {ENVIRONMENT: self["environment"]})
                self._values[name] = question.read(self, raw)
            except QuestionError:
                raise  # from another question, which this one needs
            except AnswerError as error:
                if name not in self.raw and name in self.presets:
                    raise self.presets[name].error(str(error)) from None
                raise QuestionError(f"{name}: {error}") from None
        return self._values[name]

    @cached_property
    def presets(self) -> dict[str, Preset]:
        """The answers of the profiles, valid or not."""
        return self.profiles.presets(self.raw, self.format >= APART)

    def inapplicable(self, name: str) -> str:
        """Return why a question makes no sense for these answers, or '' if it makes sense."""
        return self.questions[name].inapplicable(self)

    @property
    def common(self) -> dict[str, Any]:
        """The raw answers, in order, that the user decided here and that hold for everything that the tenant does.

        An answer in a section that equals the default is not a decision.
        """
        answered = [name for name in self.questions if name in self.raw and self.questions[name].of != "scaffold"]
        fit = [name for name in answered if not self.inapplicable(name)]
        decided = [n for n in fit if not self.questions[n].section or self.raw[n] != self.questions[n].default(self)]
        return {name: self.raw[name] for name in decided}

    def default(self, name: str) -> Any:
        """Return the raw answer to use, or to offer, if none was given; None if there is no such default."""
        return self.presets[name].value if name in self.presets else self.questions[name].default(self)

    def is_said(self, name: str) -> bool:
        """Return whether an answer was given that differs from the pack's default."""
        return name in self.raw and self[name] != self.questions[name].default(self)

    def is_guess(self, name: str) -> bool:
        """Return whether the value of a question is a guess, given neither by an answer nor by a profile."""
        return bool(self.questions[name].guess) and name not in self.raw and name not in self.presets

    def missing(self, name: str) -> AnswerError:
        """Build the error for a question that has no answer and no default."""
        example = self.questions[name].example
        return Unanswered(
            f"{name}: answer it in a data file or with "
            f"--data {quote(f'{name}={example}') if example else f'{name}=...'}; it has no default"
        )

    def choices(self, name: str) -> list[Choice]:
        """List the choices of a question, with the reason for those that cannot be chosen."""
        return self.questions[name].choices(self)

    def asks(self, name: str) -> bool:
        """Return whether a question is to be asked.

        It must be applicable, and be on the short path, in an open section, answered by a profile, or without any other
        answer. A guess is not an answer.

        A question that fills another is asked before it, and causes it to be asked.
        """
        question = self.questions[name]
        if self.inapplicable(name) or (question.without_effect(self) and name not in self.presets):
            return False
        if question.fills:
            return question.fills not in self.raw and (question.always_asked(self) or self.asks(question.fills))
        if name in self._filled:
            return True
        if self.is_guess(name):
            return False
        if question.section and question.section in self["customize"]:
            return len([choice for choice in self.choices(name) if not choice.reason]) != 1
        if not question.section or name in self.presets or self.default(name) is None:
            return True
        return question.always_asked(self)

    @property
    def environments(self) -> tuple[str, ...]:
        """The environments that have jobs."""
        return tuple(self["environments"]) or (self["environment"],)

    @property
    def tells_apart(self) -> bool:
        """Whether {environment} in an answer means the environment of each job; in older formats it is plain text."""
        return self.format >= APART or bool(self["environments"])

    @property
    def environment_apart(self) -> str:
        """The environment as it appears in paths and in the default bucket, or '' if they leave it out."""
        apart = bool(self["environments"]) or (self.format >= APART and self["environment"] != ENVIRONMENTS[0])
        return self["environment"] if apart else ""

    def in_environment(self, name: str) -> Self:
        """Return the answers for one environment: those for all, overridden by its part of `per_environment`."""
        if len(self.environments) == 1:
            return self
        if name not in self._in:
            self._in[name] = self.with_differing(name, self["per_environment"].get(name, {}))
        return self._in[name]

    def with_differing(self, environment: str, differing: Mapping[str, Any]) -> Self:
        """Return the answers for an environment, overridden by `differing`."""
        # The list of answers that follow a profile concerns all environments, not a single one.
        raw = {name: value for name, value in self.raw.items() if name not in ("per_environment", "profiled")}
        raw |= {name: laid_over(raw.get(name), value) for name, value in differing.items()}
        return type(self)(self.pack, raw | {"environment": environment, NAME: self.format}, self.profiles)

    @property
    def source(self) -> Connector:
        """The source connector."""
        return self.pack.registry[self["source_connector"]]

    @property
    def target(self) -> Connector:
        """The target connector."""
        return self.pack.registry[self["target_connector"]]

    @property
    def source_recipe(self) -> Recipe:
        """How to connect to the source."""
        return self.pack.recipe(self["source_connector"])

    @property
    def target_recipe(self) -> Recipe:
        """How to connect to the target."""
        return self.pack.recipe(self["target_connector"])

    @property
    def items(self) -> tuple[Item, ...]:
        """What is read: one item per asset and job."""
        return self[self.source.selection]

    @property
    def reuses_assets(self) -> bool:
        """Whether the jobs refer to assets that another scaffold, or a person, has written."""
        return self["assets"] == "reuse"

    @property
    def writes_fixtures(self) -> bool:
        """Whether the scaffold writes some invented rows for each asset."""
        return not self.reuses_assets and self["fixtures"]

    @property
    def incremental(self) -> bool:
        """Whether the jobs read only what is new."""
        return self.source.supports_incremental and self["incremental"]

    def reads_in_full(self, item: Item) -> bool:
        """Return whether the job of an item reads everything each time."""
        if not self.incremental:
            return True
        return not self.inapplicable("full_reads") and item.object in self["full_reads"]

    @property
    def imported(self) -> Mapping[str, ImportedTable]:
        """What the user imports, by object; {} without an import, and in every render."""
        return self["import_from"] if self.raw.get("import_from") else {}

    def cursor_field(self, item: Item, fields: Sequence[Field] = ()) -> str:
        """Return the field that an item's incremental runs compare, or '' for none; `fields` may mark one."""
        if not (self.incremental and self.source.uses_cursor) or self.reads_in_full(item):
            return ""
        marked = "" if "cursor_field" in self.raw else next((field.name for field in fields if field.cursor), "")
        return item.cursor_field or marked or self["cursor_field"]

    def asset_name(self, item: Item) -> str:
        """Return the name of an item's asset."""
        return self["asset_names"].get(item.object) or self.usual_name(item)

    def usual_name(self, item: Item) -> str:
        """Return the default name of an item's asset; an API's object is spelled as in the registry."""
        name = item.object if self.source.selection == "objects" else file_name_of(item.object)
        return f"{self.source.id}_{name}"

    def suggested(self, item: Item) -> tuple[Field, ...]:
        """Suggest fields: imported ones, those of the catalog, or the starter set; () if there are none."""
        if imported := self.imported.get(item.object):
            return imported.fields(
                cursor_is_known=imported.cursor == (item.cursor_field or self.source_recipe.cursor_field),
                min_confidence=self["min_confidence"],
            )
        if known := self.pack.known_fields(self.source.id).get(item.object):
            return known
        return starter_fields(self.source.selection, self.cursor_field(item))

    @property
    def guessed(self) -> list[str]:
        """List the objects whose columns no answer, no import and no catalog of the pack gives."""
        if self.reuses_assets:
            return []
        stated = {
            *(self["fields"] if "fields" in self.raw else ()),
            *self.imported,
            *self.pack.known_fields(self.source.id),
        }
        return [item.object for item in self.items if item.object not in stated]

    @cached_property
    def fields(self) -> dict[str, tuple[Field, ...]]:
        """The classified fields by object."""
        answered = self["fields"] if "fields" in self.raw else {}
        fields = {}
        for item in self.items:
            chosen = answered.get(item.object) or self.suggested(item)
            if not chosen:
                raise self.missing("fields")
            fields[item.object] = tuple(field.classified(self.pack.label(field, item.object)) for field in chosen)
        return fields
