"""Say what the commands found: as text for people, as Markdown for a pull request, as JSON for programs."""

import json
import sys
from collections import Counter
from collections.abc import Iterable
from dataclasses import asdict
from typing import Any

from rich.console import Console
from rich.markup import escape

from .errors import printable
from .fleet.batch import Batch
from .fleet.fleet import Fleet
from .fleet.replay import FileState, Report, diff
from .fleet.step import EFFECTS, Outcome
from .fleet.update import Update
from .validation import ERROR, WARNING, Finding

_STYLES = {
    "missing": "red",
    "orphaned": "red",
    "refused": "red",
    "forbidden in cloud": "red",
    "tampered": "red",
    "edited": "yellow",
    "behind": "cyan",
    "older": "cyan",
    "new": "green",
    "changed": "yellow",
}
_WORDS = {"edited": "edited by hand", "older": "of an older version"}
# How many examples of a kind a Markdown comment lists before it counts the rest.
_LISTED = 20


def replay_text(found: Report, left: Report, fleet: Fleet, *, strict: bool, with_diff: bool) -> None:
    """Print what is not clean, a line each, and a count of everything."""
    console = Console(soft_wrap=True, highlight=False)
    for commit, count in Counter(state.commit for state in found.answers if state.state == "behind").items():
        _line(console, "behind", f"{counted(count, 'answers file')} at {commit}; {fleet.source.newest} is released")
    for state in found.answers:
        if state.state in ("refused", "tampered"):
            repaired = any(other.name == state.name and other.state != state.state for other in left.answers)
            _line(console, state.state, f"{state.detail}{' (repaired)' if repaired else ''}")
    names = {state.name for state in found.answers}
    kept = {file.path: file.state for file in left.files}
    for file in found.files:
        if file.state == "clean" or (file.path in names and not with_diff):
            continue
        repaired = kept.get(file.path, "clean") == "clean"
        note = " (repaired)" if repaired else ""
        _line(console, file.state, f"{file.path}{': ' + file.detail if file.detail else ''}{note}")
        if with_diff and not repaired:
            console.print(escape(diff(file, fleet)), end="")
    answers = Counter(state.state for state in left.answers)
    files = Counter(file.state for file in left.files)
    console.print(f"{_states(answers, 'answers file')}; {_states(files, 'file')}")
    if found is left and left.failed(strict):
        console.print("Repair with: dativo-generator replay --write")


def replay_json(found: Report, left: Report, fleet: Fleet, *, strict: bool, with_diff: bool) -> None:
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
        for s in left.answers
    ]
    repaired = sorted(
        {file.path for file in found.files if file.state != "clean"}
        - {file.path for file in left.files if file.state != "clean"}
    )
    dump(
        {
            "answers": answers,
            "files": shown(left.others),
            "repaired": repaired,
            "failed": left.failed(strict),
            "behind": left.behind,
        }
    )


def update_text(change: Update, *, dry_run: bool) -> None:
    """Print what happens to which answers files, and what it means."""
    console = Console(soft_wrap=True, highlight=False)
    for outcome in change.outcomes:
        for effect, said in _said(outcome):
            if outcome.refused or (dry_run and effect != "unaffected"):
                _line(console, effect, said)
    for group in change.groups:
        console.print(f"  {escape(str(group))}, like {escape(group.example.path)}")
    for path in sorted(change.conflicts):
        _line(console, "conflict", path)
    would = "would be " if dry_run else ""
    taken = len(change.outcomes) - len(change.refused)
    console.print(
        f"{taken} of {len(change.outcomes)} answers files {would}at {change.target}, {len(change.refused)} refused; "
        f"{counted(len(change.writes), 'file')} {would}changed, {len(change.conflicts)} with conflicts"
    )


def update_markdown(change: Update, *, dry_run: bool) -> None:
    """Print the same as a comment on a pull request."""
    effects = Counter(effect for outcome in change.outcomes for effect in outcome.effects)
    lines = [
        f"### {'What an update' if dry_run else 'Update'} to `{change.target}`{' would do' if dry_run else ''}",
        "",
    ]
    lines += ["| answers files | |", "|---|---:|"]
    lines += [f"| {effect} | {effects[effect]} |" for effect in EFFECTS if effects[effect]]
    lines += [f"| files changed | {len(change.writes)} |", f"| conflicts | {len(change.conflicts)} |", ""]
    if groups := change.groups:
        lines += ["| change | from | to | in | example |", "|---|---|---|---:|---|"]
        for group in groups:
            values = " | ".join(_code(value) if value else "" for value in (group.old, group.new))
            lines.append(f"| {_code(group.key)} | {values} | {group.where} | {_code(group.example.path)} |")
        lines.append("")
    for title, wanted in (
        ("Refused, and left as they are", ("refused", "forbidden in cloud")),
        ("Pinned: they keep an answer that the registry has moved", ("pinned",)),
        ("Renamed or moved, with the edits in them", ("renamed", "moved")),
    ):
        said = [text for outcome in change.outcomes for effect, text in _said(outcome) if effect in wanted]
        if said:
            lines += [f"**{title}**", "", *(f"- {_code(text)}" for text in said[:_LISTED])]
            lines += [f"- and {len(said) - _LISTED} more"] if len(said) > _LISTED else []
            lines.append("")
    if change.conflicts:
        lines += ["**Conflicts**", "", *(f"- {_code(path)}" for path in sorted(change.conflicts)[:_LISTED]), ""]
    print("\n".join(lines).rstrip())


