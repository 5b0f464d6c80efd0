"""Turn what the connector registry knows into jobs and assets for the Dativo runner.

One direction, no way back::

    registry + recipes ──> choices ──> answers ──> plan ──> files

The packages here are its layers, and none imports from one above it: base, registry, importers, answers, plan,
adoption, validation, questionnaire, fleet, cli. Only `fleet`, which drives Copier, knows of Jinja or Copier;
``extensions/dativo.py`` joins the rest to it. Modules that run during a render import only the standard library and
PyYAML, so that an old tag still renders beside newer libraries.

`__all__` lists what is public, and `api` documents it.
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
    """Load a public name on first use: a render must not load what it can do without."""
    if name in __all__:
        return getattr(importlib.import_module(f"{__name__}.api"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
