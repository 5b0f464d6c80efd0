"""Arrange the content of an asset in either of the two layouts, and split documents into groups of lines."""

from collections.abc import Iterator, Mapping
from typing import Any

from ..answers.questions.contract import ODCS

Said = Mapping[str, Any]

# Both layouts write these under the same keys, if they have a value.
_PLACE = {"domain": "domain", "dataProduct": "data_product"}
_REST = ("data_quality", "finops", "change_management")
# Keys that start a new group of lines, as does every key with more than one value.
_BEGINS = {"source_connector", "asset"}


def arranged(said: Said, layout: str) -> dict[str, Any]:
    """Return the part of an asset that describes it, in the key order of `layout`.

    `said` maps names to values. `status`, `description`, `team_roles`, `security`, `consent`, `retention_days`, and
    whatever both layouts write under the same key may be missing.
    """
    return _flat(said) if layout == ODCS else _nested(said)


def whole(described: Said, layout: str) -> dict[str, Any]:
    """Return the whole document for the part of an asset that describes it."""
    return dict(described) if layout == ODCS else {"asset": dict(described), "schema": described["schema"]}


def _flat(said: Said) -> dict[str, Any]:
    team, compliance = {"owner": said["owner"]}, _only(said, "classification", "regulations", "retention_days")
    if "team_roles" in said:
        team["roles"] = said["team_roles"]
    if "security" in said:
        compliance["security"] = said["security"]
    if "consent" in said:
        compliance["user_consent_required"] = said["consent"]
    return {
        "apiVersion": "v3.0.2",
        "kind": "DataContract",
        **_only(said, "id", "name", "version"),
        "status": said.get("status", "active"),
        **_place(said),
        **_only(said, "source_type", "object", "description", "schema"),
        "team": team,
        "tags": said["tags"],
        "compliance": compliance,
        **_only(said, *_REST, "target"),
    }


def _nested(said: Said) -> dict[str, Any]:
    labelled = {name: said[name] for name in ("classification", "regulations") if said[name]}
    return {
        **_only(said, "name", "source_type", "object", "version", "status"),
        **_place(said),
        **_only(said, "description", "schema"),
        "governance": {**_only(said, "owner", "tags"), **labelled, **_only(said, "retention_days")},
        **_only(said, *_REST, "target"),
    }


def _place(said: Said) -> dict[str, Any]:
    return {key: said[name] for key, name in _PLACE.items() if said.get(name)}


def _only(said: Said, *names: str) -> dict[str, Any]:
    return {name: said[name] for name in names if name in said}


def grouped(document: Said) -> Iterator[dict[str, Any]]:
    """Yield the keys of a document in groups; a template writes a blank line between them.

    Keys with a single value share a group. An empty target is left out.
    """
    group: dict[str, Any] = {}
    for key, value in document.items():
        if key == "target" and not value:
            continue
        alone = isinstance(value, Mapping | list)
        if group and (alone or key in _BEGINS):
            yield group
            group = {}
        group[key] = value
        if alone:
            yield group
            group = {}
    if group:
        yield group
