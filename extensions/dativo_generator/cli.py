"""The `dativo-generator` command: what Copier does for one scaffold, for all of a repository."""

import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from typer.core import TyperCommand, TyperGroup

from . import comparison, report, report_fields
from .destination import ANSWERS_FILES
from .errors import DativoError
from .fleet.batch import batch
from .fleet.fleet import Fleet
from .fleet.manifest import read as read_manifest
from .fleet.replay import repaired, replay
from .fleet.source import VARIABLE, Source, SourceError, scratch_folder, trusted
from .fleet.step import Step
from .fleet.update import Selection, Update, typed, update
from .fleet.worktree import mark_unmerged, require_clean
from .imported import Imported, judged
from .importers.read import Options, read
from .importers.table import ImportFailed, named
from .naming import listed, nearest
from .pack import Pack, installed
from .profiles import FOLDER
from .shapes import Shapes
from .validation import ERROR, files, validate

OK, WRONG, UNABLE, BEHIND = 0, 1, 2, 3
# What the exit status of every command says; it stays so.
STATUSES = {
    OK: "nothing to say",
    WRONG: "something is wrong, or was refused, or has conflicts",
    UNABLE: "the command could not run",
    BEHIND: "only that a newer version exists",
}

# Between two lines about how far long work is, where there is no terminal for a bar.
SECONDS = 5.0

# What a command's help begins with.
EXAMPLES = {
    "dativo-generator": ("dativo-generator replay", "dativo-generator update --dry-run"),
    "replay": ("dativo-generator replay", "dativo-generator replay --diff --strict"),
    "update": (
        "dativo-generator update --dry-run",
        "dativo-generator update --tenant acme --data retention_days=30",
    ),
    "batch": ("dativo-generator batch jobs.csv --dry-run", "dativo-generator batch jobs.yml"),
    "validate": ("dativo-generator validate", "dativo-generator validate --cloud --strict"),
    "fields": ("dativo-generator fields people.csv", "dativo-generator fields schema.sql --table orders --explain"),
}


class _Examples:
    """A help that begins with examples, since they are what most people look for."""

    def format_help(self, ctx: typer.Context, formatter: Any) -> None:
        """Write the examples, then what every help has."""
        with formatter.section("Examples"):
            for example in EXAMPLES[ctx.info_name]:
                formatter.write_text(example)
        formatter.write_paragraph()
        super().format_help(ctx, formatter)


class _Command(_Examples, TyperCommand):
    pass


class _Group(_Examples, TyperGroup):
    pass


app = typer.Typer(
    cls=_Group,
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    help="Keep the jobs and assets of a repository what their answers files and the connector registry say.",
    epilog="Scaffold with copier copy, update one scaffold with copier update. Exit status: "
    + "; ".join(f"{status} {said}" for status, said in STATUSES.items())
    + ".",
)

Template = Annotated[
    str,
    typer.Option(
        "--template",
        metavar="URL",
        envvar=VARIABLE,
        help="The template repository to trust, a URL or a path; nothing else is run. "
        "Without it, where this command was installed from.",
    ),
]
To = Annotated[
    str, typer.Option("--to", metavar="VERSION", help="The released version to go to; the newest without it.")
]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Write nothing, and say what would happen.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON, for programs.")]


class Format(StrEnum):
    """How an update is told."""

    table = "table"
    markdown = "markdown"
    json = "json"


@app.command("replay", cls=_Command)
def replay_command(
    template: Template = "",
    show_diff: Annotated[bool, typer.Option("--diff", help="Show what differs.")] = False,
    write: Annotated[
        bool,
        typer.Option(
            "--write", help="Repair it: write what is missing, delete orphans; with --strict undo edits, too."
        ),
    ] = False,
    strict: Annotated[bool, typer.Option("--strict", help="Edits by hand fail, too.")] = False,
    shard: Annotated[str, typer.Option(metavar="I/N", help="Take a share of the answers files, like 3/16.")] = "1/1",
    as_json: AsJson = False,
) -> None:
    """Prove that the repository is what its answers files say: render each again, at its version, and compare."""
    share = _shard(shard)
    with _fleet(template) as fleet:
        with _progress("Replaying", len(fleet.files[share[0] - 1 :: share[1]]), quiet=as_json) as advance:
            found = replay(fleet, share, advance)
        if not fleet.files and not found.others:
            raise SourceError(_nothing_here(fleet))
        left = repaired(found, fleet, strict) if write else found
        print_ = report.replay_json if as_json else report.replay_text
        print_(found, left, fleet, strict=strict, with_diff=show_diff)
    if left.failed(strict):
        raise typer.Exit(WRONG)
    raise typer.Exit(BEHIND if left.behind else OK)


