"""Write values as YAML text: the only way from an answer to a file, so that no value can become syntax.

PyYAML's dumper defines the format. It would take most of the time of a render, so this module writes the usual values
itself, to the same bytes, and leaves the rest to the dumper.

Text in any script is written as it is. Only three kinds of characters are escaped: invisible ones, those that YAML
readers refuse or change, and those that make one text look like another.
"""

import math
import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import yaml
from yaml.emitter import Emitter

# Text that every YAML 1.1 and 1.2 parser reads back unchanged, in block and flow style, needs no quotes.
_PLAIN = re.compile(r"[A-Za-z_/][A-Za-z0-9_./@+-]*(?: [A-Za-z0-9_./@+-]+)*")
_NOT_TEXT = {"y", "n", "yes", "no", "on", "off", "true", "false", "null", "none", "inf", "nan"}

# The characters to escape. They are listed as ranges, since `unicodedata` depends on the Python version and the output
# of a render must not. They include all of Default_Ignorable_Code_Point, with its reserved code points; see
# https://www.unicode.org/Public/UCD/latest/ucd/DerivedCoreProperties.txt
_CONTROLS = r"\x00-\x1f\x7f-\x9f"
_SPACES = r"\xa0\u1680\u2000-\u200a\u202f\u205f\u3000"  # all but the ordinary space
_BREAKS = r"\u2028\u2029"
# Characters that join, hide or reorder the text around them: format characters, fillers, variation selectors.
_FORMAT = (
    r"\xad\u034f\u0600-\u0605\u061c\u06dd\u070f\u0890\u0891\u08e2\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f"
    r"\u202a-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb"
    r"\U000110bd\U000110cd\U00013430-\U0001343f\U0001bca0-\U0001bca3\U0001d173-\U0001d17a"
)
# Surrogates, private use characters and noncharacters; and the planes without scripts, for tags and private use.
_NONE = (
    r"\ud800-\udfff\ue000-\uf8ff\ufdd0-\ufdef\ufffe\uffff\U0001fffe\U0001ffff\U0002fffe\U0002ffff\U0003fffe-\U0010ffff"
)
_UNSEEN = f"{_CONTROLS}{_SPACES}{_BREAKS}{_FORMAT}{_NONE}"
_ESCAPED = re.compile(rf'["\\{_UNSEEN}]')
# What a literal block cannot hold: trailing spaces, and what must be escaped.
_NO_BLOCK = re.compile(rf"(?!\n)[{_UNSEEN}]| (?:\n|\Z)")
# The widest line of an answers file, in columns.
_WIDEST = 120


class _Dumper(yaml.SafeDumper):
    """Block mappings, lists of scalars on one line, quotes only where needed, no aliases."""

    def analyze_scalar(self, scalar: str) -> Any:
        analysis = super().analyze_scalar(scalar)
        analysis.allow_block = analysis.allow_block and not _NO_BLOCK.search(scalar)
        return analysis

    def write_double_quoted(self, text: str, split: bool = True) -> None:
        self.write_indicator(_quoted(text), True)

    def ignore_aliases(self, data: Any) -> bool:
        return True

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        super().increase_indent()


def _text(dumper: yaml.Dumper, text: str) -> yaml.Node:
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=_style(text))


def _style(text: str) -> str | None:
    if _PLAIN.fullmatch(text) and text.lower() not in _NOT_TEXT:
        return None
    if "\n" in text and not text.endswith("\n\n") and text != "\n":
        # A block that ends with empty lines would end the file with them. The dumper itself falls back to quotes where
        # a block would not be read as the same text.
        return "|"
    return '"'


def _list(dumper: yaml.Dumper, items: Any) -> yaml.Node:
    flow = not any(isinstance(item, dict | list | tuple) for item in items)
    return dumper.represent_sequence("tag:yaml.org,2002:seq", items, flow_style=flow)


_Dumper.add_representer(str, _text)
_Dumper.add_representer(list, _list)
_Dumper.add_representer(tuple, _list)


def inline(value: Any) -> str:
    """Return a scalar, or a list of scalars, as YAML that can follow ``key:`` on its line."""
    try:
        return _on_its_line(value)
    except _Unusual:
        return _dumped(value).removesuffix("...\n").strip()


def flow(value: Any) -> str:
    """Return any value as YAML on one line, for example for a command."""
    text = yaml.safe_dump(value, default_flow_style=True, sort_keys=False, allow_unicode=True, width=math.inf)
    return text.removesuffix("...\n").strip()


