"""What runs the extraction."""

from dataclasses import replace

from ..model import Answers, Section
from .shared import choice_of


def _one_engine(answers: Answers) -> str:
    source = answers.source
    return f"{source.id} runs on {source.default_engine} only" if len(source.engines) == 1 else ""


SECTION = Section(
    "engine",
    what="what runs the extraction",
    inapplicable=_one_engine,
    questions={
        "engine": replace(
            choice_of(lambda answers: answers.source.engines, lambda answers: answers.source.default_engine),
            of="connector",
        ),
    },
)
