"""A journal is read as it was written, only from its own place, and names no path outside the repository."""

import json
from pathlib import Path
from typing import Any

import pytest

from dativo_generator.fleet import journal as module
from dativo_generator.fleet.journal import (
    DECIDED,
    DONE,
    PLANNED,
    STATES,
    UNDOING,
    Entry,
    Journal,
    JournalError,
    Place,
    inside,
)
from support import git

FULL = Journal(
    command="replay --write",
    process=7,
    since="2025-01-01 10:00:00+00:00",
    stage=f".dativo/{'0a' * 8}",
    files=(Entry("a b/é.yaml", None, "0a" * 32), Entry(".x", "f" * 64, None)),
    folders=("a b", "c/d"),
    conflicts={"x": ("0a" * 20, "1" * 64), "y": ()},
)


@pytest.fixture
def place(tmp_path: Path) -> Place:
    (tmp_path / "place").mkdir()
    return Place(tmp_path / "place", "key")


def test_states_are_in_their_order() -> None:
    assert STATES == (PLANNED, DECIDED, UNDOING, DONE) == ("planned", "decided", "undoing", "done")


def test_a_journal_comes_back(place: Place) -> None:
    assert place.find() is None
    place.begin(FULL)
    assert [path.name for path in place.folder.iterdir()] == ["key.planned.json"]
    assert place.find() == (PLANNED, FULL)


def test_a_journal_says_little(place: Place) -> None:
    short = Journal("update", 1, "2025-01-01", f".dativo/{'0' * 16}", ())
    place.begin(short)
    assert place.find() == (PLANNED, short)
    assert (short.folders, short.conflicts) == ((), {})


