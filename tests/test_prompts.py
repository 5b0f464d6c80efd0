"""The questionnaire in a real terminal, from start to finish."""

import os
from pathlib import Path
from typing import Any

import pytest
import yaml

from dativo_generator.answers.choices import LONG_LIST
from dativo_generator.answers.questions.short_path import SECTIONS
from support import PACK, SHORT_PATH, Rendered, edit_yaml, git, release, render
from terminal import DONE, DOWN, ENTER, SPACE, Terminal

SOURCES = [connector.id for connector in PACK.with_role("source")]
TARGETS = [connector.id for connector in PACK.with_role("target")]
OWNER = SHORT_PATH["owner"]


def start(template: Path, folder: Path, *arguments: str) -> Terminal:
    return Terminal(["copy", "--trust", *arguments, str(template), "out"], folder, dict(os.environ))


def pick(offered: list[str], wanted: str) -> str:
    """Take one of a list in which nothing is marked at first."""
    return DOWN * (offered.index(wanted) + 1) + ENTER


def opened(section: str) -> str:
    return DOWN * [*SECTIONS].index(section) + SPACE + ENTER


def begin(terminal: Terminal, source: str, tenant: str = f"acme{ENTER}") -> None:
    terminal.answer("Tenant", tenant)
    terminal.answer("Environment", ENTER)
    terminal.answer("Execution mode", ENTER)
    terminal.answer("Where the data comes from", source)


def end(terminal: Terminal, target: str = pick(TARGETS, "iceberg"), customize: str = ENTER) -> None:
    terminal.answer("Where the data goes", target)
    terminal.answer("Owner", OWNER + ENTER)
    terminal.answer("Name of this scaffold", ENTER)
    terminal.answer("Customize", customize)


def test_the_short_path_is_ten_prompts(template: Path, tmp_path: Path) -> None:
    terminal = start(template, tmp_path)
    begin(terminal, pick(SOURCES, "stripe"))
    terminal.answer("Objects", DOWN + SPACE + ENTER)
    end(terminal)
    assert terminal.finish() == 0, terminal.text
    assert terminal.text.count("🎤") + terminal.text.count("👀") == 10
    out = Rendered(tmp_path / "out")
    assert out.job["source"]["objects"] == ["customers"]
    assert out.answers == SHORT_PATH
    for line in (
        "jobs/acme/stripe_customers_to_iceberg.yaml",
        "STRIPE_API_KEY, S3_ENDPOINT, AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY",
        "dativo run --config jobs/acme/stripe_customers_to_iceberg.yaml",
    ):
        assert line in terminal.text


def test_labels_say_what_a_connector_offers(template: Path, tmp_path: Path) -> None:
    terminal = start(template, tmp_path)
    terminal.answer("Tenant", f"acme{ENTER}")
    terminal.answer("Environment", ENTER)
    terminal.answer("Execution mode", DOWN + ENTER)
    terminal.wait("payments - charges, customers, invoices - incremental")
    terminal.wait("storage - not read by the runner: needs custom_reader")
    terminal.wait("database - tables - incremental (not allowed in cloud)")
    terminal.close()


def test_wrong_answers_are_asked_again_with_the_reason(template: Path, tmp_path: Path) -> None:
    terminal = start(template, tmp_path)
    terminal.answer("Tenant", f"Acme{ENTER}")
    terminal.wait("use 1 to 80 lower-case letters")
    terminal.send("\x7f" * 4 + f"acme{ENTER}")
    terminal.answer("Environment", ENTER)
    terminal.answer("Execution mode", ENTER)
    terminal.answer("Where the data comes from", pick(SOURCES, "stripe"))
    terminal.answer("Objects", ENTER)
    terminal.wait("Select at least one line with Space, then press Enter.")
    terminal.send(SPACE + ENTER)
    end(terminal)
    assert terminal.finish() == 0, terminal.text


def test_nobody_but_the_user_says_who_owns_the_data(template: Path, tmp_path: Path) -> None:
    terminal = start(template, tmp_path)
    begin(terminal, pick(SOURCES, "stripe"))
    terminal.answer("Objects", SPACE + ENTER)
    terminal.answer("Where the data goes", pick(TARGETS, "iceberg"))
    terminal.answer("Owner", ENTER)
    terminal.wait("type an e-mail address like team@example.com")
    terminal.send(OWNER + ENTER)
    terminal.answer("Name of this scaffold", ENTER)
    terminal.answer("Customize", ENTER)
    assert terminal.finish() == 0, terminal.text


