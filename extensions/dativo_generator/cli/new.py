"""`dativo-generator new`: `copier copy` without a command line to remember."""

import os
import shlex
import sys
from collections.abc import Mapping, Sequence
from contextlib import redirect_stdout
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ..base.errors import AnswerError, DativoError
from ..base.naming import listed
from ..base.paths import profile_of
from ..base.repository_url import VARIABLE, is_local
from ..base.versions import is_version
from ..fleet.source import Source, SourceError, scratch_folder, trusted
from ..fleet.transaction import refuse_unfinished
from .copying import copied
from .options import OK, UNABLE, AsJson, Template, To
from .output import dump, dump_schema
from .repository import assignment
from .resuming import resumed

if TYPE_CHECKING:
    from ..fleet.release import Release

EXAMPLES = (
    "dativo-generator new",
    "dativo-generator new acme-ingest --data-file answers.yml --defaults",
    "dativo-generator new --schema",
)


def command(
    destination: Annotated[
        Path,
        typer.Argument(metavar="FOLDER", readable=False, help="Where to scaffold.", show_default="the current folder"),
    ] = Path(),
    template: Template = "",
    to: To = "",
    data: Annotated[
        list[str] | None, typer.Option("--data", "-d", metavar="NAME=ANSWER", help="Answer a question.")
    ] = None,
    data_file: Annotated[
        Path | None, typer.Option("--data-file", metavar="FILE", readable=False, help="A YAML file with answers.")
    ] = None,
    defaults: Annotated[
        bool, typer.Option("--defaults", help="Ask nothing; use defaults for what is not answered.")
    ] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what would be written; write nothing.")] = False,
    schema: Annotated[
        bool, typer.Option("--schema", help="Print a JSON Schema of the answers, and scaffold nothing.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Scaffold a new job. Asks the same questions as `copier copy`, and runs only the template that you trust."""
    answers = dict(assignment(text) for text in data or [])
    root = destination.absolute()
    there = next(folder for folder in (root, *root.parents) if folder.exists())
    if not there.is_dir():
        raise SourceError(f"{destination}: name another folder; {there} is a file")
    if root.exists():
        refuse_unfinished(root)
    with scratch_folder() as scratch:
        source = trusted(root if root.exists() else Path.cwd(), template, Path(scratch))
        version = to or source.newest
        if version not in source.tags:
            raise SourceError(source.unreleased(version))
        if schema:
            dump_schema(_release(source, version).answers_schema())
            raise typer.Exit(OK)
        answers = (_answers(data_file) if data_file else {}) | answers
        _refuse_folder(source)
        if not (defaults or as_json or sys.stdin.isatty()):
            given = [
                *_options("--template", template if template != os.environ.get(VARIABLE) else ""),
                *_options("--to", to),
                *_options("--data-file", data_file),
                *(word for text in data or [] for word in ("--data", text)),
                *["--dry-run"] * dry_run,
            ]
            raise SourceError(_unattended(destination, given, _release(source, version).unanswered(answers, root)))
    before = None if defaults or as_json or dry_run or data_file else resumed(root, _answers)
    options = {
        "data": {**before.answers, **answers} if before else answers,
        "ask": before.ask if before else (),
        "defaults": defaults or as_json,
        "quiet": as_json,
        "pretend": dry_run,
        # Without a tag, name the commit, so that neither Copier nor the template repeats the warning.
        "vcs_ref": version if is_version(version) else source.tags[version],
        "unsafe": True,
    }
    try:
        # Copier prints for people; a program gets only JSON.
        with redirect_stdout(sys.stderr if as_json else sys.stdout):
            plan = _scaffolded(source, version, root, options)
    except _Refused as error:
        reason = str(error)
        raise SourceError(_pointed(data_file, reason, data or []) if data_file else reason) from None
    if as_json:
        dump("new.v1", _as_json(plan, dry_run))
    raise typer.Exit(OK)


class _Refused(DativoError):
    """Copier, or the template, refuses an answer."""


def _release(source: Source, version: str) -> "Release":
    from ..fleet.release import Release

    return Release(source.checkout(source.tags[version]))


def _scaffolded(source: Source, version: str, root: Path, options: Mapping[str, Any]) -> dict[str, Any]:
    """Have Copier scaffold, and return the plan; raises `_Refused`, and `SourceError` for a version that fails."""
    from copier.errors import CopierAnswersInterrupt, CopierError

    try:
        if options["defaults"] and "owner" not in options["data"]:
            _refuse_guess(copied(source.fetched_from, root, **{**options, "quiet": True, "pretend": True}))
        return copied(source.fetched_from, root, **options)["plan"]
    except CopierAnswersInterrupt:  # the answers so far are kept; `Unfinished` reports this at the end
        raise typer.Exit(UNABLE) from None
    except CopierError as error:
        raise _Refused(" ".join(str(error).split())) from None
    except (DativoError, OSError):
        raise
    except Exception as error:  # code of another version, which may fail in any way
        reason = " ".join(str(error).split())
        what = f"use another version with --to; {version} of the template fails: {type(error).__name__}: {reason}"
        raise SourceError(what) from None


def _options(name: str, value: Any) -> list[str]:
    return [name, str(value)] if value else []


def _unattended(destination: Path, given: Sequence[str], left: Sequence[str]) -> str:
    """Return the error for a user who cannot be asked: a command that asks nothing, with the answers that it needs."""
    words = [*([] if destination == Path() else [str(destination)]), *given, "--defaults"]
    words += [word for name in left for word in ("--data", f"{name}=ANSWER")]
    way = f"answer {listed(left)} in this command" if left else "add --defaults"
    return f"{way}, since there is no terminal to ask at: dativo-generator new {shlex.join(words)}"


def _refuse_folder(source: Source) -> None:
    """Refuse a folder that Copier would copy as it is instead of reading it as a Git repository."""
    folder = Path(source.location)
    if "://" in source.fetched_from or not is_local(source.location):
        return
    if folder.name.endswith(".git") or (folder / ".git").exists():
        return
    bare = (folder / "HEAD").is_file() and (folder / "objects").is_dir()
    way = f"write {folder.as_uri()}" if bare else "name the folder that has .git in it"
    raise SourceError(f"--template: {way}; Copier does not read {folder} as a Git repository")


def _refuse_guess(answers: Mapping[str, Any]) -> None:
    """Refuse the answers that Copier has tried in memory if their owner would be a guess; raises `SourceError`."""
    if "owner" not in answers and answers["plan"]["assets"]:
        raise SourceError(
            f"owner: give --data owner=team@example.com, or write it in {profile_of(answers['tenant_id'])}; "
            "nobody has answered it"
        )


def _answers(path: Path) -> dict[str, Any]:
    """Read a file of answers; raises `SourceError` with line and column if it is not YAML."""
    import yaml

    from ..base import reading
    from ..base.documents import not_yaml, parse_bounded, refuse_keys, shown

    try:
        text = reading.text(path.absolute().parent, path.name)
        if text is None:
            raise SourceError(f"--data-file: name a file that exists; there is no file {path}")
        values = parse_bounded(text)
    except reading.ReadingError as error:
        raise SourceError(f"--data-file: {error.at(str(path))}") from None
    except yaml.YAMLError as error:
        raise SourceError(f"--data-file: {not_yaml(path, error, text)}") from None
    if values is None:
        return {}
    if not isinstance(values, dict):
        raise SourceError(f"--data-file: {path}: must be a mapping of answers, not {shown(values)}")
    try:
        refuse_keys(values)
    except AnswerError as error:
        raise SourceError(f"--data-file: {path}: {error}") from None
    return values


def _pointed(path: Path, message: str, data: Sequence[str]) -> str:
    """Return a message with the place of the answer that it begins with, if the file of answers has given it."""
    from ..base import reading
    from ..base.positions import pointed

    if message.partition(": ")[0] in dict(assignment(text) for text in data):
        return message
    return pointed(str(path), reading.text(path.absolute().parent, path.name) or "", message)


def _as_json(plan: dict[str, Any], dry_run: bool) -> dict[str, Any]:
    """Return `{dry_run, scaffold, tenant, files, places, variables, secret_files, warnings, next}`."""
    from ..plan.plan import written_paths

    if not isinstance(plan, dict):
        raise DativoError("the template is not a Dativo Generator template")
    jobs = [job["path"] for job in plan["jobs"]]
    return {
        "dry_run": dry_run,
        "scaffold": plan["scaffold"],
        "tenant": plan["tenant"],
        "files": sorted(written_paths(plan)),
        "places": plan["places"],
        "variables": sorted({one["name"] for group in plan["environment"] for one in group["variables"]}),
        "secret_files": plan["secret_files"],
        "warnings": plan["warnings"],
        "next": [f"dativo {verb} --config {job}" for job in jobs for verb in ("check", "run")],
    }
