"""The rest of a job: lineage, validation, storage keys, and keys that no question asks for."""

from collections.abc import Iterable
from typing import Any

from ...base.documents import shown
from ...base.errors import AnswerError
from ...base.naming import few, offer
from ...base.secrets import WAY_OUT, secret_in
from ...base.shapes import Shape
from ...registry.pack import Pack
from .. import choices, readers
from ..model import Answers, Question, Section
from .shared import alone, always, passed_on
from .target import SAFE_PARTITION
from .target import SECTION as TARGET

VALIDATION_MODES = STRICT, WARN = ("strict", "warn")
# Keys of a storage block that the section `target` asks for.
_PLACE = ("bucket", "prefix", "endpoint")
_PLACEHOLDERS = ("{asset}", "{object}")


def _shape(*keys: str) -> Any:
    return lambda pack: pack.shape("job").at(*keys)


def _storage_shape(pack: Pack) -> Shape:
    texts = {key: {"type": "string"} for key in pack.keys.storage}
    return Shape({"type": "object", "additionalProperties": False, "properties": texts})


def _lineage(answers: Answers, raw: Any) -> dict[str, Any]:
    value = readers.mapping(raw)
    if not value:
        return value
    readers.shaped(value, answers.pack.shape("job").at("catalog"))
    known = answers.pack.keys.lineage.get(value["type"], {})
    for key, item in value["connection"].items():
        place = f"connection.{key}"
        if key not in known:
            raise AnswerError(f"{place}: " + offer(key, known, f"{value['type']} does not read this key"))
        instead = f"leave the key out and set {known[key]}" if known[key] else "write the value out"
        if "${" in str(item):
            raise AnswerError(f"{place}: {instead}; the runner expands no variable here")
        if secret_in(item, key):
            raise AnswerError(f"{place}: {instead}; it is a literal secret")
    name = value.get("table_name", "")
    if name and len(answers.items) > 1 and not any(word in name for word in _PLACEHOLDERS):
        raise AnswerError(f"put {{asset}} into table_name; '{name}' would name {len(answers.items)} tables")
    return value


def _validation(answers: Answers) -> str:
    return WARN if answers["schema_mode"] == "relaxed" else STRICT


def _validation_mode(answers: Answers, raw: Any) -> str:
    mode = readers.one_of(raw, VALIDATION_MODES)
    if mode == STRICT and _validation(answers) == WARN:
        raise AnswerError("change this or schema_mode; 'strict' contradicts 'relaxed', which lets rows pass")
    return mode


def _markdown_kv(answers: Answers, raw: Any) -> dict[str, Any]:
    value = readers.mapping(raw)
    if not value:
        return value
    readers.shaped(value, answers.pack.shape("job").at("target", "markdown_kv_storage"))
    patterns = answers.pack.keys.documents.get(value["mode"], {})
    pattern = value.get("structured_pattern", "")
    if not patterns:
        raise AnswerError(f"mode: '{value['mode']}' is not one of {few(answers.pack.keys.documents)}")
    if pattern not in patterns:
        which = "has no effect with" if "" in patterns else "is none of"
        some = "" if "" in patterns else f": {few(patterns)}"
        raise AnswerError(f"structured_pattern: '{pattern}' {which} mode {value['mode']}{some}")
    if not answers.reuses_assets:
        _check_columns(answers, patterns[pattern])
    return value


def _check_columns(answers: Answers, columns: Iterable[str]) -> None:
    """Refuse fields that no document has: the runner would find no values for them."""
    known = (*columns, SAFE_PARTITION)
    for item in answers.items:
        for field in answers.fields[item.object]:
            if field.name not in known:
                raise AnswerError(
                    f"answer fields with some of {few(columns)}; '{item.object}' has no column '{field.name}'"
                )


def _storage(answers: Answers, raw: Any) -> dict[str, Any]:
    value, known = readers.mapping(raw), answers.pack.keys.storage
    for key, item in value.items():
        if key in _PLACE:
            raise AnswerError(f"{key}: answer the question {key}; this one does not take it")
        if why := answers.pack.keys.no_effect("job", f"target.connection.{answers.target_recipe.storage_block}.{key}"):
            raise AnswerError(f"{key}: leave it out; it has no effect: {why}")
        if key not in known:
            raise AnswerError(offer(key, known, f"unknown key '{key}'"))
        if not isinstance(item, str) or not item.strip():
            raise AnswerError(f"{key}: must be text, not {shown(item)}")
        if secret_in(item, key):
            raise AnswerError(f"{key}: {WAY_OUT}; it is a literal secret")
        readers.expandable(item)
    return value


SECTION = Section(
    "job",
    what="lineage, validation, storage keys, other keys",
    questions={
        "catalog": Question(
            _lineage,
            always({}),
            example="{type: openmetadata, connection: {api_url: https://meta.example.com/api}}",
            shape=_shape("catalog"),
            owns=("job.catalog",),
        ),
        "schema_validation_mode": Question(
            _validation_mode,
            _validation,
            choices=lambda answers: choices.plain(VALIDATION_MODES),
            fixed_choices=VALIDATION_MODES,
            owns=("job.schema_validation_mode",),
        ),
        "markdown_kv_storage": Question(
            _markdown_kv,
            always({}),
            example="{mode: string}",
            of="scaffold",
            shape=_shape("target", "markdown_kv_storage"),
            owns=("job.target.markdown_kv_storage",),
        ),
        "storage": Question(
            _storage,
            always({}),
            TARGET.questions["bucket"].inapplicable,
            example="{region: eu-central-1}",
            shape=_storage_shape,
        ),
        "parquet_target_size_mb": Question(alone(readers.number(0)), always(0)),
        "job_extra": Question(
            passed_on("job_extra"),
            always({}),
            example="{source: {rate_limits: {rps: 5}}}",
            shape=lambda pack: Shape({"type": "object"}),
        ),
    },
)
