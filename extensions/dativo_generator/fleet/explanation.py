"""Where each value of the jobs and assets of a repository comes from, with file, line and column.

The pack's own code reads the template's files of the recorded version, and runs none of that version's code. Only if
a file differs from what this code renders, because of an edit or another version, does that version render it itself.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from ..answers import fields_file
from ..answers.answers_format import APART
from ..answers.profiles import Profiles
from ..base import reading
from ..base.asset_layout import Keys, place
from ..base.errors import AnswerError, DativoError
from ..base.naming import did_you_mean
from ..base.paths import answers_file_of
from ..base.positions import Located, LocatedError
from ..base.values import same
from ..plan.destination import header_in
from ..plan.ownership import may_own, owned
from ..plan.provenance import REPEATED, Leaf, Origin, leaves, provenance
from ..registry.pack import Pack
from .answers_files import AnswersFile
from .fleet import Fleet
from .since import Since

FOLDERS = ("assets/", "jobs/")


@dataclass(frozen=True)
class Given:
    """The origin of a value, one of `KINDS`: a question or a rule by its `name`.

    `file`, `line` and `column` are its position, '' and 0 if it is in no file of the repository or the template; `key`
    is the path of keys there. `version` is the template's version that has the file, and `since` says when its line was
    added. `follows` lists the questions that a default depends on; `why` is a detail.
    """

    kind: str
    name: str = ""
    file: str = ""
    line: int = 0
    column: int = 0
    key: str = ""
    version: str = ""
    since: str = ""
    follows: tuple[str, ...] = ()
    why: str = ""


@dataclass(frozen=True)
class Explained:
    """A value in a file, and its origins, the most important first.

    `line` and `column` are those of its key, 0 for a value that is gone. `name` is the key with names of columns
    instead of their indices.
    """

    key: str
    name: str
    value: Any
    line: int
    column: int
    origins: tuple[Given, ...]


@dataclass(frozen=True)
class Explanation:
    """All values of a file, in its order, and the answers file that renders to it, or '' if there is none."""

    path: str
    answers_file: str
    version: str
    values: tuple[Explained, ...]


class Explainer:
    """Explains the files of one repository."""

    def __init__(self, fleet: Fleet) -> None:
        """Use the repository of `fleet`; it is read on demand."""
        self._fleet, self._root = fleet, fleet.tree.root
        self._since = Since(fleet.source)
        self._pack = cache(self._checked_out)
        self._located = cache(self._located_in)

    def explain(self, path: str, key: str = "") -> Explanation:
        """Explain a file, or only the values at and below a `key`; raises `DativoError` if that is impossible."""
        text = reading.text(self._root, path)
        if text is None or not path.startswith(FOLDERS):
            why = "is not there" if text is None else "is neither a job nor an asset"
            raise AnswerError(f"{path}: name a file below {' or '.join(FOLDERS)}; it {why}")
        try:
            located = Located(text)
        except LocatedError as error:
            raise AnswerError(f"{path}:{error.line}:{error.column}: {error}") from None
        file = self._owner(path, text)
        found = self._by_hand(located) if file is None else self._given(path, located, file)
        values = tuple(one for one in found if _is_below(one, key))
        if not values:
            known = dict.fromkeys(word for one in found for word in (one.key, one.name))
            raise AnswerError(f"{path}: " + did_you_mean(key, known, f"there is no key '{key}'"))
        name, version = (file.name, file.commit) if file else ("", "")
        return Explanation(path, name, version, values)

    # --- owners -------------------------------------------------------------------------------------------------------

    def _owner(self, path: str, text: str) -> AnswersFile | None:
        """Return the answers file that renders to a path; the one that the file names is tried first."""
        header = header_in(text)
        named = answers_file_of(header[1], header[0]) if header else ""
        for file in sorted(self._fleet.files, key=lambda file: file.name != named):
            if file.problem and file.name == named:
                raise AnswerError(file.problem)
            if file.problem or not may_own(file.values, path):
                continue
            if refusal := self._fleet.refusal(file):
                if file.name == named:
                    raise AnswerError(refusal)
                continue
            if path in owned(self._pack(self._commit(file)), file.answers):
                return file
        return None

    def _commit(self, file: AnswersFile) -> str:
        return self._fleet.source.resolve(file.commit)

    def _checked_out(self, commit: str) -> Pack:
        return Pack(self._fleet.source.checkout(commit))

    # --- values -------------------------------------------------------------------------------------------------------

    def _by_hand(self, located: Located) -> list[Explained]:
        found = dict(leaves(_unrepeated(located.value)))
        return [_explained(located, keys, value, (Given("edit"),)) for keys, value in found.items()]

    def _given(self, path: str, located: Located, file: AnswersFile) -> list[Explained]:
        """Explain a file that answers render to: first its values, then the rendered values that it no longer has."""
        pack = self._pack(self._commit(file))
        known = {leaf.keys: leaf for leaf in provenance(pack, file.answers, path) or ()}
        there = dict(leaves(_unrepeated(located.value)))
        rendered = {keys: leaf.value for keys, leaf in known.items()}
        pairs = _paired(there, rendered)
        if any(keys not in pairs or not same(value, known[pairs[keys]].value) for keys, value in there.items()):
            rendered = self._rendered(path, file) or rendered
        rendered_pairs = _paired(there, rendered)
        found = []
        for keys, value in there.items():
            leaf, before = known.get(pairs.get(keys, ())), rendered_pairs.get(keys)
            if before is None or not same(rendered[before], value):
                origins = (self._edit(leaf, before, rendered, file),)
            elif leaf and same(leaf.value, value):
                origins = tuple(self._placed(origin, file) for origin in leaf.origins)
            else:
                origins = (Given("version", version=file.commit),)
            found.append(_explained(located, keys, value, origins))
        gone = [keys for keys in rendered if keys not in rendered_pairs.values()]
        return found + [
            Explained(place(keys), place(keys), None, 0, 0, (self._edit(known.get(keys), keys, rendered, file),))
            for keys in gone
        ]

    def _edit(self, leaf: Leaf | None, before: Keys | None, rendered: Mapping[Keys, Any], file: AnswersFile) -> Given:
        """Return the origin of an edit, with what the answers give instead."""
        if before is None:
            return Given("edit", why="the answers give nothing there")
        name = leaf.origins[0].name if leaf else ""
        return Given("edit", name=name, why=f"the answers give {rendered[before]!r}")

    def _rendered(self, path: str, file: AnswersFile) -> dict[Keys, Any]:
        """Return the values of a file as its own version renders it; {} if that is impossible."""
        try:
            text = self._fleet.replay(file).files.get(path)
            return dict(leaves(_unrepeated(Located((text or b"").decode()).value)))
        except (DativoError, LocatedError):
            return {}

    # --- places -------------------------------------------------------------------------------------------------------

    def _placed(self, origin: Origin, file: AnswersFile) -> Given:
        """Add the line and column to an origin in the template, the answers file or a profile."""
        if origin.file:
            return self._in_template(origin, file)
        if not origin.keys:
            return Given(origin.kind, origin.name, follows=origin.follows, why=origin.why)
        if profile := self._profile(origin, file):
            return profile
        name, text, keys = file.name, file.text, origin.keys
        if file.fields_file and keys[0] == fields_file.NAME:
            name, text, keys = file.fields_file, file.fields_text, keys[1:]
        line, column = self._located(text.decode()).place(keys, of_key=True)
        return Given(origin.kind, origin.name, name, line, column, place(keys), why=origin.why)

    def _in_template(self, origin: Origin, file: AnswersFile) -> Given:
        commit = self._commit(file)
        line, column = self._located(self._pack(commit).text(origin.file)).place(origin.keys, of_key=True)
        since = self._since.line(commit, origin.file, line)
        where = (origin.file, line, column, place(origin.keys), file.commit, since)
        return Given(origin.kind, origin.name, *where, why=origin.why)

    def _profile(self, origin: Origin, file: AnswersFile) -> Given | None:
        """Return the profile that an answer came from, or None for a user's answer."""
        question = str(origin.keys[0])
        if question not in file.answers.get("profiled", ()):
            return None
        try:
            pack = self._pack(self._commit(file))
            without = {name: value for name, value in file.answers.items() if name != question}
            apart = int(file.answers.get("answers_format", 0)) >= APART
            preset = Profiles(pack, self._root).presets(without, apart).get(question)
        except DativoError:
            preset = None
        if preset is None or not same(preset.value, file.answers[question]):
            line, column = self._located(file.text.decode()).place(origin.keys, of_key=True)
            why = "the profile has changed since"
            return Given("profile", origin.name, file.name, line, column, place(origin.keys), why=why)
        keys = (*preset.keys, *origin.keys[1:])
        line, column = self._located(preset.document.text).place(keys, of_key=True)
        return Given("profile", origin.name, preset.document.name, line, column, place(keys))

    def _located_in(self, text: str) -> Located:
        return Located(text)


