"""Which column of a table tells what is new."""

from ..base.phrases import words
from .table import Column, Table
from .types import MOMENTS, ORDERED

# Words of a name that says when a row was changed; some write two as one.
_CHANGED = {
    *("updated", "update", "modified", "modification", "changed", "change", "mtime"),
    *("lastmodified", "lastupdated", "lastupdate"),
    *("updatedat", "updateddate", "updatetime", "modifiedat", "modifieddate", "modifytime"),
}
_NOT_WHEN = {"by", "user", "count"}


def cursor_of(table: Table, preferred: str = "") -> str:
    """Return the column that a next run should compare; '' where nothing is sure.

    What the source says comes first, then `preferred`, the recipe's default, where the table has it and it has an
    order, then the only timestamp whose name says that it is set with every change.
    """
    names = {column.name: column for column in table.columns}
    if table.cursor in names:
        return table.cursor
    if preferred in names and names[preferred].kind in ORDERED:
        return preferred
    changed = [column.name for column in table.columns if _is_changed(column)]
    return changed[0] if len(changed) == 1 else ""


def _is_changed(column: Column) -> bool:
    name = set(words(column.name))
    return column.kind in MOMENTS and bool(name & _CHANGED) and not name & _NOT_WHEN
