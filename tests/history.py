"""A template repository with three releases, whose registries differ in every way in which a registry can change.

`data/history.yml` says how each release changes the previous one; the first has the pack's own files.
"""

from pathlib import Path
from typing import Any

import yaml

from support import ROOT, copy_pack, edit_yaml, git, release

HISTORY: dict[str, list[dict[str, Any]]] = yaml.safe_load(
    (ROOT / "tests" / "data" / "history.yml").read_text(encoding="utf-8")
)
TAGS = ("v1.0.0", *HISTORY)


def release_history(template: Path) -> Path:
    """Make the repository at `template`."""
    copy_pack(template)
    release(template, TAGS[0])
    for tag, changes in HISTORY.items():
        for change in changes:
            (template / change["file"]).touch()
            edit_yaml(template / change["file"], lambda data, change=change: _edit(data, change))
            if new := change.get("becomes"):
                (template / change["file"]).rename(template / new)
        release(template, tag)
    git(template, "repack", "-adq")  # a single file to link in each clone
    return template


def _edit(data: dict[str, Any], change: dict[str, Any]) -> None:
    for path, value in change.get("set", {}).items():
        section, key = _section(data, path)
        section[key] = value
    for path in change.get("drop", []):
        section, key = _section(data, path)
        del section[key]
    for path, new in change.get("rename", {}).items():
        section, key = _section(data, path)
        section[new] = section.pop(key)


def _section(data: dict[str, Any], path: str) -> tuple[dict[str, Any], str]:
    *keys, last = path.split("/")
    for key in keys:
        data = data.setdefault(key, {})
    return data, last
