"""The choices that a question offers, and why some of them cannot be chosen."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from typing import NamedTuple

from ..base.naming import listed
from ..registry.connectors import Connector
from ..registry.runner import NATIVE, PLUGIN, Way

# A terminal shows about this many lines; the user narrows a longer list by a search first.
LONG_LIST = 25
# Not relevant, or not looked up.
_ANY = Way(NATIVE)


class Choice(NamedTuple):
    """One line of a list of choices; `reason` says why it cannot be chosen, or is '' if it can.

    The `label` is built when the line is shown: a connector's label needs its recipe, and there may be a thousand
    connectors.
    """

    label: Callable[[], str]
    value: str
    reason: str = ""


def plain(values: Iterable[str]) -> list[Choice]:
    """Return choices for values that are their own labels."""
    return [Choice(partial(str, value), value) for value in values]


def connectors(offered: Iterable[Connector], role: str, cloud: bool, way: Callable[[Connector], Way]) -> list[Choice]:
    """Offer connectors for a role, one per line; in cloud mode, forbidden ones are shown with the reason.

    `way` returns how the runner handles a connector.
    """
    offered = list(offered)
    width = max((len(connector.id) for connector in offered), default=0)

    def label(connector: Connector) -> str:
        return f"{connector.id:<{width}}  {summary(connector, role, way(connector))}"

    return [Choice(partial(label, connector), connector.id, forbidden(connector, cloud)) for connector in offered]


def forbidden(connector: Connector, cloud: bool) -> str:
    """Return why a connector cannot be used in this mode, or '' if it can."""
    return "not allowed in cloud" if cloud and not connector.allowed_in_cloud else ""


def matches(connector: Connector, search: str) -> bool:
    """Return whether every word of a search occurs in a connector's name, category or objects."""
    text = " ".join((connector.id, connector.shown_category, *connector.objects)).lower()
    return all(word in text for word in search.lower().split())


def summary(connector: Connector, role: str, way: Way = _ANY) -> str:
    """Describe a connector in one line: its category, and what it offers or needs in a role."""
    if way.how == PLUGIN:
        parts = []
    elif role == "source":
        selection = connector.selection
        offer = listed(connector.objects) if selection == "objects" else selection
        parts = [offer, "incremental" if connector.supports_incremental else "full reads"]
    else:
        parts = [listed(connector.file_formats), "schema evolution" if connector.supports_schema_evolution else ""]
    return " - ".join(dict.fromkeys(filter(None, (connector.shown_category, *parts, way.words))))
