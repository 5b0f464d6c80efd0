"""Every question: how its answer is read, its default, when it makes no sense, and its choices.

A module is a section of the questionnaire, and mirrors the file of the same name in `questions/`, which has the texts
that the user sees. A question has an entry in both, under one name, and nowhere else.
"""

from ..model import Question
from . import review, short_path
from .environments import VARYING
from .short_path import SECTIONS

_ALL = (short_path.SECTION, *SECTIONS.values(), review.SECTION)
QUESTIONS: dict[str, Question] = {
    name: question._replace(section=section.name if section.what else "", varies=name in VARYING)
    for section in _ALL
    for name, question in section.questions.items()
}
# The module and the file of each question.
SECTION_OF = {name: section.name for section in _ALL for name in section.questions}
# What a profile may hold.
PROFILED = tuple(name for name, question in QUESTIONS.items() if question.of != "scaffold")
# Answers that only help to give another; their questions are `secret` to Copier.
UNRECORDED = tuple(name for name, question in QUESTIONS.items() if not question.recorded)
