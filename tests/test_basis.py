"""What an update need not render twice: what a scaffold rests on, and what a template reads."""

import json
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import yaml
from jinja2 import FileSystemLoader, pass_context
from jinja2.sandbox import SandboxedEnvironment

from dativo_generator.fleet.release import Release, Rendering
from dativo_generator.plan.templates import Templates
from dativo_generator.registry.connectors import FILE
from dativo_generator.registry.pack import Pack
from fleets import Command, answers_files, build, build_edited, copied, examples, update_one_by_one
from support import EXAMPLES, PACK, Rendered, copy_pack, edit_yaml, load_answers, release, released_at

# --- what scaffolds rest on -------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def changed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a copy of the pack, to change a file of it and to put it back."""
    return copy_pack(tmp_path_factory.mktemp("changed") / "pack")


@pytest.fixture(scope="module")
def before(changed: Path) -> dict[str, list[str]]:
    """Return what the scaffolds of each connector rest on."""
    pack = Pack(changed)
    return {name: pack.basis(name) for name in pack.registry}


def basis_with(pack: Path, file: str, change: Callable[[str], str]) -> dict[str, list[str]]:
    """Return what the scaffolds of each connector rest on when a file of the pack is another."""
    path = pack / file
    text = path.read_text(encoding="utf-8") if path.exists() else None
    path.write_text(change(text or ""), encoding="utf-8")
    try:
        other = Pack(pack)
        return {name: other.basis(name) for name in other.registry}
    finally:
        path.unlink() if text is None else path.write_text(text, encoding="utf-8")


Basis = dict[str, list[str]]


@pytest.mark.parametrize("name", PACK.registry)
def test_a_recipe_counts_for_its_own_connector_alone(name: str, changed: Path, before: Basis) -> None:
    found = basis_with(changed, f"connectors/{name}.yaml", lambda text: f"{text}\n# a word\n")
    assert found == before  # a comment says nothing
    found = basis_with(
        changed, f"connectors/{name}.yaml", lambda text: text.replace("description: ", "description: A ")
    )
    assert [other for other in found if found[other] != before[other]] == [name]


@pytest.mark.parametrize("name", PACK.registry)
def test_an_entry_counts_for_its_own_connector_alone(name: str, changed: Path, before: Basis) -> None:
    def otherwise(text: str) -> str:
        registry = yaml.safe_load(text)
        registry["connectors"][name]["category"] = "another"
        return yaml.safe_dump(registry, sort_keys=False)

    found = basis_with(changed, FILE, otherwise)
    assert [other for other in found if found[other] != before[other]] == [name]


@pytest.mark.parametrize("name", PACK.registry)
def test_fields_count_for_their_own_connector_alone(name: str, changed: Path, before: Basis) -> None:
    found = basis_with(changed, f"registry/fields/{name}.yaml", lambda text: f"{text}\nanother: {{id: string}}\n")
    assert [other for other in found if found[other] != before[other]] == [name]


@pytest.mark.parametrize(
    "file",
    [
        "copier.yml",
        "extensions/dativo_generator/plan/plan.py",
        "includes/dry_run.sh",
        "questions/job.yml",
        "registry/runner.yaml",
        "schemas/job.schema.json",
        "template/new.jinja",
    ],
)
def test_what_is_of_no_connector_counts_for_all(file: str, changed: Path, before: Basis) -> None:
    found = basis_with(changed, file, lambda text: f"{text}\n")
    assert not [name for name in found if found[name] == before[name]]


@pytest.mark.parametrize("file", ["README.md", "docs/another.md", "tests/another.py"])
def test_what_no_render_reads_counts_for_nothing(file: str, changed: Path, before: Basis) -> None:
    (changed / file).parent.mkdir(exist_ok=True)
    assert basis_with(changed, file, lambda text: f"{text}\nanother\n") == before


# --- an update of a registry ------------------------------------------------------------------------------------------

MOVED = "stripe"


