"""What is read: everything each time, or only what is new."""

from .. import readers
from ..model import Answers, Question, Section
from .shared import alone


def has_cursors(answers: Answers) -> bool:
    """Tell whether every imported table has a column to follow; what has none can only be read as a whole."""
    cursors = {item.object: item.cursor_field for item in answers.items} if answers.imported else {}
    return (
        answers.source.selection != "tables"
        or not answers.source.uses_cursor
        or all(cursors[name] or table.cursor for name, table in answers.imported.items())
    )


def _cursor(answers: Answers) -> str | None:
    return (has_cursors(answers) and answers.source_recipe.cursor_field) or None


def _unsupported(answers: Answers) -> str:
    source = answers.source
    return "" if source.supports_incremental else f"{source.id} does not support incremental reads"


def _not_incremental(answers: Answers) -> str:
    return _unsupported(answers) or ("" if answers["incremental"] else "incremental is off")


def _no_cursor(answers: Answers) -> str:
    source = answers.source
    follows = "" if source.uses_cursor else f"{source.id} follows '{source.strategy}', not a cursor"
    return _not_incremental(answers) or follows


SECTION = Section(
    "incremental",
    what="only what is new: on or off, cursor, lookback",
    inapplicable=_unsupported,
    questions={
        "incremental": Question(
            alone(readers.flag),
            has_cursors,
            _unsupported,
            always_asked=lambda answers: not has_cursors(answers),
            of="connector",
        ),
        "cursor_field": Question(alone(readers.name), _cursor, _no_cursor, of="connector"),
        "lookback_days": Question(
            alone(readers.number(0)),
            lambda answers: answers.source_recipe.lookback_days,
            _not_incremental,
            of="connector",
        ),
    },
)
