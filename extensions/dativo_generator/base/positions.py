"""Parse an untrusted YAML file, with the position of everything in it."""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import yaml
from yaml.constructor import SafeConstructor

from .documents import CONSTRUCTING, LARGEST, check_bounded, surely_bounded_unless_circular
from .plain import Plain
from .yaml_errors import conflict, mark_of, not_valid

Place = tuple[int, int]


class _Loader(yaml.CSafeLoader):
    """A loader that resolves each distinct plain word once."""

    resolve = staticmethod(lru_cache(maxsize=4096)(yaml.resolver.Resolver().resolve))


@lru_cache(maxsize=2)  # a file is parsed once to check it, and again to locate its errors
def _composed(text: str) -> Any:
    """Return the root node of a document, None for an empty one."""
    loader = _Loader(text)
    try:
        return loader.get_single_node()
    finally:
        loader.dispose()


def _plain(text: str, largest: int) -> Plain | None:
    """Return the value of an ordinary document; None when the text needs a closer look or is invalid."""
    try:
        return Plain(_composed(text)) if surely_bounded_unless_circular(text, largest) else None
    except (yaml.YAMLError, *CONSTRUCTING):
        return None


class LocatedError(ValueError):
    """A file is not a plain YAML document; `line` and `column`, from 1, say where."""

    def __init__(self, message: str, line: int = 1, column: int = 1) -> None:
        super().__init__(message)
        self.line, self.column = line, column


class Located:
    """One YAML document: its `value`, the position of each key and value, and `has_nulls`, whether it may hold nulls.

    Positions take ten times the memory of the text, so it keeps the text and parses it again when they are needed.
    """

    def __init__(self, text: str, largest: int = LARGEST) -> None:
        """Parse `text`; raises `LocatedError` for anything but one document of at most `largest` plain values."""
        self._text = text
        try:
            plain = _plain(text, largest)
            self.value: Any = plain.value if plain else self._parsed(text, largest)
            self.has_nulls = not plain or plain.has_nulls
        except yaml.MarkedYAMLError as error:
            mark = mark_of(error)
            place = (mark.line + 1, mark.column + 1) if mark else (1, 1)
            place = (line, 1) if (line := conflict(text)) else place
            raise LocatedError(not_valid(error, text), *place) from None
        except LocatedError:
            raise
        except (yaml.YAMLError, *CONSTRUCTING) as error:
            raise LocatedError(not_valid(error, text)) from None

    def place(self, keys: Sequence[str | int], of_key: bool = False) -> Place:
        """Return line and column, from 1, of the value at `keys` or of its key, or of the deepest parent it has."""
        node = _composed(self._text)
        found = node.start_mark
        for key in keys:
            if isinstance(node, yaml.MappingNode):
                pair = next((pair for pair in node.value if pair[0].value == str(key)), None)
                if pair is None:
                    break
                node = pair[1]
                found = pair[0].start_mark if of_key else node.start_mark
            elif isinstance(node, yaml.SequenceNode) and isinstance(key, int) and key < len(node.value):
                node = node.value[key]
                found = node.start_mark
            else:
                break
        return found.line + 1, found.column + 1

    def _parsed(self, text: str, largest: int) -> Any:
        """Return the value of a text that may hold any YAML and any error."""
        check_bounded(text, largest)
        root = _composed(text)
        if root is None:
            raise LocatedError("the file is empty")
        self._inspect(root)
        return SafeConstructor().construct_document(root)

    def _inspect(self, node: yaml.Node) -> None:
        """Refuse duplicate keys, and keys that are not text."""
        if isinstance(node, yaml.ScalarNode):
            return
        seen = set()
        for child in node.value:
            if isinstance(node, yaml.MappingNode):
                key, child = child
                mark = key.start_mark
                if not isinstance(key, yaml.ScalarNode) or key.tag == "tag:yaml.org,2002:merge":
                    raise LocatedError("a key must be text", mark.line + 1, mark.column + 1)
                if key.value in seen:
                    raise LocatedError(f"remove one; '{key.value}' is given twice", mark.line + 1, mark.column + 1)
                seen.add(key.value)
            self._inspect(child)


def pointed(file: str, text: str, message: str) -> str:
    """Return a message that begins with a key of a YAML file with the value's place before it; any other as it is.

    `text` is the content of the file.
    """
    key, colon, _ = message.partition(": ")
    try:
        located = Located(text)
    except LocatedError:
        return message
    if not colon or not isinstance(located.value, dict) or key not in located.value:
        return message
    line, column = located.place((key,))
    return f"{file}:{line}:{column}: {message}"
