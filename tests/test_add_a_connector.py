"""The how-to on adding a connector works: a test saves its files and types its commands in a copy of the pack."""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

from dativo_generator.base.errors import DativoError
from dativo_generator.registry.pack import Pack
from followed import Reader, copy_everything, typed
from support import ROOT, Rendered, blocks, copy_pack, edit_yaml, render, schema_errors

PAGE = ROOT / "docs" / "how-to" / "add-a-connector.md"
START = ROOT / "docs" / "start" / "new-connectors.md"
REGISTRY = "registry/connectors.yaml"
SHOWN = [text for language, text in blocks(PAGE) if language == "yaml"]
# The page's two connectors: the entry of each, and its other files by their names.
API, DATABASE = "helpdesk", "legacydb"
ENTRIES = {API: SHOWN[0], DATABASE: SHOWN[3]}
FILES = {
    API: {f"connectors/{API}.yaml": SHOWN[1], f"registry/fields/{API}.yaml": SHOWN[2]},
    DATABASE: {f"connectors/{DATABASE}.yaml": SHOWN[4]},
}
# What a reader answers at the prompts.
ANSWERS = {API: {"objects": "[tickets]"}, DATABASE: {}}


def add(pack: Path, name: str) -> None:
    """Save what the page shows of a connector: its entry, in alphabetical order, and its files."""
    path = pack / REGISTRY
    text = path.read_text(encoding="utf-8")
    after = (match.start() for match in re.finditer(r"^  (\w+):$", text, re.MULTILINE) if match[1] > name)
    place = next(after, None)
    entry = f"{ENTRIES[name]}\n" if place else f"\n{ENTRIES[name]}"
    path.write_text(f"{text[:place]}{entry}{text[place:] if place else ''}", encoding="utf-8")
    for file, content in FILES[name].items():
        (pack / file).write_text(content, encoding="utf-8")


@pytest.fixture(scope="module")
def pack(tmp_path_factory: pytest.TempPathFactory, _isolated: None) -> Path:
    """Return a copy of the pack, with what the page adds."""
    pack = copy_everything(tmp_path_factory.mktemp("connector") / "pack")
    # A pack in which somebody followed the page has them already.
    for name in ENTRIES.keys() & Pack(ROOT).registry.keys():
        edit_yaml(pack / REGISTRY, lambda data, name=name: data["connectors"].pop(name))
    before = Pack(pack).registry
    for name in ENTRIES:
        add(pack, name)
    assert list(Pack(pack).registry) == sorted([*before, *ENTRIES])
    Reader(pack).type("git init --quiet && git add --all && git commit --quiet --message 'Before the connectors'")
    return pack


@dataclass(frozen=True)
class Scaffolded:
    """The result of a `copier copy` of the page."""

    files: Rendered
    printed: str


@pytest.fixture(scope="module")
def scaffolds(pack: Path) -> dict[str, Scaffolded]:
    """Type the commands that try each connector, and return what they scaffold."""
    reader, made = Reader(pack), {}
    for line in typed(PAGE):
        (name,) = [name for name in ENTRIES if name in line] or [""]
        if not name:
            # Its tests are this one and all the others, and its pages are made from the registry.
            assert line == "make docs test"
        elif " copy " in line:
            out = pack.parent / name
            answers = {"tenant_id": "acme", "target_connector": "s3", "owner": "data@acme.com"} | ANSWERS[name]
            given = " ".join(f"--data '{question}={answer}'" for question, answer in answers.items())
            printed = reader.type(
                line.replace(" --data ", f" --defaults {given} --data ", 1).replace("../try", str(out))
            )
            made[name] = Scaffolded(Rendered(out), printed)
        else:
            assert re.search(r"\d+ passed", reader.type(line))
    return made


