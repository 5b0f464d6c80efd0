"""Write values as YAML text: the one way from an answer to a file, so that no value can become syntax."""

import math
import re
from typing import Any

import yaml

# Text that every YAML 1.1 and 1.2 parser reads as this very text, in block and in flow style, stays without quotes.
_PLAIN = re.compile(r"[A-Za-z_/][A-Za-z0-9_./@+-]*(?: [A-Za-z0-9_./@+-]+)*")
_NOT_TEXT = {"y", "n", "yes", "no", "on", "off", "true", "false", "null", "none", "inf", "nan"}


class _Dumper(yaml.SafeDumper):
    """Block mappings, lists of scalars in one line, quotes only where they are needed, no aliases."""

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
        # Not with empty lines at the end, which would be those of the file, too. The dumper itself falls back to quotes
        # where a block would not give the same text back.
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
    if isinstance(value, str) and "\n" in value:
        return yaml.safe_dump(value, default_style='"', width=math.inf).strip()
    return _dump(value).removesuffix("...\n").strip()


def block(value: Any, indent: int = 0) -> str:
    """Return a mapping, or a list of mappings, as YAML lines `indent` spaces in, without a newline at the end."""
    margin = " " * indent
    return "\n".join(margin + line if line else line for line in _dump(value).removesuffix("\n").split("\n"))


def _dump(value: Any) -> str:
    return yaml.dump(value, Dumper=_Dumper, sort_keys=False, width=math.inf)
