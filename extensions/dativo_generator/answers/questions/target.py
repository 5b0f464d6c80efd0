"""How the data is written, and where."""

import re
from collections.abc import Callable, Sequence
from typing import Any

from ...base.documents import shown
from ...base.errors import AnswerError
from .. import readers
from ..model import Answers, Question, Section
from .shared import alone, always, choice, choice_of, or_nothing, reused, url

SCHEMA_MODES = ("strict", "merge", "relaxed")
# The only column that the runner writes for every row; partitioning by a column of the data loses rows.
SAFE_PARTITION = "ingest_date"
_PLACEHOLDERS = ("asset", "object")

_folder = readers.literal(r"[A-Za-z0-9][A-Za-z0-9._-]*", "use letters, digits, '.', '_' and '-', like sales")
_branch = readers.matching(r"[A-Za-z0-9][A-Za-z0-9._/-]*", "use letters, digits, '.', '_', '/' and '-'")
_warehouse = readers.matching(r"[a-z][a-z0-9+.-]*://\S+", "write a URI like s3://lake/acme/")
_bucket = readers.literal(
    r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]",
    "use 3 to 63 lower-case letters, digits, '.' and '-'",
    "leave it empty to take S3_BUCKET",
)


def _prefix(answers: Answers, raw: Any) -> str:
    if not (text := readers.text(raw)):
        return ""
    if not text.strip("/") or text.startswith("/") or re.search(r"\s|\$\{|(^|/)\.\.?(/|$)", text):
        raise AnswerError(f"write a prefix like raw/crm/customers, not {shown(text)}")
    placeholders = re.findall(r"\{([^{}]*)\}", text)
    for name in placeholders:
        if name not in _PLACEHOLDERS:
            raise AnswerError(f"{shown(text)}: '{{{name}}}' is neither {{asset}} nor {{object}}")
    if len(answers.items) > 1 and not placeholders:
        count = len(answers.items)
        raise AnswerError(f"put {{asset}} into it; with {shown(text)} {count} assets would be written to one place")
    return text


def _own_bucket(answers: Answers) -> str:
    """Return the default bucket: of the tenant, and of the environment if there are several."""
    parts = [answers["tenant_id"], "data-lake", answers.environment_apart]
    return "-".join(filter(None, parts)).replace("_", "-")  # a bucket's name may have no underscore


def _format(answers: Answers) -> str:
    formats, preferred = answers.target.file_formats, answers.target_recipe.file_format
    return preferred if preferred and (not formats or preferred in formats) else (*formats, "parquet")[0]


def _formats(answers: Answers) -> Sequence[str]:
    return answers.target.file_formats or (_format(answers),)


def _catalog(answers: Answers) -> str:
    return f"http://{answers.target_recipe.catalog}.{answers['tenant_id']}.internal:19120/api/v1"


def _place_is_the_asset(answers: Answers) -> str:
    return "the runner writes to domain, data product and asset, whatever the prefix is"


def _uncommitted(answers: Answers) -> str:
    """Return why branch and warehouse have no effect, or '' if a catalog is named."""
    return "" if answers["catalog_uri"] else "no catalog is named with catalog_uri"


def _unless_uncommitted(value: Callable[[Answers], str]) -> Callable[[Answers], str]:
    return lambda answers: "" if _uncommitted(answers) else value(answers)


def _no_storage(answers: Answers) -> str:
    return "" if answers.target_recipe.storage_block else f"{answers.target.id} has no object storage of its own"


def _no_catalog(answers: Answers) -> str:
    return "" if answers.target_recipe.catalog else f"{answers.target.id} keeps no catalog"


SECTION = Section(
    "target",
    what="format, partitions, mode, place, catalog",
    questions={
        "file_format": choice_of(_formats, _format)._replace(inapplicable=reused, of="connector"),
        "partitioning": Question(
            alone(readers.words), lambda answers: list(answers.target_recipe.partitioning) or [SAFE_PARTITION], reused
        ),
        "schema_mode": choice(SCHEMA_MODES, "strict"),
        "domain": Question(or_nothing(_folder), always(""), reused, owns=("asset.domain",)),
        "data_product": Question(or_nothing(_folder), always(""), reused, owns=("asset.dataProduct",)),
        "bucket": Question(
            or_nothing(_bucket),
            _own_bucket,
            _no_storage,
            owns=("job.target.connection.*.bucket",),
        ),
        "prefix": Question(_prefix, always(""), _no_storage, _place_is_the_asset),
        # The only key of a target's connection in which the runner expands ${NAME:-default}.
        "endpoint": Question(
            url(with_default=True), always(""), _no_storage, owns=("job.target.connection.*.endpoint",)
        ),
        "catalog_uri": Question(url(), _catalog, _no_catalog),
        "branch": Question(
            or_nothing(_branch), _unless_uncommitted(lambda answers: answers["tenant_id"]), _no_catalog, _uncommitted
        ),
        "warehouse": Question(
            or_nothing(_warehouse),
            _unless_uncommitted(lambda answers: f"s3://lake/{answers['tenant_id']}/"),
            _no_catalog,
            _uncommitted,
        ),
    },
)