def test_tables_and_fields_are_edited_as_yaml(template: Path, tmp_path: Path) -> None:
    terminal = start(template, tmp_path)
    begin(terminal, pick(SOURCES, "postgres"))
    terminal.answer("Tables", DONE)
    terminal.wait("give a value, like [public.orders]; it has none")
    terminal.send(f"- public.orders{DONE}")
    end(terminal, customize=opened("schema"))
    terminal.answer("Import the fields from", ENTER)
    terminal.answer("Assets", ENTER)
    terminal.wait("id: integer required")
    terminal.answer("updated_at: timestamp required", f"\x1b[1;5F{ENTER}email: string{DONE}")
    terminal.answer("Fixtures", ENTER)
    assert terminal.finish() == 0, terminal.text
    out = Rendered(tmp_path / "out")
    assert [field["name"] for field in out.asset["schema"]] == ["id", "updated_at", "email"]
    assert out.asset["schema"][-1]["classification"] == "PII"
    # What was typed is recorded as it was typed, in its order.
    assert list(yaml.safe_load(out.answers["fields"])) == ["id", "updated_at", "email"]


def test_an_update_asks_again_with_the_columns_in_their_order(released: Path, tmp_path: Path) -> None:
    fields = {"zip": "string required", "id": "string required", "email": "string PII"}
    answers = {"tenant_id": "acme", "source_connector": "stripe", "objects": ["customers"], "fields": fields}
    out = render(released, tmp_path / "out", answers | {"target_connector": "iceberg"})
    release(out.root, "scaffolded")
    release(released, "v2.0.0")
    file = ".copier-answers.acme.stripe_to_iceberg.yml"
    terminal = Terminal(["update", "--trust", "--answers-file", file], out.root, dict(os.environ))
    begin(terminal, tenant=ENTER, source=ENTER)
    terminal.answer("Objects", ENTER)
    end(terminal, target=ENTER)
    terminal.answer("zip: string required", DONE)
    assert terminal.finish() == 0, terminal.text
    assert [field["name"] for field in Rendered(out.root).asset["schema"]] == list(fields)


def updating(history: Path, destination: Path, **answers: Any) -> Terminal:
    """Start an update of a scaffold of the first release, with somebody there."""
    out = render(history, destination, {"tenant_id": "acme", "scaffold": "job"} | answers, vcs_ref="v1.0.0")
    release(out.root, "scaffolded")
    arguments = ["update", "--trust", "--answers-file", ".copier-answers.acme.job.yml"]
    return Terminal(arguments, out.root, dict(os.environ))


def test_a_stale_answer_is_asked_again(history: Path, tmp_path: Path) -> None:
    answers = {"source_connector": "hubspot", "objects": ["contacts", "companies"], "target_connector": "iceberg"}
    terminal = updating(history, tmp_path / "out", **answers, engine="singer")
    begin(terminal, tenant=ENTER, source=ENTER)
    terminal.wait("tickets")
    assert "companies" not in terminal.text
    terminal.answer("Objects", ENTER)
    end(terminal, target=ENTER)
    terminal.answer("Has no effect", DOWN * 2 + ENTER)
    assert terminal.finish() == 0, terminal.text
    out = Rendered(tmp_path / "out")
    assert (out.answers["objects"], out.answers["engine"]) == (["contacts"], "native")


def test_a_stale_answer_that_names_paths_is_not(history: Path, tmp_path: Path) -> None:
    answers = {"source_connector": "markdown_kv", "files": ["a.md"], "target_connector": "iceberg"}
    terminal = updating(history, tmp_path / "out", **answers, fields={"id": "string"})
    terminal.answer("Tenant", ENTER)
    terminal.answer("Environment", ENTER)
    terminal.answer("Execution mode", ENTER)
    assert terminal.finish() == 1
    assert "source_connector: 'markdown_kv' was retired: nobody wrote it; use 'csv' instead" in terminal.text
    assert "Traceback" not in terminal.text
    assert git(tmp_path / "out", "status", "--porcelain") == ""


