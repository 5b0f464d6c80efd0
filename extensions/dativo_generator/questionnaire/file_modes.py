"""Have Copier ask Git once per run, and not once per file, whether a repository ignores the modes of files.

After each file that it writes, Copier starts `git config --get core.fileMode`, and does more only where that is false:
see `Worker._sync_git_index_executable_bit`. For hundreds of files these processes take longer than everything else. If
Copier no longer has this method, nothing is changed.
"""

import os
import sys
from functools import wraps
from pathlib import Path
from typing import Any

from ..base.git import GitError, attempt

_METHOD = "_sync_git_index_executable_bit"
_ORIGINAL = "_dativo_original"
_IGNORED = "_dativo_modes_are_ignored"


def adapt() -> None:
    """Adapt the runs of Copier in this process, from now on."""
    worker = getattr(sys.modules.get("copier._main"), "Worker", None)
    if not callable(method := getattr(worker, _METHOD, None)):
        return
    # An update loads this module from two releases; they must not adapt each other's method.
    original = getattr(method, _ORIGINAL, method)

    @wraps(original)
    def adapted(self: Any, *args: Any, **kwargs: Any) -> None:
        noted = vars(self)
        if _IGNORED not in noted:
            noted[_IGNORED] = _are_ignored(Path(self.subproject.local_abspath))
        if noted[_IGNORED]:
            original(self, *args, **kwargs)

    setattr(adapted, _ORIGINAL, original)
    setattr(worker, _METHOD, adapted)


def _are_ignored(folder: Path) -> bool:
    """Return whether Git ignores the modes of files in a folder, asked in the environment that Copier uses."""
    variables = {name: value for name, value in os.environ.items() if name.startswith("GIT_")}
    try:
        found = attempt(folder, "config", "--type=bool", "--get", "core.fileMode", variables=variables)
    except GitError:
        return True  # Copier's own method decides
    return found.stdout.strip() == b"false"
