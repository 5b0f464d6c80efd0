"""Find the column of a table that shows which rows are new."""

from ..base.phrases import words
from .table import Column, Table
from .types import MOMENTS, ORDERED

# Words in the name of a column for the time of a change; some names join two of them.
_CHANGED = {
    *("updated", "update", "modified", "modification", "changed", "change", "mtime"),
    *("lastmodified", "lastupdated", "lastupdate"),
    *("updatedat", "updateddate", "updatetime", "modifiedat", "modifieddate", "modifytime"),
}
_NOT_WHEN = {"by", "user", "count"}


def cursor_of(table: Table, preferred: str = "") -> str:
    """Return the column that the next run should compare; '' when none is certain.

    The order of preference: the one that the source states; `preferred`, the recipe's default, if the table has it and
    its values can be ordered; the only timestamp whose name says that every change sets it.
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
