"""The last question: whether to write the files that were shown."""

from .. import readers
from ..model import Question, Section
from .shared import alone, always

SECTION = Section(
    "review", questions={"proceed": Question(alone(readers.flag), always(True), of="scaffold", recorded=False)}
)
