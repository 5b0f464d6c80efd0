"""One `copier copy`, compared with other templates, with many connectors and with many tables; and `--help`."""

from collections.abc import Callable
from functools import partial
from typing import Any

from speed.measuring import Usage, compared, cpu, python, run
from speed.row import Figure, Row, of_ratio
from speed.workshop import Size, Workshop
from support import EXAMPLES, load_answers


def _least(kind: str) -> dict[str, Any]:
    """Return the minimal answers of an example that reads objects, or tables."""
    answers = next(answers for answers in map(load_answers, reversed(EXAMPLES)) if kind in answers)
    return {name: answers[name] for name in ("tenant_id", "source_connector", kind, "target_connector")}


_API, _DATABASE = _least("objects"), _least("tables")
_FOLDER, _URL = 0, 1


def _compared(one: Callable[[], Usage], other: Callable[[], Usage], size: Size) -> Figure:
    """Compare after a warm-up: Copier keeps a mirror of each cloned repository, and Python its compiled modules."""
    if size.short > 1:
        one(), other()
    ratio = compared(one, other, size.short, cpu)
    return of_ratio(ratio, f"{ratio.one.cpu:.3g} s against {ratio.other.cpu:.3g} s")


def _copy(form: int, workshop: Workshop, size: Size) -> Figure:
    pack, trivial = workshop.plain_pack[form], workshop.trivial[form]
    return _compared(lambda: workshop.copied(pack, _API), lambda: workshop.copied(trivial, {"tenant_id": "acme"}), size)


def _constant(form: int, workshop: Workshop, size: Size) -> Figure:
    pack = workshop.plain_pack[form]
    constant = workshop.constant(workshop.count_copied(workshop.plain_pack[_FOLDER], _API))[form]
    return _compared(lambda: workshop.copied(pack, _API), lambda: workshop.copied(constant, {}), size)


def _connectors(form: int, workshop: Workshop, size: Size) -> Figure:
    large, pack = workshop.large_pack(size.connectors)[form], workshop.plain_pack[form]
    return _compared(lambda: workshop.copied(large, _API), lambda: workshop.copied(pack, _API), size)


def _of_tables(workshop: Workshop, count: int) -> Usage:
    columns = {"id": "integer required", "email": "string", "total": "double", "updated_at": "timestamp required"}
    names = [f"t{index:03}" for index in range(count)]
    tables = {"tables": [f"public.{name}" for name in names], "fields": dict.fromkeys(names, columns)}
    answers = _DATABASE | tables | {"target_connector": _API["target_connector"]}
    return workshop.copied(workshop.plain_pack[_FOLDER], answers)


def _tables(workshop: Workshop, size: Size) -> Figure:
    return _compared(lambda: _of_tables(workshop, size.tables), lambda: _of_tables(workshop, 1), size)


def _files(workshop: Workshop, size: Size) -> Figure:
    """Compare with a template that writes two files per table, as many as its asset and its job."""
    as_many = workshop.trivial_of(2 * size.tables)
    return _compared(
        lambda: _of_tables(workshop, size.tables), lambda: workshop.copied(as_many, {"tenant_id": "acme"}), size
    )


def _help(workshop: Workshop, size: Size) -> Figure:
    def start(*arguments: str) -> Usage:
        return run(python(*arguments), workshop.folder)

    return _compared(lambda: start("-m", "dativo_generator", "--help"), lambda: start("-c", "import typer"), size)


ROWS = {
    "copy_folder": Row("copy, against a template with one question: from a folder", partial(_copy, _FOLDER), 1.2),
    "copy_url": Row("the same from a Git repository by URL", partial(_copy, _URL), 1.3),
    "constant_folder": Row(
        "copy, against a template with as many questions and files, all constant: from a folder",
        partial(_constant, _FOLDER),
        1,
    ),
    "constant_url": Row("the same from a Git repository by URL", partial(_constant, _URL)),
    "connectors_folder": Row(
        "copy with {connectors} connectors, against twelve: from a folder", partial(_connectors, _FOLDER), 1.15
    ),
    "connectors_url": Row("the same from a Git repository by URL", partial(_connectors, _URL), 1.6),
    "tables": Row("copy with {tables} tables, against one", _tables),
    "files": Row("the same, against a template with one question that writes as many files", _files, 1.2),
    "help": Row("`--help`, against `python -c 'import typer'`", _help, 1.3),
}
