"""Every command of the docs runs, block by block and line by line, as a reader would type it.

A line begins with a program, and each program has a function here that says how a test runs it. A line of another one
fails: there is no list of lines to ignore.
"""

import csv
import os
import re
import shlex
import shutil
import sqlite3
import subprocess
import sys
import venv
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from importlib.metadata import PackageNotFoundError, distribution
from itertools import chain
from pathlib import Path

import pytest
import yaml
from copier._cli import CopierApp
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from fleets import Command, build, copied
from servers import Database, Server
from support import PAGES, ROOT, Rendered, blocks, git, load_answers, release, schema_errors

# What a block is said to be: commands after a prompt, commands alone; the others show files, output and lines to paste.
PROMPTED, PLAIN, SHOWN = "console", "sh", {"json", "text", "yaml"}
# Pages whose blocks are one walk; those of others stand for themselves.
ONE_WALK = {"adopt.md", "tutorial.md", "environments.md", "work-as-a-team.md", "whole-databases.md"} | {
    page.name for page in PAGES if page.parent.name == "start"
}
# Pages that are typed into a shell, in a pack or in repositories of their own, and by which test.
ELSEWHERE = {
    "add-a-connector.md": "test_add_a_connector.py",
    "make-the-pack-yours.md": "test_make_the_pack_yours.py",
    "releasing.md": "test_releasing.py",
    "upgrade.md": "test_upgrading.py",
}
# What a block of a walk begins with that is a file to save, or lines for the end of one; and what a line ends with that
# fails.
SAVED = re.compile(r"# (at the end of )?([\w./-]+\.ya?ml)\n")
FAILS = re.compile(r"  # exit status (\d+)$")
# The server that a page names, and a URL that leads there.
HOST = "db.example.com"
SERVER = re.compile(rf"[^\s\"']*{re.escape(HOST)}[^\s\"']*")
PLACEHOLDER = re.compile(r"<[^<>]*(?:pack|repository)[^<>]*>")
FIRST = "v1.0.0"
# The tag of the repository as the pages find it.
START = "start"

SAMPLE = ROOT / "examples" / "stripe_customers.yml"
PEOPLE = ROOT / "examples" / "csv_people.yml"


def commands(page: Path) -> Iterator[list[str]]:
    """Yield the commands of each block of a page; in a walk, also what saves a file that is shown."""
    for language, text in blocks(page):
        if page.name in ONE_WALK and language == "yaml" and SAVED.match(text):
            yield [text]
        if language == PROMPTED:
            yield [line.removeprefix("$ ") for line in text.splitlines()]
        elif language == PLAIN:
            yield text.splitlines()


