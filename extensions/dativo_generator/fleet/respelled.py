"""Lines with the same value in another spelling: earlier versions of the pack escaped every non-ASCII letter.

Such a line is no real change, so an edit beside it must not become a conflict.
"""

import re
from dataclasses import replace

from ..base.emit import is_readable
from .merge import Edit

# An escape in a double-quoted text; its backslash is not itself escaped.
_ESCAPE = re.compile(r"(?<!\\)((?:\\\\)*)\\(?:x([0-9A-F]{2})|u([0-9A-F]{4})|U([0-9A-F]{8}))")


def respelled(edit: Edit) -> Edit:
    """Return an edit whose base has the new spelling of lines that differ only in spelling."""
    before, after = (set(text.decode(errors="replace").split("\n")) for text in (edit.base, edit.theirs))
    spellings = {line: new for line in before - after if (new := _ESCAPE.sub(_character, line)) in after - before}
    if not spellings:
        return edit
    base, ours = (_spelled(text, spellings) for text in (edit.base, edit.ours))
    return replace(edit, base=base, ours=ours)


def _character(match: re.Match[str]) -> str:
    code = int(match[2] or match[3] or match[4], 16)
    character = chr(code) if code <= 0x10FFFF else ""
    return f"{match[1]}{character}" if character and is_readable(character) else match[0]


def _spelled(text: bytes, spellings: dict[str, str]) -> bytes:
    lines = text.split(b"\n")
    return b"\n".join(
        spellings[key].encode() if (key := line.decode(errors="replace")) in spellings else line for line in lines
    )