def test_an_answer_that_no_longer_fits_is_left_out(history: Path, tmp_path: Path) -> None:
    answers = {"source_connector": "mysql", "tables": ["shop.orders"], "target_connector": "iceberg"}
    terminal = updating(history, tmp_path / "out", **answers, lookback_days=3)
    begin(terminal, tenant=ENTER, source=ENTER)
    terminal.answer("Tables", DONE)
    end(terminal, target=ENTER)
    assert terminal.finish() == 0, terminal.text
    out = Rendered(tmp_path / "out")
    assert "lookback_days" not in out.answers
    assert "incremental" not in out.job["source"]


def test_another_answer_that_would_move_files_is_not_taken(history: Path, tmp_path: Path) -> None:
    answers = {"source_connector": "stripe", "objects": ["customers"], "target_connector": "iceberg"}
    terminal = updating(history, tmp_path / "out", **answers)
    begin(terminal, tenant=ENTER, source=DOWN + ENTER)  # which goes round to the only one that can be chosen
    assert terminal.text.count("part of file paths") == len(SOURCES) - 2  # one is retired
    terminal.answer("Objects", ENTER)
    end(terminal, target=ENTER)
    assert terminal.finish() == 0, terminal.text
    assert Rendered(tmp_path / "out").answers["source_connector"] == "stripe"


def test_a_second_scaffold_is_given_another_name(template: Path, tmp_path: Path) -> None:
    answers = {"tenant_id": "acme", "source_connector": "stripe", "target_connector": "iceberg"}
    render(template, tmp_path / "out", answers | {"objects": ["charges"]})
    terminal = start(template, tmp_path)
    begin(terminal, pick(SOURCES, "stripe"))
    terminal.answer("Objects", DOWN + SPACE + ENTER)
    terminal.answer("Where the data goes", pick(TARGETS, "iceberg"))
    terminal.answer("Owner", OWNER + ENTER)
    terminal.answer("Name of this scaffold", f"stripe_to_iceberg{ENTER}")
    terminal.wait("give another name")
    terminal.send(f"_2{ENTER}")
    terminal.answer("Customize", ENTER)
    assert terminal.finish() == 0, terminal.text
    assert len(list((tmp_path / "out").glob(".copier-answers.*"))) == 2


def test_a_source_of_which_nothing_is_known_is_asked_for_its_fields(template: Path, tmp_path: Path) -> None:
    terminal = start(template, tmp_path)
    begin(terminal, pick(SOURCES, "csv"))
    terminal.answer("Files", f"data/people.csv{DONE}")
    end(terminal)
    terminal.answer("Import the fields from", ENTER)
    terminal.answer("Fields", f"id: integer required{ENTER}Full Name: string PII{DONE}")
    assert terminal.finish() == 0, terminal.text
    assert [field["name"] for field in Rendered(tmp_path / "out").asset["schema"]] == ["id", "Full Name"]


def test_a_long_registry_is_searched(own_template: Path, tmp_path: Path) -> None:
    def add(registry: dict) -> None:
        entry = registry["connectors"]["stripe"]
        for number in range(LONG_LIST):
            registry["connectors"][f"shop{number:02}"] = entry | {"category": "shops"}

    edit_yaml(own_template / "registry" / "connectors.yaml", add)
    terminal = start(own_template, tmp_path)
    terminal.answer("Tenant", f"acme{ENTER}")
    terminal.answer("Environment", ENTER)
    terminal.answer("Execution mode", ENTER)
    terminal.answer("Find a source", f"payrol{ENTER}")
    terminal.wait("no source matches 'payrol'")
    terminal.send("\x7f" * 3 + f"ments{ENTER}")
    terminal.answer("Where the data comes from", ENTER)
    terminal.answer("Objects", SPACE + ENTER)
    end(terminal)
    assert terminal.finish() == 0, terminal.text
    answers = Rendered(tmp_path / "out").answers
    assert answers["source_connector"] == "stripe"
    assert "find_source" not in answers


@pytest.mark.parametrize("arguments", [["--data", "source_connector=strip"], ["--data", "tenant_id=Acme"]])
def test_a_bad_given_answer_ends_the_questionnaire_with_one_line(
    arguments: list[str], template: Path, tmp_path: Path
) -> None:
    terminal = start(template, tmp_path, *arguments)
    if "tenant_id=Acme" not in arguments:
        terminal.answer("Tenant", f"acme{ENTER}")
        terminal.answer("Environment", ENTER)
        terminal.answer("Execution mode", ENTER)
    assert terminal.finish() == 1
    assert "Traceback" not in terminal.text
    assert not (tmp_path / "out").exists()


