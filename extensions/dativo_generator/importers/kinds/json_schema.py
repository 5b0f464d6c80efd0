"""Columns of a JSON Schema, and of the components of an OpenAPI document."""

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from ..references import Document, Documents
from ..shapes import line_of, list_of, mapping_of, text_in, texts_in
from ..source import Options, Reader, Source
from ..table import Column, ImportFailed, Table
from ..types import Kind

# So many references lead on from one to the next, and of so many parts consist the schemas of a document with all that
# they refer to; a large API has some hundred thousand.
_DEEPEST, _PARTS = 100, 2_000_000

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
    """Schemas of one document and of what it refers to; `spent` counts what has been put together of them."""

    def __init__(self, document: Any, path: Path) -> None:
        """Hold a parsed document that stands at `path`."""
        self.path, self._spent = path, 0
        self._documents = Documents(path, document)
        # What is known of schemas, by their identity; None of one that is being looked at.
        self.known: dict[int, dict[str, Any] | None] = {}

    def at(self, reference: str) -> "Place":
        """Return what stands at a reference, like ``#/components/schemas/customer``; raises `ImportFailed`."""
        return Place(self, *self._documents.first.at(reference))

    def place(self, schema: Any) -> "Place":
        """Return a schema that stands in the document itself."""
        return Place(self, schema, self._documents.first)

    def spend(self, parts: int) -> None:
        """Count parts; raises `ImportFailed` where a document says, by referring to itself, more than anybody reads."""
        self._spent += parts
        if self._spent > _PARTS:
            raise ImportFailed(f"{self.path}: refers to itself so often that more than {_PARTS:,} parts come of it")


class Place:
    """A schema, and the document in which its own references start."""

    def __init__(self, schemas: Schemas, value: Any, document: Document) -> None:
        """Hold a value of a document."""
        self._schemas, self.value, self._document = schemas, value, document

    def at(self, value: Any) -> "Place":
        """Return a schema of the same document."""
        return Place(self._schemas, value, self._document)

    def flat(self, depth: int = 0) -> dict[str, Any]:
        """Return the schema with its references and `allOf` put in, and of alternatives the one that is not null.

        Its `properties`, a mapping, and its `items` are places. One that is part of itself adds nothing there.
        """
        if not isinstance(self.value, Mapping):
            return {}  # `true` takes everything
        known = self._schemas.known
        key = id(self.value)
        if key not in known:
            if depth > _DEEPEST:
                raise ImportFailed(f"{self._document.path}: refers to itself too deeply")
            known[key] = None
            known[key] = self._flattened(self.value, depth + 1)
        return known[key] or {}

    def _flattened(self, schema: Mapping[str, Any], depth: int) -> dict[str, Any]:
        where = f"{self._document.path}: schema"
        merged: dict[str, Any] = {}
        if reference := text_in(schema.get("$ref")):
            self._merge(merged, Place(self._schemas, *self._document.at(reference)).flat(depth))
        for part in list_of(schema.get("allOf"), f"{where}: allOf"):
            self._merge(merged, self.at(part).flat(depth))
        own = {key: value for key, value in schema.items() if key not in ("$ref", "allOf")}
        if "properties" in own:
            properties = mapping_of(own["properties"], f"{where}: properties")
            own["properties"] = {name: self.at(value) for name, value in properties.items()}
        if "items" in own:
            own["items"] = self.at(own["items"])
        self._merge(merged, own)
        for word in ("anyOf", "oneOf"):
            if "properties" not in merged and word in merged:
                choices = [self.at(choice).flat(depth) for choice in list_of(merged.pop(word), f"{where}: {word}")]
                merged = _chosen(merged, choices)
                self._schemas.spend(len(merged))
        return merged

    def _merge(self, into: dict[str, Any], schema: Mapping[str, Any]) -> None:
        for key, value in schema.items():
            if key == "properties":
                into[key] = into.get(key, {}) | value
                self._schemas.spend(len(into[key]))
            elif key == "required":
                into[key] = [*into.get(key, ()), *texts_in(value)]
                self._schemas.spend(len(into[key]))
            else:
                into[key] = value
        self._schemas.spend(len(schema))

    def columns(self, kind: "Callable[[str, dict[str, Any]], Kind] | None" = None) -> Iterator[Column]:
        """Yield a column for each property; `kind` judges one where the source knows more than its schema."""
        whole = self.flat()
        if "array" in types_of(whole) and "properties" not in whole and "items" in whole:
            whole = whole["items"].flat()
        required = set(whole.get("required", ()))
        for name, place in whole.get("properties", {}).items():
            flat = place.flat()
            yield Column(
                name,
                kind(name, flat) if kind else kind_of_schema(flat),
                _native(flat),
                name in required and not is_nullable(flat),
                line_of(flat.get("description")),
            )


