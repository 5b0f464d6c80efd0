"""Prove that a repository is what its answers files say: render each at its recorded commit, and compare."""

from collections.abc import Callable, Container, Iterable, Iterator
from dataclasses import dataclass, field, replace
from shlex import quote
from zlib import crc32

from ..base.diffs import unified
from ..base.errors import DativoError, printable
from ..base.paths import answers_file_of
from ..base.reading import ReadingError
from ..base.yaml_errors import conflict
from .answers_files import AnswersFile, refused
from .fleet import Fleet
from .parallel import mapped
from .past import Past
from .unapplied import Unapplied, said_of_fields
from .vendored import is_formatted, is_vendored, says_the_same

# The states of files and answers files; the first of each is not reported.
FILE_STATES = {
    "clean": "It is what its answers file and release give; in a vendored schema, only the values count.",
    "edited": "Somebody changed it by hand. Updates keep the edit; it fails only with `--strict`.",
    "conflict": "It holds conflict markers. It fails until somebody chooses a side and deletes the markers.",
    "altered": "A vendored file differs from every version. It fails: rules must not change with what they check.",
    "missing": "Its answers file gives it, but it does not exist.",
    "orphaned": "The scaffold that wrote it is gone, or no longer writes it. Nobody has changed it since.",
    "stray": "It names a scaffold that does not write it: it is a copy, or was edited. It is never deleted.",
    "moved": "It holds what a scaffold writes to another path. `--write` neither deletes it nor writes the other.",
    "older": "Scaffolds share it, and it is older than the newest version among them.",
}
ANSWERS_STATES = {
    "current": "Up to date.",
    "behind": "It renders as recorded; a newer release exists.",
    "refused": "It cannot be rendered: it is out of date, damaged, or from another template than the trusted one.",
    "tampered": "Rendering it again gives a different content or name.",
    "changed by hand": "Somebody changed an answer in it, as Git's history shows. `update` applies the change.",
}

FAILING = ("refused", "tampered", "changed by hand")


@dataclass(frozen=True)
class FileState:
    """One file: its state, and the expected content, or None if it should not exist."""

    path: str
    state: str
    expected: bytes | None = None
    detail: str = ""


@dataclass(frozen=True)
class AnswersState:
    """One answers file, and its own files."""

    name: str
    state: str
    detail: str = ""
    commit: str = ""
    files: tuple[FileState, ...] = ()
    shared: tuple[str, ...] = ()


@dataclass(frozen=True)
class Report:
    """The result of a replay: answers files with their own files, then shared and orphaned files."""

    answers: list[AnswersState]
    others: list[FileState] = field(default_factory=list)

    @property
    def files(self) -> Iterator[FileState]:
        """Every file."""
        for state in self.answers:
            yield from state.files
        yield from self.others

    def failed(self, strict: bool) -> bool:
        """Return whether something is wrong; edits by hand only count when `strict`."""
        bad = ("altered", "conflict", "missing", "moved", "orphaned", "stray", *(["edited"] if strict else []))
        return any(state.state in FAILING for state in self.answers) or any(file.state in bad for file in self.files)

    def repairable(self, strict: bool) -> list[FileState]:
        """List what `repaired` writes or deletes."""
        states = {"altered", "missing", "orphaned", "older", *(["edited", "conflict"] if strict else [])}
        wrong = [file for file in self.files if file.state in states and (file.state == "conflict" or not file.detail)]
        answers = {state.name for state in self.answers}
        return wrong + [file for file in self.files if file.path in answers and file not in wrong]

    @property
    def behind(self) -> bool:
        """Whether a newer version would change something."""
        return any(state.state == "behind" for state in self.answers) or any(f.state == "older" for f in self.files)


def replay(
    fleet: Fleet,
    shard: tuple[int, int] = (1, 1),
    advance: Callable[[], None] = lambda: None,
    selection: Container[AnswersFile] | None = None,
) -> Report:
    """Replay the answers files of one shard, ``(number, of)``, or of a selection; `advance` is called after each."""
    number, of = shard
    mine = [file for file in fleet.files[number - 1 :: of] if selection is None or file in selection]
    fleet.prepare(mine)
    answers: list[AnswersState] = [None] * len(mine)  # type: ignore[list-item]
    for index, state in mapped(lambda file: _replayed(fleet, file), mine):
        answers[index] = state
        advance()
    answers = list(_unapplied(fleet, mine, answers))
    shared = {path: file for file, state in zip(mine, answers, strict=True) for path in state.shared}
    others = [_shared(fleet, path, contents) for path, contents in fleet.shared(shared).items() if contents]
    return _followed(Report(answers, others + list(_leftovers(fleet, answers, shard))), fleet)


def repaired(report: Report, fleet: Fleet, strict: bool) -> Report:
    """Repair what is wrong, edits by hand only when `strict`; returns the report after that.

    Missing files and older shared ones are written, orphans deleted, and an answers file that does not render to itself
    is replaced by its rendering.
    """
    wrong = report.repairable(strict)
    fleet.tree.write({file.path: file.expected for file in wrong})
    written = {file.path for file in wrong}

    def now(files: Iterable[FileState]) -> tuple[FileState, ...]:
        left = (file for file in files if not (file.path in written and file.expected is None))
        return tuple(replace(file, state="clean") if file.path in written else file for file in left)

    def after(state: AnswersState) -> str:
        return "behind" if fleet.source.is_behind(state.commit) else "current"

    answers = [
        replace(
            state, files=now(state.files), **({"state": after(state), "detail": ""} if state.name in written else {})
        )
        for state in report.answers
    ]
    return Report(answers, list(now(report.others)))


