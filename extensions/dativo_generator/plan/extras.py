"""What a job or an asset says where no question asks: `job_extra` and `asset_extra`, merged last.

They add, and change nothing that an answer gives; a null leaves out what nobody asked for. The whole is then held
against the schema of its kind.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from ..base.asset_layout import Keys, place
from ..base.documents import shown
from ..base.errors import QuestionError
from ..base.naming import nearest
from ..base.shapes import Shape
from ..registry.pack import Pack, shape_of
from .vendored_schemas import ASSET, JOB, vendored

# What no answer gives, so that an extra may say it otherwise.
_DERIVED = {("id",)}
# The questions that give a key of another name. What is only a word in a job is everybody's answer, and yet nobody's
# decision that a file must have it.
_QUESTIONS = {
    "access_key_id": "storage",
    "dataProduct": "data_product",
    "environment": "",
    "level": "log_level",
    "mode": "schema_mode",
    "region": "storage",
    "roles": "team_roles",
    "secret_access_key": "storage",
    "source_connector": "",
    "target_connector": "",
    "state_path": "state_dir",
    "uri": "catalog_uri",
    "user_consent_required": "consent",
}

# What an entry of a list has beyond the answer: of what is read, the name and the cursor; of a field, that it may be
# missing.
_ADDED = ("object", "cursor_field", "required")


def merged(
    pack: Pack,
    name: str,
    kind: str,
    document: Mapping[str, Any],
    extra: Mapping[str, Any],
    decided: Callable[[str], bool] = lambda question: False,
) -> dict[str, Any]:
    """Return a document with the answer to the question `name` in it, mappings joined key by key.

    `kind` is ``job``, or an asset's layout; `decided` tells whether somebody answered a question, so that nothing can
    take away what it gives. Raises `QuestionError` for a value that contradicts what is there, for what the runner
    refuses, and for what it loses of an asset.
    """
    if not extra:
        return dict(document)
    shape = _shape(pack, kind)
    whole = _Merge(name, shape, decided).mapping(document, extra, ())
    for line in without_effect(pack, name, kind, extra, whole) if kind != "job" else ():
        raise QuestionError(line)
    for keys, what in shape.misfits(whole):
        if _holds(extra, keys):
            raise QuestionError(f"{name}: {place(keys)}: {what}" if keys else f"{name}: {what}")
    return whole


@cache
def _shape(pack: Pack, kind: str) -> Shape:
    """Return the shape of a kind of file, with what the registry knows of its connectors."""
    return shape_of(kind, vendored(pack, JOB if kind == "job" else ASSET))


def without_effect(pack: Pack, name: str, kind: str, extra: Mapping[str, Any], whole: Mapping[str, Any]) -> list[str]:
    """Say which keys of an answer change nothing in the `whole` document."""
    found = pack.keys.without_effect(kind, extra, whole)
    return [f"{name}: {place(keys)} has no effect: {why}" for keys, why in found]


@dataclass(frozen=True)
class _Merge:
    """The question whose answer is merged, the shape of the whole, and which questions are decided."""

    name: str
    shape: Shape
    decided: Callable[[str], bool]

    def mapping(self, there: Mapping[str, Any], extra: Mapping[str, Any], above: Keys) -> dict[str, Any]:
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
                f"{self.name}: {place(keys)}: {shown(value)} contradicts {shown(old)}, which other answers give; "
                "answer those otherwise, or leave the key out"
            )
        return value

    def _check_left_out(self, there: Mapping[str, Any], keys: Keys) -> None:
        """Refuse to leave out what an answer gives, or what no file of this kind has."""
        key = keys[-1]
        if key not in there:
            known = self.shape.keys_at(keys[:-1])
            if key not in known:
                raise QuestionError(f"{self.name}: {place(keys)}: there is none to leave out{nearest(str(key), known)}")
        elif given := self._given_by(there, keys):
            raise QuestionError(
                f"{self.name}: {place(keys)}: null would leave out what {given} gives; answer that otherwise, or leave "
                "the key out"
            )

    def _given_by(self, there: Mapping[str, Any], keys: Keys) -> str:
        """Return the question that somebody answered with what is at `keys`, '' where nobody did."""
        key = keys[-1]
        if any(isinstance(part, int) for part in keys):  # in a list, which is the answer, but for what is added to it
            lists = [part for part in keys if isinstance(part, str)]
            added = key in _ADDED and not (key == "required" and there[key])
            return "" if added else {"schema": "fields"}.get(lists[-2], lists[-2])
        return next((name for name in _questions(key, there[key]) if self.decided(name)), "")


def _questions(key: Any, value: Any) -> list[str]:
    """List the questions that may give a key, or what is below it."""
    below = [name for inner in value for name in _questions(inner, value[inner])] if isinstance(value, Mapping) else []
    return [_QUESTIONS.get(key, key), *below]


def _without_nulls(value: Any) -> Any:
    """Return a new value without what it leaves out, which was not there."""
    if isinstance(value, Mapping):
        return {key: _without_nulls(inner) for key, inner in value.items() if inner is not None}
    return value


def _are_mappings(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(item, Mapping) for item in value)


def _holds(extra: Any, keys: Keys) -> bool:
    """Tell whether an answer has to do with what stands at `keys` of the whole."""
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
