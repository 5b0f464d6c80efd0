"""Arrange the content of an asset in either of the two layouts, and split documents into groups of lines."""

from collections.abc import Iterator, Mapping
from typing import Any

from ..answers.questions.contract import ODCS

Values = Mapping[str, Any]

# Both layouts write these under the same keys, if they have a value.
_PLACE = {"domain": "domain", "dataProduct": "data_product"}
_REST = ("data_quality", "finops", "change_management")
# Keys that start a new group of lines, as does every key with more than one value.
_BEGINS = {"source_connector", "asset"}


def arranged(values: Values, layout: str) -> dict[str, Any]:
    """Return the part of an asset that describes it, in the key order of `layout`.

    `values` maps names to values. `status`, `description`, `team_roles`, `security`, `consent`, `retention_days`, and
    whatever both layouts write under the same key may be missing.
    """
    return _flat(values) if layout == ODCS else _nested(values)


def whole(described: Values, layout: str) -> dict[str, Any]:
    """Return the whole document for the part of an asset that describes it."""
    return dict(described) if layout == ODCS else {"asset": dict(described), "schema": described["schema"]}


def _flat(values: Values) -> dict[str, Any]:
    team, compliance = {"owner": values["owner"]}, _only(values, "classification", "regulations", "retention_days")
    if "team_roles" in values:
        team["roles"] = values["team_roles"]
    if "security" in values:
        compliance["security"] = values["security"]
    if "consent" in values:
        compliance["user_consent_required"] = values["consent"]
    return {
        "apiVersion": "v3.0.2",
        "kind": "DataContract",
        **_only(values, "id", "name", "version"),
        "status": values.get("status", "active"),
        **_place(values),
        **_only(values, "source_type", "object", "description", "schema"),
        "team": team,
        "tags": values["tags"],
        "compliance": compliance,
        **_only(values, *_REST, "target"),
    }


def _nested(values: Values) -> dict[str, Any]:
    labelled = {name: values[name] for name in ("classification", "regulations") if values[name]}
    return {
        **_only(values, "name", "source_type", "object", "version", "status"),
        **_place(values),
        **_only(values, "description", "schema"),
        "governance": {**_only(values, "owner", "tags"), **labelled, **_only(values, "retention_days")},
        **_only(values, *_REST, "target"),
    }


def _place(values: Values) -> dict[str, Any]:
    return {key: values[name] for key, name in _PLACE.items() if values.get(name)}


def _only(values: Values, *names: str) -> dict[str, Any]:
    return {name: values[name] for name in names if name in values}


def grouped(document: Values) -> Iterator[dict[str, Any]]:
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
