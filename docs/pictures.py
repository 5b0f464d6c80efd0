"""Pictures of a terminal: the questionnaire and the command run in a real terminal, whose screen becomes an SVG.

The whole session also becomes a film: one SVG that shows one screen after another. To show another moment of the
questionnaire, give its step a picture; a new question is a line in `steps`.
"""

import io
import os
import re
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import groupby
from pathlib import Path
from unittest.mock import patch

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT / "extensions"), str(ROOT / "tests")]

from pyte.screens import Char, Screen  # noqa: E402
from rich._export_format import CONSOLE_SVG_FORMAT  # noqa: E402
from rich.console import Console  # noqa: E402
from rich.style import Style  # noqa: E402
from rich.text import Text  # noqa: E402

from fleets import RENAMED, SCAFFOLDS, build  # noqa: E402
from history import TAGS, release_history  # noqa: E402
from support import PACK, clean_environment, copy_pack, load_answers  # noqa: E402
from terminal import DOWN, ENTER, REVIEW, SPACE, Terminal  # noqa: E402

# The scaffold of the README and the transcripts; the reference shows its defaults.
SAMPLE = ROOT / "examples" / "stripe_customers.yml"
# The beginning of the summary; the lines before it are Copier's, and name each file.
SUMMARY = "Scaffold "
# The beginning of the last part of the review; above it are the files in full.
REVIEWED = "What will be written:"
# The usual width of a terminal; a transcript is wider, so that no line of it breaks.
WIDTH = 80
# The height of the film's screen, and the seconds for a question, an answer, a letter and the end.
FILM_ROWS = 24
QUESTION, ANSWER, LETTER, REVIEWING, END = 1.2, 1.0, 0.15, 3.0, 6.0
# What precedes a typed answer.
TYPED = "\n   "
# rich's own frame, without the fonts that it would fetch.
FRAME = re.sub(r"@font-face \{\{.*?\}\}\s*", "", CONSOLE_SVG_FORMAT, flags=re.DOTALL)
# pyte's names that differ from rich's.
COLOURS = {"brown": "yellow", "brightbrown": "bright_yellow"}


@dataclass(frozen=True)
class Step:
    """One question: its first line, the keys before Enter, the text that the screen then shows, and its picture.

    The film shows the line after each typed key.
    """

    question: str
    keys: str = ""
    shows: str = ""
    picture: str = ""


@dataclass(frozen=True)
class Frame:
    """A screen of the film, line by line, and for how many seconds it shows."""

    lines: list[Text]
    seconds: float


@dataclass(frozen=True)
class Session:
    """What a user saw: the whole text, and the pictures by name."""

    text: str
    pictures: dict[str, str]


def steps() -> list[Step]:
    """Return the short path to the sample, in order."""
    answers = load_answers(SAMPLE)
    source = PACK.registry[answers["source_connector"]]
    target = PACK.registry[answers["target_connector"]]
    sources, targets = PACK.with_role("source"), PACK.with_role("target")
    chosen = answers["objects"][0]
    return [
        Step("Tenant", answers["tenant_id"]),
        Step("Environment"),
        Step("Execution mode"),
        # No line is marked at first.
        Step("Where the data comes from", DOWN * (sources.index(source) + 1), f"» {source.id}", "source"),
        Step("Objects", DOWN * source.objects.index(chosen) + SPACE, f"● {chosen}"),
        Step("Where the data goes", DOWN * (targets.index(target) + 1), f"» {target.id}"),
        Step("Owner", answers["owner"]),
        Step("Name of this scaffold"),
        Step("Customize"),
    ]