def test_every_file_of_the_page_is_named_where_it_is_shown() -> None:
    for name, files in FILES.items():
        for file in (REGISTRY, *files):
            assert f"`{file}`" in PAGE.read_text(encoding="utf-8"), (name, file)
    assert len(SHOWN) == sum(len(files) + 1 for files in FILES.values())


def test_the_page_tries_each_of_its_connectors(scaffolds: dict[str, Scaffolded]) -> None:
    assert scaffolds.keys() == ENTRIES.keys()


def test_the_api_is_read_by_object_and_has_its_fields(scaffolds: dict[str, Scaffolded]) -> None:
    out = scaffolds[API].files
    known = yaml.safe_load(FILES[API][f"registry/fields/{API}.yaml"])
    read = yaml.safe_load(ENTRIES[API])[API]["objects_supported"]
    (first,) = out.job["source"]["objects"]
    assert first == read[0]
    assert [field["name"] for field in out.asset["schema"]] == list(known[first])
    assert out.job["source"]["incremental"]["cursor_field"] == "changed_at"


def test_the_database_is_read_by_table_from_where_its_recipe_says(scaffolds: dict[str, Scaffolded]) -> None:
    out = scaffolds[DATABASE].files
    (table,) = out.job["source"]["tables"]
    assert table == {"name": "HR.PEOPLE", "object": "people", "cursor_field": "changed_at"}
    recipe = yaml.safe_load(FILES[DATABASE][f"connectors/{DATABASE}.yaml"])
    assert out.job["source"]["connection"] == recipe["connection_template"]


@pytest.mark.parametrize("name", ENTRIES)
def test_what_is_scaffolded_fits_the_schemas(name: str, scaffolds: dict[str, Scaffolded]) -> None:
    out = scaffolds[name].files
    assert schema_errors("job", out.job) == schema_errors("asset", out.asset) == []
    assert f"connectors/{name}.yaml" in out.files


def test_every_object_can_be_scaffolded(pack: Path, tmp_path: Path) -> None:
    objects = Pack(pack).registry[API].objects
    answers: dict[str, Any] = {"tenant_id": "acme", "source_connector": API, "target_connector": "s3"}
    out = render(pack, tmp_path / "out", answers | {"objects": list(objects)}, vcs_ref="HEAD")
    assert {asset["asset"]["object"] for asset in out.assets.values()} == set(objects)


def test_the_warning_of_who_reads_it_is_the_pages(scaffolds: dict[str, Scaffolded]) -> None:
    (shown,) = [text.strip() for _, text in blocks(PAGE) if text.startswith("Warning: ")]
    assert shown in scaffolds[API].printed


def test_a_mistake_is_the_line_on_the_page(tmp_path: Path) -> None:
    (shown,) = [text for language, text in blocks(PAGE) if language == "text" and f"connectors/{API}.yaml:" in text]
    pack = copy_pack(tmp_path / "pack")
    if API not in Pack(pack).registry:
        add(pack, API)
    (recipe,) = [name for name in FILES[API] if name.startswith("connectors/")]
    damaged = FILES[API][recipe].replace("type: api_key", "type: apikey")
    (pack / recipe).write_text(damaged, encoding="utf-8")
    with pytest.raises(DativoError) as error:
        Pack(pack).recipe(API)
    assert str(error.value) == " ".join(shown.split())


def test_the_files_of_the_page_for_a_start_pass_the_tests_of_the_registry(tmp_path: Path) -> None:
    pack = copy_everything(tmp_path / "pack")
    added = [re.match(r"# (at the end of )?(\S+)\n", text) for language, text in blocks(START) if language == "yaml"]
    for one in filter(None, added):
        with (pack / one[2]).open("a" if one[1] else "x", encoding="utf-8") as file:
            file.write(one.string[one.end() :])
    assert {one[2].split("/")[0] for one in added if one} == {"connectors", "registry"}
    assert re.search(r"\d+ passed", Reader(pack).type(".venv/bin/python -m pytest tests/test_registry.py"))
