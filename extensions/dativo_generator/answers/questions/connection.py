"""Where the source is, and its login."""

from typing import Any

from ...base.documents import thawed
from .. import readers
from ..connection_overrides import overridden
from ..model import Answers, Question, Section

# Keys that a connection may have besides the recipe's template, if the recipe's credentials are `basic`.
LOGIN = ("user", "password")


def _no_connection(answers: Answers) -> str:
    template = answers.source_recipe.connection
    return "" if template else f"the recipe of {answers.source.id} has no connection template"


def _connection(answers: Answers, raw: Any) -> dict[str, Any]:
    recipe = answers.source_recipe
    return overridden(
        thawed(recipe.connection),
        readers.mapping(raw),
        login=LOGIN if recipe.credentials == "basic" else (),
        with_default=answers.pack.runner.expands_defaults(answers.source.id),
    )


SECTION = Section(
    "connection",
    what="where the source is, and who logs in",
    inapplicable=_no_connection,
    questions={
        "connection": Question(
            _connection,
            lambda answers: thawed(answers.source_recipe.connection),
            _no_connection,
            of="connector",
        ),
    },
)
