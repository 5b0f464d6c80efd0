"""Which columns hold personal or sensitive data, judged by name, table and type: `registry/classification.yaml`."""

from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import NamedTuple

from ..base.documents import Document, Section
from ..base.naming import LABEL
from ..base.phrases import Groups, singular, take_groups, take_phrases, words
from .fields import alike
from .shares import share

FILE = "registry/classification.yaml"
_PHRASE = r"(<[a-z]+>|[a-z0-9]+)( (<[a-z]+>|[a-z0-9]+))*"
_NAME = r"@?[a-z0-9]+"
# What a rule takes when it says nothing of types: no flag and no date is a name.
_TYPES = ("string", "integer", "bigint", "double")

# Where phrases stand in a name, by the places of its words: the first, and the one behind the last.
_Spans = list[tuple[int, int]]


class Judgement(NamedTuple):
    """A label, '' for none, with the rule and what spoke for it; or the rule that nearly fitted, and why it did not.

    `confidence` is how sure the label is, from 0 to 1; `against` says what spoke against it.
    """

    label: str
    rule: str = ""
    evidence: str = ""
    confidence: float = 0.0
    against: str = ""

    def at_least(self, min_confidence: float) -> str:
        """Return the label where it is so sure, else ''."""
        return self.label if self.confidence >= min_confidence else ""


class _Column(NamedTuple):
    """What a rule looks at: the words of the name, the type, the words of the table, and what it is about.

    Of a customer's addresses that is first the customer, then the addresses.
    """

    words: tuple[str, ...]
    type: str
    table: frozenset[str]
    about: tuple[str, ...]


class Rule(NamedTuple):
    """One rule; `phrases` are joined words, with how many words each is."""

    name: str
    label: str
    phrases: Mapping[str, int]
    alone: bool
    unless: frozenset[str]
    types: frozenset[str]
    tables: frozenset[str]
    not_tables: frozenset[str]
    confidence: float

    def judge(self, column: _Column, spans: _Spans, pointers: frozenset[str]) -> Judgement | None:
        """Judge a column in whose name its phrases stand; None when it does not speak of its table."""
        about = next((word for word in column.about if word in self.tables), column.about[0])
        if self.tables and about not in self.tables:
            return None
        left = [word for place, word in enumerate(column.words) if not any(a <= place < b for a, b in spans)]
        if self.alone and any(len(word) > 1 and not word.isdigit() and word not in column.table for word in left):
            return None
        start, end = spans[0]
        evidence = f"'{' '.join(column.words[start:end])}' in the name"
        if self.tables:
            evidence += f", in a table about '{about}'"
        if against := next((word for word in left if word in pointers), ""):
            return Judgement("", self.name, f"{evidence}, but '{against}' points at it or describes it")
        if against := next((word for word in left if word in self.unless), ""):
            return Judgement("", self.name, f"{evidence}, but '{against}' makes it something else")
        if column.about[0] in self.not_tables:
            return Judgement("", self.name, f"{evidence}, but the table is about '{column.about[0]}'")
        if alike(column.type) not in self.types:
            return Judgement("", self.name, f"{evidence}, but its type is {column.type}")
        return Judgement(self.label, self.name, evidence, self.confidence)


