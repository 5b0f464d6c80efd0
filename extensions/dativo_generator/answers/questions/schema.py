"""What an asset says about its columns, and whether it comes with rows to try it out."""

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any

from ...base.errors import AnswerError
from ...base.naming import few, nearest
from ...registry.fields import KEYS, Field, read_fields
from .. import readers
from ..model import Answers, Question, Section
from ..selection import Item
from .shared import alone, always, choice, reused

ASSETS = ("write", "reuse")


def _fields(answers: Answers, raw: Any) -> dict[str, tuple[Field, ...]]:
    """Read fields by object; for a single object, its fields alone are accepted."""
    value = readers.mapping(raw)
    objects = [item.object for item in answers.items]
    if are_of_one_object(value, objects) and not _name_another(value):
        value = {objects[0]: value}

    def refuser(name: str) -> Callable[[Sequence[Any], str], AnswerError]:
        place = [] if len(objects) == 1 else [name]
        return lambda keys, what: AnswerError(": ".join(filter(None, (".".join(map(str, (*place, *keys))), what))))

    fields = {readers.among_objects(name, objects): read_fields(entry, refuser(name)) for name, entry in value.items()}
    for item in answers.items:
        if item.object not in fields and not answers.suggested(item):
            raise AnswerError(f"give the columns of '{item.object}', too; none are known")
        _check_cursor(answers, item, fields.get(item.object, ()))
    return fields


def are_of_one_object(value: Mapping[str, Any], objects: Sequence[str]) -> bool:
    """Return whether fields are given for the only object, without its name."""
    return len(objects) == 1 and not (list(value) == list(objects) and isinstance(value[objects[0]], dict))


def _name_another(value: Mapping[str, Any]) -> bool:
    """Return whether fields are given under a name that is not the object's, such as the table's."""
    if len(value) != 1 or not isinstance(entry := next(iter(value.values())), dict):
        return False
    return bool(entry) and not any(nearest(str(key), KEYS) for key in entry)


def _check_cursor(answers: Answers, item: Item, fields: Sequence[Field]) -> None:
    """Refuse a table whose cursor is not one of its columns; an API's may be a parameter of the request.

    If rows become documents, the columns are those of the documents.
    """
    if answers.raw.get("markdown_kv_storage"):
        return
    cursor = answers.cursor_field(item, fields) if answers.source.selection == "tables" else ""
    names = [field.name for field in fields]
    if cursor and names and cursor not in names:
        whole = "name the table in full_reads" if len(answers.items) > 1 else "answer incremental with no"
        near = f"did you mean '{near}'? " if (near := nearest(cursor, names)) else ""
        raise AnswerError(
            f"{near}add the field, name another cursor_field, or {whole}; '{item.object}' has no field '{cursor}'"
        )


def _suggested_fields(answers: Answers) -> Any:
    """Return the suggested fields in the notation of an answer; None if an item has none."""
    suggested = {item.object: answers.suggested(item) for item in answers.items}
    if not all(suggested.values()):
        return None
    return as_answer(answers, suggested, answers.pack.labels)


def as_answer(answers: Answers, fields: Mapping[str, Sequence[Field]], known: Collection[str] = ()) -> dict[str, Any]:
    """Return fields by object in the notation of an answer, or without the object if there is only one.

    With `known` labels, any other label is marked as intended.
    """
    lines = {
        name: {field.name: field.classified(answers.pack.label(field, name) or None).as_answer(known) for field in of}
        for name, of in fields.items()
    }
    return next(iter(lines.values())) if len(lines) == 1 else lines


def _not_imported(answers: Answers) -> str:
    """Return why no label depends on evidence, or '' if one does, or did when the fields were recorded."""
    if answers.raw.get("import_from") or {"fields", "min_confidence"} <= answers.raw.keys():
        return reused(answers)
    return reused(answers) or "without an import, no label depends on values"


def _unlabelled(answers: Answers) -> list[str]:
    """Return notes on the imported columns that have no label because of `min_confidence`."""
    if answers.inapplicable("min_confidence"):
        return []
    bar = answers["min_confidence"]
    found = {name: table.unlabelled(bar) for name, table in answers.imported.items()}
    return [f"'{name}' has no label for {few(names)}: less sure than {bar:g}" for name, names in found.items() if names]


def _no_tables(answers: Answers) -> str:
    source = answers.source
    return "" if source.selection == "tables" else f"{source.id} is read by {source.selection}"


SECTION = Section(
    "schema",
    what="columns, types, classification, fixtures",
    questions={
        "assets": choice(ASSETS, "write", of="scaffold"),
        "min_confidence": Question(
            alone(readers.share),
            lambda answers: answers.pack.min_confidence,
            _not_imported,
            about_import=True,
            imported=_unlabelled,
        ),
        "fields": Question(
            _fields, _suggested_fields, reused, example="{id: string required, email: string PII}", of="scaffold"
        ),
        "imported_from": Question(
            alone(readers.text),
            always(""),
            reused,
            of="scaffold",
            example="postgresql://me:${PGPASSWORD}@host/db",
            prompted=False,
        ),
        "table_patterns": Question(
            alone(readers.words), always([]), _no_tables, of="scaffold", example="['sales.*']", prompted=False
        ),
        "fixtures": Question(alone(readers.flag), always(False), reused),
    },
)
