"""Variables that a job reads, and whether anybody says that they are to be set.

What says so are the files ``*.env.example``: one at the root is for all, those of a tenant are below
``variables/<tenant>/``.
"""

import re
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from ..base import reading
from ..base.asset_layout import Keys
from ..base.paths import ENV_EXAMPLE, VARIABLES
from .findings import Problem, Problems

_READ = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)\}")
# A line that is commented out names a variable, too: one that may be set.
_LISTED = re.compile(r"^[#\s]*(?:export\s+)?([A-Za-z_][A-Za-z0-9_]*)=", re.MULTILINE)


class Variables:
    """The variables that the files of a repository list."""

    def __init__(self, repository: Path) -> None:
        """Remember the repository; each file is read when it is first asked for."""
        self._repository = repository
        self._of = cache(self._listed)

    def problems(self, job: Mapping[str, Any]) -> Problems:
        """Yield variables of a job that no file lists, where there are files for its tenant."""
        tenant = str(job["tenant_id"])
        known, where = self._of(tenant)
        if not where:
            return
        for keys, name in _read(job):
            if name not in known:
                yield Problem(keys, "variable", f"nothing says that {name} is to be set; list it in {where}")

    def _listed(self, tenant: str) -> tuple[frozenset[str], str]:
        """Return the variables that are listed for a tenant, and the first file that lists any; '' for none."""
        files = [ENV_EXAMPLE] if reading.is_file(self._repository, ENV_EXAMPLE) else []
        own = [path for path in reading.below(self._repository, f"{VARIABLES}/{tenant}") if path.endswith(ENV_EXAMPLE)]
        names: set[str] = set()
        for path in (*own, *files):
            try:
                names |= set(_LISTED.findall(reading.text(self._repository, path) or ""))
            except reading.ReadingError:
                continue
        return frozenset(names), next(iter((*own, *files)), "")


def _read(job: Mapping[str, Any]) -> Iterator[tuple[Keys, str]]:
    for key in ("source_connector_path", "target_connector_path", "asset_path"):
        yield from (((key,), name) for name in _READ.findall(str(job.get(key, ""))))
    for role in ("source", "target"):
        yield from _below(job.get(role, {}).get("connection", {}), (role, "connection"))


def _below(value: Any, keys: Keys) -> Iterator[tuple[Keys, str]]:
    if isinstance(value, Mapping):
        for key, item in value.items():
            yield from _below(item, (*keys, key))
    elif isinstance(value, str):
        yield from ((keys, name) for name in _READ.findall(value))
