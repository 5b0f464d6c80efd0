"""Repositories of strangers: every kind of file that a command reads, in every form that could do harm.

`copier update` reads its answers file before it has loaded the template. If it ends in a traceback then, or does not
end, no template could have refused the file, so this is left to Copier. The row still checks that no code ran and that
nothing outside was touched. A user names the source on the command line of `fields`, so a link there may be followed.
"""

import os
import random
import re
import stat
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from support import git

from .children import Done
from .row import Result, Row
from .surroundings import Published, Sandbox, published, write

CANARY = "tok-3f9c1d-CANARY"
_PASSWD = "root:x:0:0"
ANSWERS = ".copier-answers.acme.job.yml"
ASSET = "assets/postgres/v1.0/postgres_orders.yaml"
JOB = "jobs/acme/postgres_orders_to_iceberg.yaml"
FIXTURE = "tests/fixtures/postgres/postgres_orders.csv"
# Every kind of file that a command looks at, and folders on the way to them.
FILES = (
    ANSWERS,
    ASSET,
    JOB,
    FIXTURE,
    "tests/fixtures/test_dativo_fixtures.py",
    "profiles/acme.yml",
    "profiles/_organisation.yml",
    "jobs.yml",
    "jobs.csv",
    "registry/connectors.yaml",
    "connectors/postgres.yaml",
    "schemas/job.schema.json",
    ".github/workflows/dativo.yml",
)
FOLDERS = (
    "assets",
    "assets/postgres",
    "jobs",
    "jobs/acme",
    "profiles",
    "registry",
    "connectors",
    "schemas",
    "tests",
    "tests/fixtures/postgres",
    ".github",
)
_BASE: dict[str, Any] = {
    "tenant_id": "acme",
    "source_connector": "postgres",
    "tables": ["public.orders"],
    "target_connector": "iceberg",
    "scaffold": "job",
    "fixtures": True,
}
_ROW = {"tables": ["public.customers"], "scaffold": "new"}


@dataclass(frozen=True)
class Attack:
    """What somebody does to a repository: `make` runs before a commit, `after` runs after it."""

    name: str
    make: Callable[[Sandbox], object] = lambda box: None
    after: Callable[[Sandbox], object] = lambda box: None


# --- files ------------------------------------------------------------------------------------------------------------


def _away(path: Path) -> Path:
    """Remove what is at a path, make its folder, and return the path."""
    if path.is_dir() and not path.is_symlink():
        subprocess.run(["rm", "-r", "--", path], check=True)
    else:
        path.unlink(missing_ok=True)
    path.parent.mkdir(parents=True, exist_ok=True)
    return path


def _link(to: str) -> Callable[[Path, Sandbox], object]:
    return lambda path, box: _away(path).symlink_to(to.replace("@", str(box.outside)))


def _plausible(path: Path, box: Sandbox) -> None:
    """Put a link to a plausible file, which also holds a canary that must not get out."""
    content = path.read_bytes() if path.is_file() else b"tags: [x]\n"
    more = b"" if content[:1] == b"{" else f"\n{CANARY}: x\n".encode()
    (box.outside / "plausible").write_bytes(content.replace(b"orders", CANARY.encode(), 1) + more)
    _away(path).symlink_to(box.outside / "plausible")


def _content(content: bytes) -> Callable[[Path, Sandbox], object]:
    return lambda path, box: _away(path).write_bytes(content)


def _before(content: bytes) -> Callable[[Path, Sandbox], object]:
    def make(path: Path, box: Sandbox) -> None:
        there = path.read_bytes() if path.is_file() else b""
        _away(path).write_bytes(content + there)

    return make


def _crlf(path: Path, box: Sandbox) -> None:
    there = path.read_bytes() if path.is_file() else b"a: b\n"
    _away(path).write_bytes(there.replace(b"\n", b"\r\n"))


