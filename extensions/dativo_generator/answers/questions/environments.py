"""Several environments of one scaffold: the assets are written once, the jobs once per environment."""

from typing import Any

from ...base.documents import shown
from ...base.errors import AnswerError
from ...base.naming import listed, offer
from .. import readers
from ..model import Answers, Question, Section
from .shared import always

# Answers that only jobs read, so that they may differ by environment.
VARYING = (
    "lookback_days",
    "state_dir",
    "bucket",
    "prefix",
    "endpoint",
    "catalog_uri",
    "branch",
    "warehouse",
    "connection",
    "engine_options",
    "catalog",
    "schema_validation_mode",
    "storage",
    "parquet_target_size_mb",
    "job_extra",
    "log_level",
    "redaction",
    "app_root",
)


def _environments(answers: Answers, raw: Any) -> list[str]:
    names = [readers.slug(item) for item in readers.sequence(raw)]
    for name in names:
        if names.count(name) > 1:
            raise AnswerError(f"'{name}' is listed twice")
    if names and answers["environment"] not in names:
        raise AnswerError(
            f"answer environment with one of {listed(names)}; '{answers['environment']}' is not among them"
        )
    return names if len(names) > 1 else []


def _per_environment(answers: Answers, raw: Any) -> dict[str, Any]:
    value = readers.mapping(raw)
    for environment, others in value.items():
        if environment not in answers.environments:
            what = f"{shown(environment)} is not an environment of this scaffold"
            raise AnswerError(offer(environment, answers.environments, what))
        if not isinstance(others, dict):
            raise AnswerError(f"{environment}: must be a mapping of answers, not {shown(others)}")
        for name in others:
            if name not in VARYING:
                why = "is the same in all environments" if name in answers.questions else "is not a question"
                raise AnswerError(f"{environment}: " + offer(name, VARYING, f"{name} {why}"))
        own = answers.with_differing(environment, others)
        for name in others:
            _ = own[name]
    return value


def _alone(answers: Answers) -> str:
    return "" if len(answers.environments) > 1 else "there is only one environment; the other answers describe it"


SECTION = Section(
    "environments",
    what="more than one, and what differs",
    questions={
        "environments": Question(_environments, always([]), example="[dev, staging, prod]"),
        "per_environment": Question(
            _per_environment, always({}), _alone, example="{prod: {bucket: acme-prod, log_level: WARNING}}"
        ),
    },
)
