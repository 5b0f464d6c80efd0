"""Options of the source's reader."""

from .. import answers_format, engine_options
from ..model import Answers, Question, Section
from .shared import choice_of


def _one_engine(answers: Answers) -> str:
    source = answers.source
    return f"{source.id} runs on {source.default_engine} only" if len(source.engines) == 1 else ""


def _nothing_to_answer(answers: Answers) -> str:
    """Return why the section cannot be opened, or '' if it can; older answers may open it for the engine alone."""
    before = answers.format < answers_format.OWN_STATE and not _one_engine(answers)
    return "" if before else engine_options.none_offered(answers)


SECTION = Section(
    "engine",
    what="delimiter, encoding, batch size",
    inapplicable=_nothing_to_answer,
    questions={
        "engine": choice_of(
            lambda answers: answers.source.engines, lambda answers: answers.source.default_engine
        )._replace(
            inapplicable=_one_engine,
            of="connector",
            without_effect=lambda answers: "the runner reads a source in its own way, or by the engine of the recipe",
        ),
        engine_options.NAME: Question(
            engine_options.read,
            engine_options.imported,
            engine_options.none_offered,
            always_asked=lambda answers: bool(engine_options.imported(answers)),
            imported=engine_options.notes,
            of="connector",
        ),
    },
)
