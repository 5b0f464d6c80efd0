"""What Copier's own commands refuse: stale answers, answers that would move files, and what another scaffold owns.

Copier drops a recorded answer that the registry no longer offers, and takes the default in its place. When an answer
that names a path changes, it deletes the file at the old path with the edits in it.
"""

import os
import shlex
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from ..answers.questions import QUESTIONS
from ..answers.scaffold import Scaffold
from ..answers.selection import thing_of
from ..base import reading
from ..base.documents import parse_bounded
from ..base.emit import flow
from ..base.errors import AnswerError, DativoError
from ..base.git import GitError, git
from ..base.naming import listed, nearest
from ..base.paths import CI_FILES, FIXTURES_TEST, answers_file_of
from ..plan.destination import Destination, shares
from ..plan.ownership import instead, is_own, misdescribed, owned, owners_of
from ..plan.plan import asset_path, paths
from ..registry.connectors import FILE as REGISTRY
from ..registry.connectors import SELECTIONS
from ..registry.lifecycle import FILE as LIFECYCLE

# Stands in a command for what only its user can know.
_ANY = "VALUE"
# Each of these is part of the path of every file of a scaffold, or of its answers file.
PATHS = ("tenant_id", "source_connector", "target_connector", "scaffold", "asset_version")


def stale(scaffold: Scaffold, name: str, error: AnswerError, answers_file: str) -> AnswerError:
    """Return the error for a recorded answer that is no longer valid; the error says what to type."""
    problem = f"{answers_file}: {error}" if answers_file else str(error)
    if scaffold.inapplicable(name):
        return AnswerError(f"{problem} (remove its line from the file)")
    if followable(scaffold, name):
        return AnswerError(f"{problem}; follow it with: dativo-generator update {shlex.quote(answers_file)}")
    gone, left = _objects(scaffold) if name == "objects" and answers_file else ([], [])
    remove = f"dativo-generator remove {shlex.quote(answers_file)}"
    if gone and left:  # other answers may name these objects, too, and files are left: `remove` takes care of both
        options = "".join(f" --object {shlex.quote(item)}" for item in gone)
        return AnswerError(f"{problem}; remove {'it' if len(gone) == 1 else 'them'} with: {remove}{options}")
    # Answers that were given in memory have no file to update.
    command = f"dativo-generator update {shlex.quote(answers_file)} " if answers_file else ""
    verb = "move to another with" if name in PATHS else "answer again with"
    way = f"{verb}: {command}--data {name}={_suggestion(scaffold, name)}"
    if not answers_file or not (gone or _has_left(scaffold, name)):
        return AnswerError(f"{problem}; {way}")
    known = gone or scaffold.pack.lifecycle.fate(str(scaffold.raw[name]))
    unsaid = "" if known else f", and {LIFECYCLE} does not say why; ask whoever maintains the template"
    return AnswerError(f"{problem}{unsaid}; {way}, or remove the scaffold with: {remove}")


def _objects(scaffold: Scaffold) -> tuple[list[str], list[str]]:
    """Return which of the objects in the answer are no longer in the registry, and which are."""
    chosen = scaffold.raw["objects"] if isinstance(scaffold.raw["objects"], list) else []
    known = scaffold.source.objects
    return [str(item) for item in chosen if item not in known], [item for item in chosen if item in known]


def _has_left(scaffold: Scaffold, name: str) -> bool:
    """Return whether an answer names a connector that is not in the registry, and nothing replaces or resembles it."""
    if not name.endswith("_connector") or not isinstance(scaffold.raw[name], str):
        return False
    return scaffold.raw[name] not in scaffold.pack.registry and _suggestion(scaffold, name) == _ANY


def followable(scaffold: Scaffold, name: str) -> bool:
    """Return whether the lifecycle renames the id in an answer."""
    return scaffold.pack.lifecycle.followed(scaffold.raw)[name] != scaffold.raw[name]


