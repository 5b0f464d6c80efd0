"""The warnings of a scaffold, one line each: answers without effect, and rows that are lost."""

from collections.abc import Iterator
from typing import NamedTuple

from ..answers.questions import QUESTIONS
from ..answers.questions.incremental import limits_first_run
from ..answers.questions.plugins import way
from ..answers.questions.target import SAFE_PARTITION
from ..answers.scaffold import Scaffold
from ..base.naming import few
from ..base.paths import profile_of
from ..registry.fields import AS_TEXT
from ..registry.runner import ENGINE, NATIVE, PLUGIN, PLUGINS
from . import extras

# How many objects or columns a warning names before it counts the others.
_FEW = 3


class Warned(NamedTuple):
    """A warning: the problem, which many scaffolds may share, and the objects or columns that have it."""

    kind: str
    of: tuple[str, ...] = ()

    def __str__(self) -> str:
        """Return the warning as one line."""
        return f"{self.kind}: {few(self.of, _FEW)}" if self.of else self.kind


def warnings(scaffold: Scaffold) -> list[Warned]:
    """Return the warnings of a scaffold."""
    kinds = (_owner, _without_effect, _extras, _plugins, _incremental, _fields, _target)
    return [warning for kind in kinds for warning in kind(scaffold)]


def _owner(scaffold: Scaffold) -> Iterator[Warned]:
    """Warn that nobody has named the owner of the assets."""
    if scaffold.is_guess("owner") and not scaffold.reuses_assets:
        tenant = scaffold["tenant_id"]
        yield Warned(
            f"owner: answer it, or write it in {profile_of(tenant)}; "
            f"'{scaffold['owner']}' is a guess for tenant {tenant}"
        )


def _without_effect(scaffold: Scaffold) -> Iterator[Warned]:
    for name in scaffold.raw:
        if scaffold[name] and (why := QUESTIONS[name].without_effect(scaffold)):
            yield Warned(f"{name}: has no effect: {why}")


def _extras(scaffold: Scaffold) -> Iterator[Warned]:
    """Warn of keys passed on to a job that change nothing; an asset accepts no such key."""
    yield from map(Warned, extras.without_effect(scaffold.pack, "job_extra", "job", scaffold["job_extra"], {}))


def _plugins(scaffold: Scaffold) -> Iterator[Warned]:
    for role, name in PLUGINS.items():
        connector, done_by = scaffold[f"{role}_connector"], way(scaffold, role)
        if done_by.how == PLUGIN and not scaffold[name]:
            yield Warned(f"{connector}: {done_by.words}, as --data {name}=FILE.py:CLASS")
        engines, engine = scaffold.pack.runner.engines, scaffold.source_recipe.engine
        if done_by.how == ENGINE and not scaffold[name] and engines[engine].fault:
            yield Warned(f"{connector}: {engines[engine].fault}")


def _incremental(scaffold: Scaffold) -> Iterator[Warned]:
    if not scaffold.incremental or scaffold["custom_reader"]:
        return
    if not scaffold.pack.runner.keeps_state(scaffold.source, scaffold.source_recipe):
        yield Warned("incremental: every run reads everything; no state is kept between runs")
        return
    if way(scaffold, "source").how != NATIVE:
        return
    if not scaffold.source.uses_cursor:
        if scaffold["lookback_days"]:
            yield Warned("lookback_days: files that have not changed are read again in every run; 0 skips them")
        return
    if limits_first_run(scaffold) and (days := scaffold["lookback_days"]):
        yield Warned(f"lookback_days: the first run reads only the last {days} days; 0 reads everything")
    yield Warned("incremental: run it once a day; a second run replaces the rows of the first")


def _fields(scaffold: Scaffold) -> Iterator[Warned]:
    """Warn of guessed columns, types that the runner does not keep, and labelled columns without a retention."""
    if scaffold.reuses_assets:
        return
    if guessed := scaffold.guessed:
        yield Warned("fields: import the columns, or name them; these are a guess", tuple(guessed))
    for type_, instead in AS_TEXT.items():
        if names := _columns(scaffold, type_):
            yield Warned(f"fields: the runner stores {type_} as text; write {instead}", names)
    labelled = [name for name, fields in scaffold.fields.items() if any(field.classification for field in fields)]
    if labelled and not scaffold["retention_days"]:
        yield Warned("retention_days: nothing says how long to keep labelled columns", tuple(labelled))


def _target(scaffold: Scaffold) -> Iterator[Warned]:
    if scaffold.reuses_assets:
        return
    for column in scaffold["partitioning"]:
        if column != SAFE_PARTITION:
            why = "the runner loses rows when it partitions by columns of the data"
            yield Warned(f"partitioning: use {SAFE_PARTITION}; {why}", (column,))
    if not scaffold.target_recipe.catalog:
        return
    yield Warned(f"{scaffold.target.id}: create the table first; without a catalog rows stay plain Parquet")
    if dates := _columns(scaffold, "date"):
        yield Warned("fields: a date stops the commit; make it a timestamp", dates)


def _columns(scaffold: Scaffold, type_: str) -> tuple[str, ...]:
    """List the columns of a type, with their object if the scaffold has several."""
    alone = len(scaffold.fields) == 1
    return tuple(
        field.name if alone else f"{name}.{field.name}"
        for name, fields in scaffold.fields.items()
        for field in fields
        if field.type == type_
    )
