"""The words in names of columns and tables, and the phrases that the registry's rules match against them."""

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from functools import cache, lru_cache

from .documents import Section

_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")
# How many names are remembered: those of a table are split several times.
_REMEMBERED = 1 << 11
# Letters that do not decompose into accents.
_LETTERS = str.maketrans(dict(zip("ßẞæÆœŒøØđłŁ\u0131", ("ss", "SS", "ae", "AE", "oe", "OE", *"oOdlLi"), strict=True)))

# Irregular English plurals.
_IRREGULAR = {"children": "child", "men": "man", "women": "woman", "wives": "wife"}

# For each name, the words that `<name>` stands for in a phrase.
Groups = Mapping[str, Sequence[str]]


def words(name: str) -> list[str]:
    """Split ``billingAddress``, ``billing_address`` or ``Billing Address`` into its words: lower case, no accents."""
    return list(_words(name))


@lru_cache(_REMEMBERED)
def _words(name: str) -> tuple[str, ...]:
    return tuple(map(str.lower, _WORD.findall(unaccented(name))))


def unaccented(text: str) -> str:
    """Return a text without accents."""
    if text.isascii():
        return text
    return text.translate({ord(letter): _plain(letter) for letter in set(text) if not letter.isascii()})


@cache
def _plain(letter: str) -> str:
    """Return a letter without accents, '' for a combining accent."""
    parts = unicodedata.normalize("NFKD", letter.translate(_LETTERS))
    return "".join(part for part in parts if not unicodedata.combining(part))


def singular(word: str) -> str:
    """Return the singular of an English plural, right often enough to compare table names."""
    if word in _IRREGULAR:
        return _IRREGULAR[word]
    if word.endswith("ies") and len(word) > 4:
        return word[:-3] + "y"
    if word.endswith(("sses", "shes", "ches", "xes")):
        return word[:-2]
    return word[:-1] if word.endswith("s") and len(word) > 3 and not word.endswith(("ss", "us", "is")) else word


def take_groups(top: Section) -> Groups:
    """Read the word groups of a file of rules; raises `PackError`."""
    groups = top.section("groups")
    return {name: groups.texts(name, like=r"[a-z0-9]+") for name in groups.value}


def take_phrases(entry: Section, key: str, groups: Groups, like: str) -> list[str]:
    """Read the phrases of a rule, with each ``<group>`` expanded to every word of the group; raises `PackError`."""
    return [written for phrase in entry.texts(key, like=like) for written in _written_out(entry, key, phrase, groups)]


def _written_out(entry: Section, key: str, phrase: str, groups: Groups) -> Iterator[str]:
    match = re.search(r"<([a-z]+)>", phrase)
    if not match:
        yield phrase
        return
    if match[1] not in groups:
        raise entry.error(key, f"'{phrase}': there is no group '{match[1]}'")
    for word in groups[match[1]]:
        yield from _written_out(entry, key, phrase.replace(match[0], word), groups)
