"""What is read: everything each time, or only what is new."""

from .. import answers_format, readers
from ..model import Answers, Question, Section
from .shared import alone, or_nothing

_state_dir = readers.literal(
    r"/?(?!\.\./|\.\.$)[A-Za-z0-9._-]+(?:/(?!\.\./|\.\.$)[A-Za-z0-9._-]+)*/?",
    "it is not a folder like .local/state or /state",
)


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


def _lookback(answers: Answers) -> int:
    """Follow the recipe, but for tables: there any other number than 0 keeps the history from the first run."""
    return 0 if limits_first_run(answers) else answers.source_recipe.lookback_days


def limits_first_run(answers: Answers) -> bool:
    """Tell whether `lookback_days` means how far back the first run reads, and nothing to the later ones."""
    return answers.source.selection == "tables" and answers.source.uses_cursor


def _default_state_dir(answers: Answers) -> str:
    return "" if answers.format < answers_format.OWN_STATE or _no_state(answers) else ".local/state"


def _no_state(answers: Answers) -> str:
    """Say why nothing is kept between runs, '' where it is."""
    source = answers.source
    kept = answers["custom_reader"] or answers.pack.runner.keeps_state(source, answers.source_recipe)
    return "" if kept else f"the runner keeps no state of {source.id}, and reads everything each time"


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
    what="only what is new: on or off, cursor, state",
    inapplicable=_unsupported,
    questions={
        "incremental": Question(
            alone(readers.flag),
            has_cursors,
            _unsupported,
            always_asked=lambda answers: not has_cursors(answers),
            of="connector",
            owns=("job.source.incremental.cursor_field", "job.source.incremental.lookback_days"),
        ),
        "cursor_field": Question(alone(readers.name), _cursor, _no_cursor, of="connector"),
        "lookback_days": Question(
            alone(readers.number(0)),
            _lookback,
            _not_incremental,
            of="connector",
        ),
        "state_dir": Question(or_nothing(_state_dir), _default_state_dir, _not_incremental, _no_state),
    },
)
