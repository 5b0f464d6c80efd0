"""Where the pack is: spellings of one place are one place, and what is recorded of it holds no secret."""

import pytest

from dativo_generator.base.repository_url import has_secret, identity, public

PUBLIC = [
    ("https://oauth2:canary@host/data/pack.git", "https://host/data/pack.git"),
    ("https://canary@host/pack", "https://host/pack"),
    ("https://me:can%2Fary@host/pack", "https://host/pack"),
    ("https://me:can/ary@host/pack", "https://host/pack"),
    ("https://me:c@nary@host/pack", "https://host/pack"),
    ("https://me:can:ary@host:8443/pack", "https://host:8443/pack"),
    ("git+https://me:canary@host/pack", "git+https://host/pack"),
    ("HTTPS://me:canary@host/pack", "HTTPS://host/pack"),
    ("ssh://git:canary@host/pack", "ssh://git@host/pack"),
    ("git+ssh://git:canary@host/pack", "git+ssh://git@host/pack"),
    ("git://me:canary@host/pack", "git://host/pack"),
    ("git:canary@host:data/pack.git", "git@host:data/pack.git"),
    ("https://host/pack?access_token=canary", "https://host/pack"),
    ("https://host/pack.git#token=canary", "https://host/pack.git"),
]
PLAIN = ["git@host:data/pack", "ssh://git@host:2222/pack", "https://host:8443/p@ck", "gh:data/pack", "/srv/a@b", "."]
SAME = [
    ("https://host/data/pack", "https://host/data/pack.git/"),
    ("https://HOST/data/pack", "git+https://me:canary@host/data/pack"),
    ("https://host:443/data/pack", "git@host:data/pack.git"),
    ("ssh://git@host:22/data/pack", "ssh://other@host/data/pack"),
    ("gh:data/pack", "https://github.com/data/pack.git"),
    ("file:///srv/my%20pack", "/srv/my pack"),
]
OTHER = [
    ("https://host/data/pack", "https://host/data/pack2"),
    ("https://host/data/pack", "https://host:8443/data/pack"),
    ("https://host/data/pack", "https://host.example.com/data/pack"),
    ("https://host/data/pack", "https://host@other/data/pack"),
    ("https://host/data/pack", "/data/pack"),
    ("https://host/data/pack", "ext::sh -c 'host/data/pack'"),
]
NO_PLACE = ["~nobody-of-that-name/x", "a\0b", "https://[::1/x", "https://host:port/x", "", "://", "https://"]


@pytest.mark.parametrize(("location", "shown"), PUBLIC)
def test_a_secret_is_not_recorded(location: str, shown: str) -> None:
    assert public(location) == shown and has_secret(location) and not has_secret(shown)


@pytest.mark.parametrize("location", PLAIN)
def test_what_holds_no_secret_stays(location: str) -> None:
    assert public(location) == location and not has_secret(location)


@pytest.mark.parametrize(("one", "other"), SAME)
def test_spellings_of_one_place_are_equal(one: str, other: str) -> None:
    assert identity(one) == identity(other)


@pytest.mark.parametrize(("one", "other"), OTHER)
def test_two_places_are_two(one: str, other: str) -> None:
    assert identity(one) != identity(other)


@pytest.mark.parametrize("location", NO_PLACE)
def test_what_is_no_place_can_be_compared(location: str) -> None:
    assert isinstance(identity(location), str)
