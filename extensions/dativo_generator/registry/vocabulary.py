"""What the words in names mean: split joined words, translate other languages to English: `registry/words/`.

::

    name ──> words as written ──> known pieces of joined words ──> English words

English words and pieces are loaded with the rules, other languages only when a name has a word that is not English.
"""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from functools import cached_property, lru_cache
from itertools import chain, groupby
from pathlib import Path
from typing import NamedTuple

from ..base.documents import Document, Section
from ..base.phrases import singular, unaccented, words

FOLDER = "registry/words"
ENGLISH = f"{FOLDER}/en.yaml"
WHOLE = "registry/whole_words.yaml"
# No word of a language is longer. The limit keeps the time to split a name linear in its length.
_LONGEST_PIECE = 24
_SHORTEST_PIECE, _SHORTEST_JOINED = 4, 5
# The most letters of a joined word, and the most words of a phrase, particles included.
_LONGEST_JOINED, _LONGEST_PHRASE = 64, 8
# How many letters of a word are enough to see that no phrase begins with it.
_BEGINNING = 3
# How many names and words the caches hold.
_REMEMBERED = 1 << 15
# A shorter foreign word means something only in a table of its language, or beside other words of it.
_TELLING = 3
# In a name of more words than this, a foreign word of three letters means nothing.
_FEW = 3
# The fewest letters of a word in the table's language that may also be written in parts: geb_datum, konto_inh.
_SHORTEST_DIVIDED = 7
# A word that no other one is written with in parts: it says that a name is a key.
KEY = "id"
# The longest unknown beginning that may precede a known ending.
_PREFIX = 6
# A table is in another language if at least this many of its names are, and at least this share of them all.
_FEWEST, _SHARE = 2, 0.2
# How many columns the table's own name counts like: it is mostly written in full.
_OWN = 2
_WRITTEN_OUT = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "Ä": "Ae", "Ö": "Oe", "Ü": "Ue"})


class Word(NamedTuple):
    """A word in English, the word as written, and the language of the written word, '' for English."""

    text: str
    written: str
    language: str = ""


class Meaning(NamedTuple):
    """The English meaning of a phrase, its number of words without particles, and its language."""

    english: tuple[str, ...]
    count: int
    language: str


