"""The servers of the tests: their users have the rights they should, and nothing is left when a run ends, however."""

import json
import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import psycopg
import pymysql
import pytest

import servers
from servers import HOST, SERVERS, STRANGER, MariaDB, Server, do_without, require
from support import ROOT

REFUSED = (psycopg.Error, pymysql.Error)


def test_a_database_is_empty_and_runs_scripts(server: Server) -> None:
    database = server.database("shop")
    database.execute(
        "CREATE TABLE orders (id integer PRIMARY KEY, note varchar(20)); INSERT INTO orders VALUES (1, 'né%')"
    )
    assert database.rows("SELECT * FROM orders") == [(1, "né%")]
    assert server.database("shop").name != database.name


def test_an_error_anywhere_in_a_script_is_raised(server: Server) -> None:
    with pytest.raises(REFUSED):
        server.database("shop").execute("SELECT 1; SELECT 2; SELECT nothing")


def test_a_url_leaves_the_password_to_the_environment(server: Server) -> None:
    (variable,) = server.environment
    assert server.url("shop", STRANGER) == f"{server.scheme}://stranger:${{{variable}}}@127.0.0.1:{server.port}/shop"
    assert server.environment[variable] not in server.url("shop")


@pytest.mark.parametrize("password", ["", "wrong"])
@pytest.mark.parametrize("user", ["owner", "stranger", "postgres", "root", ""])
def test_nobody_comes_in_without_the_password(server: Server, user: str, password: str) -> None:
    with pytest.raises(REFUSED):
        server.connect(server.home, user, password)


def test_the_stranger_logs_in_and_reads_nothing(server: Server) -> None:
    database = server.database("shop")
    database.execute("CREATE TABLE orders (id integer)")
    # PostgreSQL lets everybody into a database, MariaDB only those who may see something of it.
    server.connect(database.name if server.name == "postgresql" else None, STRANGER).close()
    with pytest.raises(REFUSED, match=r"denied"):
        database.rows("SELECT id FROM orders", STRANGER)


@pytest.mark.parametrize("kind", SERVERS.values(), ids=SERVERS)
def test_a_server_that_is_missing_is_named_with_its_package(
    kind: type[Server], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(servers, "PLACES", ())
    monkeypatch.delenv(servers.SETTING, raising=False)
    assert kind.missing() == f"needs {kind.name}: `apt-get install {kind.package}`; see CONTRIBUTING.md"
    with pytest.raises(pytest.skip.Exception):
        require(kind)
    monkeypatch.setenv(servers.SETTING, "required")
    with pytest.raises(pytest.fail.Exception):
        require(kind)


def test_a_missing_server_skips_a_test_unless_required() -> None:
    with pytest.raises(pytest.skip.Exception, match=r"^needs x$"):
        do_without("needs x", "")
    with pytest.raises(pytest.fail.Exception, match=r"^needs x \(DATIVO_TEST_SERVERS=required\)$"):
        do_without("needs x", "required")
    with pytest.raises(pytest.fail.Exception, match=r"'require' is not known"):
        do_without("needs x", "require")


def test_a_server_that_does_not_start_says_why(monkeypatch: pytest.MonkeyPatch) -> None:
    require(MariaDB)
    prepare, serve = MariaDB.commands, []

    def with_a_wrong_option(folder: Path, port: int) -> tuple[list[str], list[str]]:
        serve.append(folder)
        first, second = prepare(folder, port)
        return first, [*second, "--no-such-option"]

    monkeypatch.setattr(MariaDB, "commands", with_a_wrong_option)
    with pytest.raises(servers.Unavailable, match=r"(?s)^mariadb did not start: /.*unknown option '--no-such-option'"):
        servers.run(MariaDB).__enter__()
    assert not serve[0].exists()


# How a run ends: what its last test does, and the status.
ENDS = {
    "passed": ("pass", 0),
    "interrupted": ("os.killpg(0, signal.SIGINT)", 2),
    "killed": ("os.kill(os.getppid(), signal.SIGKILL)", -signal.SIGKILL),
}
RUN = """\
import json, os, signal

def test(server):
    server.database("shop")
    with open("servers.json", "a") as file:
        print(json.dumps([server.port, server.folder]), file=file)
    if server.name == "mariadb":
        {end}
"""


@pytest.mark.parametrize("end", ENDS)
def test_nothing_is_left_after_a_run(end: str, tmp_path: Path) -> None:
    for kind in SERVERS.values():
        require(kind)
    action, status = ENDS[end]
    (tmp_path / "test_run.py").write_text(RUN.format(end=action), encoding="utf-8")
    (tmp_path / "pytest.ini").write_text("[pytest]\n", encoding="utf-8")
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    # Returns when all who could write to its pipes have ended, the keeper among them.
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "xdist.plugin", "-p", "servers", "-n", "1"],
        cwd=tmp_path,
        env=environment | {"PYTHONPATH": str(ROOT / "tests"), "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"},
        # Ctrl-C reaches all of its processes, and none of ours; a run in the background of a shell would ignore it.
        start_new_session=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
        capture_output=True,
        text=True,
        timeout=servers.PATIENCE,
    )
    assert done.returncode == status, done.stdout + done.stderr
    started = [json.loads(line) for line in (tmp_path / "servers.json").read_text(encoding="utf-8").splitlines()]
    assert len(started) == len(SERVERS)
    for port, folder in started:
        assert not Path(folder).exists()
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection((HOST, port))