def test_its_names_are_on_the_disk_before_anything_is_done(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    flushed: list[Any] = []
    monkeypatch.setattr(module, "flush", lambda folder: flushed.append((folder, place.path(PLANNED).exists())))
    place.begin(FULL)
    assert flushed == [(place.folder, True)]


def test_a_journal_goes_through_its_states(place: Place) -> None:
    place.begin(FULL)
    place.advance(PLANNED, DECIDED)
    assert place.find() == (DECIDED, FULL)
    place.end(DECIDED)
    place.end(DECIDED)
    assert place.find() is None


@pytest.mark.parametrize("state", STATES)
def test_a_journal_is_found_in_any_state(state: str, place: Place) -> None:
    place.begin(FULL)
    place.advance(PLANNED, state)
    assert place.find() == (state, FULL)


def test_who_made_it_is_told() -> None:
    assert FULL.author == "replay --write (process 7, 2025-01-01 10:00:00+00:00)"


def test_what_is_unfinished_is_forgotten(place: Place) -> None:
    place.forget_unfinished()
    for path in (place.unfinished, place.ignore, place.path(DONE)):
        path.touch()
    assert {path.name for path in place.folder.iterdir()} == {"key.part", "key.ignore", "key.done.json"}
    place.forget_unfinished()
    assert [path.name for path in place.folder.iterdir()] == ["key.done.json"]


def test_one_that_cannot_be_forgotten_keeps_no_other(place: Place) -> None:
    place.unfinished.mkdir()
    place.ignore.touch()
    place.forget_unfinished()
    assert not place.ignore.exists()


# --- where it is ------------------------------------------------------------------------------------------------------


def test_outside_git_it_is_in_the_destination(tmp_path: Path) -> None:
    assert Place.of(tmp_path) == Place(tmp_path / ".dativo", "journal")


def test_in_a_repository_it_is_in_the_git_directory(tmp_path: Path) -> None:
    git(tmp_path, "init", "--quiet")
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
    folder = tmp_path.resolve() / ".git" / "dativo-generator"
    assert Place.of(tmp_path) == Place(folder, "root")
    # The first half of a SHA-256 of "a/".
    assert Place.of(tmp_path / "a") == Place(folder, "b3dda5b674f9ce73")
    assert Place.of(tmp_path / "b").key != Place.of(tmp_path / "a").key


# --- what it says -----------------------------------------------------------------------------------------------------


def written(place: Place, **others: Any) -> None:
    place.begin(FULL)
    data = json.loads(place.path(PLANNED).read_text()) | others
    place.path(PLANNED).write_text(json.dumps({key: value for key, value in data.items() if value is not ...}))


WRONG: dict[str, Any] = {
    "format": 2,
    "command": ["", "Update", "x" * 41, "a\n", "é", 1, None],
    "process": ["x", None, float("inf"), {}],
    "since": ["", "x", "1" * 41, "1\n"],
    "stage": [
        ".dativo/x",
        f"x/.dativo/{'0' * 16}",
        f".dativo/{'0' * 17}",
        f"xdativo/{'0' * 16}",
        f".dativo/{'A' * 16}",
    ],
    "files": [
        None,
        [{}],
        [{"path": "../x", "before": None, "after": None}],
        *([{"path": "x", "before": wrong, "after": None}] for wrong in ("0" * 63, "A" * 64, "0" * 65, 1)),
        *([{"path": "x", "before": None, "after": wrong}] for wrong in ("0" * 63, "")),
        [{"path": "x", "before": None, "after": None, "mode": 1}],
    ],
    "folders": [1, ["/x"], ["../x"], [1]],
    "conflicts": [
        [],
        1,
        {"x": 1},
        {"/x": []},
        {"x": ["0" * 39]},
        {"x": ["0" * 41]},
        {"x": ["A" * 40]},
        {"x": ["0" * 63]},
    ],
}
EACH = [(key, wrong) for key, values in WRONG.items() for wrong in (values if isinstance(values, list) else [values])]


@pytest.mark.parametrize(("key", "wrong"), [*EACH, *((key, ...) for key in WRONG)], ids=str)
def test_a_journal_that_says_something_else_is_none(key: str, wrong: Any, place: Place) -> None:
    written(place, **{key: wrong})
    with pytest.raises(JournalError) as error:
        place.find()
    there = f"look at {place.path(PLANNED)} and delete it; it is not a journal: "
    assert str(error.value).startswith(there) and len(str(error.value)) > len(there)


@pytest.mark.parametrize("text", ["", "[]", "1", "[" * 99999, "{", '{"format": 1}'])
def test_another_text_is_none(text: str, place: Place) -> None:
    place.path(DONE).write_text(text)
    with pytest.raises(JournalError, match=r"look at .*key\.done\.json and delete it; it is not a journal: \S"):
        place.find()


def test_a_link_to_one_is_none(place: Place, tmp_path: Path) -> None:
    place.begin(FULL)
    place.path(PLANNED).rename(tmp_path / "x")
    place.path(PLANNED).symlink_to(tmp_path / "x")
    with pytest.raises(JournalError, match="is a symbolic link"):
        place.find()
    place.path(PLANNED).unlink()
    place.path(PLANNED).symlink_to("nowhere")
    with pytest.raises(JournalError):
        place.find()


def test_a_large_change_has_a_large_journal(place: Place) -> None:
    large = Journal("update", 1, "1", FULL.stage, tuple(Entry(f"{n:0200}", None, "0" * 64) for n in range(20_000)))
    place.begin(large)
    assert place.path(PLANNED).stat().st_size > 4 << 20 and module._LARGEST == 64 * 1024 * 1024
    assert place.find() == (PLANNED, large)


@pytest.mark.parametrize("path", ["a", "a/b", ".a", "a/..b", "é x", ".gitignore", "a.git/x", ".github/x"])
def test_a_path_below_is_taken(path: str) -> None:
    assert inside(path) == path


@pytest.mark.parametrize(
    "path", ["", "/a", "//a", "..", "../a", "a/..", "a/../b", ".", "./a", "a/.", "a//b", "a/", "a\0", "a\\b"]
)
def test_a_path_that_leads_elsewhere_is_not(path: str) -> None:
    with pytest.raises(ValueError, match=r"leads elsewhere|does not belong there"):
        inside(path)


@pytest.mark.parametrize("path", [".git", ".git/x", "a/.git/x", ".GIT/x", "a/.Git", 1, None, ["a"]])
def test_nor_one_into_a_git_directory(path: Any) -> None:
    with pytest.raises(ValueError, match=r"leads elsewhere|does not belong there"):
        inside(path)
