"""Check that the variables that a job reads are listed in an example file.

The files are ``*.env.example``: one at the root is for all jobs, those of a tenant are below ``variables/<tenant>/``.
If an environment has a folder there, the folders of others do not count for its jobs.
"""

import re
from collections.abc import Collection, Iterable, Mapping
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

from ..base import reading
from ..base.asset_layout import Keys
from ..base.paths import ENV_EXAMPLE, VARIABLES
from ..registry.variables import Variable
from .findings import Problem, Problems

# A line that is commented out lists an optional variable.
_LISTED = re.compile(r"^[#\s]*(?:export\s+)?([A-Za-z_][A-Za-z0-9_]*)=", re.MULTILINE)


class Variables:
    """The variables that the files of a repository list."""

    def __init__(self, repository: Path) -> None:
        """Remember the repository; files are read on first use."""
        self._repository = repository
        # The jobs of a tenant are checked one after the other.
        self._of = lru_cache(maxsize=16)(self._listed)

    def problems(self, job: Mapping[str, Any], read: Iterable[Variable], unexpanded: Collection[Keys]) -> Problems:
        """Yield each variable that a job has `read` but no file lists, once; nothing if there are no such files.

        A variable with a default need not be set, nor one in a place where the runner expands nothing.
        """
        known, where = self._of(str(job["tenant_id"]), str(job.get("environment") or ""))
        if not where:
            return
        for variable in read:
            needed = not variable.default and variable.keys not in unexpanded
            if needed and known.isdisjoint((variable.name, *variable.others)):
                known |= {variable.name}
                yield Problem(variable.keys, "variable", f"list {variable.name} in {where}; the job reads it")

    def _listed(self, tenant: str, environment: str) -> tuple[frozenset[str], str]:
        """Return the variables listed for a tenant's jobs, and the first file that lists any, or ''."""
        folder = f"{VARIABLES}/{tenant}"
        own = [path for path in reading.below(self._repository, folder) if path.endswith(ENV_EXAMPLE)]
        if apart := [path for path in own if environment and path.startswith(f"{folder}/{environment}/")]:
            own = apart + [path for path in own if path.rpartition("/")[0] == folder]
        names: set[str] = set()
        for path in (*own, *self._for_all):
            try:
                names |= set(_LISTED.findall(reading.text(self._repository, path) or ""))
            except reading.ReadingError:
                continue
        return frozenset(names), next(iter((*own, *self._for_all)), "")

    @cached_property
    def _for_all(self) -> list[str]:
        return [ENV_EXAMPLE] if reading.is_file(self._repository, ENV_EXAMPLE) else []
