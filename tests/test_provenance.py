"""The stated origin of each value is true: changing it changes the value."""

import shutil
from collections.abc import Iterator, Mapping
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
from yaml import YAMLError

from dativo_generator.answers.questions import QUESTIONS, UNRECORDED
from dativo_generator.answers.scaffold import Scaffold
from dativo_generator.base.asset_layout import Keys
from dativo_generator.base.documents import parse_yaml
from dativo_generator.base.emit import block
from dativo_generator.plan import givers
from dativo_generator.plan.plan import plan
from dativo_generator.plan.provenance import KINDS, Leaf, Origin, given, leaves, provenance
from dativo_generator.registry.pack import Pack
from support import EXAMPLES, PACK, ROOT, allowed_pairs, answers_for, checked, load_answers

STRIPES = {"source_connector": "stripe", "objects": ["customers"], "target_connector": "iceberg"}
# What the examples do not answer.
MORE: dict[str, dict[str, Any]] = {
    "environments": {
        "source_connector": "postgres",
        "tables": ["public.orders", {"name": "public.items", "object": "items"}],
        "target_connector": "s3",
        "environments": ["dev", "prod"],
        "bucket": "lake-{environment}",
        "connection": {"host": "db-{environment}.acme.internal", "user": "${DB_USER}"},
        "per_environment": {
            "prod": {
                "log_level": "WARNING",
                "connection": {"port": 5433},
                "storage": {"region": "eu-central-1"},
                "job_extra": {"retry_config": {"max_attempts": 3}},
            }
        },
    },
    "everything of a flat asset": {
        "source_connector": "csv",
        "files": ["data/people.csv"],
        "target_connector": "iceberg",
        "fields": {"id": {"type": "integer", "required": True, "description": "a key"}, "email": "string PII"},
        "asset_layout": "odcs",
        "asset_names": "{tenant}_{object}",
        "asset_version": "3.1",
        "status": "draft",
        "domain": "sales",
        "data_product": "people",
        "description": {"purpose": "who buys {object}"},
        "team_roles": [{"name": "Engineer", "email": "e@acme.com", "responsibility": "all"}],
        "finops": {"cost_center": "F1"},
        "data_quality": {"monitoring": {"enabled": True, "oncall_rotation": "d@acme.com"}},
        "security": {"access_control": "role_based"},
        "consent": True,
        "change_management": {"policy": "non_breaking"},
        "tags": ["one", "{object}"],
        "regulations": ["GDPR"],
        "classification": ["INTERNAL"],
        "retention_days": 7,
        "asset_extra": {"tenant": "{tenant}"},
        "engine_options": {"delimiter": ";"},
        "catalog": {"type": "nessie", "connection": {}, "database": "lake"},
        "catalog_uri": "http://nessie:19120/api/v1",
        "branch": "main",
        "warehouse": "s3://lake/",
        "schema_mode": "merge",
        "job_extra": {"retry_config": {"max_attempts": 3}},
        "parquet_target_size_mb": 64,
        "custom_writer": "w.py:W",
        "redaction": False,
        "app_root": ".",
        "lookback_days": 2,
        "state_dir": "state",
        "prefix": "raw/x",
        "endpoint": "https://s3.example.com",
        "storage": {"region": "eu-central-1"},
    },
    "environments in text": {
        **STRIPES,
        "environments": "[dev, prod]",
        "per_environment": "{prod: {log_level: WARNING}}",
    },
    "answers in text": {
        "source_connector": "mysql",
        "tables": "[shop.orders]",
        "target_connector": "minio",
        "fields": "{orders: {id: integer required, changed: timestamp cursor}}",
        "connection": "{host: db.acme.internal}",
        "asset_names": "{orders: my_orders}",
        "tags": "[a, b]",
        "engine": "airbyte",
        "log_level": "DEBUG",
    },
    "reuse": {
        "source_connector": "stripe",
        "objects": ["customers"],
        "target_connector": "iceberg",
        "assets": "reuse",
        "cursor_field": "updated",
        "custom_reader": "r.py:R",
        "job_extra": {"asset_path": "/app/assets/stripe/v1.0/mine.yaml"},
    },
    "documents": {
        "source_connector": "markdown_kv",
        "files": ["a.md"],
        "target_connector": "markdown_kv",
        "incremental": False,
        "fields": {"doc_id": "string", "markdown_kv_content": "string"},
        "markdown_kv_storage": {"mode": "string"},
    },
}
CASES: dict[str, dict[str, Any]] = {
    **{path.stem: load_answers(path) for path in EXAMPLES},
    **{f"{s.id} to {t.id}": answers_for(s, t) for s, t in allowed_pairs("self_hosted")},
    **{name: checked({"tenant_id": "acme"} | answers) for name, answers in MORE.items()},
}
# The cases in which each thing is changed: together they have every row of the tables.
CHANGED = {name: answers for name, answers in CASES.items() if " to " not in name} | {
    f"{s.id} to s3": CASES[f"{s.id} to s3"] for s in PACK.with_role("source")
}
# Another answer to each question.
OTHER: dict[str, Any] = {
    "app_root": "/elsewhere",
    "asset_layout": {"nested": "odcs", "odcs": "nested"},
    "asset_version": "9.9",
    "branch": "elsewhere",
    "bucket": "another-bucket",
    "catalog_uri": "http://elsewhere:19120/api/v1",
    "classification": "SECRET",
    "consent": False,
    "cursor_field": "other_at",
    "custom_reader": "other.py:Other",
    "custom_writer": "other.py:Other",
    "data_product": "other",
    "domain": "other",
    "endpoint": "https://elsewhere.example.com",
    "engine": {"airbyte": "jdbc"},
    "environment": "elsewhere",
    "file_format": {"parquet": "markdown_kv"},
    "lookback_days": 99,
    "log_level": "ERROR",
    "owner": "other@acme.com",
    "parquet_target_size_mb": 99,
    "prefix": "elsewhere/{asset}",
    "redaction": {True: False, False: True},
    "regulations": "OTHER",
    "retention_days": 9999,
    "schema_mode": {"strict": "merge", "merge": "strict", "relaxed": "strict"},
    "schema_validation_mode": "warn",
    "state_dir": "elsewhere",
    "status": "deprecated",
    "tags": "other",
    "target_connector": {"s3": "minio"},
    "tenant_id": "other",
    "warehouse": "s3://elsewhere/",
}
# What only some targets, and some layouts, are asked.
OF_A_CATALOG = ("branch", "catalog_uri", "warehouse")
OF_A_FLAT_ASSET = ("team_roles", "security", "consent")
# What a default of a list becomes.
LISTS = ("partitioning", "regulations", "tags", "classification")


