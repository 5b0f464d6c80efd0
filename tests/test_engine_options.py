"""Options for the reader of a source come from an answer or an import; without either, a job has none."""

from pathlib import Path
from typing import Any

import pytest
from copier import run_copy
from copier.errors import UserMessageError

from dativo_generator.plan.plan import plan
from support import PACK, Rendered

PEOPLE = {"tenant_id": "acme", "source_connector": "csv", "target_connector": "s3"}
# What the recipe of the source has for its reader.
USUAL = PACK.recipe("csv").options["native"]

# What an import finds, by how the file is written.
WRITTEN: dict[str, tuple[bytes, dict[str, str]]] = {
    "as the runner takes it": (b"id,name\n1,x\n", {}),
    "with a byte order mark": (b"\xef\xbb\xbfid,name\n1,x\n", {}),
    "with semicolons": (b"id;name\n1;x\n", {"delimiter": ";"}),
    "with tabs": (b"id\tname\n1\tx\n", {"delimiter": "\t"}),
    "with single quotes": (b"id,name\n1,'x,y'\n2,'z'\n", {"quote_char": "'"}),
    "in UTF-16": ("id;name\n1;x\n".encode("utf-16"), {"delimiter": ";", "encoding": "utf-16"}),
}


def engine(source: str, **answers: Any) -> Any:
    """Return what a job of a source says of its engine."""
    read = {"tables": ["public.orders"]} if PACK.registry[source].requires_tables else {"files": ["a.csv"]}
    given = {"tenant_id": "acme", "source_connector": source, "target_connector": "iceberg"}
    fields = {"id": "integer", "updated_at": "timestamp"}
    (job,) = plan(PACK, given | read | {"fields": fields} | answers)["jobs"]
    return job["data"]["source"].get("engine")


@pytest.mark.parametrize("answers", [{}, {"engine_options": {}}])
def test_nothing_is_written_where_nothing_is_answered(answers: dict[str, Any]) -> None:
    assert engine("csv", **answers) is None


def test_the_options_of_the_recipe_are_written_with_the_answered_ones_in_them() -> None:
    """What a job says replaces the recipe's options whole."""
    answered = {"delimiter": "\\t", "chunk_size": "5"}
    assert engine("csv", engine_options=answered) == {
        "options": {"native": {**USUAL, "delimiter": "\t", "chunk_size": 5}}
    }


def test_a_reader_of_the_runner_takes_its_own_options_beside_those_of_another_engine() -> None:
    options = engine("postgres", engine_options={"batch_size": 500})["options"]
    assert options == {**PACK.recipe("postgres").options, "native": {"batch_size": 500}}


def test_a_plugin_is_told_what_the_recipe_offers() -> None:
    options = engine("s3", custom_reader="a.py:B", engine_options={"compression": "gzip"})["options"]
    assert options == {"native": {**PACK.recipe("s3").options["native"], "compression": "gzip"}}


def test_a_recorded_engine_goes_on_being_written_and_is_said_to_have_no_effect() -> None:
    assert engine("postgres", engine="jdbc") == {"type": "jdbc"}
    answers = {"source_connector": "stripe", "objects": ["charges"], "target_connector": "s3", "engine": "singer"}
    warnings = plan(PACK, {"tenant_id": "acme"} | answers)["warnings"]
    assert [warning for warning in warnings if warning.startswith("engine: has no effect: ")]


@pytest.mark.parametrize("how", WRITTEN)
def test_an_import_answers_what_the_reader_must_be_told(
    how: str, template: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    content, options = WRITTEN[how]
    out = imported(template, tmp_path, monkeypatch, {"people.csv": content})
    assert out.answers.get("engine_options", {}) == options
    assert out.job["source"].get("engine") == ({"options": {"native": {**USUAL, **options}}} if options else None)
    assert ("Imported: engine_options: {" in capfd.readouterr().err) == bool(options)


def test_an_answer_that_an_import_contradicts_stays_and_is_said(
    template: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    files = {"people.csv": b"id;name\n1;x\n"}
    out = imported(template, tmp_path, monkeypatch, files, engine_options={"delimiter": "|"})
    assert out.answers["engine_options"] == {"delimiter": "|"}
    said = "Imported: 'people' is written with the delimiter ';', but engine_options have '|'\n"
    assert said in capfd.readouterr().err


def test_files_are_imported_in_the_encoding_that_is_answered(
    template: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = {"people.csv": "id,näme\n1,ö\n".encode("latin-1")}
    out = imported(template, tmp_path, monkeypatch, files, engine_options={"encoding": "latin-1"})
    assert [field["name"] for field in out.asset["schema"]] == ["id", "näme"]
    with pytest.raises(UserMessageError, match=r"is not UTF-8 .* or in engine_options$"):
        imported(template, tmp_path, monkeypatch, files, scaffold="other", asset_names={"people": "other"})


def test_files_that_are_written_in_two_ways_are_no_one_scaffolds(
    template: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = {"people.csv": b"id;name\n1;x\n", "pets.csv": b"id,name\n1,x\n"}
    with pytest.raises(UserMessageError, match=r"^engine_options: .*; delimiter is ';' in 'people', ',' in 'pets'"):
        imported(template, tmp_path, monkeypatch, files)


def imported(
    template: Path, folder: Path, monkeypatch: pytest.MonkeyPatch, files: dict[str, bytes], **answers: Any
) -> Rendered:
    """Scaffold files that are imported from themselves, and let the copy say what it has to."""
    for name, content in files.items():
        (folder / name).write_bytes(content)
    monkeypatch.chdir(folder)
    read = {"files": list(files), "import_from": f"[{', '.join(files)}]"}
    run_copy(str(template), folder / "out", data=PEOPLE | read | answers, defaults=True, unsafe=True)
    return Rendered(folder / "out")
