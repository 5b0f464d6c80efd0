"""Answers that were changed in an answers file, and not yet applied to its files.

They are found in the history of the Git repository::

    an earlier version ──> before ─┐
    of the same release            ├──> the files are nearer to `before`, and were so ever since the change
    the answers file   ──> now    ─┘

Without a history, as in a clone of depth 1, they cannot be found, and the files count as edited.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import chain

from ..answers import fields_file
from ..base.documents import shown
from ..base.errors import DativoError
from ..base.git import GitError, git
from ..base.naming import few
from ..base.paths import ANSWERS_FILES
from ..base.reading import ReadingError
from ..base.values import same
from .answers_files import AnswersFile, filled, parsed
from .fleet import Fleet
from .own_form import says
from .past import VERSIONS, recorded
from .release import Files, Rendering

_COMMIT = re.compile(rb"(?m)^_commit:(.*?)\r?$")
_ENTRIES = ("--format=", "--raw", "-z", "--no-abbrev", "--no-renames", "--relative")


@dataclass(frozen=True)
class Before:
    """What files still show that do not follow their answers yet, as a `rendering`; the `changes` of answers since."""

    rendering: Rendering
    changes: tuple[str, ...]


class Unapplied:
    """The answers that were changed by hand, for all answers files of a fleet."""

    def __init__(self, fleet: Fleet) -> None:
        """Use the repository of `fleet`; it is read on demand."""
        self._fleet, self._root = fleet, fleet.tree.root

    @cached_property
    def earlier(self) -> Mapping[str, list[AnswersFile]]:
        """The earlier versions, by name, that differ from an answers file only in its answers; the newest first."""
        try:
            blobs = self._recorded(f":(glob){ANSWERS_FILES}")
        except GitError:  # outside a repository
            return {}
        found: dict[str, list[AnswersFile]] = {}
        going = [file for file in self._fleet.files if not file.problem and file.name in blobs]
        for number in range(VERSIONS):
            going = [file for file in going if number < len(blobs[file.name])]
            contents = self._contents(blobs[file.name][number] for file in going)
            going = [file for file in going if _release(contents[blobs[file.name][number]]) == _release(file.text)]
            for file in going:
                content = contents[blobs[file.name][number]]
                if content == file.text.replace(b"\r\n", b"\n") and not file.edited:
                    continue
                version = self._with_fields(parsed(file.name, content), file)
                if not version.problem and not same(version.values, file.values):
                    found.setdefault(file.name, []).append(version)
        return found

    def _with_fields(self, version: AnswersFile, file: AnswersFile) -> AnswersFile:
        """Add the fields to an earlier version of a file: those that match its digests, current or from the history."""
        try:
            reference = None if version.problem else fields_file.reference(version.values)
        except DativoError as error:
            return replace(version, problem=str(error))
        if reference is None:
            return version
        now = [file.fields_text] if file.fields_file == reference.file else []
        for content in chain(now, self._recorded_fields(reference.file)):
            found = filled(version, lambda _, content=content: content)
            if not found.problem and not found.edited:
                return found
        return replace(version, problem=f"{version.name}: its fields are not in the history")

    def _recorded_fields(self, name: str) -> Iterator[bytes]:
        """Yield the recorded contents of a file of fields, the newest first."""
        for blob in self._recorded(f":(literal){name}").get(name, ())[:VERSIONS]:
            yield from self._contents([blob]).values()

    def before(self, file: AnswersFile, now: Rendering) -> Before | None:
        """Return what the files show that do not follow an answers file yet; None if all do, edited or not.

        Each file is judged by itself: one that was edited to match counts as rendered from the current answers.
        """
        renderings = [(version, one) for version in self.earlier.get(file.name, ()) if (one := self._rendered(version))]
        if not renderings or now.answers_file != file.name:
            return None
        paths = {path for _, one in renderings for path in {*one.own, *now.own}} - {file.name, file.fields_file}
        there = {path: self._there(path) for path in paths}

        def distance(one: Rendering) -> int:
            return sum(_distance(there[path], one.own.get(path)) for path in paths)

        version, earlier = min(renderings, key=lambda pair: distance(pair[1]))
        others = {path for path in paths if now.own.get(path) != earlier.own.get(path)}
        behind = {path for path in others if not _is_nearer(there[path], now.own.get(path), earlier.own.get(path))}
        behind -= self._applied(file, sorted(behind), now, earlier)
        # A file whose changed line was edited is equally near to both: it proves nothing, but goes along with one that
        # does.
        if not any(_is_nearer(there[path], earlier.own.get(path), now.own.get(path)) for path in behind):
            return None
        fillings = {path: filling for path, filling in earlier.files.fillings.items() if path not in others - behind}
        fillings |= {path: now.files.fillings[path] for path in others - behind if path in now.files}
        return Before(replace(earlier, files=Files(fillings)), tuple(_changes(version, file)))

    def _rendered(self, version: AnswersFile) -> Rendering | None:
        try:
            rendering = self._fleet.replay(version)
            return rendering if rendering.answers_file == version.name and dict(rendering.own) else None
        except DativoError:
            return None

    def _there(self, path: str) -> bytes | None:
        try:
            return self._fleet.tree.read(path)
        except ReadingError:
            return None

    def _applied(self, file: AnswersFile, paths: Sequence[str], now: Rendering, before: Rendering) -> set[str]:
        """Return the files that were nearer to the current answers at some time since these changed.

        The answers were applied to these files, so any difference is an edit by hand.
        """
        if not paths or not (since := self._changed_at(file)):
            return set()
        blobs = self._recorded(*(f":(literal){path}" for path in paths), versions=f"{since}..HEAD")
        listing = git(self._root, "ls-tree", "-z", since, "--", *paths).decode(errors="surrogateescape")
        for entry in filter(None, listing.split("\0")):
            kinds, _, path = entry.partition("\t")
            blobs.setdefault(path, []).append(kinds.split(" ")[2])
        contents = self._contents(blob for path in paths for blob in blobs.get(path, ()))
        return {
            path
            for path in paths
            for blob in blobs.get(path, ())
            if _is_nearer(contents[blob], now.own.get(path), before.own.get(path))
        }

    def _changed_at(self, file: AnswersFile) -> str:
        """Return the commit that gave an answers file its current content; '' if this content is not committed yet."""
        since = ""
        for commit, version in recorded(self._root, file.name, file.fields_file):
            if not same(version.values, file.values):
                break
            since = commit
        return since

    def _recorded(self, *paths: str, versions: str = "HEAD") -> dict[str, list[str]]:
        """Map the paths to the blob ids that commits gave them, the newest first."""
        parts = git(self._root, "log", *_ENTRIES, versions, "--", *paths).decode(errors="surrogateescape").split("\0")
        found: dict[str, list[str]] = {}
        for entry, path in zip(parts[:-1:2], parts[1::2], strict=True):
            blob = entry.split(" ")[3]
            if blob.strip("0"):
                found.setdefault(path, []).append(blob)
        return found

    def _contents(self, blobs: Iterable[str]) -> dict[str, bytes]:
        """Read blobs by id, with the pack's line ends."""
        ids = list(dict.fromkeys(blobs))
        rest = git(self._root, "cat-file", "--batch", input="".join(f"{id_}\n" for id_ in ids).encode()) if ids else b""
        contents = {}
        for id_ in ids:
            head, _, rest = rest.partition(b"\n")
            size = int(head.split()[-1]) if not head.endswith(b"missing") else -1  # a partial clone may lack blobs
            contents[id_] = rest[: max(size, 0)].replace(b"\r\n", b"\n")
            rest = rest[size + 1 :]
        return contents


