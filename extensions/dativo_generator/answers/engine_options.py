"""Options of the source's reader: which exist, how their values are read, and what an import finds out about them.

The runner's own reader has the options that `registry/runner.yaml` names. A plugin receives whatever the job says, so
its options are those of the recipe, with values of the same kind.
"""

import codecs
from collections.abc import Callable, Mapping
from typing import Any

from ..base.documents import shown, thawed
from ..base.emit import inline
from ..base.errors import AnswerError
from ..base.naming import few, listed, offer
from ..registry.runner import ENGINE, NATIVE, PLUGIN
from . import readers
from .model import Answers

Reader = Callable[[Any], Any]

NAME = "engine_options"


def none_offered(answers: Answers) -> str:
    """Return why a source's reader takes no options, or '' if it takes some."""
    source = answers.source
    if _way(answers) == ENGINE:
        engine = answers.source_recipe.engine
        return f"it has no effect: {source.id} is read by {engine}, whose options come from the recipe"
    return "" if offered(answers) else f"it has no effect: the reader of {source.id} has no options"


def offered(answers: Answers) -> dict[str, Reader]:
    """Map the options of a source's reader to the readers of their values."""
    if _is_native(answers):
        return {name: _KINDS[kind] for name, kind in answers.pack.runner.options(answers.source.id).items()}
    return {name: _like(value) for name, value in _of_recipe(answers).items()}


def read(answers: Answers, raw: Any) -> dict[str, Any]:
    """Read the given options; raises an `AnswerError` that names the option."""
    known, options = offered(answers), {}
    for name, value in readers.mapping(raw).items():
        if name not in known:
            raise AnswerError(offer(name, known, f"unknown key '{name}'"))
        try:
            options[name] = known[name](value)
        except AnswerError as error:
            raise AnswerError(f"{name}: {error}") from None
    if "delimiter" in options and options["delimiter"] == options.get("quote_char"):
        raise AnswerError(f"{shown(options['delimiter'])} cannot be both delimiter and quote_char")
    return options


def of_job(answers: Answers) -> dict[str, Any]:
    """Return the `options` of a job's engine: the recipe's, updated with the answered ones; {} if none is answered.

    The options of a job replace those of the recipe as a whole.
    """
    answered = {} if answers.inapplicable(NAME) else answers[NAME]
    if not answered:
        return {}
    return thawed(answers.source_recipe.options) | {_engine(answers): thawed(_of_recipe(answers)) | answered}


def imported(answers: Answers) -> dict[str, str]:
    """Return the options that the imported files need in order to be read correctly, or {} without an import.

    Raises `AnswerError` if files need different values of one option.
    """
    options: dict[str, str] = {}
    for name, by_object in _imported(answers).items():
        values = list(by_object.values())
        if any(not _same(value, values[0]) for value in values):
            different = few(f"{shown(value)} in '{object_name}'" for object_name, value in by_object.items())
            raise AnswerError(f"{NAME}: give these files scaffolds of their own; {name} is {different}")
        if not _same(values[0], _usual(answers, name)):
            options[name] = values[0]
    return options


def notes(answers: Answers) -> list[str]:
    """Return notes, one line each: what an import has answered, or where it contradicts the given options."""
    if answers.inapplicable(NAME):
        return []
    given = stated(answers)
    if given is None:
        found = imported(answers)
        return [f"{NAME}: {_flow(found)}"] if found else []
    return [
        f"'{object_name}' is written with the {name} {shown(value)}, but {NAME} have {shown(given_value)}"
        for name, by_object in _imported(answers).items()
        for object_name, value in by_object.items()
        if not _same(value, given_value := given.get(name, _usual(answers, name)))
    ]


def stated(answers: Answers) -> dict[str, Any] | None:
    """Return the options that an answer or a profile gives; None if neither does."""
    raw = answers.raw.get(NAME)
    if raw is None and NAME in answers.presets:
        raw = answers.presets[NAME].value
    return None if raw is None else read(answers, raw)


def encoding(answers: Answers) -> str:
    """Return the known encoding of a source's files, or '' for the runner's default."""
    if answers.inapplicable(NAME) or "encoding" not in offered(answers):
        return ""
    known = (stated(answers) or {}).get("encoding") or _usual(answers, "encoding")
    return "" if _same(known, answers.pack.runner.option_defaults.get("encoding")) else known


def _imported(answers: Answers) -> dict[str, dict[str, str]]:
    """Map each option that an import has determined to its values by object."""
    known, found = offered(answers), {}
    for object_name, table in answers.imported.items():
        for name, value in table.options.items():
            if name in known:
                found.setdefault(name, {})[object_name] = value
    return found


def _usual(answers: Answers, name: str) -> Any:
    """Return the value that an option has in a job that does not set it."""
    return _of_recipe(answers).get(name, answers.pack.runner.option_defaults.get(name))


def _way(answers: Answers) -> str:
    """Return how the source is read: a plugin takes precedence over the runner's own reader."""
    return PLUGIN if answers["custom_reader"] else answers.pack.runner.reads(answers.source, answers.source_recipe).how


def _is_native(answers: Answers) -> bool:
    return _way(answers) == NATIVE


def _engine(answers: Answers) -> str:
    """Return the engine that the job or recipe lists the options under."""
    return NATIVE if _is_native(answers) else answers.source_recipe.engine


def _of_recipe(answers: Answers) -> Mapping[str, Any]:
    options = answers.source_recipe.options.get(_engine(answers), {})
    return options if isinstance(options, Mapping) else {}


def _same(one: Any, other: Any) -> bool:
    """Return whether two values of an option mean the same; two names of one encoding do."""
    if one == other or not (isinstance(one, str) and isinstance(other, str)):
        return one == other
    try:
        return codecs.lookup(one).name == codecs.lookup(other).name
    except (LookupError, ValueError):
        return False


def _flow(options: Mapping[str, Any]) -> str:
    return f"{{{listed(f'{name}: {inline(value)}' for name, value in options.items())}}}"


def _character(raw: Any) -> str:
    """Read one character; a tab may be written as a backslash and a t."""
    character = "\t" if raw == "\\t" else raw
    if not isinstance(character, str) or len(character) != 1 or (character != "\t" and not character.isprintable()):
        raise AnswerError(f"write one character, like ';' or \\t, not {shown(raw)}")
    return character


def _encoding(raw: Any) -> str:
    name = readers.name(raw)
    try:
        "".encode(name)
    except (LookupError, ValueError):
        raise AnswerError(f"name an encoding like utf-16 or latin-1; {shown(name)} is not one") from None
    return name


def _like(value: Any) -> Reader:
    """Return a reader of values of the same kind as `value`."""
    if isinstance(value, bool):
        return readers.flag
    if isinstance(value, int):
        return readers.number(0)
    if isinstance(value, str):
        return readers.name
    return readers.mapping if isinstance(value, Mapping) else readers.structure


_KINDS: dict[str, Reader] = {"character": _character, "encoding": _encoding, "count": readers.number(1)}
