"""`dativo-generator doctor`: check that all that scaffolding needs is there, and say what to type if it is not."""

import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from importlib import metadata
from pathlib import Path
from shlex import quote
from typing import NamedTuple

import typer
from packaging.requirements import Requirement
from rich.console import Console

from ..base.errors import DativoError
from ..base.git import attempt
from ..fleet.source import scratch_folder, trusted
from ..fleet.transaction import refuse_unfinished
from ..fleet.worktree import repository
from .options import OK, WRONG, AsJson, Template
from .output import broken, dump, print_state

EXAMPLES = ("dativo-generator doctor",)
_PACKAGE = "dativo-generator"
# The package's extra with the libraries for `fields` and import_from.
_IMPORTS = "import"


class Check(NamedTuple):
    """What was checked, what was found, and what to `do` if that is wrong; '' if it is right."""

    name: str
    found: str
    do: str = ""


def command(template: Template = "", as_json: AsJson = False) -> None:
    """Check that this machine and this folder have what scaffolding needs."""
    root = Path.cwd()
    checks = [_python(), *_packages(), _git(), *_repository(root), _writable(root), _template(root, template)]
    if as_json:
        results = [{"name": one.name, "ok": not one.do, "found": one.found, "do": one.do or None} for one in checks]
        dump("doctor.v1", {"checks": results})
    else:
        console = Console(soft_wrap=True, highlight=False)
        for one in checks:
            print_state(console, "wrong" if one.do else "ok", f"{one.name}: {one.found}")
            if one.do:
                print(f"  {broken(console, one.do, 2, '    ')}")
    raise typer.Exit(WRONG if any(one.do for one in checks) else OK)


def _python() -> Check:
    return Check("Python", ".".join(map(str, sys.version_info[:3])))


def _packages() -> Iterator[Check]:
    """Check the requirements of the package, and of its extra for imports."""
    try:
        requirements = [Requirement(text) for text in metadata.requires(_PACKAGE) or ()]
    except metadata.PackageNotFoundError:
        checkout = quote(str(Path(__file__).parents[3]))
        yield Check(_PACKAGE, "runs from a checkout, not installed", f"pip install {checkout}")
        return
    yield Check(_PACKAGE, metadata.version(_PACKAGE))
    missing = [one for one in requirements if one.marker and _wanted(one, _IMPORTS) and _lacks(one)]
    for one in requirements:
        if _wanted(one, "") and one.name in ("copier", "copier-template-extensions"):
            found = _version(one.name)
            wrong = f"pip install '{one.name}{one.specifier}'" if _lacks(one) else ""
            yield Check(one.name, found or "not installed", wrong)
    found_imports = f"not installed: {', '.join(one.name for one in missing)}" if missing else "installed"
    yield Check("libraries for imports", found_imports, f"pip install '{_PACKAGE}[{_IMPORTS}]'" if missing else "")


def _wanted(requirement: Requirement, extra: str) -> bool:
    return not requirement.marker or requirement.marker.evaluate({"extra": extra})


def _lacks(requirement: Requirement) -> bool:
    found = _version(requirement.name)
    return not found or not requirement.specifier.contains(found, prereleases=True)


def _version(name: str) -> str:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return ""


def _git() -> Check:
    if not shutil.which("git"):
        return Check("Git", "not found", "install Git, and put it on the PATH")
    output = attempt(Path.cwd(), "version").stdout.decode(errors="replace")
    return Check("Git", output.strip().removeprefix("git version "))


def _repository(root: Path) -> Iterator[Check]:
    """Check the repository: updates need one, and a name for commits."""
    try:
        if repository(root) is None:
            yield Check("repository", "this folder is not in a Git repository", "git init")
            return
        for key in ("user.name", "user.email"):
            found = attempt(root, "config", "--get", key).stdout.decode(errors="replace").strip()
            yield Check(f"Git's {key}", found or "is not set", "" if found else f"git config --global {key} YOURS")
    except DativoError as error:
        yield Check("repository", "cannot be used", str(error))
        return
    yield _tried("unfinished change", "none", lambda: refuse_unfinished(root))


def _writable(root: Path) -> Check:
    try:
        with tempfile.TemporaryFile(dir=root):
            return Check("write access", f"{root} can be written to")
    except OSError as error:
        return Check("write access", f"{root}: {error.strerror}", f"chmod u+w {quote(str(root))}")


def _template(root: Path, template: str) -> Check:
    """Fetch the template, as a command would."""
    with scratch_folder() as scratch:
        warnings: list[str] = []
        try:
            source = trusted(root, template, Path(scratch), warnings.append)
            newest = source.newest
        except DativoError as error:
            return Check("template", "cannot be used", str(error))
    if warnings or not newest:
        return Check(
            "template", f"{source.location} at {newest or 'no version'}", warnings[0] if warnings else "tag a version"
        )
    return Check("template", f"{source.location} at {newest}")


def _tried(name: str, right: str, work: Callable[[], object]) -> Check:
    try:
        work()
    except DativoError as error:
        return Check(name, "there is one", str(error))
    return Check(name, right)
