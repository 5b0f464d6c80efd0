"""AGENTS.md is short, and the commands, paths and layers that it names exist."""

import re
import shlex
import tomllib
from pathlib import Path

import pytest

from support import ROOT, blocks

PAGE = ROOT / "AGENTS.md"
TEXT = PAGE.read_text(encoding="utf-8")
COMMANDS = [line for language, text in blocks(PAGE) if language == "sh" for line in text.splitlines()]
PROSE = re.sub(r"^```.*?^```$", "", TEXT, flags=re.DOTALL | re.MULTILINE)
NAMED = re.findall(r"`([^`]+)`", PROSE)
PATHS = sorted({name for name in NAMED if "/" in name or Path(name).suffix in (".md", ".py", ".yml")})
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def test_it_is_short() -> None:
    assert len(TEXT.splitlines()) < 80


@pytest.mark.parametrize("path", PATHS)
def test_a_path_that_it_names_is_there(path: str) -> None:
    assert (ROOT / path).exists()


@pytest.mark.parametrize("command", [*COMMANDS, *(name for name in NAMED if name.startswith("make "))])
def test_a_command_that_it_names_can_be_run(command: str) -> None:
    program, *arguments = shlex.split(command)
    if program == "make":
        makefile = (ROOT / "Makefile").read_text(encoding="utf-8").replace("$(INSTALLED):", ".venv/installed:")
        assert all(re.search(rf"^{re.escape(target)}:", makefile, re.MULTILINE) for target in arguments)
        return
    # Made by the first of them.
    (name,) = re.findall(r"^\.venv/bin/([\w-]+)$", program)
    if name == "python":
        match arguments:
            case ["-m", module, *rest]:
                assert module in ("pytest", "ruff")
                assert all((ROOT / path).exists() for path in rest if "/" in path)
            case [script]:
                assert (ROOT / script).is_file()
    else:
        assert name == "lint-imports" and "importlinter" in PROJECT["tool"]


def test_its_layers_are_those_that_are_checked() -> None:
    contract = reversed(PROJECT["tool"]["importlinter"]["contracts"][0]["layers"])
    named = re.search(r"Layers, lowest first: (.+?)\. No package", " ".join(TEXT.split()))[1]
    checked = [name for layer in contract for name in layer.split(" | ")]
    assert re.findall(r"`(\w+)`", named) == checked


def test_its_links_lead_somewhere() -> None:
    for link in re.findall(r"\]\(([^)#]+)\)", TEXT):
        assert "://" in link or (ROOT / link).exists(), link
