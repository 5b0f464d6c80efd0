"""The review before a scaffold is written, for a user who may still say no: paths, contents, changes, warnings."""

import os
from collections.abc import Callable, Collection, Iterator, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from ..base import reading
from ..base.diffs import unified
from ..base.emit import inline
from ..base.errors import printable
from ..base.naming import listed
from ..base.paths import SETTINGS, TEMPORARY
from ..base.telling import fitted
from ..registry.pack import Pack
from ..validation.findings import Finding
from ..validation.repository import files, validate

# The most lines of a diff that are worth showing.
_LONGEST = 60
_WARNED = {
    "date-in-catalog",
    "engine",
    "first-load",
    "no-effect",
    "not-read",
    "not-written",
    "once-a-day",
    "partitioning",
}
_COLOURS = {"new": "32", "changed": "33", "+": "32", "-": "31", "title": "1"}

Paint = Callable[[str, str], str]


def review(
    pack: Pack, plan: Mapping[str, Any], rendered: Mapping[str, bytes], root: Path, kept: Collection[str], colour: bool
) -> str:
    """Return the review, as text, of what a scaffold's plan and its rendered files do to the folder `root`.

    `kept` names shared files that stay as another scaffold wrote them.
    """

    def paint(text: str, name: str) -> str:
        return f"\033[{_COLOURS[name]}m{text}\033[0m" if colour and name in _COLOURS else text

    there = {path: _read(root, path) for path in rendered}
    states = {path: _state(text, there[path], path in kept) for path, text in rendered.items()}
    paths = _in_order(plan, rendered)
    alone = len(plan["jobs"]) == 1
    lines = list(_contents(plan, rendered, states, paint) if alone else _summary(plan, paint))
    for path in paths:
        if states[path] == "changed":
            lines += [*_painted(unified(path, there[path] or b"", rendered[path], ("there", "new")), paint), ""]
    # Last, so that it is closest to the question.
    lines.append(paint("What will be written:", "title"))
    lines += [f"  {paint(f'{states[path]:<10}', states[path])}{printable(path)}" for path in paths]
    lines += ["", paint("Rows land in:", "title"), *(f"  {printable(place)}" for place in plan["places"])]
    if plan["profiled"]:
        lines += ["", paint("Answers from a profile:", "title"), f"  {fitted(listed(plan['profiled']), 2)}"]
    if warnings := [*_warnings(plan), *_findings(pack, plan, rendered, root)]:
        lines += ["", paint("Warnings:", "title"), *(f"  {fitted(warning, 2)}" for warning in warnings)]
    return "\n".join(lines)


def _state(text: bytes, there: bytes | None, kept: bool) -> str:
    if there is None:
        return "new"
    return "unchanged" if there == text else "kept" if kept else "changed"


def _read(root: Path, path: str) -> bytes | None:
    try:
        content = reading.read(root, path)
    except reading.ReadingError:
        return None
    return None if content is None else content.replace(b"\r\n", b"\n")


def _in_order(plan: Mapping[str, Any], rendered: Mapping[str, bytes]) -> list[str]:
    """Sort the paths: files of the scaffold before shared ones, then by kind."""
    return sorted(rendered, key=lambda path: (path in plan["shared"], path.startswith("."), path))


def _contents(
    plan: Mapping[str, Any], rendered: Mapping[str, bytes], states: Mapping[str, str], paint: Paint
) -> Iterator[str]:
    """Show new assets and jobs in full."""
    for file in (*plan["assets"], *plan["jobs"]):
        if states[file["path"]] == "new":
            text = rendered[file["path"]].decode()
            yield paint(printable(file["path"]), "title")
            yield from (f"  {printable(line)}".rstrip() for line in text.splitlines())
            yield ""


def _summary(plan: Mapping[str, Any], paint: Paint) -> Iterator[str]:
    """Summarize the asset and the job of each object in a line."""
    assets = {asset["object"]: asset["data"] for asset in plan["assets"]}
    yield paint(f"{len(plan['jobs'])} jobs from {plan['source']} to {plan['target']}:", "title")
    for job in plan["jobs"]:
        asset, incremental = assets.get(job["object"]), job["data"]["source"].get("incremental")
        parts = []
        if asset:
            labels = [field["classification"] for field in asset["schema"] if field.get("classification")]
            counted = listed(f"{labels.count(label)} {label}" for label in sorted(set(labels)))
            parts.append(f"{len(asset['schema'])} columns{f' ({counted})' if counted else ''}")
        if incremental:
            cursor = incremental.get("cursor_field")
            parts.append(f"follows {inline(cursor)}" if cursor else "reads what is new")
        else:
            parts.append("reads everything")
        yield printable(f"  {job['object']}: {', '.join(parts)}")
    yield ""


def _painted(lines: list[str], paint: Paint) -> Iterator[str]:
    for line in lines[:_LONGEST]:
        yield paint(printable(line), line[:1] if line[:3] not in ("+++", "---") else "title")
    if len(lines) > _LONGEST:
        yield f"... and {len(lines) - _LONGEST} more lines"


def _warnings(plan: Mapping[str, Any]) -> list[str]:
    return [printable(warning) for warning in plan["warnings"]]


def _findings(pack: Pack, plan: Mapping[str, Any], rendered: Mapping[str, bytes], root: Path) -> Iterator[str]:
    """Yield what `validate` finds in the new files, together with related files of the folder.

    A file is related if it mentions one of the new assets, or the state of a job. The new files are not checked against
    their schemas again.
    """
    mine = {file["path"] for file in (*plan["assets"], *plan["jobs"])}
    words = {word.encode() for job in plan["jobs"] for word in _words(job["data"])}
    with TemporaryDirectory(prefix=TEMPORARY) as name:
        room = Path(name)
        for path in files(root):
            text = _read(root, path)
            if path not in rendered and text and any(word in text for word in words):
                _write(room / path, text)
        if settings := _read(root, SETTINGS):
            _write(room / SETTINGS, settings)
        for path, text in rendered.items():
            _write(room / path, text)
        for finding in validate(room, pack):
            if (finding.file in mine or any(path in finding.message for path in mine)) and not _is_warned(finding):
                yield printable(f"{finding.file}:{finding.line}: {finding.message}")


def _words(job: Mapping[str, Any]) -> Iterator[str]:
    """Yield the words by which to find the jobs and assets that are related to a job."""
    yield job["asset"]
    if state := job["source"].get("incremental", {}).get("state_path"):
        yield state


def _is_warned(finding: Finding) -> bool:
    """Return whether the plan's own warnings already cover a finding."""
    return finding.rule in _WARNED


def _write(path: Path, text: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text)


def coloured(stream: Any) -> bool:
    """Return whether to use colour on a stream: on a terminal, unless NO_COLOR is set (https://no-color.org)."""
    return stream.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
