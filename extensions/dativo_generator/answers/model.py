"""A question, and the answers that it is asked about.

A value is the answer that was given or recorded, else what the tenant's profile says, else the default, which follows
the registry and the recipe. The table of all questions is in `questions`, and `scaffold` joins it with the answers.
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

# The environments that are suggested; the first is that of who says nothing, and as it always was.
ENVIRONMENTS = ("dev", "staging", "prod")


class Question(NamedTuple):
    """One question.

    `read` turns the raw answer into the value or raises `AnswerError` without the question's name. `default` gives the
    raw answer to follow, None where nobody but the user can say; `example` then shows how to. `guess` gives one where
    nobody is there to say it: it is not recorded, and told as a warning. `inapplicable` says why
    the question makes no sense for these answers, '' when it does; `without_effect` why the runner takes no notice of
    the answer: it is not asked then, and whoever gives it is told. `choices` are what can be chosen; `fixed_choices`
    where they depend on no other answer; `suggested` are some of the values that are right. `always_asked` tells
    whether it is asked although its section is closed. `fills` is the question for whose answer it helps; `imported`
    lists, a line each, what an import answers the question with, or where it contradicts the answer. `of` says whose
    answer it is: that of one ``scaffold``, of all that a tenant does with a ``connector``, or of the ``tenant``; a
    profile holds the last two. One that is not `recorded` helps to give another answer and means nothing afterwards; it
    is `secret` to Copier. One that is `about_import` has no effect without one. One that is not `prompted` is put to
    nobody, and answered only by who gives it. `shape` returns what an answer in YAML must look like, for who writes one
    in an editor. `section` is the part of `customize` that opens it, '' for what everybody is asked; the table fills it
    in. `owns` are keys of a job or an asset, such as ``job.target.connection.*.bucket``, that this answer alone gives,
    since it is held against more than the schema. One that `varies` is read by jobs alone, and may be another in each
    environment; the table fills it in.
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
    """A part of the questionnaire, with the file of the same name in `questions/`.

    `what` says what `customize` opens, '' for a part that is always open; `inapplicable` why there is nothing to decide
    in it, '' when there is.
    """

    name: str
    questions: Mapping[str, Question]
    what: str = ""
    inapplicable: Callable[[Answers], str] = lambda answers: ""


