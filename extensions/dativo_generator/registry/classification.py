"""Decide which columns hold personal or sensitive data, by name, table and type: `registry/classification.yaml`."""

import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from functools import cache, lru_cache
from itertools import chain, pairwise
from pathlib import Path
from typing import NamedTuple

from ..base.documents import Document, Section
from ..base.naming import LABEL
from ..base.phrases import Groups, singular, words
from .fields import alike
from .shares import share
from .vocabulary import KEY, Vocabulary, Word

FILE = "registry/classification.yaml"
# The characters of phrases, and of lists that may refer to groups.
_PHRASE, _NAME = "a-z0-9<>", "a-z0-9@"
_PART = re.compile("<[a-z]+>|[a-z]+|[0-9]+")
# The types of a rule that lists none: a flag or a date is not a name.
_TYPES = ("string", "integer", "bigint", "double")
_KEYS = (
    "confidence",
    "abbreviations",
    "coded",
    "pointers",
    "qualifiers",
    "fillers",
    "sole",
    "compounds",
    "incomplete",
    "initialed",
    "settings",
    "groups",
    "subjects",
    "things",
    "rules",
)

# Words with fewer letters mean nothing. An unknown first word of at most _LONGEST_PREFIX letters is a prefix that the
# columns share.
_TELLING, _LONGEST_PREFIX = 2, 3
# The most words of a phrase.
_LONGEST_PHRASE = 6
# How many letters of a word are enough to see that no phrase begins with it.
_BEGINNING = 2
# How many names and tables the caches hold.
_REMEMBERED, _TABLES = 1 << 15, 64
# Columns share a prefix if at least this many begin with it, and at least this share of them all.
_FEWEST, _MOST = 4, 0.7
# The most letters of a prefix that nothing separates from the rest of the name.
_MOST_LETTERS = 6
# A further subject of a table whose name begins with a person: user_devices, employee_checkins.
_OWNED = "owned"

# Where phrases occur in a name, as word indices: start, and end (exclusive).
_Spans = list[tuple[int, int]]


class Judgement(NamedTuple):
    """A label with its rule and evidence; or the label '', the rule that nearly matched, and why it did not.

    `confidence` is how sure the label is, from 0 to 1; `against` is the evidence against it.
    """

    label: str
    rule: str = ""
    evidence: str = ""
    confidence: float = 0.0
    against: str = ""

    def at_least(self, min_confidence: float) -> str:
        """Return the label if its confidence is at least `min_confidence`, else ''."""
        return self.label if self.confidence >= min_confidence else ""


class _Table(NamedTuple):
    """A table: its name, language, words in any spelling, column prefixes, and subjects."""

    name: tuple[Word, ...]
    language: str
    words: frozenset[str]
    prefixes: frozenset[str]
    about: tuple[str, ...]
    told: bool  # its columns are known
    letters: str  # the prefix of nearly all columns that nothing separates from the rest: pt in ptfname
    initials: str


class _Column(NamedTuple):
    """What a rule looks at: the words of the name, the type, the words of the table, and its subjects in order.

    A table of a customer's addresses is first about the customer, then about the addresses.
    """

    words: tuple[Word, ...]
    type: str
    table: frozenset[str]
    about: tuple[str, ...]
    told: bool

    def quote(self, start: int, end: int) -> str:
        """Quote words of the name as written, with their meaning where it differs."""
        part = self.words[start:end]
        quoted = f"'{' '.join(dict.fromkeys(word.written for word in part))}' in the name"
        meant = "'" + " ".join(word.text for word in part) + "'"
        if language := next((word.language for word in part if word.language), ""):
            return f"{quoted}, {language} for {meant}"
        taken_apart = any(len(word.written) > len(word.text) and word.text in word.written for word in part)
        return f"{meant} in '{' '.join(dict.fromkeys(word.written for word in part))}'" if taken_apart else quoted