class Rules:
    """The rules in their order; the first that gives a label decides."""

    def __init__(
        self,
        rules: tuple[Rule, ...],
        abbreviations: Mapping[str, str],
        pointers: frozenset[str],
        fillers: frozenset[str],
    ) -> None:
        """Keep what the file says."""
        self.rules, self.pointers = rules, pointers
        self._abbreviations, self._fillers = abbreviations, fillers
        self._speaking = cache(self._speaking_of)  # the columns of many tables have the same few names

    def judge(self, column: str, type_: str, table: str) -> Judgement:
        """Judge a column with a type of an asset, in a table or object.

        A dotted column, ``product.name``, brings its own context.
        """
        *owner, name = column.split(".")
        context = words(owner[-1] if owner else table)
        own = frozenset((*context, *map(singular, context)))
        in_full = tuple(self._abbreviations.get(word, word) for word in words(name))
        looked_at = _Column(
            in_full, type_, own | {self._abbreviations.get(word, word) for word in own}, self._about(context)
        )
        nearly = Judgement("")
        for rule, spans in self._speaking(in_full):
            found = rule.judge(looked_at, spans, self.pointers)
            if found and found.label:
                return found
            nearly = found if found and not nearly.rule else nearly
        return nearly

    def _speaking_of(self, name: tuple[str, ...]) -> list[tuple[Rule, _Spans]]:
        """List the rules of which phrases stand in a name, with where."""
        return [(rule, spans) for rule in self.rules if (spans := _spans(name, rule.phrases))]

    def _about(self, context: Sequence[str]) -> tuple[str, ...]:
        """Return the last word of a table's name that says something, and the last one, as singulars."""
        said = [word for word in context if not word.isdigit() and len(word) > 1] or [""]
        telling = [word for word in said if word not in self._fillers]
        return tuple(dict.fromkeys(singular(words_[-1]) for words_ in (telling or said, said)))


def load_rules(root: Path) -> Rules:
    """Read the rules of the pack at `root`; raises `PackError`."""
    top = Document(root, FILE).section(("confidence", "abbreviations", "pointers", "fillers", "groups", "rules"))
    short = top.section("abbreviations")
    abbreviations = {word: short.text(word, like=r"[a-z]+") for word in short.value}
    groups = take_groups(top)
    usual = top.section("confidence", ("words", "context"))
    by_words, in_context = share(usual, "words"), share(usual, "context")
    known = ("name", "label", "words", "alone", "unless", "types", "tables", "not_tables", "confidence")
    return Rules(
        tuple(_rule(entry, groups, abbreviations, by_words, in_context) for entry in top.sections("rules", known)),
        abbreviations,
        frozenset(top.texts("pointers")),
        frozenset(top.texts("fillers")),
    )


def _rule(entry: Section, groups: Groups, abbreviations: Mapping[str, str], by_words: float, in_context: float) -> Rule:
    usual = in_context if "tables" in entry.value or entry.flag("alone", False) else by_words
    phrases = take_phrases(entry, "words", groups, _PHRASE)
    # As it is written, which may be in one word in a name, and in full, as a name is read.
    phrases += [" ".join(abbreviations.get(word, word) for word in phrase.split()) for phrase in phrases]
    return Rule(
        entry.text("name"),
        entry.text("label", like=LABEL),
        # In this order, since a phrase that is written as one word, too, may stand in a name either way.
        {"".join(phrase.split()): len(phrase.split()) for phrase in sorted(phrases, key=lambda one: one.count(" "))},
        entry.flag("alone", False),
        _set(entry, "unless", groups),
        frozenset(entry.texts("types", default=_TYPES)),
        _set(entry, "tables", groups),
        _set(entry, "not_tables", groups),
        share(entry, "confidence") if "confidence" in entry.value else usual,
    )


def _set(entry: Section, key: str, groups: Groups) -> frozenset[str]:
    found: list[str] = []
    for word in entry.texts(key, default=(), like=_NAME):
        if word.startswith("@") and word[1:] not in groups:
            raise entry.error(key, f"there is no group '{word[1:]}'")
        found += groups[word[1:]] if word.startswith("@") else [word]
    return frozenset(found)


def _spans(name: Sequence[str], phrases: Mapping[str, int]) -> _Spans:
    """List where phrases stand in a name, the longest at each place; words in a row may be written as one."""
    spans, start = [], 0
    while start < len(name):
        for end in range(len(name), start, -1):
            if phrases.get("".join(name[start:end]), 0) >= end - start:
                spans.append((start, end))
                start = end
                break
        else:
            start += 1
    return spans
