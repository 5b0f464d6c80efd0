"""No password is shown: in URLs, in assignments, in known shapes; and nothing else is hidden."""

import pytest

from dativo_generator.base.errors import DativoError, printable
from dativo_generator.base.redaction import redacted
from test_secrets import SECRETS

HIDDEN = [
    ("https://oauth2:canary@host/x.git", "https://***@host/x.git"),
    ("https://canary@host/x", "https://***@host/x"),
    ("https://canary:x-oauth-basic@host/x", "https://***@host/x"),
    ("https://:canary@host/x", "https://***@host/x"),
    ("git+https://me:canary@host/pack@v1", "git+https://***@host/pack@v1"),
    ("HTTPS://me:canary@host/x", "HTTPS://***@host/x"),
    ("ssh://git:canary@host/x", "ssh://git:***@host/x"),
    ("https://me:ca@na@ry@host/x", "https://***@host/x"),
    ("https://me:canary/more@host/x", "https://***@host/x"),
    ("fatal: unable to access 'https://me:canary@host/x/': no", "fatal: unable to access 'https://***@host/x/': no"),
    ("postgresql://me:canary@host/db", "postgresql://me:***@host/db"),
    ("mysql+pymysql://me:can%2Fary@host/db", "mysql+pymysql://me:***@host/db"),
    ("postgresql://me:can/ary@host/db", "postgresql://me:***@host/db"),
    ("postgresql://me:1/canary@host/db", "postgresql://me:***@host/db"),
    ("postgresql://me:c@n/ary@host/db", "postgresql://me:***@host/db"),
    ("postgresql://me:canary and more@host/db", "postgresql://me:***@host/db"),
    ("redis://:canary@host", "redis://:***@host"),
    ("jdbc:postgresql://host/db?user=me&password=canary", "jdbc:postgresql://host/db?user=me&password=***"),
    ("jdbc:oracle:thin:me/canary@host:1521:x", "jdbc:oracle:thin:***@host:1521:x"),
    ("https://host/x?access_token=canary&a=b", "https://host/x?access_token=***&a=b"),
    ("https://host/x?private_token=canary#a", "https://host/x?private_token=***"),
    ("host=db user=me password='can ary' dbname=x", "host=db user=me password=*** dbname=x"),
    ("Server=db;Pwd=canary;Uid=me", "Server=db;Pwd=***;Uid=me"),
    ("not {'password': 'canary', 'user': 'me'}", "not {'password': ***, 'user': 'me'}"),
    ('{"db": {"api_key": "can ary"}}', '{"db": {"api_key": ***}}'),
    ("'{user: me, auth_token: canary}' is", "'{user: me, auth_token: ***}' is"),
    ("jdbc:postgresql:/me:can/ary@host/db: is not there", "jdbc:postgresql:/me:***@host/db: is not there"),
    ("postgresql://me:canary", "postgresql://me:***"),
    ("https://me:can:ary: is not fetched", "https://me:*** is not fetched"),
    ("http://canary@host/x", "http://***@host/x"),
    ("password=X${A}", "password=***"),
    ("https://a:canary@host and ssh://b:canary@host", "https://***@host and ssh://b:***@host"),
]
SHOWN = [
    "git@host:data/pack",
    "https://@host/x",
    "ssh://git@host/data/pack",
    "https://host/pack@v1.0.0",
    "https://host:8443/pack@v1",
    "https://[::1]:8443/pack@v1",
    "postgresql://me@host/db",
    "postgresql://me:${PGPASSWORD}@host:5432/db",
    "https://me:${TOKEN}@host/x",
    "password=${PGPASSWORD}",
    "https://${TOKEN}@host/x",
    "postgresql://host:${PORT}/db",
    "https://host:8443: is not there",
    "C:/me:x@y",
    "the clone of https://host: failed for me@host",
    "--data retention_days=30, asked by a@acme.com",
    "required_token: 'https://host/x'",
    "connection.password: holds a literal secret",
    "{'password': '${PGPASSWORD}'}",
    "{token: ${TOKEN}}",
    "{'token_url': 'https://host/x'}",
]
# A token of each shape that is known by what it begins with.
_MIXED = "aZ09bY18cX27dW36eV45fU54gT63hS72iR81"
TOKENS = [
    *(f"{kind}_{mode}_{_MIXED[:8]}" for kind in ("sk", "rk", "pk") for mode in ("live", "test")),
    f"whsec_{_MIXED[:8]}",
    "AKIA0123456789ABCDEF",
    "ASIAABCDEFGHIJKLMNOP",
    *(f"gh{kind}_{_MIXED[:20]}" for kind in "pousr"),
    f"github_pat_{_MIXED[:19]}_",
    f"glpat-{_MIXED[:14]}_-",
    *(f"xox{kind}-{_MIXED[:9]}-" for kind in "abprs"),
    "pat-eu1-0123abcd-",
    f"AIza{_MIXED[:33]}_-",
    f"eyJ{_MIXED[:8]}_-.{_MIXED[:8]}_-.",
    "-----BEGIN PRIVATE KEY-----",
    "-----BEGIN EC PRIVATE KEY-----",
]


@pytest.mark.parametrize(("text", "shown"), HIDDEN)
def test_a_password_is_hidden(text: str, shown: str) -> None:
    assert redacted(text) == shown


@pytest.mark.parametrize("text", SHOWN)
def test_what_is_no_secret_is_shown(text: str) -> None:
    assert redacted(text) == text


@pytest.mark.parametrize("secret", [*TOKENS, *(value["anything"] for value in SECRETS if "anything" in value)])
def test_a_token_is_known_by_its_shape(secret: str) -> None:
    assert redacted(f"it says '{secret}'") == "it says '***'"


@pytest.mark.parametrize("secret", TOKENS)
def test_half_a_token_is_none(secret: str) -> None:
    assert redacted(secret[: len(secret) // 2]) == secret[: len(secret) // 2]


def test_an_error_is_one_line_without_a_password() -> None:
    error = DativoError("a.yml\n::error::x: https://me:canary@host/x")
    assert str(error) == r"a.yml\n::error::x: https://***@host/x"


@pytest.mark.parametrize("text", ["a\nb", "a\rb", "a\x1b[2Jb", "a\x9bb", "a\u2028b", "a\u202eb", "a\udcffb", "a\x00b"])
def test_what_a_terminal_obeys_is_escaped(text: str) -> None:
    assert printable(text).isprintable() and printable(text) == text.encode("unicode_escape").decode()


@pytest.mark.parametrize("text", ["a.", "a://b:c", "a=", "://", "password='", "x:@"])
def test_a_long_text_is_looked_through_once(text: str) -> None:
    assert redacted(text * 20_000 + "@ token=canary").endswith("=***")