class Phrases(NamedTuple):
    """Phrases, each joined into one word, with their numbers of words; the largest of these; their first letters."""

    counts: Mapping[str, int]
    longest: int
    beginnings: frozenset[str]

    def spans(self, name: Sequence[str]) -> _Spans:
        """List where phrases occur in a name, joined into one word or not; only the longest at each position."""
        found, start = [], 0
        while start < len(name):
            end = self._end(name, start) if name[start][:_BEGINNING] in self.beginnings else 0
            if end:
                found.append((start, end))
            start = end or start + 1
        return found

    def _end(self, name: Sequence[str], start: int) -> int:
        """Return the end of the longest phrase that begins at `start`, 0 for none."""
        for end in range(min(len(name), start + self.longest), start, -1):
            if self.counts.get("".join(name[start:end]), 0) >= end - start:
                return end
        return 0


class Rule(NamedTuple):
    """One rule; `words` holds its phrases as written in the file, none if the rule fits `anything`."""

    name: str
    label: str
    words: tuple[str, ...]
    anything: bool
    alone: bool
    whole: bool
    foreign: bool
    unless: frozenset[str]
    despite: frozenset[str]
    types: frozenset[str]
    tables: frozenset[str]
    not_tables: frozenset[str]
    not_in: frozenset[str]
    beside: frozenset[str]
    not_beside: frozenset[str]
    seen: bool
    confidence: float

    def _is_alone(self, column: _Column) -> bool:
        """Return whether the table lacks a subject that the rule needs `beside` its own.

        If the table's columns are unknown, only a `seen` rule needs one.
        """
        return (column.told or self.seen) and bool(self.beside) and self.beside.isdisjoint(column.about)

    def judge(self, column: _Column, spans: _Spans, general: "General") -> Judgement | None:
        """Judge a column whose name contains the rule's phrases; None when the rule does not cover its table."""
        if (self.tables and self.tables.isdisjoint(column.about)) or self._is_alone(column):
            return None
        if self.foreign and not any(word.language for a, b in spans for word in column.words[a:b]):
            return None
        about = next(filter(self.tables.__contains__, column.about)) if self.tables else ""
        left = [
            (place, word.text) for place, word in enumerate(column.words) if not any(a <= place < b for a, b in spans)
        ]
        if (self.whole and left) or (
            self.alone and any(general.tells(word, at, column.table, bool(self.tables)) for at, word in left)
        ):
            return None
        said = [column.quote(*spans[0])] if self.words else []
        evidence = ", ".join(said + ([f"in a table about '{about}'"] if self.tables else []))
        pointing = general.pointers - self.despite
        # In the table comments, comment_author is simply the author.
        first_of_table = column.words[0].text if column.words[0].text in column.table else ""
        if against := next(
            (word for place, word in left if word in pointing and (place or word != first_of_table)), ""
        ):
            return Judgement("", self.name, f"{evidence}, but '{against}' points at it or describes it")
        if against := next((word for _, word in left if word in self.unless), ""):
            return Judgement("", self.name, f"{evidence}, but '{against}' makes it something else")
        if column.about[0] in self.not_tables and not general.is_somebody_at(column):
            return Judgement("", self.name, f"{evidence}, but the table is about '{column.about[0]}'")
        if against := min(column.table & self.not_in, default=""):
            return Judgement("", self.name, f"{evidence}, but '{against}' in the table's name makes it something else")
        if against := next((word for word in column.about if word in self.not_beside), ""):
            return Judgement("", self.name, f"{evidence}, but other columns say that the table is about '{against}'")
        if alike(column.type) not in self.types:
            return Judgement("", self.name, f"{evidence}, but its type is {column.type}")
        return Judgement(self.label, self.name, evidence, self.confidence)


# Readings of a name, each with the rules whose phrases occur in it, and where.
_Readings = tuple[tuple[tuple[Word, ...], list[tuple[Rule, _Spans]]], ...]


