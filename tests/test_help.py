"""What the command says of itself."""

import re

import pytest

from dativo_generator.cli.app import EXAMPLES, app, main


@pytest.mark.parametrize("command", EXAMPLES)
def test_every_help_begins_with_examples(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main([command, "--help"] if command != "dativo-generator" else ["--help"])
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "Examples:"
    assert lines[1 : len(EXAMPLES[command]) + 1] == [f"  {example}" for example in EXAMPLES[command]]


def test_every_command_has_examples_of_itself() -> None:
    commands = {command.name for command in app.registered_commands}
    assert commands | {"dativo-generator"} == EXAMPLES.keys()
    for command in commands:
        assert all(re.match(rf"dativo-generator {command}\b", example) for example in EXAMPLES[command])
