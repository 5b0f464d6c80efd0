"""Run Copier's copy so that a failure leaves nothing half written."""

import os
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path, PurePosixPath
from typing import Any

from ..fleet.interruption import held
from ..plan.plan import written_paths


def copied(source: str, root: Path, **options: Any) -> Mapping[str, Any]:
    """Copy the template at `source` to `root` as `copier.run_copy` does; returns the answers, with the plan.

    If that fails, for example because of a full disk or a signal, the files that it created are removed again.
    """
    from copier._main import Worker  # takes most of a second

    class Undoing(Worker):
        """Copier's worker, which has asked every question by the time it renders."""

        def _render_template(self) -> None:
            plan = self.answers.combined.get("plan")
            with undone(root, written_paths(plan) if isinstance(plan, dict) else ()):
                super()._render_template()

    with Undoing(src_path=source, dst_path=root, **options) as worker:
        worker.run_copy()
    return worker.answers.combined


@contextmanager
def undone(root: Path, paths: Iterable[str]) -> Iterator[None]:
    """Remove the files of `paths` that are new, and their new folders, if something goes wrong inside."""
    new = [path for path in paths if not os.path.lexists(root / path)]
    folders = {root / parent for path in new for parent in PurePosixPath(path).parents}
    missing = sorted((folder for folder in folders if not folder.exists()), reverse=True)
    try:
        yield
    except BaseException:
        with held():
            for path in new:
                with suppress(OSError):
                    (root / path).unlink()
            for folder in missing:
                with suppress(OSError):
                    folder.rmdir()
        raise
