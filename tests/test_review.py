"""The last question: the review of a scaffold before it is written, and the effect of no and --pretend."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from dativo_generator.plan.plan import plan
from dativo_generator.questionnaire import review
from support import PACK, SHORT_PATH, Rendered, release, render
from terminal import ENTER, REVIEW, Terminal

TWO = {"objects": ["charges", "customers"]}


def arguments(template: Path, answers: dict[str, Any], *options: str) -> list[str]:
    given = SHORT_PATH | answers
    data = [
        f"--data={name}={value if isinstance(value, str) else yaml.safe_dump(value)}" for name, value in given.items()
    ]
    return ["copy", "--trust", *options, *data, str(template), "out"]


def shown(template: Path, folder: Path, answers: dict[str, Any] | None = None, proceed: str = "n") -> Terminal:
    """Answer everything but the last question beforehand, and that with `proceed`."""
    terminal = Terminal(arguments(template, answers or {}), folder, dict(os.environ) | {"NO_COLOR": "1"})
    terminal.status = terminal.finish(proceed)
    return terminal


def pretended(template: Path, folder: Path, answers: dict[str, Any] | None = None) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "copier", *arguments(template, answers or {}, "--pretend", "--defaults")]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, stdin=subprocess.DEVNULL)


def test_no_writes_nothing_and_says_so(template: Path, tmp_path: Path) -> None:
    terminal = shown(template, tmp_path)
    assert terminal.status == 1
    assert "nothing was written, as you answered" in terminal.text.splitlines()
    assert not (tmp_path / "out").exists()


def test_one_object_is_shown_in_full(template: Path, tmp_path: Path) -> None:
    terminal = shown(template, tmp_path, proceed=ENTER)
    assert terminal.status == 0
    out = Rendered(tmp_path / "out")
    text = terminal.text.split(REVIEW)[0]
    for path in (*out.assets, *out.jobs):
        lines = [f"  {line}".rstrip() for line in out.files[path].decode().splitlines()]
        assert "\n".join([path, *lines]) in text
    for path in out.files:
        assert f"  new       {path}" in text.splitlines()
    assert "proceed" not in out.answers


def test_many_objects_are_summed_up(template: Path, tmp_path: Path) -> None:
    text = pretended(template, tmp_path, TWO).stderr
    known = PACK.known_fields("stripe")
    assert "2 jobs from stripe to iceberg:" in text
    for name in TWO["objects"]:
        assert f"  {name}: {len(known[name])} columns (" in text
    assert "schema: *schema" not in text


def test_pretend_shows_the_same_and_asks_nothing(template: Path, tmp_path: Path) -> None:
    done = pretended(template, tmp_path)
    assert done.returncode == 0
    terminal = shown(template, tmp_path)
    review_ = terminal.text.split("👀")[0].split("assets/stripe", 1)[1].rstrip()
    assert review_ in "\n".join(line.rstrip() for line in done.stderr.splitlines())
    assert "would write" in done.stderr
    assert not (tmp_path / "out").exists()


def test_pretend_asks_what_is_open_but_not_to_write(template: Path, tmp_path: Path) -> None:
    terminal = Terminal(arguments(template, {}, "--pretend"), tmp_path, dict(os.environ))
    assert terminal.finish() == 0
    assert "What will be written:" in terminal.text and REVIEW not in terminal.text


def test_nobody_to_ask_is_shown_nothing(template: Path, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "copier", *arguments(template, {}, "--defaults")]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, stdin=subprocess.DEVNULL)
    assert done.returncode == 0 and "What will be written" not in done.stderr


@pytest.mark.parametrize(("answer", "status"), [("no", 1), ("yes", 0)])
def test_the_answer_can_be_given(answer: str, status: int, template: Path, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "copier", *arguments(template, {}, f"--data=proceed={answer}", "--defaults")]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, stdin=subprocess.DEVNULL)
    assert (done.returncode, (tmp_path / "out").exists()) == (status, not status)


# --- what is there already --------------------------------------------------------------------------------------------


@pytest.fixture
def reviewed(template: Path, tmp_path: Path) -> Callable[..., str]:
    """Review a scaffold for a folder; its files are those of a render elsewhere."""

    def review_(root: Path, answers: dict[str, Any], *, kept: tuple[str, ...] = (), colour: bool = False) -> str:
        out = render(template, tmp_path / f"rendered{len([*tmp_path.iterdir()])}", answers)
        planned = plan(PACK, out.answers | {"_src_path": str(template), "_commit": "v1"})
        return review.review(PACK, planned, out.files, root, kept, colour)

    return review_


def put(root: Path, path: str, text: bytes) -> None:
    (root / path).parent.mkdir(parents=True, exist_ok=True)
    (root / path).write_bytes(text)


@pytest.fixture
def room(tmp_path: Path) -> Path:
    (tmp_path / "room").mkdir()
    return tmp_path / "room"


JOB = "jobs/acme/stripe_customers_to_iceberg.yaml"
REGISTRY = "registry/connectors.yaml"


def test_a_file_that_is_there_is_compared(room: Path, reviewed: Callable[..., str], template: Path) -> None:
    out = render(template, room.parent / "first", SHORT_PATH)
    put(room, JOB, out.files[JOB].replace(b"lookback_days: 1", b"lookback_days: 9"))
    put(room, "schemas/job.schema.json", out.files["schemas/job.schema.json"].replace(b"\n", b"\r\n"))
    put(room, REGISTRY, b"# another one\n")
    text = reviewed(room, SHORT_PATH, kept=(REGISTRY,))
    assert f"  changed   {JOB}" in text
    assert "-    lookback_days: 9\n+    lookback_days: 1\n" in text
    assert f"--- there/{JOB}\n+++ new/{JOB}\n" in text
    assert "  unchanged schemas/job.schema.json" in text
    assert f"  kept      {REGISTRY}" in text and f"there/{REGISTRY}" not in text


def test_a_long_change_is_cut(room: Path, reviewed: Callable[..., str]) -> None:
    put(room, REGISTRY, b"".join(b"line %d\n" % number for number in range(500)))
    assert "more lines" in reviewed(room, SHORT_PATH)


def test_colours_are_for_terminals_that_want_them(
    room: Path, monkeypatch: pytest.MonkeyPatch, reviewed: Callable[..., str]
) -> None:
    put(room, JOB, b"a: b\n")
    assert "\033[31m-a: b\033[0m" in reviewed(room, SHORT_PATH, colour=True)
    assert "\033" not in reviewed(room, SHORT_PATH)

    class Stream:
        def isatty(self) -> bool:
            return True

    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.delenv("NO_COLOR", raising=False)
    assert review.coloured(Stream())
    monkeypatch.setenv("NO_COLOR", "1")
    assert not review.coloured(Stream())


def test_nothing_that_a_terminal_obeys_is_shown(room: Path, reviewed: Callable[..., str]) -> None:
    put(room, JOB, b"a: \x1b[2J\n")
    assert "\x1b" not in reviewed(room, SHORT_PATH)


# --- warnings ---------------------------------------------------------------------------------------------------------


def test_a_scaffold_without_fault_has_no_warnings(room: Path, reviewed: Callable[..., str]) -> None:
    assert "Warnings:" not in reviewed(
        room, SHORT_PATH | {"target_connector": "s3", "custom_reader": "reader.py:Reader"}
    )


def test_what_validate_says_of_the_new_files_is_said(room: Path, reviewed: Callable[..., str], template: Path) -> None:
    text = reviewed(room, SHORT_PATH | {"target_connector": "s3", "partitioning": ["created"]})
    assert text.split("Warnings:\n")[1].splitlines()[2:] == [
        "  partitioning: use ingest_date; the runner loses rows when it partitions by columns of the data: created"
    ]
    ((path, asset),) = render(template, room.parent / "other", SHORT_PATH).parsed("assets/").items()
    put(room, path.replace("/stripe/", "/again/"), yaml.safe_dump(asset).encode())
    text = reviewed(room, SHORT_PATH)
    assert f"'stripe_customers' 1.0 is in {path.replace('/stripe/', '/again/')}, too" in text.split("Warnings:\n")[1]


def test_what_validate_says_of_old_and_new_together_is_said(
    room: Path, reviewed: Callable[..., str], template: Path
) -> None:
    other = SHORT_PATH | {"tenant_id": "globex", "bucket": "shared", "prefix": "raw/one"}
    put_all(room, render(template, room.parent / "other", other).files)
    text = reviewed(room, SHORT_PATH | {"bucket": "shared", "prefix": "raw/two"})
    assert " writes to s3://shared/default/default/stripe_customers/, too" in text


def put_all(root: Path, files: dict[str, bytes]) -> None:
    for path, text in files.items():
        put(root, path, text)


def test_an_update_is_reviewed_in_git(released: Path, tmp_path: Path) -> None:
    out = render(released, tmp_path / "out", SHORT_PATH)
    release(out.root, "start")
    release(released, "v1.1.0")
    name = ".copier-answers.acme.stripe_to_iceberg.yml"
    terminal = Terminal(["update", "--trust", "--answers-file", name, "--skip-answered"], out.root, dict(os.environ))
    assert terminal.finish() == 0, terminal.text
    assert "What will be written" not in terminal.text and REVIEW not in terminal.text
