"""Weigh the evidence for and against a label, from the name of a column and from its values.

The model is Bayesian: prior odds, times how much likelier the observed values are in a column of the kind than in any
other. All figures are in `registry/values.yaml`, each with its reason.
"""

import math
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from ..base.phrases import singular, words
from .classification import Judgement
from .values import Seen, ValueKind, ValueKinds, Weights

# With fewer values, it proves nothing that all fail. Up to this share of the values may pass and still count as none.
_TELLING, _NONE = 10, 0.1
# A kind less likely than this is not mentioned, unless this share of the values passes.
_NOTEWORTHY, _MOST = 0.02, 0.8


class _Found(NamedTuple):
    """A kind that fits some values, its confidence, and the evidence for and against it."""

    kind: ValueKind
    confidence: float
    evidence: str
    against: str


def weigh(kinds: ValueKinds, name: Judgement, column: str, table: str, seen: Seen | None) -> Judgement:
    """Combine the judgement by `name` with what was `seen` of a column's values."""
    if seen is None or not seen.distinct:
        return name
    best = max(_found(kinds, words(column), words(table), seen), key=lambda found: found.confidence, default=None)
    name = _contradicted(kinds, name, seen)
    if best is None or (best.confidence < _NOTEWORTHY and name.rule):
        return name
    rule, weights = f"values: {best.kind.name}", kinds.weights
    if name.label == best.kind.label:
        both = 1 - (1 - name.confidence) * (1 - best.confidence)
        if best.confidence < weights.min_confidence:
            return name._replace(confidence=both)
        return Judgement(name.label, rule, f"{best.evidence}; {name.evidence}", both, best.against)
    if _goes_before(kinds, name, best):
        if best.confidence < weights.min_confidence:
            return name
        other = f"the values suggest {best.kind.label}, {best.kind.name}, with {best.confidence:.2f}"
        return name._replace(against=_joined([name.against, other]))
    other = f"the name suggests {name.label} by '{name.rule}' with {name.confidence:.2f}" if name.label else ""
    return Judgement(best.kind.label, rule, best.evidence, best.confidence, _joined([best.against, other]))


def _goes_before(kinds: ValueKinds, name: Judgement, best: _Found) -> bool:
    """Return whether the name's label wins over the values': the stricter wins if both are sure, else the surer."""
    bar = kinds.weights.min_confidence
    if not name.label or min(name.confidence, best.confidence) < bar or name.label not in kinds.labels:
        return name.confidence > best.confidence
    return kinds.labels.index(name.label) < kinds.labels.index(best.kind.label)


def _found(kinds: ValueKinds, column: Sequence[str], table: Sequence[str], seen: Seen) -> Iterator[_Found]:
    """Yield the kinds that fit some values."""
    named, about = {*column, *map(singular, column)}, {singular(word) for word in table[-1:]}
    passed = dict(seen.passed)
    for kind in kinds.kinds:
        if not (count := passed.get(kind.name)):
            continue
        speaks_for = sorted(named & kind.speaks_for) or sorted(about & kind.tables)
        speaks_against = [f"'{word}' in the name" for word in sorted(named & kind.speaks_against)]
        speaks_against += [f"a table about '{word}'" for word in about & kind.not_tables]
        draws = 1.0 if seen.in_a_row and kind.numbers else float(seen.distinct)
        factor = kinds.weights.named if speaks_for else 1.0
        factor *= kinds.weights.against if speaks_against else 1.0
        odds = kind.prior * factor * likelihood(kind, kinds.weights, count / seen.distinct * draws, draws)
        evidence = f"{count:,} of {seen.distinct:,} values pass the check"
        if speaks_for:
            evidence += f", and '{speaks_for[0]}' fits"
        against = speaks_against[:1]
        against += ["they are consecutive numbers"] if seen.in_a_row and kind.numbers else []
        against += [f"so do {_often(kind.chance)} others"] if kind.chance >= 0.1 else []
        if (confidence := odds / (1 + odds)) >= _NOTEWORTHY or count >= _MOST * seen.distinct:
            yield _Found(kind, confidence, evidence, _joined(against))


def likelihood(kind: ValueKind, weights: Weights, passed: float, draws: float) -> float:
    """Return the likelihood ratio of `passed` out of `draws`, for a column of the kind against any other.

    With probability `alike`, the values of another column pass just as often; otherwise each passes with probability
    `chance`. So the ratio is at most ``1 / alike``.
    """
    rates = [pure + (1 - pure) * kind.chance for pure in weights.purity]  # dirty values pass by chance
    logs = [passed * math.log(rate) + (draws - passed) * math.log(1 - rate) for rate in rates]
    top = max(logs)
    of_kind = top + math.log(sum(math.exp(one - top) for one in logs) / len(logs))
    by_chance = passed * math.log(kind.chance) + (draws - passed) * math.log(1 - kind.chance)
    ratio = math.exp(min(of_kind - by_chance, 700))
    return ratio / (kind.alike * ratio + 1 - kind.alike)


def _contradicted(kinds: ValueKinds, name: Judgement, seen: Seen) -> Judgement:
    """Lower the confidence of a name when the values belong to none of the kinds that its rule expects."""
    expected = [kind for kind in kinds.kinds if name.label and name.rule in kind.rules]
    if not expected or seen.distinct < _TELLING:
        return name
    passed = dict(seen.passed)
    most = max(passed.get(kind.name, 0) for kind in expected)
    if most > _NONE * seen.distinct:
        return name
    odds = name.confidence / (1 - name.confidence) / kinds.weights.contradicted
    against = f"{most:,} of {seen.distinct:,} values look like it"
    return name._replace(confidence=odds / (1 + odds), against=_joined([name.against, against]))


def _often(chance: float) -> str:
    """Format a share as ``n in 10``: a check digit is one of ten."""
    return f"{round(chance * 10)} in 10"


def _joined(parts: Sequence[str]) -> str:
    return "; ".join(filter(None, parts))