def walks(with_server: bool) -> Iterator[pytest.param]:
    """Yield what is run in one folder, with a server or without."""
    for page in (page for page in PAGES if page.name not in ELSEWHERE):
        found = list(commands(page))
        for lines in [list(chain(*found))] if page.name in ONE_WALK else found:
            if (HOST in str(lines)) == with_server:
                yield pytest.param(lines, id=f"{page.relative_to(ROOT).as_posix()}: {lines[0][:50]}")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_a_block_says_whether_it_is_commands(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    assert len(re.findall(r"^\s*```", text, re.MULTILINE)) == 2 * len(blocks(page))
    for language, block in blocks(page):
        lines = block.splitlines()
        assert language in {PROMPTED, PLAIN, *SHOWN}, lines
        assert all(line.startswith("$ ") == (language == PROMPTED) for line in lines), lines


@pytest.mark.parametrize(("page", "test"), ELSEWHERE.items())
def test_a_page_that_is_walked_elsewhere_is(page: str, test: str) -> None:
    assert page in (ROOT / "tests" / test).read_text(encoding="utf-8")


@pytest.fixture(scope="session")
def repository(history: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a repository with the scaffolds that the pages name, and with what they import from; not to be changed."""
    stripe, people = load_answers(SAMPLE), load_answers(PEOPLE)
    out = tmp_path_factory.mktemp("docs") / "out"
    build(
        history,
        out,
        FIRST,
        {
            "stripe_customers": stripe | {"asset_names": {"customers": "customers"}},
            "stripe_to_iceberg": stripe | {"scaffold": "stripe_to_iceberg"},
            "csv_people": people,
            "people": people | {"scaffold": "people", "asset_names": {"people": "more_people"}},
        },
    )
    sources(out)
    release(out, START)
    return out


def sources(folder: Path) -> None:
    """Put what the how-tos import from into a folder."""
    shutil.copytree(ROOT / "tests" / "data" / "sources", folder, dirs_exist_ok=True)
    for name in ("people.csv", "people_v2.csv"):
        shutil.copy2(ROOT / "examples" / "people.csv", folder / name)
    shutil.copy2(ROOT / "tests" / "data" / "shop.sql", folder)
    with closing(sqlite3.connect(folder / "shop.db")) as database:
        database.execute("CREATE TABLE orders (id integer PRIMARY KEY, placed_on date)")
        database.commit()
    (body,) = (asset for asset in Rendered(folder).assets.values() if asset["asset"]["name"] == "csv_people")
    for column in body["asset"]["schema"]:
        column["required"] = False
    (folder / "people_asset.yaml").write_text(yaml.safe_dump(body), encoding="utf-8")


@dataclass
class Walk:
    """Somebody who types the lines of a page. Whoever follows one commits what came out of a line."""

    # The pack, which placeholders stand for; where it lies beside what is made of it; where one is at the moment.
    pack: Path
    room: Path
    here: Path
    command: Command
    # A database to take instead of one that a page names.
    database: Database | None = None
    variables: dict[str, str] = field(default_factory=dict)
    # With what the line ends.
    status: int = 0

    def type(self, line: str) -> None:
        """Run a line, or save a file."""
        if saved := SAVED.match(line):
            self.save(saved[2], PLACEHOLDER.sub(str(self.pack), line), "a" if saved[1] else "w")
            return
        self.status = int(fails[1]) if (fails := FAILS.search(line)) else 0
        for part in FAILS.sub("", line).split(" && "):
            text, _, file = PLACEHOLDER.sub(str(self.pack), part).partition(" > ")
            program, *arguments = [WORDS.get(word, word) for word in shlex.split(text)]
            run = PROGRAMS.get(Path(program).name)
            assert run, f"no test knows how to run {program}: {line}"
            printed = run(self, arguments)
            if file:
                (self.here / file).write_text(printed or "", encoding="utf-8")
        if (self.here / ".git").exists():
            git(self.here, "add", "--all")
            git(self.here, "commit", "--quiet", "--allow-empty", "--message", line)

    def save(self, name: str, text: str, mode: str) -> None:
        """Write a file that a page shows, or add to it; a URL in it leads to the server of the test."""
        path = self.here / name
        assert path.exists() == (mode == "a"), name
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open(mode, encoding="utf-8") as file:
            file.write(SERVER.sub(lambda _: self.reached(), text))

    def reached(self) -> str:
        """Return the URL of the server of the test; its variables are set from then on."""
        assert self.database
        self.variables |= self.database.server.environment
        return self.database.url()

    def spawn(self, *words: str) -> None:
        """Run a module of Python in a process of its own, without somebody to type."""
        done = subprocess.run(
            [sys.executable, "-m", *words],
            cwd=self.here,
            env=os.environ | self.variables,
            capture_output=True,
            text=True,
            stdin=subprocess.DEVNULL,
        )
        assert done.returncode == 0, f"{words}\n{done.stdout}{done.stderr}"

    @contextmanager
    def surroundings(self, folder: Path) -> Iterator[pytest.MonkeyPatch]:
        """Let this process be in a folder, with the variables that were exported."""
        with pytest.MonkeyPatch.context() as patch:
            patch.chdir(folder)
            for name, value in self.variables.items():
                patch.setenv(name, value)
            yield patch


# Words that stand for something of the reader's.
WORDS = {"SOURCE": "people_v2.csv", "ASSET": "people_asset.yaml"}


def copier(walk: Walk, arguments: list[str]) -> None:
    """Run Copier with the answers of the sample where nobody is there to be asked."""

    def run(folder: Path, *words: str) -> None:
        with walk.surroundings(folder):
            _, status = CopierApp.run(["copier", *words], exit=False)
        assert status == 0, words

    command, *arguments = arguments
    if command == "copy" and (walk.here / "copier.yml").exists():
        # Somebody who changes the pack says everything.
        run(walk.here, "copy", *arguments)
        return
    if command == "update":
        run(walk.here, "update", "--defaults", *arguments)
        assert not git(walk.here, "ls-files", "--unmerged")
        return
    assert command == "copy"
    if arguments[-1:] == ["..."]:
        arguments[-1:] = ["--trust", str(walk.pack), "acme-ingest"]
    *options, template, name = arguments
    if "--data-file" not in options:
        options += ["--data-file", answered(walk)]
    if name == ".":
        run(walk.here, "copy", *options, "--defaults", "--vcs-ref", FIRST, template, ".")
        return
    # Another go at a scaffold that is there is made elsewhere.
    folder = walk.room / Path(name).name
    if folder.exists() and not any(option.startswith("scaffold=") for option in options):
        folder = folder.with_name(f"{folder.name}-again")
    options += [] if "--defaults" in options else ["--defaults"]
    options += [] if "--vcs-ref" in options else ["--vcs-ref", FIRST]
    # "." is the pack for those who are in it.
    run(walk.pack if template == "." else walk.room, "copy", *options, template, str(folder))
    assert Rendered(folder).jobs
    release(folder, f"copied-{len(list(folder.glob('.copier-answers.*')))}")


def answered(walk: Walk) -> str:
    """Return a file with the answers of the sample, under the name that the questionnaire offers."""
    answers = {name: value for name, value in load_answers(SAMPLE).items() if name != "scaffold"}
    (walk.room / "answers.yml").write_text(yaml.safe_dump(answers), encoding="utf-8")
    return str(walk.room / "answers.yml")


def generator(walk: Walk, arguments: list[str]) -> str:
    """Run the command in this process; 3 says that a newer version exists."""
    if "--to" in arguments:
        # The version may be older than the one that the line before went to.
        git(walk.here, "reset", "--quiet", "--hard", START)
    arguments = [walk.reached() if HOST in argument else argument for argument in arguments]
    if arguments[0] == "adopt":
        walk.here = hand_written(walk.room / "by-hand")
    folder = walk.here
    if arguments[0] == "batch":
        if not (walk.here / arguments[1]).exists():
            folder = manifests(walk.room / "batch")
        arguments += ["--to", FIRST]
    if arguments[0] == "new" and "--defaults" not in arguments:
        if "--data-file" in arguments:
            arguments[arguments.index("--data-file") + 1] = answered(walk)
        else:
            arguments += ["--data-file", answered(walk)]
        arguments += ["--defaults"]  # there is nobody to ask
    with walk.surroundings(folder):
        result = walk.command(folder, *arguments)
    # What scaffolding tells of its files, and of what the runner does with them, is no complaint.
    told = [] if arguments[0] in ("batch", "new") else result.err.splitlines()
    noted = [line for line in told if not line.startswith("Note: ")]
    expected = (walk.status,) if walk.status else (0, 3)
    assert (result.status in expected, noted) == (True, []), result.out
    return result.out


def hand_written(folder: Path) -> Path:
    """Return a repository of jobs that no scaffold has, which the first who comes makes."""
    if not folder.exists():
        shutil.copytree(ROOT / "tests" / "data" / "by_hand", folder)
        release(folder, "by-hand")
    return folder


def manifests(folder: Path) -> Path:
    """Put the manifests that the how-to shows into a folder where no scaffold is yet, and return it."""
    page = ROOT / "docs" / "how-to" / "scaffold-many-at-once.md"
    table = [line for line in page.read_text(encoding="utf-8").splitlines() if line.startswith("|")]
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in table if not line.startswith("|---")]
    folder.mkdir(exist_ok=True)
    with (folder / "jobs.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(rows)
    (listed,) = [text for language, text in blocks(page) if language == "yaml"]
    (folder / "jobs.yml").write_text(listed, encoding="utf-8")
    return folder


def make(walk: Walk, targets: list[str]) -> None:
    """Look for the targets: CI runs `make demo` and `make test`, and `make docs` is made of what tests compare."""
    text = (ROOT / "Makefile").read_text(encoding="utf-8")
    assert targets
    assert not [target for target in targets if not re.search(rf"^{target}:", text, re.MULTILINE)]


def python(walk: Walk, arguments: list[str]) -> None:
    """Run a module."""
    match arguments:
        case ["-m", "venv", folder]:
            venv.create(walk.here / folder, symlinks=True)
        case ["-m", "pytest", *rest]:
            # What the reader does not have is not loaded.
            walk.variables["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
            walk.spawn("pytest", "-p", "no:cacheprovider", *rest)
        case ["-m", "json.tool", *rest]:
            walk.spawn("json.tool", *rest)
        case _:
            pytest.fail(f"no test knows how to run python {shlex.join(arguments)}")


def pip(walk: Walk, arguments: list[str]) -> None:
    """Look whether what is to be installed is what the tests run with; a URL is the pack's."""
    assert arguments[0] == "install"
    for text in arguments[1:]:
        requirement = Requirement(re.sub(r"^\.", "dativo-generator", text))
        if requirement.url:
            assert requirement.url == f"git+{walk.pack}"
        # pip says the same without an index, and takes seconds for it.
        assert not list(lacking(requirement, set()))


def lacking(requirement: Requirement, seen: set[str]) -> Iterator[str]:
    """Yield what is not installed of a requirement and of those that it brings along."""
    if str(requirement) in seen:
        return
    seen.add(str(requirement))
    try:
        found = distribution(requirement.name)
    except PackageNotFoundError:
        yield f"{requirement.name} is not installed"
        return
    if not requirement.specifier.contains(found.version, prereleases=True):
        yield f"{requirement} is not {found.version}"
    offered = {canonicalize_name(extra) for extra in found.metadata.get_all("Provides-Extra") or ()}
    yield from (f"{requirement.name} has no [{extra}]" for extra in requirement.extras if extra not in offered)
    for needed in map(Requirement, found.requires or ()):
        if not needed.marker or any(needed.marker.evaluate({"extra": extra}) for extra in {"", *requirement.extras}):
            yield from lacking(needed, seen)


def pipx(walk: Walk, arguments: list[str]) -> None:
    """Install the same with pip: pipx and what it installs are not there to be tried."""
    command, *packages = arguments
    assert command in ("install", "inject")
    pip(walk, ["install", *packages])


def uvx(walk: Walk, arguments: list[str]) -> None:
    """Install with pip what uv would, and run the command that is installed with the tests."""
    rest = list(arguments)
    while rest[0] == "--with":
        pip(walk, ["install", rest[1]])
        del rest[:2]
    walk.type(shlex.join(rest))


def change_folder(walk: Walk, arguments: list[str]) -> None:
    """Go to a folder."""
    (name,) = arguments
    walk.here = (walk.here / name).resolve()
    assert walk.here.is_dir()


def export(walk: Walk, arguments: list[str]) -> None:
    """Set a variable; the value is the reader's own, and that of the tests is set with the URL."""
    for argument in arguments:
        name, _, value = argument.partition("=")
        walk.variables[name] = value


def activate(walk: Walk, arguments: list[str]) -> None:
    """Use the programs of a virtual environment, which is that of the tests."""
    assert arguments == [".venv/bin/activate"]
    walk.variables["PATH"] = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])


