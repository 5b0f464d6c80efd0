"""Measure `dativo-generator` on many scaffolds against a loop of Copier, and against bare Jinja.

Everything is measured in one run, in turn, several rounds of it; the figures are ratios of medians, which mean the same
on another machine. The loops are too slow to go through every scaffold: they take a sample of them, in the same
repository. Prints a Markdown table.
"""

import argparse
import os
import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT / "tests")]

import yaml  # noqa: E402

from dativo_generator.fleet.release import Release  # noqa: E402
from support import EXAMPLES, clean_environment, copy_pack, edit_yaml, git, load_answers, release  # noqa: E402

# The largest process of each command, in MiB, its own children counted.
_peaks: list[float] = []

Timing = Callable[[], float]


def main() -> None:
    """Build the repositories, time every contender in turn, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--jobs", type=int, default=1000, help="scaffolds in the repository")
    parser.add_argument("--sample", type=int, default=6, help="scaffolds that a loop goes through in a round")
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    with TemporaryDirectory(prefix="dativo-benchmark-") as folder:
        work = Path(folder)
        os.environ |= clean_environment(work / "home")
        template = two_releases(work / "pack")
        large = build(template, work / "large", options.jobs)
        small = build(template, work / "small", max(options.jobs // 10, 1))
        manifest = listed(work / "manifest", options.jobs)
        done = shutil.copytree(manifest, work / "done")
        command(done, template, "batch", "jobs.yml", "--to", "v1.0.0", keep=True)
        contenders: dict[str, Timing] = {
            "floor": lambda: floor(template, large, work / "scratch") / options.jobs,
            "replay": lambda: command(large, template, "replay", "--json") / options.jobs,
            "replay of a tenth": lambda: command(small, template, "replay", "--json") / (options.jobs // 10),
            "update": lambda: command(large, template, "update", "--json") / options.jobs,
            "batch": lambda: command(manifest, template, "batch", "jobs.yml", "--to", "v1.0.0") / options.jobs,
            "batch checked": lambda: command(manifest, template, "batch", "jobs.yml", "--dry-run") / options.jobs,
            "batch again": lambda: command(done, template, "batch", "jobs.yml") / options.jobs,
            "update of a tenth": lambda: command(small, template, "update", "--json") / (options.jobs // 10),
            "loop of copier recopy": lambda: loop(large, options.sample, "recopy"),
            "loop of copier update": lambda: loop(large, options.sample, "update"),
        }
        seconds: dict[str, list[float]] = {name: [] for name in contenders}
        for _ in range(options.rounds):
            for name, timing in contenders.items():
                seconds[name].append(timing())
        print_table({name: statistics.median(values) for name, values in seconds.items()}, options.jobs)


def two_releases(template: Path) -> Path:
    """Release the pack as it is, and with another lookback default in every recipe that has one."""
    copy_pack(template)
    release(template, "v1.0.0")

    def slower(recipe: Any) -> None:
        if "lookback_days_default" in recipe.get("incremental", {}):
            recipe["incremental"]["lookback_days_default"] += 6

    for path in (template / "connectors").glob("*.yaml"):
        edit_yaml(path, slower)
    release(template, "v2.0.0")
    return template


def scaffolds(count: int) -> list[dict[str, Any]]:
    """Repeat the examples, each time for another tenant and with assets of its own."""
    examples = [load_answers(path) for path in EXAMPLES]
    made = []
    for index in range(count):
        answers = dict(examples[index % len(examples)])
        tenant = f"tenant{index:05}"
        kind = next(name for name in ("objects", "tables", "files", "sheets") if name in answers)
        items = [item.rsplit(".")[-1] if isinstance(item, str) else item["object"] for item in answers[kind]]
        names = {item: f"{tenant}_{item}" for item in items}
        made.append(answers | {"tenant_id": tenant, "scaffold": "job", "asset_names": names})
    return made


def build(template: Path, destination: Path, count: int) -> Path:
    """Make a clean repository of `count` scaffolds of the first release; tests show that Copier writes the same."""
    checkout = destination.with_suffix(".v1")
    git(template, "worktree", "add", "--quiet", "--detach", str(checkout), "v1.0.0")
    pack = Release(checkout)
    for answers in scaffolds(count):
        file = f".copier-answers.{answers['tenant_id']}.job.yml"
        rendering = pack.render(pack.completed(answers, file), str(template), "v1.0.0")
        write(destination, rendering.files)
    release(destination, "scaffolded")
    return destination


def listed(destination: Path, count: int) -> Path:
    """Make a repository with nothing but a manifest of the same scaffolds."""
    text = yaml.safe_dump({"scaffolds": scaffolds(count)}, sort_keys=False)
    write(destination, {"jobs.yml": text.encode()})
    release(destination, "scaffolded")
    return destination


def write(destination: Path, files: Any) -> None:
    """Write files by path."""
    for path, content in files.items():
        target = destination / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)


def floor(template: Path, repository: Path, scratch: Path) -> float:
    """Time bare Jinja: the same templates, compiled, with ready contexts, and writing the same files."""
    pack = Release(repository.with_suffix(".v1"))
    names = sorted(path.name for path in repository.glob(".copier-answers.*"))
    contexts = []
    for answers in scaffolds(len(names)):
        file = f".copier-answers.{answers['tenant_id']}.job.yml"
        contexts.append(pack.context(pack.completed(answers, file), str(template), "v1.0.0"))
    began = time.perf_counter()
    for context in contexts:
        write(scratch, dict(pack.templates.files(context)))
    took = time.perf_counter() - began
    shutil.rmtree(scratch)
    return took


def command(repository: Path, template: Path, *arguments: str, keep: bool = False) -> float:
    """Time one `dativo-generator` command, and put the repository back, or commit what it wrote."""
    whole = [sys.executable, "-m", "dativo_generator", *arguments, "--template", str(template)]
    began = time.perf_counter()
    process = subprocess.Popen(whole, cwd=repository, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    took = time.perf_counter() - began
    if os.waitstatus_to_exitcode(status) not in (0, 3):
        raise SystemExit(f"{' '.join(arguments)} failed")
    _peaks.append(usage.ru_maxrss / 1024)
    release(repository, "kept") if keep else restore(repository)
    return took


def loop(repository: Path, sample: int, verb: str) -> float:
    """Time Copier on some scaffolds, a process and a commit for each, as it wants it; returns seconds for one."""
    names = sorted(path.name for path in repository.glob(".copier-answers.*"))[:sample]
    options = [
        "--trust",
        "--defaults",
        "--quiet",
        *(["--vcs-ref", "v1.0.0", "--overwrite"] if verb == "recopy" else []),
    ]
    took = 0.0
    for name in names:
        began = time.perf_counter()
        subprocess.run(
            [sys.executable, "-m", "copier", verb, *options, "--answers-file", name],
            cwd=repository,
            check=True,
            capture_output=True,
        )
        took += time.perf_counter() - began
        git(repository, "add", "--all")
        git(repository, "commit", "--quiet", "--allow-empty", "--message", name)
    git(repository, "reset", "--quiet", "--hard", "scaffolded")
    return took / len(names)


def restore(repository: Path) -> None:
    """Undo what is not committed."""
    git(repository, "reset", "--quiet", "--hard")
    git(repository, "clean", "--quiet", "--force", "-d")


def print_table(per_job: dict[str, float], jobs: int) -> None:
    """Print what was asked for beside what was measured."""
    replay, update = per_job["replay"], per_job["update"]
    rows = [
        (
            "replay, against a loop of `copier recopy`",
            f"{per_job['loop of copier recopy'] / replay:.0f}x faster",
            "50x",
        ),
        (
            "update, against a loop of `copier update`",
            f"{per_job['loop of copier update'] / update:.0f}x faster",
            "50x",
        ),
        (
            "batch, a new row that is checked, against the replay of one",
            f"{per_job['batch checked'] / replay:.1f}x as long",
            "about 1x",
        ),
        ("batch, one that is written, too", f"{per_job['batch'] / replay:.1f}x as long", ""),
        ("batch, an unchanged row against it", f"{per_job['batch again'] / replay:.1f}x as long", ""),
        ("replay, against bare Jinja", f"{replay / per_job['floor']:.1f}x as long", "at most 6x"),
        ("update, against bare Jinja", f"{update / per_job['floor']:.1f}x as long", ""),
        (
            f"replay, a job of {jobs} against one of {jobs // 10}",
            f"{replay / per_job['replay of a tenth']:.2f}x",
            "1.2x",
        ),
        (
            f"update, a job of {jobs} against one of {jobs // 10}",
            f"{update / per_job['update of a tenth']:.2f}x",
            "1.2x",
        ),
        ("largest process", f"{max(_peaks):.0f} MiB", "at most 100 MiB"),
    ]
    print(f"| {jobs} scaffolds | measured | wanted |\n|---|---|---|")
    for row in rows:
        print(f"| {' | '.join(row)} |")


if __name__ == "__main__":
    main()