class _Subject(NamedTuple):
    """A subject of tables in which at least `columns` columns each contain another phrase or, if `alone`, are one.

    They must be at least a `share` of the columns. A table about a thing has such a subject only if it counts
    `everywhere`.
    """

    name: str
    columns: int
    share: float
    alone: bool
    everywhere: bool
    phrases: Phrases

    def mentioned_in(self, name: Sequence[Word]) -> str:
        """Return the words, as written, by which the name of a column mentions the subject; '' if it does not."""
        spans = self.phrases.spans([word.text for word in name])
        if not spans or (self.alone and spans != [(0, len(name))]):
            return ""
        start, end = spans[0]
        return " ".join(dict.fromkeys(word.written for word in name[start:end]))


class General(NamedTuple):
    """The words that all rules share."""

    pointers: frozenset[str]
    fillers: frozenset[str]
    sole: frozenset[str]
    compounds: frozenset[str]
    incomplete: frozenset[str]
    initialed: frozenset[str]
    settings: frozenset[str]
    qualifiers: frozenset[str]
    coded: Phrases
    subjects: tuple["_Subject", ...]
    things: frozenset[str]
    organisations: frozenset[str]
    incharge: frozenset[str]
    groups: Mapping[str, str]
    known: frozenset[str]

    def is_somebody_at(self, column: _Column) -> bool:
        """Return whether a name refers to a person in a table of organisations: the phone of a shop's manager."""
        return column.about[0] in self.organisations and any(word.text in self.incharge for word in column.words)

    def is_person(self, word: str) -> bool:
        """Return whether a word stands for a person."""
        return self.groups.get(singular(word)) == "<person>"

    def completed_by(self, column: _Column) -> bool:
        """Return whether a name means something only with its table's: number in passports, but not in persons."""
        is_incomplete = all(word.text in self.incomplete for word in column.words)
        return is_incomplete and not any(map(self.is_person, column.about))

    def decoded(self, name: tuple[Word, ...]) -> tuple[Word, ...]:
        """Drop the words that mark a coded value, unless nothing else is left."""
        if not (spans := self.coded.spans([word.text for word in name])):
            return name
        left = tuple(word for place, word in enumerate(name) if not any(a <= place < b for a, b in spans))
        return left or name

    def tells(self, word: str, place: int, table: Collection[str], named: bool = False) -> bool:
        """Return whether a word changes what a name means; the table's words, qualifiers and column prefixes do not.

        With `named`, for a rule about the table's persons, the table's words for things do: team_name in team_members.
        """
        if named and word in table and singular(word) in self.things:
            return True
        if len(word) < _TELLING or word.isdigit() or word in table or word in self.qualifiers:
            return False
        if len(word) > _TELLING and any(of_table.startswith(word) for of_table in table):
            return False
        return place > 0 or len(word) > _LONGEST_PREFIX or word in self.known


