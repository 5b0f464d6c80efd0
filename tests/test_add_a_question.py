"""The how-to on adding a question works: a test applies its diffs to a copy of the pack."""

import os
import subprocess
from pathlib import Path
from typing import Any

import pytest
from copier import run_copy
from copier.errors import UserMessageError

from support import ROOT, Rendered, blocks, copy_pack, load_answers, render, schema_errors
from terminal import ENTER, Terminal

PAGE = ROOT / "docs" / "how-to" / "add-a-question.md"
# The page's diffs, in its order: the question, its words, its place in the plan, its line in the layouts.
ENTRY, WORDS, PLAN, LAYOUT = [text for _, text in blocks(PAGE) if text.startswith("--- a/")]
NAME, SECTION = "tenant_label", "contract"
EXAMPLE = ROOT / "examples" / "stripe_customers.yml"
SAMPLE = load_answers(EXAMPLE)


def changed(folder: Path, *changes: str) -> Path:
    """Copy the pack to `folder`, with some of the page's changes."""
    copy_pack(folder)
    # A pack in which somebody followed the page has them already.
    for change in (ENTRY, WORDS, PLAN, LAYOUT):
        if not apply(folder, change, "--reverse", "--check").returncode:
            apply(folder, change, "--reverse").check_returncode()
    for change in changes:
        apply(folder, change).check_returncode()
    return folder


def apply(folder: Path, change: str, *options: str) -> subprocess.CompletedProcess[str]:
    """Apply a diff with Git in a folder."""
    return subprocess.run(["git", "apply", *options, "-"], cwd=folder, input=change, text=True, capture_output=True)


@pytest.fixture(scope="module")
def pack(tmp_path_factory: pytest.TempPathFactory, _isolated: None) -> Path:
    """Return the pack with the new question; not to be changed."""
    return changed(tmp_path_factory.mktemp("question") / "pack", ENTRY, WORDS, PLAN, LAYOUT)


def scaffolded(pack: Path, out: Path, **answers: Any) -> Rendered:
    """Render the sample; the table of questions that `render` checks answers with does not know the new one."""
    run_copy(str(pack), out, data=SAMPLE | answers, defaults=True, unsafe=True, quiet=True)
    return Rendered(out)


def recorded(out: Rendered) -> dict[str, Any]:
    """Return everything in the answers file."""
    (answers,) = out.parsed(".copier-answers.").values()
    return answers


def test_an_answer_is_recorded_and_used(pack: Path, tmp_path: Path) -> None:
    out = scaffolded(pack, tmp_path, **{NAME: "acme_crm"})
    assert recorded(out)[NAME] == "acme_crm"
    assert out.asset["asset"]["tenant"] == "acme_crm"
    assert schema_errors("asset", out.asset) == []


def test_without_an_answer_the_files_are_as_before(pack: Path, template: Path, tmp_path: Path) -> None:
    out, before = scaffolded(pack, tmp_path / "out"), render(template, tmp_path / "before", SAMPLE)
    assert NAME not in recorded(out)
    assert (out.jobs, out.assets) == (before.jobs, before.assets)


def test_without_an_answer_the_default_is_followed_and_an_answer_stays(tmp_path: Path) -> None:
    pack = changed(tmp_path / "pack", ENTRY.replace('always("")', 'always("all")'), WORDS, PLAN, LAYOUT)
    follows = scaffolded(pack, tmp_path / "follows")
    assert (follows.asset["asset"]["tenant"], NAME in recorded(follows)) == ("all", False)
    assert "tenant" not in scaffolded(pack, tmp_path / "answered", **{NAME: ""}).asset["asset"]


def test_it_is_asked_in_its_section_until_the_answer_is_right(pack: Path, tmp_path: Path) -> None:
    arguments = ["copy", "--trust", "--data-file", str(EXAMPLE), "--data", f"customize=[{SECTION}]", str(pack), "out"]
    terminal = Terminal(arguments, tmp_path, dict(os.environ))
    terminal.answer("Asset layout", ENTER)
    terminal.answer("Tenant label", f"A B{ENTER}")
    terminal.wait("a label is lower-case letters")
    terminal.close()


def test_it_is_recorded_when_its_section_is_opened(pack: Path, tmp_path: Path) -> None:
    assert recorded(scaffolded(pack, tmp_path, customize=[SECTION]))[NAME] == ""


def test_a_wrong_answer_is_the_line_on_the_page(pack: Path, tmp_path: Path) -> None:
    (line,) = [text.strip() for _, text in blocks(PAGE) if text.startswith(f"{NAME}: ")]
    with pytest.raises(UserMessageError) as error:
        scaffolded(pack, tmp_path / "out", **{NAME: "A B"})
    assert str(error.value) == line
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("change", [ENTRY, WORDS], ids=["without its words", "without its entry"])
def test_a_question_in_one_place_only_is_one_line(change: str, tmp_path: Path) -> None:
    pack = changed(tmp_path / "pack", change)
    with pytest.raises(UserMessageError, match=NAME) as error:
        scaffolded(pack, tmp_path / "out")
    assert "\n" not in str(error.value)