@pytest.fixture(scope="module")
def registry_release(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a pack of which the second release says something else of one connector."""
    pack = copy_pack(tmp_path_factory.mktemp("registry_release") / "pack")
    release(pack, "v1.0.0")

    def slower(recipe: dict[str, Any]) -> None:
        recipe["incremental"]["lookback_days_default"] += 6

    edit_yaml(pack / "connectors" / f"{MOVED}.yaml", slower)
    release(pack, "v2.0.0")
    return pack


def test_an_update_takes_over_what_rests_on_the_same(
    registry_release: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    ours = build(registry_release, tmp_path / "ours", "v1.0.0", examples())
    theirs = copied(ours, tmp_path / "theirs")
    taken_over: list[str] = []
    adopted = Release.adopted

    def noted(self: Release, rendering: Rendering, source: str, commit: str) -> Rendering:
        taken_over.append(rendering.answers["scaffold"])
        return adopted(self, rendering, source, commit)

    with monkeypatch.context() as patch:
        patch.setattr(Release, "adopted", noted)
        assert Command(registry_release, patch, capsys)(ours, "update").status == 0
    others = [name for name, answers in examples().items() if answers["source_connector"] != MOVED]
    assert set(taken_over) == set(others) != set(examples())
    update_one_by_one(theirs, "v2.0.0", answers_files(theirs))
    assert Rendered(ours).files == Rendered(theirs).files


def test_edits_in_what_stays_or_follows_come_out_as_copier_leaves_them(
    registry_release: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    ours = build_edited(registry_release, tmp_path / "ours")
    theirs = copied(ours, tmp_path / "theirs")
    Command(registry_release, monkeypatch, capsys)(ours, "update")
    update_one_by_one(theirs, "v2.0.0", answers_files(theirs))
    assert Rendered(ours).files == Rendered(theirs).files


# --- what a template reads --------------------------------------------------------------------------------------------


def templates(folder: Path, **files: str) -> Templates:
    """Compile templates with the filters of some kinds that there are."""
    for name, text in files.items():
        (folder / f"{name}.jinja").write_text(text, encoding="utf-8")
    env = SandboxedEnvironment(loader=FileSystemLoader(folder))
    env.filters |= {"plain": lambda value: value, "about": pass_context(lambda context, value: value)}
    return Templates(env, folder, folder)


def inputs(folder: Path, text: str, context: dict[str, Any]) -> bytes | None:
    """Return what a template reads of a context."""
    (filling,) = (filling for _, filling in templates(folder, file=text).fillings(context))
    return filling.inputs()


CONTEXT = {"plan": {"tenant": "acme", "jobs": [1]}, "name": "x", "other": 1}


@pytest.mark.parametrize(
    ("text", "same", "another"),
    [
        ("{{ name }}", {"plan": {}, "other": 2}, {"name": "y"}),
        ("{{ plan.tenant }}", {"plan": {"tenant": "acme", "jobs": []}}, {"plan": {"tenant": "b", "jobs": [1]}}),
        ("{{ plan['tenant'] }}", {"other": 2}, {"plan": {"tenant": "acme", "jobs": []}}),
        ("{{ plan | plain }}", {"other": 2}, {"plan": {"tenant": "acme", "jobs": []}}),
        ("{% for job in plan.jobs %}{{ job }}{% endfor %}", {"plan": {"jobs": [1]}}, {"plan": {"jobs": [2]}}),
        ("{{ plan.absent }}", {"plan": {"absent": None}}, {"plan": {"absent": ""}}),
        ("{{ name.upper }}", {"other": 2}, {"name": "y"}),
        ("{{ other }}", {"name": "y"}, {"other": True}),
        ("{% set name = other %}{{ name }}", {"plan": {}}, {"other": 2}),
    ],
)
def test_a_template_rests_on_what_it_names(
    text: str, same: dict[str, Any], another: dict[str, Any], tmp_path: Path
) -> None:
    before = inputs(tmp_path, text, CONTEXT)
    assert before is not None
    assert inputs(tmp_path, text, CONTEXT | same) == before != inputs(tmp_path, text, CONTEXT | another)


@pytest.mark.parametrize(
    "text", ["{% include 'another' %}", "{{ name | about }}", "{{ name() }}", "{% if name is defined %}{% endif %}"]
)
def test_what_a_template_reads_is_not_guessed(text: str, tmp_path: Path) -> None:
    assert inputs(tmp_path, text, CONTEXT) is None


def leaves(value: Any, put: Callable[[Any], None]) -> Iterator[tuple[Any, Callable[[Any], None]]]:
    """Yield everything inside a value, with what puts another in its place."""
    yield value, put
    for key, inner in value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ():
        yield from leaves(inner, partial(value.__setitem__, key))


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_no_file_changes_whose_inputs_do_not(path: Path, published: Path) -> None:
    released = released_at(published, "v1.0.0")
    answers = released.completed(load_answers(path), "")
    rendering = released.render(answers, str(published), "v1.0.0")
    context = {**answers, "plan": json.loads(json.dumps(rendering.plan))}
    own = {**context, "_copier_answers": {}, "_copier_conf": {"answers_file": ""}}

    def files() -> dict[str, tuple[bytes, bytes | None]]:
        found = dict(released.templates.fillings(own))
        return {name: (found[name].content(), found[name].inputs()) for name in found if name in rendering.own}

    before, looked_at = files(), 0
    for value, put in leaves(context["plan"], lambda value: None):
        if isinstance(value, str | int | bool):
            put(f"{value}-" if isinstance(value, str) else not value)
            for name, (content, read) in files().items():
                if name in before and content != before[name][0]:
                    looked_at += 1
                    assert read is None or read != before[name][1]
            put(value)
    assert looked_at > len(before)


# --- what a path means ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "context", "paths"),
    [
        ("{{ a }}/{{ b }}", {"a": "x", "b": "y"}, ["x/y"]),
        ("{{ a }}/{{ b.c.d }}", {"a": "", "b": None}, []),
        ("x/{{ a }}", {"a": ""}, []),
        ("{% yield one from all %}{{ one }}{% endyield %}.txt", {"all": ["p", "q"]}, ["p.txt", "q.txt"]),
        ("{% yield one from all %}{{ one }}{% endyield %}", {}, []),
        ("{% yield one from all %}{{ one }}{% endyield %}", {"all": ["p", "", "q"]}, ["p", "q"]),
        (
            "{% yield one from all %}{{ one.n }}{% endyield %}/{% yield two from one.of %}{{ two }}{% endyield %}",
            {"all": [{"n": "p", "of": ["1", "2"]}, {"n": "q", "of": ["3"]}]},
            ["p/1", "p/2", "q/3"],
        ),
    ],
)
def test_a_path_gives_what_copier_gives(name: str, context: dict[str, Any], paths: list[str], tmp_path: Path) -> None:
    file = tmp_path / f"{name}.jinja"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text("{{ one }} {{ two }}", encoding="utf-8")
    found = dict(templates(tmp_path).files(context))
    assert list(found) == paths
    if "two" in name:
        assert [text.decode()[-1] for text in found.values()] == ["1", "2", "3"]
