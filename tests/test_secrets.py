"""Literal secrets are found by their key and by their shape; references and ordinary values are not."""

import pytest

from dativo_generator.base.naming import env_names
from dativo_generator.base.secrets import WAY_OUT, secret_in

SECRETS = [
    {"password": "hunter2"},
    {"dbPassword": "hunter2"},
    {"secret_access_key": "abc"},
    {"api_key": 12345},
    {"block": {"auth_token": "abc"}},
    {"anything": "AKIAABCDEFGHIJKLMNOP"},
    {"anything": "ghp_" + "a" * 36},
    {"url": "postgresql://me:hunter2@db/x"},
    {"url": "https://me:hunter/2@nessie:19120/api"},
    {"url": "https://me:hunter:2#@nessie/api"},
    {"url": "https://hunter2@nessie/api"},
    {"url": "https://nessie/api?access_token=hunter2"},
    {"url": "x://me:hunter2@db"},
    {"url": ["db", "x://me:hunter2@db"]},
    {"password": ["${A}", "hunter2"]},
    {"password": "${A:-hunter2}"},
    {"url": "${A:-x://me:hunter2@db}"},
    {"password": ({"name": "x", "pwd": 0.5},)},
    {"note": "-----BEGIN RSA PRIVATE KEY-----"},
]
HARMLESS = [
    {"password": "${DB_PASSWORD}"},
    {"password": ""},
    {"password_file": "/run/secrets/db"},
    {"token_url": "https://example.com/token"},
    {"url": "postgresql://me:${DB_PASSWORD}@db/x"},
    {"url": "postgresql://me@db/x"},
    {"url": "https://${TOKEN}@nessie:19120/api"},
    {"url": "https://nessie:19120/api@v1?a=b"},
    {"host": "${A:-db.internal}"},
    {"host": "db.internal", "port": 5432, "secure": True},
    {"object_key": "a/b"},
    {"url": "x://me:${A}@db"},
    {"url": "x://me@db"},
    {"url": "x://[me:hunter2@db"},
    {"password": True},
    {"password": None},
    {"password": ["${A}"]},
    {"me": "me:hunter2@db"},
    {"keys": "a", "access": "b", "key": "c", "api": "d"},
]
# Each names a secret, alone or as part of a name; and each takes that away again.
NAMES = [
    *("password", "passwd", "pwd", "passphrase", "secret", "token", "credential", "credentials"),
    *("access_key", "api_key", "private_key", "account_key", "secret_key", "accessKey", "key_of_the_account"),
]
HARMLESS_WORDS = ["path", "file", "url", "uri", "field", "column", "name", "type", "expires"]


@pytest.mark.parametrize("value", SECRETS, ids=str)
def test_found(value: dict) -> None:
    assert secret_in(value, "connection")


@pytest.mark.parametrize("value", HARMLESS, ids=str)
def test_not_found(value: dict) -> None:
    assert not secret_in(value, "connection")


def test_without_a_key_the_users_own_words_are_not_judged() -> None:
    assert not secret_in({"password": "string required"})


@pytest.mark.parametrize("name", NAMES)
def test_found_by_its_name(name: str) -> None:
    assert secret_in("x", name) and secret_in({f"my_{name}": "x"}, "connection")


@pytest.mark.parametrize("word", HARMLESS_WORDS)
@pytest.mark.parametrize("name", ["password", "access_key"])
def test_what_only_speaks_of_a_secret_is_none(word: str, name: str) -> None:
    assert not secret_in("x", f"{name}_{word}")


@pytest.mark.parametrize("value", [["string"], {"password": ["x"]}, ("x", {"token": "x"})])
def test_no_key_is_made_up(value: object) -> None:
    assert not secret_in(value)


def test_the_way_out_is_a_reference() -> None:
    assert env_names(WAY_OUT) == ["NAME"]
