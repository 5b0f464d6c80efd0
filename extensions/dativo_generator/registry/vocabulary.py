"""What the words of names mean: joined names taken apart, other languages in English: `registry/words/`.

::

    name ──> words as they are written ──> known pieces of joined ones ──> English words

English words and the pieces of joined ones are read with the rules; another language only when a name has a word that
English does not.
"""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from functools import cache, cached_property
from itertools import chain, groupby
from pathlib import Path
from typing import NamedTuple

from ..base.documents import Document, Section
from ..base.phrases import singular, unaccented, words

FOLDER = "registry/words"
ENGLISH = f"{FOLDER}/en.yaml"
WHOLE = "registry/whole_words.yaml"
# No word of a language is longer; a name of any length is taken apart in a time that grows with its length.
_LONGEST_PIECE = 24
_SHORTEST_PIECE, _SHORTEST_JOINED = 4, 5
# Nobody joins more letters, nor are there more words, with particles, in a phrase.
_LONGEST_JOINED, _LONGEST_PHRASE = 64, 8
# The longest beginning that a telling end may have before it without being known.
_PREFIX = 6
# Names in a language of which a table is not in English: how many at least, and what share of all.
_FEWEST, _SHARE = 2, 0.2
_WRITTEN_OUT = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "Ä": "Ae", "Ö": "Oe", "Ü": "Ue"})


class Word(NamedTuple):
    """A word in English; the word of the name that it was, and the language of that one, '' for English."""

    text: str
    written: str
    language: str = ""


class Meaning(NamedTuple):
    """What a phrase of a language is in English, and how many words it has, particles not counted."""

    english: tuple[str, ...]
    count: int
    language: str


