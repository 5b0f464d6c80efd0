"""Read a manifest of many scaffolds: a YAML file with an item for each, or a spreadsheet saved as CSV with a row each.

::

    defaults: {tenant_id: acme, owner: data@acme.com}
    scaffolds:                      # or the path of a CSV file beside this one
      - {source_connector: ..., objects: [customers], target_connector: ...}

Problems are collected, each with its position, so that all of them can be fixed at once.
"""

import csv
import io
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ..base import reading
from ..base.documents import shown
from ..base.naming import offer
from ..base.positions import Located, LocatedError
from .release import Release
from .rows import Place, Problem, Row
from .source import SourceError

_KEYS = ("defaults", "scaffolds")
_DELIMITERS = (",", ";", "\t")
# Limits that a manifest of ten thousand scaffolds stays below: bytes, and values.
_LARGEST, _VALUES = 64 << 20, 4_000_000


@dataclass
class Manifest:
    """The valid rows in order, the problems of the others, and the files that they are from."""

    files: list[Path] = field(default_factory=list)
    rows: list[Row] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)


def read(path: Path, release: Release, defaults: Mapping[str, Any]) -> Manifest:
    """Read a manifest for a release, whose questions it may answer; `defaults` are answers for every row.

    Raises `SourceError` for a file that is not a manifest.
    """
    manifest = Manifest()
    if path.suffix.lower() == ".csv":
        _read_csv(path, release, None, defaults, manifest)
    elif path.suffix.lower() in (".yml", ".yaml"):
        _read_yaml(path, release, defaults, manifest)
    else:
        raise SourceError(f"{path}: name a .yml or a .csv file")
    if not manifest.rows and not manifest.problems:
        raise SourceError(f"{path}: holds no scaffold")
    return manifest


def _text(path: Path) -> str:
    try:
        text = reading.text(path.parent, path.name, _LARGEST)
    except reading.ReadingError as error:
        raise SourceError(str(error.at(str(path)))) from None
    if text is None:
        raise SourceError(f"{path}: name a manifest that exists; there is no such file")
    return text.removeprefix("\ufeff")  # the byte order mark that spreadsheets write


# --- YAML -------------------------------------------------------------------------------------------------------------


def _read_yaml(path: Path, release: Release, defaults: Mapping[str, Any], manifest: Manifest) -> None:
    manifest.files.append(path)
    try:
        located = Located(_text(path), _VALUES)
    except LocatedError as error:
        raise SourceError(f"{path}:{error.line}:{error.column}: {error}") from None

    def place(*keys: str | int) -> Place:
        return Place(str(path), ":".join(map(str, located.place(keys))), "item")

    top = located.value
    if not isinstance(top, dict) or "scaffolds" not in top:
        raise SourceError(f"{path}: must be a mapping with `scaffolds`, a list, and perhaps `defaults`")
    for key in top:
        if key not in _KEYS:
            raise SourceError(f"{place(key)}: " + offer(key, _KEYS, f"unknown key '{key}'"))
    shared = top.get("defaults") or {}
    if not isinstance(shared, dict):
        raise SourceError(f"{place('defaults')}: must be a mapping, not {shown(shared)}")
    known = _known(shared, release, lambda name: place("defaults", name), manifest)
    shared = _answers(shared, known, release)
    if isinstance(top["scaffolds"], str):
        inner = path.parent / top["scaffolds"]
        if Path(top["scaffolds"]).name != top["scaffolds"]:
            raise SourceError(f"{place('scaffolds')}: '{top['scaffolds']}' must be a file beside this one")
        _read_csv(inner, release, lambda name: place("defaults", name), {**defaults, **shared}, manifest)
        return
    if not isinstance(top["scaffolds"], list):
        raise SourceError(f"{place('scaffolds')}: must be a list, or the path of a CSV file")
    for index, item in enumerate(top["scaffolds"]):

        def where(name: str, index: int = index, item: Any = item) -> Place:
            mine = ("scaffolds", index, name) if isinstance(item, dict) and name in item else ("scaffolds", index)
            keys = ("defaults", name) if name in shared and len(mine) == 2 else mine
            return place(*keys)._replace(number=index + 1)

        if not isinstance(item, dict):
            manifest.problems.append(Problem(where(""), f"must be a mapping of answers, not {shown(item)}"))
            continue
        own = _answers(item, _known(item, release, where, manifest), release)
        manifest.rows.append(Row(index + 1, {**defaults, **shared, **own}, where))


# --- CSV --------------------------------------------------------------------------------------------------------------


def _read_csv(
    path: Path,
    release: Release,
    default_place: Callable[[str], Place] | None,
    defaults: Mapping[str, Any],
    manifest: Manifest,
) -> None:
    manifest.files.append(path)
    text = _text(path)
    first = text.partition("\n")[0]
    delimiter = max(_DELIMITERS, key=first.count)
    try:
        lines = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True))
    except csv.Error as error:
        raise SourceError(f"{path}: is not valid CSV: {error}") from None
    header = [name.strip() for name in lines[0]] if lines else []
    while header and not header[-1]:
        header.pop()
    columns = {name: _letters(index) for index, name in enumerate(header)}
    for name, count in Counter(header).items():
        if not name:
            raise SourceError(f"{path}: row 1: column {columns[name]} has no name")
        if count > 1:
            raise SourceError(f"{path}: row 1: {count} columns are called '{name}'")

    def at(number: int, where: str = "") -> Place:
        return Place(str(path), number=number, where=where)

    known = _known(header, release, lambda name: at(1, f", column {columns[name]}"), manifest)
    for number, cells in enumerate(lines[1:], 2):
        cells = [cell.strip() for cell in cells]
        if not any(cells):
            continue

        def where(name: str, number: int = number, filled: tuple[str, ...] = tuple(cells)) -> Place:
            if name in columns and header.index(name) < len(filled) and filled[header.index(name)]:
                return at(number, f", column {columns[name]}")
            return at(number, f", with {default_place(name)}" if default_place and name in defaults else "")

        if len(cells) > len(header) and any(cells[len(header) :]):
            manifest.problems.append(Problem(where(""), "has more cells than row 1 has names"))
            continue
        filled = {name: cell for name, cell in zip(header, cells, strict=False) if cell}
        manifest.rows.append(Row(number, {**defaults, **_answers(filled, known, release)}, where))


def _letters(index: int) -> str:
    """Return the name of a column in spreadsheets: A to Z, then AA."""
    return (_letters(index // 26 - 1) if index >= 26 else "") + chr(ord("A") + index % 26)


# --- both -------------------------------------------------------------------------------------------------------------


def _known(names: Iterable[Any], release: Release, place: Callable[[str], Place], manifest: Manifest) -> set[str]:
    """Return the names that are questions; any other name is a problem."""
    known = set()
    for name in map(str, names):
        if why := release.unknown(name):
            manifest.problems.append(Problem(place(name), why))
        else:
            known.add(name)
    return known


def _answers(given: Mapping[Any, Any], known: Collection[str], release: Release) -> dict[str, Any]:
    """Parse the answers to known questions by their type in the release."""
    return {
        name: release.cell(name, value) if isinstance(value, str) else value
        for name, value in given.items()
        if name in known
    }
