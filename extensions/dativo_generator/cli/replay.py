"""`dativo-generator replay`."""

from collections import Counter
from collections.abc import Iterable
from shlex import quote
from typing import Annotated, Any

import typer
from rich.console import Console

from ..base.emit import inline
from ..fleet.fleet import Fleet
from ..fleet.replay import FAILING, FileState, Report, diff, repaired, replay
from ..fleet.source import SourceError
from .options import BEHIND, OK, WRONG, AsJson, Template
from .output import counted, counted_states, dump, print_state, say, show
from .progress import progress
from .repository import fleet_here, nothing_here

EXAMPLES = ("dativo-generator replay", "dativo-generator replay --diff --strict")


def command(
    template: Template = "",
    show_diff: Annotated[bool, typer.Option("--diff", help="Show the differences.")] = False,
    write: Annotated[
        bool,
        typer.Option("--write", help="Repair: write missing files, delete orphans; with --strict, undo edits, too."),
    ] = False,
    strict: Annotated[bool, typer.Option("--strict", help="Fail on edits by hand, too.")] = False,
    shard: Annotated[
        str, typer.Option(metavar="I/N", help="Check only a share of the answers files, like 3/16.")
    ] = "1/1",
    as_json: AsJson = False,
) -> None:
    """Check that the repository is what its answers files say: render each at its version, and compare."""
    share = _shard(shard)
    with fleet_here(template, writes="replay --write" if write else "") as fleet:
        with progress("Replaying", len(fleet.files[share[0] - 1 :: share[1]]), quiet=as_json) as advance:
            report = replay(fleet, share, advance)
        if not fleet.files and not report.others:
            raise SourceError(nothing_here(fleet.tree.root))
        remaining = repaired(report, fleet, strict) if write else report
        print_ = _print_json if as_json else _print_text
        print_(report, remaining, fleet, strict=strict, with_diff=show_diff)
    if remaining.failed(strict):
        raise typer.Exit(WRONG)
    raise typer.Exit(BEHIND if remaining.behind else OK)


def _shard(text: str) -> tuple[int, int]:
    number, _, of = text.partition("/")
    if not (number.isdecimal() and of.isdecimal() and 1 <= int(number) <= int(of)):
        raise SourceError(f"--shard: write a share like 3/16, not '{text}'")
    return int(number), int(of)


def _print_text(report: Report, remaining: Report, fleet: Fleet, *, strict: bool, with_diff: bool) -> None:
    """Print a line for each file that is not clean, and a summary."""
    console = Console(soft_wrap=True, highlight=False)
    for commit, count in Counter(state.commit for state in report.answers if state.state == "behind").items():
        print_state(
            console, "behind", f"{counted(count, 'answers file')} at {commit}; {fleet.source.newest} is released"
        )
    for state in report.answers:
        if state.state in FAILING:
            repaired = any(other.name == state.name and other.state != state.state for other in remaining.answers)
            print_state(console, state.state, f"{state.detail}{' (repaired)' if repaired else ''}")
    names = {state.name for state in report.answers}
    kept = {file.path: file.state for file in remaining.files}
    for file in report.files:
        if file.state == "clean" or (file.path in names and not with_diff):
            continue
        repaired = kept.get(file.path, "clean") == "clean"
        note = " (repaired)" if repaired else ""
        print_state(console, file.state, f"{file.path}{': ' + file.detail if file.detail else ''}{note}")
        if with_diff and not repaired:
            for line in diff(file, fleet).splitlines():
                show(console, line)
    answers = Counter(state.state for state in remaining.answers)
    files = Counter(file.state for file in remaining.files)
    say(console, f"{counted_states(answers, 'answers file')}; {counted_states(files, 'file')}")
    if report is remaining and remaining.failed(strict) and remaining.repairable(strict):
        console.print("Repair with: dativo-generator replay --write")
    for state in remaining.answers:
        if missing := [file.path for file in state.files if file.state == "missing"]:
            command = f"dativo-generator update {quote(state.name)} --data {quote(f'left_out={inline(missing)}')}"
            say(console, f"If it was deleted for good: {command}")


def _print_json(report: Report, remaining: Report, fleet: Fleet, *, strict: bool, with_diff: bool) -> None:
    """Print `{answers, files, failed, behind}`."""

    def shown(files: Iterable[FileState]) -> list[dict[str, Any]]:
        return [
            {"path": file.path, "state": file.state}
            | ({"detail": file.detail} if file.detail else {})
            | ({"diff": diff(file, fleet)} if with_diff and file.state != "clean" else {})
            for file in files
        ]

    answers = [
        {"file": s.name, "state": s.state, "commit": s.commit, "detail": s.detail, "files": shown(s.files)}
        for s in remaining.answers
    ]
    repaired = sorted(
        {file.path for file in report.files if file.state != "clean"}
        - {file.path for file in remaining.files if file.state != "clean"}
    )
    dump(
        "replay.v1",
        {
            "answers": answers,
            "files": shown(remaining.others),
            "repaired": repaired,
            "failed": remaining.failed(strict),
            "behind": remaining.behind,
        },
    )
