"""Literal secrets are found by their key and by their shape; references and ordinary values are not."""

import pytest

from dativo_generator.base.secrets import secret_in

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
    {"host": "db.internal", "port": 5432, "secure": True},
    {"object_key": "a/b"},
]


@pytest.mark.parametrize("value", SECRETS, ids=str)
def test_found(value: dict) -> None:
    assert secret_in(value, "connection")


@pytest.mark.parametrize("value", HARMLESS, ids=str)
def test_not_found(value: dict) -> None:
    assert not secret_in(value, "connection")


def test_without_a_key_the_users_own_words_are_not_judged() -> None:
    assert not secret_in({"password": "string required"})
