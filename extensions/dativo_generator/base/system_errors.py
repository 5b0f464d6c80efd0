"""What to do about an error from the operating system, such as a full disk."""

import errno
import os

_REMEDIES = {
    errno.ENOSPC: "free some space",
    errno.EDQUOT: "free some space",
    errno.EACCES: "give your user access",
    errno.EPERM: "give your user access",
    errno.EROFS: "use a folder that can be written to",
    errno.EMFILE: "raise the limit of open files, which ulimit -n shows",
    errno.ENFILE: "close other programs",
    errno.ENAMETOOLONG: "use a shorter name",
}


def system_message(error: OSError) -> str:
    """Return an error as one line: where, what to do, and the system's own words."""
    if isinstance(error, FileNotFoundError) and not error.filename:
        return "go to a folder that exists; the current one has been deleted"
    where = os.fsdecode(error.filename) if isinstance(error.filename, str | bytes) else ""
    return ": ".join(filter(None, (where, remedy(error) + (error.strerror or str(error)))))


def remedy(error: OSError) -> str:
    """Return what to do about an error, followed by '; ' for the rest of the message; '' if nothing is known."""
    known = _REMEDIES.get(error.errno or 0)
    return f"{known}; " if known else ""
