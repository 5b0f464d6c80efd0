"""Keys of a job or an asset that no question asks for: `job_extra` and `asset_extra`, merged last.

They add keys, and change nothing that an answer sets, or could set; a null removes a key that nobody answered. The
result is then checked against the schema of its kind.
"""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from ..answers.scaffold import Scaffold
from ..base.asset_layout import Keys, place
from ..base.documents import shown
from ..base.errors import QuestionError
from ..base.naming import offer
from ..base.shapes import Shape
from ..registry.pack import Pack, once, shape_of
from . import givers
from .vendored_schemas import ASSET, JOB, vendored

# Keys that no answer sets, so an extra may override them.
_DERIVED = {("id",)}


def merged(
    scaffold: Scaffold, name: str, kind: str, document: Mapping[str, Any], extra: Mapping[str, Any]
) -> dict[str, Any]:
    """Return a document with the answer to the question `name` merged in, mappings key by key.

    `kind` is ``job``, or an asset's layout. Raises `QuestionError` for a value that contradicts the document, for a key
    of another question, for what the runner refuses, and for keys of an asset that it drops.
    """
    if not extra:
        return dict(document)
    shape = _shape(scaffold.pack, kind)
    whole = _Merge(scaffold, name, shape).mapping(document, extra, ())
    for line in without_effect(scaffold.pack, name, kind, extra, whole) if kind != "job" else ():
        raise QuestionError(line)
    for keys, value in _added(document, extra, ()):
        owner = givers.owner(scaffold, ("job" if kind == "job" else "asset", *keys))
        if owner and (type(value), value) != (type(scaffold[owner]), scaffold[owner]):  # 0 is not a boolean
            raise QuestionError(f"{name}: {place(keys)}: answer {owner} instead; it sets this key")
    for keys, what in shape.misfits(whole):
        if _holds(extra, keys):
            raise QuestionError(f"{name}: {place(keys)}: {what}" if keys else f"{name}: {what}")
    return whole


@once
def _shape(pack: Pack, kind: str) -> Shape:
    """Return the shape of a kind of file, with what the registry knows about its connectors."""
    return shape_of(kind, vendored(pack, JOB if kind == "job" else ASSET))


def without_effect(pack: Pack, name: str, kind: str, extra: Mapping[str, Any], whole: Mapping[str, Any]) -> list[str]:
    """List the keys of an answer that change nothing in the `whole` document."""
    found = pack.keys.without_effect(kind, extra, whole)
    return [f"{name}: {place(keys)} has no effect: {why}" for keys, why in found]


class _Merge(NamedTuple):
    """The scaffold, the question whose answer is merged, and the shape of the document."""

    scaffold: Scaffold
    name: str
    shape: Shape

    def mapping(self, there: Mapping[str, Any], extra: Mapping[str, Any], above: Keys) -> dict[str, Any]:
        """Return a mapping with the keys that an extra adds, and without those that it removes."""
        result = dict(there)
        for key, value in extra.items():
            keys = (*above, key)
            if value is None:
                self._check_left_out(there, keys)
                result.pop(key, None)
            else:
                result[key] = self._value(there[key], value, keys) if key in there else _without_nulls(value)
        return result

    def _value(self, old: Any, value: Any, keys: Keys) -> Any:
        if isinstance(old, Mapping) and isinstance(value, Mapping):
            return self.mapping(old, value, keys)
        if _are_mappings(old) and _are_mappings(value) and len(old) == len(value):
            return [self.mapping(*both, (*keys, index)) for index, both in enumerate(zip(old, value, strict=True))]
        if value != old and keys not in _DERIVED:
            raise QuestionError(
                f"{self.name}: {place(keys)}: leave the key out, or change other answers; "
                f"they give {shown(old)}, not {shown(value)}"
            )
        return value

    def _check_left_out(self, there: Mapping[str, Any], keys: Keys) -> None:
        """Refuse the removal of a key that an answer sets, or that no file of this kind has."""
        key, known = keys[-1], self.shape.keys_at(keys[:-1])
        if key not in there:
            if key not in known:
                what = "there is no such key to remove"
                raise QuestionError(f"{self.name}: {place(keys)}: {offer(key, known, what)}")
        elif given := givers.decided(self.scaffold, keys, there[key]):
            raise QuestionError(
                f"{self.name}: {place(keys)}: change {given}, or leave the key out; null would remove what it gives"
            )


def _without_nulls(value: Any) -> Any:
    """Return a new value without nulls, which would remove keys that it does not have."""
    if isinstance(value, Mapping):
        return {key: _without_nulls(inner) for key, inner in value.items() if inner is not None}
    return value


def _are_mappings(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(item, Mapping) for item in value)


def _added(there: Any, extra: Mapping[str, Any], above: Keys) -> Iterator[tuple[Keys, Any]]:
    """Yield the keys of an answer down to the first value that is not a mapping, each with that value."""
    for key, value in extra.items():
        old = there.get(key) if isinstance(there, Mapping) else None
        if isinstance(value, Mapping) and value:
            yield from _added(old, value, (*above, key))
        elif value is not None and value != old:
            yield (*above, key), value


def _holds(extra: Any, keys: Keys) -> bool:
    """Return whether an answer touches what is at `keys` of the document."""
    for key in keys:
        if isinstance(extra, list) and isinstance(key, int) and key < len(extra):
            extra = extra[key]
        elif not isinstance(extra, Mapping):
            return True
        elif key not in extra:
            return False
        else:
            extra = extra[key]
    return True
