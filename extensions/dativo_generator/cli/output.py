"""Output that the commands share: a line for each state, counts, Markdown, JSON."""

import json
import sys
from collections import Counter
from collections.abc import Mapping
from typing import Any

from rich.console import Console
from rich.markup import escape

from ..base.errors import printable
from ..base.redaction import redacted
from ..base.telling import wrapped
from ..fleet.step import Outcome
from ..fleet.update import Update

STYLES = {
    "ok": "green",
    "wrong": "red",
    "unread": "red",
    "gone": "red",
    "altered": "red",
    "conflict": "red",
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
    "edits": "yellow",
    "exact": "green",
    "extras": "cyan",
    "behind": "cyan",
    "older": "cyan",
    "new": "green",
    "changed": "yellow",
    "changed by hand": "yellow",
}
# Characters that end a code span or a table cell; in a table, renderers disagree about a backslash before them.
_MARKUP = set("`|\\")
# The width of the column of states.
_STATE = 19
WORDS = {"edited": "edited by hand", "older": "of an older version"}


def print_state(console: Console, state: str, text: str) -> None:
    """Print a state in its colour, and what it is about."""
    style, word = STYLES.get(state, ""), f"{WORDS.get(state, state):<{_STATE}}"
    text = escape(broken(console, text, _STATE, " " * _STATE))
    console.print(f"[{style}]{word}[/]{text}" if style else f"{word}{text}", emoji=False)


def say(console: Console, text: str) -> None:
    """Print a sentence, which may contain untrusted names or values."""
    console.print(broken(console, text), markup=False, emoji=False)


def broken(console: Console, text: str, first: int = 0, indentation: str = "  ") -> str:
    """Return a line wrapped for a terminal; for a program or a log, unwrapped."""
    return "\n".join(wrapped(text, first, indentation)) if console.is_terminal else printable(text)


def counted_states(states: Counter[str], thing: str) -> str:
    """Return how many of a thing there are, in total and by state."""
    parts = ", ".join(f"{count} {WORDS.get(state, state)}" for state, count in states.most_common())
    return f"{counted(states.total(), thing)}{': ' + parts if parts else ''}"


def counted(count: int, thing: str) -> str:
    """Return the count of a thing, whose plural ends in s."""
    return f"{count} {thing}{'' if count == 1 else 's'}"


def markdown_code(text: str) -> str:
    """Format text so that Markdown shows it literally, also in a table: it links, loads and mentions nothing."""
    text = printable(text)
    if not text or set(text) & _MARKUP:
        return f"<code>{''.join(c if c.isalnum() else f'&#{ord(c)};' for c in text)}</code>"
    return f"`{text}`"


def dump(schema: str, members: Mapping[str, Any]) -> None:
    """Print a JSON document that names its `schema`: a file of `docs/reference/output/`, without `.json`."""
    _print_json(_without_secrets({"schema": schema, **members}))


def dump_schema(schema: Mapping[str, Any]) -> None:
    """Print a JSON Schema."""
    _print_json(schema)


def _print_json(value: Any) -> None:
    text = json.dumps(value, indent=2, ensure_ascii=False)
    text = text if text.replace("\n", "").isprintable() else "".join(map(_in_json, text))
    try:
        text.encode(sys.stdout.encoding or "utf-8")
    except UnicodeEncodeError:
        text = json.dumps(value, indent=2)
    print(text)


def show(console: Console, text: str, style: str = "") -> None:
    """Print a line that may contain untrusted names or values."""
    console.print(printable(text), style=style, markup=False, emoji=False)


def _in_json(character: str) -> str:
    """Escape for JSON what a terminal would interpret."""
    return character if character == "\n" or character.isprintable() else json.dumps(character)[1:-1]


def _without_secrets(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {_without_secrets(key): _without_secrets(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_without_secrets(item) for item in value]
    return redacted(value) if isinstance(value, str) else value


def written_files(change: Update) -> dict[str, str]:
    """Return by path whether a change writes or deletes a file."""
    return {path: "deleted" if text is None else "written" for path, text in sorted(change.writes.items())}


def print_leaving(change: Update, dry_run: bool) -> None:
    """Print each file that is deleted or moved, and each that stays although no answers render to it any more."""
    console = Console(soft_wrap=True, highlight=False)
    for path, target in change.moves.items():
        print_state(console, "would be moved" if dry_run else "moved", f"{path} -> {target}")
    for path in change.deletes:
        print_state(console, "would be deleted" if dry_run else "deleted", path)
    for path in change.kept:
        print_state(console, "kept", f"{path}: no scaffold writes it any more; it, or what needs it, was edited")


def effects_of(outcome: Outcome) -> list[tuple[str, str]]:
    """Return (effect, text) for each effect of an outcome."""
    effects = []
    for effect in outcome.effects:
        if effect in ("refused", "forbidden in cloud"):
            effects.append((effect, outcome.detail))
        elif effect == "pinned":
            effects.append((effect, f"{outcome.name}: keeps {', '.join(outcome.pins)}"))
        elif effect == "changed by hand":
            effects.append((effect, f"{outcome.name}: {', '.join(outcome.changes)}"))
        elif effect == "renamed":
            effects.append((effect, f"{outcome.name}: {outcome.detail}"))
        else:
            effects.append((effect, outcome.name))
    return effects
