"""Overrides of a recipe's connection template."""

from collections.abc import Sequence
from typing import Any

from ..base.documents import shown
from ..base.errors import AnswerError
from ..base.naming import listed, offer
from ..base.secrets import WAY_OUT, secret_in
from .readers import expandable


def overridden(
    template: dict[str, Any],
    overrides: dict[Any, Any],
    login: Sequence[str] = (),
    with_default: bool = False,
    where: str = "",
) -> dict[str, Any]:
    """Return `template` with the values of `overrides` merged in, block by block.

    The result is complete, because a block in a job replaces the recipe's block of that name. It has the keys of
    `login` only if they are given. With `with_default`, a variable may have a default, except inside a block, where the
    runner does not expand defaults. Raises `AnswerError` for a key that neither the template nor `login` has, a value
    of the wrong kind, or a literal secret.
    """
    result, known = dict(template), list(dict.fromkeys((*template, *login)))
    for key, value in overrides.items():
        place = f"{where}{key}"
        if key not in known:
            raise AnswerError(offer(key, known, f"unknown key '{place}'"))
        if isinstance(template.get(key), dict):
            if not isinstance(value, dict):
                raise AnswerError(f"{place} must be a mapping of {listed(template[key])}, not {shown(value)}")
            result[key] = overridden(template[key], value, where=f"{place}.")
        else:
            result[key] = _leaf(value, key, place, with_default)
    return result


def _leaf(value: Any, key: str, place: str, with_default: bool) -> Any:
    if not isinstance(value, str | int | float) or value == "":
        raise AnswerError(f"{place} must be text, a number or a flag, not {shown(value)}")
    if secret_in(value, key):
        raise AnswerError(f"{place}: {WAY_OUT}; it is a literal secret")
    return expandable(value, with_default)
