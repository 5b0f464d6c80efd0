"""Every example renders to the bytes in tests/golden/; `make docs` rewrites them."""

from collections.abc import Callable
from pathlib import Path

import pytest
from copier import run_copy

from support import EXAMPLES, PACK, ROOT, Rendered, golden_files, load_answers

GOLDEN = ROOT / "tests" / "golden"


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_golden(path: Path, example: Callable[[Path], Rendered]) -> None:
    folder = GOLDEN / path.stem
    expected = {file.relative_to(folder).as_posix(): file.read_bytes() for file in folder.rglob("*") if file.is_file()}
    assert golden_files(example(path)) == expected


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_an_example_leaves_nothing_to_ask(path: Path, template: Path, tmp_path: Path) -> None:
    """Without `defaults` Copier asks what is not answered, and here nobody is there to type."""
    run_copy(str(template), tmp_path / "out", data=load_answers(path), unsafe=True, quiet=True)
    assert Rendered(tmp_path / "out").answers == load_answers(path)


def test_there_is_no_golden_without_an_example() -> None:
    assert {path.name for path in GOLDEN.iterdir()} == {path.stem for path in EXAMPLES}


def test_each_kind_of_source_has_an_example() -> None:
    sources = [PACK.registry[load_answers(example)["source_connector"]] for example in EXAMPLES]
    assert {source.selection for source in sources} == {"objects", "tables", "files", "sheets"}
    assert any(source.selection == "files" and not source.objects for source in sources)


def test_the_file_example_names_the_columns_of_its_file() -> None:
    answers = load_answers(ROOT / "examples" / "csv_people.yml")
    (file,) = answers["files"]
    header = (ROOT / file["path"]).read_text(encoding="utf-8").splitlines()[0]
    assert header.split(",") == list(answers["fields"])
