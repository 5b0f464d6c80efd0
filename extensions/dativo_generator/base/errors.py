"""The errors that a user sees: one line that says what is wrong, which value, where, and what to do."""

from .redaction import redacted


def printable(text: str) -> str:
    """Return `text` on one line, with passwords hidden and unprintable characters escaped."""
    text = redacted(text)
    return text if text.isprintable() else "".join(map(_escaped, text))


def _escaped(character: str) -> str:
    return character if character.isprintable() else character.encode("unicode_escape").decode()


class DativoError(Exception):
    """Base of every error that is shown to the user as a line of text.

    The message may quote a name from an untrusted file, with line breaks or terminal escape sequences.
    """

    def __init__(self, message: str) -> None:
        """Keep `message` as one printable line."""
        super().__init__(printable(message))


class PackError(DativoError):
    """A file of the pack (registry, recipe, field catalog, rules) or a profile is wrong: ``file:line: key: what``."""

    def __init__(self, what: str, file: str = "", line: int = 0, column: int = 0) -> None:
        """Store what is wrong and where; an unknown `file` is '', an unknown `line` or `column` 0."""
        self.what, self.file, self.line, self.column = printable(what), file, line, column
        place = ":".join(str(part) for part in (file, line, column) if part)
        super().__init__(": ".join(filter(None, (place, what))))


class AnswerError(DativoError):
    """An answer is wrong; the message names the answer, the value and the way out."""


class QuestionError(AnswerError):
    """The answer to a question is wrong; the message begins with the name of the question."""


class Unanswered(QuestionError):
    """A question without a default has no answer."""
