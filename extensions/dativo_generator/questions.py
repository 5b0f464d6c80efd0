"""Every question: how its answer is read, what it is worth when nobody answers, when it makes no sense, its choices.

`QUESTIONS` has an entry for every question of the question files, in their order; a test compares the two. The words
that a user reads are there, the checks are here.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from . import choices, readers
from .choices import Choice
from .ci import KINDS
from .connection import overridden
from .documents import shown, thawed
from .errors import AnswerError
from .fields import Field, read_fields
from .naming import listed, nearest
from .selection import EXAMPLES, Item, read_selection

if TYPE_CHECKING:
    from .imported import Imported
    from .scaffold import Scaffold

ENVIRONMENTS = ("dev", "staging", "prod")
ENVIRONMENT = ENVIRONMENTS[0]
MODES = ("self_hosted", "cloud")
LAYOUTS = ("nested", "odcs")
SCHEMA_MODES = ("strict", "merge", "relaxed")
ASSETS = ("write", "reuse")
LOG_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL")
SECTIONS = {
    "incremental": "read only what is new: on or off, cursor, lookback",
    "schema": "the columns, their types and classification, fixtures",
    "governance": "tags, retention, regulations, classification",
    "target": "format, partitioning, schema mode, bucket, catalog",
    "connection": "where the source is",
    "engine": "what runs the extraction",
    "runtime": "logging, paths, asset version, layout and names, CI",
}

# Only this column is written for every row by the runner; partitioning by a column of the data loses rows.
SAFE_PARTITION = "ingest_date"

# Answers that help to give another and mean nothing afterwards; their questions are `secret` to Copier.
UNRECORDED = ("find_source", "find_target", "import_from", "save_profile", "proceed")

# The answers that a profile may not hold, because they make a scaffold what it is; and those that it may hold for a
# connector only, because what is right depends on it. A tenant has one answer to every other question.
_OF_SCAFFOLD = (
    "tenant_id",
    "source_connector",
    "objects",
    "tables",
    "files",
    "sheets",
    "target_connector",
    "scaffold",
    "customize",
    "assets",
    "fields",
    "asset_version",
    "asset_names",
    "profiled",
    *UNRECORDED,
)
_OF_CONNECTOR = ("incremental", "cursor_field", "lookback_days", "file_format", "connection", "engine")

_PLACEHOLDERS = ("asset", "object")
# A relative or absolute folder, or one below a variable; the runner expands ${NAME} in paths, not ${NAME:-x}.
_APP_ROOT = re.compile(r"/|(?:\$\{[A-Z_][A-Z0-9_]*\}|/?[A-Za-z0-9._-]+)(?:/[A-Za-z0-9._-]+)*/?")


@dataclass(frozen=True, slots=True)
class Question:
    """One question.

    `read` turns the raw answer into the value or raises `AnswerError` without the question's name. `default` gives
    the raw answer to follow, None where nobody but the user can say; `example` then shows how to. `unfit` says why the
    question makes no sense for these answers, '' when it does. `section` is the part of `customize` that opens it, ''
    for the short path; `pressing` tells whether it is asked although its section is closed; `fills` is the question
    for whose answer it helps. `of` says whose answer it is: that of one scaffold, of all that a tenant does with a
    connector, or of the tenant. `fixed` are the choices where they depend on no other answer.
    """

    read: Callable[[Scaffold, Any], Any]
    default: Callable[[Scaffold], Any] = lambda scaffold: None
    unfit: Callable[[Scaffold], str] = lambda scaffold: ""
    choices: Callable[[Scaffold], list[Choice]] = lambda scaffold: []
    example: str = ""
    section: str = ""
    pressing: Callable[[Scaffold], bool] = lambda scaffold: False
    fills: str = ""
    of: str = "tenant"
    fixed: tuple[str, ...] = ()


# --- how a raw answer is read, where that takes more than the answer --------------------------------------------------


def _connector(role: str) -> Callable[[Scaffold, Any], str]:
    def read(scaffold: Scaffold, raw: Any) -> str:
        offered = {connector.id: connector for connector in scaffold.pack.with_role(role)}
        if not isinstance(raw, str) or raw not in offered:
            if fate := scaffold.pack.lifecycle.fate(str(raw)):
                raise AnswerError(f"{shown(raw)} {fate}")
            names = list(offered)
            few = listed(names[:12]) + (f" and {len(names) - 12} more" if len(names) > 12 else "")
            hint = nearest(str(raw), names)
            raise AnswerError(f"{shown(raw)} is not a {role} of the registry{hint} ({role}s: {few})")
        if why := choices.forbidden(offered[raw], _cloud(scaffold)):
            raise AnswerError(f"'{raw}' is {why}; choose another connector or execution_mode self_hosted")
        scaffold.pack.recipe(raw)  # a damaged recipe is reported before anything is written
        return raw

    return read


def _search(role: str) -> Callable[[Scaffold, Any], str]:
    def read(scaffold: Scaffold, raw: Any) -> str:
        search = readers.text(raw)
        connectors = scaffold.pack.with_role(role)
        if not any(choices.found(connector, search) for connector in connectors):
            hint = nearest(search, [connector.id for connector in connectors])
            raise AnswerError(f"nothing among the {role}s matches {shown(search)}{hint}")
        return search

    return read


def _selection(scaffold: Scaffold, raw: Any) -> tuple[Item, ...]:
    value = readers.structure(raw)
    if isinstance(value, str | dict) and value and scaffold.source.selection != "objects":
        value = [value]  # one thing needs no list, but for what is chosen from one
    for item in value if isinstance(value, list) and scaffold.source.selection == "objects" else ():
        if item not in scaffold.source.objects and (
            fate := scaffold.pack.lifecycle.fate(scaffold.source.id, str(item))
        ):
            raise AnswerError(f"{shown(item)} {fate}")
    return read_selection(value, scaffold.source, scaffold.source_recipe)


def _sections(scaffold: Scaffold, raw: Any) -> list[str]:
    sections = [readers.one_of(item, tuple(SECTIONS)) for item in readers.sequence(raw)]
    for choice in _offered_sections(scaffold):
        if choice.value in sections and choice.reason:
            raise AnswerError(f"there is nothing to decide in '{choice.value}': {choice.reason}; leave it out")
    return sections


def _fields(scaffold: Scaffold, raw: Any) -> dict[str, tuple[Field, ...]]:
    """Read fields by object; with one object the mapping may be the object's fields themselves."""
    value = readers.mapping(raw)
    objects = [item.object for item in scaffold.items]
    if len(objects) == 1 and not (list(value) == objects and isinstance(value[objects[0]], dict)):
        value = {objects[0]: value}

    def refuser(name: str) -> Callable[[Sequence[Any], str], AnswerError]:
        place = [] if len(objects) == 1 else [name]
        return lambda keys, what: AnswerError(": ".join(filter(None, (".".join(map(str, (*place, *keys))), what))))

    fields = {readers.among_objects(name, objects): read_fields(entry, refuser(name)) for name, entry in value.items()}
    for item in scaffold.items:
        if item.object not in fields and not scaffold.suggested(item):
            raise AnswerError(f"nothing is known of '{item.object}'; give its columns, too")
        _check_cursor(scaffold, item, fields.get(item.object, ()))
    return fields


