"""Join the answers of single files into scaffolds if they differ only in what is read."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from ..answers.scaffold import Scaffold
from ..base.errors import DativoError
from ..base.values import same
from ..plan.plan import documents
from ..registry.connectors import SELECTIONS
from ..registry.pack import Pack

Raw = Mapping[str, Any]

# Answers for each object, which may differ within a scaffold.
_OF_OBJECTS = ("fields", "asset_names", "paths")
# Answers that may hold the names of an object, which a scaffold of several replaces with placeholders.
_WITH_NAMES = ("prefix", "tags", "description", "catalog", "job_extra", "asset_extra")


def joined(pack: Pack, found: Sequence[Raw]) -> list[dict[str, Any]]:
    """Join answers into scaffolds where this does not change a rendered file.

    Returns a mapping for each scaffold: its `answers`, and `members`, the indices of the answers that it joins.
    """
    groups: dict[str, list[list[int]]] = {}
    single = [Scaffold(pack, raw) for raw in found]
    for number, one in enumerate(single):
        bins = groups.setdefault(_key(one), [])
        mine = next((group for group in bins if one.items[0].object not in _objects(single, group)), None)
        if mine is None:
            bins.append([number])
        else:
            mine.append(number)
    return [one for bins in groups.values() for group in bins for one in _scaffolds(pack, found, single, group)]


def _objects(single: Sequence[Scaffold], group: Sequence[int]) -> list[str]:
    return [single[number].items[0].object for number in group]


def _key(one: Scaffold) -> str:
    """Return a key that is equal for all answers that could be one scaffold."""
    shared = {name: value for name, value in _with_placeholders(one).items() if name not in (*_OF_OBJECTS, *SELECTIONS)}
    if "left_out" in shared:
        shared["left_out"] = True  # the path of its only job
    return json.dumps(shared, sort_keys=True, default=str)


def _scaffolds(
    pack: Pack, found: Sequence[Raw], single: Sequence[Scaffold], group: Sequence[int]
) -> Iterator[dict[str, Any]]:
    """Yield one scaffold of all members of a group, or one per member if joining them would change a file."""
    if len(group) > 1 and (raw := _together(pack, single, group)):
        yield {"answers": raw, "members": list(group)}
        return
    for number in group:
        yield {"answers": dict(found[number]), "members": [number]}


def _together(pack: Pack, single: Sequence[Scaffold], group: Sequence[int]) -> dict[str, Any] | None:
    """Return the joined answers of a group; None if joining them would change a file."""
    first = single[group[0]]
    selection = first.source.selection
    raw = {"answers_format": first.format, **_with_placeholders(first)}
    raw[selection] = [item for number in group for item in single[number].raw[selection]]
    for name in _OF_OBJECTS:
        values = [single[number].raw.get(name, {}) for number in group]
        raw[name] = {key: value for one in values for key, value in one.items()}
        if not raw[name]:
            del raw[name]
    if "left_out" in first.raw:
        raw["left_out"] = [path for number in group for path in single[number].raw["left_out"]]
    try:
        whole = Scaffold(pack, raw)
        for name in whole.raw:
            _ = whole[name]
        for number, item in zip(group, whole.items, strict=True):
            if not same(list(documents(whole, item)), list(documents(single[number], single[number].items[0]))):
                return None
    except DativoError:
        return None
    return raw


def _with_placeholders(one: Scaffold) -> dict[str, Any]:
    """Return the answers of a scaffold with placeholders for the names of its object."""
    item = one.items[0]
    words = {one.asset_name(item): "{asset}", item.object: "{object}"}
    return {name: _put(value, words) if name in _WITH_NAMES else value for name, value in one.raw.items()}


def _put(value: Any, words: Mapping[str, str]) -> Any:
    if isinstance(value, Mapping):
        return {key: _put(inner, words) for key, inner in value.items()}
    if isinstance(value, list):
        return [_put(inner, words) for inner in value]
    if isinstance(value, str):
        for word, placeholder in words.items():
            value = re.sub(rf"(?<![\w{{]){re.escape(word)}(?![\w}}])", placeholder, value)
    return value