_AS_FILE: Mapping[str, Callable[[Path, Sandbox], object]] = {
    "a link to a secret": _link("@/canary"),
    "a link to a file that would do": _plausible,
    "a link to /etc/passwd": _link("/etc/passwd"),
    "a link to a folder outside": _link("@"),
    "a link to nothing outside": _link("@/new"),
    "a link to itself": lambda path, box: _away(path).symlink_to(path.name),
    "a link to /dev/zero": _link("/dev/zero"),
    "a link to a pipe": _link("@/pipe"),
    "a pipe": lambda path, box: os.mkfifo(_away(path)),
    "a socket": lambda path, box: os.mknod(_away(path), stat.S_IFSOCK | 0o600),
    "a folder": lambda path, box: _away(path).mkdir(),
    "empty": _content(b""),
    "5 MiB": _content(b"# " + b"x" * (5 << 20) + b"\n"),
    "nested deeply": _content(b"a: " + b"[" * 100_000),
    "nested deeply in blocks": _content("".join(f"{' ' * n}a:\n" for n in range(1_500)).encode()),
    "nested mappings": _content(b'{"a":' * 100_000),
    "aliases": _content(
        b"a: &a0 [x]\n"
        + b"".join(b"a%d: &a%d [%s]\n" % (n, n, b", ".join([b"*a%d" % (n - 1)] * 9)) for n in range(1, 30))
    ),
    "an alias in itself": _content(b"a: &a [*a]\n"),
    "merges": _content(
        b"a: &a0 {x: y}\n"
        + b"".join(b"a%d: &a%d {<<: [%s]}\n" % (n, n, b", ".join([b"*a%d" % (n - 1)] * 9)) for n in range(1, 30))
    ),
    "300,000 keys": _content(b"".join(b"k%d: 1\n" % number for number in range(300_000))),
    "1,000,000 keys": _content(b"".join(b"k%d: 1\n" % number for number in range(1_000_000))),
    "a long number": _content(b"a: " + b"9" * 100_000),
    "a long line of colons": _content(b"a: " + b"1:" * 50_000 + b"1.5"),
    "binary": _content(bytes(range(256)) * 64),
    "NULs": _content(b"\0" * 4096),
    "no UTF-8": _before(b"# \xff\xfe\n"),
    "UTF-16": _content("a: b\n".encode("utf-16")),
    "a mark": _before(b"\xef\xbb\xbf"),
    "CRLF": _crlf,
    "a tag": _content(b"a: !!python/object/apply:os.system ['touch MARK']\n"),
    "a list": _content(b"- a\n- b\n"),
    "a number": _content(b"1\n"),
    "a NUL in text": _content(b'"a\\0b": "c\\0d"\n'),
    "surrogates": _content(b'"\\ud800": "\\udfff"\n'),
    "an escape": _content(b'"\\e[31m::error::x\\n::error::y": "\\e]0;x\\a"\n'),
    "keys of other types": _content(b"1: a\n2024-01-01: b\nnull: c\n? [a]\n: d\n"),
}
_AS_FOLDER: Mapping[str, Callable[[Path, Sandbox], object]] = {
    "a link outside": _link("@/folder"),
    "a link to an empty folder outside": _link("@/empty"),
    "a link to itself": lambda path, box: _away(path).symlink_to(path.name),
    "a link to the root": _link("/"),
    "a link upwards": _link("../.."),
    "a file": _content(b"x"),
    "a pipe": lambda path, box: os.mkfifo(_away(path)),
    "deep folders": lambda path, box: (path / "/".join(["d" * 20] * 60)).mkdir(parents=True, exist_ok=True),
}


def _files() -> Iterator[Attack]:
    for path in FILES:
        for name, make in _AS_FILE.items():
            yield Attack(f"{path} is {name}", lambda box, path=path, make=make: make(box.repository / path, box))
    for path in FOLDERS:
        for name, make in _AS_FOLDER.items():
            yield Attack(f"{path} is {name}", lambda box, path=path, make=make: make(box.repository / path, box))


# --- names ------------------------------------------------------------------------------------------------------------

