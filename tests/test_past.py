"""The previous files of a scaffold are what its recorded version renders to, not what a header claims."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import yaml

from dativo_generator.answers import fields_file
from dativo_generator.base.errors import DativoError
from dativo_generator.fleet import past
from dativo_generator.fleet.past import Past
from support import git

FILE, FIELDS = ".copier-answers.acme.x.yml", ".dativo-fields.acme.x.yml"
JOB = "jobs/acme/x.yaml"


class Fleet:
    """Renders an answers file to a job that holds the answer `a`, and counts how often."""

    def __init__(self, root: Path) -> None:
        self.tree: Any = SimpleNamespace(root=root)
        self.rendered: list[Any] = []

    def refusal(self, file: Any) -> str:
        """Refuse what cannot be read, and another source."""
        assert file.name == FILE
        return file.problem or ("not ours" if file.source == "theirs" else "")

    def replay(self, file: Any) -> Any:
        """Return what has the files that an answers file gives."""
        self.rendered.append(file.answers["a"])
        if file.answers["a"] == "wrong":
            raise DativoError("wrong")
        text = str(file.answers["a"]).encode()
        return SimpleNamespace(files={JOB: text, "jobs/acme/y.yaml": b"y" + text})


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "sub").mkdir()
    git(tmp_path, "init", "--quiet")
    return tmp_path


def record(root: Path, answer: object, source: str = "ours", name: str = FILE) -> None:
    """Commit a version of an answers file."""
    (root / name).write_text(f"_src_path: {source}\n_commit: v1\na: {answer}\n", encoding="utf-8")
    commit(root)


def commit(root: Path) -> None:
    git(root, "add", "--all")
    git(root, "commit", "--quiet", "--message", "changed")


def test_every_recorded_version_counts(root: Path) -> None:
    git(root, "commit", "--quiet", "--allow-empty", "--message", "none")
    for answer in (1, 2):
        record(root, answer)
    fleet = Fleet(root)
    before = Past(fleet)
    assert (
        before.gave(FILE, JOB, b"1") and before.gave(FILE, JOB, b"2") and before.gave(FILE, "jobs/acme/y.yaml", b"y1")
    )
    assert fleet.rendered == [2, 1]


def test_another_content_path_or_file_does_not(root: Path) -> None:
    record(root, 1)
    before = Past(Fleet(root))
    assert not before.gave(FILE, JOB, b"3")
    assert not before.gave(FILE, "jobs/acme/y.yaml", b"1")
    assert not before.gave(FILE, "jobs/acme/z.yaml", b"1")
    assert not before.gave(".copier-answers.acme.y.yml", JOB, b"1")


def test_a_version_that_cannot_be_used_is_passed_over(root: Path) -> None:
    record(root, 1)
    for answer, source in (("wrong", "ours"), (3, "theirs"), ("[", "ours"), (4, "ours")):
        record(root, answer, source)
    before = Past(Fleet(root))
    assert before.gave(FILE, JOB, b"4") and before.gave(FILE, JOB, b"1")
    assert not before.gave(FILE, JOB, b"3") and not before.gave(FILE, JOB, b"wrong")


def test_a_file_that_has_gone_is_remembered(root: Path) -> None:
    record(root, 1)
    (root / FILE).unlink()
    commit(root)
    assert Past(Fleet(root)).gave(FILE, JOB, b"1")


def test_a_folder_of_a_repository_has_its_own(root: Path) -> None:
    record(root, 1)
    record(root / "sub", 2)
    before = Past(Fleet(root / "sub"))
    assert before.gave(FILE, JOB, b"2") and not before.gave(FILE, JOB, b"1")


def test_a_name_is_no_pattern(root: Path) -> None:
    record(root, 1)
    assert not Past(Fleet(root)).gave(".copier-answers.acme.*.yml", JOB, b"1")


def test_outside_a_repository_there_is_no_past(tmp_path: Path) -> None:
    (tmp_path / FILE).write_text("_src_path: ours\n_commit: v1\na: 1\n")
    assert not Past(Fleet(tmp_path)).gave(FILE, JOB, b"1")


def test_each_content_is_rendered_once(root: Path) -> None:
    for answer in (1, 2):
        record(root, answer)
    (root / FILE).write_bytes(git(root, "show", f"HEAD^:{FILE}").encode())
    commit(root)
    fleet = Fleet(root)
    before = Past(fleet)
    assert [before.gave(FILE, JOB, content) for content in (b"1", b"2", b"3")] == [True, True, False]
    assert fleet.rendered == [1, 2]


def test_only_the_newest_versions_are_looked_at(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert past.VERSIONS == 50
    monkeypatch.setattr(past, "VERSIONS", 2)
    for answer in (1, 2, 3):
        record(root, answer)
    git(root, "commit", "--quiet", "--allow-empty", "--message", "another")
    fleet = Fleet(root)
    assert not Past(fleet).gave(FILE, JOB, b"1")
    assert fleet.rendered == [3, 2]


def test_a_version_is_asked_for_by_its_whole_hash(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    record(root, 1)
    asked: list[str] = []

    def attempt(folder: Path, *arguments: str) -> Any:
        asked.append(arguments[-1])
        return SimpleNamespace(stdout=b"")

    monkeypatch.setattr(past, "attempt", attempt)
    assert not Past(Fleet(root)).gave(FILE, JOB, b"1")
    assert asked == [f"{git(root, 'rev-parse', 'HEAD').strip()}:./{FILE}"]


def test_a_version_has_the_fields_of_its_commit(root: Path) -> None:
    for fields in ({"o": ["a"]}, {"o": ["b"]}):
        reference = {"file": FIELDS, "sha256": {name: fields_file.digest(columns) for name, columns in fields.items()}}
        (root / FIELDS).write_text(yaml.safe_dump(fields), encoding="utf-8")
        (root / FILE).write_text(yaml.safe_dump({"_src_path": "ours", "_commit": "v1", "fields": reference}))
        commit(root)
    versions = [file for _, file in past.recorded(root, FILE) if "fields" in file.values]
    assert [(file.values["fields"], file.edited, file.problem) for file in versions] == [
        ({"o": ["b"]}, (), ""),
        ({"o": ["a"]}, (), ""),
    ]
