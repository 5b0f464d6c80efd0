"""Edits by hand are merged as Copier merges them, with any version of Git."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import plumbum
import pytest
from copier import run_copy, run_update

from dativo_generator.fleet import merge
from support import git, release

# Git 2.55 and later refuse an option so.
REFUSES = r"""#!/bin/sh
for argument; do
  case $argument in --inter-hunk-context=-*)
    echo "error: option \`inter-hunk-context' expects a non-negative integer value with an optional k/m/g suffix" >&2
    exit 129
  esac
done
exec "{git}" "$@"
"""
BASE = "".join(f"{number}\n" for number in range(1, 10))
THEIRS = BASE.replace("5\n", "five\n")
EDITS = {
    "far from the change": BASE.replace("1\n", "one\n"),
    "beside the change": BASE.replace("6\n", "six\n"),
    "on both sides of the change": BASE.replace("3\n", "three\n").replace("7\n", "seven\n"),
    "on the change": BASE.replace("5\n", "FIVE\n"),
}


@pytest.fixture(params=["the Git at hand", "a Git that refuses"], autouse=True)
def _git(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    if request.param == "a Git that refuses":
        shim = tmp_path / "bin" / "git"
        shim.parent.mkdir()
        shim.write_text(REFUSES.format(git=shutil.which("git")))
        shim.chmod(0o755)
        monkeypatch.setenv("PATH", str(shim.parent), prepend=os.pathsep)
    merge._hunks_apart.cache_clear()
    # Copier's way of calling Git knows the environment that it was imported in.
    with plumbum.local.env(PATH=os.environ["PATH"]):
        yield
    merge._hunks_apart.cache_clear()


def test_edits_are_merged_as_copier_merges_them(tmp_path: Path) -> None:
    template, out = tmp_path / "template", tmp_path / "out"
    template.mkdir()
    (template / "{{ _copier_conf.answers_file }}.jinja").write_text("{{ _copier_answers | to_nice_yaml }}")
    for tag, text in (("v1.0.0", BASE), ("v2.0.0", THEIRS)):
        for name in EDITS:
            (template / name).write_text(text)
        release(template, tag)
    run_copy(str(template), out, vcs_ref="v1.0.0", quiet=True)
    release(out, "made")
    for name, ours in EDITS.items():
        (out / name).write_text(ours)
    release(out, "edited")
    run_update(out, overwrite=True, quiet=True)
    results = merge.merged([merge.Edit(BASE.encode(), ours.encode(), THEIRS.encode()) for ours in EDITS.values()])
    for name, result in zip(EDITS, results, strict=True):
        assert result.content == (out / name).read_bytes(), name
        assert result.conflict == bool(git(out, "ls-files", "--unmerged", name)), name