def described(answers: Mapping[str, Any], pack: Pack = PACK) -> list[tuple[str, int, list[Leaf]]]:
    """Return the values of each file, with its kind and its number."""
    planned = plan(pack, answers)
    return [
        (kind, number, provenance(pack, answers, file["path"]))
        for kind in ("assets", "jobs")
        for number, file in enumerate(planned[kind])
    ]


@pytest.mark.parametrize("name", CASES)
def test_every_value_has_an_origin(name: str) -> None:
    for kind, number, found in described(CASES[name]):
        data = plan(PACK, CASES[name])[kind][number]["data"]
        nested = kind == "assets" and plan(PACK, CASES[name])["layout"] == "nested"
        whole = {("asset", *keys) if nested else keys: value for keys, value in leaves(data)}
        assert {leaf.keys: leaf.value for leaf in found if leaf.keys != ("schema",)} == whole
        assert all(leaf.origins and all(origin.kind in KINDS for origin in leaf.origins) for leaf in found)


def shapes(answers: Mapping[str, Any]) -> Iterator[tuple[str, int, Leaf, Origin]]:
    """Yield one value for each way in which something gives one."""
    seen = set()
    for kind, number, found in described(answers):
        for leaf in found:
            for origin in leaf.origins:
                shape = tuple("*" if isinstance(key, int) else key for key in leaf.keys)
                if origin.kind != "layout" and (kind, shape, origin[:3]) not in seen:
                    seen.add((kind, shape, origin[:3]))
                    yield kind, number, leaf, origin


