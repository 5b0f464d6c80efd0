"""One released version of the pack, ready to render answers files one after another.

Copier reads the template's settings and builds its Jinja environment; every template of contents and of paths is then
compiled once. What is left for a scaffold is to fill them, which gives the bytes that Copier would write.
"""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from copier._main import Worker
from copier.errors import CopierError

from ..errors import AnswerError, DativoError, PackError
from .answers import AnswersFile

# What a release must bring for its answers files to be taken together; one without it is left to Copier.
_FILTERS = {"completed", "followed", "pinned"}
_PLANNED = {"assets", "jobs", "shared", "source"}
_OTHER = "this version of the template does not know the command; go to a newer one, or use copier"

# What Copier does with `{% yield item from items %}text{% endyield %}` in a path: one file for each of the items.
_YIELD = re.compile(r"(.*)\{%-?\s*yield\s+(\w+)\s+from\s+(.+?)\s*-?%\}(.*)\{%-?\s*endyield\s*-?%\}(.*)")

# How an answer of each type is read from text; any other is YAML.
_READERS: dict[str, Callable[[str], Any]] = {"str": str, "path": str, "json": json.loads}

Context = dict[str, Any]
# Gives the names that a part of a path becomes, each with what it adds to the context.
_Part = Callable[[Context], Iterator[tuple[str, Context]]]


@dataclass(frozen=True)
class Rendering:
    """What an answers file gives: its own path, every file by path, and the plan that they were written from."""

    answers_file: str
    files: Mapping[str, bytes]
    plan: Mapping[str, Any]

    @property
    def shared(self) -> list[str]:
        """The files that other scaffolds may write, too."""
        return self.plan["shared"]


