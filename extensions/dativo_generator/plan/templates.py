"""Fill the templates of a pack: every file's path and content, as Copier would write them, but in memory.

Copier's environment does the work; this module finds the templates, compiles each once, and knows what a templated
path means. It imports nothing of Copier or Jinja.
"""

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

# What Copier does with `{% yield item from items %}text{% endyield %}` in a path: one file for each of the items.
_YIELD = re.compile(r"(.*)\{%-?\s*yield\s+(\w+)\s+from\s+(.+?)\s*-?%\}(.*)\{%-?\s*endyield\s*-?%\}(.*)")

Context = dict[str, Any]
# Gives the names that a part of a path becomes, each with what it adds to the context.
_Part = Callable[[Context], Iterator[tuple[str, Context]]]


class Templates:
    """The templates below a folder of a checkout."""

    def __init__(
        self,
        env: Any,
        checkout: Path,
        folder: Path,
        suffix: str = ".jinja",
        excluded: Callable[[Path], bool] = lambda path: False,
    ) -> None:
        """Compile with a Jinja environment whose loader begins at `checkout`."""
        self._env = env
        self._files = list(self._load(checkout, folder, suffix, excluded))

    def files(self, context: Context) -> Iterator[tuple[str, bytes]]:
        """Fill every template; yields path and content."""
        for parts, content in self._files:
            for path, extra in _paths(parts, context):
                text = content if isinstance(content, bytes) else content.render(context | extra).encode()
                yield path, text

    def _load(
        self, checkout: Path, folder: Path, suffix: str, excluded: Callable[[Path], bool]
    ) -> Iterator[tuple[list[_Part], Any]]:
        for path in sorted(folder.rglob("*")):
            relative = path.relative_to(folder)
            if not path.is_file() or excluded(relative):
                continue
            name = relative.as_posix()
            templated = bool(suffix) and name.endswith(suffix)
            parts = [self._part(part) for part in name.removesuffix(suffix if templated else "").split("/")]
            if templated:
                yield parts, self._env.get_template(path.relative_to(checkout).as_posix())
            else:
                yield parts, path.read_bytes()

    def _part(self, text: str) -> _Part:
        """Compile one part of a path."""
        if match := _YIELD.fullmatch(text):
            before, name, items, body, after = match.groups()
            listed = self._env.compile_expression(items)
            template = self._env.from_string(before + body + after)

            def each(context: Context) -> Iterator[tuple[str, Context]]:
                for item in listed(context) or ():
                    yield template.render(context | {name: item}), {name: item}

            return each
        if "{" not in text:
            return lambda context: iter([(text, {})])
        template = self._env.from_string(text)
        return lambda context: iter([(template.render(context), {})])


def _paths(parts: list[_Part], context: Context, above: str = "") -> Iterator[tuple[str, Context]]:
    """Yield the paths that `parts` become; a part that is empty gives none."""
    first, *rest = parts
    for name, extra in first(context):
        if not name:
            continue
        path = f"{above}/{name}" if above else name
        if not rest:
            yield path, extra
        else:
            for deeper, more in _paths(rest, context | extra, path):
                yield deeper, extra | more
