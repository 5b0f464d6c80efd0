"""Logging, paths, versions and names, and the files that accompany jobs and assets."""

import re
from typing import Any

from ...base.asset_layout import folder_of
from ...base.documents import shown
from ...base.errors import AnswerError
from ...base.naming import few, file_name_of, slug_of
from ...base.paths import CI_FILES
from .. import answers_format, file_paths, readers
from ..model import Answers, Question, Section
from ..selection import Item
from ..table_names import schema_of
from .shared import alone, always, choice

_PATTERN = re.compile(r"[a-z0-9_-]*(?:\{(?:tenant|source|schema|object)\}[a-z0-9_-]*)+")
LOG_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL")
# A relative or absolute folder, or one below a variable; the runner expands ${NAME} in paths, not ${NAME:-x}.
_APP_ROOT = re.compile(r"/|(?:\$\{[A-Z_][A-Z0-9_]*\}|/?[A-Za-z0-9._-]+)(?:/[A-Za-z0-9._-]+)*/?")
# An answer in one of these sections may hold for the tenant's other scaffolds, too.
_WORTH_A_PROFILE = {"governance", "target", "connection", "job", "contract"}


def _app_root(answers: Answers, raw: Any) -> str:
    text = readers.text(raw)
    if not _APP_ROOT.fullmatch(text):
        raise AnswerError(f"write a folder like /app, '.' or ${{DATIVO_HOME}}, not {shown(text)}")
    return text


def _version(answers: Answers, raw: Any) -> str:
    if isinstance(raw, float):
        raise AnswerError(f"put the version in quotes; {raw} was read as a number, in which 1.10 is 1.1")
    text = readers.text(raw)
    if not re.fullmatch(r"\d+(\.\d+)*", text, re.ASCII):
        raise AnswerError(f"write a version like 1.0, not {shown(text)}")
    return text


def _asset_names(answers: Answers, raw: Any) -> dict[str, str]:
    """Read the names by object, or one pattern for all."""
    objects = [item.object for item in answers.items]
    if isinstance(raw, str) and _PATTERN.fullmatch(raw.strip()):
        words = {"tenant": answers["tenant_id"], "source": answers.source.id}
        if "{schema}" in raw:
            words_of = {item.object: words | {"schema": _schema(item)} for item in answers.items}
        else:
            words_of = dict.fromkeys(objects, words)
        named = {name: raw.strip().format(**words_of[name], object=file_name_of(name)) for name in objects}
    else:
        named = readers.mapping(raw)
    names = {readers.among_objects(key, objects): readers.slug(name) for key, name in named.items()}
    final = [names.get(item.object) or answers.usual_name(item) for item in answers.items]
    spelt = [folder_of(name) for name in final]
    twice = dict.fromkeys(name for name, folder in zip(final, spelt, strict=True) if spelt.count(folder) > 1)
    if twice:
        raise AnswerError(f"{few(map(repr, twice))} would name two assets")
    return names


def _schema(item: Item) -> str:
    """Return the schema in the name of a table, as file names spell it."""
    name = item.entry.get("name", "") if isinstance(item.entry, dict) else ""
    if not (schema := slug_of(schema_of(name))):
        raise AnswerError(f"use {{source}} or {{tenant}}; there is no {{schema}} in {shown(name or item.object)}")
    return schema


def _profiled(answers: Answers, raw: Any) -> list[str]:
    """Read which answers follow the profiles; each must be given, and be one that a profile may hold."""
    names = readers.words(raw)
    for name in names:
        if name not in answers.raw or answers.questions[name].of == "scaffold":
            raise AnswerError(f"{shown(name)} is not an answer that a profile gives here")
    return names


def _follows_profiles(answers: Answers) -> list[str]:
    """List the answers that equal those of the profiles, including a profile that is about to be written."""
    if "save_profile" in answers.raw and answers["save_profile"]:
        return list(answers.common)
    presets, raw = answers.presets, answers.raw
    fit = [name for name in answers.questions if name in presets and not answers.inapplicable(name)]
    return [name for name in fit if raw.get(name, presets[name].value) == presets[name].value]


def _no_profiles(answers: Answers) -> str:
    return "" if "profiled" in answers.raw or _follows_profiles(answers) else "no profile gives an answer"


def _no_new_profile(answers: Answers) -> str:
    return answers.profiles.unsavable(answers["tenant_id"])


SECTION = Section(
    "runtime",
    what="logging, paths, asset version and names, CI",
    questions={
        "log_level": choice(LOG_LEVELS, "INFO"),
        "redaction": Question(alone(readers.flag), always(True)),
        "app_root": Question(_app_root, always("/app")),
        "asset_version": Question(_version, always("1.0"), of="scaffold"),
        "asset_names": Question(_asset_names, always({}), of="scaffold"),
        "left_out": Question(
            alone(readers.words), always([]), of="scaffold", example="[jobs/acme/x_to_s3.yaml]", prompted=False
        ),
        "paths": Question(
            file_paths.read, always({}), of="scaffold", example="{orders: {job: jobs/shop/orders.yaml}}", prompted=False
        ),
        # A scaffold that began without the file stays without it.
        "env_example": Question(alone(readers.flag), lambda answers: answers.format >= answers_format.OWN_STATE),
        "vendor": Question(alone(readers.flag), always(True)),
        "ci": choice(("none", *CI_FILES), "none"),
        "save_profile": Question(
            alone(readers.flag),
            always(False),
            _no_new_profile,
            always_asked=lambda answers: bool(_WORTH_A_PROFILE & {*answers["customize"]}),
            of="scaffold",
            recorded=False,
        ),
        "profiled": Question(
            _profiled,
            _follows_profiles,
            _no_profiles,
            always_asked=lambda answers: True,
            of="scaffold",
            prompted=False,
        ),
    },
)
