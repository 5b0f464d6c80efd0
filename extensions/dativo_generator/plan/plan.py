"""From the answers to the files: a plan of plain data, which is all that the templates read."""

import uuid
from collections.abc import Mapping
from pathlib import PurePosixPath
from typing import Any

from ..answers import answers_format, engine_options, fields_file, file_paths
from ..answers.questions.job import STRICT
from ..answers.scaffold import Scaffold, recorded_scaffold
from ..answers.selection import Item
from ..base.documents import shown
from ..base.errors import AnswerError, QuestionError
from ..base.naming import offer
from ..base.paths import FIXTURES, FIXTURES_TEST, answers_file_of, env_example_of
from ..registry.connectors import FILE as REGISTRY_FILE
from ..registry.pack import Pack
from ..registry.recipes import recipe_file
from . import ci, environment, extras, fixtures, layouts, vendored_schemas
from .place import place
from .warnings import Warned, warnings


def plan(pack: Pack, answers: Mapping[str, Any]) -> dict[str, Any]:
    """Plan the files of one scaffold from its recorded answers, and from nothing else.

    The result is JSON data:

    - `assets` and `jobs`: each has its `object`, the `path` to write, which is part of the template's name, and its
      content as `data`; an asset has its `fixture`, a path or '', and a job the path of its `asset`, and its
      `environment`
    - `fixtures`: each has its `text`, and as `input` the answer that makes a job read it
    - `environments`: those that have jobs
    - `environment`: the variables that the jobs read; `env_files`: the files that list them
    - `copied`: the paths of the pack's files to copy; `vendored`: their names by folder
    - `ci`: the content of its file
    - `profile`: filled only by the questionnaire, since no recorded answer asks for one; `profiled`: the answers that
      came from one
    - `fields_file`: the file for fields that are too many for the answers file, with its `path`, its `text`, and what
      the answers record of it, `recorded`
    - `shared`: the paths that other scaffolds write, too
    - `places`: where the data of each object lands
    - the rest of what the summary shows

    Raises `AnswerError` or `PackError`.
    """
    scaffold = recorded_scaffold(pack, answers)
    for name in scaffold.raw:
        _ = scaffold[name]  # validate even an answer that nothing below uses
    written = () if scaffold.reuses_assets else scaffold.items
    assets = [
        _file(item, asset_path(scaffold, item), _asset(scaffold, item)) | {"fixture": _fixture_path(scaffold, item)}
        for item in written
    ]
    _check_ids(assets)
    rows = [_fixture(scaffold, item) for item in written if scaffold.writes_fixtures]
    each = [scaffold.in_environment(name) for name in scaffold.environments]
    jobs = [_job_file(one, item) for one in each for item in one.items]
    examples = [path for one in each if (path := _env_example_path(one))]
    _check_paths([file["path"] for file in (*assets, *jobs)])
    assets, rows, jobs = _without(scaffold["left_out"], examples, assets, rows, jobs)
    read = [environment.planned(one, _jobs_of(one, jobs)) for one in each]
    listed = [_env_example(one, groups) for one, groups in zip(each, read, strict=True)]
    vendored, ci_file = _vendored(scaffold), ci.planned(scaffold["ci"], answers)
    copied = [f"{folder}/{name}" for folder, names in vendored.items() for name in names]
    warned = [warning for one in each for warning in warnings(one)] + [Warned(why) for why in ci.warnings(ci_file)]
    shared = [*copied, *([FIXTURES_TEST] if rows else []), *([ci_file["path"]] if ci_file else [])]
    return {
        answers_format.NAME: scaffold.format,
        "tenant": scaffold["tenant_id"],
        "scaffold": scaffold["scaffold"],
        "answers_file": answers_file_of(scaffold["tenant_id"], scaffold["scaffold"]),
        "mode": scaffold["execution_mode"],
        "source": scaffold.source.id,
        "target": scaffold.target.id,
        "version": scaffold["asset_version"],
        "layout": "" if scaffold.reuses_assets else scaffold["asset_layout"],
        "assets": assets,
        "jobs": jobs,
        "fixtures": rows,
        "env_files": [example for example in listed if example],
        "vendored": vendored,
        "copied": copied,
        "ci": ci_file,
        "fields_file": fields_file.planned(scaffold),
        "profile": {},
        "profiled": scaffold["profiled"] if "profiled" in scaffold.raw else [],
        "shared": shared,
        "environments": list(scaffold.environments),
        "places": list(dict.fromkeys(place(one, item) for one in each for item in one.items)),
        "environment": [group for groups in read for group in groups],
        "secret_files": environment.secret_files(scaffold),
        "warnings": [str(warning) for warning in dict.fromkeys(warned)],
        "warned": [{"kind": warning.kind, "of": list(warning.of)} for warning in dict.fromkeys(warned)],
    }


