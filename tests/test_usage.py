"""What is typed wrong is said as every other error is: one line, first what to do, the value last."""

import json
from types import SimpleNamespace

import pytest

from dativo_generator.cli import app
from dativo_generator.cli.app import main

SAID = {
    ("nwe",): "did you mean 'new'? 'nwe' is not a command",
    ("zzz",): "use one of new, replay, update, batch, list, explain, remove, adopt, validate, fields and 2 more; "
    "'zzz' is not a command",
    ("new", "--dta", "x=y"): "--dta: did you mean '--data'? dativo-generator new has no such option",
    ("new", "--dry"): "--dry: did you mean '--dry-run'? dativo-generator new has no such option",
    ("update", "--workers", "2"): "--workers: leave it out, or see dativo-generator update -h; dativo-generator update "
    "has no such option",
    ("update", "--to"): "--to: write its value after it; it has none",
    ("new", "--defaults=3"): "--defaults: leave out the value; it takes none",
    ("list", "--format", "xml"): "--format: use one of table, tree, csv, mermaid, json; 'xml' is not a choice",
    ("list", "--format", "tre"): "--format: did you mean 'tree'? 'tre' is not a choice",
    ("fields", "x.csv", "--min-confidence", "high"): "--min-confidence: write a valid number",
    ("new", "a", "b"): "leave out 'b', or see dativo-generator new -h; dativo-generator new takes no more arguments",
}


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[object, str, str]:
    with pytest.raises(SystemExit) as stop:
        main(arguments)
    printed = capsys.readouterr()
    return stop.value.code, printed.out, printed.err


@pytest.mark.parametrize("arguments", SAID, ids=" ".join)
def test_what_is_typed_wrong_is_one_line(arguments: tuple[str, ...], capsys: pytest.CaptureFixture[str]) -> None:
    assert run(capsys, *arguments) == (2, "", f"Error: {SAID[arguments]}\n")


@pytest.mark.parametrize(
    ("command", "argument"),
    [("batch", "MANIFEST"), ("fields", "SOURCE"), ("remove", "ANSWERS_FILE"), ("explain", "FILE[:KEY]")],
)
def test_what_is_missing_comes_with_an_example(command: str, argument: str, capsys: pytest.CaptureFixture[str]) -> None:
    example = app.loaded(command).EXAMPLES[0]
    assert run(capsys, command) == (2, "", f"Error: {argument}: write it, as in {example}; it is missing\n")


def test_a_program_gets_the_same_line(capsys: pytest.CaptureFixture[str]) -> None:
    status, out, err = run(capsys, "list", "--json", "--tenent", "acme")
    said = "--tenent: did you mean '--tenant'? dativo-generator list has no such option"
    assert (status, err, json.loads(out)["error"]) == (2, f"Error: {said}\n", said)


def test_without_a_command_there_is_the_help(capsys: pytest.CaptureFixture[str]) -> None:
    status, out, err = run(capsys)
    assert (status, out) == (2, "")
    assert err.startswith("Examples:\n  dativo-generator new\n")


def test_the_end_of_the_input_is_one_line(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    def command() -> None:
        raise EOFError

    monkeypatch.setattr(app, "loaded", lambda name: SimpleNamespace(EXAMPLES=(), command=command))
    status, out, err = run(capsys, "new")
    assert (status, out, err.strip()) == (2, "", "Error: the input ended before the answer")
