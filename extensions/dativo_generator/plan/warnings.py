"""What a scaffold does that somebody may regret, in a line each: answers without effect, and rows that are lost."""

from collections.abc import Iterator, Sequence

from ..answers.questions import QUESTIONS
from ..answers.questions.incremental import limits_first_run
from ..answers.questions.plugins import way
from ..answers.questions.target import SAFE_PARTITION
from ..answers.scaffold import Scaffold
from ..base.naming import listed
from ..registry.fields import AS_TEXT
from ..registry.runner import ENGINE, NATIVE, PLUGIN, PLUGINS
from . import extras


def warnings(scaffold: Scaffold) -> list[str]:
    """List the warnings of a scaffold."""
    kinds = (_without_effect, _extras, _plugins, _incremental, _fields, _target)
    return [warning for kind in kinds for warning in kind(scaffold)]


def _without_effect(scaffold: Scaffold) -> Iterator[str]:
    for name in scaffold.raw:
        if scaffold[name] and (why := QUESTIONS[name].without_effect(scaffold)):
            yield f"{name}: has no effect: {why}"


def _extras(scaffold: Scaffold) -> Iterator[str]:
    """Say which keys that are passed on to a job change nothing; an asset takes none."""
    yield from extras.without_effect(scaffold.pack, "job_extra", "job", scaffold["job_extra"], {})


def _plugins(scaffold: Scaffold) -> Iterator[str]:
    for role, name in PLUGINS.items():
        connector, done_by = scaffold[f"{role}_connector"], way(scaffold, role)
        if done_by.how == PLUGIN and not scaffold[name]:
            yield f"{connector}: {done_by.words}, as --data {name}=FILE.py:CLASS"
        engines, engine = scaffold.pack.runner.engines, scaffold.source_recipe.engine
        if done_by.how == ENGINE and not scaffold[name] and engines[engine].fault:
            yield f"{connector}: {engines[engine].fault}"


def _incremental(scaffold: Scaffold) -> Iterator[str]:
    if not scaffold.incremental or way(scaffold, "source").how != NATIVE:
        return
    if not scaffold.source.uses_cursor:
        if scaffold["lookback_days"]:
            yield "lookback_days: files that have not changed are read again in every run; 0 skips them"
        return
    if limits_first_run(scaffold) and (days := scaffold["lookback_days"]):
        yield f"lookback_days: the first run reads the last {days} days alone; 0 reads all"
    yield "incremental: run it once a day; a second run replaces the rows of the first"


def _fields(scaffold: Scaffold) -> Iterator[str]:
    """Say which columns have a type that the runner does not keep, and which labels nobody sets a date for."""
    if scaffold.reuses_assets:
        return
    if guessed := scaffold.guessed:
        yield f"fields: a guess; import the columns, or name them: {_few(guessed)}"
    for object_name, fields in scaffold.fields.items():
        for type_, instead in AS_TEXT.items():
            if names := [field.name for field in fields if field.type == type_]:
                yield f"{object_name}: the runner stores {type_} as text; write {instead}: {_few(names)}"
    labelled = [name for name, fields in scaffold.fields.items() if any(field.classification for field in fields)]
    if labelled and not scaffold["retention_days"]:
        yield f"retention_days: nothing says how long the labelled columns are kept: {_few(labelled)}"


def _target(scaffold: Scaffold) -> Iterator[str]:
    if scaffold.reuses_assets:
        return
    for column in scaffold["partitioning"]:
        if column != SAFE_PARTITION:
            yield f"partitioning: '{column}' is a column of the data; the runner loses rows when it partitions by one"
    if not scaffold.target_recipe.catalog:
        return
    yield f"{scaffold.target.id}: create the table first; without a catalog rows stay plain Parquet"
    for object_name, fields in scaffold.fields.items():
        if dates := [field.name for field in fields if field.type == "date"]:
            yield f"{object_name}: a date stops the commit; make it a timestamp: {_few(dates)}"


def _few(names: Sequence[str]) -> str:
    return listed(names[:3]) + (" and more" if len(names) > 3 else "")