class Rules:
    """The rules in order; the first that gives a label decides."""

    def __init__(self, rules: tuple[Rule, ...], vocabulary: Vocabulary, general: General) -> None:
        """Store the rules, the vocabulary, and the words that all rules share."""
        self.rules, self.vocabulary, self._general = rules, vocabulary, general
        # Many tables share a few column names; the columns of one table are judged one after the other.
        self._name = lru_cache(_REMEMBERED)(self._name_of)
        self._speaking = lru_cache(_REMEMBERED)(self._speaking_of)
        self._mentioned = lru_cache(_REMEMBERED)(self._mentioned_in)
        self._table = lru_cache(_TABLES)(self._table_read)
        self._phrases = cache(self._phrases_of)
        self._of_anything = tuple(rule for rule in rules if rule.anything)
        self._places: dict[str, list[int]] = {}  # indices of rules, by phrase
        for place, rule in enumerate(rules):
            for phrase in set(_letters(rule.words)) if rule.words else ():
                self._places.setdefault(phrase, []).append(place)
        self._subjects_by: dict[str, list[int]] = {}  # indices of subjects, by phrase
        for place, subject in enumerate(general.subjects):
            for phrase in subject.phrases.counts:
                self._subjects_by.setdefault(phrase, []).append(place)

    def judge(self, column: str, type_: str, table: str, beside: tuple[str, ...] = ()) -> Judgement:
        """Judge a column by its asset type, its table or object, and the names of the columns `beside` it, where known.

        A dotted column, ``product.name``, is judged as the column ``name`` of a table ``product``.
        """
        *owner, name = column.split(".")
        of_table = self._table(owner[-1]) if owner else self._table(table, beside)
        found = self._judge(name, type_, of_table)
        for rest in self._behind_letters(name.lower(), of_table) if not found.label else ():
            if (without := self._judge(rest, type_, of_table)).label:
                return without
        return found

    def _behind_letters(self, name: str, of_table: _Table) -> Iterator[str]:
        """Yield a name without first letters that stand for the table: fname of ptfname, name of ename in employees."""
        if of_table.letters and name.startswith(of_table.letters):
            yield name[len(of_table.letters) :]
        if name[1:] in self._general.initialed and name[0] in of_table.initials:
            yield name[1:]

    def _judge(self, name: str, type_: str, of_table: _Table) -> Judgement:
        """Judge a column by its name and its table."""
        read = self.vocabulary.read(name, of_table.language)
        is_prefixed = len(read) > 1 and read[0].written in of_table.prefixes  # the first word only names the table
        words_of, readings = self._name(name, of_table.language, is_prefixed)
        looked_at = _Column(words_of, type_, of_table.words, of_table.about, of_table.told)
        found = self._by_rules(looked_at, readings)
        if found.label or not self._general.completed_by(looked_at):
            return found
        completed = self._by_rules(looked_at, self._readings(of_table.name + words_of))
        if not completed.label:
            return found
        return completed._replace(evidence=f"{completed.evidence}, read after the table's")

    def _by_rules(self, column: _Column, readings: _Readings) -> Judgement:
        """Judge a column by the readings of its name; last by the rules that fit any name in such a table."""
        nearly = Judgement("")
        about = column.about
        of_anything = [
            (rule, [(0, 0)]) for rule in self._of_anything if not rule.tables or not rule.tables.isdisjoint(about)
        ]
        for name, said in readings:
            speaking = said + of_anything
            looked_at = column._replace(words=name) if speaking else column
            for rule, spans in speaking:
                found = rule.judge(looked_at, spans, self._general)
                if found and found.label:
                    return found
                nearly = found if found and not nearly.rule else nearly
        return nearly

    def _name_of(self, name: str, language: str, is_prefixed: bool) -> tuple[tuple[Word, ...], _Readings]:
        """Return the words of a column's name in a table of a language, and its readings."""
        read = self.vocabulary.read(name, language)
        read = self._general.decoded(read[_prefix(read) if is_prefixed else 0 :])
        return read, self._readings(read)

    def _readings(self, name: tuple[Word, ...]) -> _Readings:
        """Return the readings of a name: as it is, then without its numbers."""
        without = tuple(word for word in name if not word.text.isdigit())
        names = [name] if len(without) == len(name) else [name, without]
        return tuple((one, self._speaking(tuple(word.text for word in one))) for one in names)

    def _speaking_of(self, name: tuple[str, ...]) -> list[tuple[Rule, _Spans]]:
        """List the rules with a phrase in a name, and where their phrases occur."""
        grouped = tuple(self._general.groups.get(word, word) for word in name)
        ends: dict[int, dict[int, int]] = {}  # of the longest phrase of a rule, by its start
        for one in dict.fromkeys((name, grouped)):
            for start in range(len(one)):
                joined = ""
                for end, word in enumerate(one[start : start + _LONGEST_PHRASE], start + 1):
                    joined += word
                    for place in self._places.get(joined, ()):
                        if self._phrases(place).counts[joined] >= end - start:
                            of_rule = ends.setdefault(place, {})
                            of_rule[start] = max(of_rule.get(start, 0), end)
        return [(self.rules[place], _apart(ends[place])) for place in sorted(ends)]

    def _phrases_of(self, place: int) -> Phrases:
        """Return the phrases of a rule by its index."""
        return _joined(self.rules[place].words)

    def _table_read(self, name: str, columns: tuple[str, ...] = ()) -> _Table:
        """Read the name of a table, and what its columns reveal about it."""
        language = self.vocabulary.language_of(name, columns)
        read = self.vocabulary.read(name, language)
        context = [word.text for word in read]
        own = {*context, *words(name)}
        plain = [singular(word) for word in context]
        own.update(first + second for first, second in pairwise(plain))  # user_agents is about a useragent, too
        initials = "".join(word[0] for word in context)
        shared = _shared_prefix(columns)
        about = self._about([word.text for word in self.vocabulary.head_last(read, language)])
        about += self._subjects(columns, language, about[0] in self._general.things, shared)
        return _Table(
            tuple(word._replace(text=singular(word.text)) for word in read if word.text not in self._general.fillers),
            language,
            frozenset(own | set(map(singular, own)) | shared),
            frozenset(initials[start:] for start in range(len(initials) - 1)) | self._saying_nothing(shared, context),
            tuple(dict.fromkeys(about)),
            bool(columns),
            _shared_letters(columns),
            "".join(dict.fromkeys(word[0] for word in (*context, *words(name)))),
        )

    def _saying_nothing(self, shared: frozenset[str], context: Sequence[str]) -> frozenset[str]:
        """Return the prefixes of columns that say nothing: unknown ones, and things that the table names."""
        return frozenset(
            one
            for one in shared
            if one not in self._general.known
            or (one in self._general.things and any(word.startswith(one) for word in context))
        )

    def _subjects(
        self, columns: Sequence[str], language: str, of_thing: bool, shared: Collection[str] = ()
    ) -> tuple[str, ...]:
        """Return the subjects that only the columns of a table, taken together, reveal.

        A name mentions a subject with the prefix that the columns share (patient_id), or without it (pat_fname).
        """
        if not columns:
            return ()
        read = self.vocabulary.read
        said: set[tuple[int, str]] = set()
        for name in columns:
            split = read(name, language)
            said.update(self._mentioned(split))
            if split and split[0].written in shared and (rest := _prefix(split)):
                said.update(self._mentioned(split[rest:]))
        found = Counter(place for place, _ in said)  # bonus_1 and bonus_2 say the same
        return tuple(
            one.name
            for place, one in enumerate(self._general.subjects)
            if found[place] >= max(one.columns, one.share * len(columns)) and (one.everywhere or not of_thing)
        )

    def _mentioned_in(self, name: tuple[Word, ...]) -> tuple[tuple[int, str], ...]:
        """Return the indices of the subjects that the name of a column mentions, each with the words that do."""
        places = _indexed(self._subjects_by, [word.text for word in name])
        found = ((place, self._general.subjects[place].mentioned_in(name)) for place in places)
        return tuple((place, said) for place, said in found if said)

    def _about(self, context: Sequence[str]) -> tuple[str, ...]:
        """Return what a table is about, in singulars.

        That is the last word of its name that is no filler, the last word of all, and the last two joined into one;
        these come first if they are a word of their own: an address book is no book.
        """
        said = [word for word in context if not word.isdigit() and len(word) > 1] or [""]
        telling = [word for word in said if word not in self._general.fillers]
        if not telling:
            return tuple(dict.fromkeys((*map(singular, reversed(said)), "".join(map(singular, said[-2:])))))
        if len(telling) > 1 and self._is_kept_by(singular(telling[-2]), singular(telling[-1])):
            telling.pop()
        about = dict.fromkeys([singular(telling[-1]), singular(said[-1])])
        if len(about) == 2 and self._named_in(*about):
            about = dict.fromkeys([singular(said[-1])])
        elif any(map(self._general.is_person, said[:-1])) and self._general.things.isdisjoint(map(singular, said)):
            about[_OWNED] = None
        joined = "".join(map(singular, said[-2:]))  # login_codes is also about a logincode
        about = {joined: None, **about} if joined in self._general.compounds else {**about, joined: None}
        return tuple(word for word in about if word not in self._general.sole) or tuple(about)

    def _is_kept_by(self, whole: str, part: str) -> bool:
        """Return whether a table is about an organisation, of which it holds settings: company_settings."""
        return part in self._general.settings and whole in self._general.organisations

    def _named_in(self, whole: str, part: str) -> bool:
        """Return whether a table is about persons of an organisation: the contacts of suppliers."""
        return whole in self._general.things and self._general.is_person(part)


