"""The errors a user sees: one line that says what, which value, where, and what to do."""


class DativoError(Exception):
    """Base of every error that is shown to the user as a line of text."""


class PackError(DativoError):
    """A file of the pack (registry, recipe, field catalog, rules) is wrong: ``file:line: key: what``."""


class AnswerError(DativoError):
    """An answer is wrong; the text names the answer, the value and the way out."""
