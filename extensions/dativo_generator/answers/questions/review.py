"""The last question: whether to write what was shown."""

from .. import readers
from ..model import Question, Section
from .shared import alone, always

SECTION = Section(
    "review", questions={"proceed": Question(alone(readers.flag), always(True), of="scaffold", recorded=False)}
)
