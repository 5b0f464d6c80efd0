"""What others wrote is read in one way: regular files below the root, bounded, and through no link."""

import ast
import os
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from dativo_generator.base import reading
from dativo_generator.base.documents import parse_bounded
from support import ROOT


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "root" / "a").mkdir(parents=True)
    (tmp_path / "root" / "a" / "file.yml").write_text("x: ä\n", encoding="utf-8")
    (tmp_path / "secret.yml").write_text("secret\n")
    return tmp_path / "root"


def test_a_file_is_read(root: Path) -> None:
    assert reading.text(root, "a/file.yml") == "x: ä\n"
    assert reading.beginning(root, "a/file.yml", 1) == b"x"
    assert reading.is_file(root, "a/file.yml")


@pytest.mark.parametrize("path", ["b", "a/b", "b/c", "a/file.yml/b"])
def test_what_is_not_there_is_none(path: str, root: Path) -> None:
    assert reading.read(root, path) is None
    assert not reading.is_file(root, path)


def test_the_root_may_be_a_link(root: Path) -> None:
    link = root.with_name("link")
    link.symlink_to(root)
    assert reading.read(link, "a/file.yml") == "x: ä\n".encode()


# What stands at `a/evil`, and why it is not read.
REFUSED: dict[str, tuple[Callable[[Path], object], str]] = {
    "a link": (lambda path: path.symlink_to("../../secret.yml"), "is a symbolic link"),
    "a link inside": (lambda path: path.symlink_to("file.yml"), "is a symbolic link"),
    "a link to nothing": (lambda path: path.symlink_to("nothing"), "is a symbolic link"),
    "a link to itself": (lambda path: path.symlink_to("evil"), "is a symbolic link"),
    "a pipe": (os.mkfifo, "is no regular file"),
    "a folder": (Path.mkdir, "is no regular file"),
    "a device": (lambda path: path.symlink_to("/dev/zero"), "is a symbolic link"),
    "too large a file": (lambda path: path.write_bytes(b"1" * (reading.LARGEST + 1)), "has more than"),
    "another encoding": (lambda path: path.write_bytes("ä".encode("latin-1")), "is not UTF-8"),
}


@pytest.mark.parametrize(("make", "why"), REFUSED.values(), ids=REFUSED)
def test_it_is_refused(make: Callable[[Path], object], why: str, root: Path) -> None:
    make(root / "a" / "evil")
    with pytest.raises(reading.ReadingError) as error:
        reading.text(root, "a/evil")
    assert str(error.value).startswith(f"a/evil: {why}")


def test_a_link_in_the_path_is_refused(root: Path) -> None:
    (root / "b").symlink_to("a")
    with pytest.raises(reading.ReadingError, match=r"^b/file\.yml: is a symbolic link"):
        reading.read(root, "b/file.yml")


@pytest.mark.parametrize("path", ["../secret.yml", "a/../../secret.yml", "/etc/passwd", "a//file.yml", "./a", "a\0b"])
def test_a_path_must_be_below(path: str, root: Path) -> None:
    with pytest.raises(reading.ReadingError):
        reading.read(root, path)


def test_a_listing_goes_through_no_link(root: Path) -> None:
    (root / "a" / "up").symlink_to("..")
    (root / "a" / "deep" / "er").mkdir(parents=True)
    (root / "a" / "deep" / "er" / "z.yml").touch()
    assert list(reading.below(root, "a")) == ["a/deep/er/z.yml", "a/file.yml", "a/up"]
    (root / "c").symlink_to("a")
    assert list(reading.below(root, "c")) == ["c"]
    assert list(reading.below(root, "d")) == []


BOMBS = {
    "depth": "[" * 5000,
    "aliases": "a: &a [x, x]\n" + "".join(f"{n}: &a [{', '.join(['*a'] * 9)}]\n" for n in range(12)),
    "in itself": "a: &a {b: *a}",
    "merges": "a: &a {b: c}\n" + "".join(f"x{n}: &a {{<<: [{', '.join(['*a'] * 30)}]}}\n" for n in range(6)),
    "digits": "a: " + "9" * 5000,
    "sexagesimal": "a: " + "1:" * 50_000 + "1",
    "sexagesimal float": "a: " + "1:" * 180 + "1.5",
    "date": "a: 2026-13-45",
    "zone": "a: 0001-01-01 00:00:00 +99:99",
    "unhashable": "? [a]\n: b",
    "boolean": "a: !!bool maybe",
    "integer": "a: !!int ''",
    "timestamp": "a: !!timestamp x",
    "code": "a: !!python/object/apply:os.system [true]",
    "two": "a: b\n---\nc: d",
    "tag": "a: !<tag:yaml.org,2002:float> x",
    "binary": "a: !!binary ä",
    "omap": "a: !!omap x",
    "pairs": "a: !!pairs [x]",
    "set": "a: !!set [x]",
    "nothing": "a: *b",
    "control": "a: \x01",
    "surrogate": 'a: "\\ud800"',
}


@pytest.mark.parametrize("text", BOMBS.values(), ids=BOMBS)
def test_a_document_is_bounded(text: str) -> None:
    with pytest.raises(yaml.YAMLError):
        parse_bounded(text)


def test_an_ordinary_document_is_not_bounded_in_the_way() -> None:
    assert parse_bounded("a: " + "c0ffee" * 100) == {"a": "c0ffee" * 100}
    text = "a: &a [1, 1:30, 1.5e3, 2026-01-01, 0x1F]\nb: *a\nc: {<<: {d: e}}\n"
    assert parse_bounded(text) == yaml.safe_load(text)


# What reads the pack's own files, and no repository's.
_OTHERWISE = {
    "base/documents.py": {"read_text"},  # Document, of the pack
    "base/reading.py": {"open"},
    "fleet/merge.py": {"read_bytes"},  # what Git merged, in a folder of its own
    "fleet/source.py": {"read_text"},  # how pip installed this package
    "fleet/lock.py": {"open"},
    "fleet/replacing.py": {"open"},  # to write
    "plan/templates.py": {"read_bytes"},
    "registry/pack.py": {"read_text"},
    "validation/json_schemas.py": {"read_text"},
}


def test_nothing_else_reads_files() -> None:
    found: dict[str, set[str]] = {}
    package = ROOT / "extensions" / "dativo_generator"
    for file in package.rglob("*.py"):
        name = file.relative_to(package).as_posix()
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call):
                called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
                if called in {"open", "read_text", "read_bytes", "fdopen"}:
                    found.setdefault(name, set()).add(called)
    assert found == _OTHERWISE
