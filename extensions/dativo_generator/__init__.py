"""Turn what the connector registry knows into jobs and assets for the Dativo runner.

One direction, no way back::

    registry + recipes ──> choices ──> answers ──> plan ──> files

The packages here are its floors, and none imports from one above it: base, registry, importers, answers, plan,
validation, questionnaire, fleet, cli. Nothing knows of Jinja or Copier but `fleet`, which drives Copier;
``extensions/dativo.py`` joins the rest to it. Modules that run during a render import the standard library and PyYAML,
nothing else, so that an old tag still renders beside newer libraries.

What is public is in `__all__`, and explained in `api`.
"""

import importlib
from typing import Any

__all__ = (
    "DativoError",
    "Finding",
    "Pack",
    "Report",
    "answers_schema",
    "load_pack",
    "plan_scaffold",
    "replay_folder",
    "validate_folder",
)


def __getattr__(name: str) -> Any:
    """Load what is public when it is asked for: a render must not load what it does without."""
    if name in __all__:
        return getattr(importlib.import_module(f"{__name__}.api"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
