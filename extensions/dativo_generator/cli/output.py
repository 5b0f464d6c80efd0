"""What the commands print alike: a line for each state, counts, Markdown, JSON."""

import json
from collections import Counter
from typing import Any

from rich.console import Console
from rich.markup import escape

from ..base.errors import printable
from ..fleet.step import Outcome
from ..fleet.update import Update

STYLES = {
    "altered": "red",
    "missing": "red",
    "deleted": "red",
    "would be deleted": "red",
    "kept": "yellow",
    "orphaned": "red",
    "stray": "red",
    "moved": "red",
    "refused": "red",
    "forbidden in cloud": "red",
    "tampered": "red",
    "edited": "yellow",
    "behind": "cyan",
    "older": "cyan",
    "new": "green",
    "changed": "yellow",
}
WORDS = {"edited": "edited by hand", "older": "of an older version"}


def print_state(console: Console, state: str, text: str) -> None:
    """Print a state in its colour, and what it is about."""
    style, text = STYLES.get(state, ""), printable(text)
    word = f"{WORDS.get(state, state):<19}"
    console.print(f"[{style}]{word}[/]{escape(text)}" if style else f"{word}{escape(text)}")


def counted_states(states: Counter[str], thing: str) -> str:
    """Say how many of a thing there are, and in which states."""
    parts = ", ".join(f"{count} {WORDS.get(state, state)}" for state, count in states.most_common())
    return f"{counted(states.total(), thing)}{': ' + parts if parts else ''}"


def counted(count: int, thing: str) -> str:
    """Say how many there are of a thing, whose plural ends in s."""
    return f"{count} {thing}{'' if count == 1 else 's'}"


def markdown_code(text: str) -> str:
    """Show text literally in Markdown, in a table, too."""
    text = printable(text).replace("|", "\\|")
    fence = "``" if "`" in text else "`"
    return f"{fence}{text}{fence}"


def dump(value: Any) -> None:
    """Print a value as JSON; a name that is no text, as a file may have, with the escapes that JSON has for it."""
    print(json.dumps(value, indent=2, ensure_ascii=False).encode("utf-8", "backslashreplace").decode())


def written_files(change: Update) -> dict[str, str]:
    """Return by path whether a change writes a file or deletes it."""
    return {path: "deleted" if text is None else "written" for path, text in sorted(change.writes.items())}


def print_leaving(change: Update, dry_run: bool) -> None:
    """Print each file that goes, and each that stays although nobody's answers give it any more."""
    console = Console(soft_wrap=True, highlight=False)
    for path in change.deletes:
        print_state(console, "would be deleted" if dry_run else "deleted", path)
    for path in change.kept:
        print_state(console, "kept", f"{path}: no answers give it any more, and it, or what needs it, was edited")


def effects_of(outcome: Outcome) -> list[tuple[str, str]]:
    """Say each effect of an outcome."""
    said = []
    for effect in outcome.effects:
        if effect in ("refused", "forbidden in cloud"):
            said.append((effect, outcome.detail))
        elif effect == "pinned":
            said.append((effect, f"{outcome.name}: keeps {', '.join(outcome.pins)}"))
        elif effect == "renamed":
            said.append((effect, f"{outcome.name}: {outcome.detail}"))
        else:
            said.append((effect, outcome.name))
    return said
