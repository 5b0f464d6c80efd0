"""Check values against the JSON Schemas of what the runner accepts, with messages in plain words."""

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import jsonschema_rs
from jsonschema import Draft7Validator
from jsonschema.exceptions import ValidationError

from ..base.asset_layout import Keys
from ..base.documents import shown
from ..base.naming import offer
from .misfits import Misfit

# An error against one of these keywords leaves the shape of a file valid, so the other rules can still examine it.
_SHAPELY = {"additionalProperties", "enum", "maximum", "minimum", "minLength", "not", "pattern", "propertyNames"}

# The texts that the runner parses as booleans.
_SWITCHES = {"true", "t", "yes", "y", "on", "1", "false", "f", "no", "n", "off", "0"}


class JsonSchemas:
    """The schemas of a pack."""

    def __init__(self, root: Path) -> None:
        """Read the schemas below `root`."""
        texts = {name: (root / "schemas" / f"{name}.schema.json").read_text("utf-8") for name in ("job", "asset")}
        schemas = {name: json.loads(text) for name, text in texts.items()}
        self._quick = {name: jsonschema_rs.Draft7Validator(schema) for name, schema in schemas.items()}
        self._validators = {name: Draft7Validator(schema) for name, schema in schemas.items()}

    def misfits(self, schema: str, value: Any) -> Iterator[Misfit]:
        """Yield where a value does not fit the schema ``job`` or ``asset``."""
        if self._is_valid(schema, value):
            return
        for error in self._validators[schema].iter_errors(value):
            yield from _misfits(error)

    def _is_valid(self, schema: str, value: Any) -> bool:
        """Return whether a value certainly fits: a thousand times faster than listing what does not fit."""
        try:
            return self._quick[schema].is_valid(value)
        except ValueError:  # a key is not text
            return False


_TYPES = {
    "string": "text",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
    "object": "a mapping",
    "array": "a list",
}


def _misfits(error: ValidationError) -> Iterator[Misfit]:
    keys: Keys = tuple(error.absolute_path)
    schema = error.schema
    stated = _stated(error)
    shapely = error.validator in _SHAPELY or bool(stated)
    if error.validator == "additionalProperties" and isinstance(error.instance, Mapping):
        properties = schema.get("properties", {})
        known = [name for name in properties if name not in error.instance]
        for name in error.instance:
            if name not in properties:
                message = offer(name, known, "unknown key")
                yield Misfit(keys, stated or "unknown-key", message, shapely, (name,))
    elif error.validator == "required":
        missing = [name for name in error.validator_value if name not in error.instance]
        yield from (Misfit(keys, stated or "schema", f"'{name}' is missing", shapely) for name in missing)
    elif error.validator == "type" and schema.get("x-lax") and _is_turned(error.instance, error.validator_value):
        yield Misfit(keys, "unusual", _message(error), True)
    else:
        yield Misfit(keys, stated or "schema", _message(error), shapely)


def _is_turned(value: Any, wanted: str | list[str]) -> bool:
    """Return whether the runner converts a value to the wanted type: ``"30"`` to a number, ``yes`` to true."""
    types = [wanted] if isinstance(wanted, str) else wanted
    if "boolean" in types:
        return str(value).lower() in _SWITCHES if isinstance(value, str) else value in (0, 1)
    if isinstance(value, str):
        return re.fullmatch(r"\s*[+-]?[0-9]+(\.0+)?\s*", value) is not None
    return isinstance(value, bool) or (isinstance(value, float) and value.is_integer())


def _message(error: ValidationError) -> str:
    """Return the message for an error, in plain words."""
    value, rule = error.instance, error.validator_value
    if error.validator in ("enum", "const"):
        allowed = [str(item) for item in (rule if error.validator == "enum" else [rule])]
        return offer(value, allowed, f"{shown(value)} is not a choice")
    if error.validator == "type":
        wanted = " or ".join(_TYPES.get(type_, type_) for type_ in (rule if isinstance(rule, list) else [rule]))
        return f"must be {wanted}, not {shown(value)}"
    if error.validator == "minimum":
        return f"must be {rule} or more, not {shown(value)}"
    if error.validator == "maximum":
        return f"must be {rule} or less, not {shown(value)}"
    if error.validator in ("minLength", "minItems"):
        return "is empty"
    why = _description(error)
    verdict = "unusual" if _stated(error) == "unusual" else "not allowed"
    return f"{shown(value)} is {verdict}{': ' + why if why else ''}"


def _stated(error: ValidationError) -> str:
    """Return the rule that a schema's `x-rules` name for a keyword; '' if they name none."""
    return error.schema.get("x-rules", {}).get(error.validator, "") if isinstance(error.schema, Mapping) else ""


def _description(error: ValidationError) -> str:
    """Return the nearest description in the schema of the refused value."""
    description = error.schema.get("description", "") if isinstance(error.schema, Mapping) else ""
    above: Any = error.parent
    while not description and above is not None:
        description = above.schema.get("description", "")
        above = above.parent
    return re.sub(r"\s+", " ", description).rstrip(".")
