"""Columns of a JSON Schema, and of the components of an OpenAPI document."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from ...base.naming import listed
from ..references import Document, Documents, Unread
from ..shapes import line_of, list_of, mapping_of, text_in, texts_in
from ..source import Options, Reader, Source
from ..table import Column, ImportFailed, Table
from ..types import Kind

# So many references lead on from one to the next, and of so many parts consist the schemas of a document with all that
# they refer to; a large API has some hundred thousand.
_DEEPEST, _PARTS = 100, 2_000_000
# So many pointers are offered, none of more characters than these.
_OFFERED, _LONGEST = 5, 300
# What a file is called that holds nothing else.
SUFFIX = ".jsonschema"
_REFERENCES = ("$ref", "$dynamicRef", "$recursiveRef")
# The key of what could not be read, in a schema put together; no document has it.
_UNREAD = "\0unread"
_TYPES = frozenset({"null", "boolean", "integer", "number", "string", "object", "array", "any"})
_APPLICATORS = frozenset({"$ref", "allOf", "anyOf", "oneOf"})
# Words that say of a mapping that it is a schema.
_WORDS = _APPLICATORS | {"type", "properties", "items", "enum", "const", "additionalProperties", "description", "title"}

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
    ("integer", "uint64"): Kind.HUGE,
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
        self._made: list[Any] = []

    def at(self, reference: str) -> "Place":
        """Return what stands at a reference, like ``#/components/schemas/customer``; raises `ImportFailed`."""
        return Place(self, *self._documents.first.at(reference))

    def place(self, schema: Any) -> "Place":
        """Return a schema that stands in the document itself."""
        return Place(self, schema, self._documents.first)

    def made(self, word: str, places: Sequence["Place"]) -> dict[str, Any]:
        """Return a schema put together of others, which is kept: it is known by its identity."""
        self._made.append({word: list(places)})
        self.spend(len(places))
        return self._made[-1]

    def spend(self, parts: int) -> None:
        """Count parts; raises `ImportFailed` where a document says, by referring to itself, more than anybody reads."""
        self._spent += parts
        if self._spent > _PARTS:
            raise ImportFailed(f"{self.path}: refers to itself so often that more than {_PARTS:,} parts come of it")


class Place:
    """A schema, and the document in which its own references start."""

    def __init__(self, schemas: Schemas, value: Any, document: Document) -> None:
        """Hold a value of a document."""
        self._schemas, self.value, self._document = schemas, value, document.inner(value)

    def at(self, value: Any) -> "Place":
        """Return a schema of the same document; one that is put together of places may be of several."""
        return value if isinstance(value, Place) else Place(self._schemas, value, self._document)

    def flat(self, depth: int = 0) -> dict[str, Any]:
        """Return the schema with its references and `allOf` put in, and of alternatives what they have together.

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
            return {_UNREAD: (error.why,)}

    def _conditional(self, schema: Mapping[str, Any], where: str) -> list[Any]:
        """List the parts that some values must fit, and that name columns which only these have."""
        parts = [schema[word] for word in ("then", "else") if word in schema]
        for word in ("dependentSchemas", "dependencies"):
            parts += mapping_of(schema.get(word), f"{where}: {word}").values()
        return parts

    def _merge(self, into: dict[str, Any], schema: Mapping[str, Any]) -> None:
        """Add what a part says to what others say: a value must fit all of them."""
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
        """Return the place of all these schemas, or any of them; of one that is said several times it is itself."""
        distinct = list({id(place.value): place for place in places}.values())
        return (
            distinct[0]
            if len(distinct) == 1
            else Place(self._schemas, self._schemas.made(word, distinct), self._document)
        )

    def _choose(self, into: dict[str, Any], choices: list[dict[str, Any]]) -> None:
        """Add what alternatives have together: all their columns, of which those are required that all require."""
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
            for reason in {reason: None for one in real for reason in one.get(_UNREAD, ())}:
                into[_UNREAD] = (*into.get(_UNREAD, ()), reason)
        types = [types_of(one) for one in choices]
        if all(types):
            into["type"] = _both(into.get("type"), sorted(set.union(*types)))
        self._schemas.spend(len(into))

    def columns(self, kind: "Callable[[str, dict[str, Any]], Kind] | None" = None) -> Iterator[Column]:
        """Yield a column for each property; `kind` judges one where the source knows more than its schema."""
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
        """Return the flat schema of a row: of a list that of its items."""
        whole = self.flat()
        is_list = "array" in types_of(whole) and not whole.get("properties") and "items" in whole
        return whole["items"].flat() if is_list else whole

    def notes(self) -> tuple[str, ...]:
        """Say what of the columns is not here to be read."""
        whole = self.row()
        missing = [f"it {why}: the columns in it are missing" for why in whole.get(_UNREAD, ())]
        return (
            *missing,
            *(
                f"'{name}' {why}: taken as text"
                for name, place in whole.get("properties", {}).items()
                for why in place.flat().get(_UNREAD, ())
            ),
        )


def _both(one: Any, other: Any) -> Any:
    """Return the types that both of two schemas allow; what the second says where they agree in none."""
    first, second = ({stated} if isinstance(stated, str) else set(texts_in(stated)) for stated in (one, other))
    whole = {"integer"} if {"number", "integer"} & first and {"number", "integer"} & second else set()
    common = (first & second) | (whole if not ("number" in first and "number" in second) else set())
    return sorted(common) if common else other or one


def types_of(schema: Mapping[str, Any]) -> set[str]:
    """Return the types that a schema allows, null among them; guessed from its values where it names none.

    None of them means all of them: a schema that says nothing of the type takes everything.
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
    """Return whether a schema takes null, as one does that takes everything."""
    types = types_of(schema)
    return not types or "null" in types or schema.get("nullable") is True


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
    schemas = Schemas(document, path)
    place = schemas.at(f"#{fragment}")
    schema = place.flat()
    columns = tuple(place.columns())
    if not columns:
        if unread := schema.get(_UNREAD):
            raise ImportFailed(f"{path}: {unread[0]}; put it beside the file")
        what = f"'#{fragment}' describes" if fragment else "describes"
        raise ImportFailed(f"{path}: {what} no object with properties{_offered(schemas, document)}")
    name = _named_by(fragment) or text_in(schema.get("title")) or path.name.split(".")[0]
    return [Table(name, columns, text_in(schema.get("description")), notes=place.notes())]


