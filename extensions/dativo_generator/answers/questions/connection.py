"""Where the source is."""

from ...base.documents import thawed
from .. import readers
from ..connection_overrides import overridden
from ..model import Answers, Question, Section


def _no_connection(answers: Answers) -> str:
    template = answers.source_recipe.connection
    return "" if template else f"the recipe of {answers.source.id} has no connection template"


SECTION = Section(
    "connection",
    what="where the source is",
    inapplicable=_no_connection,
    questions={
        "connection": Question(
            lambda answers, raw: overridden(thawed(answers.source_recipe.connection), readers.mapping(raw)),
            lambda answers: thawed(answers.source_recipe.connection),
            _no_connection,
            of="connector",
        ),
    },
)
