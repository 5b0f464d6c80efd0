"""For each question, how to find the answer that makes the pack write what a file says.

Each question is listed with its keys in a job or an asset. They are tried in this order, which matters if one answer
decides whether another question applies.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple

from ..answers.scaffold import Scaffold
from ..plan.plan import documents
from ..registry.fields import TYPES, Field
from . import selected
from .files import Files
from .values import MISSING, at


class Said(NamedTuple):
    """How to find the answer to a question: `value` gets it from the files, `MISSING` if they do not have it.

    `nothing` is the answer that leaves the key out of the files, `MISSING` if there is none.
    """

    question: str
    value: Callable[[Scaffold, Files], Any]
    nothing: Any = MISSING


def _job(*keys: str) -> Callable[[Scaffold, Files], Any]:
    return lambda scaffold, files: at(files.job, *keys)


def _body(*keys: str) -> Callable[[Scaffold, Files], Any]:
    return lambda scaffold, files: at(files.body, *keys)


def _governance(*keys: str) -> Callable[[Scaffold, Files], Any]:
    """Look for a value where either layout keeps it."""
    return lambda scaffold, files: next(
        (value for key in keys if (value := at(files.body, *key.split("."))) is not MISSING), MISSING
    )


def _storage(key: str) -> Callable[[Scaffold, Files], Any]:
    return lambda scaffold, files: at(_block(scaffold, files), key)


def _block(scaffold: Scaffold, files: Files) -> Any:
    return at(files.job, "target", "connection", scaffold.target_recipe.storage_block)


def _rest_of_storage(scaffold: Scaffold, files: Files) -> Any:
    block, known = _block(scaffold, files), scaffold.pack.keys.storage
    found = {key: block[key] for key in known if key in block} if isinstance(block, Mapping) else {}
    return found or MISSING


def _catalog_uri(scaffold: Scaffold, files: Files) -> Any:
    return at(files.job, "target", "connection", scaffold.target_recipe.catalog, "uri")


def _options(scaffold: Scaffold, files: Files) -> Any:
    """Return the engine's options, without the engine's name around them."""
    options = at(files.job, "source", "engine", "options")
    inner = [value for value in options.values() if isinstance(value, Mapping)] if isinstance(options, Mapping) else []
    return dict(inner[0]) if len(inner) == 1 else MISSING


def _state_dir(scaffold: Scaffold, files: Files) -> Any:
    """Return the folder of the job's state file, if the rest of its path is the pack's default."""
    path = at(files.job, "source", "incremental", "state_path")
    usual = scaffold["state_dir"] and _usual_state_path(scaffold)
    if not isinstance(path, str) or not usual:
        return MISSING
    end = usual.removeprefix(scaffold["state_dir"].rstrip("/"))
    return path.removesuffix(end) if path.endswith(end) else MISSING


def _usual_state_path(scaffold: Scaffold) -> str:

    return documents(scaffold, scaffold.items[0])[1]["source"]["incremental"].get("state_path", "")


_classification = _governance("governance.classification", "compliance.classification")


def _labels(scaffold: Scaffold, files: Files) -> Any:
    """Return the labels that no column has; the asset gets the columns' labels anyway."""
    listed = _classification(scaffold, files)
    if not isinstance(listed, list):
        return MISSING
    own = [field.classification for field in scaffold.fields[scaffold.items[0].object]]
    return [label for label in listed if label not in own] or MISSING


def fields_of(scaffold: Scaffold, files: Files) -> dict[str, Any]:
    """Return the columns of an asset as an answer to `fields`; a column of unknown type is stored as text."""
    found: dict[str, Any] = {}
    object_name = scaffold.items[0].object
    columns = at(files.asset, "schema") if at(files.body, "schema") is MISSING else at(files.body, "schema")
    for column in columns if isinstance(columns, list) else ():
        if isinstance(column, Mapping) and isinstance(name := column.get("name"), str):
            type_, label, description = (column.get(key) for key in ("type", "classification", "description"))
            field = Field(
                name,
                type_ if type_ in TYPES else "string",
                column.get("required") is True,
                label if isinstance(label, str) and label else None,
                description if isinstance(description, str) else "",
            )
            if field.classification is None and scaffold.pack.label(field, object_name):
                field = field._replace(classification="")
            found[name] = field.as_answer()
    return found


# The questions that a job answers.
JOB = (
    Said("schema_mode", _body("target", "mode")),
    Said("custom_reader", _job("source", "custom_reader")),
    Said("custom_writer", _job("target", "custom_writer")),
    Said("environment", _job("environment")),
    Said("incremental", lambda scaffold, files: selected.is_incremental(files)),
    Said("cursor_field", _job("source", "incremental", "cursor_field")),
    Said("lookback_days", _job("source", "incremental", "lookback_days")),
    Said("state_dir", _state_dir, nothing=""),
    Said("connection", _job("source", "connection")),
    Said("engine", _job("source", "engine", "type")),
    Said("engine_options", _options),
    Said("bucket", _storage("bucket"), nothing=""),
    Said("prefix", _storage("prefix")),
    Said("endpoint", _storage("endpoint")),
    Said("storage", _rest_of_storage),
    Said("catalog_uri", _catalog_uri, nothing=""),
    Said("branch", _job("target", "branch"), nothing=""),
    Said("warehouse", _job("target", "warehouse"), nothing=""),
    Said("markdown_kv_storage", _job("target", "markdown_kv_storage")),
    Said("parquet_target_size_mb", _job("target", "parquet_target_size_mb")),
    Said("schema_validation_mode", _job("schema_validation_mode")),
    Said("catalog", _job("catalog")),
    Said("log_level", _job("logging", "level")),
    Said("redaction", _job("logging", "redaction")),
)
# The questions that an asset answers.
ASSET = (
    Said("owner", _governance("governance.owner", "team.owner")),
    Said("tags", _governance("governance.tags", "tags")),
    Said("retention_days", _governance("governance.retention_days", "compliance.retention_days"), nothing=0),
    Said("regulations", _governance("governance.regulations", "compliance.regulations")),
    Said("classification", _labels),
    Said("domain", _body("domain")),
    Said("data_product", _body("dataProduct")),
    Said("status", _body("status")),
    Said("description", _body("description")),
    Said("team_roles", _body("team", "roles")),
    Said("finops", _body("finops")),
    Said("data_quality", _body("data_quality")),
    Said("security", _body("compliance", "security")),
    Said("consent", _body("compliance", "user_consent_required")),
    Said("change_management", _body("change_management")),
    Said("file_format", _body("target", "file_format")),
    Said("partitioning", _body("target", "partitioning")),
)


def answers(scaffold: Scaffold, files: Files) -> Iterator[Said]:
    """Yield what to look for in these files."""
    yield from ASSET if files.asset else ()
    yield from JOB if files.job else ()
