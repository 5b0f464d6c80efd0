"""Show how two versions of a file differ."""

import difflib
import re

from .redaction import HIDDEN
from .secrets import secret_in

# A line of a diff of YAML: marker and key, the bare key, the value.
_KEY = re.compile(r"^([ +-][\s-]*['\"]?([\w.-]+)['\"]?\s*:\s+)(\S.*)$")


def unified(path: str, before: bytes, after: bytes, sides: tuple[str, str]) -> list[str]:
    """Return a unified diff of a file as lines to show; `sides` names the two versions.

    The value of a key that names a secret is hidden: somebody may have written the secret itself there, and not a
    reference.
    """
    old, new = (text.decode("utf-8", "replace").splitlines() for text in (before, after))
    lines = difflib.unified_diff(old, new, *(f"{side}/{path}" for side in sides), lineterm="")
    return [_KEY.sub(_hidden, line) for line in lines]


def _hidden(match: re.Match[str]) -> str:
    return match[1] + HIDDEN if secret_in(match[3].strip("'\""), match[2]) else match[0]
