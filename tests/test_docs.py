"""The documentation matches the pack: generated parts are current, links lead somewhere, steps work."""

import importlib.util
import json
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from support import PACK, PAGES, ROOT, blocks, load_answers

_spec = importlib.util.spec_from_file_location("generate", ROOT / "docs" / "generate.py")
generate = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(generate)

LINK = re.compile(r"(?<=\]\()[^)#]+")


def texts(page: Path, language: str) -> list[str]:
    return [text for found, text in blocks(page) if found == language]


@pytest.mark.parametrize("name", generate.PAGES)
def test_reference_is_current(name: str) -> None:
    assert (ROOT / name).read_text(encoding="utf-8") == generate.PAGES[name](), "run `make docs`"


def test_the_transcript_is_current() -> None:
    tutorial = (ROOT / "docs" / "tutorial.md").read_text(encoding="utf-8")
    assert f"```text\n{generate.transcript()}\n```" in tutorial, "run `make docs`"


# In one test, which runs the questionnaire and the command once.
def test_pictures_are_current_and_show_the_screen() -> None:
    drawn = generate.pictures.pictures()
    for name, content in drawn.items():
        assert (ROOT / name).read_text(encoding="utf-8") == content, "run `make docs`"
        assert "font-face" not in content
    shown = {Path(name).stem: words(content) for name, content in drawn.items()}
    steps = generate.pictures.steps()
    (last,) = [number for number, step in enumerate(steps) if step.picture == "source"]
    for step in steps[: last + 1]:
        assert step.question in shown["source"]
    for connector in PACK.with_role("source"):
        assert connector.id in shown["source"]
    assert all(line in shown["summary"] for line in ("Scaffold ", "Check it, then run it:", ".copier-answers."))
    assert "answers files would be at" in shown["dry-run"]


def words(svg: str) -> str:
    """Return the text of a picture; raise an error if it is not XML."""
    text = "".join(ElementTree.fromstring(svg).itertext())
    return text.replace("\N{NO-BREAK SPACE}", " ")


def test_every_picture_is_on_a_page_with_a_text_for_those_who_do_not_see_it() -> None:
    shown = {}
    for page in PAGES:
        for text, link in re.findall(r"!\[([^]]*)\]\(([^)]+)\)", page.read_text(encoding="utf-8")):
            shown[(page.parent / link).resolve()] = text
    assert set(shown) == set((ROOT / "docs" / "assets").glob("*.svg"))
    assert all(len(text.split()) > 5 for text in shown.values())


@pytest.mark.parametrize("path", sorted((ROOT / "schemas").glob("*.json")), ids=lambda path: path.name.split(".")[0])
def test_the_page_of_schemas_has_every_key_with_its_description(path: Path) -> None:
    lines = (ROOT / "docs" / "reference" / "schemas.md").read_text(encoding="utf-8").splitlines()
    rows = {(line.split("`")[1].split(".")[-1], line.replace("\\", "")) for line in lines if line.startswith("| `")}
    for name, said in properties(json.loads(path.read_text(encoding="utf-8"))):
        assert any(name == key and said.replace("<", "&lt;") in row for key, row in rows), name


def properties(schema: Any) -> Iterator[tuple[str, str]]:
    """Yield every key that a JSON Schema describes, with what it says."""
    if isinstance(schema, list):
        for item in schema:
            yield from properties(item)
    elif isinstance(schema, dict):
        # Conditions of a draft-07 schema name keys again, and describe none.
        for word, part in schema.items():
            if word == "properties":
                yield from ((name, value["description"]) for name, value in part.items() if "description" in value)
            if word not in ("dependencies", "if"):
                yield from properties(part)


def test_the_asset_of_the_tutorial_is_current() -> None:
    shown = f"```yaml\n{generate.shown_file('assets')}\n```"
    assert shown in (ROOT / "docs" / "tutorial.md").read_text(encoding="utf-8"), "run `make docs`"


def test_the_readme_says_what_the_start_page_says() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    start = (ROOT / "docs" / "README.md").read_text(encoding="utf-8")
    for name in ("what", "start"):
        there = [link for link in LINK.findall(generate.part(start, name)) if "://" not in link]
        here = [link for link in LINK.findall(generate.part(readme, name)) if "://" not in link]
        assert here == [f"docs/{link}" for link in there]
        assert LINK.sub("", generate.part(readme, name)) == LINK.sub("", generate.part(start, name))


def test_the_command_without_questions_asks_nothing_as_it_is_printed(published: Path, tmp_path: Path) -> None:
    (line,) = (line for block in texts(ROOT / "README.md", "console") for line in block.splitlines() if " . " in line)
    pack = shutil.copytree(published, tmp_path / "dativo-generator", symlinks=True)
    done = subprocess.run(
        [sys.executable, "-m", *shlex.split(line.removeprefix("$ "))],
        cwd=pack,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    assert "🎤" not in done.stdout + done.stderr
    assert list((tmp_path / "acme-ingest" / "jobs").rglob("*.yaml"))


def test_the_readme_is_short() -> None:
    assert len((ROOT / "README.md").read_text(encoding="utf-8").splitlines()) < 130


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere(page: Path) -> None:
    for link in re.findall(r"\]\(([^)#]+)[^)]*\)", page.read_text(encoding="utf-8")):
        if "://" not in link:
            assert (page.parent / link).exists(), link


def test_the_readmes_first_block_is_two_commands() -> None:
    first = next(block for language in ("sh", "bash") for block in texts(ROOT / "README.md", language))
    assert first.splitlines() == ["make demo", "make test"]


def test_examples_say_when_they_are_of_use() -> None:
    for example in (ROOT / "examples").glob("*.yml"):
        assert example.read_text(encoding="utf-8").startswith("# "), example
        assert load_answers(example)["scaffold"] == example.stem
