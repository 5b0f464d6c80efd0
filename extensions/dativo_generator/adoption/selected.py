"""Infer the answers for what a hand-written job reads: its connectors, and the item that its asset describes."""

from collections.abc import Mapping
from pathlib import PurePosixPath
from typing import Any

from ..base.documents import shown
from ..base.errors import AnswerError
from ..base.naming import object_problem, offer
from ..registry.connectors import Connector
from ..registry.pack import Pack
from .files import Files
from .values import at

# The keys of an item that are answers, by the kind of selection; the first one identifies the item.
_KEYS = {
    "tables": ("name", "object"),
    "files": ("path", "object", "id"),
    "sheets": ("spreadsheet_id", "sheet_id", "object"),
}


def connector(pack: Pack, files: Files, role: str, given: Mapping[str, Any]) -> str:
    """Return the id of the connector for a role: the job's own, else the name of the recipe that it points at.

    `given` is used if the files name no connector.

    Raises `AnswerError` if the registry has no such connector.
    """
    path = at(files.job, f"{role}_connector_path")
    names = [at(files.job, f"{role}_connector")]
    names += [PurePosixPath(path).stem] if isinstance(path, str) else []
    names += [at(files.body, "source_type")] if role == "source" and not isinstance(names[0], str) else []
    names.append(given.get(f"{role}_connector"))
    current = [pack.lifecycle.current(name)[0] for name in names if isinstance(name, str)]
    known = [one.id for one in pack.with_role(role)]
    if found := next((name for name in current if name in known), ""):
        return found
    if not current:
        raise AnswerError(f"{role}_connector: give one with --data {role}_connector=NAME; the file names none")
    what = f"{shown(current[0])} is not a {role} of the registry"
    raise AnswerError(f"{role}_connector: {offer(current[0], known, what)}")


def selection(source: Connector, files: Files) -> Any:
    """Return the selected item that the asset describes, or the first one if no name matches."""
    described = at(files.body, "object")
    listed = at(files.job, "source", source.selection)
    items = listed if isinstance(listed, list) and listed else [described if isinstance(described, str) else None]
    item = next((item for item in items if _object(item) == described), items[0])
    if source.selection == "objects":
        return _object(item)
    return _entry(source.selection, item, described)


def _object(item: Any) -> Any:
    """Return the name of an item in a job."""
    return item.get("object", item.get("name")) if isinstance(item, Mapping) else item


def _entry(kind: str, item: Any, described: Any) -> dict[str, Any]:
    known = _KEYS[kind]
    if isinstance(item, Mapping):
        entry = {key: item[key] for key in known if key in item}
    else:  # only a name: a table's, or that of an asset without a job
        entry = {key: item for key in known if key != "object" and (key != "id" or not isinstance(item, str))}
    if "object" not in entry and isinstance(described, str) and not object_problem(described):
        entry["object"] = described
    return entry


def cursor(source: Connector, files: Files) -> str:
    """Return the cursor column of a table's incremental runs, or '' if the job names none."""
    name = at(files.job, "source", "incremental", "cursor_field")
    return name if source.uses_cursor and isinstance(name, str) and name.strip() else ""


def is_incremental(files: Files) -> bool:
    """Return whether a job reads incrementally."""
    return isinstance(at(files.job, "source", "incremental"), Mapping)