def _named_by(fragment: str) -> str:
    """Name a table after a pointer: its last part, or the place of an API that gives it; '' without a pointer."""
    *before, last = (part.replace("~1", "/").replace("~0", "~") for part in fragment.rstrip("/").split("/"))
    if last == "schema" and len(before) > 2 and before[1] == "paths":
        return next((part for part in reversed(unquote(before[2]).split("/")) if part and "{" not in part), last)
    return last


def _offered(schemas: Schemas, document: Any) -> str:
    """Say which pointers lead to schemas of objects; '' where none does."""
    found = []
    for pointer, value in _candidates(document):
        with suppress(ImportFailed):
            if any(True for _ in schemas.place(value).columns()):
                found.append(f"#{pointer}")
        if len(found) > _OFFERED:
            break
    if not found:
        return ""
    more = ", ..." if len(found) > _OFFERED else ""
    return f"; name one behind a #: {listed(found[:_OFFERED])}{more}"


def _candidates(document: Any) -> Iterator[tuple[str, Any]]:
    """Yield what may be a schema in a document, with its pointer: definitions, and what an API takes and gives."""
    waiting: list[tuple[str, Any, bool]] = [("", document, False)]
    while waiting:
        pointer, value, holds = waiting.pop(0)
        if len(pointer) > _LONGEST or not isinstance(value, Mapping | list):
            continue
        for key, inner in value.items() if isinstance(value, Mapping) else enumerate(value):
            place = f"{pointer}/{str(key).replace('~', '~0').replace('/', '~1')}"
            if isinstance(inner, Mapping) and (holds or key == "schema"):
                yield place, inner
            if not holds:
                waiting.append((place, inner, key in ("$defs", "definitions")))


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
            tables.append(Table(name, columns, text_in(place.flat().get("description")), notes=place.notes()))
    if not tables:
        raise ImportFailed(f"{path}: none of its components describes an object{_offered(schemas, document)}")
    return tables


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
        # One that says `object` is not asked further; a row of data may have a column that is called so.
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
    """Return whether a mapping is nothing, or has a word of schemas."""
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
        """Return whether a document says that it is one."""
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
        """Return whether a document is pointed into, is called a schema, says that it is one, or is shaped like one."""
        document = source.document
        if not isinstance(document, dict):
            return False
        return bool(source.fragment) or source.suffix == SUFFIX or is_schema(document)

    def read(self, source: Source, options: Options) -> list[Table]:
        """Read it as one table."""
        return read_json_schema(source.document, source.path, source.fragment)


READERS = (OpenApi, JsonSchema)
