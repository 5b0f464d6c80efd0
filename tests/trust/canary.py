"""Put a canary into every place that can hold a secret: no command may write it into a file, or print it."""

import io
import json
import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import chdir, redirect_stderr, redirect_stdout
from dataclasses import dataclass, field
from functools import partial
from itertools import chain, zip_longest
from pathlib import Path
from unittest.mock import patch
from urllib.parse import quote

import yaml
from copier import run_copy
from plumbum import local

from dativo_generator.base.repository_url import public
from dativo_generator.cli.app import main
from dativo_generator.fleet.source import Source
from fleets import STRIPE, copied
from support import copy_pack, git, release

from .row import Result, Row

# Short, and repeated in some secrets, so that even a part of a secret is found.
CANARY = "c4n4ry"
PASSWORDS = (CANARY, f"{CANARY}/{CANARY}", f"{CANARY}@{CANARY}", f"{CANARY}:{CANARY}#1", f"{CANARY}%2F{CANARY} x")
TOKEN = f"ghp_{CANARY * 6}"
PACK = "git.example.com/data/pack"
# Nothing listens at this address.
NOWHERE = "127.0.0.1:1"
# Secrets of every program that runs here, and of the services that a job reads and writes.
VARIABLES = ("PGPASSWORD", "MYSQL_PWD", "GH_TOKEN", "AWS_SECRET_ACCESS_KEY", "STRIPE_API_KEY", "DATIVO_GITLAB_TOKEN")
SCHEMES = (
    *("postgresql", "postgresql+psycopg", "mysql", "mysql+pymysql", "mariadb", "mssql", "oracle", "snowflake"),
    *("redshift", "bigquery", "sqlite", "duckdb", "http", "https", "s3", "mongodb", "jdbc:postgresql", "ftp"),
)
ACME = {**STRIPE, "tenant_id": "acme", "scaffold": "crm", "ci": "github"}


@dataclass
class Room:
    """The surroundings of one try: a folder of its own, with a repository of scaffolds in it, and the pack."""

    pack: Path
    folder: Path
    printed: list[str] = field(default_factory=list)

    @property
    def out(self) -> Path:
        """The repository."""
        return self.folder / "out"

    def run(self, *arguments: str, **environment: str) -> None:
        """Run the command in the repository; it trusts the pack unless `environment` names another one."""
        with patch.dict(os.environ, {"DATIVO_TEMPLATE": str(self.pack), **environment}), chdir(self.out):
            self._noting(lambda: main(arguments))

    def copy(self, template: str, answers: Mapping[str, object], to: str = "new") -> None:
        """Run Copier."""
        options = {"defaults": True, "unsafe": True, "overwrite": True, "vcs_ref": "v1.0.0"}
        with local.env(**os.environ):  # Copier's Git uses this environment, which plumbum read when it was imported
            self._noting(lambda: run_copy(template, self.folder / to, data=dict(answers), **options))

    def _noting(self, work: Callable[[], object]) -> None:
        printed = io.StringIO()
        with redirect_stdout(printed), redirect_stderr(printed):
            try:
                work()
            except SystemExit:
                pass
            except Exception as error:
                printed.write(f"{type(error).__name__}: {error}")
        self.printed.append(printed.getvalue())


# A try: its description, what it does, and the files into which a person has written the canary.
Try = tuple[str, Callable[[Room], object], tuple[str, ...]]


def _logins() -> list[str]:
    passwords = [f"me:{password}" for password in PASSWORDS] + [f"me:{quote(CANARY)}%40", CANARY, f"{CANARY}:x", TOKEN]
    return [f"https://{login}@" for login in passwords] + [f"git+https://me:{CANARY}@", f"ssh://git:{CANARY}@"]


def _urls() -> Iterator[Try]:
    """Put the canary into the URL of the pack, which is reachable (Git is redirected to the disk) or is not."""
    for login in _logins():
        url = f"{login}{PACK}.git"
        for kind in ("github", "gitlab"):
            yield f"copy from {url} for {kind}", partial(_copied_from, url=url, answers=ACME | {"ci": kind}), ()
        for command in _COMMANDS:
            yield f"{command} from {url}", partial(_commanded, url=url, command=command), ()
        for command in ("replay --json", "update", "batch jobs.csv"):
            away = f"{login}{NOWHERE}/pack?access_token={CANARY}"
            yield (
                f"{command} from {away}",
                lambda room, away=away, c=command: room.run(*c.split(), "--template", away),
                (),
            )
        yield f"a clone of {url}", partial(_cloned, url=url), ()


_COMMANDS = (
    *("replay", "replay --json", "replay --diff", "update --dry-run", "update --dry-run --format markdown"),
    *("update --json", "update --data retention_days=1", "batch jobs.csv", "batch jobs.csv --json"),
)


