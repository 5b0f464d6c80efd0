"""Parse and order versions of the pack, whether they come from tags or from Copier's records.

Versions follow PEP 440, which accepts SemVer's spellings: ``v1.2.0-rc.1`` is ``1.2.0rc1``. Copier records the output of
`git describe`: a tag and the number of commits after it, or a bare hash where nothing is tagged.
"""

import re
from typing import Any

# No ref has a longer name; and Python refuses to read a number of thousands of digits.
_LONGEST = 255
_DESCRIBED = re.compile(r"(?P<tag>.+)-(?P<after>\d+)-g(?P<hash>[0-9a-f]+)", re.ASCII)
# Digits that can be a date of this century, or a date and a time, are a version and not a hash.
_HASH = re.compile(r"(?!20\d{6}(\d{4}|\d{6})?$)[0-9a-f]{7,64}", re.ASCII)
_VERSION = re.compile(
    r"v?(?:(?P<epoch>\d+)!)?(?P<release>\d+(?:\.\d+)*)"
    r"(?:[-_.]?(?P<pre>alpha|a|beta|b|preview|pre|c|rc)[-_.]?(?P<pre_number>\d*))?"
    r"(?P<post>-(?P<implicit>\d+)|[-_.]?(?:post|rev|r)[-_.]?(?P<post_number>\d*))?"
    r"(?P<dev>[-_.]?dev[-_.]?(?P<dev_number>\d*))?"
    r"(?:\+(?P<local>[a-z0-9]+(?:[-_.][a-z0-9]+)*))?",
    re.ASCII | re.IGNORECASE,
)
_STAGES = {"alpha": "a", "beta": "b", "c": "rc", "pre": "rc", "preview": "rc"}

# These sort before and after every other value in their place.
_FIRST, _LAST = (-1, "", 0), (1, "", 0)


def version_of(recorded: Any) -> tuple[Any, ...]:
    """Return a key that orders tags and recorded commits by version; one without a version sorts first."""
    tag, after = _parts(recorded)
    match = _match(tag)
    # 2.0.0rc1 comes before 2.0.0, which comes before the third commit after it, which comes before 2.0.0.post1.
    return (*_key(match), after) if match else ()


def is_version(tag: str) -> bool:
    """Return whether the name of a tag is a version, as opposed to the output of `git describe`."""
    return not _DESCRIBED.fullmatch(tag) and _match(tag) is not None


def is_prerelease(tag: str) -> bool:
    """Return whether a version is a pre-release, which no update chooses unless asked to."""
    match = _match(tag)
    return match is not None and bool(match["pre"] or match["dev"])


def is_hash(recorded: str) -> bool:
    """Return whether a commit is recorded by its hash alone, for lack of a tag."""
    return _HASH.fullmatch(recorded) is not None


def tag_of(recorded: str) -> str:
    """Return the tag in the output of `git describe`; '' for a bare hash."""
    return "" if is_hash(recorded) else _parts(recorded)[0]


def hash_of(recorded: str) -> str:
    """Return the abbreviated hash in the output of `git describe`; '' for a bare tag."""
    match = _DESCRIBED.fullmatch(recorded)
    text = match["hash"] if match else recorded
    return text if re.fullmatch(r"[0-9a-f]{7,64}", text) else ""


def _parts(recorded: Any) -> tuple[str, int]:
    """Split the output of `git describe` into a tag and the number of commits after it; ('', 0) if it is not text."""
    if not isinstance(recorded, str) or len(recorded) > _LONGEST:
        return "", 0
    match = _DESCRIBED.fullmatch(recorded)
    return (match["tag"], int(match["after"])) if match else (recorded, 0)


def _match(tag: str) -> re.Match[str] | None:
    return None if len(tag) > _LONGEST or is_hash(tag) else _VERSION.fullmatch(tag)


def _key(match: re.Match[str]) -> tuple[Any, ...]:
    """Return the parts of a version, each comparable with the same part of another."""
    release = [int(part) for part in match["release"].split(".")]
    while release and not release[-1]:
        release.pop()
    stage = (match["pre"] or "").lower()
    if stage:
        pre = (0, _STAGES.get(stage, stage), int(match["pre_number"] or 0))
    else:
        pre = _FIRST if match["dev"] and not match["post"] else _LAST
    post = int(match["implicit"] or match["post_number"] or 0) if match["post"] else -1
    dev = (0, "", int(match["dev_number"] or 0)) if match["dev"] else _LAST
    local = tuple(
        (1, int(part), "") if part.isdecimal() else (0, 0, part)
        for part in re.split(r"[-_.]", (match["local"] or "").lower())
        if part
    )
    return int(match["epoch"] or 0), tuple(release), pre, post, dev, local
