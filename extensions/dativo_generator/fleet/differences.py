"""What a change means: which key of a job or an asset gets which value, stated once for all files with that change."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from ..base.emit import inline

# A key with more different values than this gets one example instead of a list.
_FEW_VALUES = 5
ABSENT = "nothing"


@dataclass(frozen=True, order=True)
class Difference:
    """One key of one file whose value changes; `old` and `new` are formatted as text."""

    kind: str
    key: str
    old: str
    new: str
    path: str


@dataclass(frozen=True)
class Group:
    """The same change in many files: `kind` is jobs or assets, `example` one of them; values are '' if they differ."""

    kind: str
    key: str
    old: str
    new: str
    count: int
    example: Difference

    @property
    def where(self) -> str:
        """How many files of which kind have it."""
        return f"{self.count} {self.kind if self.count != 1 else self.kind.removesuffix('s')}"

    def __str__(self) -> str:
        """Return the change as one line."""
        what = f"{self.old} -> {self.new}" if self.old or self.new else "changes"
        return f"{self.key} {what} in {self.where}"


def differences(path: str, old: Any, new: Any) -> list[Difference]:
    """List the differences between two versions of a generated file's content."""
    if old == new:
        return []
    kind = path.partition("/")[0]
    before, after = dict(flat(old)), dict(flat(new))
    return [
        Difference(kind, key, _text(before, key), _text(after, key), path)
        for key in dict.fromkeys([*before, *after])
        if before.get(key, ABSENT) != after.get(key, ABSENT)
    ]


def grouped(found: Iterable[Difference]) -> list[Group]:
    """Group differences by key and values, the most frequent first."""
    by_key: dict[tuple[str, str], list[Difference]] = {}
    for difference in found:
        by_key.setdefault((difference.kind, difference.key), []).append(difference)
    groups = []
    for (kind, key), members in by_key.items():
        values: dict[tuple[str, str], list[Difference]] = {}
        for difference in members:
            values.setdefault((difference.old, difference.new), []).append(difference)
        if len(values) > _FEW_VALUES:
            groups.append(Group(kind, key, "", "", len(members), min(members)))
        else:
            groups += [Group(kind, key, *pair, len(same), min(same)) for pair, same in values.items()]
    return sorted(groups, key=lambda group: (-group.count, group.kind, group.key, group.old))


def flat(value: Any, key: str = "") -> Iterator[tuple[str, Any]]:
    """Yield every scalar under its dotted key; items of a list are identified by their names."""
    if isinstance(value, Mapping) and value:
        for name, item in value.items():
            yield from flat(item, f"{key}.{name}".lstrip("."))
    elif isinstance(value, list) and value and all(isinstance(item, Mapping) and "name" in item for item in value):
        for item in value:
            rest = {name: inner for name, inner in item.items() if name != "name"}
            yield from flat(rest or {"name": item["name"]}, f"{key}[{item['name']}]")
    else:
        yield key, value


def _text(flat: Mapping[str, Any], key: str) -> str:
    if key not in flat:
        return ABSENT
    return flat[key] if isinstance(flat[key], str) else inline(flat[key])
