"""Pictures of a terminal: the questionnaire and the command run in a real one, the screen becomes SVG with its colours.

To show another moment of the questionnaire, give its step a picture; a new question is a line in `steps`.
"""

import io
import os
import re
import sys
import tempfile
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

# The scaffold of the README, of the transcripts, and whose defaults the reference shows.
SAMPLE = ROOT / "examples" / "stripe_customers.yml"
# How the summary begins; the lines before it are Copier's, and name each file.
SUMMARY = "Scaffold "
# How the end of the review begins, above which the files stand in full.
REVIEWED = "What will be written:"
# rich's own frame without the fonts that it fetches.
FRAME = re.sub(r"@font-face \{\{.*?\}\}\s*", "", CONSOLE_SVG_FORMAT, flags=re.DOTALL)
# pyte's names where they are not rich's.
COLOURS = {"brown": "yellow", "brightbrown": "bright_yellow"}


@dataclass(frozen=True)
class Step:
    """One question: its first line, the keys before Enter, what the screen shows after them, the picture of that."""

    question: str
    keys: str = ""
    shows: str = ""
    picture: str = ""


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
    chosen = answers["objects"][0]
    return [
        Step("Tenant", answers["tenant_id"]),
        Step("Environment"),
        Step("Execution mode"),
        Step("Where the data comes from", DOWN * PACK.with_role("source").index(source), f"» {source.id}", "source"),
        Step("Objects", DOWN * source.objects.index(chosen) + SPACE, f"● {chosen}"),
        Step("Where the data goes", DOWN * PACK.with_role("target").index(target)),
        Step("Owner", answers["owner"]),
        Step("Name of this scaffold"),
        Step("Customize"),
    ]


@cache
def questionnaire() -> Session:
    """Answer the questions in a real terminal."""
    pictures = {}
    with tempfile.TemporaryDirectory() as folder:
        room = Path(folder)
        copy_pack(room / "dativo-generator")
        command = ["copy", "--trust", "dativo-generator", "acme-ingest"]
        title = " ".join(["copier", *command])
        terminal = Terminal(command, room, surroundings(room / "home"))
        for step in steps():
            terminal.answer(step.question, step.keys)
            if step.picture:
                terminal.wait(step.shows)
                pictures[step.picture] = svg(terminal.screen, title, step.picture)
            terminal.send(ENTER)
        terminal.wait(REVIEW)
        pictures["review"] = svg(terminal.screen, title, "review", REVIEWED)
        if status := terminal.finish():
            raise SystemExit(f"the questionnaire ended with status {status}:\n{terminal.text}")
    pictures["summary"] = svg(terminal.screen, title, "summary", SUMMARY)
    return Session(terminal.text, pictures)


@cache
def dry_run() -> str:
    """Take a picture of what a new version would do to a repository with a few scaffolds."""
    with tempfile.TemporaryDirectory() as folder:
        room = Path(folder)
        environment = surroundings(room / "home")
        with patch.dict(os.environ, environment):
            template = release_history(room / "pack")
            # What follows, what is pinned, what is renamed; lines of other things are too long for a picture.
            scaffolds = {SAMPLE.stem: load_answers(SAMPLE), **SCAFFOLDS, "charges": RENAMED["charges"]}
            repository = build(template, room / "out", TAGS[0], scaffolds)
        command = ["update", "--dry-run"]
        places = {"DATIVO_TEMPLATE": str(template), "PYTHONPATH": str(ROOT / "extensions")}
        terminal = Terminal(command, repository, environment | places, module="dativo_generator")
        terminal.finish()
    return svg(terminal.screen, " ".join(["dativo-generator", *command]), "dry-run")


def pictures() -> dict[str, str]:
    """Return every picture by its path."""
    drawn = questionnaire().pictures | {"dry-run": dry_run()}
    return {f"docs/assets/{name}.svg": content for name, content in drawn.items()}


def surroundings(home: Path) -> dict[str, str]:
    """Return an environment in which nothing of the user's own changes words or colours."""
    return clean_environment(home) | {"LANG": "C.UTF-8"}


def svg(screen: Screen, title: str, name: str, since: str = "") -> str:
    """Draw what is on the screen, from the first line that begins with `since`; ids in the file begin with `name`."""
    lines = [line.rstrip() for line in screen.display]
    first = next(number for number, line in enumerate(lines) if line.startswith(since) and line)
    last = max(number for number, line in enumerate(lines) if line)
    shown = [row(screen, number) for number in range(first, last + 1)]
    width = max(line.cell_len for line in shown) + 1
    console = Console(record=True, width=width, file=io.StringIO(), force_terminal=True, color_system="truecolor")
    for line in shown:
        console.print(line, no_wrap=True, overflow="ignore", crop=False)
    # The frame ends at the last line, and cuts off what hangs below it.
    console.print()
    drawn = console.export_svg(title=title, code_format=FRAME, unique_id=name)
    return "\n".join(line.rstrip() for line in drawn.splitlines() if line.strip()) + "\n"


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
