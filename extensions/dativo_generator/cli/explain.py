"""`dativo-generator explain`."""

from dataclasses import asdict
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from ..base import reading
from ..base.documents import shown
from ..base.errors import printable
from ..base.naming import listed
from ..fleet.explanation import Explainer, Explanation, Given, commented
from .columns import paragraph, room
from .options import AsJson, Template
from .output import dump
from .repository import fleet_here

EXAMPLES = (
    "dativo-generator explain jobs/acme/orders_to_s3.yaml",
    "dativo-generator explain jobs/acme/orders_to_s3.yaml:source.incremental",
)
_WIDTH = 80
# The indentation of the line with a value's origin.
_INDENTATION = 10
# The text for each kind of origin, before the place; `{name}` is the question, or the rule.
_SAID = {
    "answer": "answer to {name}",
    "profile": "answer to {name}, from a profile",
    "environment": "answer to {name} for this environment",
    "recipe": "recipe, which {name} follows",
    "registry": "registry, which {name} follows",
    "catalog": "catalog of known fields",
    "rule": "rule '{name}'",
    "default": "default of {name}",
    "layout": "required by the runner; it repeats asset.schema",
    "edit": "edit by hand",
    "version": "the version of the template that wrote it",
}


class Format(StrEnum):
    """The output formats."""

    text = "text"
    comments = "comments"
    json = "json"


def command(
    files: Annotated[list[str], typer.Argument(metavar="FILE[:KEY]", help="A job or an asset, or one key of it.")],
    template: Template = "",
    format_: Annotated[
        Format,
        typer.Option("--format", help="Output format; comments prints the file with an origin above each value."),
    ] = Format.text,
    as_json: AsJson = False,
) -> None:
    """Show where each value comes from: an answer, a profile, the template with version and line, or an edit."""
    form = Format.json if as_json else format_
    root = Path.cwd()
    with fleet_here(template) as fleet:
        explainer = Explainer(fleet)
        found = [explainer.explain(*_split(root, name)) for name in files]
    if form is Format.json:
        dump("explain.v1", {"files": [asdict(one) for one in found]})
    for one in found:
        if form is Format.comments:
            _print_comments(one, reading.text(root, one.path) or "")
        elif form is Format.text:
            _print_text(one)


def _split(root: Path, name: str) -> tuple[str, str]:
    """Split an argument into file and key; a file name may contain colons, too."""
    path, _, key = name.rpartition(":")
    if not path or reading.is_file(root, _relative(name)):
        path, key = name, ""
    return _relative(path), key


def _relative(path: str) -> str:
    return path.removeprefix("./")


def _print_text(one: Explanation) -> None:
    """Print each value with its place, and its origins below, within 80 columns or a terminal if words allow it."""
    width = min(_WIDTH, room() or _WIDTH)
    by = f"given by {one.answers_file} at {one.version}" if one.answers_file else "written by hand; no answers give it"
    for line in paragraph(f"{one.path}: {by}", width, "", "  "):
        print(line)
    for value in one.values:
        where = f"{value.line}:{value.column}" if value.line else "gone"
        shown_value = f" {shown(value.value)}" if value.line else ""
        start, after = f"{where:>{_INDENTATION - 2}}  ", " " * (_INDENTATION + 2)
        for line in paragraph(f"{value.key}:{shown_value}", width, start, after):
            print(line)
        for origin in value.origins:
            for line in paragraph(_said(origin), width, " " * _INDENTATION, after):
                print(line)


def _said(origin: Given) -> str:
    """Return the text for an origin: what it is, where, and since when."""
    text = _SAID[origin.kind].format(name=origin.name)
    if origin.file:
        text += f": {origin.file}:{origin.line}:{origin.column}{'' if origin.key == origin.name else f' {origin.key}'}"
    if origin.version:
        since = f", since {origin.since}" if origin.since else ""
        text += f" at {origin.version}{since}"
    if origin.follows:
        text += f", which follows {listed(origin.follows)}"
    return f"{text}: {origin.why}" if origin.why else text


def _print_comments(one: Explanation, text: str) -> None:
    """Print a file with a comment above each line where values begin, with their most important origins."""
    by_line: dict[int, dict[str, None]] = {}
    for value in one.values:
        if value.line:
            words = paragraph(_said(value.origins[0]), _WIDTH - value.column, "# ", "#   ")
            by_line.setdefault(value.line, {}).update(dict.fromkeys(words))
    for line in commented(text, {number: [*comments] for number, comments in by_line.items()}):
        print(line if line.isprintable() else printable(line))