def _import_from(scaffold: Scaffold, raw: Any) -> Mapping[str, Imported]:
    """Import the columns of what is read; in a list, each source has those of some."""
    text = readers.text(raw).strip()
    if not text:
        return {}
    from .imported import imported  # with libraries that a render must not need

    sources = readers.words(text) if text.startswith("[") else [text]
    recipe = scaffold.source_recipe
    return imported(scaffold.pack, sources, scaffold.source.selection, scaffold.items, recipe.cursor_field)


def _check_cursor(scaffold: Scaffold, item: Item, fields: Sequence[Field]) -> None:
    """Refuse a table whose cursor is no column of it; an API's may be a parameter of the request."""
    cursor = scaffold.cursor_field(item, fields) if scaffold.source.selection == "tables" else ""
    names = [field.name for field in fields]
    if cursor and names and cursor not in names:
        raise AnswerError(
            f"the cursor '{cursor}' is not a field of '{item.object}'{nearest(cursor, names)}; "
            "add it, name another cursor_field, or answer incremental with no"
        )


def _url(scaffold: Scaffold, raw: Any) -> str:
    text = readers.text(raw)
    return text and readers.matching(r"https?://[^\s/]+\S*", "a URL begins with http:// or https://")(text)


def _prefix(scaffold: Scaffold, raw: Any) -> str:
    text = readers.text(raw)
    if not text.strip("/") or text.startswith("/") or re.search(r"\s|\$\{|(^|/)\.\.?(/|$)", text):
        raise AnswerError(f"{shown(text)} is not a prefix like raw/crm/customers")
    placeholders = re.findall(r"\{([^{}]*)\}", text)
    for name in placeholders:
        if name not in _PLACEHOLDERS:
            raise AnswerError(f"{shown(text)}: '{{{name}}}' is neither {{asset}} nor {{object}}")
    if len(scaffold.items) > 1 and not placeholders:
        count = len(scaffold.items)
        raise AnswerError(f"{shown(text)}: {count} assets would be written to one place; put {{asset}} into it")
    return text


