"""Map each key of a job or an asset to the question that sets it."""

from collections.abc import Iterator, Mapping
from fnmatch import fnmatchcase
from typing import Any

from ..answers.scaffold import Scaffold
from ..base.asset_layout import Keys

# Keys whose question has another name; '' for required keys that have no effect: every job has them, and nobody decides
# them.
_QUESTIONS = {
    "access_key_id": "storage",
    "dataProduct": "data_product",
    "environment": "",
    "level": "log_level",
    "mode": "schema_mode",
    "region": "storage",
    "roles": "team_roles",
    "schema": "fields",
    "secret_access_key": "storage",
    "source_connector": "",
    "state_path": "state_dir",
    "target_connector": "",
    "uri": "catalog_uri",
    "user_consent_required": "consent",
}
# Questions that have an explicit answer for "nothing", which decides more than one key.
_SAY_NOTHING = ("incremental", "catalog_uri", "state_dir")
# Keys that an entry of a list has in addition to the answer: the name and the cursor of an item, and `required: false`
# of a field.
_ADDED = ("object", "cursor_field", "required")


def owner(scaffold: Scaffold, keys: Keys) -> str:
    """Return the question that alone sets the value at `keys` or above them, or '' if there is none."""
    above = [".".join(map(str, keys[: end + 1])) for end in range(len(keys))]
    for name, question in scaffold.questions.items():
        if any(fnmatchcase(key, pattern) for pattern in question.owns for key in above):
            return "" if scaffold.inapplicable(name) else name
    return ""


def decided(scaffold: Scaffold, keys: Keys, value: Any) -> str:
    """Return the question whose answer is the `value` at `keys`, or a part of it; '' if nobody answered it."""
    if any(isinstance(key, int) for key in keys):  # an entry of a list, which is itself the answer
        added = keys[-1] in _ADDED and not (keys[-1] == "required" and value)
        name = [key for key in keys if isinstance(key, str)][-2]
        return "" if added else _QUESTIONS.get(name, name)
    return next((name for name in _questions(keys[-1], value) if _is_decided(scaffold, name)), "")


def _questions(key: Any, value: Any) -> Iterator[str]:
    """Yield the questions that may set a key or anything below it."""
    yield _QUESTIONS.get(key, key)
    for inner in value if isinstance(value, Mapping) else ():
        yield from _questions(inner, value[inner])


def _is_decided(scaffold: Scaffold, name: str) -> bool:
    return name in _SAY_NOTHING or name == scaffold.source.selection or scaffold.is_said(name)
