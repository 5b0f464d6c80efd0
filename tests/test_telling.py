"""One function wraps every line for people at 80 columns; logs and programs get whole lines."""

import ast
import io
import os
import pty
import re
import sys
import termios
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from dativo_generator.base.telling import WIDTH, tell, wrapped
from fleets import STRIPE, Command, build
from support import ROOT, release

PACKAGE = ROOT / "extensions" / "dativo_generator"
MODULES = [*sorted((PACKAGE / "cli").glob("*.py")), *sorted((PACKAGE / "fleet").glob("*.py"))]
MODULES += [PACKAGE / "plan" / "warnings.py", PACKAGE / "questionnaire" / "guard.py"]
MODULES += [PACKAGE / "questionnaire" / "filters.py"]
# What is wrong in answers and in files, as tests expect it to be said.
ERRORS = [
    *(case[-1] for case in yaml.safe_load((ROOT / "tests/data/bad_answers.yml").read_text(encoding="utf-8"))["cases"]),
]


class Terminal(io.StringIO):
    """A stream that says that it is a terminal."""

    def isatty(self) -> bool:
        """Say so."""
        return True


def texts(module: Path) -> Iterator[str]:
    """Yield the messages of a module, with a word of twelve letters for each value that is filled in."""
    tree = ast.parse(module.read_text(encoding="utf-8"))
    documentation = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef) and isinstance(node.body[0], ast.Expr)
    }
    inner = {id(part) for node in ast.walk(tree) if isinstance(node, ast.JoinedStr) for part in node.values}
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr):
            yield "".join(part.value if isinstance(part, ast.Constant) else "x" * 12 for part in node.values)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in documentation | inner:
            yield node.value


MESSAGES = sorted({text for module in MODULES for text in texts(module) if len(text) > 40 and " " in text})


def is_whole(line: str) -> bool:
    """Return whether a line is one word, or one command, which are never broken."""
    return " " not in line.strip() or bool(re.match(r"\s*\S?(dativo|copier|git|pip|chmod)\b", line))


@pytest.mark.parametrize("columns", [60, 80, 100])
def test_every_message_fits_a_terminal(columns: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", str(columns))
    width = min(WIDTH, columns)
    lines = [line for text in (*MESSAGES, *ERRORS) for line in wrapped(f"Error: {text}")]
    assert [line for line in lines if len(line) > width and not is_whole(line)] == []


def test_nothing_is_lost_and_no_command_is_broken() -> None:
    command = "dativo-generator update .copier-answers.acme.shop.yml --data 'objects=[customers, charges]'"
    text = f"Error: objects: 'refunds' is no object of stripe; follow it with: {command}; or leave it as it is"
    lines = wrapped(text)
    assert " ".join(line.strip() for line in lines) == text
    assert f"  {command}" in [line.rstrip(";") for line in lines] or any(command in line for line in lines)


def test_a_log_gets_a_line_and_a_terminal_what_fits_it() -> None:
    text = "Note: " + "a word and " * 20
    log, terminal = io.StringIO(), Terminal()
    tell(text, log)
    tell(text, terminal)
    assert log.getvalue().count("\n") == 1
    assert terminal.getvalue().count("\n") > 2
    assert max(map(len, terminal.getvalue().splitlines())) <= WIDTH


def test_the_width_is_that_of_the_terminal_although_standard_output_is_a_pipe(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("COLUMNS", raising=False)
    here, there = pty.openpty()
    termios.tcsetwinsize(there, (24, 50))
    with os.fdopen(here, "rb"), os.fdopen(there, "w", encoding="utf-8") as terminal:
        monkeypatch.setattr(sys, "stderr", terminal)
        lines = wrapped("Note: " + "a word and " * 20)
    assert 40 < max(map(len, lines)) <= 50


def test_nobody_prints_a_message_in_another_way() -> None:
    """The answer files' questionnaire is Copier's; progress rewrites its own line; the start has nothing loaded yet."""
    others = {"progress.py", "start.py", "new.py"}
    found = [
        f"{module.name}:{number}"
        for module in MODULES
        if module.name not in others
        for number, line in enumerate(module.read_text(encoding="utf-8").splitlines(), 1)
        if re.search(r"print\(.*sys\.stderr", line)
    ]
    assert found == []


@pytest.mark.parametrize(
    "run", [("update", "--dry-run"), ("batch", "jobs.yml"), ("validate",), ("replay",), ("adopt",)]
)
def test_what_the_commands_print_fits_a_terminal(
    run: tuple[str, ...], history: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: Command
) -> None:
    answers = STRIPE | {"tenant_id": "acme", "environments": ["dev", "staging", "prod"], "environment": "dev"}
    out = build(history, tmp_path / "out", "v1.0.0", {"payments": answers})
    rows = [{**STRIPE, "tenant_id": "acme", "scaffold": name, "objects": ["refunds"]} for name in "abc"]
    (out / "jobs.yml").write_text(yaml.safe_dump({"scaffolds": rows}), encoding="utf-8")
    (out / "jobs" / "acme" / "mine.yaml").write_text("tenant_id: acme\n", encoding="utf-8")
    release(out, "more")
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setenv("FORCE_COLOR", "1")  # what makes Rich take a file for a terminal
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    result = command(out, *run)
    plain = re.sub(r"\033\[[\d;]*[mlhKA]|\033\[\?25[lh]|\r", "", result.out + result.err)
    assert plain
    wide = [line for line in plain.splitlines() if len(line) > WIDTH and "━" not in line and not is_whole(line[19:])]
    assert wide == []
