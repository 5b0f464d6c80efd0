"""What a job reads: the objects of an API, the tables of a database, files, or sheets of a spreadsheet.

Every item becomes one asset and one job. Its `object` names the asset, and its `entry` goes into the job's `source`.
"""

from collections.abc import Callable, Sequence
from pathlib import PurePosixPath
from typing import Any, NamedTuple

from ..base.documents import shown
from ..base.errors import AnswerError
from ..base.naming import few, has_controls, listed, object_problem, offer, slug_of
from ..registry.connectors import Connector
from ..registry.recipes import Recipe
from .table_names import table_name

EXAMPLES = {
    "tables": "[public.orders]",
    "files": "[{path: data/people.csv, object: people}]",
    "sheets": "[{spreadsheet_id: 1AbC, sheet_id: 0, object: people}]",
}


class Item(NamedTuple):
    """One thing to read. `cursor_field` is the item's own, or ''."""

    object: str
    entry: Any
    cursor_field: str = ""


def read_selection(raw: Any, connector: Connector, recipe: Recipe) -> tuple[Item, ...]:
    """Read the answer to "what to read" for `connector`; raises an `AnswerError` that begins with the position."""
    name = connector.selection
    if raw is not None and not isinstance(raw, list):
        raise AnswerError(f"must be a list, not {shown(raw)}")
    if not raw:
        raise AnswerError(f"name at least one, like {EXAMPLES.get(name) or f'[{connector.objects[0]}]'}; it is empty")
    read = _READERS[name]
    items = [read(value, f"item {index}: ", connector, recipe) for index, value in enumerate(raw, 1)]
    _refuse_twins(items)
    return tuple(items)


def _refuse_twins(items: Sequence[Item]) -> None:
    """Refuse objects that several items share, reporting all at once."""
    numbers: dict[str, list[int]] = {}
    for number, item in enumerate(items, 1):
        numbers.setdefault(item.object, []).append(number)
    if twins := {name: of for name, of in numbers.items() if len(of) > 1}:
        twice = (f"the object '{name}' is listed twice" + _among(of) for name, of in twins.items())
        last = items[next(iter(twins.values()))[-1] - 1]
        raise AnswerError(f"item {next(iter(twins.values()))[1]}: {few(twice)}; give one another `object`{_like(last)}")


def _like(item: Item) -> str:
    """Return an example of a table with an object of its own."""
    name = item.entry["name"] if isinstance(item.entry, dict) and "." in item.entry.get("name", "") else ""
    return f", like {{name: {name}, object: {slug_of(name)}}}" if name else ""


def _among(numbers: Sequence[int]) -> str:
    return f" (items {few(map(str, numbers))})" if len(numbers) > 2 else ""


def _read_object(value: Any, where: str, connector: Connector, recipe: Recipe) -> Item:
    if value not in connector.objects:
        raise AnswerError(offer(value, connector.objects, f"{shown(value)} is not an object of {connector.id}"))
    return Item(value, value)


def _read_table(value: Any, where: str, connector: Connector, recipe: Recipe) -> Item:
    entry = _mapping(value, "name", ("name", "object", "cursor_field"), where)
    text = _text(entry, "name", where)
    try:
        name, table = table_name(text)
    except AnswerError as error:
        raise AnswerError(f"{where}{error}: {shown(text)}") from None
    if not all(part.strip() for part in name.split(".")):
        raise AnswerError(f"{where}write table or schema.table; {shown(name)} is not a table")
    object_name = _object(entry, slug_of(table), where)
    cursor = _text(entry, "cursor_field", where) if "cursor_field" in entry else ""
    if cursor and not connector.uses_cursor:
        raise AnswerError(f"{where}cursor_field '{cursor}': {connector.id} does not read incrementally by a cursor")
    return Item(object_name, {"name": name, "object": object_name}, cursor)


def _read_file(value: Any, where: str, connector: Connector, recipe: Recipe) -> Item:
    entry = _mapping(value, "path", ("path", "object", "id"), where)
    path = _text(entry, "path", where)
    if "${" in path:
        raise AnswerError(f"{where}write the path out; the runner expands no variables in {shown(path)}")
    by_id = recipe.credentials == "service_account"
    if by_id and "id" not in entry:
        raise AnswerError(f"{where}give its `id`; {connector.id} finds a file by its id, not by its path '{path}'")
    stem = PurePosixPath(path.replace("\\", "/")).stem
    read = {"path": path, "object": _object(entry, slug_of(stem), where)}
    if "id" in entry:
        read["id"] = _text(entry, "id", where)
    return Item(read["object"], read)


def _read_sheet(value: Any, where: str, connector: Connector, recipe: Recipe) -> Item:
    entry = _mapping(value, "spreadsheet_id", ("spreadsheet_id", "sheet_id", "object"), where)
    sheet = entry.get("sheet_id")
    if isinstance(sheet, bool) or not isinstance(sheet, int):
        sheet = _text(entry, "sheet_id", where)
    read = {"spreadsheet_id": _text(entry, "spreadsheet_id", where), "sheet_id": sheet}
    name = _object(entry, slug_of(sheet) if isinstance(sheet, str) else "", where)
    return Item(name, read | {"object": name})


def thing_of(entry: Any) -> Any:
    """Return an entry without its object and cursor field: what it reads."""
    return {k: v for k, v in entry.items() if k not in ("object", "cursor_field")} if isinstance(entry, dict) else entry


_READERS: dict[str, Callable[[Any, str, Connector, Recipe], Item]] = {
    "objects": _read_object,
    "tables": _read_table,
    "files": _read_file,
    "sheets": _read_sheet,
}


def _mapping(value: Any, short: str, known: Sequence[str], where: str) -> dict[str, Any]:
    """Return an item as a mapping; a bare text stands for one with only the key `short`."""
    if isinstance(value, str):
        return {short: value}
    if not isinstance(value, dict):
        raise AnswerError(f"{where}must be a mapping of {listed(known)}, not {shown(value)}")
    for key in value:
        if key not in known:
            raise AnswerError(where + offer(key, known, f"unknown key '{key}'"))
    return value


def _text(entry: dict[str, Any], key: str, where: str) -> str:
    value = entry.get(key)
    if not isinstance(value, str) or not value.strip() or has_controls(value):
        problem = f"is missing: {shown(entry)}" if key not in entry else f"must be one line of text, not {shown(value)}"
        raise AnswerError(f"{where}`{key}` {problem}")
    return value


def _object(entry: dict[str, Any], default: str, where: str) -> str:
    """Return the item's object name: the given one, else `default`; its slug becomes part of a path."""
    name = entry.get("object", default)
    if not name:
        raise AnswerError(f"{where}give its `object`, to name what {shown(entry)} holds")
    if problem := object_problem(name) if isinstance(name, str) else "write text":
        raise AnswerError(f"{where}object: {problem}, not {shown(name)}")
    return name
