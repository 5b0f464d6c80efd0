"""The pages for programs that answer the questions, and for those that call the package."""

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
question takes, what is asked when, and what depends on what. A form or a program can answer by it, and hand the answers
to `dativo-generator new --data-file answers.yml --json` (a JSON file is YAML, too). The command prints the schema of
the newest release of the template, or of `--to`; [`answers.schema.json`](answers.schema.json) is that of the release
that this page belongs to. It is generated from the question files, the registry, and the code that asks.

## How to read it

`properties` has the questions in the order in which they are asked, each with its `title`, its `description`, what it
takes, and the annotations below. `required` names those that only you can answer. Each entry of `allOf` says with
`if` beside which answers something holds, and with `then` what:

- `false` for a question that makes no sense beside these answers. It is not asked, and an answer to it is refused.
- `enum` for what can be chosen: connectors in cloud mode, objects of a source, formats of a target.
- `required` for what has no default beside these answers.
- `default` and the annotations below for everything that is another beside other answers.

So what holds for a question is what `properties` say, and over it what each `then` says whose `if` is true of the
answers so far. An answer that is left out counts as its default in an `if`, and is followed: it is not recorded, and
changes with the registry.

A form asks a question that is not `false`, has no `x-prompted`, and has no `x-section` or one that `customize` has. It
also asks what is `required`, and what has `x-asked`.

## What it does not say

The schema takes every answer that the pack takes, as data: numbers, true and false, lists, mappings. A list or a
mapping may also be text in YAML, whose content the schema does not see. Three things only the pack checks, and
`dativo-generator new --dry-run --json` says them with nothing written: what a text must look like, answers that depend
on something that is read (the fields of a source, the tables that a pattern means), and answers that are right alone
and wrong together. Questions that only help a person at a prompt are not in it: the search for a connector, the review,
and whether to save a profile.

## Annotations

| annotation | it says |
|---|---|
"""
_API = """What a Python program may call: `import dativo_generator`. All else in the package may move with any release.
Every error that is meant for people is a `DativoError`, one line of text. A name here is removed, or changes what it
takes or returns, with a new major version of the package only, as for a [JSON output](json-output.md).
"""
# What each shape has in common with what a command prints.
_SHAPES = {
    "Finding": "The members of a finding in [`validate.v1`](json-output.md#validate).",
    "Report": "What [`replay.v1`](json-output.md#replay) says: `answers` and, for its `files`, `others`.",
}


def answers_page(generated: str) -> str:
    """Explain the schema of the answers."""
    rows = [f"| `{name}` | {said} |" for name, said in ANNOTATIONS.items()]
    return "\n".join(["# Schema of the answers", "", generated, "", _ANSWERS.rstrip("\n"), *rows]) + "\n"


def answers_file(pack: Pack) -> str:
    """Return the schema of the answers as the command prints it."""
    return json.dumps(answers_schema(pack), indent=2, ensure_ascii=False) + "\n"


def api_page(generated: str) -> str:
    """Describe what is public of the package."""
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