def check_extra(scaffold: Scaffold, name: str) -> None:
    """Refuse an answer to one of `EXTRAS` that contradicts the answers so far, or that the runner refuses.

    Every other answer is checked by its own question. Raises `AnswerError`.
    """
    for item in scaffold.items:
        try:
            EXTRAS[name](scaffold, item)
        except QuestionError as error:
            if str(error).startswith(f"{name}: "):
                raise


def written_paths(plan: Mapping[str, Any]) -> list[str]:
    """List the path of every file that a plan writes, the answers file last."""
    made = [file["path"] for kind in ("assets", "jobs", "fixtures") for file in plan[kind]]
    made += [file["path"] for file in (*plan["env_files"], plan["profile"], plan["fields_file"]) if file]
    return [*made, *plan["shared"], plan["answers_file"]]


def paths(scaffold: Scaffold) -> list[tuple[str, str]]:
    """List the files that only this scaffold writes as (object, path); the object is '' for a file of all objects."""
    written = () if scaffold.reuses_assets else scaffold.items
    assets = [(item.object, asset_path(scaffold, item)) for item in written]
    rows = [(item.object, _fixture_path(scaffold, item)) for item in written if scaffold.writes_fixtures]
    each = [scaffold.in_environment(name) for name in scaffold.environments]
    jobs = [(item.object, _job_path(one, item)) for one in each for item in one.items]
    left_out = scaffold["left_out"]
    with_jobs = [one for one in each if any(_job_path(one, item) not in left_out for item in one.items)]
    examples = [("", path) for one in with_jobs if (path := _env_example_path(one))]
    return [(name, path) for name, path in (*assets, *jobs, *rows, *examples) if path not in left_out]


def documents(scaffold: Scaffold, item: Item) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the asset and the job of an item as parsed documents; the asset is {} if another scaffold writes it."""
    job = _job(scaffold, item)
    asset = {} if scaffold.reuses_assets else layouts.whole(_asset(scaffold, item), scaffold["asset_layout"])
    return asset, {key: value for key, value in job.items() if key != "target" or value}


def asset_path(scaffold: Scaffold, item: Item) -> str:
    """Return the path of an item's asset; if another scaffold writes it, `job_extra` may name it."""
    if there := file_paths.asset_of(scaffold["paths"], item.object):
        return there
    if scaffold.reuses_assets and isinstance(stated := scaffold["job_extra"].get("asset_path"), str):
        return _filled_in(stated, scaffold, item).removeprefix(_under(scaffold["app_root"], ""))
    return f"assets/{scaffold.source.id}/v{scaffold['asset_version']}/{scaffold.asset_name(item)}.yaml"


def _job_path(scaffold: Scaffold, item: Item) -> str:
    if there := file_paths.job_of(scaffold["paths"], item.object, scaffold["environment"]):
        return there
    folders = ["jobs", scaffold["tenant_id"], scaffold.environment_apart]
    return "/".join(filter(None, [*folders, f"{_job_name(scaffold, item)}.yaml"]))


def _job_name(scaffold: Scaffold, item: Item) -> str:
    return f"{scaffold.asset_name(item)}_to_{scaffold.target.id}"


def _fixture_path(scaffold: Scaffold, item: Item) -> str:
    """Return the path of the fixture for an item's asset, or '' if it has none: JSON Lines for an API, else CSV."""
    form = "jsonl" if scaffold.source.selection == "objects" else "csv"
    path = f"{FIXTURES}/{scaffold.source.id}/{scaffold.asset_name(item)}.{form}"
    return path if scaffold.writes_fixtures else ""


def _without(left_out: list[str], others: list[str], *kinds: list[dict[str, Any]]) -> list[list[dict[str, Any]]]:
    """Remove files from those that a scaffold would write; each must be one of them, or one of `others`."""
    known = [file["path"] for files in kinds for file in files] + others
    for path in left_out:
        if path not in known:
            raise AnswerError("left_out: " + offer(path, known, f"{shown(path)} is not a file of this scaffold"))
    return [[file for file in files if file["path"] not in left_out] for files in kinds]


def _file(item: Item, path: str, data: dict[str, Any]) -> dict[str, Any]:
    return {"object": item.object, "path": path, "data": data}


def _check_ids(assets: list[dict[str, Any]]) -> None:
    """Refuse an id that several assets share, which only `asset_extra` can cause."""
    ids = [asset["data"]["id"] for asset in assets if "id" in asset["data"]]
    for name in ids:
        if ids.count(name) > 1:
            raise AnswerError(
                f"asset_extra: id: put {{object}} into it; {shown(name)} would be the same for several assets"
            )


