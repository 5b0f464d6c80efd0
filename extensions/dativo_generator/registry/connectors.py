"""What each connector type can do: `registry/connectors.yaml` as typed, immutable values.

The keys are those of version 3 of the runner's own registry, which refuses any other key.
"""

import re
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple

from ..base.documents import Document, Section
from ..base.naming import IDENTIFIER, OBJECT, listed

FILE = "registry/connectors.yaml"
VERSION = 3
ROLES = ("source", "target")

# Strategies that follow a value in the data need its name; the others follow the file itself.
CURSOR_STRATEGIES = ("created", "updated_after", "updated_at")
STRATEGIES = (*CURSOR_STRATEGIES, "file_modified_time", "spreadsheet_modified_time")

# What a job may select from a source, by its registry entry; the names are those of the job's `source` keys.
SELECTIONS = ("objects", "tables", "files", "sheets")

_KEYS = (
    "roles",
    "category",
    "default_engine",
    "engines_supported",
    "allowed_in_cloud",
    "supports_incremental",
    "incremental_strategy_default",
    "objects_supported",
    "requires_tables",
    "supports_queries",
    "file_formats",
    "supports_schema_evolution",
)


class Connector(NamedTuple):
    """One entry of the registry. By default it is allowed in cloud, not incremental, and has no objects or formats."""

    id: str
    roles: tuple[str, ...]
    category: str
    default_engine: str
    engines: tuple[str, ...]
    allowed_in_cloud: bool
    supports_incremental: bool
    strategy: str
    objects: tuple[str, ...]
    requires_tables: bool
    supports_queries: bool
    file_formats: tuple[str, ...]
    supports_schema_evolution: bool

    @property
    def shown_category(self) -> str:
        """The category to show; "storage" where the registry names none."""
        return self.category or "storage"

    @property
    def selection(self) -> str:
        """What a job must select: one of `SELECTIONS`. Storage without objects is read by file."""
        if self.requires_tables:
            return "tables"
        if self.strategy == "spreadsheet_modified_time" or self.objects == ("sheet",):
            return "sheets"
        if self.strategy == "file_modified_time" or self.objects in ((), ("file",)):
            return "files"
        return "objects"

    @property
    def uses_cursor(self) -> bool:
        """Whether an incremental run compares values of a column, which the job must name."""
        return self.supports_incremental and self.strategy in CURSOR_STRATEGIES


Registry = Mapping[str, Connector]


def load_registry(root: Path) -> Registry:
    """Read the registry of the pack at `root`, in the file's order; raises `PackError`."""
    top = Document(root, FILE).section(("version", "connectors"))
    if top.number("version") != VERSION:
        raise top.error("version", f"must be {VERSION}, not {top.value['version']}")
    entries = top.section("connectors")
    if not entries.value:
        raise top.error("connectors", "there are none")
    for name in entries.value:
        if not re.fullmatch(IDENTIFIER, name):
            raise entries.error(name, "a connector's name starts with a letter and holds only a-z, 0-9, '_' and '-'")
    return MappingProxyType({name: _connector(name, entries.section(name, _KEYS)) for name in entries.value})


def _connector(name: str, entry: Section) -> Connector:
    engines = entry.texts("engines_supported", like=IDENTIFIER)
    default_engine = entry.text("default_engine", like=IDENTIFIER)
    if default_engine not in engines:
        raise entry.error("default_engine", f"'{default_engine}' is not among engines_supported: {listed(engines)}")
    incremental = entry.flag("supports_incremental", False)
    if incremental:
        entry.take("incremental_strategy_default")
    return Connector(
        id=name,
        roles=entry.texts("roles", among=ROLES),
        category=entry.text("category", default="", like=r"[A-Za-z0-9][A-Za-z0-9 _/&-]*"),
        default_engine=default_engine,
        engines=engines,
        allowed_in_cloud=entry.flag("allowed_in_cloud", True),
        supports_incremental=incremental,
        strategy=entry.text("incremental_strategy_default", default="", among=STRATEGIES),
        objects=entry.texts("objects_supported", default=(), like=OBJECT),
        requires_tables=entry.flag("requires_tables", False),
        supports_queries=entry.flag("supports_queries", False),
        file_formats=entry.texts("file_formats", default=(), like=IDENTIFIER),
        supports_schema_evolution=entry.flag("supports_schema_evolution", False),
    )