def runner(walk: Walk, arguments: list[str]) -> None:
    """Check the job as far as the pack can: the runner is not part of it."""
    command, option, name = arguments
    assert (command, option) in {("check", "--config"), ("run", "--config")}
    job = yaml.safe_load((walk.here / name).read_text(encoding="utf-8"))
    assert not schema_errors("job", job)


def run_git(walk: Walk, arguments: list[str]) -> None:
    """Run Git: what is pushed goes to a repository beside this one; what is to be committed may be already."""
    if arguments[0] == "commit":
        arguments = [*arguments, "--allow-empty"]
    if arguments[0] == "push":
        origin = walk.room / "origin.git"
        git(walk.room, "clone", "--quiet", "--bare", str(walk.here), str(origin))
        git(walk.here, "remote", "add", "origin", str(origin))
        arguments = ["push", "--quiet", "--set-upstream", "origin", "HEAD"]
    git(walk.here, *arguments)


def sed(walk: Walk, arguments: list[str]) -> None:
    """Change a file by hand."""
    *_, name = arguments
    before = (walk.here / name).read_bytes()
    subprocess.run(["sed", *arguments], cwd=walk.here, check=True)
    assert (walk.here / name).read_bytes() != before


PROGRAMS: dict[str, Callable[[Walk, list[str]], str | None]] = {
    "cd": change_folder,
    "copier": copier,
    "dativo": runner,
    "dativo-generator": generator,
    "export": export,
    "git": run_git,
    "make": make,
    "pip": pip,
    "pipx": pipx,
    "python": python,
    "python3": python,
    "sed": sed,
    "source": activate,
    "uvx": uvx,
}


