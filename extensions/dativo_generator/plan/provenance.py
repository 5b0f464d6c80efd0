"""Where each value of a job or an asset comes from: the answer or the entry of the template that sets it.

One table per kind of file maps keys to origins; a test changes each named origin and checks that the value changes.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cached_property
from typing import Any, NamedTuple

from ..answers.questions.contract import ODCS
from ..answers.questions.incremental import limits_first_run
from ..answers.readers import structure
from ..answers.scaffold import Scaffold
from ..answers.selection import Item
from ..base.asset_layout import Keys
from ..base.documents import parse_yaml
from ..base.errors import AnswerError
from ..registry import classification, connectors
from ..registry.basis import FIELDS
from ..registry.fields import Field
from ..registry.pack import Pack, once
from ..registry.recipes import recipe_file
from .plan import plan

# The kinds of origins.
KINDS = {
    "answer": "Somebody answered the question; the answers file records it.",
    "profile": "A profile gave the answer; the answers file records it.",
    "environment": "`per_environment` answers it for the environment of the job.",
    "recipe": "The connector's recipe gives it, since nobody answered.",
    "registry": "The registry gives it, since nobody answered.",
    "catalog": "The catalog of known fields has the column, since nobody answered `fields`.",
    "rule": "A rule of classification gives the label, since nobody wrote one.",
    "default": "It is the default of the question; some defaults follow other answers.",
    "layout": "The layout of the file requires it there.",
    "edit": "Somebody wrote it by hand; the answers give something else, or nothing.",
    "version": "The version of the template that wrote the file gives it; this one would not.",
}


class Origin(NamedTuple):
    """The origin of a value: its kind, one of `KINDS`; the `name` of a question or rule; where it is; why it applies.

    `keys` lead to it in `file` of the template, or in the answers if `file` is ''. `follows` lists the questions whose
    answers a default depends on.
    """

    kind: str
    name: str
    file: str = ""
    keys: Keys = ()
    follows: tuple[str, ...] = ()
    why: str = ""


class Leaf(NamedTuple):
    """A scalar, or an empty mapping or list, and its origins, the most important first."""

    keys: Keys
    value: Any
    origins: tuple[Origin, ...]


def provenance(pack: Pack, answers: Mapping[str, Any], path: str) -> list[Leaf] | None:
    """Return the origins of each value in a job or an asset that recorded answers render; None for any other file.

    The keys are those of the file. Raises `AnswerError` or `PackError`.
    """
    planned = plan(pack, answers)
    found = [(kind, file) for kind in EXTRAS_OF for file in planned[kind] if file["path"] == path]
    if not found:
        return None
    (kind, file) = found[0]
    base = Scaffold(pack, answers)
    one = base.in_environment(file["environment"]) if kind == "jobs" else base
    index, item = next(pair for pair in enumerate(base.items) if pair[1].object == file["object"])
    context = _Context(base, one, item, index, _plain(pack, answers, kind, path))
    layout = "job" if kind == "jobs" else planned["layout"]
    above: Keys = () if layout in ("job", ODCS) else ("asset",)
    found_leaves = (
        Leaf((*above, *keys), value, context.origins(layout, EXTRAS_OF[kind], keys, value))
        for keys, value in leaves(file["data"])
    )
    repeated = [Leaf(("schema",), REPEATED, (Origin("layout", ""),))] if above else []
    return [*found_leaves, *repeated]


def leaves(value: Any, keys: Keys = ()) -> Iterator[tuple[Keys, Any]]:
    """Yield every scalar below a value, and every empty mapping or list, with its keys."""
    if isinstance(value, Mapping | list) and value:
        for key, inner in value.items() if isinstance(value, Mapping) else enumerate(value):
            yield from leaves(inner, (*keys, key))
    else:
        yield keys, value


# Stands for the fields that a nested asset repeats at its top level.
REPEATED = "the same as asset.schema"
# The question for keys that no other question sets, by the kind of file.
EXTRAS_OF = {"assets": "asset_extra", "jobs": "job_extra"}


def _plain(pack: Pack, answers: Mapping[str, Any], kind: str, path: str) -> dict[Keys, Any] | None:
    """Return the values of a file without its extra; None if it has no extra."""
    name, differing = EXTRAS_OF[kind], answers.get("per_environment")
    others = differing.values() if isinstance(differing, Mapping) else ()
    if name not in answers and not any(name in one for one in others if isinstance(one, Mapping)):
        return None
    plain = {key: value for key, value in answers.items() if key != name}
    if isinstance(differing, Mapping):
        plain["per_environment"] = {
            one: {key: value for key, value in values.items() if key != name} for one, values in differing.items()
        }
    try:
        return next((dict(leaves(one["data"])) for one in plan(pack, plain)[kind] if one["path"] == path), {})
    except AnswerError:
        return {}


@dataclass(frozen=True)
class _Context:
    """A scaffold's answers, those for the environment of a file, and the item that the file is for."""

    base: Scaffold
    one: Scaffold
    item: Item
    index: int
    plain: dict[Keys, Any] | None

    def origins(self, kind: str, extra: str, keys: Keys, value: Any) -> tuple[Origin, ...]:
        """Return the origins of the value at `keys` in a file of a kind."""
        if self.plain is not None and self.plain.get(keys, _NOTHING) != value:
            return (self.question(extra, keys),)
        dotted = ".".join(map(str, keys))
        giver = next(giver for pattern, giver in _GIVERS[kind].items() if fnmatchcase(dotted, pattern))
        return tuple(dict.fromkeys(giver(self, keys, value)))

    # --- origins of an answer -----------------------------------------------------------------------------------------

    def question(self, name: str, rest: Keys = ()) -> Origin:
        """Return the origin of an answer, or of the part of it at `rest`."""
        return self.answered(name, rest) or self._default(name, rest)

    def answered(self, name: str, rest: Keys = ()) -> Origin | None:
        """Return the origin of a given answer, or of a part of it; None if nobody gave it."""
        environment = self.one["environment"]
        if name in self._differing and (keys := given(self._differing[name], rest)) is not None:
            there = given(self.base.raw["per_environment"], (environment, name, *keys))
            return Origin("environment", name, keys=("per_environment", *(there or ())))
        if name in self.base.raw and (keys := given(self.base.raw[name], rest)) is not None:
            return Origin("answer", name, keys=(name, *keys))
        return None

    @cached_property
    def _differing(self) -> Mapping[str, Any]:
        """The answers for this environment only."""
        if self.base is self.one or len(self.base.environments) == 1:
            return {}
        return self.base["per_environment"].get(self.one["environment"], {})

    def _default(self, name: str, rest: Keys) -> Origin:
        place = _DEFAULTS[name](self, rest) if name in _DEFAULTS else None
        return place or Origin("default", name, follows=_FOLLOWED.get(name, ()))

    def recipe(self, role: str, name: str, *keys: str | int) -> Origin | None:
        """Return an entry of the recipe for a role as an origin; None if the recipe has no such entry."""
        file = recipe_file(self.one[f"{role}_connector"])
        return Origin("recipe", name, file, keys) if _has(self.one.pack, file, keys) else None

    def registry(self, role: str, name: str, *keys: str | int) -> Origin | None:
        """Return an entry of the registry for a role as an origin; None if the registry has no such entry."""
        whole = ("connectors", self.one[f"{role}_connector"], *keys)
        found = _has(self.one.pack, connectors.FILE, whole)
        return Origin("registry", name, connectors.FILE, whole) if found else None

    # --- what is read -------------------------------------------------------------------------------------------------

    def selected(self, *rest: str | int) -> Origin:
        """Return the origin of the item that the file is for: the answer that names it, or a part of that answer."""
        name = self.one.source.selection
        for keys in ((self.index, *rest), (self.index,), ()):
            if found := self.answered(name, keys):
                return found
        return self.question(name)

    def named(self) -> list[Origin]:
        """Return the origins of the parts of the asset's name."""
        if self.item.object in self.one["asset_names"]:
            return [self.question("asset_names", (self.item.object,))]
        return [self.selected("object"), self.question("source_connector")]

    def cursor(self) -> Origin:
        """Return the origin of the cursor column of incremental runs."""
        fields = () if self.one.reuses_assets else self.one.fields[self.item.object]
        if self.item.cursor_field:
            return self.selected("cursor_field")
        marked = next((number for number, field in enumerate(fields) if field.cursor), None)
        if "cursor_field" not in self.one.raw and marked is not None:
            return self.column(marked, "cursor")
        return self.question("cursor_field")

    # --- columns ------------------------------------------------------------------------------------------------------

    def column(self, number: int, key: str) -> Origin:
        """Return the origin of a column's attribute: an answer, the catalog of fields, a rule, or the starter set."""
        name = self.item.object
        answered = self.one["fields"].get(name) if "fields" in self.one.raw else None
        known = self.one.pack.known_fields(self.one.source.id).get(name)
        chosen: tuple[Field, ...] = answered or known or self.one.suggested(self.item)
        field = chosen[number]
        if key == "classification" and field.classification is None:
            return self._rule(field)
        if answered:
            raw = structure(self.one.raw["fields"])
            by_object = len(self.one.items) > 1 or (list(raw) == [name] and isinstance(raw[name], dict))
            above = (name,) if by_object else ()
            found = self.answered("fields", (*above, field.name, key)) or self.answered("fields", (*above, field.name))
            return found or self.question("fields")
        if known:
            file = f"{FIELDS}/{self.one.source.id}.yaml"
            keys = (name, field.name, key)
            return Origin("catalog", "fields", file, keys if _has(self.one.pack, file, keys) else keys[:2])
        if key == "name" and number:  # the second column of the starter set is the cursor
            return self.cursor()
        return Origin("default", "fields")

    def _rule(self, field: Field) -> Origin:
        judgement = self.one.pack.judge(field.name, field.type, self.item.object)
        rules = _value(self.one.pack, classification.FILE)["rules"]
        number = next(number for number, rule in enumerate(rules) if rule["name"] == judgement.rule)
        return Origin("rule", judgement.rule, classification.FILE, ("rules", number, "label"), why=judgement.evidence)


