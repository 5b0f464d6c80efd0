"""The only way for commands to write: under the lock of the repository, and all of a change or nothing of it.

A killed run leaves a journal to the next run, which first finishes what was decided and undoes everything else.
"""

import os
import secrets
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path, PurePosixPath

from ..base.errors import DativoError
from .change import Change
from .interruption import held, tell
from .journal import DECIDED, DONE, FOLDER, PLANNED, Entry, Journal, Place, inside
from .lock import locked, now
from .replacing import TransactionError, about, content_of, digest_of, reason, refuse_links
from .worktree import Sides, WorktreeError, require_committed, staged


class Writer:
    """Writes for one run, which holds the lock; `finished` lists files that it completed for an earlier run."""

    def __init__(self, root: Path, place: Place, command: str, finished: frozenset[str] = frozenset()) -> None:
        self._root, self._place, self._command, self.finished = root, place, command, finished

    def write(self, changes: Mapping[str, bytes | None], conflicts: Mapping[str, Sides] | None = None) -> None:
        """Write the content of every path, None to delete it, and mark `conflicts` for Git; all of it or nothing.

        A file keeps its line ends: otherwise every line of it would be a change to review.

        Raises `WorktreeError` if uncommitted content would be lost, `TransactionError` for what cannot be written, and
        `Interrupted`.
        """
        try:
            contents = dict(_contents(self._root, changes))
        except TransactionError as error:
            raise TransactionError(f"{error}; nothing was changed") from None
        files = tuple(contents)
        changed = [file.path for file in files if file.before is not None and file.path not in self.finished]
        require_committed(self._root, changed)
        if files or conflicts:
            with held():
                self._begin(files, conflicts or {}).make({file.path: content for file, content in contents.items()})

    def _begin(self, files: tuple[Entry, ...], conflicts: Mapping[str, Sides]) -> Change:
        try:
            journal = Journal(
                command=self._command,
                process=os.getpid(),
                since=now(),
                stage=f"{FOLDER}/{secrets.token_hex(8)}",
                files=files,
                folders=tuple(_missing_folders(self._root, files)),
                conflicts=staged(self._root, conflicts),
            )
            with about(str(self._place.folder)):
                self._place.begin(journal)
        except DativoError as error:
            self._place.forget_unfinished()
            with suppress(OSError):
                self._place.end(PLANNED)
            raise TransactionError(f"{error}; nothing was changed") from None
        return Change(self._root, self._place, journal)


@contextmanager
def writing(root: Path, command: str, say: Callable[[str], None] = lambda line: None) -> Iterator[Writer]:
    """Take the lock of the repository around `root`, and finish or undo what a killed run has left.

    `command` names this run in the message to runs that are refused; `say` gets a line if something was left. Raises
    `LockError` while another run writes, and `TransactionError` if a user has to decide what to do with what was left.
    """
    place = Place.of(root)
    with locked(place.folder, command):
        with held():
            finished = _recovered(root, place, say)
        yield Writer(root, place, command, finished)


def refuse_unfinished(root: Path) -> None:
    """Raise `TransactionError` if a change is half written: a reader would see a mix of two states."""
    try:
        found = Place.of(root).find()
    except WorktreeError:
        return  # no change can have begun in such a repository
    if found:
        journal = found[1]
        again = f"wait for it, or run 'dativo-generator {journal.command}' again if it was killed"
        raise TransactionError(f"{again}: {journal.author} is unfinished")


def _recovered(root: Path, place: Place, say: Callable[[str], None]) -> frozenset[str]:
    """Finish or undo what was left; returns the files that are finished, except those with conflicts."""
    place.forget_unfinished()
    if not (found := place.find()):
        return frozenset()
    state, journal = found
    change = Change(root, place, journal, state)
    try:
        for path in journal.folders:
            refuse_links(root, path)
        forward = state == DECIDED and bool(change.done)
        if forward:
            change.replace()
            change.finish()
        else:
            change.undo()
        done = change.done if forward or state == DONE else set()
    except (OSError, DativoError) as error:
        keep = f"put back the file that is named, or delete {place.path(change.state)} to keep everything as it is"
        raise TransactionError(f"{keep}: {reason(error)}; {journal.author} was killed before it finished") from None
    say(f"{'Finished' if done else 'Undid'} what {journal.author} had left half done")
    tell(f"nothing was changed, but {journal.author} finished" if done else "nothing was changed")
    return frozenset(done - {*journal.conflicts})


def _contents(root: Path, changes: Mapping[str, bytes | None]) -> Iterator[tuple[Entry, bytes | None]]:
    """Yield the changes that differ from the existing content, each with the content to write."""
    for path, content in changes.items():
        try:
            inside(path)
        except ValueError as error:
            raise TransactionError(str(error)) from None
        before = content_of(root, path)
        if content is not None and before is not None and _ends_with_crlf(before):
            content = content.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
        if before != content:
            yield Entry(path, digest_of(before), digest_of(content)), content


def _ends_with_crlf(content: bytes) -> bool:
    """Return whether every line of a content ends as in Windows."""
    return (ends := content.count(b"\n")) > 0 and content.count(b"\r\n") == ends


def _missing_folders(root: Path, files: tuple[Entry, ...]) -> Iterator[str]:
    """Yield the folders that the change creates, parents first."""
    folders = {file.path.rpartition("/")[0] for file in files if file.after}
    needed = {str(parent) for folder in folders for parent in PurePosixPath(folder, "file").parents[:-1]}
    yield from (folder for folder in sorted(needed) if not os.path.lexists(root / folder))
