"""The columns of an asset: their short notation, their checks, and the starter set for an unknown object.

A field is one line, ``email: string PII``, or a mapping with `type`, `required`, `cursor`, `classification`,
`description`. `cursor` marks the column that incremental reads follow; assets do not hold it. A field has the same name
as the source's column, case included: the runner finds the column by it.
"""

import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from ..base.documents import Key, shown
from ..base.naming import LABEL, has_controls, nearest, offer

# Aliases of types that the runner keeps.
_WORDS = {"float": "double", "datetime": "timestamp"}
KEPT = ("string", "integer", "double", "float", "boolean", "date", "timestamp", "datetime")
# Contract types that the runner accepts and stores as text, like any word that it does not know, and what to write
# instead. A run fails on an exact decimal that must become a number.
AS_TEXT = {"bigint": "integer", "decimal": "string", "array": "string"}
TYPES = (*KEPT, *AS_TEXT)
# Types that are equivalent for judging columns and inventing values, although the runner stores them differently.
_ALIKE = {**_WORDS, "decimal": "double", "array": "string"}
UNCLASSIFIED = "none"
CURSOR = "cursor"
# Marks a label as intended although no rule gives it.
OWN = "!"
KEYS = ("type", "required", "cursor", "classification", "description")

# Builds the error for what is wrong at the given keys of the fields being read.
Refuse = Callable[[Sequence[Key], str], Exception]


class Field(NamedTuple):
    """One column. `classification` is a label, '' for "none, and do not guess", or None for "as the rules decide"."""

    name: str
    type: str
    required: bool = False
    classification: str | None = None
    description: str = ""
    cursor: bool = False

    def as_asset(self) -> dict[str, Any]:
        """Return the field as an entry of the asset's schema, with its keys in the order people read them."""
        field: dict[str, Any] = {"name": self.name, "type": self.type, "required": self.required}
        if self.classification:
            field["classification"] = self.classification
        if self.description:
            field["description"] = self.description
        return field

    def as_answer(self, known: Collection[str] = ()) -> Any:
        """Return the field in the notation of an answer: one line, or a mapping when it has a description.

        With `known` labels, any other label is marked as intended.
        """
        label = self.classification
        if label is not None:
            label = (label + (OWN if known and label not in known else "")) if label else UNCLASSIFIED
        words = [self.type]
        if self.required:
            words.append("required")
        if self.cursor:
            words.append(CURSOR)
        if label is not None:
            words.append(label)
        if not self.description:
            return " ".join(words)
        entry: dict[str, Any] = {"type": self.type, "required": self.required}
        if self.cursor:
            entry["cursor"] = True
        if label is not None:
            entry["classification"] = label
        return entry | {"description": self.description}

    def classified(self, label: str) -> "Field":
        """Return the field with its own label or, without one, with `label`."""
        return self._replace(classification=label if self.classification is None else self.classification)


def read_fields(value: Any, refuse: Refuse) -> tuple[Field, ...]:
    """Read a mapping of field names to notations; raises what `refuse` builds at the first error."""
    if not isinstance(value, dict):
        raise refuse((), f"must be a mapping of column name to type, not {shown(value)}")
    if not value:
        raise refuse((), "name the fields; the runner refuses an asset without a schema")
    fields = tuple(_read_field(name, notation, refuse) for name, notation in value.items())
    followed = [field.name for field in fields if field.cursor]
    if len(followed) > 1:
        raise refuse((followed[1],), f"mark one {CURSOR} only; '{followed[0]}' is one already")
    return fields


def _read_field(name: Any, notation: Any, refuse: Refuse) -> Field:
    if not isinstance(name, str):
        raise refuse((str(name),), f"put it in quotes; the column name {shown(name)} is not text")
    if not name.strip() or has_controls(name):
        raise refuse((name,), f"{shown(name)} is not a column name")
    if isinstance(notation, str):
        return _read_line(name, notation, refuse)
    if isinstance(notation, dict):
        return _read_mapping(name, notation, refuse)
    raise refuse((name,), f"write 'type', 'type required' or 'type LABEL', not {shown(notation)}")


