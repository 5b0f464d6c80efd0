"""The whole questionnaire as one JSON Schema: what each question accepts, when it is asked, and what depends on what.

Forms and programs can use it to answer. It is built from the question files, the table of questions and the registry;
`conditions` finds its conditions. It accepts the JSON answers that the pack accepts, and refuses unknown choices, and
answers that do not apply beside the others. Only the pack itself checks the syntax of text, and whatever depends on
external sources.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from ..answers.answers_format import CURRENT
from ..answers.choices import Choice
from ..answers.model import Question
from ..answers.questions import QUESTIONS, UNRECORDED
from ..answers.readers import structure
from ..base.documents import Document
from ..base.errors import AnswerError
from ..plan.vendored_schemas import described_answers
from ..registry.connectors import SELECTIONS
from ..registry.pack import Pack, once
from .conditions import Conditions, Probe, Schema, Undecided, clauses, generalised

DRAFT = "https://json-schema.org/draft/2020-12/schema"
_DESCRIPTION = (
    "The answers of one scaffold, as data. `properties` are in the order in which they are asked. What depends on "
    "other answers is in `allOf`: false for a question that makes no sense, enum for its choices, required, "
    "default, and the annotations below. Leave an answer out to follow its default."
)
# The annotations that are not JSON Schema keywords, and what each means for a question.
ANNOTATIONS = {
    "x-order": "Its position among the questions, from 1.",
    "x-section": "It is asked if `customize` contains this section, or if `required` or `x-asked` says so. You may "
    "answer it anyway. Without `x-section` everybody is asked.",
    "x-prompted": "False: nobody is asked. It is for people who write answers files, and the pack records it.",
    "x-asked": "True: it is asked even if its section is closed.",
    "x-no-effect": "Why the answer changes nothing with these answers. The pack accepts it and says so.",
    "x-default": "The default without an answer; `{name}` is the answer to that question.",
    "x-guess": "True: only you can give it. `dativo-generator new` continues without an answer if a profile gives it.",
    "x-fills": "It helps to answer this question, is not recorded, and is asked instead of it.",
}
# Marks a question that only the user can answer.
MISSING = object()


@once
def answers_schema(pack: Pack) -> Schema:
    """Return the schema of the answers that a program may give for a new scaffold."""
    files = _question_files(pack)
    conditions = Conditions(pack, {name: _type(question) for name, question in files.items()})
    names = [name for name in QUESTIONS if name not in UNRECORDED or QUESTIONS[name].fills]
    properties = {name: _property(pack, name, files[name], number) for number, name in enumerate(names, 1)}
    then: dict[str, Schema] = {"{}": {"required": [], "properties": properties}}
    for name in names:
        for condition, fragment in _fragments(conditions, name, files[name]):
            _add(then.setdefault(json.dumps(condition), {}), name, fragment)
    always = then.pop("{}")
    return {
        "$schema": DRAFT,
        "title": "Answers to Dativo Generator",
        "description": _DESCRIPTION,
        "x-annotations": ANNOTATIONS,
        "x-answers-format": CURRENT,
        "type": "object",
        "additionalProperties": False,
        **always,
        "allOf": [{"if": json.loads(condition), "then": schema} for condition, schema in then.items()],
    }


def _question_files(pack: Pack) -> dict[str, Any]:
    files: dict[str, Any] = {}
    for file in pack.files("questions", "*.yml"):
        files |= Document(pack.root, file).value
    return files


def _type(question: Mapping[str, Any]) -> str:
    return "yaml" if question.get("multiselect") or "{" in question["type"] else question["type"]


def _property(pack: Pack, name: str, words: Mapping[str, Any], number: int) -> Schema:
    """Return the part of a question's schema that depends on no other answer."""
    question = QUESTIONS[name]
    title, _, description = words["help"].partition("\n")
    schema: Schema = {"title": title, "description": description.replace("\n", " ")}
    schema |= _taken(pack, name, words)
    schema |= {"x-order": number}
    if question.section:
        schema["x-section"] = question.section
    if not question.prompted:
        schema["x-prompted"] = False
    if question.guess:
        schema["x-guess"] = True
    if question.fills:
        schema |= {"writeOnly": True, "x-fills": question.fills}
    if question.example:
        schema["examples"] = [_example(question, words)]
    return schema


