"""Which commits of a pack count as released: those with a version tag; and the error of a pack without one."""

from collections.abc import Callable
from pathlib import Path

import pytest
import yaml
from copier.errors import UserMessageError

from dativo_generator.fleet.source import Source, SourceError
from fleets import STRIPE, Command
from support import git, release, render

ANSWERS = STRIPE | {"tenant_id": "acme"}


@pytest.fixture
def command(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Callable[[Path], Command]:
    """Return the command for a template."""
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
    assert str(error.value) == f"{pack}: tag a version like v1.0.0; none of its tags is one: release-1.0, v2024-02-06"


@pytest.mark.parametrize(("tag", "after"), [("release-1.0", 0), ("v2024-02-06", 1)])
def test_a_tag_that_is_no_version_is_refused_at_once(tag: str, after: int, released: Path, tmp_path: Path) -> None:
    release(without_tags(released), tag)
    for number in range(after):
        git(released, "commit", "--quiet", "--allow-empty", "--message", str(number))
    with pytest.raises(UserMessageError) as error:
        render(released, tmp_path / "out", ANSWERS)
    assert str(error.value) == (
        "_commit: tag the template's releases like v1.0.0, "
        "or name one that is with --vcs-ref; "
        f"'{tag}' is not a version"
    )
    assert not (tmp_path / "out").exists()


def test_a_commit_after_another_tag_can_be_asked_for(released: Path, tmp_path: Path) -> None:
    release(released, "nightly")
    git(released, "commit", "--quiet", "--allow-empty", "--message", "after")
    assert render(released, tmp_path / "out", ANSWERS, vcs_ref="HEAD").jobs
    with pytest.raises(UserMessageError, match="'nightly' is not a version"):
        render(released, tmp_path / "other", ANSWERS, vcs_ref="nightly")


# --- no tags ----------------------------------------------------------------------------------------------------------


def untagged(released: Path) -> Path:
    """Make a pack without tags that has a commit on another branch."""
    without_tags(released)
    git(released, "checkout", "--quiet", "-b", "other")
    git(released, "commit", "--quiet", "--allow-empty", "--message", "elsewhere")
    git(released, "checkout", "--quiet", "main")
    return released


def commit_of(pack: Path, name: str) -> str:
    """Return the full commit of a name."""
    return git(pack, "rev-parse", name).strip()


def next_commit(pack: Path) -> str:
    """Make a commit that changes an asset, and return what Copier records of it."""
    recipe = pack / "connectors" / "stripe.yaml"
    recipe.write_text(recipe.read_text(encoding="utf-8") + "# another line\n", encoding="utf-8")
    git(pack, "commit", "--quiet", "--all", "--message", "next")
    return git(pack, "describe", "--tags", "--always").strip()


@pytest.mark.parametrize("remote", [False, True])
def test_without_tags_the_default_branch_is_released_and_nothing_else(
    remote: bool, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pack = repository(tmp_path / "pack", "v1", "v2")
    untagged(pack)
    (tmp_path / "scratch").mkdir()
    lines: list[str] = []
    source = Source(str(pack), tmp_path / "scratch", warn=lines.append)
    if remote:
        source.location = f"ssh://host{pack}"  # as if it were not a folder of this machine
        source._fetched_from = pack.as_uri()
    for commit in (commit_of(pack, "main"), commit_of(pack, "main~1")[:9]):
        assert source.resolve(commit).startswith(commit)
    with pytest.raises(SourceError, match="is not in the released history"):
        source.resolve(commit_of(pack, "other"))
    assert source.tags == {source.newest: commit_of(pack, "main")}
    assert source.is_behind(commit_of(pack, "main~1")) and not source.is_behind(commit_of(pack, "main"))
    assert lines == [
        f"{source.location}: tag a version like v1.0.0; it has no tag, "
        "so the history of its default branch counts as released"
    ]
    assert capsys.readouterr().err == ""


def test_with_a_tag_only_what_it_reaches_is_released(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    pack = repository(tmp_path / "pack", "v1", "v2")
    git(pack, "tag", "--delete", "v2")
    source = Source(str(pack), tmp_path)
    with pytest.raises(SourceError, match="is not in the released history"):
        source.resolve(commit_of(pack, "main"))
    assert source.resolve("v1") == commit_of(pack, "main~1") and capsys.readouterr().err == ""


def test_a_repository_without_commits_is_no_template(tmp_path: Path) -> None:
    (tmp_path / "pack").mkdir()
    git(tmp_path / "pack", "init", "--quiet")
    source = Source(str(tmp_path / "pack"), tmp_path)
    with pytest.raises(SourceError, match=r"/pack: commit the template, and tag a version like v1\.0\.0; "):
        _ = source.tags


def test_a_pack_without_tags_is_worked_with_and_each_command_says_so_once(
    released: Path, tmp_path: Path, command: Callable[[Path], Command], capsys: pytest.CaptureFixture[str]
) -> None:
    pack = untagged(released)
    out = render(pack, tmp_path / "out", ANSWERS).root
    assert "Warning: tag a version like v1.0.0; no tag of the template leads to " in (said := capsys.readouterr().err)
    assert said.count("Warning: ") == 1
    newer = next_commit(pack)
    run = command(pack)
    render(pack, out, ANSWERS | {"objects": ["charges"], "scaffold": "charges"})  # the shared recipe is of the newer
    release(out, "scaffolded")
    for arguments, status in [
        (["replay"], 3),
        (["update", "--dry-run"], 0),
        (["update"], 0),
        (["replay"], 0),
    ]:
        done = run(out, *arguments)
        assert done.status == status, done
        assert done.err.count("Warning: ") == 1 and f"Warning: {pack}: tag a version like v1.0.0" in done.err
    assert newer in (out / ".copier-answers.acme.charges.yml").read_text(encoding="utf-8")


def test_a_new_scaffold_of_a_pack_without_tags_says_so_once(
    released: Path, tmp_path: Path, command: Callable[[Path], Command]
) -> None:
    pack = untagged(released)
    answers = ANSWERS | {"objects": "[customers]", "owner": "data@acme.com"}
    given = [word for name, value in answers.items() for word in ("--data", f"{name}={value}")]
    done = command(pack)(tmp_path, "new", "out", "--defaults", *given)
    assert (done.status, done.err.lower().count("no tag"), done.err.count("No git tags")) == (0, 1, 0), done.err
    (file,) = (tmp_path / "out").glob(".copier-answers.*.yml")
    recorded = yaml.safe_load(file.read_text(encoding="utf-8"))["_commit"]
    assert recorded == git(pack, "describe", "--tags", "--always").strip()


# --- what is checked out ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["docs/guide.md", "docs/deep/prüfung.md"])
def test_what_a_release_does_not_export_is_not_checked_out(tmp_path: Path, name: str) -> None:
    pack = repository(tmp_path / "pack", "v1.0.0")
    for path in (name, "größe.yml", "template/docs/page.md"):
        (pack / path).parent.mkdir(parents=True, exist_ok=True)
        (pack / path).write_text(path, encoding="utf-8")
    (pack / ".gitattributes").write_text("/docs/** export-ignore\n", encoding="utf-8")
    release(pack, "v2.0.0")
    source = Source(str(pack), tmp_path)
    folder = source.checkout(source.tags["v2.0.0"])
    found = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    assert found == {".gitattributes", "größe.yml", "template/docs/page.md"}


def test_all_of_a_release_is_checked_out_whose_git_attributes_say_nothing(tmp_path: Path) -> None:
    pack = repository(tmp_path / "pack", "v1.0.0")
    (pack / "docs.md").write_text("said", encoding="utf-8")
    release(pack, "v2.0.0")
    source = Source(str(pack), tmp_path)
    assert (source.checkout(source.tags["v2.0.0"]) / "docs.md").read_text(encoding="utf-8") == "said"
