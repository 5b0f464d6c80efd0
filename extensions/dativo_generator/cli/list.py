"""`dativo-generator list`."""

import csv
import io
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from ..base.errors import printable
from ..base.naming import few, listed
from ..fleet.in_use import InUse, in_use
from ..fleet.inventory import Job, Repository, Row
from ..fleet.replay import replay
from ..fleet.source import SourceError, warned
from ..fleet.transaction import refuse_unfinished
from ..fleet.update import Selection
from ..registry.installed import installed
from ..registry.pack import Pack
from .columns import columns
from .options import AsJson, Connectors, Environments, Template, Tenants
from .output import dump
from .progress import progress
from .repository import fleet_here, none_selected, nothing_at, require_here

EXAMPLES = ("dativo-generator list --tenant acme", "dativo-generator list --state --format tree")
# How many objects, files or versions a cell names before it counts the others.
_FEW = 3
# The characters that start a formula in a spreadsheet.
_FORMULA = ("=", "+", "-", "@")


class Format(StrEnum):
    """The output formats."""

    table = "table"
    tree = "tree"
    csv = "csv"
    mermaid = "mermaid"
    json = "json"


def command(
    answers_files: Annotated[
        list[str] | None, typer.Argument(metavar="ANSWERS_FILE", help="Answers files to list; default: all.")
    ] = None,
    template: Template = "",
    tenant: Tenants = None,
    connector: Connectors = None,
    environment: Environments = None,
    state: Annotated[
        bool,
        typer.Option("--state", help="Replay each scaffold; show if it is current, behind, edited or refused."),
    ] = False,
    connectors: Annotated[
        bool,
        typer.Option("--connectors", help="List connectors and objects in use; show which left the registry."),
    ] = False,
    format_: Annotated[Format, typer.Option("--format", help="Output format.")] = Format.table,
    as_json: AsJson = False,
) -> None:
    """List scaffolds, and jobs and assets written by hand."""
    form = Format.json if as_json else format_
    if connectors and form not in _CONNECTORS:
        raise SourceError(f"--connectors: use one of the formats {listed(_CONNECTORS)}, not {form}")
    selection = Selection(*(tuple(chosen or ()) for chosen in (answers_files, tenant, connector, environment)))
    pack = Pack(installed())
    found = _rows(pack, selection, template, state=state, quiet=form is not Format.table)
    if connectors:
        _CONNECTORS[form](in_use(found, pack))
    else:
        _PRINTED[form](found)


def _rows(pack: Pack, selection: Selection, template: str, *, state: bool, quiet: bool) -> list[Row]:
    root, report = Path.cwd(), None
    refuse_unfinished(root)
    repository = Repository(root, pack)
    known = {file.name for file in repository.answers_files}
    if not (known or repository.assets or repository.jobs):
        raise SourceError(nothing_at(root))
    require_here(selection.names, known)
    if state:
        total = sum(file in selection for file in repository.answers_files)
        with fleet_here(template) as fleet, progress("Replaying", total, quiet=quiet) as advance:
            report = replay(fleet, advance=advance, selection=selection)
    if not (rows := repository.rows(selection, report)):
        raise SourceError(none_selected(len(known)))
    for problem in repository.problems:
        warned(problem)
    return rows


# --- rows -------------------------------------------------------------------------------------------------------------

_COLUMNS = ("tenant", "scaffold", "environments", "source", "target", "objects", "owner", "labels", "version", "state")


def _cells(row: Row) -> list[str]:
    """Return the cells of a row; a hand-written file is named by its path."""
    return [
        row.tenant,
        row.scaffold or row.name,
        listed(row.environments),
        row.source,
        row.target,
        few(row.objects, _FEW),
        f"{row.owner} (a guess)" if row.owner_is_guess else row.owner,
        listed(f"{count} {label}" for label, count in row.labels.items()),
        row.version,
        row.state,
    ]


def _print_table(found: Sequence[Row]) -> None:
    _print_columns(_COLUMNS, [_cells(row) for row in found])
    for row in found:
        if row.detail:
            print(printable(f"{row.state}: {row.detail}"))


def _print_columns(names: Sequence[str], lines: Sequence[Sequence[str]]) -> None:
    """Print columns under their names."""
    for row in columns(names, lines):
        for part in row:
            print(part)


def _print_csv(found: Sequence[Row]) -> None:
    """Print one line per row; several values in a cell are separated by spaces."""
    names = (*_COLUMNS, "file", "assets", "jobs", "places")
    lines = [
        [
            row.tenant,
            row.scaffold,
            " ".join(row.environments),
            row.source,
            row.target,
            " ".join(row.objects),
            row.owner,
            " ".join(f"{label}={count}" for label, count in row.labels.items()),
            row.version,
            row.state,
            row.name,
            " ".join(asset.path for asset in row.assets),
            " ".join(job.path for job in row.jobs),
            " ".join(row.places),
        ]
        for row in found
    ]
    _print_spreadsheet(names, lines)


