"""Commands on ten times as many scaffolds: linear growth is a ratio of ten."""

from collections.abc import Callable
from functools import partial
from statistics import median

from speed.measuring import Usage
from speed.row import Figure, Row
from speed.workshop import Size, Workshop


def _replay(workshop: Workshop, count: int) -> Usage:
    return workshop.replayed(workshop.repository(count))


def _update(workshop: Workshop, count: int) -> Usage:
    return workshop.updated(workshop.repository(count))


def _batch(workshop: Workshop, count: int) -> Usage:
    return workshop.scaffolded(workshop.manifest(count))


def _batch_of_yaml(workshop: Workshop, count: int) -> Usage:
    return workshop.scaffolded(workshop.manifest(count), "jobs.yml")


def _validate(workshop: Workshop, count: int) -> Usage:
    return workshop.validated(workshop.repository(count))


def _fields(workshop: Workshop, count: int) -> Usage:
    script = workshop.script(count)
    return workshop.command(script.parent, "fields", script.name)


def _growth(
    measure: Callable[[Workshop, int], Usage], numbers: tuple[str, str], workshop: Workshop, size: Size
) -> Figure:
    """Compare a large number with a small one, alternately; `numbers` are the names of both in `Size`."""
    least, most = (getattr(size, name) for name in numbers)
    times = most / least
    pairs = [(measure(workshop, most), measure(workshop, least)) for _ in range(size.long)]
    ratios = sorted(many.cpu / few.cpu / times for many, few in pairs)
    many, few = (median(pair[index].cpu for pair in pairs) for index in (0, 1))
    slope = (many - few) / (most - least) * 1000
    took = f"{many:.3g} s against {few:.3g} s: {slope:.3g} ms for one more"
    low, value, high = (float(f"{number:.3g}") for number in (ratios[0], many / few / times, ratios[-1]))
    return Figure(value, low, high, took, round(max(pair[0].peak for pair in pairs)))


def _row(what: str, measure: Callable[[Workshop, int], Usage], least: str = "jobs", most: str = "many") -> Row:
    return Row(f"{what}: {{{most}}} against ten times {{{least}}}", partial(_growth, measure, (least, most)), 1.1)


ROWS = {
    "growth_replay": _row("replay", _replay),
    "growth_update": _row("update", _update),
    "growth_batch": _row("batch, rows of a CSV file", _batch),
    "growth_batch_yaml": _row("batch, rows of a YAML file", _batch_of_yaml),
    "growth_validate": _row("validate", _validate),
    # The importer refuses scripts with more tables.
    "growth_fields": _row("fields, tables of a DDL script", _fields, "tables", "most_tables"),
}
