"""Merge edits in files that the pack did not format, such as adopted ones.

A merge by lines would conflict in every line. So this merges the values, and puts the changes into the existing text.
"""

from collections.abc import Mapping
from difflib import SequenceMatcher
from typing import Any

import yaml

from ..base.documents import parse_bounded
from ..base.in_place import alike, with_values
from ..base.values import same
from ..plan.destination import header_in
from .differences import flat
from .merge import AFTER, BEFORE, MIDDLE, Edit, Merged

_ENDS = (".yaml", ".yml")
_GONE: Any = object()  # no value


def is_own_form(path: str, edit: Edit) -> bool:
    """Return whether a file is a job or an asset without the comment that the pack writes above them."""
    text = edit.ours.decode("utf-8", "replace")
    return (
        path.endswith(_ENDS) and header_in(text) is None and header_in(edit.base.decode("utf-8", "replace")) is not None
    )


def says(content: bytes, whatever: bool = False) -> list[bytes]:
    """Return a line for each value of a file that the pack did not format, or with `whatever` of any file.

    [] for a file that the pack formatted, and for one that is not a mapping.
    """
    text = content.decode("utf-8", "replace")
    if not whatever and header_in(text):
        return []
    try:
        value = parse_bounded(text)
    except yaml.YAMLError:
        return []
    return [repr(pair).encode() for pair in flat(value)] if isinstance(value, dict) else []


def carried(edit: Edit) -> Merged | None:
    """Apply the value changes of a rendering to a file; None if that cannot keep its format."""
    try:
        ours = edit.ours.decode("utf-8")
        base, mine, theirs = (parse_bounded(text.decode("utf-8")) for text in edit.sides)
    except (UnicodeDecodeError, yaml.YAMLError):
        return None
    if same(base, theirs):
        return Merged(edit.ours)
    kept = with_values(ours, _merged(base, mine, theirs, keep=True))
    taken = with_values(ours, _merged(base, mine, theirs, keep=False))
    if kept is None or taken is None:
        return None
    return Merged(kept.encode()) if kept == taken else Merged(_marked(kept, taken).encode(), conflict=True)


def _merged(base: Any, mine: Any, theirs: Any, keep: bool) -> Any:
    """Merge three values; if both sides changed one, `keep` takes mine, else theirs."""
    if same(base, theirs) or same(mine, theirs):
        return mine
    if same(base, mine):
        return theirs
    if all(isinstance(value, Mapping) for value in (base, mine, theirs)):
        merged = {key: _merged_key(key, base, mine, theirs, keep) for key in dict.fromkeys((*mine, *theirs))}
        return {key: value for key, value in merged.items() if value is not _GONE}
    if name := alike(base, mine, theirs):
        parts = [{item[name]: item for item in value} for value in (base, mine, theirs)]
        return list(_merged(*parts, keep).values())
    return mine if keep else theirs


def _merged_key(
    key: str, base: Mapping[str, Any], mine: Mapping[str, Any], theirs: Mapping[str, Any], keep: bool
) -> Any:
    there = [key in value for value in (base, mine, theirs)]
    if all(there):
        return _merged(base[key], mine[key], theirs[key], keep)
    if there == [False, True, True]:
        return mine[key] if keep or same(mine[key], theirs[key]) else theirs[key]
    if there == [True, True, False]:  # removed, unless it was edited
        return _GONE if same(base[key], mine[key]) or not keep else mine[key]
    if there == [False, False, True]:
        return theirs[key]
    return mine[key] if there[1] else _GONE  # added or removed by hand


def _marked(kept: str, taken: str) -> str:
    """Return a text with conflict markers around the lines that only one of the two has."""
    lines, others = kept.splitlines(keepends=True), taken.splitlines(keepends=True)
    result: list[str] = []
    for kind, start, end, other_start, other_end in SequenceMatcher(a=lines, b=others, autojunk=False).get_opcodes():
        if kind == "equal":
            result += lines[start:end]
        else:
            result += [f"{BEFORE}\n", *lines[start:end], f"{MIDDLE}\n", *others[other_start:other_end], f"{AFTER}\n"]
    return "".join(result)