_NOTHING: Any = object()


def given(raw: Any, rest: Keys) -> Keys | None:
    """Return the keys of `rest` down to a scalar or YAML text in an answer; None if the answer has no such part."""
    value, keys, in_text = raw, [], False
    for key in rest:
        if isinstance(value, str) and not in_text and isinstance(parsed := _parsed(value), dict | list):
            value, in_text = parsed, True
        if isinstance(value, dict):
            if key not in value:
                return None
        elif not isinstance(value, list):
            break
        elif not isinstance(key, int) or key >= len(value):
            return None
        value = value[key]
        keys += [] if in_text else [key]
    return tuple(keys)


def _parsed(text: str) -> Any:
    try:
        return structure(text)
    except AnswerError:
        return text


@once
def _value(pack: Pack, file: str) -> Any:
    """Return the parsed content of a file of the template."""
    return parse_yaml(pack.text(file))


def _has(pack: Pack, file: str, keys: Keys) -> bool:
    value = _value(pack, file)
    for key in keys:
        if (isinstance(value, dict) and key in value) or (isinstance(value, list) and key in range(len(value))):
            value = value[key]
        else:
            return False
    return True


# --- defaults that are an entry of the template -----------------------------------------------------------------------


def _format(context: _Context, rest: Keys) -> Origin | None:
    if context.one["file_format"] == context.one.target_recipe.file_format:
        return context.recipe("target", "file_format", "file_format")
    return context.registry("target", "file_format", "file_formats", 0)


