"""The answers of one scaffold to all the questions of the pack."""

from .model import Answers
from .questions import QUESTIONS


class Scaffold(Answers):
    """The answers of one scaffold, to be taken by the names of the questions."""

    questions = QUESTIONS
