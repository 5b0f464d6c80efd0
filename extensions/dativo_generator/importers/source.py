"""What somebody named to import from, and what a reader of one kind of source is."""

import json
import re
from abc import ABC, abstractmethod
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from .document import parsed, text_of
from .table import Table

_YAML, _JSON = (".yml", ".yaml"), (".json", ".avsc", ".jsonl", ".ndjson")
# A document that describes tables says so early, and is no larger than this; anything else is data.
_HEAD, _LARGEST = 1 << 16, 1 << 29


@dataclass(frozen=True, slots=True)
class Options:
    """What a user may say of a source, beside where it is."""

    table: str = ""
    dialect: str = ""
    encoding: str = ""
    required_from_data: bool = False


class Source:
    """A URL, a file, a folder, a pattern, or a file with the ``#/pointer`` of a place in it."""

    def __init__(self, named: str, marks: Collection[str] = (), entries: Sequence[str] = ()) -> None:
        """Look at what is `named`.

        One of `marks` stands early in every JSON document that describes tables; a folder with one of `entries` is read
        by that file.
        """
        self.named, self._marks = named, marks
        self.path, self.fragment = Path(named).expanduser(), ""
        if entry := next((name for name in entries if self.path.is_dir() and (self.path / name).is_file()), None):
            self.path /= entry
        # Several files: a pattern, or a folder.
        self.several = not self.is_url and (is_pattern(named) or self.path.is_dir())
        if not self.is_url and not self.several and not self.path.exists() and "#" in named:
            name, _, self.fragment = named.rpartition("#")
            self.path = Path(name).expanduser()

    @property
    def is_url(self) -> bool:
        """Whether it is written as a URL."""
        return is_url(self.named)

    @property
    def is_file(self) -> bool:
        """Whether one file is named, be it there or not."""
        return not self.is_url and not self.several

    @property
    def suffix(self) -> str:
        """The end of the file's name, '' where several are named."""
        return self.path.suffix.lower() if self.is_file else ""

    @property
    def label(self) -> str:
        """What messages call it, without a password."""
        if self.is_url:
            return shown(self.named)
        return self.named if self.several else str(self.path)

    @cached_property
    def text(self) -> str | None:
        """The text of a JSON file that may describe tables; None where it holds data, and for any other file."""
        if self.suffix not in _JSON:
            return None
        try:
            with self.path.open("rb") as stream:
                head = stream.read(_HEAD).decode("utf-8", "replace")
            size = self.path.stat().st_size
        except OSError:
            return None  # the reader of data says what is wrong
        if size > _LARGEST or not any(mark in head for mark in self._marks):
            return None
        return text_of(self.path)

    @cached_property
    def document(self) -> Any:
        """The file, parsed, where it may describe tables; None where it holds data. Raises `ImportFailed`."""
        if self.suffix in _YAML or (self.suffix in _JSON and self.fragment):
            return parsed(self.path)
        if self.text is None:
            return None
        try:
            return json.loads(self.text)
        except (ValueError, RecursionError):
            return None


class Reader(ABC):
    """Reads one kind of source.

    A module of `kinds` lists its readers as `READERS`, which is all that it takes to add a kind. They are asked in the
    order of `order`: what names its kind plainly before what only looks like one.
    """

    order: int
    # One of these stands early in a JSON document of this kind.
    marks: tuple[str, ...] = ()
    # A folder with one of these files is of this kind, and is read by that file.
    entries: tuple[str, ...] = ()

    @abstractmethod
    def accepts(self, source: Source) -> bool:
        """Tell whether a source is of this kind."""

    @abstractmethod
    def read(self, source: Source, options: Options) -> list[Table]:
        """Read its tables; raises `ImportFailed`, and `OSError` for what cannot be opened."""


def is_url(named: str) -> bool:
    """Tell whether a source is written as a URL."""
    return re.match(r"[A-Za-z][\w+.-]*://", named) is not None


def is_pattern(named: str) -> bool:
    """Tell whether a source names several files: it has a wildcard, and no file is called so."""
    return any(character in named for character in "*?[") and not Path(named).exists()


def shown(url: str) -> str:
    """Return a URL without the password and the options, for messages."""
    try:
        parts = urlsplit(url)
        place = parts.netloc.rpartition("@")[2]
    except ValueError:
        return "the URL"
    return f"{parts.scheme}://{place}{parts.path}"