class Vocabulary:
    """The words that are known, by language."""

    def __init__(self, root: Path, of_rules: Collection[str], abbreviations: Mapping[str, str]) -> None:
        """Read the English words of the pack at `root`; those of the rules are known, too. Raises `PackError`."""
        top = Document(root, ENGLISH).section(("source", "short", "endings", "common"))
        top.text("source")
        self._root, self.abbreviations = root, abbreviations
        self._endings = tuple(sorted(top.phrases("endings"), key=len, reverse=True))
        self.english = frozenset((*of_rules, *abbreviations, *top.text("common").split()))
        self._short = frozenset(top.phrases("short"))
        self.read = cache(self._read)
        self.apart = cache(self._taken_apart)

    @cached_property
    def _dictionary(self) -> Section:
        """Other English words, read when a name first has one that no rule knows; raises `PackError`."""
        return Document(self._root, WHOLE).section(("source", "plain", "words"))

    @cached_property
    def _whole(self) -> frozenset[str]:
        """Words that are not taken apart."""
        return frozenset(self._dictionary.text("words").split())

    @cached_property
    def _plain(self) -> frozenset[str]:
        """Words that no other language has, so that none is looked at for them."""
        return frozenset(self._dictionary.text("plain").split())

    @cached_property
    def _pieces(self) -> frozenset[str]:
        """English words that joined ones are made of."""
        return frozenset(word for word in self.english if len(word) >= _SHORTEST_PIECE) | self._short | self._whole

    def _read(self, name: str, context: str = "") -> tuple[Word, ...]:
        """Read a name; where a word is in more than one language, it is of that of the `context`, '' for any."""
        pieces = [Word(piece, written) for written in words(name) for piece in self.apart(written, context)]
        if all(self._is_known(word.text) for word in pieces) and not context:
            return tuple(Word(self._in_full(word.text), word.written) for word in pieces)
        return self._translated(pieces, context)

    def language(self, name: Sequence[Word]) -> str:
        """Return the language that most words of a name are in, as far as they are not English; '' for none."""
        found = Counter(word.language for word in name if word.language)
        return found.most_common(1)[0][0] if found else ""

    def language_of(self, names: Collection[str]) -> str:
        """Return the language, but for English, that is spoken in a telling share of some names; '' for none."""
        found = Counter(language for name in names if (language := self.language(self.read(name))))
        language, count = found.most_common(1)[0] if found else ("", 0)
        return language if count >= max(_FEWEST, _SHARE * len(names)) else ""

    def head_last(self, name: Sequence[Word], language: str) -> list[Word]:
        """Put the words of a name as English does, where the first says what it is: tipo cliente, a customer type."""
        if not language or not any(one.head_first for one in self.languages if one.name == language):
            return list(name)
        parts = [list(part) for _, part in groupby(name, key=lambda word: word.written)]
        translated = [part for part in parts if part[0].language]
        return [*chain(*(part for part in parts if not part[0].language)), *chain(*reversed(translated))]

    def _is_known(self, word: str) -> bool:
        if word in self.english or len(word) < 2 or word.isdigit() or singular(word) in self.english:
            return True
        return word in self._whole or word in self._plain

    def _in_full(self, word: str) -> str:
        return self.abbreviations.get(word, word)

    # --- joined words ---

    def _taken_apart(self, word: str, context: str = "") -> tuple[str, ...]:
        """Take a word apart that is not known; one that does not consist of known pieces stays as it is.

        A word of the language of the `context` is first of all that.
        """
        if not _SHORTEST_JOINED <= len(word) <= _LONGEST_JOINED or self._is_known(word):
            return (word,)
        spoken = [language for language in self.languages if language.name == context] if context else []
        if any(language.has(word) for language in spoken):
            return (word,)
        if pieces := self._apart_in(spoken, word) or _pieces(word, self._pieces, self._short):
            return pieces
        if any(language.has(word) for language in self.languages):
            return (word,)
        if pieces := self._apart_in(self.languages, word):
            return pieces
        for ending in self._endings:
            if word.endswith(ending) and len(word) - len(ending) <= _PREFIX:
                return (word.removesuffix(ending), ending)
        return (word,)

    def _apart_in(self, languages: "Sequence[Language]", word: str) -> tuple[str, ...]:
        """Take a word apart in that of some languages which needs the fewest and longest pieces; () when none can."""
        found = [pieces for language in languages if (pieces := language.apart(word))]
        return min(found, key=lambda pieces: (len(pieces), -sum(len(piece) ** 2 for piece in pieces)), default=())

    # --- other languages ---

    @cached_property
    def languages(self) -> "tuple[Language, ...]":
        """The languages but for English, read when a name first needs them."""
        names = sorted(path.name for path in (self._root / FOLDER).glob("*.yaml"))
        files = [f"{FOLDER}/{name}" for name in names if f"{FOLDER}/{name}" != ENGLISH]
        return tuple(load_language(self._root, file, self._pieces, self._short) for file in files)

    @cached_property
    def _particles(self) -> frozenset[str]:
        """What may stand between the words of a phrase."""
        return frozenset(chain.from_iterable(language.particles for language in self.languages))

    @cached_property
    def _phrases(self) -> Mapping[str, Sequence[Meaning]]:
        """What phrases of all languages mean, by their letters."""
        found: dict[str, list[Meaning]] = {}
        for language in self.languages:
            for letters, meaning in language.phrases.items():
                found.setdefault(letters, []).append(meaning)
        return found

    def _translated(self, name: Sequence[Word], context: str) -> tuple[Word, ...]:
        """Translate the phrases of other languages in a name, the longest at each place."""
        spoken = context or self.language(self._in_english(name, ""))
        return tuple(self._in_english(name, spoken))

    def _in_english(self, name: Sequence[Word], spoken: str) -> list[Word]:
        found: list[Word] = []
        start = 0
        while start < len(name):
            for end in range(min(len(name), start + _LONGEST_PHRASE), start, -1):
                if meaning := self._meaning(name[start:end], spoken):
                    written = " ".join(dict.fromkeys(word.written for word in name[start:end]))
                    found += (Word(word, written, meaning.language) for word in meaning.english)
                    start = end
                    break
            else:
                found.append(Word(self._in_full(name[start].text), name[start].written))
                start += 1
        return found

    def _meaning(self, phrase: Sequence[Word], spoken: str) -> Meaning | None:
        """Return what a phrase means in the language that is spoken; an English word needs that to be another one."""
        told = [word.text for word in phrase if word.text not in self._particles]
        if not told or phrase[0].text in self._particles or phrase[-1].text in self._particles:
            return None
        fitting = [one for one in self._phrases.get("".join(told), ()) if one.count >= len(told)]
        spoken_here = next((one for one in fitting if one.language == spoken), None)
        if spoken_here or not fitting or (len(told) == 1 and told[0] in self.english):
            return spoken_here
        return fitting[0]


