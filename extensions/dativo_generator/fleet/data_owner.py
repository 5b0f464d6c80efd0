"""Whose the data of a new scaffold is, if neither the answers nor a profile say it and nobody can be asked.

Then it is the user's who runs the command, as far as Git knows one: the pack does not invent an owner.
"""

import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ..answers import readers
from ..base.errors import AnswerError
from ..base.git import attempt
from ..base.paths import profile_of

# GitHub and GitLab have addresses for commits that nobody reads: `1+ann@users.noreply.github.com`.
_UNREAD = re.compile(r"\bno-?reply\b", re.IGNORECASE)


def is_open(answers: Mapping[str, Any]) -> bool:
    """Return whether answers, with those of the profiles, leave open who owns the assets that they describe."""
    return "owner" not in answers and answers.get("assets") != "reuse"


def user_of(folder: Path) -> str:
    """Return the e-mail address in Git's `user.email`, as set for a folder, or '' if it cannot be an owner's."""
    address = os.fsdecode(attempt(folder, "config", "--get", "user.email").stdout).strip()
    try:
        return "" if _UNREAD.search(address) else readers.email(address)
    except AnswerError:
        return ""


def taken(address: str, tenant: str) -> str:
    """Return the warning that the user's address has become the owner of a scaffold."""
    return f"owner: {address} of your Git identity; to name another, answer it, or write it in {profile_of(tenant)}"


def missing(tenant: Any) -> str:
    """Return the error for a scaffold without an owner, if Git does not know the user's address, either."""
    where = profile_of(tenant) if tenant and isinstance(tenant, str) else "a profile"
    return f"owner: answer it, write it in {where}, or set Git's user.email; none of them names one"
