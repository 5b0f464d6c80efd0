"""The JSON Schemas that are copied into a destination: the pack's, extended with the registry's values.

An editor with the YAML language server uses them offline to complete and to underline mistakes. `schemas/` describes
jobs and assets; here the registry's connectors, objects, engines and formats are added as choices. The schemas for
profiles and manifests come from the questions. All depend on the pack alone, since scaffolds share them.
"""

import json
from collections.abc import Iterable, Mapping
from typing import Any

from ..answers.choices import summary
from ..answers.profiles import CONNECTORS, LABELS
from ..answers.questions import PROFILED, QUESTIONS, UNRECORDED
from ..base.documents import Document
from ..base.naming import LABEL
from ..registry.connectors import ROLES, SELECTIONS, Connector
from ..registry.pack import Pack, once

FOLDER = "schemas"
_DRAFT = "http://json-schema.org/draft-07/schema#"

Schema = dict[str, Any]


@once
def vendored(pack: Pack, name: str) -> str:
    """Return a file of the pack, given its path, as a destination gets it: schemas include the registry's values."""
    if name == ATTRIBUTES:
        return _ATTRIBUTES
    if name not in _COMPOSED:
        return pack.text(name)
    return json.dumps(_COMPOSED[name](pack), indent=2, ensure_ascii=False) + "\n"


def _job(pack: Pack) -> Schema:
    schema = json.loads(pack.text(JOB))
    for role in ROLES:
        known = schema["properties"][f"{role}_connector"]
        schema["properties"][f"{role}_connector"] = _connectors(pack, role, known["description"])
    schema["allOf"] = _when("source_connector", {c.id: {"source": _source(c)} for c in pack.with_role("source")})
    return schema


def _source(connector: Connector) -> Schema:
    """Describe how a job reads from a connector: one kind of selection, its engines, and incremental or not."""
    read = {"items": {"enum": list(connector.objects)}} if connector.selection == "objects" else {}
    properties: Schema = {
        **{name: False for name in SELECTIONS if name != connector.selection},
        connector.selection: read,
        "engine": {"properties": {"type": {"enum": list(connector.engines)}}},
        **({} if connector.supports_incremental else {"incremental": False}),
    }
    return {"properties": properties}


def _asset(pack: Pack) -> Schema:
    schema = json.loads(pack.text(ASSET))
    definitions = schema["definitions"]
    for layout in (definitions["nested"]["properties"]["asset"], definitions["odcs"]):
        known = layout["properties"]["source_type"]
        layout["properties"]["source_type"] = _connectors(pack, "source", known["description"])
        apis = [connector for connector in pack.with_role("source") if connector.selection == "objects"]
        layout["allOf"] = _when("source_type", {api.id: {"object": {"enum": list(api.objects)}} for api in apis})
    jobs = json.loads(pack.text(JOB))["definitions"]["target"]["properties"]["file_format"]["enum"]
    written = (name for connector in pack.with_role("target") for name in connector.file_formats)
    _suggest(definitions["target"]["properties"], "file_format", dict.fromkeys([*jobs, *written]))
    _suggest(definitions["field"]["properties"], "classification", pack.labels)
    return schema


def _connectors(pack: Pack, role: str, description: str) -> Schema:
    """Offer the connectors of a role, each with its description."""
    offered = pack.with_role(role)
    return {
        "description": description,
        "enum": [connector.id for connector in offered],
        "enumDescriptions": [summary(connector, role) for connector in offered],
    }


def _when(key: str, then: Mapping[str, Schema]) -> list[Schema]:
    """Return what applies for each value of `key`; values with the same schema share one condition."""
    together: dict[str, list[str]] = {}
    for value, properties in then.items():
        together.setdefault(json.dumps(properties), []).append(value)
    return [
        {
            "if": {"required": [key], "properties": {key: {"enum": values}}},
            "then": {"properties": json.loads(properties)},
        }
        for properties, values in together.items()
    ]


def _suggest(properties: Schema, name: str, values: Iterable[str]) -> None:
    """Suggest values for a key that accepts others, too."""
    known = properties[name]
    properties[name] = {
        "description": known["description"],
        "anyOf": [{"enum": list(values)}, {key: value for key, value in known.items() if key != "description"}],
    }


# --- from the questions -----------------------------------------------------------------------------------------------

# The JSON types of answers, by the type of the question; YAML answers may have any.
_TYPES = {"str": ["string", "number"], "int": ["integer", "string"], "bool": ["boolean"], "path": ["string"]}


