"""What a job or an asset says where no question asks: `job_extra` and `asset_extra`, merged last.

They add, and change nothing that an answer gives, or could give. The whole is then held against the schema of its kind.
"""

from collections.abc import Iterator, Mapping
from fnmatch import fnmatchcase
from functools import cache
from typing import Any

from ..answers.scaffold import Scaffold
from ..base.asset_layout import Keys, place
from ..base.documents import shown
from ..base.errors import QuestionError
from ..base.shapes import Shape
from ..registry.pack import Pack, shape_of
from .vendored_schemas import ASSET, JOB, vendored

# What no answer gives, so that an extra may say it otherwise.
_DERIVED = {("id",)}


def merged(
    scaffold: Scaffold, name: str, kind: str, document: Mapping[str, Any], extra: Mapping[str, Any]
) -> dict[str, Any]:
    """Return a document with the answer to the question `name` in it, mappings joined key by key.

    `kind` is ``job``, or an asset's layout. Raises `QuestionError` for a value that contradicts what is there, for
    what another question asks, for what the runner refuses, and for what it loses of an asset.
    """
    if not extra:
        return dict(document)
    pack = scaffold.pack
    for line in without_effect(pack, name, kind, extra) if kind != "job" else ():
        raise QuestionError(line)
    whole = _merged(name, document, extra, ())
    for keys in _added(document, extra, ()):
        if owner := _owner(scaffold, ("job" if kind == "job" else "asset", *keys)):
            raise QuestionError(f"{name}: {place(keys)}: answer {owner} instead, which says it")
    for keys, what in _shape(pack, kind).misfits(whole):
        if _holds(extra, keys):
            raise QuestionError(f"{name}: {place(keys)}: {what}" if keys else f"{name}: {what}")
    return whole


@cache
def _shape(pack: Pack, kind: str) -> Shape:
    """Return the shape of a kind of file, with what the registry knows of its connectors."""
    return shape_of(kind, vendored(pack, JOB if kind == "job" else ASSET))


def without_effect(pack: Pack, name: str, kind: str, extra: Mapping[str, Any]) -> list[str]:
    """Say which keys of an answer change nothing."""
    return [f"{name}: {place(keys)} has no effect: {why}" for keys, why in pack.keys.without_effect(kind, extra)]


def _merged(name: str, there: Mapping[str, Any], extra: Mapping[str, Any], above: Keys) -> dict[str, Any]:
    result = dict(there)
    for key, value in extra.items():
        keys = (*above, key)
        old = there.get(key)
        if isinstance(old, Mapping) and isinstance(value, Mapping):
            result[key] = _merged(name, old, value, keys)
        elif key in there and value != old and keys not in _DERIVED:
            raise QuestionError(
                f"{name}: {place(keys)}: {shown(value)} contradicts {shown(old)}, which other answers give; "
                "answer those otherwise, or leave the key out"
            )
        else:
            result[key] = value
    return result


def _added(there: Any, extra: Mapping[str, Any], above: Keys) -> Iterator[Keys]:
    """Yield the keys of what an answer adds, down to what is no mapping."""
    for key, value in extra.items():
        old = there.get(key) if isinstance(there, Mapping) else None
        if isinstance(value, Mapping) and value:
            yield from _added(old, value, (*above, key))
        elif value != old:
            yield (*above, key)


def _owner(scaffold: Scaffold, keys: Keys) -> str:
    """Return the question that gives what stands at `keys` or above, '' where none does."""
    above = [".".join(map(str, keys[: end + 1])) for end in range(len(keys))]
    for name, question in scaffold.questions.items():
        if any(fnmatchcase(key, pattern) for pattern in question.owns for key in above):
            return "" if scaffold.inapplicable(name) else name
    return ""


def _holds(extra: Any, keys: Keys) -> bool:
    """Tell whether an answer has to do with what stands at `keys` of the whole."""
    for key in keys:
        if not isinstance(extra, Mapping):
            return True
        if key not in extra:
            return False
        extra = extra[key]
    return True
