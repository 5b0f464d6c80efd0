"""A merge for itself: what is kept of both sides, where it is a conflict, and what of the machine has no say."""

import re
from collections.abc import Iterator
from pathlib import Path
from subprocess import CompletedProcess
from tempfile import gettempdir
from typing import Any

import pytest

from dativo_generator.base.git import GitError
from dativo_generator.fleet import merge
from dativo_generator.fleet.merge import Edit, Merged, MergeError, merged

BASE = b"".join(b"%d\n" % number for number in range(1, 10))
THEIRS = BASE.replace(b"5\n", b"five\n")
CONFLICT = b"""\
1
2
3
4
<<<<<<< before updating
FIVE
=======
five
>>>>>>> after updating
6
7
8
9
"""


@pytest.fixture(autouse=True)
def _fresh() -> Iterator[None]:
    merge._hunks_apart.cache_clear()
    yield
    merge._hunks_apart.cache_clear()


def only(ours: bytes, base: bytes = BASE, theirs: bytes = THEIRS) -> Merged:
    (result,) = merged([Edit(base, ours, theirs)])
    return result


def test_an_edit_elsewhere_is_kept() -> None:
    assert only(BASE.replace(b"1\n", b"one\n")) == Merged(THEIRS.replace(b"1\n", b"one\n"), conflict=False)


def test_edits_on_both_sides_of_the_change_are_kept() -> None:
    ours = BASE.replace(b"3\n", b"three\n").replace(b"7\n", b"seven\n")
    assert only(ours) == Merged(ours.replace(b"5\n", b"five\n"))


def test_an_edit_of_what_changed_is_a_conflict() -> None:
    assert only(BASE.replace(b"5\n", b"FIVE\n")) == Merged(CONFLICT, conflict=True)


def test_the_markers_of_other_merges_are_those_of_git() -> None:
    conflict = f"{merge.BEFORE}\nFIVE\n{merge.MIDDLE}\nfive\n{merge.AFTER}\n".encode()
    assert conflict in only(BASE.replace(b"5\n", b"FIVE\n")).content


def test_what_a_hunk_does_not_fit_a_merge_may() -> None:
    """The line that the hunk stands on has changed, but the merge sees that both changed it alike."""
    ours = BASE.replace(b"5\n", b"five\n").replace(b"7\n", b"seven\n")
    assert only(ours) == Merged(ours)


def test_markers_that_stand_there_before_are_no_conflict() -> None:
    ours = BASE.replace(b"1\n", b"<<<<<<< before updating\n")
    assert only(ours) == Merged(ours.replace(b"5\n", b"five\n"), conflict=False)


def test_markers_with_the_line_ends_of_windows() -> None:
    sides = (text.replace(b"\n", b"\r\n") for text in (BASE.replace(b"5\n", b"FIVE\n"), BASE, THEIRS))
    assert only(*sides).conflict


def test_files_are_merged_together_in_their_order() -> None:
    edits = [Edit(BASE, BASE.replace(old, new), THEIRS) for old, new in ((b"1\n", b"x\n"), (b"5\n", b"FIVE\n"))]
    assert merged([*edits, edits[0]]) == [only(edits[0].ours), Merged(CONFLICT, True), only(edits[0].ours)]


def test_nothing_is_merged_without_git(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    assert merged([]) == []
    with pytest.raises(MergeError, match=r"^install Git, and put it on the PATH; there is no git$"):
        only(BASE)


@pytest.mark.parametrize("theirs", [BASE, THEIRS])
def test_what_is_no_text_cannot_be_merged(theirs: bytes) -> None:
    with pytest.raises(MergeError, match=r"^an edited file is not text, and cannot be merged$"):
        merged([Edit(BASE, BASE, theirs), Edit(BASE, b"\0", theirs)])


def test_another_encoding_is_merged() -> None:
    assert only(b"\xff\n" + BASE).content == b"\xff\n" + THEIRS


def test_settings_of_the_user_decide_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "attributes").write_text("* text eol=crlf -merge diff=x\n")
    (tmp_path / "excludes").write_text("*\n")
    (tmp_path / "config").write_text(
        f"[core]\n\tautocrlf = true\n\tsafecrlf = true\n\tattributesFile = {tmp_path}/attributes\n"
        f"\texcludesFile = {tmp_path}/excludes\n"
        f'[diff]\n\texternal = false\n\tnoprefix = true\n[diff "x"]\n\ttextconv = true\n'
        f"[merge]\n\tconflictStyle = diff3\n[init]\n\ttemplateDir = {tmp_path}/template\n"
    )
    (tmp_path / "template" / "info").mkdir(parents=True)
    (tmp_path / "template" / "info" / "attributes").write_text("* binary\n")
    ours, fives = BASE.replace(b"1\n", b"one\n"), BASE.replace(b"5\n", b"FIVE\n")
    windows = [text.replace(b"\n", b"\r\n") for text in (ours, BASE, THEIRS)]
    expected = only(ours), only(*windows), only(fives)
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(tmp_path / "config"))
    assert (only(ours), only(*windows)) == expected[:2]


def test_a_failure_of_git_is_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    def attempt(folder: Path, *arguments: str, **how: Any) -> CompletedProcess[bytes]:
        return CompletedProcess([], 1, b"", b" fatal: no\xff \n")

    monkeypatch.setattr(merge, "attempt", attempt)
    with pytest.raises(MergeError, match=r"; Git's init said: \"fatal: no\ufffd\"$"):
        only(BASE)


def test_a_failure_of_git_sends_nobody_to_the_folder_of_the_merge(monkeypatch: pytest.MonkeyPatch) -> None:
    full = CompletedProcess([], 1, b"", b"fatal: No space left on device")
    monkeypatch.setattr(merge, "attempt", lambda *arguments, **how: full)
    with pytest.raises(MergeError, match=rf"^free space on the disk that df -h {re.escape(gettempdir())} shows; "):
        only(BASE)


@pytest.mark.parametrize(("status", "option"), [(0, "--inter-hunk-context=-1"), (129, "--inter-hunk-context=0")])
def test_hunks_are_kept_apart_as_far_as_git_can(status: int, option: str, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[tuple[Any, ...]] = []

    def attempt(*arguments: Any) -> CompletedProcess[bytes]:
        asked.append(arguments)
        return CompletedProcess([], status)

    monkeypatch.setattr(merge, "attempt", attempt)
    assert merge._hunks_apart() == merge._hunks_apart() == option
    assert asked == [
        (Path("/"), "diff", "--no-index", "--inter-hunk-context=-1", "/dev/null", "/dev/null"),
    ]


def test_git_is_asked_in_vain_for_nothing_else(monkeypatch: pytest.MonkeyPatch) -> None:
    def attempt(*arguments: Any) -> None:
        raise GitError("git is not installed")

    monkeypatch.setattr(merge, "attempt", attempt)
    with pytest.raises(GitError):
        merge._hunks_apart()


def test_an_edit_has_its_sides_in_the_order_of_git() -> None:
    assert Edit(b"1", b"2", b"3").sides == (b"1", b"2", b"3")


def test_edits_are_taken_in_hunks_that_stand_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    asked, attempt = [], merge.attempt

    def recorded(folder: Path, *arguments: str, **how: Any) -> CompletedProcess[bytes]:
        asked.append(arguments)
        return attempt(folder, *arguments, **how)

    monkeypatch.setattr(merge, "attempt", recorded)
    only(BASE)
    (options,) = (arguments[1:-2] for arguments in asked if arguments[0] == "diff-tree")
    assert options == ("--no-ext-diff", "--no-textconv", "--unified=1", merge._hunks_apart())