def load_rules(root: Path) -> Rules:
    """Read the rules of the pack at `root` and the words of names; raises `PackError`."""
    top = Document(root, FILE).section(_KEYS)
    short, of_groups = top.section("abbreviations"), top.section("groups")
    abbreviations = {word: short.text(word) for word in short.value}
    groups = {name: of_groups.phrases(name) for name in of_groups.value}
    # A mother's name may be written mothersname.
    abbreviations = {f"{word}s": word for word in groups.get("person", ())} | abbreviations
    known = (
        "name",
        "label",
        "words",
        "anything",
        "alone",
        "whole",
        "foreign",
        "unless",
        "despite",
        "types",
        "tables",
        "not_tables",
        "not_in",
        "beside",
        "not_beside",
        "seen",
    )
    usual = top.section("confidence", ("words", "context"))
    by_words, in_context = share(usual, "words"), share(usual, "context")
    rules = tuple(_rule(entry, groups, by_words, in_context) for entry in top.sections("rules", (*known, "confidence")))
    pointers, fillers = frozenset(top.phrases("pointers")), frozenset(top.phrases("fillers"))
    qualifiers = frozenset(top.phrases("qualifiers", default=()))
    coded = _joined(top.phrases("coded", default=()))
    subjects = tuple(
        _Subject(
            entry.text("name", like="[a-z]+"),
            entry.number("columns", least=1),
            share(entry, "share") if "share" in entry.value else 0.0,
            entry.flag("alone", False),
            entry.flag("everywhere", False),
            _joined(entry.phrases("words")),
        )
        for entry in (
            top.sections("subjects", ("name", "columns", "share", "alone", "everywhere", "words"))
            if "subjects" in top.value
            else ()
        )
    )
    # Only groups that phrases refer to count; a word of any other group stands for itself.
    spoken_of = set(re.findall("<[a-z]+>", " ".join(" ".join(rule.words) for rule in rules)))
    told = {*pointers, *fillers, *qualifiers, *abbreviations.values(), *chain.from_iterable(groups.values())}
    for rule in rules:
        told.update(
            rule.unless,
            rule.tables,
            rule.not_tables,
            rule.not_in,
            _letters(rule.words) if rule.words else (),
            " ".join(rule.words).split(),
        )
    alone = set().union(*(rule.words for rule in rules)) | abbreviations.keys()
    joined = {
        letters: phrase
        for rule in rules
        for letters, phrase in zip(_letters(rule.words), rule.words, strict=False)
        if letters != phrase
    }
    vocabulary = Vocabulary(root, told, abbreviations, {word: joined[word] for word in joined.keys() - alone})
    general = General(
        pointers,
        fillers,
        frozenset(top.phrases("sole", default=())),
        frozenset(top.phrases("compounds", default=())).union(
            groups.get("organisation", ()), groups.get("people", ()), groups.get("person", ())
        ),
        frozenset(top.phrases("incomplete", default=())),
        frozenset(top.phrases("initialed", default=())),
        frozenset(top.phrases("settings", default=())),
        qualifiers,
        coded,
        subjects,
        _set(top, "things", groups),
        frozenset(groups.get("organisation", ())),
        frozenset(groups.get("incharge", ())),
        {word: f"<{name}>" for name in reversed(groups) if f"<{name}>" in spoken_of for word in groups[name]},
        vocabulary.english,
    )
    return Rules(rules, vocabulary, general)


