"""What the runner does with each connector: `registry/runner.yaml`. What it can do at all is in the registry."""

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple

from ..base.documents import Document, Section
from ..base.naming import IDENTIFIER, env_variables
from .connectors import Connector
from .recipes import Recipe

FILE = "registry/runner.yaml"

NATIVE, ENGINE, PLUGIN = "native", "engine", "plugin"
# The job's key for the plugin that does a role of a connector, and what the runner does in that role.
PLUGINS = {"source": "custom_reader", "target": "custom_writer"}
# What an option of a native reader can be.
OPTION_KINDS = ("character", "encoding", "count")
_DONE = {"source": "read", "target": "written"}
_KEYS = (
    "runner",
    "sources",
    "option_defaults",
    "engines",
    "storage_blocks",
    "storage_variables",
    "state_variable",
    "catalog_variables",
)
_READING = ("login", "connection_defaults", "secret_file", "state", "options")
_VARIABLE = r"[A-Z_][A-Z0-9_]*"
_REFERENCE = rf"\$\{{{_VARIABLE}(:-[^{{}}$]+)?\}}"


class Way(NamedTuple):
    """How the runner does a role of a connector: `native`, `engine` or `plugin`, and what that needs in words."""

    how: str
    words: str = ""


class Reading(NamedTuple):
    """How a source is read natively: login variables by key of the connection, and options with what each is."""

    login: Mapping[str, str] = MappingProxyType({})
    connection_defaults: bool = False
    secret_file: bool = False
    state: bool = True
    options: Mapping[str, str] = MappingProxyType({})


class Engine(NamedTuple):
    """An engine that the runner starts: what must be there, and what goes wrong all the same, '' for nothing."""

    needs: str
    fault: str = ""


class Runner(NamedTuple):
    """The facts: `name` of the runner, `sources` that it reads itself, `engines` that it starts, and blocks.

    `option_defaults` are what a source's reader takes for an option that nobody names. What is read from the
    environment is written ``${NAME}`` or ``${NAME:-default}``: `storage_variables` by key of a block of storage, of
    which one is enough, the `state_variable`, and `catalog_variables` by catalog.
    """

    name: str
    sources: Mapping[str, Reading]
    option_defaults: Mapping[str, str]
    engines: Mapping[str, Engine]
    storage_blocks: tuple[str, ...]
    storage_variables: Mapping[str, tuple[str, ...]]
    state_variable: str
    catalog_variables: Mapping[str, str]

    def way(self, connector: Connector, recipe: Recipe, role: str) -> Way:
        """Tell how the runner reads a source, or writes a target."""
        return (self.reads if role == "source" else self.writes)(connector, recipe)

    def reads(self, connector: Connector, recipe: Recipe) -> Way:
        """Tell how the runner reads a source."""
        if connector.id in self.sources:
            return Way(NATIVE)
        if recipe.engine in self.engines:
            return Way(ENGINE, f"needs {self.engines[recipe.engine].needs}")
        return _by_plugin("source")

    def writes(self, connector: Connector, recipe: Recipe) -> Way:
        """Tell how the runner writes a target."""
        return Way(NATIVE) if recipe.storage_block in self.storage_blocks else _by_plugin("target")

    def keeps_state(self, connector: Connector, recipe: Recipe) -> bool:
        """Return whether a run can know where the last one ended; what a plugin does nobody knows."""
        if connector.id in self.sources:
            return self.sources[connector.id].state
        return self.reads(connector, recipe).how != ENGINE

    def login(self, source: str) -> Mapping[str, str]:
        """Return the variables of a source's login by key of its connection; {} where the runner reads none."""
        return self.sources[source].login if source in self.sources else {}

    def expands_defaults(self, source: str) -> bool:
        """Return whether ``${NAME:-default}`` is expanded in the connection of a source."""
        return source in self.sources and self.sources[source].connection_defaults

    def storage_of(self, connection: Mapping[str, Any], recipe: Recipe) -> tuple[str, Mapping[str, Any]]:
        """Return the block of storage that a target is written to, with its name; '' where there is none.

        A block of the job's `connection` replaces that of the recipe whole. One that is empty leaves the rest to the
        runner, as none does.
        """
        merged = {**recipe.connection, **connection}
        blocks = [name for name in self.storage_blocks if isinstance(merged.get(name), Mapping)]
        filled = [name for name in blocks if merged[name]]
        name = next(iter((*filled, *blocks)), "")
        return name, merged.get(name, {})

    def storage_references(self, key: str, recipe: Recipe) -> list[tuple[str, str]]:
        """List the variables of which one is enough for a key that a block of storage does not have, with defaults.

        Those that the recipe names come first.
        """
        found = [variable for reference in self.storage_variables.get(key, ()) for variable in env_variables(reference)]
        named = recipe.environment
        return sorted(found, key=lambda variable: variable[0] not in named)

    def options(self, source: str) -> Mapping[str, str]:
        """Return what the native reader of a source can be told: `character`, `encoding` or `count` by name."""
        return self.sources[source].options if source in self.sources else {}

    def reads_secret_file(self, connector: Connector, recipe: Recipe) -> bool:
        """Return whether anything reads the recipe's credentials file. An engine reads service accounts."""
        if not recipe.credentials_file:
            return False
        if connector.id in self.sources:
            return self.sources[connector.id].secret_file
        return self.reads(connector, recipe).how == ENGINE and recipe.credentials == "service_account"


def load_runner(root: Path) -> Runner:
    """Read the facts of the pack at `root`; raises `PackError`."""
    top = Document(root, FILE).section(_KEYS)
    sources, engines = top.section("sources"), top.section("engines")
    variables = _optional(top, "storage_variables")
    return Runner(
        name=top.text("runner"),
        sources={name: _reading(sources.section(name, _READING)) for name in sources.value},
        option_defaults=_texts(top, "option_defaults"),
        engines={name: _engine(engines.section(name, ("needs", "fault"))) for name in engines.value},
        storage_blocks=top.texts("storage_blocks", like=IDENTIFIER),
        storage_variables={key: variables.texts(key, like=_REFERENCE) for key in variables.value} if variables else {},
        state_variable=top.text("state_variable", default="", like=_REFERENCE),
        catalog_variables=_texts(top, "catalog_variables", like=_REFERENCE),
    )


def _optional(top: Section, key: str) -> Section | None:
    return top.section(key) if key in top.value else None


def _texts(top: Section, key: str, like: str = ".+") -> dict[str, str]:
    """Read a mapping of texts, {} where there is none."""
    section = _optional(top, key)
    return {name: section.text(name, like=like) for name in section.value} if section else {}


def _reading(entry: Section) -> Reading:
    login = entry.section("login", ("user", "password")) if "login" in entry.value else None
    options = entry.section("options") if "options" in entry.value else None
    return Reading(
        login={key: login.text(key, like=_VARIABLE) for key in login.value} if login else {},
        connection_defaults=entry.flag("connection_defaults", False),
        secret_file=entry.flag("secret_file", False),
        state=entry.flag("state", True),
        options={name: options.text(name, among=OPTION_KINDS) for name in options.value} if options else {},
    )


def _engine(entry: Section) -> Engine:
    return Engine(entry.text("needs"), entry.text("fault", default=""))


def _by_plugin(role: str) -> Way:
    return Way(PLUGIN, f"not {_DONE[role]} by the runner: needs {PLUGINS[role]}")
