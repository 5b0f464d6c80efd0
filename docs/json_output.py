"""The page on the commands' JSON output: each output with its keys, exit statuses and an example."""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from functools import partial
from typing import Any

import schema_tables
from dativo_generator.cli.options import STATUSES
from outputs import SCHEMAS, Run, members

# An example shows at most this many items, or keys that are paths.
_FEW = 2
# These two are the same on every machine.
_STEADY = ("repository", "write access")

_INTRODUCTION = """With `--json` (or `--format json`, if it has `--format`), every command prints exactly one JSON
document to standard output. Its member `schema` names its schema: [`replay.v1.json`](output/replay.v1.json), a JSON
Schema (draft 2020-12), describes `replay.v1`. Notes, warnings and progress go to standard error.

## What a program can rely on

- A member that is described here keeps its name, type and meaning until the number after `v` changes. That number never
  changes within a minor version of the package.
- Any release may add members, values in an enumeration, and outputs without changing the number. So ignore members that
  you do not know, and have a person look at values that you do not know. The schemas themselves are closed: they
  describe exactly what their release prints.
- These are breaking changes, and increase the number: a member is removed, renamed or no longer printed where it was;
  its type or meaning changes; a value has another format; an exit status means something else.
- The order of lists and of members is not guaranteed, unless a description says so. Texts for people, such as `detail`,
  `message` and `error`, may change in any release: decide by enumerated values, and by the exit status.

## Exit statuses and errors

A command has the same exit status with and without `--json`. The examples below come from real runs; each list shows
its first two items.
"""

_ERRORS = """A command that fails prints [`error.v1`](#error) and ends with a status other than 0, also for an option
that does not exist. The line on standard error is the same as without `--json`.
"""


def page(generated: str, runs: Iterable[Run]) -> str:
    """Return the page, with an example of each output from these runs."""
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
    """Count how much of a schema a run shows."""
    return len(set(members(schema, run.document, schema)))


def _steady(document: Any) -> Any:
    """Leave out what differs between machines or days."""
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
