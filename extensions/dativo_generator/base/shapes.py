"""Check plain data against a JSON Schema with the standard library alone: a render must not import a validator.

It supports the keywords of draft 7 that the pack's own schemas use; a test fails when a schema uses any other. No part
of an answer may be without a value, so null never fits, even where a schema allows it.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from .asset_layout import Keys
from .documents import shown
from .naming import offer

Schema = Mapping[str, Any]
# Where a value does not fit, as keys from its top, and what is wrong there.
Misfit = tuple[Keys, str]

_TYPES: dict[str, tuple[str, Callable[[Any], bool]]] = {
    "string": ("text", lambda value: isinstance(value, str)),
    "integer": ("a whole number", lambda value: isinstance(value, int) and not isinstance(value, bool)),
    "number": ("a number", lambda value: isinstance(value, int | float) and not isinstance(value, bool)),
    "boolean": ("true or false", lambda value: isinstance(value, bool)),
    "object": ("a mapping", lambda value: isinstance(value, Mapping)),
    "array": ("a list", lambda value: isinstance(value, list)),
}
# Annotations; and keywords of the pack for how `validate` treats a misfit, which an answer must not have at all.
NOTES = {"$schema", "$comment", "title", "description", "definitions", "default", "enumDescriptions", "examples"}
_OWN = {"x-rules", "x-lax"}


class Shape:
    """A schema, or a part of one, with the definitions that it refers to."""

    def __init__(self, top: Schema, schema: Any = None) -> None:
        """Wrap `schema`, a part of `top`, or `top` itself by default."""
        self._top, self._schema = top, self._resolved(top if schema is None else schema)

    def at(self, *keys: str) -> "Shape":
        """Return the shape of the property at `keys`; raises `KeyError` when there is none."""
        schema = self._schema
        for key in keys:
            schema = self._resolved(schema["properties"][key])
        return Shape(self._top, schema)

    def keys_at(self, keys: Keys) -> list[str]:
        """List the known keys of the mapping at `keys`, where a number means a list item; [] when it has none."""
        schema = self._schema
        for key in keys:
            inner = schema.get("items") if isinstance(key, int) else schema.get("properties", {}).get(key)
            schema = self._resolved(inner)
            if not isinstance(schema, Mapping):
                return []
        return list(schema.get("properties", ()))

    def misfits(self, value: Any) -> Iterator[Misfit]:
        """Yield every misfit, in the order of the schema."""
        return self._of(self._schema, value, ())

    def written_out(self) -> dict[str, Any]:
        """Return the schema with all references replaced by what they refer to."""
        return self._written_out(self._schema, ())

    def _resolved(self, schema: Any) -> Any:
        while isinstance(schema, Mapping) and "$ref" in schema:
            schema = self._definition(schema["$ref"])
        return schema

    def _definition(self, reference: str) -> Any:
        return self._top["definitions"][reference.removeprefix("#/definitions/")]

    def _written_out(self, schema: Any, inside: tuple[str, ...]) -> Any:
        if isinstance(schema, list):
            return [self._written_out(item, inside) for item in schema]
        if not isinstance(schema, Mapping):
            return schema
        reference = schema.get("$ref")
        if isinstance(reference, str):
            description = {key: value for key, value in schema.items() if key == "description"}
            if reference in inside:
                return description  # a recursive reference: deeper levels take anything
            return self._written_out(self._definition(reference), (*inside, reference)) | description
        return {key: self._written_out(value, inside) for key, value in schema.items() if key not in _OWN}

    def _fits(self, schema: Any, value: Any) -> bool:
        return next(self._of(schema, value, ()), None) is None

    def _of(self, schema: Any, value: Any, keys: Keys) -> Iterator[Misfit]:
        schema = self._resolved(schema)
        if schema is True:
            return
        if schema is False:
            yield keys, "does not belong here"
            return
        for keyword, rule in schema.items():
            if keyword in _CHECKS:
                yield from _CHECKS[keyword](self, schema, rule, value, keys)

    # --- one method for each keyword that is not about the value alone ----------------------------------------------

    def _properties(self, schema: Schema, rule: Any, value: Any, keys: Keys) -> Iterator[Misfit]:
        for key, inner in rule.items() if isinstance(value, Mapping) else ():
            if key in value:
                yield from self._of(inner, value[key], (*keys, key))

    def _additional(self, schema: Schema, rule: Any, value: Any, keys: Keys) -> Iterator[Misfit]:
        known = schema.get("properties", {})
        for key, item in value.items() if isinstance(value, Mapping) else ():
            if key in known:
                continue
            if rule is False:
                yield (*keys, key), offer(key, known, "unknown key")
            else:
                yield from self._of(rule, item, (*keys, key))

    def _items(self, schema: Schema, rule: Any, value: Any, keys: Keys) -> Iterator[Misfit]:
        for index, item in enumerate(value if isinstance(value, list) else ()):
            yield from self._of(rule, item, (*keys, index))

    def _names(self, schema: Schema, rule: Any, value: Any, keys: Keys) -> Iterator[Misfit]:
        for key in value if isinstance(value, Mapping) else ():
            if not self._fits(rule, key):
                yield (*keys, key), "does not belong here"

    def _dependencies(self, schema: Schema, rule: Any, value: Any, keys: Keys) -> Iterator[Misfit]:
        for key, inner in rule.items() if isinstance(value, Mapping) else ():
            if key in value:
                yield from self._of(inner, value, keys)

    def _condition(self, schema: Schema, rule: Any, value: Any, keys: Keys) -> Iterator[Misfit]:
        yield from self._of(schema.get("then" if self._fits(rule, value) else "else", True), value, keys)

    def _all(self, schema: Schema, rule: Any, value: Any, keys: Keys) -> Iterator[Misfit]:
        for inner in rule:
            yield from self._of(inner, value, keys)

    def _any(self, schema: Schema, rule: Any, value: Any, keys: Keys) -> Iterator[Misfit]:
        if not any(self._fits(inner, value) for inner in rule):
            yield keys, _not_taken(schema, value)

    def _not(self, schema: Schema, rule: Any, value: Any, keys: Keys) -> Iterator[Misfit]:
        if self._fits(rule, value):
            yield keys, _not_taken(schema, value)


_Check = Callable[[Shape, Schema, Any, Any, Keys], Iterator[Misfit]]


def _alone(wrong: Callable[[Schema, Any, Any], str]) -> _Check:
    """Build the check for a keyword that concerns the value alone; `wrong` returns what is wrong, '' for nothing."""

    def check(shape: Shape, schema: Schema, rule: Any, value: Any, keys: Keys) -> Iterator[Misfit]:
        if what := wrong(schema, rule, value):
            yield keys, what

    return check


def _not_taken(schema: Schema, value: Any) -> str:
    why = schema.get("description", "").rstrip(".")
    return f"{shown(value)} is not allowed{': ' + why if why else ''}"


def _type(schema: Schema, rule: Any, value: Any) -> str:
    kinds = [_TYPES[name] for name in (rule if isinstance(rule, list) else [rule]) if name != "null"]
    wanted = " or ".join(words for words, _ in kinds)
    return "" if any(is_one(value) for _, is_one in kinds) else f"must be {wanted}, not {shown(value)}"


def _one_of(schema: Schema, allowed: list[Any], value: Any) -> str:
    if any(item == value and isinstance(item, bool) == isinstance(value, bool) for item in allowed):
        return ""
    words = [str(item) for item in allowed]
    return offer(value, words, f"{shown(value)} is not a choice")


def _least(schema: Schema, rule: Any, value: Any) -> str:
    return f"must be {rule} or more, not {value}" if _TYPES["number"][1](value) and value < rule else ""


def _most(schema: Schema, rule: Any, value: Any) -> str:
    return f"must be {rule} or less, not {value}" if _TYPES["number"][1](value) and value > rule else ""


def _longer(schema: Schema, rule: Any, value: Any) -> str:
    return "is empty" if isinstance(value, str) and len(value) < rule else ""


def _more(schema: Schema, rule: Any, value: Any) -> str:
    return "is empty" if isinstance(value, list) and len(value) < rule else ""


def _fuller(schema: Schema, rule: Any, value: Any) -> str:
    return "is empty" if isinstance(value, Mapping) and len(value) < rule else ""


def _pattern(schema: Schema, rule: Any, value: Any) -> str:
    return _not_taken(schema, value) if isinstance(value, str) and not re.search(rule, value) else ""


def _missing(schema: Schema, rule: Any, value: Any) -> str:
    missing = [name for name in rule if name not in value] if isinstance(value, Mapping) else []
    return f"'{missing[0]}' is missing" if missing else ""


_CHECKS: dict[str, _Check] = {
    "type": _alone(_type),
    "enum": _alone(_one_of),
    "const": _alone(lambda schema, rule, value: _one_of(schema, [rule], value)),
    "minimum": _alone(_least),
    "maximum": _alone(_most),
    "minLength": _alone(_longer),
    "minItems": _alone(_more),
    "minProperties": _alone(_fuller),
    "pattern": _alone(_pattern),
    "required": _alone(_missing),
    "properties": Shape._properties,
    "additionalProperties": Shape._additional,
    "items": Shape._items,
    "propertyNames": Shape._names,
    "dependencies": Shape._dependencies,
    "if": Shape._condition,
    "allOf": Shape._all,
    "anyOf": Shape._any,
    "not": Shape._not,
}
# `then` and `else` are checked with their `if`.
KEYWORDS = {*_CHECKS, *NOTES, *_OWN, "$ref", "then", "else"}