def _rule(entry: Section, groups: Groups, by_words: float, in_context: float) -> Rule:
    usual = in_context if "tables" in entry.value or entry.flag("alone", False) else by_words
    anything = entry.flag("anything", False)
    phrases = () if anything else entry.phrases("words", letters=_PHRASE)
    if missing := set(re.findall("<([^>]*)>?", " ".join(phrases))) - groups.keys():
        raise entry.error("words", f"there is no group '{min(missing)}'")
    return Rule(
        entry.text("name"),
        entry.text("label", like=LABEL),
        phrases,
        anything,
        entry.flag("alone", False),
        entry.flag("whole", False),
        entry.flag("foreign", False),
        _set(entry, "unless", groups),
        frozenset(entry.phrases("despite", default=())),
        frozenset(entry.phrases("types", default=_TYPES)),
        _set(entry, "tables", groups),
        _set(entry, "not_tables", groups),
        frozenset(entry.phrases("not_in", default=())),
        _set(entry, "beside", groups),
        _set(entry, "not_beside", groups),
        entry.flag("seen", False),
        share(entry, "confidence") if "confidence" in entry.value else usual,
    )


def _letters(phrases: Iterable[str]) -> list[str]:
    """Return each phrase joined into one word, in the same order; [''] for no phrases."""
    return ",".join(phrases).replace(" ", "").split(",")


