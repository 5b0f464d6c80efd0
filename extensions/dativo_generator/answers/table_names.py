"""Names of tables, in SQL and in jobs.

The runner takes the first dot of a name for the end of the schema, and quotes both parts itself. So the quotes of a
name are dropped if that does not change its meaning.
"""

import re

from ..base.errors import AnswerError

_PART = re.compile(r'"((?:[^"]|"")+)"|`((?:[^`]|``)+)`|([^."`]+)')
_QUOTED = re.compile(rf"(?:{_PART.pattern})(?:\.(?:{_PART.pattern}))*")
_QUOTES = '"`'


def table_name(text: str) -> tuple[str, str]:
    """Return a name without quotes, and its table part; raises `AnswerError` for a name that no job can have.

    In a name without quotes, the part after the last dot is the table.
    """
    if not (set(text) & set(_QUOTES) and _QUOTED.fullmatch(text)):
        return text, text.rsplit(".", 1)[-1]
    parts = [
        (double.replace('""', '"') or back.replace("``", "`") or bare) for double, back, bare in _PART.findall(text)
    ]
    if len(parts) > 2:
        raise AnswerError("write table or schema.table; it has more than two parts")
    if any(set(part) & set(_QUOTES) for part in parts):
        raise AnswerError("read a view with another name; the runner cannot read a name with a quote")
    if "." in parts[0]:
        way = "write the schema before it" if len(parts) == 1 else "read a view in another schema"
        raise AnswerError(f"{way}; the runner takes the first dot for the end of the schema")
    return ".".join(parts), parts[-1]


def schema_of(name: str) -> str:
    """Return the schema of a name in a job, or '' if it has none."""
    schema, dot, _ = name.partition(".")
    return schema if dot else ""