def _answering(url: str, room: Room) -> None:
    """Redirect a URL to the pack for Git, with and without the login in the URL."""
    config = room.folder / "gitconfig"
    config.write_text(Path(os.environ["GIT_CONFIG_GLOBAL"]).read_text(encoding="utf-8"), encoding="utf-8")
    for spelling in sorted({url.removeprefix("git+"), public(url).removeprefix("git+")}):
        git(room.folder, "config", "--file", str(config), "--add", f"url.{room.pack}/.git.insteadOf", spelling)
        git(room.folder, "config", "--file", str(config), "--add", f"url.{room.pack}/.git.insteadOf", spelling[:-4])
    os.environ["GIT_CONFIG_GLOBAL"] = str(config)


def _copied_from(room: Room, url: str, answers: Mapping[str, object]) -> None:
    _answering(url, room)
    room.copy(url, answers)


def _commanded(room: Room, url: str, command: str) -> None:
    """Run a command on scaffolds that record the URL of the pack, and trust that URL."""
    _answering(url, room)
    _rewritten(room, _src_path=public(url))
    (room.out / "jobs.csv").write_text(_CSV, encoding="utf-8")
    room.run(*command.split(), "--template", url)
    room.run(*command.split(), DATIVO_TEMPLATE=url)


def _cloned(room: Room, url: str) -> None:
    _answering(url, room)
    (room.folder / "scratch").mkdir()
    Source(url, room.folder / "scratch").repository  # noqa: B018


_CSV = "tenant_id,scaffold,source_connector,objects,target_connector\nacme,more,stripe,charges,iceberg\n"
_ANSWERS = ".copier-answers.acme.crm.yml"


def _rewritten(room: Room, **answers: object) -> None:
    path = room.out / _ANSWERS
    path.write_text(yaml.safe_dump(yaml.safe_load(path.read_text(encoding="utf-8")) | answers), encoding="utf-8")
    git(room.out, "commit", "--quiet", "--all", "--allow-empty", "--message", "edited")


def _recorded() -> Iterator[Try]:
    """Put a URL with a login, or a literal secret, into an answers file that is committed."""
    wrong: list[dict[str, object]] = [{"_src_path": f"{login}{PACK}"} for login in _logins()]
    wrong += [{"_commit": f"{CANARY}"}, {"_commit": f"https://me:{CANARY}@host"}]
    wrong = [*wrong, *({name: value} for name, value in _secrets())]
    for answers in wrong:
        for command in ("replay", "replay --json", "replay --diff", "update --dry-run", "update --json", "validate"):

            def work(room: Room, answers: dict[str, object] = answers, command: str = command) -> None:
                _rewritten(room, **answers)
                room.run(*command.split())

            if "_commit" not in answers or "://" in str(answers["_commit"]):
                yield f"{command} where {answers} is recorded", work, (_ANSWERS,)


def _secrets() -> Iterator[tuple[str, object]]:
    """Yield questions, each with an answer that is, or holds, a literal secret."""
    for password in PASSWORDS:
        yield "connection", {"password": password}
        yield "connection", [{"password": password}]
        yield "catalog_uri", f"http://me:{password}@nessie:19120/api/v1"
        yield "endpoint", f"https://me:{password}@host"
    yield "tags", {"token": TOKEN}
    yield "owner", TOKEN
    yield "asset_names", {"customers": TOKEN}
    yield "engine", {"password": CANARY}


def _answered() -> Iterator[Try]:
    """Give literal secrets as answers: in a copy, a manifest, an option, a profile."""
    for name, value in _secrets():
        text = json.dumps(value) if not isinstance(value, str) else value

        def in_manifest(room: Room, name: str = name, value: object = value) -> None:
            row = {**ACME, "scaffold": "more", name: value}
            (room.out / "jobs.yml").write_text(yaml.safe_dump({"scaffolds": [row]}), encoding="utf-8")
            room.run("batch", "jobs.yml")
            room.run("batch", "jobs.yml", "--json")

        def in_profile(room: Room, name: str = name, value: object = value) -> None:
            (room.out / "profiles").mkdir()
            (room.out / "profiles" / "acme.yml").write_text(yaml.safe_dump({name: value}), encoding="utf-8")
            room.copy(str(room.pack), ACME | {"scaffold": "more"}, to="out")
            room.run("validate")
            room.run("validate", "--json")
            room.run("update", "--profiles", "--dry-run")

        yield f"copy with {name}: {text}", lambda room, n=name, v=value: room.copy(str(room.pack), ACME | {n: v}), ()
        yield f"update with {name}: {text}", lambda room, n=name, t=text: room.run("update", "--data", f"{n}={t}"), ()
        yield f"batch with {name}: {text}", in_manifest, ("jobs.yml",)
        yield f"a profile with {name}: {text}", in_profile, ("profiles/acme.yml",)


