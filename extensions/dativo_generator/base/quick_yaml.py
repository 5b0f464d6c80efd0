"""Read ordinary YAML to the same values as PyYAML, three times as fast.

libyaml's parser is fast; most of the time goes into the node and generator that PyYAML makes for each event. Here each
event becomes a value at once. Anything unusual is left to PyYAML: anchors and aliases, tags, duplicate keys, keys that
are not text, dates. So are errors, so that only one reader reports them.
"""

from collections.abc import Callable
from functools import cache
from typing import Any

import yaml

_PREFIX = "tag:yaml.org,2002:"
_KNOWN = {f"{_PREFIX}{name}" for name in ("null", "bool", "int", "float")}


class Unusual(Exception):
    """The text holds something that is left to PyYAML."""


def read(text: str, loader: Any) -> Any:
    """Return the value of one document, as a safe PyYAML `loader` would; raises `Unusual`, or `yaml.YAMLError`."""
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
    """Builds values from the parser events of one text."""

    def __init__(self, loader: Any) -> None:
        self._loader = loader
        self._resolvers = loader.yaml_implicit_resolvers
        self.event: Callable[[], Any] = loader.get_event
        self._plain = cache(self._resolved)  # the same few words recur in most files

    def take(self, kind: type) -> Any:
        """Return the next event, which must be of the type `kind`."""
        event = self.event()
        if not isinstance(event, kind):
            raise Unusual
        return event

    def value(self, event: Any) -> Any:
        """Build the value that begins with an event."""
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
        """Build the value of an unquoted text: of the first type whose pattern it matches."""
        for tag, pattern in self._resolvers.get(text[:1], ()):
            if pattern.match(text):
                if tag not in _KNOWN:
                    raise Unusual
                try:
                    return self._loader.yaml_constructors[tag](self._loader, yaml.ScalarNode(tag, text))
                except ValueError:
                    raise Unusual from None
        return text
