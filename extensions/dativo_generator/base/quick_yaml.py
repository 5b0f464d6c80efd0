"""Read YAML to the values that PyYAML gives, three times as fast, where it is written as people and the pack write it.

libyaml's parser is fast; what PyYAML makes of its events, a node and a generator for each value, is most of the time.
Here a value is made of each event at once. Whatever is unusual is left to PyYAML, errors in it, too, so that there is
one reader that says what is wrong: anchors and aliases, tags, keys that are no text or stand twice, dates.
"""

from collections.abc import Callable
from functools import cache
from typing import Any

import yaml

_PREFIX = "tag:yaml.org,2002:"
_KNOWN = {f"{_PREFIX}{name}" for name in ("null", "bool", "int", "float")}


class Unusual(Exception):
    """There is something that is left to PyYAML."""


def read(text: str, loader: Any) -> Any:
    """Return the value of one document, as a safe `loader` of PyYAML would; raises `Unusual`, or `yaml.YAMLError`."""
    reader = _Reader(loader(text))
    reader.take(yaml.StreamStartEvent)
    first = reader.take(yaml.DocumentStartEvent)
    if first.tags or first.version:
        raise Unusual
    value = reader.value(reader.event())
    reader.take(yaml.DocumentEndEvent)
    reader.take(yaml.StreamEndEvent)
    return value


class _Reader:
    """Makes values of the events of one text."""

    def __init__(self, loader: Any) -> None:
        self._loader = loader
        self._resolvers = loader.yaml_implicit_resolvers
        self.event: Callable[[], Any] = loader.get_event
        self._plain = cache(self._resolved)  # the same few words stand in most files again and again

    def take(self, kind: type) -> Any:
        """Take an event that must be of a kind."""
        event = self.event()
        if not isinstance(event, kind):
            raise Unusual
        return event

    def value(self, event: Any) -> Any:
        """Make the value that begins with an event."""
        kind = type(event)
        if kind is yaml.AliasEvent or event.anchor or event.tag:
            raise Unusual
        if kind is yaml.ScalarEvent:
            return event.value if event.style else self._plain(event.value)
        return self._mapping() if kind is yaml.MappingStartEvent else self._list()

    def _list(self) -> list[Any]:
        items = []
        while type(event := self.event()) is not yaml.SequenceEndEvent:
            items.append(self.value(event))
        return items

    def _mapping(self) -> dict[str, Any]:
        items: dict[str, Any] = {}
        while type(event := self.event()) is not yaml.MappingEndEvent:
            key = self.value(event)
            if type(key) is not str or key in items:
                raise Unusual
            items[key] = self.value(self.event())
        return items

    def _resolved(self, text: str) -> Any:
        """Make the value of a text without quotes: of the first kind that it is written like."""
        for tag, pattern in self._resolvers.get(text[:1], ()):
            if pattern.match(text):
                if tag not in _KNOWN:
                    raise Unusual
                try:
                    return self._loader.yaml_constructors[tag](self._loader, yaml.ScalarNode(tag, text))
                except ValueError:
                    raise Unusual from None
        return text