def _read_line(name: str, line: str, refuse: Refuse) -> Field:
    kind, *words = line.split() or [""]
    required, cursor, classification = False, False, None
    for word in words:
        if word == "required" and not required:
            required = True
        elif word == CURSOR and not cursor:
            cursor = True
        elif word == UNCLASSIFIED and classification is None:
            classification = ""
        elif (label := _label(word)) and classification is None:
            classification = label
        else:
            near = nearest(word, words := ("required", CURSOR, UNCLASSIFIED))
            way = (
                f"did you mean '{near}'?"
                if near
                else f"after the type write {words[0]}, {words[1]}, a LABEL or {words[2]};"
            )
            raise refuse((name,), f"{way} '{word}' in {shown(line)} is unknown")
    return Field(name, _checked_type(name, kind, refuse), required, classification, cursor=cursor)


def _label(word: Any) -> str:
    """Return the label that a word names, '' for none; the word may mark it as intended, as in SECRET!."""
    return word.removesuffix(OWN) if isinstance(word, str) and re.fullmatch(f"{LABEL}{OWN}?", word) else ""


def labels_in(value: Any) -> Iterator[tuple[str, str]]:
    """Yield (column, label) for the labels in the notation of an answer, with their marks."""
    for name, entry in value.items() if isinstance(value, dict) else ():
        if isinstance(entry, dict) and entry.get("type") not in TYPES:
            yield from labels_in(entry)
        else:
            words = [entry.get("classification")] if isinstance(entry, dict) else str(entry).split()[1:]
            yield from ((str(name), word) for word in words if _label(word))


def _read_mapping(name: str, entry: dict[Any, Any], refuse: Refuse) -> Field:
    for key in entry:
        if key not in KEYS:
            raise refuse((name, str(key)), offer(key, KEYS, "unknown key"))
    flags = {key: entry.get(key, False) for key in ("required", CURSOR)}
    for key, flag in flags.items():
        if not isinstance(flag, bool):
            raise refuse((name, key), f"must be true or false, not {shown(flag)}")
    label = entry.get("classification")
    if label == UNCLASSIFIED or (label is None and "classification" in entry):
        label = ""
    if label and not _label(label):
        raise refuse((name, "classification"), f"write a label in capitals, like PII, not {shown(label)}")
    description = entry.get("description", "")
    if not isinstance(description, str):
        raise refuse((name, "description"), f"must be text, not {shown(description)}")
    kind = _checked_type(name, entry.get("type"), refuse)
    return Field(name, kind, flags["required"], _label(label) if label else label, description, flags[CURSOR])


def _checked_type(name: str, kind: Any, refuse: Refuse) -> str:
    if kind not in TYPES:
        raise refuse((name,), offer(kind, KEPT, f"{shown(kind)} is not a type"))
    return kind


def alike(type_: str) -> str:
    """Return the equivalent type for judging columns and inventing values."""
    return _ALIKE.get(type_, type_)


def stored(type_: str) -> str:
    """Return the type that the runner stores for `type_`."""
    return "string" if type_ in AS_TEXT else _WORDS.get(type_, type_)


def starter_fields(selection: str, cursor_field: str) -> tuple[Field, ...]:
    """Suggest fields for an object that no catalog knows: a key, and the cursor if there is one.

    Only sources with predictable records get any; the owner of a file or sheet knows its columns.
    """
    if selection == "objects":
        key, cursor = Field("id", "string", required=True), Field(cursor_field, "timestamp")
    elif selection == "tables":
        key, cursor = Field("id", "integer", required=True), Field(cursor_field, "timestamp", required=True)
    else:
        return ()
    return (key, cursor) if cursor_field and cursor_field != key.name else (key,)


def are_starter_fields(schema: Sequence[Mapping[str, Any]]) -> bool:
    """Return whether an asset has exactly the columns that are suggested by default."""
    cursor = str(schema[-1].get("name")) if len(schema) > 1 else ""
    suggested = (starter_fields(selection, cursor) for selection in ("objects", "tables"))
    return any(list(schema) == [field.as_asset() for field in fields] for fields in suggested)