def _taken(pack: Pack, name: str, words: Mapping[str, Any]) -> Schema:
    """Return what a question accepts, whatever the other answers are; a YAML answer may also be its text."""
    question, type_ = QUESTIONS[name], _type(words)
    known = described_answers(pack).get(name, {"type": "string"} if type_ == "str" else {})
    known = {key: value for key, value in known.items() if key != "description"}
    if question.shape and "required" in known:
        return {"anyOf": [{"const": {}}, known]}  # an empty answer is valid, too
    if known or type_ == "float":
        return known or {"type": ["number", "string"]}
    if name in SELECTIONS:
        return {"type": ["array", "object", "string"]}  # a single item needs no list
    return {"type": [_data_type(pack, question), "string"]}


def _data_type(pack: Pack, question: Question) -> str:
    """Return the JSON type of a YAML answer: that of its example, else "object" if an empty mapping is accepted."""
    if question.example:
        return "array" if isinstance(structure(question.example), list) else "object"
    try:
        question.read(Probe(pack, {}), {})
    except AnswerError:
        return "array"
    except Undecided:
        pass
    return "object"


def _example(question: Question, words: Mapping[str, Any]) -> Any:
    if _type(words) != "yaml":
        return question.example
    try:
        return structure(question.example)
    except AnswerError:
        return question.example


def _fragments(conditions: Conditions, name: str, words: Mapping[str, Any]) -> Iterator[tuple[Schema, Any]]:
    """Yield (condition, fragment): False where the question does not apply, else keywords that hold there."""
    question = QUESTIONS[name]

    def where_it_fits(function: Callable[[Probe], Any]) -> Callable[[Probe], Any]:
        return lambda probe: None if question.inapplicable(probe) else function(probe)

    for condition, refused in clauses(conditions.tree(name, lambda probe: bool(question.inapplicable(probe)))):
        if refused:
            yield condition, False
    several = bool(words.get("multiselect"))
    offered = conditions.tree(name, where_it_fits(lambda probe: _offered(probe, question, several)))
    for condition, values in clauses(offered):
        if values is not None and (condition or several):
            yield condition, {"items": {"enum": values}} if several else {"enum": values}
    for condition, missing in clauses(conditions.tree(name, where_it_fits(lambda probe: _is_missing(probe, name)))):
        if missing:
            yield condition, MISSING
    followed = generalised(conditions.tree(name, where_it_fits(lambda probe: probe.default(name)), exact=True))
    for condition, default in clauses(followed):
        if next(iter(default.values())) is not None:
            yield condition, default
    for keyword, function in (("x-asked", question.always_asked), ("x-no-effect", question.without_effect)):
        made = conditions.tree(name, where_it_fits(lambda probe, function=function: function(probe)))
        for condition, clause in clauses(made):
            if clause:
                yield condition, {keyword: clause}


def _offered(probe: Probe, question: Question, several: bool) -> list[str] | None:
    """List the values that can be chosen, or return None if the question has no choices."""
    offered = question.choices(probe)
    return [one.value for one in offered if _is_taken(probe, question, one, several)] if offered else None


def _is_taken(probe: Probe, question: Question, choice: Choice, several: bool) -> bool:
    if choice.reason:
        return False
    try:
        question.read(probe, [choice.value] if several else choice.value)
    except AnswerError:
        return False
    return True


def _is_missing(probe: Probe, name: str) -> bool:
    """Return whether only the user can answer a question; unknown if another question may fill it by default."""
    fillers = [other for other, question in QUESTIONS.items() if question.fills == name]
    if any(probe.default(other) for other in fillers):
        return False
    return probe.default(name) is None and not QUESTIONS[name].guess


def _add(then: Schema, name: str, fragment: Any) -> None:
    """Add a question's fragment to the schema that holds under the same condition."""
    if fragment is MISSING:
        then.setdefault("required", []).append(name)
        return
    properties = then.setdefault("properties", {})
    if fragment is False:
        properties[name] = False
    elif properties.get(name) is not False:
        known = properties.setdefault(name, {})
        known |= fragment
