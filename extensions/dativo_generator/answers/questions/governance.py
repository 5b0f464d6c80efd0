"""What an asset says about who may see the data, and how long it is kept."""

from .. import readers
from ..model import Answers, Question, Section
from .shared import alone, always, each, reused


def _dropped(answers: Answers) -> str:
    """Return why regulations have no effect in this layout, or '' if they have one."""
    layout = answers["asset_layout"]
    return answers.pack.keys.no_effect(layout, "governance.regulations")


SECTION = Section(
    "governance",
    what="tags, retention, regulations, classification",
    questions={
        "tags": Question(
            alone(readers.words),
            lambda answers: [answers.source.id, each(answers, "{object}", lambda item: item.object)],
            reused,
        ),
        "retention_days": Question(alone(readers.number(0)), always(90), reused),
        "regulations": Question(alone(readers.words), always([]), reused, _dropped),
        "classification": Question(alone(readers.labels), always([]), reused),
    },
)
