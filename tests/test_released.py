"""What of a pack counts as released: its tags that are versions, and what a pack without them is told."""

from collections.abc import Callable
from pathlib import Path

import pytest
from copier.errors import UserMessageError

from dativo_generator.fleet.source import Source, SourceError
from fleets import STRIPE, Command
from support import git, release, render

ANSWERS = STRIPE | {"tenant_id": "acme"}


@pytest.fixture
def command(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Callable[[Path], Command]:
    """Give the command for a template."""
    return lambda template: Command(template, monkeypatch, capsys)


def repository(folder: Path, *tags: str) -> Path:
    """Make a repository with a commit for each tag."""
    folder.mkdir()
    for tag in tags:
        release(folder, tag)
    return folder


def without_tags(pack: Path) -> Path:
    """Take the tags from a repository of the pack."""
    git(pack, "tag", "--delete", *git(pack, "tag").split())
    return pack


# --- tags that are no versions ----------------------------------------------------------------------------------------


def test_versions_are_in_their_order_and_other_tags_are_none(tmp_path: Path) -> None:
    tags = ["v1.0.0", "v2.0.0-rc.10", "nightly", "v2.0.0-rc.2", "0123abc", "v1.0.0.post1", "v1.0.0-3-g0123abc"]
    source = Source(str(repository(tmp_path / "pack", *tags)), tmp_path)
    assert list(source.tags) == ["v1.0.0", "v1.0.0.post1", "v2.0.0-rc.2", "v2.0.0-rc.10"]
    assert source.newest == "v1.0.0.post1"


def test_tags_of_which_none_is_a_version_are_named(tmp_path: Path) -> None:
    pack = repository(tmp_path / "pack", "release-1.0", "v2024-02-06")
    with pytest.raises(SourceError) as error:
        _ = Source(str(pack), tmp_path).tags
    assert str(error.value) == f"{pack}: no tag is a version; tag one like v1.0.0 (there: release-1.0, v2024-02-06)"


@pytest.mark.parametrize(("tag", "after"), [("release-1.0", 0), ("v2024-02-06", 1)])
def test_a_tag_that_is_no_version_is_refused_at_once(tag: str, after: int, released: Path, tmp_path: Path) -> None:
    release(without_tags(released), tag)
    for number in range(after):
        git(released, "commit", "--quiet", "--allow-empty", "--message", str(number))
    with pytest.raises(UserMessageError) as error:
        render(released, tmp_path / "out", ANSWERS)
    assert str(error.value) == (
        f"_commit: the template's tag '{tag}' is no version; tag its releases like v1.0.0, "
        "or name one that is with --vcs-ref"
    )
    assert not (tmp_path / "out").exists()


def test_a_commit_after_another_tag_can_be_asked_for(released: Path, tmp_path: Path) -> None:
    release(released, "nightly")
    git(released, "commit", "--quiet", "--allow-empty", "--message", "after")
    assert render(released, tmp_path / "out", ANSWERS, vcs_ref="HEAD").jobs
    with pytest.raises(UserMessageError, match="the template's tag 'nightly' is no version"):
        render(released, tmp_path / "other", ANSWERS, vcs_ref="nightly")
