"""CI for the destination: the workflow file, and where it gets the template and the command from."""

import re
from collections.abc import Mapping
from pathlib import Path
from shlex import quote
from typing import Any

from ..base.documents import shown
from ..base.errors import AnswerError
from ..base.paths import CI_FILES
from ..base.repository_url import canonical, is_local, public, url_of

# YAML, a shell and the CI's expression syntax all parse a workflow, so allow nothing that is special in any of them.
_PLAIN = re.compile(r"[A-Za-z0-9][A-Za-z0-9._~:/@%+-]*")

# Why a CI file does not work below the root of a Git repository, and how to fix it.
_BELOW = {
    "github": "GitHub runs workflows only at the root of the Git repository; copy {path} there, and give its jobs "
    "working-directory: {folder}",
    "gitlab": "GitLab runs jobs at the root of the Git repository; where you include {path}, begin before_script with "
    "cd {folder}",
}


def planned(kind: str, answers: Mapping[str, Any]) -> dict[str, str]:
    """Return `kind` and `path` of the CI file, the `template` to trust and the `package` to install; {} for none.

    `answers` are the recorded ones, including what Copier records about the template. The file depends on nothing else,
    because all scaffolds of a repository share it. Raises `AnswerError` for a URL or tag that a workflow cannot hold.
    """
    if kind not in CI_FILES:
        return {}
    location, commit = canonical(public(answers.get("_src_path", ""))), answers.get("_commit")
    url = url_of(location)
    for value in filter(None, (url, commit)):
        if not _PLAIN.fullmatch(value):
            raise AnswerError(f"ci: scaffold from a plain URL and tag; a workflow cannot contain {shown(value)}")
    return {
        "kind": kind,
        "path": CI_FILES[kind],
        "template": url if is_local(location) else location,
        "package": f"git+{url}@{commit}" if commit else url,
    }


def warnings(planned: Mapping[str, str]) -> list[str]:
    """Return the warnings about a CI file that cannot work."""
    if planned.get("template", "").startswith("file://"):
        return [f"ci: scaffold from the URL of the pack's repository; CI cannot fetch {planned['template']}"]
    return []


def misplaced(kind: str, destination: Path) -> str:
    """Return why the CI file does not work in a destination that is a subfolder of a Git repository; '' if it works.

    A copy cannot put the file at the root: Copier writes nothing outside the destination.
    """
    folder = destination.expanduser().resolve()
    root = next((one for one in (folder, *folder.parents) if (one / ".git").exists()), folder)
    if kind not in CI_FILES or root == folder:
        return ""
    below = folder.relative_to(root)
    return f"ci: {_BELOW[kind].format(path=quote(str(below / CI_FILES[kind])), folder=quote(str(below)))}"
