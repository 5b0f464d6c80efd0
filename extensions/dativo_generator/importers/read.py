"""Find the reader for a source, and read its tables."""

import importlib
import os
import pkgutil
from dataclasses import replace
from functools import cache

from . import kinds
from .address import shown
from .source import Options, Reader, Source
from .table import ImportFailed, Table, checked, named

EVERYTHING = Options()


@cache
def readers() -> tuple[Reader, ...]:
    """Return the readers of every module of `kinds`, in the order in which to try them."""
    modules = [importlib.import_module(f"{kinds.__name__}.{one.name}") for one in pkgutil.iter_modules(kinds.__path__)]
    return tuple(sorted((reader() for module in modules for reader in module.READERS), key=lambda one: one.order))


def read(source: str, options: Options = EVERYTHING) -> tuple[Table, ...]:
    """Read the tables of a source: a path, a pattern, a path with ``#/pointer``, or a URL; raises `ImportFailed`.

    An unexpected error of a library becomes one line, too. The line names only the type of the error, whose message may
    repeat a password.
    """
    if "\0" in source or not source.strip():
        raise ImportFailed("name a source: a file, a folder, a pattern, or a database's URL")
    source = source if os.path.lexists(source) else source.strip()
    try:
        return tables_of(source, options)
    except OSError as error:
        raise ImportFailed(f"{shown(source)}: cannot be read: {error.strerror or type(error).__name__}") from None
    except ImportFailed:
        raise
    except Exception as error:
        raise ImportFailed(f"{shown(source)}: cannot be made sense of ({type(error).__name__})") from None


def tables_of(named_source: str, options: Options = EVERYTHING) -> tuple[Table, ...]:
    """Read the tables of a source that may not exist; raises `ImportFailed` for all errors that its reader expects."""
    marks = {mark for reader in readers() for mark in reader.marks}
    source = Source(named_source, marks, [entry for reader in readers() for entry in reader.entries])
    for reader in readers():
        if reader.accepts(source):
            if options.sample and not reader.samples:
                raise ImportFailed(f"{source.label}: leave --sample out; only a database server has tables to sample")
            found = (replace(table, selection=reader.selection) for table in reader.read(source, options))
            tables = checked(found, source.label, options.table)
            return (named(tables, options.table, source.label),) if options.table else tables
    if source.document is not None:
        raise ImportFailed(
            f"{source.label}: is not a document that describes tables: a catalog of Singer or Airbyte, a JSON "
            "Schema, OpenAPI, dbt, a data contract, an asset"
        )
    raise ImportFailed(f"{source.label}: leave out the # and what follows; it has no parts to name")
