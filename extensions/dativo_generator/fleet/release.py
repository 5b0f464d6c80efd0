"""One released version of the pack, ready to render many answers files.

Copier reads the template's settings and builds its Jinja environment; then every template of a content or a path is
compiled once. A scaffold is only rendered with these, to the bytes that Copier would write. Copier is imported with the
first release: its import takes longer than a whole command that needs no release.
"""

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property, partial
from pathlib import Path
from typing import Any

import yaml

from ..answers.selection import Item
from ..base.documents import parse_bounded
from ..base.errors import AnswerError, DativoError, PackError
from ..base.naming import did_you_mean
from ..base.values import same
from ..plan.templates import Context, Filling, Templates
from .answers_files import AnswersFile, filled, parsed

# The filters that a release must have; only Copier can update the answers files of a release without them.
_FILTERS = {"completed", "followed", "pinned"}
_PLANNED = {"assets", "jobs", "shared", "source"}
_OTHER = "use a newer version of the template, or copier; this one does not support the command"

# In a job of an older release, what precedes the folder of assets: where the runner mounts the repository.
_ASSET = re.compile(r"^.*?(?=assets/[^/]+/v[^/]+/[^/]+$)")

# The text parsers by type of answer; every other type is YAML.
_READERS: dict[str, Callable[[str], Any]] = {"str": str, "path": str, "json": json.loads}


class Files(Mapping[str, bytes]):
    """Files by path, each rendered on first access; raises `AnswerError` for one that cannot be."""

    def __init__(self, fillings: Mapping[str, Filling]) -> None:
        """Store what renders each file."""
        self.fillings = fillings
        self._contents: dict[str, bytes] = {}

    def __getitem__(self, path: str) -> bytes:
        """Return the content of a file."""
        if path not in self._contents:
            filling = self.fillings[path]
            try:
                self._contents[path] = filling.content()
            except Exception as error:  # code of another version, which may fail in any way
                raise AnswerError(_line(error)) from None
        return self._contents[path]

    def __iter__(self) -> Iterator[str]:
        """Yield the paths."""
        return iter(self.fillings)

    def __len__(self) -> int:
        """Count the files."""
        return len(self.fillings)

    def __contains__(self, path: object) -> bool:
        """Return whether there is a file at a path, without rendering it."""
        return path in self.fillings

    def same(self, path: str, other: "Files") -> bool:
        """Return whether a file is the same in `other`, of a release with the same templates; renders neither."""
        if path not in self.fillings or path not in other.fillings:
            return False
        inputs = self.fillings[path].inputs()
        return inputs is not None and inputs == other.fillings[path].inputs()


@dataclass(frozen=True)
class Rendering:
    """What an answers file renders to: its own path, every file by path, and their plan.

    `answers` are those that it was rendered from.
    """

    answers_file: str
    files: Files
    plan: Mapping[str, Any]
    answers: Mapping[str, Any] = field(default_factory=dict)

    @property
    def shared(self) -> list[str]:
        """The files that other scaffolds may write, too."""
        return self.plan["shared"]

    @property
    def fields_file(self) -> str:
        """The file of fields that are too many for the answers file, or '' if there is none."""
        return (self.plan.get("fields_file") or {}).get("path", "")

    def says(self, file: AnswersFile) -> bool:
        """Return whether an answers file, with its fields, has the values of this rendering, in whatever format."""
        given = filled(parsed(file.name, self.files[self.answers_file]), self.files.get)
        return not file.edited and file.fields_file == given.fields_file and same(file.values, given.values)

    @cached_property
    def own(self) -> Files:
        """The files that no other scaffold writes."""
        shared = frozenset(self.shared)
        return Files({path: filling for path, filling in self.files.fillings.items() if path not in shared})


def items_of(rendering: Rendering) -> dict[str, Item]:
    """Map the assets that a scaffold's jobs refer to, its own or another's, to the item that is read."""
    items = {}
    for job in rendering.plan["jobs"]:
        entry = next(value[0] for value in job["data"]["source"].values() if isinstance(value, list))
        path = job.get("asset") or _ASSET.sub("", job["data"]["asset_path"])
        items[path] = Item(job["object"], entry)
    return items