_NAMES = (
    b"a\n::error::x",
    b"::error::x",
    b"\x1b[31mred",
    b"--help",
    b"-x",
    b"$(touch MARK)",
    b"`touch MARK`",
    b"; touch MARK",
    b"a b",
    b"*",
    b"a\\..\\b",
    b"%(x)s",
    b"{{ 7 * 7 }}",
    b"[red]x[/red]",
    "\u202e.lmy".encode(),
    b"\xff\xfe",
    b"\xed\xa0\x80",
    b"x" * 200,
    b" ",
    b".",
    b"CON",
    b"a:b",
    b"a\rb",
    b"'",
    b'"',
)
_PLACES = {
    b"jobs/acme/%s.yaml": JOB,
    b"assets/postgres/v1.0/%s.yaml": ASSET,
    b"profiles/%s.yml": "profiles/acme.yml",
    b".copier-answers.%s.yml": ANSWERS,
    b".copier-answers.acme.%s.yml": ANSWERS,
    b"registry/%s.yaml": "registry/connectors.yaml",
    b"schemas/%s.json": "schemas/job.schema.json",
    b"tests/fixtures/postgres/%s.csv": FIXTURE,
    b"jobs/%s/x.yaml": JOB,
}


def _named(place: bytes, like: str, name: bytes, content: bytes | None) -> Callable[[Sandbox], object]:
    def make(box: Sandbox) -> None:
        own = box.repository / os.fsdecode(place % name)
        with suppress(OSError):  # a name that this file system does not take
            own.parent.mkdir(parents=True, exist_ok=True)
            if not own.exists():
                own.write_bytes((box.repository / like).read_bytes() if content is None else content)

    return make


def _names() -> Iterator[Attack]:
    for number, name in enumerate(_NAMES):
        for place, like in _PLACES.items():
            content = None if number % 2 else b"a: [" + name
            yield Attack(f"a file {place % name!r}", _named(place, like, name, content))


# --- answers files ----------------------------------------------------------------------------------------------------

_SOURCES = (
    "~nobody/x",
    "~",
    "file://[x",
    "file:///@/evil",
    "http://[::1",
    "ext::sh -c 'touch MARK'",
    "-u",
    "--upload-pack=touch MARK",
    "ssh://-oProxyCommand=touch MARK/x",
    "git@-oProxyCommand=x:y",
    "a\0b",
    "loop/x",
    "@/evil",
    "git+file://@/evil",
    "gh:../../x",
    "gh:x/y",
    "",
    " ",
    ".",
    "/dev/zero",
    "/etc/passwd",
    "\udcff",
    "{{ 7 * 7 }}",
    "$(touch MARK)",
    "x" * 100_000,
    "a\n::error::x",
    1,
    None,
    ["@/evil"],
)
_COMMITS = (
    "--upload-pack=touch MARK",
    "HEAD",
    "main",
    "evil",
    "refs/heads/evil",
    "refs/pull/1/head",
    "refs/tags/v1.0.0",
    "v1.0.0^{tree}",
    "v1.0.0~1",
    "@{-1}",
    "HEAD:copier.yml",
    "v1.0.0..evil",
    ":/evil",
    "-1",
    "",
    " ",
    "0" * 40,
    "v1.0.0\n",
    "v1.0.0-1-gEVIL",
    "../../x",
    "v9.9.9",
    "a\0b",
    "1" * 10_000,
    "v" + "1." * 5_000 + "1",
    "::error::x",
    1.0,
    None,
    [],
)
_HEADERS = (
    "# Written by the scaffold ../../x of acme. \n",
    "# Written by the scaffold x of ../../x. \n",
    "# Written by the scaffold job of acme. \n# Its fixture: ../../outside/x\n",
    "# Written by the scaffold job of acme. \n# Its fixture: .git/config\n",
    "# Written by the scaffold job of acme. \n# Its fixture: tests/fixtures/postgres/../../../jobs.yml\n",
    f"# Written by the scaffold {'x' * 100_000} of acme. \n",
)