def commented(text: str, comments: Mapping[int, Sequence[str]]) -> Iterator[str]:
    """Yield the lines of a file with comments above them; `comments` holds them by line."""
    for number, line in enumerate(text.splitlines(), 1):
        yield from (f"{line[: len(line) - len(line.lstrip())]}{comment}" for comment in comments.get(number, ()))
        yield line


def _explained(located: Located, keys: Keys, value: Any, origins: tuple[Given, ...]) -> Explained:
    line, column = located.place(keys, of_key=True)
    return Explained(place(keys), _named(keys, located.value), value, line, column, origins)


def _unrepeated(value: Any) -> Any:
    """Return a document with a placeholder for the fields that a nested asset repeats at its top level."""
    body = value.get("asset") if isinstance(value, dict) else None
    if isinstance(body, dict) and "schema" in value and same(value["schema"], body.get("schema")):
        return value | {"schema": REPEATED}
    return value


def _paired(there: Mapping[Keys, Any], given: Mapping[Keys, Any]) -> dict[Keys, Keys]:
    """Map the keys of values to the corresponding given keys; columns are matched by name, not by position."""
    names, columns = _by_name(there), {name: keys for keys, name in _by_name(given).items()}
    return {keys: columns[names[keys]] for keys in there if names[keys] in columns}


def _by_name(values: Mapping[Keys, Any]) -> dict[Keys, Keys]:
    """Map keys to the same keys with names of columns instead of their indices."""
    named = {keys[:-1]: str(value) for keys, value in values.items() if keys[-1:] == ("name",)}
    return {
        keys: tuple(named.get(keys[: end + 1], key) if isinstance(key, int) else key for end, key in enumerate(keys))
        for keys in values
    }


def _named(keys: Keys, value: Any) -> str:
    """Format keys with the names of columns: ``schema[email].type``."""
    text = ""
    for key in keys:
        value = value[key]
        inner = value.get("name") if isinstance(key, int) and isinstance(value, dict) else None
        text += f"[{inner if isinstance(inner, str) else key}]" if isinstance(key, int) else f".{key}"
    return text.lstrip(".")


def _is_below(one: Explained, key: str) -> bool:
    return not key or any(name == key or name.startswith((f"{key}.", f"{key}[")) for name in (one.key, one.name))
