"""Files from others are read in one way: regular files below the root, bounded in size, through no link."""

import ast
import errno
import os
from collections.abc import Callable
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

import pytest
import yaml

from dativo_generator.base import reading
from dativo_generator.base.documents import parse_bounded
from support import ROOT


@pytest.fixture(params=["by its parts", "at once"])
def root(tmp_path: Path, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a folder that is read in the way of this system, and in that of one that opens nothing inside a folder."""
    assert os.open in os.supports_dir_fd and reading._STEPWISE
    monkeypatch.setattr(reading, "_STEPWISE", request.param == "by its parts")
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
    assert reading.read(root, path) is reading.text(root, path) is None
    assert not reading.is_file(root, path)


@pytest.mark.parametrize("make", [Path.mkdir, os.mkfifo, lambda path: path.symlink_to("file.yml")])
def test_what_is_no_file_is_not_there_as_one(make: Callable[[Path], object], root: Path) -> None:
    make(root / "a" / "evil")
    assert not reading.is_file(root, "a/evil")


def test_a_file_is_not_read_to_see_that_it_is_there(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "read", None)
    assert reading.is_file(root, "a/file.yml")


def test_a_file_is_opened_by_its_parts_where_that_can_be(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    opening, opened = os.open, []
    monkeypatch.setattr(os, "open", lambda path, *how, **where: (opened.append(path), opening(path, *how, **where))[1])
    reading.read(root, "a/file.yml")
    assert opened == ([root, "a", "file.yml"] if reading._STEPWISE else [root / "a" / "file.yml"])


def test_the_root_may_be_a_link(root: Path) -> None:
    link = root.with_name("link")
    link.symlink_to(root)
    assert reading.read(link, "a/file.yml") == "x: ä\n".encode()


# What stands at `a/evil`, and why it is not read.
REFUSED: dict[str, tuple[Callable[[Path], object], str]] = {
    "a link": (lambda path: path.symlink_to("../../secret.yml"), ": replace it; it is a symbolic link"),
    "a link inside": (lambda path: path.symlink_to("file.yml"), ": replace it; it is a symbolic link"),
    "a link to nothing": (lambda path: path.symlink_to("nothing"), ": replace it; it is a symbolic link"),
    "a link to itself": (lambda path: path.symlink_to("evil"), ": replace it; it is a symbolic link"),
    "a pipe": (os.mkfifo, ": move it away; it is not a regular file"),
    "a folder": (Path.mkdir, ": move it away; it is not a regular file"),
    "a device": (lambda path: path.symlink_to("/dev/zero"), ": replace it; it is a symbolic link"),
    "too large a file": (lambda path: path.write_bytes(b"1" * (reading.LARGEST + 1)), ": shorten it; it has more than"),
    "another encoding": (
        lambda path: path.write_bytes("ä".encode("latin-1")),
        ":1:1: save it as UTF-8; it is not UTF-8",
    ),
}


@pytest.mark.parametrize(("make", "why"), REFUSED.values(), ids=REFUSED)
def test_it_is_refused(make: Callable[[Path], object], why: str, root: Path) -> None:
    make(root / "a" / "evil")
    with pytest.raises(reading.ReadingError) as error:
        reading.text(root, "a/evil")
    assert str(error.value).startswith(f"a/evil{why}")


def test_a_link_in_the_path_is_refused(root: Path) -> None:
    (root / "b").symlink_to("a")
    with pytest.raises(reading.ReadingError, match=r"^b/file\.yml: replace it; it is a symbolic link"):
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


def test_files_are_opened_without_waiting_following_or_handing_on() -> None:
    assert reading._FILE == os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC
    assert reading._FOLDER == os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC
    assert reading._NO_LINK == os.O_NOFOLLOW


def test_where_bytes_are_told_from_text_they_are_bytes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "O_BINARY", 1 << 30, raising=False)
    spec = spec_from_file_location("dativo_generator.base.reading_elsewhere", reading.__file__)
    elsewhere = module_from_spec(spec)
    spec.loader.exec_module(elsewhere)
    assert elsewhere._FILE == reading._FILE | 1 << 30


@pytest.mark.parametrize("path", ["a/file.yml", "a/nothing", "nothing/x", "a", "a/link", "link/x", "a\0b", "a/../x"])
def test_nothing_stays_open(path: str, root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (root / "link").symlink_to("a")
    (root / "a" / "link").symlink_to("file.yml")
    opening, closing, left = os.open, os.close, set()

    def opened(*how: object, **where: object) -> int:
        left.add(descriptor := opening(*how, **where))
        return descriptor

    def closed(descriptor: int) -> None:
        left.remove(descriptor)
        closing(descriptor)

    monkeypatch.setattr(os, "open", opened)
    monkeypatch.setattr(os, "close", closed)
    reading.is_file(root, path)
    assert left == set()


def test_a_size_is_the_largest_that_is_read(root: Path) -> None:
    assert reading.LARGEST == 4 * 1024 * 1024
    (root / "x").write_bytes(b"12345")
    assert reading.read(root, "x", 5) == b"12345"
    assert reading.text(root, "x", 5) == "12345"
    for read in (reading.read, reading.text):
        with pytest.raises(reading.ReadingError, match=r"^x: shorten it; it has more than 4 bytes$"):
            read(root, "x", 4)
    assert [reading.beginning(root, "x", size) for size in (0, 1, 4, 6)] == [b"", b"1", b"1234", b"12345"]


def test_a_file_is_read_in_pieces(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    read, sizes = os.read, []
    (root / "x").write_bytes(b"123456789")

    def piece(descriptor: int, size: int) -> bytes:
        sizes.append(size)
        return read(descriptor, min(size, 2))

    monkeypatch.setattr(os, "read", piece)
    assert reading.beginning(root, "x", 5) == b"12345"
    assert sizes == [5, 3, 1]


def test_one_byte_tells_that_a_file_is_too_large(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    read, sizes = os.read, []
    (root / "x").write_bytes(b"123456789")
    monkeypatch.setattr(os, "read", lambda descriptor, size: (sizes.append(size), read(descriptor, size))[1])
    with pytest.raises(reading.ReadingError):
        reading.read(root, "x", 4)
    assert sizes == [5]


def test_a_file_that_cannot_be_read_says_why(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*how: object, **where: object) -> None:
        raise OSError(errno.EIO, "Input/output error")

    for name in ("read", "open"):
        with monkeypatch.context() as patch:
            patch.setattr(os, name, fail)
            with pytest.raises(reading.ReadingError, match=r"^a/file\.yml: cannot be read: Input/output error$"):
                reading.read(root, "a/file.yml")


def test_a_name_that_cannot_be_one(root: Path) -> None:
    with pytest.raises(reading.ReadingError, match=r"^a\\x00b: cannot be read: no file can have this name$"):
        reading.read(root, "a\0b")


@pytest.mark.parametrize("path", ["", ".", "..", "a/..", "a/.", "a/", "/a", "./a", "../secret.yml", "a//file.yml"])
def test_each_part_of_a_path_is_a_name(path: str, root: Path) -> None:
    with pytest.raises(reading.ReadingError, match=r": is not inside the folder$"):
        reading.read(root, path)


def nothing(path: Path) -> None:
    assert not path.exists()


@pytest.mark.parametrize(
    ("make", "why"),
    [
        (nothing, ""),
        (Path.touch, ""),
        (Path.mkdir, "a/b/c: move it away; it is not a regular file"),
        (os.mkfifo, "a/b/c: move it away; it is not a regular file"),
        (lambda path: path.symlink_to("../file.yml"), "a/b/c: replace it; it is a symbolic link"),
        (lambda path: path.symlink_to("c"), "a/b/c: replace it; it is a symbolic link"),
    ],
)
def test_what_stands_where_a_file_is_to_be(make: Callable[[Path], object], why: str, root: Path) -> None:
    (root / "a" / "b").mkdir()
    make(root / "a" / "b" / "c")
    assert reading.obstacle(root, "a/b/c") == why


@pytest.mark.parametrize(
    ("make", "why"),
    [
        (nothing, ""),
        (Path.touch, "a/b: move it away; it is not a folder"),
        (os.mkfifo, "a/b: move it away; it is not a folder"),
        (lambda path: path.symlink_to("../a"), "a/b: replace it; it is a symbolic link"),
        (lambda path: path.symlink_to("nothing"), "a/b: replace it; it is a symbolic link"),
    ],
)
def test_what_stands_where_its_folder_is_to_be(make: Callable[[Path], object], why: str, root: Path) -> None:
    make(root / "a" / "b")
    assert reading.obstacle(root, "a/b/c/d") == why


def test_a_listing_is_in_order_and_of_everything(root: Path) -> None:
    for path in ("b/y/1", "b/x/2", "b/x/1", "b/z", "b/a"):
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).touch()
    (root / "b" / "empty").mkdir()
    assert list(reading.below(root, "b")) == ["b/a", "b/x/1", "b/x/2", "b/y/1", "b/z"]
    assert list(reading.below(root, "b/a")) == []


def test_a_folder_that_cannot_be_listed_is_empty(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    scan = os.scandir
    (root / "a" / "b").mkdir()

    def some(path: Path) -> object:
        if Path(path).name == "b":
            raise PermissionError
        return scan(path)

    monkeypatch.setattr(os, "scandir", some)
    assert list(reading.below(root, "a")) == ["a/file.yml"]


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
    "base/documents.py": {"read_bytes"},  # Document, of the pack
    "base/reading.py": {"open"},
    "cli/streams.py": {"open"},  # the null device
    "importers/csv_text.py": {"open"},  # of data that somebody names, looked at before
    "importers/encodings.py": {"open"},
    "fleet/merge.py": {"read_bytes"},  # what Git merged, in a folder of its own
    "fleet/source.py": {"read_text"},  # how pip installed this package
    "fleet/lock.py": {"open"},
    "fleet/replacing.py": {"open"},  # to write
    "plan/templates.py": {"read_bytes"},
    "registry/basis.py": {"read_bytes"},
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
