"""Check that a job reads delimited files in the repository with the delimiter that they use."""

import csv
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from ..base import reading
from ..registry.runner import Runner
from .findings import Problem, Problems
from .recipes import End

_DELIMITERS = (",", ";", "\t", "|")
_NAMES = {"\t": "a tab"}
# Only the header is read, not the whole file.
_BEGINNING = 64 * 1024


def delimiter_problems(
    repository: Path, job: Mapping[str, Any], columns: Iterable[str], end: End, runner: Runner
) -> Problems:
    """Yield files whose header shows none of `columns` with the job's delimiter, but some with another one."""
    source = job.get("source", {})
    if "delimiter" not in runner.options(end.connector.id) or "custom_reader" in source:
        return
    options = {**runner.option_defaults, **_options(source.get("engine", {}), end)}
    names = set(columns)
    for index, file in enumerate(source.get("files", [])):
        header = _header(repository, file["path"], str(options.get("encoding")))
        stated = str(options["delimiter"])
        if not header or names & _columns(header, stated):
            continue
        found = next((one for one in _DELIMITERS if one != stated and names & _columns(header, one)), "")
        if found:
            message = (
                f"is separated by {_shown(found)}, but the job splits it at {_shown(stated)}: every value becomes null"
            )
            yield Problem(("source", "files", index, "path"), "delimiter", message)


def _options(engine: Mapping[str, Any], end: End) -> Mapping[str, Any]:
    """Return the options of the native reader: a job's options replace all of the recipe's, and the outer ones win."""
    options = engine.get("options", end.recipe.options)
    native = options.get("native", {})
    return {**(native if isinstance(native, Mapping) else {}), **options}


def _header(repository: Path, path: str, encoding: str) -> str:
    """Return the first line of a file in the repository, or '' if it is missing or not text."""
    parts = path.split("/")
    # Only the runner knows where it mounts the repository.
    for inside in (path, *("/".join(parts[index:]) for index in range(1, len(parts)))):
        try:
            beginning = reading.beginning(repository, inside, _BEGINNING) if inside else None
            if beginning:
                return next(iter(beginning.decode(encoding, errors="ignore").splitlines()), "")
        except (reading.ReadingError, LookupError, UnicodeError):
            continue
    return ""


def _columns(header: str, delimiter: str) -> set[str]:
    try:
        return set(next(csv.reader([header.lstrip("\ufeff")], delimiter=delimiter), []))
    except (csv.Error, TypeError):
        return set()


def _shown(delimiter: str) -> str:
    return _NAMES.get(delimiter, f"'{delimiter}'")
