"""`dativo-generator fields`."""

import textwrap
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.markup import escape
from rich.text import Text

from ..base import emit
from ..base.collector import no_collector
from ..base.emit import block
from ..base.errors import printable
from ..base.naming import few, slug_of
from ..base.telling import tell
from ..fleet.siblings import answer_of
from ..importers import drift
from ..importers.drift import Asset, Change
from ..importers.imported import Imported, judged
from ..importers.read import read
from ..importers.source import Options
from ..importers.table import ImportFailed, Table, named
from ..registry.classification import Judgement
from ..registry.fields import Field
from ..registry.installed import installed
from ..registry.pack import Pack
from .failure import refuse
from .options import OK, WRONG, AsJson
from .output import counted, dump

# How many tables a note names before it counts the others.
_FEW = 3
EXAMPLES = ("dativo-generator fields people.csv", "dativo-generator fields schema.sql --table orders --explain")


def command(
    source: Annotated[
        str,
        typer.Argument(
            metavar="SOURCE",
            help="A data file, a folder or pattern of data files, a DDL script, a Singer or Airbyte catalog, a JSON "
            "Schema, an OpenAPI, Avro or dbt file, a data contract, an asset, or a database URL like "
            "postgresql://me:${PGPASSWORD}@host/db.",
        ),
    ],
    table: Annotated[str, typer.Option(metavar="NAME", help="Only this table, stream or schema of the source.")] = "",
    object_: Annotated[
        str,
        typer.Option(
            "--object", metavar="NAME", help="The object that the fields belong to; its name helps to find labels."
        ),
    ] = "",
    explain: Annotated[bool, typer.Option("--explain", help="Show why each column has its label, or none.")] = False,
    against: Annotated[
        Path | None, typer.Option(metavar="ASSET", help="Compare with an asset; keep its labels and descriptions.")
    ] = None,
    required_from_data: Annotated[
        bool, typer.Option("--required-from-data", help="Mark columns of a file as required if they are never empty.")
    ] = False,
    dialect: Annotated[str, typer.Option(metavar="NAME", help="SQL dialect of a DDL script; default: guessed.")] = "",
    encoding: Annotated[str, typer.Option(metavar="NAME", help="Encoding of a data file that is not UTF-8.")] = "",
    min_confidence: Annotated[
        float | None,
        typer.Option(
            metavar="NUMBER", min=0, max=1, help="Lowest confidence that gives a column a label; usually 0.5."
        ),
    ] = None,
    together: Annotated[
        bool, typer.Option("--together", help="Treat the files of a folder or pattern as one table.")
    ] = False,
    sample: Annotated[
        int,
        typer.Option(
            metavar="ROWS",
            min=0,
            max=100_000,
            help="Number of rows to read from each table of a database, to find labels.",
        ),
    ] = 0,
    as_json: AsJson = False,
) -> None:
    """Print the columns of a source as a data file that answers `fields`: types, required, labels, cursor."""
    try:
        asset = drift.read(against) if against else None
        imported = _imported(
            source,
            Options(table, dialect, encoding, required_from_data=required_from_data, sample=sample, together=together),
            object_,
            asset,
        )
    except ImportFailed as error:
        for note in error.notes:
            tell(f"Note: {note}")
        refuse(str(error), WRONG, as_json)
    bar = Pack(installed()).min_confidence if min_confidence is None else min_confidence
    _print_notes(imported)
    if explain:
        _print_explained_json(imported, bar) if as_json else _print_explained_text(imported, bar)
    elif asset:
        differences = drift.changes(asset, imported[0].table.columns)
        failed = drift.fails(asset.mode, differences)
        print_ = _print_compared_json if as_json else _print_compared_text
        notation = _notation(drift.merged(asset, imported[0], bar))
        print_(differences, answer_of(against, asset.object, notation), asset, failed=failed)
        raise typer.Exit(WRONG if failed else OK)
    else:
        _print_explained_json(imported, bar) if as_json else _print_fields(imported, object_, bar)


def _imported(source: str, options: Options, object_name: str, asset: Asset | None) -> list[Imported]:
    tables = read(source, options)
    if asset and len(tables) > 1:
        tables = (named(tables, object_name or asset.object, source),)
    if object_name and len(tables) > 1:
        raise ImportFailed(
            f"{source}: choose with --table one of {few(table.name for table in tables)}; --object names one"
        )
    judge = Pack(installed()).judge
    with no_collector():
        return [judged(table, judge, object_name or (asset.object if asset else "")) for table in tables]


def _print_notes(imported: Sequence[Imported]) -> None:
    """Print notes on an import to standard error, such as what was sampled, and which column is the cursor."""
    for note in imported[0].table.about_source:
        tell(f"Note: {note}")
    several = len(imported) > 1
    cursors: dict[str, list[str]] = {}
    for one in imported:
        place = f"{one.table.name}: " if several else ""
        for note in one.table.notes:
            tell(f"Note: {place}{note}")
        if one.cursor:
            # No colon behind the name: what looks like a secret's value is hidden, and a column may be called 'token'.
            why = "since the source says so" if one.cursor == one.table.cursor else "which shows what has changed"
            cursors.setdefault(f"cursor '{one.cursor}', {why}", []).append(one.table.name)
    for note, tables in cursors.items():
        tell(f"Note: {few(tables, _FEW)}: {note}" if several else f"Note: {note}")


