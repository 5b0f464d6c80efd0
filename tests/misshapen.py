"""Documents that describe tables, damaged so that something does not have the shape that its format requires."""

import copy
import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

import yaml

from dativo_generator.base.emit import block
from dativo_generator.importers.imported import judged
from dativo_generator.importers.read import tables_of
from dativo_generator.importers.table import ImportFailed
from support import PACK, ROOT

_SOURCES = ROOT / "tests" / "data" / "sources"
_ASSET = {"source_type": "csv", "object": "x", "schema": [{"name": "id", "type": "integer", "description": "An id"}]}
# Values that at least some places of a document do not expect.
ODD: tuple[Any, ...] = (
    *(None, True, 5, -1.5, 10**30, "", "x", "a\0b", "\ud800", "#/nowhere", [], [1], [[1]], [None], [{}], ["x", "x"]),
    *({}, {"a": 1}, {"": None}, {"$ref": "#"}, {"$ref": 5}, {"type": ["x", 1]}, {"allOf": [1]}, {"anyOf": {}}),
)


@cache
def documents() -> dict[str, Any]:
    """Return every document of the tests by its name: parsed and correct."""
    files = sorted(path for path in _SOURCES.rglob("*.*") if path.suffix in (".json", ".yaml"))
    found = {path.relative_to(_SOURCES).as_posix(): yaml.safe_load(path.read_text(encoding="utf-8")) for path in files}
    return found | {"asset.yaml": _ASSET, "nested.yaml": {"asset": _ASSET}}


def places(value: Any, keys: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Yield the keys of every place in a document, including the top."""
    yield keys
    for key, item in value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ():
        yield from places(item, (*keys, key))


def misshapen(name: str, random: Random) -> Any:
    """Return a document in which one to three places have another value or another name."""
    value = copy.deepcopy(documents()[name])
    for _ in range(random.randint(1, 3)):
        *outer, last = random.choice(list(places(value))[1:] or [(None,)])
        holder = value
        for key in outer:
            holder = holder[key]
        if isinstance(holder, dict) and random.random() < 0.1:
            holder[random.choice(["", "x", "$ref", "type", "properties", "name"])] = holder.pop(last)
        elif isinstance(holder, dict | list):
            holder[last] = copy.deepcopy(random.choice(ODD))
    return value


def problem_of(name: str, value: Any, folder: Path) -> str | None:
    """Return what goes wrong when a document is read; None if it gives fields or a one-line error."""
    path = folder / Path(name).name
    text = json.dumps(value) if path.suffix == ".json" else yaml.safe_dump(value, allow_unicode=True)
    path.write_text(text, encoding="utf-8", errors="surrogatepass")
    try:
        for table in tables_of(str(path)):
            block({field.name: field.as_answer() for field in judged(table, PACK.judge).fields()}).encode()
    except ImportFailed as error:
        return None if "\n" not in str(error) and str(path.parent) in str(error) else f"{name}: {error}"
    except Exception as error:
        return f"{name}: {type(error).__name__}: {error}: {text[:2000]}"
    return None
