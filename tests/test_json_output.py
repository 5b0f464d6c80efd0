"""Every JSON document that a command prints fits its schema, in every state."""

import ast
import errno
import importlib
import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from dativo_generator.base.errors import DativoError
from dativo_generator.cli import doctor
from dativo_generator.cli.app import COMMANDS, loaded
from dativo_generator.cli.failure import ERROR, wants_json
from dativo_generator.cli.options import STATUSES
from dativo_generator.fleet import adopt, batch, drifted
from dativo_generator.fleet.interruption import Interrupted
from dativo_generator.fleet.replay import ANSWERS_STATES, FILE_STATES
from dativo_generator.fleet.step import EFFECTS
from dativo_generator.importers import drift
from dativo_generator.plan.provenance import KINDS
from outputs import SCHEMAS, described, held_to_schema, members, run, runs
from support import ROOT

CLI = ROOT / "extensions" / "dativo_generator" / "cli"


def test_every_run_prints_one_document_as_its_schema_says(monkeypatch: pytest.MonkeyPatch) -> None:
    """In one test, since the commands run once for all of it."""
    seen: dict[str, set[str]] = {name: set() for name in SCHEMAS}
    statuses: dict[str, set[str]] = {name: set() for name in SCHEMAS}
    for one in runs():
        document = held_to_schema(one.document)  # one document, or it would not be parsed
        name = document["schema"]
        seen[name].update(members(SCHEMAS[name], document, SCHEMAS[name]))
        statuses[name].add(str(one.status))
        assert name == ERROR or name.startswith(one.arguments[0])
        assert (name == ERROR) == ("error" in document)
        if name == ERROR:
            assert document["status"] == one.status
            assert one.err.rstrip().endswith(document["error"].replace("/src", "")[-40:])
    # No member that is described is dead, and no status.
    assert [name for name, schema in SCHEMAS.items() if set(described(schema)) - seen[name]] == []
    assert statuses == {name: set(schema["x-exit-status"]) for name, schema in SCHEMAS.items()}

    monkeypatch.syspath_prepend(str(ROOT / "docs"))
    page = importlib.import_module("json_output")
    text = (ROOT / "docs" / "reference" / "json-output.md").read_text(encoding="utf-8")
    generated = next(line for line in text.splitlines() if line.startswith("<!--"))
    assert text == page.page(generated, runs()), "run `make docs`"


def printed(path: Path) -> set[str]:
    """List the schemas that a module names in calls of `dump`."""
    calls = (node for node in ast.walk(ast.parse(path.read_text("utf-8"))) if isinstance(node, ast.Call))
    return {call.args[0].value for call in calls if getattr(call.func, "id", "") == "dump"}


def test_every_command_prints_json_and_every_document_has_a_schema() -> None:
    found = {name: printed(Path(loaded(name).__file__)) for name in COMMANDS}
    assert {name for name, schemas in found.items() if not schemas} == set()
    assert {name for schemas in found.values() for name in schemas} | {ERROR} == SCHEMAS.keys()


@pytest.mark.parametrize("name", SCHEMAS)
def test_a_schema_is_valid_closed_and_says_what_each_member_is(name: str) -> None:
    schema = SCHEMAS[name]
    Draft202012Validator.check_schema(schema)
    assert schema["$id"] == f"{name}.json"
    assert schema["properties"]["schema"]["const"] == name
    assert {int(status) for status in schema["x-exit-status"]} <= STATUSES.keys()
    for part in parts(schema):
        if part.get("type") == "object" and "properties" in part:
            assert part["additionalProperties"] is False
            assert set(part["required"]) <= part["properties"].keys()
            for member, said in part["properties"].items():
                assert "description" in said or "$ref" in said, member


def parts(schema: Any) -> Any:
    """Yield every part of a schema that is a mapping."""
    if isinstance(schema, dict):
        yield schema
        for value in schema.values():
            yield from parts(value)
    elif isinstance(schema, list):
        for value in schema:
            yield from parts(value)


def at(name: str, *keys: str) -> set[str]:
    """Return the words that a schema has at a place."""
    part: Any = SCHEMAS[name]
    for key in keys:
        part = part["items"] if key == "[]" else part[key] if key in part else part["properties"][key]
    return set(part["enum"])


@pytest.mark.parametrize(
    ("words", "known"),
    [
        (at("replay.v1", "answers", "[]", "state"), ANSWERS_STATES),
        (at("replay.v1", "$defs", "file", "state"), FILE_STATES),
        (at("update.v1", "answers", "[]", "effects", "[]"), EFFECTS),
        (at("batch.v1", "rows", "[]", "state"), batch.STATES),
        (at("adopt.v1", "adopted", "[]", "state"), adopt.STATES),
        (at("drift.v1", "scaffolds", "[]", "tables", "[]", "state"), drifted.STATES),
        (at("explain.v1", "files", "[]", "values", "[]", "origins", "[]", "kind"), KINDS),
        (
            at("fields-against.v1", "$defs", "change", "what"),
            [drift.ADDED, drift.REMOVED, drift.RETYPED, drift.NULLABLE],
        ),
        (at("drift.v1", "$defs", "change", "what"), [drift.ADDED, drift.REMOVED, drift.RETYPED, drift.NULLABLE]),
    ],
)
def test_the_words_of_a_list_are_those_of_the_code(words: set[str], known: Any) -> None:
    assert words == set(known)


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ("list --json", True),
        ("list --format json", True),
        ("list --format=json", True),
        ("list --format csv", False),
        ("remove -- --json", False),
        ("--json", True),
        ("", False),
    ],
)
def test_whether_a_program_reads_is_known_before_the_arguments_are(arguments: str, expected: bool) -> None:
    assert wants_json(arguments.split()) is expected


def test_the_schemas_are_written_as_json_writes_them() -> None:
    for name, schema in SCHEMAS.items():
        text = (ROOT / "docs" / "reference" / "output" / f"{name}.json").read_text(encoding="utf-8")
        assert text == json.dumps(schema, indent=2) + "\n"


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (Interrupted(), "interrupted; nothing was changed"),
        (OSError(errno.ENOSPC, "No space left on device"), "free some space; No space left on device"),
        (OSError(errno.EACCES, "Permission denied", "a/b"), "a/b: give your user access; Permission denied"),
        (DativoError("a\nb of postgresql://me:canary@host/db"), "a\\nb of postgresql://me:***@host/db"),
    ],
    ids=["a signal", "a full disk", "a file", "an error"],
)
def test_whatever_ends_a_command_is_one_document(
    error: BaseException, said: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def fails() -> None:
        raise error

    monkeypatch.setattr(doctor, "_python", fails)
    done = run(tmp_path, "doctor", "--json")
    assert (done.status, done.document) == (2, {"schema": ERROR, "error": said, "status": 2})
    assert done.err == f"Error: {said}\n"
    assert run(tmp_path, "doctor").out == ""