def _joined(phrases: tuple[str, ...]) -> Phrases:
    """Join each phrase into one word, and count its words: the most, if the phrase is spelled in several ways.

    Digits count as a separate word: spo2 is two words.
    """
    counted: dict[str, int] = {}
    for phrase in phrases:
        joined = "".join(phrase.split())
        count = phrase.count(" ") + 1 if joined.isalpha() else len(_PART.findall(phrase))
        counted[joined] = max(counted.get(joined, 0), count)
    beginnings = frozenset(joined[:length] for joined in counted for length in range(1, _BEGINNING + 1))
    return Phrases(counted, max(counted.values(), default=0), beginnings)


def _set(entry: Section, key: str, groups: Groups) -> frozenset[str]:
    found = set(entry.phrases(key, default=(), letters=_NAME))
    for name in [word for word in found if "@" in word]:
        if name[1:] not in groups:
            raise entry.error(key, f"there is no group '{name[1:]}'")
        found.remove(name)
        found.update(groups[name[1:]])
    return frozenset(found)


def _shared_prefix(columns: Sequence[str]) -> frozenset[str]:
    """Return the word, if any, that nearly all column names begin with; keys have no prefix."""
    first = Counter(split[0] for name in columns if len(split := words(name)) > 1 and split[0] != KEY)
    found, count = first.most_common(1)[0] if first else ("", 0)
    return frozenset([found] if count >= max(_FEWEST, _MOST * len(columns)) else ())


def _shared_letters(columns: Sequence[str]) -> str:
    """Return the longest prefix of nearly all one-word column names; '' if there is none."""
    joined = [name.lower() for name in columns if len(words(name)) == 1]
    for length in range(_MOST_LETTERS, _TELLING - 1, -1):
        first = Counter(name[:length] for name in joined if len(name) >= length + _TELLING)
        found, count = first.most_common(1)[0] if first else ("", 0)
        if count >= max(_FEWEST, _MOST * len(columns)) and found != KEY:
            return found
    return ""


def _prefix(name: Sequence[Word]) -> int:
    """Return how many words the first part of a name is, 0 if it is all: two in medhist_condition."""
    return next((place for place, word in enumerate(name) if word.written != name[0].written), 0)


def _apart(ends: Mapping[int, int]) -> _Spans:
    """Return the spans, given by their starts, without those that begin before the end of an earlier one."""
    spans: _Spans = []
    for start in sorted(ends):
        if not spans or start >= spans[-1][1]:
            spans.append((start, ends[start]))
    return spans


def _indexed(index: Mapping[str, Sequence[int]], name: Sequence[str]) -> set[int]:
    """Return the entries of an index of phrases for all runs of successive words in a name."""
    found: set[int] = set()
    for start in range(len(name)):
        joined = ""
        for word in name[start : start + _LONGEST_PHRASE]:
            joined += word
            if joined in index:
                found.update(index[joined])
    return found