def unmoved(scaffold: Scaffold, name: str, recorded: Mapping[str, Any], destination: Destination) -> None:
    """Refuse an answer that would move existing files, or take shared ones from another scaffold.

    `recorded` holds the previous answers.
    """
    answers_file = destination.answers_file
    if name in PATHS:
        old, new = str(recorded.get(name, QUESTIONS[name].default(scaffold))), scaffold[name]
        if old != new:
            raise _moving(f"{name}: '{old}' is part of file paths", f"{name}={new}", answers_file)
    is_other = name in ("environment", "environments") and scaffold.raw.get(name) != recorded.get(name)
    if is_other and (left := _left_folders(scaffold, recorded)):
        data = shlex.quote(f"{name}={flow(scaffold[name])}")
        raise _moving(f"{name}: {left} is part of file paths", data, answers_file)
    if name in ("asset_names", *SELECTIONS):
        for item, old_object, old, new in _renamed_items(scaffold, recorded):
            if name == "asset_names" and item == old_object:
                data = f"asset_names='{{{item}: {new}}}'"
                raise _moving(f"asset_names: '{old}' names the paths of '{item}'", data, answers_file)
            if name in SELECTIONS and item != old_object:
                what = f"{name}: '{old_object}' is part of file paths, and is now '{item}'"
                raise _moving(what, f"{name}=VALUE", answers_file)

    if (left := _left(scaffold, name, recorded)) and destination.newest(left) is not None:
        command = f"dativo-generator update {shlex.quote(answers_file)} --data {name}={scaffold[name] or 'no'}"
        raise AnswerError(f"{answers_file}: {name}: other scaffolds share {left}; to leave it to them: {command}")


def _left(scaffold: Scaffold, name: str, recorded: Mapping[str, Any]) -> str:
    """Return a file that an answer no longer asks for, so that Copier would delete it; '' if there is none."""
    if name == "vendor" and not scaffold["vendor"] and recorded.get("vendor") is not False:
        return REGISTRY
    if name == "ci" and scaffold["ci"] != recorded.get("ci"):
        return CI_FILES.get(str(recorded.get("ci")), "")
    if name == "fixtures" and not scaffold["fixtures"] and shares(recorded, FIXTURES_TEST):
        return FIXTURES_TEST
    return ""


def _left_folders(scaffold: Scaffold, recorded: Mapping[str, Any]) -> str:
    """Return the environments whose jobs would move, as text, or '' if none would."""
    try:
        before, after = _folders(Scaffold(scaffold.pack, recorded)), _folders(scaffold)
    except DativoError:
        return ""  # one of them is invalid, which is refused elsewhere
    return listed([f"'{name}'" for name in before if before[name] != after.get(name)])


def _folders(scaffold: Scaffold) -> dict[str, str]:
    """Map each environment to the folder of its jobs, relative to the tenant's."""
    return {name: scaffold.in_environment(name).environment_apart for name in scaffold.environments}


def _renamed_items(scaffold: Scaffold, recorded: Mapping[str, Any]) -> Iterator[tuple[str, str, str, str]]:
    """Yield items that are still read but would get another asset name: object, old object, old name, new name."""
    try:
        before = Scaffold(scaffold.pack, recorded)
        old = {item.object: (thing_of(item.entry), before.asset_name(item)) for item in before.items}
        new = {item.object: (thing_of(item.entry), scaffold.asset_name(item)) for item in scaffold.items}
    except DativoError:
        return  # one of them is invalid, which is refused elsewhere
    for item, (thing, name) in new.items():
        same = (other for other in old if other not in new and old[other][0] == thing)
        if (was := item if item in old else next(same, "")) and old[was][1] != name:
            yield item, was, old[was][1], name


def _moving(what: str, data: str, answers_file: str) -> AnswerError:
    command = f"dativo-generator update {shlex.quote(answers_file)} --data {data}"
    return AnswerError(f"{answers_file}: {what}; to move the files and the edits in them: {command}")


def unused(scaffold: Scaffold, destination: Path) -> None:
    """Refuse a new scaffold with the name of another one of its tenant."""
    file = answers_file_of(scaffold["tenant_id"], scaffold["scaffold"])
    if os.path.lexists(destination / file):
        raise AnswerError(
            "scaffold: give another name with --data scaffold=NAME, or answer that one again with "
            f"copier update --trust --answers-file {file}; '{scaffold['scaffold']}' exists already"
        )


def unobstructed(root: Path, paths: Iterable[str]) -> None:
    """Refuse paths where Copier would follow a link, wait for a pipe, or fail half-way."""
    for path in paths:
        if obstacle := reading.obstacle(root, path):
            raise AnswerError(obstacle)


