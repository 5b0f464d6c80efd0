"""The pages about programs that answer the questions or call the package."""

import dataclasses
import inspect
import json
import re
from collections.abc import Iterator
from typing import Any

import dativo_generator
from dativo_generator import api
from dativo_generator.questionnaire.answers_schema import ANNOTATIONS, answers_schema
from dativo_generator.registry.pack import Pack

_ANSWERS = """`dativo-generator new --schema` prints a JSON Schema (draft 2020-12) of the whole questionnaire: what each
question accepts, when it is asked, and what depends on what. A form or a program can use it to answer, and pass the
answers to `dativo-generator new --data-file answers.yml --json` (a JSON file is YAML, too). The command prints the
schema of the template's newest release, or of the release in `--to`; [`answers.schema.json`](answers.schema.json)
belongs to the release of this page. It is generated from the question files, the registry, and the code that asks.

## How to read it

`properties` lists the questions in the order in which they are asked, each with its `title`, its `description`, what it
accepts, and the annotations below. `required` names those that only you can answer. In each entry of `allOf`, `if`
states a condition on other answers, and `then` states what holds under it:

- `false`: the question makes no sense with these answers. It is not asked, and an answer to it is refused.
- `enum`: the choices, such as connectors in cloud mode, objects of a source, formats of a target.
- `required`: the questions that have no default with these answers.
- `default` and the annotations below: everything else that depends on other answers.

So for each question, start with `properties`, and apply every `then` whose `if` is true for the answers so far. In an
`if`, a missing answer counts as its default. It is not recorded, and follows the registry.

A form asks every question that is not `false`, has no `x-prompted`, and has either no `x-section` or a section that
`customize` contains. It also asks questions that are `required` or have `x-asked`.

## What it does not say

The schema accepts every answer that the pack accepts, as data: numbers, true and false, lists, mappings. A list or a
mapping may also be YAML text, whose content the schema does not check. Only the pack checks three things, and
`dativo-generator new --dry-run --json` reports them without writing anything: the form of a text, answers that depend
on something that is read (the fields of a source, the tables that a pattern matches), and answers that are right alone
but wrong together. The schema leaves out questions that only help a person at a prompt: the search for a connector, the
review, and whether to save a profile.

## Annotations

| annotation | it says |
|---|---|
"""
_API = """What a Python program may call: `import dativo_generator`. Everything else in the package may change in any
release. Every error that is meant for people is a `DativoError`, one line of text. A name on this page is removed, or
changes its parameters or its result, only in a new major version of the package, like a [JSON
output](json-output.md).
"""
# The part of each shape that a command prints, too.
_SHAPES = {
    "Finding": "The same members as a finding in [`validate.v1`](json-output.md#validate).",
    "Report": "As in [`replay.v1`](json-output.md#replay): `answers`, and `others` for its `files`.",
}


def answers_page(generated: str) -> str:
    """Explain the schema of the answers."""
    rows = [f"| `{name}` | {said} |" for name, said in ANNOTATIONS.items()]
    return "\n".join(["# Schema of the answers", "", generated, "", _ANSWERS.rstrip("\n"), *rows]) + "\n"


def answers_file(pack: Pack) -> str:
    """Return the schema of the answers as the command prints it."""
    return json.dumps(answers_schema(pack), indent=2, ensure_ascii=False) + "\n"


def api_page(generated: str) -> str:
    """Describe the public part of the package."""
    lines = ["# Python", "", generated, "", _API]
    for name in sorted(api.__all__, key=str.lower):
        lines += [f"## `{name}`", "", *_described(name, getattr(dativo_generator, name))]
    return "\n".join(lines).rstrip() + "\n"


def _described(name: str, thing: Any) -> Iterator[str]:
    if inspect.isclass(thing):
        yield inspect.getdoc(thing) or ""
        yield ""
        if dataclasses.is_dataclass(thing):
            yield f"Fields: {', '.join(f'`{field.name}`' for field in dataclasses.fields(thing))}. {_SHAPES[name]}"
            yield ""
        return
    signature = re.sub(r"\b(?:[a-z_]+\.)+(?=[A-Z])", "", str(inspect.signature(inspect.unwrap(thing))))
    yield "```text"
    yield f"{name}{signature}"
    yield "```"
    yield ""
    yield inspect.getdoc(thing) or ""
    yield ""