def _app_root(scaffold: Scaffold, raw: Any) -> str:
    text = readers.text(raw)
    if not _APP_ROOT.fullmatch(text):
        raise AnswerError(f"{shown(text)} is not a folder like /app, '.' or ${{DATIVO_HOME}}")
    return text


def _version(scaffold: Scaffold, raw: Any) -> str:
    if isinstance(raw, float):
        raise AnswerError(f"{raw} was read as a number, in which 1.10 is 1.1; put the version in quotes")
    text = readers.text(raw)
    if not re.fullmatch(r"\d+(\.\d+)*", text, re.ASCII):
        raise AnswerError(f"{shown(text)} is not a version like 1.0")
    return text


def _profiled(scaffold: Scaffold, raw: Any) -> list[str]:
    """Read which answers follow the profiles; each must be one that a profile may hold, and be there."""
    names = readers.words(raw)
    for name in names:
        if name not in PROFILED or name not in scaffold.answers:
            raise AnswerError(f"{shown(name)} is no answer here that a profile gives")
    return names


def _asset_names(scaffold: Scaffold, raw: Any) -> dict[str, str]:
    objects = [item.object for item in scaffold.items]
    names = {readers.among_objects(key, objects): readers.slug(name) for key, name in readers.mapping(raw).items()}
    final = [names.get(item.object) or scaffold.usual_name(item) for item in scaffold.items]
    for name in final:
        if final.count(name) > 1:
            raise AnswerError(f"'{name}' would name two assets")
    return names


# --- what is followed when nobody answers -----------------------------------------------------------------------------


def _each(scaffold: Scaffold, placeholder: str, name: Callable[[Item], str]) -> str:
    """Return the item's own name where there is one item, else the placeholder that stands for each one's."""
    return name(scaffold.items[0]) if len(scaffold.items) == 1 else placeholder


def _suggested_fields(scaffold: Scaffold) -> Any:
    """Offer the suggested fields in the notation of an answer; None where an item has none."""
    suggested = {item.object: scaffold.suggested(item) for item in scaffold.items}
    if not all(suggested.values()):
        return None
    lines = {
        name: {field.name: field.classified(scaffold.pack.label(field, name) or None).as_answer() for field in fields}
        for name, fields in suggested.items()
    }
    return next(iter(lines.values())) if len(lines) == 1 else lines


def _own_source(scaffold: Scaffold) -> str:
    """Offer to import files from themselves, where they are at hand."""
    if scaffold.source.selection != "files":
        return ""
    from .imported import own_source

    return own_source(scaffold.items)