@pytest.mark.parametrize("name", CHANGED)
def test_whoever_changes_an_origin_changes_the_value(name: str, tmp_path: Path) -> None:
    answers = CHANGED[name]
    for count, (kind, number, leaf, origin) in enumerate(shapes(answers)):
        # A label of an asset is that of all the columns that have it.
        origins = leaf.origins if leaf.keys[-2:-1] == ("classification",) else (origin,)
        pack, changed = PACK, deepcopy(answers)
        if entries := [one for one in origins if one.file]:
            pack = Pack(pack_with(entries, leaf, tmp_path / str(count)))
        for one in origins:
            changed = with_other(changed, one, leaf) if not one.file and changed else changed
        if changed is None:
            continue
        planned = plan(pack, with_cursors(changed))
        file = planned[kind][number]["data"] if number < len(planned[kind]) else {}
        nested = kind == "assets" and planned["layout"] == "nested"
        after = {("asset", *keys) if nested else keys: value for keys, value in leaves(file)}
        assert after.get(leaf.keys) != leaf.value, (leaf, origin, changed)


def with_other(answers: dict[str, Any], origin: Origin, leaf: Leaf) -> dict[str, Any] | None:
    """Return answers in which what gives a value is another; None where there is no other."""
    changed, name = deepcopy(answers), origin.name
    selection = Scaffold(PACK, answers).source.selection
    if name == "source_connector":
        return with_other_source(changed, selection)
    if name in ("objects", "tables", "files", "sheets"):
        return with_other_item(changed, name, origin.keys, leaf)
    if name == "fields":
        return with_other_field(changed, origin.keys, leaf)
    if name == "environments":
        return with_other_environment(changed, origin.keys)
    if origin.follows:
        (followed,) = origin.follows
        return with_other(changed, Origin("answer", followed, keys=(followed,)), leaf)
    if name == "target_connector":
        changed = {key: value for key, value in changed.items() if key not in OF_A_CATALOG}
    if name == "markdown_kv_storage":
        structured = {"mode": "structured", "structured_pattern": "row_per_kv"}
        return changed | {"markdown_kv_storage": structured, "fields": {"doc_id": "string"}}
    if name == "file_format" and not Scaffold(PACK, answers).target.file_formats:
        return None  # there is but one
    if name == "asset_layout":
        changed = {key: value for key, value in changed.items() if key not in OF_A_FLAT_ASSET}
    if name == "app_root":
        changed.pop("job_extra", None)
    if origin.kind == "default":
        value = other(name, Scaffold(PACK, answers)[name])
        changed[name] = [value] if name in LISTS else value
        return changed
    place: Any = changed
    *above, last = origin.keys
    for key in above:
        place = place[key]
    if place[last] == {} or last == "type":
        # A catalog of another kind takes other keys.
        changed["catalog"] = {"type": "openmetadata", "connection": {"api_url": "https://meta.example.com/api"}}
    elif isinstance(in_text(place[last]), dict | list):
        place[last] = block(with_others(in_text(place[last]), leaf.value, str(OTHER.get(name, "other"))))
    else:
        place[last] = other(name, place[last])
    return changed


def in_text(value: Any) -> Any:
    """Return what an answer in text holds."""
    try:
        found = parse_yaml(value) if isinstance(value, str) and value[:1] in "[{" else value
    except YAMLError:
        return value
    return value if isinstance(found, dict) and None in found.values() else found


def with_others(value: Any, leaf: Any, new: str) -> Any:
    """Put another text where an answer has what is in the value of a leaf."""
    if isinstance(value, dict):
        return {key: with_others(inner, leaf, new) for key, inner in value.items()}
    if isinstance(value, list):
        return [with_others(inner, leaf, new) for inner in value]
    return new if value in leaf else value


def with_cursors(answers: dict[str, Any]) -> dict[str, Any]:
    """Return every table the columns that may be its cursor now."""
    said = in_text(answers.get("fields"))
    if "tables" not in answers or not said:
        return answers
    new = {"other_at": "timestamp", "others": "timestamp"}
    by_object = all(isinstance(one, dict) and "type" not in one for one in said.values())
    return answers | {"fields": {key: one | new for key, one in said.items()} if by_object else said | new}


def other(name: str, value: Any) -> Any:
    """Return another answer to a question, or to a part of it."""
    if name == "asset_names":
        return "other_{object}" if "{" in value else "other_name"
    if name in OTHER:
        return OTHER[name].get(value, "s3") if isinstance(OTHER[name], dict) else OTHER[name]
    if isinstance(value, bool):
        return not value
    if isinstance(value, int):
        return value + 1
    if name == "engine_options":
        return "|"
    if name == "job_extra":
        return value.replace("mine", "other")
    return "other"