def _recorded(key: str, value: Any) -> Callable[[Sandbox], object]:
    """Change what an answers file records about the template."""

    def make(box: Sandbox) -> None:
        path = box.repository / ANSWERS
        place = str(box.outside)
        placed = value.replace("@/", f"{place}/").replace("MARK", f"{place}/new") if isinstance(value, str) else value
        path.write_text(yaml.safe_dump(yaml.safe_load(path.read_text()) | {key: placed}, sort_keys=False))
        if (box.repository / "loop").is_symlink() is False and value == "loop/x":
            (box.repository / "loop").symlink_to("loop")

    return make


def _written(path: str, content: str) -> Callable[[Sandbox], object]:
    """Put text at the beginning of a file."""

    def make(box: Sandbox) -> None:
        there = (box.repository / path).read_text() if (box.repository / path).is_file() else ""
        write(box.repository, {path: (content + there).encode()})

    return make


def _records() -> Iterator[Attack]:
    for value in _SOURCES:
        yield Attack(f"_src_path is {str(value)[:60]!r}", _recorded("_src_path", value))
    for value in _COMMITS:
        yield Attack(f"_commit is {str(value)[:60]!r}", _recorded("_commit", value))
    for text in _HEADERS:
        for path in (ASSET, JOB, "jobs/acme/own.yaml", "assets/postgres/v1.0/own.yaml"):
            yield Attack(f"{path} begins {text[:80]!r}", _written(path, text))


# --- Git --------------------------------------------------------------------------------------------------------------

_HOOKS = (
    *("pre-commit", "post-checkout", "post-index-change", "reference-transaction", "fsmonitor-watchman"),
    *("post-merge", "pre-auto-gc", "post-rewrite", "prepare-commit-msg"),
)
_SETTINGS = {
    "core.fsmonitor": "touch MARK;false",
    "core.pager": "touch MARK",
    "core.editor": "touch MARK",
    "core.sshCommand": "touch MARK",
    "core.gitProxy": "touch MARK",
    "core.askPass": "touch MARK",
    "core.alternateRefsCommand": "touch MARK",
    "diff.external": "touch MARK",
    "diff.evil.command": "touch MARK",
    "diff.evil.textconv": "touch MARK;cat",
    "filter.evil.clean": "touch MARK;cat",
    "filter.evil.smudge": "touch MARK;cat",
    "filter.evil.process": "touch MARK;cat",
    "filter.evil.required": "true",
    "merge.evil.driver": "touch MARK",
    "gpg.program": "touch MARK",
    "commit.gpgSign": "true",
    "log.showSignature": "true",
    "credential.helper": "!touch MARK",
    "uploadpack.packObjectsHook": "touch MARK",
    "protocol.ext.allow": "always",
    "alias.status": "!touch MARK",
    "alias.check-ignore": "!touch MARK",
    "gc.auto": "1",
    "include.path": "../evil.config",
    "core.worktree": "@",
    "core.attributesFile": "/dev/zero",
    "core.excludesFile": "@/pipe",
    "remote.origin.url": "ext::sh -c 'touch MARK'",
    "submodule.x.update": "!touch MARK",
}
_ATTRIBUTES = b"* filter=evil diff=evil merge=evil\n"


def _configured(key: str, value: str) -> Callable[[Sandbox], object]:
    def make(box: Sandbox) -> None:
        place = str(box.outside)
        (box.repository / ".git" / "evil.config").write_text(f"[core]\n\tfsmonitor = touch {place}/new;false\n")
        git(box.repository, "config", key, value.replace("MARK", f"{place}/new").replace("@", place))
        _touched(box)

    return make


def _touched(box: Sandbox) -> None:
    """Make Git look at the content of every file: give each another time than the index has."""
    for path in box.repository.rglob("*"):
        if ".git" not in path.parts and path.is_file() and not path.is_symlink():
            os.utime(path, (1, 1))


def _hooked(box: Sandbox) -> None:
    hooks = box.repository / ".git" / "hooks"
    hooks.mkdir(exist_ok=True)
    for name in _HOOKS:
        (hooks / name).write_text(f"#!/bin/sh\ntouch {box.outside}/new\n")
        (hooks / name).chmod(0o755)


