"""Columns of a JSON Schema, and of the components of an OpenAPI document."""

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from ..document import parsed
from ..source import Options, Reader, Source
from ..table import Column, ImportFailed, Table, library
from ..types import Kind

# A schema may refer to itself.
_DEEPEST = 40

# (type, format) of a value; a format that is not listed says nothing about the kind.
JSON_KINDS: dict[tuple[str, str], Kind] = {
    ("string", ""): Kind.TEXT,
    ("string", "date"): Kind.DATE,
    ("string", "date-time"): Kind.INSTANT,
    ("string", "time"): Kind.TIME,
    ("string", "duration"): Kind.TIME,
    ("string", "decimal"): Kind.DECIMAL,
    ("string", "singer.decimal"): Kind.DECIMAL,
    ("integer", ""): Kind.INTEGER,
    ("number", ""): Kind.DOUBLE,
    ("number", "int32"): Kind.INTEGER,
    ("number", "int64"): Kind.INTEGER,
    ("number", "decimal"): Kind.DECIMAL,
    ("boolean", ""): Kind.BOOLEAN,
    ("object", ""): Kind.NESTED,
    ("array", ""): Kind.NESTED,
}
_PYTHON_TYPES = {str: "string", bool: "boolean", int: "integer", float: "number", dict: "object", list: "array"}


class Schemas:
    """A document and what it refers to: places in itself, and files beside it. Nothing is fetched."""

    def __init__(self, document: Any, path: Path) -> None:
        """Hold a parsed document that stands at `path`."""
        referencing = library("referencing", "Reading a JSON Schema")
        library("referencing.jsonschema", "Reading a JSON Schema")
        self.path = path
        self._errors = (referencing.exceptions.Unresolvable, referencing.exceptions.NoSuchResource)
        specification = referencing.jsonschema.DRAFT202012

        def retrieve(uri: str) -> Any:
            return referencing.Resource(contents=parsed(Path(uri.removeprefix("file://"))), specification=specification)

        uri = path.resolve().as_uri()
        resource = referencing.Resource(contents=document, specification=specification)
        self._resolver = referencing.Registry(retrieve=retrieve).with_resource(uri, resource).resolver(uri)

    def at(self, reference: str) -> "Place":
        """Return what stands at a reference, like ``#/components/schemas/customer``."""
        return Place(self, self._look_up(self._resolver, reference))

    def _look_up(self, resolver: Any, reference: str) -> Any:
        if "://" in reference:
            raise ImportFailed(f"{self.path}: refers to {reference}, which is not fetched; put it beside the file")
        try:
            return resolver.lookup(reference)
        except self._errors:
            raise ImportFailed(f"{self.path}: has nothing at '{reference}'") from None


class Place:
    """A schema, and where its own references start from."""

    def __init__(self, schemas: Schemas, resolved: Any) -> None:
        """Hold what a reference led to."""
        self._schemas, self._resolved = schemas, resolved
        self.value = resolved.contents

    def flat(self, schema: Any = None, depth: int = 0) -> dict[str, Any]:
        """Return a schema with its references and `allOf` put in, and of alternatives the one that is not null."""
        schema = self.value if schema is None else schema
        if not isinstance(schema, Mapping):
            return {}  # `true` takes everything
        if depth > _DEEPEST:
            return {"type": "object"}
        merged: dict[str, Any] = {}
        if isinstance(reference := schema.get("$ref"), str):
            place = Place(self._schemas, self._schemas._look_up(self._resolved.resolver, reference))
            merged = place.flat(depth=depth + 1)
        for part in schema.get("allOf") or ():
            _merge(merged, self.flat(part, depth + 1))
        _merge(merged, {key: value for key, value in schema.items() if key not in ("$ref", "allOf")})
        for word in ("anyOf", "oneOf"):
            if isinstance(choices := merged.get(word), list) and "properties" not in merged:
                merged = self._chosen({k: v for k, v in merged.items() if k != word}, choices, depth)
        return merged

    def _chosen(self, rest: dict[str, Any], choices: list[Any], depth: int) -> dict[str, Any]:
        found = [self.flat(choice, depth + 1) for choice in choices]
        real = [one for one in found if types_of(one) != {"null"}]
        types = {name for one in found for name in types_of(one)}
        if len(real) == 1:
            return real[0] | rest | ({"type": sorted(types)} if types else {})
        formats = {one.get("format", "") for one in real}
        return rest | {"type": sorted(types)} | ({"format": formats.pop()} if len(formats) == 1 else {})

    def columns(self, kind: "Callable[[str, dict[str, Any]], Kind] | None" = None) -> Iterator[Column]:
        """Yield a column for each property; `kind` judges one where the source knows more than its schema."""
        whole = self.flat()
        if "array" in types_of(whole) and "properties" not in whole:
            whole = self.flat(whole.get("items") or {})
        required = whole.get("required")
        required = set(required) if isinstance(required, list) else set()
        for name, schema in (whole.get("properties") or {}).items():
            flat = self.flat(schema)
            yield Column(
                str(name),
                kind(str(name), flat) if kind else kind_of_schema(flat),
                _native(flat),
                name in required and not is_nullable(flat),
                " ".join(str(flat.get("description") or "").split()),
            )