def with_other_source(answers: dict[str, Any], selection: str) -> dict[str, Any] | None:
    now = answers["source_connector"]
    for one in PACK.with_role("source"):
        if one.selection == selection and one.id != now and PACK.recipe(one.id).credentials != "service_account":
            changed = answers | {"source_connector": one.id}
            if selection == "objects":
                changed["objects"] = list(one.objects[: len(answers["objects"])])
            for name in (
                "engine_options",
                "engine",
                "connection",
                "lookback_days",
                "cursor_field",
                "state_dir",
            ):
                changed.pop(name, None)
            if not one.supports_incremental:
                changed.pop("incremental", None)
            for item in changed["files"] if selection == "files" and isinstance(changed["files"], list) else ():
                if isinstance(item, dict):
                    item.pop("id", None)
            return changed
    return None


def with_other_item(answers: dict[str, Any], name: str, keys: Keys, leaf: Leaf) -> dict[str, Any]:
    before = [item.object for item in Scaffold(PACK, answers).items]
    if isinstance(answers[name], str):
        answers[name] = answers[name].replace("orders", "others")
    else:
        index = keys[1] if len(keys) > 1 else 0
        item = answers[name][index]
        if name == "objects":
            known = PACK.registry[answers["source_connector"]].objects
            answers[name][index] = next(one for one in known if one not in answers[name])
        elif isinstance(item, str):
            answers[name][index] = {"tables": "public.others", "files": "others.csv"}[name]
        else:
            key = keys[2] if len(keys) > 2 else next(iter(item))
            item[key] = item[key] + 1 if isinstance(item[key], int) else "others"
    after = [item.object for item in Scaffold(PACK, {**answers, "fields": {}, "asset_names": {}}).items]
    renamed = dict(zip(before, after, strict=True))
    for question in ("fields", "asset_names"):
        said = answers.get(question)
        if isinstance(said := in_text(said), dict):
            answers[question] = {renamed.get(key, key): value for key, value in said.items()}
    if "markdown_kv_storage" not in answers and name == "objects":
        answers.pop("fields", None)
    return answers


def with_other_field(answers: dict[str, Any], keys: Keys, leaf: Leaf) -> dict[str, Any]:
    objects = [item.object for item in Scaffold(PACK, answers).items]
    if "fields" not in answers:
        spec = {"other": "boolean none"}
        answers["fields"] = spec if len(objects) == 1 else dict.fromkeys(objects, spec)
        answers |= {"incremental": False} if "tables" in answers else {}
        return answers
    if isinstance(answers["fields"], str):
        answers["fields"] = in_text(answers["fields"])
        keys = ("fields", objects[0], "changed" if leaf.keys[0] == "source" else "id")
    place: Any = answers
    for key in keys[:-1]:
        place = place[key]
    last, said = keys[-1], leaf.keys[-1]
    if said == "name" or leaf.keys[:2] == ("source", "incremental") or said == "cursor_field":
        answers.pop("markdown_kv_storage", None)
        items = [(f"{key}_other" if key == last else key, value) for key, value in place.items()]
        place.clear()
        place |= dict(items)
        return answers
    if last in ("type", "required", "description", "classification"):
        place[last] = {"type": "boolean", "required": not place[last], "description": "other"}.get(last, "SECRET")
        return answers
    spec = place[last]
    if isinstance(spec, dict):
        place[last] = spec | {"required": not spec.get("required")}
    else:
        type_, *words = spec.split()
        words = [word for word in words if word != "PII"]
        if said == "required":
            words = [word for word in words if word != "required"] or ["required"]
            words = words if "required" not in spec else [word for word in words if word != "required"]
        place[last] = " ".join(
            ["boolean" if said == "type" else type_, *words, *(["none"] if said not in ("type", "required") else [])]
        )
    return answers


def with_other_environment(answers: dict[str, Any], keys: Keys) -> dict[str, Any]:
    """Call one environment otherwise, in all answers."""
    answers["environments"] = in_text(answers["environments"])
    now = answers["environments"][keys[1] if len(keys) > 1 else 0]
    names = {one: "elsewhere" if one == now else one for one in answers["environments"]}
    answers["environments"] = list(names.values())
    answers["environment"] = names[answers.get("environment", "dev")]
    answers["per_environment"] = {names[one]: said for one, said in in_text(answers.get("per_environment", {})).items()}
    return answers