def _profile(pack: Pack) -> Schema:
    answers = {name: answer for name, answer in described_answers(pack).items() if name in PROFILED}
    ends = {
        connector.id: {
            "description": summary(connector, connector.roles[0]),
            "allOf": [{"$ref": "#/definitions/connector"}],  # which would hide a description beside it
        }
        for connector in pack.registry.values()
    }
    return {
        "$schema": _DRAFT,
        "title": "Dativo profile",
        "description": "What a tenant, or in _organisation.yml everybody, answers to every scaffold.",
        "type": "object",
        "additionalProperties": False,
        "properties": {
            **{name: answer for name, answer in answers.items() if QUESTIONS[name].of == "tenant"},
            LABELS: {
                "description": "Labels of your own: answers may have them without the mark of SECRET!.",
                "type": "array",
                "items": {"type": "string", "pattern": f"^{LABEL}$"},
            },
            CONNECTORS: {
                "description": "Answers for scaffolds with a connector as their source or target.",
                "type": "object",
                "additionalProperties": False,
                "properties": ends,
            },
        },
        "definitions": {"connector": {"type": "object", "additionalProperties": False, "properties": answers}},
    }


def _manifest(pack: Pack) -> Schema:
    answers = described_answers(pack)
    row = {"type": "object", "additionalProperties": False, "properties": answers}
    return {
        "$schema": _DRAFT,
        "title": "Dativo manifest",
        "description": "Many scaffolds, for dativo-generator batch.",
        "type": "object",
        "required": ["scaffolds"],
        "additionalProperties": False,
        "properties": {
            "defaults": {"description": "Answers for every scaffold that gives none.", "$ref": "#/definitions/answers"},
            "scaffolds": {
                "description": "The answers of each scaffold, or the path of a CSV file with a row for each.",
                "anyOf": [{"type": "array", "items": {"$ref": "#/definitions/answers"}}, {"type": "string"}],
            },
        },
        "definitions": {"answers": row},
    }


@once
def described_answers(pack: Pack) -> Schema:
    """Describe what each question accepts, as far as that depends on no other answer."""
    answers: Schema = {}
    for file in pack.files("questions", "*.yml"):
        for name, question in Document(pack.root, file).value.items():
            if name in QUESTIONS and name not in UNRECORDED and name != "profiled":
                answers[name] = {"description": " ".join(question["help"].split("\n"))} | _answer(pack, name, question)
    return answers


def _answer(pack: Pack, name: str, question: Mapping[str, Any]) -> Schema:
    if name in (ends := {f"{role}_connector": role for role in ROLES}):
        return {key: value for key, value in _connectors(pack, ends[name], "").items() if key != "description"}
    if shape := QUESTIONS[name].shape:
        return _or_text({key: value for key, value in shape(pack).written_out().items() if key != "description"})
    if choices := QUESTIONS[name].fixed_choices:
        one = {"enum": list(choices)}
        return {"type": "array", "items": one} if question.get("multiselect") else one
    if question.get("multiselect"):
        return {"type": ["array", "string"]}
    if suggested := QUESTIONS[name].suggested:
        return {"anyOf": [{"enum": list(suggested)}, {"type": _TYPES[question["type"]]}]}
    return {"type": _TYPES[question["type"]]} if question["type"] in _TYPES else {}


def _or_text(schema: Schema) -> Schema:
    """Also accept the text of an answer in YAML."""
    types = schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
    return schema | {"type": [*(name for name in types if name != "null"), "string"]}


JOB, ASSET = f"{FOLDER}/job.schema.json", f"{FOLDER}/asset.schema.json"
PROFILE, MANIFEST = f"{FOLDER}/profile.schema.json", f"{FOLDER}/manifest.schema.json"
_COMPOSED = {JOB: _job, ASSET: _asset, PROFILE: _profile, MANIFEST: _manifest}
SCHEMAS = tuple(sorted(_COMPOSED))
# Git uses the nearest file of this name, so the owner keeps one at the root of a repository.
ATTRIBUTES = f"{FOLDER}/.gitattributes"
_ATTRIBUTES = """\
# Dativo Generator writes these schemas: GitHub and GitLab fold them away in a review.
*.schema.json linguist-generated
"""
# What a destination gets in addition to registry and recipes.
VENDORED = (ATTRIBUTES, *SCHEMAS)