@app.command("update", cls=_Command)
def update_command(
    answers_files: Annotated[
        list[str] | None, typer.Argument(metavar="ANSWERS_FILE", help="Answers files to update; all without any.")
    ] = None,
    template: Template = "",
    to: To = "",
    tenant: Annotated[list[str] | None, typer.Option(help="Only this tenant's; may be given again.")] = None,
    connector: Annotated[list[str] | None, typer.Option(help="Only those with this source or target.")] = None,
    environment: Annotated[list[str] | None, typer.Option(help="Only those of this environment.")] = None,
    data: Annotated[
        list[str] | None, typer.Option("--data", "-d", metavar="NAME=ANSWER", help="Answer a question anew.")
    ] = None,
    profiles: Annotated[
        bool, typer.Option("--profiles", help="Take in what the profiles say now, of the answers that came from them.")
    ] = False,
    dry_run: DryRun = False,
    format_: Annotated[Format, typer.Option("--format", help="How to say it.")] = Format.table,
    as_json: AsJson = False,
) -> None:
    """Take scaffolds to a version of the template, as one change in the working tree."""
    form = Format.json if as_json else format_
    given = dict(_assignment(text) for text in data or [])
    selection = Selection(*(tuple(chosen or ()) for chosen in (answers_files, tenant, connector, environment)))
    with _fleet(template) as fleet:
        root = fleet.tree.root
        known = {file.name for file in fleet.files}
        if not known:
            raise SourceError(_nothing_here(fleet))
        for name in selection.names:
            if name not in known:
                raise SourceError(f"{name}: is no answers file here{nearest(name, known)}")
        if not dry_run:
            require_clean(root, apart_from=[root / FOLDER] if profiles else ())
        if not (chosen := sum(file in selection for file in fleet.files)):
            raise SourceError(f"none of the {len(known)} answers files is selected; see their tenants and connectors")
        with _progress("Updating", chosen, quiet=form is not Format.table) as advance:
            explain = dry_run or form is not Format.table
            change = update(fleet, selection, to=to, data=given, profiles=profiles, explain=explain, done=advance)
        if not dry_run:
            _save(fleet, change)
        {Format.table: report.update_text, Format.markdown: report.update_markdown, Format.json: report.update_json}[
            form
        ](change, dry_run=dry_run)
    raise typer.Exit(WRONG if change.refused or change.conflicts else OK)


@app.command("batch", cls=_Command)
def batch_command(
    manifest: Annotated[
        Path,
        typer.Argument(
            metavar="MANIFEST",
            help="A CSV file with a question a column and a scaffold a row, or a YAML file with `scaffolds`, a list or "
            "the path of such a CSV file, and `defaults` for all of them.",
        ),
    ],
    template: Template = "",
    to: To = "",
    data: Annotated[
        list[str] | None,
        typer.Option("--data", "-d", metavar="NAME=ANSWER", help="An answer for every row that gives none."),
    ] = None,
    dry_run: DryRun = False,
    as_json: AsJson = False,
) -> None:
    """Make many scaffolds what a manifest says: all rows are checked first, then all are written, or none."""
    given = dict(_assignment(text) for text in data or [])
    with _fleet(template) as fleet:
        step = Step.to(fleet, to)
        asked = read_manifest(manifest, step.release, typed(step.release, given))
        with _progress("Scaffolding", len(asked.rows), quiet=as_json) as advance:
            found = batch(step, asked.rows, advance)
        found = replace(found, problems=[*asked.problems, *found.problems])
        if found.change and not found.problems and not dry_run:
            if any(fleet.tree.read(path) is not None for path in found.change.writes):
                require_clean(fleet.tree.root, apart_from=asked.files)
            _save(fleet, found.change)
        (report.batch_json if as_json else report.batch_text)(found, step.target, dry_run=dry_run)
    raise typer.Exit(WRONG if found.problems or (found.change and found.change.conflicts) else OK)


@app.command("validate", cls=_Command)
def validate_command(
    cloud: Annotated[bool, typer.Option("--cloud", help="Take every job to run in cloud mode.")] = False,
    strict: Annotated[bool, typer.Option("--strict", help="Warnings fail, too.")] = False,
    as_json: AsJson = False,
) -> None:
    """Find what the runner would refuse, or do wrong silently, in every job and asset, hand-written ones too."""
    root = Path.cwd()
    total = len(files(root))
    with _progress("Validating", total, quiet=as_json) as advance:
        pack = Pack(installed())
        findings = validate(root, pack, cloud=cloud, shapes=Shapes(pack.root), done=advance)
    print_ = report.validation_json if as_json else report.validation_text
    print_(findings, total)
    bad = [finding for finding in findings if strict or finding.severity == ERROR]
    raise typer.Exit(WRONG if bad else OK)


