"""Versions are read according to PEP 440, from tags and from what Copier records; a hash is not a version."""

from itertools import pairwise, product
from typing import Any

import pytest
from packaging.version import InvalidVersion, Version

from dativo_generator.base.versions import hash_of, is_hash, is_prerelease, is_version, tag_of, version_of

HASHES = ["0123abc", "5a12345", "1b23456", "1234567", "4e5f6a7b8c9d0e1f2a3b4c5d6e7f8a9b0c1d2e3f", "deadbeef"]
NONE = ["x", "", "v", "va1", "release-1.0", "release-1.0-3-g0123abc", "v2024-02-06", "v1.0.0-rc.1.2", "nightly", " v1"]
ORDERED: list[list[Any]] = [
    [*HASHES, *NONE, "9" * 256, None, 1],
    ["v0.9"],
    ["v1.0.0.dev1", "v1.0.0-dev.1"],
    ["v1.0.0a1", "v1.0.0-alpha.1"],
    ["v1.0.0-beta", "v1b0"],
    ["v1.0.0rc1.dev2"],
    ["v1.0.0rc1", "v1.0.0-rc.1", "V1.0.0-RC1", "1c1"],
    ["v1.0.0rc1-2-gabc"],
    ["v1.0.0-rc.2"],
    ["v1.0.0-rc.10", "v1.0.0rc10"],
    ["v1.0.0", "1.0.0", "v1", "v1.0", "v1.0.0-0-g0123abc"],
    ["v1.0.0-3-g0123abc"],
    ["v1.0.0-10-g0123abc"],
    ["v1.0.0+build.5"],
    ["v1.0.0.post1", "v1.0.0-1", "v1-post.1"],
    ["v1.2"],
    ["v1.10"],
    ["v2.0.0"],
    ["v10", "10"],
    ["2024.1.31"],
    ["20240101"],
    ["202401011200"],
    ["1!0.1"],
]
# What the parts of a version can be.
PARTS = (
    ("", "v", "1!"),
    ("1", "1.0.1"),
    ("", "a", "-beta.2", "rc1", "-rc.10", "_pre_3", ".c4"),
    ("", ".post1", "-1", "-rev", "r2"),
    ("", ".dev", "-dev.3"),
    ("", "+a.1", "+1_x", "-3-g"),
)


@pytest.mark.parametrize("same", ORDERED, ids=lambda same: str(same[0]))
def test_spellings_of_a_version_are_equal(same: list[Any]) -> None:
    assert len({version_of(recorded) for recorded in same}) == 1


def test_versions_are_ordered() -> None:
    keys = [version_of(same[0]) for same in ORDERED]
    assert all(one < other for one, other in pairwise(keys))


def test_tags_are_read_and_ordered_as_copier_does() -> None:
    known = {}
    for text in map("".join, product(*PARTS)):
        try:
            known[text] = Version(text)
        except InvalidVersion:
            assert not is_version(text)
    assert len(known) > 1000
    assert {text: is_prerelease(text) for text in known} == {text: one.is_prerelease for text, one in known.items()}
    ordered = sorted(known, key=known.__getitem__)
    assert all(is_version(text) for text in known)
    for one, other in pairwise(ordered):
        assert (version_of(one) == version_of(other)) is (known[one] == known[other])
        assert version_of(one) <= version_of(other)


@pytest.mark.parametrize("name", [*HASHES, *NONE, "v1.0.0-3-g0123abc"])
def test_another_name_of_a_tag_is_no_version(name: str) -> None:
    assert not is_version(name)


@pytest.mark.parametrize(
    ("recorded", "tag", "hash_"),
    [
        ("v1.0.0", "v1.0.0", ""),
        ("v1.0.0-3-g0123abc", "v1.0.0", "0123abc"),
        ("release-1.0-3-g0123abc", "release-1.0", "0123abc"),
        ("release-1.0", "release-1.0", ""),
        ("0123abc", "", "0123abc"),
        ("20240101", "20240101", "20240101"),
    ],
)
def test_what_is_recorded_names_a_tag_or_a_hash(recorded: str, tag: str, hash_: str) -> None:
    assert (tag_of(recorded), hash_of(recorded)) == (tag, hash_)
    assert is_hash(recorded) is not tag
