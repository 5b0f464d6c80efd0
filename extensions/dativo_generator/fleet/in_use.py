"""The connectors and objects of the registry that a repository uses, at which versions, and which of them are gone."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from ..base.versions import version_of
from ..registry.connectors import ROLES
from ..registry.pack import Pack
from .inventory import Row


@dataclass(frozen=True)
class InUse:
    """An id of the registry, ``connector`` or ``connector.object``, in a role; `names` are its users.

    `versions` lists the versions of the template that wrote them, the oldest first; `gone` says what became of an id
    that the current registry no longer has, or is '' if it has it.
    """

    id: str
    role: str
    names: tuple[str, ...]
    versions: tuple[str, ...]
    gone: str = ""


def in_use(rows: Iterable[Row], pack: Pack) -> list[InUse]:
    """List the ids in use, sorted."""
    users: dict[tuple[str, str], list[Row]] = {}
    for row in rows:
        for use in _ids(row, pack):
            users.setdefault(use, []).append(row)
    return [
        InUse(
            id_,
            role,
            names=tuple(row.name for row in own),
            versions=tuple(sorted({row.version for row in own if row.version}, key=lambda one: (version_of(one), one))),
            gone=_gone(id_, role, pack),
        )
        for (id_, role), own in sorted(users.items())
    ]


def _ids(row: Row, pack: Pack) -> Iterator[tuple[str, str]]:
    for role in ROLES:
        if connector := getattr(row, role):
            yield connector, role
    known = pack.registry.get(row.source)
    for name in row.objects:
        # Tables and files have no ids; an object of a removed connector has one if the lifecycle knows its fate.
        if known.selection == "objects" if known else pack.lifecycle.fate(row.source, name):
            yield f"{row.source}.{name}", "object"


def _gone(id_: str, role: str, pack: Pack) -> str:
    connector, _, name = id_.partition(".")
    known = pack.registry.get(connector)
    if known and (name in known.objects if role == "object" else role in known.roles):
        return ""
    what = "is not in the registry" if role == "object" else f"is not a {role} of the registry"
    return pack.lifecycle.fate(connector, name) or what
