"""Render a pack's templates in memory: every file's path and content, as Copier would write them.

Copier's environment does the work; this module finds the templates and compiles each once, and all paths together.
"""

import marshal
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path
from types import FunctionType
from typing import Any

# Copier's `{% yield item from items %}text{% endyield %}` in a path: one file per item.
_YIELD = re.compile(r"(.*)\{%-?\s*yield\s+(\w+)\s+from\s+(.+?)\s*-?%\}(.*)\{%-?\s*endyield\s*-?%\}(.*)")

# Separate the paths in a listing, and the fields of each: no file name holds control characters.
_END, _NEXT = "\x1e", "\x1f"
# The last marshal version whose output depends only on the values.
_MARSHAL = 2

Context = dict[str, Any]


@dataclass(frozen=True)
class Filling:
    """A file to render: `content` renders its template.

    `inputs` returns everything that the template reads, as bytes that are equal only for equal values, or None if that
    is unknown. The same template gives the same content for the same inputs.
    """

    content: Callable[[], bytes]
    inputs: Callable[[], bytes | None] = lambda: None


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
        """Compile with a Jinja environment whose loader is rooted at `checkout`."""
        self._env = env
        self._templates = list(self._load(checkout, folder, suffix, excluded))
        self._paths = env.from_string("".join(_listing(index, one) for index, one in enumerate(self._templates)))
        self._listed = cache(env.compile_expression)
        self._read = cache(self._read_by)

    def files(self, context: Context) -> Iterator[tuple[str, bytes]]:
        """Render every template; yields path and content."""
        return ((path, filling.content()) for path, filling in self.fillings(context))

    def fillings(self, context: Context) -> Iterator[tuple[str, Filling]]:
        """Yield the path of every file, and its `Filling`."""
        for line in self._paths.render(context).split(_END)[:-1]:
            number, *indices, path = line.split(_NEXT)
            template = self._templates[int(number)]
            if isinstance(template.content, bytes):
                yield path, Filling(partial(bytes, template.content))
            else:
                whole = cache(partial(self._whole, context, template, indices))
                yield path, Filling(partial(self._content, template, whole), partial(self._inputs, template, whole))

    def _whole(self, context: Context, template: "_Template", indices: Sequence[str]) -> Context:
        """Return the context with the items that a file is for."""
        for (name, items), index in zip(template.yields, indices, strict=True):
            context = context | {name: self._listed(items)(context)[int(index)]}
        return context

    def _content(self, template: "_Template", whole: Callable[[], Context]) -> bytes:
        return template.content.render(whole()).encode()

    def _inputs(self, template: "_Template", whole: Callable[[], Context]) -> bytes | None:
        if (names := self._read(template.content.name)) is None:
            return None
        context = whole()
        values = [(name, key, _value(context.get(name), key)) for name, key in names]
        return marshal.dumps([template.content.name, values], _MARSHAL)

    def _read_by(self, name: str) -> tuple[tuple[str, str], ...] | None:
        """List the names that a template reads, each with the key below it, or '' for the whole value.

        Returns None for a template that may read more: through other templates, or through filters that use the
        context.
        """
        from jinja2 import meta, nodes

        source, _, _ = self._env.loader.get_source(self._env, name)
        tree = self._env.parse(source)
        if tree.find((nodes.Include, nodes.Import, nodes.FromImport, nodes.Extends, nodes.Call, nodes.Test)):
            return None
        if any(not _is_pure(self._env.filters.get(one.name)) for one in tree.find_all(nodes.Filter)):
            return None
        free = meta.find_undeclared_variables(tree)
        keyed = [one for one in tree.find_all(nodes.Getattr) if isinstance(one.node, nodes.Name)]
        below = {id(one.node) for one in keyed}
        read = {(one.node.name, one.attr) for one in keyed}
        read |= {(one.name, "") for one in tree.find_all(nodes.Name) if id(one) not in below}
        return tuple(sorted((name, key) for name, key in read if name in free))

    def _load(
        self, checkout: Path, folder: Path, suffix: str, excluded: Callable[[Path], bool]
    ) -> Iterator["_Template"]:
        for path in sorted(folder.rglob("*")):
            relative = path.relative_to(folder)
            if not path.is_file() or excluded(relative):
                continue
            name = relative.as_posix()
            templated = bool(suffix) and name.endswith(suffix)
            parts = name.removesuffix(suffix if templated else "").split("/")
            content = self._env.get_template(path.relative_to(checkout).as_posix()) if templated else path.read_bytes()
            yield _Template(parts, content)


@dataclass(frozen=True)
class _Template:
    """A file of the folder: the parts of its path, and its content, a template or bytes."""

    parts: list[str]
    content: Any

    @property
    def yields(self) -> list[tuple[str, str]]:
        """The names of the items that the file is written for, each with the expression that lists them."""
        return [(match[2], match[3]) for match in map(_YIELD.fullmatch, self.parts) if match]


def _listing(number: int, template: _Template) -> str:
    """Return a template that lists the paths of another one: its number, the index of each item, and the path.

    An empty part of a path skips the file and everything below it.
    """
    begin, end, names = "", "", []
    for part in template.parts:
        name = f"_part{len(names)}"
        names.append(name)
        if match := _YIELD.fullmatch(part):
            before, item, items, body, after = match.groups()
            begin += f"{{% for {item} in ({items}) or () %}}{{% set _index{name} = loop.index0 %}}"
            end = f"{{% endfor %}}{end}"
            part = before + body + after
        begin += f"{{% set {name} %}}{part}{{% endset %}}{{% if {name} %}}"
        end = f"{{% endif %}}{end}"
    indices = [f"_index{name}" for name, part in zip(names, template.parts, strict=True) if _YIELD.fullmatch(part)]
    row = _NEXT.join([str(number), *(f"{{{{ {index} }}}}" for index in indices)])
    path = "/".join(f"{{{{ {name} }}}}" for name in names)
    return f"{begin}{row}{_NEXT}{path}{_END}{end}"


def _value(value: Any, key: str) -> Any:
    """Return what a template reads at a key, or the whole value if it has no keys."""
    return value.get(key) if key and isinstance(value, Mapping) else value


def _is_pure(filter_: Any) -> bool:
    """Return whether a filter is a plain function, which depends only on its arguments."""
    return isinstance(filter_, FunctionType) and not hasattr(filter_, "jinja_pass_arg") and not filter_.__closure__
