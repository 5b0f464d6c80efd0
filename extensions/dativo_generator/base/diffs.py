"""How two versions of a file differ."""

import difflib


def unified(path: str, before: bytes, after: bytes, sides: tuple[str, str]) -> list[str]:
    """Return the lines of a unified diff of a file; `sides` say what the two versions are."""
    old, new = (text.decode("utf-8", "replace").splitlines() for text in (before, after))
    return list(difflib.unified_diff(old, new, *(f"{side}/{path}" for side in sides), lineterm=""))
