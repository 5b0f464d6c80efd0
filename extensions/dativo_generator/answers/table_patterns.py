"""Table patterns, such as 'sales.*', replaced by the tables that they match.

They are looked up once, when they are answered, in the source that the columns come from. The resulting list is
recorded, with the patterns beside it; a render looks nothing up.
"""

from collections import Counter
from collections.abc import Sequence
from typing import Any

from ..base.documents import shown
from ..base.errors import AnswerError
from ..base.naming import few, slug_of
from ..base.patterns import EXCEPT, fits, is_meant, is_pattern
from .table_names import table_name


def looked_up(entries: Sequence[Any], tables: Sequence[tuple[str, str]]) -> list[Any]:
    """Return entries with each pattern replaced by the tables that it matches, out of `tables`.

    A table is a pair: its name, and its name without the schema. Tables that share the second become objects with their
    full names. Raises `AnswerError` for a pattern that matches nothing.
    """
    patterns, named = parted(entries)
    for pattern in (one for one in patterns if not one.startswith(EXCEPT)):
        if not any(fits(name, plain, [pattern]) for name, plain in tables):
            there = few(sorted(name for name, _ in tables))
            raise AnswerError(f"name one of {there}; {shown(pattern)} matches no table")
    known = {entry.get("name") if isinstance(entry, dict) else entry for entry in named}
    found = [(name, plain) for name, plain in tables if is_meant(name, plain, patterns) and name not in known]
    if not found and not named:
        raise AnswerError(f"exclude fewer tables; {few(map(shown, patterns))}: none is left")
    taken = Counter([*(slug_of(plain) for _, plain in found), *map(_object, named)])
    return [*named, *(_entry(name, plain, taken[slug_of(plain)] > 1) for name, plain in found)]


def parted(entries: Sequence[Any]) -> tuple[list[str], list[Any]]:
    """Part the patterns from the tables; raises `AnswerError` for patterns that only exclude."""
    patterns = [entry for entry in entries if is_pattern(entry)]
    if all(pattern.startswith(EXCEPT) for pattern in patterns):
        raise AnswerError(f"say which tables to include, like 'sales.*'; {shown(patterns[0])} excludes tables")
    return patterns, [entry for entry in entries if not is_pattern(entry)]


def _object(entry: Any) -> str:
    name = str(entry.get("object") or entry.get("name")) if isinstance(entry, dict) else str(entry)
    return slug_of(table_name(name)[1])


def _entry(name: str, plain: str, shared: bool) -> Any:
    """Return a table as an answer: its name, with an object of its own if another table has the same plain name."""
    return {"name": name, "object": slug_of(name)} if shared else name
