"""Plugins that read the source or write the target where the runner does not, or not as wanted."""

from collections.abc import Callable

from ...registry.runner import PLUGIN, PLUGINS, Way
from .. import answers_format, readers
from ..model import Answers, Question, Section
from .shared import always, or_nothing

_plugin = readers.literal(
    r"(?:\S+\.py|\S+\.(?:so|dylib|dll)):[A-Za-z_]\w*",
    "write a file and a class in it, like plugins/reader.py:Reader",
)


def way(answers: Answers, role: str) -> Way:
    """Return how the runner reads the source, or writes the target."""
    return answers.pack.way(role, answers.source if role == "source" else answers.target)


def _needed(role: str) -> Callable[[Answers], bool]:
    """Ask if only a plugin can do it, but not for answers that are older than the question."""
    return lambda answers: answers.format >= answers_format.OWN_STATE and way(answers, role).how == PLUGIN


SECTION = Section(
    "plugins",
    what="your own reader or writer",
    questions={
        name: Question(
            or_nothing(_plugin), always(""), always_asked=_needed(role), of="connector", owns=(f"job.{role}.{name}",)
        )
        for role, name in PLUGINS.items()
    },
)
