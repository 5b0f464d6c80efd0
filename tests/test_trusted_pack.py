"""Which pack is trusted, and under which names; a pull request decides neither."""

import json
from collections.abc import Callable
from importlib import metadata
from pathlib import Path
from typing import Any

import pytest
from copier._vcs import get_repo

from dativo_generator.base.repository_url import recordable
from dativo_generator.fleet.settings import FILE, Settings, SettingsError, settings_of
from dativo_generator.fleet.source import Source, SourceError, _installed_from, trusted
from fleets import STRIPE, Command
from support import git, release, released_at, render

URL = "https://git.example.com/data/pack.git"


@pytest.fixture
def own_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the file of Git's settings of a user who has none."""
    file = tmp_path / "gitconfig"
    file.write_text("[user]\nname = t\nemail = t@example.com\n", encoding="utf-8")
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(file))
    return file


@pytest.fixture
def clone(tmp_path: Path) -> Callable[[str], Path]:
    """Make a clone of a repository whose default branch has settings."""

    def cloned(text: str | None) -> Path:
        origin = tmp_path / "origin"
        origin.mkdir()
        if text is not None:
            (origin / FILE).write_text(text, encoding="utf-8")
        release(origin, "first")
        git(tmp_path, "clone", "--quiet", "origin", "clone")
        return tmp_path / "clone"

    return cloned


def source(tmp_path: Path, location: str, *also: str) -> Source:
    """Return a pack that is not fetched."""
    made = Source(location, tmp_path, also)
    made.repository = tmp_path
    return made


# --- names ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "recorded",
    [
        "https://git.example.com/data/pack/",
        "ssh://git@git.example.com/data/pack.git",
        "git@git.example.com:data/pack",
        "git.example.com:data/pack.git",
        "git+https://GIT.example.com/data/pack",
    ],
)
def test_one_place_has_many_names(recorded: str, tmp_path: Path) -> None:
    assert source(tmp_path, URL).is_at(recorded)


def test_names_that_git_is_sent_elsewhere_with_are_those_of_the_place(tmp_path: Path, own_home: Path) -> None:
    assert not source(tmp_path, URL).is_at("work:data/pack.git")
    git(tmp_path, "config", "--file", str(own_home), "url.https://git.example.com/.insteadOf", "work:")
    assert source(tmp_path, URL).is_at("work:data/pack.git")
    assert source(tmp_path, "work:data/pack.git").is_at(URL)
    assert not source(tmp_path, URL).is_at("work:data/other.git")


def test_a_mirror_is_the_pack_that_it_mirrors(tmp_path: Path, own_home: Path) -> None:
    mirror = "url.https://mirror.example.com/.insteadOf"
    git(tmp_path, "config", "--file", str(own_home), mirror, "https://git.example.com/")
    assert source(tmp_path, "https://mirror.example.com/data/pack").is_at(URL)


def test_names_are_of_one_pack_only_if_one_of_them_is(tmp_path: Path) -> None:
    names = ("git@work:data/pack", "https://git.example.com/data/pack")
    assert source(tmp_path, URL, *names).is_at("work:data/pack.git")
    assert not source(tmp_path, "https://other.example.com/pack", *names).is_at("work:data/pack.git")


@pytest.mark.parametrize("location", ["https://host/data/pack", "ssh://git@host/pack", "work:data/pack", "git@host:a"])
def test_copier_takes_what_is_recorded_for_a_repository(location: str) -> None:
    assert get_repo(recordable(location)) in (location, f"{location}.git")


# --- settings ---------------------------------------------------------------------------------------------------------


def test_settings_are_those_of_the_default_branch(clone: Callable[[str], Path]) -> None:
    repository = clone(f"template: {URL}\nsame:\n  - git@work:data/pack.git\n")
    (repository / FILE).write_text("template: https://evil.example.com/pack\n", encoding="utf-8")
    git(repository, "checkout", "--quiet", "-b", "pull-request")
    git(repository, "commit", "--quiet", "--all", "--message", "evil")
    found = settings_of(repository)
    assert found == Settings(URL, ("git@work:data/pack.git",), "origin/main")
    assert found.names == (URL, "git@work:data/pack.git")


def test_settings_of_a_folder_stand_in_it(clone: Callable[[str], Path]) -> None:
    repository = clone("template: https://above.example.com/pack\n")
    (repository / "team").mkdir()
    assert settings_of(repository / "team") == Settings()


def test_new_settings_do_not_count_yet(clone: Callable[[str], Path]) -> None:
    repository = clone(None)
    assert settings_of(repository) == Settings()
    (repository / FILE).write_text("template: https://evil.example.com/pack\n", encoding="utf-8")
    assert settings_of(repository) == Settings(unread="origin/main does not have it yet")


@pytest.mark.parametrize("origin", [True, False])
def test_where_no_branch_is_protected_nothing_counts(origin: bool, clone: Callable[[str], Path]) -> None:
    repository = clone(f"template: {URL}\n")
    if origin:
        git(repository, "remote", "set-head", "origin", "--delete")
    else:
        git(repository, "remote", "remove", "origin")
    found = settings_of(repository)
    assert found == Settings(unread=found.unread)
    assert ("git remote set-head origin --auto" if origin else "add a remote 'origin'") in found.unread
    (repository / FILE).unlink()
    assert settings_of(repository) == Settings()


