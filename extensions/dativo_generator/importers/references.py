"""Resolve the references in a document: to itself, and to files below its folder. Nothing else is read."""

import os
import posixpath
import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urljoin

from ..base import reading
from . import address
from .document import LARGEST, decoded, parsed_text
from .table import ImportFailed

# The most files that one document may lead to.
FILES = 200
# The most references to follow for one pointer.
_DEEPEST = 100
_SCHEME = re.compile(r"[A-Za-z][\w+.-]*:|//")


class Unread(ImportFailed):
    """A reference cannot be resolved here; `why` is the reason, `way` the remedy, without the name of the file."""

    def __init__(self, path: Path, why: str, way: str = "put what it refers to beside it") -> None:
        super().__init__(f"{path}: {way}; it {why}")
        self.why, self.way = why, way


class Documents:
    """A document, and those that it refers to by path; each is read once."""

    def __init__(self, path: Path, value: Any = None) -> None:
        """Hold the document at `path`; pass its `value` if it is already parsed, or is only a part of the file."""
        self._path, self._real = path, Path(os.path.realpath(path))
        self._left = LARGEST
        self._read: dict[str, Document] = {}
        if value is not None:
            self.first = self._read[self._real.name] = Document(self, self._real.name, path, value)

    def beside(self, name: str) -> "Document | None":
        """Return another file in the folder, or below it, as a document; None if there is none. Raises `ImportFailed`.

        `name` is a path with "/" that must not lead through a link.
        """
        if name in self._read:
            return self._read[name]
        path = self._path.parent / name
        if len(self._read) >= FILES:
            raise ImportFailed(f"{self._path}: name a part of it; it refers to more than {FILES} files")
        try:
            content = reading.read(self._real.parent, name, self._left)
        except reading.ReadingError as error:
            raise ImportFailed(f"{self._path}: refers to {error}") from None
        if content is None:
            return None
        self._left -= len(content)
        self._read[name] = document = Document(self, name, path, parsed_text(decoded(content, path), path))
        return document


