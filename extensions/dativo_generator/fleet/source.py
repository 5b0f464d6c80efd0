"""The trusted pack: its released tags, the commits that these reach, and a checkout of each commit that is needed."""

import json
import os
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import cached_property
from importlib import metadata
from pathlib import Path
from shlex import quote
from tempfile import TemporaryDirectory
from typing import Any

from ..base.errors import DativoError
from ..base.git import CLONE_PATIENCE, GitError, attempt, git, rewrites
from ..base.git_failures import failure
from ..base.naming import did_you_mean, offer
from ..base.paths import TEMPORARY
from ..base.repository_url import VARIABLE, copied_from, expanded, identities, is_local, public, recordable
from ..base.telling import tell
from ..base.versions import hash_of, is_prerelease, is_version, version_of
from .settings import FILE, settings_of

# How many tags an error names.
_FEW = 5
# Options for fetching: no progress, nothing recorded, and a URL is never parsed as an option.
_FETCH = ("--quiet", "--no-write-fetch-head", "--end-of-options")
# Where a clone keeps the newest commit of its default branch, apart from its branches.
_DEFAULT = "refs/dativo/default"


class SourceError(DativoError):
    """The pack to trust is not named, or cannot be read."""


def warned(line: str) -> None:
    """Print a warning."""
    tell(f"Warning: {line}")


class Source:
    """A Git repository of the pack, which is fetched and checked out on demand."""

    def __init__(
        self, location: str, scratch: Path, also: Iterable[str] = (), warn: Callable[[str], None] = warned
    ) -> None:
        """Trust the repository at `location`, a path or a URL; clones and checkouts go below `scratch`.

        A password in it is used for fetching: it is in `fetched_from`, in Copier's notation, and never in `location`.
        `warn` is called once, with a line, if anything but a tag counts as released. `also` lists other names of one
        pack: if one of them is this pack's, all are.
        """
        self._warn = warn
        self.location = recordable(public(location))
        self.fetched_from = copied_from(location)
        self._scratch = scratch
        self._also = also

    @cached_property
    def repository(self) -> Path:
        """The repository on disk: the path itself, or a bare clone of its branches and tags, and of no other ref."""
        if (path := Path(self.location)).is_absolute():
            if not path.is_dir():
                raise SourceError(f"--template: name a folder or a URL; there is no folder {path}")
            found = attempt(path, "rev-parse", "--git-dir")
            if b"not a git repository" in found.stderr:
                raise SourceError(f"--template: name a Git repository; {path} is not one")
            if found.returncode:
                raise SourceError(failure("rev-parse", path, found.stderr))
            return path
        clone = self._scratch / "template.git"
        clone.mkdir()
        # Not `git clone`, which would write the URL, with any password, to the disk.
        _git(clone, "init", "--quiet", "--bare")
        refs = ("+refs/heads/*:refs/heads/*", "+refs/tags/*:refs/tags/*")
        url = expanded(self.fetched_from)
        _git(clone, "fetch", *_FETCH, url, *refs, patience=CLONE_PATIENCE, url=url)
        return clone

    @cached_property
    def _git_dir(self) -> str:
        return _git(self.repository, "rev-parse", "--absolute-git-dir").strip()

    @cached_property
    def _names(self) -> frozenset[str]:
        """The locations under which the pack may be recorded: its own, a clone's origin, and their other names."""
        origin = attempt(self.repository, "config", "--get", "remote.origin.url").stdout.decode().strip()
        names = frozenset().union(*(self._identities(one) for one in (self.location, origin) if one))
        also = frozenset().union(*(self._identities(one) for one in self._also))
        return names | also if names & also else names

    @cached_property
    def _rewrites(self) -> list[tuple[str, str]]:
        return rewrites(self._scratch)

    def _identities(self, location: str) -> frozenset[str]:
        return identities(location, self._rewrites)

    def is_at(self, recorded: str) -> bool:
        """Return whether an answers file that names this location is from this pack."""
        return not self._names.isdisjoint(self._identities(recorded))

    @cached_property
    def tags(self) -> dict[str, str]:
        """The released tags that are versions, oldest first, with their commits.

        Without any tag, this is the newest commit of the default branch, as Copier would record it. Raises
        `SourceError` if there are tags, but none is a version.
        """
        found = {}
        listing = "%(refname:strip=2) %(objectname) %(*objectname)"
        for line in _git(self.repository, "for-each-ref", "refs/tags", f"--format={listing}").splitlines():
            name, commit, *peeled = line.split()
            found[name] = (peeled or [commit])[0]
        if not found:
            return self._untagged()
        versions = [tag for tag in found if is_version(tag)]
        if not versions:
            few = f"{', '.join(list(found)[-_FEW:])}{' and more' if len(found) > _FEW else ''}"
            raise SourceError(f"{self.location}: tag a version like v1.0.0; none of its tags is one: {few}")
        return {tag: found[tag] for tag in sorted(versions, key=version_of)}

    def _untagged(self) -> dict[str, str]:
        """Return the newest commit of the default branch by its recorded name; raises `SourceError` for none."""
        ref = "HEAD"
        if not is_local(self.location):
            ref = _DEFAULT
            fetched_from = expanded(self.fetched_from)
            attempt(self.repository, "fetch", *_FETCH, fetched_from, f"+HEAD:{ref}", patience=CLONE_PATIENCE)
        shown = attempt(self.repository, "rev-parse", "--verify", "--quiet", f"{ref}^{{commit}}").stdout
        if not (commit := shown.decode().strip()):
            raise SourceError(f"{self.location}: commit the template, and tag a version like v1.0.0; it has no commits")
        self._warn(
            f"{self.location}: tag a version like v1.0.0; it has no tag, "
            "so the history of its default branch counts as released"
        )
        return {_git(self.repository, "describe", "--tags", "--always", commit).strip(): commit}

    @property
    def newest(self) -> str:
        """The tag that an update goes to: the newest that is not a pre-release; '' if there is none."""
        return next((tag for tag in reversed(self.tags) if not is_prerelease(tag)), "")

    @cached_property
    def _released(self) -> dict[str, int]:
        """Every commit that a released tag reaches, with its position in the history, oldest first."""
        if not self.tags:
            return {}
        tips = "\n".join(self.tags.values()).encode()
        listing = _git(self.repository, "rev-list", "--topo-order", "--reverse", "--stdin", input=tips)
        return {commit: place for place, commit in enumerate(listing.split())}

    def age(self, recorded: str) -> tuple[Any, ...]:
        """Return a sort key for recorded commits: by version, else by position in the history."""
        if version := version_of(recorded):
            return version, 0
        try:
            return (), self._released[self.resolve(recorded)]
        except SourceError:
            return (), -1

    def is_behind(self, recorded: str) -> bool:
        """Return whether a newer version is released than the recorded one."""
        return bool(self.newest) and self.age(self.newest) > self.age(recorded)

    def resolve(self, recorded: str) -> str:
        """Return the full hash of a recorded commit; raises `SourceError` outside the released history.

        The commit is looked up among the released ones, never passed to Git, which would also accept any other ref.
        """
        if recorded in self.tags:
            return self.tags[recorded]
        prefix = hash_of(recorded)
        found = [commit for commit in self._released if commit.startswith(prefix)] if prefix else []
        if len(found) != 1:
            what = f"'{recorded}' is not in the released history"
            suggestion = did_you_mean(recorded, self.tags, what)
            raise SourceError(f"_commit: {f'{self._fetched}; {what}' if suggestion == what else suggestion}")
        return found[0]

    def unreleased(self, version: str) -> str:
        """Return the error for a version to use that is not released."""
        newest = list(reversed(self.tags))[:_FEW]
        what = f"'{version}' is not a released version of {self.location}"
        return f"--to: {offer(version, newest, what)}"

    @property
    def _fetched(self) -> str:
        """What to do about a missing commit: a folder may lack what its origin has."""
        lacks = f"fetch what is missing with git -C {quote(self.location)} fetch --tags, or "
        return f"{lacks if is_local(self.location) else ''}restore this line from your repository's history"

    def checkout(self, commit: str) -> Path:
        """Return a folder with the files of a commit, named after the commit and created once.

        Files with the attribute `export-ignore` are left out, as by `git archive`: they would take most of the time.
        """
        folder = self._scratch / commit
        if not folder.exists():
            making = self._scratch / f"{commit}.making"
            making.mkdir()
            how = {
                "settings": [f"--git-dir={self._git_dir}", "--work-tree=.", "-c", "core.autocrlf=false"],
                "variables": {"GIT_INDEX_FILE": str(self._scratch / f"{commit}.index")},
                "about": self.repository,
            }
            _git(making, "read-tree", commit, **how)
            needed = _git(making, "ls-files", "-z", "--", ".", ":(exclude,attr:export-ignore)", **how)
            _git(making, "checkout-index", "-z", "--stdin", input=os.fsencode(needed), **how)
            making.rename(folder)
        return folder


