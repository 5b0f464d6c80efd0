"""The interface of importers, which read the columns of a scaffold's source.

The questionnaire and the command pass an importer to the pack. A render has none, so that it needs only the standard
library.
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
        """Judge a column by its name, type, object, observed values, and the names of the columns beside it."""


class Wanted(Protocol):
    """An object, table, file or sheet whose columns are to be imported; `cursor_field` is '' for none."""

    @property
    def object(self) -> str:
        """The name of the object, which identifies its asset."""

    @property
    def entry(self) -> Any:
        """Its entry in the job's `source`."""

    @property
    def cursor_field(self) -> str:
        """The field that its own incremental reads follow."""


class ImportedTable(Protocol):
    """The columns of an object, table, file or sheet as its source defines them."""

    @property
    def cursor(self) -> str:
        """The column to follow, '' for none."""

    @property
    def notes(self) -> Sequence[str]:
        """What a reader should know about the import, a line each."""

    @property
    def options(self) -> Mapping[str, str]:
        """The format of a file, by engine option; {} where unknown."""

    def fields(self, cursor_is_known: bool = False, min_confidence: float | None = None) -> tuple[Field, ...]:
        """Return the columns as fields, with labels of at least `min_confidence`, by default that of the pack.

        The cursor is marked, unless it is already known from the recipe.
        """

    def unlabelled(self, min_confidence: float) -> tuple[str, ...]:
        """List the columns that get a label with the pack's default confidence, but not with `min_confidence`."""


class Importer(Protocol):
    """Reads columns from their source."""

    def imported(
        self,
        judge: Judge,
        sources: Sequence[str],
        selection: str,
        items: Sequence[Wanted],
        preferred_cursor: str,
        encoding: str = "",
        is_recorded: bool = False,
    ) -> Mapping[str, ImportedTable]:
        """Import the table of each item, by object; raises `AnswerError`.

        Without an `encoding`, that of each file is detected. With `is_recorded`, items are found only by their recorded
        names.
        """

    def own_source(self, items: Sequence[Wanted]) -> str:
        """Return the answer that imports files from themselves, '' where that is impossible."""

    def tables(self, sources: Sequence[str], patterns: Sequence[Any], encoding: str = "") -> Sequence[tuple[str, str]]:
        """List the tables of the sources as pairs of full and plain name; of a database, those `patterns` may match."""

    def merged(self, fields: Sequence[Field], imported: ImportedTable, min_confidence: float) -> tuple[Field, ...]:
        """Return the imported fields of a table, with the labels and descriptions that were edited by hand."""


class NoImporter:
    """The importer of renders, and of callers that read only recorded answers."""

    def imported(self, *_: Any) -> Mapping[str, ImportedTable]:
        """Refuse: imported columns are recorded as an answer before a render."""
        raise AnswerError("answer `fields` with the columns; they cannot be imported here")

    def own_source(self, items: Sequence[Wanted]) -> str:
        """Return '': no file is read."""
        return ""

    def tables(self, *_: Any) -> Sequence[tuple[str, str]]:
        """Refuse, as `imported` does."""
        raise AnswerError("answer `tables` with their names; they cannot be looked up here")

    def merged(self, fields: Sequence[Field], imported: ImportedTable, min_confidence: float) -> tuple[Field, ...]:
        """Refuse: nothing was imported."""
        raise AnswerError("answer `fields` with the columns; they cannot be imported here")