class Answers:
    """The answers so far, joined with what the pack knows. Values are read lazily; a wrong one raises `AnswerError`.

    A subclass names the table of `questions`; the questions themselves are written against this class.
    """

    questions: ClassVar[Mapping[str, Question]]

    def __init__(self, pack: Pack, raw: Mapping[str, Any], profiles: Presets | None = None) -> None:
        """Keep the `raw` answers that belong to questions, their `format`, and whether an answers file has them.

        Others (Copier's own) are dropped.
        """
        self.pack = pack
        self.profiles = profiles or NoPresets()
        self.raw = {name: value for name, value in raw.items() if name in self.questions}
        self.format, self.is_recorded = number_of(raw), NAME in raw
        self._values: dict[str, Any] = {}
        self._in: dict[str, Self] = {}
        self._filled = {self.questions[name].fills for name, value in self.raw.items() if value}

    def __getitem__(self, name: str) -> Any:
        """Return the value of a question: what was answered, else the default."""
        if name not in self._values:
            question = self.questions[name]
            if why := question.inapplicable(self):
                raise QuestionError(f"{name}: {why}; leave the answer out")
            raw = self.raw[name] if name in self.raw else self.default(name)
            if raw is None and name in self.raw:
                raise QuestionError(f"{name}: has no value; give one or leave the answer out")
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
                raise  # of another question, on which this one depends
            except AnswerError as error:
                if name not in self.raw and name in self.presets:
                    raise self.presets[name].error(str(error)) from None
                raise QuestionError(f"{name}: {error}") from None
        return self._values[name]

    @cached_property
    def presets(self) -> dict[str, Preset]:
        """What the profiles say, whether it fits or not."""
        return self.profiles.presets(self.raw, self.format >= APART)

    def inapplicable(self, name: str) -> str:
        """Return why a question makes no sense for these answers, '' when it does."""
        return self.questions[name].inapplicable(self)

    @property
    def common(self) -> dict[str, Any]:
        """What was decided here and holds for all that the tenant does: the raw answers, in order.

        An answer of a section that is what the registry says by itself is no decision.
        """
        answered = [name for name in self.questions if name in self.raw and self.questions[name].of != "scaffold"]
        fit = [name for name in answered if not self.inapplicable(name)]
        decided = [n for n in fit if not self.questions[n].section or self.raw[n] != self.questions[n].default(self)]
        return {name: self.raw[name] for name in decided}

    def default(self, name: str) -> Any:
        """Return the raw answer that is followed, or offered, when none was given; None where there is no such."""
        return self.presets[name].value if name in self.presets else self.questions[name].default(self)

    def is_said(self, name: str) -> bool:
        """Return whether somebody answered a question, and otherwise than the pack."""
        return name in self.raw and self[name] != self.questions[name].default(self)

    def is_guess(self, name: str) -> bool:
        """Return whether the value of a question is a guess: neither somebody nor a profile has given it."""
        return bool(self.questions[name].guess) and name not in self.raw and name not in self.presets

    def missing(self, name: str) -> AnswerError:
        """Build the error for a question that has no answer and no default."""
        example = self.questions[name].example
        return Unanswered(
            f"{name}: nobody answered, and there is no default; give it in a data file or with "
            f"--data {quote(f'{name}={example}') if example else f'{name}=...'}"
        )

    def choices(self, name: str) -> list[Choice]:
        """List what can be chosen, and what cannot, with the reason."""
        return self.questions[name].choices(self)

    def asks(self, name: str) -> bool:
        """Return whether a question is to be answered.

        It fits, and is of the short path or an open section, or a profile answers it, or nothing else does. A guess is
        no answer.

        One that fills another is asked before it, and makes it asked.
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
        """The environments that there are jobs for."""
        return tuple(self["environments"]) or (self["environment"],)

    @property
    def tells_apart(self) -> bool:
        """Whether {environment} in an answer stands for that of a job; before, it was text like any other."""
        return self.format >= APART or bool(self["environments"])

    @property
    def environment_apart(self) -> str:
        """The environment where it stands in paths and in the default bucket, else ''."""
        apart = bool(self["environments"]) or (self.format >= APART and self["environment"] != ENVIRONMENTS[0])
        return self["environment"] if apart else ""

    def in_environment(self, name: str) -> Self:
        """Return the answers of one environment: what `per_environment` says of it, laid over those of all."""
        if len(self.environments) == 1:
            return self
        if name not in self._in:
            self._in[name] = self.with_differing(name, self["per_environment"].get(name, {}))
        return self._in[name]

    def with_differing(self, environment: str, differing: Mapping[str, Any]) -> Self:
        """Return the answers of an environment in which some are `differing`."""
        # Which of all the answers follow a profile is no answer of one environment.
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
        """What is read: an item for each asset and job."""
        return self[self.source.selection]

    @property
    def reuses_assets(self) -> bool:
        """Whether the jobs point at assets that another scaffold, or somebody by hand, has written."""
        return self["assets"] == "reuse"

    @property
    def writes_fixtures(self) -> bool:
        """Whether each asset comes with some invented rows."""
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
        """What the user imports, by object; {} when nothing was named, and in every render."""
        return self["import_from"] if self.raw.get("import_from") else {}

    def cursor_field(self, item: Item, fields: Sequence[Field] = ()) -> str:
        """Return the field that an item's incremental runs compare, '' when there is none; `fields` may mark it."""
        if not (self.incremental and self.source.uses_cursor) or self.reads_in_full(item):
            return ""
        marked = "" if "cursor_field" in self.raw else next((field.name for field in fields if field.cursor), "")
        return item.cursor_field or marked or self["cursor_field"]

    def asset_name(self, item: Item) -> str:
        """Return the name of the asset that an item becomes."""
        return self["asset_names"].get(item.object) or self.usual_name(item)

    def usual_name(self, item: Item) -> str:
        """Return the name of an item's asset when nobody chose another; an API's object is spelt as in the registry."""
        name = item.object if self.source.selection == "objects" else file_name_of(item.object)
        return f"{self.source.id}_{name}"

    def suggested(self, item: Item) -> tuple[Field, ...]:
        """Suggest fields: imported ones, the catalog's for a known object, the starter set; () where there is none."""
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
        """List the objects whose columns nobody has named: no answer, no import, and no catalog of the pack."""
        if self.reuses_assets:
            return []
        said = {
            *(self["fields"] if "fields" in self.raw else ()),
            *self.imported,
            *self.pack.known_fields(self.source.id),
        }
        return [item.object for item in self.items if item.object not in said]

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
