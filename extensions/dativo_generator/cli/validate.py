"""`dativo-generator validate`."""

from collections import Counter
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.text import Text

from ..base.collector import no_collector
from ..base.errors import printable
from ..fleet.damaged import damaged
from ..fleet.source import SourceError
from ..fleet.transaction import refuse_unfinished
from ..fleet.vendored import altered
from ..registry.installed import installed
from ..registry.pack import Pack
from ..validation.findings import Finding
from ..validation.json_schemas import JsonSchemas
from ..validation.repository import examine, files
from ..validation.rules import ERROR, WARNING
from .options import OK, WRONG, AsJson, Template
from .output import broken, counted, dump
from .progress import progress
from .repository import nothing_at

EXAMPLES = ("dativo-generator validate", "dativo-generator validate --cloud --strict")


def command(
    template: Template = "",
    cloud: Annotated[bool, typer.Option("--cloud", help="Assume that every job runs in cloud mode.")] = False,
    strict: Annotated[bool, typer.Option("--strict", help="Fail on warnings, too.")] = False,
    as_json: AsJson = False,
) -> None:
    """Find what the runner would refuse or silently do wrong, in every job and asset, hand-written ones included."""
    root = Path.cwd()
    refuse_unfinished(root)
    if not (total := len(files(root))):
        raise SourceError(nothing_at(root))
    with progress("Validating", total, quiet=as_json) as advance, no_collector():
        pack = Pack(installed())
        findings, ignored = examine(root, pack, cloud=cloud, schemas=JsonSchemas(pack.root), advance=advance)
        findings = sorted([*findings, *altered(root, pack, template), *damaged(root, pack)])
    print_ = _print_json if as_json else _print_text
    print_(findings, ignored, total)
    bad = [finding for finding in findings if strict or finding.severity == ERROR]
    raise typer.Exit(WRONG if bad else OK)


def _print_text(findings: list[Finding], ignored: list[Finding], files: int) -> None:
    """Print a line for each finding, as compilers do, and a summary; ignored errors get a line, too."""
    console = Console(soft_wrap=True, highlight=False)
    for finding in findings:
        _print_line(console, finding, "red" if finding.severity == ERROR else "yellow", finding.severity)
    for finding in ignored:
        if finding.severity == ERROR:
            _print_line(console, finding, "dim", "ignored error")
    counts = Counter(finding.severity for finding in findings)
    summary = ", ".join(counted(counts[severity], severity) for severity in (ERROR, WARNING))
    off = Counter(finding.severity for finding in ignored)
    summary += "".join(
        f", {counted(off[severity], f'ignored {severity}')}" for severity in (ERROR, WARNING) if off[severity]
    )
    console.print(f"{counted(files, 'file')}: {summary}")


def _print_line(console: Console, finding: Finding, style: str, word: str) -> None:
    where = f"{finding.file}:{finding.line}:{finding.column}: "
    line = Text(broken(console, f"{where}{word}: {finding.message} ({finding.rule})"))
    start = line.plain.index(word, len(printable(where)))
    line.stylize(style, start, start + len(word))
    console.print(line)


def _print_json(findings: list[Finding], ignored: list[Finding], files: int) -> None:
    """Print `{files, findings, ignored}`."""
    groups = {"findings": findings, "ignored": ignored}
    dump(
        "validate.v1",
        {"files": files, **{name: [asdict(finding) for finding in those] for name, those in groups.items()}},
    )