def _print_fields(imported: Sequence[Imported], object_name: str, bar: float) -> None:
    """Print a data file: `fields`, of one table or by object, and the answer that selects what a job then reads."""
    by_object = {object_name or name: one for name, one in _by_object(imported).items()}
    fields: dict[str, Any] = {name: _notation(one.fields(min_confidence=bar)) for name, one in by_object.items()}
    if len(imported) == 1 and not object_name:
        (fields,) = fields.values()
    selections = {one.table.selection for one in imported}
    read = [_entry(name, one.table) for name, one in by_object.items()]
    names_tables = selections <= {"tables", "files"} and (selections != {"files"} or len(imported) > 1)
    print(
        emit.answers(({selections.pop(): read} if names_tables and len(selections) == 1 else {}) | {"fields": fields})
    )


def _entry(object_name: str, table: Table) -> Any:
    """Return the answer that selects a table or a file, with its object if that differs from the default."""
    if table.selection == "files":
        return {"path": table.path, "object": object_name}
    same = slug_of(table.name.rpartition(".")[2]) == object_name
    return table.name if same else {"name": table.name, "object": object_name}


def _by_object(imported: Sequence[Imported]) -> dict[str, Imported]:
    """Map imported tables by the object names of a scaffold; with the schema if two would have the same name."""
    short = [slug_of(one.table.plain_name) for one in imported]
    names = [
        name if short.count(name) == 1 else slug_of(one.table.path or one.table.name)
        for name, one in zip(short, imported, strict=True)
    ]
    return dict(zip(names, imported, strict=True))


def _notation(fields: Iterable[Field]) -> dict[str, Any]:
    return {field.name: field.as_answer() for field in fields}


def _print_explained_text(imported: Sequence[Imported], bar: float) -> None:
    """Print each column with its label, the confidence, the rule, and the evidence for and against it.

    If a rule nearly applies, print why it does not. On a terminal, long text goes below the line; a pipe gets one line.
    """
    console = Console(highlight=False)
    for one in imported:
        if len(imported) > 1:
            console.print(escape(printable(one.table.name)), style="bold")
        names = [printable(column.name) for column in one.table.columns]
        width = max(map(len, names))
        for name, column, judgement in zip(names, one.table.columns, one.judgements, strict=True):
            given = judgement.at_least(bar)
            style = {"PII": "yellow", "SENSITIVE": "red"}.get(given, "")
            label = f"[{style}]{given:<10}[/]" if style else f"{given or '-':<10}"
            start = f"{escape(name):<{width}}  {column.type:<10} {label} {_sureness(judgement)}"
            _print_hanging(console, start, printable(_why(judgement, bar)))


def _sureness(judgement: Judgement) -> str:
    """Format a confidence; it is never rounded up to 1.00, which only a label that the source states gets."""
    if not judgement.label:
        return " " * 4
    return f"{judgement.confidence if judgement.confidence == 1 else min(judgement.confidence, 0.99):.2f}"


def _why(judgement: Judgement, bar: float) -> str:
    if not judgement.rule:
        return ""
    against = f"; against: {judgement.against}" if judgement.against else ""
    below = f"; {judgement.label} only below {bar:g}" if judgement.confidence < bar and judgement.label else ""
    return f"{judgement.rule}: {judgement.evidence}{against}{below}"


def _print_hanging(console: Console, start: str, text: str) -> None:
    """Print a text after `start`, or below it on a terminal that is too narrow."""
    fits = not console.is_terminal or len(Text.from_markup(start)) + 1 + len(text) <= console.width
    console.print(f"{start} {escape(text) if fits else ''}".rstrip(), soft_wrap=True)
    for line in [] if fits else textwrap.wrap(text, console.width, initial_indent="    ", subsequent_indent="    "):
        console.print(escape(line), soft_wrap=True)


def _print_explained_json(imported: Sequence[Imported], bar: float) -> None:
    """Print every column with its label, and the reasons for it."""
    dump(
        "fields.v1",
        {
            "columns": [
                {
                    "table": one.table.name,
                    "name": column.name,
                    "type": column.type,
                    "required": bool(column.required),
                    "classification": judgement.at_least(bar) or None,
                    "confidence": round(judgement.confidence, 4) if judgement.label else None,
                    "rule": judgement.rule or None,
                    "evidence": judgement.evidence or None,
                    "against": judgement.against or None,
                }
                for one in imported
                for column, judgement in zip(one.table.columns, one.judgements, strict=True)
            ]
        },
    )


def _print_compared_text(differences: Sequence[Change], fields: dict[str, Any], asset: Asset, *, failed: bool) -> None:
    """Print the differences as comments above the fields that include them; together they are one data file."""
    for change in differences:
        breaks = f" (breaks: {change.breaks})" if change.breaks else ""
        print(printable(f"# {change.what}: {change.column}: {change.detail}{breaks}"))
    print(printable(f"# {_verdict(differences, asset, failed)}"))
    print(block({"fields": fields}))


def _print_compared_json(differences: Sequence[Change], fields: dict[str, Any], asset: Asset, *, failed: bool) -> None:
    """Print `{mode, failed, changes, fields}`."""
    changes = [asdict(change) | {"breaks": change.breaks or None} for change in differences]
    dump("fields-against.v1", {"mode": asset.mode or None, "failed": failed, "changes": changes, "fields": fields})


def _verdict(differences: Sequence[Change], asset: Asset, failed: bool) -> str:
    if not differences:
        return "nothing has changed"
    mode = asset.mode or "strict, since the asset names no mode"
    return f"{counted(len(differences), 'change')}; mode {mode}: {'this fails' if failed else 'this is allowed'}"
