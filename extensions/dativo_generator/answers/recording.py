"""What is recorded of answers that are looked up once: an import, and table patterns.

A render does not read it. It says where the source is, so that later changes there can be found.
"""

from collections.abc import Mapping
from typing import Any

from .model import Answers
from .questions import QUESTIONS, short_path

IMPORT, SOURCE, PATTERNS = "import_from", "imported_from", "table_patterns"
# The minimum confidence with which columns are labelled.
BAR = "min_confidence"
# What an import answers besides the tables.
_ANSWERED = ("fields", "incremental", "full_reads", "engine_options", SOURCE)


def looked_up(answers: Answers) -> dict[str, Any]:
    """Return the answers to record beside the given ones, or in their place; {} for none."""
    found: dict[str, Any] = {}
    source = answers.raw.get(IMPORT)
    if source and source != QUESTIONS[IMPORT].default(answers):
        found[SOURCE] = source
    if "tables" in answers.raw and (patterns := short_path.patterns(answers.raw["tables"])):
        found |= {"tables": short_path.entries(answers, answers.raw["tables"]), PATTERNS: patterns}
    return found


def as_imported(given: Mapping[str, Any], recorded: Mapping[str, Any]) -> dict[str, Any]:
    """Return the given answers; those that name the recorded source take its recorded results, and look nothing up."""
    asked = short_path.patterns(given.get("tables"))
    if not given.get(IMPORT) or given[IMPORT] != recorded.get(SOURCE) or asked != recorded.get(PATTERNS, []):
        return dict(given)
    if given.get(BAR) not in (None, recorded.get(BAR)):
        return dict(given)
    names = [*(["tables", PATTERNS] if asked else []), *(name for name in _ANSWERED if name not in given)]
    return _without(given, IMPORT) | {name: recorded[name] for name in names if name in recorded}


def to_import(answers: Mapping[str, Any], given: Mapping[str, Any]) -> dict[str, Any]:
    """Return earlier answers without the results that the `given` answers look up again."""
    gone = ["fields", SOURCE] if IMPORT in given else []
    return _without(answers, *gone, *([PATTERNS] if "tables" in given else []))


def _without(answers: Mapping[str, Any], *names: str) -> dict[str, Any]:
    return {name: value for name, value in answers.items() if name not in names}
