"""Labels in new answers that no rule gives: they count as slips unless somebody has confirmed them.

A label is confirmed if it has a mark, as in ``string SECRET!``, if it is recorded already, or if a profile of the
destination lists it under `labels`.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from ..base.errors import AnswerError
from ..base.naming import did_you_mean
from ..base.paths import ORGANISATION, profile_of
from ..registry.fields import OWN, labels_in
from ..registry.pack import Pack
from . import readers
from .profiles import LABELS, Profiles

# The questions whose answers hold labels.
NAMES = ("fields", "classification")


def refuse_unmarked(pack: Pack, answers: Mapping[str, Any], recorded: Mapping[str, Any], root: Path) -> None:
    """Refuse a label in `answers` that nobody has confirmed; the profiles are those below `root`."""
    meant = {label.removesuffix(OWN) for _, _, label in _labels(recorded)}
    for name, where, label in _labels(answers):
        if label.endswith(OWN) or label in meant or label in (known := pack.labels):  # only a label needs the rules
            continue
        tenant = str(answers.get("tenant_id", ""))
        if label not in (own := Profiles(pack, root).labels(tenant)):
            profile = profile_of(tenant or ORGANISATION)
            what = f"write {label}{OWN}, or list it under {LABELS} in {profile}; no rule gives {label}"
            raise AnswerError(f"{name}: {where}" + did_you_mean(label, (*known, *own), what))


def _labels(answers: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    """Yield (question, place in its answer, label), the label with its mark; skips invalid answers."""
    for name in NAMES:
        try:
            value = readers.structure(answers.get(name))
        except AnswerError:
            continue
        if isinstance(value, dict):
            yield from ((name, f"{column}: ", label) for column, label in labels_in(value))
        elif isinstance(value, list):
            yield from ((name, "", label) for label in value if isinstance(label, str))
