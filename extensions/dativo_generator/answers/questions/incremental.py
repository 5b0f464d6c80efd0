"""What is read: everything each time, or only what is new."""

from typing import Any

from ...base.documents import shown
from ...base.errors import AnswerError
from ...base.naming import offer
from .. import answers_format, readers
from ..model import Answers, Question, Section
from .shared import alone, or_nothing

_state_dir = readers.literal(
    r"/?(?!\.\./|\.\.$)[A-Za-z0-9._-]+(?:/(?!\.\./|\.\.$)[A-Za-z0-9._-]+)*/?",
    "write a folder like .local/state or /state",
)


def _without_cursor(answers: Answers) -> list[str]:
    """List the imported tables without a column to follow, which can only be read in full."""
    if answers.source.selection != "tables" or not answers.source.uses_cursor or not answers.imported:
        return []
    own = {item.object for item in answers.items if item.cursor_field}
    return [name for name, table in answers.imported.items() if name not in own and not table.cursor]


def _has_cursor(answers: Answers) -> bool:
    """Return whether some table has a column to follow; a table that is not imported always does."""
    return not answers.imported or len(_without_cursor(answers)) < len(answers.imported)


def _cursor(answers: Answers) -> str | None:
    return (_has_cursor(answers) and answers.source_recipe.cursor_field) or None


def _read_cursor(answers: Answers, raw: Any) -> str:
    """Read the name of a column; if answered, each imported table that follows it must have it."""
    cursor = readers.name(raw)
    checked = "cursor_field" in answers.raw and answers.source.selection == "tables" and answers.imported
    for item in answers.items if checked else ():
        names = [field.name for field in answers.imported[item.object].fields()]
        if not item.cursor_field and not answers.reads_in_full(item) and cursor not in names:
            raise AnswerError(offer(cursor, names, f"'{item.object}' has no column {shown(cursor)}"))
    return cursor


def _own_cursors(answers: Answers) -> str:
    """Return why there is nothing to ask, or '': each imported table may have its own column, recorded with it."""
    if "cursor_field" in answers.raw or not (answers.imported and _has_cursor(answers)):
        return ""
    usual = answers.source_recipe.cursor_field
    own = [table for table in answers.imported.values() if table.cursor not in ("", usual)]
    return "each imported table has its own" if own and len(answers.items) > 1 else ""


def _full_reads(answers: Answers, raw: Any) -> list[str]:
    objects = [item.object for item in answers.items]
    names = [readers.among_objects(name, objects) for name in readers.words(raw)]
    if names and not set(objects) - set(names):
        raise AnswerError("leave at least one table out, or answer incremental with no; these are all tables")
    for item in answers.items:
        if item.cursor_field and item.object in names:
            raise AnswerError(f"leave '{item.object}' out, or its cursor_field in tables; they contradict each other")
    return names


def _lookback(answers: Answers) -> int:
    """Return the recipe's default, but 0 for tables: any other number would limit the history of the first run."""
    return 0 if limits_first_run(answers) else answers.source_recipe.lookback_days


def limits_first_run(answers: Answers) -> bool:
    """Return whether `lookback_days` limits how far back the first run reads, and does not affect later ones."""
    return answers.source.selection == "tables" and answers.source.uses_cursor


def _default_state_dir(answers: Answers) -> str:
    return "" if answers.format < answers_format.OWN_STATE or _no_state(answers) else ".local/state"


def _no_state(answers: Answers) -> str:
    """Return why the runner keeps no state between runs, or '' if it keeps one."""
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


def _no_tables(answers: Answers) -> str:
    source = answers.source
    return _no_cursor(answers) or ("" if source.selection == "tables" else f"{source.id} has no tables")


SECTION = Section(
    "incremental",
    what="only what is new: on or off, cursor, state",
    inapplicable=_unsupported,
    questions={
        "incremental": Question(
            alone(readers.flag),
            _has_cursor,
            _unsupported,
            always_asked=lambda answers: not _has_cursor(answers),
            of="connector",
            owns=("job.source.incremental.cursor_field", "job.source.incremental.lookback_days"),
        ),
        "full_reads": Question(
            _full_reads,
            lambda answers: _without_cursor(answers) if _has_cursor(answers) else [],
            _no_tables,
            always_asked=lambda answers: bool(_without_cursor(answers)) and _has_cursor(answers),
            of="scaffold",
            example="[countries]",
        ),
        "cursor_field": Question(_read_cursor, _cursor, _no_cursor, _own_cursors, of="connector"),
        "lookback_days": Question(
            alone(readers.number(0)),
            _lookback,
            _not_incremental,
            of="connector",
        ),
        "state_dir": Question(or_nothing(_state_dir), _default_state_dir, _not_incremental, _no_state),
    },
)
