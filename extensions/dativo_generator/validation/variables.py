"""Variables that a job reads, and whether anybody says that they are to be set.

What says so are the files ``*.env.example``: one at the root is for all, those of a tenant are below
``variables/<tenant>/``.
"""

import re
from collections.abc import Collection, Iterable
from functools import cached_property, lru_cache
from pathlib import Path

from ..base import reading
from ..base.asset_layout import Keys
from ..base.paths import ENV_EXAMPLE, VARIABLES
from ..registry.variables import Variable
from .findings import Problem, Problems

# A line that is commented out names a variable, too: one that may be set.
_LISTED = re.compile(r"^[#\s]*(?:export\s+)?([A-Za-z_][A-Za-z0-9_]*)=", re.MULTILINE)


class Variables:
    """The variables that the files of a repository list."""

    def __init__(self, repository: Path) -> None:
        """Remember the repository; each file is read when it is first asked for."""
        self._repository = repository
        # The jobs of a tenant come one after the other.
        self._of = lru_cache(maxsize=16)(self._listed)

    def problems(self, tenant: str, read: Iterable[Variable], unexpanded: Collection[Keys]) -> Problems:
        """Yield what is `read` for a tenant and no file lists, where there are files; each variable once.

        What has a default need not be set, and what stands where nothing is expanded need not either.
        """
        known, where = self._of(tenant)
        if not where:
            return
        for variable in read:
            needed = not variable.default and variable.keys not in unexpanded
            if needed and known.isdisjoint((variable.name, *variable.others)):
                known |= {variable.name}
                yield Problem(variable.keys, "variable", f"list {variable.name} in {where}; the job reads it")

    def _listed(self, tenant: str) -> tuple[frozenset[str], str]:
        """Return the variables that are listed for a tenant, and the first file that lists any; '' for none."""
        own = [path for path in reading.below(self._repository, f"{VARIABLES}/{tenant}") if path.endswith(ENV_EXAMPLE)]
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
