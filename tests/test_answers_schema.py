"""The JSON Schema of the answers accepts and refuses what the pack does."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from dativo_generator.answers.questions import QUESTIONS, UNRECORDED
from dativo_generator.answers.scaffold import Scaffold
from dativo_generator.questionnaire.answers_schema import ANNOTATIONS, answers_schema
from dativo_generator.questionnaire.unattended import problems
from dativo_generator.registry.pack import Pack
from fleets import Command
from support import EXAMPLES, PACK, allowed_pairs, answers_for, edit_yaml, load_answers

SCHEMA = answers_schema(PACK)
VALIDATOR = Draft202012Validator(SCHEMA)
PAIRS = [pytest.param(*pair, id=f"{pair[0].id} to {pair[1].id}") for pair in allowed_pairs("self_hosted")]
# Questions for a person only.
HIDDEN = {name for name in UNRECORDED if not QUESTIONS[name].fills}
MODES = ("self_hosted", "cloud")


def wrong(answers: Mapping[str, Any]) -> list[str]:
    """List what the schema refuses."""
    return [f"{error.json_path}: {error.message}" for error in VALIDATOR.iter_errors(answers)]


def said_of(name: str, answers: Mapping[str, Any], validator: Draft202012Validator = VALIDATOR) -> Any:
    """Return the schema of a question, given these answers; False if it does not apply."""
    said = dict(validator.schema["properties"][name])
    for clause in validator.schema["allOf"]:
        part = clause["then"].get("properties", {}).get(name)
        if part is not None and validator.evolve(schema=clause["if"]).is_valid(answers):
            if part is False:
                return False
            said |= part
    return said


def test_it_is_a_schema_with_every_question_in_order() -> None:
    Draft202012Validator.check_schema(SCHEMA)
    assert list(SCHEMA["properties"]) == [name for name in QUESTIONS if name not in HIDDEN]
    for number, (name, said) in enumerate(SCHEMA["properties"].items(), 1):
        assert said["x-order"] == number
        assert said["title"] and said["description"]
        assert said.get("x-section", "") == QUESTIONS[name].section
        assert said.get("x-prompted", True) is QUESTIONS[name].prompted
        assert said.get("writeOnly", False) is (name in UNRECORDED)


def keywords(schema: Any) -> Iterator[str]:
    if isinstance(schema, Mapping):
        for name, part in schema.items():
            yield name
            yield from keywords(part)
    elif isinstance(schema, list):
        for part in schema:
            yield from keywords(part)


def test_every_annotation_is_used_and_explained() -> None:
    used = {name for name in keywords([SCHEMA["properties"], SCHEMA["allOf"]]) if name.startswith("x-")}
    assert used == ANNOTATIONS.keys() == SCHEMA["x-annotations"].keys()


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda path: path.stem)
def test_examples_are_taken(example: Any) -> None:
    assert wrong(load_answers(example)) == []


@pytest.mark.parametrize(("source", "target"), PAIRS)
def test_short_answers_are_taken_from_every_source_to_every_target(source: Any, target: Any) -> None:
    answers = answers_for(source, target)
    assert wrong(answers) == []
    for name in ("tenant_id", "source_connector", "target_connector", source.selection):
        assert wrong({key: value for key, value in answers.items() if key != name})


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("role", ["source", "target"])
def test_the_connectors_of_a_mode_are_its_choices(role: str, mode: str) -> None:
    pairs = [pair[role == "target"].id for pair in allowed_pairs(mode)]
    assert said_of(f"{role}_connector", {"execution_mode": mode})["enum"] == list(dict.fromkeys(pairs))


def inapplicable(name: str, answers: Mapping[str, Any]) -> bool:
    return bool(Scaffold(PACK, answers).inapplicable(name))


@pytest.mark.parametrize(("source", "target"), PAIRS)
def test_what_makes_no_sense_is_refused(source: Any, target: Any) -> None:
    for others in ({}, {"assets": "reuse"}, {"asset_layout": "odcs"}, {"environments": ["dev", "prod"]}):
        answers = answers_for(source, target)
        if "assets" in others:
            answers.pop("fields", None)
        answers |= others
        for name in SCHEMA["properties"]:
            if name in answers or name in ("profiled", "min_confidence"):
                continue
            assert (said_of(name, answers) is False) == inapplicable(name, answers), (name, others)


@pytest.mark.parametrize(("source", "target"), PAIRS)
def test_defaults_are_those_that_are_followed(source: Any, target: Any) -> None:
    answers = answers_for(source, target, environment="staging", tenant_id="umbrella")
    scaffold = Scaffold(PACK, answers)
    for name in SCHEMA["properties"]:
        said = said_of(name, answers)
        if said is False or inapplicable(name, answers):
            continue
        if "x-default" in said:
            filled = json.dumps(said["x-default"])
            for other in QUESTIONS:
                if f"{{{other}}}" in filled:
                    filled = filled.replace(f"{{{other}}}", str(scaffold[other]))
            assert json.loads(filled) == scaffold.default(name), name
        elif "default" in said:
            assert said["default"] == scaffold.default(name), name
        assert ("x-no-effect" in said) == bool(QUESTIONS[name].without_effect(scaffold)), name
        assert said.get("x-asked", False) == bool(QUESTIONS[name].always_asked(scaffold)), name


# --- generated answers ------------------------------------------------------------------------------------------------


def values(name: str) -> list[Any]:
    """Return answers to a question, right and wrong ones, as data."""
    said, question = SCHEMA["properties"][name], QUESTIONS[name]
    found: list[Any] = [said[key] for key in ("default",) if key in said]
    found += said.get("examples", [])
    if question.fixed_choices:
        words = [*question.fixed_choices, "moon"]
        found += [[word] for word in words] if said.get("type") == "array" else words
    if "boolean" in said.get("type", ()):
        found += [True, False]
    if "integer" in said.get("type", ()):
        found += [0, 30]
    elif "enum" not in said and "string" in said.get("type", ()):
        found += ["sales", ""]
    return found


OPTIONAL = [
    name
    for name in SCHEMA["properties"]
    if not QUESTIONS[name].fills
    and name not in ("tenant_id", "source_connector", "target_connector", "tables", "files", "sheets", "objects")
]
ENDS = [pair.values for pair in PAIRS]


@st.composite
def answers(draw: st.DrawFn) -> dict[str, Any]:
    source, target = draw(st.sampled_from(ENDS))
    others = draw(st.lists(st.sampled_from(OPTIONAL), unique=True, max_size=4))
    drawn = {name: draw(st.sampled_from(values(name) or ["x"])) for name in others}
    if draw(st.booleans()):
        drawn["execution_mode"] = draw(st.sampled_from(MODES))
    return answers_for(source, target) | drawn


def is_taken(given_answers: Mapping[str, Any]) -> bool:
    return not problems(PACK, given_answers)


@given(answers())
def test_what_the_pack_takes_the_schema_takes(given_answers: dict[str, Any]) -> None:
    if is_taken(given_answers):
        assert wrong(given_answers) == []


CHOSEN = [name for name in SCHEMA["properties"] if name not in ("tenant_id",) and (QUESTIONS[name].fixed_choices)]


@given(st.sampled_from(ENDS), st.data())
def test_a_choice_is_taken_by_both_or_by_neither(ends: Any, data: st.DataObject) -> None:
    source, target = ends
    plain = answers_for(source, target, execution_mode=data.draw(st.sampled_from(MODES)))
    name = data.draw(st.sampled_from([*CHOSEN, "engine", "file_format", "objects"]))
    offered = {word for other in PACK.with_role("source") for word in (*other.engines, *other.objects)}
    formats = {word for other in PACK.with_role("target") for word in other.file_formats}
    words = [*QUESTIONS[name].fixed_choices] or sorted(offered if name in ("engine", "objects") else formats)
    word = data.draw(st.sampled_from([*words, "moon"]))
    multiple = SCHEMA["properties"][name].get("type") in ("array", ["array", "string"])
    given_answers = plain | {name: [word] if multiple else word}
    if name == "objects" and source.selection != "objects":
        assert not is_taken(given_answers) and wrong(given_answers)
        return
    assert is_taken(given_answers) == (wrong(given_answers) == []), (given_answers, problems(PACK, given_answers))


def test_a_question_of_another_name_is_refused() -> None:
    assert wrong(load_answers(EXAMPLES[0]) | {"bukket": "x"})


def test_an_example_of_a_question_is_taken_by_it() -> None:
    for name, said in SCHEMA["properties"].items():
        for example in said.get("examples", []):
            properties = {key: part for key, part in said.items() if key != "x-order"}
            assert Draft202012Validator(properties).is_valid(example), name


# --- where it is ------------------------------------------------------------------------------------------------------


def test_a_connector_of_ones_own_is_in_it(own_template: Any) -> None:
    def add(registry: Any) -> None:
        copy = dict(registry["connectors"]["stripe"]) | {"objects_supported": ["tickets"]}
        registry["connectors"]["helpdesk"] = copy

    edit_yaml(own_template / "registry" / "connectors.yaml", add)
    recipe = (own_template / "connectors" / "stripe.yaml").read_text(encoding="utf-8")
    text = recipe.replace("type: stripe", "type: helpdesk").replace("name: stripe", "name: helpdesk")
    (own_template / "connectors" / "helpdesk.yaml").write_text(text, encoding="utf-8")
    own = Draft202012Validator(answers_schema(Pack(own_template)))
    mine = {"tenant_id": "acme", "source_connector": "helpdesk", "objects": ["tickets"], "target_connector": "s3"}
    assert own.is_valid(mine)
    assert not own.is_valid(mine | {"objects": ["customers"]})


def test_the_command_prints_that_of_the_release(command: Command, tmp_path: Any) -> None:
    result = command(tmp_path, "new", "--schema", "--to", "v1.0.0")
    assert (result.status, json.loads(result.out)) == (0, SCHEMA)
    assert not list(tmp_path.iterdir())
    newest = json.loads(command(tmp_path, "new", "--schema").out)
    assert newest["properties"]["source_connector"]["enum"] != SCHEMA["properties"]["source_connector"]["enum"]