@pytest.fixture
def walk(
    request: pytest.FixtureRequest,
    repository: Path,
    history: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Walk:
    """Return somebody beside the pack: in a repository, but for a walk that makes one."""
    (tmp_path / "dativo-generator").symlink_to(history)
    lines = request.getfixturevalue("lines")
    here = tmp_path if any(line.startswith("cd ") for line in lines) else copied(repository, tmp_path / "repository")
    return Walk(history, tmp_path, here, Command(history, monkeypatch, capsys))


@pytest.mark.parametrize("lines", list(walks(with_server=False)))
def test_commands_run(lines: list[str], walk: Walk) -> None:
    for line in lines:
        walk.type(line)


@pytest.mark.parametrize("server", ["postgresql"], indirect=True)
@pytest.mark.parametrize("lines", list(walks(with_server=True)))
def test_commands_on_a_server_run(lines: list[str], walk: Walk, server: Server) -> None:
    walk.database = server.database("shop")
    walk.database.execute("CREATE TABLE orders (id integer PRIMARY KEY, placed_on date)")
    for line in lines:
        walk.type(line)


@pytest.mark.parametrize(
    "line", ["rm -rf acme-ingest", "python -c pass", "make nothing", "pip install nothing-like-it", "copier recopy"]
)
def test_a_line_that_no_test_can_run_fails(line: str, tmp_path: Path, history: Path) -> None:
    with pytest.raises((AssertionError, pytest.fail.Exception)):
        Walk(history, tmp_path, tmp_path, None).type(line)
