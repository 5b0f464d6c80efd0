"""A source to import from, as the user named it; and the interface of a reader for one kind of source."""

import re
from abc import ABC, abstractmethod
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from ..base import reading
from . import local
from .address import is_address, is_url, shown
from .document import LARGEST, YAML, NotJson, parsed, parsed_json, text_of
from .table import Table

_JSON = (".json", ".jsonl", ".ndjson")
# Extensions of files that are never data.
_DOCUMENTS = (*YAML, ".avsc", ".avpr", ".jsonschema")
# How many first bytes show that a document describes tables. Without a mark there, or beyond the limit, it is data.
_HEAD = 1 << 16
# Two objects, one per line: data, or the output of an Airbyte source.
_LINES = re.compile(r"\s*\{[^\n]*\}[ \t\r]*\n\s*\{")


@dataclass(frozen=True, slots=True)
class Options:
    """What a user may say about a source, besides its location."""

    table: str = ""
    dialect: str = ""
    encoding: str = ""
    # Patterns for names of tables: of a database, only those that match are read, or all if there are no patterns.
    like: tuple[str, ...] = ()
    # Whether several files are one table; otherwise each is one.
    together: bool = True
    required_from_data: bool = False
    # Rows to read from a database to judge their values; 0 for none.
    sample: int = 0


class Source:
    """A URL, a file, a folder, a pattern, or a file with a ``#/pointer`` into it."""

    def __init__(self, named: str, marks: Collection[str] = (), entries: Sequence[str] = ()) -> None:
        """Examine what is `named`.

        One of `marks` occurs early in every JSON document that describes tables; a folder with one of `entries` is read
        through that file.
        """
        self.named, self._marks = named, marks
        self.is_url, self.is_address = is_url(named), is_address(named)
        self.path, self.fragment, self.several = Path(named), "", False
        if self.is_url or self.is_address:
            return
        self.path = local.place_of(named)
        folder = self.path.is_dir()
        if entry := next((name for name in entries if folder and reading.is_file(self.path.resolve(), name)), None):
            self.path /= entry
        # Several files: a pattern, or a folder.
        self.several = local.is_pattern(named) or (folder and not entry)
        if not self.several and not self.path.exists() and "#" in named:
            name, _, fragment = named.rpartition("#")
            if Path(name).suffix.lower() in (*_DOCUMENTS, *_JSON):
                self.path, self.fragment = local.place_of(name), fragment

    @property
    def is_file(self) -> bool:
        """Whether the source is a single file, existing or not."""
        return not (self.is_url or self.is_address or self.several)

    @property
    def suffix(self) -> str:
        """The extension of the file, '' for several."""
        return self.path.suffix.lower() if self.is_file else ""

    @property
    def label(self) -> str:
        """The name of the source for messages, without a password."""
        if self.is_file and local.is_there(self.path):
            return str(self.path)
        return shown(str(self.path) if self.is_file else self.named)

    @cached_property
    def text(self) -> str | None:
        """The text of a JSON file that may describe tables; None for data, and for any other file."""
        if self.suffix not in _JSON:
            return None
        head = local.beginning(self.path, _HEAD).decode("utf-8", "replace")
        if not any(mark in head for mark in self._marks) or self.path.stat().st_size > LARGEST:
            return None
        return text_of(self.path)

    @cached_property
    def document(self) -> Any:
        """The parsed file if it may describe tables; None for data. Raises `ImportFailed`."""
        if self.suffix in _DOCUMENTS or (self.suffix in _JSON and self.fragment):
            return parsed(self.path)
        if self.text is None or _LINES.match(self.text):
            return None
        try:
            return parsed_json(self.text, self.path)
        except NotJson:
            return None


class Reader(ABC):
    """Reads one kind of source.

    A module of `kinds` lists its readers as `READERS`, which is all it takes to add a kind. Readers are tried by
    `order`: those that identify their kind for certain before those that only recognize its shape.
    """

    order: int
    # One of these occurs early in a JSON document of this kind.
    marks: tuple[str, ...] = ()
    # Whether the reader can read a sample of rows.
    samples: bool = False
    # A folder with one of these files is of this kind, and is read through that file.
    entries: tuple[str, ...] = ()
    # The answer that lists such tables in a scaffold, '' if that varies.
    selection: str = ""

    @abstractmethod
    def accepts(self, source: Source) -> bool:
        """Return whether a source is of this kind."""

    @abstractmethod
    def read(self, source: Source, options: Options) -> Sequence[Table]:
        """Read the tables of a source; raises `ImportFailed`, and `OSError` for what cannot be opened."""