def _bare(box: Sandbox, folder: Path) -> None:
    """Make a bare repository whose settings run a program."""
    folder.mkdir(parents=True, exist_ok=True)
    git(folder, "init", "--quiet", "--bare")
    with (folder / "config").open("a") as config:
        config.write(f"[core]\n\tbare = false\n\tworktree = ..\n\tfsmonitor = touch {box.outside}/new;false\n")


def _is_bare(box: Sandbox) -> None:
    """Make the folder itself look like a bare repository to Git."""
    git(box.repository, "init", "--quiet", "--bare", str(box.root / "tmp" / "bare"))
    subprocess.run(["cp", "-r", *(str(p) for p in (box.root / "tmp" / "bare").iterdir()), box.repository], check=True)
    with (box.repository / "config").open("a") as config:
        config.write(f"[core]\n\tbare = false\n\tworktree = .\n\tfsmonitor = touch {box.outside}/new;false\n")
    _away(box.repository / ".git")


def _git_file(to: str) -> Callable[[Sandbox], object]:
    def make(box: Sandbox) -> None:
        _bare(box, box.repository / "inner")
        _away(box.repository / ".git").write_text(to.replace("@", str(box.outside)))

    return make


def _repositories() -> Iterator[Attack]:
    write_attributes = _written(".gitattributes", _ATTRIBUTES.decode())
    for key, value in _SETTINGS.items():
        yield Attack(f"{key} is {value}", write_attributes, _configured(key, value))
    yield Attack("hooks", after=_hooked)
    yield Attack("core.hooksPath", _script("evil/post-index-change"), _configured("core.hooksPath", "evil"))
    yield Attack("a bare repository inside", after=lambda box: _bare(box, box.repository / "jobs" / "acme" / "x.git"))
    yield Attack("the folder is a bare repository", after=_is_bare)
    for text in ("gitdir: inner\n", "gitdir: /dev/zero\n", "gitdir: @/nothing\n", "x" * 100_000, ""):
        yield Attack(f".git is a file of {text[:40]!r}", after=_git_file(text))
    yield Attack(".git is a pipe", after=lambda box: os.mkfifo(_away(box.repository / ".git")))
    yield Attack(".git is a link to itself", after=lambda box: _away(box.repository / ".git").symlink_to(".git"))
    modules = '[submodule "x"]\n\tpath = x\n\turl = ext::sh -c "touch MARK"\n\tupdate = !touch MARK\n'
    yield Attack("submodules", _written(".gitmodules", modules))
    yield Attack(".gitattributes is long", _written(".gitattributes", "*.x filter=evil\n" * 100_000))
    yield Attack(".gitignore ignores everything", _written(".gitignore", "*\n"))


# --- code -------------------------------------------------------------------------------------------------------------

_MODULES = (
    *(
        "sitecustomize.py",
        "usercustomize.py",
        "jinja2/__init__.py",
        "yaml.py",
        "yaml/__init__.py",
        "copier/__init__.py",
    ),
    *("copier_template_extensions.py", "dativo.py", "dativo_generator/__init__.py", "extensions/dativo.py", "typer.py"),
    *(
        "extensions/dativo_generator/__init__.py",
        "conftest.py",
        "site.py",
        "json.py",
        "encodings/__init__.py",
        "rich.py",
    ),
)
_CONFIGURATION = {
    "copier.yml": "_tasks: [touch MARK]\n_migrations: [{command: touch MARK}]\n_jinja_extensions: [evil.Evil]\n",
    "copier.yaml": "_tasks: [touch MARK]\n",
    "settings.yml": "defaults: {owner: evil@example.com}\ntrust: [/]\n",
    "pyproject.toml": '[build-system]\nbuild-backend = "evil"\nbackend-path = ["."]\nrequires = []\n',
    ".env": "DATIVO_TEMPLATE=@/evil\n",
    "pytest.ini": "[pytest]\npython_files = *.py\n",
    "template/x.jinja": "{{ cycler.__init__.__globals__.os.system('touch MARK') }}",
    "includes/dry_run.sh": "touch MARK\n",
    "questions/short_path.yml": "a: !!python/object/apply:os.system ['touch MARK']\n",
}


