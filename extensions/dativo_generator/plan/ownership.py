"""Who owns a file of a destination: the scaffold whose recorded answers give it.

A first line that names a scaffold proves nothing: whoever copies a file copies it, and a license or a `---` may stand
above it. It only says where a file comes from whose scaffold is gone, or cannot be read by this version of the pack.
"""

from collections.abc import Collection, Mapping
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import yaml

from ..answers import file_paths
from ..answers.scaffold import Scaffold
from ..answers.selection import Item, thing_of
from ..base import reading
from ..base.asset_layout import body_of
from ..base.documents import parse_bounded, shown
from ..base.errors import DativoError
from ..base.paths import VARIABLES, answers_file_of
from ..registry.pack import Pack
from .destination import Destination, Stored
from .plan import paths


class Owner(NamedTuple):
    """A scaffold that owns a file; `item` is what it reads of which the file speaks, None where that is not known."""

    tenant: str
    scaffold: str
    item: Item | None = None

    def __str__(self) -> str:
        return f"the scaffold {self.scaffold} of {self.tenant}"


def owned(pack: Pack, answers: Mapping[str, Any]) -> dict[str, Owner]:
    """Map the files of their own that recorded answers give to their owner; {} where they are not right here."""
    try:
        scaffold = Scaffold(pack, answers)
        items = {item.object: item for item in scaffold.items}
        name = scaffold["tenant_id"], scaffold["scaffold"]
        return {path: Owner(*name, items.get(object_name)) for object_name, path in paths(scaffold)}
    except DativoError:
        return {}


@cache
def _owned(pack: Pack, file: Stored) -> dict[str, Owner]:
    return owned(pack, file.answers)


def owners_of(pack: Pack, destination: Destination, wanted: Collection[str]) -> dict[str, Owner]:
    """Map those of the `wanted` paths to their owner that another scaffold owns, be they there or not."""
    found: dict[str, Owner] = {}
    for other in destination.others:
        # Cheap to tell, and true of nearly all: it can own no such path.
        if any(may_own(other.outline, path) for path in wanted):
            theirs = _owned(pack, other)
            found = {path: theirs[path] for path in wanted if path in theirs} | found
    for path in wanted:
        if path not in found and (owner := owner_by_header(destination, path)):
            found[path] = owner
    return found


def owner_of(pack: Pack, destination: Destination, path: str) -> Owner | None:
    """Return the other scaffold that owns `path`, be it there or not; None when nobody else does."""
    return owners_of(pack, destination, [path]).get(path)


def owner_by_header(destination: Destination, path: str) -> Owner | None:
    """Return the other scaffold that the header of a file names; None when it names none."""
    header = destination.header(path)
    if header and answers_file_of(header[1], header[0]) != destination.answers_file:
        return Owner(header[1], header[0])
    return None


def is_own(pack: Pack, destination: Destination, path: str) -> bool:
    """Return whether a file that is there came from the scaffold of the destination's answers file."""
    return destination.header(path) is not None or path in owned(pack, destination.recorded)


def misdescribed(root: Path, path: str, source: str, item: Item, owner: Owner | None) -> str:
    """Say why the asset at `path` does not describe what a scaffold reads of `source`; '' when it does."""
    try:
        text = reading.text(root, path)
        asset = None if text is None else parse_bounded(text)
    except (reading.ReadingError, yaml.YAMLError) as error:
        return f"{path}: cannot be read: {error}"
    return f"{path}: is not there" if text is None else differs(path, asset, source, item, owner and owner.item)


def differs(path: str, asset: Any, source: str, item: Item, described: Item | None) -> str:
    """Say why an asset does not describe `item`; '' when it does.

    Source and object must be the same, and of a table the qualified name, too, where it is known what is `described`.
    """
    body = body_of(asset) if isinstance(asset, Mapping) else {}
    if (body.get("source_type"), body.get("object")) != (source, item.object):
        return f"{path}: describes {shown(body.get('object'))} of {shown(body.get('source_type'))}"
    if described and thing_of(described.entry) != thing_of(item.entry):
        return f"{path}: describes {_said(described)}, and not {_said(item)}"
    return ""


def may_own(answers: Mapping[str, Any], path: str) -> bool:
    """Return whether recorded answers could give `path`: by the tenant or the source in it, or since they say it."""
    if path in file_paths.each(answers.get("paths")):
        return True
    *folders, _ = path.split("/")
    if folders and folders[0] in ("jobs", VARIABLES):
        return answers.get("tenant_id") in folders[1:2]
    return answers.get("source_connector") in folders


def _said(item: Item) -> str:
    """Name what an item reads, as its job does."""
    thing = thing_of(item.entry)
    return str(next(iter(thing.values()))) if isinstance(thing, Mapping) else str(thing)
