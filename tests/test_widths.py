"""Prompts show complete help, choices and errors at every width of a terminal."""

import io
from pathlib import Path
from typing import Any

import pyte
import pytest
import questionary.prompts as table
import yaml
from prompt_toolkit.data_structures import Size
from prompt_toolkit.input import create_pipe_input
from prompt_toolkit.output.vt100 import Vt100_Output
from questionary import Choice

from dativo_generator.questionnaire import prompts
from dativo_generator.questionnaire.wrapping import width, wrapped
from support import ROOT, Rendered
from terminal import DONE, DOWN, ENTER, REVIEW, SPACE
from test_bad_answers import DATA
from test_prompts import OWNER, SOURCES, TARGETS, begin, end, opened, pick, start

WIDTHS = [60, 80, 100]
# As many lines as a screen has; all helps at once need more.
ROWS, MANY = 24, 400
FILES = sorted((ROOT / "questions").glob("*.yml"))
HELP = [one["help"] for file in FILES for one in yaml.safe_load(file.read_text(encoding="utf-8")).values()]
# What is said of a wrong answer, as Copier says it.
MESSAGES = sorted({case[2] for case in DATA["cases"]})


@pytest.fixture(autouse=True)
def _prompts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(table, "AVAILABLE_PROMPTS", dict(table.AVAILABLE_PROMPTS))
    prompts.adapt()


def refused(kind: str, columns: int, keys: str, times: int = 1, rows: int = ROWS, **options: Any) -> list[str]:
    """Return what a prompt shows each time that it refuses the keys."""
    screen = pyte.Screen(columns, rows)
    stream, drawn = pyte.Stream(screen), io.StringIO()
    size = Size(rows=rows, columns=columns)
    output = Vt100_Output(drawn, lambda: size, term="xterm", enable_cpr=False)
    shown: list[str] = []
    with create_pipe_input() as typed:
        application = table.AVAILABLE_PROMPTS[kind](qmark="?", input=typed, output=output, **options).application
        latest: list[Any] = [None]

        def look(_: Any) -> None:
            stream.feed(drawn.getvalue())
            drawn.seek(0)
            drawn.truncate()
            error = application.current_buffer.validation_error
            if error is None or error is latest[0]:
                return
            latest[0] = error
            shown.append("\n".join(screen.display))
            if len(shown) < times:
                typed.send_text(keys)
            elif not application.is_done:
                application.exit()

        application.after_render += look
        typed.send_text(keys)
        application.run(in_thread=True)  # whoever drives a browser in this process has a loop of its own
    return shown


def words(text: str) -> str:
    """Return the characters of a text, wherever its lines were broken."""
    return "".join(text.split())


def lines_of(text: str, columns: int) -> list[str]:
    return "".join(piece[1] for piece in wrapped([("", text)], columns)).split("\n")


@pytest.mark.parametrize("columns", WIDTHS)
def test_no_line_is_wider_and_no_word_is_lost(columns: int) -> None:
    widest = min(columns - 1, prompts.WIDTH)
    for text in (*MESSAGES, *(line for help_ in HELP for line in help_.splitlines())):
        lines = lines_of(text, widest)
        assert max(sum(map(width, line)) for line in lines) <= widest
        assert words("".join(lines)) == words(text)


@pytest.mark.parametrize("columns", WIDTHS)
def test_every_refusal_is_on_the_screen(columns: int) -> None:
    verdicts = iter([f"Validation error for question '{one.partition(': ')[0]}': {one}" for one in MESSAGES])
    screens = refused(
        "input", columns, f"x{ENTER}", len(MESSAGES), message="What\n  ", validate=lambda _: next(verdicts)
    )
    assert not any("Validation error" in shown for shown in screens)
    said = [message.partition(": ")[2] for message in MESSAGES]
    assert [one for one, shown in zip(said, screens, strict=True) if words(one) not in words(shown)] == []


@pytest.mark.parametrize("columns", WIDTHS)
def test_every_help_is_on_the_screen(columns: int) -> None:
    (shown,) = refused(
        "input", columns, f"x{ENTER}", rows=MANY, message="\n".join([*HELP, "  "]), validate=lambda _: "no"
    )
    assert [help_ for help_ in HELP if words(help_) not in words(shown)] == []


