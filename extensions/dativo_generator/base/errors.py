"""The errors a user sees: one line that says what, which value, where, and what to do."""

from .redaction import redacted


def printable(text: str) -> str:
    """Return `text` as one line without passwords, with whatever a terminal would not print as it stands escaped."""
    text = redacted(text)
    return text if text.isprintable() else "".join(map(_escaped, text))


def _escaped(character: str) -> str:
    return character if character.isprintable() else character.encode("unicode_escape").decode()


class DativoError(Exception):
    """Base of every error that the user sees as a line of text.

    The line is printable: a name from somebody's file may contain line breaks or terminal control sequences.
    """

    def __init__(self, message: str) -> None:
        """Keep `message` as one printable line."""
        super().__init__(printable(message))


class PackError(DativoError):
    """A file of the pack (registry, recipe, field catalog, rules), or a profile, is wrong: ``file:line: key: what``."""

    def __init__(self, what: str, file: str = "", line: int = 0, column: int = 0) -> None:
        """Keep `what` is wrong and where: '' and 0 where that is not known, or the key says it."""
        self.what, self.file, self.line, self.column = printable(what), file, line, column
        place = ":".join(str(part) for part in (file, line, column) if part)
        super().__init__(": ".join(filter(None, (place, what))))


class AnswerError(DativoError):
    """An answer is wrong; the text names the answer, the value and the way out."""


class QuestionError(AnswerError):
    """A question has a wrong answer; the text begins with the question's name."""


class Unanswered(QuestionError):
    """Nobody has answered a question, and it has no default."""
