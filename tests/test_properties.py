"""Properties of any valid answers: a render replays, an update equals a render, an edit survives."""

import difflib
from collections.abc import Callable, Mapping
from contextlib import suppress
from itertools import cycle
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, example, given, settings
from hypothesis import strategies as st

from dativo_generator.answers.choices import forbidden
from dativo_generator.answers.questions import QUESTIONS, SECTIONS
from dativo_generator.answers.questions.contract import LAYOUTS
from dativo_generator.answers.questions.runtime import LOG_LEVELS
from dativo_generator.answers.questions.short_path import ENVIRONMENTS
from dativo_generator.answers.questions.target import SCHEMA_MODES
from dativo_generator.answers.scaffold import Scaffold
from dativo_generator.base.errors import AnswerError, DativoError
from dativo_generator.fleet.fleet import Fleet
from dativo_generator.fleet.release import Release
from dativo_generator.fleet.replay import replay
from dativo_generator.fleet.source import Source
from dativo_generator.fleet.update import Selection, update
from dativo_generator.plan.plan import plan
from dativo_generator.questionnaire.unattended import completed, followed, pinned
from support import PACK, Rendered, answers_for

FILE = ".copier-answers.acme.job.yml"
SLUGS = st.from_regex(r"[a-z][a-z0-9_]{0,12}[a-z0-9]", fullmatch=True)
COLUMNS = st.dictionaries(
    st.from_regex(r"[A-Za-z][A-Za-z0-9 _:#-]{0,15}[a-z]", fullmatch=True),
    st.sampled_from(["string", "integer required", "timestamp", "string PII", "double none"]),
    min_size=1,
    max_size=6,
)
TEXT = st.text(st.characters(exclude_categories=["C", "Z"]), min_size=1, max_size=12)
PINS: dict[str, st.SearchStrategy[Any]] = {
    "lookback_days": st.integers(0, 400),
    "cursor_field": st.sampled_from(["created", "id", "modified"]),
    "incremental": st.booleans(),
    "retention_days": st.integers(1, 10_000),
    "tags": st.lists(TEXT, max_size=3, unique=True),
    "regulations": st.lists(TEXT, max_size=2, unique=True),
    "schema_mode": st.sampled_from(SCHEMA_MODES),
    "asset_layout": st.sampled_from(LAYOUTS),
    "log_level": st.sampled_from(LOG_LEVELS),
    "redaction": st.booleans(),
    "vendor": st.booleans(),
    "assets": st.sampled_from(["write", "reuse"]),
    "asset_version": st.sampled_from(["1.0", "2", "1.10.3"]),
    "app_root": st.sampled_from([".", "/app", "${DATIVO_HOME}", "/srv/data"]),
    "endpoint": st.sampled_from(["", "https://minio.acme.internal:9000", "${S3_ENDPOINT}"]),
}


@st.composite
def scaffolds(draw: st.DrawFn) -> dict[str, Any]:
    """Draw answers that the first release takes."""
    source = draw(st.sampled_from(PACK.with_role("source")))
    target = draw(st.sampled_from(PACK.with_role("target")))
    modes = ["self_hosted"] if forbidden(source, True) or forbidden(target, True) else ["self_hosted", "cloud"]
    names = draw(st.lists(SLUGS, min_size=1, max_size=3, unique=True))
    reads = {
        "objects": lambda: draw(st.lists(st.sampled_from(source.objects), min_size=1, unique=True)),
        "tables": lambda: [{"name": f"public.{name}", "object": name} for name in names],
        "files": lambda: [
            {"path": f"data/{name}.csv", "object": name}
            | ({"id": "1AbC"} if PACK.recipe(source.id).credentials == "service_account" else {})
            for name in names
        ],
        "sheets": lambda: [{"spreadsheet_id": "1AbC", "sheet_id": 0, "object": name} for name in names],
    }
    answers = {
        "tenant_id": "acme",
        "scaffold": "job",
        "environment": draw(st.sampled_from(ENVIRONMENTS)),
        "execution_mode": draw(st.sampled_from(modes)),
        "source_connector": source.id,
        source.selection: reads[source.selection](),
        "target_connector": target.id,
        "customize": draw(st.lists(st.sampled_from(list(SECTIONS)), max_size=2, unique=True)),
    }
    for name in draw(st.lists(st.sampled_from(list(PINS)), max_size=4, unique=True)):
        if not Scaffold(PACK, answers).inapplicable(name):
            answers[name] = draw(PINS[name])
    scaffold = Scaffold(PACK, answers)
    if not scaffold.inapplicable("fields") and source.selection in ("files", "sheets"):
        columns = draw(COLUMNS)
        answers["fields"] = columns if len(scaffold.items) == 1 else {item.object: columns for item in scaffold.items}
    return answers