@pytest.mark.parametrize("columns", WIDTHS)
def test_a_choice_is_shown_whole_with_the_reason_that_it_cannot_be_taken(columns: int) -> None:
    choices = [Choice(f"name{number}  {'what it offers - ' * 6}end", disabled="not here, " * 9) for number in range(3)]
    choices.append(Choice("last"))
    (shown,) = refused("select", columns, DONE, message="What\n  ", choices=choices, default=choices[-1])
    assert all(words(f"{one.title} ({one.disabled})") in words(shown) for one in choices[:-1])
    assert prompts._PRESS["select"] in " ".join(shown.split())


# --- keys that choose nothing -----------------------------------------------------------------------------------------


def test_escape_and_enter_choose_nothing(template: Path, tmp_path: Path) -> None:
    terminal = start(template, tmp_path)
    terminal.answer("Tenant", f"acme{ENTER}")
    terminal.answer("Environment", ENTER)
    terminal.answer("Execution mode", DONE)
    terminal.wait("Press Enter alone to take the marked line")
    terminal.send(ENTER)
    terminal.answer("Where the data comes from", DONE)
    terminal.wait("Choose a line with the arrow keys")
    terminal.send(DOWN * (SOURCES.index("stripe") + 1) + ENTER)
    terminal.answer("Objects", SPACE + DONE)
    terminal.wait("Press Enter alone to go on")
    terminal.send(ENTER)
    end(terminal, customize=opened("schema"))
    terminal.answer("Import the fields from", ENTER)
    terminal.answer("Assets", ENTER)
    terminal.answer("Fields", DONE)
    terminal.answer("Fixtures", DONE)
    terminal.wait("Press y or n")
    terminal.send("n")
    assert terminal.finish() == 0, terminal.text
    answers = Rendered(tmp_path / "out").answers
    assert (answers["objects"], answers["fixtures"]) == (["charges"], False)


def test_what_only_the_user_knows_is_not_taken_by_enter(template: Path, tmp_path: Path) -> None:
    terminal = start(template, tmp_path)
    begin(terminal, ENTER)
    terminal.wait("Choose a line with the arrow keys, then press Enter.")
    assert "»" not in terminal.text
    terminal.send("\x1b[A" + ENTER)
    terminal.answer("Objects", SPACE + ENTER)
    end(terminal)
    assert terminal.finish() == 0, terminal.text
    assert Rendered(tmp_path / "out").answers["source_connector"] == SOURCES[-1]


def test_what_is_no_yaml_is_told_where(template: Path, tmp_path: Path) -> None:
    terminal = start(template, tmp_path)
    begin(terminal, pick(SOURCES, "postgres"))
    terminal.answer("Tables", f"[public.orders{DONE}")
    terminal.wait("not valid YAML")
    terminal.close()


def test_other_libraries_are_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    before = {"input": print}
    monkeypatch.setattr(table, "AVAILABLE_PROMPTS", before)
    prompts.adapt()
    assert before == {"input": print}


def test_where_no_line_is_marked_nothing_is_said_of_a_marked_line(template: Path, tmp_path: Path) -> None:
    terminal = start(template, tmp_path)
    begin(terminal, DONE)
    terminal.wait("Choose a line with the arrow keys, then press Enter.")
    assert "»" not in terminal.text and prompts._PRESS["select"] not in terminal.text
    terminal.close()


def test_an_example_goes_with_the_question_that_it_was_for(template: Path, tmp_path: Path) -> None:
    terminal = start(template, tmp_path, "--data", "customize=[plugins]")
    begin(terminal, pick(SOURCES, "stripe"))
    terminal.answer("Objects", SPACE + ENTER)
    terminal.answer("Where the data goes", pick(TARGETS, "iceberg"))
    terminal.answer("Owner", OWNER + ENTER)
    terminal.answer("Name of this scaffold", ENTER)
    for question in ("reader", "writer"):
        terminal.wait(f"for example: plugins/{question}.py")
        terminal.send(ENTER)
    terminal.wait(REVIEW)
    assert "for example" not in terminal.text
    terminal.close()
