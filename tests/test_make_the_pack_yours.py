"""The how-to on a company's own pack works: a test types its commands in a fork and in a repository of jobs."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import yaml

from dativo_generator.base.versions import version_of
from fleets import STRIPE
from followed import Reader, copy_everything
from support import ROOT, Rendered, edit_yaml, git, release, render
from test_releasing import MAKE

PAGE = ROOT / "docs" / "how-to" / "make-the-pack-yours.md"
CHANGELOG = "CHANGELOG.acme.md"
BLOCK = re.compile(r"^```(\w*)\n(.*?)^```$", re.DOTALL | re.MULTILINE)
# The first line of a file that is shown, and what the last of a line says that fails.
NAMED = re.compile(r"# ([\w./-]+)(?:, above (\w+))?\n")
FAILS = re.compile(r"  # exit status (\d+)$")
# What a reader types in the repository of jobs: the step that points it to the fork, and the last block of all.
POINT = "## 5. "
# Edits by hand in the job that is there.
BY_HAND = "retry_config:\n  max_attempts: 5\n"


@dataclass(frozen=True)
class Company:
    """The folders of a company: its clone of the fork, its repository of jobs, and the fork."""

    pack: Path
    jobs: Path
    fork: Path


def released(upstream: Path, version: str) -> None:
    """Release a version of upstream."""
    project = (upstream / "pyproject.toml").read_text(encoding="utf-8")
    declared = re.sub(r'^version = ".*"$', f'version = "{version}"', project, count=1, flags=re.MULTILINE)
    (upstream / "pyproject.toml").write_text(declared, encoding="utf-8")
    release(upstream, f"v{version}")


def develop(upstream: Path) -> None:
    """Do to upstream what its next release brings: a connector, a default that moves, and lines in the changelog."""
    registry = upstream / "registry" / "connectors.yaml"
    text = registry.read_text(encoding="utf-8")
    new = "  shopfront:\n    roles: [source]\n    default_engine: native\n    engines_supported: [native]\n\n"
    registry.write_text(text.replace("  stripe:\n", f"{new}  stripe:\n"), encoding="utf-8")
    recipe = {"name": "shopfront", "type": "shopfront", "roles": ["source"], "default_engine": {"type": "native"}}
    (upstream / "connectors" / "shopfront.yaml").write_text(yaml.safe_dump(recipe), encoding="utf-8")
    edit_yaml(upstream / "connectors" / "stripe.yaml", lambda one: one["incremental"].update(lookback_days_default=9))
    changelog = upstream / "CHANGELOG.md"
    changelog.write_text(changelog.read_text("utf-8").replace("## [Unreleased]", "## [Unreleased]\n\nNews."), "utf-8")


def typed() -> Iterator[tuple[bool, str, str]]:
    """Yield each block of the page: whether it is for the repository of jobs, its language and its text."""
    text = PAGE.read_text(encoding="utf-8")
    found = [(match.start(), match[1], match[2]) for match in BLOCK.finditer(text)]
    begin = text.index(POINT)
    end = text.index("\n## ", begin)
    for place, language, block in found:
        yield begin < place < end or place == found[-1][0], language, block


def save(folder: Path, language: str, block: str) -> None:
    """Save a file that is shown, put an entry above another one, or write what a changelog says."""
    if language == "text":
        path = folder / CHANGELOG
        before = path.read_text(encoding="utf-8") if path.exists() else ""
        path.write_text(before.replace("## [Unreleased]\n", block, 1) or block, encoding="utf-8")
        return
    name, above = NAMED.match(block).groups()
    if above:
        text, entry = (folder / name).read_text(encoding="utf-8"), block.split("\n", 1)[1]
        assert f"  {above}:\n" in text
        block = text.replace(f"  {above}:\n", f"{entry}\n  {above}:\n")
    (folder / name).write_text(block, encoding="utf-8")


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory, _isolated: None) -> Company:
    """Follow the page, from upstream's first release to the company's second."""
    room = tmp_path_factory.mktemp("yours")
    upstream = copy_everything(room / "upstream.git")
    released(upstream, "0.1.0")
    for name in ("fork", "origin"):
        git(room, "init", "--quiet", "--bare", "--initial-branch=main", f"{name}.git")
    company = Company(room / "acme-pack", room / "jobs", room / "fork.git")
    render(upstream.as_uri(), company.jobs, STRIPE | {"tenant_id": "acme", "ci": "github", "owner": "data@acme.com"})
    release(company.jobs, "scaffolded")
    git(company.jobs, "remote", "add", "origin", str(room / "origin.git"))
    git(company.jobs, "push", "--quiet", "--set-upstream", "origin", "main")

    words = {"<url of upstream>": upstream.as_uri(), "<url of the fork>": company.fork.as_uri(), "make ": MAKE}
    # The command is the fork's, as it is after the step that installs it.
    variables = {"PYTHONPATH": str(company.pack / "extensions")}
    pack, jobs = Reader(room, words), Reader(company.jobs, words, variables)
    for in_jobs, language, block in typed():
        reader = jobs if in_jobs else pack
        if "git fetch upstream refs/tags/" in block:
            develop(upstream)
            released(upstream, "0.2.0")
        if language != "console":
            save(reader.here, language, block.replace("<url of the fork>", company.fork.as_uri()))
            continue
        for line in block.splitlines():
            typed_line = line.removeprefix("$ ")
            # The tests are these, and what installs is tried with the release.
            if not typed_line.startswith(("make docs test", "uvx ")):
                status = int(fails[1]) if (fails := FAILS.search(typed_line)) else 0
                reader.type(FAILS.sub("", typed_line), status)
            if " new . " in typed_line:
                edit_by_hand(company.jobs)
    return company


def edit_by_hand(jobs: Path) -> None:
    """Edit the job that is there, and commit what is new."""
    path = jobs / "jobs" / "acme" / "stripe_customers_to_iceberg.yaml"
    path.write_text(path.read_text(encoding="utf-8") + BY_HAND, encoding="utf-8")
    git(jobs, "add", "--all")
    git(jobs, "commit", "--quiet", "--message", "Edit by hand")


def test_the_fork_has_its_own_releases_and_of_upstream_only_what_is_recorded(company: Company) -> None:
    assert set(git(company.fork, "tag").split()) == {"v0.1.0", "v0.1.0+acme.1", "v0.2.0+acme.1"}
    assert git(company.fork, "rev-parse", "main") == git(company.fork, "rev-parse", "v0.2.0+acme.1^{commit}")


def test_a_release_of_its_own_stands_between_upstreams() -> None:
    versions = ["v0.1.0", "v0.1.0+acme.1", "v0.1.0+acme.2", "v0.2.0", "v0.2.0+acme.1"]
    assert sorted(versions, key=version_of) == versions


def test_what_is_the_companys_is_all_that_differs_from_upstream(company: Company) -> None:
    differ = set(git(company.pack, "diff", "--name-only", "FETCH_HEAD", "HEAD").split())
    own = {"connectors/acme_tickets.yaml", "registry/connectors.yaml", CHANGELOG}
    assert own <= differ
    # Nobody ran `make docs`, which would write these anew.
    assert differ <= own | {"docs/changelog.md"}


def test_its_changelog_has_both_releases(company: Company) -> None:
    text = (company.pack / CHANGELOG).read_text(encoding="utf-8")
    assert re.findall(r"## \[([^]]+)\]", text) == ["Unreleased", "0.2.0+acme.1", "0.1.0+acme.1"]


def test_every_scaffold_is_at_the_second_release_of_the_fork(company: Company) -> None:
    texts = [path.read_text(encoding="utf-8") for path in company.jobs.glob(".copier-answers.*.yml")]
    recorded = [yaml.safe_load(text) for text in texts]
    assert len(recorded) == 2
    assert {one["_commit"] for one in recorded} == {"v0.2.0+acme.1"}
    assert all(company.fork.as_uri() in one["_src_path"] or one["_src_path"] == str(company.fork) for one in recorded)


def test_upstreams_change_and_the_companys_connector_arrive_and_edits_stay(company: Company) -> None:
    jobs = Rendered(company.jobs).jobs
    stripe = jobs["jobs/acme/stripe_customers_to_iceberg.yaml"]
    assert stripe["source"]["incremental"]["lookback_days"] == 9
    assert stripe["retry_config"] == {"max_attempts": 5}
    assert {job["source_connector"] for job in jobs.values()} == {"stripe", "acme_tickets"}


def test_ci_takes_the_template_and_the_command_from_the_fork(company: Company) -> None:
    text = (company.jobs / ".github" / "workflows" / "dativo.yml").read_text(encoding="utf-8")
    assert "upstream" not in text
    assert f"git+{company.fork.as_uri()}@v0.2.0+acme.1" in text
