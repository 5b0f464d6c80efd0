"""The question files, the table of questions and the code agree."""

import json
import re
from pathlib import Path

import pytest
import yaml
from copier._template import load_template_config
from copier.errors import UserMessageError
from jinja2 import pass_context
from jinja2.sandbox import SandboxedEnvironment

import dativo
from dativo_generator.answers.questions import QUESTIONS, SECTIONS
from support import EXAMPLES, PACK, ROOT, load_answers, render

CONFIG = load_template_config(ROOT / "copier.yml")
ASKED = {name: question for name, question in CONFIG.items() if not name.startswith("_") and question.get("when")}
CODE = [*(ROOT / "extensions").rglob("*.py"), *(ROOT / "questions").iterdir(), ROOT / "copier.yml"]
TEMPLATES = [path for path in (ROOT / "template").rglob("*") if path.is_file() and path.suffix != ".pyc"]


def test_the_files_ask_what_the_table_knows_in_its_order() -> None:
    assert list(ASKED) == list(QUESTIONS)


@pytest.mark.parametrize("name", ASKED)
def test_each_question_passes_its_own_name_to_the_filters(name: str) -> None:
    question = ASKED[name]
    calls = " ".join(str(question.get(key, "")) for key in ("type", "when", "default", "choices", "validator"))
    assert set(re.findall(r"'(\w+)' \|", calls)) == {name}
    if validator := question.get("validator"):
        assert validator == f"{{{{ '{name}' | problem }}}}"


@pytest.mark.parametrize("name", ASKED)
def test_each_question_is_of_the_section_whose_file_it_is_in(name: str) -> None:
    (file,) = [path for path in (ROOT / "questions").iterdir() if name in yaml.safe_load(path.read_text("utf-8"))]
    assert QUESTIONS[name].section == (file.stem if file.stem in SECTIONS else "")


def test_a_question_without_code_is_one_line(own_template: Path, tmp_path: Path) -> None:
    file = own_template / "questions" / "runtime.yml"
    line = len(file.read_text(encoding="utf-8").splitlines()) + 2
    with file.open("a", encoding="utf-8") as stream:
        stream.write("\nspeed:\n  type: int\n  when: \"{{ 'speed' | applies }}\"\n")
    with pytest.raises(
        UserMessageError,
        match=rf"^questions/runtime.yml:{line}:1: speed: add an entry to .*/runtime.py; ",
    ):
        render(own_template, tmp_path / "out", load_answers(EXAMPLES[0]))
    assert not (tmp_path / "out").exists()


def test_code_without_a_question_is_one_line(own_template: Path, tmp_path: Path) -> None:
    (own_template / "questions" / "engine.yml").write_text("")
    with pytest.raises(UserMessageError, match=r"questions/engine.py: engine: add it to questions/engine.yml"):
        render(own_template, tmp_path / "out", load_answers(EXAMPLES[0]))


def test_every_section_has_a_file() -> None:
    assert {path.stem for path in (ROOT / "questions").iterdir()} == {"short_path", *SECTIONS, "review"}


def test_help_says_what_it_is_and_how_to_choose() -> None:
    for name, question in ASKED.items():
        assert len(question["help"].splitlines()) == 2, name


@pytest.mark.parametrize("path", [*CODE, *TEMPLATES], ids=lambda path: path.name)
def test_no_connector_is_named_in_code(path: object) -> None:
    """Connectors whose names are not words of their own must not be in code, questions or templates."""
    words = {"csv", "iceberg", "minio", "s3", "postgres"}  # a file format, blocks the runner reads, a URL's scheme
    names = [name for name in PACK.registry if name not in words]
    found = re.findall(rf"\b({'|'.join(names)})\b", path.read_text(encoding="utf-8"))
    assert found == []


def test_path_templates_can_be_checked_out_on_windows() -> None:
    for path in (ROOT / "template").rglob("*"):
        assert not set(path.name) & set('"|:*<>?\\'), path


# --- compiled as a form of many ---------------------------------------------------------------------------------------

TEXTS = sorted(
    {
        text
        for question in CONFIG.values()
        if isinstance(question, dict)
        for text in question.values()
        if isinstance(text, str)
    }
)
OTHERS = [
    *("", "a", "a\n", "a\r\nb", "%", "#", "{", "a{# b #}c", "é\u2028'\"\\", dativo._NAME),
    *("{{ 'a' | upper }}", "{{ 'a' | replace('a', 'b') }}", "{{ 'a' | upper | lower }}", "{{ 'a' | upper ~ 'c' }}"),
    *(
        f"{{{{ 'a' | replace('a', '{dativo._NAME}') }}}}",
        f"{{{{ '{dativo._NAME}' | upper }}}}",
        "{{ 'a' ~ 'b' | upper }}",
    ),
    *("{{ 'a\\n' | upper }}", "{{ 'a' | upper }}b", "{% if 'a' | upper %}x{% endif %}", "{{ 'a' | default('{}') }}"),
]


def environment() -> SandboxedEnvironment:
    """Return an environment in which the filters of questions say what they were given."""
    env = SandboxedEnvironment(keep_trailing_newline=True)
    for name in {name for text in TEXTS for name in re.findall(r"\| (\w+)", text)} - {"to_json"}:
        env.filters[name] = pass_context(lambda context, *args, name=name: f"{name}{args}{context.get('x')}")
    env.filters["to_json"] = json.dumps
    return env


@pytest.mark.parametrize("text", [*TEXTS, *OTHERS])
def test_a_text_of_a_form_gives_what_jinja_gives(text: str) -> None:
    plain, quick = environment(), environment()
    dativo._compile_once(quick)
    for _ in range(2):
        given = {"UNSET": "unset", "x": 1, "plan": {}, "_text": "no", "a": "b"}
        assert quick.from_string(text).render(given) == plain.from_string(text).render(given)


def test_texts_of_a_form_are_told_apart() -> None:
    env = environment()
    dativo._compile_once(env)
    texts = [*TEXTS, *OTHERS]
    first = [env.from_string(text) for text in texts]
    given = {"plan": {}}
    assert [one.render(given) for one in first] == [environment().from_string(text).render(given) for text in texts]
