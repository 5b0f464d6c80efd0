"""What a job or an asset says where no question asks: `job_extra` and `asset_extra`, merged last.

They add, and change nothing that an answer gives. The whole is then held against the schema of its kind.
"""

from collections.abc import Mapping
from functools import cache
from typing import Any

from ..base.asset_layout import Keys, place
from ..base.documents import shown
from ..base.errors import QuestionError
from ..base.shapes import Shape
from ..registry.pack import Pack, shape_of
from .vendored_schemas import ASSET, JOB, vendored

# What no answer gives, so that an extra may say it otherwise.
_DERIVED = {("id",)}


def merged(pack: Pack, name: str, kind: str, document: Mapping[str, Any], extra: Mapping[str, Any]) -> dict[str, Any]:
    """Return a document with the answer to the question `name` in it, mappings joined key by key.

    `kind` is ``job``, or an asset's layout. Raises `QuestionError` for a value that contradicts what is there, for
    what the runner refuses, and for what it loses of an asset.
    """
    if not extra:
        return dict(document)
    for line in without_effect(pack, name, kind, extra) if kind != "job" else ():
        raise QuestionError(line)
    whole = _merged(name, document, extra, ())
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


def _holds(extra: Any, keys: Keys) -> bool:
    """Tell whether an answer has to do with what stands at `keys` of the whole."""
    for key in keys:
        if not isinstance(extra, Mapping):
            return True
        if key not in extra:
            return False
        extra = extra[key]
    return True
