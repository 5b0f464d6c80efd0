"""Change values in a YAML text and leave everything else as it is: order, quotes, comments, blank lines."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import yaml

from .documents import check_bounded, parse_bounded
from .emit import block, flow, inline
from .values import same

_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
# Characters that YAML counts as line breaks, and this module does not.
_BREAKS = re.compile("[\r\x85\u2028\u2029]")
# Keys that may identify the items of a list.
_NAMES = ("name", "object", "path", "email")


def with_values(text: str, wanted: Any) -> str | None:
    """Return `text`, a block mapping, changed only where its values differ from those `wanted`.

    Returns None when that is impossible: flow style across several lines, tags, a change that would remove an anchor
    in use.
    """
    text = text if text.endswith("\n") else f"{text}\n"
    try:
        check_bounded(text)
        root, there = yaml.compose(text, Loader=_Loader), parse_bounded(text)
        if _BREAKS.search(text) or not isinstance(root, yaml.MappingNode) or root.flow_style:
            return None
        edited = _Edited(text)
        edited.mapping(root, there, wanted)
        result = edited.text()
        return result if same(parse_bounded(result), wanted) else None
    except (yaml.YAMLError, _NotInPlace):
        return None


def alike(*lists: Any) -> str:
    """Return the key that identifies the items of every list and has the most values in common; '' when none does."""
    shared = {name: values for name in _NAMES if (values := _shared(name, lists)) is not None}
    return max(shared, key=lambda name: len(shared[name]), default="")


def _shared(name: str, lists: Sequence[Any]) -> set[str] | None:
    """Return the values of a key that all lists have in common; None when it does not identify the items of each."""
    found = []
    for items in lists:
        if not isinstance(items, list) or not all(isinstance(item, Mapping) for item in items):
            return None
        values = [item.get(name) for item in items]
        if not all(isinstance(value, str) for value in values) or len(set(values)) < len(values):
            return None
        found.append(set(values))
    return set.intersection(*found)


class _NotInPlace(Exception):
    """A value cannot be changed without changing others."""


class _Edited:
    """A text and the changes to make: spans of whole lines, or of characters on one line."""

    def __init__(self, text: str) -> None:
        self._lines = text.split("\n")
        self._seen: set[int] = set()
        self._changes: list[tuple[int, int, int, int, str]] = []

    def text(self) -> str:
        """Return the text with all changes made."""
        lines = list(self._lines)
        for line, column, end_line, end_column, new in sorted(self._changes, reverse=True):
            before, after = lines[line][:column], lines[end_line][end_column:] if end_line < len(lines) else ""
            lines[line : end_line + 1] = (before + new + after).split("\n")
        return "\n".join(lines)

    def mapping(self, node: yaml.MappingNode, there: Mapping[str, Any], wanted: Mapping[str, Any]) -> None:
        """Change a block mapping key by key."""
        if id(node) in self._seen:
            return  # an alias of what has been changed already
        self._seen.add(id(node))
        nodes = {key.value: (key, value) for key, value in node.value}
        if nodes.keys() != there.keys() or not there.keys() & wanted.keys():
            raise _NotInPlace
        last = -1
        for key in there:
            if key not in wanted:
                self._remove(nodes[key][0].start_mark.line, _last_line(nodes[key][1], nodes[key][0]))
            elif not same(there[key], wanted[key]):
                self._pair(*nodes[key], there[key], wanted[key])
        indent = node.value[0][0].start_mark.column
        first = node.value[0][0].start_mark.line
        previous = ""
        for key, value in wanted.items():
            if key in there:
                previous = key
                continue
            last = _last_line(nodes[previous][1], nodes[previous][0]) + 1 if previous else first
            if not previous and self._lines[first][:indent].strip():
                raise _NotInPlace  # after the dash of a list
            self._insert(last, block({key: value}, indent))

    def _pair(self, key: yaml.Node, node: yaml.Node, there: Any, wanted: Any) -> None:
        if self._inside(node, there, wanted):
            return
        if self._lines[key.start_mark.line][: key.start_mark.column].strip():
            raise _NotInPlace
        first, last = key.start_mark.line, _last_line(node, key)
        text = block({key.value: wanted}, key.start_mark.column)
        self._changes.append((first, 0, last, len(self._lines[last]), text))

    def _inside(self, node: yaml.Node, there: Any, wanted: Any) -> bool:
        """Change a value where it stands; return whether that was possible."""
        if isinstance(node, yaml.CollectionNode) and not node.flow_style:
            if isinstance(node, yaml.MappingNode) and isinstance(wanted, Mapping):
                self.mapping(node, there, wanted)
            elif isinstance(node, yaml.SequenceNode) and _can_align(there, wanted):
                self._items(node, there, wanted)
            else:
                return False
            return True
        if isinstance(node, yaml.ScalarNode) and (node.style in ("|", ">") or not _is_inline(wanted)):
            return False
        start, end = node.start_mark, node.end_mark
        if (start.line, start.column) == (end.line, end.column):
            return False  # an empty value
        if isinstance(node, yaml.MappingNode) and _is_shaped_alike(there, wanted):
            for inner_key, inner in node.value:
                if not same(there[inner_key.value], wanted[inner_key.value]):
                    self._inside(inner, there[inner_key.value], wanted[inner_key.value])
        else:
            text = inline(wanted) if _is_inline(wanted) else flow(wanted)
            self._changes.append((start.line, start.column, end.line, end.column, text))
        return True

    def _items(self, node: yaml.SequenceNode, there: Sequence[Any], wanted: Sequence[Any]) -> None:
        """Change a list whose items are identified by a key."""
        if id(node) in self._seen:
            return
        self._seen.add(id(node))
        name = alike(there, wanted)
        by_name = {item[name]: item for item in wanted}
        nodes = {item[name]: inner for item, inner in zip(there, node.value, strict=True)}
        for item in there:
            inner = nodes[item[name]]
            if item[name] not in by_name:
                self._remove(inner.start_mark.line, _last_line(inner, inner))
            elif not same(item, by_name[item[name]]):
                self._inside(inner, item, by_name[item[name]])
        previous = node.value[0]
        indent = self._lines[previous.start_mark.line].index("-")
        for position, item in enumerate(wanted):
            if item[name] in nodes:
                previous = nodes[item[name]]
            elif position == 0:
                self._insert(previous.start_mark.line, block([item], indent))
            else:
                self._insert(_last_line(previous, previous) + 1, block([item], indent))

    def _remove(self, first: int, last: int) -> None:
        self._changes.append((first, 0, last + 1, 0, ""))

    def _insert(self, line: int, text: str) -> None:
        self._changes.append((line, 0, line, 0, f"{text}\n"))


def _can_align(there: Any, wanted: Any) -> bool:
    return bool(there and wanted and alike(there, wanted))


def _is_inline(value: Any) -> bool:
    if isinstance(value, list):
        return not any(isinstance(item, list | Mapping) for item in value)
    return not isinstance(value, Mapping) and not (isinstance(value, str) and "\n" in value)


def _is_shaped_alike(there: Any, wanted: Any) -> bool:
    """Return whether two mappings in flow style have the same keys, and scalars or lists of scalars as values."""
    if not (isinstance(there, Mapping) and isinstance(wanted, Mapping)):
        return False
    return there.keys() == wanted.keys() and all(_is_inline(value) for value in (*there.values(), *wanted.values()))


def _last_line(node: yaml.Node, key: yaml.Node) -> int:
    """Return the last line of the value of `key`, without the comments after it."""
    lines = [key.start_mark.line, *_ends(node, key.start_mark.line)]
    return max(lines)


def _ends(node: yaml.Node, least: int) -> Iterator[int]:
    """Yield the lines on which a value, or a part of it, ends, without what an alias stands for: that is further up."""
    if isinstance(node, yaml.ScalarNode) or node.flow_style:
        if node.start_mark.line >= least:
            behind = node.end_mark.column == 0 and node.end_mark.line > node.start_mark.line
            yield node.end_mark.line - behind
        return
    for item in node.value:
        for inner in item if isinstance(item, tuple) else (item,):
            if node.start_mark.line >= least:
                yield from _ends(inner, least)
