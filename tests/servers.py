"""PostgreSQL and MariaDB for the tests: private servers, from programs found on the machine, gone after the run.

A pytest plugin, and the program that keeps the servers. The process that starts the run starts that keeper; whichever
test first needs a server asks it for one, so that all workers share it and a run without such tests starts none. The
keeper ends the servers when its standard input closes, which happens however the run ends, be it killed.

No library does this: pytest-postgresql and pytest-mysql run a server for each worker, with no account but the trusted
one that owns it, and as root they start either not at all or as root; testing.postgresql and testing.mysqld were last
released in 2016, and what brings PostgreSQL along in a wheel brings no MariaDB.
"""

import contextlib
import json
import os
import pwd
import select
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, NoReturn
from uuid import uuid4

import pytest

# "required" makes a missing server, or browser, an error: CI must not pass because nothing ran.
SETTING = "DATIVO_TEST_SERVERS"
HOST = "127.0.0.1"
# One may do everything, the other one only log in. The password reads otherwise when it is not quoted in a URL, and
# when it is unquoted twice. No driver reads the variable by itself.
OWNER, STRANGER = "owner", "stranger"
PASSWORD = "pass@word:1/%41"
VARIABLE = "DB_PASSWORD"
# Ends a wait for what never comes, and decides nothing: a slow machine is no reason to fail. A start takes a second.
PATIENCE = 300
# Beyond PATH: Debian keeps PostgreSQL's own programs apart by version, and daemons out of the path of ordinary users.
PLACES = ("usr/lib/postgresql/*/bin", "usr/sbin", "usr/local/sbin", "usr/libexec")


class Unavailable(Exception):
    """A server that did not start; says why, with what it logged."""


def program(name: str) -> Path | None:
    """Find a program: the one that the user would run, else the newest."""
    others = [folder for place in PLACES for folder in Path("/").glob(place)]
    others.sort(key=lambda folder: (len(str(folder)), folder), reverse=True)
    found = shutil.which(name, path=os.pathsep.join([os.environ["PATH"], *map(str, others)]))
    return Path(found).resolve() if found else None


@dataclass(frozen=True)
class Server(ABC):
    """A running server."""

    port: int
    # Where its data and its log are.
    folder: str

    name: ClassVar[str]
    scheme: ClassVar[str]
    package: ClassVar[str]
    # What prepares a data directory; the daemon, which Debian keeps beside the first for PostgreSQL.
    programs: ClassVar[tuple[str, ...]]
    # Whom root starts the daemon as: the first that there is.
    accounts: ClassVar[tuple[str, ...]]
    # Its quickest end: nobody will read the data again.
    end: ClassVar[signal.Signals]

    @classmethod
    def missing(cls) -> str:
        """Say what to install to have this server; empty when it is there."""
        if all(map(program, cls.programs)):
            return ""
        return f"needs {cls.name}: `apt-get install {cls.package}`; see CONTRIBUTING.md"

    @property
    def environment(self) -> dict[str, str]:
        """The variable that the URLs refer to."""
        return {VARIABLE: PASSWORD}

    def url(self, database: str, user: str = OWNER) -> str:
        """Write the URL of a database the way that users do: the password stays in the environment."""
        return f"{self.scheme}://{user}:${{{VARIABLE}}}@{HOST}:{self.port}/{database}"

    def database(self, name: str) -> "Database":
        """Create an empty database; its name gets an ending that nobody else has, for tests run at the same time."""
        database = Database(self, f"{name}_{uuid4().hex[:8]}")
        with self.connect(self.home) as connection:
            connection.cursor().execute(f"CREATE DATABASE {database.name}")
        return database

    def login(self, user: str, password: str) -> dict[str, Any]:
        """Return what every driver calls by the same names."""
        where = {"host": HOST, "port": self.port, "user": user, "password": password}
        return where | {"autocommit": True, "connect_timeout": PATIENCE}

    # A database that is always there.
    home: ClassVar[str]

    @abstractmethod
    def connect(self, database: str | None, user: str = OWNER, password: str = PASSWORD) -> Any:
        """Connect, so that every statement is committed at once; close it, or use it as a context manager."""

    @classmethod
    @abstractmethod
    def commands(cls, folder: Path, port: int) -> tuple[list[str], list[str]]:
        """Return what prepares a data directory, and what serves it; write the files that these read."""

    def prepare(self) -> None:  # noqa: B027 - most have nothing to add
        """Add what can only be added to a running server."""


@dataclass(frozen=True)
class Database:
    """A database of one test."""

    server: Server
    name: str

    def url(self, user: str = OWNER) -> str:
        """Write its URL, with the password left to the environment."""
        return self.server.url(self.name, user)

    def execute(self, script: str, user: str = OWNER) -> None:
        """Run statements, one or several."""
        with self.server.connect(self.name, user) as connection, connection.cursor() as cursor:
            cursor.execute(script)
            # Errors of the second and later statements arrive with their results.
            while cursor.nextset():
                pass

    def rows(self, query: str, user: str = OWNER) -> list[tuple[Any, ...]]:
        """Return what a query finds."""
        with self.server.connect(self.name, user) as connection, connection.cursor() as cursor:
            cursor.execute(query)
            return list(cursor.fetchall())


