"""Read JSON and YAML documents that describe tables, within limits that no ordinary document comes near."""

import json
from pathlib import Path
from typing import Any

import yaml

from ..base.documents import not_yaml, parse_bounded
from . import local
from .table import ImportFailed

# The most bytes, the most values with all aliases expanded, and the most JSON punctuation between values. The
# description of a large API has 20 MB and half a million values.
LARGEST, VALUES, _SIGNS = 64 << 20, 1_000_000, 3_000_000
_DIGITS = 200
YAML = (".yml", ".yaml")


class NotJson(ImportFailed):
    """A text is not JSON."""


def text_of(path: Path, largest: int = LARGEST) -> str:
    """Return the text of a file; raises `ImportFailed`."""
    return decoded(local.content_of(path, largest), path)


def decoded(content: bytes, path: object) -> str:
    """Return bytes of a file as text; raises `ImportFailed`."""
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise ImportFailed(f"{path}: convert it to UTF-8; it is not UTF-8 text") from None


def parsed(path: Path) -> Any:
    """Parse a JSON or YAML file, by its extension; raises `ImportFailed` with the line of the error."""
    return parsed_text(text_of(path), path)


def parsed_text(text: str, path: Path) -> Any:
    """Parse the text of a JSON or YAML file, by the extension of `path`; raises `ImportFailed`."""
    if not text.strip():
        raise ImportFailed(f"{path}: is empty")
    if path.suffix.lower() not in YAML:
        return parsed_json(text, path)
    try:
        return parse_bounded(text, VALUES)
    except yaml.YAMLError as error:
        raise ImportFailed(not_yaml(path, error, text)) from None


def parsed_json(text: str, path: object) -> Any:
    """Parse JSON; raises `NotJson` for other text, and `ImportFailed` for what would exhaust a reader."""
    if text.count(",") + text.count("[") + text.count("{") > _SIGNS:
        raise ImportFailed(f"{path}: name a smaller part of it; it has more than {_SIGNS} values")
    try:
        return json.loads(
            text, parse_int=_integer, parse_float=_float, parse_constant=_constant, object_pairs_hook=_once
        )
    except json.JSONDecodeError as error:
        raise NotJson(f"{path}:{error.lineno}: not valid JSON: {error.msg}") from None
    except RecursionError:
        raise ImportFailed(f"{path}: is nested too deeply") from None
    except ValueError as error:
        raise ImportFailed(f"{path}: not valid JSON: {error}") from None


def _integer(digits: str) -> int:
    if len(digits) > _DIGITS:
        raise ValueError("a number is too long")
    return int(digits)


def _float(digits: str) -> float:
    if len(digits) > _DIGITS:
        raise ValueError("a number is too long")
    return float(digits)


def _constant(name: str) -> None:
    raise ValueError(f"{name} is not a JSON value")


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Build a mapping; refuses a duplicate key, where JSON would silently keep the last."""
    mapping = dict(pairs)
    if len(mapping) < len(pairs):
        seen: set[str] = set()
        for key, _ in pairs:
            if key in seen:
                raise ValueError(f"'{key}' is given twice")
            seen.add(key)
    return mapping