def unowned(scaffold: Scaffold, destination: Destination) -> None:
    """Refuse to write an asset, a job or a fixture that the scaffold does not own."""
    try:
        wanted = paths(scaffold)
        items = {item.object: item for item in scaffold.items}
    except AnswerError:
        return  # an answer is invalid, which its own question reports
    pack = scaffold.pack
    own = destination._replace(answers_file=answers_file_of(scaffold["tenant_id"], scaffold["scaffold"]))
    owners = owners_of(pack, own, [path for _, path in wanted])
    for object_name, path in wanted:
        other = instead(object_name)
        if owner := owners.get(path):
            is_asset = path.startswith("assets/")
            same = is_asset and not misdescribed(own.root, path, scaffold.source.id, items[object_name], owner)
            reuse = "read it with --data assets=reuse, or " if same else ""
            raise AnswerError(f"{path}: {reuse}{other}; it belongs to {owner}")
        if os.path.lexists(own.root / path) and not is_own(pack, own, path):
            raise AnswerError(f"{path}: move it away, or {other}; it exists already, and belongs to no scaffold")


def free(root: Path, paths: Iterable[str]) -> None:
    """Refuse to overwrite a file that belongs to no scaffold."""
    for path in paths:
        if os.path.lexists(root / path):
            raise AnswerError(f"{path}: move it away; it exists already, and belongs to no scaffold")


def described(scaffold: Scaffold, destination: Destination) -> None:
    """Refuse jobs that reuse an asset that is missing, or that describes something else."""
    if not scaffold.reuses_assets:
        return
    read = {asset_path(scaffold, item): item for item in scaffold.items}
    owners = owners_of(scaffold.pack, destination, read)
    for path, item in read.items():
        if why := misdescribed(destination.root, path, scaffold.source.id, item, owners.get(path)):
            raise AnswerError(f"assets: reuse: {why}; write it with --data assets=write")


def undeleted(
    scaffold: Scaffold, recorded: Mapping[str, Any], destination: Destination, others: Sequence[str] = ()
) -> None:
    """Refuse answers for which Copier's update would delete files, together with any edits by hand.

    It deletes what is no longer rendered, and what Git ignores. `recorded` holds the previous answers; `others` are
    files rendered from the answers alone.
    """
    update = f"dativo-generator update {shlex.quote(destination.answers_file)}"
    before, now = owned(scaffold.pack, recorded), dict.fromkeys(path for _, path in paths(scaffold))
    gone = [path for path in before if path not in now and os.path.lexists(destination.root / path)]
    if gone:
        more = f" and {len(gone) - 1} more" if len(gone) > 1 else ""
        changed = [name for name in QUESTIONS if name in scaffold.raw and scaffold.raw[name] != recorded.get(name)]
        data = " ".join(f"--data {name}=..." for name in changed)
        raise AnswerError(
            f"{destination.answers_file}: {gone[0]}{more} would be deleted; "
            f"see what is deleted, and what was edited: {update} --dry-run {data}".rstrip()
        )
    there = [path for path in (*now, *others) if os.path.lexists(destination.root / path)]
    if ignored := _ignored(destination.root, there):
        raise AnswerError(
            f"{destination.answers_file}: use {update}; Copier's update deletes {ignored[0]}, which Git ignores"
        )


def _ignored(root: Path, files: Sequence[str]) -> list[str]:
    """List the files that Git ignores and does not track; outside a repository, there are none."""
    asked = "\0".join(files).encode()
    try:
        return git(root, "check-ignore", "-z", "--stdin", input=asked).decode().split("\0")[:-1] if files else []
    except GitError:
        return []  # no file is ignored, or this is not a repository


def named(answers_file: str, destination: Destination) -> None:
    """Refuse an answers file whose name does not match its tenant and scaffold."""
    if destination.answers_file != answers_file:
        raise AnswerError(
            f"--answers-file: name {answers_file}, or leave the option out; "
            f"'{destination.answers_file}' is not the name of this scaffold's file"
        )


def _suggestion(scaffold: Scaffold, name: str) -> str:
    """Return the valid answer that comes closest to a stale one, for a command line."""
    if name == "objects":
        _, left = _objects(scaffold)
        return f"'[{listed(left or scaffold.source.objects)}]'"
    if name.endswith("_connector"):
        named = scaffold.raw[name]
        if not isinstance(named, str):
            return _ANY
        if retired := scaffold.pack.lifecycle.retired.get(named):
            return retired.replacement or _ANY
        offered = [one.id for one in scaffold.pack.with_role(name.removesuffix("_connector"))]
        return _ANY if named in offered else nearest(named, offered) or _ANY
    default = QUESTIONS[name].default(scaffold)
    if name == "execution_mode" or default is None:
        return _ANY
    if isinstance(default, str) and "\n" in default:
        default = parse_bounded(default)  # a command is one line
    return shlex.quote(str(default) if isinstance(default, str | int) else flow(default))
