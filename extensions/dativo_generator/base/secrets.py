"""Find literal secrets in answers: a credential belongs in the environment or a secret file, never in a repository."""

from functools import lru_cache
from typing import Any
from urllib.parse import urlsplit

from .naming import env_default, is_env_reference
from .phrases import words
from .redaction import SHAPES, redacted

# Words in the key of a credential, and words that turn the key into something else (`key_column`, `token_url`).
_SECRET_WORDS = {"password", "passwd", "pwd", "passphrase", "secret", "token", "credential", "credentials"}
_SECRET_PHRASES = ({"access", "key"}, {"api", "key"}, {"private", "key"}, {"account", "key"})
_HARMLESS_WORDS = {"path", "file", "url", "uri", "field", "column", "name", "type", "expires"}

WAY_OUT = "put it in the environment and write ${NAME} here"


def secret_in(value: Any, key: str = "") -> bool:
    """Return whether `value`, or anything inside it, is or holds a literal secret.

    `key` is the name of the value, and counts too. Leave it out where keys are the user's own words: a column may well
    be called password.
    """
    if isinstance(value, str):
        return _is_secret(value, key)
    if isinstance(value, dict):
        return any(secret_in(item, str(name) if key else "") for name, item in value.items())
    if isinstance(value, list | tuple):
        return any(secret_in(item, key) for item in value)
    # A number does not look like a token; only its key can show that it is one.
    return isinstance(value, int | float) and not isinstance(value, bool) and _names_secret(key)


@lru_cache(maxsize=4096)  # most texts occur in many files
def _is_secret(value: str, key: str) -> bool:
    text = env_default(value) or value  # a default is as literal as a value
    if not text or is_env_reference(text):
        return False
    return _names_secret(key) or SHAPES.search(text) is not None or _url_password(text)


@lru_cache(maxsize=1024)
def _names_secret(key: str) -> bool:
    name = set(words(key))
    if name & _HARMLESS_WORDS:
        return False
    return bool(name & _SECRET_WORDS) or any(phrase <= name for phrase in _SECRET_PHRASES)


def _url_password(text: str) -> bool:
    """Return whether a URL carries a password that is not an environment reference, encoded or not."""
    if "://" not in text:
        return False
    if redacted(text) != text:
        return True
    try:
        password = urlsplit(text).password
    except ValueError:
        return False
    return bool(password) and not is_env_reference(password)
