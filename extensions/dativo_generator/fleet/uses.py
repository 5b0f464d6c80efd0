"""Which jobs use which assets: no asset is deleted while a job needs it, and no job uses an asset of something else."""

import re
from collections.abc import Iterator, Mapping, Sequence

import yaml

from ..answers import file_paths
from ..base import reading
from ..base.documents import parse_bounded
from ..plan.ownership import differs, misdescribed
from .fleet import Fleet
from .step import Outcome, Step

# Jobs are searched for the text of the key, even if they are not valid YAML. The path may start with where the runner
# mounts the repository.
_ASSET = re.compile(rb"""asset_path["']?[ \t]*:[ \t]*["']?([^\s"'#,}]+)""")


def checked(step: Step, outcomes: Sequence[Outcome]) -> Iterator[Outcome]:
    """Refuse outcomes that delete an asset that other jobs use, or make a job use an asset of something else."""
    needed = used(step, outcomes)
    for outcome in outcomes:
        if outcome.refused:
            yield outcome
        elif why := _needed(step, outcome, needed) or _misread(step, outcome, outcomes):
            yield Outcome(outcome.name, ("refused",), f"{outcome.name}: {why}")
        else:
            yield outcome


def _needed(step: Step, outcome: Outcome, needed: Mapping[str, Sequence[str]]) -> str:
    """Return which asset cannot be deleted, and why; '' if all can."""
    if step.force:
        return ""
    for path, content in outcome.writes.items():
        if content is None and (users := needed.get(path)):
            more = f" and {len(users) - 1} more" if len(users) > 1 else ""
            where = f"point it at {outcome.moves[path]}" if path in outcome.moves else "point it elsewhere"
            return f"{where} first, or give --force; {path} would be deleted, but {users[0]}{more} needs it"
    return ""


def used(step: Step, outcomes: Sequence[Outcome]) -> dict[str, list[str]]:
    """Map the assets that would be deleted to the jobs that would still use them."""
    taking = [outcome for outcome in outcomes if not outcome.refused]
    gone = {p for outcome in taking for p, content in outcome.writes.items() if content is None and _may_be_asset(p)}
    if not gone:
        return {}
    after: dict[str, bytes | None] = {}
    for outcome in taking:
        after |= {path: edit.theirs for path, edit in outcome.edits.items()} | dict(outcome.writes)
    found: dict[str, list[str]] = {}
    for job, text in jobs(step.fleet):
        for asset_path in _assets_of(after.get(job, text)):
            parts = asset_path.split("/")
            for asset in ("/".join(parts[start:]) for start in range(len(parts))):
                if asset in gone:
                    found.setdefault(asset, []).append(job)
    return found


def _misread(step: Step, outcome: Outcome, outcomes: Sequence[Outcome]) -> str:
    """Return which asset of another scaffold does not fit a job that would use it; '' if there is none."""
    root = step.fleet.tree.root
    for path, (source, item) in outcome.reads.items():
        writer = next((other for other in outcomes if other.writes.get(path) is not None and not other.refused), None)
        if writer:
            why = differs(path, _parsed(writer.writes[path]), source, item, writer.items.get(path))
        else:
            why = misdescribed(root, path, source, item, step.fleet.owner(path, outcome.name))
        if why:
            return f"assets: write it with assets=write; {why}"
    return ""


def jobs(fleet: Fleet) -> Iterator[tuple[str, bytes]]:
    """Yield every job, also at unusual paths, with its text."""
    tree = fleet.tree
    elsewhere = (path for file in fleet.files if not file.problem for path in file_paths.each(file.values.get("paths")))
    for path in dict.fromkeys(
        (*reading.below(tree.root, "jobs"), *(path for path in elsewhere if isinstance(path, str)))
    ):
        if path.endswith((".yaml", ".yml")):
            try:
                yield path, tree.read(path) or b""
            except reading.ReadingError:
                continue


def _assets_of(text: bytes | None) -> set[str]:
    return {match.decode("utf-8", "replace") for match in _ASSET.findall(text or b"")}


def _may_be_asset(path: str) -> bool:
    """Return whether a job could use a file as its asset; an adopted asset may be anywhere."""
    return path.endswith((".yaml", ".yml")) and "/" in path and not path.startswith("jobs/")


def _parsed(text: bytes | None) -> object:
    try:
        return parse_bounded((text or b"").decode("utf-8"))
    except (yaml.YAMLError, UnicodeDecodeError):
        return None