def _lookback(context: _Context, rest: Keys) -> Origin | None:
    if limits_first_run(context.one):
        return None
    return context.recipe("source", "lookback_days", "incremental", "lookback_days_default")


def _tag(context: _Context, rest: Keys) -> Origin | None:
    follows = ("source_connector",) if rest == (0,) else (context.one.source.selection,)
    return Origin("default", "tags", follows=follows)


_DEFAULTS: Mapping[str, Callable[[_Context, Keys], Origin | None]] = {
    "connection": lambda context, rest: context.recipe("source", "connection", "connection_template", *rest),
    "cursor_field": lambda context, rest: context.recipe(
        "source", "cursor_field", "incremental", "cursor_field_default"
    ),
    "engine_options": lambda context, rest: context.recipe(
        "source", "engine_options", "default_engine", "options", *rest
    ),
    "file_format": _format,
    "lookback_days": _lookback,
    "objects": lambda context, rest: context.registry("source", "objects", "objects_supported"),
    "partitioning": lambda context, rest: context.recipe("target", "partitioning", "partitioning_default", *rest),
    "tags": _tag,
}
# The questions whose answers a default depends on.
_FOLLOWED = {
    "branch": ("tenant_id",),
    "bucket": ("tenant_id",),
    "catalog_uri": ("tenant_id",),
    "owner": ("tenant_id",),
    "schema_validation_mode": ("schema_mode",),
    "warehouse": ("tenant_id",),
}


