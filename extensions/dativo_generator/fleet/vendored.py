"""Detect vendored files that differ from the pack, such as a rule that is changed together with what it checks.

The runner and the editors of a destination read registry, recipes and schemas from these files. So a change that allows
what the pack forbids must be found, even if no release contains it. Formatting, such as the order of keys, does not
matter.
"""

import json
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import yaml

from ..base import reading
from ..base.documents import parse_bounded
from ..base.errors import DativoError, PackError
from ..base.repository_url import public
from ..base.values import same
from ..plan.destination import Destination, shares
from ..plan.vendored_schemas import vendored
from ..registry.pack import Pack
from ..validation.findings import Finding
from ..validation.rules import WARNING, Rules, load_rules
from .answers_files import AnswersFile, read
from .fleet import Fleet
from .settings import settings_of
from .source import scratch_folder, trusted

FOLDERS = ("connectors", "registry", "schemas")
_RULE = "vendored"


def is_vendored(path: str) -> bool:
    """Return whether a shared file is a copy of one of the pack's files with rules."""
    return path.partition("/")[0] in FOLDERS and path.endswith((".json", ".yaml"))


def says_the_same(path: str, text: bytes, others: Iterable[bytes]) -> bool:
    """Return whether a file has the same values as one of the others."""
    try:
        value = _value(path, text)
        return any(same(_value(path, other), value) for other in others)
    except (yaml.YAMLError, ValueError, RecursionError):
        return False


def is_formatted(path: str, text: bytes, others: Iterable[bytes]) -> bool:
    """Return whether a schema differs from one of the others at most in its format; JSON has no comments."""
    return path.endswith(".json") and is_vendored(path) and says_the_same(path, text, others)


def altered(root: Path, pack: Pack, template: str = "") -> Iterator[Finding]:
    """Yield a finding for each vendored file below `root` that matches no recorded version of the pack.

    `pack`, the current one, is tried first. Only a file that differs from it needs the repository `template`, as in a
    replay. If nobody has named the template, and a file records another one, this is only a warning.
    """
    owners = _owners(root)
    rules = load_rules(pack.root)
    suspects = {path: file for path, file in owners.items() if not _is_of(pack, root, path)}
    if not suspects:
        return
    try:
        with scratch_folder() as scratch:
            fleet = Fleet(root, trusted(root, template, Path(scratch)))
            contents = fleet.shared(suspects)
    except DativoError as error:
        for path in suspects:
            yield _finding(rules, path, f"differs from this version's, and no other can be read: {error}")
        return
    named = template or settings_of(root).template
    for path, owner in suspects.items():
        if not named and not fleet.trusts(owner):
            message = (
                f"give its template with --template; {public(owner.source)} is not the template that is trusted here"
            )
            yield replace(_finding(rules, path, message), severity=WARNING)
        elif not says_the_same(path, _there(root, path), contents[path]):
            message = "restore it with dativo-generator replay --write; it is not what a recorded version gives"
            yield _finding(rules, path, message)


def _owners(root: Path) -> dict[str, AnswersFile]:
    """Map each existing vendored file to an answers file whose scaffold writes it."""
    everyone = list(Destination(root, "").others)
    owners = {}
    below = (path for folder in FOLDERS for path in reading.below(root, folder))
    for path in (path for path in below if path.count("/") == 1 and is_vendored(path)):
        sharing = (read(root, other.name) for other in everyone if shares(other.outline, path))
        if owner := next((file for file in sharing if not file.problem), None):
            owners[path] = owner
    return owners


def _is_of(pack: Pack, root: Path, path: str) -> bool:
    try:
        return says_the_same(path, _there(root, path), [vendored(pack, path).encode()])
    except PackError:  # a recipe that this pack does not have
        return False


def _there(root: Path, path: str) -> bytes:
    """Return the content of a file; empty if it cannot be read, which matches no version."""
    try:
        return reading.read(root, path) or b""
    except reading.ReadingError:
        return b""


def _finding(rules: Rules, path: str, message: str) -> Finding:
    return Finding(path, 1, 1, rules[_RULE].severity, _RULE, message)


def _value(path: str, text: bytes) -> Any:
    decoded = text.decode("utf-8")
    return json.loads(decoded) if path.endswith(".json") else parse_bounded(decoded)