def test_a_folder_outside_git_has_none(tmp_path: Path) -> None:
    assert settings_of(tmp_path) == Settings()
    (tmp_path / FILE).write_text(f"template: {URL}\n", encoding="utf-8")
    assert settings_of(tmp_path).template == "" and settings_of(tmp_path).unread


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("- a\n", "must be a mapping with template and same, not ['a']"),
        ("templates: x\n", "'templates': did you mean 'template'? unknown key"),
        ("template: 1\n", "template: must be a URL, not 1"),
        ("template: ''\n", "template: must be a URL, not ''"),
        ("template: https://me:canary@host/pack\n", "template: give git the login; the URL has a password or token"),
        ("same: x\n", "same: must be a list of URLs, not 'x'"),
        ("same: [{}]\n", "same: must be a URL, not {}"),
        ("a: [\n", "line 2, column 1: complete the value, or close the bracket before it; not valid YAML"),
    ],
)
def test_wrong_settings_are_one_line(text: str, message: str, clone: Callable[[str], Path]) -> None:
    with pytest.raises(SettingsError) as error:
        settings_of(clone(text))
    assert str(error.value).startswith(f"{FILE} of origin/main: {message}") and "\n" not in str(error.value)


def test_empty_settings_say_nothing(clone: Callable[[str], Path]) -> None:
    assert settings_of(clone("# nothing\n")) == Settings(branch="origin/main")


def test_what_is_typed_counts_before_the_settings(
    clone: Callable[[str], Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    repository = clone(f"template: {URL}\n")
    assert trusted(repository, "https://other.example.com/pack.git", tmp_path).location.startswith("https://other")
    assert capsys.readouterr().err == ""
    assert trusted(repository, "", tmp_path).location == URL
    assert capsys.readouterr().err == f"Trusting the template in dativo.yml of origin/main: {URL}\n"


def test_without_any_it_is_asked_for(
    clone: Callable[[str], Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dativo_generator.fleet.source._installed_from", lambda: "")
    lines: list[str] = []
    repository = clone(None)
    (repository / FILE).write_text(f"template: {URL}\n", encoding="utf-8")
    with pytest.raises(SourceError, match="say which template to trust"):
        trusted(repository, "", tmp_path, lines.append)
    assert lines == ["dativo.yml: is not read: origin/main does not have it yet"]


def test_the_command_takes_both_from_the_settings(
    clone: Callable[[str], Path],
    published: Path,
    own_home: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    names = ["git@work:data/pack.git", URL]
    repository = clone(f"template: {published}\nsame: [{names[0]}, '{names[1]}']\n")
    for name, location in zip(("customers", "charges"), names, strict=True):
        answers = STRIPE | {"tenant_id": "acme", "objects": [name], "scaffold": name, "vendor": False}
        render(published, repository, answers)
        file = repository / f".copier-answers.acme.{name}.yml"
        text = file.read_text(encoding="utf-8")
        file.write_text(text.replace(f"_src_path: {published}", f'_src_path: "{location}"'), encoding="utf-8")
    command = Command(published, monkeypatch, capsys)
    monkeypatch.delenv("DATIVO_TEMPLATE")
    done = command(repository, "replay")
    assert "is not the template that is trusted here" not in done.out
    assert done.err == f"Trusting the template in dativo.yml of origin/main: {published}\n"


@pytest.mark.parametrize("first", [0, 1])
def test_scaffolds_that_name_the_pack_otherwise_share_what_is_there(
    first: int,
    history: Path,
    own_home: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    names = ["git@git.example.com:data/pack.git", URL]
    for name in names:
        git(tmp_path, "config", "--file", str(own_home), "--add", f"url.{history}.insteadOf", name.removesuffix(".git"))
        git(tmp_path, "config", "--file", str(own_home), "--add", f"url.{history}.insteadOf", name)
    out, loaded = tmp_path / "out", released_at(history, "v1.0.0")
    for number in (first, 1 - first):
        answers = STRIPE | {"tenant_id": "acme", "scaffold": f"s{number}", "ci": "github", "vendor": False}
        answers |= {"asset_names": {"customers": f"customers_{number}"}}
        for path, content in loaded.render(loaded.completed(answers, ""), names[number], "v1.0.0").files.items():
            (out / path).parent.mkdir(parents=True, exist_ok=True)
            if not (out / path).exists():
                (out / path).write_bytes(content)
    release(out, "scaffolded")
    workflow = (out / ".github/workflows/dativo.yml").read_text(encoding="utf-8")
    assert names[first].removesuffix(".git") in workflow
    command = Command(history, monkeypatch, capsys)
    monkeypatch.setenv("DATIVO_TEMPLATE", URL)
    report = command(out, "replay", "--json").json
    assert [file["state"] for file in report["files"] if file["path"].startswith(".github/")] == ["clean"]
    assert command(out, "update").status == 0
    assert command(out, "replay").status == 0


@pytest.mark.parametrize(
    ("record", "found"),
    [
        ({"url": URL, "vcs_info": {"vcs": "git", "commit_id": "0" * 40}}, URL),
        ({"url": "file:///pack", "dir_info": {"editable": True}}, "file:///pack"),
        ({"url": "file:///dist/dativo_generator-0.1.0-py3-none-any.whl", "archive_info": {}}, ""),
        (None, ""),
    ],
)
def test_what_a_command_was_installed_from_is_trusted_unless_that_is_a_wheel(
    record: dict[str, Any] | None, found: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "dativo_generator-0.1.0.dist-info"
    folder.mkdir()
    if record:
        (folder / "direct_url.json").write_text(json.dumps(record), encoding="utf-8")
    monkeypatch.setattr(metadata, "distribution", lambda _: metadata.PathDistribution(folder))
    assert _installed_from() == found
