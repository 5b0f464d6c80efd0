"""Say what is wrong with a command line as every other error is said: first what to do, the value last.

Typer says it the other way round, below two lines on how the command is used. It exports none of the classes of these
errors by name, so they are told apart by what they carry.
"""

import re
from collections.abc import Iterable
from typing import Any

from ..base.naming import nearest, offer

_UNKNOWN = re.compile(r"No such command '(.*)'\.", re.DOTALL)
_EXTRA = re.compile(r"Got unexpected extra argument\(s\) \((.*)\)", re.DOTALL)
_CHOICE = re.compile(r"(?:Value error, )?'(.*)' is not one of (.*?)\.?", re.DOTALL)
_KIND = re.compile(r"Input should be ([^,]*)")


def usage_message(error: Any, commands: Iterable[str]) -> str:
    """Return a usage error of Typer as one line; `commands` are the names that there are."""
    message = str(error.message)
    if hasattr(error, "possibilities"):
        return _no_option(error)
    if hasattr(error, "option_name"):
        way = "leave out the value; it takes none" if "not take" in message else "write its value after it; it has none"
        return f"{error.option_name}: {way}"
    if getattr(error, "param", None):
        return _value(error, message)
    if found := _UNKNOWN.fullmatch(message):
        return offer(found[1], commands, f"'{found[1]}' is not a command")
    if found := _EXTRA.fullmatch(message):
        return f"leave out '{found[1]}', or see {_help(error)}; {_command(error)} takes no more arguments"
    return message


def _no_option(error: Any) -> str:
    name = error.option_name
    options = [one for param in error.ctx.command.get_params(error.ctx) for one in (*param.opts, *param.secondary_opts)]
    long = [one.removeprefix("--") for one in options if one.startswith("--")]
    word = name.lstrip("-")
    near = nearest(word, long) or next((one for one in long if one.startswith(word)), "")
    way = f"did you mean '--{near}'?" if near else f"leave it out, or see {_help(error)};"
    return f"{name}: {way} {_command(error)} has no such option"


def _value(error: Any, message: str) -> str:
    """Say what is wrong with the value of an option or argument, or that there is none."""
    param = error.param
    name = param.opts[0] if param.param_type_name == "option" else param.metavar or param.name.upper()
    if not message:
        examples = getattr(error.ctx.command, "examples", ())
        example = f", as in {examples[0]}" if examples else ""
        return f"{name}: write it{example}; it is missing"
    if found := _CHOICE.fullmatch(message):
        words = [word.strip("'\"") for word in found[2].split(", ")]
        choice = offer(found[1], words, f"'{found[1]}' is not a choice")
        return f"{name}: {choice}"
    if found := _KIND.match(message):
        return f"{name}: write {found[1]}"
    return f"{name}: {message}"


def _command(error: Any) -> str:
    return str(error.ctx.command_path)


def _help(error: Any) -> str:
    return f"{_command(error)} -h"
