"""A label that no rule gives is meant so, or a slip of the keys: who answers says which, and what is recorded stays."""

from pathlib import Path

import pytest
import yaml
from copier import run_update
from copier.errors import UserMessageError

from dativo_generator.questionnaire.unattended import completed
from support import PACK, Rendered, release, render
from terminal import DONE, ENTER
from test_prompts import SOURCES, begin, end, pick, start

ANSWERS = {"tenant_id": "acme", "source_connector": "csv", "files": ["people.csv"], "target_connector": "s3"}
TWO = ANSWERS | {"files": ["people.csv", "pets.csv"]}


def labels(out: Rendered) -> dict[str, str | None]:
    return {field["name"]: field.get("classification") for field in out.asset["schema"]}


def test_a_slip_is_refused_in_the_terminal_with_the_near_label(template: Path, tmp_path: Path) -> None:
    terminal = start(template, tmp_path)
    begin(terminal, pick(SOURCES, "csv"))
    terminal.answer("Files", f"people.csv{DONE}")
    end(terminal)
    terminal.answer("Import the fields from", ENTER)
    terminal.answer("Fields", f"mail: string PPI{DONE}")
    terminal.wait("no rule gives the label PPI; write PPI! for one of your own")
    terminal.send("!" + DONE)
    assert terminal.finish() == 0, terminal.text
    assert labels(Rendered(tmp_path / "out")) == {"mail": "PPI"}


@pytest.mark.parametrize(
    ("answers", "column"),
    [
        (ANSWERS | {"fields": {"mail": "string required PPI"}}, "mail"),
        (ANSWERS | {"fields": {"mail": {"type": "string", "classification": "PPI"}}}, "mail"),
        (TWO | {"fields": {"people": {"type": "string PPI"}, "pets": {"id": "integer"}}}, "type"),
        (ANSWERS | {"fields": "classification: string PPI"}, "classification"),
    ],
)
def test_a_given_slip_is_refused(answers: dict, column: str, template: Path, tmp_path: Path) -> None:
    with pytest.raises(UserMessageError, match=f"^fields: {column}: no rule gives the label PPI; .*did you mean 'PII'"):
        render(template, tmp_path / "out", answers)


@pytest.mark.parametrize("entry", ["string OURS!", {"type": "string", "classification": "OURS!"}])
def test_a_label_of_ones_own_is_marked(entry: object, template: Path, tmp_path: Path) -> None:
    assert labels(render(template, tmp_path / "out", ANSWERS | {"fields": {"mail": entry}})) == {"mail": "OURS"}


def test_what_is_recorded_means_what_it_did(released: Path, tmp_path: Path) -> None:
    out = render(released, tmp_path / "out", ANSWERS | {"fields": {"mail": "string OURS!"}})
    before = {**out.answers, "fields": {"mail": "string OURS"}}
    assert completed(PACK, before, "file")["fields"] == before["fields"]
    text = out.files[out.answers_file].decode().replace("OURS!", "OURS")
    (out.root / out.answers_file).write_text(text, encoding="utf-8")
    release(out.root, "scaffolded")
    release(released, "v1.1.0")
    run_update(out.root, answers_file=out.answers_file, defaults=True, overwrite=True, unsafe=True, quiet=True)
    again = Rendered(out.root)
    assert (labels(again), yaml.safe_load(str(again.answers["fields"]["mail"]))) == ({"mail": "OURS"}, "string OURS")
