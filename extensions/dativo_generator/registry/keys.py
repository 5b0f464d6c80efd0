"""How the runner treats keys of jobs and assets, independent of connectors: `registry/keys.yaml`."""

from collections.abc import Iterator, Mapping
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any, NamedTuple

from ..base.asset_layout import REBUILT, is_rebuilt
from ..base.documents import Document, Section
from ..base.naming import IDENTIFIER

FILE = "registry/keys.yaml"
_VARIABLE = r"[A-Z_][A-Z0-9_]*"


class Keys(NamedTuple):
    """The facts in the file.

    `ignored` maps a kind of file to its keys without effect, and each key to the reason; `storage` lists the keys that
    are read from a storage block besides its location; `lineage` maps a type of catalog to the keys of its connection,
    and each key to the variable that is read instead, '' for none; `documents` maps a mode to the columns that it
    yields, by pattern; the pattern is '' where the mode has only one set of columns.
    """

    ignored: Mapping[str, Mapping[str, str]]
    storage: tuple[str, ...]
    lineage: Mapping[str, Mapping[str, str]]
    documents: Mapping[str, Mapping[str, tuple[str, ...]]]

    def lineage_of(self, catalog: Mapping[str, Any]) -> Mapping[str, str]:
        """Return the connection keys that the runner reads from a job's catalog, with their variables.

        Returns {} for an unknown type of catalog.
        """
        kind = catalog.get("type")
        return self.lineage.get(kind, {}) if isinstance(kind, str) else {}

    def no_effect(self, kind: str, key: str) -> str:
        """Return why a key like ``target.connection.x`` has no effect in a kind of file; '' if it has one."""
        return next((why for pattern, why in self.ignored[kind].items() if fnmatchcase(key, pattern)), "")

    def without_effect(
        self, kind: str, value: Mapping[str, Any], whole: Mapping[str, Any]
    ) -> Iterator[tuple[tuple[str, ...], str]]:
        """Yield the keys in `value` that have no effect in the `whole` file of a kind: each as a path, and why."""
        for path in _paths(value):
            kept = path[0] in REBUILT and not is_rebuilt(whole, path[0])
            if not kept and (why := self.no_effect(kind, ".".join(path))):
                yield path, why


def load_keys(root: Path) -> Keys:
    """Read the facts of the pack at `root`; raises `PackError`."""
    top = Document(root, FILE).section(("ignored", "storage", "lineage", "documents"))
    ignored, lineage = top.section("ignored", ("job", "nested", "odcs")), top.section("lineage")
    return Keys(
        ignored={kind: _texts(ignored.section(kind)) for kind in ignored.value},
        storage=top.texts("storage", like=IDENTIFIER),
        lineage={name: _variables(lineage.section(name)) for name in lineage.value},
        documents=_columns(top.section("documents")),
    )


def _paths(value: Mapping[str, Any], above: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    for key, item in value.items():
        path = (*above, str(key))
        yield path
        if isinstance(item, Mapping):
            yield from _paths(item, path)


def _texts(entry: Section) -> dict[str, str]:
    return {key: entry.text(key) for key in entry.value}


def _variables(entry: Section) -> dict[str, str]:
    return {key: entry.text(key, like=_VARIABLE) if entry.value[key] != "" else "" for key in entry.value}


def _columns(modes: Section) -> dict[str, dict[str, tuple[str, ...]]]:
    found: dict[str, dict[str, tuple[str, ...]]] = {}
    for mode, value in modes.value.items():
        if isinstance(value, list):
            found[mode] = {"": modes.texts(mode)}
        else:
            patterns = modes.section(mode)
            found[mode] = {name: patterns.texts(name) for name in patterns.value}
    return found
