"""Who owns a file of a destination: the scaffold whose recorded answers render to it.

A first line that names a scaffold proves nothing: it is copied along with the file, and a license or a `---` may stand
above it. It only shows the origin of a file whose scaffold is gone, or which this version of the pack cannot read.
"""

from collections.abc import Collection, Mapping
from pathlib import Path
from shlex import quote
from typing import Any, NamedTuple

import yaml

from ..answers import file_paths
from ..answers.scaffold import Scaffold
from ..answers.selection import Item, thing_of
from ..base import reading
from ..base.asset_layout import body_of
from ..base.documents import parse_bounded, shown
from ..base.emit import flow
from ..base.errors import DativoError
from ..base.paths import VARIABLES, answers_file_of
from ..registry.pack import Pack, once
from .destination import Destination, Stored
from .plan import paths


class Owner(NamedTuple):
    """A scaffold that owns a file; `item` is the item that the file is about, or None if it is unknown."""

    tenant: str
    scaffold: str
    item: Item | None = None

    def __str__(self) -> str:
        return f"the scaffold {self.scaffold} of {self.tenant}"


def instead(object_name: str) -> str:
    """Return what to do about a file of an object that cannot be written to its path.

    `object_name` is '' for the list of environment variables, which belongs to no single object.
    """
    if not object_name:
        return "write none with --data env_example=no"
    answer = f"asset_names={flow({object_name: 'NAME'})}"
    return f"write another with --data {quote(answer)}"


def owned(pack: Pack, answers: Mapping[str, Any]) -> dict[str, Owner]:
    """Map the files that only these recorded answers write to their owner; {} if this version refuses the answers."""
    try:
        scaffold = Scaffold(pack, answers)
        items = {item.object: item for item in scaffold.items}
        name = scaffold["tenant_id"], scaffold["scaffold"]
        return {path: Owner(*name, items.get(object_name)) for object_name, path in paths(scaffold)}
    except DativoError:
        return {}


@once
def _owned(pack: Pack, file: Stored) -> dict[str, Owner]:
    return owned(pack, file.answers)


def owners_of(pack: Pack, destination: Destination, wanted: Collection[str]) -> dict[str, Owner]:
    """Map those `wanted` paths that another scaffold owns to their owner, whether or not the files exist."""
    found: dict[str, Owner] = {}
    for other in destination.others:
        # A cheap check that rules out nearly every scaffold.
        if any(may_own(other.outline, path) for path in wanted):
            theirs = _owned(pack, other)
            found = {path: theirs[path] for path in wanted if path in theirs} | found
    for path in wanted:
        if path not in found and (owner := owner_by_header(destination, path)):
            found[path] = owner
    return found


def owner_of(pack: Pack, destination: Destination, path: str) -> Owner | None:
    """Return the other scaffold that owns `path`, whether or not the file exists; None if there is none."""
    return owners_of(pack, destination, [path]).get(path)


def owner_by_header(destination: Destination, path: str) -> Owner | None:
    """Return the other scaffold that the header of a file names; None if it names none."""
    header = destination.header(path)
    if header and answers_file_of(header[1], header[0]) != destination.answers_file:
        return Owner(header[1], header[0])
    return None


def is_own(pack: Pack, destination: Destination, path: str) -> bool:
    """Return whether an existing file came from the scaffold of the destination's answers file."""
    return destination.header(path) is not None or path in owned(pack, destination.recorded)


def misdescribed(root: Path, path: str, source: str, item: Item, owner: Owner | None) -> str:
    """Return why the asset at `path` does not describe what a scaffold reads from `source`; '' if it does."""
    try:
        text = reading.text(root, path)
        asset = None if text is None else parse_bounded(text)
    except (reading.ReadingError, yaml.YAMLError) as error:
        return f"{path}: cannot be read: {error}"
    return f"{path}: is not there" if text is None else differs(path, asset, source, item, owner and owner.item)


def differs(path: str, asset: Any, source: str, item: Item, described: Item | None) -> str:
    """Return why an asset does not describe `item`; '' if it does.

    Source and object must match. For a table, the qualified name must match too if the `described` item is known.
    """
    body = body_of(asset) if isinstance(asset, Mapping) else {}
    if (body.get("source_type"), body.get("object")) != (source, item.object):
        return f"{path}: describes {shown(body.get('object'))} of {shown(body.get('source_type'))}"
    if described and thing_of(described.entry) != thing_of(item.entry):
        return f"{path}: describes {_said(described)}, not {_said(item)}"
    return ""


def may_own(answers: Mapping[str, Any], path: str) -> bool:
    """Return whether recorded answers could render `path`: it has their tenant or source in it, or `paths` names it."""
    if path in file_paths.each(answers.get("paths")):
        return True
    *folders, _ = path.split("/")
    if folders and folders[0] in ("jobs", VARIABLES):
        return answers.get("tenant_id") in folders[1:2]
    return answers.get("source_connector") in folders


def _said(item: Item) -> str:
    """Return the name of an item as its job writes it."""
    thing = thing_of(item.entry)
    return str(next(iter(thing.values()))) if isinstance(thing, Mapping) else str(thing)
