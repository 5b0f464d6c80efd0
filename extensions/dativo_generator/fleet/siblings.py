"""Replace the fields of one asset in the answer that holds the fields of a whole scaffold."""

from pathlib import Path
from typing import Any

from ..answers import readers
from ..base.errors import AnswerError
from ..base.paths import answers_file_of
from ..base.reading import is_file
from ..plan.destination import header_of
from .answers_files import read


def answer_of(asset: Path, object_name: str, fields: dict[str, Any]) -> dict[str, Any]:
    """Return the answer to `fields` for the scaffold that wrote an asset, with new fields for `object_name`.

    For a scaffold of one object, or an asset without a scaffold, these are just the fields.
    """
    path = asset.absolute()
    for root in path.parents:
        if (header := header_of(root, path.relative_to(root).as_posix())) is None:
            return fields
        scaffold, tenant = header
        if is_file(root, name := answers_file_of(tenant, scaffold)):
            recorded = _fields(root, name)
            return recorded | {object_name: fields} if len(recorded) > 1 and object_name in recorded else fields
    return fields


def _fields(root: Path, name: str) -> dict[str, Any]:
    """Return the recorded fields if they are given by object, else {}."""
    try:
        fields = readers.mapping((read(root, name).values or {}).get("fields", {}))
    except AnswerError:
        return {}
    return fields if all(isinstance(one, dict) for one in fields.values()) else {}
