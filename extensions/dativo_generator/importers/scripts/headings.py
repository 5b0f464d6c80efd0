"""What a statement is about: the verb, the kind of its object, and where the name of the object begins."""

from typing import NamedTuple

from .definitions import NotUnderstood, Piece
from .lexis import QUOTED, WORD
from .tables import Name

# Teradata's short form of CREATE TABLE.
SHORT = "CT"
# How many tokens of a statement are searched for its object.
_HEAD = 24


class Heading(NamedTuple):
    """The verb and the kind of object, like ``CREATE TABLE``, and the index of what follows them.

    The kind is '' for a statement without an object, and ``CREATE ?`` if an unknown kind of object has columns.
    """

    kind: str
    name: int


def heading(piece: Piece) -> Heading:
    """Return what a statement is about."""
    first, words, at = piece.word, piece.words, piece.at
    if first == SHORT and piece.part(at + 1, piece.end).is_named_list():
        return Heading("CREATE TABLE", at + 1)
    if made := words.makes.at(piece.uppers, at):
        return Heading("CREATE TABLE", at + len(made[0]))
    if first == "REPLACE" and "TABLE" in piece.uppers[at : at + 3]:
        return Heading("CREATE TABLE", piece.uppers.index("TABLE", at) + 1)
    if first not in ("CREATE", "ALTER", "DROP"):
        return Heading("", at)
    for index in range(at + 1, min(piece.end, at + _HEAD)):
        word = piece.uppers[index]
        following = piece.uppers[index + 1] if index + 1 < piece.end else ""
        if word == "(":
            break
        if word in words.tables and following in words.objects and not piece.part(index + 1, piece.end).is_named_list():
            continue  # CREATE SOURCE TABLE
        if word in words.objects:
            is_table = following == "TABLE"  # CREATE COLUMN TABLE
            return Heading(f"{first} TABLE" if is_table else f"{first} {word}", index + 1 + is_table)
    return Heading("CREATE ?" if first == "CREATE" and _has_columns(piece) else "", at)


def _has_columns(piece: Piece) -> bool:
    """Return whether a list begins with a name and a type, or a query follows."""
    for index in range(piece.at, min(piece.end, piece.at + _HEAD)):
        if piece.uppers[index] == "(":
            kinds = [token.kind for token in piece.tokens[index + 1 : index + 3]]
            return kinds in ([WORD, WORD], [QUOTED, WORD])
        if piece.uppers[index] == "AS":
            return piece.uppers[index + 1 : index + 2] in (["SELECT"], ["WITH"])
    return False


def parts_at(piece: Piece, index: int) -> Name:
    """Return the parts of a table's name that begins at an index, without the database; () if none does."""
    found = piece.part(index, piece.end)
    found.skips("IF NOT EXISTS", "IF EXISTS", "ONLY")
    try:
        return found.name()[-2:]
    except NotUnderstood:
        return ()


def name_at(piece: Piece, index: int) -> str:
    """Return the name of a table that begins at an index, '' if none does."""
    return ".".join(parts_at(piece, index))
