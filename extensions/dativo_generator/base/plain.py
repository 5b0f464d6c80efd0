"""The value of a YAML document as nearly all are: of texts, numbers and their like, and each key a text of its own.

It is built in a fraction of the time that PyYAML takes, which allows for much more.
"""

from typing import Any

import yaml
from yaml.constructor import SafeConstructor

_TAG = "tag:yaml.org,2002:"
_TEXT, _MAPPING, _LIST = (_TAG + kind for kind in ("str", "map", "seq"))
_CONSTRUCTOR = SafeConstructor()
# What makes a value of a scalar that is no text.
_KINDS = ("null", "bool", "int", "float", "timestamp")
_MAKERS = {_TAG + kind: getattr(_CONSTRUCTOR, f"construct_yaml_{kind}") for kind in _KINDS}


class Plain:
    """Such a document: its `value`, and whether it holds nulls."""

    def __init__(self, root: yaml.Node | None) -> None:
        """Build the value of a composed document; raises one of `CONSTRUCTING` where it is no such one."""
        self.has_nulls = False
        self._built: dict[yaml.Node, Any] = {}
        self.value = self._of(root)

    def _of(self, node: Any) -> Any:
        if isinstance(node, yaml.ScalarNode):
            return node.value if node.tag == _TEXT else self._made(node)
        if node in self._built:  # an alias leads here
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
