"""The part of a pack that every scaffold depends on, whatever its connectors."""

from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

from .connectors import FILE

# Field catalogs, one file per connector.
FIELDS = "registry/fields"

# All that a render may read, except recipes. Docs and tests do not count.
_READ = ("copier.yml", "extensions", "includes", "questions", "registry", "schemas", "template")


def common_basis(root: Path) -> str:
    """Return a digest of the pack at `root`, without the files that describe single connectors."""
    digest = sha256()
    for path in (path for name in _READ for path in _files(root / name)):
        name, content = path.relative_to(root).as_posix(), path.read_bytes()
        if name != FILE and not name.startswith(f"{FIELDS}/"):
            digest.update(f"{name}\0{len(content)}\0".encode() + content)
    return digest.hexdigest()


def _files(path: Path) -> Iterator[Path]:
    """Yield the files at or below a path, in an order independent of the file system."""
    yield from [path] if path.is_file() else sorted(below for below in path.rglob("*") if _counts(below))


def _counts(path: Path) -> bool:
    return path.is_file() and "__pycache__" not in path.parts