def test_several_environments_are_typed(template: Path, tmp_path: Path) -> None:
    terminal = start(template, tmp_path)
    begin(terminal, pick(SOURCES, "stripe"))
    terminal.answer("Objects", DOWN + SPACE + ENTER)
    end(terminal, customize=opened("environments"))
    terminal.answer("Environments", f"\x01\x0b[dev, prod]{ENTER}")
    terminal.answer("Differences", f"\x01\x0b{{prod: {{log_level: WARNING}}}}{ENTER}")
    assert terminal.finish() == 0, terminal.text
    jobs = Rendered(tmp_path / "out").jobs
    assert {path.split("/")[2]: job["logging"]["level"] for path, job in jobs.items()} == {
        "dev": "INFO",
        "prod": "WARNING",
    }


# --- what does not come to its end ------------------------------------------------------------------------------------


def kept(terminal: Terminal) -> str:
    """Return the file of answers that a run names at its end."""
    text = terminal.text.replace("\n", "")
    assert "Your answers are kept" in text, terminal.text
    return text.partition("--data-file ")[2].partition(".yml")[0].strip() + ".yml"


def test_the_command_to_go_on_names_the_template_that_was_typed(
    published: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "s"))
    terminal = start(published, tmp_path)
    terminal.answer("Tenant", f"acme{ENTER}")
    terminal.answer("Environment", "\x03")
    assert terminal.finish() != 0
    told = terminal.text.replace("\n", "").partition("Your answers are kept")[2]
    assert str(published) in told and "copier._vcs" not in told


@pytest.mark.parametrize("keys", ["\x03", f"n{ENTER}"], ids=["interrupted", "no"])
def test_answers_are_kept_for_who_goes_on(
    keys: str, template: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "s"))
    terminal = start(template, tmp_path)
    begin(terminal, pick(SOURCES, "stripe"))
    terminal.answer("Objects", DOWN + SPACE + ENTER)
    end(terminal)
    assert terminal.finish(proceed=keys) != 0
    (file,) = (tmp_path / "s" / "dativo-generator" / "unfinished").iterdir()
    assert kept(terminal).endswith(file.name[-10:])
    assert not (tmp_path / "out").exists()
    again = start(template, tmp_path, "--data-file", str(file))
    assert again.finish() == 0, again.text
    assert Rendered(tmp_path / "out").answers == SHORT_PATH
    assert not file.exists()


def test_a_kept_answer_is_changed_with_ask(template: Path, tmp_path: Path) -> None:
    terminal = start(template, tmp_path)
    begin(terminal, pick(SOURCES, "stripe"))
    terminal.answer("Objects", DOWN + SPACE + ENTER)
    end(terminal)
    assert terminal.finish(proceed="n") != 0
    assert "To change an answer there, add --ask NAME" in terminal.text
    again = start(template, tmp_path, "--data-file", kept(terminal), "--ask", "objects", "--ask", "execution_mode")
    again.answer("Execution mode", ENTER)
    again.answer("Objects", SPACE + ENTER)
    assert again.finish() == 0, again.text
    assert Rendered(tmp_path / "out").answers == SHORT_PATH | {"objects": ["charges", "customers"]}


def test_answers_after_an_import_are_kept_with_where_they_came_from(template: Path, tmp_path: Path) -> None:
    (tmp_path / "shop.sql").write_text("create table people (id int, email text)", encoding="utf-8")
    terminal = start(template, tmp_path)
    begin(terminal, pick(SOURCES, "csv"))
    terminal.answer("Files", f"data/people.csv{DONE}")
    end(terminal, customize=opened("schema"))
    terminal.answer("Import the fields from", f"{tmp_path}/shop.sql{ENTER}")
    terminal.answer("Assets", ENTER)
    terminal.answer("Minimum confidence", ENTER)
    terminal.answer("Fields", DONE)
    terminal.answer("Fixtures", ENTER)
    assert terminal.finish(proceed="n") != 0
    again = start(template, tmp_path, "--data-file", kept(terminal))
    assert again.finish() == 0, again.text
    answers = Rendered(tmp_path / "out").answers
    assert (answers["imported_from"], answers["min_confidence"]) == (f"{tmp_path}/shop.sql", 0.5)