def _check_paths(paths: list[str]) -> None:
    """Refuse two files at one path, which only `paths` can cause; some file systems ignore case."""
    spelt: dict[str, str] = {}
    for path in paths:
        if spelt.setdefault(path.casefold(), path) is not path:
            raise AnswerError(f"paths: give each file its own path; {shown(path)} would be used twice")


def _asset(scaffold: Scaffold, item: Item) -> dict[str, Any]:
    """Return the document of an asset in its layout."""
    layout, extra = scaffold["asset_layout"], _filled_in(scaffold["asset_extra"], scaffold, item)
    return extras.merged(scaffold, "asset_extra", layout, layouts.arranged(_said(scaffold, item), layout), extra)


# Questions whose answers go into an asset only if somebody gave them.
_CONTRACT = (
    "status",
    "description",
    "team_roles",
    "finops",
    "data_quality",
    "security",
    "consent",
    "change_management",
)


def _said(scaffold: Scaffold, item: Item) -> dict[str, Any]:
    """Return the content of an asset by name, for both layouts."""
    name, version = scaffold.asset_name(item), scaffold["asset_version"]
    fields = scaffold.fields[item.object]
    labels = {field.classification for field in fields if field.classification} | set(scaffold["classification"])
    return {
        "id": str(uuid.uuid5(uuid.NAMESPACE_URL, f"dativo:{scaffold.source.id}/{version}/{name}")),
        "name": name,
        "source_type": scaffold.source.id,
        "object": item.object,
        "version": version,
        "schema": [field.as_asset() for field in fields],
        "domain": scaffold["domain"],
        "data_product": scaffold["data_product"],
        "owner": scaffold["owner"],
        "tags": list(dict.fromkeys(_filled(tag, scaffold, item) for tag in scaffold["tags"])),
        "classification": sorted(labels),
        "regulations": scaffold["regulations"],
        **({"retention_days": days} if (days := scaffold["retention_days"]) else {}),
        "target": {
            "file_format": scaffold["file_format"],
            "partitioning": scaffold["partitioning"],
            "mode": scaffold["schema_mode"],
        },
        **{name: _filled_in(scaffold[name], scaffold, item) for name in _CONTRACT if scaffold.is_said(name)},
    }


def _fixture(scaffold: Scaffold, item: Item) -> dict[str, Any]:
    path, fields = _fixture_path(scaffold, item), scaffold.fields[item.object]
    followed = {scaffold.cursor_field(item, fields), *(field.name for field in fields if field.cursor)}
    rows = scaffold.pack.samples.rows(fields, item.object, followed)
    file = PurePosixPath(path)
    text = fixtures.WRITERS[file.suffix[1:]](rows)
    return {"object": item.object, "path": path, "text": text, "input": _input(scaffold, item, path)}


def _input(scaffold: Scaffold, item: Item, fixture: str) -> str:
    """Return the answer that makes a job read the fixture, or '' if it reads it already, or no files from the disk."""
    recipe = scaffold.source_recipe
    on_disk = scaffold.source.selection == "files" and recipe.credentials == "none" and not recipe.connection
    path = item.entry["path"] if on_disk else ""
    if path == fixture or not path.lower().endswith(".csv"):
        return ""
    return f"{{path: {fixture}, object: {item.object}}}"  # name the object: the new path would change it


def _job_file(scaffold: Scaffold, item: Item) -> dict[str, Any]:
    file = _file(item, _job_path(scaffold, item), _job(scaffold, item))
    return file | {"asset": asset_path(scaffold, item), "environment": scaffold["environment"]}


