"""Adapt Copier's prompts: every line is fully visible at any width, and no key answers a choice by accident.

Copier asks through questionary. Its prompts cut off help and errors that are wider than the terminal, and treat Escape
followed by Enter, which ends a multi-line answer, as an empty answer to a choice. questionary looks its prompts up in
a table; this module replaces each entry with one that fixes both. If that table is missing or different, the prompts
stay as they are: no recorded answer depends on them.
"""

import re
import sys
from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import partial, wraps
from typing import Any

from ..answers import readers
from ..base.errors import AnswerError
from ..base.telling import WIDTH
from .wrapping import wrapped

SINGLE, SEVERAL, YES_OR_NO = "select", "checkbox", "confirm"
_CHOICES = (SINGLE, SEVERAL, YES_OR_NO)
_TEXTS = ("input", "path")
# Copier's prompt for `secret: true`, which here means "not recorded": show what is typed.
_HIDDEN = "password"
_ORIGINAL = "_dativo_original"
_COPIERS_PREFIX = re.compile(r"Validation error for question '(\w+)': (?:\1: )?")
_UNPARSED = "Invalid input"
_INSTRUCTION = "(Space selects, a: all, i: invert, Enter goes on)"
_PRESS = {
    SINGLE: "Press Enter alone to take the marked line; the arrow keys move the mark.",
    SEVERAL: "Press Enter alone to go on; Space selects the marked line.",
    YES_OR_NO: "Press y or n, or Enter alone for the capital letter.",
}
_UNMARKED = "Choose a line with the arrow keys, then press Enter."
_UNSELECTED = "Select at least one line with Space, then press Enter."


def adapt() -> None:
    """Adapt the prompts that Copier shows from now on in this process; do nothing if nobody can be asked."""
    table = getattr(sys.modules.get("questionary.prompts"), "AVAILABLE_PROMPTS", None)
    if not isinstance(table, dict) or not all(callable(table.get(kind)) for kind in (*_CHOICES, *_TEXTS)):
        return
    # An update loads this module from two releases; they must not adapt each other's prompts.
    originals = {kind: getattr(table[kind], _ORIGINAL, table[kind]) for kind in (*_CHOICES, *_TEXTS)}
    for kind, make in {**originals, _HIDDEN: originals["input"]}.items():
        table[kind] = _adapted(kind, make)


def _adapted(kind: str, make: Callable[..., Any]) -> Callable[..., Any]:
    """Wrap a prompt factory so that its prompts are adapted."""

    @wraps(make)
    def adapted(**options: Any) -> Any:
        question = make(**_options(kind, options))
        # With other versions of the libraries, show the prompt unchanged.
        with suppress(AttributeError, ImportError, TypeError):
            _fit(question.application)
            if kind in (SINGLE, SEVERAL):
                _shorten_answer(question.application)
            if kind in _CHOICES:
                _refuse_keys(question.application, kind, is_marked="default" in options)
        return question

    setattr(adapted, _ORIGINAL, make)
    return adapted


def _options(kind: str, options: Mapping[str, Any]) -> dict[str, Any]:
    changed = dict(options)
    if validate := changed.get("validate"):
        changed["validate"] = partial(_verdict, validate, kind, "lexer" in changed)
    if kind == SEVERAL:
        changed.setdefault("instruction", _INSTRUCTION)
    if example := changed.get("placeholder"):
        changed["placeholder"] = partial(_placeholder, example)
    return changed


def _placeholder(example: str) -> list[tuple[str, str]]:
    """Return a placeholder while its question is open; afterwards it would look like the answer."""
    from prompt_toolkit.application import get_app

    return [] if get_app().is_done else [("fg:ansibrightblack", example)]


def _verdict(validate: Callable[[Any], Any], kind: str, is_yaml: bool, answer: Any) -> Any:
    """Return True, or the error without the name of the question, which the screen already shows."""
    verdict = validate(answer)
    if kind == SEVERAL and verdict is not True and not answer:
        return _UNSELECTED
    if verdict == _UNPARSED:
        return _unparsed(answer) if is_yaml else "Type a number, like 30."
    return _COPIERS_PREFIX.sub("", verdict) if isinstance(verdict, str) else verdict


def _unparsed(answer: str) -> str:
    try:
        readers.structure(answer)
    except AnswerError as error:
        return str(error)
    return _UNPARSED


def _fit(application: Any) -> None:
    """Wrap what is wider than the terminal (help, choices, errors), and show an error next to its answer."""
    from prompt_toolkit.filters import Always
    from prompt_toolkit.layout.controls import BufferControl, FormattedTextControl

    for window in application.layout.find_all_windows():
        control = window.content
        # A window that extends pushes the error to the bottom of the terminal.
        if isinstance(control, BufferControl) or hasattr(control, "pointed_at"):
            window.dont_extend_height = Always()
        if isinstance(control, FormattedTextControl):
            widest = None if hasattr(control, "pointed_at") else WIDTH
            control.text = partial(_fitted, application, control.text, widest)
            if window.height == 1:  # the error line below a text prompt
                window.height, window.dont_extend_height = None, Always()


def _fitted(application: Any, text: Any, widest: int | None) -> Any:
    from prompt_toolkit.formatted_text import to_formatted_text

    columns = application.output.get_size().columns - 1
    return wrapped(to_formatted_text(text), min(columns, widest or columns))


def _shorten_answer(application: Any) -> None:
    """Show only the name of the choice that was made; the rest of its line is help for choosing."""
    choices = _choices_of(application)

    def shorten(_: Any) -> None:
        if choices.is_answered:
            for choice in choices.choices:
                choice.title = str(choice.value)

    application.before_render += shorten


def _choices_of(application: Any) -> Any:
    controls = (window.content for window in application.layout.find_all_windows())
    return next(control for control in controls if hasattr(control, "pointed_at"))


def _refuse_keys(application: Any, kind: str, is_marked: bool) -> None:
    """Refuse Escape followed by Enter at a choice, and Enter if no line is marked; say what to press."""
    from prompt_toolkit.filters import Condition
    from prompt_toolkit.key_binding import KeyBindings, merge_key_bindings
    from prompt_toolkit.validation import ValidationError

    bindings = KeyBindings()

    def refuse(hint: str, event: Any) -> None:
        event.app.current_buffer.validation_error = ValidationError(message=hint)

    def clear(_: Any) -> None:
        application.current_buffer.validation_error = None

    application.key_processor.before_key_press += clear
    bindings.add("escape", "enter", eager=True)(partial(refuse, _PRESS[kind]))
    if kind == SINGLE and not is_marked and (choices := _unmarked(application)):
        unmarked = Condition(lambda: choices.pointed_at < 0)
        for keys in (("enter",), ("escape", "enter")):
            bindings.add(*keys, eager=True, filter=unmarked)(partial(refuse, _UNMARKED))
        for key in ("up", "k", "c-p"):
            bindings.add(key, eager=True, filter=unmarked)(partial(_last, choices))
    application.key_bindings = merge_key_bindings([application.key_bindings, bindings])


def _unmarked(application: Any) -> Any:
    """Unmark the first choice, which is not a default; return the choices, or None if there is only one."""
    choices = _choices_of(application)
    if sum(not choice.disabled for choice in choices.choices) < 2:
        return None
    choices.pointed_at = -1
    return choices


def _last(choices: Any, event: Any) -> None:
    """Mark the last choice that is available."""
    choices.pointed_at = 0
    choices.select_previous()
    while not choices.is_selection_valid():
        choices.select_previous()
