"""A YAML file with the place of everything in it, for files that anybody may have written."""

from collections.abc import Sequence
from typing import Any

import yaml

from .documents import shallow, yaml_problem

# What a file may hold with its aliases written out: some hundred times an asset of a thousand columns would be less.
_LARGEST = 200_000

Place = tuple[int, int]


class LocatedError(ValueError):
    """A file is no plain YAML document; `line` and `column` say where, from 1."""

    def __init__(self, message: str, line: int = 1, column: int = 1) -> None:
        super().__init__(message)
        self.line, self.column = line, column


class Located:
    """One YAML document: its `value`, and where each key and value of it stands."""

    def __init__(self, text: str) -> None:
        """Parse `text`; raises `LocatedError` for anything but one document of plain values."""
        loader = yaml.CSafeLoader(text)
        try:
            for _ in shallow(yaml.parse(text, Loader=yaml.CSafeLoader)):
                pass
            self._root = loader.get_single_node()
            if self._root is None:
                raise LocatedError("the file is empty")
            self._inspect(self._root, [], [0])
            self.value: Any = loader.construct_document(self._root)
        except yaml.MarkedYAMLError as error:
            mark = error.problem_mark or error.context_mark
            place = (mark.line + 1, mark.column + 1) if mark else (1, 1)
            raise LocatedError(f"not valid YAML: {yaml_problem(error)}", *place) from None
        except (yaml.YAMLError, ValueError, TypeError, OverflowError) as error:
            if isinstance(error, LocatedError):
                raise
            raise LocatedError(f"not valid YAML: {yaml_problem(error)}") from None
        finally:
            loader.dispose()

    def place(self, keys: Sequence[str | int], of_key: bool = False) -> Place:
        """Return line and column of the value at `keys`, or of its key; of the deepest part of them that is there."""
        node, found = self._root, self._root.start_mark
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

    def _inspect(self, node: yaml.Node, above: list[yaml.Node], count: list[int]) -> None:
        """Refuse keys given twice or that are no text, a value that holds itself, and one that never ends."""
        count[0] += 1
        mark = node.start_mark
        if count[0] > _LARGEST:
            raise LocatedError("holds too many values")
        if any(node is other for other in above):
            raise LocatedError("an alias refers to what it is in", mark.line + 1, mark.column + 1)
        if isinstance(node, yaml.ScalarNode):
            return
        above.append(node)
        seen = set()
        for child in node.value:
            if isinstance(node, yaml.MappingNode):
                key, child = child
                mark = key.start_mark
                if not isinstance(key, yaml.ScalarNode) or key.tag == "tag:yaml.org,2002:merge":
                    raise LocatedError("a key must be text", mark.line + 1, mark.column + 1)
                if key.value in seen:
                    raise LocatedError(f"'{key.value}' is given twice", mark.line + 1, mark.column + 1)
                seen.add(key.value)
            self._inspect(child, above, count)
        above.pop()
