"""A change of many files, in steps that a kill may interrupt at any point.

::

    planned ──> decided ──> done       every file is prepared before the first is changed; then each is moved into place
                   └──> undoing ──> done       what fails after that is put back

Prepared files are below `.dativo` in the destination, where an ignore file hides them from Git: each new content, and
the old one as a hard link or a copy. Until a change is decided, all that it adds elsewhere in the tree is empty
folders.
"""

import os
import shutil
from collections.abc import Mapping
from contextlib import suppress
from fnmatch import fnmatchcase
from pathlib import Path, PurePosixPath

from ..base.errors import DativoError
from ..base.paths import ANSWERS_FILES
from .interruption import check, tell
from .journal import DECIDED, DONE, FOLDER, PLANNED, UNDOING, Entry, Journal, Place
from .parallel import overlapped
from .replacing import (
    TransactionError,
    about,
    content_of,
    digest_of,
    flush,
    keep,
    move,
    reason,
    refuse_links,
    refuse_read_only,
    write_through,
)
from .worktree import mark_unmerged

_IGNORED = ".gitignore"
_WHOLE = "the whole change is written"


class Change:
    """A change with its journal and its state."""

    def __init__(self, root: Path, place: Place, journal: Journal, state: str = PLANNED) -> None:
        self.root, self.place, self.journal, self.state = root, place, journal, state
        self._stage = root / journal.stage

    @property
    def there(self) -> dict[str, str | None]:
        """The digest of each file as it is now."""
        return {file.path: digest_of(content_of(self.root, file.path)) for file in self.journal.files}

    @property
    def done(self) -> set[str]:
        """The files that are already as they are after the change."""
        there = self.there
        return {file.path for file in self.journal.files if there[file.path] == file.after}

    def make(self, contents: Mapping[str, bytes | None]) -> None:
        """Do the whole change, whose journal is already written; on failure, undo it and raise a one-line error."""
        try:
            self._prepare(contents)
            check()
            self._advance(DECIDED)
            self.replace()
        except BaseException as error:
            self._give_up(error)
            if isinstance(error, OSError | DativoError):
                raise TransactionError(f"{reason(error)}; nothing was changed") from None
            raise
        self.finish()

    def replace(self) -> None:
        """Move prepared files into place unless they are there already, and delete others; then mark the conflicts."""
        there = self._unedited()
        for number, file in sorted(enumerate(self.journal.files), key=lambda numbered: _last(numbered[1])):
            if there[file.path] != file.after:
                with about(file.path):
                    self._put("new", number, file.path) if file.after else self._delete(file.path)
        for folder in {(self.root / file.path).parent for file in self.journal.files}:
            if folder.is_dir():  # unless it was deleted with its last file
                flush(folder)
        mark_unmerged(self.root, self.journal.conflicts)

    def finish(self) -> None:
        """Remove the temporary files of a change that is done."""
        tell(_WHOLE)
        try:
            self._advance(DONE)
            self.clear()
        except (OSError, DativoError) as error:
            again = f"run 'dativo-generator {self.journal.command}' again to tidy up"
            raise TransactionError(f"{again}: {reason(error)}; {_WHOLE}") from None

    def undo(self) -> None:
        """Undo what was done, and remove what was prepared."""
        if self.state == DECIDED:
            self._advance(UNDOING)
        if self.state == UNDOING:
            self._put_back()
            self._advance(DONE)
        self.clear()

    def clear(self) -> None:
        """Remove what was prepared, and new folders that stayed empty; the journal goes last."""
        if os.path.lexists(self._stage):
            self._remove_stage()
        for path in {file.path.rpartition("/")[0]: file.path for file in self.journal.files}.values():
            with suppress(FileNotFoundError, NotADirectoryError):
                self._beside(path).unlink()
        for folder in (*reversed(self.journal.folders), FOLDER):
            with suppress(OSError):
                (self.root / folder).rmdir()
        self.place.forget_unfinished()
        self.place.end(self.state)

    def _prepare(self, contents: Mapping[str, bytes | None]) -> None:
        with about(FOLDER):
            self._make_stage()
        for folder in self.journal.folders:
            with about(folder):
                (self.root / folder).mkdir(exist_ok=True)
        numbered = enumerate(self.journal.files)
        overlapped(self._prepare_file, [(number, file.path, contents[file.path]) for number, file in numbered])
        for folder in ("new", "old"):
            flush(self._stage / folder)

    def _make_stage(self) -> None:
        """Create the folders for prepared files so that Git never sees them."""
        refuse_links(self.root, FOLDER)
        (self.root / FOLDER).mkdir(exist_ok=True)
        self._stage.mkdir()
        write_through(self.place.ignore, b"*\n")
        move(self.place.ignore, self._stage / _IGNORED, self._beside(f"{self.journal.stage}/{_IGNORED}"))
        for folder in ("new", "old"):
            (self._stage / folder).mkdir()

    def _remove_stage(self) -> None:
        """Remove what was prepared; the file that hides it from Git goes last."""
        refuse_links(self.root, self.journal.stage)
        for part in sorted(self._stage.iterdir(), key=lambda part: part.name == _IGNORED):
            shutil.rmtree(part) if part.is_dir() and not part.is_symlink() else part.unlink()
        self._stage.rmdir()

    def _prepare_file(self, number: int, path: str, content: bytes | None) -> None:
        check()
        target = self.root / path
        with about(path):
            refuse_read_only(target)
            like = target.lstat() if os.path.lexists(target) else None
            if like:
                keep(target, self._stage / "old" / str(number))
            if content is not None:
                write_through(self._stage / "new" / str(number), content, like)

    def _unedited(self) -> dict[str, str | None]:
        """Return the current digests; raises `TransactionError` for one that matches neither before nor after."""
        there = self.there
        for file in self.journal.files:
            if there[file.path] not in (file.before, file.after):
                raise TransactionError(f"{file.path}: was changed by somebody else meanwhile")
        if not self._stage.is_dir() and any(there[file.path] != file.after for file in self.journal.files):
            raise TransactionError(f"{self.journal.stage}: is gone, with the prepared files")
        return there

    def _put_back(self) -> None:
        if not self.done:
            return  # later edits are not part of this change
        there = self._unedited()
        for number, file in enumerate(self.journal.files):
            if there[file.path] != file.before:
                with about(file.path):
                    (self.root / file.path).parent.mkdir(parents=True, exist_ok=True)
                    self._put("old", number, file.path) if file.before else self._delete(file.path)

    def _put(self, which: str, number: int, path: str) -> None:
        move(self._stage / which / str(number), self.root / path, self._beside(path))

    def _delete(self, path: str) -> None:
        """Delete a file, and the folders that are empty without it."""
        (self.root / path).unlink()
        for parent in map(str, PurePosixPath(path).parents[:-1]):
            try:
                (self.root / parent).rmdir()
            except OSError:
                return

    def _give_up(self, error: BaseException) -> None:
        try:
            self.undo()
        except (OSError, DativoError) as another:
            truth = "nothing was changed" if self.state in (PLANNED, DONE) else "part of the change is written"
            again = f"run 'dativo-generator {self.journal.command}' again to undo it"
            tell(f"{again}; {truth}")
            raise TransactionError(f"{again}: {reason(error)}, then {reason(another)}; {truth}") from None

    def _advance(self, state: str) -> None:
        with about(str(self.place.folder)):
            self.place.advance(self.state, state)
            self.state = state
            flush(self.place.folder)

    def _beside(self, path: str) -> Path:
        """Return an unused name beside a file, needed if its folder is on another file system."""
        return (self.root / path).with_name(f"{FOLDER}-{self._stage.name}")


def _last(file: Entry) -> tuple[bool, bool]:
    """Return a sort key: answers files, which describe the other files, come after these, and deletions last."""
    return file.after is None, fnmatchcase(file.path, ANSWERS_FILES)