def is_readable(character: str) -> bool:
    """Return whether a character is written without an escape."""
    return not _ESCAPED.match(character)


def block(value: Any, indent: int = 0) -> str:
    """Return a mapping, or a list of mappings, as YAML lines indented by `indent` spaces, without a final newline."""
    lines: list[str] = []
    try:
        if not _is_block(value):
            raise _Unusual
        _write(lines, "", value, "")
    except _Unusual:
        lines = _dumped(value).removesuffix("\n").split("\n")
    margin = " " * indent
    return "\n".join([margin + line if line else line for line in lines])


def answers(values: Mapping[str, Any]) -> str:
    """Return answers as `block` does, except that a list of scalars too wide for a line has one item a line.

    Branches that each add an item to such a list can then be merged.
    """
    return "\n".join(_answer(name, value) for name, value in values.items())


def _answer(name: str, value: Any) -> str:
    lines = block({name: value})
    if not isinstance(value, list) or "\n" in lines or len(lines) <= _WIDEST:
        return lines
    return "\n".join([f"{inline(name)}:", *(f"  - {inline(item)}" for item in value)])


def _dumped(value: Any) -> str:
    return yaml.dump(value, Dumper=_Dumper, sort_keys=False, width=math.inf, allow_unicode=True)


class _Unusual(Exception):
    """A value or key is left to the dumper."""


# PyYAML writes a key on the line of its value, without a question mark, up to this length and without these characters.
_SHORT = 100
_NO_KEY = re.compile("^$|[\n\x85\u2028\u2029]")
_FLOAT = re.compile(r"-?\d+\.\d+")


def _is_block(value: Any) -> bool:
    if type(value) is dict:
        return bool(value)
    return type(value) in (list, tuple) and any(isinstance(item, dict | list | tuple) for item in value)


def _write(lines: list[str], start: str, value: Any, margin: str) -> None:
    """Append a mapping or list; `start` precedes its first entry, `margin` the others."""
    if type(value) is dict:
        for key, item in value.items():
            head, start = f"{start}{_key(key)}:", margin
            if _is_block(item):
                lines.append(head)
                _write(lines, f"{margin}  ", item, f"{margin}  ")
            else:
                _append(lines, head, item, margin)
    else:
        for item in value:
            head, start = f"{start}-", margin
            if _is_block(item):
                _write(lines, f"{head} ", item, f"{margin}  ")
            else:
                _append(lines, head, item, margin)


def _append(lines: list[str], head: str, value: Any, margin: str) -> None:
    """Append a value without entries: on the line of its key or dash, or as a literal block."""
    if type(value) is not str or _style(value) != "|" or _NO_BLOCK.search(value):
        lines.append(f"{head} {_on_its_line(value)}")
        return
    ended = value.endswith("\n")
    indented = "2" if value[0] in (" ", "\n") else ""
    lines.append(f"{head} |{indented}{'' if ended else '-'}")
    lines.extend(f"{margin}  {line}" if line else "" for line in value.removesuffix("\n").split("\n"))


def _key(key: Any) -> str:
    return _text_key(key) if type(key) is str else _any_key(key)


@lru_cache(maxsize=1024)
def _text_key(key: str) -> str:
    """Return `_any_key` of a text, cached: the same few keys occur in every asset and job."""
    return _any_key(key)


def _any_key(key: Any) -> str:
    text = _on_its_line(key)
    if isinstance(key, list | tuple | dict) or len(text) > _SHORT or (type(key) is str and _NO_KEY.search(key)):
        raise _Unusual
    return text


def _on_its_line(value: Any) -> str:
    kind = type(value)
    if kind is str:
        return value if _style(value) is None else _quoted(value)
    if kind is bool:
        return "true" if value else "false"
    if kind is int or (kind is float and _FLOAT.fullmatch(repr(value))):
        return repr(value)
    if value is None:
        return "null"
    if kind in (list, tuple) and not _is_block(value):
        return f"[{', '.join(map(_on_its_line, value))}]"
    if kind is dict and not value:
        return "{}"
    raise _Unusual


def _quoted(text: str) -> str:
    return f'"{_ESCAPED.sub(_escape, text)}"'


def _escape(match: re.Match[str]) -> str:
    character = match[0]
    if short := Emitter.ESCAPE_REPLACEMENTS.get(character):
        return f"\\{short}"
    code = ord(character)
    return f"\\x{code:02X}" if code <= 0xFF else f"\\u{code:04X}" if code <= 0xFFFF else f"\\U{code:08X}"