def update_json(change: Update, *, dry_run: bool) -> None:
    """Print `{target, answers, changes, files, conflicts}`."""
    dump(
        {
            "target": change.target,
            "dry_run": dry_run,
            "answers": [
                {"file": o.name, "effects": list(o.effects), "detail": o.detail, "pinned": list(o.pins)}
                | ({"becomes": o.new_name} if o.new_name not in ("", o.name) else {})
                for o in change.outcomes
            ],
            "changes": [
                {
                    "kind": group.kind,
                    "key": group.key,
                    "old": group.old,
                    "new": group.new,
                    "count": group.count,
                    "example": {"path": group.example.path, "old": group.example.old, "new": group.example.new},
                }
                for group in change.groups
            ],
            "files": _files(change),
            "conflicts": sorted(change.conflicts),
        }
    )


def batch_text(found: Batch, target: str, *, dry_run: bool) -> None:
    """Print all that is wrong, a line each, else a table of what is new or changed, and a count."""
    if found.problems:
        for problem in found.problems:
            print(printable(problem), file=sys.stderr)
        print(f"Error: {counted(len(found.problems), 'problem')}; nothing was written", file=sys.stderr)
        return
    console = Console(soft_wrap=True, highlight=False)
    states = Counter(state.state for state in found.states)
    lines = [("row", "", "tenant", "scaffold", "from", "to", "files")]
    for state in found.states:
        if state.state != "unchanged":
            values, outcome = state.outcome.values, state.outcome
            ends = [str(values[f"{role}_connector"]) for role in ("source", "target")]
            files = str(len(outcome.writes) + len(outcome.edits))
            lines.append(
                (str(state.row.number), state.state, str(values["tenant_id"]), str(values["scaffold"]), *ends, files)
            )
    widths = [max(len(line[column]) for line in lines) for column in range(len(lines[0]))]
    for index, line in enumerate(lines if len(lines) > 1 else []):
        text = "  ".join(f"{cell:<{width}}" for cell, width in zip(line, widths, strict=True)).rstrip()
        console.print(escape(text), style="bold" if not index else _STYLES.get(line[1], ""))
    for path in sorted(found.change.conflicts):
        _line(console, "conflict", path)
    would = "would be " if dry_run else ""
    scaffolds, written = counted(states["new"], "scaffold"), counted(len(found.change.writes), "file")
    console.print(
        f"{scaffolds} {would}new, {states['changed']} {would}changed, {states['unchanged']} unchanged; "
        f"{written} {would}written, {len(found.change.conflicts)} with conflicts; at {target}"
    )


def batch_json(found: Batch, target: str, *, dry_run: bool) -> None:
    """Print `{target, dry_run, problems, rows, files, conflicts}`."""
    change = found.change
    dump(
        {
            "target": target,
            "dry_run": dry_run,
            "problems": found.problems,
            "rows": [
                {"row": state.row.number, "file": state.outcome.new_name, "state": state.state}
                for state in found.states
            ],
            "files": _files(change) if change else {},
            "conflicts": sorted(change.conflicts) if change else [],
        }
    )


def _files(change: Update) -> dict[str, str]:
    return {path: "deleted" if text is None else "written" for path, text in sorted(change.writes.items())}


def validation_text(findings: list[Finding], files: int) -> None:
    """Print a line for each finding, as compilers do, and a count."""
    console = Console(soft_wrap=True, highlight=False)
    for found in findings:
        style = "red" if found.severity == "error" else "yellow"
        where = f"{found.file}:{found.line}:{found.column}"
        console.print(f"{escape(where)}: [{style}]{found.severity}[/]: {escape(found.message)} ({found.rule})")
    counts = Counter(found.severity for found in findings)
    said = ", ".join(counted(counts[severity], severity) for severity in (ERROR, WARNING))
    console.print(f"{counted(files, 'file')}: {said}")


def validation_json(findings: list[Finding], files: int) -> None:
    """Print `{files, findings}`."""
    dump({"files": files, "findings": [asdict(found) for found in findings]})


def _said(outcome: Outcome) -> list[tuple[str, str]]:
    """Say each effect of an outcome."""
    said = []
    for effect in outcome.effects:
        if effect in ("refused", "forbidden in cloud"):
            said.append((effect, outcome.detail))
        elif effect == "pinned":
            said.append((effect, f"{outcome.name}: keeps {', '.join(outcome.pins)}"))
        elif effect == "renamed":
            said.append((effect, f"{outcome.name}: {outcome.detail}"))
        else:
            said.append((effect, outcome.name))
    return said


def _line(console: Console, state: str, text: str) -> None:
    style, text = _STYLES.get(state, ""), printable(text)
    word = f"{_WORDS.get(state, state):<19}"
    console.print(f"[{style}]{word}[/]{escape(text)}" if style else f"{word}{escape(text)}")


def _states(states: Counter[str], thing: str) -> str:
    parts = ", ".join(f"{count} {_WORDS.get(state, state)}" for state, count in states.most_common())
    return f"{counted(states.total(), thing)}{': ' + parts if parts else ''}"


def counted(count: int, thing: str) -> str:
    """Say how many there are of a thing, whose plural ends in s."""
    return f"{count} {thing}{'' if count == 1 else 's'}"


def _code(text: str) -> str:
    """Show text literally in Markdown, in a table, too."""
    text = text.replace("|", "\\|").replace("\n", " ")
    fence = "``" if "`" in text else "`"
    return f"{fence}{text}{fence}"


def dump(value: Any) -> None:
    """Print a value as JSON."""
    print(json.dumps(value, indent=2, ensure_ascii=False))
