"""The answers of one scaffold, joined with what the pack knows.

A value is the answer that was given or recorded, else what the tenant's profile says, else the default, which follows
the registry and the recipe.
"""

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

from .choices import Choice
from .documents import shown
from .errors import AnswerError, QuestionError, Unanswered
from .fields import Field, starter_fields
from .pack import Pack
from .profiles import Preset, Profiles
from .questions import QUESTIONS
from .readers import recordable
from .recipes import Recipe
from .registry import Connector
from .selection import Item

if TYPE_CHECKING:
    from .imported import Imported


class Scaffold:
    """The answers so far, joined with what the pack knows. Values are read lazily; a wrong one raises `AnswerError`."""

    def __init__(self, pack: Pack, answers: Mapping[str, Any], profiles: Profiles | None = None) -> None:
        """Keep the raw `answers` that belong to questions; others (Copier's own) are dropped."""
        self.pack = pack
        self.profiles = profiles or Profiles(pack)
        self.answers = {name: value for name, value in answers.items() if name in QUESTIONS}
        self._values: dict[str, Any] = {}

    def __getitem__(self, name: str) -> Any:
        """Return the value of a question: what was answered, else the default."""
        if name not in self._values:
            question = QUESTIONS[name]
            if why := question.unfit(self):
                raise QuestionError(f"{name}: {why}; leave the answer out")
            raw = self.answers[name] if name in self.answers else self.default(name)
            if raw is None and name in self.answers:
                raise QuestionError(f"{name}: has no value; give one or leave the answer out")
            if raw is None:
                raise self.missing(name)
            try:
                self._values[name] = question.read(self, recordable(raw))
            except QuestionError:
                raise  # of another question, on which this one depends
            except AnswerError as error:
                if name not in self.answers and name in self.presets:
                    raise self.presets[name].error(str(error)) from None
                raise QuestionError(f"{name}: {error}") from None
        return self._values[name]

    @cached_property
    def presets(self) -> dict[str, Preset]:
        """What the profiles say, whether it fits or not."""
        return self.profiles.presets(self.answers)

    def unfit(self, name: str) -> str:
        """Say why a question makes no sense for these answers, '' when it does."""
        return QUESTIONS[name].unfit(self)

    @property
    def common(self) -> dict[str, Any]:
        """What was decided here and holds for all that the tenant does: the raw answers, in order.

        An answer of a section that is what the registry says by itself is no decision.
        """
        given = [name for name in QUESTIONS if name in self.answers and QUESTIONS[name].of != "scaffold"]
        fit = [name for name in given if not self.unfit(name)]
        decided = [n for n in fit if not QUESTIONS[n].section or self.answers[n] != QUESTIONS[n].default(self)]
        return {name: self.answers[name] for name in decided}

    def default(self, name: str) -> Any:
        """Return the raw answer that is followed, or offered, when none was given; None where there is no such."""
        return self.presets[name].value if name in self.presets else QUESTIONS[name].default(self)

    def missing(self, name: str) -> AnswerError:
        """Build the error for a question that has no answer and no default."""
        example = QUESTIONS[name].example
        return Unanswered(
            f"{name}: nobody answered, and there is no default; give it in a data file or with "
            f"--data {name}={shown(example) if example else '...'}"
        )

    def choices(self, name: str) -> list[Choice]:
        """List what can be chosen, and what cannot, with the reason."""
        return QUESTIONS[name].choices(self)

    def asks(self, name: str) -> bool:
        """Tell whether a question is to be answered.

        It fits, and is of the short path or an open section, or a profile answers it, or nothing else does.

        One that fills another is asked before it, and makes it asked.
        """
        section, filled = QUESTIONS[name].section, QUESTIONS[name].fills
        if self.unfit(name):
            return False
        if filled:
            return filled not in self.answers and self.asks(filled)
        if any(question.fills == name and self.answers.get(filler) for filler, question in QUESTIONS.items()):
            return True
        if section and section in self["customize"]:
            return len([choice for choice in self.choices(name) if not choice.reason]) != 1
        return not section or name in self.presets or self.default(name) is None or QUESTIONS[name].pressing(self)

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

    @property
    def imported(self) -> "Mapping[str, Imported]":
        """What the user imports, by object; {} when nothing was named, and in every render."""
        return self["import_from"] if self.answers.get("import_from") else {}

    def cursor_field(self, item: Item, fields: Sequence[Field] = ()) -> str:
        """Return the field that an item's incremental runs compare, '' when there is none; `fields` may mark it."""
        if not (self.incremental and self.source.uses_cursor):
            return ""
        marked = "" if "cursor_field" in self.answers else next((field.name for field in fields if field.cursor), "")
        return item.cursor_field or marked or self["cursor_field"]

    def asset_name(self, item: Item) -> str:
        """Return the name of the asset that an item becomes."""
        return self["asset_names"].get(item.object) or self.usual_name(item)

    def usual_name(self, item: Item) -> str:
        """Return the name of an item's asset when nobody chose another."""
        return f"{self.source.id}_{item.object}"

    def suggested(self, item: Item) -> tuple[Field, ...]:
        """Suggest fields: imported ones, the catalog's for a known object, the starter set; () where there is none."""
        if found := self.imported.get(item.object):
            return found.fields(cursor_is_known=found.cursor == (item.cursor_field or self.source_recipe.cursor_field))
        if known := self.pack.known_fields(self.source.id).get(item.object):
            return known
        return starter_fields(self.source.selection, self.cursor_field(item))

    @cached_property
    def fields(self) -> dict[str, tuple[Field, ...]]:
        """The classified fields by object."""
        given = self["fields"] if "fields" in self.answers else {}
        fields = {}
        for item in self.items:
            chosen = given.get(item.object) or self.suggested(item)
            if not chosen:
                raise self.missing("fields")
            fields[item.object] = tuple(field.classified(self.pack.label(field, item.object)) for field in chosen)
        return fields
