"""A label that no rule gives must be marked as the user's own; otherwise it counts as a typing error."""

from pathlib import Path

import pytest
import yaml
from copier import run_update
from copier.errors import UserMessageError

from dativo_generator.questionnaire.unattended import completed
from fleets import STRIPE, Command, build
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
    terminal.wait("no rule gives PPI")
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
    with pytest.raises(UserMessageError, match=f"^fields: {column}: did you mean 'PII'\\? write PPI!"):
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


# --- one judgement, wherever the answer comes from --------------------------------------------------------------------

PPI = {"fields": {"id": "string PPI"}, "classification": ["PPI"]}
OWN = {"fields": {"id": "string PPI!"}, "classification": ["PPI!"]}
PROFILES = {"profiles/acme.yml": "labels: [PPI]\n", "profiles/_organisation.yml": "classification: [PPI]\n"}
STRIPES = STRIPE | {"tenant_id": "acme", "owner": "data@acme.com"}


def refusal(name: str) -> str:
    """Return what is said of PPI in the answer to `name`."""
    where = "id: " if name == "fields" else ""
    way = "write PPI!, or list it under labels in profiles/acme.yml"
    return f"{name}: {where}did you mean 'PII'? {way}; no rule gives PPI"


@pytest.mark.parametrize("name", PPI)
def test_copier_refuses_a_slip(name: str, template: Path, tmp_path: Path) -> None:
    answers = STRIPES | {name: PPI[name]}
    with pytest.raises(UserMessageError) as error:
        render(template, tmp_path / "out", answers)
    assert str(error.value) == refusal(name)
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("profile", PROFILES)
@pytest.mark.parametrize("name", PPI)
def test_a_profile_says_which_are_meant(name: str, profile: str, template: Path, tmp_path: Path) -> None:
    (tmp_path / "out/profiles").mkdir(parents=True)
    (tmp_path / "out" / profile).write_text(PROFILES[profile], encoding="utf-8")
    out = render(template, tmp_path / "out", STRIPES | {name: PPI[name]})
    assert "PPI" in out.asset["asset"]["governance"]["classification"]


def manifest(root: Path, answers: dict) -> str:
    text = yaml.safe_dump({"scaffolds": [STRIPES | {"scaffold": "pay"} | answers]})
    (root / "jobs.yml").write_text(text, encoding="utf-8")
    return "jobs.yml"


def test_batch_refuses_a_slip_in_new_rows_and_in_changed_ones(command: Command, history: Path, tmp_path: Path) -> None:
    root = tmp_path / "out"
    build(history, root, "v1.0.0", {"more": STRIPES | {"objects": ["charges"]}})
    for name in PPI:
        result = command(root, "batch", manifest(root, {name: PPI[name]}))
        assert (result.status, refusal(name) in result.err) == (1, True), result.err
    assert command(root, "batch", manifest(root, {})).status == 0
    release(root, "written")
    for name in PPI:
        result = command(root, "batch", manifest(root, {name: PPI[name]}))
        assert (result.status, refusal(name) in result.err) == (1, True), result.err
    for number, answers in enumerate((OWN, PPI)):  # what is recorded is meant
        assert command(root, "batch", manifest(root, answers)).status == 0
        release(root, f"written-{number}")


@pytest.mark.parametrize("name", PPI)
def test_update_refuses_a_slip_until_a_profile_has_it(
    name: str, command: Command, history: Path, tmp_path: Path
) -> None:
    root = tmp_path / "out"
    build(history, root, "v1.0.0", {"pay": STRIPES})
    data = ("update", "--data", f"{name}={yaml.safe_dump(PPI[name], default_flow_style=True)}")
    assert refusal(name) in command(root, *data).out
    (root / "profiles").mkdir()
    (root / "profiles/acme.yml").write_text(PROFILES["profiles/acme.yml"], encoding="utf-8")
    release(root, "profiled")
    assert command(root, *data).status == 0


def test_the_documented_profile_is_a_profile(template: Path, tmp_path: Path) -> None:
    page = (Path(__file__).parent.parent / "docs/how-to/use-profiles.md").read_text(encoding="utf-8")
    text = page.partition("<!-- labels -->\n```yaml\n")[2].partition("```")[0]
    (tmp_path / "out/profiles").mkdir(parents=True)
    (tmp_path / "out/profiles/acme.yml").write_text(text, encoding="utf-8")
    fields = {"fields": {"id": "string SECRET"}, "classification": ["CONFIDENTIAL"]}
    out = render(template, tmp_path / "out", STRIPES | fields)
    assert out.asset["asset"]["governance"]["classification"] == ["CONFIDENTIAL", "SECRET"]
