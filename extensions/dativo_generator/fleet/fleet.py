"""A destination with its answers files, and the releases of the trusted pack that they need."""

from collections.abc import Container, Mapping, Sequence
from functools import cache, cached_property
from pathlib import Path

from ..base.errors import DativoError
from ..base.reading import ReadingError
from ..plan.destination import Destination, shares
from ..plan.ownership import Owner, may_own, owner_by_header
from .answers_files import AnswersFile, find
from .release import Release, Rendering, items_of
from .source import Source, SourceError
from .tree import Tree


class Fleet:
    """Many scaffolds in one folder."""

    def __init__(self, destination: Path, source: Source) -> None:
        """Use `destination` with the pack of `source`, and with no other."""
        self.tree = Tree(destination)
        self.source = source
        self._releases: dict[str, Release | DativoError] = {}
        self._is_trusted = cache(source.is_at)

    @cached_property
    def files(self) -> list[AnswersFile]:
        """Every answers file, sorted by name."""
        return find(self.tree.root)

    def prepare(self, files: Sequence[AnswersFile]) -> None:
        """Load the releases that these answers files need before processes are forked, which then share them."""
        for file in files:
            if not self.refusal(file):
                self.load(self.source.resolve(file.commit))

    def load(self, commit: str) -> Release | DativoError:
        """Load the release at a full commit once; if it cannot be loaded, return the error."""
        if commit not in self._releases:
            try:
                self._releases[commit] = Release(self.source.checkout(commit))
            except DativoError as error:
                self._releases[commit] = error
        return self._releases[commit]

    def trusts(self, file: AnswersFile) -> bool:
        """Return whether an answers file names the trusted pack."""
        return self._is_trusted(file.source)

    def refusal(self, file: AnswersFile) -> str:
        """Return why an answers file must not be rendered, or '' if it may be."""
        if file.problem:
            return file.problem
        if not self.trusts(file):
            trusted = f"is not the template that is trusted here, {self.source.location}"
            return f"{file.name}: _src_path: to trust it, add --template URL; '{file.source}' {trusted}"
        try:
            self.source.resolve(file.commit)
        except SourceError as error:
            return f"{file.name}: {error}"
        return ""

    def release(self, file: AnswersFile) -> Release:
        """Return the release that wrote an answers file; raises `DativoError` if it must not be run, or cannot."""
        if refusal := self.refusal(file):
            raise SourceError(refusal)
        release = self.load(self.source.resolve(file.commit))
        if isinstance(release, DativoError):
            raise release
        return release

    def replay(self, file: AnswersFile) -> Rendering:
        """Render an answers file at its recorded commit."""
        return self.release(file).replay(file)

    def owner(self, path: str, answers_file: str) -> Owner | None:
        """Return the other scaffold that owns a path, with the item that it reads; None if only `answers_file` does.

        It is the scaffold whose answers render to the file at their recorded commit, else the one in the file's header.
        """
        for file in self.files:
            if file.name == answers_file or self.refusal(file) or not may_own(file.values, path):
                continue
            try:
                rendering = self.replay(file)
            except DativoError:
                continue
            if path in rendering.files:
                return Owner(rendering.plan["tenant"], rendering.plan["scaffold"], items_of(rendering).get(path))
        return owner_by_header(Destination(self.tree.root, answers_file), path)

    def shared(self, paths: Mapping[str, AnswersFile], apart_from: Container[str] = ()) -> dict[str, list[bytes]]:
        """Return the valid contents of shared files, the newest version first, within a version the existing one first.

        Scaffolds of one version give several contents if they use several names of the pack. `paths` maps each file to
        a scaffold that owns it, since only that scaffold's release may know that it is shared. Leaves out the scaffolds
        whose answers files are in `apart_from`.
        """
        renderings: dict[str, Rendering] = {}
        contents: dict[str, list[bytes]] = {}
        usable = [file for file in self.files if file.name not in apart_from and not self.refusal(file)]
        for path, owner in paths.items():
            owners = [file for file in usable if shares(file.values, path)] or [owner]
            newest = {(file.commit, file.source): file for file in sorted(owners, key=self._age)}
            ages: dict[bytes, tuple[object, ...]] = {}
            for file in reversed(newest.values()):
                try:
                    rendering = renderings[file.name] = renderings.get(file.name) or self.replay(file)
                    content = rendering.files.get(path)
                except DativoError:
                    continue
                if content is not None:
                    ages.setdefault(content, self._age(file))
            there = self._content(path) if len(ages) > 1 else b""
            contents[path] = sorted(ages, key=lambda content: (ages[content], content == there), reverse=True)
        return contents

    def _age(self, file: AnswersFile) -> tuple[object, ...]:
        return self.source.age(file.commit)

    def _content(self, path: str) -> bytes:
        """Return the content of a file, empty if it cannot be read."""
        try:
            return self.tree.read(path) or b""
        except ReadingError:
            return b""