def _merge(into: dict[str, Any], schema: Mapping[str, Any]) -> None:
    for key, value in schema.items():
        if key == "properties" and isinstance(value, Mapping):
            into[key] = into.get(key, {}) | dict(value)
        elif key == "required" and isinstance(value, list):
            into[key] = [*into.get(key, []), *value]
        else:
            into[key] = value


def types_of(schema: Mapping[str, Any]) -> set[str]:
    """Return the types that a schema allows, null among them; guessed from its values where it names none."""
    stated = schema.get("type")
    if isinstance(stated, str):
        return {stated} | ({"null"} if schema.get("nullable") is True else set())
    if isinstance(stated, list):
        return {str(name) for name in stated}
    if "properties" in schema:
        return {"object"}
    if "items" in schema:
        return {"array"}
    values = [schema["const"]] if "const" in schema else schema.get("enum") or ()
    return {_PYTHON_TYPES.get(type(value), "null") for value in values}


def is_nullable(schema: Mapping[str, Any]) -> bool:
    """Tell whether a schema takes null."""
    return "null" in types_of(schema) or schema.get("nullable") is True


def kind_of_schema(schema: Mapping[str, Any]) -> Kind:
    """Return the kind of the values that a flat schema takes."""
    types = types_of(schema) - {"null"}
    if types == {"integer", "number"}:
        types = {"number"}
    if types <= {"object", "array"} and types:
        return Kind.NESTED
    if len(types) != 1:
        return Kind.TEXT
    (name,) = types
    form = str(schema.get("format") or "")
    if name == "integer" and not -(2**63) <= _number(schema.get("maximum")) < 2**63:
        return Kind.HUGE
    return JSON_KINDS.get((name, form)) or JSON_KINDS.get((name, ""), Kind.TEXT)


def _number(value: Any) -> float:
    return value if isinstance(value, int | float) and value < 2**64 else 0


def _native(schema: Mapping[str, Any]) -> str:
    words = [" or ".join(sorted(types_of(schema) - {"null"})), str(schema.get("format") or "")]
    return " ".join(filter(None, words))


def read_json_schema(document: Any, path: Path, fragment: str) -> list[Table]:
    """Read the schema of a document, or the one at a JSON pointer in it, as one table."""
    place = Schemas(document, path).at(f"#{fragment}")
    schema = place.flat()
    title = str(schema.get("title") or path.name.split(".")[0])
    name = fragment.rstrip("/").rpartition("/")[2] if fragment else title
    columns = tuple(place.columns())
    if not columns:
        what = (
            f"'#{fragment}' describes no object with properties" if fragment else "describes no object with properties"
        )
        raise ImportFailed(f"{path}: {what}; name one behind a #, like #/$defs/customer")
    return [Table(name, columns, str(schema.get("description") or ""))]


def read_openapi(document: Any, path: Path, fragment: str) -> list[Table]:
    """Read the schemas of an OpenAPI document that describe objects, or the one at a JSON pointer."""
    if fragment:
        return read_json_schema(document, path, fragment)
    schemas = Schemas(document, path)
    where = "/definitions" if "swagger" in document else "/components/schemas"
    found = document.get("definitions") if "swagger" in document else (document.get("components") or {}).get("schemas")
    tables = []
    for name in found or {}:
        pointer = str(name).replace("~", "~0").replace("/", "~1")
        if columns := tuple((place := schemas.at(f"#{where}/{pointer}")).columns()):
            tables.append(Table(str(name), columns, str(place.flat().get("description") or "")))
    return tables


class OpenApi(Reader):
    """The schemas of an OpenAPI document."""

    order = 40
    marks = ('"openapi"', '"swagger"')

    def accepts(self, source: Source) -> bool:
        """Tell whether a document says that it is one."""
        document = source.document
        return isinstance(document, dict) and ("openapi" in document or "swagger" in document)

    def read(self, source: Source, options: Options) -> list[Table]:
        """Read its schemas, or the one that is pointed to."""
        return read_openapi(source.document, source.path, source.fragment)


class JsonSchema(Reader):
    """A JSON Schema, or one inside a document."""

    # After all that say plainly what they are: much looks like a JSON Schema.
    order = 60
    marks = ('"$schema"', '"properties"', '"$ref"', '"$defs"', '"definitions"')

    def accepts(self, source: Source) -> bool:
        """Tell whether a document is pointed into, says that it is one, or describes the properties of an object."""
        document = source.document
        if not isinstance(document, dict):
            return False
        if source.fragment or "json-schema.org" in str(document.get("$schema")):
            return True
        of_object = document.get("type", "object") in ("object", ["object"])
        return isinstance(document.get("properties"), dict) and of_object

    def read(self, source: Source, options: Options) -> list[Table]:
        """Read it as one table."""
        return read_json_schema(source.document, source.path, source.fragment)


READERS = (OpenApi, JsonSchema)
