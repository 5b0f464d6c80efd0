"""Find and read the files that a user names: exactly these, only regular ones, bounded, and nothing beside them."""

import os
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from pathlib import Path
from tempfile import TemporaryDirectory

from ..base import reading
from ..base.errors import printable
from ..base.naming import listed
from .address import shown
from .table import ImportFailed

# The most entries to look at in a folder and all below it.
ENTRIES = 100_000
_WILD = re.compile(r"[*?\[]")
# Characters of paths that DuckDB cannot open: it takes a backslash for a separator, and needs UTF-8.
_UNFIT = re.compile("[\\\\\ud800-\udfff]" if os.sep == "/" else "[\ud800-\udfff]")


def place_of(named: str) -> Path:
    """Return the path that the user named; `~` is the home folder, unless a file has this name."""
    if os.path.lexists(named):
        return Path(named)
    try:
        return Path(named).expanduser()
    except RuntimeError:  # no such user
        return Path(named)


def is_there(path: Path) -> bool:
    """Return whether a path exists; an invalid path does not."""
    try:
        return path.exists()
    except (OSError, ValueError):
        return False


def is_pattern(named: str) -> bool:
    """Return whether a source names several files: it has a wildcard, and no file has this name."""
    return _WILD.search(named) is not None and not os.path.lexists(named)


def beginning(path: Path, size: int) -> bytes:
    """Return the first `size` bytes of a file; raises `ImportFailed` if it is missing, or not a regular file.

    A link that the user names is followed. A pipe or device does not block.
    """
    real = Path(os.path.realpath(path))
    label = str(path) if os.path.lexists(path) else shown(str(path))
    try:
        content = reading.beginning(real.parent, real.name, size)
    except reading.ReadingError as error:
        raise ImportFailed(f"{label}: {str(error).removeprefix(f'{printable(real.name)}: ')}") from None
    if content is None:
        raise ImportFailed(f"{label}: there is no such file")
    return content


def content_of(path: Path, largest: int) -> bytes:
    """Return the content of a file of at most `largest` bytes; raises `ImportFailed`."""
    content = beginning(path, largest + 1)
    if len(content) > largest:
        raise too_large(path, largest)
    return content


def too_large(path: object, largest: int) -> ImportFailed:
    """Return the error for a file of more than `largest` bytes."""
    return ImportFailed(f"{path}: name a smaller part of it; it has more than {largest >> 20} MiB")


@contextmanager
def plain_names(paths: Sequence[Path], beside: Sequence[str] = ()) -> Iterator[list[str]]:
    """Yield temporary names for the files, which no library can mistake for a pattern, an option or an address.

    A regular file beside one of them, with the same name and a suffix from `beside`, gets such a name as well.
    """
    with TemporaryDirectory(prefix="dativo-") as folder:
        yield [_plain_name(Path(folder, str(number)), path, beside) for number, path in enumerate(paths)]


def _plain_name(folder: Path, path: Path, beside: Sequence[str]) -> str:
    real = Path(os.path.realpath(path))
    folder.mkdir()
    try:
        if _UNFIT.search(str(real)):  # DuckDB resolves links
            (folder / "file").hardlink_to(real)
        else:
            (folder / "file").symlink_to(real)
        for ending in beside:
            if reading.is_file(real.parent, real.name + ending):
                (folder / f"file{ending}").symlink_to(f"{real}{ending}")
    except OSError:  # Windows restricts who may create links
        if _UNFIT.search(str(real)) or _WILD.search(str(real)):
            raise ImportFailed(f"{path}: rename it; it cannot be read under this name here") from None
        return str(real)
    return str(folder / "file")


@dataclass
class Listing:
    """The files in a folder or of a pattern, in order; and the links among them, which are not followed."""

    named: str
    files: list[Path] = field(default_factory=list)
    links: list[str] = field(default_factory=list)
    seen: int = 0

    @property
    def notes(self) -> list[str]:
        """The notes on the listing, a line each."""
        if not self.links:
            return []
        more = ", ..." if len(self.links) > 3 else ""
        return [f"symbolic links are not followed, but left out: {listed(sorted(self.links)[:3])}{more}"]

    def entries(self, folder: Path) -> list[os.DirEntry[str]]:
        """List the entries of a folder, none if it is unreadable; raises `ImportFailed` beyond the limit."""
        found = []
        try:
            with os.scandir(folder) as entries:
                for entry in entries:
                    self.seen += 1
                    if self.seen > ENTRIES:
                        raise ImportFailed(f"{self.named}: name a part of its files; it has more than {ENTRIES}")
                    found.append(entry)
        except OSError:
            return found
        return found

    def take(self, path: Path) -> None:
        """Keep a path if it is a regular file and not a link."""
        if path.is_symlink():
            self.links.append(path.name)
        elif path.is_file():
            self.files.append(path)


def below(named: str, folder: Path) -> Listing:
    """List the files of a folder and all below it, except names that begin with a dot or an underscore."""
    listing = Listing(named)
    waiting = [folder]
    while waiting:
        for entry in listing.entries(waiting.pop()):
            if entry.name.startswith((".", "_")):
                continue
            if entry.is_dir(follow_symlinks=False):
                waiting.append(Path(entry.path))
            else:
                listing.take(Path(entry.path))
    listing.files.sort()
    return listing


def matching(named: str, pattern: Path) -> Listing:
    """List the files that a pattern matches as in a shell, with ``**`` for any number of folders."""
    listing = Listing(named)
    parts = pattern.relative_to(pattern.anchor).parts
    fixed = next(number for number, part in enumerate(parts) if _WILD.search(part))
    waiting = [(Path(pattern.anchor, *parts[:fixed]), parts[fixed:])]
    seen = set(waiting)
    while waiting:
        folder, (part, *rest) = waiting.pop()
        entries = listing.entries(folder)
        if part == "**":
            following = [(folder, tuple(rest))] if rest else []
            inner = [Path(entry.path) for entry in entries if entry.is_dir(follow_symlinks=False)]
            following += [(path, (part, *rest)) for path in inner]
        else:
            found = [entry for entry in entries if _matches(entry.name, part, last=not rest)]
            if not rest:
                for entry in found:
                    listing.take(Path(entry.path))
                continue
            listing.links += [entry.name for entry in found if entry.is_symlink()]
            following = [(Path(entry.path), tuple(rest)) for entry in found if entry.is_dir(follow_symlinks=False)]
        waiting += [one for one in following if one not in seen]
        seen.update(following)
    listing.files.sort()
    return listing


def _matches(name: str, part: str, last: bool) -> bool:
    """Return whether a name matches a part of a pattern; a hidden file matches only a part that begins with a dot."""
    if not _WILD.search(part):
        return name == part
    return fnmatchcase(name, part) and not (last and name.startswith(".") and not part.startswith("."))