def _followed(scaffold: Scaffold) -> bool:
    """Tell whether every imported table has a column to follow; what has none can only be read as a whole."""
    cursors = {item.object: item.cursor_field for item in scaffold.items} if scaffold.imported else {}
    return (
        scaffold.source.selection != "tables"
        or not scaffold.source.uses_cursor
        or all(cursors[name] or found.cursor for name, found in scaffold.imported.items())
    )


def _cursor(scaffold: Scaffold) -> str | None:
    return (_followed(scaffold) and scaffold.source_recipe.cursor_field) or None


def _only_object(scaffold: Scaffold) -> list[str] | None:
    objects = scaffold.source.objects
    return list(objects) if len(objects) == 1 else None


def _format(scaffold: Scaffold) -> str:
    formats, preferred = scaffold.target.file_formats, scaffold.target_recipe.file_format
    return preferred if preferred and (not formats or preferred in formats) else (*formats, "parquet")[0]


def _formats(scaffold: Scaffold) -> Sequence[str]:
    return scaffold.target.file_formats or (_format(scaffold),)


def _taken(scaffold: Scaffold) -> list[str]:
    """List the answers that are as the profiles say; those of a profile that is being written, too."""
    if "save_profile" in scaffold.answers and scaffold["save_profile"]:
        return list(scaffold.common)
    presets, answers = scaffold.presets, scaffold.answers
    fit = [name for name in QUESTIONS if name in presets and not scaffold.unfit(name)]
    return [name for name in fit if answers.get(name, presets[name].value) == presets[name].value]


def _catalog(scaffold: Scaffold) -> str:
    return f"http://{scaffold.target_recipe.catalog}.{scaffold['tenant_id']}.internal:19120/api/v1"


# --- when a question makes no sense -----------------------------------------------------------------------------------


def _cloud(scaffold: Scaffold) -> bool:
    return scaffold["execution_mode"] == "cloud"


def _reads(selection: str) -> Callable[[Scaffold], str]:
    def unfit(scaffold: Scaffold) -> str:
        source = scaffold.source
        return "" if source.selection == selection else f"{source.id} is read by {source.selection}"

    return unfit


def _no_incremental(scaffold: Scaffold) -> str:
    source = scaffold.source
    return "" if source.supports_incremental else f"{source.id} does not support incremental reads"


def _not_incremental(scaffold: Scaffold) -> str:
    return _no_incremental(scaffold) or ("" if scaffold["incremental"] else "incremental is off")


def _no_cursor(scaffold: Scaffold) -> str:
    source = scaffold.source
    follows = "" if source.uses_cursor else f"{source.id} follows '{source.strategy}', not a cursor"
    return _not_incremental(scaffold) or follows


def _no_connection(scaffold: Scaffold) -> str:
    template = scaffold.source_recipe.connection
    return "" if template else f"the recipe of {scaffold.source.id} has no connection template"


def _one_engine(scaffold: Scaffold) -> str:
    source = scaffold.source
    return f"{source.id} runs on {source.default_engine} only" if len(source.engines) == 1 else ""


def _no_storage(scaffold: Scaffold) -> str:
    return "" if scaffold.target_recipe.storage_block else f"{scaffold.target.id} has no object storage of its own"


def _no_catalog(scaffold: Scaffold) -> str:
    return "" if scaffold.target_recipe.catalog else f"{scaffold.target.id} keeps no catalog"


def _no_new_profile(scaffold: Scaffold) -> str:
    return scaffold.profiles.unsavable(scaffold["tenant_id"])


def _nothing_taken(scaffold: Scaffold) -> str:
    return "" if "profiled" in scaffold.answers or _taken(scaffold) else "no profile says anything"


def _reused(scaffold: Scaffold) -> str:
    return "the asset is there already and says it" if scaffold.reuses_assets else ""


def _short_list(role: str) -> Callable[[Scaffold], str]:
    def unfit(scaffold: Scaffold) -> str:
        return "" if len(scaffold.pack.with_role(role)) > choices.LONG_LIST else f"the list of {role}s is short"

    return unfit


