"""Which columns hold personal or sensitive data, judged by the words of their names: `registry/classification.yaml`."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from .documents import Document
from .naming import LABEL

FILE = "registry/classification.yaml"
_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")


@dataclass(frozen=True, slots=True)
class Rule:
    """A label for names that hold one of `phrases`, none of `unless`, in an object that holds one of `objects`."""

    label: str
    phrases: tuple[tuple[str, ...], ...]
    unless: frozenset[str]
    objects: frozenset[str]

    def matches(self, name: Sequence[str], context: frozenset[str]) -> bool:
        """Tell whether the rule speaks of a column with the words `name` in an object with the words `context`."""
        if self.objects and not self.objects & context:
            return False
        if self.unless & set(name):
            return False
        return any(_holds(name, phrase) for phrase in self.phrases)


@dataclass(frozen=True, slots=True)
class Rules:
    """The rules in their order; the first that matches decides."""

    rules: tuple[Rule, ...]

    def label(self, column: str, object_name: str) -> str:
        """Return the label of `column` of `object_name`, or ''.

        A dotted column, ``product.name``, brings its own context.
        """
        *owner, name = column.split(".")
        context = frozenset(singular(word) for part in (object_name, *owner) for word in words(part))
        split = words(name)
        return next((rule.label for rule in self.rules if rule.matches(split, context)), "")


def words(name: str) -> list[str]:
    """Split ``billingAddress``, ``billing_address`` or ``Billing Address`` into its words, lower case."""
    return [word.lower() for word in _WORD.findall(name)]


def singular(word: str) -> str:
    """Return the singular of an English plural, near enough to compare object names: people is listed as it is."""
    if word.endswith("ies") and len(word) > 4:
        return word[:-3] + "y"
    return word[:-1] if word.endswith("s") and not word.endswith("ss") else word


def load_rules(root: Path) -> Rules:
    """Read the rules of the pack at `root`; raises `PackError`."""
    top = Document(root, FILE).section(("pointers", "rules"))
    pointers = top.texts("pointers")
    return Rules(
        tuple(
            Rule(
                label=entry.text("label", like=LABEL),
                phrases=tuple(tuple(phrase.split()) for phrase in entry.texts("words", like=r"[a-z0-9]+( [a-z0-9]+)*")),
                unless=frozenset((*pointers, *entry.texts("unless", default=()))),
                objects=frozenset(entry.texts("objects", default=())),
            )
            for entry in top.sections("rules", ("label", "words", "unless", "objects"))
        )
    )


def _holds(name: Sequence[str], phrase: Sequence[str]) -> bool:
    """Tell whether the words of `phrase` stand in `name` one after the other."""
    return any(tuple(name[i : i + len(phrase)]) == tuple(phrase) for i in range(len(name) - len(phrase) + 1))