def _chosen(rest: dict[str, Any], found: list[dict[str, Any]]) -> dict[str, Any]:
    real = [one for one in found if types_of(one) != {"null"}]
    types = {name for one in found for name in types_of(one)}
    if len(real) == 1:
        return real[0] | rest | ({"type": sorted(types)} if types else {})
    formats = {text_in(one.get("format")) for one in real}
    return rest | {"type": sorted(types)} | ({"format": formats.pop()} if len(formats) == 1 else {})


def types_of(schema: Mapping[str, Any]) -> set[str]:
    """Return the types that a schema allows, null among them; guessed from its values where it names none."""
    stated = schema.get("type")
    if isinstance(stated, str):
        return {stated} | ({"null"} if schema.get("nullable") is True else set())
    if isinstance(stated, list):
        return set(texts_in(stated))
    if "properties" in schema:
        return {"object"}
    if "items" in schema:
        return {"array"}
    stated = schema.get("enum")
    values = [schema["const"]] if "const" in schema else stated if isinstance(stated, list) else ()
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
    form = text_in(schema.get("format"))
    if name == "integer" and not -(2**63) <= _number(schema.get("maximum")) < 2**63:
        return Kind.HUGE
    return JSON_KINDS.get((name, form)) or JSON_KINDS.get((name, ""), Kind.TEXT)


def _number(value: Any) -> float:
    return value if isinstance(value, int | float) and -(2**64) < value < 2**64 else 0


def _native(schema: Mapping[str, Any]) -> str:
    words = [" or ".join(sorted(types_of(schema) - {"null"})), text_in(schema.get("format"))]
    return " ".join(filter(None, words))


def read_json_schema(document: Any, path: Path, fragment: str) -> list[Table]:
    """Read the schema of a document, or the one at a JSON pointer in it, as one table."""
    place = Schemas(document, path).at(f"#{fragment}")
    schema = place.flat()
    title = text_in(schema.get("title")) or path.name.split(".")[0]
    name = fragment.rstrip("/").rpartition("/")[2] if fragment else title
    columns = tuple(place.columns())
    if not columns:
        what = (
            f"'#{fragment}' describes no object with properties" if fragment else "describes no object with properties"
        )
        raise ImportFailed(f"{path}: {what}; name one behind a #, like #/$defs/customer")
    return [Table(name, columns, text_in(schema.get("description")))]


def read_openapi(document: Any, path: Path, fragment: str) -> list[Table]:
    """Read the schemas of an OpenAPI document that describe objects, or the one at a JSON pointer."""
    if fragment:
        return read_json_schema(document, path, fragment)
    schemas = Schemas(document, path)
    if "swagger" in document:
        found = mapping_of(document.get("definitions"), f"{path}: definitions")
    else:
        components = mapping_of(document.get("components"), f"{path}: components")
        found = mapping_of(components.get("schemas"), f"{path}: components.schemas")
    tables = []
    for name, schema in found.items():
        place = schemas.place(schema)
        if columns := tuple(place.columns()):
            tables.append(Table(name, columns, text_in(place.flat().get("description"))))
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
        if source.fragment or "json-schema.org" in text_in(document.get("$schema")):
            return True
        of_object = document.get("type", "object") in ("object", ["object"])
        return isinstance(document.get("properties"), dict) and of_object

    def read(self, source: Source, options: Options) -> list[Table]:
        """Read it as one table."""
        return read_json_schema(source.document, source.path, source.fragment)


READERS = (OpenApi, JsonSchema)
