"""Kinds of values, and the type that an asset gives to each.

Every reader describes columns by these kinds. This module alone decides which type an asset gives to a kind, by what
the runner does with the type.
"""

from enum import StrEnum
from typing import NamedTuple


class Kind(StrEnum):
    """What the values of a column are."""

    INTEGER = "whole number"
    HUGE = "whole number beyond 64 bits"
    DECIMAL = "exact decimal"
    DOUBLE = "floating-point number"
    BOOLEAN = "yes or no"
    DATE = "date"
    TIMESTAMP = "timestamp without a zone"
    INSTANT = "timestamp with a zone and a fraction"
    TIME = "time of day, or interval"
    TEXT = "text"
    NESTED = "object, list or map"
    BINARY = "bytes"
    OTHER = "anything else"


class FieldType(NamedTuple):
    """The type of an asset's column, and the reason for it."""

    type: str
    why: str


FIELD_TYPES: dict[Kind, FieldType] = {
    Kind.INTEGER: FieldType("integer", "64 bits, whatever the width in the source; the runner stores `bigint` as text"),
    Kind.HUGE: FieldType("string", "the runner's integers have 64 bits"),
    Kind.DECIMAL: FieldType("string", "a run stops at an exact decimal that is read as a number"),
    Kind.DOUBLE: FieldType("double", ""),
    Kind.BOOLEAN: FieldType("boolean", ""),
    Kind.DATE: FieldType("date", ""),
    Kind.TIMESTAMP: FieldType("timestamp", ""),
    Kind.INSTANT: FieldType("string", "a run stops at a fraction and a zone that are read as a timestamp"),
    Kind.TIME: FieldType("string", "the runner has no such type"),
    Kind.TEXT: FieldType("string", ""),
    Kind.NESTED: FieldType("string", "kept as JSON text"),
    Kind.BINARY: FieldType("string", "the runner has no such type"),
    Kind.OTHER: FieldType("string", "text can hold anything"),
}

# Kinds that have an order, so that a run can read what comes after the last one. An instant is text to the runner, but
# a timestamp to the source, which compares.
ORDERED = frozenset({Kind.INTEGER, Kind.DATE, Kind.TIMESTAMP, Kind.INSTANT})
MOMENTS = frozenset({Kind.DATE, Kind.TIMESTAMP, Kind.INSTANT})

# Kinds whose values may be personal.
PERSONAL = frozenset({Kind.TEXT, Kind.INTEGER, Kind.HUGE})
