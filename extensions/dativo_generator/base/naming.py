"""Names: what may become part of a path, references to the environment, and suggestions for misspelled words."""

import re
from collections.abc import Iterable, Sequence
from difflib import get_close_matches
from typing import Any

# Slugs become file and folder names on every system: lower case, no dots, no leading dash. Two of them and a few words
# must fit into the 255 bytes of a file name.
SLUG = re.compile(r"[a-z0-9](?:[a-z0-9_-]{0,78}[a-z0-9])?")
SLUG_RULE = "use 1 to 80 lower-case letters, digits, '-' and '_', with a letter or digit at both ends"
# Names of connectors, engines and formats; and of objects, which may have capitals and dots.
IDENTIFIER = r"[a-z][a-z0-9_-]*"
OBJECT = r"[A-Za-z0-9][A-Za-z0-9_.-]*"
# What a user may call a table, file or sheet: the name itself goes into files, and only its slug into file names.
_OBJECT_NAME = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9 ._-]{0,78}[A-Za-z0-9])?")
_OBJECT_RULE = "use 1 to 80 letters, digits, spaces, '.', '-' and '_', with a letter or digit at both ends"
# A classification label.
LABEL = r"[A-Z][A-Z0-9_]*"
# What the runner expands wherever it expands variables; upper case only.
ENV_REFERENCE = re.compile(r"\$\{([A-Z_][A-Z0-9_]*)\}")
# The same with a default, expanded in few places; see `connection_defaults` in registry/runner.yaml.
_WITH_DEFAULT = re.compile(r"\$\{([A-Z_][A-Z0-9_]*)(?::-([^{}$]+))?\}")

# Line breaks, tabs and other control characters, and surrogates.
_CONTROLS = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff]")
# Reserved by Windows with any extension; a repository with such a file cannot be checked out there.
_DEVICES = {"con", "prn", "aux", "nul", *(f"{d}{n}" for d in ("com", "lpt") for n in range(1, 10))}


def slug_problem(text: str) -> str:
    """Return why `text` cannot be part of a path, or '' if it can."""
    if not SLUG.fullmatch(text):
        return SLUG_RULE
    if text in _DEVICES:
        return "use a name that Windows does not reserve"
    return ""


def object_problem(text: str) -> str:
    """Return why `text` cannot name a table, file or sheet, or '' if it can."""
    return "" if _OBJECT_NAME.fullmatch(text) else _OBJECT_RULE


def file_name_of(name: str) -> str:
    """Return the name of an object as used in file names: itself, or its closest slug."""
    return name if SLUG.fullmatch(name) else slug_of(name)


def slug_of(text: str) -> str:
    """Return the closest slug of any text: ``Order Details`` -> ``order_details``; '' when nothing is left."""
    return re.sub(r"[^a-z0-9]+", "_", text.lower()).strip("_")[:80].rstrip("_")


def has_controls(text: str) -> bool:
    """Return whether `text` holds line breaks, tabs or other control characters, which no name may have."""
    return _CONTROLS.search(text) is not None


def env_names(text: str) -> list[str]:
    """List the environment variables that `text` refers to."""
    return ENV_REFERENCE.findall(text)


def is_env_reference(text: str) -> bool:
    """Return whether `text` is exactly ``${NAME}``, the form that the runner expands in every connection."""
    return ENV_REFERENCE.fullmatch(text) is not None


def env_variables(text: str) -> list[tuple[str, str]]:
    """List the variables that `text` refers to, each with its default, or '' for none."""
    return _WITH_DEFAULT.findall(text)


def env_default(text: str) -> str:
    """Return the default when `text` is exactly ``${NAME:-default}``, otherwise ''."""
    match = _WITH_DEFAULT.fullmatch(text)
    return (match[2] or "") if match and not has_controls(text) else ""


def offer(word: Any, words: Iterable[str], what: str) -> str:
    """Return a message: first which of `words` to use instead of `word`, the closest or any, then `what` is wrong."""
    words = [str(one) for one in words]
    suggestion = did_you_mean(str(word), words, what)
    return f"use one of {few(words)}; {what}" if words and suggestion == what else suggestion


def did_you_mean(word: str, words: Iterable[str], what: str) -> str:
    """Return `what` is wrong with `word`, after a question about the closest of `words` if one is close."""
    near = nearest(word, words)
    return f"did you mean '{near}'? {what}" if near else what


def nearest(word: str, words: Iterable[str]) -> str:
    """Return the word of `words` closest to `word`, or '' when none is close."""
    words = list(words)
    same = [other for other in words if other.lower() == word.lower()]
    matches = same or get_close_matches(word, words, n=1, cutoff=0.6)
    return matches[0] if matches else ""


def listed(words: Iterable[str]) -> str:
    """Join words for a message: ``a, b, c``."""
    return ", ".join(words)


def few(words: Iterable[str], most: int = 10) -> str:
    """Join words as `listed` does, but only count those beyond `most`: ``a, b and 3 more``."""
    words = list(words)
    more = len(words) - most
    return listed(words) if more <= 0 else f"{listed(words[:most])} and {more} more"


def spans(numbers: Sequence[int], most: int = 6) -> str:
    """Format ascending numbers, consecutive ones as a span: ``2-9, 12``; only count those beyond `most` spans."""
    found: list[list[int]] = []
    for number in numbers:
        if found and number == found[-1][-1] + 1:
            found[-1][1:] = [number]
        else:
            found.append([number])
    left = len([one for one in numbers if one > found[most - 1][-1]]) if len(found) > most else 0
    return listed("-".join(map(str, span)) for span in found[:most]) + (f" and {left} more" if left else "")