def _jobs_of(scaffold: Scaffold, jobs: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [job for job in jobs if job["environment"] == scaffold["environment"]]


def _job(scaffold: Scaffold, item: Item) -> dict[str, Any]:
    root = scaffold["app_root"]
    job: dict[str, Any] = {
        "tenant_id": scaffold["tenant_id"],
        "environment": scaffold["environment"],
        "source_connector": scaffold.source.id,
        "source_connector_path": _under(root, recipe_file(scaffold.source.id)),
        "target_connector": scaffold.target.id,
        "target_connector_path": _under(root, recipe_file(scaffold.target.id)),
        "asset": scaffold.asset_name(item),
        "asset_path": _under(root, asset_path(scaffold, item)),
        "source": _source(scaffold, item),
        "target": _target(scaffold, item),
    }
    if (mode := scaffold["schema_validation_mode"]) != STRICT:
        job["schema_validation_mode"] = mode  # the runner's default would reject what relaxed accepts
    if scaffold["catalog"]:
        job["catalog"] = _filled_in(scaffold["catalog"], scaffold, item)
    job["logging"] = {"redaction": scaffold["redaction"], "level": scaffold["log_level"]}
    extra = _filled_in(scaffold["job_extra"], scaffold, item)
    return extras.merged(scaffold, "job_extra", "job", job, extra)


def _source(scaffold: Scaffold, item: Item) -> dict[str, Any]:
    cursor = scaffold.cursor_field(item, () if scaffold.reuses_assets else scaffold.fields[item.object])
    entry = item.entry
    if cursor and scaffold.source.selection == "tables":
        entry = entry | {"cursor_field": cursor}
    source: dict[str, Any] = {scaffold.source.selection: [entry]}
    if not scaffold.reads_in_full(item):
        # Never the strategy: the recipe has it, and the job's schema refuses some.
        follow = {"cursor_field": cursor} if cursor else {}
        source["incremental"] = follow | {"lookback_days": scaffold["lookback_days"]}
        if folder := scaffold["state_dir"]:
            # The runner's default path has no schema, environment or job in it: two of them would share one state.
            place = f"{scaffold['tenant_id']}/{scaffold['environment']}/{_job_name(scaffold, item)}.state.json"
            source["incremental"]["state_path"] = f"{folder.rstrip('/')}/{place}"
    if scaffold.source_recipe.connection:
        source["connection"] = scaffold["connection"]
    if scaffold["custom_reader"]:
        source["custom_reader"] = scaffold["custom_reader"]
    engine: dict[str, Any] = {"type": scaffold["engine"]} if "engine" in scaffold.raw else {}
    if options := engine_options.of_job(scaffold):
        engine["options"] = options
    return source | ({"engine": engine} if engine else {})


def _target(scaffold: Scaffold, item: Item) -> dict[str, Any]:
    recipe = scaffold.target_recipe
    target: dict[str, Any] = {}
    connection: dict[str, Any] = {}
    if recipe.storage_block:
        storage = {"bucket": scaffold["bucket"]} if scaffold["bucket"] else {}
        if scaffold["prefix"]:
            storage["prefix"] = _filled(scaffold["prefix"], scaffold, item)
        if scaffold["endpoint"]:
            storage["endpoint"] = scaffold["endpoint"]
        connection[recipe.storage_block] = storage | scaffold["storage"]
    if recipe.catalog:
        target |= {name: scaffold[name] for name in ("branch", "warehouse") if scaffold[name]}
        if scaffold["catalog_uri"]:
            connection[recipe.catalog] = {"uri": scaffold["catalog_uri"]}
    if scaffold["markdown_kv_storage"]:
        target["markdown_kv_storage"] = scaffold["markdown_kv_storage"]
    if scaffold["parquet_target_size_mb"]:
        target["parquet_target_size_mb"] = scaffold["parquet_target_size_mb"]
    if scaffold["custom_writer"]:
        target["custom_writer"] = scaffold["custom_writer"]
    return target | ({"connection": connection} if connection else {})


def _vendored(scaffold: Scaffold) -> dict[str, list[str]]:
    """List the pack's files that the destination gets, by folder; empty if the user declines."""
    if not scaffold["vendor"]:
        return {}
    recipes = sorted({recipe_file(scaffold.source.id), recipe_file(scaffold.target.id)})
    files: dict[str, list[str]] = {}
    for path in (REGISTRY_FILE, *recipes, *vendored_schemas.VENDORED):
        folder, name = path.split("/")
        files.setdefault(folder, []).append(name)
    return files


def _env_example(scaffold: Scaffold, groups: list[environment.Group]) -> dict[str, str]:
    """Return the file that lists the variables of an environment's jobs, or {} if none is wanted."""
    path = _env_example_path(scaffold)
    if not path or not groups or path in scaffold["left_out"]:
        return {}
    return {"environment": scaffold["environment"], "path": path, "text": environment.text(scaffold, groups)}


def _env_example_path(scaffold: Scaffold) -> str:
    """Return the path of the file that lists the jobs' variables, or '' if there is none."""
    if not scaffold["env_example"]:
        return ""
    return env_example_of(scaffold["tenant_id"], scaffold["scaffold"], scaffold.environment_apart)


def _filled(text: str, scaffold: Scaffold, item: Item) -> str:
    return text.replace("{asset}", scaffold.asset_name(item)).replace("{object}", item.object)


def _filled_in(value: Any, scaffold: Scaffold, item: Item) -> Any:
    """Replace the placeholders in a YAML answer with the names of an item."""
    if isinstance(value, dict):
        return {key: _filled_in(inner, scaffold, item) for key, inner in value.items()}
    if isinstance(value, list):
        return [_filled_in(inner, scaffold, item) for inner in value]
    if isinstance(value, str):
        return _filled(value, scaffold, item).replace("{tenant}", scaffold["tenant_id"])
    return value


# What is merged last, by its question.
EXTRAS = {"asset_extra": _asset, "job_extra": _job}


def _under(root: str, path: str) -> str:
    """Put `path` below the folder that the runner mounts; '.' gives a relative path."""
    return path if root == "." else f"{root.rstrip('/')}/{path}"
