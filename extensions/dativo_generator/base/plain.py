"""Build the value of an ordinary YAML document: texts, numbers and the like, with unique text keys.

This takes a fraction of the time of PyYAML, which supports much more.
"""

from typing import Any

import yaml
from yaml.constructor import SafeConstructor

_TAG = "tag:yaml.org,2002:"
_TEXT, _MAPPING, _LIST = (_TAG + kind for kind in ("str", "map", "seq"))
_CONSTRUCTOR = SafeConstructor()
# The constructors of scalars that are not text.
_KINDS = ("null", "bool", "int", "float", "timestamp")
_MAKERS = {_TAG + kind: getattr(_CONSTRUCTOR, f"construct_yaml_{kind}") for kind in _KINDS}


class Plain:
    """An ordinary document: its `value`, and whether it holds nulls."""

    def __init__(self, root: yaml.Node | None) -> None:
        """Build the value of a composed document; raises one of `documents.CONSTRUCTING` if it is not ordinary."""
        self.has_nulls = False
        self._built: dict[yaml.Node, Any] = {}
        self.value = self._of(root)

    def _of(self, node: Any) -> Any:
        if isinstance(node, yaml.ScalarNode):
            return node.value if node.tag == _TEXT else self._made(node)
        if node in self._built:  # reached through an alias
            return self._built[node]
        if isinstance(node, yaml.MappingNode) and node.tag == _MAPPING:
            value = self._mapping(node)
        elif isinstance(node, yaml.SequenceNode) and node.tag == _LIST:
            value = [self._of(item) for item in node.value]
        else:
            raise TypeError
        self._built[node] = value
        return value

    def _made(self, node: yaml.ScalarNode) -> Any:
        value = _MAKERS[node.tag](node)
        self.has_nulls |= value is None
        return value

    def _mapping(self, node: yaml.MappingNode) -> dict[str, Any]:
        value: dict[str, Any] = {}
        for key, item in node.value:
            if key.tag != _TEXT or not isinstance(key, yaml.ScalarNode) or key.value in value:
                raise TypeError
            value[key.value] = self._of(item)
        return value
