"""Names and contents from outside are printed on one line each, and control no terminal, log or comment."""

import io
import json
import re
from pathlib import Path

import pytest
from rich.console import Console

from dativo_generator.cli.output import dump, markdown_code, print_state, show
from fleets import STRIPE, Command, build
from support import git, release

COMMAND = "::set-output name=report::owned"
HOSTILE = [
    f"a\n{COMMAND}",
    f"a\r{COMMAND}",
    f"a\x85{COMMAND}",
    f"a\u2028{COMMAND}",
    "a\x1b]0;owned\x07",
    "a\x9b2J",
    "a\u202eb",
    "a\udcffb",
    "[red]a[/] :warning: \\[b",
    "https://me:canary@host/x",
]


def printed(text: str) -> str:
    """Return what both ways of printing a line print; without a terminal, so nothing else escapes."""
    file = io.StringIO()
    console = Console(file=file, soft_wrap=True, highlight=False)
    show(console, text)
    print_state(console, "edited", text)
    return file.getvalue()


@pytest.mark.parametrize("text", HOSTILE)
def test_a_name_is_one_line(text: str) -> None:
    lines = printed(text).split("\n")
    assert len(lines) == 3 and all(line.isprintable() for line in lines)
    assert "canary" not in "".join(lines)


def test_a_name_is_no_markup() -> None:
    assert printed("[red]a[/] :warning:").count("[red]a[/] :warning:") == 2


@pytest.mark.parametrize("text", HOSTILE)
def test_json_holds_the_name_and_nothing_to_obey(text: str, capsys: pytest.CaptureFixture[str]) -> None:
    dump("list.v1", {"path": text})
    out = capsys.readouterr().out
    assert out.replace("\n", "").isprintable() and len(out.splitlines()) == 4
    assert json.loads(out)["path"] == text.replace("me:canary@", "***@")


MARKDOWN = [
    "a|b",
    "a\\|b",
    "a`b",
    "a``b",
    "`",
    "",
    "``<img src=x>``",
    "a\\",
    "a|![](http://x)",
    "@everyone",
    "<img src=x>",
]


@pytest.mark.parametrize("text", [*MARKDOWN, *HOSTILE])
def test_markdown_shows_text_as_it_is(text: str) -> None:
    """A code span without what could end it, or HTML in which every sign is an entity."""
    code = markdown_code(text)
    assert re.fullmatch(r"`[^`|\\\n]+`|<code>(\w|&#\d+;)*</code>", code)
    assert "\n" not in code and "\r" not in code


@pytest.fixture
def repository(history: Path, tmp_path: Path) -> Path:
    out = build(history, tmp_path / "out", "v3.0.0", {"crm": STRIPE | {"tenant_id": "acme"}})
    for number, name in enumerate(HOSTILE):
        if "\udcff" not in name and "/" not in name:
            (out / "jobs" / "acme" / f"{name}.yaml").write_text(f"{COMMAND}: {number}\n", encoding="utf-8")
            (out / "assets" / f"{name}.yaml").write_text(f"name: {json.dumps(name)}\n", encoding="utf-8")
    (out / f".copier-answers.acme.x\n{COMMAND}.yml").write_text("a: [\n", encoding="utf-8")
    release(out, "hostile")
    return out


@pytest.mark.parametrize(
    "arguments",
    [
        ("validate",),
        ("validate", "--json"),
        ("replay", "--diff"),
        ("replay", "--json", "--diff"),
        ("update", "--dry-run"),
        ("update", "--dry-run", "--format", "markdown"),
        ("update", "--dry-run", "--json"),
    ],
    ids=" ".join,
)
def test_no_command_prints_what_a_log_obeys(
    arguments: tuple[str, ...],
    repository: Path,
    history: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    job = repository / "jobs" / "acme" / "stripe_customers_to_iceberg.yaml"
    job.write_text(job.read_text(encoding="utf-8") + f"# \x1b[2J\r{COMMAND}\n{COMMAND}\n", encoding="utf-8")
    git(repository, "commit", "--quiet", "--all", "--message", "edited")
    result = Command(history, monkeypatch, capsys)(repository, *arguments)
    assert result.status in (0, 1), result.err
    for line in (result.out + result.err).split("\n"):
        assert line.isprintable()
        assert not line.lstrip().startswith("::")
