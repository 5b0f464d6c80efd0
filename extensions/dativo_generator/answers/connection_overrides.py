"""Overrides of a recipe's connection template."""

from typing import Any

from ..base.documents import shown
from ..base.errors import AnswerError
from ..base.naming import listed, nearest
from ..base.secrets import WAY_OUT, secret_in
from .readers import expandable


def overridden(template: dict[str, Any], overrides: dict[Any, Any], where: str = "") -> dict[str, Any]:
    """Return `template` with the values of `overrides` in it, block by block.

    The result is whole, because a block in a job replaces the recipe's block of that name. Raises `AnswerError` for a
    key that the template does not have, a value of the wrong kind, a literal secret.
    """
    result = dict(template)
    for key, value in overrides.items():
        place = f"{where}{key}"
        if key not in template:
            raise AnswerError(f"unknown key '{place}'{nearest(str(key), template)} (known: {listed(template)})")
        if isinstance(template[key], dict):
            if not isinstance(value, dict):
                raise AnswerError(f"{place} must be a mapping of {listed(template[key])}, not {shown(value)}")
            result[key] = overridden(template[key], value, f"{place}.")
        else:
            result[key] = _leaf(value, key, place)
    return result


def _leaf(value: Any, key: str, place: str) -> Any:
    if not isinstance(value, str | int | float) or value == "":
        raise AnswerError(f"{place} must be text, a number or a flag, not {shown(value)}")
    if secret_in(value, key):
        raise AnswerError(f"{place} holds a literal secret; {WAY_OUT}")
    return expandable(value)
