"""The helps of the commands."""

import re
import subprocess
import sys

import pytest

from dativo_generator.cli import app
from dativo_generator.cli.app import COMMANDS, main

EXAMPLES = {"dativo-generator": app.EXAMPLES, **{name: app.loaded(name).EXAMPLES for name in COMMANDS}}


@pytest.mark.parametrize("command", EXAMPLES)
def test_every_help_begins_with_examples(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main([command, "--help"] if command != "dativo-generator" else ["--help"])
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "Examples:"
    assert lines[1 : len(EXAMPLES[command]) + 1] == [f"  {example}" for example in EXAMPLES[command]]


def test_every_command_has_examples_of_itself() -> None:
    for command in COMMANDS:
        assert all(re.match(rf"dativo-generator {command}\b", example) for example in EXAMPLES[command])


@pytest.mark.parametrize("command", COMMANDS)
def test_no_help_names_a_type_of_python(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main([command, "--help"])
    assert re.findall(r"<[^|>]*>", capsys.readouterr().out) == []


def loads(statement: str) -> set[str]:
    """Return the libraries that a fresh Python loads for a statement."""
    program = f"import sys\n{statement}\nprint(*{{name.partition('.')[0] for name in sys.modules}})"
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    return set(run.stdout.splitlines()[-1].split())


def test_a_help_loads_nothing_that_a_command_does() -> None:
    run = "from dativo_generator.cli.app import app\napp(['--help'], standalone_mode=False)"
    # `importlib.metadata` loads `email`.
    assert loads(run).isdisjoint({"copier", "email", "jinja2", "jsonschema", "rich", "sqlglot", "yaml"})


@pytest.mark.parametrize("command", COMMANDS)
def test_no_command_loads_copier_before_it_needs_a_release(command: str) -> None:
    assert "copier" not in loads(f"import dativo_generator.cli.{command}")


def test_what_the_help_says_of_a_command_is_not_cut() -> None:
    assert all(len(f"  {name:<10}{said}") <= 76 for name, said in COMMANDS.items())
