"""Find the reader for a source, and read its tables."""

import importlib
import pkgutil
from functools import cache

from . import kinds
from .source import Options, Reader, Source
from .table import ImportFailed, Table, checked, named

EVERYTHING = Options()


@cache
def readers() -> tuple[Reader, ...]:
    """Return the readers of every module of `kinds`, in the order in which they are asked."""
    modules = [importlib.import_module(f"{kinds.__name__}.{one.name}") for one in pkgutil.iter_modules(kinds.__path__)]
    return tuple(sorted((reader() for module in modules for reader in module.READERS), key=lambda one: one.order))


def read(source: str, options: Options = EVERYTHING) -> tuple[Table, ...]:
    """Read the tables of a source: a path, a pattern, a path with ``#/pointer``, or a URL; raises `ImportFailed`."""
    source = source.strip()
    if not source or "\0" in source:
        raise ImportFailed("name a source: a file, a folder, a pattern, or a database's URL")
    try:
        return _read(source, options)
    except OSError as error:
        raise ImportFailed(f"{source}: cannot be read: {error.strerror or error}") from None


def _read(text: str, options: Options) -> tuple[Table, ...]:
    marks = {mark for reader in readers() for mark in reader.marks}
    source = Source(text, marks, [entry for reader in readers() for entry in reader.entries])
    for reader in readers():
        if reader.accepts(source):
            tables = checked(reader.read(source, options), source.label)
            return (named(tables, options.table, source.label),) if options.table else tables
    if source.document is not None:
        raise ImportFailed(
            f"{source.path}: is none of the documents that describe tables: a catalog of Singer or Airbyte, a JSON "
            "Schema, OpenAPI, dbt, a data contract, an asset"
        )
    raise ImportFailed(f"{source.path}: has no places that a # could name")
