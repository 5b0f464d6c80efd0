"""What the runner does with each connector: `registry/runner.yaml`. The registry holds what a connector can do."""

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
# The job's key for the plugin that reads a source or writes a target.
PLUGINS = {"source": "custom_reader", "target": "custom_writer"}
# The kinds of options of a native reader.
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
    """How the runner reads a source or writes a target: `native`, `engine` or `plugin`, and in words what it needs."""

    how: str
    words: str = ""


class Reading(NamedTuple):
    """How a source is read natively: login variables by connection key, and kinds of options by name."""

    login: Mapping[str, str] = MappingProxyType({})
    connection_defaults: bool = False
    secret_file: bool = False
    state: bool = True
    options: Mapping[str, str] = MappingProxyType({})


class Engine(NamedTuple):
    """An engine that the runner starts: its requirements, and a known fault, '' for none."""

    needs: str
    fault: str = ""


class Runner(NamedTuple):
    """The facts: `name` of the runner, `sources` that it reads itself, `engines` that it starts, and storage blocks.

    `option_defaults` are the values that a source's reader uses for options that are not set. Variables are written
    ``${NAME}`` or ``${NAME:-default}``: `storage_variables` by key of a storage block, where one of several is enough,
    the `state_variable`, and `catalog_variables` by catalog.
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
        """Return how the runner reads a source, or writes a target."""
        return (self.reads if role == "source" else self.writes)(connector, recipe)

    def reads(self, connector: Connector, recipe: Recipe) -> Way:
        """Return how the runner reads a source."""
        if connector.id in self.sources:
            return Way(NATIVE)
        if recipe.engine in self.engines:
            return Way(ENGINE, f"needs {self.engines[recipe.engine].needs}")
        return _by_plugin("source")

    def writes(self, connector: Connector, recipe: Recipe) -> Way:
        """Return how the runner writes a target."""
        return Way(NATIVE) if recipe.storage_block in self.storage_blocks else _by_plugin("target")

    def keeps_state(self, connector: Connector, recipe: Recipe) -> bool:
        """Return whether a run can know where the last one ended; True for a plugin, about which nothing is known."""
        if connector.id in self.sources:
            return self.sources[connector.id].state
        return self.reads(connector, recipe).how != ENGINE

    def login(self, source: str) -> Mapping[str, str]:
        """Return the login variables of a source by connection key; {} where the runner reads none."""
        return self.sources[source].login if source in self.sources else {}

    def expands_defaults(self, source: str) -> bool:
        """Return whether ``${NAME:-default}`` is expanded in the connection of a source."""
        return source in self.sources and self.sources[source].connection_defaults

    def storage_of(self, connection: Mapping[str, Any], recipe: Recipe) -> tuple[str, Mapping[str, Any]]:
        """Return the name of the storage block that a target is written to, and the block; ('', {}) without one.

        A block in the job's `connection` replaces the recipe's as a whole. An empty block leaves everything to the
        runner, like a missing one.
        """
        merged = {**recipe.connection, **connection}
        blocks = [name for name in self.storage_blocks if isinstance(merged.get(name), Mapping)]
        filled = [name for name in blocks if merged[name]]
        name = next(iter((*filled, *blocks)), "")
        return name, merged.get(name, {})

    def storage_references(self, key: str, recipe: Recipe) -> list[tuple[str, str]]:
        """List the variables, with defaults, that can each supply a key missing from a storage block.

        Those that the recipe names come first.
        """
        found = [variable for reference in self.storage_variables.get(key, ()) for variable in env_variables(reference)]
        named = recipe.environment
        return sorted(found, key=lambda variable: variable[0] not in named)

    def options(self, source: str) -> Mapping[str, str]:
        """Return the options of a source's native reader: `character`, `encoding` or `count` by name."""
        return self.sources[source].options if source in self.sources else {}

    def reads_secret_file(self, connector: Connector, recipe: Recipe) -> bool:
        """Return whether anything reads the recipe's credentials file. An engine reads it for a service account."""
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
    """Read a mapping of texts, {} when it is missing."""
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