class PostgreSQL(Server):
    """PostgreSQL, with passwords over SCRAM."""

    name = "postgresql"
    scheme = "postgresql"
    package = "postgresql"
    programs = ("initdb",)
    accounts = ("postgres", "nobody")
    end = signal.SIGQUIT
    home = "postgres"

    def connect(self, database: str | None, user: str = OWNER, password: str = PASSWORD) -> Any:
        """Connect with psycopg."""
        import psycopg

        return psycopg.connect(
            **self.login(user, password),
            dbname=database,
        )

    @classmethod
    def commands(cls, folder: Path, port: int) -> tuple[list[str], list[str]]:
        """Give the owner a password right away: nobody else may come in, not even over the socket."""
        initdb, password, data = program("initdb"), folder / "password", folder / "data"
        assert initdb
        password.write_text(PASSWORD, encoding="utf-8")
        access = [f"--username={OWNER}", f"--pwfile={password}", "--auth=scram-sha-256"]
        settings = {
            "listen_addresses": HOST,
            "port": port,
            "unix_socket_directories": folder,
            "fsync": "off",
            "synchronous_commit": "off",
            "full_page_writes": "off",
            "timezone": "UTC",
        }
        return (
            [str(initdb), f"--pgdata={data}", *access, "--encoding=UTF8", "--no-locale", "--no-sync"],
            [
                str(initdb.parent / "postgres"),
                "-D",
                str(data),
                *(f"--{name}={value}" for name, value in settings.items()),
            ],
        )

    def prepare(self) -> None:
        """Add the user without rights."""
        with self.connect(self.home) as connection:
            connection.execute(f"CREATE ROLE {STRANGER} LOGIN PASSWORD '{PASSWORD}'")


class MariaDB(Server):
    """MariaDB, with native passwords."""

    name = "mariadb"
    scheme = "mysql"
    package = "mariadb-server"
    programs = ("mariadb-install-db", "mariadbd")
    accounts = ("mysql", "nobody")
    end = signal.SIGKILL
    home = "mysql"

    def connect(self, database: str | None, user: str = OWNER, password: str = PASSWORD) -> Any:
        """Connect with PyMySQL."""
        import pymysql
        from pymysql.constants import CLIENT

        return pymysql.connect(
            **self.login(user, password),
            database=database,
            client_flag=CLIENT.MULTI_STATEMENTS,
        )

    @classmethod
    def commands(cls, folder: Path, port: int) -> tuple[list[str], list[str]]:
        """Read no settings of the machine's own server; users come by the file that is read at the start."""
        users = folder / "users.sql"
        users.write_text(
            "".join(f"CREATE USER {user}@'{HOST}' IDENTIFIED BY '{PASSWORD}';\n" for user in (OWNER, STRANGER))
            + f"GRANT ALL ON *.* TO {OWNER}@'{HOST}' WITH GRANT OPTION;\n",
            encoding="utf-8",
        )
        # The same for both programs: the files of the log have the size that they were made with.
        common = ["--no-defaults", f"--datadir={folder / 'data'}", "--innodb-log-file-size=4M"]
        settings = {
            "bind-address": HOST,
            "port": port,
            "socket": folder / "socket",
            "pid-file": folder / "pid",
            "tmpdir": folder,
            "init-file": users,
            "skip-name-resolve": 1,
            "character-set-server": "utf8mb4",
            "default-time-zone": "+00:00",
            "innodb-flush-log-at-trx-commit": 0,
            "innodb-doublewrite": 0,
            "innodb-buffer-pool-size": "32M",
        }
        return (
            [str(program("mariadb-install-db")), *common, "--skip-test-db"],
            [str(program("mariadbd")), *common, *(f"--{name}={value}" for name, value in settings.items())],
        )


SERVERS: dict[str, type[Server]] = {kind.name: kind for kind in (PostgreSQL, MariaDB)}


# The plugin: what pytest calls.

_KEEPER = pytest.StashKey[int]()


def pytest_configure(config: pytest.Config) -> None:
    """Start the keeper; in a worker, learn where it is."""
    if hasattr(config, "workerinput"):
        config.stash[_KEEPER] = config.workerinput["servers"]
        return
    # What drivers take from the environment is the user's own; the keeper and the workers get what is left.
    for name in [name for name in os.environ if name.startswith(("PG", "MYSQL_", "MARIADB_"))]:
        del os.environ[name]
    with socket.create_server((HOST, 0)) as listener:
        config.stash[_KEEPER] = listener.getsockname()[1]
        # A session of its own: Ctrl-C reaches the tests, which may still be talking to a server.
        keeper = subprocess.Popen(
            [sys.executable, __file__, str(listener.fileno())],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            pass_fds=[listener.fileno()],
            start_new_session=True,
        )
    config.add_cleanup(keeper.communicate)


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """Tell a worker where the keeper is."""
    node.workerinput["servers"] = node.config.stash[_KEEPER]


