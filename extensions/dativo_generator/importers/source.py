"""What somebody named to import from, and what a reader of one kind of source is."""

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
# What is called so describes tables, and is never data.
_DOCUMENTS = (*YAML, ".avsc", ".avpr", ".jsonschema")
# A document that describes tables says so early, and is no larger than others are; anything else is data.
_HEAD = 1 << 16
# Two objects, a line each: data, or what a source prints.
_LINES = re.compile(r"\s*\{[^\n]*\}[ \t\r]*\n\s*\{")


@dataclass(frozen=True, slots=True)
class Options:
    """What a user may say of a source, beside where it is."""

    table: str = ""
    dialect: str = ""
    encoding: str = ""
    # Patterns of tables, of which a database reads only those that they mean; all without.
    like: tuple[str, ...] = ()
    # Whether several files are one table; otherwise each is one.
    together: bool = True
    required_from_data: bool = False
    # So many rows of a database are read for what their values say; none without.
    sample: int = 0


class Source:
    """A URL, a file, a folder, a pattern, or a file with the ``#/pointer`` of a place in it."""

    def __init__(self, named: str, marks: Collection[str] = (), entries: Sequence[str] = ()) -> None:
        """Look at what is `named`.

        One of `marks` stands early in every JSON document that describes tables; a folder with one of `entries` is read
        by that file.
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
        """Whether one file is named, be it there or not."""
        return not (self.is_url or self.is_address or self.several)

    @property
    def suffix(self) -> str:
        """The end of the file's name, '' where several are named."""
        return self.path.suffix.lower() if self.is_file else ""

    @property
    def label(self) -> str:
        """What messages call it, without a password."""
        if self.is_file and local.is_there(self.path):
            return str(self.path)
        return shown(str(self.path) if self.is_file else self.named)

    @cached_property
    def text(self) -> str | None:
        """The text of a JSON file that may describe tables; None where it holds data, and for any other file."""
        if self.suffix not in _JSON:
            return None
        head = local.beginning(self.path, _HEAD).decode("utf-8", "replace")
        if not any(mark in head for mark in self._marks) or self.path.stat().st_size > LARGEST:
            return None
        return text_of(self.path)

    @cached_property
    def document(self) -> Any:
        """The file, parsed, where it may describe tables; None where it holds data. Raises `ImportFailed`."""
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

    A module of `kinds` lists its readers as `READERS`, which is all that it takes to add a kind. They are asked in the
    order of `order`: what names its kind plainly before what only looks like one.
    """

    order: int
    # One of these stands early in a JSON document of this kind.
    marks: tuple[str, ...] = ()
    # Whether it reads a sample of rows, when that is asked for.
    samples: bool = False
    # A folder with one of these files is of this kind, and is read by that file.
    entries: tuple[str, ...] = ()
    # The answer with which a job reads what it describes, '' where that may be another.
    selection: str = ""

    @abstractmethod
    def accepts(self, source: Source) -> bool:
        """Return whether a source is of this kind."""

    @abstractmethod
    def read(self, source: Source, options: Options) -> list[Table]:
        """Read its tables; raises `ImportFailed`, and `OSError` for what cannot be opened."""
