"""Find answers files that no command can use.

Nothing of such a scaffold is updated or replayed, and no vendored file is compared with its version, so a check that
says nothing of it would pass what it could not see.
"""

import re
from collections.abc import Iterator
from pathlib import Path

from ..registry.pack import Pack
from ..validation.findings import Finding
from ..validation.rules import load_rules
from .answers_files import each

_RULE = "answers"
_PLACE = re.compile(r"(?::(\d+):(\d+))?: ")


def damaged(root: Path, pack: Pack) -> Iterator[Finding]:
    """Yield a finding for each answers file in `root` that cannot be used, where it is damaged."""
    severity = load_rules(pack.root)[_RULE].severity
    for file in each(root):
        if not file.problem:
            continue
        problem = file.problem.removeprefix(file.name)
        place = _PLACE.match(problem)
        line, column = (int(number or 1) for number in place.groups()) if place else (1, 1)
        yield Finding(file.name, line, column, severity, _RULE, problem[place.end() :] if place else file.problem)
