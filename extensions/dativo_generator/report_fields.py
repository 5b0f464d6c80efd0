"""Say what `fields` found: columns as an answer, why they have their labels, and what has changed."""

import sys
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from typing import Any

from rich.console import Console
from rich.markup import escape

from .comparison import Asset, Change
from .emit import block
from .errors import printable
from .fields import Field
from .imported import Imported
from .naming import slug_of
from .report import counted, dump


def imported_notes(found: Sequence[Imported]) -> None:
    """Say on standard error what a reader should know of an import: what was sampled, and which column is followed."""
    for one in found:
        place = f"{one.table.name}: " if len(found) > 1 else ""
        for note in one.table.notes:
            print(printable(f"note: {place}{note}"), file=sys.stderr)
        if one.cursor:
            who = "the source says so" if one.cursor == one.table.cursor else "it tells what has changed"
            print(printable(f"note: {place}cursor '{one.cursor}': {who}"), file=sys.stderr)


def fields_text(found: Sequence[Imported], object_name: str) -> None:
    """Print `fields` as a data file has it: of one table its columns, of several, or of a named object, a mapping."""
    if len(found) == 1 and not object_name:
        _fields(found[0].fields())
    else:
        print(
            block({"fields": {object_name or name: _notation(one.fields()) for name, one in _by_object(found).items()}})
        )


def _by_object(found: Sequence[Imported]) -> dict[str, Imported]:
    """Name imported tables as a scaffold names its objects; with the schema where two would have one name."""
    short = [slug_of(one.table.plain_name) for one in found]
    names = [
        name if short.count(name) == 1 else slug_of(one.table.name) for name, one in zip(short, found, strict=True)
    ]
    return dict(zip(names, found, strict=True))


def _notation(fields: Iterable[Field]) -> dict[str, Any]:
    return {field.name: field.as_answer() for field in fields}


def _fields(fields: Iterable[Field]) -> None:
    print(block({"fields": _notation(fields)}))


def explained_text(found: Sequence[Imported]) -> None:
    """Print each column with its label, the rule and what speaks for it, or why a rule that nearly fits does not."""
    console = Console(soft_wrap=True, highlight=False)
    for one in found:
        if len(found) > 1:
            console.print(escape(printable(one.table.name)), style="bold")
        names = [printable(column.name) for column in one.table.columns]
        width = max(map(len, names))
        for name, column, judgement in zip(names, one.table.columns, one.judgements, strict=True):
            why = f"{judgement.rule}: {judgement.evidence}" if judgement.rule else ""
            style = {"PII": "yellow", "SENSITIVE": "red"}.get(judgement.label, "")
            label = f"[{style}]{judgement.label:<10}[/]" if style else f"{judgement.label or '-':<10}"
            console.print(f"{escape(name):<{width}}  {column.type:<10} {label} {escape(printable(why))}".rstrip())


def explained_json(found: Sequence[Imported]) -> None:
    """Print a list of `{table, name, type, required, classification, rule, evidence}`."""
    dump(
        [
            {
                "table": one.table.name,
                "name": column.name,
                "type": column.type,
                "required": bool(column.required),
                "classification": judgement.label or None,
                "rule": judgement.rule or None,
                "evidence": judgement.evidence or None,
            }
            for one in found
            for column, judgement in zip(one.table.columns, one.judgements, strict=True)
        ]
    )


def compared_text(differences: Sequence[Change], fields: Sequence[Field], asset: Asset, *, failed: bool) -> None:
    """Print the differences as comments above the fields that take them in, so that both are one data file."""
    for change in differences:
        breaks = f" (breaks: {change.breaks})" if change.breaks else ""
        print(printable(f"# {change.what}: {change.column}: {change.detail}{breaks}"))
    print(f"# {_verdict(differences, asset, failed)}")
    _fields(fields)


def compared_json(differences: Sequence[Change], fields: Sequence[Field], asset: Asset, *, failed: bool) -> None:
    """Print `{mode, failed, changes, fields}`."""
    changes = [asdict(change) | {"breaks": change.breaks or None} for change in differences]
    dump({"mode": asset.mode or None, "failed": failed, "changes": changes, "fields": _notation(fields)})


def _verdict(differences: Sequence[Change], asset: Asset, failed: bool) -> str:
    if not differences:
        return "nothing has changed"
    mode = asset.mode or "strict, since the asset names no mode"
    return f"{counted(len(differences), 'change')}; mode {mode}: {'this fails' if failed else 'this is taken'}"