class Vocabulary:
    """The known words, by language."""

    def __init__(
        self,
        root: Path,
        of_rules: Collection[str],
        abbreviations: Mapping[str, str],
        phrases: Mapping[str, str],
    ) -> None:
        """Read the English words of the pack at `root`; the words of the rules are known, too. Raises `PackError`.

        `phrases` are those of the rules by their letters, for names that join them.
        """
        top = Document(root, ENGLISH).section(("source", "short", "endings", "common"))
        top.text("source")
        self._root, self.abbreviations, self._joined = root, abbreviations, phrases
        self._endings = tuple(sorted(top.phrases("endings"), key=len, reverse=True))
        self.english = frozenset((*of_rules, *abbreviations, *top.text("common").split()))
        self._short = frozenset(top.phrases("short"))
        self.read = lru_cache(_REMEMBERED)(self._read)
        self.apart = lru_cache(_REMEMBERED)(self._taken_apart)
        self._languages = lru_cache(_REMEMBERED)(self._languages_of)

    @cached_property
    def _dictionary(self) -> Section:
        """Other English words, read for the first word that no rule knows; raises `PackError`."""
        return Document(self._root, WHOLE).section(("source", "plain", "words"))

    @cached_property
    def _whole(self) -> frozenset[str]:
        """Words that must not be split."""
        return frozenset(self._dictionary.text("words").split())

    @cached_property
    def _plain(self) -> frozenset[str]:
        """English words that exist in no other language, so that no language is loaded for them."""
        return frozenset(self._dictionary.text("plain").split())

    @cached_property
    def _pieces(self) -> frozenset[str]:
        """English words that may be pieces of joined words."""
        return frozenset(word for word in self.english if len(word) >= _SHORTEST_PIECE) | self._short | self._whole

    def _read(self, name: str, context: str = "") -> tuple[Word, ...]:
        """Read a name; a word that exists in several languages is read in that of the `context`, '' for any."""
        pieces = []
        for written in words(name):
            for piece in self.apart(written, context):
                if piece in self._joined:
                    pieces += [Word(one, written) for one in self._joined[piece].split()]
                else:
                    pieces.append(Word(piece, written))
        if not context and all(self._is_known(word.text) for word in pieces):
            short = self.abbreviations
            return tuple(Word(short[word.text], word.written) if word.text in short else word for word in pieces)
        return self._translated(pieces, context)

    def language(self, name: Sequence[Word]) -> str:
        """Return the most frequent language of a name's words, English not counted; '' for none."""
        found = Counter(word.language for word in name if word.language)
        return found.most_common(1)[0][0] if found else ""

    def language_of(self, name: str, beside: Collection[str]) -> str:
        """Return the language of a table called `name` and of the columns `beside` it; '' for English.

        Many words exist in several languages, so the language that most names can be in wins. The table's own name
        alone is enough.
        """
        own = self._languages(name)
        found = Counter(language for column in beside for language in self._languages(column))
        found.update(dict.fromkeys(own, _OWN))
        language, count = found.most_common(1)[0] if found else ("", 0)
        alike = {one for one, times in found.items() if times == count}
        if len(alike) > 1:
            language = self._reads_most(alike, (name, *beside))
        return language if own or count >= max(_FEWEST, _SHARE * len(beside)) else ""

    def _reads_most(self, languages: Collection[str], names: Sequence[str]) -> str:
        """Return which of the languages reads most words of the names: nombre is in two, souscripteur in one."""
        read = Counter(
            meaning.language
            for name in names
            for written in {word.written.replace(" ", "") for word in self.read(name) if word.language}
            for meaning in self._phrases.get(written, ())
        )
        return max(sorted(languages), key=lambda language: read[language])

    def _languages_of(self, name: str) -> list[str]:
        """List the languages that a name may be in, English not counted."""
        read = [word for word in self.read(name) if word.language]
        letters = {word.written.replace(" ", "") for word in read}
        found = (meaning.language for written in letters for meaning in self._phrases.get(written, ()))
        return list(dict.fromkeys([self.language(read), *found])) if read else []

    def head_last(self, name: Sequence[Word], language: str) -> list[Word]:
        """Return the words in English order, also if the language puts the head first: tipo cliente, customer type."""
        if not language or not any(one.head_first for one in self.languages if one.name == language):
            return list(name)
        parts = [list(part) for _, part in groupby(name, key=lambda word: word.written)]
        translated = [part for part in parts if part[0].language]
        return [*chain(*(part for part in parts if not part[0].language)), *chain(*reversed(translated))]

    def _is_english(self, word: str) -> bool:
        return word in self.english or singular(word) in self.english

    def _is_known(self, word: str) -> bool:
        if len(word) < 2 or word.isdigit() or self._is_english(word):
            return True
        return word in self._whole or word in self._plain

    def _in_full(self, word: str) -> str:
        return self.abbreviations.get(word, word)

    # --- joined words ---

    def _taken_apart(self, word: str, context: str = "") -> tuple[str, ...]:
        """Split an unknown word into known pieces, if it consists of them.

        A word of the `context` language is never split as a word of another.
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
        if not context and (pieces := _pieces(singular(word), self._pieces, self._short)):
            return pieces
        if pieces := self._apart_in(self.languages, word):
            return pieces
        for ending in chain.from_iterable(language.endings for language in spoken):
            if word.endswith(ending):
                return (word.removesuffix(ending), ending)
        for ending in self._endings:
            if word.endswith(ending) and len(word) - len(ending) <= _PREFIX:
                return (word.removesuffix(ending), ending)
        return (word,)

    def _apart_in(self, languages: "Sequence[Language]", word: str) -> tuple[str, ...]:
        """Split a word in the language that needs the fewest and longest pieces; () when none can."""
        found = [pieces for language in languages if (pieces := language.apart(word))]
        return min(found, key=lambda pieces: (len(pieces), -sum(len(piece) ** 2 for piece in pieces)), default=())

    # --- other languages ---

    @cached_property
    def languages(self) -> "tuple[Language, ...]":
        """The languages other than English, read on first use."""
        names = sorted(path.name for path in (self._root / FOLDER).glob("*.yaml"))
        files = [f"{FOLDER}/{name}" for name in names if f"{FOLDER}/{name}" != ENGLISH]
        return tuple(load_language(self._root, file, self._pieces, self._short) for file in files)

    def _particles_of(self, spoken: str) -> frozenset[str]:
        """Return the words that may stand between those of a phrase of the `spoken` language, '' for any."""
        return next((language.particles for language in self.languages if language.name == spoken), self._particles)

    @cached_property
    def _particles(self) -> frozenset[str]:
        """The words that may stand between those of a phrase, in any language."""
        return frozenset(chain.from_iterable(language.particles for language in self.languages))

    @cached_property
    def _phrases(self) -> Mapping[str, Sequence[Meaning]]:
        """The meanings of phrases in all languages, by their letters."""
        found: dict[str, list[Meaning]] = {}
        for language in self.languages:
            for letters, meaning in language.phrases.items():
                found.setdefault(letters, []).append(meaning)
        return found

    @cached_property
    def _beginnings(self) -> frozenset[str]:
        """The first letters of the phrases in all languages."""
        return frozenset(letters[:length] for letters in self._phrases for length in range(1, _BEGINNING + 1))

    def _translated(self, name: Sequence[Word], context: str) -> tuple[Word, ...]:
        """Translate the phrases of other languages in a name, the longest at each position."""
        if not context:
            in_any = self._in_english(name, "")
            if not (context := self.language(in_any)):
                return tuple(in_any)
        return tuple(self._in_english(name, context))

    def _in_english(self, name: Sequence[Word], spoken: str) -> list[Word]:
        found: list[Word] = []
        particles = self._particles_of(spoken)
        told = ["" if word.text in particles else word.text for word in name]
        start = 0
        while start < len(name):
            begins = told[start][:_BEGINNING] in self._beginnings
            for end in range(min(len(name), start + _LONGEST_PHRASE), start, -1) if begins else ():
                letters = "".join(told[start:end])
                if letters in self._phrases and (meaning := self._meaning(letters, told[start:end], spoken, len(name))):
                    written = " ".join(dict.fromkeys(word.written for word in name[start:end]))
                    found += (Word(word, written, meaning.language) for word in meaning.english)
                    start = end
                    break
            else:
                found.append(Word(self._in_full(name[start].text), name[start].written))
                start += 1
        return found

    def _meaning(self, letters: str, phrase: Sequence[str], spoken: str, of: int) -> Meaning | None:
        """Return the meaning of a phrase, in the `spoken` language if it has one; only that translates English words.

        Particles are '' in the phrase, which never ends with one. `of` is the number of words in the whole name: in a
        long name, three letters are too few to mean something in another language.
        """
        if not phrase[-1]:
            return None
        count = len(phrase) - phrase.count("")
        apart = any(len(word) == 1 or word == KEY for word in phrase)  # id_entidad is no identidad
        strict = not spoken or len(letters) < _SHORTEST_DIVIDED or apart
        fitting = [
            one for one in self._phrases[letters] if one.count >= count or (one.language == spoken and not strict)
        ]
        spoken_here = next((one for one in fitting if one.language == spoken), None)
        short = not spoken and len(letters) < _TELLING + (of > _FEW)
        if spoken_here or not fitting or short or (count == 1 and self._is_english(phrase[0])):
            return spoken_here
        return fitting[0]


class Language(NamedTuple):
    """The phrases of a language by their letters, and the words that may be pieces of joined words."""

    name: str
    phrases: Mapping[str, Meaning]
    pieces: Mapping[str, str]
    particles: frozenset[str]
    short: frozenset[str]
    endings: tuple[str, ...]
    head_first: bool
    english: Collection[str]

    def has(self, word: str) -> bool:
        """Return whether a word belongs to this language."""
        return word in self.phrases or word in self.pieces

    def apart(self, word: str) -> tuple[str, ...]:
        """Split a word into known pieces, of which at least one is of this language; () when that is impossible."""
        pieces = _pieces(word, self.english, self.short, self.pieces)
        return tuple(self.pieces.get(piece, piece) for piece in pieces) if self.pieces.keys() & pieces else ()


def load_language(root: Path, file: str, english: Collection[str] = (), short: Collection[str] = ()) -> Language:
    """Read the words of a language; its joined words may also contain `english` or `short` ones. Raises `PackError`."""
    top = Document(root, file).section(
        ("language", "source", "head", "short", "endings", "joints", "particles", "plurals", "words")
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
        meanings: dict[int, Meaning] = {}  # by number of words in a phrase
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
    endings = tuple(sorted(top.phrases("endings", default=()), key=len, reverse=True))
    return Language(name, phrases, pieces, particles, own.union(short), endings, top.text("head") == "first", english)


def _spellings(phrases: str) -> list[list[str]]:
    """Return the words of each phrase in two spellings: without accents, and with umlauts written out."""
    spelled = dict.fromkeys((unaccented(phrases), unaccented(phrases.translate(_WRITTEN_OUT))))
    return [phrase.split() for text in spelled for phrase in text.split(", ")]


def _pieces(
    word: str, known: Collection[str], short: Collection[str], foreign: Collection[str] = ()
) -> tuple[str, ...]:
    """Split a word into the fewest known or foreign pieces, preferring long ones; () when impossible.

    A piece in `short` may only begin or end a word.
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
