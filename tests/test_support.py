"""The test helpers themselves: what would let a wrong test pass is an error."""

import ast
import sys
from pathlib import Path

import pytest

from support import ROOT, load_answers, render


def test_a_misspelt_answer_is_an_error_with_the_nearest_name(template: Path, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"retension_days: no question has this name; did you mean 'retention_days'\?"):
        render(template, tmp_path / "out", {"tenant_id": "acme", "retension_days": 3})
    assert not (tmp_path / "out").exists()


def test_a_misspelt_key_in_an_answers_file_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "answers.yml").write_text("tenant: acme\n", encoding="utf-8")
    with pytest.raises(ValueError, match=r"tenant: no question has this name; did you mean 'tenant_id'\?"):
        load_answers(tmp_path / "answers.yml")


# What extensions/dativo.py joins the package to.
JOINED = {"copier.errors", "jinja2", "jinja2.ext", "jinja2.runtime"}


PACKAGE = ROOT / "extensions" / "dativo_generator"


def imported(path: Path) -> set[str]:
    """Name the modules that a file imports: those beside it as ``.name``, the others by their first word."""
    # What a function imports is not there before somebody calls it, and what is for type checkers never is.
    nodes = ast.parse(path.read_text(encoding="utf-8")).body
    names = {alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names}
    for node in nodes:
        if isinstance(node, ast.ImportFrom):
            beside = [node.module] if node.module else [alias.name for alias in node.names]
            names |= {f".{name}" for name in beside} if node.level else {node.module}
    return names


def of_a_render() -> set[Path]:
    """Follow the imports from what the extension loads."""
    found: set[Path] = set()
    waiting = [PACKAGE / "__init__.py", PACKAGE / "questionnaire.py", PACKAGE / "emit.py"]
    while waiting:
        path = waiting.pop()
        if path not in found:
            found.add(path)
            waiting += [PACKAGE / f"{name[1:]}.py" for name in imported(path) if name.startswith(".")]
    return found


@pytest.mark.parametrize("path", sorted(of_a_render()), ids=lambda path: path.name)
def test_a_render_imports_what_will_still_be_there_in_years(path: Path) -> None:
    foreign = {name.split(".")[0] for name in imported(path) if not name.startswith(".")} - sys.stdlib_module_names
    assert foreign <= {"yaml"}


def test_the_extension_itself_imports_jinja_and_copiers_errors_beside() -> None:
    names = imported(ROOT / "extensions" / "dativo.py")
    assert {name for name in names if name.split(".")[0] not in sys.stdlib_module_names} <= JOINED


def test_a_render_does_not_load_the_commands() -> None:
    assert not {path.stem for path in of_a_render()} & {"cli", "report", "validation", "fleet", "located"}
