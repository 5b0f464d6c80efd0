"""Rules for what the schema of assets cannot express, over one asset in either layout, without nulls."""

from collections.abc import Mapping
from typing import Any

from ..base.asset_layout import body_of, governance_of, inside
from ..base.naming import listed, offer
from ..base.secrets import secret_in
from ..registry.fields import AS_TEXT, KEPT
from ..registry.pack import Pack
from .findings import Problem, Problems

# The type to write instead of words that the runner does not know as types.
_MEANT = {**AS_TEXT, "int": "integer", "long": "integer", "bool": "boolean", "number": "double"}
_NO = ("no", "false", "off", "n", "f", "0")


def asset_problems(asset: Mapping[str, Any]) -> Problems:
    """Yield the problems of an asset."""
    body, above = body_of(asset), inside(asset)
    if not asset.get("schema"):
        yield Problem(("schema",), "asset", "the top level has none")
    elif asset.get("schema") != body.get("schema"):
        yield Problem(("schema",), "unusual", "make the top level agree with the asset; the runner uses the asset's")
    yield from _fields(body, above)
    governance, _, labels_of = governance_of(asset)
    labels = {field["classification"] for field in body["schema"] if isinstance(field.get("classification"), str)}
    if not labels <= set(governance.get("classification", [])):
        message = f"the asset does not carry the labels of its fields: {listed(sorted(labels))}"
        yield Problem((*labels_of, "classification"), "labels", message)
    if labels and "retention_days" not in governance:
        yield Problem(
            labels_of, "retention", f"has columns labelled {listed(sorted(labels))}, but no retention_days", True
        )
    partitioning = body.get("target", {}).get("partitioning", [])
    for index, column in enumerate(partitioning if isinstance(partitioning, list) else []):
        if column != "ingest_date":
            keys = (*above, "target", "partitioning", index)
            yield Problem(keys, "partitioning", f"use ingest_date; '{column}' is a column of the data")
    if secret_in(asset):
        yield Problem((), "secret", "put it in the environment; it is a literal secret")


def _fields(body: Mapping[str, Any], above: tuple[str | int, ...]) -> Problems:
    names = [field.get("name") for field in body.get("schema", [])]
    for index, field in enumerate(body.get("schema", [])):
        keys = (*above, "schema", index)
        if names[index] in names[:index]:
            yield Problem((*keys, "name"), "asset", f"'{names[index]}' is listed twice")
        required = field.get("required", False)
        if not isinstance(required, bool) and str(required).lower() in _NO and required:
            yield Problem((*keys, "required"), "asset", f"write false; '{required}' is text, which counts as true")


def column_problems(asset: Mapping[str, Any], pack: Pack) -> Problems:
    """Yield what people who write by hand easily miss: labels, and types that the runner does not keep."""
    body, above = body_of(asset), inside(asset)
    for index, field in enumerate(body["schema"]):
        keys = (*above, "schema", index)
        type_ = str(field.get("type", "string"))
        label = pack.judge(field["name"], type_, str(body["object"])).label
        if label and "classification" not in field:
            yield Problem((*keys, "name"), "unclassified", f"classify '{field['name']}'; it looks like {label}")
        if type_ not in KEPT:
            meant = _MEANT.get(type_)
            what = f"the runner stores '{type_}' as text"
            message = f"write {meant}; {what}" if meant else offer(type_, KEPT, what)
            yield Problem((*keys, "type"), "type", message)