@cache
def questionnaire(columns: int) -> Session:
    """Answer the questions in a real terminal."""
    pictures, frames = {}, []
    with tempfile.TemporaryDirectory() as folder:
        room = Path(folder)
        copy_pack(room / "dativo-generator")
        command = ["copy", "--trust", "dativo-generator", "acme-ingest"]
        title = " ".join(["copier", *command])
        terminal = Terminal(command, room, surroundings(room / "home"), columns=columns)
        for step in steps():
            terminal.wait(step.question)
            frames.append(frame(terminal.screen, QUESTION))
            for shows in answered(terminal, step):
                terminal.wait(shows)
                frames.append(frame(terminal.screen, LETTER if shows.startswith(TYPED) else ANSWER))
            if step.picture:
                pictures[step.picture] = svg(terminal.screen, title, step.picture)
            terminal.send(ENTER)
        terminal.wait(REVIEW)
        pictures["review"] = svg(terminal.screen, title, "review", REVIEWED)
        frames.append(frame(terminal.screen, REVIEWING))
        if status := terminal.finish():
            raise SystemExit(f"the questionnaire ended with status {status}:\n{terminal.text}")
    pictures["summary"] = svg(terminal.screen, title, "summary", SUMMARY)
    frames.append(frame(terminal.screen, END))
    pictures["session"] = film(frames, title, columns)
    return Session(terminal.text, pictures)


def answered(terminal: Terminal, step: Step) -> Iterator[str]:
    """Press the keys of a step, and yield the screen: after each letter, or after all of the keys."""
    if step.shows:
        terminal.send(step.keys)
        yield step.shows
        return
    for number, letter in enumerate(step.keys, start=1):
        terminal.send(letter)
        yield TYPED + step.keys[:number]


@cache
def dry_run() -> str:
    """Take a picture of a dry run that updates a repository with a few scaffolds."""
    with tempfile.TemporaryDirectory() as folder:
        room = Path(folder)
        environment = surroundings(room / "home")
        with patch.dict(os.environ, environment):
            template = release_history(room / "pack")
            # Scaffolds that follow, pin and are renamed; other lines are too long for a picture.
            scaffolds = {SAMPLE.stem: load_answers(SAMPLE), **SCAFFOLDS, "charges": RENAMED["charges"]}
            repository = build(template, room / "out", TAGS[0], scaffolds)
        command = ["update", "--dry-run"]
        places = {"DATIVO_TEMPLATE": str(template), "PYTHONPATH": str(ROOT / "extensions")}
        terminal = Terminal(command, repository, environment | places, module="dativo_generator", columns=WIDTH)
        terminal.finish()
    return svg(terminal.screen, " ".join(["dativo-generator", *command]), "dry-run")


def pictures() -> dict[str, str]:
    """Return every picture by its path."""
    drawn = questionnaire(WIDTH).pictures | {"dry-run": dry_run()}
    return {f"docs/assets/{name}.svg": content for name, content in drawn.items()}


def surroundings(home: Path) -> dict[str, str]:
    """Return an environment in which no setting of the user changes words or colours."""
    return clean_environment(home) | {"LANG": "C.UTF-8"}


def svg(screen: Screen, title: str, name: str, since: str = "") -> str:
    """Draw the screen from the first line that begins with `since`; ids in the file begin with `name`."""
    lines = [line.rstrip() for line in screen.display]
    first = next(number for number, line in enumerate(lines) if line.startswith(since) and line)
    last = max(number for number, line in enumerate(lines) if line)
    shown = [row(screen, number) for number in range(first, last + 1)]
    width = max(line.cell_len for line in shown) + 1
    console = _console(shown, width)
    # The frame ends at the last line, and cuts off what hangs below it.
    console.print()
    drawn = console.export_svg(title=title, code_format=FRAME, unique_id=name)
    return "\n".join(line.rstrip() for line in drawn.splitlines() if line.strip()) + "\n"


def frame(screen: Screen, seconds: float) -> Frame:
    """Return the last lines of the screen, as a terminal of this height would show them."""
    last = max(number for number, line in enumerate(screen.display) if line.strip())
    return Frame([row(screen, number) for number in range(max(0, last + 1 - FILM_ROWS), last + 1)], seconds)


