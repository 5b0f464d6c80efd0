"""The words that SQL uses to define tables: `registry/definitions.yaml`."""

import re
from collections.abc import Iterable, Mapping
from functools import cache
from typing import NamedTuple

from ..base.documents import Document
from .installed import installed

FILE = "registry/definitions.yaml"
_KEYS = (
    *(
        "types",
        "suffixes",
        "nested",
        "never_null",
        "untyped",
        "options",
        "required",
        "optional",
        "comments",
        "charsets",
        "bytes",
        "constraints",
        "indexes",
    ),
    "index_options",
    *("tables", "makes", "objects", "routines", "mention", "data", "ends", "skips", "begins", "harmless", "unchanging"),
)
_SHAPES = ("alone", "group", "name", "value", "rest")
Phrase = tuple[str, ...]


class Phrases:
    """Phrases of words, indexed by the first word; the longest match wins."""

    def __init__(self, phrases: Mapping[str, str]) -> None:
        """Index a mapping of phrases to their kinds."""
        self._by_first: dict[str, list[tuple[Phrase, str]]] = {}
        for text, shape in phrases.items():
            phrase = tuple(text.split())
            self._by_first.setdefault(phrase[0], []).append((phrase, shape))
        for known in self._by_first.values():
            known.sort(key=lambda one: -len(one[0]))

    def at(self, words: list[str], index: int) -> tuple[Phrase, str] | None:
        """Return the longest phrase at an index, and its kind; None when no phrase matches."""
        if index >= len(words):
            return None
        for phrase, shape in self._by_first.get(words[index], ()):
            if tuple(words[index : index + len(phrase)]) == phrase:
                return phrase, shape
        return None


class Words(NamedTuple):
    """The words in the file; it explains each attribute."""

    types: Phrases
    suffixes: Phrases
    nested: frozenset[str]
    never_null: frozenset[str]
    untyped: frozenset[str]
    options: Phrases
    required: frozenset[str]
    optional: frozenset[str]
    comments: frozenset[str]
    charsets: Phrases
    bytes: Mapping[str, str]
    constraints: Phrases
    indexes: frozenset[str]
    index_options: frozenset[str]
    tables: frozenset[str]
    makes: Phrases
    objects: frozenset[str]
    routines: frozenset[str]
    mention: frozenset[str]
    data: frozenset[str]
    client: re.Pattern[str]
    batch: re.Pattern[str]
    begins: frozenset[str]
    harmless: Phrases
    unchanging: Phrases


@cache
def words() -> Words:
    """Read the file; raises `PackError`."""
    top = Document(installed(), FILE).section(_KEYS)
    options = top.section("options", _SHAPES)
    by_shape = {phrase: shape for shape in _SHAPES for phrase in options.texts(shape, default=())}
    of_bytes = top.section("bytes")
    ends, skips = top.texts("ends"), top.texts("skips")
    ending = rf"(?:{_any(ends)})(?:[ \t]+\d+)?[ \t]*;?[ \t\r]*$"
    return Words(
        _phrases(top.texts("types")),
        _phrases(top.texts("suffixes")),
        frozenset(top.texts("nested")),
        frozenset(top.texts("never_null")),
        frozenset(top.texts("untyped")),
        Phrases(by_shape),
        frozenset(top.texts("required")),
        frozenset(top.texts("optional")),
        frozenset(top.texts("comments")),
        _phrases(top.texts("charsets")),
        {name: of_bytes.text(name) for name in of_bytes.value},
        _phrases(top.texts("constraints")),
        frozenset(top.texts("indexes")),
        frozenset(top.texts("index_options")),
        frozenset(top.texts("tables")),
        _phrases(top.texts("makes")),
        frozenset(word for key in ("objects", "routines", "tables") for word in top.texts(key)) | {"TABLE"},
        frozenset(top.texts("routines")),
        frozenset(top.texts("mention")),
        frozenset(top.texts("data")),
        re.compile(rf"(?P<ends>{ending})|(?P<skips>(?:{_any(skips)})(?![\w=(,.])[^\n]*|\\[^\n]*)", _FLAGS),
        re.compile(rf"^[ \t]*{ending}", _FLAGS),
        frozenset(top.texts("begins")),
        _phrases(top.texts("harmless")),
        _phrases(top.texts("unchanging")),
    )


_FLAGS = re.IGNORECASE | re.MULTILINE


def _any(texts: Iterable[str]) -> str:
    return "|".join(re.escape(text) for text in texts)


def _phrases(texts: Iterable[str]) -> Phrases:
    return Phrases(dict.fromkeys(texts, ""))
