"""`dativo-generator new` offers to go on with an unfinished questionnaire, and to change some answers first."""

import os
from pathlib import Path

import pytest
import yaml

from support import Rendered
from terminal import DOWN, ENTER, SPACE, Terminal
from test_prompts import SOURCES, begin, end, pick

OFFER = "What now?"


@pytest.fixture(autouse=True)
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "s"))
    return tmp_path / "s" / "dativo-generator" / "unfinished"


def new(template: Path, folder: Path, columns: int = 100) -> Terminal:
    arguments = ["new", "out", "--template", str(template)]
    return Terminal(arguments, folder, dict(os.environ), "dativo_generator", columns)


def leave(template: Path, folder: Path) -> None:
    """Answer up to the name of the scaffold, and leave there."""
    terminal = new(template, folder)
    begin(terminal, pick(SOURCES, "stripe"))
    terminal.answer("Objects", DOWN + SPACE + ENTER)
    terminal.answer("Where the data goes", "\x03")
    assert terminal.finish() == 2
    assert "Error" not in terminal.text and "Your answers are kept" in terminal.text, terminal.text
    assert f"dativo-generator new out --template {template}" in " ".join(terminal.text.split())


def test_one_goes_on(published: Path, tmp_path: Path, state: Path) -> None:
    leave(published, tmp_path)
    terminal = new(published, tmp_path)
    terminal.answer(OFFER, ENTER)
    end(terminal)
    assert terminal.finish() == 0, terminal.text
    assert Rendered(tmp_path / "out").job["source"]["objects"] == ["customers"]
    assert list(state.iterdir()) == []


@pytest.mark.parametrize("columns", [60, 80, 100])
def test_one_changes_an_answer_first(columns: int, published: Path, tmp_path: Path) -> None:
    leave(published, tmp_path)
    terminal = new(published, tmp_path, columns)
    terminal.answer(OFFER, DOWN + ENTER)
    terminal.wait("environment       dev")
    terminal.send(DOWN + SPACE + ENTER)
    terminal.answer("Where the job runs", "\x01\x0bprod" + ENTER)
    end(terminal)
    assert terminal.finish() == 0, terminal.text
    answers = Rendered(tmp_path / "out").answers
    assert (answers["environment"], answers["objects"]) == ("prod", ["customers"])


def test_what_is_read_is_asked_again_from_another_source(published: Path, tmp_path: Path) -> None:
    leave(published, tmp_path)
    terminal = new(published, tmp_path)
    terminal.answer(OFFER, DOWN + ENTER)
    terminal.wait("source_connector  stripe")
    terminal.send(DOWN * 3 + SPACE + ENTER)
    terminal.answer("Where the data comes from", DOWN * (SOURCES.index("hubspot") - SOURCES.index("stripe")) + ENTER)
    terminal.wait("Objects")
    terminal.close()


def test_one_starts_anew(published: Path, tmp_path: Path, state: Path) -> None:
    leave(published, tmp_path)
    (kept,) = state.iterdir()
    assert yaml.safe_load(kept.read_text(encoding="utf-8"))["objects"] == ["customers"]
    terminal = new(published, tmp_path)
    terminal.answer(OFFER, DOWN * 2 + ENTER)
    terminal.wait("Tenant")
    assert not kept.exists()
    terminal.close()