def film(frames: list[Frame], title: str, columns: int) -> str:
    """Draw frames into one SVG that shows them one after another, in a loop.

    For readers who have told their browser to reduce motion, it shows the last frame.
    """
    styles: dict[str, str] = {}
    moments, drawn, before = [], [], 0.0
    length = sum(one.seconds for one in frames)
    for number, one in enumerate(frames):
        after = before + one.seconds
        shares = [f"{moment / length:.2%}" for moment in (before, after)]
        first = "" if not number else "0% {visibility: hidden} "
        last = "" if number == len(frames) - 1 else f"{shares[1]} {{visibility: hidden}} "
        moments.append(f"@keyframes f{number} {{{first}{shares[0]} {{visibility: visible}} {last}}}")
        moments.append(f".f{number} {{animation: f{number} {length:.2f}s step-end infinite}}")
        drawn.append(f'<g class="frame f{number}">{_lines(one.lines, columns, styles)}</g>')
        before = after
    moving = [
        *(f".{name} {{{rule}}}" for rule, name in styles.items()),
        ".frame {visibility: hidden}",
        *moments,
        "@media (prefers-reduced-motion: reduce) {",
        f"  .frame {{animation: none}} .f{len(frames) - 1} {{visibility: visible}}",
        "}",
    ]
    # The frame ends at the last line, and cuts off what hangs below it.
    empty = _console([Text()] * (FILM_ROWS + 1), columns)
    form = FRAME.replace("{styles}", _STYLES).replace("{lines}", "").replace("{backgrounds}", "")
    whole = empty.export_svg(title=title, code_format=form.replace("{matrix}", _FRAMES), unique_id="session")
    whole = whole.replace(_STYLES, "\n".join(moving)).replace(_FRAMES, "\n".join(drawn))
    return "\n".join(line.rstrip() for line in whole.splitlines() if line.strip()) + "\n"


# Placeholders in the frame for what is inserted afterwards.
_STYLES, _FRAMES = "/* styles */", "<!-- frames -->"


def _lines(lines: list[Text], columns: int, styles: dict[str, str]) -> str:
    """Draw lines of text without a frame; all pieces of the film that look alike share one name in `styles`."""
    form = f"{{styles}}{_FRAMES}{{backgrounds}}{{matrix}}"
    rules, drawn = _console(lines, columns).export_svg(code_format=form, unique_id="x").split(_FRAMES)
    names = {
        name: styles.setdefault(rule, f"s{len(styles)}") for name, rule in re.findall(r"\.(x-r\d+) {(.*?)}", rules)
    }
    drawn = re.sub(r' clip-path="[^"]*"', "", drawn)
    return re.sub(r'class="(x-r\d+)"', lambda found: f'class="{names[found[1]]}"', drawn)


def _console(lines: list[Text], columns: int) -> Console:
    """Return a console that has printed lines."""
    console = Console(record=True, width=columns, file=io.StringIO(), force_terminal=True, color_system="truecolor")
    for line in lines:
        console.print(line, no_wrap=True, overflow="ignore", crop=False)
    return console


def row(screen: Screen, number: int) -> Text:
    """Return a line of the screen with its colours."""
    cells = [screen.buffer[number][column] for column in range(screen.columns)]
    text = Text()
    # The second half of a wide character is empty.
    for look, run in groupby(cells, style):
        text.append("".join(cell.data for cell in run), look)
    text.rstrip()
    return text


def style(cell: Char) -> Style:
    """Translate colours and weight."""
    return Style(
        color=colour(cell.fg), bgcolor=colour(cell.bg), bold=cell.bold, italic=cell.italics, reverse=cell.reverse
    )


def colour(name: str) -> str:
    """Translate the name of a colour, or six hexadecimal digits."""
    if re.fullmatch(r"[0-9a-f]{6}", name):
        return f"#{name}"
    return COLOURS.get(name, re.sub("^bright", "bright_", name))