def diff(file: FileState, fleet: Fleet) -> str:
    """Return a unified diff from the expected to the existing content."""
    try:
        there = fleet.tree.read(file.path) or b""
    except ReadingError as error:
        return f"{error}\n"
    lines = unified(file.path, file.expected or b"", there, ("rendered", "here"))
    return "".join(f"{printable(line)}\n" for line in lines)


def _replayed(fleet: Fleet, file: AnswersFile) -> AnswersState:
    try:
        rendering = fleet.replay(file)
        own = dict(rendering.own)
    except DativoError as error:
        return AnswersState(file.name, "refused", refused(file, error))
    expected = own.pop(rendering.answers_file)
    state = AnswersState(
        file.name,
        "behind" if fleet.source.is_behind(file.commit) else "current",
        commit=file.commit,
        files=tuple(
            FileState(path, "clean") if path == file.fields_file else _compare(fleet, path, [text])
            for path, text in own.items()
        ),
        shared=tuple(rendering.shared),
    )
    if rendering.answers_file != file.name:
        return replace(state, state="tampered", detail=f"{file.name}: its answers belong in {rendering.answers_file}")
    if file.edited:
        return replace(state, state="changed by hand", detail=_follows(file, said_of_fields(file)))
    if file.text.replace(b"\r\n", b"\n") != expected and not rendering.says(file):
        answers = FileState(file.name, "edited", expected)
        detail = f"{file.name}: see --diff; its answers give a different file"
        return replace(state, state="tampered", detail=detail, files=(answers, *state.files))
    return state


def _unapplied(fleet: Fleet, files: list[AnswersFile], states: list[AnswersState]) -> Iterator[AnswersState]:
    """Yield the states, changed for answers files whose files differ because an answer was changed by hand."""
    unapplied = Unapplied(fleet)
    for file, state in zip(files, states, strict=True):
        # This includes an answers file that does not render to itself: naming the changed answer says more.
        wrong = state.state != "refused" and any(one.state in ("edited", "conflict", "missing") for one in state.files)
        if wrong and (before := unapplied.before(file, fleet.replay(file))):
            changes = ", ".join(before.changes)
            yield replace(state, state="changed by hand", detail=_follows(file, changes))
        else:
            yield state


def _follows(file: AnswersFile, changes: str) -> str:
    return f"{file.name}: {changes}; update its files with: dativo-generator update {quote(file.name)}"


def _compare(fleet: Fleet, path: str, contents: list[bytes]) -> FileState:
    """Compare a file with its expected content; `contents` may end with those of older versions."""
    try:
        there = fleet.tree.read(path)
    except ReadingError as error:
        return FileState(path, "edited", contents[0], str(error))
    if there == contents[0]:
        return FileState(path, "clean")
    if there is None:
        return FileState(path, "missing", contents[0])
    if there in contents:
        return FileState(path, "older", contents[0])
    if line := conflict(there.decode("utf-8", "replace")):
        return FileState(path, "conflict", contents[0], f"choose a side at line {line}; it holds conflict markers")
    return FileState(path, "edited", contents[0])


def _shared(fleet: Fleet, path: str, contents: list[bytes]) -> FileState:
    """Compare a file that scaffolds share; a vendored file may be formatted differently, if its values are the same."""
    state = _compare(fleet, path, contents)
    if state.state != "edited" or not is_vendored(path) or state.detail:
        return state
    there = fleet.tree.read(path) or b""
    if is_formatted(path, there, contents):
        return replace(state, state="clean" if is_formatted(path, there, contents[:1]) else "older")
    return state if says_the_same(path, there, contents) else replace(state, state="altered")


def _leftovers(fleet: Fleet, answers: list[AnswersState], shard: tuple[int, int]) -> Iterator[FileState]:
    """Yield the files that name a scaffold that is gone, or that no longer writes them; each belongs to one shard."""
    number, of = shard
    known = {file.name for file in fleet.files}
    owned = {state.name: {file.path for file in state.files} for state in answers if state.state != "refused"}
    past = Past(fleet)
    for path, (scaffold, tenant) in fleet.tree.generated():
        name = answers_file_of(tenant, scaffold)
        if path not in owned[name] if name in owned else name not in known and crc32(path.encode()) % of == number - 1:
            if past.gave(name, path, _content(fleet, path) or b""):
                yield FileState(path, "orphaned")
            else:
                yield FileState(path, "stray", detail="delete it, or its first line to keep it as your own")


def _content(fleet: Fleet, path: str) -> bytes | None:
    """Return the content of a file; None if it cannot be read, and so is not a scaffold's."""
    try:
        return fleet.tree.read(path)
    except ReadingError:
        return None


def _followed(report: Report, fleet: Fleet) -> Report:
    """Find missing files that were moved by hand: another file without an owner has the same content or name."""
    lost = [file for file in report.files if file.state == "missing"]
    left = {file.path: file.state for file in report.others if file.state in ("stray", "orphaned")} if lost else {}
    contents = {_content(fleet, path): path for path in left}
    names = {path.rpartition("/")[2]: path for path, state in left.items() if state == "stray"}
    found: dict[str, str] = {}
    for file in lost:
        if there := contents.get(file.expected) or names.get(file.path.rpartition("/")[2]):
            found |= {file.path: f"move it back; it is at {there}", there: f"belongs to {file.path}"}

    def traced(file: FileState) -> FileState:
        return replace(file, state="moved", detail=found[file.path]) if file.path in found else file

    answers = [replace(state, files=tuple(map(traced, state.files))) for state in report.answers]
    return Report(answers, list(map(traced, report.others)))