def _script(path: str) -> Callable[[Sandbox], object]:
    def make(box: Sandbox) -> None:
        write(box.repository, {path: f"#!/bin/sh\ntouch {box.outside}/new\n".encode()})
        (box.repository / path).chmod(0o755)

    return make


def _module(path: str) -> Callable[[Sandbox], object]:
    def make(box: Sandbox) -> None:
        write(box.repository, {path: f"open({str(box.outside / 'new')!r}, 'w')\nraise SystemExit(9)\n".encode()})

    return make


def _code() -> Iterator[Attack]:
    for path, text in _CONFIGURATION.items():
        yield Attack(f"{path} is there", lambda box, path=path, text=text: _written(path, _at(text, box))(box))
    for name in ("git", "python", "python3", "sh", "copier"):
        yield Attack(f"a program {name}", _script(name))
    for path in _MODULES:
        yield Attack(f"{_FRESH}{path}", _module(path))


def _at(text: str, box: Sandbox) -> str:
    return text.replace("MARK", f"{box.outside}/new").replace("@", str(box.outside))


# Modules are imported before anything is forked, so attacks on them are tried in a fresh process.
_FRESH = "a module "

# --- commands ---------------------------------------------------------------------------------------------------------

_NEW = ("--data=tenant_id=acme", "--data=source_connector=postgres", "--data=target_connector=iceberg")
_NEW += ("--data=tables=[public.customers]", "--data=scaffold=new")
COMMANDS: Mapping[str, tuple[str, ...]] = {
    "copier copy": ("copier", "copy", "--trust", "--defaults", *_NEW, "@template", "@repository"),
    "copier update": ("copier", "update", "--trust", "--defaults", f"--answers-file={ANSWERS}", "@repository"),
    "replay": ("replay",),
    "replay --write": ("replay", "--write"),
    "replay --strict --diff": ("replay", "--strict", "--diff"),
    "replay --write --strict": ("replay", "--write", "--strict", "--json"),
    "update": ("update",),
    "update --dry-run": ("update", "--dry-run", "--format=markdown"),
    "update --profiles": ("update", "--profiles", "--data=retention_days=3"),
    "update of a tenant": ("update", "--data=tenant_id=other", "--force"),
    "batch": ("batch", "jobs.yml"),
    "batch of a spreadsheet": ("batch", "jobs.csv"),
    "validate": ("validate",),
    "validate --strict": ("validate", "--strict", "--json"),
    "fields": ("fields", ASSET, f"--against={ASSET}"),
    "fields of a fixture": ("fields", FIXTURE, "--explain", f"--against={ASSET}"),
}


def _command(box: Sandbox, name: str, fresh: bool) -> Done:
    words = [
        w.replace("@template", str(box.template)).replace("@repository", str(box.repository)) for w in COMMANDS[name]
    ]
    if fresh:
        program = words if words[0] == "copier" else ["dativo-generator", *words]
        # In the folder itself, as in CI: Python might look for modules there.
        path = [str(Path(sys.executable).with_name(program[0])), *program[1:]]
        done = subprocess.run(path, cwd=box.repository, env=box.environment, capture_output=True, timeout=120)
        return Done(done.returncode, *(text.decode(errors="replace") for text in (done.stdout, done.stderr)))
    return box.copier(*words[1:], inside=True) if words[0] == "copier" else box.dativo(*words)