def pack_with(origins: list[Origin], leaf: Leaf, folder: Path) -> Path:
    """Make a pack in which entries of its files are others; returns its folder."""
    for name in ("connectors", "registry", "schemas"):
        shutil.copytree(ROOT / name, folder / name)
    for origin in origins:
        value = parse_yaml((folder / origin.file).read_text(encoding="utf-8"))
        place: Any = value
        for key in origin.keys[:-1]:
            place = place[key]
        if isinstance(place, list):
            place[origin.keys[-1]] = "csv" if origin.name == "file_format" else "other"
        else:
            new = entry(place, origin, leaf)
            left = [new if key == origin.keys[-1] else {key: now} for key, now in place.items()]
            place.clear()
            for one in left:
                place |= one
        (folder / origin.file).write_text(block(value), encoding="utf-8")
    return folder


def entry(place: dict[Any, Any], origin: Origin, leaf: Leaf) -> dict[Any, Any]:
    """Return another entry of the template."""
    last = origin.keys[-1]
    now = place[last]
    if origin.kind == "rule":
        return {last: "SECRET"}
    if origin.kind == "catalog":
        if leaf.keys[-1] == "name" or leaf.keys[0] == "source" or leaf.keys[-2] == "classification":
            return {f"{last}_other": now} if leaf.keys[-2] != "classification" else {last: now.replace("PII", "none")}
        type_, *words = now.split()
        flipped = [word for word in words if word != "required"] + ([] if "required" in words else ["required"])
        changed = {"type": " ".join(["boolean", *words]), "required": " ".join([type_, *flipped])}
        return {last: changed.get(str(leaf.keys[-1]), f"{type_} none")}
    if origin.name == "file_format":
        return {last: "markdown_kv" if "iceberg" in origin.file else "csv"}
    if isinstance(now, bool):
        return {last: not now}
    if isinstance(now, int):
        return {last: now + 1}
    return {last: "${ELSEWHERE}" if origin.name == "connection" else "other_at"}


def test_every_question_that_a_file_holds_gives_a_value() -> None:
    """What is recorded gives a value of a job or an asset in one of the cases, but for what decides which files."""
    found = [leaf for answers in CHANGED.values() for _, _, one in described(answers) for leaf in one]
    said = {origin.name for leaf in found for origin in leaf.origins}
    beside = {"assets", "ci", "customize", "env_example", "execution_mode", "fixtures", "full_reads", "incremental"}
    beside |= {"left_out", "min_confidence", "paths"}
    beside |= {"imported_from", "per_environment", "profiled", "table_patterns", "scaffold", "vendor", *UNRECORDED}
    assert set(QUESTIONS) - beside <= said


GIVEN = [
    ({"a": {"b": 1}}, ("a", "b"), ("a", "b")),
    ({"a": {}}, ("a", "b"), None),
    ({"a": 1}, ("a", "b"), ("a",)),
    ([1], (0,), (0,)),
    ([1], (1,), None),
    ([1], ("a",), None),
    ("{a: 1}", ("a",), ()),
    ("{a: 1}", ("b",), None),
    ("a: [", ("b",), ()),
    ("word", ("b",), ()),
    (1, (), ()),
]


@pytest.mark.parametrize(("raw", "rest", "keys"), GIVEN)
def test_a_part_of_an_answer_is_found(raw: Any, rest: Keys, keys: Keys | None) -> None:
    assert given(raw, rest) == keys


def test_another_file_is_explained_by_nobody() -> None:
    assert provenance(PACK, CASES["stripe_customers"], "jobs/acme/other.yaml") is None


@pytest.mark.parametrize("name", CASES)
def test_who_decided_a_value_is_among_what_gives_it(name: str) -> None:
    """What an extra must not leave out is known by another table, which says the same of what is in no list."""
    scaffold = Scaffold(PACK, CASES[name])
    for kind, _, found in described(CASES[name]):
        one = scaffold.in_environment(plan(PACK, CASES[name])["environments"][0]) if kind == "jobs" else scaffold
        for leaf in found:
            keys = leaf.keys[1:] if leaf.keys[0] == "asset" and kind == "assets" else leaf.keys
            if all(isinstance(key, str) for key in keys) and keys != ("schema",):
                decided = givers.decided(one, keys, leaf.value)
                assert decided in {"", *(origin.name for origin in leaf.origins)}, leaf
