"""What an asset says of who may see the data, and for how long it is kept."""

from .. import readers
from ..model import Question, Section
from .shared import alone, always, each, reused

SECTION = Section(
    "governance",
    what="tags, retention, regulations, classification",
    questions={
        "tags": Question(
            alone(readers.words),
            lambda answers: [answers.source.id, each(answers, "{object}", lambda item: item.object)],
            reused,
        ),
        "retention_days": Question(alone(readers.number(1)), always(90), reused),
        "regulations": Question(alone(readers.words), always([]), reused),
        "classification": Question(alone(readers.labels), always([]), reused),
    },
)
