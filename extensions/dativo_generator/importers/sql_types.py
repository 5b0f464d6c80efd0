"""Kinds of the SQL types of every dialect that sqlglot parses."""

import logging
import re
from functools import cache
from types import ModuleType

from ..registry.dialects import dialect as dialect_of
from ..registry.dialects import dialects
from .table import library
from .types import Kind

# By sqlglot's names of types. Any other type is `Kind.OTHER`.
SQL_KINDS: dict[Kind, tuple[str, ...]] = {
    Kind.INTEGER: (
        *("TINYINT", "SMALLINT", "MEDIUMINT", "INT", "BIGINT", "UTINYINT", "USMALLINT", "UMEDIUMINT", "UINT"),
        *("UBIGINT", "SMALLSERIAL", "SERIAL", "BIGSERIAL", "YEAR"),
    ),
    Kind.HUGE: ("INT128", "INT256", "UINT128", "UINT256", "BIGNUM"),
    Kind.DECIMAL: (
        *("DECIMAL", "BIGDECIMAL", "DECIMAL32", "DECIMAL64", "DECIMAL128", "DECIMAL256", "DECFLOAT", "UDECIMAL"),
        *("MONEY", "SMALLMONEY"),
    ),
    Kind.DOUBLE: ("FLOAT", "DOUBLE", "UDOUBLE"),
    Kind.BOOLEAN: ("BOOLEAN",),
    Kind.DATE: ("DATE", "DATE32"),
    Kind.TIMESTAMP: (
        *("TIMESTAMP", "TIMESTAMPNTZ", "DATETIME", "DATETIME2", "DATETIME64", "SMALLDATETIME"),
        *("TIMESTAMP_S", "TIMESTAMP_MS", "TIMESTAMP_NS"),
    ),
    Kind.INSTANT: ("TIMESTAMPTZ", "TIMESTAMPLTZ"),
    Kind.TIME: ("TIME", "TIMETZ", "TIME_NS", "INTERVAL"),
    Kind.TEXT: (
        *("BPCHAR", "CHAR", "CHARACTER_SET", "ENUM", "ENUM8", "ENUM16", "FIXEDSTRING", "LONGTEXT", "LOWCARDINALITY"),
        *("MEDIUMTEXT", "NAME", "NCHAR", "NVARCHAR", "SET", "TEXT", "TINYTEXT", "UUID", "VARCHAR", "XML"),
        *("INET", "IPADDRESS", "IPPREFIX", "IPV4", "IPV6", "BIT"),
    ),
    Kind.NESTED: (
        *("ARRAY", "HSTORE", "JSON", "JSONB", "LIST", "MAP", "NESTED", "OBJECT", "STRUCT", "SUPER", "UNION"),
        *("VARIANT", "VECTOR"),
    ),
    Kind.BINARY: ("BINARY", "BLOB", "IMAGE", "LONGBLOB", "MEDIUMBLOB", "ROWVERSION", "TINYBLOB", "VARBINARY"),
}
# The most characters of a type to parse; only the type of an object, which lists its parts, is ever longer.
_LONGEST = 20_000
_KIND_OF = {name: kind for kind, names in SQL_KINDS.items() for name in names}


def parser(for_what: str) -> ModuleType:
    """Import sqlglot and silence it: it warns of types that are simply text here, and it raises its errors anyway."""
    sqlglot = library("sqlglot", for_what)
    logging.getLogger("sqlglot").setLevel(logging.CRITICAL)
    return sqlglot


@cache
def kind_of(native: str, dialect: str = "") -> Kind:
    """Return the kind of a type as spelled in a schema: ``NUMERIC(10, 2)``, ``timestamp with time zone``.

    `dialect` is sqlglot's name of a dialect, or '' if unknown.
    """
    sqlglot = parser("Reading SQL types")
    # SQLite accepts any words as a type, and some catalogs append NULL to types.
    text = " ".join(native.split())
    if len(text) > _LONGEST:
        return Kind.OTHER
    try:
        return kind_of_type(sqlglot.exp.DataType.build(text, dialect=dialect or None), dialect)
    except Exception:  # sqlglot raises more than its own errors, and one odd type must not cost a whole script
        outer = re.split(r"[(<\[]", text, maxsplit=1)[0]
        return Kind.INTEGER if re.search(r"\bint(eger)?\b", outer, re.IGNORECASE) else Kind.OTHER


@cache
def kind_in_any(native: str, dialect: str = "") -> Kind:
    """Return the kind of a type of uncertain origin: in `dialect`, else in the first dialect that knows it."""
    kinds = (kind_of(native, one) for one in dict.fromkeys((dialect, "", *dialects())))
    return next((kind for kind in kinds if kind is not Kind.OTHER), Kind.OTHER)


def kind_of_type(data_type: object, dialect: str = "") -> Kind:
    """Return the kind of a type that sqlglot has parsed."""
    known = dialect_of(dialect)
    name = getattr(data_type.this, "name", "")
    sizes = ", ".join(size.name for size in data_type.expressions)
    if f"{name}({sizes})" in known.booleans or (name in known.booleans and not sizes):
        return Kind.BOOLEAN
    kind = _KIND_OF.get(name, Kind.OTHER)
    # The runner reads values without a zone, or without a fraction, as timestamps.
    return Kind.TIMESTAMP if kind is Kind.INSTANT and (sizes == "0" or not known.gives_zones) else kind
