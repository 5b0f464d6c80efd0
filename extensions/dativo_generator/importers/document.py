"""Documents that describe tables, read as JSON or YAML."""

import json
from pathlib import Path
from typing import Any

import yaml

from ..base.documents import bounded, parse_yaml, yaml_problem
from .table import ImportFailed


def text_of(path: Path) -> str:
    """Return the text of a file; raises `ImportFailed`."""
    try:
        return path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise ImportFailed(f"{path}: there is no such file") from None
    except OSError as error:
        raise ImportFailed(f"{path}: cannot be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise ImportFailed(f"{path}: is not UTF-8 text; convert it") from None


def line_of(value: Any) -> str:
    """Return a text as one line, '' for what is no text."""
    return " ".join(value.split()) if isinstance(value, str) else ""


def parsed(path: Path) -> Any:
    """Parse a JSON or YAML file by its name; raises `ImportFailed` with the line of what is wrong."""
    text = text_of(path)
    if not text.strip():
        raise ImportFailed(f"{path}: is empty")
    try:
        if path.suffix.lower() not in (".yml", ".yaml"):
            return json.loads(text)
        for _ in bounded(
            yaml.parse(text, Loader=yaml.CSafeLoader if hasattr(yaml, "CSafeLoader") else yaml.SafeLoader)
        ):
            pass
        return parse_yaml(text)
    except json.JSONDecodeError as error:
        raise ImportFailed(f"{path}:{error.lineno}: not valid JSON: {error.msg}") from None
    except RecursionError:
        raise ImportFailed(f"{path}: is nested too deeply") from None
    except (yaml.YAMLError, ValueError) as error:
        mark = getattr(error, "problem_mark", None)
        place = f"{path}:{mark.line + 1}" if mark else str(path)
        raise ImportFailed(f"{place}: not valid YAML: {yaml_problem(error)}") from None