# --- what can be chosen -----------------------------------------------------------------------------------------------


def _connectors(role: str) -> Callable[[Scaffold], list[Choice]]:
    def offer(scaffold: Scaffold) -> list[Choice]:
        search = scaffold.answers.get(f"find_{role}", "")
        connectors = [connector for connector in scaffold.pack.with_role(role) if choices.found(connector, search)]
        return choices.connectors(connectors, role, _cloud(scaffold))

    return offer


def _offered_sections(scaffold: Scaffold) -> list[Choice]:
    unfit = {
        "incremental": _no_incremental(scaffold),
        "connection": _no_connection(scaffold),
        "engine": _one_engine(scaffold),
    }
    return [Choice(f"{name:<12} {what}", name, unfit.get(name, "")) for name, what in SECTIONS.items()]


# --- the table --------------------------------------------------------------------------------------------------------


def _alone(read: readers.Reader) -> Callable[[Scaffold, Any], Any]:
    """Use a reader that needs nothing but the answer."""
    return lambda scaffold, raw: read(raw)


def _always(value: Any) -> Callable[[Scaffold], Any]:
    return lambda scaffold: value


def _choice(values: Sequence[str], default: str) -> Question:
    """Make a question with the same choices for every scaffold."""
    return replace(_scaffold_choice(_always(values), _always(default)), fixed=tuple(values))


def _scaffold_choice(values: Callable[[Scaffold], Sequence[str]], default: Callable[[Scaffold], Any]) -> Question:
    return Question(
        read=lambda scaffold, raw: readers.one_of(raw, values(scaffold)),
        default=default,
        choices=lambda scaffold: choices.plain(values(scaffold)),
    )


_SHORT_PATH: dict[str, Question] = {
    "tenant_id": Question(_alone(readers.slug), example="acme"),
    "environment": _choice(ENVIRONMENTS, ENVIRONMENT),
    "execution_mode": _choice(MODES, "self_hosted"),
    "find_source": Question(_search("source"), _always(""), _short_list("source")),
    "source_connector": Question(_connector("source"), choices=_connectors("source")),
    "objects": Question(
        _selection, _only_object, _reads("objects"), lambda scaffold: choices.plain(scaffold.source.objects)
    ),
    "tables": Question(_selection, unfit=_reads("tables"), example=EXAMPLES["tables"]),
    "files": Question(_selection, unfit=_reads("files"), example=EXAMPLES["files"]),
    "sheets": Question(_selection, unfit=_reads("sheets"), example=EXAMPLES["sheets"]),
    "find_target": Question(_search("target"), _always(""), _short_list("target")),
    "target_connector": Question(_connector("target"), choices=_connectors("target")),
    "owner": Question(_alone(readers.email), lambda scaffold: f"data-team@{scaffold['tenant_id']}.com"),
    "scaffold": Question(_alone(readers.slug), lambda scaffold: f"{scaffold.source.id}_to_{scaffold.target.id}"),
    "customize": Question(_sections, _always([]), choices=_offered_sections, fixed=tuple(SECTIONS)),
    "import_from": Question(_import_from, _own_source, _reused, fills="fields"),
}