class Language(NamedTuple):
    """The phrases of a language by their letters, and the single words that joined ones are made of."""

    name: str
    phrases: Mapping[str, Meaning]
    pieces: Mapping[str, str]
    particles: frozenset[str]
    short: frozenset[str]
    head_first: bool
    english: Collection[str]

    def has(self, word: str) -> bool:
        """Return whether a word is one of this language."""
        return word in self.phrases or word in self.pieces

    def apart(self, word: str) -> tuple[str, ...]:
        """Take a word apart that has a piece of this language in it; () when it does not consist of known pieces."""
        pieces = _pieces(word, self.english, self.short, self.pieces)
        return tuple(self.pieces.get(piece, piece) for piece in pieces) if self.pieces.keys() & pieces else ()


def load_language(root: Path, file: str, english: Collection[str] = (), short: Collection[str] = ()) -> Language:
    """Read the words of a language; joined ones may have `english` words, or `short` ones, too. Raises `PackError`."""
    top = Document(root, file).section(
        ("language", "source", "head", "short", "joints", "particles", "plurals", "words")
    )
    name, joints = top.text("language"), top.phrases("joints", default=())
    particles = frozenset(top.phrases("particles"))
    plurals = [tuple(pair.split()) for pair in top.phrases("plurals", default=(), letters="a-z_")]
    top.text("source")
    entries = top.section("words")
    phrases: dict[str, Meaning] = {}
    found: set[str] = set()
    for english_words in entries.value:
        english_of_all = tuple(english_words.split())
        meanings: dict[int, Meaning] = {}  # by how many words a phrase has
        for spelled in _spellings(entries.text(english_words)):
            told = spelled if particles.isdisjoint(spelled) else [word for word in spelled if word not in particles]
            count = len(told) or len(spelled)
            if count not in meanings:
                meanings[count] = Meaning(english_of_all, count, name)
            for letters in ["".join(spelled)] if told is spelled else {"".join(told or spelled), "".join(spelled)}:
                if letters not in phrases or phrases[letters].count < count:
                    phrases[letters] = meanings[count]
            found.update(told)
    parts = sorted(found)
    words_of_all = [word for word in parts if len(word) >= _SHORTEST_PIECE and word in phrases]
    for end, plural_end in plurals:
        end = end.strip("_")
        for word in [word for word in words_of_all if word.endswith(end)] if end else words_of_all:
            phrases.setdefault(word.removesuffix(end) + plural_end, phrases[word])
    own = frozenset(top.phrases("short", default=()))
    long_enough = [word for word in parts if len(word) >= _SHORTEST_PIECE]
    pieces = {word + joint: word for joint in joints for word in long_enough}
    pieces |= {word: word for word in (*long_enough, *own)}
    return Language(name, phrases, pieces, particles, own.union(short), top.text("head") == "first", english)


def _spellings(phrases: str) -> list[list[str]]:
    """Return the words of phrases without accents, and with their umlauts written out."""
    spelled = dict.fromkeys((unaccented(phrases), unaccented(phrases.translate(_WRITTEN_OUT))))
    return [phrase.split() for text in spelled for phrase in text.split(", ")]


def _pieces(
    word: str, known: Collection[str], short: Collection[str], foreign: Collection[str] = ()
) -> tuple[str, ...]:
    """Return the fewest known or foreign pieces that a word consists of, the longest ones; () when there are none.

    Pieces of two letters stand at its beginning or its end.
    """
    best: list[tuple[int, int, int] | None] = [(0, 0, 0), *([None] * len(word))]
    for end in range(1, len(word) + 1):
        for start in range(max(0, end - _LONGEST_PIECE), end):
            before, piece = best[start], word[start:end]
            if (
                before is None
                or (piece not in known and piece not in foreign)
                or (piece in short and start > 0 and end < len(word))
            ):
                continue
            ranked = (before[0] + 1, before[1] - len(piece) ** 2, start)
            if best[end] is None or ranked < best[end]:
                best[end] = ranked
    if best[-1] is None:
        return ()
    found, end = [], len(word)
    while end:
        start = best[end][2]
        found.append(word[start:end])
        end = start
    return tuple(reversed(found))
