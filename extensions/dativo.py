"""Connect Copier's questions and templates to the package next to this file: names to functions, nothing else.

Everything is a filter. An answer or a data-file key could shadow a global of the same name; nothing can shadow
a filter.
"""

import gc
import importlib.util
import os
import re
import sys
from collections.abc import Callable, Iterator
from functools import partial, wraps
from hashlib import sha256
from io import FileIO
from pathlib import Path
from types import ModuleType
from typing import Any

from copier.errors import UserMessageError
from jinja2 import Environment, Template, pass_context
from jinja2.ext import Extension
from jinja2.runtime import Context

# The name of the package: as it is installed, and with a digest for each other version that is loaded.
_PACKAGE = "dativo_generator"


def _package_in(folder: Path) -> ModuleType:
    """Return the package in `folder`, loaded under a name of its own; the same code is not loaded twice.

    During an update, the old and the new version of the package run side by side in one process; a plain import would
    give both the first one. Most releases only change the registry, though, and share their code with each other and
    with the package that is installed beside Copier.
    """
    for name, other in _others(is_new=not (folder / "__pycache__").exists()):
        if _is_same(folder, other):
            return importlib.import_module(name)
    name = f"{_PACKAGE}_{sha256(str(folder).encode()).hexdigest()[:16]}"
    if name not in sys.modules:
        spec = importlib.util.spec_from_file_location(
            name, folder / "__init__.py", submodule_search_locations=[str(folder)]
        )
        sys.modules[name] = module = importlib.util.module_from_spec(spec)
        try:
            spec.loader.exec_module(module)
        except BaseException:
            del sys.modules[name]
            raise
    return sys.modules[name]


def _others(is_new: bool) -> Iterator[tuple[str, Path]]:
    """Yield the packages that may hold the same code, with their folders: those that are loaded, and the installed one.

    Loading the installed one is worth it only for a new checkout, whose modules are not compiled yet.
    """
    for name, module in list(sys.modules.items()):
        if re.fullmatch(rf"{_PACKAGE}(_[0-9a-f]{{16}})?", name) and (file := getattr(module, "__file__", None)):
            yield name, Path(file).parent
    if is_new and _PACKAGE not in sys.modules and (spec := importlib.util.find_spec(_PACKAGE)) and spec.origin:
        yield _PACKAGE, Path(spec.origin).parent


def _is_same(folder: Path, other: Path) -> bool:
    """Return whether two folders hold the same files, apart from compiled modules."""
    one, two = dict(_files(folder)), dict(_files(other))
    return one.keys() == two.keys() and all(_content(one[file]) == _content(two[file]) for file in one)


def _files(folder: Path, below: str = "") -> Iterator[tuple[str, str]]:
    """Yield every file as a path below `folder`, and as a path to open."""
    try:
        with os.scandir(folder / below) as entries:
            for entry in entries:
                if not entry.is_dir():
                    yield f"{below}{entry.name}", entry.path
                elif entry.name != "__pycache__":
                    yield from _files(folder, f"{below}{entry.name}/")
    except FileNotFoundError:
        return  # a clone that Copier has deleted since


def _content(path: str) -> bytes:
    with FileIO(path) as file:  # takes a third of the time of Path, for more than a hundred files
        return file.readall()


# Whatever Copier has loaded by now stays until the end of the run. Excluding it from garbage collection saves a tenth
# of the run. Do this only once: in a longer process, the garbage of earlier runs would stay, too.
if not gc.get_freeze_count():
    gc.freeze()

_ROOT = Path(__file__).resolve().parent.parent
# Do not write compiled modules into a clone that Copier deletes at the end: nobody would read them.
_keeps_none = sys.dont_write_bytecode
sys.dont_write_bytecode |= _ROOT.name.startswith("copier._vcs.clone.")
_package = _package_in(_ROOT / "extensions" / "dativo_generator")
if not Path(_package.__file__).is_relative_to(_ROOT):
    sys.dont_write_bytecode = _keeps_none  # the installed one stays


def _module(name: str) -> ModuleType:
    return importlib.import_module(f"{_package.__name__}.{name}")


_filters = _module("questionnaire.filters")
_unattended = _module("questionnaire.unattended")
_session = _module("questionnaire.session")
_lazy_importer = _module("questionnaire.lazy_importer")
_pack = _module("registry.pack")
_layouts = _module("plan.layouts")
_vendored_schemas = _module("plan.vendored_schemas")
_emit = _module("base.emit")
_errors = _module("base.errors")
_telling = _module("base.telling")
sys.dont_write_bytecode = _keeps_none


def _user_errors(function: Callable[..., Any]) -> Callable[..., Any]:
    """Show the package's errors as Copier shows its own: one line, exit status 1, nothing written."""

    @wraps(function)
    def wrapper(*args: Any, **kwargs: Any) -> Any:
        try:
            return function(*args, **kwargs)
        except _errors.DativoError as error:
            raise UserMessageError(str(error)) from None

    return wrapper


