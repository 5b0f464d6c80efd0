"""The test helpers: a mistake that would let a wrong test pass is an error."""

import ast
import re
import sys
from pathlib import Path

import pytest

from support import ROOT, load_answers, render


def test_a_misspelt_answer_is_an_error_with_the_nearest_name(template: Path, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"retension_days: did you mean 'retention_days'\? no question has this name"):
        render(template, tmp_path / "out", {"tenant_id": "acme", "retension_days": 3})
    assert not (tmp_path / "out").exists()


def test_a_misspelt_key_in_an_answers_file_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "answers.yml").write_text("tenant: acme\n", encoding="utf-8")
    with pytest.raises(ValueError, match=r"tenant: did you mean 'tenant_id'\? no question has this name"):
        load_answers(tmp_path / "answers.yml")


# What extensions/dativo.py joins the package to.
JOINED = {"copier.errors", "jinja2", "jinja2.ext", "jinja2.runtime"}


EXTENSION = ROOT / "extensions" / "dativo.py"
PACKAGE = ROOT / "extensions" / "dativo_generator"


def imported(path: Path) -> set[str]:
    """Name the modules that a file imports: those of the package as paths below it, the others by their first word."""
    # What a function imports is not there before somebody calls it.
    nodes = ast.parse(path.read_text(encoding="utf-8")).body
    names = {alias.name.split(".")[0] for node in nodes if isinstance(node, ast.Import) for alias in node.names}
    for node in nodes:
        if isinstance(node, ast.ImportFrom) and not node.level:
            names.add(node.module)
        elif isinstance(node, ast.ImportFrom):
            folder = path.parents[node.level - 1].joinpath(*(node.module or "").split("."))
            names |= {found for alias in node.names for found in modules(folder, alias.name)}
    return names


def modules(folder: Path, name: str) -> set[str]:
    """Return the files that are loaded when `name` is imported from a module, as paths below the package."""
    candidates = [folder / f"{name}.py", folder.with_suffix(".py"), folder / name / "__init__.py"]
    candidates += [above / "__init__.py" for above in (folder, *folder.parents) if PACKAGE in (above, *above.parents)]
    return {str(path.relative_to(PACKAGE)) for path in candidates if path.is_file()}


def of_a_render() -> set[Path]:
    """Follow the imports from what the extension loads."""
    loaded = re.findall(r'_module\("([a-z_.]+)"\)', EXTENSION.read_text(encoding="utf-8"))
    found: set[Path] = set()
    waiting = [PACKAGE / "__init__.py", *(PACKAGE / f"{name.replace('.', '/')}.py" for name in loaded)]
    while waiting:
        path = waiting.pop()
        if path not in found:
            found.add(path)
            waiting += [PACKAGE / name for name in imported(path) if name.endswith(".py")]
    return found


@pytest.mark.parametrize("path", sorted(of_a_render()), ids=lambda path: str(path.relative_to(PACKAGE)))
def test_a_render_imports_what_will_still_be_there_in_years(path: Path) -> None:
    foreign = {name.split(".")[0] for name in imported(path) if not name.endswith(".py")} - sys.stdlib_module_names
    assert foreign <= {"yaml"}


def test_the_extension_itself_imports_jinja_and_copiers_errors_beside() -> None:
    names = imported(EXTENSION)
    assert {name for name in names if name.split(".")[0] not in sys.stdlib_module_names} <= JOINED


def test_a_render_does_not_load_what_it_does_without() -> None:
    packages = {path.relative_to(PACKAGE).parts[0] for path in of_a_render()}
    assert packages == {"__init__.py", "answers", "base", "plan", "questionnaire", "registry"}
