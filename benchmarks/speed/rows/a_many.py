"""Commands on many scaffolds, compared with the minimum cost of the work, and with a loop of Copier."""

import os
from random import Random
from statistics import median

from speed.measuring import Contender, Usage, compared, cpu, wall
from speed.row import Figure, Row, of_ratio
from speed.workshop import Size, Workshop


def _floor(workshop: Workshop, name: str, size: Size) -> Contender:
    return lambda: workshop.floor(name, workshop.repository(size.jobs))


def _replay(workshop: Workshop, size: Size) -> Figure:
    repository = workshop.repository(size.jobs)
    ratio = compared(lambda: workshop.replayed(repository), _floor(workshop, "replay", size), size.rounds, cpu)
    return of_ratio(ratio, f"{ratio.one.cpu:.3g} s against {ratio.other.cpu:.3g} s")


def _update(workshop: Workshop, size: Size) -> Figure:
    repository = workshop.repository(size.jobs)
    update, replay = (lambda: workshop.updated(repository)), (lambda: workshop.replayed(repository))
    ratio = compared(update, replay, size.rounds, cpu)
    return of_ratio(ratio, f"{ratio.one.cpu:.3g} s against {ratio.other.cpu:.3g} s")


def _batch(workshop: Workshop, size: Size) -> Figure:
    repository, manifest = workshop.repository(size.jobs), workshop.manifest(size.jobs)
    batch, replay = (lambda: workshop.scaffolded(manifest)), (lambda: workshop.replayed(repository))
    ratio = compared(batch, replay, size.rounds, cpu)
    return of_ratio(ratio, f"{ratio.one.cpu:.3g} s against {ratio.other.cpu:.3g} s")


def _validate(workshop: Workshop, size: Size) -> Figure:
    repository = workshop.repository(size.jobs)
    ratio = compared(lambda: workshop.validated(repository), _floor(workshop, "validate", size), size.rounds, cpu)
    return of_ratio(ratio, f"{ratio.one.cpu:.3g} s against {ratio.other.cpu:.3g} s")


def _peak(workshop: Workshop, size: Size) -> Figure:
    usage = workshop.validated(workshop.repository(size.many))
    peak = round(usage.peak)
    return Figure(peak, peak, peak, f"{usage.cpu:.3g} s", peak)


def _loop(workshop: Workshop, size: Size, verb: str) -> Figure:
    """Compare the cost per scaffold of a command with that of Copier; each round has another sample."""
    repository = workshop.repository(size.jobs)
    names = sorted(path.name for path in repository.glob(".copier-answers.*"))
    Random(0).shuffle(names)
    command = workshop.updated if verb == "update" else workshop.replayed
    singles: list[Usage] = []

    def loop() -> Usage:
        begin = len(singles)
        singles.extend(workshop.looped(repository, names[begin : begin + size.sample], verb))
        taken = singles[begin:]
        return Usage(sum(one.wall for one in taken) / len(taken), sum(one.cpu for one in taken) / len(taken), 0, b"")

    def all_() -> Usage:
        usage = command(repository)
        return Usage(usage.wall / size.jobs, usage.cpu / size.jobs, usage.peak, b"")

    ratio = compared(loop, all_, size.rounds, cpu)
    one, other = ratio.one, ratio.other
    low, middle, high = (of(single.cpu for single in singles) for of in (min, median, max))
    took = (
        f"a job {middle:.3g} s ({low:.3g} to {high:.3g}, {len(singles)} of them) against {other.cpu * 1000:.3g} ms; "
        f"on the clock {one.wall:.3g} s against {other.wall * 1000:.3g} ms"
    )
    figure = of_ratio(ratio, took)
    return Figure(figure.value, figure.low, figure.high, took, round(other.peak))


def _cores(workshop: Workshop, size: Size) -> Figure:
    repository = workshop.repository(size.jobs)

    def on(cores: int) -> Usage:
        return workshop.replayed(repository, cores=cores, watch=False)

    busy = os.getloadavg()[0]
    ratio = compared(lambda: on(2), lambda: on(1), size.rounds, wall)
    took = f"{ratio.one.wall:.3g} s against {ratio.other.wall:.3g} s on the clock; the load before was {busy:.1f}"
    return of_ratio(ratio, took)


ROWS = {
    "replay": Row("replay of {jobs} scaffolds, against its floor", _replay, 2),
    "update": Row("update of {jobs}, against their replay", _update, 1.6),
    "batch": Row("batch of {jobs} new ones, against a replay of as many", _batch),
    "validate": Row("validate of {jobs} scaffolds, against its floor", _validate, 2.5),
    "validate_peak": Row("validate of {many} scaffolds: memory", _peak, 250, unit=" MiB"),
    "loop_replay": Row(
        "a loop of `copier recopy`, against replay of {jobs}", lambda w, s: _loop(w, s, "recopy"), 150, at_least=True
    ),
    "loop_update": Row(
        "a loop of `copier update`, against update of {jobs}", lambda w, s: _loop(w, s, "update"), 150, at_least=True
    ),
    "cores": Row("replay of {jobs} on two cores, against one, on the clock", _cores, 0.65),
}
