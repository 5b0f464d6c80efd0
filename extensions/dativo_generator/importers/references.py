"""What a document refers to: places in itself, and in files that stand below its own folder. Nothing else is read."""

import os
import posixpath
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from ..base import reading
from . import address
from .document import LARGEST, decoded, parsed_text
from .table import ImportFailed

# So many files may one document lead to.
FILES = 200
_SCHEME = re.compile(r"[A-Za-z][\w+.-]*:|//")


class Documents:
    """A document, and those that it refers to by their paths; each is read once."""

    def __init__(self, path: Path, value: Any = None) -> None:
        """Hold the document at `path`; its `value` where that is known, or is only a part of the file."""
        self._path, self._real = path, Path(os.path.realpath(path))
        self._left = LARGEST
        self._read: dict[str, Document] = {}
        if value is not None:
            self.first = self._read[self._real.name] = Document(self, self._real.name, path, value)

    def beside(self, name: str) -> "Document | None":
        """Return the document of another file in the folder, or below; None where there is none. Raises `ImportFailed`.

        `name` is a path with "/", which leads through no link.
        """
        if name in self._read:
            return self._read[name]
        path = self._path.parent / name
        if len(self._read) >= FILES:
            raise ImportFailed(f"{self._path}: refers to more than {FILES} files; name a part of it")
        try:
            content = reading.read(self._real.parent, name, self._left)
        except reading.ReadingError as error:
            raise ImportFailed(f"{self._path}: goes on in {error}") from None
        if content is None:
            return None
        self._left -= len(content)
        self._read[name] = document = Document(self, name, path, parsed_text(decoded(content, path), path))
        return document


class Document:
    """A parsed file; `name` is its path below the folder of the first one, `path` what messages call it."""

    def __init__(self, documents: Documents, name: str, path: Path, value: Any) -> None:
        """Hold a parsed value."""
        self._documents, self._name, self.path, self.value = documents, name, path, value
        self._named: dict[str, Any] | None = None

    def at(self, reference: str) -> tuple[Any, "Document"]:
        """Return what a reference in this document leads to, and the document that it is in; raises `ImportFailed`."""
        if reference and not reference.startswith("#") and reference in self._names():
            return self._names()[reference], self
        place, _, fragment = reference.partition("#")
        document = self._other(place, reference) if place else self
        try:
            return document._inside(fragment), document
        except LookupError:
            raise ImportFailed(f"{self.path}: has nothing at '{address.shown(reference)}'") from None

    def _other(self, place: str, reference: str) -> "Document":
        if _SCHEME.match(place):
            raise ImportFailed(
                f"{self.path}: refers to {address.shown(reference)}, which is not fetched; put it beside the file"
            )
        for name in dict.fromkeys((place, unquote(place))):
            below = posixpath.normpath(posixpath.join(posixpath.dirname(self._name), name))
            if below.startswith(("/", "../")) or below == ".." or "\\" in below:
                raise ImportFailed(
                    f"{self.path}: refers to {reference}, which is not below its folder; put it there and refer to that"
                )
            if document := self._documents.beside(below):
                return document
        raise ImportFailed(f"{self.path}: refers to {reference}, and there is no such file")

    def _inside(self, fragment: str) -> Any:
        """Follow a JSON pointer, or find an anchor; raises `LookupError`."""
        if fragment and not fragment.startswith("/"):
            return self._names()[f"#{fragment}"]
        value = self.value
        for raw in fragment.split("/")[1:]:
            if isinstance(value, list):
                if not re.fullmatch(r"0|[1-9]\d{0,8}", raw):
                    raise LookupError(raw)
                value = value[int(raw)]
            elif isinstance(value, Mapping):
                key = raw.replace("~1", "/").replace("~0", "~")
                value = value[key if key in value else unquote(raw).replace("~1", "/").replace("~0", "~")]
            else:
                raise LookupError(raw)
        return value

    def _names(self) -> dict[str, Any]:
        """Return what names itself, by `$id` or as `#anchor`; looked for only where a reference is no pointer."""
        if self._named is None:
            self._named = {}
            for mapping in _mappings(self.value):
                for key, mark in (("$id", ""), ("id", ""), ("$anchor", "#"), ("$dynamicAnchor", "#")):
                    if isinstance(name := mapping.get(key), str) and name:
                        self._named.setdefault(f"{mark}{name}", mapping)
        return self._named


def _mappings(value: Any) -> Iterator[Mapping[str, Any]]:
    waiting, seen = [value], set()
    while waiting:
        one = waiting.pop()
        if not isinstance(one, Mapping | list) or id(one) in seen:
            continue
        seen.add(id(one))  # aliases of YAML are one value
        if isinstance(one, Mapping):
            yield one
        waiting += one.values() if isinstance(one, Mapping) else one
