"""Read a raw answer into a value: text, numbers, flags, lists. A wrong one raises `AnswerError` with the value.

An answer comes from a prompt or a data file, with its type, or from ``--data`` as text; every reader accepts all three.
The error does not name the question, which the caller knows.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import yaml

from ..base.asset_layout import place
from ..base.documents import DEEPEST, LARGEST, parse_bounded, shown
from ..base.errors import AnswerError
from ..base.naming import LABEL, env_default, has_controls, is_env_reference, offer, slug_problem
from ..base.secrets import WAY_OUT, secret_in
from ..base.shapes import Shape
from ..base.yaml_errors import TOO_DEEP, not_valid
from ..registry.fields import OWN

Reader = Callable[[Any], Any]

_EMAIL = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@[A-Za-z0-9](?:[A-Za-z0-9_.-]*[A-Za-z0-9])?\.[A-Za-z]{2,}")
_HALF = re.compile("[\ud800-\udfff]")  # a surrogate
# No count, port or id has more digits, and every reader of YAML and JSON keeps such a number unchanged.
_LARGEST_NUMBER = 10**18
_TRUE, _FALSE = ("y", "yes", "t", "true", "on", "1"), ("n", "no", "f", "false", "off", "0")


def recordable(raw: Any) -> Any:
    """Return `raw`; refuse what an answers file would lose, such as a date, and what it must not hold, a secret."""
    _check_plain(raw)
    if secret_in(raw):
        raise AnswerError(f"{WAY_OUT}; it is a literal secret")
    return raw


def _check_plain(raw: Any) -> None:
    """Check every value in `raw`, within limits: Copier reads aliases, which may stand for any number of values."""
    if isinstance(raw, str) and raw.isascii():
        return  # the usual case
    waiting, seen = [(raw, 0)], 0
    while waiting:
        value, depth = waiting.pop()
        seen += 1
        if depth > DEEPEST or seen > LARGEST:
            raise AnswerError(TOO_DEEP if depth > DEEPEST else "holds too many values")
        if isinstance(value, dict | list):
            inner = (*value, *value.values()) if isinstance(value, dict) else value
            waiting += [(one, depth + 1) for one in reversed(inner)]
        elif not isinstance(value, str | int | float | None):
            raise AnswerError(f"put it in quotes; {shown(str(value))} is read as a {type(value).__name__}")
        elif isinstance(value, str) and not value.isascii() and _HALF.search(value):
            raise AnswerError(f"{shown(value)} has half of a surrogate pair, which no file can hold")
        elif not isinstance(value, str | None) and not abs(value) < _LARGEST_NUMBER:  # or not a number
            raise AnswerError("put it in quotes; a number in it is too large")


def text(raw: Any) -> str:
    """Read printable text; a whole number is converted to its digits."""
    if isinstance(raw, int) and not isinstance(raw, bool):
        raw = str(raw)
    if not isinstance(raw, str):
        raise AnswerError(f"put it in quotes; it must be text, not {shown(raw)}")
    if has_controls(raw):
        raise AnswerError(f"remove line breaks, tabs and other control characters from {shown(raw)}")
    return raw


def name(raw: Any) -> str:
    """Read text that is not blank."""
    if not text(raw).strip():
        raise AnswerError("give a value; it is empty")
    return text(raw)


def slug(raw: Any) -> str:
    """Read a name that becomes part of a path."""
    value = text(raw)
    if problem := slug_problem(value):
        raise AnswerError(f"{problem}, not {shown(value)}")
    return value


def email(raw: Any) -> str:
    """Read an ASCII e-mail address, the only owner that the runner accepts."""
    address = text(raw)
    if not address:
        raise AnswerError("type an e-mail address like team@example.com; only you can say who owns the data")
    if not _EMAIL.fullmatch(address):
        raise AnswerError(f"write an ASCII e-mail address like team@example.com, not {shown(address)}")
    return address


def number(least: int) -> Reader:
    """Return a reader of whole numbers of `least` or more."""

    def read(raw: Any) -> int:
        if isinstance(raw, str) and re.fullmatch(r"\s*[+-]?\d{1,18}\s*", raw, re.ASCII):
            raw = int(raw)
        if not isinstance(raw, int) or isinstance(raw, bool) or raw < least:
            raise AnswerError(f"write a whole number of {least} or more, not {shown(raw)}")
        return raw

    return read


def share(raw: Any) -> float:
    """Read a number from 0 to 1."""
    value = raw
    if isinstance(raw, str) and re.fullmatch(r"\s*(\d{1,18}(\.\d{0,18})?|\.\d{1,18})\s*", raw, re.ASCII):
        value = float(raw)
    if not isinstance(value, int | float) or isinstance(value, bool) or not 0 <= value <= 1:
        raise AnswerError(f"write a number from 0 to 1, not {shown(raw)}")
    return float(value)


def flag(raw: Any) -> bool:
    """Read yes or no, in any spelling that YAML or Copier accepts."""
    word = str(raw).strip().lower()
    if isinstance(raw, bool | int | str) and word in (*_TRUE, *_FALSE):
        return word in _TRUE
    raise AnswerError(f"write yes or no, not {shown(raw)}")


def one_of(raw: Any, values: Sequence[str]) -> str:
    """Read one of `values`."""
    if raw not in values:
        raise AnswerError(offer(raw, values, f"{shown(raw)} is not a choice"))
    return raw


def structure(raw: Any) -> Any:
    """Parse an answer given as YAML text; return anything else unchanged."""
    if not isinstance(raw, str):
        return raw
    try:
        value = parse_bounded(raw)
    except yaml.YAMLError as error:
        raise AnswerError(not_valid(error, raw)) from None
    return recordable(value)


def sequence(raw: Any) -> list[Any]:
    """Read a list."""
    value = structure(raw)
    if not isinstance(value, list):
        raise AnswerError(f"must be a list like [a, b], not {shown(value)}")
    return value


def words(raw: Any) -> list[str]:
    """Read a list of distinct texts."""
    texts = [name(item) for item in sequence(raw)]
    for word in texts:
        if texts.count(word) > 1:
            raise AnswerError(f"{shown(word)} is listed twice")
    return texts


def labels(raw: Any) -> list[str]:
    """Read a list of classification labels; one that no rule gives may be marked, as in SECRET!."""
    texts = words(raw)
    for label in texts:
        if not re.fullmatch(f"{LABEL}{OWN}?", label):
            raise AnswerError(f"write a label in capitals, like PII, not {shown(label)}")
    return [label.removesuffix(OWN) for label in texts]


def mapping(raw: Any) -> dict[Any, Any]:
    """Read a mapping."""
    value = structure(raw)
    if not isinstance(value, dict):
        raise AnswerError(f"must be a mapping like {{a: b}}, not {shown(value)}")
    return value


def matching(pattern: str, rule: str, with_default: bool = False) -> Reader:
    """Return a reader of text that matches `pattern` fully, or is a variable; `rule` describes the pattern.

    With `with_default`, the variable may have a default, which must match, too.
    """

    def read(raw: Any) -> str:
        value = expandable(text(raw), with_default)
        if not is_env_reference(value) and not re.fullmatch(pattern, env_default(value) or value):
            raise AnswerError(f"{rule}, not {shown(value)}")
        return value

    return read


def literal(pattern: str, rule: str, instead: str = "") -> Reader:
    """Return a reader of text that matches `pattern` fully, in which the runner expands no variable.

    `instead` says how a variable can be used.
    """

    def read(raw: Any) -> str:
        value = text(raw)
        if "${" in value:
            raise AnswerError(f"{instead or 'write the value out'}; the runner expands no variables in {shown(value)}")
        if not re.fullmatch(pattern, value):
            raise AnswerError(f"{rule}, not {shown(value)}")
        return value

    return read


def expandable(value: Any, with_default: bool = False) -> Any:
    """Return `value`; refuse a variable that the runner would not expand.

    It expands ``${NAME}`` in a connection only as a whole value, and ``${NAME:-default}`` only in some connections:
    there, pass `with_default`.
    """
    if not isinstance(value, str) or "${" not in value or is_env_reference(value):
        return value
    if with_default and env_default(value):
        return value
    if env_default(value):
        raise AnswerError(f"write ${{NAME}}; the runner knows no default in {shown(value)}")
    raise AnswerError(f"make ${{NAME}} the whole value, or write it out; the runner expands no part of {shown(value)}")


def shaped(raw: Any, shape: Shape) -> Any:
    """Read a value that fits a shape."""
    value = structure(raw)
    if value is None:
        raise AnswerError("give a value or leave the answer out; it has none")
    for keys, what in shape.misfits(value):
        raise AnswerError(f"{place(keys)}: {what}" if keys else what)
    return value


def among_objects(key: Any, objects: Iterable[str]) -> str:
    """Return `key`, which must be one of the `objects` that are read."""
    if key not in (known := list(objects)):
        raise AnswerError(offer(key, known, f"'{key}' is not one of the objects that are read"))
    return key
