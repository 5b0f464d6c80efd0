"""The JSON Schemas as tables: a row for each possible key of a file, in the order of the schema."""

from collections.abc import Iterator, Mapping
from typing import Any

Schema = Mapping[str, Any]
HEAD = ["| key | type or values | required | what it says |", "|---|---|---|---|"]


def layouts(top: Schema) -> Iterator[tuple[str, Schema]]:
    """Yield the title and the schema of each form of a file: a single one, or the targets of ``then`` and ``else``."""
    branches = [resolved(top, top[word]) for word in ("then", "else") if word in top]
    for branch in branches or [top]:
        yield branch["title"], branch


def rows(top: Schema, part: Schema, path: str = "", seen: tuple[str, ...] = ()) -> Iterator[str]:
    """Yield a row for each key below `part`, a subschema of `top`; references to itself are not followed."""
    for name, stated in part.get("properties", {}).items():
        yield from _key(top, stated, f"{path}{name}", name in part.get("required", ()), seen)
    others = part.get("additionalProperties")
    # Keys of any name get a row if the schema describes them, and not only the whole.
    if isinstance(others, dict) and {"description", "properties"} & set(resolved(top, others)):
        yield from _key(top, others, f"{path}<name>", False, seen)


def _key(top: Schema, stated: Schema, path: str, required: bool, seen: tuple[str, ...]) -> Iterator[str]:
    schema = resolved(top, stated)
    reference = stated.get("$ref", "")
    yield f"| `{path}` | {kind(top, schema)} | {'yes' if required else ''} | {_safe(schema.get('description', ''))} |"
    below, step = schema, "."
    if "array" in _types(schema):
        items = schema.get("items", {})
        below, reference, step = resolved(top, items), items.get("$ref", reference), "[]."
    if reference not in seen:
        yield from rows(top, below, f"{path}{step}", (*seen, reference) if reference else seen)


def resolved(top: Schema, schema: Schema) -> Schema:
    """Follow a reference; keys next to it override those of its target."""
    while "$ref" in schema:
        target: Any = top
        for step in schema["$ref"].removeprefix("#/").split("/"):
            target = target[step]
        schema = {**target, **{key: value for key, value in schema.items() if key != "$ref"}}
    return schema


def kind(top: Schema, schema: Schema) -> str:
    """Describe in a word or two what a value may be."""
    if "const" in schema:
        return f"`{schema['const']}`"
    if "enum" in schema:
        return ", ".join(f"`{value}`" for value in schema["enum"])
    said = " or ".join(_types(schema))
    if said == "array":
        items = resolved(top, schema.get("items", {}))
        return f"list of {kind(top, items)}" if "enum" in items else f"list of {_plural(kind(top, items))}"
    if "minimum" in schema:
        return f"{said}, at least {schema['minimum']}"
    if said == "object" and schema.get("additionalProperties", True) is not False:
        return "open object"
    return said


def _types(schema: Schema) -> list[str]:
    """List the types of a value, without null, which means the same as no key."""
    types = schema.get("type", "any")
    return [types] if isinstance(types, str) else [type_ for type_ in types if type_ != "null"]


def _plural(said: str) -> str:
    return "objects" if said == "object" else said if said == "any" else f"{said}s"


def _safe(text: str) -> str:
    # A bar would end the cell, an angle bracket begin HTML, a star emphasis.
    return text.replace("|", "\\|").replace("<", "&lt;").replace("*", "\\*")