class Release:
    """The pack at one commit."""

    def __init__(self, folder: Path) -> None:
        """Load the pack that is checked out in `folder`."""
        from copier._main import Worker

        try:
            worker = Worker(src_path=str(folder), dst_path=folder / "nowhere", defaults=True, unsafe=True, quiet=True)
            self._template, self._env = worker.template, worker.jinja_env
            questions = self._template.questions_data
            self._types = {name: _type(question) for name, question in questions.items()}
            # A template decides the type of a mapping whose order matters, which may also be a text.
            self._listed = {
                name
                for name, type_ in self._types.items()
                if type_ == "yaml" and "{" not in questions[name].get("type", "")
            }
            self._computed = {
                name: (self._env.from_string(str(question.get("default"))), self._types[name])
                for name, question in questions.items()
                if question.get("when") is False
            }
            self._answers_file = self._env.from_string(str(self._template.answers_relpath))
            self.templates = Templates(
                self._env,
                self._template.local_abspath,
                worker.template_copy_root,
                self._template.templates_suffix,
                worker._path_matcher(self._template.exclude),
            )
        except Exception as error:  # code of another version, which may fail in any way
            raise PackError(f"this version of the template cannot be read: {_line(error)}") from None
        if not self._env.filters.keys() >= _FILTERS:
            raise PackError(_OTHER)

    def unknown(self, name: str) -> str:
        """Return the error for a name that is not a question, or '' if it is one."""
        if name in self._types:
            return ""
        new = next(iter(self.followed({name: None})))
        what = "no question has this name"
        if new != name:
            return f"{name}: use its new name '{new}'; {what}"
        suggestion = did_you_mean(name, self._types, what)
        return f"{name}: {f'remove it; {what}' if suggestion == what else suggestion}"

    def typed(self, name: str, text: str) -> Any:
        """Parse the text of a ``--data`` option as Copier would."""
        try:
            return _READERS.get(self._types.get(name, "str"), parse_bounded)(text)
        except (yaml.YAMLError, ValueError, RecursionError):
            return text  # its reader reports the error

    def cell(self, name: str, text: str) -> Any:
        """Parse a cell of a spreadsheet like `typed`, but a list needs no brackets.

        Two quotes are an empty text, since an empty cell means no answer.
        """
        value = self.typed(name, "" if text == '""' else text)
        if isinstance(value, str) and name in self._listed:
            return [part.strip() for part in re.split(r"[,;\n]", value) if part.strip()]
        return value

    def completed(self, answers: Mapping[str, Any], answers_file: str) -> dict[str, Any]:
        """Return the answers to record if nobody is asked anything; raises `AnswerError` for stale ones."""
        return self._ask("completed", answers, answers_file)

    def unanswered(self, answers: Mapping[str, Any], root: Path) -> list[str]:
        """Return the questions that only a user can answer; [] if this release cannot tell."""
        return self._ask("unanswered", answers, str(root)) if "unanswered" in self._env.filters else []

    def intended(self, answers: Mapping[str, Any], recorded: Mapping[str, Any], root: Path) -> None:
        """Refuse new answers that look like a slip, as `unattended.intended` does, if this release knows how."""
        if "intended" in self._env.filters:
            self._ask("intended", answers, recorded, str(root))

    def imported(self, answers: Mapping[str, Any], recorded: Mapping[str, Any], answers_file: str) -> dict[str, Any]:
        """Read the source to import that `answers` name, and return the answers to record. Raises `AnswerError`."""
        return self._ask("imported", answers, recorded, answers_file)

    def followed(self, answers: Mapping[str, Any]) -> dict[str, Any]:
        """Return `answers` with the new name of every renamed id."""
        return self._ask("followed", answers)

    def pinned(self, answers: Mapping[str, Any]) -> dict[str, Any]:
        """Return what the answers that do not follow the registry would be if they did."""
        return self._ask("pinned", answers)

    def profiled(self, answers: Mapping[str, Any], root: Path) -> dict[str, Any]:
        """Return `answers`, with the values of the profiles below `root` for those that follow a profile."""
        return self._ask("profiled", answers, str(root))

    def spread(self, before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, Any]:
        """Return the answers `after` a scaffold got several environments; the first one's jobs stay the same."""
        return self._ask("spread", before, after) if "spread" in self._env.filters else dict(after)

    def split(self, answers: Mapping[str, Any]) -> list[dict[str, Any]]:
        """Return the answers of a scaffold for each of its environments; raises `AnswerError` if it cannot be split."""
        return self._ask("split", answers)

    def inferred(self, found: Mapping[str, Any], given: Mapping[str, Any]) -> dict[str, Any]:
        """Return the answers that come closest to hand-written files; raises `AnswerError` if none come close."""
        return self._ask("inferred", found, given)

    def joined(self, answers: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
        """Join answers of single files into scaffolds, each with its `answers` and the indices of its `members`."""
        return self._ask("joined", answers)

    def problems(self, answers: Mapping[str, Any]) -> list[str]:
        """List all problems in the answers of a new scaffold, each starting with the name of the question."""
        return self._ask("problems", answers)

    def answers_schema(self) -> dict[str, Any]:
        """Return the JSON Schema of the answers; raises `AnswerError` for a release that has none."""
        return self._ask("answers_schema")

    def basis(self, answers: Mapping[str, Any]) -> list[str]:
        """Return what the files of answers depend on, as `unattended.basis` does; [] if this release cannot tell."""
        return self._ask("basis", answers) if "basis" in self._env.filters else []

    def render(self, answers: Mapping[str, Any], source: str, commit: str) -> Rendering:
        """Render complete answers; `source` and `commit` are recorded as those of the pack. Raises `AnswerError`."""
        context = self._context(answers, source, commit)
        try:
            for name, (template, type_) in self._computed.items():
                context[name] = _READERS.get(type_, yaml.safe_load)(template.render(context))
            answers_file = context["_copier_conf"]["answers_file"] = self._answers_file.render(context)
            fillings = dict(self.templates.fillings(context))
        except Exception as error:  # code of another version, which may fail in any way
            raise AnswerError(_line(error)) from None
        if not isinstance(context.get("plan"), dict) or not context["plan"].keys() >= _PLANNED:
            raise AnswerError(_OTHER)
        return Rendering(answers_file, Files(fillings), context["plan"], answers)

    def adopted(self, rendering: Rendering, source: str, commit: str) -> Rendering:
        """Return another release's rendering of answers with this version recorded; both must have the same basis."""
        name = rendering.answers_file
        context = self._context(rendering.answers, source, commit) | {"plan": rendering.plan}
        context["_copier_conf"]["answers_file"] = name

        def shared(path: str) -> bytes:
            return self.render(rendering.answers, source, commit).files[path]

        fillings = {**rendering.files.fillings, name: dict(self.templates.fillings(context))[name]}
        fillings |= {path: Filling(partial(shared, path)) for path in rendering.shared}
        return replace(rendering, files=Files(fillings))

    def _context(self, answers: Mapping[str, Any], source: str, commit: str) -> Context:
        """Return the template context, without what the template computes from it."""
        return {
            **answers,
            "_copier_answers": {"_commit": commit, "_src_path": source, **answers},
            "_copier_conf": {"data": {}, "defaults": True, "overwrite": True},
        }

    def replay(self, file: AnswersFile) -> Rendering:
        """Render an answers file as recorded; raises `AnswerError` for answers that Copier would refuse."""
        return self.render(self.completed(file.answers, file.name), file.source, file.commit)

    def _ask(self, filter_: str, *arguments: Any) -> Any:
        if filter_ not in self._env.filters:
            raise AnswerError(_OTHER)
        try:
            return self._env.filters[filter_](*arguments)
        except Exception as error:
            raise AnswerError(_line(error)) from None


def _type(question: Mapping[str, Any]) -> str:
    """Return a question's type; lists, and types that a template decides, count as YAML."""
    type_ = question.get("type", "yaml")
    return "yaml" if question.get("multiselect") or "{" in type_ else type_


def _line(error: Exception) -> str:
    """Return an error as one line, with its class unless it is a message for users."""
    from copier.errors import CopierError

    text = " ".join(str(error).split())
    return text if isinstance(error, CopierError | DativoError) else f"{type(error).__name__}: {text}"