# --- the question for each key ----------------------------------------------------------------------------------------

Giver = Callable[[_Context, Keys, Any], list[Origin]]


def _of(*names: str, below: int | None = None) -> Giver:
    """Return a giver for a key that these questions set, the first above all; its answer has the keys after `below`."""

    def giver(context: _Context, keys: Keys, value: Any) -> list[Origin]:
        rest = () if below is None else keys[below:]
        return [context.question(names[0], rest), *(context.question(name) for name in names[1:])]

    return giver


def _environment(context: _Context, keys: Keys, value: Any) -> list[Origin]:
    several = context.base["environments"]
    return [context.question("environments", (several.index(value),)) if several else context.question("environment")]


def _asset_path(context: _Context, keys: Keys, value: Any) -> list[Origin]:
    if context.one.reuses_assets and "asset_path" in context.one["job_extra"]:
        return [context.question("job_extra", ("asset_path",))]
    return [*context.named(), context.question("asset_version"), context.question("app_root")]


def _read(context: _Context, keys: Keys, value: Any) -> list[Origin]:
    return [context.cursor()] if keys[-1] == "cursor_field" else [context.selected(*keys[3:])]


def _state(context: _Context, keys: Keys, value: Any) -> list[Origin]:
    place = [context.question("tenant_id"), *_environment(context, keys, context.one["environment"]), *context.named()]
    return [context.question("state_dir"), *place, context.question("target_connector")]


def _options(context: _Context, keys: Keys, value: Any) -> list[Origin]:
    """Return the origin of a reader option: the answer that names it, else the recipe's entry for the engine."""
    return [context.answered("engine_options", keys[4:]) or context.question("engine_options", keys[3:])]


def _storage(context: _Context, keys: Keys, value: Any) -> list[Origin]:
    block, key = keys[2], str(keys[3])
    if block != context.one.target_recipe.storage_block:
        return [context.question("catalog_uri")]
    return [context.question(key) if key in ("bucket", "prefix", "endpoint") else context.question("storage", keys[3:])]


def _column(context: _Context, keys: Keys, value: Any) -> list[Origin]:
    return [context.column(int(keys[1]), str(keys[2]))]


def _tags(context: _Context, keys: Keys, value: Any) -> list[Origin]:
    """Return the origin of a tag: the answer that gives it; a duplicate tag is written once."""
    filled = [tag.replace("{object}", context.item.object) for tag in context.one["tags"]]
    named = [tag.replace("{asset}", context.one.asset_name(context.item)) for tag in filled]
    return [context.question("tags", (named.index(value),))]


