"""Errors of the YAML parser in plain words: what to do and where, instead of what the parser expected."""

import re
from typing import Any

TOO_DEEP = "is nested too deeply"
# What to do about an error, by libyaml's words for it.
_REMEDIES = {
    "could not find expected ':'": "write 'key: value', or indent the line as a part of the text above",
    "mapping values are not allowed in this context": "put a value with ': ' in it in quotes, or fix the indentation",
    "did not find expected key": "fix the indentation, or put the value before it in quotes",
    "did not find expected '-' indicator": "fix the indentation of this item",
    "block sequence entries are not allowed in this context": "begin the list on a line of its own",
    "did not find expected ',' or ']'": "close the list with ]",
    "did not find expected ',' or '}'": "close the mapping with }",
    "did not find expected node content": "complete the value, or close the bracket before it",
    "did not find expected <document start>": "begin all keys in the same column, each with a ':'",
    "found unhashable key": "write text as the key",
    "found undefined alias": "put the value in quotes; it begins with *",
    "found unknown escape character": "put the value in single quotes; \\ has a meaning in double ones",
    "but found another document": "keep one document",
}
_QUOTED = "while scanning a quoted scalar"
_TAG = re.compile(r"could not determine a constructor for the tag '(?:tag:yaml\.org,2002:)?(.*)'")
_CONTROL = re.compile(r"unacceptable character #x([0-9a-f]+)|control characters are not allowed")
_CONFLICT = re.compile(r"^<{7} .*$", re.MULTILINE)
_INVALID = "not valid YAML"


def not_valid(error: Exception, text: str) -> str:
    """Return what is wrong with a text that is not valid YAML, and what to do first."""
    problem = yaml_problem(error)
    if conflict(text):
        return "choose one side, and remove the markers of the merge conflict"
    if getattr(error, "context", None) == _QUOTED:
        return f"close the quote that begins here; {_INVALID}"
    if problem == "found character that cannot start any token":
        return f"{_first_character(error, text)}; {_INVALID}"
    if match := _TAG.fullmatch(problem):
        return f"write a plain value; the tag !!{match[1]} is not allowed"
    if match := _CONTROL.search(problem):
        code = f" U+{match[1].upper()}" if match[1] else ""
        return f"remove the control character{code}; {_INVALID}"
    if remedy := _REMEDIES.get(problem):
        return f"{remedy}; {_INVALID}"
    return problem if "; " in problem else f"{_INVALID}: {problem}"


def yaml_problem(error: Exception) -> str:
    """Return a parse error as one line, without its line number, which is one too high at the end of a text."""
    problem = getattr(error, "problem", None) or " ".join(str(error).split())
    # PyYAML 6.0.4 and later stop before `bounded` does, with their own message.
    return TOO_DEEP if problem == "exceeded maximum nesting depth" else problem


def mark_of(error: Exception) -> Any:
    """Return the position of a parse error; None if it has none."""
    context, mark = getattr(error, "context_mark", None), getattr(error, "problem_mark", None)
    return context if getattr(error, "context", None) == _QUOTED and context else mark or context


def conflict(text: str) -> int:
    """Return the line, from 1, of the first marker of a merge conflict; 0 for none."""
    match = _CONFLICT.search(text)
    return text.count("\n", 0, match.start()) + 1 if match else 0


def _first_character(error: Exception, text: str) -> str:
    mark = mark_of(error)
    line = text.splitlines()[mark.line] if mark and mark.line < len(text.splitlines()) else ""
    character = line[mark.column : mark.column + 1] if mark else ""
    if character in ("\t", ""):
        return "indent with spaces; a tab is not allowed"
    return f"put the value in quotes; it begins with {character}"