_SECTIONS: dict[str, dict[str, Question]] = {
    "incremental": {
        "incremental": Question(
            _alone(readers.flag), _followed, _no_incremental, pressing=lambda scaffold: not _followed(scaffold)
        ),
        "cursor_field": Question(_alone(readers.name), _cursor, _no_cursor),
        "lookback_days": Question(
            _alone(readers.number(0)), lambda scaffold: scaffold.source_recipe.lookback_days, _not_incremental
        ),
    },
    "schema": {
        "assets": _choice(ASSETS, "write"),
        "fields": Question(_fields, _suggested_fields, _reused, example="{id: string required, email: string PII}"),
        "fixtures": Question(_alone(readers.flag), _always(False), _reused),
    },
    "governance": {
        "tags": Question(
            _alone(readers.words),
            lambda scaffold: [scaffold.source.id, _each(scaffold, "{object}", lambda item: item.object)],
            _reused,
        ),
        "retention_days": Question(_alone(readers.number(1)), _always(90), _reused),
        "regulations": Question(_alone(readers.words), _always([]), _reused),
        "classification": Question(_alone(readers.labels), _always([]), _reused),
    },
    "target": {
        "file_format": replace(_scaffold_choice(_formats, _format), unfit=_reused),
        "partitioning": Question(
            _alone(readers.words),
            lambda scaffold: list(scaffold.target_recipe.partitioning) or [SAFE_PARTITION],
            _reused,
        ),
        "schema_mode": _choice(SCHEMA_MODES, "strict"),
        "branch": Question(
            _alone(
                readers.matching(r"[A-Za-z0-9][A-Za-z0-9._/-]*", "a branch is letters, digits, '.', '_', '/' and '-'")
            ),
            lambda scaffold: scaffold["tenant_id"],
            _no_catalog,
        ),
        "warehouse": Question(
            _alone(readers.matching(r"[a-z][a-z0-9+.-]*://\S+", "a warehouse is a URI like s3://lake/acme/")),
            lambda scaffold: f"s3://lake/{scaffold['tenant_id']}/",
            _no_catalog,
        ),
        "bucket": Question(
            _alone(
                readers.matching(
                    r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]", "a bucket has 3 to 63 lower-case letters, digits, '.' and '-'"
                )
            ),
            # Object storage takes no underscore in a bucket's name.
            lambda scaffold: f"{scaffold['tenant_id'].replace('_', '-')}-data-lake",
            _no_storage,
        ),
        "prefix": Question(
            _prefix,
            lambda scaffold: f"raw/{scaffold.source.id}/{_each(scaffold, '{asset}', scaffold.asset_name)}",
            _no_storage,
        ),
        "endpoint": Question(_url, _always(""), _no_storage),
        "catalog_uri": Question(_url, _catalog, _no_catalog),
    },
    "connection": {
        "connection": Question(
            lambda scaffold, raw: overridden(thawed(scaffold.source_recipe.connection), readers.mapping(raw)),
            lambda scaffold: thawed(scaffold.source_recipe.connection),
            _no_connection,
        ),
    },
    "engine": {
        "engine": _scaffold_choice(
            lambda scaffold: scaffold.source.engines, lambda scaffold: scaffold.source.default_engine
        ),
    },
    "runtime": {
        "log_level": _choice(LOG_LEVELS, "INFO"),
        "redaction": Question(_alone(readers.flag), _always(True)),
        "app_root": Question(_app_root, _always("/app")),
        "asset_version": Question(_version, _always("1.0")),
        "asset_layout": replace(_choice(LAYOUTS, "nested"), unfit=_reused),
        "asset_names": Question(_asset_names, _always({})),
        "vendor": Question(_alone(readers.flag), _always(True)),
        "ci": _choice(KINDS, "none"),
        "save_profile": Question(
            _alone(readers.flag),
            _always(False),
            _no_new_profile,
            pressing=lambda scaffold: bool({"governance", "target", "connection"} & {*scaffold["customize"]}),
        ),
        "profiled": Question(_profiled, _taken, _nothing_taken, pressing=lambda scaffold: True),
    },
}


def _of(name: str) -> str:
    return "scaffold" if name in _OF_SCAFFOLD else "connector" if name in _OF_CONNECTOR else "tenant"


_REVIEW = {"proceed": Question(_alone(readers.flag), _always(True))}

QUESTIONS: dict[str, Question] = {
    name: replace(question, section=section, of=_of(name))
    for section, questions in (("", _SHORT_PATH), *_SECTIONS.items(), ("", _REVIEW))
    for name, question in questions.items()
}
# What a profile may hold.
PROFILED = tuple(name for name, question in QUESTIONS.items() if question.of != "scaffold")
