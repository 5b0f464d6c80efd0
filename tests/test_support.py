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


@pytest.mark.parametrize("path", sorted((ROOT / "extensions").rglob("*.py")), ids=lambda path: path.name)
def test_a_render_imports_what_will_still_be_there_in_years(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    modules = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    modules |= {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) and not node.level}
    foreign = {name for name in modules if name.split(".")[0] not in sys.stdlib_module_names}
    allowed = (
        {"yaml"} if "dativo_generator" in path.parts else {"copier.errors", "jinja2", "jinja2.ext", "jinja2.runtime"}
    )
    assert foreign <= allowed
