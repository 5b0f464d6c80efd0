"""Columns of a JSON Schema, and of the components of an OpenAPI document."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from ...base.naming import listed
from ..address import shown
from ..references import Document, Documents, Unread
from ..shapes import line_of, list_of, mapping_of, text_in, texts_in
from ..source import Options, Reader, Source
from ..table import Column, ImportFailed, Table, without
from ..types import Kind

# The most references in a chain, and the most parts of the schemas of a document with all references resolved; a large
# API has several hundred thousand.
_DEEPEST, _PARTS = 100, 2_000_000
# How many pointers to suggest, and the most characters of one.
_OFFERED, _LONGEST = 5, 300
# The extension of files that hold only a schema.
SUFFIX = ".jsonschema"
_REFERENCES = ("$ref", "$dynamicRef", "$recursiveRef")
# The key of unresolved references in a merged schema; no document has it.
_UNREAD = "\0unread"
_TYPES = frozenset({"null", "boolean", "integer", "number", "string", "object", "array", "any"})
_APPLICATORS = frozenset({"$ref", "allOf", "anyOf", "oneOf"})
# Keywords that show that a mapping is a schema.
_WORDS = _APPLICATORS | {"type", "properties", "items", "enum", "const", "additionalProperties", "description", "title"}

# The kind by (type, format) of a value; a format that is not listed does not affect the kind.
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
    ("integer", "uint64"): Kind.HUGE,
    ("boolean", ""): Kind.BOOLEAN,
    ("object", ""): Kind.NESTED,
    ("array", ""): Kind.NESTED,
}
_PYTHON_TYPES = {str: "string", bool: "boolean", int: "integer", float: "number", dict: "object", list: "array"}


class Schemas:
    """The schemas of one document and of those that it refers to."""

    def __init__(self, document: Any, path: Path) -> None:
        """Hold a parsed document and its `path`."""
        self.path, self._spent = path, 0  # `_spent` counts the parts of merged schemas
        self._documents = Documents(path, document)
        # The flat schemas by identity; None while one is being flattened.
        self.known: dict[int, dict[str, Any] | None] = {}
        self._made: list[Any] = []

    def at(self, reference: str) -> "Place":
        """Return the schema at a reference, like ``#/components/schemas/customer``; raises `ImportFailed`.

        Its pointer may pass through references.
        """
        with suppress(Unread):
            return Place(self, *self._documents.first.at(reference))
        with suppress(LookupError):
            return Place(self, *self._documents.first.through(reference.partition("#")[2]))
        raise ImportFailed(f"{self.path}: has nothing at '{shown(reference)}'")

    def place(self, schema: Any, document: Document | None = None) -> "Place":
        """Return a schema as a place in `document`, by default the first one."""
        return Place(self, schema, document or self._documents.first)

    def candidates(self) -> "Iterator[tuple[str, Place]]":
        """Yield candidates for a table with their pointers: definitions, and requests and responses of an API.

        References to other files are followed.
        """
        first = self._documents.first
        waiting: list[tuple[str, Any, Document, bool]] = [("", first.value, first, False)]
        seen: set[int] = set()
        while waiting:
            pointer, value, document, holds = waiting.pop(0)
            if isinstance(value, Mapping) and (reference := text_in(value.get("$ref"))).partition("#")[0]:
                with suppress(ImportFailed):
                    value, document = document.at(reference)
            if len(pointer) > _LONGEST or not isinstance(value, Mapping | list) or id(value) in seen:
                continue
            seen.add(id(value))
            for key, inner in value.items() if isinstance(value, Mapping) else enumerate(value):
                place = f"{pointer}/{str(key).replace('~', '~0').replace('/', '~1')}"
                if isinstance(inner, Mapping) and (holds or key == "schema"):
                    yield place, self.place(inner, document)
                if not holds:
                    waiting.append((place, inner, document, key in ("$defs", "definitions")))

    def made(self, word: str, places: Sequence["Place"]) -> dict[str, Any]:
        """Return a schema combined from others. It is kept alive, since `known` finds it by its identity."""
        self._made.append({word: list(places)})
        self.spend(len(places))
        return self._made[-1]

    def spend(self, parts: int) -> None:
        """Count parts; raises `ImportFailed` when recursive references expand to more than any schema needs."""
        self._spent += parts
        if self._spent > _PARTS:
            raise ImportFailed(f"{self.path}: refers to itself so often that it has more than {_PARTS:,} parts")


class Place:
    """A schema, with the document in which its own references start."""

    def __init__(self, schemas: Schemas, value: Any, document: Document) -> None:
        """Hold a value of a document."""
        self._schemas, self.value, self._document = schemas, value, document.inner(value)

    def at(self, value: Any) -> "Place":
        """Return a schema of the same document; a combined one holds places, which may belong to several documents."""
        return value if isinstance(value, Place) else Place(self._schemas, value, self._document)

    def flat(self, depth: int = 0) -> dict[str, Any]:
        """Return the schema with references and `allOf` merged, and with what its alternatives have in common.

        Its `items`, and the values of its `properties`, are places. Where a schema contains itself, that part is empty.
        """
        if not isinstance(self.value, Mapping):
            return {}  # `true` accepts everything
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
        for word in _REFERENCES:
            if reference := text_in(schema.get(word)):
                self._merge(merged, self._referred(reference, depth))
        for part in list_of(schema.get("allOf"), f"{where}: allOf"):
            self._merge(merged, self.at(part).flat(depth))
        own = {key: value for key, value in schema.items() if key not in (*_REFERENCES, "allOf", _UNREAD)}
        if "properties" in own:
            properties = mapping_of(own["properties"], f"{where}: properties")
            own["properties"] = {name: self.at(value) for name, value in properties.items()}
        if "items" in own:
            own["items"] = self.at(own["items"])
        self._merge(merged, own)
        for word in ("anyOf", "oneOf"):
            if choices := list_of(merged.pop(word, None), f"{where}: {word}"):
                self._choose(merged, [self.at(choice).flat(depth) for choice in choices])
        for part in self._conditional(schema, where):
            self._put(merged, self.at(part).flat(depth).get("properties", {}))
        return merged

    def _referred(self, reference: str, depth: int) -> dict[str, Any]:
        try:
            return Place(self._schemas, *self._document.at(reference)).flat(depth)
        except Unread as error:
            return {_UNREAD: (error,)}

    def _conditional(self, schema: Mapping[str, Any], where: str) -> list[Any]:
        """List the conditional parts, whose columns only some values have."""
        parts = [schema[word] for word in ("then", "else") if word in schema]
        for word in ("dependentSchemas", "dependencies"):
            parts += mapping_of(schema.get(word), f"{where}: {word}").values()
        return parts

    def _merge(self, into: dict[str, Any], schema: Mapping[str, Any]) -> None:
        """Merge a part into other parts; a value must fit all of them."""
        for key, value in schema.items():
            if key == "properties":
                self._put(into, value)
            elif key == "required":
                into[key] = [*into.get(key, ()), *texts_in(value)]
                self._schemas.spend(len(into[key]))
            elif key == _UNREAD:
                into[key] = (*into.get(key, ()), *value)
            elif key == "type" and key in into:
                into[key] = _both(into[key], value)
            else:
                into[key] = value
        self._schemas.spend(len(schema))

    def _put(self, into: dict[str, Any], properties: Mapping[str, "Place"]) -> None:
        there = dict(into.get("properties", {}))
        for name, place in properties.items():
            there[name] = self._together("allOf", [there[name], place]) if name in there else place
        into["properties"] = there
        self._schemas.spend(len(there))

    def _together(self, word: str, places: list["Place"]) -> "Place":
        """Return a place that combines these schemas by `word`; a single distinct one stays as it is."""
        distinct = list({id(place.value): place for place in places}.values())
        return (
            distinct[0]
            if len(distinct) == 1
            else Place(self._schemas, self._schemas.made(word, distinct), self._document)
        )

    def _choose(self, into: dict[str, Any], choices: list[dict[str, Any]]) -> None:
        """Merge alternatives: take the columns of all, and require those that every alternative requires."""
        real = [one for one in choices if types_of(one) != {"null"}]
        if len(real) == 1:
            own = dict(into)
            self._merge(into, {key: value for key, value in real[0].items() if key != "type"})
            into |= {key: value for key, value in own.items() if key not in ("properties", "required", _UNREAD)}
        elif real:
            named: dict[str, list[Place]] = {}
            for one in real:
                for name, place in one.get("properties", {}).items():
                    named.setdefault(name, []).append(place)
            if named:
                self._put(into, {name: self._together("anyOf", places) for name, places in named.items()})
            required = set.intersection(*(set(one.get("required", ())) for one in real))
            into["required"] = [*into.get("required", ()), *sorted(required)]
            formats = {text_in(one.get("format")) for one in real}
            if len(formats) == 1:
                into.setdefault("format", formats.pop())
            for error in {error.why: error for one in real for error in one.get(_UNREAD, ())}.values():
                into[_UNREAD] = (*into.get(_UNREAD, ()), error)
        types = [types_of(one) for one in choices]
        if all(types):
            into["type"] = _both(into.get("type"), sorted(set.union(*types)))
        self._schemas.spend(len(into))

    def columns(self, kind: "Callable[[str, dict[str, Any]], Kind] | None" = None) -> Iterator[Column]:
        """Yield a column for each property; `kind` judges it where the source knows more than its schema."""
        whole = self.row()
        required = set(whole.get("required", ()))
        for name, place in whole.get("properties", {}).items():
            if place.value is False:
                continue  # no row has it
            flat = place.flat()
            must = name in required or (isinstance(place.value, Mapping) and place.value.get("required") is True)
            yield Column(
                name,
                kind(name, flat) if kind else kind_of_schema(flat),
                _native(flat),
                must and not is_nullable(flat),
                line_of(flat.get("description")),
            )

    def row(self) -> dict[str, Any]:
        """Return the flat schema of a row: for a list, that of its items."""
        whole = self.flat()
        is_list = "array" in types_of(whole) and not whole.get("properties") and "items" in whole
        return whole["items"].flat() if is_list else whole

    def notes(self) -> tuple[str, ...]:
        """Return notes on the references that could not be resolved."""
        whole = self.row()
        missing = [f"it {error.why}: the columns in it are missing" for error in whole.get(_UNREAD, ())]
        return (
            *missing,
            *(
                f"'{name}' {error.why}: taken as text"
                for name, place in whole.get("properties", {}).items()
                for error in place.flat().get(_UNREAD, ())
            ),
        )


def _both(one: Any, other: Any) -> Any:
    """Return the types that two schemas both allow; those of the second if they have none in common."""
    first, second = ({stated} if isinstance(stated, str) else set(texts_in(stated)) for stated in (one, other))
    whole = {"integer"} if {"number", "integer"} & first and {"number", "integer"} & second else set()
    common = (first & second) | (whole if not ("number" in first and "number" in second) else set())
    return sorted(common) if common else other or one


def types_of(schema: Mapping[str, Any]) -> set[str]:
    """Return the types that a schema allows, including null; guessed from its values if it names none.

    An empty set means any type: a schema that does not name one accepts everything.
    """
    stated = schema.get("type")
    if isinstance(stated, str) and stated != "any":
        return {stated} | ({"null"} if schema.get("nullable") is True else set())
    if isinstance(stated, list):
        return set(texts_in(stated))
    if schema.get("properties"):
        return {"object"}
    if "items" in schema:
        return {"array"}
    stated = schema.get("enum")
    values = [schema["const"]] if "const" in schema else stated if isinstance(stated, list) else ()
    return {_PYTHON_TYPES.get(type(value), "null") for value in values}


def is_nullable(schema: Mapping[str, Any]) -> bool:
    """Return whether a schema accepts null, as does one that accepts everything."""
    types = types_of(schema)
    return not types or "null" in types or schema.get("nullable") is True


def kind_of_schema(schema: Mapping[str, Any]) -> Kind:
    """Return the kind of the values that a flat schema accepts."""
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
    schemas = Schemas(document, path)
    place = schemas.at(f"#{fragment}")
    schema = place.flat()
    columns = tuple(place.columns())
    if not columns:
        if unread := schema.get(_UNREAD):
            raise ImportFailed(f"{path}: {unread[0].way}; it {unread[0].why}")
        what = f"'#{fragment}' describes" if fragment else "describes"
        raise ImportFailed(f"{path}: {what} no object with properties{_offered(schemas)}")
    name = _named_by(fragment) or text_in(schema.get("title")) or path.name.split(".")[0]
    return [Table(name, columns, text_in(schema.get("description")), notes=place.notes())]


def _named_by(fragment: str) -> str:
    """Return a table name for a pointer: its last part, or the path of an API that returns it; '' without one."""
    *before, last = (part.replace("~1", "/").replace("~0", "~") for part in fragment.rstrip("/").split("/"))
    if last == "schema" and len(before) > 2 and before[1] == "paths":
        return next((part for part in reversed(unquote(before[2]).split("/")) if part and "{" not in part), last)
    return last


def _offered(schemas: Schemas) -> str:
    """Return a hint with pointers to schemas of objects; '' when there are none."""
    found = []
    for pointer, place in schemas.candidates():
        with suppress(ImportFailed):
            if any(True for _ in place.columns()):
                found.append(f"#{pointer}")
        if len(found) > _OFFERED:
            break
    if not found:
        return ""
    more = ", ..." if len(found) > _OFFERED else ""
    return f"; name one after a #: {listed(found[:_OFFERED])}{more}"


def read_openapi(document: Any, path: Path, fragment: str, wanted: str = "") -> Sequence[Table]:
    """Read the schemas of an OpenAPI document that describe objects, or the one at a JSON pointer.

    One that cannot be read is left out, unless it is the one that is `wanted`.
    """
    if fragment:
        return read_json_schema(document, path, fragment)
    schemas = Schemas(document, path)
    if "swagger" in document:
        found = mapping_of(document.get("definitions"), f"{path}: definitions")
    else:
        components = mapping_of(document.get("components"), f"{path}: components")
        found = mapping_of(components.get("schemas"), f"{path}: components.schemas")
    tables: list[Table] = []
    left_out: dict[str, str] = {}
    for name, schema in found.items():
        place = schemas.place(schema)
        try:
            if columns := tuple(place.columns()):
                tables.append(Table(name, columns, text_in(place.flat().get("description")), notes=place.notes()))
            elif unread := place.row().get(_UNREAD):
                left_out[name] = f"{unread[0].way}; it {unread[0].why}"
        except ImportFailed as error:
            left_out[name] = str(error).removeprefix(f"{path}: ")
    if not tables and not left_out:
        raise ImportFailed(f"{path}: none of its components describes an object{_offered(schemas)}")
    return without(tables, left_out, str(path), wanted)


def is_schema(document: Any) -> bool:
    """Return whether a document is a JSON Schema: it says so, or is shaped like one and like nothing else."""
    if not isinstance(document, Mapping):
        return False
    if "json-schema.org" in text_in(document.get("$schema")):
        return True
    stated = document.get("type", "object")
    types = {stated} if isinstance(stated, str) else set(texts_in(stated))
    if not types or not types <= _TYPES:
        return False
    properties = document.get("properties")
    if "properties" in document:
        # With the type `object`, it is a schema; without it, it may be a row of data with a column of this name.
        return _all_schemas(properties, sure="type" in document) and "object" in types
    if any(_all_schemas(document.get(word), sure=False) and document[word] for word in ("$defs", "definitions")):
        return True
    words = set(document) - {"$schema", "$id", "id", "title", "description", "$comment"}
    if "type" in document and "array" in types:
        return isinstance(document.get("items"), Mapping) and is_schema(document["items"])
    return bool(words) and words <= _APPLICATORS and all(_applies(document[word]) for word in words)


def _all_schemas(value: Any, sure: bool) -> bool:
    if not isinstance(value, Mapping):
        return False
    schemas = value.values()
    return all(isinstance(one, bool) or (isinstance(one, Mapping) and (sure or _is_like(one))) for one in schemas)


def _is_like(schema: Mapping[str, Any]) -> bool:
    """Return whether a mapping is empty, or has a keyword of schemas."""
    stated = schema.get("type")
    if "type" in schema and not set([stated] if isinstance(stated, str) else texts_in(stated)) & _TYPES:
        return False
    return not schema or bool(_WORDS & set(schema))


def _applies(value: Any) -> bool:
    return isinstance(value, str) or (isinstance(value, list) and all(isinstance(one, Mapping) for one in value))


class OpenApi(Reader):
    """The schemas of an OpenAPI document."""

    order = 40
    marks = ('"openapi"', '"swagger"')

    def accepts(self, source: Source) -> bool:
        """Return whether a document declares itself one."""
        document = source.document
        return isinstance(document, dict) and ("openapi" in document or "swagger" in document)

    def read(self, source: Source, options: Options) -> Sequence[Table]:
        """Read its schemas, or only the one at the pointer."""
        return read_openapi(source.document, source.path, source.fragment, options.table)


class JsonSchema(Reader):
    """A JSON Schema, or one inside a document."""

    # After all kinds that identify themselves: much looks like a JSON Schema.
    order = 60
    marks = ('"$schema"', '"properties"', '"$ref"', '"$defs"', '"definitions"')

    def accepts(self, source: Source) -> bool:
        """Return whether a document has a pointer, is named or declared a schema, or is shaped like one."""
        document = source.document
        if not isinstance(document, dict):
            return False
        return bool(source.fragment) or source.suffix == SUFFIX or is_schema(document)

    def read(self, source: Source, options: Options) -> list[Table]:
        """Read it as one table."""
        return read_json_schema(source.document, source.path, source.fragment)


READERS = (OpenApi, JsonSchema)