def _labels(context: _Context, keys: Keys, value: Any) -> list[Origin]:
    """Return the origin of an asset's label: an answer, or the columns that have it."""
    answered = context.one["classification"]
    fields = enumerate(context.one.fields[context.item.object])
    columns = [context.column(number, "classification") for number, field in fields if field.classification == value]
    return [context.question("classification", (answered.index(value),)), *columns] if value in answered else columns


def _object(context: _Context, keys: Keys, value: Any) -> list[Origin]:
    return [context.selected("object")]


def _id(context: _Context, keys: Keys, value: Any) -> list[Origin]:
    return [*context.named(), context.question("asset_version"), context.question("source_connector")]


def _name(context: _Context, keys: Keys, value: Any) -> list[Origin]:
    return context.named()


_JOB: Mapping[str, Giver] = {
    "tenant_id": _of("tenant_id"),
    "environment": _environment,
    "source_connector": _of("source_connector"),
    "source_connector_path": _of("source_connector", "app_root"),
    "target_connector": _of("target_connector"),
    "target_connector_path": _of("target_connector", "app_root"),
    "asset": _name,
    "asset_path": _asset_path,
    "source.incremental.cursor_field": lambda context, keys, value: [context.cursor()],
    "source.incremental.lookback_days": _of("lookback_days"),
    "source.incremental.state_path": _state,
    "source.connection.*": _of("connection", below=2),
    "source.custom_reader": _of("custom_reader"),
    "source.engine.type": _of("engine"),
    "source.engine.options.*": _options,
    "source.*": _read,
    "target": _of("target_connector"),
    "target.branch": _of("branch"),
    "target.warehouse": _of("warehouse"),
    "target.connection.*.*": _storage,
    "target.connection.*": _of("storage"),
    "target.markdown_kv_storage.*": _of("markdown_kv_storage", below=2),
    "target.parquet_target_size_mb": _of("parquet_target_size_mb"),
    "target.custom_writer": _of("custom_writer"),
    "schema_validation_mode": _of("schema_validation_mode"),
    "catalog.*": _of("catalog", below=1),
    "logging.redaction": _of("redaction"),
    "logging.level": _of("log_level"),
}
_BOTH: Mapping[str, Giver] = {
    "name": _name,
    "source_type": _of("source_connector"),
    "object": _object,
    "version": _of("asset_version"),
    "status": _of("status"),
    "domain": _of("domain"),
    "dataProduct": _of("data_product"),
    "description.*": _of("description", below=1),
    "schema.*": _column,
    "data_quality.*": _of("data_quality", below=1),
    "finops.*": _of("finops", below=1),
    "change_management.*": _of("change_management", below=1),
    "target.file_format": _of("file_format"),
    "target.partitioning.*": _of("partitioning", below=2),
    "target.partitioning": _of("partitioning"),
    "target.mode": _of("schema_mode"),
}
_NESTED: Mapping[str, Giver] = {
    **_BOTH,
    "governance.owner": _of("owner"),
    "governance.tags.*": _tags,
    "governance.tags": _of("tags"),
    "governance.classification.*": _labels,
    "governance.regulations.*": _of("regulations", below=2),
    "governance.retention_days": _of("retention_days"),
}
_FLAT: Mapping[str, Giver] = {
    **_BOTH,
    "apiVersion": _of("asset_layout"),
    "kind": _of("asset_layout"),
    "id": _id,
    "team.owner": _of("owner"),
    "team.roles.*": _of("team_roles", below=2),
    "team.roles": _of("team_roles"),
    "tags.*": _tags,
    "tags": _of("tags"),
    "compliance.classification.*": _labels,
    "compliance.classification": _of("classification"),
    "compliance.regulations.*": _of("regulations", below=2),
    "compliance.regulations": _of("regulations"),
    "compliance.retention_days": _of("retention_days"),
    "compliance.security.*": _of("security", below=2),
    "compliance.user_consent_required": _of("consent"),
}
_GIVERS = {"job": _JOB, "nested": _NESTED, ODCS: _FLAT}