@app.command("fields", cls=_Command)
def fields_command(
    source: Annotated[
        str,
        typer.Argument(
            metavar="SOURCE",
            help="A data file, a folder or pattern of them, a DDL script, a catalog of Singer or Airbyte, a JSON "
            "Schema, OpenAPI, dbt, a data contract, an asset, or a database like postgresql://me:${PGPASSWORD}@host/db.",
        ),
    ],
    table: Annotated[str, typer.Option(help="Only this table, stream or schema of the source.")] = "",
    object_: Annotated[
        str, typer.Option("--object", help="The object that the fields are for; names are judged in it.")
    ] = "",
    explain: Annotated[
        bool, typer.Option("--explain", help="Say of each column why it has its label, or none.")
    ] = False,
    against: Annotated[
        Path | None, typer.Option(metavar="ASSET", help="Compare with an asset, and keep its labels and descriptions.")
    ] = None,
    required_from_data: Annotated[
        bool, typer.Option("--required-from-data", help="Require the columns of a file that are never empty in it.")
    ] = False,
    dialect: Annotated[str, typer.Option(help="The dialect of a DDL script; guessed without it.")] = "",
    encoding: Annotated[str, typer.Option(help="The encoding of a data file that is not UTF-8.")] = "",
    as_json: AsJson = False,
) -> None:
    """Print the columns of a source as the answer to `fields`, for a data file: types, required, labels, cursor."""
    try:
        asset = comparison.read(against) if against else None
        found = _imported(source, Options(table, dialect, encoding, required_from_data), object_, asset)
    except ImportFailed as error:
        print(f"Error: {error}", file=sys.stderr)
        raise typer.Exit(WRONG) from None
    report_fields.imported_notes(found)
    if explain:
        report_fields.explained_json(found) if as_json else report_fields.explained_text(found)
    elif asset:
        differences = comparison.changes(asset, found[0].table.columns)
        failed = comparison.fails(asset.mode, differences)
        print_ = report_fields.compared_json if as_json else report_fields.compared_text
        print_(differences, comparison.merged(asset, found[0]), asset, failed=failed)
        raise typer.Exit(WRONG if failed else OK)
    else:
        report_fields.explained_json(found) if as_json else report_fields.fields_text(found, object_)


def _imported(source: str, options: Options, object_name: str, asset: comparison.Asset | None) -> list[Imported]:
    tables = read(source, options)
    if asset and len(tables) > 1:
        tables = (named(tables, object_name or asset.object, source),)
    if object_name and len(tables) > 1:
        raise ImportFailed(
            f"{source}: --object names one, and there are {len(tables)} tables; choose with --table "
            f"({listed(table.name for table in tables[:10])})"
        )
    pack = Pack(installed())
    return [judged(table, pack, object_name or (asset.object if asset else "")) for table in tables]


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command; an error is one line and an exit status, never a traceback."""
    try:
        app(args=arguments, prog_name="dativo-generator")
    except DativoError as error:
        print(f"Error: {error}", file=sys.stderr)
        sys.exit(UNABLE)
    except KeyboardInterrupt:
        print("Error: interrupted; nothing was changed", file=sys.stderr)
        sys.exit(UNABLE)


@contextmanager
def _fleet(template: str) -> Iterator[Fleet]:
    """Look at the working directory with the trusted template."""
    location = trusted(template)
    with scratch_folder() as scratch:
        yield Fleet(Path.cwd(), Source(location, Path(scratch)))


def _save(fleet: Fleet, change: Update) -> None:
    """Write a change, and let Git know of its conflicts."""
    fleet.tree.write(change.writes)
    mark_unmerged(fleet.tree.root, change.conflicts)


def _nothing_here(fleet: Fleet) -> str:
    return f"{fleet.tree.root}: holds no answers file ({ANSWERS_FILES}); run the command in the folder that does"


@contextmanager
def _progress(what: str, total: int, quiet: bool) -> Iterator[Any]:
    """Show a bar on a terminal; elsewhere, say every few seconds in a line how far it is.

    The bar starts with the first step that is done: it has a thread, and processes are to be forked before there is
    one.
    """
    console = Console(stderr=True)
    columns = (TextColumn(what), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    bar = Progress(*columns, console=console, transient=True, disable=quiet or not console.is_terminal)
    task = bar.add_task(what, total=total)
    done, said = 0, time.monotonic()

    def advance() -> None:
        nonlocal done, said
        done += 1
        bar.start()
        bar.advance(task)
        if not quiet and not console.is_terminal and time.monotonic() - said >= SECONDS:
            said = time.monotonic()
            print(f"{what}: {done} of {total}", file=sys.stderr, flush=True)

    try:
        yield advance
    finally:
        bar.stop()


def _shard(text: str) -> tuple[int, int]:
    number, _, of = text.partition("/")
    if not (number.isdecimal() and of.isdecimal() and 1 <= int(number) <= int(of)):
        raise SourceError(f"--shard: '{text}' is not a share like 3/16")
    return int(number), int(of)


def _assignment(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals or not name:
        raise SourceError(f"--data: '{text}' is not NAME=ANSWER")
    return name, value