class World:
    """The releases, loaded once, and a folder for each example."""

    def __init__(self, template: Path, scratch: Path) -> None:
        self.source = Source(str(template), scratch)
        self.releases: dict[str, Any] = {}
        self.fleet(scratch).load(self.source.tags["v1.0.0"])

    def fleet(self, destination: Path) -> Fleet:
        """Look at a folder."""
        fleet = Fleet(destination, self.source)
        fleet._releases = self.releases
        return fleet

    def release(self, tag: str) -> Release:
        """Return a release."""
        return self.fleet(Path()).load(self.source.tags[tag])

    def rendered(self, answers: dict[str, Any], tag: str) -> dict[str, bytes]:
        """Render answers as the first release records them; those that a release does not take are no example."""
        try:
            for release in (self.release("v1.0.0"), self.release(tag)):
                answers = release.completed(answers, FILE)
            return dict(release.render(answers, self.source.location, tag).files)
        except AnswerError:
            assume(False)
            raise

    def written(self, files: dict[str, bytes], folder: str) -> Fleet:
        """Write files into a folder, and look at it."""
        put(files, folder)
        return self.fleet(Path(folder))


def put(files: Mapping[str, bytes | None], folder: str) -> None:
    """Write files into a folder; None deletes."""
    for name, content in files.items():
        path = Path(folder, name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.unlink() if content is None else path.write_bytes(content)


@pytest.fixture(scope="session")
def world(history: Path, tmp_path_factory: pytest.TempPathFactory) -> World:
    return World(history, tmp_path_factory.mktemp("world"))


def each_connector(**others: Any) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Add an example of each source and of each target: all of them in few renders."""
    targets = cycle(PACK.with_role("target"))
    pairs = [(source, next(targets)) for source in PACK.with_role("source")]

    def add(test: Callable[..., None]) -> Callable[..., None]:
        for source, target in pairs:
            test = example(answers=answers_for(source, target, scaffold="job"), **others)(test)
        return test

    return add


any_scaffold = given(answers=scaffolds())
# Each example is several renders; beside these there is one for each connector.
few = settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])


@few
@each_connector()
@any_scaffold
def test_a_render_replays_clean(answers: dict[str, Any], world: World) -> None:
    with TemporaryDirectory() as folder:
        fleet = world.written(world.rendered(answers, "v3.0.0"), folder)
        report = replay(fleet)
        assert not report.failed(strict=True)
        assert not report.behind


@few
@each_connector()
@any_scaffold
def test_an_update_of_what_nobody_edited_is_a_render(answers: dict[str, Any], world: World) -> None:
    old, new = world.rendered(answers, "v1.0.0"), world.rendered(answers, "v2.0.0")
    with TemporaryDirectory() as folder:
        fleet = world.written(old, folder)
        change = update(fleet, Selection(), to="v2.0.0")
        assert (change.refused, change.conflicts) == ([], {})
        put(change.writes, folder)
        assert Rendered(Path(folder)).files == new


@few
@each_connector(file=1, line=3)
@given(answers=scaffolds(), file=st.integers(0, 99), line=st.integers(0, 999))
def test_an_edit_where_the_update_changes_nothing_survives(
    answers: dict[str, Any], file: int, line: int, world: World
) -> None:
    old, new = world.rendered(answers, "v1.0.0"), world.rendered(answers, "v2.0.0")
    paths = sorted(name for name in old if name.startswith(("assets/", "jobs/")))
    path = paths[file % len(paths)]
    before, after = (files[path].decode().splitlines(keepends=True) for files in (old, new))
    matcher = difflib.SequenceMatcher(a=before, b=after, autojunk=False)
    # Lines that stay, but for those beside a change.
    places = [
        (a + offset, b + offset)
        for a, b, size in matcher.get_matching_blocks()
        for offset in range(size)
        if (offset > 1 or a == b == 0) and (offset < size - 2 or a + size == len(before))
    ]
    assume(places)
    there, then = places[line % len(places)]
    before[there] = after[then] = before[there].rstrip("\n") + "  # ours\n"
    with TemporaryDirectory() as folder:
        fleet = world.written(old | {path: "".join(before).encode()}, folder)
        change = update(fleet, Selection(), to="v2.0.0")
        assert (change.refused, change.conflicts) == ([], {})
        put(change.writes, folder)
        assert Rendered(Path(folder)).files == new | {path: "".join(after).encode()}


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8) | st.sampled_from(["a: [", "[a, b]"]),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=5), inner, max_size=2),
    max_leaves=4,
)


def each_question(test: Callable[..., None]) -> Callable[..., None]:
    """Add an example in which each question is answered by something that it does not take, or hardly."""
    answers = answers_for(PACK.with_role("source")[0], PACK.with_role("target")[0], scaffold="job")
    for name, value in zip(QUESTIONS, cycle([None, True, -1, 1.5, "", "a: [", [], {}, [{"a": None}]])):
        test = example(answers=answers, wrong={name: value})(test)
    return test


@settings(max_examples=200)
@each_question
@given(answers=scaffolds(), wrong=st.dictionaries(st.sampled_from(list(QUESTIONS)), ANYTHING, min_size=1, max_size=3))
def test_whatever_is_answered_an_error_is_one_line(answers: dict[str, Any], wrong: dict[str, Any]) -> None:
    for function in (completed, followed, pinned, plan):
        arguments = (FILE,) if function is completed else ()
        with suppress(DativoError):
            function(PACK, answers | wrong, *arguments)
    try:
        completed(PACK, answers | wrong, FILE)
    except DativoError as error:
        assert len(str(error).splitlines()) == 1