# The form of most texts in the question files: a question's name, and the filters for it.
_ABOUT = re.compile(r"\{\{ '([\w/.]+)' (\| (\w+)[^{}%]*) \}\}", re.ASCII)
# How Jinja marks a filter that gets the context.
_OF_CONTEXT = pass_context(lambda context: None).jinja_pass_arg
# The variable that replaces the question's name in a shared template.
_NAME = "_name_of_the_question"


class _About:
    """The template of a text about one question: the shared template of its form, rendered with the question's name."""

    def __init__(self, form: Template, name: str) -> None:
        self.form, self.name = form, name

    def render(self, *args: Any, **kwargs: Any) -> str:
        return self.form.render(*args, **kwargs, **{_NAME: self.name})


class _Text:
    """The template of a text without Jinja."""

    def __init__(self, text: str) -> None:
        self.text = text

    def render(self, *args: Any, **kwargs: Any) -> str:
        return self.text


def _compile_once(environment: Environment) -> None:
    """Make `environment` compile each text once, and texts that differ only in a question's name once for all of them.

    Copier compiles a text each time that it uses it, three times on average. There are three hundred texts of about ten
    forms, and compiling them takes longer than evaluating them. Extensions still see each use of a text: Copier's own
    extension resets its state then.
    """
    from_string, templates = environment.from_string, {}

    def once(source: Any, *args: Any, **kwargs: Any) -> Any:
        if not isinstance(source, str) or args or kwargs:
            return from_string(source, *args, **kwargs)
        if source in templates:
            environment.preprocess(source)
        else:
            templates[source] = template(source)
        return templates[source]

    def template(source: str) -> Any:
        if (match := _ABOUT.fullmatch(source)) and _takes_context(environment.filters.get(match[3])):
            return _About(once(f"{{{{ {_NAME} {match[2]} }}}}"), match[1])
        if not set(source) & set("{#%\r\n"):
            environment.preprocess(source)
            return _Text(source)
        return from_string(source)

    environment.from_string = once


def _takes_context(filter_: Any) -> bool:
    """Return whether Jinja calls a filter only while rendering; one without context it may call while compiling."""
    return getattr(filter_, "jinja_pass_arg", None) is _OF_CONTEXT


class Dativo(Extension):
    """The filters of the question files and the templates; each function's docstring says what it does."""

    def __init__(self, environment: Environment) -> None:
        """Add the filters to `environment`."""
        super().__init__(environment)
        _compile_once(environment)
        pack = _pack.Pack(_ROOT, _lazy_importer.LazyImporter())
        run = _session.Run()

        def of_context(function: Callable[..., Any]) -> Callable[..., Any]:
            @pass_context
            @_user_errors
            def filter_(context: Context, *args: Any) -> Any:
                return function(run.session(pack, context.get_all(), context.environment), *args)

            return filter_

        def of_pack(function: Callable[..., Any]) -> Callable[..., Any]:
            return partial(_user_errors(function), pack)

        def later(module: str, name: str) -> Callable[..., Any]:
            """Load a module only when a command uses its filter."""
            return of_pack(lambda pack, *args: getattr(_module(module), name)(pack, *args))

        environment.filters |= {
            "known": of_context(_filters.known),
            "applies": of_context(_filters.applies),
            "is_prompted": of_context(_filters.is_prompted),
            "reviewed": of_context(_filters.reviewed),
            "initial_answer": of_context(_filters.initial_answer),
            "ordered_type": of_context(_filters.ordered_type),
            "choices": of_context(_filters.choices),
            "problem": of_context(_filters.problem),
            "held": of_context(_filters.held),
            "kept": of_context(_filters.kept),
            "plan": of_context(_filters.planned),
            "recorded": of_context(_filters.recorded),
            "completed": of_pack(_unattended.completed),
            "intended": of_pack(_unattended.intended),
            "unanswered": of_pack(_unattended.unanswered),
            "imported": of_pack(_unattended.imported),
            "followed": of_pack(_unattended.followed),
            "problems": of_pack(_unattended.problems),
            "profiled": of_pack(_unattended.profiled),
            "pinned": of_pack(_unattended.pinned),
            "basis": of_pack(_unattended.basis),
            "spread": of_pack(_unattended.spread),
            "split": of_pack(_unattended.split),
            "inferred": later("adoption.inferred", "inferred"),
            "joined": later("adoption.joined", "joined"),
            "answers_schema": later("questionnaire.answers_schema", "answers_schema"),
            "pack_file": of_pack(_vendored_schemas.vendored),
            "grouped": _layouts.grouped,
            "fitted": _telling.fitted,
            "yaml": _emit.inline,
            "yaml_block": _emit.block,
        }
