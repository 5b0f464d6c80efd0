"""The URL of the pack: different spellings of one place are equal, and no recorded URL holds a secret."""

from pathlib import Path

import pytest

from dativo_generator.base.repository_url import (
    canonical,
    expanded,
    has_secret,
    identities,
    identity,
    is_local,
    public,
    recordable,
    url_of,
)

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
    ("https://host/pack?a#b?c", "https://host/pack"),
    ("https://me:can://ary@host/pack", "https://host/pack"),
    ("git:canary@host:a:b@c/pack", "git@host:a:b@c/pack"),
]
PLAIN = ["git@host:data/pack", "ssh://git@host:2222/pack", "https://host:8443/p@ck", "gh:data/pack", "/srv/a@b", "."]
PLAIN += ["/srv/a:b@c/d", "ssh://host/data/pack", "https://host/pack"]
CANONICAL = [
    ("gh:data/pack", "https://github.com/data/pack"),
    ("gl:data/pack.git", "https://gitlab.com/data/pack"),
    ("git+https://host/pack.git/", "https://host/pack"),
    ("git@host:data/pack.git", "git@host:data/pack"),
    ("https://host/X/", "https://host/X"),
    ("file://localhost/srv/my%20pack", "/srv/my pack"),
    ("file:///srv/localhost", "/srv/localhost"),
    ("/srv/a/../pack.git/", "/srv/pack.git"),
    ("~nobody-of-that-name/x", "~nobody-of-that-name/x"),
    ("work:data/pack.git/", "work:data/pack"),
]
IDENTITIES = [
    ("https://host/data/pack", "host/data/pack"),
    ("http://host:80/data/pack", "host/data/pack"),
    ("git://host:9418/data/pack", "host/data/pack"),
    ("http://host:443/data/pack", "host:443/data/pack"),
    ("git@host:/data/pack", "host/data/pack"),
    ("work:data//pack.git", "work/data/pack"),
    ("/srv/pack", "/srv/pack"),
    ("x:///y", "x:///y"),
]
URLS = [
    ("https://host/pack", "https://host/pack"),
    ("/srv/my pack", "file:///srv/my%20pack"),
    ("git@host:data/pack", "ssh://git@host/data/pack"),
    ("git@host:/data/X/", "ssh://git@host/data/X/"),
    ("git@host:Xdata/pack", "ssh://git@host/Xdata/pack"),
    ("git@host:a://b", "git@host:a://b"),
]
SAME = [
    ("https://host/data/pack", "https://host/data/pack.git/"),
    ("https://HOST/data/pack", "git+https://me:canary@host/data/pack"),
    ("https://host:443/data/pack", "git@host:data/pack.git"),
    ("ssh://git@host:22/data/pack", "ssh://other@host/data/pack"),
    ("gh:data/pack", "https://github.com/data/pack.git"),
    ("file:///srv/my%20pack", "/srv/my pack"),
    ("host:data/pack.git", "ssh://git@host/data/pack/"),
    ("https://host//data/pack", "https://host/data/pack"),
]
# What Copier would not take for a Git repository as it stands is told to be one.
RECORDABLE = [
    ("https://host/data/pack", "git+https://host/data/pack"),
    ("git+ssh://git@host/data/pack", "git+ssh://git@host/data/pack"),
    ("work:data/pack", "git+work:data/pack"),
    ("https://host/data/pack.git/", "https://host/data/pack.git"),
    ("git@host:data/pack", "git@host:data/pack"),
    ("gh:data/pack", "https://github.com/data/pack"),
    ("file:///srv/my%20pack", "/srv/my pack"),
    ("~nobody-of-that-name/x", "~nobody-of-that-name/x"),
]
REWRITES = [("https://host/", "file:///wrong/"), ("https://host/data/", "git@mirror:"), ("", "https://all/")]
REWRITES += [("work:", "https://host/"), ("https://old/pack.git", "https://host/data/pack")]
REWRITTEN = [
    ("https://host/data/pack.git", {"host/data/pack", "mirror/pack"}),
    ("git+https://host/data/pack", {"host/data/pack", "mirror/pack"}),
    ("work:data/pack", {"work/data/pack", "host/data/pack"}),
    ("https://old/pack", {"old/pack", "host/data/pack"}),
    ("https://other/pack", {"other/pack"}),
    ("/srv/pack", {"/srv/pack"}),
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


@pytest.mark.parametrize(("location", "place"), CANONICAL)
def test_a_location_is_written_in_one_way(location: str, place: str) -> None:
    assert canonical(location) == place == canonical(place)


def test_a_relative_folder_becomes_absolute(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    assert (canonical("x"), canonical("~/x")) == (str(tmp_path / "x"), str(tmp_path / "home" / "x"))
    assert is_local(canonical("x")) and not is_local("https://host/x")


@pytest.mark.parametrize(("location", "recorded"), RECORDABLE)
def test_a_location_is_recorded_as_copier_takes_it(location: str, recorded: str) -> None:
    assert recordable(location) == recorded == recordable(recorded)
    if not is_local(recorded):
        assert expanded(recorded) == recorded.removeprefix("git+") and identity(recorded) == identity(location)


@pytest.mark.parametrize(("location", "places"), REWRITTEN)
def test_a_place_is_also_where_git_is_sent(location: str, places: set[str]) -> None:
    assert identities(location, REWRITES) == places


@pytest.mark.parametrize(("location", "same"), IDENTITIES)
def test_a_place_is_host_and_path(location: str, same: str) -> None:
    assert identity(location) == same


@pytest.mark.parametrize(("location", "url"), URLS)
def test_a_place_has_a_url(location: str, url: str) -> None:
    assert url_of(location) == url
