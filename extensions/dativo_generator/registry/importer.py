"""What reads the columns of a source for a scaffold.

It is handed to the pack by whoever may import: the questionnaire and the command. A render knows of none, so that it
does with the standard library.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from ..base.errors import AnswerError
from .classification import Judgement
from .fields import Field
from .values import Seen


class Judge(Protocol):
    """Judges columns."""

    def __call__(
        self,
        column: str,
        type_: str,
        object_name: str,
        seen: Seen | None = None,
        beside: tuple[str, ...] = (),
        /,
    ) -> Judgement:
        """Judge a column by its name, its type, the object that it is of, its values, and the names beside it."""


class Wanted(Protocol):
    """One thing that a scaffold reads, whose columns are to be imported; `cursor_field` is '' where it has none."""

    @property
    def object(self) -> str:
        """What names its asset."""

    @property
    def entry(self) -> Any:
        """What the job's `source` says of it."""

    @property
    def cursor_field(self) -> str:
        """The field that its own incremental reads follow."""


class ImportedTable(Protocol):
    """The columns of one thing as its source has them."""

    @property
    def cursor(self) -> str:
        """The column to follow, '' for none."""

    @property
    def notes(self) -> Sequence[str]:
        """What a reader should know of the import, a line each."""

    @property
    def options(self) -> Mapping[str, str]:
        """How a file is written, by the names that engine options have; {} where that is not known."""

    def fields(self, cursor_is_known: bool = False, min_confidence: float | None = None) -> tuple[Field, ...]:
        """Return the columns as fields, with the labels that are at least so sure, as usual without it.

        The cursor is marked, unless everybody knows it as the recipe's.
        """

    def unlabelled(self, min_confidence: float) -> tuple[str, ...]:
        """List the columns that the usual bar would label, and the given one does not."""


class Importer(Protocol):
    """Reads columns from where they are."""

    def imported(
        self,
        judge: Judge,
        sources: Sequence[str],
        selection: str,
        items: Sequence[Wanted],
        preferred_cursor: str,
        encoding: str = "",
    ) -> Mapping[str, ImportedTable]:
        """Import the table of each item by its object; raises `AnswerError`. `encoding` is that of files, '' to see."""

    def own_source(self, items: Sequence[Wanted]) -> str:
        """Return the answer that imports files from themselves, '' where that cannot be."""

    def tables(self, sources: Sequence[str], patterns: Sequence[Any], encoding: str = "") -> Sequence[tuple[str, str]]:
        """List the tables of the sources by name and plain name; of a database those that `patterns` may mean."""

    def merged(self, fields: Sequence[Field], imported: ImportedTable, min_confidence: float) -> tuple[Field, ...]:
        """Return the fields that a table has now, with the labels and descriptions that somebody gave them."""


class NoImporter:
    """The importer of a render, and of whoever reads only what is recorded."""

    def imported(self, *_: Any) -> Mapping[str, ImportedTable]:
        """Refuse: what is imported is recorded as an answer before a render."""
        raise AnswerError("columns cannot be imported here; answer `fields` with the columns")

    def own_source(self, items: Sequence[Wanted]) -> str:
        """Return '': no file is looked at."""
        return ""

    def tables(self, *_: Any) -> Sequence[tuple[str, str]]:
        """Refuse, as `imported` does."""
        raise AnswerError("tables cannot be looked up here; answer `tables` with their names")

    def merged(self, fields: Sequence[Field], imported: ImportedTable, min_confidence: float) -> tuple[Field, ...]:
        """Refuse: there is nothing that was imported."""
        raise AnswerError("columns cannot be imported here; answer `fields` with the columns")
