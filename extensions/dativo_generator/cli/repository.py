"""How the commands read the working directory, and write to it."""

from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from shlex import quote

from ..base.naming import did_you_mean
from ..base.paths import ANSWERS_FILES, CI_FILES
from ..base.telling import tell
from ..fleet.adopt import FOLDERS
from ..fleet.fleet import Fleet
from ..fleet.source import SourceError, scratch_folder, trusted, warned
from ..fleet.transaction import refuse_unfinished, writing
from ..fleet.update import Update
from ..fleet.worktree import above
from ..plan.ci import misplaced


@contextmanager
def fleet_here(template: str, writes: str = "") -> Iterator[Fleet]:
    """Open the working directory with the trusted template.

    `writes` is the name of a command that writes: it holds the lock of the repository, and first completes or undoes a
    half-written change. A command that only reads is refused if there is one.
    """
    root = Path.cwd()
    with scratch_folder() as scratch:
        fleet = Fleet(root, trusted(root, template, Path(scratch)))
        _ = fleet.source.tags  # a template that cannot be used is one error, not one for each answers file
        if not writes:
            refuse_unfinished(root)
            yield fleet
            return
        with writing(root, writes, tell) as fleet.tree.writer:
            yield fleet


def save(fleet: Fleet, change: Update) -> None:
    """Write a change, record its conflicts in Git, and warn of a CI file that does not work where it is."""
    fleet.tree.write(change.writes, {path: edit.sides for path, edit in change.conflicts.items()})
    for kind, path in CI_FILES.items():
        if change.writes.get(path) is not None and (why := misplaced(kind, fleet.tree.root)):
            warned(why)


def nothing_here(root: Path) -> str:
    """Return the error for a folder without scaffolds, with where to run the command instead."""
    what = _elsewhere(root, f"a folder with answers files ({ANSWERS_FILES})")
    return f"{root}: run the command in {what}; there are none here"


def nothing_at(root: Path) -> str:
    """Return the error for a folder without scaffolds and hand-written files, with where to run the command instead."""
    what = _elsewhere(root, "a folder with answers files, assets or jobs", *FOLDERS)
    return f"{root}: run the command in {what}; there are none here"


def _elsewhere(root: Path, what: str, *names: str) -> str:
    """Return a kind of folder, and how to get to the next one above that has answers files or some of these names."""
    for folder in above(root):
        if any(next(folder.glob(name), None) for name in (ANSWERS_FILES, *names)):
            return f"{what}: cd {quote(str(folder))}"
    return what


def none_selected(there: int) -> str:
    """Return the error for options that select none of the answers files."""
    return f"check --tenant, --connector and --environment; they select none of the {there} answers files"


def require_here(names: Iterable[str], known: Collection[str]) -> None:
    """Raise `SourceError` for a given name that is not one of the answers files here."""
    for name in names:
        if name not in known:
            raise SourceError(f"{name}: {did_you_mean(name, known, 'there is no such answers file here')}")


def assignment(text: str) -> tuple[str, str]:
    """Parse ``NAME=ANSWER``; raises `SourceError`."""
    name, equals, value = text.partition("=")
    if not equals or not name:
        raise SourceError(f"--data: write NAME=ANSWER, not '{text}'")
    return name, value
