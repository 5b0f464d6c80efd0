"""What the runner does with each connector: `registry/runner.yaml`. What it can do at all is in the registry."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from ..base.documents import Document, Section
from ..base.naming import IDENTIFIER
from .connectors import Connector
from .recipes import Recipe

FILE = "registry/runner.yaml"

NATIVE, ENGINE, PLUGIN = "native", "engine", "plugin"
# The job's key for the plugin that does a role of a connector, and what the runner does in that role.
PLUGINS = {"source": "custom_reader", "target": "custom_writer"}
# What an option of a native reader can be.
OPTION_KINDS = ("character", "encoding", "count")
_DONE = {"source": "read", "target": "written"}
_VARIABLE = r"[A-Z_][A-Z0-9_]*"


@dataclass(frozen=True, slots=True)
class Way:
    """How the runner does a role of a connector: `native`, `engine` or `plugin`, and what that needs in words."""

    how: str
    words: str = ""


@dataclass(frozen=True, slots=True)
class Reading:
    """How a source is read natively: login variables by key of the connection, and options with what each is."""

    login: Mapping[str, str] = field(default_factory=dict)
    secret_file: bool = False
    options: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Runner:
    """The facts: `name` of the runner, `sources` that it reads itself, `engines` with what each needs, and blocks."""

    name: str
    sources: Mapping[str, Reading]
    engines: Mapping[str, str]
    storage_blocks: tuple[str, ...]

    def way(self, connector: Connector, recipe: Recipe, role: str) -> Way:
        """Tell how the runner reads a source, or writes a target."""
        return (self.reads if role == "source" else self.writes)(connector, recipe)

    def reads(self, connector: Connector, recipe: Recipe) -> Way:
        """Tell how the runner reads a source."""
        if connector.id in self.sources:
            return Way(NATIVE)
        if recipe.engine in self.engines:
            return Way(ENGINE, f"needs {self.engines[recipe.engine]}")
        return _by_plugin("source")

    def writes(self, connector: Connector, recipe: Recipe) -> Way:
        """Tell how the runner writes a target."""
        return Way(NATIVE) if recipe.storage_block in self.storage_blocks else _by_plugin("target")

    def login(self, source: str) -> Mapping[str, str]:
        """Return the variables of a source's login by key of its connection; {} where the runner reads none."""
        return self.sources[source].login if source in self.sources else {}

    def options(self, source: str) -> Mapping[str, str]:
        """Return what the native reader of a source can be told: `character`, `encoding` or `count` by name."""
        return self.sources[source].options if source in self.sources else {}

    def reads_secret_file(self, connector: Connector, recipe: Recipe) -> bool:
        """Tell whether anything reads the file that the recipe's credentials name. An engine reads service accounts."""
        if not recipe.credentials_file:
            return False
        if connector.id in self.sources:
            return self.sources[connector.id].secret_file
        return self.reads(connector, recipe).how == ENGINE and recipe.credentials == "service_account"


def load_runner(root: Path) -> Runner:
    """Read the facts of the pack at `root`; raises `PackError`."""
    top = Document(root, FILE).section(("runner", "sources", "engines", "storage_blocks"))
    sources, engines = top.section("sources"), top.section("engines")
    return Runner(
        name=top.text("runner"),
        sources={name: _reading(sources.section(name, ("login", "secret_file", "options"))) for name in sources.value},
        engines={name: engines.section(name, ("needs",)).text("needs") for name in engines.value},
        storage_blocks=top.texts("storage_blocks", like=IDENTIFIER),
    )


def _reading(entry: Section) -> Reading:
    login = entry.section("login", ("user", "password")) if "login" in entry.value else None
    options = entry.section("options") if "options" in entry.value else None
    return Reading(
        login={key: login.text(key, like=_VARIABLE) for key in login.value} if login else {},
        secret_file=entry.flag("secret_file", False),
        options={name: options.text(name, among=OPTION_KINDS) for name in options.value} if options else {},
    )


def _by_plugin(role: str) -> Way:
    return Way(PLUGIN, f"not {_DONE[role]} by the runner: needs {PLUGINS[role]}")