def _release(text: bytes) -> bytes | None:
    """Return the release that the text of an answers file names; None if it names none."""
    match = _COMMIT.search(text)
    return match and match[1].strip()


def _distance(content: bytes | None, rendered: bytes | None) -> int:
    """Count the lines that only one of two contents has; a missing file and an empty one differ by one line.

    In a file that the pack did not format, values count instead of lines.
    """
    values = content is not None and says(content)
    if values:
        lines, others = Counter(values), Counter((rendered is not None and says(rendered, whatever=True)) or [b""])
    else:
        lines, others = (Counter([b""] if text is None else text.split(b"\n")) for text in (content, rendered))
    return ((lines - others) + (others - lines)).total() + ((content is None) != (rendered is None))


def _is_nearer(content: bytes | None, one: bytes | None, other: bytes | None) -> bool:
    return _distance(content, one) < _distance(content, other)


def _changes(before: AnswersFile, now: AnswersFile) -> Iterator[str]:
    """Yield a line for each answer that differs, in the order of the answers file."""
    for name in {**now.answers, **before.answers}:
        old, new = before.answers.get(name), now.answers.get(name)
        if now.edited and name == fields_file.NAME:
            yield said_of_fields(now)
        elif not same(old, new):
            yield f"{name}: {shown(old)} -> {shown(new)}"


def said_of_fields(file: AnswersFile) -> str:
    """Return the text for fields that were changed by hand in their separate file."""
    return f"fields{f' of {few(file.edited)}' if any(file.edited) else ''}: edited in {file.fields_file}"