def _tried(attack: Attack, command: str, start: Mapping[str, bytes], pack: Published, folder: Path) -> Iterator[str]:
    box = Sandbox(folder, pack.template)
    box.commit(start)
    for name in ("canary", "folder/acme/x.yaml", "folder/postgres/v1.0/x.yaml", "folder/acme.yml", "folder/x.csv"):
        write(box.outside, {name: f"{CANARY}: [{CANARY}\n".encode()})
    (box.outside / "empty").mkdir()
    os.mkfifo(box.outside / "pipe")
    evil = f"_tasks: [touch {box.outside}/new]\n".encode()
    write(box.outside / "evil", {"copier.yml": evil, "{{ _copier_conf.answers_file }}.jinja": b""})
    attack.make(box)
    with suppress(subprocess.CalledProcessError):  # what Git refuses stays uncommitted
        box.commit({})
    attack.after(box)
    box.watch()
    before = box.files()
    done = _command(box, command, attack.name.startswith(_FRESH))
    after = box.files()
    copiers = command.startswith("copier")
    if (crash := done.crash) and not (copiers and not done.reached):
        yield crash
    if strayed := box.strayed():
        yield f"outside: {', '.join(strayed)[:200]}"
    written = b"".join(after[path] for path in after if after[path] != before.get(path))
    named = command.startswith("fields") and " is a link to " in attack.name
    for secret in (CANARY, _PASSWD):
        if (secret in done.printed and not named and not (copiers and crash)) or secret.encode() in written:
            yield f"read outside: {secret}"
    if not copiers and (lines := re.findall(r"^::.*|[\x00-\x08\x0b-\x1f\x7f\x80-\x9f].*", done.printed, re.MULTILINE)):
        yield f"prints what a terminal or CI obeys: {lines[0][:100]!r}"
    box.remove()


def _start(pack: Published) -> dict[str, bytes]:
    """Return the files of a repository that has every kind of file."""
    row = {**_BASE, **_ROW}
    names = ("tenant_id", "source_connector", "target_connector", "scaffold", "tables")
    cells = ["[public.customers]" if name == "tables" else str(row[name]) for name in names]
    return {
        **pack.render(_BASE | {"ci": "github", "tags": ["x"], "profiled": ["tags"]}),
        "profiles/acme.yml": b"tags: [x]\n",
        "profiles/_organisation.yml": b"retention_days: 30\n",
        "jobs.yml": yaml.safe_dump({"scaffolds": [row]}).encode(),
        "jobs.csv": f"{','.join(names)}\n{','.join(cells)}\n".encode(),
    }


def _cases(attacks: list[Attack]) -> Iterator[tuple[Attack, str]]:
    """Yield each attack with one command, then each with another, until every attack has met every command."""
    commands = list(COMMANDS)
    for turn in range(len(commands)):
        for number, attack in enumerate(attacks):
            yield attack, commands[(number + turn) % len(commands)]


def _run(count: int, folder: Path) -> Result:
    rng = random.Random(0)
    attacks = [*_files(), *_names(), *_records(), *_repositories(), *_code()]
    rng.shuffle(attacks)
    faults = []
    tried = 0
    with published(folder) as pack:
        _branch(pack)
        start = _start(pack)
        for (attack, command), number in zip(_cases(attacks), range(count), strict=False):
            tried += 1
            try:
                found = list(_tried(attack, command, start, pack, folder / str(number)))
            except subprocess.TimeoutExpired:
                found = ["did not end"]
            faults += [f"{attack.name}: {command}: {fault}" for fault in found]
    return Result(tried, faults, {"attacks": min(len(attacks), tried), "commands": len(COMMANDS)})


def _branch(pack: Published) -> None:
    """Give the template a branch with hostile code, which nobody has released."""
    extension = (pack.template / "extensions" / "dativo.py").read_text()
    git(pack.template, "checkout", "--quiet", "-b", "evil")
    mark = "import os\nopen(os.environ['HOME'] + '/new', 'w')\n"
    (pack.template / "extensions" / "dativo.py").write_text(extension.replace("import gc\n", f"import gc\n{mark}", 1))
    git(pack.template, "commit", "--quiet", "--all", "--message=evil")
    git(pack.template, "update-ref", "refs/pull/1/head", "HEAD")
    git(pack.template, "checkout", "--quiet", "main")


ROW = Row(
    tried="hostile repositories x every command (answers files, profiles, manifests, vendored registry, recipes, "
    "schemas, jobs, assets; links, FIFOs, bombs, names)",
    figure="150 combinations: 0 code, 0 reads or writes outside, 0 crashes, 0 hangs over 10 s",
    full=480,
    short=8,
    run=_run,
)