class Release:
    """The pack at one commit."""

    def __init__(self, folder: Path) -> None:
        """Load the pack that is checked out in `folder`."""
        try:
            worker = Worker(src_path=str(folder), dst_path=folder / "nowhere", defaults=True, unsafe=True, quiet=True)
            self._template, self._env = worker.template, worker.jinja_env
            questions = self._template.questions_data
            self._types = {name: _type(question) for name, question in questions.items()}
            self._computed = {
                name: (self._env.from_string(str(question.get("default"))), self._types[name])
                for name, question in questions.items()
                if question.get("when") is False
            }
            self._answers_file = self._env.from_string(str(self._template.answers_relpath))
            self._files = list(self._load(worker.template_copy_root, worker._path_matcher(self._template.exclude)))
        except Exception as error:  # the code of another version runs here, which may fail in any way
            raise PackError(f"this version of the template cannot be read: {_line(error)}") from None
        if not self._env.filters.keys() >= _FILTERS:
            raise PackError(_OTHER)

    @property
    def questions(self) -> list[str]:
        """The names of the questions, in their order."""
        return list(self._types)

    def typed(self, name: str, text: str) -> Any:
        """Read the text of a ``--data`` option as Copier would."""
        try:
            return _READERS.get(self._types.get(name, "str"), yaml.safe_load)(text)
        except (yaml.YAMLError, ValueError):
            return text  # its reader says what is wrong

    def cell(self, name: str, text: str) -> Any:
        """Read a cell of a spreadsheet: as `typed` does, and a list needs no brackets."""
        value = self.typed(name, text)
        if isinstance(value, str) and self._types.get(name) == "yaml":
            return [part.strip() for part in re.split(r"[,;\n]", value) if part.strip()]
        return value

    def completed(self, answers: Mapping[str, Any], answers_file: str) -> dict[str, Any]:
        """Return what is recorded of `answers` when nobody is asked; raises `AnswerError` for stale ones."""
        return self._ask("completed", answers, answers_file)

    def followed(self, answers: Mapping[str, Any]) -> dict[str, Any]:
        """Return `answers` with every id that was renamed under its new name."""
        return self._ask("followed", answers)

    def pinned(self, answers: Mapping[str, Any]) -> dict[str, Any]:
        """Return what those answers would be that do not follow the registry, if they did."""
        return self._ask("pinned", answers)

    def profiled(self, answers: Mapping[str, Any], root: Path) -> dict[str, Any]:
        """Return `answers` with what the profiles below `root` say of those that nobody decided."""
        return self._ask("profiled", answers, str(root))

    def problems(self, answers: Mapping[str, Any]) -> list[str]:
        """List all that is wrong with the answers of a new scaffold, each beginning with the question."""
        return self._ask("problems", answers)

    def render(self, answers: Mapping[str, Any], source: str, commit: str) -> Rendering:
        """Render complete answers; `source` and `commit` are what is recorded of the pack. Raises `AnswerError`."""
        try:
            context = self.context(answers, source, commit)
            files = dict(self.files(context))
        except Exception as error:  # the code of another version runs here, which may fail in any way
            raise AnswerError(_line(error)) from None
        if not isinstance(context.get("plan"), dict) or not context["plan"].keys() >= _PLANNED:
            raise AnswerError(_OTHER)
        return Rendering(context["_copier_conf"]["answers_file"], files, context["plan"])

    def context(self, answers: Mapping[str, Any], source: str, commit: str) -> Context:
        """Return what the templates are filled with: the answers, and what the template computes from them."""
        context: Context = {
            **answers,
            "_copier_answers": {"_commit": commit, "_src_path": source, **answers},
            "_copier_conf": {"data": {}, "defaults": True, "overwrite": True},
        }
        for name, (template, type_) in self._computed.items():
            context[name] = _READERS.get(type_, yaml.safe_load)(template.render(context))
        context["_copier_conf"]["answers_file"] = self._answers_file.render(context)
        return context

    def files(self, context: Context) -> Iterator[tuple[str, bytes]]:
        """Fill every template; yields path and content."""
        for parts, content in self._files:
            for path, extra in _paths(parts, context):
                text = content if isinstance(content, bytes) else content.render(context | extra).encode()
                yield path, text

    def replay(self, file: AnswersFile) -> Rendering:
        """Render an answers file as it was recorded; raises `AnswerError` for what Copier would refuse."""
        return self.render(self.completed(file.answers, file.name), file.source, file.commit)

    def _ask(self, filter_: str, *arguments: Any) -> Any:
        if filter_ not in self._env.filters:
            raise AnswerError(_OTHER)
        try:
            return self._env.filters[filter_](*arguments)
        except Exception as error:
            raise AnswerError(_line(error)) from None

    def _load(self, root: Path, excluded: Callable[[Path], bool]) -> Iterator[tuple[list[_Part], Any]]:
        suffix = self._template.templates_suffix
        for path in sorted(root.rglob("*")):
            relative = path.relative_to(root)
            if not path.is_file() or excluded(relative):
                continue
            name = relative.as_posix()
            templated = bool(suffix) and name.endswith(suffix)
            parts = [self._part(part) for part in name.removesuffix(suffix if templated else "").split("/")]
            if templated:
                yield parts, self._env.get_template(path.relative_to(self._template.local_abspath).as_posix())
            else:
                yield parts, path.read_bytes()

    def _part(self, text: str) -> _Part:
        """Compile one part of a path."""
        if found := _YIELD.fullmatch(text):
            before, name, items, body, after = found.groups()
            listed = self._env.compile_expression(items)
            template = self._env.from_string(before + body + after)

            def each(context: Context) -> Iterator[tuple[str, Context]]:
                for item in listed(context) or ():
                    yield template.render(context | {name: item}), {name: item}

            return each
        if "{" not in text:
            return lambda context: iter([(text, {})])
        template = self._env.from_string(text)
        return lambda context: iter([(template.render(context), {})])


def _paths(parts: list[_Part], context: Context, done: str = "") -> Iterator[tuple[str, Context]]:
    """Yield the paths that `parts` become; a part that is empty gives none."""
    first, *rest = parts
    for name, extra in first(context):
        if not name:
            continue
        path = f"{done}/{name}" if done else name
        if not rest:
            yield path, extra
        else:
            for deeper, more in _paths(rest, context | extra, path):
                yield deeper, extra | more


def _type(question: Mapping[str, Any]) -> str:
    """Return a question's type; lists are read as YAML, and so is what a template decides."""
    type_ = question.get("type", "yaml")
    return "yaml" if question.get("multiselect") or "{" in type_ else type_


def _line(error: Exception) -> str:
    """Say an error in one line; one that is no message for users says its kind, too."""
    text = " ".join(str(error).split())
    return text if isinstance(error, CopierError | DativoError) else f"{type(error).__name__}: {text}"