def _print_spreadsheet(names: Sequence[str], lines: Iterable[Sequence[str]]) -> None:
    """Print CSV in which no cell is a formula, or spans several lines."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(names)
    for line in lines:
        cells = (printable(cell) for cell in line)
        writer.writerow(f"'{cell}" if cell.startswith(_FORMULA) else cell for cell in cells)
    print(text.getvalue(), end="")


def _print_json(found: Sequence[Row]) -> None:
    """Print `{scaffolds, jobs, assets}`; the last two are hand-written files."""
    kinds: dict[str, list[dict[str, Any]]] = {"scaffold": [], "job": [], "asset": []}
    for row in found:
        kinds[row.kind].append(_in_json(row))
    dump("list.v1", {f"{kind}s": rows for kind, rows in kinds.items()})


def _in_json(row: Row) -> dict[str, Any]:
    if row.kind != "scaffold":
        (file,) = row.assets or row.jobs
        return asdict(file)
    values = asdict(row) | {"places": row.places}
    return {"file": values.pop("name")} | {name: value for name, value in values.items() if name != "kind"}


def _print_tree(found: Sequence[Row]) -> None:
    """Print a tree of tenants, their scaffolds, the scaffolds' assets, and the jobs that fill the assets."""
    tenants: dict[str, list[Row]] = {}
    for row in found:
        tenants.setdefault(row.tenant, []).append(row)
    for tenant, rows in tenants.items():
        print(printable(tenant or "(no tenant)"))
        for line in _indented(line for row in rows for line in _branch(row)):
            print(line)


def _branch(row: Row) -> Iterator[str]:
    """Yield the lines of a row: its name, then its assets with the jobs that fill them, then its other jobs."""
    if row.kind != "scaffold":
        yield from _leaf(row)
        return
    parts = (row.scaffold, f"{row.source} -> {row.target}" if row.source else row.detail, row.version, row.state)
    yield "  ".join(filter(None, parts))
    for asset in row.assets:
        yield f"  {asset.path}"
        yield from _indented(_job(job) for job in row.jobs if job.asset == asset.path)
    own = {asset.path for asset in row.assets}
    yield from _indented(_job(job) for job in row.jobs if job.asset not in own)


def _leaf(row: Row) -> Iterator[str]:
    job = row.jobs[0] if row.jobs else None
    yield f"{_job(job) if job else row.name}  {row.state}"


def _job(job: Job) -> str:
    return f"  {job.path}{f' -> {job.place}' if job.place else ''}"


def _indented(lines: Iterable[str]) -> Iterator[str]:
    for line in lines:
        yield printable(f"  {line}")


# --- the graph --------------------------------------------------------------------------------------------------------


# The node shapes of Mermaid, by kind.
_SHAPES = {"source": '["{}"]', "asset": '("{}")', "place": '[("{}")]'}


def _print_mermaid(found: Sequence[Row]) -> None:
    """Print a graph, with an edge from each source to its assets, and from each asset to where jobs write it."""
    nodes: dict[tuple[str, str], str] = {}
    edges: dict[str, None] = {}

    def node(kind: str, name: str) -> str:
        return nodes.setdefault((kind, name), f"{kind}{len(nodes) + 1}")

    for row in found:
        for asset in row.assets:
            edges[f"{node('source', asset.source or row.source)} --> {node('asset', asset.path)}"] = None
        for job in row.jobs:
            asset_node = node("asset", job.asset or job.path)
            edges[f"{node('source', job.source)} --> {asset_node}"] = None
            place = node("place", job.place or job.target)
            words = _quoted(" ".join(filter(None, (job.tenant, job.environment))))
            edges[f'{asset_node} -->|"{words}"| {place}' if words else f"{asset_node} --> {place}"] = None
    print("graph LR")
    for (kind, name), id_ in nodes.items():
        print(f"  {id_}{_SHAPES[kind].format(_quoted(name))}")
    for edge in edges:
        print(f"  {edge}")


def _quoted(text: str) -> str:
    """Escape a label of a graph: nothing in it ends the label, becomes a link, or is HTML."""
    return "".join(c if c.isalnum() or c in " ._/-:" else f"#{ord(c)};" for c in printable(text))


# --- connectors -------------------------------------------------------------------------------------------------------

_USES = ("id", "role", "used by", "versions", "gone")


def _print_connectors(found: Sequence[InUse]) -> None:
    lines = [[one.id, one.role, str(len(one.names)), few(one.versions, _FEW), one.gone] for one in found]
    _print_columns(_USES, lines)


def _print_connectors_csv(found: Sequence[InUse]) -> None:
    lines = ([one.id, one.role, " ".join(one.names), " ".join(one.versions), one.gone] for one in found)
    _print_spreadsheet(_USES, lines)


def _print_connectors_json(found: Sequence[InUse]) -> None:
    """Print `{connectors: [{id, role, names, versions, gone}]}`."""
    dump("list-connectors.v1", {"connectors": [asdict(one) for one in found]})


_PRINTED: Mapping[Format, Callable[[Sequence[Row]], None]] = {
    Format.table: _print_table,
    Format.tree: _print_tree,
    Format.csv: _print_csv,
    Format.mermaid: _print_mermaid,
    Format.json: _print_json,
}
_CONNECTORS: Mapping[Format, Callable[[Sequence[InUse]], None]] = {
    Format.table: _print_connectors,
    Format.csv: _print_connectors_csv,
    Format.json: _print_connectors_json,
}
