"""Caches for the copies in one test process: clones, parsed questions and compiled code, two thirds of each copy.

Only the work of Git, YAML, Python and Jinja is shared, never a result of the pack's own code, and only among files of
the same content: each copy still asks, checks, renders and writes. The processes that some tests start, as a user
would, share nothing.
"""

import copy
import subprocess
import sys
from collections.abc import Callable
from hashlib import sha256
from importlib.machinery import SourceFileLoader
from pathlib import Path
from tempfile import mkdtemp
from typing import Any
from weakref import WeakKeyDictionary

import copier._template
import pytest
from copier._jinja_ext import CopierTemplateLoader
from jinja2 import Environment

# Besides the text, Jinja's compiled code depends on the filters and what they read, because Jinja computes
# constants in advance.
_FOLDERS = ("connectors", "extensions", "registry", "schemas")


def install(patch: pytest.MonkeyPatch, folder: Path) -> None:
    """Share until `patch` is undone; clones are kept in `folder`."""
    patch.setattr(Environment, "compile", _jinja(Environment.compile))
    patch.setattr(SourceFileLoader, "source_to_code", _python(SourceFileLoader.source_to_code))
    patch.setattr(sys, "dont_write_bytecode", True)  # it would be for a single clone, which is deleted soon
    patch.setattr(copier._template, "load_template_config", _questions(copier._template.load_template_config))
    patch.setattr(copier._template, "clone", _clones(copier._template.clone, folder))


def _jinja(compile_: Callable[..., Any]) -> Callable[..., Any]:
    """Compile each template text once for all environments that would compile it to the same code."""
    compiled: dict[Any, Any] = {}
    packs: WeakKeyDictionary[Environment, str] = WeakKeyDictionary()

    def compile_once(
        self: Environment, source: Any, name: str | None = None, filename: str | None = None, **options: Any
    ) -> Any:
        if not isinstance(source, str) or options or not isinstance(self.loader, CopierTemplateLoader):
            return compile_(self, source, name, filename, **options)
        if self not in packs:
            packs[self] = _digest(Path(self.loader.searchpath[0]), _FOLDERS)
        key = source, name, packs[self], type(self), self.trim_blocks, self.lstrip_blocks, *self.extensions
        if key in compiled:
            self.preprocess(source, name, filename)  # where Copier's own extension resets its state
        else:
            compiled[key] = compile_(self, source, name, filename)
        return compiled[key]

    return compile_once


def _python(compile_: Callable[..., Any]) -> Callable[..., Any]:
    """Compile each module of the pack once, although every clone has it at another path."""
    codes: dict[Any, Any] = {}

    def compile_once(self: SourceFileLoader, source: Any, path: str, **options: Any) -> Any:
        if type(self) is not SourceFileLoader or not isinstance(source, bytes) or "/extensions/" not in path:
            return compile_(self, source, path, **options)
        key = source, path.rpartition("/extensions/")[2]
        if key not in codes:
            codes[key] = compile_(self, source, path, **options)
        return codes[key]

    return compile_once


def _questions(load: Callable[..., Any]) -> Callable[..., Any]:
    """Parse the pack's questions only when their files have changed."""
    parsed: dict[str, Any] = {}

    def load_once(path: Path, quiet: bool = False) -> Any:
        key = sha256(path.read_bytes()).hexdigest() + _digest(path.parent, ("questions",))
        if key not in parsed:
            parsed[key] = load(path, quiet)
        return copy.deepcopy(parsed[key])

    return load_once


def _clones(clone: Callable[..., Any], folder: Path) -> Callable[..., Any]:
    """Clone a release of a local repository only when its branches or tags have changed."""
    kept: dict[Any, str] = {}

    def clone_once(url: str, ref: str = "HEAD", location: str | None = None) -> str:
        if ref == "HEAD" or not Path(url).is_dir():  # with uncommitted changes, or not local
            return clone(url, ref, location)
        refs = subprocess.run(["git", "for-each-ref"], cwd=url, check=True, capture_output=True).stdout
        key = url, ref, refs
        if key not in kept:
            kept[key] = clone(url, ref, mkdtemp(dir=folder))
        return kept[key]  # Copier removes `location`, which is empty

    return clone_once


def _digest(root: Path, folders: tuple[str, ...]) -> str:
    """Return a digest of all files below some folders."""
    digest = sha256()
    for folder in folders:
        for path in sorted((root / folder).rglob("*")):
            if path.suffix != ".pyc" and path.is_file():
                digest.update(f"{path.relative_to(root)}\0".encode())
                digest.update(sha256(path.read_bytes()).digest())
    return digest.hexdigest()
