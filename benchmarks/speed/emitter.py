"""Write values as the pack does, by joining strings; only for the floors, and only for the content of the examples.

Every byte is compared with what the pack writes, so a value that this cannot write correctly stops the benchmark.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

_PLAIN = re.compile(r"[A-Za-z_/][A-Za-z0-9_./@+-]*(?: [A-Za-z0-9_./@+-]+)*").fullmatch
_NOT_TEXT = {"y", "n", "yes", "no", "on", "off", "true", "false", "null", "none", "inf", "nan"}
_SIMPLE = re.compile(r"[ !#-\[\]-~]*").fullmatch
_WORDS = {True: "true", False: "false", None: "null"}


def block(value: Mapping[str, Any] | list[Any], indent: int = 0) -> str:
    """Return a mapping, or a list of mappings, as YAML lines indented by `indent` spaces, without a final newline."""
    return "\n".join(_lines(value, " " * indent))


def _lines(value: Any, margin: str) -> Iterator[str]:
    if isinstance(value, Mapping):
        for key, item in value.items():
            name = f"{margin}{_scalar(key)}:"
            if _is_block(item):
                yield name
                yield from _lines(item, margin + "  ")
            else:
                yield f"{name} {_inline(item)}"
        return
    deeper = margin + "  "
    for item in value:
        if not _is_block(item):
            yield f"{margin}- {_inline(item)}"
            continue
        first, *rest = _lines(item, deeper)
        yield f"{margin}- {first[len(deeper) :]}"
        yield from rest


def _is_block(value: Any) -> bool:
    if isinstance(value, Mapping):
        return bool(value)
    return isinstance(value, list | tuple) and any(isinstance(item, Mapping | list | tuple) for item in value)


def _inline(value: Any) -> str:
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(_scalar, value))}]"
    return "{}" if isinstance(value, Mapping) else _scalar(value)


def _scalar(value: Any) -> str:
    if isinstance(value, str):
        if _PLAIN(value) and value.lower() not in _NOT_TEXT:
            return value
        if _SIMPLE(value):
            return f'"{value}"'
        raise ValueError(f"the emitter of the floors does not know how to write {value!r}")
    return _WORDS[value] if value is None or isinstance(value, bool) else repr(value)