def trusted(root: Path, template: str, scratch: Path, warn: Callable[[str], None] = warned) -> Source:
    """Return the pack that the repository at `root` trusts.

    It is the one given as an option or a variable, else the one in the repository's settings, else the one that this
    command was installed from. Raises `SourceError` if there is none, `SettingsError` for invalid settings.
    """
    settings = settings_of(root)
    if settings.unread:
        warn(f"{FILE}: is not read: {settings.unread}")
    if not template and settings.template:
        tell(f"Trusting the template in {FILE} of {settings.branch}: {settings.template}")
    if location := template or settings.template or _installed_from():
        return Source(location, scratch, settings.names, warn)
    raise SourceError(f"say which template to trust with --template URL, or set {VARIABLE}")


@contextmanager
def scratch_folder() -> Iterator[str]:
    """Create the folder for clones and checkouts; on exit it is removed, and so is code loaded from it."""
    with TemporaryDirectory(prefix=TEMPORARY, ignore_cleanup_errors=True) as name:
        folder = Path(name).resolve()
        try:
            yield name
        finally:
            for module, loaded in list(sys.modules.items()):
                if (getattr(loaded, "__file__", None) or "").startswith(f"{folder}{os.sep}"):
                    del sys.modules[module]


def _installed_from() -> str:
    """Return the repository or folder that this package was installed from (PEP 610); '' for a wheel or an index."""
    try:
        record: Any = json.loads(metadata.distribution("dativo-generator").read_text("direct_url.json") or "{}")
    except (metadata.PackageNotFoundError, ValueError):
        return ""
    return "" if "archive_info" in record else record.get("url", "")


def _git(folder: Path, *arguments: str, **how: Any) -> str:
    try:
        return os.fsdecode(git(folder, *arguments, **how))
    except GitError as error:
        raise SourceError(str(error)) from None