def _imports() -> Iterator[Try]:
    """Use the canary as the password of a database: in the URL, in an option of it, or in a variable that it names."""
    for scheme in SCHEMES:
        urls = [f"{scheme}://me:{password}@{NOWHERE}/db" for password in PASSWORDS]
        urls += [f"{scheme}://me:${{CANARY}}@{NOWHERE}/db", f"{scheme}://{NOWHERE}/db?user=me&password={CANARY}"]
        urls += [
            f"{scheme}://:{CANARY}@{NOWHERE}/db",
            f"{scheme}://me:{CANARY}@{NOWHERE}:x/db",
            f"{scheme}://me:{CANARY}",
        ]
        for url in urls:
            yield f"fields {url}", lambda room, url=url: room.run("fields", url, "--json", CANARY=CANARY), ()
        answers = {"tenant_id": "acme", "source_connector": "postgres", "tables": ["t"], "target_connector": "s3"}
        for url in urls[:6]:
            data = {**answers, "import_from": url}
            with_canary = partial(_with_variable, data=data)
            yield f"copy with import_from={url}", with_canary, ()
    yield "fields jdbc", lambda room: room.run("fields", f"jdbc:oracle:thin:me/{CANARY}@{NOWHERE}:x"), ()
    dsn = f"host={NOWHERE} user=me password='{CANARY} x'"
    yield "fields dsn", lambda room: room.run("fields", dsn), ()
    for explain in ("--explain", "--json"):

        def of_file(room: Room, explain: str = explain) -> None:
            rows = f"id,password,note\n1,{CANARY},{TOKEN}\n2,{CANARY},postgresql://me:{CANARY}@host/db\n"
            (room.out / "people.csv").write_text(rows, encoding="utf-8")
            room.run("fields", "people.csv", explain)

        yield f"fields people.csv {explain}", of_file, ("people.csv",)


def _with_variable(room: Room, data: Mapping[str, object]) -> None:
    with patch.dict(os.environ, {"CANARY": CANARY}):
        room.copy(str(room.pack), data)


def _by_hand() -> Iterator[Try]:
    """Write secrets by hand into a job, and into the Git configuration of a repository."""
    job = "jobs/acme/stripe_customers_to_iceberg.yaml"
    for line in (f"password: {CANARY}", f"uri: https://me:{CANARY}@host", f"api_key: '{CANARY} x'", f"note: {TOKEN}"):
        for command in ("replay --diff", "replay --json --diff", "validate", "validate --json", "update --dry-run"):

            def work(room: Room, line: str = line, command: str = command) -> None:
                path = room.out / job
                path.write_text(f"{path.read_text(encoding='utf-8')}extra:\n  {line}\n", encoding="utf-8")
                git(room.out, "remote", "add", "origin", f"https://me:{CANARY}@host/jobs")
                git(room.out, "commit", "--quiet", "--all", "--message", "by hand")
                room.run(*command.split())

            yield f"{command} of a job with {line}", work, (job,)


def _tries() -> list[Try]:
    """List all tries, with every place in turn."""
    places = [list(place()) for place in (_urls, _recorded, _answered, _imports, _by_hand)]
    return [one for one in chain(*zip_longest(*places)) if one]


def _found(room: Room, written: tuple[str, ...]) -> Iterator[str]:
    for text in room.printed:
        yield from (f"prints {line.strip()[:160]}" for line in text.splitlines() if CANARY in line.lower())
    for path in sorted(room.folder.rglob("*")):
        mine = path.is_relative_to(room.out) and path.relative_to(room.out).as_posix() in written
        skipped = mine or path.name == "gitconfig" or ".git" in path.parts or not path.is_file()
        if not skipped and CANARY.encode() in path.read_bytes().lower():
            yield f"writes {path.relative_to(room.folder)}"


def run(count: int, folder: Path) -> Result:
    """Run `count` of the tries, spread evenly over all."""
    pack = copy_pack(folder / "pack")
    for tag in ("v1.0.0", "v2.0.0"):
        (pack / "LICENSE").write_text(tag, encoding="utf-8")
        release(pack, tag)
    built = Room(pack, folder)
    built.copy(str(pack), ACME, to="built")
    release(folder / "built", "scaffolded")
    tries, faults, lines = _tries(), [], 0
    chosen = tries if count >= len(tries) else [tries[number * len(tries) // count] for number in range(count)]
    for number, (what, work, written) in enumerate(chosen):
        room = Room(pack, folder / str(number))
        room.folder.mkdir()
        copied(folder / "built", room.out)
        with patch.dict(os.environ, {**dict.fromkeys(VARIABLES, TOKEN), "TMPDIR": str(room.folder)}):
            work(room)
        lines += sum(len(text.splitlines()) for text in room.printed)
        faults += [f"{what}: {found}" for found in _found(room, written)]
    return Result(len(chosen), faults, {"lines of output": lines})


ROW = Row("a canary in every place a secret can be", "in 0 files, 0 lines", 800, 12, run)