@pytest.fixture(scope="session", params=SERVERS)
def server(request: pytest.FixtureRequest) -> Server:
    """Return a running server; the test runs with each, or those of ``parametrize("server", …, indirect=True)``."""
    kind = SERVERS[request.param]
    require(kind)
    with socket.create_connection((HOST, request.config.stash[_KEEPER])) as keeper, keeper.makefile("rw") as stream:
        stream.write(f"{kind.name}\n")
        stream.flush()
        answer = json.loads(stream.readline())
    if "error" in answer:
        pytest.fail(answer["error"], pytrace=False)
    return kind(**answer)


def require(kind: type[Server]) -> None:
    """Let a test that needs a server go on where there is one."""
    if missing := kind.missing():
        do_without(missing, os.environ.get(SETTING, ""))


def do_without(missing: str, setting: str) -> NoReturn:
    """Skip the test, or fail where servers are required."""
    if setting not in ("", "required"):
        pytest.fail(f"{SETTING}: {setting!r} is not known; the only setting is 'required'", pytrace=False)
    if setting:
        pytest.fail(f"{missing} ({SETTING}={setting})", pytrace=False)
    pytest.skip(missing)


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Say once for each server, and for the browser, what to install, however many tests it is that were skipped."""
    reasons = Counter(report.longrepr[2] for report in terminalreporter.getreports("skipped"))
    for reason, number in reasons.items():
        if reason.startswith("Skipped: needs "):
            terminalreporter.write_line(f"{number} tests skipped: {reason.removeprefix('Skipped: ')}")


# The keeper: what runs the servers.


def keep(listener: socket.socket) -> None:
    """Start the servers that are asked for, each once, until standard input closes."""
    with contextlib.ExitStack() as running:
        answers: dict[str, dict[str, Any]] = {}
        while True:
            ready, _, _ = select.select([listener, sys.stdin], [], [])
            if sys.stdin in ready:
                return
            # Whoever asks may be gone before the answer, and some other program may have found the port.
            with contextlib.suppress(OSError), listener.accept()[0] as asking:
                asking.settimeout(PATIENCE)
                with asking.makefile("rw") as stream:
                    name = stream.readline().strip()
                    if name in SERVERS and name not in answers:
                        answers[name] = start(SERVERS[name], running)
                    stream.write(json.dumps(answers.get(name)) + "\n")


def start(kind: type[Server], running: contextlib.ExitStack) -> dict[str, Any]:
    """Start a server and say where it is, or what went wrong."""
    while True:
        try:
            started = running.enter_context(run(kind))
        except (Unavailable, OSError) as error:
            # Somebody else may take the port between the search for it and the start.
            if "address already in use" in str(error).lower():
                continue
            return {"error": str(error)}
        return {"port": started.port, "folder": started.folder}


@contextlib.contextmanager
def run(kind: type[Server]) -> Iterator[Server]:
    """Run a server in a directory of its own."""
    account = next(filter(known, kind.accounts), None) if os.geteuid() == 0 else None
    folder = Path(tempfile.mkdtemp(prefix=f"dativo-{kind.name}-"))
    try:
        if account:
            shutil.chown(folder, account)
        server = kind(free_port(), str(folder))
        prepare, serve = kind.commands(folder, server.port)
        with (folder / "log").open("w", encoding="utf-8") as log:
            options: dict[str, Any] = {
                "cwd": folder,
                # Nothing of the machine's own servers, such as PGDATA.
                "env": {"PATH": os.environ["PATH"], "HOME": str(folder)},
                "stdin": subprocess.DEVNULL,
                "stdout": log,
                "stderr": subprocess.STDOUT,
                "user": account,
                "group": account and pwd.getpwnam(account).pw_gid,
                "extra_groups": [] if account else None,
            }
            if subprocess.run(prepare, **options).returncode:
                raise failure(kind, prepare, folder)
            process = subprocess.Popen(serve, **options)
            try:
                await_answer(server, process, serve, folder)
                server.prepare()
                yield server
            finally:
                process.send_signal(kind.end)
                process.wait()
    finally:
        shutil.rmtree(folder)


def await_answer(server: Server, process: subprocess.Popen[bytes], command: Sequence[str], folder: Path) -> None:
    """Wait until the server lets its owner in."""
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            server.connect(server.home).close()
            return
        # Of two drivers: to refuse, to be refused, and to be told that it is starting.
        except Exception:
            if process.poll() is not None or time.monotonic() > deadline:
                raise failure(type(server), command, folder) from None
            time.sleep(0.05)


def failure(kind: type[Server], command: Sequence[str], folder: Path) -> Unavailable:
    """Say what did not work, with the end of the log."""
    log = (folder / "log").read_text(encoding="utf-8", errors="replace").splitlines()
    return Unavailable("\n".join([f"{kind.name} did not start: {' '.join(command)}", *log[-20:]]))


def known(account: str) -> bool:
    """Return whether the machine has an account."""
    try:
        pwd.getpwnam(account)
    except KeyError:
        return False
    return True


def free_port() -> int:
    """Find a port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return probe.getsockname()[1]


if __name__ == "__main__":
    # To be asked to end is no reason to leave servers behind.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit())
    with socket.socket(fileno=int(sys.argv[1])) as inherited:
        keep(inherited)
