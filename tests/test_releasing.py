"""The page on releasing works: a test types its commands in a copy of the pack, and installs the result."""

import sysconfig
from collections.abc import Iterator
from pathlib import Path

import pytest

from fleets import STRIPE
from followed import Reader, copy_everything
from support import ROOT, Rendered, blocks, git, release, render

PAGE = ROOT / "docs" / "releasing.md"
# The version on the page, and one that no changelog has yet.
SHOWN, VERSION = "0.1.0", "99.1.0"
NEW = "### Upgrading\n\nA line that nobody else writes.\n\n### Fixed\n\n- A default.\n\n"
# The virtual environment of the tests is not to be made anew when pyproject.toml changes.
MAKE = "make --old-file .venv/installed "


def write_news(pack: Path, changelog: str = "CHANGELOG.md") -> None:
    """Replace the text under `[Unreleased]`."""
    head, rest = (pack / changelog).read_text(encoding="utf-8").split("## [Unreleased]\n", 1)
    _, *others = rest.split("\n## [")
    text = "\n## [".join([f"{head}## [Unreleased]\n\n{NEW.rstrip()}\n", *others])
    (pack / changelog).write_text(text, encoding="utf-8")


def releasable(folder: Path) -> Path:
    """Return a copy of the pack at `folder` that says what is new, with an origin and an earlier release."""
    pack = copy_everything(folder)
    release(pack, "v0.0.1")
    write_news(pack)
    Reader(pack).type(".venv/bin/python docs/generate.py docs/changelog.md")
    git(pack, "commit", "--quiet", "--all", "--message", "Say what is new")
    git(pack, "clone", "--quiet", "--bare", ".", f"{folder}.git")
    git(pack, "remote", "add", "origin", f"{folder}.git")
    return pack


@pytest.fixture(scope="module")
def room(tmp_path_factory: pytest.TempPathFactory, _isolated: None) -> Path:
    """Return the folder in which the page was followed, from the pack in it to the tag that is pushed."""
    room = tmp_path_factory.mktemp("releasing")
    pack = releasable(room / "pack")
    render(pack, room / "acme-ingest", STRIPE | {"tenant_id": "acme"}, vcs_ref="v0.0.1")
    release(room / "acme-ingest", "scaffolded")
    words = {SHOWN: VERSION, "<url of the pack>": pack.as_uri(), "make ": MAKE, "@v1.0.0": f"@v{VERSION}"}
    for line, here in lines(pack):
        Reader(here, words).type(line)
        if " venv " in line:
            depends(room / "fresh")
    return room


def lines(pack: Path) -> Iterator[tuple[str, Path]]:
    """Yield the commands of the page, and where each is typed: every block begins in the pack."""
    for language, text in blocks(PAGE):
        here = pack
        for line in text.splitlines() if language in ("console", "sh") else ():
            typed = line.removeprefix("$ ")
            if typed.startswith("cd "):
                here = (here / typed.removeprefix("cd ")).resolve()
            elif "pip install" in typed:
                # What it depends on is there already, and nothing is fetched for a test.
                pip = typed.replace("pip install", ".venv/bin/python -m pip install --target ../from-git", 1)
                line = pip if typed.startswith("pip") else typed
                yield f"{line} --quiet --no-deps --no-index --no-build-isolation", here
            elif not typed.startswith("uvx "):
                yield typed, here


def depends(environment: Path) -> None:
    """Let a virtual environment see what the tests run with, but for the pack itself."""
    (packages,) = environment.glob("lib/*/site-packages")
    (packages / "tests.pth").write_text(sysconfig.get_path("purelib"), encoding="utf-8")


def test_the_tag_is_pushed_with_the_version_in_its_files(room: Path) -> None:
    tag = f"v{VERSION}"
    assert git(room / "pack.git", "cat-file", "-t", tag).strip() == "tag"
    assert (
        git(room / "pack.git", "rev-parse", "main", f"{tag}^{{commit}}").split()[0]
        == git(room / "pack.git", "rev-parse", f"{tag}^{{commit}}").strip()
    )
    assert f'version = "{VERSION}"' in git(room / "pack.git", "show", f"{tag}:pyproject.toml")
    assert not git(room / "pack", "status", "--porcelain")


def test_the_changelog_has_the_version_with_its_upgrade_note_and_so_has_its_page(room: Path) -> None:
    for name in ("CHANGELOG.md", "docs/changelog.md"):
        text = (room / "pack" / name).read_text(encoding="utf-8")
        assert f"## [Unreleased]\n\n## [{VERSION}] - " in text
        assert NEW.strip() in text.split(f"## [{VERSION}]")[1]


def test_the_wheel_runs_in_an_environment_of_its_own_and_scaffolds_from_a_url(room: Path) -> None:
    printed = Reader(room).type("fresh/bin/dativo-generator --version")
    assert printed.strip().endswith(VERSION)
    assert (room / "from-git" / f"dativo_generator-{VERSION}.dist-info").is_dir()
    where = "import dativo_generator; print(dativo_generator.__file__)"
    assert str(room / "fresh") in Reader(room).type(f"fresh/bin/python -c '{where}'")
    out = Rendered(room / "acme-trial")
    assert out.jobs and f"_commit: v{VERSION}".encode() in out.files[out.answers_file]


def test_what_is_not_committed_or_not_said_is_not_released(tmp_path: Path) -> None:
    pack = releasable(tmp_path / "pack")
    reader = Reader(pack)
    command = f"{MAKE} release VERSION={VERSION}"
    (pack / "README.md").write_text("changed\n", encoding="utf-8")
    assert "Error: commit first" in reader.type(command, status=2)
    git(pack, "checkout", "--quiet", "README.md")
    reader.type(command)
    assert "write under 'Unreleased' what is new" in reader.type(f"{MAKE} release VERSION=99.2.0", status=2)
    assert git(pack, "tag").split() == ["v0.0.1", f"v{VERSION}"]
    # The undo on the page.
    (undo,) = [part for part in PAGE.read_text("utf-8").split("`") if part.startswith("git tag --delete")]
    reader.type(undo.replace(SHOWN, VERSION))
    assert git(pack, "log", "-1", "--format=%s").strip() == "Say what is new"


def test_a_company_releases_its_own_without_a_change_to_what_is_upstreams(tmp_path: Path) -> None:
    pack = releasable(tmp_path / "pack")
    declared = next(line for line in (pack / "pyproject.toml").read_text("utf-8").splitlines() if "version = " in line)
    own = f"{declared.split(chr(34))[1]}+acme.1"
    command = f"{MAKE} release VERSION={own}"
    assert "Error: write CHANGELOG.acme.md" in Reader(pack).type(command, status=2)
    (pack / "CHANGELOG.acme.md").write_text(f"# Changelog\n\n## [Unreleased]\n\n{NEW.rstrip()}\n", encoding="utf-8")
    git(pack, "add", "--all")
    git(pack, "commit", "--quiet", "--message", "Say what is ours")
    before = git(pack, "rev-parse", "HEAD").strip()
    Reader(pack).type(command)
    Reader(pack).type(f"{MAKE} wheel")
    assert git(pack, "diff", "--name-only", before, f"v{own}").split() == ["CHANGELOG.acme.md"]
    assert [path.name for path in (pack / "dist").iterdir()] == [f"dativo_generator-{own}-py3-none-any.whl"]
