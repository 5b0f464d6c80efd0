"""The page on what the commands print with `--json`: each output with its keys, exit statuses and an example."""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from functools import partial
from typing import Any

import schema_tables
from dativo_generator.cli.options import STATUSES
from outputs import SCHEMAS, Run, members

# Of more than so many items, or keys that are paths, an example shows no more.
_FEW = 2
# What another machine says of these two is the same.
_STEADY = ("repository", "write access")

_INTRODUCTION = """Every command takes `--json` (or `--format json`, where it has `--format`) and then prints one JSON
document on standard output and nothing else there. What it is, its member `schema` says: `replay.v1` is described by
[`replay.v1.json`](output/replay.v1.json), a JSON Schema (draft 2020-12). Notes, warnings and progress go to standard
error.

## What a program can rely on

- A member that is described here stays, with its name, its type and its meaning, until the number behind `v` changes.
  A document never changes its number within a minor version of the package.
- New members, new words in a list of values and new outputs may come with any release and change no number. So ignore
  members that you do not know, and take a word that you do not know for something that a person must look at. The
  schemas themselves are closed: they describe exactly what their release prints.
- These are breaking changes, and give a document the next number: a member is removed, renamed or not printed any more
  where it was; its type or its meaning is another; a value has another format; an exit status says something else.
- The order of lists and of members is no promise, unless a description says so. Texts for people, such as `detail`,
  `message` and `error`, may be worded otherwise in any release: decide by words of a list, and by the exit status.

## Exit statuses and errors

The exit status of a command says the same with and without `--json`. The examples below are from runs, each list with
its first two items.
"""

_ERRORS = """A command that cannot do what it was told prints [`error.v1`](#error) and ends with another status than 0,
also for an option that does not exist. The line on standard error is the same as without `--json`.
"""


def page(generated: str, runs: Iterable[Run]) -> str:
    """Return the page, with an example of each output out of these runs."""
    lines = ["# JSON output", "", generated, "", _INTRODUCTION, "| status | it says |", "|---:|---|"]
    lines += [f"| {status} | {said} |" for status, said in STATUSES.items()]
    lines += ["", _ERRORS]
    found = list(runs)
    for name, schema in SCHEMAS.items():
        lines += [f"## {_command(name)}", "", *_output(name, schema, found)]
    return "\n".join(lines).rstrip() + "\n"


def _command(name: str) -> str:
    command, _, option = name.partition(".")[0].partition("-")
    return f"{command} --{option}" if option else command


def _output(name: str, schema: Mapping[str, Any], runs: list[Run]) -> Iterator[str]:
    yield f"[`{name}`](output/{name}.json). {schema['description']}"
    yield ""
    yield "| status | it says |"
    yield "|---:|---|"
    yield from (f"| {status} | {said} |" for status, said in schema["x-exit-status"].items())
    yield ""
    yield from schema_tables.HEAD
    yield from schema_tables.rows(schema, schema)
    yield ""
    example = max((run for run in runs if run.document["schema"] == name), key=partial(_told, schema))
    yield f"`dativo-generator {' '.join(example.arguments)}` prints:"
    yield ""
    yield "```json"
    yield json.dumps(_shortened(_steady(example.document)), indent=2, ensure_ascii=False)
    yield "```"
    yield ""


def _told(schema: Mapping[str, Any], run: Run) -> int:
    """Count what a run shows of a schema."""
    return len(set(members(schema, run.document, schema)))


def _steady(document: Any) -> Any:
    """Leave out what is another on another machine, or tomorrow."""
    text = re.sub(r"(?<=v1\.0\.0, )[0-9a-f]{8}\b", "b6c06b70", json.dumps(document))
    document = json.loads(text)
    if "checks" in document:
        document["checks"] = [check for check in document["checks"] if check["name"] in _STEADY]
    return document


def _shortened(value: Any) -> Any:
    if isinstance(value, list):
        return [_shortened(item) for item in value[:_FEW]]
    if isinstance(value, Mapping):
        paths = [key for key in value if "/" in key]
        return {key: _shortened(item) for key, item in value.items() if key not in paths[_FEW:]}
    return value