class Document:
    """A parsed file, or a part of one with an `$id` of its own, from which the references in it are resolved.

    `name` is the path below the folder of the first file, `path` the one shown in messages.
    """

    def __init__(
        self, documents: Documents, name: str, path: Path, value: Any, file: "Document | None" = None, base: str = ""
    ) -> None:
        """Hold a parsed value; for a part, also the `file` that holds it, and its `base` URL there."""
        self._documents, self._name, self.path, self.value = documents, name, path, value
        self._file = file or self
        self._base = base or _own_id(value)
        self._named: dict[str, tuple[Any, str]] | None = None

    def at(self, reference: str) -> tuple[Any, "Document"]:
        """Return what a reference in this document leads to, and the document that holds it.

        Raises `Unread` for what cannot be resolved here, and `ImportFailed`.
        """
        place, _, fragment = reference.partition("#")
        document = self._other(place, reference) if place else self
        for whole in dict.fromkeys((document, document._file)):
            with suppress(LookupError):
                return whole._inside(fragment), whole
        raise Unread(self.path, f"refers to {address.shown(reference)}, where there is nothing", "fix its references")

    def through(self, fragment: str) -> tuple[Any, "Document"]:
        """Return what a JSON pointer leads to through references; raises `LookupError` or `ImportFailed`."""
        value, document, steps = self.value, self, 0
        for raw in fragment.split("/")[1:]:
            while isinstance(value, Mapping) and isinstance(value.get("$ref"), str) and not _has(value, raw):
                value, document = document.at(value["$ref"])
                steps += 1
                if steps > _DEEPEST:
                    raise LookupError(fragment)
            value = _step(value, raw)
        return value, document

    def inner(self, value: Any) -> "Document":
        """Return the document of a value that has an `$id` of its own, else this one."""
        own = _own_id(value) if value is not self.value else ""
        return self._part(value, _joined(self._base, own)) if own else self

    def _part(self, value: Any, base: str) -> "Document":
        return Document(self._documents, self._name, self.path, value, self._file, base)

    def _other(self, place: str, reference: str) -> "Document":
        whole = _joined(self._base, place)
        for name in (place, whole):
            if name in self._file._names():
                return self._part(*self._file._names()[name])
        if _SCHEME.match(whole) and (_SCHEME.match(place) or place.startswith("/")):
            place = self._beside_by_url(whole)
            if not place:
                raise Unread(self.path, f"refers to {address.shown(reference)}, which is not fetched")
        for name in dict.fromkeys((place, unquote(place))):
            below = posixpath.normpath(posixpath.join(posixpath.dirname(self._name), name))
            if below.startswith(("/", "../")) or below == ".." or "\\" in below:
                why = f"refers to {reference}, which is outside its folder"
                raise Unread(self.path, why, "put what it refers to into its folder")
            if document := self._documents.beside(below):
                return document
        if _SCHEME.match(reference):
            raise Unread(self.path, f"refers to {address.shown(reference)}, which is not fetched")
        raise Unread(self.path, f"refers to {reference}, and there is no such file")

    def _beside_by_url(self, url: str) -> str:
        """Return the path from this file to one whose URL is beside or below its own `$id`; '' for any other."""
        folder = self._file._base.rpartition("/")[0]
        return url.removeprefix(f"{folder}/") if _SCHEME.match(folder) and url.startswith(f"{folder}/") else ""

    def _inside(self, fragment: str) -> Any:
        """Follow a JSON pointer, or find an anchor; raises `LookupError`."""
        if fragment and not fragment.startswith("/"):
            return self._file._names()[f"#{fragment}"][0]
        value = self.value
        if fragment == "/" and isinstance(value, Mapping) and "" not in value:
            return value  # some write "#/" for the whole document
        for raw in fragment.split("/")[1:]:
            value = _step(value, raw)
        return value

    def _names(self) -> dict[str, tuple[Any, str]]:
        """Return the named values of the file, by `$id` or `#anchor`, with their URLs.

        Searched only if a reference is not a pointer.
        """
        if self._named is None:
            self._named = {}
            for mapping, base in _mappings(self.value):
                if own := _own_id(mapping):
                    for name in (own, base):
                        self._named.setdefault(name, (mapping, base))
                anchors = [mapping.get(key) for key in ("$anchor", "$dynamicAnchor")]
                ids = [one for one in map(mapping.get, ("$id", "id")) if isinstance(one, str) and one.startswith("#")]
                for name in [*(f"#{one}" for one in anchors if isinstance(one, str)), *ids]:
                    self._named.setdefault(name, (mapping, base))
        return self._named


def _has(value: Mapping[str, Any], raw: str) -> bool:
    return any(_unescaped(part) in value for part in (raw, unquote(raw)))


def _unescaped(raw: str) -> str:
    return raw.replace("~1", "/").replace("~0", "~")


def _step(value: Any, raw: str) -> Any:
    """Follow a part of a JSON pointer; raises `LookupError`."""
    if isinstance(value, list) and re.fullmatch(r"0|[1-9]\d{0,8}", raw):
        return value[int(raw)]
    if isinstance(value, Mapping):
        return value[_unescaped(raw) if _unescaped(raw) in value else _unescaped(unquote(raw))]
    raise LookupError(raw)


def _own_id(value: Any) -> str:
    """Return the URL or path of a schema's `$id`; '' for none, and for a mere anchor."""
    found = [value.get(key) for key in ("$id", "id")] if isinstance(value, Mapping) else []
    return next((one.partition("#")[0] for one in found if isinstance(one, str)), "")


def _joined(base: str, reference: str) -> str:
    try:
        return urljoin(base, reference)
    except ValueError:  # it looks like a URL, and is invalid
        return reference


def _mappings(value: Any) -> Iterator[tuple[Mapping[str, Any], str]]:
    """Yield every mapping of a document with its own base URL, or that of its parent."""
    waiting, seen = [(value, "")], set()
    while waiting:
        one, base = waiting.pop()
        if not isinstance(one, Mapping | list) or id(one) in seen:
            continue
        seen.add(id(one))  # YAML aliases share one value
        if isinstance(one, Mapping):
            base = _joined(base, _own_id(one))
            yield one, base
        waiting += [(inner, base) for inner in (one.values() if isinstance(one, Mapping) else one)]
